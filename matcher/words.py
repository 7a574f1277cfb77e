"""What people type, resolved to vocabulary entries: exactly, by alias, by containment or by likeness.

Only exact and alias readings are facts; the others are offered and connect, and never decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from matcher.fuzzy import nearest
from seeds.folding import fold
from seeds.vocabulary import Vocabulary


class How(StrEnum):
    """How surely an input was read."""

    EXACT = "exact"
    ALIAS = "alias"
    CONTAINS = "contains"
    FUZZY = "fuzzy"
    INFERRED = "inferred"
    DECLARED = "declared"


SURE = frozenset({How.EXACT, How.ALIAS, How.DECLARED})
SUGGESTIONS = 3
SHORTEST_CONTAINED = 2
SHORTEST_CONTAINED_LATIN = 3

_SPLIT = re.compile(r"[、,，;；|\n]+|\s+/\s+|(?<=[\u4e00-\u9fff])/(?=[\u4e00-\u9fff])")
_NEGATION = re.compile(r"(?:不|非|无|没有|并非|未|除)[^，。；、]{0,2}$")
_NOISE = re.compile(
    r"^(?:主要|从事|主营|专注|研发|生产|我们|做)+|(?:等|类|行业|产业|领域|方向|阶段|相关|业务|企业|公司|制造商|厂家|产品|认定|申报|支持|需求)+$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordReading:
    """One entry read from an input; `ids` holds several when one writing has several meanings."""

    input: str
    ids: tuple[str, ...]
    how: How
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An entry that resembles an input, for a person to confirm."""

    id: str
    similarity: float


class WordResolver:
    """Resolves inputs against one vocabulary; readings are remembered, since rows of a file repeat them."""

    def __init__(self, vocabulary: Vocabulary, codes: Mapping[str, str] | None = None) -> None:
        """Index the vocabulary; `codes` maps classification codes to entries (GB/T 4754 for sectors)."""
        self.vocabulary = vocabulary
        self._codes = codes or {}
        self._names = tuple(vocabulary.index)
        self._longest = max(map(len, self._names), default=0)
        self.read = lru_cache(maxsize=65536)(self._read)
        self.suggest = lru_cache(maxsize=16384)(self._suggest)

    def split(self, text: str) -> tuple[str, ...]:
        """Return the items of a list typed as one text (聚乳酸、PHA), or the text itself when it is one name."""
        if self._whole(text):
            return (text,)
        return tuple(part.strip() for part in _SPLIT.split(text) if fold(part)) or (text,)

    def _read(self, text: str) -> tuple[WordReading, ...]:
        """Return the readings of one item: the whole of it, else the names contained in it."""
        whole = self._whole(text)
        return (whole,) if whole else tuple(self._contained(text))

    def _suggest(self, text: str) -> tuple[Suggestion, ...]:
        """Return the entries whose names resemble the whole input, best first, ties included."""
        best: dict[str, float] = {}
        for likeness in nearest(fold(text), self._names, limit=SUGGESTIONS):
            for entry in self.vocabulary.index[self._names[likeness.position]]:
                best.setdefault(entry, likeness.similarity)
        return tuple(Suggestion(id=entry, similarity=similarity) for entry, similarity in best.items())

    def _whole(self, text: str) -> WordReading | None:
        for candidate in dict.fromkeys((text, _NOISE.sub("", text.strip()))):
            ids = self.vocabulary.find(candidate)
            if ids:
                exact = any(fold(candidate) in (fold(self.vocabulary[i].zh), fold(self.vocabulary[i].en)) for i in ids)
                return WordReading(input=text, ids=ids, how=How.EXACT if exact else How.ALIAS, similarity=1.0)
        code = self._code(text)
        return WordReading(input=text, ids=(code,), how=How.EXACT, similarity=1.0) if code else None

    def _code(self, text: str) -> str | None:
        """Read a classification code (C2761, 2761), falling back to its group or division."""
        match = re.fullmatch(r"([a-z])?(\d{2,4})?", fold(text))
        if not self._codes or match is None or not (match[1] or match[2]):
            return None
        digits = match[2] or ""
        for length in range(len(digits), 1, -1):
            if digits[:length] in self._codes:
                return self._codes[digits[:length]]
        return self._codes.get((match[1] or "").upper()) if not digits else None

    def _contained(self, text: str) -> Iterable[WordReading]:
        """Yield the longest names inside the input, left to right, that are not negated."""
        folded, start = fold(text), 0
        while start < len(folded):
            name = self._longest_name_at(folded, start)
            if name and not _NEGATION.search(folded[:start]):
                share = round(len(name) / len(folded), 4)
                yield WordReading(input=text, ids=self.vocabulary.index[name], how=How.CONTAINS, similarity=share)
            start += len(name) if name else 1

    def _longest_name_at(self, folded: str, start: int) -> str:
        for end in range(min(len(folded), start + self._longest), start + SHORTEST_CONTAINED - 1, -1):
            name = folded[start:end]
            if name in self.vocabulary.index and _stands_alone(folded, start, end):
                return name
        return ""


def _stands_alone(folded: str, start: int, end: int) -> bool:
    """Tell whether a contained name counts: a Latin one must be long enough and no part of a longer word."""
    name = folded[start:end]
    if not name.isascii():
        return True
    if len(name) < SHORTEST_CONTAINED_LATIN or name.isdigit():
        return False
    before, after = folded[start - 1 : start], folded[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
