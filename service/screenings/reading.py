"""The file that was sent, into chunks of tenants and a list of rejected rows; begun anew when it was cut short."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import orjson

from service.screenings.columns import plain_columns
from service.screenings.folders import Folder, write_whole
from service.screenings.tenants import CHUNK_ROWS, Tenant, write_tenants
from service.tables.reading import ReadingOptions, RejectedRow, TableRefusedError, TenantRow, read_tenants


class UnreadableFileError(Exception):
    """The whole file is refused; the code and its parameters word it (seeds/messages)."""

    def __init__(self, refusal: TableRefusedError) -> None:
        """Keep what words the refusal."""
        self.code, self.params = refusal.code, refusal.params
        super().__init__(refusal.code)

    def plain(self) -> str:
        """Return code and parameters as JSON."""
        return orjson.dumps({"code": self.code, "params": self.params}, default=str).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What reading a file gave: all rows, those rejected, and how many chunks the others fill."""

    total: int
    rejected: int
    chunks: int


def read_file(folder: Folder, form: str, options: ReadingOptions) -> Account:
    """Read the file once; a screening that is taken up again finds it read, unless for another day."""
    on = options.on.isoformat()
    if folder.reading.is_file() and (told := orjson.loads(folder.reading.read_bytes())).get("on") == on:
        return Account(**{name: told[name] for name in Account.__dataclass_fields__})
    try:
        account, columns = _read(folder, form, options)
    except TableRefusedError as refusal:
        raise UnreadableFileError(refusal) from refusal
    write_whole(folder.reading, orjson.dumps({"on": on, **asdict(account), **columns}))
    return account


def _read(folder: Folder, form: str, options: ReadingOptions) -> tuple[Account, dict[str, object]]:
    table = read_tenants(folder.sent(form), options)
    rejected = chunks = tenants = 0
    unread = folder.path / ".rejected"
    with unread.open("wb") as lines:
        for rows in chunked(table):
            refused = [row for row in rows if isinstance(row, RejectedRow)]
            lines.writelines(orjson.dumps(row.plain(), option=orjson.OPT_APPEND_NEWLINE) for row in refused)
            rejected += len(refused)
            kept = [Tenant(row.row, row.profile) for row in rows if not isinstance(row, RejectedRow)]
            if kept:
                write_tenants(folder.tenants(chunks), kept)
                chunks, tenants = chunks + 1, tenants + len(kept)
    shutil.move(unread, folder.rejected())
    return Account(total=tenants + rejected, rejected=rejected, chunks=chunks), plain_columns(table)


def chunked(table: Iterable[TenantRow | RejectedRow]) -> Iterator[list[TenantRow | RejectedRow]]:
    """Cut the rows of a file into chunks; the same file is always cut at the same rows."""
    rows = iter(table)
    while chunk := list(itertools.islice(rows, CHUNK_ROWS)):
        yield chunk
