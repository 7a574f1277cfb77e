"""What is answered of editions of the catalogue, and of what changed from one, or one document, to another."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Struct

from matcher.answers.changes import Change
from matcher.answers.differences import Piece
from matcher.answers.measure_shapes import OPEN
from service.catalogues.editions import Action
from service.shapes.published import Page


class Edition(Struct, frozen=True, kw_only=True):
    """That an edition came into force; the same may more than once."""

    version: Annotated[str, "What `catalogue` of a match and `since` of changes name."]
    action: Action
    at: Annotated[str, "When it came into force."]
    documents: int
    measures: int
    in_force: Annotated[bool, "Whether it answers now where a request names none."]


class Editions(Page, frozen=True, kw_only=True):
    """A page of what came into force, the latest first."""

    items: tuple[Edition, ...]


class EditionOn(Struct, frozen=True, kw_only=True):
    """An edition on a day."""

    version: str
    on: date


class CatalogueChangeCounts(Struct, frozen=True, kw_only=True):
    """How many changes there are of each kind."""

    new: int
    gone: int
    changed: int
    effective: Annotated[int, "Measures that came into effect since."]
    upcoming: Annotated[int, "Measures that take effect within 30 days."]
    closing: Annotated[int, "Measures whose applications close within 30 days."]
    expired: Annotated[int, "Measures that ended since."]


class CatalogueChanges(Page, frozen=True, kw_only=True):
    """A page of what changed from one edition to another."""

    before: EditionOn
    after: EditionOn
    totals: CatalogueChangeCounts
    items: tuple[Change, ...]


class ClauseLink(Struct, frozen=True, kw_only=True):
    """One clause in both documents, by its paths; null where one of them does not have it."""

    before: str | None
    after: str | None
    state: Annotated[str, OPEN]
    pieces: Annotated[tuple[Piece, ...], "Where the words differ, numbers whole."]


class PredecessorAnswer(Struct, frozen=True, kw_only=True):
    """A document beside the one that it takes the place of, clause by clause, in the order of the later one."""

    document: str
    predecessor: str
    edition: Annotated[str, "The version of the edition that has the predecessor."]
    clauses: tuple[ClauseLink, ...]
