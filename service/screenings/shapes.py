"""What the calls on screenings answer: state, lists from both sides, sums, changes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from msgspec import UNSET, Struct, UnsetType

from matcher.answers.measure_shapes import OPEN, WHY, PairBenefit
from matcher.answers.shapes import CatalogueInfo, MeasureSummary
from matcher.standing import Relevance
from rules.language.measures import Instrument, MeasureKind, MeasureVerdict
from rules.language.windows import WindowStanding
from service.intake.queries import STATUSES
from service.screenings.column_shapes import Failure, FileColumn, JoinedSheet, RowSum
from service.screenings.stored.jobs import State
from service.shapes.published import NEVER_NULL, FilterRead, Page, closed

_TIME = "RFC 3339, UTC."
_ROW = "1 for the first line below the headings; lines left blank and the template's example are counted too."
_LISTED = closed("applicable", "possible")
_BENEFITS = "What the measure comes to for the tenant, where its pack states benefits."
_NOT_BESIDE = "Measures listed for the tenant that some text rules out beside this one."
_WINDOW = "How applications stood on the day of the screening, where the pack states benefits."


class RowCounts(Struct, frozen=True, kw_only=True):
    """Rows of the file: all, done so far (rejected ones included), rejected."""

    total: Annotated[int | None, "Null until the file has been read."]
    done: int
    rejected: int


class Progress(Struct, frozen=True, kw_only=True):
    """How far it is and how fast it goes."""

    share: Annotated[float, "0 to 1."]
    rows_per_second: float | None
    seconds_left: float | None


class CatalogueVersion(Struct, frozen=True, kw_only=True):
    """The catalogue that decided."""

    version: Annotated[str, "Hash of the content."]


class Screening(Struct, frozen=True, kw_only=True):
    """The state of a screening; it names nothing that the file holds."""

    id: str
    name: Annotated[str, "As given, else the name of the file; empty for tenants sent as JSON without one."]
    state: State
    format: str
    rows: RowCounts
    on: Annotated[str, "The day the question is about."]
    statuses: tuple[Annotated[str, closed(*STATUSES)], ...]
    created_at: Annotated[str, _TIME]
    started_at: Annotated[str | None, _TIME]
    finished_at: Annotated[str | None, _TIME]
    expires_at: Annotated[str, "When file and results are deleted."]
    catalogue: CatalogueVersion | None
    previous: Annotated[str | None, "The screening that this one runs again."]
    progress: Progress
    failure: Failure | None


class OneScreening(Screening, frozen=True, kw_only=True):
    """The state of a screening, and the columns of its file."""

    sheet: Annotated[str | None, "The sheet that was read; null before it is, and in a file without sheets."]
    other_sheets: Annotated[
        tuple[str, ...] | None, "The names of sheets that hold data too and were not read; null until it is read."
    ]
    columns: Annotated[tuple[FileColumn, ...] | None, "Null until it is read."]
    unread: Annotated[tuple[str, ...] | None, "Headings of columns that were not understood or not used."]
    sheets: Annotated[tuple[JoinedSheet, ...], "What became of each sheet, where all were asked for."]
    account: Annotated[RowSum | None, "What became of every row of the file; null until it is read."]


class Screenings(Struct, frozen=True, kw_only=True):
    """The screenings of a key, newest first."""

    items: tuple[Screening, ...]


class TenantsWith(Struct, frozen=True, kw_only=True):
    """How many tenants have at least one measure that is listed with a verdict."""

    applicable: int
    possible: int


class VerdictCounts(Struct, frozen=True, kw_only=True):
    """How many come out in each way, as `totals` of a match count them."""

    applicable: int
    possible: Annotated[int, "Listed or withheld."]
    not_applicable: int
    withheld: Annotated[int, "Possible ones that nothing connects to the tenant: counted, not listed."]


class Pair(Struct, frozen=True, kw_only=True):
    """One measure shown for one tenant."""

    measure_id: str
    verdict: Annotated[str, _LISTED]
    relevance: Annotated[str, closed(*Relevance)]
    score: float
    title: str
    benefits: Annotated[tuple[PairBenefit, ...] | UnsetType, _BENEFITS] = UNSET
    not_beside: Annotated[tuple[str, ...] | UnsetType, _NOT_BESIDE] = UNSET
    window: Annotated[WindowStanding | UnsetType, _WINDOW] = UNSET


class OwnValue(Struct, frozen=True, kw_only=True):
    """What stands for a tenant in a column of the file that is kept as it is."""

    heading: str
    value: str


def own_values(stated: Mapping[str, str]) -> tuple[OwnValue, ...]:
    """Return what stands in own columns, by heading, where anything does."""
    return tuple(OwnValue(heading=heading, value=text) for heading, text in stated.items() if text)


class TenantItem(Struct, frozen=True, kw_only=True):
    """One tenant with the counts and the best of its measures.

    `counts` are over the measures that the filters `instrument` and `status` choose: without them, the `totals` of the
    tenant's match. `best` holds the first three of those measures that are listed with the verdict wanted.
    """

    row: Annotated[int, _ROW]
    external_id: str
    uscc: str
    name: str
    region: Annotated[str | None, "Code of its place, null when not surely one."]
    counts: VerdictCounts
    best: tuple[Pair, ...]
    own: Annotated[tuple[OwnValue, ...], "What stands in the columns kept as they are, where anything does."] = ()


class TenantItems(Page, frozen=True, kw_only=True):
    """A page of tenants, by row."""

    items: tuple[TenantItem, ...]
    region: FilterRead | None


class MeasureItem(Struct, frozen=True, kw_only=True):
    """One measure with its counts over all tenants that were decided, or over those in the `region` of the filter.

    Of one that the catalogue no longer has, nothing but the id and the counts is known.
    """

    measure_id: str
    title: str
    instrument: Annotated[Instrument | None, NEVER_NULL, closed(*Instrument)]
    kind: Annotated[MeasureKind | None, NEVER_NULL, closed(*MeasureKind)]
    document: Annotated[str | None, NEVER_NULL]
    status: Annotated[str | None, NEVER_NULL]
    counts: VerdictCounts


class MeasureItems(Page, frozen=True, kw_only=True):
    """A page of measures, most applicable first."""

    items: tuple[MeasureItem, ...]
    region: FilterRead | None


class UnknownFact(Struct, frozen=True, kw_only=True):
    """A fact that leaves the verdict open."""

    fact: str
    why: Annotated[str, WHY]


class MeasureTenant(Struct, frozen=True, kw_only=True):
    """One tenant of a measure, and what is missing or in the way."""

    row: int
    external_id: str
    uscc: str
    name: str
    verdict: Annotated[str, closed(*MeasureVerdict)]
    relevance: Annotated[str, closed(*Relevance)] | None
    score: float | None
    unknown: tuple[UnknownFact, ...]
    fact: Annotated[str | None, "The fact of the one condition in the way."] = None
    gap: Annotated[Any, "How far the fact is from what the condition asks, where that is a number."] = None
    benefits: Annotated[tuple[PairBenefit, ...] | UnsetType, _BENEFITS] = UNSET
    not_beside: Annotated[tuple[str, ...] | UnsetType, _NOT_BESIDE] = UNSET


class MeasureTenants(Struct, frozen=True, kw_only=True):
    """A page of tenants of one measure, by verdict and row."""

    measure: MeasureSummary
    items: tuple[MeasureTenant, ...]
    total: int
    page: int
    per_page: int
    pages: int
    region: FilterRead | None
    window: Annotated[WindowStanding | UnsetType, _WINDOW] = UNSET


class RejectedRow(Struct, frozen=True, kw_only=True):
    """One row of which no company could be told, or one cell of a company that could not be read."""

    row: Annotated[int, _ROW]
    field: str | None
    heading: Annotated[str | None, "The heading as it stands in the file."]
    sheet: Annotated[str | None, "The sheet where it stands, where several are read."]
    value: Annotated[str | None, "What stands there, shortened."]
    code: Annotated[str, OPEN]
    message: str
    hint: str | None
    kept: Annotated[bool, "The company is screened all the same; only this fact of it stays unknown."]


class RejectedRows(Page, frozen=True, kw_only=True):
    """A page of rejected rows, by row."""

    items: tuple[RejectedRow, ...]


class Settling(Struct, frozen=True, kw_only=True):
    """One fact, and how many possible measure x tenant pairs an answer to it alone would settle.

    Counted as the questions of a match count them: what an answer cannot settle, a list left open by the policy for
    one, is not among them.
    """

    fact: str
    label: str
    settles: int
    message: str


class Opening(Struct, frozen=True, kw_only=True):
    """One change that opens measures to tenants that meet everything else."""

    fact: str
    label: str
    opens: int


class SummaryAnswer(Struct, frozen=True, kw_only=True):
    """What a screening adds up to."""

    catalogue: CatalogueVersion
    rows: RowCounts
    totals: VerdictCounts
    tenants_with: TenantsWith
    measures: tuple[MeasureItem, ...]
    settles: tuple[Settling, ...]
    opens: tuple[Opening, ...]


class ChangeKind(StrEnum):
    """How a measure came out differently for a tenant; the places of the kinds stand in stored files."""

    OPENED = "opened"
    CLOSED = "closed"
    CONFIRMED = "confirmed"
    IN_DOUBT = "in_doubt"
    NEW_MEASURE = "new_measure"
    GONE_MEASURE = "gone_measure"


class ChangedPair(Struct, frozen=True, kw_only=True):
    """One measure that came out differently for one tenant; null where it was or is not shown."""

    measure_id: str
    title: str
    kind: ChangeKind
    before: Annotated[str, _LISTED] | None
    after: Annotated[str, _LISTED] | None


class ChangedTenant(Struct, frozen=True, kw_only=True):
    """One tenant for whom something changed."""

    row: int
    external_id: str
    uscc: str
    name: str
    changes: tuple[ChangedPair, ...]


class ChangeCounts(Struct, frozen=True, kw_only=True):
    """How many pairs changed in each way."""

    opened: Annotated[int, "Shown now and not before."]
    closed: Annotated[int, "Shown before and not now."]
    confirmed: Annotated[int, "Possible before, applicable now."]
    in_doubt: Annotated[int, "Applicable before, possible now."]
    new_measure: Annotated[int, "Shown now; the earlier catalogue did not have the measure."]
    gone_measure: Annotated[int, "Shown before; the later catalogue does not have the measure."]


class Changes(Struct, frozen=True, kw_only=True):
    """A page of tenants for whom a rerun came out differently."""

    before: CatalogueVersion
    after: CatalogueVersion
    totals: ChangeCounts
    items: tuple[ChangedTenant, ...]
    total: int
    page: int
    per_page: int
    pages: int


class PreviewAnswer(Struct, frozen=True, kw_only=True):
    """Which tenants a draft measure fits."""

    catalogue: CatalogueInfo
    measure: MeasureSummary
    counts: VerdictCounts
    items: tuple[MeasureTenant, ...]
    total: int
    page: int
    per_page: int
    pages: int
    window: Annotated[WindowStanding | UnsetType, _WINDOW] = UNSET
