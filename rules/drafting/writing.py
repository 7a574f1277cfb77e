"""A draft with its cites as places of the document and as packs write them; what of it does not load is taken out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.drafting.parts import manual
from rules.drafting.sentences import Span
from rules.language.condition_parsing import PackError
from rules.language.facts import Lexicon
from rules.language.pack import parse_pack
from seeds.documents import Document

_QUOTED = ("cite", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an item of a draft rests: its pointer in the pack, its clause, and text[start:end] of the document."""

    pointer: str
    clause: str
    start: int
    end: int


def written(pack: Any, document: Document) -> Any:  # noqa: ANN401 - plain data of any shape
    """Return a draft with each cite as a pack writes it."""
    return _Writer(document).part(pack, "")


class _Writer:
    """Writes cites of one document; where words stand in a clause is looked up once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._starts: dict[tuple[str, str], list[int]] = {}

    def part(self, part: Any, clause: str) -> Any:  # noqa: ANN401 - plain data of any shape
        """Return a part with its cites written: words that stand in `clause`, or in the one it names."""
        if isinstance(part, list):
            return [self.part(one, clause) for one in part]
        if not isinstance(part, Mapping):
            return part
        own = str(part.get("clause") or (part.get("source") or {}).get("clause") or clause)
        return {key: self._cited(key, value, own) for key, value in part.items()}

    def _cited(self, key: str, value: Any, clause: str) -> Any:  # noqa: ANN401 - plain data of any shape
        if key == "source":
            quote = value["quote"]
            which = self._which(quote, clause)
            stands_once = len(self._starts[clause, quote.text]) == 1
            return {"clause": clause, "quote": quote.text, **({} if stands_once else {"nth": which})}
        if key != "cite" or not isinstance(value, Span):
            return self.part(value, clause)
        which = self._which(value, clause)
        return value.text if which == 1 else {"clause": clause, "quote": value.text, "nth": which}

    def _which(self, span: Span, clause: str) -> int:
        """Return how many times the words of a place stand in its clause up to there."""
        if (clause, span.text) not in self._starts:
            clause_of, starts = self._document.clause(clause), list[int]()
            place = self._document.text.find(span.text, clause_of.start, clause_of.end)
            while place >= 0:
                starts.append(place)
                place = self._document.text.find(span.text, place + 1, clause_of.end)
            self._starts[clause, span.text] = starts
        return bisect_right(self._starts[clause, span.text], span.start)


def places(part: Any, clause: str = "", pointer: str = "") -> Iterator[Place]:  # noqa: ANN401 - plain data of any shape
    """Yield where each item of a draft rests, in the order of the pack."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from places(one, clause, f"{pointer}/{number}")
    elif isinstance(part, Mapping):
        own = str(part.get("clause") or (part.get("source") or {}).get("clause") or clause)
        for key, value in part.items():
            span = value["quote"] if key == "source" else value
            if key in _QUOTED and isinstance(span, Span):
                yield Place(pointer=f"{pointer}/{key}", clause=own, start=span.start, end=span.end)
            else:
                yield from places(value, own, f"{pointer}/{key}")


Raw = dict[str, Any]
_MOST_ROUNDS = 30
_OF_A_MEASURE = frozenset({"benefits", "conditions", "beneficiary"})
"""What a measure may lose; without anything else it is none."""


def without_faults(pack: Raw, document: Document, lexicon: Lexicon) -> tuple[Raw, list[tuple[str, str]]]:
    """Return a draft, its cites as places, that loads, and the clause and words of each part that had to go."""
    taken: list[tuple[str, str]] = []
    for _ in range(_MOST_ROUNDS):
        pointers = _faulty(pack, document, lexicon) if pack["measures"] else []
        if not pointers:
            return pack, taken
        taken += [_take_out(pack, pointer) for pointer in _outermost(pointers)]
    return {**pack, "measures": []}, [*taken, *(_told(one, "") for one in pack["measures"])]


def _faulty(pack: Raw, document: Document, lexicon: Lexicon) -> list[str]:
    documents = {document.id: document}
    try:
        parse_pack(
            written(pack, document), file=f"{document.id}.yaml", documents=documents, lexicon=lexicon, is_draft=True
        )
    except PackError as error:
        return sorted({fault.pointer for fault in error.faults})
    return []


def _take_out(pack: Raw, pointer: str) -> tuple[str, str]:
    place: Any = pack
    keys = pointer.split("/")
    clause = ""
    for key in keys[:-1]:
        place = place[int(key)] if isinstance(place, list) else place[key]
        clause = place.get("source", {}).get("clause", clause) if isinstance(place, Mapping) else clause
    if "conditions" in keys and (spoken := _in_words(place, keys[-1])):
        return clause, spoken
    removed = place.pop(int(keys[-1])) if isinstance(place, list) else place.pop(keys[-1])
    return _told(removed, clause)


def _in_words(place: Any, key: str) -> str:  # noqa: ANN401 - the list of conditions, or the measure that has it
    """Put conditions of facts into words for a person, and return the words; "" where there are none of facts."""
    conditions = place if isinstance(place, list) else place[key]
    spoken = []
    for number in [int(key)] if isinstance(place, list) else range(len(conditions)):
        one = conditions[number]
        if "fact" in one:
            kept = {"clause": one["clause"]} if "clause" in one else {}
            conditions[number] = {**manual(f"stated-{number + 1}", one["cite"]), **kept}
            spoken.append(one["cite"].text)
    return "；".join(spoken)


def _told(removed: Any, clause: str) -> tuple[str, str]:  # noqa: ANN401 - a part of any shape
    """Return the clause and the words of a part: its own, else the first that it holds."""
    if isinstance(removed, list):
        return _told(removed[0], clause) if removed else (clause, "")
    if not isinstance(removed, Mapping):
        return clause, removed.text if isinstance(removed, Span) else str(removed)
    source = removed.get("source", {})
    clause = str(removed.get("clause", source.get("clause", clause)))
    words = removed.get("cite", source.get("quote"))
    inner = next((one for one in removed.values() if isinstance(one, list | Mapping)), "")
    return (clause, words.text) if isinstance(words, Span) else _told(inner, clause)


def _outermost(pointers: Iterable[str]) -> list[str]:
    """Return the parts that faults lie in: a measure's benefit or condition, else the measure, the last first."""
    parts: dict[str, None] = {}
    for pointer in pointers:
        keys = pointer.strip("/").split("/")
        if keys[0] != "measures":
            parts["/".join(keys[:2])] = None
        elif len(keys) > 2 and keys[2] in _OF_A_MEASURE:  # noqa: PLR2004 - the measure and a part of it
            parts["/".join(keys[:4] if keys[3:] and keys[2] != "beneficiary" else keys[:3])] = None
        else:
            parts["/".join(keys[:2])] = None
    inner = [part for part in parts if not any(part.startswith(f"{other}/") for other in parts)]
    return sorted(inner, key=_place, reverse=True)


def _place(pointer: str) -> list[tuple[int, str]]:
    return [(int(key), "") if key.isdigit() else (-1, key) for key in pointer.split("/")]
