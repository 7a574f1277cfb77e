"""A stored screening as a file of the form asked for, and what its pairs come to; written while sent, chunk by chunk.

CSV, NDJSON and Parquet have a row each tenant x measure; each distinct text is encoded once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from matcher.answers.grants import GrantWords
from matcher.standing import COUNTED
from rules.catalogue.catalogue import Catalogue
from rules.language.labels import Labeller
from rules.language.measures import Verdict
from seeds.regions import region_label
from service.intake.raw_table import Format
from service.screenings.results.sheets import OWN_WIDTH, Sink, csv_cell, results_words, row_sum, row_sum_words
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
    OwnColumns,
    ResultSource,
    TenantLine,
    own_names,
    raw_rejected,
)
from service.screenings.worklist.calls import (
    CALL_KEYS,
    CALL_WIDTHS,
    PAIR_KEYS,
    PAIR_WIDTHS,
    CallList,
    Steps,
    call_lines,
    headings,
    pair_lines,
)

_BETWEEN = "; "
"""Between the benefits of one measure in a cell; what cannot be told of one leaves its place empty."""
_OF_BENEFIT = {
    "kind": "benefit", "verdict": "paid", "low_cny": "low_cny", "high_cny": "high_cny", "tier": "tier",
    "next_tier": "next_tier", "gap": "gap",
}  # fmt: skip
"""A value of a benefit, and its column in CSV."""
_OF_MEASURE = ("window", "opens", "closes")


def csv_columns(table: pa.Table) -> dict[str, pa.Array]:
    """Return the further columns of CSV, by name; none of them holds text of the tenant's or needs quoting."""
    benefits = table["benefits"].combine_chunks()
    each = benefits.flatten()
    values = {heading: _written(each.field(name)) for name, heading in _OF_BENEFIT.items()}
    values["depends_on"] = pc.binary_join(each.field("depends_on"), " ")
    columns = {name: _in_one_cell(column, benefits) for name, column in values.items()}
    columns |= {name: pc.fill_null(table[name].combine_chunks(), "") for name in _OF_MEASURE}
    columns["not_beside"] = pc.binary_join(table["not_beside"].combine_chunks(), " ")
    return columns


def json_members(table: pa.Table) -> pa.Array:
    """Return the further members of each line of JSON, a comma before the first."""
    members: list[pa.Array | str] = [',"benefits":', _lists(table["benefits"].combine_chunks())]
    for name in _OF_MEASURE:
        stated = table[name].combine_chunks()
        members += [f',"{name}":', pc.fill_null(pc.binary_join_element_wise('"', stated, '"', ""), "null")]
    others = table["not_beside"].combine_chunks()
    quoted = pc.binary_join_element_wise('"', others.flatten(), '"', "")
    joined = pc.binary_join(pa.ListArray.from_arrays(others.offsets, quoted), ",")
    return pc.binary_join_element_wise(*members, ',"not_beside":[', joined, "]", "")


def _lists(benefits: pa.ListArray) -> pa.Array:
    """Return lists as JSON; most measures state no benefit, and those lists are not looked at one by one."""
    written = np.where(np.asarray(benefits.is_null()), "null", "[]").astype(object)
    stating = np.flatnonzero(pc.fill_null(pc.list_value_length(benefits), 0).to_numpy(zero_copy_only=False))
    for place, stated in zip(stating.tolist(), benefits.take(pa.array(stating)).to_pylist(), strict=True):
        written[place] = orjson.dumps(stated).decode()
    return pa.array(written, type=pa.string())


def _in_one_cell(values: pa.Array, benefits: pa.ListArray) -> pa.Array:
    return pc.fill_null(pc.binary_join(pa.ListArray.from_arrays(benefits.offsets, values), _BETWEEN), "")


def _written(column: pa.Array) -> pa.Array:
    """Return values as text, "" for what cannot be told; whole numbers without a point."""
    coded = column.dictionary_encode()
    texts = [value if isinstance(value, str) else f"{value:.15g}" for value in coded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(texts, type=pa.string()).take(coded.indices), "")


@dataclass(frozen=True)
class AmountWords:
    """Says in words what pairs of one screening come to."""

    catalogue: Catalogue
    granting: Granting
    language: str

    def lines(self, table: pa.Table) -> Iterator[AmountLine]:
        """Yield a line for each benefit of each pair."""
        stating = table.filter(pc.greater(pc.fill_null(pc.list_value_length(table["benefits"]), 0), 0))
        for pair in stating.to_pylist():
            grant = self.catalogue.grants.get(pair["measure_id"])
            for item, told in zip(grant.benefits if grant else (), pair["benefits"], strict=False):
                low, high = told["low_cny"], told["high_cny"]
                yield AmountLine(
                    **{name: pair[name] for name in ("row", "external_id", "uscc", "name", "verdict")},
                    measure=self._title(pair["measure_id"]), benefit=self._words.benefit(item), low=low, high=high,
                    comes_to=self._words.comes_to(item, Verdict(told["verdict"]), low, high),
                    depends_on=self._join(map(self._fact, told["depends_on"])),
                    window=self._words.window(self.granting.window(pair["measure_id"])),
                    not_beside=self._join(map(self._title, pair["not_beside"])),
                )  # fmt: skip

    @cached_property
    def _words(self) -> GrantWords:
        return GrantWords(Labeller(self.catalogue.facts, self.catalogue.vocabularies, self.language))

    def _title(self, measure_id: str) -> str:
        return title_of(self.catalogue, measure_id, self.language)

    def _fact(self, name: str) -> str:
        known = self.catalogue.facts.get(name)
        return known.label(self.language) if known else name

    def _join(self, words: Iterable[str]) -> str:
        return ("; " if self.language == "en" else "；").join(words)


_BOM = "\ufeff"
"""Spreadsheet programs read UTF-8 as such only when a file begins with it."""

GRANTED = (BENEFITS, *TOLD)
"""What is sent beside a pair where benefits are stored."""


def csv_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as CSV in UTF-8, texts made harmless; a list of unknowns is `fact:why` joined by spaces."""
    granted = csv_columns if GRANTED[0].name in source.schema.names else _nothing
    more = "".join(
        f",{name}" for name in (*granted(source.schema.empty_table()), *map(csv_cell, own_names(source.own)))
    )
    yield f"{_BOM}{','.join(RESULT_SCHEMA.names)}{more}\r\n".encode()
    for table in source.pairs():
        unknown = _joined(table["unknown"].combine_chunks(), "{}:{}", " ")
        cells = [_encoded(table[name], csv_cell) for name in RESULT_SCHEMA.names[:-1]]
        own = [_encoded(table[name], csv_cell) for name in own_names(source.own)]
        further = (part for cell in (*granted(table).values(), *own) for part in (",", cell))
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
        yield _lines(*cells, ',"unknown":[', unknown, "]", *further, *_own_members(source.own, table), "}\n")


def parquet_pieces(source: ResultSource) -> Iterator[bytes]:
    """Yield the pairs as Parquet, a group of rows for each table."""
    sink = Sink()
    with pq.ParquetWriter(sink, source.schema, compression="zstd") as writer:
        for table in source.pairs():
            writer.write_table(table)
            yield sink.taken()
    yield sink.taken()


def _own_members(headings: Sequence[str], table: pa.Table) -> Iterator[pa.Array | str]:
    """Yield the further member of each line of JSON, with what stands in the operator's own columns."""
    for place, (heading, name) in enumerate(zip(headings, own_names(headings), strict=True)):
        yield ("," if place else ',"own":{') + f"{orjson.dumps(heading).decode()}:"
        yield _encoded(table[name], lambda value: orjson.dumps(value).decode())
    if headings:
        yield "}"


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


@dataclass(frozen=True, kw_only=True)
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
                own = self._own.at(row)
                yield TenantLine(**names[row], counts=_counts(counted), best=best.get(row, ()), own=own)

    @property
    def schema(self) -> pa.Schema:
        """Return the columns of the pairs."""
        parts = map(self.parts.folder.part, self.parts.numbers)
        granted = GRANTED if any(BENEFITS.name in pq.read_schema(part).names for part in parts) else ()
        return pa.schema([*RESULT_SCHEMA, *granted, *((name, pa.string()) for name in own_names(self.own))])

    @cached_property
    def _own(self) -> OwnColumns:
        return self.parts.own

    @property
    def own(self) -> tuple[str, ...]:
        """Return the headings of the operator's own columns."""
        return tuple(self._own.columns)

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
            own = self._own.beside(table["row"].to_numpy()) if self.own else {}
            for name, column in zip(own_names(self.own), own.values(), strict=True):
                table = table.append_column(name, column)
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
        own = [OWN_WIDTH] * len(self.own)
        return {
            name: FurtherSheet(headings=headings(listed, keys), widths=[*widths, *own], lines=lines)
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
