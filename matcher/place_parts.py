"""Cuts an input into parts that are places and lie in one another: 安徽省 | 合肥市 | 长丰县, or huangpu | guangzhou.

Finds the longest such chain from a position; whether it may be believed is decided in matcher/places.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.gazetteer import Gazetteer, Ids, fold_latin
from seeds.folding import fold
from seeds.word_lists import word_lists

_CHINESE = re.compile("[㐀-鿿豈-﫿]")
_BETWEEN_PARTS = re.compile(r"[\s,、。/\\|;:·•・>→_()\[\]{}<>《》【】〔〕—–-]+")
_BETWEEN_PHRASES = re.compile(r"[,;/|\n、。()]+")
_BETWEEN_WORDS = re.compile(r"[\s_·•-]+")
_TYPES = word_lists().place_types
_TYPE_WORD = re.compile("|".join((*word_lists().place_fillers, *_TYPES)))
_MOST_WORDS = 14


@dataclass(frozen=True, slots=True)
class Writing:
    """An input as `units` (a text of characters, or words where it is Latin) and the `bounds` between its phrases."""

    units: Sequence[str]
    bounds: frozenset[int]
    words: bool

    def text(self, start: int, end: int | None = None) -> str:
        """Return the units from `start` to `end` as text."""
        return " ".join(self.units[start:end]) if self.words else str(self.units[start:end])

    def name(self, start: int, end: int) -> str:
        """Return the units from `start` to `end` as names are indexed."""
        return "".join(self.units[start:end]) if self.words else str(self.units[start:end])

    def closes(self, position: int) -> bool:
        """Tell whether a phrase ends at `position`."""
        return position == len(self.units) or position in self.bounds


@dataclass(frozen=True, slots=True)
class Part:
    """One name in the input: where it stands, which places it left, and whether it is their name in full."""

    start: int
    end: int
    ids: Ids
    own: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """Parts that lie in one another, the places they leave, and where they end."""

    end: int
    ids: Ids = ()
    parts: tuple[Part, ...] = ()

    def without_last(self) -> Chain:
        """Return the chain as it was before its last part."""
        parts = self.parts[:-1]
        return Chain(parts[-1].end, parts[-1].ids, parts) if parts else Chain(self.parts[0].start)

    def longer_than(self, other: Chain) -> bool:
        """Tell whether this chain covers more, or as much with fewer parts."""
        return (self.end, -len(self.parts)) > (other.end, -len(other.parts))


def split_writing(text: str) -> Writing:
    """Fold an input and cut it into units."""
    plain = unicodedata.normalize("NFKC", text)
    words = _CHINESE.search(plain) is None
    phrases = _BETWEEN_PHRASES.split(plain) if words else _BETWEEN_PARTS.split(plain)
    units: list[str] = []
    bounds: set[int] = set()
    for phrase in phrases:
        bounds.add(len(units))
        units += _words(phrase) if words else fold(phrase)
    return Writing(units if words else "".join(units), frozenset(bounds - {0, len(units)}), words)


def _words(phrase: str) -> Iterator[str]:
    return filter(None, map(fold_latin, _BETWEEN_WORDS.split(phrase)))


def run_together(writing: Writing) -> Writing:
    """Return Latin words as one run of letters (hefeichangfeng), for inputs without spaces."""
    return Writing("".join(writing.units), frozenset(), words=False)


def read_chain(writing: Writing, start: int, gazetteer: Gazetteer) -> Chain:
    """Return the chain of places from `start` that covers most; an empty one when no place stands there."""
    return _follow(writing, Chain(start), gazetteer)


def _follow(writing: Writing, chain: Chain, gazetteer: Gazetteer) -> Chain:
    """Return the longest chain that goes on from `chain`, or `chain` itself."""
    best = chain
    for longer in _steps(writing, chain, gazetteer):
        followed = _follow(writing, longer, gazetteer)
        if followed.longer_than(best):
            best = followed
        if best.end == len(writing.units) or followed.end > longer.end:
            break  # a shorter name here would leave the next name in pieces
    return best


def _steps(writing: Writing, chain: Chain, gazetteer: Gazetteer) -> Iterator[Chain]:
    """Yield the chain with each further part that may stand at its end, the longest name first."""
    for end in _ends(writing, chain.end, gazetteer):
        name = writing.name(chain.end, end)
        ids = gazetteer.narrow(chain.ids, name)
        if not ids:
            continue
        own = gazetteer.is_called(name, ids)
        if chain.ids != ids or own or writing.words or writing.closes(end):
            yield Chain(end, ids, (*chain.parts, Part(chain.end, end, ids, own)))
    if chain.parts:
        yield from _over_type(writing, chain, gazetteer)


def _ends(writing: Writing, start: int, gazetteer: Gazetteer) -> Iterator[int]:
    """Yield where a name that starts at `start` may end, the longest first."""
    if writing.words:
        yield from range(min(len(writing.units), start + _MOST_WORDS), start, -1)
        return
    for length in gazetteer.lengths.get(writing.name(start, start + 2), ()):
        if start + length <= len(writing.units) and _is_whole(writing.units, start, start + length):
            yield start + length


def _is_whole(units: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a name of Latin letters or digits is no piece of a longer word or number among Chinese."""
    if not units[start].isascii() or str(units).isascii():
        return True
    return not any(0 <= i < len(units) and units[i].isascii() for i in (start - 1, end))


def _over_type(writing: Writing, chain: Chain, gazetteer: Gazetteer) -> Iterator[Chain]:
    """Yield the chain past a word that only says what kind of place was named (city, 市辖区)."""
    following = writing.name(chain.end, chain.end + 1) if writing.words else writing.text(chain.end)
    found = _TYPE_WORD.fullmatch(following) if writing.words else _TYPE_WORD.match(following)
    if found:
        kind = _TYPES.get(found[0], "")
        typed = tuple(place for place in chain.ids if gazetteer.regions[place].zh.endswith(kind))
        yield Chain(chain.end + (1 if writing.words else len(found[0])), typed or chain.ids, chain.parts)
