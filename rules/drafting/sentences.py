"""The sentences of a document, the segments between their commas, and what each figure does, told by listed words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from rules.language.figures import Figure, FigureKind, figures_in
from seeds.documents import Document
from seeds.fields import FieldKind, Part, parse_parts
from seeds.word_lists import INTENTS, by_name, load_lists, texts

FILE = INTENTS.with_name("drafting.yaml")
Named = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftingWords:
    """The lists of the file by their keys."""

    strength: Named
    paying: tuple[str, ...]
    given: tuple[str, ...]
    denying: tuple[str, ...]
    ruling: tuple[str, ...]
    addressing: tuple[str, ...]
    own_doing: tuple[str, ...]
    own_nouns: tuple[str, ...]
    lasting: tuple[str, ...]
    leading_in: tuple[str, ...]
    support_nouns: tuple[str, ...]
    papers: tuple[str, ...]
    going_on: tuple[str, ...]
    at_most_before: tuple[str, ...]
    at_most_behind: tuple[str, ...]
    compare_before: Named
    compare_behind: Named
    facts: Named
    others: tuple[str, ...]
    changes: tuple[str, ...]
    other_wholes: tuple[str, ...]
    duties: tuple[str, ...]
    preferring: tuple[str, ...]
    taxes: tuple[str, ...]
    easing: tuple[str, ...]
    steps: tuple[str, ...]
    manners: tuple[str, ...]
    once: tuple[str, ...]
    bases: Named
    per: Named
    cap_by: Named
    terms: Named
    stacking: Named
    other_policies: tuple[str, ...]
    windows: tuple[str, ...]
    all_year: tuple[str, ...]
    repeats: tuple[str, ...]
    vague_behind: tuple[str, ...]
    vague_before: tuple[str, ...]
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    materials: tuple[str, ...]
    definitions: tuple[str, ...]
    channels: Named
    beneficiaries: Named
    instruments: Named


def load_drafting_words(path: Path) -> DraftingWords:
    """Load the file; raise SeedError naming every key that is missing, unknown or of another shape."""
    listed = {one.name: one.type == DraftingWords.__annotations__["paying"] for one in fields(DraftingWords)}
    readers = {name: texts if is_list else by_name(texts) for name, is_list in listed.items()}
    return DraftingWords(**load_lists(path, readers))


@cache
def drafting_words() -> DraftingWords:
    """Return the words that are shipped."""
    return load_drafting_words(FILE)


def first_named(named: Named, text: str) -> str | None:
    """Return the first name one of whose words a text holds."""
    return next((name for name, words in named.items() if holds(words, text)), None)


def holds(words: Iterable[str], text: str) -> bool:
    """Tell whether a text holds one of some words."""
    return any(word in text for word in words)


def nearest(named: Named, text: str) -> str | None:
    """Return the name whose word ends last in a text, the longest of those that end at the same place."""
    found = [
        (place + len(word), len(word), name)
        for name, words in named.items()
        for word in words
        if (place := text.rfind(word)) >= 0
    ]
    return max(found)[2] if found else None


_ENDS = frozenset("。；！？\n;→")
_OPENING, _CLOSING = frozenset("（(〔《“"), frozenset("）)〕》”")
_COMMAS = frozenset("，：,:")
_MARKS = frozenset("，：；。,:; \n|")
"""What stands at the ends of a cite and is none of its words."""
_NUMBERING = re.compile(
    r"(?:第[0-9一二三四五六七八九十百]{1,6}[编章节条]|[一二三四五六七八九十]{1,4}、|[（(][0-9一二三四五六七八九十]{1,4}[）)]|[0-9]{1,3}[.．、](?![0-9])"
    r"|[①②③④⑤⑥⑦⑧⑨⑩])[ \u3000]{0,4}"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: text[start:end]."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence with the clause and the field it stands in; offsets into the document, its numbering left out."""

    clause: str
    heading: str
    span: Span
    segments: tuple[Span, ...]
    figures: tuple[Figure, ...]
    part: Part | None = None

    @property
    def text(self) -> str:
        """Return the words."""
        return self.span.text

    def is_aside(self, place: int) -> bool:
        """Tell whether a place of the sentence stands in brackets."""
        before = self.text[:place]
        return sum(map(before.count, "（(〔")) > sum(map(before.count, "）)〕"))

    def segment_at(self, place: int) -> Span:
        """Return the segment that holds a place of the sentence (from its start)."""
        return next(one for one in self.segments if one.start <= place < one.end)

    def words(self, start: int, end: int) -> Span:
        """Return the words from one place of the sentence to another, without marks at the ends, as a cite."""
        while start < end and self.text[start] in _MARKS:
            start += 1
        while end > start and self.text[end - 1] in _MARKS:
            end -= 1
        return Span(self.span.start + start, self.span.start + end, self.text[start:end])

    def covering(self, start: int, end: int) -> Span:
        """Return the words of all segments from one place of the sentence to another, as a cite."""
        return self.words(self.segment_at(start).start, self.segment_at(max(start, end - 1)).end)


def sentences_of(document: Document) -> Iterator[Sentence]:
    """Yield the sentences of every clause, without those of its children and without the labels of fields."""
    starts = sorted(clause.start for clause in document.clauses)
    parts = parse_parts(document.text)
    for clause in document.clauses:
        end = next((start for start in starts if clause.start < start < clause.end), clause.end)
        for begin, stop, part in _pieces(document.text, clause.start, end, parts):
            for span in _split(document.text, begin, stop):
                yield _sentence(clause.path, clause.heading, span, part)


def _pieces(text: str, start: int, end: int, parts: Iterable[Part]) -> Iterator[tuple[int, int, Part | None]]:
    """Yield the stretches of a clause in and between fields, without labels; of a field begun before, its part."""
    for part in parts:
        if part.end <= start or part.start >= end:
            continue
        if start < part.start:
            yield start, part.start, None
        stop = min(end, _end_of(text, part))
        if start < stop:
            yield max(start, part.words), stop, part
        start = max(start, stop)
    if start < end:
        yield start, end, None


def _end_of(text: str, part: Part) -> int:
    """Return where a field ends: one that tells of the issue has one line, whatever stands behind it."""
    if part.kind is not FieldKind.ISSUE:
        return part.end
    line = text.find("\n", part.words + 1)
    return part.end if line < 0 else min(part.end, line)


def _split(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for place in range(start, end):
        if text[place] in _ENDS or place == end - 1:
            span = _trimmed(text, begin, place + 1)
            if span.text:
                yield span
            begin = place + 1


def _trimmed(text: str, start: int, end: int) -> Span:
    """Return a sentence without white space, its number and its end mark."""
    while start < end and (text[start].isspace() or text[start] in "|：→"):
        start += 1
    if match := _NUMBERING.match(text, start, end):
        start = match.end()
    while end > start and (text[end - 1].isspace() or text[end - 1] in _ENDS):
        end -= 1
    return Span(start, end, text[start:end])


def _sentence(clause: str, heading: str, span: Span, part: Part | None) -> Sentence:
    begin, segments, words, depth = 0, [], span.text, 0
    for place, character in enumerate(words):
        depth = max(0, depth + (character in _OPENING) - (character in _CLOSING))
        in_number = character in ",:" and words[place - 1 : place].isdigit() and words[place + 1 : place + 2].isdigit()
        if (character in _COMMAS and not depth and not in_number) or place == len(words) - 1:
            segments.append(Span(begin, place + 1, words[begin : place + 1]))
            begin = place + 1
    figures = figures_in(words)
    return Sentence(clause=clause, heading=heading, span=span, segments=tuple(segments), figures=figures, part=part)


_NEAR = 8
"""So many characters before a figure belong to it: 「最高」, 「不低于」, 「每年给予」."""
_BEHIND = 6
_TURNS = (
    "给予", "按", "予以", "发放", "补助", "补贴", "奖励", "资助", "贴息", "最高", "申领", "抵用", "减缴",
)  # fmt: skip
_PARTS = ("期", "次", "年", "批", "轮")
_BRACKET = ("的部分", "以上的部分", "以上部分", "部分")
_TO_A_DAY = re.compile(
    r"(?:(?:力争|争取|计划|确保)?[到至](?:20\d\d|[“‘]?十[三四五六]五[”’]?末?)年?(?:底|末)?|每年|今后\d年|未来\d年)+"
)
_NAMED = ("的", "的企业", "的项目", "的单位", "的机构")


class Role(StrEnum):
    """What a figure does."""

    PAYS = "pays"
    LIMITS = "limits"
    ASKS = "asks"
    YEARS = "years"
    PARTS = "parts"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A figure with its role, the segment it stands in, and the operator of one that is asked."""

    figure: Figure
    role: Role
    segment: Span
    operator: str = ""
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class RoleReader:
    """Reads the roles of the figures of one sentence."""

    words: DraftingWords

    def read(self, sentence: Sentence, *, asks: bool = False) -> tuple[Placed, ...]:
        """Return every figure with what it does; in a sentence that only `asks` nothing is paid."""
        if asks:
            asked = (self._asked(sentence, figure) for figure in sentence.figures)
            return tuple(one for one in asked if one.role is Role.ASKS)
        turn = turn_of(sentence)
        placed: list[Placed] = []
        for figure in sentence.figures:
            segment = sentence.segment_at(figure.start)
            placed.append(self._place(sentence, figure, segment, turn))
        if "＝" in sentence.text or "=" in sentence.text:  # a formula reckons and gives nothing of its own
            return tuple(replace(one, role=Role.NONE) for one in placed)
        denied, own = set(self._denied(sentence)), set(self._own_doing(sentence))
        paying = (Role.PAYS, Role.LIMITS)
        placed = [replace(one, role=Role.NONE) if one.segment in own else one for one in placed]
        return tuple(
            replace(one, role=Role.ASKS) if one.role in paying and one.segment in denied else one for one in placed
        )

    def _own_doing(self, sentence: Sentence) -> Iterator[Span]:
        """Yield the segments before who is addressed that tell what the authorities aim at or do themselves.

        「力争新增上市企业20家以上，对…的企业给予」: no company is asked for 20 listed ones.
        """
        starts = [one.start for one in sentence.segments if one.text.startswith(self.words.addressing)]
        for segment in sentence.segments:
            words = _TO_A_DAY.sub("", segment.text.lstrip())
            word = next((word for word in self.words.own_doing if words.startswith(word)), "")
            is_noun = words[len(word) :].startswith(self.words.own_nouns)
            if word and not is_noun and not _names(segment) and any(start > segment.start for start in starts):
                yield segment

    def _denied(self, sentence: Sentence) -> Iterator[Span]:
        """Yield the segments that deny, and those right before them that say whom: 「超过50%的，不予补助」."""
        before: Span | None = None
        for segment in sentence.segments:
            if holds(self.words.denying, segment.text):
                yield segment
                if before is not None and _names(before):
                    yield before
            before = segment

    def _asked(self, sentence: Sentence, figure: Figure) -> Placed:
        segment = sentence.segment_at(figure.start)
        before = sentence.text[max(segment.start, figure.start - _NEAR) : figure.start]
        operator = self._operator(before, sentence.text[figure.end : min(segment.end, figure.end + _BEHIND)])
        operator = operator or self._far_operator(sentence, figure, segment)
        aside = sentence.is_aside(figure.start) and any(not sentence.is_aside(one.start) for one in sentence.figures)
        is_asked = bool(operator) or figure.low < figure.high
        role = Role.ASKS if is_asked and not aside and figure.kind is not FigureKind.DAY else Role.NONE
        return Placed(figure=figure, role=role, segment=segment, operator=operator)

    def _place(self, sentence: Sentence, figure: Figure, segment: Span, turn: int) -> Placed:
        before = sentence.text[max(segment.start, figure.start - _NEAR) : figure.start]
        after = sentence.text[figure.end : min(segment.end, figure.end + _BEHIND)]
        pays = holds((*self.words.paying, *self.words.at_most_before, "按", "比例", "标准"), segment.text)
        operator = self._operator(before, after) or self._far_operator(sentence, figure, segment)
        at_most = self._is_most(before, after) or (not self._operator(before, after) and operator == "at_most")
        if sentence.is_aside(figure.start) and any(not sentence.is_aside(one.start) for one in sentence.figures):
            return Placed(figure=figure, role=Role.NONE, segment=segment)
        role = self._role(sentence, figure, segment, pays=pays, at_most=at_most, asked=bool(operator), turn=turn)
        return Placed(figure=figure, role=role, segment=segment, operator=operator, at_most=at_most)

    def _role(  # noqa: PLR0913 - what is known of one figure
        self, sentence: Sentence, figure: Figure, segment: Span, *, pays: bool, at_most: bool, asked: bool, turn: int
    ) -> Role:
        if sentence.text.startswith(_BRACKET, figure.end):  # what is paid of a part, asked of nobody
            return Role.NONE
        if figure.kind in (FigureKind.SPAN, FigureKind.COUNT):
            return self._role_of_count(sentence, figure, segment, asked=asked, turn=turn)
        if figure.kind is FigureKind.DAY or (figure.kind is FigureKind.PLAIN and not figure.unit):
            return Role.ASKS if asked and figure.start < turn else Role.NONE
        if (asked and (figure.start < turn or not pays)) or (
            _names(segment) and not holds(self.words.paying, segment.text)
        ):
            return Role.ASKS
        if figure.kind in (FigureKind.MONEY, FigureKind.SHARE, FigureKind.PLAIN) and (pays or figure.start > turn):
            return Role.LIMITS if at_most else Role.PAYS
        return Role.ASKS if asked else Role.NONE

    def _role_of_count(self, sentence: Sentence, figure: Figure, segment: Span, *, asked: bool, turn: int) -> Role:
        text = sentence.text
        if figure.unit in _PARTS and text[max(0, figure.start - 2) : figure.start].endswith("分"):
            return Role.PARTS
        is_long = figure.kind is FigureKind.SPAN and figure.unit in ("年", "年度", "周年")
        if is_long and figure.start >= segment.start and holds(self.words.lasting, segment.text):
            return Role.YEARS if holds(self.words.paying, text) else Role.NONE
        return Role.ASKS if asked and (figure.start < turn or turn == len(text)) else Role.NONE

    def _far_operator(self, sentence: Sentence, figure: Figure, segment: Span) -> str:
        """Return the operator that stands before what a share is of: 「不高于其投入资金的50%」."""
        if figure.kind is not FigureKind.SHARE:
            return ""
        start = max([segment.start, *(one.end for one in sentence.figures if one.end <= figure.start)])
        sure = {name: tuple(word for word in words if word.startswith("不") and len(word) > 2)  # noqa: PLR2004 - 不低于, not 不足
                for name, words in self.words.compare_before.items()}  # fmt: skip
        return nearest(sure, sentence.text[start : figure.start]) or ""

    def _is_most(self, before: str, after: str) -> bool:
        return holds(self.words.at_most_before, before) or after.startswith(self.words.at_most_behind)

    def _operator(self, before: str, after: str) -> str:
        """Return the operator of a comparison right behind a figure, else of one right before it."""
        for operator, words in self.words.compare_behind.items():
            if after.startswith(words):
                return operator
        plain = before.rstrip(" 约近")
        compared = {
            operator: tuple(word for word in words if plain.endswith(word))
            for operator, words in self.words.compare_before.items()
        }
        return nearest(compared, plain) or ""


def _names(segment: Span) -> bool:
    """Tell whether a segment says who is meant: 「实际出资额在3亿元以上的，」."""
    return segment.text.rstrip("，：, ").endswith(_NAMED)


def turn_of(sentence: Sentence) -> int:
    """Return where a sentence turns from who is addressed to what is given; its end where nothing is."""
    places = [place for word in _TURNS if (place := sentence.text.find(word)) >= 0]
    return min(places, default=len(sentence.text))
