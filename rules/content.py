"""Everything a catalogue is made of, as plain data: read from the seed and pack folders, hashed into a version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from rules.condition_parsing import Lexicon
from rules.facts import FactDefinition, load_facts
from rules.pack import load_pack, reference_faults
from seeds.documents import Document, load_document
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


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Loads one file after another and keeps the faults of those that do not load."""

    faults: list[Fault] = field(default_factory=list)

    def __call__(self, load: Callable[[Path], Loaded], path: Path) -> Loaded | None:
        try:
            return load(path)
        except SeedError as error:
            self.faults.extend(error.faults)
            return None


def _read(seeds: Path, packs: Path) -> tuple[Content | None, tuple[Fault, ...]]:
    """Read everything that can be read: without words no pack can be judged, without its document not its pack."""
    attempt, words = _Attempt(), seeds / "vocabularies"
    folders = sorted(entry for entry in (seeds / "documents").iterdir() if entry.is_dir())
    attempted = {path.name: attempt(load_document, path) for path in folders}
    facts, regions = attempt(load_facts, words / "facts.yaml"), attempt(load_regions, words)
    loaded = {name: attempt(load_vocabulary, words / f"{name}.yaml") for name in VOCABULARY_FILES}
    vocabularies = {name: vocabulary for name, vocabulary in loaded.items() if vocabulary is not None}
    if facts is None or regions is None or len(vocabularies) < len(loaded):
        return None, tuple(attempt.faults)
    known = {"regions": regions, **vocabularies}
    attempt.faults.extend(_dangling_sectors(known))
    documents = {name: document for name, document in attempted.items() if document is not None}
    faulty = attempted.keys() - documents.keys()
    lexicon = Lexicon(facts=facts, vocabularies=known)
    judged = [path for path in sorted(packs.glob("*.yaml")) if path.stem not in faulty]
    tried = (attempt(lambda one: load_pack(one, documents, lexicon), path) for path in judged)
    healthy = [pack for pack in tried if pack is not None]
    if not attempt.faults:
        attempt.faults.extend(reference_faults(healthy))
    raw = {pack.document: pack.raw for pack in healthy}
    return Content(documents=documents, vocabularies=known, facts=facts, packs=raw), tuple(attempt.faults)


def _dangling_sectors(vocabularies: Mapping[str, Vocabulary]) -> list[Fault]:
    """Return a fault for each sector or instrument that an entry names and no vocabulary has."""
    faults: list[Fault] = []
    for name, vocabulary in vocabularies.items():
        for entry in vocabulary.entries.values():
            for kind, ids in (("sectors", entry.sectors), ("instruments", entry.instruments)):
                for missing in (item for item in ids if item not in vocabularies[kind]):
                    place, params = f"/{entry.id}/{kind}", {"id": missing, "vocabulary": kind}
                    faults.append(Fault(file=f"{name}.yaml", pointer=place, code="entry_names_nothing", params=params))
    return faults


def version_of(content: Content) -> str:
    """Return the catalogue version: the first 16 hexadecimal digits of the SHA-256 of all content."""
    digest = hashlib.sha256()
    words = {key: list(vocabulary.entries.values()) for key, vocabulary in content.vocabularies.items()}
    for part in (content.documents, words, content.facts, content.packs):
        plain = json.dumps(dict(part), ensure_ascii=False, sort_keys=True, default=_plain)
        digest.update(plain.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {part.name: getattr(value, part.name) for part in fields(value)}
    return str(value)
