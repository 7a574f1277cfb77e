"""What a caller sends to be screened, as one file of a known format, and what its columns were taken for."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path, PurePath
from typing import Any

import flask
import orjson
from marshmallow import ValidationError
from msgspec import structs
from werkzeug.exceptions import RequestEntityTooLarge
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from rules.catalogue.catalogue import Catalogue
from seeds.faults import worded
from seeds.profile_fields import Kind
from seeds.vocabulary import printable
from service.complaints import Complaint, RequestError, complaints_of, pointer_to, published, read_json
from service.disk import open_private
from service.intake.files.json_body import TenantsBody
from service.intake.first_look import A_FILE, Look, correction_refusal, look_at
from service.intake.headings.layout import MONEY_UNITS, MOST_OWN, ColumnReport, CorrectionError, Status
from service.intake.headings.names import BY_ID, FIELDS
from service.intake.queries import STATUSES
from service.intake.questions import ScreeningQuestion
from service.intake.raw_table import PROFILES_FORM, Format, SheetRead, TableRefusedError, in_language
from service.intake.readers import Readers
from service.intake.rows.rows import IDENTITY
from service.intake.table import ReadingOptions
from service.screenings.column_shapes import (
    Failure,
    FieldChoice,
    FileColumn,
    FirstLook,
    JoinedSheet,
    ReadColumns,
    SampledColumn,
)
from service.screenings.results.sheets import row_sum
from service.screenings.stored.folders import Folder, write_whole
from service.screenings.stored.jobs import Options

_UNREAD = frozenset({Status.NOT_UNDERSTOOD, Status.UNIT_NOT_UNDERSTOOD, Status.REPEATED})
_LETTERED = frozenset({Format.CSV, Format.XLSX})
_ABOUT = ("format", "encoding", "delimiter", "sheet", "heading_line")
_UNITS: Mapping[Kind, tuple[str, ...]] = {Kind.MONEY: tuple(MONEY_UNITS), Kind.SHARE: ("%",)}


def columns_as_read(folder: Folder, language: str) -> ReadColumns:
    """Return the columns of a screening's file, nothing before it has been read."""
    if not folder.reading.is_file():
        return ReadColumns()
    reported = orjson.loads(folder.reading.read_bytes())
    first = reported.get("left", 0) if reported.get("format") in _LETTERED else None
    reports = [ColumnReport(**{**one, "status": Status(one["status"])}) for one in reported["columns"]]
    return ReadColumns(
        sheet=reported.get("sheet"),
        other_sheets=tuple(reported.get("other_sheets", ())),
        sheets=_sheets((SheetRead(**one) for one in reported.get("sheets", ())), language),
        columns=tuple(_column(report, first, language) for report in reports),
        unread=_unread(reports, language),
        account=row_sum(reported["account"], language) if "account" in reported else None,
    )


def _notes(look: Look, language: str) -> Iterator[Failure]:
    """Yield what is better known before a file is started."""
    used = {report.field for report in look.columns if report.status is Status.USED}
    told = {
        "big5_file": look.about.get("encoding") == "big5hkscs",
        "hidden_rows": look.seen.hidden > 0,
        "only_names": bool(used) and used <= IDENTITY,
        "too_many_own": sum(report.own for report in look.columns) >= MOST_OWN,
    }
    params = {"count": look.seen.hidden, "limit": MOST_OWN}
    for code in filter(told.get, told):
        message, hint = worded(code, params, language)
        yield Failure(code=code, message=message, hint=hint or None)


def columns_at_a_look(look: Look, language: str) -> FirstLook:
    """Return what a first look at a file shows, and which fields a column may be given."""
    first = look.left if look.about.get("format") in _LETTERED else None
    about: dict[str, Any] = {name: look.about.get(name) for name in _ABOUT}
    reason = None
    if look.refusal:
        message, hint = look.refusal.worded(language)
        reason = Failure(code=published(look.refusal.code), message=message, hint=hint or None)
    return FirstLook(
        usable=look.refusal is None,
        reason=reason,
        **about,
        other_sheets=tuple(look.other_sheets),
        sheets=_sheets(look.sheets, language),
        rows=look.rows,
        account=row_sum(asdict(look.seen), language) if look.seen.rows else None,
        notes=tuple(_notes(look, language)),
        columns=tuple(
            SampledColumn(
                **structs.asdict(_column(report, first, language)),
                samples=tuple(look.samples.get(report.position, ())),
            )
            for report in look.columns
        ),
        unread=_unread(look.columns, language),
        choices=tuple(
            FieldChoice(field=field.id, label=_label(field.id, language), units=_UNITS.get(field.kind, ()))
            for field in FIELDS
            if field.kind not in (Kind.IGNORED, Kind.DECLARED)
        ),
    )


def _column(report: ColumnReport, first: int | None, language: str) -> FileColumn:
    """Return one column; `first` is the column of the sheet at position 0, None where columns have no letters."""
    return FileColumn(
        position=report.position + 1,
        letter=None if first is None else xl_col_to_name(first + report.position),
        heading=in_language(report.heading, language),
        status=report.status,
        field=report.field or None,
        label=_label(report.field, language) if report.field else None,
        how=report.how or None,
        entry=report.entry or None,
        unit=report.unit or None,
        unit_assumed=report.unit_assumed,
        nearest=report.nearest or None,
        own=report.own,
        left_open=report.left_open,
        left_open_rows=tuple(report.left_open_rows),
        filled=report.filled,
        understood=report.understood,
        unread_rows=tuple(report.unread_rows),
    )


def _sheets(read: Iterable[SheetRead], language: str) -> tuple[JoinedSheet, ...]:
    """Return what became of the sheets of a workbook of which all were asked for."""
    return tuple(
        JoinedSheet(name=one.name, rows=one.rows, reason=worded(one.reason, {}, language)[0] if one.reason else None)
        for one in read
    )


def _unread(reports: Iterable[ColumnReport], language: str) -> tuple[str, ...]:
    return tuple(in_language(report.heading, language) for report in reports if report.status in _UNREAD)


def _label(name: str, language: str) -> str:
    return BY_ID[name].heading_en if language == "en" else BY_ID[name].heading


FORMATS = {
    "csv": "csv", "txt": "csv", "tsv": "csv", "xlsx": "xlsx",
    "ndjson": "ndjson", "jsonl": "ndjson", "parquet": "parquet",
}  # fmt: skip
"""How a file's name ends -> how it is read."""

_SAVED_OTHERWISE = {"xls": "old_excel", "et": "old_excel", "ods": "open_document", "numbers": "open_document"}
_JSON, _FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent and stands in its folder: its format, and what was asked about it."""

    form: str
    options: Options

    def check_columns(self, folder: Folder, readers: Readers, catalogue: Catalogue | None) -> None:
        """Raise RequestError, all faults at once, when the file kept cannot be read with the columns asked for."""
        if not self.options.columns:
            return
        with _as_request(pointer="/file"):
            path, asked = folder.sent(self.form), self.options
            refusal = readers.ask(correction_refusal, path, _reading(asked, catalogue))
        if refusal:
            raise RequestError("invalid_request", _complaints_of(refusal))


_LOOKED_UP = ("certifications", "stages", "enterprise_stages", "size_classes")
"""The vocabularies by which cells tell what a column is; they go to the reader with each file."""


def _reading(asked: Options, catalogue: Catalogue | None) -> ReadingOptions:
    plain = ReadingOptions(on=asked.on, mapping=asked.columns, all_sheets=asked.sheets == "all")
    if catalogue is None:
        return plain
    known = {name: catalogue.vocabularies[name] for name in _LOOKED_UP}
    return replace(plain, vocabularies=known, facts=catalogue.facts)


def look_at_sent(path: Path, asked: Options, *, readers: Readers, catalogue: Catalogue | None) -> Look:
    """Return a first look at a file that stands in its folder, taken by a reader as a catalogue understands it."""
    try:
        return readers.ask(look_at, path, _reading(asked, catalogue))
    except TableRefusedError as refusal:  # reading so little of it would use too much
        return Look(refusal=refusal)


def read_sent(request: flask.Request, folder: Folder, *, most: int, readers: Readers) -> Sent:
    """Keep a file out of a form, or tenants out of a JSON body, of at most so many bytes, in a folder of its own.

    Raises RequestError with all that is wrong, RequestEntityTooLarge when it is larger.
    """
    request.max_content_length = most + 1
    if request.mimetype == _FORM:
        return _from_form(request, folder, most)
    if request.mimetype == _JSON:
        return _from_json(request, folder, most, readers)
    expected = f"{_FORM}, {_JSON}"
    raise RequestError("unsupported_media_type", [Complaint(code="wrong_content_type", params={"expected": expected})])


def warm() -> None:
    """Look at a file, so that those after it find loaded what is loaded once."""
    look_at(A_FILE, ReadingOptions(on=date(2026, 1, 1)))


@contextmanager
def _as_request(pointer: str) -> Iterator[None]:
    """Raise what a file is refused for as RequestError."""
    try:
        yield
    except TableRefusedError as refusal:
        complaint = Complaint(code=refusal.code, pointer=pointer, params=refusal.params)
        raise RequestError("invalid_request", [complaint]) from refusal


def keep_copy(source: Path, target: Path) -> None:
    """Give another screening the same file without copying its bytes where the disk can do that."""
    try:
        target.hardlink_to(source)
    except OSError:
        with source.open("rb") as sent, open_private(target) as copy:
            shutil.copyfileobj(sent, copy)


def _from_form(request: flask.Request, folder: Folder, most: int) -> Sent:
    file = request.files.get("file")
    if file is None:
        raise RequestError("invalid_request", [Complaint(code="no_file", pointer="/file")])
    ending = PurePath(file.filename or "").suffix.lower().lstrip(".")
    form = FORMATS.get(ending)
    if ending in _SAVED_OTHERWISE:
        raise RequestError("invalid_request", [Complaint(code=_SAVED_OTHERWISE[ending], pointer="/file")])
    if form is None:
        allowed = ", ".join(f".{ending}" for ending in FORMATS)
        raise RequestError(
            "invalid_request", [Complaint(code="unknown_format", pointer="/file", params={"allowed": allowed})]
        )
    asked, complaints = _asked(request)
    options = _options(asked, complaints, with_tenants=False)
    options = replace(options, name=options.name or printable(PurePath(file.filename or "").stem))
    with open_private(folder.sent(form)) as kept:
        file.save(kept)
    if folder.sent(form).stat().st_size > most:
        raise RequestEntityTooLarge
    return Sent(form=form, options=options)


def _asked(request: flask.Request) -> tuple[dict[str, Any], list[Complaint]]:
    """Return the fields of a form beside its file, and what is wrong with `columns`, which is JSON in text.

    Raises RequestError when a field stands twice.
    """
    fields = (*request.form.items(multi=True), *request.files.items(multi=True))
    repeated = [printable(name) for name, count in Counter(name for name, _ in fields).items() if count > 1]
    if repeated:
        complaints = [
            Complaint(code="repeated_parameter", pointer=pointer_to(name), params={"name": name}) for name in repeated
        ]
        raise RequestError("invalid_request", complaints)
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


def _from_json(request: flask.Request, folder: Folder, most: int, readers: Readers) -> Sent:
    body = folder.path / "body.json"
    with open_private(body) as kept:
        shutil.copyfileobj(request.stream, kept)
    if body.stat().st_size > most:
        raise RequestEntityTooLarge
    with _as_request(pointer=""):
        options = readers.ask(_unpack, body, folder.sent(PROFILES_FORM))
    body.unlink()
    return Sent(form=PROFILES_FORM, options=options)


def _unpack(body: Path, profiles: Path) -> Options:
    """Write the tenants of a body as a file of profiles; return what was asked about them."""
    tenants = TenantsBody(body.read_bytes())
    write_whole(profiles, tenants.lines())
    return _options(tenants.asked, [], with_tenants=True)


def _options(asked: object, complaints: list[Complaint], *, with_tenants: bool) -> Options:
    """Load what was asked; raise RequestError with `complaints` and all else that is wrong."""
    try:
        loaded = ScreeningQuestion(exclude=() if with_tenants else ("tenants",)).load(asked)  # type: ignore[arg-type]
    except ValidationError as error:
        raise RequestError("invalid_request", [*complaints, *complaints_of(error.messages)]) from error
    if complaints:
        raise RequestError("invalid_request", complaints)
    statuses = tuple(sorted(loaded.get("statuses", STATUSES)))
    said = {name: loaded[name] for name in ("place", "sector", "name", "sheets") if name in loaded}
    return Options(on=loaded["on"], statuses=statuses, columns=loaded.get("columns", {}), **said)


def _complaints_of(refusal: TableRefusedError) -> list[Complaint]:
    if not isinstance(refusal, CorrectionError):
        return [Complaint(code=refusal.code, pointer="/file", params=refusal.params)]
    return [
        Complaint(code=fault.code, pointer=pointer_to("columns", printable(fault.heading)), params=fault.params)
        for fault in refusal.faults
    ]
