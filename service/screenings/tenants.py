"""Tenants as read from a file, in Parquet files of one chunk each: row number, how to call them, their profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, cast

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from matcher.fields import DATES
from matcher.profile import Profile
from service.screenings.folders import write_whole

CHUNK_ROWS = 2000

_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("external_id", pa.string()),
        ("uscc", pa.string()),
        ("name", pa.string()),
        ("profile", pa.binary()),
    ]
)
_EMPTY = Profile()
_NAMES = tuple(field.name for field in fields(Profile))


class Tenant(NamedTuple):
    """One company of a screening; `row` is 1 for the first row of data."""

    row: int
    profile: Profile


def write_tenants(path: Path, tenants: Sequence[Tenant]) -> None:
    """Write one chunk of tenants."""
    columns = {
        "row": [tenant.row for tenant in tenants],
        **{name: [getattr(tenant.profile, name) for tenant in tenants] for name in ("external_id", "uscc", "name")},
        "profile": [profile_bytes(tenant.profile) for tenant in tenants],
    }
    write_whole(path, table_bytes(pa.table(columns, schema=_SCHEMA)))


def read_tenants(path: Path) -> list[Tenant]:
    """Read one chunk of tenants."""
    return parse_tenants(path.read_bytes())


def parse_tenants(content: bytes) -> list[Tenant]:
    """Return the tenants of one chunk's file."""
    table = pq.read_table(pa.BufferReader(content), columns=["row", "profile"])
    return [
        Tenant(row, parse_profile(content))
        for row, content in zip(table["row"].to_pylist(), table["profile"].to_pylist(), strict=True)
    ]


def find_tenant(paths: Sequence[Path], row: int) -> Tenant | None:
    """Return one tenant out of the files of all chunks."""
    for path in paths:
        table = pq.read_table(path, columns=["row", "profile"], filters=[("row", "==", row)])
        for content in table["profile"].to_pylist():
            return Tenant(row, parse_profile(content))
    return None


def table_bytes(table: pa.Table) -> bytes:
    """Return a table as a Parquet file; the same table gives the same bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def profile_bytes(profile: Profile) -> bytes:
    """Return what the profile says, as JSON; `parse_profile` gives the same profile again."""
    said = {name: getattr(profile, name) for name in _NAMES}
    return orjson.dumps({name: value for name, value in said.items() if value != getattr(_EMPTY, name)})


def parse_profile(content: bytes) -> Profile:
    """Return the profile that `profile_bytes` wrote."""
    said: dict[str, Any] = orjson.loads(content)
    said |= {name: date.fromisoformat(said[name]) for name in DATES if name in said}
    return Profile(**{name: cast("Any", tuple(v) if isinstance(v, list) else v) for name, v in said.items()})
