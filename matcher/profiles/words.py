"""What people type, resolved to vocabulary entries: exactly, by alias, by containment or by likeness.

Only exact and alias readings are facts; the others are offered and connect, and never decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise
from unicodedata import normalize

from matcher.fuzzy import nearest
from seeds.vocabulary import Vocabulary, fold
from seeds.word_lists import industries, word_lists


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
SHORTEST_ALIKE_LATIN = 5
"""An abbreviation resembles nothing: three letters of ALPHA are PHA."""

LONGEST_CLASS = 100
"""Characters of a code with its name, or of a path of classes."""

_SPLIT = re.compile(r"[、,，;；|\n]+|\s+/\s+|(?<=[\u4e00-\u9fff])/(?=[\u4e00-\u9fff])")
_PERHAPS_SPLIT = re.compile(r"\s*(?:以及|和|及|与|/|&|\+|\band\b)\s*|\s+")
"""Marks that may as well stand inside a name (细胞与基因治疗): they split only what are names on both sides."""

_NEGATION = re.compile(
    r"(?:(?:不|非|无|没有?|未|除了?)(?:再|做|是|含|涉及|生产|从事|属于|包括|经营|销售|研发|使用)*"
    r"|(?<![a-z])(?:not|non|no|without|except)(?: (?:make|produce|use|a|any|for))*) ?$"
)
"""What stands right before a name and denies it; 不锈钢, 无锡 and nano deny nothing."""

_PIECE = re.compile(r"[^\s·•・_—,，、/\\|.。;；:：'\"()\[\]{}<>《》〈〉*#-]+")
"""What folding runs together."""

_MARKS_BETWEEN = r"[\s_:>/·–—-]*"
_CODE_FIRST = re.compile(rf"[(\[【]?([A-Ta-t]\d{{2,4}}|\d{{2,4}}|[A-T])(?![0-9A-Za-z])[)\]】]?{_MARKS_BETWEEN}(\S.*)")
_CODE_LAST = re.compile(
    rf"(.*[^\s(\[【]){_MARKS_BETWEEN}[(\[【]?(?<![0-9A-Za-z])([A-Ta-t]\d{{2,4}}|\d{{2,4}}|[A-T])[)\]】]?"
)
"""A code of the classification beside a name: C27 医药制造业, 医药制造业（C27）."""

_PATH = re.compile(r"\s*(?:-*>|[-→»›–—]+)\s*")

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
    """An entry that stands in an input or resembles it, for a person to confirm."""

    id: str
    how: How
    similarity: float


class WordResolver:
    """Resolves inputs against one vocabulary; the latest readings are remembered, since rows of a file repeat them.

    Threads may share it: a text is always read the same, and the caches are the library's own.
    """

    def __init__(self, vocabulary: Vocabulary, codes: Mapping[str, str] | None = None) -> None:
        """Index the vocabulary; `codes` maps classification codes to entries (GB/T 4754 for sectors)."""
        self.vocabulary = vocabulary
        self._codes = codes or {}
        official = industries().codes.items() if codes else ()
        self._official = {name: (entry,) for name, code in official if (entry := self._code(code))}
        self._long_names = tuple(
            name for name in vocabulary.index if not name.isascii() or len(name) >= SHORTEST_ALIKE_LATIN
        )
        self._longest = max(map(len, vocabulary.index), default=0)
        self._whole = lru_cache(maxsize=65536)(self._look_up)
        self.read = lru_cache(maxsize=65536)(self._read)
        self.suggest = lru_cache(maxsize=16384)(self._suggest)

    def split(self, text: str) -> tuple[str, ...]:
        """Return the items of a list typed as one text (聚乳酸、PHA), or the text itself when it is one name."""
        if self._whole(text):
            return (text,)
        parts = tuple(part.strip() for part in _SPLIT.split(text) if fold(part)) or (text,)
        return tuple(item for part in parts for item in self._split_names(part))

    def _split_names(self, text: str) -> tuple[str, ...]:
        """Split at words like 和, but only where every piece is a name of its own (聚乳酸和PHA)."""
        pieces = tuple(piece for piece in _PERHAPS_SPLIT.split(text) if fold(piece))
        kinds = {self._code(piece) is None for piece in pieces}  # a code beside a name is no item of its own
        is_list = len(pieces) > 1 and len(kinds) == 1 and not self._whole(text)
        return pieces if is_list and all(map(self._whole, pieces)) else (text,)

    def _read(self, text: str) -> tuple[WordReading, ...]:
        """Return the readings of one item: the whole of it, else the names contained in it."""
        whole = self._whole(text)
        if whole:
            return (whole,)
        names, length = self._names_in(text)
        if (
            len({self.vocabulary.index[name] for name, _ in names}) == 1
            and sum(len(name) for name, _ in names) == length
        ):
            return (self._reading(text, names[0][0], How.ALIAS, 1.0),)  # one thing stated twice: 聚乳酸（PLA）
        stated = [name for name, denied in names if not denied]
        return tuple(self._reading(text, name, How.CONTAINS, round(len(name) / length, 4)) for name in stated)

    def _reading(self, text: str, name: str, how: How, similarity: float) -> WordReading:
        return WordReading(input=text, ids=self.vocabulary.index[name], how=how, similarity=similarity)

    def _suggest(self, text: str) -> tuple[Suggestion, ...]:
        """Return the entries that stand in the input or whose names resemble the whole of it, best first.

        What denies a name (非生物材料) resembles nothing: likeness does not see the 非.
        """
        best: dict[str, Suggestion] = {}
        for reading in self.read(text):
            for entry in reading.ids:
                best.setdefault(entry, Suggestion(id=entry, how=How.CONTAINS, similarity=reading.similarity))
        if not any(denied for _, denied in self._names_in(text)[0]):
            for alike in nearest(fold(text), self._long_names, limit=SUGGESTIONS):
                for entry in self.vocabulary.index[self._long_names[alike.position]]:
                    best.setdefault(entry, Suggestion(id=entry, how=How.FUZZY, similarity=alike.similarity))
        return tuple(sorted(best.values(), key=lambda suggestion: -suggestion.similarity))

    def _look_up(self, text: str) -> WordReading | None:
        """Return the reading of a text that is one name, code, code beside its name, or path; else None."""
        for candidate in dict.fromkeys((text, _NOISE.sub("", text.strip()))):
            ids = self.vocabulary.find(candidate) or self._official.get(fold(candidate), ())
            if ids and (candidate == text or len(fold(candidate)) >= SHORTEST_CONTAINED):
                labels = {fold(label) for i in ids for label in (self.vocabulary[i].zh, self.vocabulary[i].en)}
                exact = candidate == text and fold(text) in labels
                return WordReading(input=text, ids=ids, how=How.EXACT if exact else How.ALIAS, similarity=1.0)
        if code := self._code(text):
            return WordReading(input=text, ids=(code,), how=How.EXACT, similarity=1.0)
        is_one = bool(self._codes) and len(text) <= LONGEST_CLASS
        found = (self._coded(text) or self._at_end_of_path(text)) if is_one else None
        return WordReading(input=text, ids=(found,), how=How.ALIAS, similarity=1.0) if found else None

    def _coded(self, text: str) -> str | None:
        """Read a code beside its name as the narrower of both; None where they disagree or no name is known."""
        plain = normalize("NFKC", text).strip()
        first, last = _CODE_FIRST.fullmatch(plain), _CODE_LAST.fullmatch(plain)
        for code, name in (first.groups() if first else ("", ""), last.groups()[::-1] if last else ("", "")):
            if code and (entry := self._code(code)):
                if whole := self._whole(name):
                    found = [narrowest for known in whole.ids if (narrowest := self._narrowest((entry, known)))]
                    return found[0] if len(found) == 1 else None
                # A name only known in part has a full code decide.
                parts = () if code.isdigit() or code.isalpha() else self.read(name)
                agree = all(any(self._narrowest((entry, known)) for known in part.ids) for part in parts)
                return entry if parts and agree else None
        return None

    def _at_end_of_path(self, text: str) -> str | None:
        """Read 制造业-医药制造业 as the narrower, where every piece is known and all lie in one another."""
        pieces = _PATH.split(normalize("NFKC", text).strip())
        readings = [self._whole(piece) for piece in pieces] if len(pieces) > 1 else []
        ids = [reading.ids[0] for reading in readings if reading and len(reading.ids) == 1]
        return self._narrowest(ids) if ids and len(ids) == len(pieces) else None

    def _narrowest(self, ids: Sequence[str]) -> str | None:
        """Return the entry that lies in all the others, None where there is none."""
        within = self.vocabulary.taxonomy.within
        return next((entry for entry in ids if all(within(entry, (other,)) for other in ids)), None)

    def _code(self, text: str) -> str | None:
        """Read a classification code (C2761, 2761), falling back to its group or division."""
        match = re.fullmatch(r"([a-t])?(\d{2,4})?", fold(text))
        if not self._codes or match is None or not (match[1] or match[2]):
            return None
        letter, digits = (match[1] or "").upper(), match[2] or ""
        if letter and digits and int(digits[:2]) not in word_lists().divisions[letter]:
            return None  # K12 is no code: division 12 belongs to another section
        lengths = range(len(digits), 1, -1)
        return next((self._codes[digits[:n]] for n in lengths if digits[:n] in self._codes), self._codes.get(letter))

    def _names_in(self, text: str) -> tuple[list[tuple[str, bool]], int]:
        """Return the longest names inside the input, left to right, whether each is denied, and the input's length."""
        pieces = [fold(piece) for piece in _PIECE.findall(normalize("NFKC", text))]
        folded, start = "".join(pieces), 0
        edges = tuple(accumulate(map(len, pieces), initial=0))
        found: list[tuple[str, bool]] = []
        while start < len(folded):
            name = self._longest_name_at(folded, start, edges)
            if name:
                found.append((name, _NEGATION.search(_with_gaps(folded[:start], edges)) is not None))
            start += len(name) if name else 1
        return found, len(folded)

    def _longest_name_at(self, folded: str, start: int, edges: tuple[int, ...]) -> str:
        for end in range(min(len(folded), start + self._longest), start + SHORTEST_CONTAINED - 1, -1):
            name = folded[start:end]
            if name in self.vocabulary.index and _stands_alone(folded, start, end, edges):
                return name
        return ""


def _with_gaps(folded: str, edges: tuple[int, ...]) -> str:
    """Return folded writing with its gaps opened again."""
    return " ".join(folded[start:end] for start, end in pairwise(edges) if start < len(folded)) + " "


def _stands_alone(folded: str, start: int, end: int, edges: tuple[int, ...]) -> bool:
    """Tell whether a contained name counts: a Latin one must be long enough and no part of a longer word.

    `edges` are the offsets where the input had a gap, which folding closed.
    """
    name = folded[start:end]
    if not name.isascii():
        return True
    if len(name) < SHORTEST_CONTAINED_LATIN or name.isdigit():
        return False
    before = "" if start in edges else folded[start - 1 : start]
    after = "" if end in edges else folded[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
