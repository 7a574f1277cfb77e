"""A file of a policy as a draft: its text, what it states of itself, where its lines stand in the file.

With its measures as they are drafted from the text, read where somebody sent the file.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
import yaml

from rules.drafting.draft import draft_pack, trial_document
from rules.language.facts import Lexicon
from seeds.documents import FIELDS, UNKNOWN, Document
from seeds.faults import Fault, SeedError, parse_yaml
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
from seeds.reading import Source, read_source
from seeds.regions import Places
from seeds.stated import read_stated

_PAGED, _BLOCKS = frozenset({".pdf", ".ofd"}), frozenset({".html", ".htm", ".docx"})


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
        text=text, metadata=note + offers + as_yaml(metadata), transcript=as_yaml(kept), stated=stated, lines=lines,
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


def as_yaml(value: object) -> str:
    """Return plain data as YAML that people read and change."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=200)


class Unread(NamedTuple):
    """A sentence that says something and is in no measure: where text[start:end] stands, and in which clause."""

    clause: str
    text: str
    start: int
    end: int


TEXT, METADATA, PACK = "text.txt", "document.yaml", "pack.yaml"
"""The files of the folder that `cepei draft` writes which a review begins with."""
_MEMBERS = frozenset({TEXT, METADATA, PACK, TRANSCRIPT_FILE, RECOGNISED_FILE})
_LARGEST_TEXT, _LARGEST_SOURCE, _DEEPEST = 8 * 1_048_576, 20 * 1_048_576, 40


def _is_plain(text: str) -> bool:
    """Tell whether YAML neither refers to itself, which could unfold endlessly, nor nests as nobody writes."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
                return False
    except yaml.YAMLError:  # the strict reader says where
        return True
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The file of a draft as it was sent, with what a machine recognised in it, and the text before any edit."""

    content: bytes
    suffix: str
    base: str
    recognised: str = ""
    edits: tuple[Mapping[str, str], ...] = ()


class _Sent(NamedTuple):
    text: str
    metadata: dict[str, Any]
    pack: dict[str, Any] | None
    kept: Kept | None


def _read_sent(file: Path, document_id: str, places: Places) -> _Sent:
    """Return text and metadata of a file, or of the folder of a draft in a ZIP file, with its pack if it has one."""
    if file.suffix != ".zip":
        draft = draft_document(file, document_id, places)
        kept = Kept(content=file.read_bytes(), suffix=file.suffix.lower(), base=draft.text)
        return _Sent(draft.text, parse_yaml(draft.metadata, file=METADATA), None, kept)
    with TemporaryDirectory(dir=file.parent) as within:
        folder = Path(within, document_id)
        folder.mkdir()
        _unpack(file, folder)
        return _read_folder(folder, file.name)


def _read_folder(folder: Path, name: str) -> _Sent:
    """Read the folder of a draft; with its source, the text has to be what its edits make of it."""
    if not (folder / TEXT).is_file() or not (folder / METADATA).is_file():
        raise SeedError([Fault(file=name, pointer="", code="no_draft_folder")])
    text, document_id = _text_of(folder / TEXT), folder.name
    metadata = plain_mapping(_text_of(folder / METADATA), METADATA)
    if metadata.get("id") != document_id:
        raise SeedError([Fault(file=METADATA, pointer="/id", code="not_the_id", params={"id": document_id})])
    pack = plain_mapping(_text_of(folder / PACK), PACK) if (folder / PACK).is_file() else None
    measures = pack.get("measures") if pack is not None else []
    if not isinstance(measures, list) or not all(isinstance(one, dict) for one in measures):
        raise SeedError([Fault(file=PACK, pointer="/measures", code="must_be_list")])
    sources = sorted(folder.glob("source.*"))
    if len(sources) != 1:
        return _Sent(text, metadata, pack, None)
    transcript, found = load_transcript(folder), source_of(folder, sources[0])
    if edited_text(found, transcript, file=TRANSCRIPT_FILE) != text:
        params = {"source": sources[0].name, "line": 1}
        raise SeedError([Fault(file=TEXT, pointer="", code="not_the_cleaned", params=params)])
    recognised = folder / RECOGNISED_FILE
    kept = Kept(
        content=sources[0].read_bytes(), suffix=sources[0].suffix, edits=transcript.edits,
        base=edited_text(found, Transcript(), file=TRANSCRIPT_FILE),
        recognised=_text_of(recognised) if recognised.is_file() else "",
    )  # fmt: skip
    return _Sent(text, metadata, pack, kept)


def _unpack(file: Path, folder: Path) -> None:
    """Write the files of a draft into a folder, wherever in the archive they stand; no other name is written."""
    try:
        with zipfile.ZipFile(file) as archive:
            named = [(PurePosixPath(one.filename).name, one) for one in archive.infolist()]
            wanted = [(name, one) for name, one in named if name in _MEMBERS or _SOURCE.fullmatch(name)]
            too_large = any(one.file_size > _most(name) for name, one in wanted)
            if too_large or len({name for name, _ in wanted}) < len(wanted):
                raise SeedError([Fault(file=file.name, pointer="", code="no_draft_folder")])
            for name, one in wanted:
                with archive.open(one) as opened:  # it may be larger than it says
                    (folder / name).write_bytes(opened.read(_most(name)))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        raise SeedError([Fault(file=file.name, pointer="", code="no_draft_folder")]) from error


def _most(name: str) -> int:
    return _LARGEST_TEXT if name in _MEMBERS else _LARGEST_SOURCE


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise SeedError([Fault(file=path.name, pointer="", code="no_draft_folder")]) from error


_SOURCE = re.compile(r"source\.[a-z0-9]{1,8}")


def plain_mapping(text: str, file: str) -> dict[str, Any]:
    """Return a mapping written as YAML that can be kept as it is; raise SeedError naming the line or the reason."""
    if not _is_plain(text):
        raise SeedError([Fault(file=file, pointer="", code="yaml_not_plain", params={"depth": _DEEPEST})])
    try:
        found = parse_yaml(text, file=file)
        is_kept = msgspec.json.decode(msgspec.json.encode(found)) == found
    except (ValueError, TypeError, OverflowError):
        is_kept = False
    if not is_kept:
        raise SeedError([Fault(file=file, pointer="", code="yaml_not_kept")])
    if not isinstance(found, dict):
        raise SeedError([Fault(file=file, pointer="", code="not_a_mapping")])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDraft:
    """What was read of a file that somebody sent: text, metadata and pack as plain data, and what stayed unread."""

    text: str
    metadata: dict[str, Any]
    pack: dict[str, Any]
    unread: tuple[Unread, ...]
    sentences: int
    read: int
    kept: Kept | None = None


def read_sent_draft(file: Path, document_id: str, lexicon: Lexicon) -> SentDraft:
    """Read a file and draft its measures; raise SeedError when it cannot be read.

    It is called in a reader: the file is somebody else's.
    """
    try:
        text, metadata, own_pack, kept = _read_sent(file, document_id, Places(lexicon.vocabularies["regions"]))
    except SeedError as error:
        raise SeedError(error.faults) from None  # of a kind that goes from one process to another
    if not text.strip():
        raise SeedError([Fault(file=file.name, pointer="", code="sent_without_text")])
    document = trial_document(metadata, text)
    drafted_pack = draft_pack(document, lexicon)
    unread = [_placed(document, one.clause, one.text) for one in drafted_pack.unread]
    return SentDraft(
        text=text, metadata=metadata, pack=own_pack or drafted_pack.pack, unread=tuple(unread),
        sentences=drafted_pack.sentences, read=drafted_pack.read, kept=kept,
    )  # fmt: skip


def newly_said(
    before: tuple[dict[str, Any], str], after: tuple[dict[str, Any], str], lexicon: Lexicon
) -> tuple[Unread, ...]:
    """Return the sentences that say something in an edited text and did not before; each is metadata and text.

    It is called in a reader, like `read_sent_draft`.
    """
    old, new = (trial_document(*one) for one in (before, after))
    known = {one.text for one in _said(old, lexicon)}
    return tuple(one for one in _said(new, lexicon) if one.text not in known)


def _said(document: Document, lexicon: Lexicon) -> Iterator[Unread]:
    """Yield the operative words of what is drafted from a text, and the sentences that stay unread."""
    pack = draft_pack(document, lexicon)
    for measure in pack.pack["measures"]:
        yield _placed(document, measure["source"]["clause"], measure["source"]["quote"])
    for one in pack.unread:
        yield _placed(document, one.clause, one.text)


def _placed(document: Document, clause: str, words: str) -> Unread:
    begin = document.clause(clause).start if clause else 0
    found = document.text.find(words, begin)
    return Unread(clause, words, *((found, found + len(words)) if found >= 0 else (begin, begin)))
