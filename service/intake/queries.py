"""What is asked in a query string, loaded strictly: pages and filters of lists, which part of a result.

What is sent in a body stands in questions.py.
"""

from __future__ import annotations

from matcher.standing import CatalogueChange
from rules.language.measures import Instrument, MeasureKind, MeasureVerdict
from service.clock import today
from service.complaints import StrictSchema
from service.intake.strict_fields import Choice, Day, Text, Whole, described, refusal

LARGEST_LIMIT = 100
LARGEST_OFFSET = 10_000
LARGEST_PAGE = 10_000
SEARCH_CHARACTERS = 100
STATUSES = ("in_force", "draft")
VERDICTS = ("applicable", "possible")
STANDINGS = (*VERDICTS, "one_fact_short", "one_condition_short")


def _words(description: str, *examples: str, shortest: int = 0) -> Text:
    """Return a field of words to search by."""
    return Text(limit=SEARCH_CHARACTERS, shortest=shortest, metadata=described(description, *examples))


class PageQuery(StrictSchema):
    """Which page of a list."""

    page = Whole(lowest=1, highest=LARGEST_PAGE, from_query=True, load_default=1, metadata=described("From 1."))
    per_page = Whole(lowest=1, highest=100, from_query=True, load_default=20, metadata=described("Items on a page."))


class MeasureFilters(StrictSchema):
    """Which measures of the catalogue; all that is given must hold."""

    region = _words("A place in any writing: measures that a company there may reach.", "440100")
    sector = _words("A sector in words or as a GB/T 4754 code: measures not ruled out for a company of it.", "生物材料")
    stage = _words("How far a product or project is: measures not ruled out for a company at that stage.", "中试")
    instrument = Choice(tuple(Instrument), metadata=described("The kind of support."))
    kind = Choice(
        tuple(MeasureKind),
        metadata=described("Something a company can ask for or use, or a direction of work to cite."),
    )
    document = _words("The id of a document.")
    status = Choice(STATUSES, metadata=described("The status of the document."))
    department = _words("A department as the document prints it: measures that it leads or shares.", "省工业和信息化厅")


class MeasuresQuery(MeasureFilters, PageQuery):
    """Filters of the list of measures; all that are given must hold."""

    q = _words(
        "Words of two characters and more, all of which stand in title, quote, clause or document title, in any order. "
        "Brackets and quotation marks do not count. The name of a product, need or instrument finds its other "
        "spellings too, that of an instrument its measures, the number of a clause (2.5.3) or a document theirs.",
        shortest=2,
    )
    on = Day(
        metadata=described(
            "A day, on which `application` of each measure then tells how applications stand; today in China where "
            "only `opens_before` is given."
        )
    )
    opens_before = Day(
        metadata=described(
            "Only measures that can be applied for before this day: applications are open on `on`, or open by then. "
            "One whose text states no time is left out."
        )
    )


class ChangesFilter(StrictSchema):
    """Since when, and which changes."""

    since = _words(
        "The version of an edition (`GET /v1/editions`), or a day (2026-01-31): the edition in force at its end. "
        "The edition before the one in force if not given.",
    )
    on = Day(metadata=described("The day up to which time passes, today in China if not given."), load_default=today)
    kind = Choice(tuple(CatalogueChange), metadata=described("Only changes of this kind."))


class ChangesQuery(ChangesFilter, PageQuery):
    """Which page of the changes."""


class ScreeningChangesQuery(PageQuery):
    """What a screening is compared with."""

    against = Choice(
        ("previous", "current"),
        load_default="previous",
        metadata=described("The screening that it ran again (previous), or the catalogue in force (current)."),
    )


class CalendarQuery(MeasureFilters):
    """Which measures a calendar holds, and from which day on."""

    on = Day(metadata=described("The first day of the calendar, today in China if not given."), load_default=today)


class DocumentsQuery(PageQuery):
    """How much of each document is listed."""

    detail = Choice(("full", "brief"), load_default="full", metadata=described("`brief` leaves out text and clauses."))


class VocabularyQuery(StrictSchema):
    """What to look for in a vocabulary, or which page of it."""

    q = _words("Words whose nearest entries are wanted.")
    page = Whole(lowest=1, highest=LARGEST_PAGE, from_query=True, load_default=1, metadata=described("From 1."))
    per_page = Whole(
        lowest=1, highest=5000, from_query=True, load_default=1000, metadata=described("Entries on a page.")
    )


class ListedVerdict(Choice):
    """A verdict of which measures are listed; those that do not apply are only counted."""

    def _deserialize(self, value: object, *rest: object, **more: object) -> str:
        if value == MeasureVerdict.NOT_APPLICABLE:
            raise refusal("only_counted", allowed=", ".join(self.allowed))
        return super()._deserialize(value, *rest, **more)


class MatrixFilter(PageQuery):
    """Which part of the matrix of tenants and measures; all that is given must hold."""

    verdict = ListedVerdict(
        VERDICTS,
        metadata=described(
            "Only what is listed with this verdict at least once; `not_applicable` is counted and never "
            "listed. It changes no counts."
        ),
    )
    instrument = Choice(tuple(Instrument), metadata=described("Only measures of this kind of support."))
    status = Choice(STATUSES, metadata=described("Only measures in documents of this status."))
    region = _words("A place in any writing: only tenants inside it.", "440100")


class TenantsFilter(MatrixFilter):
    """Which tenants are listed; all that is given must hold."""

    column = _words("The heading of a column that is kept as it stands: only tenants with something there.", "楼栋")
    value = _words("Only tenants in whose `column`, or any kept column if none is given, this stands.", "A座")


class MeasureTenantsQuery(PageQuery):
    """Which tenants of one measure; all that is given must hold."""

    standing = Choice(
        STANDINGS,
        metadata=described(
            "`one_fact_short`: one answer would settle it; `one_condition_short`: all is met but one "
            "condition that a company can change. Applicable and possible ones if not given."
        ),
    )
    verdict = ListedVerdict(VERDICTS, metadata=described("Only tenants for which this is the verdict."))
    region = _words("A place in any writing: only tenants inside it.")


class NoQuery(StrictSchema):
    """No parameters: an unknown one is refused, never left out silently."""


class TenantMatchQuery(StrictSchema):
    """Which part of a tenant's match."""

    limit = Whole(
        lowest=1,
        highest=LARGEST_LIMIT,
        from_query=True,
        metadata=described("Most recommendations, 20 if not given."),
    )
    offset = Whole(lowest=0, highest=LARGEST_OFFSET, from_query=True, metadata=described("Recommendations to skip."))
    detail = Choice(
        ("full", "brief"),
        metadata=described("`brief` leaves out features, conditions and evidence; `full` if not given."),
    )
