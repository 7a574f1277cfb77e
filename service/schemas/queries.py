"""Query strings of the reading calls."""

from __future__ import annotations

from rules.measures import Instrument
from service.schemas.complaints import StrictSchema
from service.schemas.match import STATUSES
from service.schemas.texts import Choice, Text
from service.schemas.values import Whole

LARGEST_PAGE = 10_000
SEARCH_CHARACTERS = 100


class PageQuery(StrictSchema):
    """Which page of a list."""

    page = Whole(lowest=1, highest=LARGEST_PAGE, from_query=True, load_default=1, metadata={"description": "From 1."})
    per_page = Whole(
        lowest=1, highest=100, from_query=True, load_default=20, metadata={"description": "Items on a page."}
    )


class MeasuresQuery(PageQuery):
    """Filters of the list of measures; all that are given must hold."""

    q = Text(
        limit=SEARCH_CHARACTERS,
        shortest=2,
        metadata={
            "description": "Words inside title, quote, clause or document title, two characters and more. Brackets, "
            "quotation marks and spaces do not count. The name of a product, need or instrument finds its other "
            "spellings too, that of an instrument its measures."
        },
    )
    region = Text(
        limit=SEARCH_CHARACTERS,
        metadata={
            "description": "A place in any writing: measures that a company there may reach.",
            "examples": ["440100"],
        },
    )
    sector = Text(
        limit=SEARCH_CHARACTERS,
        metadata={
            "description": "A sector in words or as a GB/T 4754 code: measures not ruled out for a company of it.",
            "examples": ["生物材料"],
        },
    )
    stage = Text(
        limit=SEARCH_CHARACTERS,
        metadata={
            "description": "How far a product or project is: measures not ruled out for a company at that stage.",
            "examples": ["中试"],
        },
    )
    instrument = Choice(tuple(Instrument), metadata={"description": "The kind of support."})
    document = Text(limit=SEARCH_CHARACTERS, metadata={"description": "The id of a document."})
    status = Choice(STATUSES, metadata={"description": "The status of the document."})
    department = Text(
        limit=SEARCH_CHARACTERS,
        metadata={
            "description": "A department as the document prints it: measures that it leads or shares.",
            "examples": ["省工业和信息化厅"],
        },
    )


class DocumentsQuery(PageQuery):
    """How much of each document is listed."""

    detail = Choice(
        ("full", "brief"), load_default="full", metadata={"description": "`brief` leaves out text and clauses."}
    )


class VocabularyQuery(StrictSchema):
    """What to look for in a vocabulary, or which page of it."""

    q = Text(limit=SEARCH_CHARACTERS, metadata={"description": "Words whose nearest entries are wanted."})
    page = Whole(lowest=1, highest=LARGEST_PAGE, from_query=True, load_default=1, metadata={"description": "From 1."})
    per_page = Whole(
        lowest=1, highest=5000, from_query=True, load_default=1000, metadata={"description": "Entries on a page."}
    )
