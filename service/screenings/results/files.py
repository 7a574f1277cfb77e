"""A stored screening as a file of the form asked for, sent while it is written, read chunk by chunk, never all at once.

CSV, NDJSON and Parquet have a row each tenant x measure; each distinct text is encoded once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from matcher.standing import COUNTED
from rules.catalogue.catalogue import Catalogue
from seeds.regions import region_label
from service.intake.raw_table import Format
from service.screenings.results.granted import AmountWords, csv_columns, json_members
from service.screenings.results.sheets import Sink, csv_cell, results_words, row_sum, row_sum_words
from service.screenings.results.workbook import workbook_pieces
from service.screenings.shapes import MeasureItem, VerdictCounts
from service.screenings.stored.granted import TOLD, Granting
from service.screenings.stored.jobs import Chunk, Job
from service.screenings.stored.matrix import (
    BEST,
    Parts,
    add_up,
    measure_counts,
    measure_items,
    missing_facts,
    opening,
    title_of,
)
from service.screenings.stored.parts import (
    BENEFITS,
    COUNTS,
    RESULT_SCHEMA,
    About,
    Advice,
    AmountLine,
    FurtherSheet,
    MeasureLine,
    ResultSource,
    TenantLine,
    raw_rejected,
)
from service.screenings.worklist.calls import CallList, Steps
from service.screenings.worklist.lines import (
    CALL_KEYS,
    CALL_WIDTHS,
    PAIR_KEYS,
    PAIR_WIDTHS,
    call_lines,
    headings,
    pair_lines,
)

_BOM = "\ufeff"
"""Spreadsheet programs read UTF-8 as such only when a file begins with it."""

GRANTED = (BENEFITS, *TOLD)
"""What is sent beside a pair where benefits are stored."""


def csv_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as CSV in UTF-8, texts made harmless; a list of unknowns is `fact:why` joined by spaces."""
    granted = csv_columns if GRANTED[0].name in source.schema.names else _nothing
    more = "".join(f",{name}" for name in granted(source.schema.empty_table()))
    yield f"{_BOM}{','.join(RESULT_SCHEMA.names)}{more}\r\n".encode()
    for table in source.pairs():
        unknown = _joined(table["unknown"].combine_chunks(), "{}:{}", " ")
        cells = [_encoded(table[name], csv_cell) for name in RESULT_SCHEMA.names[:-1]]
        further = (part for cell in granted(table).values() for part in (",", cell))
        yield _lines(*(part for cell in cells for part in (cell, ",")), unknown, *further, "\r\n")


def ndjson_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as NDJSON."""
    for table in source.pairs():
        unknown = _joined(table["unknown"].combine_chunks(), '{{"fact":"{}","why":"{}"}}', ",")
        cells: list[pa.Array | str] = []
        for name in RESULT_SCHEMA.names[:-1]:
            cells += [
                f'{"," if cells else "{"}"{name}":',
                _encoded(table[name], lambda value: orjson.dumps(value).decode()),
            ]
        further = [json_members(table)] if GRANTED[0].name in table.column_names else []
        yield _lines(*cells, ',"unknown":[', unknown, "]", *further, "}\n")


def parquet_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as Parquet, a group of rows for each table."""
    sink = Sink()
    with pq.ParquetWriter(sink, source.schema, compression="zstd") as writer:
        for table in source.pairs():
            writer.write_table(table)
            yield sink.taken()
    yield sink.taken()


def _nothing(_: pa.Table) -> dict[str, pa.Array]:
    return {}


def _encoded(column: pa.ChunkedArray, encode: Callable[[object], str]) -> pa.Array:
    """Return a column as texts, each distinct value encoded once."""
    coded = column.combine_chunks().dictionary_encode()
    return pa.array(map(encode, coded.dictionary.to_pylist()), type=pa.string()).take(coded.indices)


def _joined(unknown: pa.ListArray, form: str, separator: str) -> pa.Array:
    """Return each list of facts with their whys, ids that need no encoding, as one text."""
    facts, whys = unknown.flatten().flatten()
    before, between, after = form.format("\0", "\0").split("\0")
    items = pc.binary_join_element_wise(before, facts, between, whys, after, "")
    return pc.binary_join(pa.ListArray.from_arrays(unknown.offsets, items), separator)


def _lines(*parts: pa.Array | str) -> bytes:
    return "".join(pc.binary_join_element_wise(*parts, "").to_pylist()).encode()


def result_pieces(source: ResultSource, form: Format, *, language: str = "zh") -> Iterator[bytes]:
    """Yield the file piece by piece; only the workbook has words, in `language` ("zh" or "en")."""
    if form is Format.XLSX:
        return workbook_pieces(source, language=language)
    return {Format.CSV: csv_pieces, Format.NDJSON: ndjson_pieces, Format.PARQUET: parquet_pieces}[form](source)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResults:
    """One finished screening, reported in one language."""

    job: Job
    parts: Parts
    chunks: tuple[Chunk, ...]
    catalogue: Catalogue
    language: str
    steps: Steps = field(default_factory=dict)

    @property
    def about(self) -> About:
        """Return what the results rest on."""
        counted = Counter[str]()
        for counts in measure_counts(self.chunks).values():
            counted.update(counts)
        settled = missing_facts(self.catalogue, add_up(self.chunks, "settles"), self.language)
        opened = opening(self.catalogue, add_up(self.chunks, "opens"), self.language)
        return About(
            catalogue=self.job.catalogue or "",
            on=self.job.options.on,
            statuses=tuple(self._status(status) for status in self.job.options.statuses),
            rows=(self.job.total or 0) - self.job.rejected,
            rejected=self.job.rejected,
            counts=_counts(counted),
            settles=tuple(Advice(label=item.label, pairs=item.settles) for item in settled),
            opens=tuple(Advice(label=item.label, pairs=item.opens) for item in opened),
            notes=self._row_sum(),
        )

    def _row_sum(self) -> tuple[str, ...]:
        """Return what became of all rows of the file as a sentence; none of one read before that was kept."""
        path = self.parts.folder.reading
        account = orjson.loads(path.read_bytes()).get("account") if path.is_file() else None
        return (row_sum_words(row_sum(account, self.language), self.language),) if account else ()

    def measures(self) -> Iterator[MeasureLine]:
        """Yield the measures, most applicable first."""
        for item in measure_items(self.catalogue, measure_counts(self.chunks), self.language):
            yield self._measure(item)

    def tenants(self) -> Iterator[TenantLine]:
        """Yield the tenants by row."""
        for number in self.parts.numbers:
            best = self._best(number)
            called = pq.read_table(self.parts.folder.tenants(number), columns=["row", "external_id", "uscc", "name"])
            names = {tenant["row"]: tenant for tenant in called.to_pylist()}
            for counted in pq.read_table(self.parts.folder.counts(number), columns=COUNTS.names).to_pylist():
                row = counted["row"]
                yield TenantLine(**names[row], counts=_counts(counted), best=best.get(row, ()))

    @property
    def schema(self) -> pa.Schema:
        """Return the columns of the pairs."""
        parts = map(self.parts.folder.part, self.parts.numbers)
        granted = GRANTED if any(BENEFITS.name in pq.read_schema(part).names for part in parts) else ()
        return pa.schema([*RESULT_SCHEMA, *granted])

    def pairs(self) -> Iterator[pa.Table]:
        """Yield the pairs that are shown, a chunk at a time, by row and then in the order of a match."""
        schema, granting = self.schema, Granting(self.catalogue, self.job.options.on)
        for number in self.parts.numbers:
            table = pq.read_table(self.parts.folder.part(number))
            table = table.add_column(RESULT_SCHEMA.get_field_index("kind"), "kind", self._kinds(table["measure_id"]))
            if BENEFITS.name in schema.names:
                if BENEFITS.name not in table.column_names:  # decided before benefits were worked out
                    table = table.append_column(BENEFITS, pa.nulls(len(table), BENEFITS.type))
                table = granting.beside(table)
            yield table

    def amounts(self) -> Iterator[AmountLine]:
        """Yield what the pairs with benefits come to, in their order."""
        words = AmountWords(self.catalogue, Granting(self.catalogue, self.job.options.on), self.language)
        for table in self.pairs() if BENEFITS.name in self.schema.names else ():
            yield from words.lines(table)

    def further(self, calls: int, pairs: int) -> dict[str, FurtherSheet]:
        """Return whom to call and every pair with its reason."""
        listed = CallList(
            parts=self.parts,
            catalogue=self.catalogue,
            on=self.job.options.on,
            language=self.language,
            steps=self.steps,
        )
        told = {
            "calls": (CALL_KEYS, CALL_WIDTHS, call_lines(listed, calls)),
            "pairs": (PAIR_KEYS, PAIR_WIDTHS, pair_lines(listed, pairs)),
        }
        return {
            name: FurtherSheet(headings=headings(listed, keys), widths=widths, lines=lines)
            for name, (keys, widths, lines) in told.items()
        }

    def rejected(self) -> Iterable[Mapping[str, Any]]:
        """Return the rejected rows, by row."""
        return raw_rejected(self.parts.folder, self.parts.numbers)

    def _best(self, number: int) -> dict[int, tuple[str, ...]]:
        """Return row -> the titles of its first measures."""
        table = pq.read_table(self.parts.folder.part(number), columns=["row", "measure_id"])
        rows = table["row"].to_numpy()
        is_late = np.zeros(len(rows), dtype=np.bool_)
        is_late[BEST:] = rows[BEST:] == rows[:-BEST]
        first = table.filter(pa.array(~is_late))
        best: dict[int, tuple[str, ...]] = {}
        for row, measure_id in zip(first["row"].to_pylist(), first["measure_id"].to_pylist(), strict=True):
            best[row] = (*best.get(row, ()), title_of(self.catalogue, measure_id, self.language))
        return best

    def _kinds(self, measure_ids: pa.ChunkedArray) -> pa.Array:
        coded = measure_ids.combine_chunks().dictionary_encode()
        known = [self.catalogue.measures.get(name) for name in coded.dictionary.to_pylist()]
        return pa.array([one.kind.value if one else "" for one in known], type=pa.string()).take(coded.indices)

    def _measure(self, item: MeasureItem) -> MeasureLine:
        measure = self.catalogue.measures.get(item.measure_id)
        if measure is None:
            reported = dict.fromkeys(("instrument", "kind", "document", "status", "region"), "")
            return MeasureLine(id=item.measure_id, title=item.title, counts=item.counts, **reported)
        document = self.catalogue.documents[measure.document]
        vocabularies = self.catalogue.vocabularies
        return MeasureLine(
            id=item.measure_id,
            title=item.title,
            instrument=vocabularies["instruments"][measure.instrument].label(self.language),
            kind=results_words(self.language)(f"kind.{measure.kind}"),
            document=document.title,
            status=self._status(document.status.value),
            region=region_label(vocabularies["regions"], document.region, self.language),
            counts=item.counts,
        )

    def _status(self, status: str) -> str:
        words = {"in_force": ("现行有效", "in force"), "draft": ("征求意见稿", "draft")}
        return words.get(status, (status, status))[self.language == "en"]


def _counts(counted: Mapping[str, int]) -> VerdictCounts:
    return VerdictCounts(**{name: int(counted.get(name, 0)) for name in COUNTED})
