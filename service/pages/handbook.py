"""The handbook: its parts as they stand in docs/handbook, from Markdown into pages with anchors and contents.

Markup in the Markdown stays text. The anchor of a heading is its words, as source hosts make them, so that one link
works in a checkout and on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(__file__).parents[2] / "docs" / "handbook"
"""Beside the packages: in a checkout and in the container image alike."""

NAMES = ("company", "park", "portal", "operations")
"""The parts in their order."""

_PART_LINK = re.compile(r"([a-z]+)\.md(#.*)?")
_NOT_IN_ANCHOR = re.compile(r"[^\w\s-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of the second level, for the contents of its part."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its title, its first paragraph as plain text, its headings and its text as HTML."""

    name: str
    title: str
    summary: str
    headings: tuple[Heading, ...]
    html: str


@cache
def load_part(name: str, query: str = "") -> Part:
    """Load a part; `query` is what the addresses of the other parts end in."""
    return parse_part(name, (FOLDER / f"{name}.md").read_text("utf-8"), query)


def parse_part(name: str, text: str, query: str = "") -> Part:
    """Parse a part: one heading of the first level, a paragraph that sums it up, then the rest."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    title, summary = tokens[1].content, tokens[4].content
    rest = tokens[3:]
    headings = tuple(_name_headings(rest))
    for token in rest:
        for link in _links(token):
            link.attrSet("href", _relinked(str(link.attrGet("href")), query))
        if token.type == "fence":
            token.attrSet("tabindex", "0")  # it scrolls when its lines are long
    html = str(markdown.renderer.render(_scrolling_tables(rest), markdown.options, {}))
    return Part(name=name, title=title, summary=summary, headings=headings, html=html)


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading: its words in small letters, joined by hyphens."""
    return re.sub(r"\s", "-", _NOT_IN_ANCHOR.sub("", heading.lower()).strip())


def _name_headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    for token, content in pairwise(tokens):
        if token.type != "heading_open":
            continue
        text = "".join(child.content for child in content.children or ())
        token.attrSet("id", anchor_of(text))
        if token.tag == "h2":
            yield Heading(anchor=anchor_of(text), text=text)


def _links(token: Token) -> Iterator[Token]:
    return (child for child in token.children or () if child.type == "link_open")


def _relinked(target: str, query: str) -> str:
    """Return where a link leads from the page of a part: `portal.md#x` is the page beside it."""
    part = _PART_LINK.fullmatch(target)
    return f"{part[1]}{query}{part[2] or ''}" if part else target


def _scrolling_tables(tokens: Sequence[Token]) -> list[Token]:
    """Put each table into a region that scrolls by itself, so that a narrow page keeps its width."""
    wrapped: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            wrapped.append(_markup('<div class="scroll" tabindex="0">'))
        wrapped.append(token)
        if token.type == "table_close":
            wrapped.append(_markup("</div>"))
    return wrapped


def _markup(html: str) -> Token:
    markup: Any = Token("html_block", "", 0)
    markup.content = html
    return markup  # type: ignore[no-any-return]
