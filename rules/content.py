"""Everything a catalogue is made of, as plain data: read from the seed and pack folders, hashed into a version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from rules.condition_parsing import Lexicon
from rules.facts import FactDefinition, load_facts
from rules.pack import Pack, load_pack, reference_faults
from seeds.documents import Document, load_documents
from seeds.errors import Fault, SeedError
from seeds.regions import load_regions
from seeds.vocabulary import Vocabulary, load_vocabulary

VOCABULARY_FILES = (
    "sectors", "concepts", "stages", "enterprise_stages", "size_classes", "needs", "instruments", "certifications",
)  # fmt: skip

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The parts of a catalogue before its rules are parsed; `packs` is plain data by document id."""

    documents: Mapping[str, Document]
    vocabularies: Mapping[str, Vocabulary]
    facts: Mapping[str, FactDefinition]
    packs: Mapping[str, Mapping[str, Any]]

    @property
    def lexicon(self) -> Lexicon:
        """Return the words that conditions may use."""
        return Lexicon(facts=self.facts, vocabularies=self.vocabularies)


def load_content(seeds: Path, packs: Path) -> Content:
    """Read all files; raise SeedError with the faults of every file that has any."""
    content, faults = _read(seeds, packs)
    if faults or content is None:
        raise SeedError(faults)
    return content


def check_seeds(seeds: Path, packs: Path) -> tuple[Fault, ...]:
    """Return every fault of documents, vocabularies and packs, each with file and pointer."""
    return _read(seeds, packs)[1]


def _read(seeds: Path, packs: Path) -> tuple[Content | None, tuple[Fault, ...]]:
    faults: list[Fault] = []

    def attempt(load: Callable[[], Loaded]) -> Loaded | None:
        try:
            return load()
        except SeedError as error:
            faults.extend(error.faults)
            return None

    words = seeds / "vocabularies"
    documents = attempt(lambda: load_documents(seeds / "documents"))
    facts = attempt(lambda: load_facts(words / "facts.yaml"))
    regions = attempt(lambda: load_regions(words))
    vocabularies = {name: attempt(lambda n=name: load_vocabulary(words / f"{n}.yaml")) for name in VOCABULARY_FILES}  # type: ignore[misc]
    if faults or documents is None or facts is None or regions is None:
        return None, tuple(faults)
    known = {"regions": regions, **{name: loaded for name, loaded in vocabularies.items() if loaded}}
    faults += _dangling_sectors(known)
    by_id = {document.id: document for document in documents}
    lexicon = Lexicon(facts=facts, vocabularies=known)
    raw_packs: dict[str, Any] = {}
    loaded: list[Pack] = []
    for path in sorted(packs.glob("*.yaml")):
        pack = attempt(lambda p=path: load_pack(p, by_id, lexicon))  # type: ignore[misc]
        if pack is not None:
            loaded.append(pack)
            raw_packs[path.stem] = pack.raw
    if not faults:
        faults += reference_faults(loaded)
    return Content(documents=by_id, vocabularies=known, facts=facts, packs=raw_packs), tuple(faults)


def _dangling_sectors(vocabularies: Mapping[str, Vocabulary]) -> list[Fault]:
    """Return a fault for each sector or instrument that an entry names and no vocabulary has."""
    faults: list[Fault] = []
    for name, vocabulary in vocabularies.items():
        for entry in vocabulary.entries.values():
            for kind, ids in (("sectors", entry.sectors), ("instruments", entry.instruments)):
                for missing in (item for item in ids if item not in vocabularies[kind]):
                    message = f"there is no entry {missing!r} in {kind}"
                    faults.append(Fault(file=f"{name}.yaml", pointer=f"/{entry.id}/{kind}", message=message))
    return faults


def version_of(content: Content) -> str:
    """Return the catalogue version: the first 16 hexadecimal digits of the SHA-256 of all content."""
    digest = hashlib.sha256()
    for part in (
        {key: asdict(document) for key, document in content.documents.items()},
        {key: [asdict(entry) for entry in words.entries.values()] for key, words in content.vocabularies.items()},
        {key: asdict(fact) for key, fact in content.facts.items()},
        content.packs,
    ):
        plain = json.dumps(part, ensure_ascii=False, sort_keys=True, default=str)
        digest.update(plain.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]
