"""One decided chunk as tables and lines: pairs, near misses, counts, rejected rows, and what queries read of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from matcher.profiles.profile import MatchError
from matcher.standing import COUNTED
from service.complaints import Complaint, RequestError
from service.intake.questions import complaints_of_facts
from service.screenings.shapes import RejectedRow, VerdictCounts
from service.screenings.stored.folders import Folder, table_bytes, write_whole

Json = dict[str, Any]
PAIR_SCHEMA = pa.schema(
    [
        ("row", pa.int32()),
        ("external_id", pa.string()),
        ("uscc", pa.string()),
        ("name", pa.string()),
        ("measure_id", pa.string()),
        ("verdict", pa.string()),
        ("relevance", pa.string()),
        ("score", pa.float64()),
        ("unknown", pa.list_(pa.struct([("fact", pa.string()), ("why", pa.string())]))),
    ]
)
"""One tenant x measure that is shown; `unknown` are the facts that leave it open, each with why."""

BENEFITS = pa.field(
    "benefits",
    pa.list_(
        pa.struct(
            [
                ("kind", pa.string()),
                ("verdict", pa.string()),
                ("low_cny", pa.float64()),
                ("high_cny", pa.float64()),
                ("tier", pa.int32()),
                ("next_tier", pa.int32()),
                ("gap", pa.float64()),
                ("depends_on", pa.list_(pa.string())),
            ]
        )
    ),
)
"""What each benefit of the measure comes to for the tenant; stored where some pack of the catalogue states benefits."""

RESULT_SCHEMA = PAIR_SCHEMA.insert(PAIR_SCHEMA.get_field_index("measure_id") + 1, pa.field("kind", pa.string()))
"""The same as it is sent: `kind` is that of the measure, empty for one that the catalogue no longer has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One line of the summary: what would settle or open how many pairs."""

    label: str
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the results rest on. `statuses` are words; `notes` are further lines for people."""

    catalogue: str
    on: date
    statuses: tuple[str, ...]
    rows: int
    rejected: int
    counts: VerdictCounts
    settles: tuple[Advice, ...] = ()
    opens: tuple[Advice, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureLine:
    """One measure with its counts; labels are words in the language of the results."""

    id: str
    title: str
    instrument: str
    kind: str
    document: str
    status: str
    region: str
    counts: VerdictCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantLine:
    """One tenant with its counts and the titles of its best measures; `row` is 1 for the first row of data."""

    row: int
    external_id: str
    uscc: str
    name: str
    counts: VerdictCounts
    best: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountLine:
    """What one benefit of a measure comes to for one tenant; `low` and `high` are yuan, None where they are open."""

    row: int
    external_id: str
    uscc: str
    name: str
    measure: str
    verdict: str
    benefit: str
    low: float | None
    high: float | None
    comes_to: str
    depends_on: str
    window: str
    not_beside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherSheet:
    """One more sheet of a workbook, with words of its own: headings, widths and lines."""

    headings: Sequence[str]
    widths: Sequence[int]
    lines: Iterable[Sequence[str | float]]


class ResultSource(Protocol):
    """A stored screening; tenants and pairs come by rising row, a tenant's pairs best first; each call starts anew.

    A tenant's pairs stand in one table.
    """

    @property
    def about(self) -> About:
        """Return what the results rest on."""

    def measures(self) -> Iterable[MeasureLine]:
        """Return the measures, the most useful first."""

    def tenants(self) -> Iterable[TenantLine]:
        """Return the tenants."""

    @property
    def schema(self) -> pa.Schema:
        """Return RESULT_SCHEMA, with the columns GRANTED where benefits are stored."""

    def pairs(self) -> Iterable[pa.Table]:
        """Return the pairs that are shown, as tables of the schema."""

    def amounts(self) -> Iterable[AmountLine]:
        """Return what the pairs with benefits come to; nothing where none is stored."""

    def further(self, calls: int, pairs: int) -> Mapping[str, FurtherSheet]:
        """Return whom to call and every pair with its reason, so many of each, by the name of the sheet."""

    @property
    def own(self) -> Sequence[str]:
        """Return the headings of the operator's own columns, which stand last in the tables of pairs."""

    def rejected(self) -> Iterable[Mapping[str, Any]]:
        """Return the rejected rows as `RejectedRow.plain` gives them."""


def rejected_rows(folder: Folder, numbers: Iterable[int], language: str) -> list[RejectedRow]:
    """Return one item a fault, by row, worded in one language."""
    ending = "en" if language == "en" else "zh"
    return [
        RejectedRow(
            row=item["row"],
            sheet=item.get("sheet"),
            field=fault["field"] or None,
            heading=fault["heading"] or None,
            value=fault["value"] or None,
            code=fault["code"],
            message=fault[f"message_{ending}"],
            hint=fault[f"hint_{ending}"] or None,
            kept=item.get("kept", False),
        )
        for item in raw_rejected(folder, numbers)
        for fault in item["faults"]
    ]


def raw_rejected(folder: Folder, numbers: Iterable[int]) -> Iterator[Json]:
    """Yield the rejected rows by row, each with its faults in both languages."""
    decided = (line for number in numbers for line in _lines(folder, number))
    return merge(_lines(folder, None), decided, key=itemgetter("row"))


def refused_facts(row: int, error: MatchError) -> Json:
    """Return a row whose declared facts the catalogue does not know, as the reader of files tells its own."""
    return {"row": row, "line": None, "faults": [_fault(complaint) for complaint in complaints_of_facts(error.faults)]}


def _fault(complaint: Complaint) -> Json:
    fault: Json = {
        "field": complaint.pointer.removeprefix("/profile/"), "heading": "", "value": "", "code": complaint.published,
    }  # fmt: skip
    for language in ("zh", "en"):
        fault[f"message_{language}"], fault[f"hint_{language}"] = complaint.worded(language)
    return fault


def _lines(folder: Folder, number: int | None) -> Iterator[Json]:
    path = folder.rejected(number)
    if path.is_file():
        with path.open("rb") as lines:
            yield from map(orjson.loads, lines)


CALLED = ("external_id", "uscc", "name")
"""What a tenant is called by, in results."""
OWN = "own"
"""The column of what stands in the operator's own columns, in the order of their headings."""
NEAR = pa.schema([("row", pa.int32()), ("measure_id", pa.string()), ("fact", pa.string()), ("gap", pa.float64())])
COUNTS = pa.schema([("row", pa.int32()), ("region", pa.string()), *((name, pa.int32()) for name in COUNTED)])
WITHHELD = "withheld_measures"
"""The column of what is withheld of each tenant: a bit a measure, in the order of the catalogue."""


_GROUP_ROWS = 65_536
"""Pairs that are read together; a measure's pairs stand in the groups from its first to its last."""
_ENCODING = {"use_dictionary": False, "column_encoding": {"row": "DELTA_BINARY_PACKED"}}
_SPANS = b"spans"
PAIRS = pa.schema([("row", pa.int32()), ("is_applicable", pa.bool_()), ("one_fact_short", pa.bool_())])


def tenants_file(folder: Folder) -> Path:
    """Return the decided tenants by row: how to call them, their chunk, their region, their counts."""
    return folder.path / "decided.parquet"


def pairs_file(folder: Folder) -> Path:
    """Return the pairs that are shown: by measure, applicable before possible, by row."""
    return folder.path / "by-measure.parquet"


def write_digest(folder: Folder, numbers: Sequence[int]) -> None:
    """Write both files from the parts of all chunks."""
    tenants = [_tenants_of_chunk(folder, number) for number in numbers]
    if tenants:
        write_whole(tenants_file(folder), table_bytes(pa.concat_tables(tenants)))
        write_whole(pairs_file(folder), _by_measure(folder, numbers))


def _tenants_of_chunk(folder: Folder, number: int) -> pa.Table:
    """Return the tenants of a chunk that were decided; those whose facts were refused have no counts."""
    counts = pq.read_table(folder.counts(number), columns=COUNTS.names)
    path = folder.tenants(number)
    told = [*CALLED, OWN] if OWN in pq.read_schema(path).names else CALLED
    called = pq.read_table(path, columns=["row", *told])
    called = called.take(np.searchsorted(called["row"].to_numpy(), counts["row"].to_numpy()))
    chunk = pa.array(np.full(counts.num_rows, number, dtype=np.int32))
    columns = {name: counts[name] for name in counts.column_names}
    return pa.table({**columns, **{name: called[name] for name in told}, "chunk": chunk})


def _by_measure(folder: Folder, numbers: Sequence[int]) -> bytes:
    """Return the file of pairs; only what is sorted is held for all pairs at once."""
    places: dict[str, int] = {}
    read = [_pairs_of_chunk(folder, number, places) for number in numbers]
    measure, row, is_applicable, short = (np.concatenate([chunk[column] for chunk in read]) for column in range(4))
    del read
    order = np.argsort(2 * measure + ~is_applicable, kind="stable")  # rows rise already
    ends = np.cumsum(np.bincount(measure, minlength=len(places))).tolist()
    spans = dict(zip(places, zip([0, *ends], ends, strict=False), strict=True))
    sink = pa.BufferOutputStream()
    schema = PAIRS.with_metadata({_SPANS: orjson.dumps(spans)})
    with pq.ParquetWriter(sink, schema, compression="zstd", **_ENCODING) as writer:
        for start in range(0, len(order), _GROUP_ROWS):
            group = order[start : start + _GROUP_ROWS]
            writer.write_table(pa.table([row[group], is_applicable[group], short[group]], schema=schema))
    return bytes(sink.getvalue())


def _pairs_of_chunk(folder: Folder, number: int, places: dict[str, int]) -> tuple[NDArray[Any], ...]:
    """Return measure, row, whether applicable, whether one fact short; `places` numbers measures as they appear."""
    words = ["measure_id", "verdict"]
    pairs = pq.read_table(folder.part(number), columns=["row", *words], read_dictionary=words)
    measure, verdict = (pairs[name].combine_chunks() for name in words)
    numbered = [places.setdefault(name, len(places)) for name in measure.dictionary.to_pylist()]
    is_applicable = np.array([word == "applicable" for word in verdict.dictionary.to_pylist()], dtype=np.bool_)
    return (
        np.array(numbered, dtype=np.uint32)[measure.indices.to_numpy()],
        pairs["row"].to_numpy(),
        is_applicable[verdict.indices.to_numpy()],
        np.unpackbits(np.fromfile(folder.short(number), dtype=np.uint8), count=len(pairs)).view(np.bool_),
    )


@dataclass(frozen=True, slots=True)
class PairReader:
    """The pairs by measure; only the groups that hold what is asked for are read."""

    file: pq.ParquetFile
    spans: dict[str, tuple[int, int]]

    @classmethod
    def open(cls, folder: Folder) -> PairReader:
        """Open the file of a screening; one without any tenant has none."""
        file = pq.ParquetFile(pairs_file(folder))
        return cls(file, orjson.loads(file.schema_arrow.metadata[_SPANS]))

    def of(self, measure_ids: Collection[str], columns: Sequence[str]) -> pa.Table:
        """Return columns of the pairs of some measures, in the order of the file."""
        spans = sorted(self.spans[measure_id] for measure_id in measure_ids if measure_id in self.spans)
        held = (range(start // _GROUP_ROWS, -(-end // _GROUP_ROWS)) for start, end in spans)
        groups = sorted({group for span in held for group in span})
        read = self.file.read_row_groups(groups, columns=list(columns))
        offsets = {group: place * _GROUP_ROWS for place, group in enumerate(groups)}
        slices = [read.slice(offsets[s // _GROUP_ROWS] + s % _GROUP_ROWS, e - s) for s, e in spans if e > s]
        return pa.concat_tables(slices) if slices else read.slice(0, 0)


@dataclass(frozen=True, slots=True)
class OwnColumns:
    """The operator's own columns: heading -> what stands there, of the tenants decided, by row."""

    rows: NDArray[np.int32]
    columns: Mapping[str, pa.Array]

    @classmethod
    def open(cls, folder: Folder | None) -> OwnColumns:
        """Read them; a screening read before they were kept has none, nor one without any tenant."""
        told = orjson.loads(folder.reading.read_bytes()) if folder and folder.reading.is_file() else {}
        if not folder or not told.get("own") or OWN not in pq.read_schema(tenants_file(folder)).names:
            return cls(np.zeros(0, dtype=np.int32), {})
        tenants = pq.read_table(tenants_file(folder), columns=["row", OWN])
        held = tenants[OWN].combine_chunks()
        columns = {heading: _slot(held, place) for place, heading in enumerate(told["own"])}
        return cls(tenants["row"].to_numpy(), columns)

    def of(self, rows: Collection[int]) -> dict[int, dict[str, str]]:
        """Return row -> heading -> what stands there, of some of the rows; all of them where nothing is kept."""
        if not self.columns:
            return {row: {} for row in rows}
        places = pa.array(np.flatnonzero(np.isin(self.rows, list(rows))))
        lines = pa.table({heading: column.take(places) for heading, column in self.columns.items()}).to_pylist()
        return dict(zip(self.rows[places.to_numpy()].tolist(), lines, strict=True))

    def at(self, row: int) -> tuple[str, ...]:
        """Return what stands in all columns of one row."""
        place = int(np.searchsorted(self.rows, row))
        return tuple(column[place].as_py() for column in self.columns.values())

    def beside(self, rows: NDArray[np.int32]) -> dict[str, pa.Array]:
        """Return by heading what stands there for rows that may repeat."""
        places = pa.array(np.searchsorted(self.rows, rows))
        return {heading: column.take(places) for heading, column in self.columns.items()}

    def fit(self, rows: NDArray[np.int32], query: Mapping[str, str]) -> NDArray[np.bool_]:
        """Tell in which of some rows the `value` asked for stands, in the `column` asked for or any of them.

        Without a value those in which anything stands. Raises RequestError where there is no such column.
        """
        heading, text = query.get("column", ""), query.get("value", "")
        if heading and heading not in self.columns:
            params = {"known": "、".join(self.columns) or "–"}
            raise RequestError("invalid_request", [Complaint(code="no_own_column", pointer="/column", params=params)])
        if not heading and not text:
            return np.ones(len(rows), dtype=np.bool_)
        found = np.zeros(len(self.rows), dtype=np.bool_)
        for column in [self.columns[heading]] if heading else self.columns.values():
            hits = pc.match_substring(column, text, ignore_case=True) if text else pc.not_equal(column, "")
            found |= hits.to_numpy(zero_copy_only=False)
        return np.isin(rows, self.rows[found])


def own_names(headings: Iterable[str]) -> list[str]:
    """Return what own columns are called in files; what may be called as a column of ours is told from it."""
    return [f"own.{one}" if one.isascii() and one.isidentifier() else one for one in headings]


def _slot(held: pa.ListArray, place: int) -> pa.Array:
    """Return what stands at one place of each list, "" where the list is shorter."""
    lengths = pc.fill_null(pc.list_value_length(held), 0).to_numpy(zero_copy_only=False)
    reaches = lengths > place
    places = np.where(reaches, held.offsets.to_numpy()[:-1] + place, 0)
    return pc.fill_null(held.values.take(pa.array(places, mask=~reaches, type=pa.int64())), "")
