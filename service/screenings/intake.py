"""What a caller sends to be screened, as one file of a known format; its rows are read by the worker."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import flask
import orjson
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from service.json_reading import printable, read_json
from service.problems import Complaint, RequestError, pointer_to
from service.schemas.complaints import complaints_of
from service.schemas.match import STATUSES
from service.schemas.screening_questions import ScreeningQuestion
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Options
from service.tables.corrections import CorrectionError
from service.tables.faults import TableRefusedError
from service.tables.look import correction_refusal
from service.tables.sources import PROFILES_FORM

FORMATS = {
    "csv": "csv", "txt": "csv", "tsv": "csv", "xlsx": "xlsx",
    "ndjson": "ndjson", "jsonl": "ndjson", "parquet": "parquet",
}  # fmt: skip
"""How a file's name ends -> how it is read."""

_JSON, _FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One body: its format, its content as bytes or as an uploaded file, and what was asked about it."""

    form: str
    content: bytes | FileStorage
    options: Options

    def check_columns(self, folder: Folder) -> None:
        """Raise RequestError, all faults at once, when the file kept cannot be read with the columns asked for."""
        asked, path = self.options, folder.sent(self.form)
        if asked.columns and (refusal := correction_refusal(path, asked.columns, on=asked.on)):
            raise RequestError("invalid_request", _complaints_of(refusal))

    def keep(self, folder: Folder, most: int) -> None:
        """Put the content into its file; raise RequestEntityTooLarge when it is larger than `most` bytes."""
        target = folder.sent(self.form)
        if isinstance(self.content, bytes):
            write_whole(target, self.content)
            return
        fresh = target.with_name(f".{target.name}")
        self.content.save(fresh)
        if fresh.stat().st_size > most:
            raise RequestEntityTooLarge
        fresh.replace(target)


def read_sent(request: flask.Request, most: int) -> Sent:
    """Read a file out of a form, or tenants out of a JSON body; raise RequestError with all that is wrong."""
    request.max_content_length = most + 1
    if request.mimetype == _FORM:
        return _from_form(request)
    if request.mimetype == _JSON:
        return _from_json(request, most)
    expected = f"{_FORM}, {_JSON}"
    raise RequestError("unsupported_media_type", [Complaint(code="wrong_content_type", params={"expected": expected})])


def keep_copy(source: Path, target: Path) -> None:
    """Give another screening the same file without copying its bytes where the disk can do that."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _from_form(request: flask.Request) -> Sent:
    file = request.files.get("file")
    if file is None:
        raise RequestError("invalid_request", [Complaint(code="no_file", pointer="/file")])
    form = FORMATS.get(PurePath(file.filename or "").suffix.lower().lstrip("."))
    if form is None:
        allowed = ", ".join(f".{ending}" for ending in FORMATS)
        raise RequestError(
            "invalid_request", [Complaint(code="unknown_format", pointer="/file", params={"allowed": allowed})]
        )
    asked, complaints = _asked(request)
    return Sent(form=form, content=file, options=_options(asked, complaints, with_tenants=False))


def _asked(request: flask.Request) -> tuple[dict[str, Any], list[Complaint]]:
    """Return the fields of a form beside its file, and what is wrong with `columns`, which is JSON in text.

    Raises RequestError when a field stands twice.
    """
    fields = (*request.form.items(multi=True), *request.files.items(multi=True))
    if repeated := [name for name, count in Counter(name for name, _ in fields).items() if count > 1]:
        raise RequestError("invalid_request", [_repeated(name) for name in repeated])
    asked: dict[str, Any] = {**request.form.to_dict(), **{name: "" for name in request.files if name != "file"}}
    if "statuses" in asked:
        asked["statuses"] = [status.strip() for status in asked["statuses"].split(",")]
    columns = asked.pop("columns", None)
    if columns is None:
        return asked, []
    try:
        return {**asked, "columns": read_json(columns.encode())}, []
    except RequestError as error:
        return asked, [replace(one, pointer=f"/columns{one.pointer}") for one in error.complaints]


def _repeated(name: str) -> Complaint:
    shown = printable(name)
    return Complaint(code="repeated_parameter", pointer=pointer_to(shown), params={"name": shown})


def _from_json(request: flask.Request, most: int) -> Sent:
    body = request.get_data()
    if len(body) > most:
        raise RequestEntityTooLarge
    data = read_json(body)
    options = _options(data, [], with_tenants=True)
    return Sent(form=PROFILES_FORM, content=b"\n".join(map(_line, data["tenants"])), options=options)


def _line(tenant: object) -> bytes:
    """Return a tenant as one line of JSON, also one with numbers of more than 64 bits, which its row is refused for."""
    try:
        return orjson.dumps(tenant)
    except TypeError:
        return json.dumps(tenant, ensure_ascii=False).encode()


def _options(asked: object, complaints: list[Complaint], *, with_tenants: bool) -> Options:
    """Load what was asked; raise RequestError with `complaints` and all else that is wrong."""
    try:
        loaded = ScreeningQuestion(exclude=() if with_tenants else ("tenants",)).load(asked)  # type: ignore[arg-type]
    except ValidationError as error:
        raise RequestError("invalid_request", [*complaints, *complaints_of(error.messages)]) from error
    if complaints:
        raise RequestError("invalid_request", complaints)
    statuses = tuple(sorted(loaded.get("statuses", STATUSES)))
    return Options(on=loaded["on"], statuses=statuses, columns=loaded.get("columns", {}))


def _complaints_of(refusal: TableRefusedError) -> list[Complaint]:
    if not isinstance(refusal, CorrectionError):
        return [Complaint(code=refusal.code, pointer="/file", params=refusal.params)]
    return [
        Complaint(code=fault.code, pointer=pointer_to("columns", printable(fault.heading)), params=fault.params)
        for fault in refusal.faults
    ]
