"""GET /v1/screenings/{id}/results.{xlsx,csv,ndjson,parquet}: everything a screening found, as one file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import flask

from service.access import jobs
from service.blueprints import Blueprint
from service.lookups import found
from service.request_context import language
from service.screenings.stored_results import StoredResults
from service.serving import catalogue
from service.tables.result_files import csv_pieces, ndjson_pieces
from service.tables.sources import Format
from service.tables.writing import MEDIA_TYPES, write_results
from service.views.screening_results import parts_of
from service.views.screenings import SECURITY, finished_screening

blueprint = Blueprint("screening_files", __name__, description="Downloads of a screening.")

_PARAMETERS = [
    {
        "in": "path",
        "name": "form",
        "required": True,
        "schema": {"type": "string", "enum": [form.value for form in Format]},
    }
]


@blueprint.at("/v1/screenings/<string(length=32):screening_id>/results.<form>", parameters=_PARAMETERS)
@blueprint.documented(**SECURITY)
@blueprint.answers(
    {"type": "string", "format": "binary"},
    401,
    403,
    404,
    409,
    503,
    description="The file.",
    media_type="application/octet-stream",
)
def download_results(screening_id: str, form: str) -> flask.Response:
    """Give all results: one row each tenant x measure shown; the workbook also sums up, in words."""
    job, kind = finished_screening(screening_id), found({form.value: form for form in Format}, form)
    results = StoredResults(
        job=job, parts=parts_of(job), chunks=tuple(jobs().chunks(job.id)), catalogue=catalogue(), language=language()
    )
    answer = _PIECES[kind](results) if kind in _PIECES else _written(results, kind)
    answer.content_type = MEDIA_TYPES[kind]
    answer.headers["Content-Disposition"] = f'attachment; filename="cepei-results.{kind.value}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _written(results: StoredResults, kind: Format) -> flask.Response:
    """Write the file first; it can be read after its folder is gone, and goes with the answer."""
    with tempfile.TemporaryDirectory(prefix="cepei-results-") as folder:
        target = Path(folder) / f"results.{kind.value}"
        if kind is Format.PARQUET:
            results.parts.write_results(target)
        else:
            write_results(results, kind, target, language=language())
        opened = target.open("rb")
    answer = flask.Response(iter(lambda: opened.read(_PIECE_BYTES), b""))
    answer.call_on_close(opened.close)
    return answer


_PIECE_BYTES = 1 << 20
_PIECES: dict[Format, Callable[[StoredResults], flask.Response]] = {
    Format.CSV: lambda results: flask.Response(csv_pieces(results)),
    Format.NDJSON: lambda results: flask.Response(ndjson_pieces(results)),
}
"""What is sent while it is still being read."""
