"""A web page into the lines of its document: block by block, tables by rows and cells, the page around it left out.

The body is found by where sentences and numbers stand, not by names of classes; knows HTML, no single site.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seeds.fields import CELL_BREAK, is_label
from seeds.furniture import is_content, is_furniture, is_of_page, issue_data

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

LONGEST_CELL = 200
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "nav", "ol", "p", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
# A body is one of these, or a cell of a table that lays out the page: never a paragraph or a cell beside its label.
_BODIES = frozenset({"article", "body", "center", "div", "main", "section", "td"})
_UNREAD = frozenset({
    "script", "style", "noscript", "template", "svg", "iframe", "select", "button", "head", "input", "textarea",
    "object",
})  # fmt: skip
_AROUND = frozenset({"nav", "footer", "aside", "header"})
_AROUND_CLASS = re.compile(
    "(?:[a-z]{1,12}[-_]?)?(?:nav|navbar|mainnav|menu|submenu|topmenu|leftmenu|crumbs?|bread|breadcrumbs?|footer|copyright|friendlinks?|pagination"
    "|backtop|quickbar|sidebar|topbar|share|toolbar)(?:[-_]?[a-z0-9]{1,12})?",
    re.IGNORECASE,
)
# A line break of the source before a number, or before the two blanks that begin a paragraph, is one of the text.
_BROKEN_BEFORE_NUMBER = re.compile(
    r"\n[ \t\r\n\xa0\u3000]{0,200}"
    r"(?=[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十0-9]{1,3}[）)]|[0-9]{1,2}[．、]"
    r"|第[一二三四五六七八九十百0-9]{1,5}[章条])|\n[ \t\r\n]{0,200}(?=\u3000\u3000)"
)
_LINE_MARK = "\ue000"
_SITE_NAME = re.compile(r"\s{0,9}[-_|–—]{1,2}\s{0,9}(?=[^-_|–—]{2,40}$)")
# A heading or window that names the site or its owner, not the document.
_SITE = re.compile("(?:网|网站|门户|平台|政府|委员会|局|厅|公司|中心|首页)$")
_MOST_OF_THE_TEXT = 0.9
_NESTED = re.compile(
    "<(/?)(?:div|ul|ol|dl|table|section|article|main|blockquote|center|form|fieldset|span|font|b|strong|em|i|u|big|small|a)(?![a-z0-9])",
    re.IGNORECASE,
)
DEEPEST_PAGE = 1000
"""So many elements may be open one inside the other: parsers take the square of more, and pages have a few dozen."""
_DEEPEST_PATH = 64
_DEEPEST_TABLE = 12
_MOST_HEADINGS = 20
_LINES_BEFORE = 15
_SHORTEST_TITLE = 6
_SHORTEST_SENTENCE = 12


@dataclass(slots=True, kw_only=True)
class _Line:
    """A line of the page: how much of it is link, the blocks it lies in, whether they stand around a text."""

    text: str
    link: int
    blocks: tuple[int, ...]
    around: bool

    @property
    def weight(self) -> int:
        return 0 if self.around else self.weight_anywhere

    @property
    def weight_anywhere(self) -> int:
        if 2 * self.link > len(self.text) or is_of_page(self.text):
            return 0
        said = is_content(self.text) or (len(self.text) >= _SHORTEST_SENTENCE and re.search("[。；，：]", self.text))
        return len(self.text) if said else 0


@dataclass(slots=True)
class _Row:
    """A row of a table while it is read: the lines of each cell."""

    cells: list[list[_Line]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)


def nests_too_deep(page: str) -> bool:
    """Say whether a page opens more elements inside each other than is read."""
    depth = 0
    for found in _NESTED.finditer(page):
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > DEEPEST_PAGE:
            return True
    return False


def page_lines(page: LexborHTMLParser) -> list[str]:
    """Return the lines of the document on a page, its title and what it tells of its issue first."""
    reader = _Reader()
    lines = list(reader.read(page.body)) if page.body else []
    if 2 * sum(line.weight for line in lines) < sum(line.weight_anywhere for line in lines):
        # A page that sets its text inside what is named like a menu says nothing by those names.
        for line in lines:
            line.around = False
    core = _core(lines, reader.bodies)
    inside = [core is None or core in line.blocks for line in lines]
    first = inside.index(True) if True in inside else 0
    body = [line.text for line, within in zip(lines, inside, strict=True) if _belongs(line, within=within)]
    before = lines[max(0, first - _LINES_BEFORE) : first]
    told = [data for line in before for data in issue_data(line.text) if not line.around]
    told = [data for data in told if data not in body]
    title = _title(page, [line for line in before if not line.around])
    known = _squeeze("".join(body[:12]))
    heads = [] if not title or _squeeze(title) in known else [title]
    return [*heads, *told, *body]


def _squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def _belongs(line: _Line, *, within: bool) -> bool:
    if not within:
        return not line.around and not line.link and is_content(line.text) and not is_furniture(line.text)
    if is_furniture(line.text):
        return False
    is_link = 5 * line.link >= 4 * len(line.text) and not is_content(line.text) and "附件" not in line.text
    return not is_link and not (line.around and not is_content(line.text))


def _core(lines: list[_Line], bodies: set[int]) -> int | None:
    """Return the innermost block that holds nearly all sentences and every numbered line; None without any."""
    weights: Counter[int] = Counter()
    for line in lines:
        for block in line.blocks:
            weights[block] += line.weight
    heaviest = max(lines, key=lambda line: line.weight, default=None)
    if heaviest is None or not heaviest.weight:
        return None
    most = _MOST_OF_THE_TEXT * sum(line.weight for line in lines)
    holding = [block for block in heaviest.blocks if weights[block] >= most and block in bodies]
    for line in lines:
        if line.weight and is_content(line.text) and not line.link:
            while (
                len(holding) > 1 and holding[-1] not in line.blocks and re.match("[^。]{0,3}[、）.．章条]", line.text)
            ):
                holding.pop()
    return holding[-1] if holding else None


def _title(page: LexborHTMLParser, before: list[_Line]) -> str:
    """Return the title: as the page declares it for its article, as its first heading, or as the window has it."""
    declared = page.css_first('meta[name="ArticleTitle" i]')
    if declared and (declared.attributes.get("content") or "").strip():
        return re.sub(r"\s+", " ", declared.attributes["content"] or "").strip()
    named = page.css_first("title")
    window = re.sub(r"\s+", " ", named.text()).strip() if named else ""
    for heading in page.css("h1")[:_MOST_HEADINGS]:
        text = re.sub(r"\s+", " ", heading.text(deep=True)).strip()
        if len(text) >= _SHORTEST_TITLE and not heading.css_first("a") and not _SITE.search(text):
            return text
    for line in reversed(before):
        if len(line.text) >= _SHORTEST_TITLE and _squeeze(line.text) in _squeeze(window):
            return line.text
    own = _SITE_NAME.split(window, maxsplit=1)[0]
    return "" if _SITE.search(own) else own


class _Reader:
    """Reads the nodes of a page in order into lines; a row of short cells is one line."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._link = 0
        self._links = 0
        self._around = 0
        self._deeper = 0
        self._kept = 0
        self._blocks: list[int] = []
        self._rows: list[_Row] = []
        self._done: list[_Line] = []
        self.bodies: set[int] = set()

    def read(self, root: LexborNode) -> Iterator[_Line]:
        for node, opens in _walk(root):
            tag = node.tag or ""
            if tag == "-text":
                self._add(node.text_content or "")
            elif tag == "br":
                self._end_line()
            elif tag == "a":
                self._links += 1 if opens else -1
            elif tag == "pre":
                self._end_line()
                self._kept += 1 if opens else -1
            elif tag in _BLOCKS:
                self._end_line()
                (self._open if opens else self._close)(node, tag)
            if not self._rows:
                yield from self._done
                self._done.clear()
        self._end_line()
        yield from self._done

    def _add(self, text: str) -> None:
        text = text.replace("\n", _LINE_MARK) if self._kept else _BROKEN_BEFORE_NUMBER.sub(_LINE_MARK, text)
        parts = text.split(_LINE_MARK)
        for number, part in enumerate(parts):
            if number:
                self._end_line()
            self._words.append(part)
            self._link += len(part.strip()) if self._links else 0

    def _open(self, node: LexborNode, tag: str) -> None:
        self._blocks.append(node.mem_id)
        self._around += _is_around(node, tag)
        if tag in _BODIES:
            self.bodies.add(node.mem_id)
        if tag == "tr" and len(self._rows) == _DEEPEST_TABLE:
            self._deeper += 1
        elif tag == "tr":
            self._rows.append(_Row())
        elif tag in {"td", "th"} and self._rows and not self._deeper:
            self._rows[-1].cells.append([])
            self._rows[-1].ids.append(node.mem_id)

    def _close(self, node: LexborNode, tag: str) -> None:
        if self._blocks:
            self._blocks.pop()
        self._around -= _is_around(node, tag)
        if tag == "tr" and self._deeper:
            self._deeper -= 1
        elif tag == "tr" and self._rows:
            row = self._rows.pop()
            if any(len(cell) == 1 and not cell[0].link for cell in row.cells):
                self.bodies.difference_update(row.ids)
            for line in _row_lines(row):
                self._keep(line)

    def _end_line(self) -> None:
        text = re.sub(r"[^\S\u3000]+", " ", "".join(self._words)).strip(" ")
        if text.strip():
            blocks = tuple(self._blocks[:_DEEPEST_PATH])
            self._keep(_Line(text=text, link=self._link, blocks=blocks, around=self._around > 0))
        self._words, self._link = [], 0

    def _keep(self, line: _Line) -> None:
        if not self._rows:
            self._done.append(line)
        else:
            row = self._rows[-1]
            row.cells = row.cells or [[]]
            row.cells[-1].append(line)


def _row_lines(row: _Row) -> list[_Line]:
    """Return a row of short cells as one line, another as the lines of its cells, a label before what it names."""
    lines = [line for cell in row.cells for line in cell]
    texts = ["".join(line.text for line in cell) for cell in row.cells]
    short = all(len(cell) <= 1 for cell in row.cells) and all(len(text) <= LONGEST_CELL for text in texts)
    if not lines or not short or splits_label(texts):
        return lines
    whole = lines[0]
    whole.text, whole.link = CELL_BREAK.join(texts), sum(line.link for line in lines)
    return [whole]


def splits_label(cells: list[str]) -> bool:
    """Say whether a row is a label and a numbered text, which begins a line of its own."""
    return is_label(cells[0]) and [is_content(cell) for cell in cells[1:]] == [True]


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Yield each node when it opens, and elements again when they close; pages may nest deeper than calls can."""
    node: LexborNode | None = root
    while node is not None:
        yield node, True
        inner = node.first_child if node.tag not in _UNREAD and node.tag != "-text" else None
        while inner is None:
            if node.tag != "-text":
                yield node, False
            if node.mem_id == root.mem_id:
                return
            inner = node.next
            if inner is None:
                node = node.parent
                if node is None:
                    return
        node = inner


def _is_around(node: LexborNode, tag: str) -> bool:
    if tag in _AROUND:
        return True
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:400].split()
    return any(_AROUND_CLASS.fullmatch(name) for name in names) or attributes.get("role") == "navigation"
