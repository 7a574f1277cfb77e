"""How the service is used: the handbook at /handbook; and what machines look for beside pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import flask
from markdown_it import MarkdownIt
from markdown_it.token import Token
from werkzeug.exceptions import NotFound

from service.pages.frame import render_page
from service.web.requests import PAGE_LANGUAGES, public_bytes

FOLDER = Path(__file__).parents[2] / "docs" / "handbook"
"""Beside the packages: in a checkout and in the container image alike."""

NAMES = ("company", "park", "officer", "editor", "portal", "agents", "operations")
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
        for link in (child for child in token.children or () if child.type == "link_open"):
            if part := _PART_LINK.fullmatch(str(link.attrGet("href"))):  # `portal.md#x` is the page beside this one
                link.attrSet("href", f"{part[1]}{query}{part[2] or ''}")
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


blueprint = flask.Blueprint("handbook", __name__)


@blueprint.get("/handbook")
def contents() -> flask.Response:
    """Show the parts of the handbook, each with what it is about."""
    return render_page("handbook.html", parts=[load_part(name) for name in NAMES])


@blueprint.get("/handbook/<name>")
def page(name: str) -> flask.Response:
    """Show one part with its contents, and the way to the others."""
    if name not in NAMES:
        raise NotFound
    asked = flask.request.args.get("lang", "")
    part = load_part(name, f"?lang={asked}" if asked in PAGE_LANGUAGES else "")
    return render_page("handbook_part.html", part=part, parts=[load_part(other) for other in NAMES])


NOT_FOR_ROBOTS = ("/v1/", "/mcp", "/screenings", "/editor", "/embed/", "/feedback", "/cite")
_ICON = Path(__file__).parents[1] / "static" / "icon.svg"


@blueprint.get("/robots.txt")
def robots() -> flask.Response:
    """Say what search engines may read: policies, measures and the handbook, nothing about a company."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    return public_bytes("\n".join([*lines, ""]).encode(), "text/plain; charset=utf-8")


@blueprint.get("/favicon.ico")
def favicon() -> flask.Response:
    """Send the icon to browsers that look for one beside what is no page."""
    return public_bytes(_ICON.read_bytes(), "image/svg+xml")
