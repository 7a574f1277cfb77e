"""What a caller sends to be screened, as one file of a known format; its rows are read by the worker."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import flask
import orjson
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from service.json_reading import read_json
from service.problems import Complaint, RequestError
from service.schemas.complaints import complaints_of
from service.schemas.match import STATUSES
from service.schemas.screening_questions import ScreeningQuestion
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Options

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
    asked: dict[str, Any] = dict(request.form.items())
    if "statuses" in asked:
        asked["statuses"] = [status.strip() for status in asked["statuses"].split(",")]
    return Sent(form=form, content=file, options=_options(asked, with_tenants=False))


def _from_json(request: flask.Request, most: int) -> Sent:
    body = request.get_data()
    if len(body) > most:
        raise RequestEntityTooLarge
    data = read_json(body)
    options = _options(data, with_tenants=True)
    lines = b"".join(orjson.dumps(tenant, option=orjson.OPT_APPEND_NEWLINE) for tenant in data["tenants"])
    return Sent(form="ndjson", content=lines, options=options)


def _options(asked: object, *, with_tenants: bool) -> Options:
    try:
        loaded = ScreeningQuestion(exclude=() if with_tenants else ("tenants",)).load(asked)  # type: ignore[arg-type]
    except ValidationError as error:
        raise RequestError("invalid_request", complaints_of(error.messages)) from error
    return Options(on=loaded["on"], statuses=tuple(sorted(loaded.get("statuses", STATUSES))))
