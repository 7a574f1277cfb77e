"""cepei draft: a policy file (TXT, MD, HTML, DOCX, PDF, OFD) into a document folder with a draft pack."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from rules.catalogue.content import load_content
from rules.drafting.draft import PackDraft, draft_pack, trial_document
from seeds.documents import FIELDS, UNKNOWN
from seeds.faults import SeedError
from seeds.issuers import Places
from seeds.letterhead import Stated, Surely
from seeds.library import (
    RECOGNISED_FILE,
    TRANSCRIPT_FILE,
    SourceLines,
    Transcript,
    edited_text,
    lines_in_source,
    load_transcript,
    source_of,
    written_lines,
)
from seeds.reading import ReadingError, Source, read_source, recognised_source
from seeds.regions import load_regions
from seeds.stated import read_stated
from service.commands.check import PACKS, SEEDS
from service.commands.console import Exit, existing_file, readable, reason_of, refusal, tell, typed
from service.commands.recognition import is_scan, recognised_pages

_SHOWN = 120
"""So many characters of an unread sentence are shown."""
PLACES_FILE = "pack-places.yaml"
_PAGED, _BLOCKS = frozenset({".pdf", ".ofd"}), frozenset({".html", ".htm", ".docx"})


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", type=Path, help="the file as found; with --again the folder of a document")
    parser.add_argument("id", type=typed, nargs="?", help="the document's id, for example gd-biomanufacturing-2025")
    parser.add_argument(
        "--documents", type=Path, default=SEEDS / "documents", metavar="FOLDER", help="where to write it"
    )
    parser.add_argument(
        "--again", action="store_true", help="read the source once more, with the edits of transcript.yaml"
    )


def run(options: argparse.Namespace) -> int:
    """Write a new document's folder, or read one again; an existing document is never overwritten."""
    return _read_again(options.source) if options.again else _write_new(options)


def _write_new(options: argparse.Namespace) -> int:
    """Write the source, text.txt, document.yaml, transcript.yaml, pack.yaml and pack-places.yaml."""
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", options.id or ""):
        raise refusal("no_id", id=options.id or "")
    folder: Path = options.documents / options.id
    if folder.exists():
        raise refusal("folder_there", folder=folder)
    found, recognised = _found(existing_file(options.source))
    draft = _drafted(found, options.source, options.id, Transcript())
    folder.mkdir(parents=True)
    if recognised is not None:
        (folder / RECOGNISED_FILE).write_text(recognised, "utf-8")
        tell(f"{folder}: a machine read it: compare text.txt with the pictures and note `confirm` edits")
    (folder / f"source{options.source.suffix.lower()}").write_bytes(options.source.read_bytes())
    (folder / "document.yaml").write_text(readable(draft.metadata), "utf-8")  # it names the source
    _write_text(folder, draft)
    tell(f"{folder}: read the text against the source, fill in document.yaml, then run `cepei check`")
    _write_pack(folder, draft)
    return Exit.DONE


def _write_pack(folder: Path, draft: Draft) -> None:
    """Write the draft pack with what stayed unread on top, where each item stands, and tell how much that is."""
    content = load_content(SEEDS, PACKS)
    document = trial_document(yaml.safe_load(readable(draft.metadata)), draft.text)
    pack = draft_pack(document, content.lexicon)
    spoken = {one.pointer: draft.place(one.start, one.end) for one in pack.places}
    lines = [f"# {pack.read} of {pack.sentences} sentences read. It decides nothing yet: review every line."]
    lines += [f"# unread {one.clause}: {one.text[:_SHOWN]}".replace("\n", " ") for one in pack.unread]
    (folder / "pack.yaml").write_text("\n".join([*lines, *_pack_lines(pack, spoken)]), "utf-8")
    items = [{"item": one.pointer, "clause": one.clause, "start": one.start, "end": one.end,
              "source": spoken[one.pointer]} for one in pack.places]  # fmt: skip
    note = "# Where each item of pack.yaml, as it was drafted, stands in text.txt and in the source.\n"
    (folder / PLACES_FILE).write_text(note + _yaml(items), "utf-8")
    tell(
        f"pack.yaml: {pack.read} of {pack.sentences} sentences read into {len(pack.pack['measures'])} measures, "
        f"{len(pack.unread)} left to you; review it and move it to {PACKS / folder.name}.yaml"
    )
    for one in pack.unread:
        tell(f"  unread {one.clause}: {one.text[:_SHOWN]}")


def _pack_lines(pack: PackDraft, spoken: Mapping[str, str]) -> Iterator[str]:
    """Yield the pack as YAML, above each measure where its sentence stands in the source."""
    plain: Any = json.loads(json.dumps(pack.pack))  # nothing in it twice in memory, so that no alias is written
    measures = plain.pop("measures")
    yield _yaml(plain).rstrip("\n")
    yield "measures:" if measures else "measures: []"
    for number, measure in enumerate(measures):
        yield f"# {spoken[f'/measures/{number}/source']}"
        yield _yaml([measure]).rstrip("\n")
    yield ""


def _read_again(folder: Path) -> int:
    """Write text.txt and transcript.yaml once more; of document.yaml only the digest of the text is renewed.

    The pack is drafted once more where there is none any longer: whoever reviews one keeps it.
    """
    sources, metadata = sorted(folder.glob("source.*")), folder / "document.yaml"
    if len(sources) != 1 or not metadata.is_file():
        raise refusal("no_document_folder", folder=folder)
    try:
        transcript = load_transcript(folder)
    except SeedError as error:
        raise refusal("no_draft", file=folder, reason=error) from error
    draft = _drafted(_source_in(folder, sources[0]), sources[0], folder.name, transcript)
    digest = f"sha256: {hashlib.sha256(draft.text.encode()).hexdigest()}"
    renewed = re.sub(r"^sha256: [0-9a-f]{64}$", digest, metadata.read_text("utf-8"), flags=re.MULTILINE)
    metadata.write_text(renewed, "utf-8")
    _write_text(folder, draft)
    tell(f"{folder}: text.txt and transcript.yaml are written again, {len(transcript.edits)} edits done")
    if not (folder / "pack.yaml").exists() and not (PACKS / f"{folder.name}.yaml").exists():
        _write_pack(folder, replace(draft, metadata=renewed))
    return Exit.DONE


def _found(file: Path) -> tuple[Source, str | None]:
    """Return what a file says, and where its pages are pictures what a machine recognised in them."""
    try:
        try:
            return read_source(file), None
        except ReadingError as error:
            if not is_scan(error):
                raise
        pages = recognised_pages(file)
    except SeedError as error:
        raise refusal("no_draft", file=file, reason=error) from error
    return recognised_source(pages), "\f".join("\n".join(page) for page in pages)


def _source_in(folder: Path, file: Path) -> Source:
    try:
        return source_of(folder, file)
    except SeedError as error:
        raise refusal("no_draft", file=file, reason=error) from error


def _drafted(found: Source, file: Path, document_id: str, transcript: Transcript) -> Draft:
    try:
        return drafted(found, file, document_id, Places(load_regions(SEEDS / "vocabularies")), transcript)
    except SeedError as error:
        raise refusal("no_draft", file=file, reason=error) from error
    except OSError as error:
        raise refusal("no_draft", file=file, reason=reason_of(error)) from error


def _write_text(folder: Path, draft: Draft) -> None:
    (folder / "text.txt").write_bytes(draft.text.encode())
    (folder / TRANSCRIPT_FILE).write_text(draft.transcript, "utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft: `metadata` is document.yaml and `transcript` is transcript.yaml, both as text to be written.

    `lines` says where each line of the text stands in the source, `suffix` what kind of file that is.
    """

    text: str
    metadata: str
    transcript: str
    stated: tuple[Stated, ...]
    lines: tuple[SourceLines | None, ...]
    suffix: str

    def place(self, start: int, end: int) -> str:
        """Return where text[start:end] stands in the source: 「source.pdf, page 3, lines 12-14」."""
        first, last = (self.text.count("\n", 0, place) for place in (start, max(start, end - 1)))
        found = [one for one in self.lines[first : last + 1] if one is not None]
        if not found:
            return f"source{self.suffix}"
        page = f", page {found[0].page}" if self.suffix in _PAGED else ""
        unit = "block" if self.suffix in _BLOCKS else "line"
        begins, ends = found[0].first, max(one.last for one in found if one.page == found[0].page)
        return f"source{self.suffix}{page}, " + (f"{unit} {begins}" if begins == ends else f"{unit}s {begins}-{ends}")


def draft_document(file: Path, document_id: str, places: Places) -> Draft:
    """Read a source file as a draft; raise SeedError when it cannot be read."""
    return drafted(read_source(file), file, document_id, places, Transcript())


def drafted(found: Source, file: Path, document_id: str, places: Places, transcript: Transcript) -> Draft:
    """Return what was read of a source file, with the edits of an earlier draft, as a draft."""
    text = edited_text(found, transcript, file=file.name)
    lines = lines_in_source(found, text)
    stated, heading = read_stated(text, places)
    metadata = _proposed(document_id, text, stated, heading)
    by = " by a machine, nothing of it is confirmed" if found.by_machine else ""
    note = f"# Drafted from {file.name}{by}: check every line. unknown: the document does not tell.\n"
    offers = "".join(
        f"# likely, not taken: {one.field}: {one.value} (from: {one.quote[:60]!r})\n"
        for one in stated
        if one.surely is Surely.LIKELY and metadata.get(one.field) == UNKNOWN
    )
    kept = {
        "schema": 1,
        "edits": [dict(edit) for edit in transcript.edits],
        "stated": [_plain(one) for one in stated],
        "lines": written_lines(lines),
    }
    return Draft(
        text=text, metadata=note + offers + _yaml(metadata), transcript=_yaml(kept), stated=stated, lines=lines,
        suffix=file.suffix.lower(),
    )  # fmt: skip


def _proposed(document_id: str, text: str, stated: tuple[Stated, ...], heading: str) -> dict[str, Any]:
    """Return the metadata that a text states; all else is `unknown`."""
    taken: dict[str, Any] = {}
    for one in stated:
        if one.surely is Surely.STATED and one.field in FIELDS:
            taken.setdefault(one.field, list(one.value) if isinstance(one.value, tuple) else one.value)
    if taken.get("effective_from", "") > taken.get("valid_to", "9999"):
        del taken["valid_to"]
    taken |= {"schema": 1, "id": document_id, "heading": heading, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return {name: taken.get(name, UNKNOWN) for name in FIELDS}


def _plain(one: Stated) -> dict[str, Any]:
    value = list(one.value) if isinstance(one.value, tuple) else one.value
    return {**asdict(one), "value": value, "surely": one.surely.value}


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=200)
