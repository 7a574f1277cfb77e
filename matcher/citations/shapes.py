"""The shapes of what a citation check answers."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from matcher.answers.measure_shapes import OPEN
from matcher.answers.shapes import CatalogueInfo, DocumentRef
from matcher.citations.passages import Kind
from matcher.citations.wording import Differs, Unified
from rules.language.measures import Effect


class Outcome(StrEnum):
    """How a citation comes out."""

    VERBATIM = "verbatim"
    HELD = "held"
    ALTERED = "altered"
    NOT_FOUND = "not_found"
    NOT_HELD = "not_held"
    DRAFT = "draft"
    EXPIRED = "expired"
    UPCOMING = "upcoming"


class Place(StrEnum):
    """Where quoted words stand, beside what is cited for them."""

    AS_CITED = "as_cited"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    NOT_CITED = "not_cited"


class Difference(Struct, frozen=True, kw_only=True):
    """`given` stands in the text sent where `held` stands in the document; offsets into both; one may be empty."""

    kind: Annotated[Differs, "`left_out`: an ellipsis stands for it. `writing`: no other words. " + OPEN]
    given: str
    start: int
    end: int
    held: str
    held_start: int
    held_end: int


class HeldWords(Struct, frozen=True, kw_only=True):
    """The words that are held: `text[start:end] == quote` of the document."""

    document: str
    clause: Annotated[str | None, "Path of the innermost clause that holds all of it."]
    quote: str
    start: Annotated[int, "Offset in Unicode code points."]
    end: int


class Near(Struct, frozen=True, kw_only=True):
    """A document whose title is like one that is not held: a suggestion, nothing more."""

    document: str
    title: str


VERDICT = (
    "`verbatim`: every character is equal, and the document is in force. `altered`: `differences` has what is not. "
    "`held`: a clause that there is, or a title under a short name of the text's own. `not_held`: the document cited "
    "is none of ours. What is neither altered nor missing comes out as `draft`, `upcoming` or `expired` where the "
    f"document is; so does a title that is written otherwise. {OPEN}"
)


class Citation(Struct, frozen=True, kw_only=True):
    """One quoted or cited passage: sent[start:end] == text."""

    kind: Annotated[Kind, OPEN]
    text: str
    start: Annotated[int, "Offset into the text sent, in Unicode code points."]
    end: int
    verdict: Annotated[Outcome, VERDICT]
    words: Annotated[Outcome, "Of the words alone, whether the document binds or not."]
    effect: Annotated[Effect | None, "Whether the document binds on the day; null where none was found."]
    document: DocumentRef | None
    similarity: float | None
    differences: Annotated[tuple[Difference, ...], "Every one of them: put in, they make the held words of the given."]
    unified: Annotated[tuple[Unified, ...], "What of the writing had to be unified to find it; none where verbatim."]
    near: Near | None
    message: str
    found: HeldWords | None = None
    place: Annotated[
        Place | None,
        "Of a quote that was found: whether it stands where the text says; unknown where that is not held.",
    ] = None
    cited: Annotated[tuple[str, ...], "Documents that the text names beside a quote, by id, and that are held."] = ()
    others: Annotated[int, "In how many further places the very same words stand."] = 0


class Count(Struct, frozen=True, kw_only=True):
    """How many citations came out in one way."""

    verdict: Annotated[Outcome, OPEN]
    count: int


class CitationAnswer(Struct, frozen=True, kw_only=True):
    """Every quoted or cited passage of a text, in its order."""

    catalogue: CatalogueInfo
    on: date
    compared: Annotated[str, "What is unified to find words, and that nothing is where words are called verbatim."]
    totals: tuple[Count, ...]
    citations: tuple[Citation, ...]
