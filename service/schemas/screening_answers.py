"""The published shapes of the screening answers; used for openapi.yaml and by the tests, never to serialise."""

from __future__ import annotations

from marshmallow import fields

from rules.measures import Instrument
from service.schemas.answers import (
    OPEN,
    Answer,
    CatalogueInfo,
    MeasureSummary,
    anything,
    closed,
    many,
    numeric,
    one,
    string,
)
from service.schemas.column_answers import Failure, FileColumn
from service.schemas.match import STATUSES
from service.schemas.reading_answers import FilterRead, Page
from service.screenings.changes import KINDS
from service.screenings.jobs import State

_TIME = "RFC 3339, UTC."
_ROW = "1 for the first line below the headings; lines left blank and the template's example are counted too."


class RowCounts(Answer):
    """Rows of the file: all, done so far (rejected ones included), rejected."""

    total = numeric("Null until the file has been read.", null=True, whole=True)
    done = numeric(whole=True)
    rejected = numeric(whole=True)


class Progress(Answer):
    """How far it is and how fast it goes."""

    share = numeric("0 to 1.")
    rows_per_second = numeric(null=True)
    seconds_left = numeric(null=True)


class CatalogueVersion(Answer):
    """The catalogue that decided."""

    version = string("Hash of the content.")


class Screening(Answer):
    """The state of a screening."""

    id = string()
    state = closed(*State)
    format = string()
    rows = one(RowCounts)
    on = string("The day the question is about.")
    statuses = fields.List(fields.String(metadata={"enum": list(STATUSES)}), required=True)
    created_at = string(_TIME)
    started_at = string(_TIME, null=True)
    finished_at = string(_TIME, null=True)
    expires_at = string("When file and results are deleted.")
    catalogue = one(CatalogueVersion, null=True)
    previous = string("The screening that this one runs again.", null=True)
    progress = one(Progress)
    failure = one(Failure, null=True)


class OneScreening(Screening):
    """The state of a screening, and the columns of its file."""

    sheet = string("The sheet that was read; null before it is, and in a file without sheets.", null=True)
    other_sheets = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "The names of sheets that hold data too and were not read; null until it is read."},
    )
    columns = fields.List(
        fields.Nested(FileColumn), required=True, allow_none=True, metadata={"description": "Null until it is read."}
    )
    unread = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "Headings of columns that were not understood or not used."},
    )


class Screenings(Answer):
    """The screenings of a key, newest first."""

    items = many(Screening)


class TenantsWith(Answer):
    """How many tenants have at least one measure that is listed with a verdict."""

    applicable = numeric(whole=True)
    possible = numeric(whole=True)


class VerdictCounts(Answer):
    """How many come out in each way, as `totals` of a match count them."""

    applicable = numeric(whole=True)
    possible = numeric("Listed or withheld.", whole=True)
    not_applicable = numeric(whole=True)
    withheld = numeric("Possible ones that nothing connects to the tenant: counted, not listed.", whole=True)


class Pair(Answer):
    """One measure shown for one tenant."""

    measure_id = string()
    title = string()
    verdict = closed("applicable", "possible")
    relevance = closed("direct", "sector", "general")
    score = numeric()


class TenantItem(Answer):
    """One tenant with the counts and the best of its measures.

    `counts` are over the measures that the filters `instrument` and `status` choose: without them, the `totals` of the
    tenant's match. `best` holds the first three of those measures that are listed with the verdict wanted.
    """

    row = numeric(_ROW, whole=True)
    external_id = string()
    uscc = string()
    name = string()
    region = string("Code of its place, null when not surely one.", null=True)
    counts = one(VerdictCounts)
    best = many(Pair)


class TenantItems(Page):
    """A page of tenants, by row."""

    items = many(TenantItem)
    region = one(FilterRead, null=True)


class MeasureItem(Answer):
    """One measure with its counts over all tenants that were decided, or over those in the `region` of the filter."""

    measure_id = string()
    title = string()
    instrument = closed(*Instrument)
    document = string()
    status = string()
    counts = one(VerdictCounts)


class MeasureItems(Page):
    """A page of measures, most applicable first."""

    items = many(MeasureItem)
    region = one(FilterRead, null=True)


class UnknownFact(Answer):
    """A fact that leaves the verdict open."""

    fact = string()
    why = string(OPEN)


class MeasureTenant(Answer):
    """One tenant of a measure, and what is missing or in the way."""

    row = numeric(whole=True)
    external_id = string()
    uscc = string()
    name = string()
    verdict = closed("applicable", "possible", "not_applicable")
    relevance = closed("direct", "sector", "general", null=True)
    score = numeric(null=True)
    unknown = many(UnknownFact)  # type: ignore[assignment]  # a field's name; marshmallow moves fields away
    fact = string("The fact of the one condition in the way.", null=True)
    gap = anything("How far the fact is from what the condition asks, where that is a number.")


class MeasureTenants(Page):
    """A page of tenants of one measure, by verdict and row."""

    measure = one(MeasureSummary)
    items = many(MeasureTenant)
    region = one(FilterRead, null=True)


class RejectedRow(Answer):
    """One row, or one field of it, that could not be read."""

    row = numeric(_ROW, whole=True)
    field = string(null=True)
    heading = string("The heading as it stands in the file.", null=True)
    value = string("What stands there, shortened.", null=True)
    code = string(OPEN)
    message = string()
    hint = string(null=True)


class RejectedRows(Page):
    """A page of rejected rows, by row."""

    items = many(RejectedRow)


class Settling(Answer):
    """One fact, and how many possible measure x tenant pairs an answer to it alone would settle.

    Counted as the questions of a match count them: what an answer cannot settle, a list left open by the policy for
    one, is not among them.
    """

    fact = string()
    label = string()
    settles = numeric(whole=True)
    message = string()


class Opening(Answer):
    """One change that opens measures to tenants that meet everything else."""

    fact = string()
    label = string()
    opens = numeric(whole=True)


class SummaryAnswer(Answer):
    """What a screening adds up to."""

    catalogue = one(CatalogueVersion)
    rows = one(RowCounts)
    totals = one(VerdictCounts)
    tenants_with = one(TenantsWith)
    measures = many(MeasureItem)
    settles = many(Settling)
    opens = many(Opening)


class ChangedPair(Answer):
    """One measure that came out differently for one tenant; null where it was or is not shown."""

    measure_id = string()
    title = string()
    kind = closed(*KINDS)
    before = closed("applicable", "possible", null=True)
    after = closed("applicable", "possible", null=True)


class ChangedTenant(Answer):
    """One tenant for whom something changed."""

    row = numeric(whole=True)
    external_id = string()
    uscc = string()
    name = string()
    changes = many(ChangedPair)


class ChangeCounts(Answer):
    """How many pairs changed in each way."""

    opened = numeric("Shown now and not before.", whole=True)
    closed = numeric("Shown before and not now.", whole=True)
    confirmed = numeric("Possible before, applicable now.", whole=True)
    in_doubt = numeric("Applicable before, possible now.", whole=True)
    new_measure = numeric("Shown now; the earlier catalogue did not have the measure.", whole=True)
    gone_measure = numeric("Shown before; the later catalogue does not have the measure.", whole=True)


class Changes(Page):
    """A page of tenants for whom a rerun came out differently."""

    before = one(CatalogueVersion)
    after = one(CatalogueVersion)
    totals = one(ChangeCounts)
    items = many(ChangedTenant)


class PreviewAnswer(Page):
    """Which tenants a draft measure fits."""

    catalogue = one(CatalogueInfo)
    measure = one(MeasureSummary)
    counts = one(VerdictCounts)
    items = many(MeasureTenant)
