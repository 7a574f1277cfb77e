"""GET /v1/screenings/{id}/results.{xlsx,csv,ndjson,parquet}: everything a screening found, as one file."""

from __future__ import annotations

from typing import Any

import flask

from service.access import jobs, operator
from service.blueprints import Blueprint
from service.lookups import found
from service.request_context import language
from service.schemas.screening_questions import NoQuery
from service.screenings.stored_results import StoredResults
from service.tables.sources import Format
from service.tables.writing import MEDIA_TYPES, result_pieces
from service.views.screening_results import engine_of, parts_of
from service.views.screenings import finished_screening

blueprint = Blueprint("screening_files", __name__, description="Downloads of a screening.")

_PARAMETERS = [
    {
        "in": "path",
        "name": "form",
        "required": True,
        "schema": {"type": "string", "enum": [form.value for form in Format]},
    }
]
_CONTENT = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES.values()}


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/results.<form>", parameters=_PARAMETERS)
@blueprint.only_for(operator, responses={200: {"content": _CONTENT}})
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(None, 401, 403, 404, 409, 422, 503, description="The file.")
def download_results(_: dict[str, Any], screening_id: str, form: str) -> flask.Response:
    """Give all results: one row each tenant x measure shown; the workbook also sums up, in words."""
    return results_file(screening_id, form)


def results_file(screening_id: str, form: str) -> flask.Response:
    """Return all results of a finished screening of the caller as a file."""
    job, kind = finished_screening(screening_id), found({form.value: form for form in Format}, form)
    results = StoredResults(
        job=job,
        parts=parts_of(job),
        chunks=tuple(jobs().chunks(job.id)),
        catalogue=engine_of(job.catalogue).catalogue,
        language=language(),
    )
    answer = flask.Response(result_pieces(results, kind, language=language()), content_type=MEDIA_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="cepei-results.{kind.value}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
