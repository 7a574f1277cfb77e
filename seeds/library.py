"""Folders of documents: source file, cleaned text, metadata, a person's edits, and the check that all agree.

A folder holds `source.<ext>` as it was found, `text.txt` (the text that is served and quoted) and `document.yaml`; of a
scan also `recognised.txt`, what a machine read in it: such a text loads once a person has confirmed every line.
`transcript.yaml` has the `edits`, which make that text of the cleaned source, `stated`, the words each value of the
metadata was read from, and `lines`, where each line of the text stands in the source. The text itself is never typed:
same source, same edits, same text.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from seeds.cleaning import clean, map_glyphs
from seeds.documents import Document, build_document
from seeds.faults import CodedError, Fault, SeedError, load_yaml
from seeds.reading import Source, read_source, recognised_source

TRANSCRIPT_FILE = "transcript.yaml"
RECOGNISED_FILE = "recognised.txt"
"""What a machine read in the pictures of a source, its pages parted by form feeds."""
_KEYS = frozenset({"schema", "edits", "stated", "lines"})
_OF_STATED = frozenset({"field", "value", "quote", "start", "end", "surely"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What `transcript.yaml` has: the edits of a document in order, what its text states, where its lines stand."""

    edits: tuple[Mapping[str, str], ...] = ()
    stated: tuple[Mapping[str, Any], ...] = field(default=())
    lines: str = ""


def _drop(lines: list[str], edit: Mapping[str, str]) -> None:
    """`drop: LINE` takes out a line that is not of the document."""
    del lines[_only(lines, edit["drop"])]


def _replace_glyph(lines: list[str], edit: Mapping[str, str]) -> None:
    """`glyph: X, to: Y` says which character one that was read wrongly is, in one `line` or everywhere."""
    if len(edit["glyph"]) != 1 or len(edit["to"]) != 1:
        raise CodedError("edit_one_glyph")
    places = [_only(lines, edit["line"])] if "line" in edit else range(len(lines))
    changed = False
    for index in places:
        changed = changed or edit["glyph"] in lines[index]
        lines[index] = lines[index].replace(edit["glyph"], edit["to"])
    if not changed:
        raise CodedError("edit_finds_nothing", words=edit["glyph"])


def _join(lines: list[str], edit: Mapping[str, str]) -> None:
    """`join: LINE` lets a line go on the one before it."""
    index = _only(lines, edit["join"])
    if not index:
        raise CodedError("edit_nothing_before")
    lines[index - 1 : index + 1] = [lines[index - 1] + lines[index]]


def _break(lines: list[str], edit: Mapping[str, str]) -> None:
    """`break: LINE, before: WORDS` begins a new line at the words."""
    index = _only(lines, edit["break"])
    if lines[index].count(edit["before"]) != 1 or lines[index].startswith(edit["before"]):
        raise CodedError("edit_finds_nothing", words=edit["before"])
    at = lines[index].index(edit["before"])
    lines[index : index + 1] = [lines[index][:at], lines[index][at:]]


def _only(lines: list[str], words: str) -> int:
    """Return the index of the one line that is, or that begins with, these words."""
    found = [index for index, line in enumerate(lines) if line == words]
    found = found or [index for index, line in enumerate(lines) if line.startswith(words)]
    if not found:
        raise CodedError("edit_finds_nothing", words=words)
    if len(found) > 1:
        raise CodedError("edit_finds_several", words=words, count=len(found))
    return found[0]


def _confirm(lines: list[str], edit: Mapping[str, str]) -> None:
    """`confirm: LINE, to: LINE` says that a person has compared the lines from one to another with the picture."""
    if _only(lines, edit["to"]) < _only(lines, edit["confirm"]):
        raise CodedError("edit_finds_nothing", words=edit["to"])


# What each edit is called, the keys it has (those it may have behind), and what it does.
_EDITS: tuple[tuple[frozenset[str], frozenset[str], Callable[[list[str], Mapping[str, str]], None]], ...] = (
    (frozenset({"drop"}), frozenset(), _drop),
    (frozenset({"glyph", "to"}), frozenset({"line"}), _replace_glyph),
    (frozenset({"join"}), frozenset(), _join),
    (frozenset({"break", "before"}), frozenset(), _break),
    (frozenset({"confirm", "to"}), frozenset(), _confirm),
)


def apply_edits(text: str, transcript: Transcript, *, file: str) -> str:
    """Return a cleaned text with the edits done; raise SeedError naming the first that finds nothing to do."""
    lines = text.splitlines()
    for number, edit in enumerate(transcript.edits):
        try:
            next(do for keys, more, do in _EDITS if keys <= set(edit) <= keys | more)(lines, edit)
        except CodedError as error:
            fault = Fault(file=file, pointer=f"/edits/{number}", code=error.code, params=error.params)
            raise SeedError([fault]) from error
    return "".join(f"{line}\n" for line in lines if line)


def source_of(folder: Path, file: Path) -> Source:
    """Return the source of a document: what a machine recognised in it, where that is kept, else what is read of it."""
    kept = folder / RECOGNISED_FILE
    if not kept.exists():
        return read_source(file)
    return recognised_source([page.split("\n") for page in kept.read_text("utf-8").split("\f")])


def unconfirmed(text: str, transcript: Transcript) -> list[int]:
    """Return the numbers of the lines of a text that no person has confirmed, from 1."""
    lines, confirmed = text.splitlines(), set[int]()
    for edit in transcript.edits:
        if "confirm" in edit:
            confirmed |= set(range(_only(lines, edit["confirm"]), _only(lines, edit["to"]) + 1))
    return [number for number in range(1, len(lines) + 1) if number - 1 not in confirmed]


def load_transcript(folder: Path) -> Transcript:
    """Load `transcript.yaml` of a document's folder, empty where there is none; raise SeedError naming faults."""
    path = folder / TRANSCRIPT_FILE
    if not path.exists():
        return Transcript()
    file = f"{folder.name}/{TRANSCRIPT_FILE}"
    try:
        raw = load_yaml(path)
    except SeedError as error:
        raise SeedError(
            Fault(file=file, pointer=f.pointer, code=f.code, params=f.params) for f in error.faults
        ) from error
    faults = [Fault(file=file, pointer=pointer, code=code, params=params) for pointer, code, params in _wrong(raw)]
    if faults:
        raise SeedError(faults)
    return Transcript(
        edits=tuple(raw.get("edits", ())), stated=tuple(raw.get("stated", ())), lines=raw.get("lines", "")
    )


def _wrong(raw: object) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield pointer, code and parameters of each thing that is wrong with a transcript."""
    if not isinstance(raw, dict) or raw.get("schema") != 1 or not set(raw) <= _KEYS:
        yield "", "transcript_keys", {"known": tuple(sorted(_KEYS))}
        return
    if not isinstance(raw.get("lines", ""), str):
        yield "/lines", "must_be_text", {}
    for name in ("edits", "stated"):
        if not isinstance(raw.get(name, []), list):
            yield f"/{name}", "must_be_list", {}
            return
    for number, edit in enumerate(raw.get("edits", [])):
        plain = isinstance(edit, dict) and all(isinstance(value, str) and value for value in edit.values())
        if not plain or not any(keys <= set(edit) <= keys | more for keys, more, _ in _EDITS):
            yield f"/edits/{number}", "no_such_edit", {}
    for number, one in enumerate(raw.get("stated", [])):
        if not isinstance(one, dict) or set(one) != _OF_STATED:
            yield f"/stated/{number}", "transcript_keys", {"known": tuple(sorted(_OF_STATED))}


def _quote_faults(text: str, transcript: Transcript, *, file: str) -> Iterator[Fault]:
    """Yield a fault for each value whose words do not stand where it says."""
    for number, one in enumerate(transcript.stated):
        start, end = one["start"], one["end"]
        there = isinstance(start, int) and isinstance(end, int) and text[start:end] == one["quote"]
        if not there:
            params = {"quote": one["quote"]}
            yield Fault(file=file, pointer=f"/stated/{number}/quote", code="quote_not_there", params=params)


def _line_faults(found: Source, text: str, transcript: Transcript, *, file: str) -> Iterator[Fault]:
    """Yield a fault where a transcript says otherwise than its source where the lines of the text stand in it."""
    if transcript.lines and transcript.lines != written_lines(lines_in_source(found, text)):
        yield Fault(file=file, pointer="/lines", code="lines_not_there")


def _unread_faults(text: str, transcript: Transcript, *, file: str) -> Iterator[Fault]:
    """Yield a fault where a machine read a text and a person has not confirmed all of it: it may not be quoted."""
    open_lines = unconfirmed(text, transcript)
    if open_lines:
        params = {"line": open_lines[0], "count": len(open_lines)}
        yield Fault(file=file, pointer="/edits", code="not_confirmed", params=params)


def load_document(folder: Path) -> Document:
    """Load the document in `folder`; raise SeedError when it is not whole or its parts disagree."""
    file = f"{folder.name}/document.yaml"
    metadata = _load_metadata(folder, file)
    try:
        text = (folder / "text.txt").read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        place, params = f"{folder.name}/text.txt", {"reason": str(error)}
        raise SeedError([Fault(file=place, pointer="", code="cannot_be_read", params=params)]) from error
    faults = _source_faults(folder, text)
    if metadata.get("id") != folder.name:
        faults.append(Fault(file=file, pointer="/id", code="not_the_folder", params={"folder": folder.name}))
    try:
        document = build_document(metadata, text, file=file)
    except SeedError as error:
        raise SeedError([*faults, *error.faults]) from error
    if faults:
        raise SeedError(faults)
    return document


def load_documents(folder: Path) -> tuple[Document, ...]:
    """Load every document below `folder`, sorted by id; raise SeedError with the faults of all of them."""
    documents: list[Document] = []
    faults: list[Fault] = []
    for path in sorted(entry for entry in folder.iterdir() if entry.is_dir()):
        try:
            documents.append(load_document(path))
        except SeedError as error:
            faults.extend(error.faults)
    if faults:
        raise SeedError(faults)
    return tuple(sorted(documents, key=lambda document: document.id))


def _load_metadata(folder: Path, file: str) -> dict[str, Any]:
    try:
        metadata = load_yaml(folder / "document.yaml")
    except SeedError as error:
        raise SeedError(replace(fault, file=file) for fault in error.faults) from error
    if not isinstance(metadata, dict):
        raise SeedError([Fault(file=file, pointer="", code="not_a_mapping")])
    return metadata


def edited_text(found: Source, transcript: Transcript, *, file: str) -> str:
    """Return the text of a source, cleaned and with a person's edits; raise SeedError where one finds nothing to do."""
    return apply_edits(clean(found.text, whole=found.whole), transcript, file=file)


def _source_faults(folder: Path, text: str) -> list[Fault]:
    """Check that the served text can be traced to the file: it is what cleaning and a person's edits make of it."""
    sources = sorted(folder.glob("source.*"))
    if len(sources) != 1:
        return [Fault(file=folder.name, pointer="", code="source_files", params={"count": len(sources)})]
    file = f"{folder.name}/{TRANSCRIPT_FILE}"
    try:
        transcript = load_transcript(folder)
        found = source_of(folder, sources[0])
        cleaned = edited_text(found, transcript, file=file)
    except SeedError as error:
        return list(error.faults)
    if cleaned == text:
        faults = [*_quote_faults(text, transcript, file=file), *_line_faults(found, text, transcript, file=file)]
        return [*faults, *(_unread_faults(text, transcript, file=file) if found.by_machine else ())]
    pairs = zip(cleaned.split("\n"), text.split("\n"), strict=False)
    same = next((number for number, (a, b) in enumerate(pairs, start=1) if a != b), None)
    line = same or 1 + min(cleaned.count("\n"), text.count("\n"))
    params = {"source": sources[0].name, "line": line}
    return [Fault(file=f"{folder.name}/text.txt", pointer="", code="not_the_cleaned", params=params)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLines:
    """Where a line of a text stands in its source: page, from 1, and the first and last line on it, from 1.

    In a file without pages, such as a web page or a Word file, a line is a block and the page is 1.
    """

    page: int
    first: int
    last: int


_LINES_BETWEEN = 6
"""So many lines of a page may stand inside a paragraph and not be of it: page numbers, running heads."""
_LEAST_WORDS = 2
_LEAST_ALIKE, _GLYPHS = 4, 2


def lines_in_source(source: Source, text: str) -> tuple[SourceLines | None, ...]:
    """Return where each line of a cleaned text stands in its source, None where that is not plain."""
    found = [(page, number, _letters(line)) for page, lines in enumerate(source.pages, 1)
             for number, line in enumerate(lines, 1)]  # fmt: skip
    printed = [one for one in found if one[2]]
    beginning: dict[str, list[int]] = {}
    for at, (_, _, words) in enumerate(printed):
        beginning.setdefault(words[:_LEAST_WORDS], []).append(at)
    before = -1
    places: list[SourceLines | None] = []
    for line in text.splitlines():
        words = _letters(line)
        index = _where(words, printed, beginning, before)
        if index is None:
            places.append(None)
            continue
        before = _last_of(words, printed, index)
        page, number, _ = printed[index]
        ends = max(other for other in range(index, before + 1) if printed[other][0] == page)
        places.append(SourceLines(page=page, first=number, last=printed[ends][1]))
    return tuple(places)


def written_lines(places: Iterable[SourceLines | None]) -> str:
    """Return where the lines of a text stand as a transcript has it: page:line, page:first-last, `-` where unknown."""
    return " ".join(
        "-" if one is None else f"{one.page}:{one.first}" + (f"-{one.last}" if one.last > one.first else "")
        for one in places
    )


def _letters(line: str) -> str:
    """Return the letters and digits of a line, which cleaning keeps."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", map_glyphs(line))))


_Printed = Sequence[tuple[int, int, str]]


def _where(words: str, printed: _Printed, beginning: Mapping[str, list[int]], before: int) -> int | None:
    """Return the printed line in which a paragraph begins: the next that begins like it, else the one it was cut from.

    `before` is the line in which the paragraph before it ended.
    """
    if not words:
        return None
    candidates = beginning.get(words[:_LEAST_WORDS], [])
    following = candidates[bisect_left(candidates, before + 1) :]
    found = next((one for one in following if _begin_alike(words, printed[one][2])), None)
    if before >= 0 and words in printed[before][2] and (found is None or found > before + 1):
        return before
    near = (one for one in range(before + 1, min(before + 1 + _LINES_BETWEEN, len(printed))))
    return found if found is not None else next((one for one in near if _nearly(words, printed[one][2])), None)


def _nearly(words: str, line: str) -> bool:
    """Tell whether a line is a paragraph, or its beginning, but for a glyph or two that a person put right."""
    length = min(len(words), len(line))
    return length >= _LEAST_ALIKE and sum(a != b for a, b in zip(words, line, strict=False)) <= _GLYPHS


def _begin_alike(words: str, line: str) -> bool:
    return words.startswith(line) or line.startswith(words)


def _last_of(words: str, printed: _Printed, index: int) -> int:
    """Return the printed line in which a paragraph ends."""
    rest, last, skipped = words[len(printed[index][2]) :], index, 0
    for following in range(index + 1, len(printed)):
        line = printed[following][2]
        if not rest or skipped > _LINES_BETWEEN:
            break
        if _begin_alike(rest, line) or _nearly(rest, line):
            rest, last, skipped = rest[len(line) :], following, 0
        else:
            skipped += 1
    return last
