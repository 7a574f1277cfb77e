"""From a file to chunks of tenants: read once, in order, what cannot be read listed beside them."""

from __future__ import annotations

import itertools
import shutil
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from service.intake.raw_table import RowFault
from service.intake.rows.companies import contradicting, joined, own_joined
from service.intake.rows.rows import FactComplaints
from service.intake.table import ReadingOptions, RejectedRow, TableRefusedError, TenantTable, read_tenants
from service.screenings.stored.folders import (
    CHUNK_ROWS,
    Folder,
    Tenant,
    parse_profile,
    profile_bytes,
    read_answers,
    with_answers,
    write_tenants,
    write_whole,
)
from service.screenings.stored.folders import read_tenants as read_tenants_of
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
    own = replace(reading, place=options.place, sector=options.sector, all_sheets=options.sheets == "all")
    return read_file(folder, form, own)


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
    rejected = told_of = tenants = 0
    again, firsts = _Again(options), list[int]()
    unread = folder.path / ".rejected"
    with open_private(unread) as lines:
        left = iter(table)
        while rows := list(itertools.islice(left, CHUNK_ROWS)):  # the same file is always cut at the same rows
            rejected += sum(isinstance(row, RejectedRow) for row in rows)
            told = [row for row in rows if isinstance(row, RejectedRow) or row.unread][: max(0, MOST_TOLD - told_of)]
            lines.writelines(orjson.dumps(row.plain(), option=orjson.OPT_APPEND_NEWLINE) for row in told)
            told_of += len(told)
            again.note(row for row in rows if isinstance(row, RejectedRow))
            read = [row for row in rows if not isinstance(row, RejectedRow)]
            kept = [Tenant(one.row, _answered(one.profile, answers.get(one.row)), one.own) for one in read]
            if kept:
                write_tenants(folder.tenants(len(firsts)), kept)
                firsts.append(kept[0].row)
                tenants += len(kept)
    again.add(folder, firsts, table)
    again.tell(unread)
    shutil.move(unread, folder.rejected())
    columns: dict[str, object] = {
        "left": table.raw.left,
        "format": table.raw.format.value,
        "sheet": table.raw.about.get("sheet"),
        "other_sheets": () if table.sheets else table.raw.other_sheets,
        "sheets": [asdict(one) for one in table.sheets],
        "columns": [asdict(one) for one in table.columns],
        "own": table.own,
        "account": asdict(table.account),
    }
    return Account(total=tenants + rejected, rejected=rejected, chunks=len(firsts)), columns


def _answered(profile: Profile, answers: Profile | None) -> Profile:
    return profile if answers is None else with_answers(profile, answers)


class _Again:
    """Rows that say more of companies which stand further above, whose chunk may have been written by then."""

    def __init__(self, options: ReadingOptions) -> None:
        """Know none yet."""
        self._options = options
        self._rows: dict[int, list[tuple[int, bytes, tuple[str, ...]]]] = defaultdict(list)
        self._told: dict[int, list[RowFault]] = {}

    def note(self, rows: Iterable[RejectedRow]) -> None:
        """Note what such rows say, by the row where their company stands."""
        for row in rows:
            if row.again is not None:
                first = row.faults[0].params["row"]
                self._rows[first].append((row.row, profile_bytes(row.again.profile), row.again.own))

    def add(self, folder: Folder, firsts: Sequence[int], table: TenantTable) -> None:
        """Add it to the companies, of whose chunks the first rows are given."""
        for number in sorted({bisect_right(firsts, row) - 1 for row in self._rows}):
            path = folder.tenants(number)
            write_tenants(path, [self._added(one, table) for one in read_tenants_of(path)])

    def _added(self, tenant: Tenant, table: TenantTable) -> Tenant:
        profile, own, options = tenant.profile, tenant.own, self._options
        if tenant.row not in self._rows:
            return tenant
        has_place = tenant.row in table.with_place and profile.city == options.place
        has_sector = tenant.row in table.with_sector and profile.sector == (options.sector,)
        profile = replace(profile, city="" if has_place else profile.city, sector=() if has_sector else profile.sector)
        for row, content, more in self._rows[tenant.row]:
            profile, contradictions = joined(profile, parse_profile(content))
            own = own_joined(own, more)
            if contradictions:
                self._told[row] = list(contradicting(contradictions, tenant.row, row))
        if has_place or has_sector:
            profile = table.with_defaults(profile)
        return Tenant(tenant.row, profile, own)

    def tell(self, path: Path) -> None:
        """Add the contradictions to what is told of these rows."""
        if not self._told:
            return
        with path.open("rb") as lines:
            write_whole(path, map(self._with_told, lines))

    def _with_told(self, line: bytes) -> bytes:
        item = orjson.loads(line)
        if item["row"] not in self._told:
            return line
        item["faults"] += [fault.plain() for fault in self._told[item["row"]]]
        return orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE)


def _known_of(answers: Mapping[int, Profile], options: ReadingOptions) -> dict[int, Profile]:
    """Return answers without the facts that this catalogue asks for no more: nothing else of their row is lost."""
    complain = options.fact_complaints or (lambda _: ())
    return {
        row: replace(one, facts={name: value for name, value in one.facts.items() if not list(complain({name: value}))})
        for row, one in answers.items()
    }
