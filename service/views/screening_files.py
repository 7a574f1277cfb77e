"""GET /v1/screenings/{id}/results.{xlsx,csv,ndjson,parquet}: everything a screening found, as one file."""

from __future__ import annotations

from typing import Any

import flask

from service.access import operator
from service.blueprints import Blueprint
from service.opened import results_file
from service.schemas.screening_questions import NoQuery
from service.tables.sources import Format
from service.tables.writing import MEDIA_TYPES

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
