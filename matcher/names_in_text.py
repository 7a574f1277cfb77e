"""Which vocabulary names stand where in a text: longest names first, none inside another of its vocabulary."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from seeds.folding import fold_aligned
from seeds.vocabulary import Entry, Vocabulary
from seeds.word_lists import word_lists

SHORTEST_NAME = 2

_NOT_BEHIND, _NOT_BEFORE = word_lists().not_behind, word_lists().not_before
"""Names that are the end of one word and the beginning of the next (金融|资本), by the characters beside them."""


@dataclass(frozen=True, slots=True)
class NameInText:
    """A name found: offsets into the text searched, and the entries that are written so."""

    start: int
    end: int
    vocabulary: str
    ids: tuple[str, ...]


class NameScanner:
    """Finds the names of one vocabulary in aligned-folded texts; built once."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        entries: Iterable[Entry],
        names: Callable[[Entry], Iterable[str]] = Entry.spellings,
    ) -> None:
        """Index the `names` of `entries` by their first two characters."""
        self.vocabulary = vocabulary.name
        spelled: dict[str, list[str]] = {}
        for entry in entries:
            for spelling in names(entry):
                name = fold_aligned(unicodedata.normalize("NFKC", spelling))
                if len(name) >= SHORTEST_NAME and entry.id not in spelled.setdefault(name, []):
                    spelled[name].append(entry.id)
        self._heads: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for name in sorted(spelled, key=lambda name: (-len(name), name)):
            self._heads.setdefault(name[:SHORTEST_NAME], []).append((name, tuple(spelled[name])))

    def scan(self, text: str) -> list[NameInText]:
        """Return every name in `text` (aligned-folded), left to right, not overlapping."""
        found: list[NameInText] = []
        position, last = 0, len(text) - 1
        while position < last:
            hit = self._at(text, position)
            if hit is None:
                position += 1
            else:
                found.append(hit)
                position = hit.end
        return found

    def _at(self, text: str, position: int) -> NameInText | None:
        for name, ids in self._heads.get(text[position : position + SHORTEST_NAME], ()):
            end = position + len(name)
            if text.startswith(name, position) and is_whole_word(text, position, end) and _is_one_word(text, name, end):
                return NameInText(position, end, self.vocabulary, ids)
        return None


def _is_one_word(text: str, name: str, end: int) -> bool:
    left, right = text[end - len(name) - 1 : end - len(name)], text[end : end + 1]
    return not (left and left in _NOT_BEHIND.get(name, "")) and not (right and right in _NOT_BEFORE.get(name, ""))


def find_whole_word(text: str, words: str, start: int, end: int) -> int:
    """Return where `words` first stands in text[start:end] as no part of a longer word, or -1."""
    at = text.find(words, start, end)
    while at >= 0 and not is_whole_word(text, at, at + len(words)):
        at = text.find(words, at + 1, end)
    return at


def is_whole_word(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] is no part of a longer Latin word or number; Chinese always is."""
    return not (_joins(text, start - 1, start) or _joins(text, end - 1, end))


def _joins(text: str, left: int, right: int) -> bool:
    """Tell whether the two neighbouring characters belong to one Latin word or number."""
    if left < 0 or right >= len(text):
        return False
    a, b = text[left], text[right]
    return a.isascii() and a.isalnum() and b.isascii() and b.isalnum()
