"""What a person has corrected of a reading, as data: `reading.yaml` beside a document's source.

Every check replays it. It holds `edits`, which make the served text of the cleaned one, and `stated`, the words each
value of the metadata was read from. The text itself is never typed: same source, same edits, same text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seeds.faults import CodedError, Fault, SeedError, load_yaml

READING_FILE = "reading.yaml"
_KEYS = frozenset({"schema", "edits", "stated"})
_OF_STATED = frozenset({"field", "value", "quote", "start", "end", "surely"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The edits of a document in order, and what its text states, as `reading.yaml` has them."""

    edits: tuple[Mapping[str, str], ...] = ()
    stated: tuple[Mapping[str, Any], ...] = field(default=())


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


# What each edit is called, the keys it has (those it may have behind), and what it does.
_EDITS: tuple[tuple[frozenset[str], frozenset[str], Callable[[list[str], Mapping[str, str]], None]], ...] = (
    (frozenset({"drop"}), frozenset(), _drop),
    (frozenset({"glyph", "to"}), frozenset({"line"}), _replace_glyph),
    (frozenset({"join"}), frozenset(), _join),
    (frozenset({"break", "before"}), frozenset(), _break),
)


def apply_edits(text: str, reading: Reading, *, file: str) -> str:
    """Return a cleaned text with the edits done; raise SeedError naming the first that finds nothing to do."""
    lines = text.splitlines()
    for number, edit in enumerate(reading.edits):
        try:
            next(do for keys, more, do in _EDITS if keys <= set(edit) <= keys | more)(lines, edit)
        except CodedError as error:
            fault = Fault(file=file, pointer=f"/edits/{number}", code=error.code, params=error.params)
            raise SeedError([fault]) from error
    return "".join(f"{line}\n" for line in lines if line)


def load_reading(folder: Path) -> Reading:
    """Load `reading.yaml` of a document's folder, an empty one where there is none; raise SeedError naming faults."""
    path = folder / READING_FILE
    if not path.exists():
        return Reading()
    file = f"{folder.name}/{READING_FILE}"
    try:
        raw = load_yaml(path)
    except SeedError as error:
        raise SeedError(
            Fault(file=file, pointer=f.pointer, code=f.code, params=f.params) for f in error.faults
        ) from error
    faults = [Fault(file=file, pointer=pointer, code=code, params=params) for pointer, code, params in _wrong(raw)]
    if faults:
        raise SeedError(faults)
    return Reading(edits=tuple(raw.get("edits", ())), stated=tuple(raw.get("stated", ())))


def _wrong(raw: object) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield pointer, code and parameters of each thing that is wrong with a reading."""
    if not isinstance(raw, dict) or raw.get("schema") != 1 or not set(raw) <= _KEYS:
        yield "", "reading_keys", {"known": tuple(sorted(_KEYS))}
        return
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
            yield f"/stated/{number}", "reading_keys", {"known": tuple(sorted(_OF_STATED))}


def quote_faults(text: str, reading: Reading, *, file: str) -> Iterator[Fault]:
    """Yield a fault for each value whose words do not stand where it says."""
    for number, one in enumerate(reading.stated):
        start, end = one["start"], one["end"]
        there = isinstance(start, int) and isinstance(end, int) and text[start:end] == one["quote"]
        if not there:
            params = {"quote": one["quote"]}
            yield Fault(file=file, pointer=f"/stated/{number}/quote", code="quote_not_there", params=params)
