"""From a file to chunks of tenants: read once, in order, what cannot be read listed beside them."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import orjson

from matcher.profiles.profile import Profile
from rules.catalogue.catalogue import Catalogue
from rules.catalogue.content import open_catalogue
from service.disk import open_private
from service.intake.first_look import A_FILE
from service.intake.questions import judge_of_facts
from service.intake.rows.rows import FactComplaints
from service.intake.table import ReadingOptions, RejectedRow, TableRefusedError, read_tenants
from service.screenings.stored.folders import (
    CHUNK_ROWS,
    Folder,
    Tenant,
    read_answers,
    with_answers,
    write_tenants,
    write_whole,
)
from service.screenings.stored.jobs import Options


def plain_refusal(refusal: TableRefusedError) -> str:
    """Return why a file is refused as JSON: the code and the parameters that word it."""
    return orjson.dumps({"code": refusal.code, "params": refusal.params}, default=str).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What reading a file gave: all rows, those rejected, and how many chunks the others fill."""

    total: int
    rejected: int
    chunks: int


def account_of(folder: Folder, on: date) -> Account | None:
    """Return what reading the file for a day gave; None when it has not been read for that day."""
    reported = orjson.loads(folder.reading.read_bytes()) if folder.reading.is_file() else {}
    if reported.get("on") != on.isoformat():
        return None
    return Account(**{name: reported[name] for name in Account.__dataclass_fields__})


def read_file(folder: Folder, form: str, options: ReadingOptions) -> Account:
    """Read the file once; what is taken up again finds it read, unless for another day. Raises TableRefusedError."""
    if known := account_of(folder, options.on):
        return known
    account, columns = _read(folder, form, options)
    write_whole(folder.reading, orjson.dumps({"on": options.on.isoformat(), **asdict(account), **columns}))
    return account


def read_with(catalogue: Path, folder: Folder, form: str, options: Options, *, latest: date) -> Account:
    """Read the file of a screening as a kept catalogue understands it. Raises TableRefusedError, CatalogueError."""
    reading = _as_understood(catalogue, options.on, options.columns, latest)
    return read_file(folder, form, replace(reading, place=options.place, sector=options.sector))


def warm(catalogue: str) -> None:
    """Read a row as a kept catalogue understands it, so that files after it find loaded what is loaded once."""
    on = date(2026, 1, 1)
    list(read_tenants(A_FILE, _as_understood(Path(catalogue), on, {}, on)))


def _as_understood(catalogue: Path, on: date, mapping: Mapping[str, str], latest: date) -> ReadingOptions:
    opened, judge = _opened(catalogue)
    return ReadingOptions(
        on=on,
        mapping=mapping,
        vocabularies=opened.vocabularies,
        facts=opened.facts,
        latest=max(on, latest),
        fact_complaints=judge,
    )


@lru_cache(maxsize=1)
def _opened(catalogue: Path) -> tuple[Catalogue, FactComplaints]:
    opened = open_catalogue(catalogue)
    return opened, judge_of_facts(opened)


MOST_TOLD = 50_000
"""So many rows of which something could not be read are told one by one; all are counted, with their columns."""


def _read(folder: Folder, form: str, options: ReadingOptions) -> tuple[Account, dict[str, object]]:
    table = read_tenants(folder.sent(form), options)
    answers = _known_of(read_answers(folder), options)
    rejected = chunks = tenants = told_of = 0
    unread = folder.path / ".rejected"
    with open_private(unread) as lines:
        left = iter(table)
        while rows := list(itertools.islice(left, CHUNK_ROWS)):  # the same file is always cut at the same rows
            rejected += sum(isinstance(row, RejectedRow) for row in rows)
            told = [row for row in rows if isinstance(row, RejectedRow) or row.unread][: max(0, MOST_TOLD - told_of)]
            lines.writelines(orjson.dumps(row.plain(), option=orjson.OPT_APPEND_NEWLINE) for row in told)
            told_of += len(told)
            read = [(row.row, row.profile) for row in rows if not isinstance(row, RejectedRow)]
            kept = [Tenant(row, with_answers(p, answers[row]) if row in answers else p) for row, p in read]
            if kept:
                write_tenants(folder.tenants(chunks), kept)
                chunks, tenants = chunks + 1, tenants + len(kept)
    shutil.move(unread, folder.rejected())
    columns: dict[str, object] = {
        "left": table.raw.left,
        "format": table.raw.format.value,
        "sheet": table.raw.about.get("sheet"),
        "other_sheets": table.raw.other_sheets,
        "columns": [asdict(one) for one in table.columns],
        "account": asdict(table.account),
    }
    return Account(total=tenants + rejected, rejected=rejected, chunks=chunks), columns


def _known_of(answers: Mapping[int, Profile], options: ReadingOptions) -> dict[int, Profile]:
    """Return answers without the facts that this catalogue asks for no more: nothing else of their row is lost."""
    complain = options.fact_complaints or (lambda _: ())
    return {
        row: replace(one, facts={name: value for name, value in one.facts.items() if not list(complain({name: value}))})
        for row, one in answers.items()
    }
