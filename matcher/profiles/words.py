"""What people type, resolved to vocabulary entries: exactly, by alias, by containment or by likeness.

Only exact and alias readings are facts; the others are offered and connect, and never decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from unicodedata import normalize

from matcher.fuzzy import nearest
from seeds.beside_names import (
    Side,
    are_all_set_aside,
    blanked,
    is_other_substance,
    is_set_aside,
    is_substance,
    is_word_beside,
    listed,
    plain_name,
    remarks_in,
    set_aside_at,
    unlabelled,
    unmarked,
    without_noise,
    without_words_beside,
)
from seeds.vocabulary import Vocabulary, fold
from seeds.word_lists import HOLDS_MARK, industries, intents, shield, unshield, word_lists


class How(StrEnum):
    """How surely an input was read."""

    EXACT = "exact"
    ALIAS = "alias"
    CONTAINS = "contains"
    FUZZY = "fuzzy"
    INFERRED = "inferred"
    DECLARED = "declared"


SURE = frozenset({How.EXACT, How.ALIAS, How.DECLARED})
SUGGESTIONS = 5
"""So many entries are offered at most."""

SHORTEST_CONTAINED = 2
SHORTEST_CONTAINED_LATIN = 3
SHORTEST_ALIKE_LATIN = 5
"""An abbreviation resembles nothing: three letters of ALPHA are PHA."""

ABBREVIATION = range(2, SHORTEST_ALIKE_LATIN + 1)
"""Letters and digits of a Latin name that may as well stand for something of another trade."""

CONNECTING_SIMILARITY = 0.75
"""A likeness connects from here on; below, it is only offered for confirmation."""

BESIDE_A_NAME = 0.8
"""So alike is what connects where a name stands in the text as well; it has to end in the same head."""

LONGEST_CLASS = 100
"""Characters of a code with its name, or of a path of classes."""

_SPLIT = re.compile(
    r"[、;；。|\n]+|[,，](?!\d)|(?<!\d)[,，]|以及(?!其)|(?<=\s)/(?=\s)"
    r"|(?<=[\u4e00-\u9fff])/(?=[\u4e00-\u9fff])(?![年月日天袋盒瓶箱桶支片粒台套克包件只个份](?![\u4e00-\u9fff]))"
)
"""Between the digits of 1,4-丁二醇 and before the unit of 万吨/年 there is no list."""

_PERHAPS_SPLIT = re.compile(r"\s*(?:以及|和|及|与|/(?![adh年月天](?:\s|$))|[&＆+＋]|\band\b)\s*|\s+")
"""Marks that may as well stand inside a name (细胞与基因治疗): they split only what are names on both sides."""

_NEGATION = re.compile(
    rf"(?:(?:不|非|无|没有?|未|除了?)(?:{'|'.join(intents().denials['verbs'] + intents().denials['between'])}){{0,6}}"
    r"|(?<![a-z])(?:not|non|no|without|except)(?: (?:make|produce|use|a|any|for)){0,6})$"
)
"""What stands right before a name and denies it; 不锈钢, 无锡 and nano deny nothing."""

LONGEST_NEGATION = 60
"""Characters before a name that are looked at for one: without produce produce … is 55."""

_PIECE = re.compile(r"[^\s·•・_—,，、/\\|.。;；:：'\"()\[\]{}<>《》〈〉*#-]+")
"""What folding runs together."""

_MARKS_BETWEEN = r"[\s_:>/·–—-]*+"
_CODE_FIRST = re.compile(rf"[(\[【]?([A-Ta-t]\d{{2,4}}|\d{{2,4}}|[A-T])(?![0-9A-Za-z])[)\]】]?{_MARKS_BETWEEN}(\S.*)")
_CODE_LAST = re.compile(r"[(\[【]?(?<![0-9A-Za-z])([A-Ta-t]\d{2,4}|\d{2,4}|[A-T])[)\]】]?\Z")
"""A code of the classification beside a name: C27 医药制造业, 医药制造业（C27）."""

_PATH = re.compile(r"-*>|[-→»›–—]+")

_SERVICE = re.compile(r"\s\S*(?:服务|外包|代工|CDMO|CRO|CMO|平台|检测)$", re.IGNORECASE)
"""What is done for the names before it: 抗体 CDMO服务 is no list of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordReading:
    """One entry read from an input; `ids` holds several when one writing has several meanings."""

    input: str
    ids: tuple[str, ...]
    how: How
    similarity: float
    name: str = ""

    @property
    def is_abbreviation(self) -> bool:
        """Tell whether nothing but a short Latin name was read."""
        return self.name.isascii() and len(self.name) in ABBREVIATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An entry that stands in an input or resembles it, for a person to confirm; one that `connects` finds measures."""

    id: str
    how: How
    similarity: float
    connects: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A name in a text, where it stands, whether it is denied, and whether its surroundings make another substance."""

    name: str
    start: int
    end: int
    denied: bool
    changed: bool


class WordResolver:
    """Resolves inputs against one vocabulary; the latest readings are remembered, since rows of a file repeat them.

    Threads may share it: a text is always read the same, and the caches are the library's own.
    """

    def __init__(
        self, vocabulary: Vocabulary, codes: Mapping[str, str] | None = None, *, of_products: bool = False
    ) -> None:
        """Index the vocabulary; `codes` maps classification codes to entries (GB/T 4754 for sectors).

        What stands beside names `of_products` (grade, form, packing ...) is set aside.
        """
        self.vocabulary = vocabulary
        self._codes = codes or {}
        self._of_products = of_products
        official = industries().codes.items() if codes else ()
        self._official = {name: (entry,) for name, code in official if (entry := self._code(code))}
        self._long_names = tuple(
            name for name in vocabulary.index if not name.isascii() or len(name) >= SHORTEST_ALIKE_LATIN
        )
        self._lengths: dict[str, list[int]] = {}
        heads = {(-len(name), name[:SHORTEST_CONTAINED]) for name in vocabulary.index}
        for length, head in sorted(each for each in heads if len(each[1]) == SHORTEST_CONTAINED):
            self._lengths.setdefault(head, []).append(-length)
        self._whole = lru_cache(maxsize=65536)(self._look_up)
        self.read = lru_cache(maxsize=65536)(self._read)
        self.suggest = lru_cache(maxsize=16384)(self._suggest)

    def split(self, text: str) -> tuple[str, ...]:
        """Return the items of a list typed as one text (聚乳酸、PHA), or the text itself when it is one name."""
        if HOLDS_MARK(text) and (shielded := shield(text)) != text:  # 农、林、牧、渔业 is one item
            return tuple(map(unshield, self.split(shielded)))
        if self._whole(text):
            return (text,)
        unlabel = unlabelled if self._of_products else str.strip
        parts = [unlabel(part) for piece in listed(unlabel(text)) for part in _SPLIT.split(piece) if part]
        items: list[str] = []
        for part in (part.strip() for part in parts if fold(part)):
            if items and self._is_aside(part):
                items[-1] += f"，{part}"
            else:
                items += self._split_names(part)
        return tuple(items) or (text,)

    def _split_names(self, text: str) -> tuple[str, ...]:
        """Split at words like 和, but only where every piece is a name of its own (聚乳酸和PHA 1000吨)."""
        pieces: list[str] = []
        for piece in filter(fold, _PERHAPS_SPLIT.split(text)):
            if pieces and self._is_aside(piece):
                pieces[-1] += f" {piece}"
            else:
                pieces.append(piece)
        kinds = {self._code(piece) is None for piece in pieces}  # a code beside a name is no item of its own
        is_list = len(pieces) > 1 and len(kinds) == 1 and not self._whole(text) and not _SERVICE.search(text)
        return tuple(pieces) if is_list and all(map(self._is_name, pieces)) else (text,)

    def _is_aside(self, text: str) -> bool:
        """Tell whether an item only says more of the product before it (99%，25kg/袋)."""
        return self._of_products and not self._whole(text) and is_set_aside(text, Side.ANY)

    def _is_name(self, text: str) -> bool:
        return all(reading.how in SURE for reading in self._read(text)) and bool(self._read(text))

    def _read(self, text: str) -> tuple[WordReading, ...]:
        """Return the readings of one item: the whole of it, else the names contained in it."""
        whole = self._whole(text)
        if whole:
            return (whole,)
        names, length = self._names_in(text)
        if sure := self._all_explained(text, names, length):
            return (sure,)
        heads = [found for found in names if not is_word_beside(found.name)] or names
        stated = [found.name for found in heads if not found.denied and not found.changed]
        return tuple(self._reading(text, name, How.CONTAINS, round(len(name) / length, 4)) for name in stated)

    def _all_explained(self, text: str, names: Sequence[_Found], length: int) -> WordReading | None:
        """Read a text as the one thing that all its names name (聚乳酸（PLA）), where nothing else is left in it.

        Grade, form, packing and the like beside a product are set aside.
        """
        if not names or any(found.denied or found.changed for found in names):
            return None
        if len({self.vocabulary.index[found.name] for found in names}) == 1 and length == sum(
            len(found.name) for found in names
        ):
            return self._reading(text, names[0].name, How.ALIAS, 1.0)
        if not self._of_products:
            return None
        plain = plain_name(text)
        remarks = remarks_in(plain, [found.start for found in names])
        heads = [found for found in names if not any(start < found.start < end for start, end in remarks)]
        heads = [found for found in heads if not is_word_beside(found.name) and not _is_model(plain, found)] or heads
        main = self._narrowest_name(heads)
        if main and are_all_set_aside(plain, [(found.start, found.end) for found in heads], remarks):
            return self._reading(text, main, How.ALIAS, 1.0)
        end = min((len(plain.partition(" ")[0]), *(start for start, _ in remarks)))
        inside = without_words_beside(fold(plain[:end]))  # 猪蓝耳病灭活疫苗
        is_one = len(self.vocabulary.index.get(inside, ())) == 1 and len(inside) >= SHORTEST_ALIKE_LATIN
        rest = blanked(plain, remarks)[end:]
        return self._reading(text, inside, How.ALIAS, 1.0) if is_one and is_set_aside(rest, Side.BEHIND) else None

    def _narrowest_name(self, names: Sequence[_Found]) -> str | None:
        """Return the name of the entry that lies in those of all others, a long name before an abbreviation."""
        ids = [self.vocabulary.index[found.name] for found in names]
        if len(set(ids)) == 1:
            return max((found.name for found in names), key=lambda name: (not name.isascii(), len(name)))
        narrowest = self._narrowest([entry for (entry,) in ids]) if all(len(each) == 1 for each in ids) else None
        return next((found.name for found, each in zip(names, ids, strict=True) if each == (narrowest,)), None)

    def _reading(self, text: str, name: str, how: How, similarity: float) -> WordReading:
        return WordReading(input=text, ids=self.vocabulary.index[name], how=how, similarity=similarity, name=name)

    def _suggest(self, text: str) -> tuple[Suggestion, ...]:
        """Return the entries that stand in the input or whose names resemble the whole of it, best first.

        What denies a name (非生物材料) resembles nothing: likeness does not see the 非. Nor does it see what makes
        another substance of a name (丁二酸酐), or what stands beside one: then only the same head connects.
        """
        names, length = self._names_in(text)
        heads = [found for found in names if not is_word_beside(found.name)]
        is_named = any(self._of_products or len(found.name) > SHORTEST_CONTAINED for found in heads)
        offers = [(How.CONTAINS, reading.ids, reading.similarity, True) for reading in self.read(text)]
        if not any(found.denied for found in names):
            is_other = any(found.changed for found in heads)
            offers += self._alike(fold(text), is_named=is_named, is_other=is_other)
            index = self.vocabulary.index
            offers += [(How.FUZZY, index[one.name], len(one.name) / length, False) for one in heads if one.changed]
        best: dict[str, Suggestion] = {}
        for how, ids, similarity, connects in offers:
            for entry in ids:
                offer = Suggestion(id=entry, how=how, similarity=round(similarity, 4), connects=connects)
                best.setdefault(entry, offer)
        return tuple(sorted(best.values(), key=lambda it: (is_named and it.how is How.FUZZY, -it.similarity)))

    def _alike(
        self, wanted: str, *, is_named: bool, is_other: bool
    ) -> Iterator[tuple[How, tuple[str, ...], float, bool]]:
        """Yield what resembles the whole of a folded text: how, the entries, how alike, and whether it connects."""
        enough = BESIDE_A_NAME if is_named else CONNECTING_SIMILARITY
        for alike in nearest(wanted, self._long_names, limit=SUGGESTIONS):
            name = self._long_names[alike.position]
            has_head = not is_named or name[-SHORTEST_CONTAINED:] == wanted[-SHORTEST_CONTAINED:]
            is_longer = self._of_products and is_substance(name) and is_substance(wanted) and len(name) != len(wanted)
            connects = alike.similarity >= enough and has_head and not is_other and not is_longer
            yield How.FUZZY, self.vocabulary.index[name], alike.similarity, connects

    def _look_up(self, text: str) -> WordReading | None:
        """Return the reading of a text that is one name, code, code beside its name, or path; else None."""
        plain = unmarked(text)
        for candidate in dict.fromkeys((text, plain, without_noise(plain.strip()))):
            ids = self.vocabulary.find(candidate) or self._official.get(fold(candidate), ())
            if ids and (candidate == text or len(fold(candidate)) >= SHORTEST_CONTAINED):
                labels = {fold(label) for i in ids for label in (self.vocabulary[i].zh, self.vocabulary[i].en)}
                exact = candidate == text and fold(text) in labels
                how = How.EXACT if exact else How.ALIAS
                return WordReading(input=text, ids=ids, how=how, similarity=1.0, name=fold(candidate))
        if code := self._code(text):
            return WordReading(input=text, ids=(code,), how=How.EXACT, similarity=1.0)
        is_one = bool(self._codes) and len(text) <= LONGEST_CLASS
        found = (self._coded(text) or self._at_end_of_path(text)) if is_one else None
        return WordReading(input=text, ids=(found,), how=How.ALIAS, similarity=1.0) if found else None

    def _coded(self, text: str) -> str | None:
        """Read a code beside its name as the narrower of both; None where they disagree or no name is known."""
        plain = normalize("NFKC", text).strip()
        first, last = _CODE_FIRST.fullmatch(plain), _CODE_LAST.search(plain)
        before = plain[: last.start()].rstrip() if last else ""
        behind = (last[1], before) if last and before and before[-1] not in "([【" else ("", "")
        for code, name in (first.groups() if first else ("", ""), behind):
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
        pieces = [piece.strip() for piece in _PATH.split(normalize("NFKC", text).strip())]
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

    def _names_in(self, text: str) -> tuple[list[_Found], int]:
        """Return the longest names inside the input, left to right, and the input's length, folded."""
        plain = plain_name(text)
        matches = [match for match in _PIECE.finditer(plain) if fold(match[0])]
        pieces = [fold(match[0]) for match in matches]
        folded, with_gaps, start = "".join(pieces), " ".join(pieces), 0
        edges = frozenset(accumulate(map(len, pieces), initial=0))
        gaps = [number for number, piece in enumerate(pieces) for _ in piece]
        # Folding keeps the number of characters but for ligatures, whose places are then a little off.
        at = [match.start() + i for match, piece in zip(matches, pieces, strict=True) for i in range(len(piece))]
        found: list[_Found] = []
        while start < len(folded):
            name = self._longest_name_at(folded, start, edges)
            aside = set_aside_at(folded, start) if self._of_products else 0
            if name and len(name) >= aside:  # 饲料级 is a grade and names no 饲料
                end = start + len(name)
                before = start + gaps[start - 1] if start else 0
                denied = _NEGATION.search(with_gaps, max(0, before - LONGEST_NEGATION), before) is not None
                changed = self._of_products and is_other_substance(name, folded[:start], folded[end:])
                if changed and (longer := self._end_of_salt(name, folded, end)):
                    end, changed = longer, False
                found.append(_Found(name=name, start=at[start], end=at[end - 1] + 1, denied=denied, changed=changed))
            start += max(len(name), aside, 1)
        return found, len(folded)

    def _end_of_salt(self, name: str, folded: str, end: int) -> int:
        """Return where another name of the entry ends just behind `end`, 0 for none: 低分子肝素钠 is 肝素钠."""
        ids = self.vocabulary.index[name]
        ends = range(end + 1, min(len(folded), end + 3) + 1)
        tails = ((begin, last) for last in ends for begin in range(max(0, end - len(name)), end))
        return next((last for begin, last in tails if self.vocabulary.index.get(folded[begin:last]) == ids), 0)

    def _longest_name_at(self, folded: str, start: int, edges: frozenset[int]) -> str:
        for length in self._lengths.get(folded[start : start + SHORTEST_CONTAINED], ()):
            name = folded[start : start + length]
            if name in self.vocabulary.index and _stands_alone(folded, start, start + len(name), edges):
                return name
        return ""


def _stands_alone(folded: str, start: int, end: int, edges: frozenset[int]) -> bool:
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


def _is_model(plain: str, found: _Found) -> bool:
    """Tell whether a name begins a model (EEG-16)."""
    return found.name.isascii() and re.match(r"-\d", plain[found.end :]) is not None
