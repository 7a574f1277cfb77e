"""The files of one screening: what was sent, the tenants read from it chunk by chunk, the parts decided.

Whole files or none.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from matcher.profiles.profile import NUMBERS, Profile, number_of_text
from service.disk import open_private, private_folder

_NAME = re.compile(r"[A-Za-z0-9_-]{32}")
_DROPPED = ".dropped-"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where the files of one screening stand, results elsewhere if so wished; a file is there only when complete."""

    path: Path
    results: Path | None = None

    def sent(self, form: str) -> Path:
        """Return the file as sent."""
        return self.path / f"sent.{form}"

    def tenants(self, number: int) -> Path:
        """Return the tenants of one chunk."""
        return self.path / f"tenants-{number:05}.parquet"

    def part(self, number: int) -> Path:
        """Return the results of one chunk."""
        return (self.results or self.path) / f"part-{number:05}.parquet"

    def near(self, number: int) -> Path:
        """Return the near misses of one chunk."""
        return self.path / f"near-{number:05}.parquet"

    def short(self, number: int) -> Path:
        """Return which of one chunk's results one answer would settle, a bit each."""
        return self.path / f"short-{number:05}.bits"

    def counts(self, number: int) -> Path:
        """Return region, verdict counts and withheld measures of one chunk's tenants."""
        return self.path / f"counts-{number:05}.parquet"

    def rejected(self, number: int | None = None) -> Path:
        """Return the rows that could not be read, or those of one chunk whose facts were refused."""
        return self.path / ("rejected.ndjson" if number is None else f"rejected-{number:05}.ndjson")

    @property
    def answers(self) -> Path:
        """Return what tenants answered since the file was sent, as profiles by row."""
        return self.path / "answers.ndjson"

    @property
    def reading(self) -> Path:
        """Return the account of the file's reading, written when all of it is read."""
        return self.path / "reading.json"


class Folders:
    """The folders of all screenings of one data file."""

    def __init__(self, root: Path) -> None:
        """Keep them below `root`, which only this user can enter."""
        self._root, self._looks = root / "screenings", root / "looks"

    def of(self, job_id: str) -> Folder:
        """Return the folder of a screening, there or not."""
        return Folder(self._root / job_id)

    def create(self, job_id: str) -> Folder:
        """Make the folder of a new screening."""
        private_folder(self._root)
        return Folder(private_folder(self._root / job_id))

    def drop(self, job_id: str) -> None:
        """Take a screening away from everybody at once, whatever the data file can still note; it needs no room."""
        with suppress(FileNotFoundError):
            self.of(job_id).path.rename(self._dropped(job_id))

    def is_dropped(self, job_id: str) -> bool:
        """Tell whether a screening was taken away, though the data file may still list it."""
        return self._dropped(job_id).exists()

    def remove(self, job_id: str) -> None:
        """Delete everything of a screening; a file that appears meanwhile is deleted too."""
        for folder in (self.of(job_id).path, self._dropped(job_id)):
            shutil.rmtree(folder, ignore_errors=True)

    def empty(self, job_id: str) -> None:
        """Delete all files of a screening that was taken away; that it was stays to be seen."""
        for path in self._dropped(job_id).glob("*"):
            path.unlink(missing_ok=True)

    def dropped(self) -> list[str]:
        """Return the ids of the screenings that were taken away and not yet forgotten."""
        return [path.name.removeprefix(_DROPPED) for path in self._root.glob(f"{_DROPPED}*")]

    def _dropped(self, job_id: str) -> Path:
        return self._root / f"{_DROPPED}{job_id}"

    @contextmanager
    def look(self) -> Iterator[Folder]:
        """Give a folder for a file that is only looked at."""
        with TemporaryDirectory(dir=private_folder(self._looks)) as path:
            yield Folder(Path(path))

    def ids(self) -> Iterator[str]:
        """Yield the ids that have a folder."""
        if self._root.is_dir():
            yield from (path.name for path in self._root.iterdir() if _NAME.fullmatch(path.name))


def write_whole(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file, at once or piece by piece, so that a crash leaves the whole of it or nothing."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open_private(fresh) as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


CHUNK_ROWS = 2000

_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("external_id", pa.string()),
        ("uscc", pa.string()),
        ("name", pa.string()),
        ("profile", pa.binary()),
        ("own", pa.list_(pa.string())),
    ]
)
_EMPTY = Profile()
_NAMES = tuple(field.name for field in fields(Profile))


class Tenant(NamedTuple):
    """One company of a screening; `row` is 1 for the first row of data, `own` what its own columns hold."""

    row: int
    profile: Profile
    own: tuple[str, ...] = ()


def write_tenants(path: Path, tenants: Sequence[Tenant]) -> None:
    """Write one chunk of tenants."""
    columns = {
        "row": [tenant.row for tenant in tenants],
        **{name: [getattr(tenant.profile, name) for tenant in tenants] for name in ("external_id", "uscc", "name")},
        "profile": [profile_bytes(tenant.profile) for tenant in tenants],
        "own": [tenant.own for tenant in tenants],
    }
    write_whole(path, table_bytes(pa.table(columns, schema=_SCHEMA)))


def read_tenants(path: Path) -> list[Tenant]:
    """Read one chunk of tenants."""
    return [
        Tenant(one.row, one.profile, own)
        for one, own in zip(parse_tenants(path.read_bytes()), read_own(path), strict=True)
    ]


def read_own(path: Path) -> list[tuple[str, ...]]:
    """Return what the own columns of one chunk's tenants hold; one read before these were kept has none."""
    file = pq.ParquetFile(path)
    if "own" not in file.schema_arrow.names:
        return [()] * file.metadata.num_rows
    return [tuple(own or ()) for own in file.read(columns=["own"])["own"].to_pylist()]


def parse_tenants(content: bytes) -> list[Tenant]:
    """Return the tenants of one chunk's file."""
    table = pq.read_table(pa.BufferReader(content), columns=["row", "profile"])
    return [
        Tenant(row, parse_profile(content))
        for row, content in zip(table["row"].to_pylist(), table["profile"].to_pylist(), strict=True)
    ]


def write_answers(folder: Folder, answers: Mapping[int, Profile]) -> None:
    """Write what tenants answered, by row; each profile says nothing but the answers."""
    lines = (b"%d %s\n" % (row, profile_bytes(answers[row])) for row in sorted(answers))
    write_whole(folder.answers, lines)


def read_answers(folder: Folder) -> dict[int, Profile]:
    """Return what tenants answered, by row."""
    if not folder.answers.is_file():
        return {}
    lines = (line.partition(b" ") for line in folder.answers.read_bytes().splitlines())
    return {int(row): parse_profile(profile) for row, _, profile in lines}


def with_answers(profile: Profile, answers: Profile) -> Profile:
    """Return a profile with what was answered later: what names several things is added to, all else replaced."""
    stated = {name: getattr(answers, name) for name in _NAMES if getattr(answers, name) != getattr(_EMPTY, name)}
    for name, value in stated.items():
        if isinstance(value, tuple):
            stated[name] = tuple(dict.fromkeys((*getattr(profile, name), *value)))
    return replace(profile, **{**stated, "facts": {**profile.facts, **answers.facts}})


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
    stated = {name: getattr(profile, name) for name in _NAMES}
    written = {name: value for name, value in stated.items() if value != getattr(_EMPTY, name)}
    return orjson.dumps(written, default=str, option=orjson.OPT_PASSTHROUGH_DATACLASS)


def parse_profile(content: bytes) -> Profile:
    """Return the profile that `profile_bytes` wrote."""
    stated: dict[str, Any] = orjson.loads(content)
    stated |= {name: number_of_text(name, stated[name]) for name in NUMBERS if isinstance(stated.get(name), str)}
    return Profile(**{name: cast("Any", tuple(v) if isinstance(v, list) else v) for name, v in stated.items()})
