"""Edits of a text, as transcript.yaml has them: what is quoted follows them, and what no longer holds is found.

An edit changes no character but the one it names, so each character of an edited text is one of the text before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.language.condition_parsing import Faults, Quoter
from seeds.documents import Document, Quote
from seeds.library import Transcript, apply_edits

Json = dict[str, Any]
Edit = Mapping[str, str]
FILE = "transcript.yaml"


def edited(base: str, edits: Sequence[Edit]) -> str:
    """Return a text with edits done; raise SeedError naming the first that finds nothing to do."""
    return apply_edits(base, Transcript(edits=tuple(edits)), file=FILE) if edits else base


def _kept(base: str, edits: Sequence[Edit]) -> list[int]:
    """Return for each character of the edited text, line breaks aside, which of the text before it is."""
    places, text = [at for at, char in enumerate(base) if char != "\n"], base
    for edit in edits:
        fresh = edited(text, [edit])
        if "drop" in edit:
            before, after = text.splitlines(), fresh.splitlines()
            line = next((at for at, one in enumerate(after) if one != before[at]), len(after))
            start = sum(map(len, before[:line]))
            del places[start : start + len(before[line])]
        text = fresh
    return places


@dataclass(frozen=True, slots=True)
class Moves:
    """Where the places of one text stand in another that was made of the same one by other edits."""

    old: Document
    new: Document
    _to: Mapping[int, int]

    def moved(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where text[start:end] of the old one stands in the new one; None where part of it does not."""
        kept = [at for at in range(start, end) if self.old.text[at] != "\n"]
        if not kept or any(at not in self._to for at in kept):
            return None
        return self._to[kept[0]], self._to[kept[-1]] + 1


def moves(base: str, old: tuple[Document, Sequence[Edit]], new: tuple[Document, Sequence[Edit]]) -> Moves:
    """Return where the places of an edited text stand after other edits."""
    (before, was), (after, now) = old, new
    letters = [at for at, char in enumerate(after.text) if char != "\n"]
    there = dict(zip(_kept(base, now), letters, strict=True))
    here = (at for at, char in enumerate(before.text) if char != "\n")
    to = {at: there[place] for at, place in zip(here, _kept(base, was), strict=True) if place in there}
    return Moves(before, after, to)


@dataclass(slots=True)
class Followed:
    """Items as they are after an edit of the text, and the words that no longer stand in it, by item."""

    bodies: dict[str, Json]
    lost: list[tuple[str, str]]


def follow(bodies: Mapping[str, Json], where: Moves) -> Followed:
    """Return the items whose words are other ones now, with these; `bodies` are all that cite the text."""
    found = Followed({}, [])
    for name, body in bodies.items():
        one = _Follower(where, name, found.lost)
        fresh = one.sentence(body) if "text" in body and "start" in body else one.part(body, one.clause_of(body))
        if fresh != body:
            found.bodies[name] = fresh
    return found


@dataclass(frozen=True, slots=True)
class _Follower:
    """Carries the cites of one item over."""

    where: Moves
    item: str
    lost: list[tuple[str, str]]

    def clause_of(self, body: Json) -> str:
        source = body.get("source")
        document = self.where.old
        title = document.clauses_at(document.heading_start)
        return str(source.get("clause")) if isinstance(source, dict) else title[0].path

    def sentence(self, body: Json) -> Json:
        place = self.where.moved(body["start"], body["end"])
        if place is None:
            self.lost.append((self.item, body["text"]))
            return body
        start, end = place
        return {**body, "text": self.where.new.text[start:end], "start": start, "end": end,
                "clause": self._clause_at(start, end) or body["clause"]}  # fmt: skip

    def part(self, part: Any, clause: str) -> Any:  # noqa: ANN401 - plain data of any shape
        if isinstance(part, list):
            return [self.part(one, clause) for one in part]
        if not isinstance(part, dict):
            return part
        own = str(part.get("clause") or clause) if "quote" not in part else clause
        return {key: value for name, given in part.items() for key, value in self._key(name, given, own)}

    def _key(self, name: str, given: Any, clause: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - as above
        if name == "source" and isinstance(given, dict):
            yield name, self._words(given, str(given.get("clause")), is_source=True)
        elif name == "cite" and isinstance(given, str | dict):
            yield name, self._words(given, clause, is_source=False)
        else:
            yield name, self.part(given, clause)

    def _words(self, raw: Any, clause: str, *, is_source: bool) -> Any:  # noqa: ANN401 - a cite
        quoter = Quoter(self.where.old, Faults(""))
        found = quoter.source(raw, "") if is_source else quoter.cite(raw, "", clause)
        if not isinstance(found, Quote):
            return raw
        place = self.where.moved(found.start, found.end)
        if place is None:
            self.lost.append((self.item, found.quote))
            return raw
        start, end = place
        words = self.where.new.text[start:end]
        if isinstance(raw, str):
            return words
        path = self._clause_at(start, end, known=found.clause) or found.clause
        return {**raw, "quote": words, **({"clause": path} if "clause" in raw else {})}

    def _clause_at(self, start: int, end: int, known: str = "") -> str:
        """Return the clause of a place: the one known where it still holds it, else the smallest that does."""
        holding = [one.path for one in self.where.new.clauses_at(start) if end <= one.end]
        return known if known in holding else next(iter(holding), "")
