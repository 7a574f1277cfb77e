"""A cleaned document as a tree of clauses: paths from printed numbers, headings, spans, departments.

Paths are the printed numbers in arabic digits joined by dots: 二（三）2. is `2.3.2`; 专栏4 is `box4`, its
first item `box4.1`; `0` is what stands before the first number. In a document of articles 第七条 is `7` and
its （二） `7.2`; chapters are `c1` (their 节 `c1.s1`), and 一、 and （一） above articles are read like
those. What follows a further 附件1 is `annex1`, with all in it below that (`annex1.2.1`). A path that would
stand twice gets `-2`, `-3` and so on. A labelled field of a card (服务对象, 条件要求) has no number: it is no clause,
and ends the one before it; `seeds/fields.py` finds those.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from seeds.departments import Department, duty_spans, first_leads_from, parse_departments
from seeds.fields import parse_parts
from seeds.numbering import Mark, Rank, find_marks, find_paragraphs, parse_heading

# Articles count through all chapters, boxes through all sections; only an annex counts anew.
_NUMBERED_THROUGHOUT = frozenset({Rank.PART, Rank.CHAPTER, Rank.ARTICLE, Rank.BOX})
_LETTERS = {Rank.ANNEX: "annex", Rank.PART: "p", Rank.CHAPTER: "c", Rank.DIVISION: "s", Rank.BOX: "box"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause: text[start:end] with its children, no newline at the end; `level` is 1 at the top.

    `departments` are its own or, where it names none, those of the nearest enclosing clause that does.
    """

    path: str
    heading: str
    start: int
    end: int
    departments: tuple[Department, ...]
    parent: str | None
    level: int


@dataclass(slots=True, kw_only=True, eq=False)
class _Node:
    """A clause while the tree grows, `before` its sibling; `end` is set when a clause that it cannot hold begins."""

    mark: Mark
    path: str
    parent: _Node | None
    end: int
    before: _Node | None = None
    children: list[_Node] = field(default_factory=list)


def parse_outline(text: str) -> tuple[Clause, ...]:
    """Return the clauses of a cleaned text in the order of their beginnings, a parent before its children.

    A box takes the departments of the task printed right before it when both headings share a word of two
    characters (专栏4 重点基础装备 stands under 6.促进基础装备研发应用): the box then spells out that very
    task. Else it takes those of the clause around it, like every other clause.
    """
    first_leads = first_leads_from(text)
    clauses: dict[str, Clause] = {}
    for node in _grow(text):
        clause = _without_departments(text, node)
        own_end = node.children[0].mark.start if node.children else node.end
        leads = first_leads is not None and first_leads < own_end
        own = parse_departments(text[node.mark.start : own_end], first_leads=leads)
        clauses[node.path] = replace(clause, departments=own or _inherited(node, clause, clauses))
    return tuple(clauses.values())


def _grow(text: str) -> list[_Node]:
    nodes: list[_Node] = []
    times: Counter[str] = Counter()
    stack = _Opened(text)
    last = len(text.rstrip("\n"))
    fields = deque(part.start for part in parse_parts(text))
    for mark in _all_marks(text):
        while fields and fields[0] <= mark.start:
            stack.begin_field(fields.popleft())
        stack.begin_clause(mark)
        parent = stack.nodes[-1] if stack.nodes else None
        node = _Node(mark=mark, path=_unique(_path(mark, parent), times), parent=parent, end=last)
        if parent:
            node.before = parent.children[-1] if parent.children else None
            parent.children.append(node)
        nodes.append(node)
        stack.nodes.append(node)
    for start in fields:
        stack.begin_field(start)
    return nodes


class _Opened:
    """The clauses that are open while the tree grows, and the one that holds the labelled fields read last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._in_fields = False
        self._holder: _Node | None = None
        self.nodes: list[_Node] = []

    def begin_clause(self, mark: Mark) -> None:
        """Close what cannot hold `mark`. A number that counts on from the fields' own clause ends its fields."""
        while self.nodes and not _holds(self.nodes[-1].mark.rank, mark.rank):
            closed = self._close(mark.start)
            if closed is self._holder:
                outer = closed.mark
                self._in_fields = mark.rank is outer.rank and mark.number != outer.number + 1
                self._holder = None
                # The heading of a card is numbered like the items of its fields: these stand beside it.
                while self._in_fields and self.nodes and self.nodes[-1].mark.rank is not Rank.ANNEX:
                    self._close(mark.start)

    def begin_field(self, start: int) -> None:
        """Close what the field before held."""
        if not self._in_fields:
            self._in_fields = True
            self._holder = self.nodes[-1] if self.nodes and self.nodes[-1].mark.rank is not Rank.PREFACE else None
        elif self._holder is not None or (self.nodes and self.nodes[-1].mark.rank is not Rank.PREFACE):
            while self.nodes and self.nodes[-1] is not self._holder:
                self._close(start)

    def _close(self, start: int) -> _Node:
        closed = self.nodes.pop()
        closed.end = start
        while closed.end > 0 and self._text[closed.end - 1] == "\n":
            closed.end -= 1
        return closed


def _holds(outer: Rank, inner: Rank) -> bool:
    return outer < inner and not (outer is Rank.BOX and inner is Rank.TASK)


def _all_marks(text: str) -> Iterator[Mark]:
    """Yield the preface, every numbered paragraph, and the paragraphs of a box that numbers none of them."""
    marks = _tell_tasks_from_items(text, find_marks(text))
    first = marks[0].start if marks else len(text)
    if text[:first].strip():
        yield Mark(rank=Rank.PREFACE, number=0, start=0, words=0, end=0)
    for mark, following in zip_longest(marks, marks[1:]):
        yield mark
        if mark.rank is Rank.BOX and (following is None or following.rank is not Rank.BOX_ITEM):
            body = text[mark.end : following.start if following else None]
            for number, (start, end) in enumerate(find_paragraphs(body, mark.end), start=1):
                yield Mark(rank=Rank.BOX_ITEM, number=number, start=start, words=start, end=end)


def _tell_tasks_from_items(text: str, marks: tuple[Mark, ...]) -> list[Mark]:
    """Rank a 1. inside a box as its item, unless it names who is responsible or counts on from the tasks."""
    settled: list[Mark] = []
    task = item = 0
    in_box = False
    for mark, following in zip_longest(marks, marks[1:]):
        if mark.rank is not Rank.TASK:
            in_box = mark.rank is Rank.BOX or (in_box and mark.rank > Rank.TASK)
            item = 0 if mark.rank is Rank.BOX else item
            settled.append(mark)
            continue
        counts_on = mark.number == task + 1 and mark.number != item + 1
        paragraphs = text[mark.start : following.start if following else None]
        in_box = in_box and not counts_on and not duty_spans(paragraphs)
        task, item = (task, mark.number) if in_box else (mark.number, item)
        settled.append(replace(mark, rank=Rank.BOX_ITEM) if in_box else mark)
    return settled


def _path(mark: Mark, parent: _Node | None) -> str:
    if mark.rank is Rank.PREFACE:
        return "0"
    outer = parent
    while outer and mark.rank in _NUMBERED_THROUGHOUT and outer.mark.rank is not Rank.ANNEX:
        outer = outer.parent
    step = f"{_LETTERS.get(mark.rank, '')}{mark.number}"
    return f"{outer.path}.{step}" if outer else step


def _unique(path: str, times: Counter[str]) -> str:
    times[path] += 1
    return path if times[path] == 1 else f"{path}-{times[path]}"


def _without_departments(text: str, node: _Node) -> Clause:
    is_preface = node.mark.rank is Rank.PREFACE
    heading = "" if is_preface else parse_heading(text, node.mark, stands_alone=node.end <= node.mark.end)
    return Clause(
        path=node.path,
        heading=heading,
        start=node.mark.start,
        end=node.end,
        departments=(),
        parent=node.parent.path if node.parent else None,
        level=_depth(node),
    )


def _depth(node: _Node) -> int:
    return 1 if node.parent is None else 1 + _depth(node.parent)


def _inherited(node: _Node, clause: Clause, clauses: dict[str, Clause]) -> tuple[Department, ...]:
    if node.parent is None:
        return ()
    before = node.before
    if node.mark.rank is Rank.BOX and before and before.mark.rank is Rank.TASK:
        task = clauses[before.path]
        if set(pairwise(task.heading)) & set(pairwise(clause.heading)):
            return task.departments
    return clauses[node.parent.path].departments
