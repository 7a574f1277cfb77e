"""What a finished screening holds, from both sides, as lists and files, a pair explained, whom a draft fits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import flask
import msgspec
import pyarrow as pa  # type: ignore[import-untyped]
from msgspec import UNSET

from matcher.answers.catalogue_json import describe_measure
from matcher.answers.shapes import CatalogueInfo, MatchAnswer, Recommendation
from matcher.standing import COUNTED
from rules.catalogue.catalogue import Catalogue
from rules.language.condition_parsing import PackError
from seeds.faults import Fault, SeedError
from service.complaints import Complaint, RequestError
from service.drafts.items import Draft
from service.drafts.preview import FILE, parse_document, parse_draft, stored_preview, with_document
from service.intake.queries import (
    MatrixFilter,
    MeasureTenantsQuery,
    NoQuery,
    PageQuery,
    ScreeningChangesQuery,
    TenantMatchQuery,
    TenantsFilter,
)
from service.intake.questions import PreviewQuestion
from service.intake.raw_table import MEDIA_TYPES, Format
from service.screenings.shapes import (
    CatalogueVersion,
    ChangedTenant,
    Changes,
    MeasureItems,
    MeasureTenants,
    Pair,
    PreviewAnswer,
    RejectedRows,
    SummaryAnswer,
    TenantItem,
    TenantItems,
    TenantsWith,
    VerdictCounts,
    own_values,
)
from service.screenings.stored.changes import ScreeningOutlook, ScreeningOutlooks, StoredChanges
from service.screenings.stored.granted import Granting
from service.screenings.stored.jobs import Job, State
from service.screenings.stored.matrix import (
    add_up,
    best_pairs,
    chosen_measures,
    considered,
    count_by_measure,
    count_by_tenant,
    describe_standing,
    measure_counts,
    measure_items,
    missing_facts,
    opening,
    tenant_choice,
    tenants_of_measure,
    title_of,
)
from service.screenings.stored.parts import rejected_rows
from service.screenings.stored.progress import row_counts
from service.shapes.published import FilterRead
from service.web.blueprints import Blueprint
from service.web.lookups import (
    changes_of,
    engine_of,
    explained,
    finished_screening,
    found,
    outlook_of,
    page_of,
    parts_of,
    question_of,
    read_region,
)
from service.web.requests import asked_language, json_bytes, private_answer
from service.web.serving import answer_bytes, engine, folders, jobs, operator, own_screenings, served_catalogue
from service.web.worklist import results_file

blueprint = Blueprint("screening_results", __name__, description="What a screening found.")

MOST_MEASURES = 10
Json = dict[str, Any]


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/tenants")
@blueprint.only_for(operator)
@blueprint.takes(TenantsFilter, location="query")
@blueprint.answers(TenantItems, 401, 403, 404, 409, 422, 503, description="A page of tenants, by row.")
def list_tenants(query: Json, screening_id: str) -> flask.Response:
    """List tenants with the counts and the best of their measures."""
    job = finished_screening(screening_id)
    parts, catalogue = parts_of(job), engine_of(job.catalogue).catalogue
    choice = tenant_choice(catalogue, job.options.statuses, query)
    counts = count_by_tenant(parts, choice).wanted(choice)
    region, inside = place_asked(catalogue, query)
    if region:
        counts = counts.chosen(parts.are_inside(counts.rows, inside))
    counts = counts.chosen(parts.own.fit(counts.rows, query))
    places, page = page_of(range(len(counts.rows)), query)
    rows = [int(counts.rows[place]) for place in places]
    called, own = parts.called(rows, "region"), parts.own.of(rows)
    best = best_pairs(parts, choice, rows, Granting(catalogue, job.options.on))
    for pair in (pair for pairs in best.values() for pair in pairs):
        pair["title"] = title_of(catalogue, pair["measure_id"], asked_language())
    shown = {row: msgspec.convert(best[row], tuple[Pair, ...]) for row in rows}
    items = tuple(
        TenantItem(**called[row], own=own_values(own[row]), counts=counts.at(place), best=shown[row])
        for place, row in zip(places, rows, strict=True)
    )
    return private_answer(json_bytes(TenantItems(items=items, **page, region=region)))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/measures")
@blueprint.only_for(operator)
@blueprint.takes(MatrixFilter, location="query")
@blueprint.answers(MeasureItems, 401, 403, 404, 409, 422, 503, description="A page of measures, most applicable first.")
def list_measures(query: Json, screening_id: str) -> flask.Response:
    """List measures with their counts over all tenants, or over those inside a place."""
    job = finished_screening(screening_id)
    catalogue = engine_of(job.catalogue).catalogue
    counts = measure_counts(jobs().chunks(job.id))
    region, inside = place_asked(catalogue, query)
    if region:
        counts |= count_by_measure(parts_of(job), considered(catalogue, job.options.statuses), inside)
    chosen = chosen_measures(catalogue, query.get("instrument"), query.get("status"))
    items = measure_items(catalogue, counts, asked_language())
    wanted = [item for item in items if chosen is None or item.measure_id in chosen]
    if query.get("verdict") == "applicable":
        wanted = [item for item in wanted if item.counts.applicable]
    elif query.get("verdict"):
        wanted = [item for item in wanted if item.counts.possible > item.counts.withheld]
    page, where = page_of(wanted, query)
    return private_answer(json_bytes(MeasureItems(items=tuple(page), **where, region=region)))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/measures/<measure_id>/tenants")
@blueprint.only_for(operator)
@blueprint.takes(MeasureTenantsQuery, location="query")
@blueprint.answers(MeasureTenants, 401, 403, 404, 409, 422, 503, description="A page of tenants of the measure.")
def list_measure_tenants(query: Json, screening_id: str, measure_id: str) -> flask.Response:
    """List the tenants that a measure fits, may fit, or would fit but for one fact or one condition."""
    job = finished_screening(screening_id)
    parts, catalogue = parts_of(job), engine_of(job.catalogue).catalogue
    measure = found(catalogue.measures, measure_id)
    standing = tenants_of_measure(parts, measure.id, query.get("standing"), query.get("verdict"))
    region, inside = place_asked(catalogue, query)
    if region:
        standing = standing.filter(pa.array(parts.are_inside(standing["row"].to_numpy(), inside)))
    shown, where = page_of(standing, query)
    granting = Granting(catalogue, job.options.on)
    answer = MeasureTenants(
        measure=describe_measure(catalogue, measure, asked_language()),
        items=describe_standing(parts, measure.id, shown, granting),
        **where,
        region=region,
        window=granting.window(measure.id) if measure.id in catalogue.grants else UNSET,
    )
    return private_answer(json_bytes(answer))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/summary")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(SummaryAnswer, 401, 403, 404, 409, 422, 503, description="What the screening adds up to.")
def show_summary(_: Json, screening_id: str) -> flask.Response:
    """Tell totals, the widest measures, what would settle most unknowns, which single change opens most."""
    job, language = finished_screening(screening_id), asked_language()
    catalogue = engine_of(job.catalogue).catalogue
    chunks = jobs().chunks(job.id)
    items, having = measure_items(catalogue, measure_counts(chunks), language), add_up(chunks, "tenants_with")
    return private_answer(
        json_bytes(
            SummaryAnswer(
                catalogue=CatalogueVersion(version=catalogue.version),
                rows=row_counts(job),
                totals=VerdictCounts(**{name: sum(getattr(item.counts, name) for item in items) for name in COUNTED}),
                tenants_with=TenantsWith(applicable=having["applicable"], possible=having["possible"]),
                measures=tuple(items[:MOST_MEASURES]),
                settles=missing_facts(catalogue, add_up(chunks, "settles"), language),
                opens=opening(catalogue, add_up(chunks, "opens"), language),
            )
        )
    )


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/rejected")
@blueprint.only_for(operator)
@blueprint.takes(PageQuery, location="query")
@blueprint.answers(RejectedRows, 401, 403, 404, 409, 422, 503, description="A page of rejected rows, by row.")
def list_rejected(query: Json, screening_id: str) -> flask.Response:
    """List the rows that could not be read, with number, field and reason."""
    job = finished_screening(screening_id)
    refused = rejected_rows(folders().of(job.id), [chunk.number for chunk in jobs().chunks(job.id)], asked_language())
    items, page = page_of(refused, query)
    return private_answer(json_bytes(RejectedRows(items=tuple(items), **page)))


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/changes")
@blueprint.only_for(operator)
@blueprint.takes(ScreeningChangesQuery, location="query")
@blueprint.answers(Changes, 401, 403, 404, 409, 422, 503, description="A page of tenants that came out differently.")
def list_changes(query: Json, screening_id: str) -> flask.Response:
    """Tell what a rerun changed for whom, beside the screening that it ran again.

    With `against=current` what running it again now, with the catalogue in force, would change.
    """
    job, with_current = finished_screening(screening_id), query["against"] == "current"
    changes, parts = changes_of(job, with_current=with_current), parts_of(job)
    after = (engine() if with_current else engine_of(job.catalogue)).catalogue
    rows, where = page_of(changes.rows(), query)
    changed = changes.of_tenants(rows, titles_of_changes(after, changes, rows, asked_language()))
    called = parts.called(rows)
    nameless = {"external_id": "", "uscc": "", "name": ""}  # decided by one of the two, refused by the other
    answer = Changes(
        before=CatalogueVersion(version=changes.version_before),
        after=CatalogueVersion(version=after.version),
        totals=changes.totals(),
        items=tuple(
            ChangedTenant(**called.get(row, {"row": row, **nameless}), changes=tuple(changed[row])) for row in rows
        ),
        **where,
    )
    return private_answer(json_bytes(answer))


def titles_of_changes(now: Catalogue, changes: StoredChanges, rows: Collection[int], language: str) -> dict[str, str]:
    """Return the titles of what changed; a measure that is gone has the title it had."""
    wanted = changes.measures_of(rows)
    titles = {measure_id: title_of(now, measure_id, language) for measure_id in wanted & now.measures.keys()}
    if gone := wanted - titles.keys():
        with suppress(RequestError):
            then = engine_of(changes.version_before).catalogue
            titles |= {measure_id: title_of(then, measure_id, language) for measure_id in gone}
    return titles


@blueprint.at("/v1/changes/screenings")
@blueprint.only_for(operator)
@blueprint.takes(PageQuery, location="query")
@blueprint.answers(ScreeningOutlooks, 401, 403, 422, 503, description="A page of finished screenings, newest first.")
def list_outlooks(query: Json) -> flask.Response:
    """Tell which of the caller's finished screenings gain or lose by the catalogue in force, and for how many tenants.

    It is worked out in the background after an edition has come into force; until then `state` is `waiting`.
    """
    finished = [job for job in own_screenings() if job.state is State.FINISHED]
    shown, page = page_of(finished, query)
    answer = ScreeningOutlooks(
        catalogue=CatalogueVersion(version=engine().catalogue.version), items=tuple(map(_outlook, shown)), **page
    )
    return private_answer(json_bytes(answer))


def _outlook(job: Job) -> ScreeningOutlook:
    changes = outlook_of(job)
    gaining, losing = changes.tenants() if changes else (None, None)
    return ScreeningOutlook(
        id=job.id,
        catalogue=CatalogueVersion(version=job.catalogue or ""),
        state="compared" if changes else "waiting",
        tenants_gaining=gaining,
        tenants_losing=losing,
        totals=changes.totals() if changes else None,
    )


def place_asked(catalogue: Catalogue, query: Mapping[str, Any]) -> tuple[FilterRead | None, Collection[str]]:
    """Return how the place of a filter was read, None when none is asked for, and every place inside it.

    Nothing is inside a place that was not read for sure.
    """
    if not query.get("region"):
        return None, ()
    region = read_region(catalogue, query["region"], asked_language())
    return region, catalogue.vocabularies["regions"].taxonomy.descendants(region.value) if region.value else ()


files = Blueprint("screening_files", __name__, description="Downloads of a screening.")

_FORM = {"type": "string", "enum": [form.value for form in Format]}
_PARAMETERS = [{"in": "path", "name": "form", "required": True, "schema": _FORM}]
_CONTENT = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES.values()}


@files.at("/v1/screenings/<string(length=32):screening_id>/results.<form>", parameters=_PARAMETERS)
@files.only_for(operator, responses={200: {"content": _CONTENT}})
@files.takes(NoQuery, location="query")
@files.answers(None, 401, 403, 404, 409, 422, 503, description="The file.")
def download_results(_: dict[str, Any], screening_id: str, form: str) -> flask.Response:
    """Give all results: one row each tenant x measure shown; the workbook also sums up, in words."""
    return results_file(screening_id, form)


pairs = Blueprint("screening_pairs", __name__, description="One tenant of a screening, explained.")


@pairs.at("/v1/screenings/<string(length=32):screening_id>/tenants/<int(max=2147483647):row>/match")
@pairs.only_for(operator)
@pairs.takes(TenantMatchQuery, location="query")
@pairs.answers(MatchAnswer, 401, 403, 404, 409, 422, 503, description="The answer of a match for this tenant.")
def match_tenant(query: dict[str, Any], screening_id: str, row: int) -> flask.Response:
    """Answer for one tenant as POST /v1/match does with the catalogue of the screening, byte for byte."""
    job = finished_screening(screening_id)
    question = replace(question_of(job, row), **query)
    return private_answer(answer_bytes(engine_of(job.catalogue).match(question)))


@pairs.at("/v1/screenings/<string(length=32):screening_id>/tenants/<int(max=2147483647):row>/measures/<measure_id>")
@pairs.only_for(operator)
@pairs.takes(NoQuery, location="query")
@pairs.answers(Recommendation, 401, 403, 404, 409, 422, 503, description="Why the measure fits, with its evidence.")
def explain_pair(_: dict[str, Any], screening_id: str, row: int, measure_id: str) -> flask.Response:
    """Explain one measure for one tenant: the recommendation as POST /v1/match gives it, byte for byte.

    One that is set aside or does not apply is explained as with `include: ["general", "not_applicable"]`.
    """
    return private_answer(json_bytes(explained(screening_id, row, measure_id)))


preview = Blueprint("preview", __name__, description="Policy finds company.")

_PLACE = "/measures/0"


@preview.at("/v1/measures/preview", method="POST")
@preview.only_for(operator)
@preview.takes(PreviewQuestion)
@preview.answers(PreviewAnswer, 400, 401, 403, 404, 409, 413, 415, 422, 503, description="The tenants the draft fits.")
def preview_measure(question: dict[str, Any]) -> flask.Response:
    """Try a draft measure, in the form of a rule pack, on the tenants of a finished screening.

    It quotes a document of the catalogue, by id, or one that is sent along. A draft needs neither `examples` nor
    `title_en`. With `schema` 2 it may state benefits, and each tenant is told what they come to.
    """
    job, catalogue = finished_screening(question["screening"]), _with_document(served_catalogue(), question["document"])
    draft = _draft(catalogue, question)
    asked = [question.get(name) for name in ("document", "measure", "defaults", "schema", "facts")]
    outcome = stored_preview(draft, parts_of(job), job.options, asked)
    items, page = page_of(outcome.items, question)
    held = CatalogueInfo(
        version=catalogue.version, documents=len(served_catalogue().documents), measures=len(catalogue.measures)
    )
    answer = PreviewAnswer(
        catalogue=held,
        measure=describe_measure(draft.alone, draft.measure, asked_language()),
        counts=outcome.counts,
        items=tuple(items),
        **page,
        window=Granting(draft.alone, job.options.on).window(draft.measure.id) if draft.alone.grants else UNSET,
    )
    return private_answer(json_bytes(answer))


def _with_document(catalogue: Catalogue, document: str | dict[str, Any]) -> Catalogue:
    """Return the catalogue with the document that the draft quotes."""
    if isinstance(document, str):
        found(catalogue.documents, document)
        return catalogue
    try:
        return with_document(catalogue, parse_document(catalogue, document))
    except SeedError as error:
        raise _refusal("bad_document", error) from error


def _draft(catalogue: Catalogue, question: dict[str, Any]) -> Draft:
    """Return the draft; raise RequestError with every fault at its place in the question."""
    document = question["document"]
    name = document if isinstance(document, str) else document["id"]
    try:
        return parse_draft(catalogue, name, question)
    except PackError as error:
        raise _refusal("bad_measure", error) from error


def _refusal(code: str, error: SeedError) -> RequestError:
    return RequestError(
        "invalid_request",
        [Complaint(code=one.code, under=code, pointer=_pointer(one), params=one.params) for one in error.faults],
    )


def _pointer(fault: Fault) -> str:
    """Return the place in the question of what was found in a document, or in the pack made of the draft."""
    if fault.file == FILE:
        return f"/document{fault.pointer}"
    return f"/measure{fault.pointer.removeprefix(_PLACE)}" if fault.pointer.startswith(_PLACE) else fault.pointer
