"""From chunks of tenants to decided ones, by this process or all cores (crews_dask.py: a cluster), as stored tables.

Nobody but the caller touches the screening's folder; every crew gives the same bytes.

The file is read again and all of it decided again, as a rerun does; only what differs is kept.
"""

from __future__ import annotations

import gc
import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from matcher.answers.engine import Engine
from matcher.places.reader import region_of_credit_code, resolve_place, settled_by_code
from matcher.profiles.profile import Fields
from matcher.registers.granted import Granted
from matcher.registers.screener import ScreenedChunk, Screener
from matcher.standing import COUNTED, RELEVANCE
from rules.catalogue.catalogue import Catalogue
from rules.language.measures import BY_STRENGTH, OF_MEASURE, WHYS
from seeds.vocabulary import Vocabulary
from service.screenings.jobs.reading import Account
from service.screenings.jobs.sent import keep_copy
from service.screenings.stored.changes import Side, write_changes
from service.screenings.stored.folders import Folder, Tenant, parse_tenants, table_bytes, write_whole
from service.screenings.stored.jobs import Chunk, Job, Options
from service.screenings.stored.matrix import measure_counts
from service.screenings.stored.parts import (
    BENEFITS,
    CALLED,
    COUNTS,
    NEAR,
    PAIR_SCHEMA,
    WITHHELD,
    PairReader,
    refused_facts,
    write_digest,
)


def result_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], measure_ids: Sequence[str]) -> pa.Table:
    """Return what is shown, by row and then in the order of a match; `chunk` numbers its rows from 0."""
    called = {name: _taken([getattr(t.profile, name) for t in tenants], chunk.pair_row) for name in CALLED}
    table = pa.table(
        {
            "row": _numbers(tenants)[chunk.pair_row],
            **called,
            "measure_id": _taken(measure_ids, chunk.pair_measure),
            "verdict": _taken([verdict.value for verdict in OF_MEASURE], chunk.verdict),
            "relevance": _taken([relevance.value for relevance in RELEVANCE], chunk.relevance),
            "score": chunk.score,
            "unknown": _unknown(chunk),
        },
        schema=PAIR_SCHEMA,
    )
    return table.append_column(BENEFITS, _benefits(chunk.granted)) if chunk.granted else table


def near_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], measure_ids: Sequence[str]) -> pa.Table:
    """Return the pairs that one changeable condition stands in the way of, with what is missing where it counts."""
    near = chunk.near
    columns = {
        "row": _numbers(tenants)[near.rows],
        "measure_id": _taken(measure_ids, near.measures),
        "fact": pa.array(near.facts, type=pa.string()),
        "gap": pa.array(near.gaps, type=pa.float64(), from_pandas=True),
    }
    table = pa.table(columns, schema=NEAR)
    return table.append_column(BENEFITS, _benefits(chunk.near_granted)) if chunk.near_granted else table


def count_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], regions: Mapping[int, str]) -> pa.Table:
    """Return the counts of each tenant that was decided, its region where that is sure, and what is withheld."""
    rows = _numbers(tenants)[chunk.rows]
    counts = {name: chunk.by_row[:, place].astype(np.int32) for place, name in enumerate(COUNTED)}
    table = pa.table({"row": rows, "region": [regions.get(int(row)) for row in rows], **counts}, schema=COUNTS)
    content, width = pa.py_buffer(np.ascontiguousarray(chunk.withheld)), pa.binary(chunk.withheld.shape[1])
    bits = pa.FixedSizeBinaryArray.from_buffers(width, len(chunk.withheld), [None, content])
    return table.append_column(WITHHELD, bits)


def chunk_summary(chunk: ScreenedChunk, measure_ids: Sequence[str]) -> dict[str, Any]:
    """Return what the chunk adds up to."""
    shown = chunk.by_row[:, COUNTED.index("possible")] - chunk.by_row[:, COUNTED.index("withheld")]
    applicable = chunk.by_row[:, COUNTED.index("applicable")]
    return {
        "measures": {name: counts.tolist() for name, counts in zip(measure_ids, chunk.by_measure, strict=True)},
        "tenants_with": {"applicable": int(np.count_nonzero(applicable)), "possible": int(np.count_nonzero(shown))},
        "settles": {fact: int(count) for fact, count in chunk.settles.items()},
        "opens": dict(chunk.opened_by()),
    }


def _numbers(tenants: Sequence[Tenant]) -> NDArray[np.int32]:
    return np.array([tenant.row for tenant in tenants], dtype=np.int32)


def _taken(words: Sequence[str], places: NDArray[Any]) -> pa.Array:
    return pa.array(words, type=pa.string()).take(pa.array(places))


def _benefits(granted: Granted) -> pa.Array:
    """Return what the benefits of each pair come to; what cannot be told, and no tier, is null."""
    facts = pa.ListArray.from_arrays(
        pa.array(granted.fact_starts, type=pa.int32()), _taken(granted.names, granted.facts)
    )
    columns = [
        _taken(granted.kinds, granted.kind),
        _taken([verdict.value for verdict in BY_STRENGTH], granted.verdict),
        *(pa.array(bound, type=pa.float64(), from_pandas=True) for bound in (granted.low, granted.high)),
        *(pa.array(tier, type=pa.int32(), mask=tier < 0) for tier in (granted.tier, granted.next_tier)),
        pa.array(granted.gap, type=pa.float64(), from_pandas=True),
        facts,
    ]
    benefits = pa.StructArray.from_arrays(columns, fields=list(BENEFITS.type.value_type))
    return pa.ListArray.from_arrays(pa.array(granted.starts, type=pa.int32()), benefits)


def _unknown(chunk: ScreenedChunk) -> pa.Array:
    opened = chunk.open
    facts, whys = _taken(opened.names, opened.facts), _taken([why.value for why in WHYS], opened.whys)
    pairs = pa.StructArray.from_arrays([facts, whys], fields=list(PAIR_SCHEMA.field("unknown").type.value_type))
    return pa.ListArray.from_arrays(pa.array(opened.starts, type=pa.int32()), pairs)


_MOST_PLACES = 20_000
"""So many places are remembered: past it, all are forgotten and read again."""


@dataclass
class Regions:
    """Reads where tenants are, each text once."""

    vocabulary: Vocabulary
    known: dict[tuple[str, str | None], str | None] = field(default_factory=dict)

    def of(self, tenant: Tenant) -> str | None:
        """Return the code of the tenant's place; where that is not sure, what its credit code says; else None."""
        profile = tenant.profile
        stated = profile.city, region_of_credit_code(profile.uscc, self.vocabulary) if profile.uscc else None
        if stated not in self.known:
            if len(self.known) >= _MOST_PLACES:
                self.known.clear()
            self.known[stated] = self._read(*stated)
        return self.known[stated]

    def _read(self, city: str, registered: str | None) -> str | None:
        place = resolve_place(city, self.vocabulary)
        if place.is_fact:
            return place.codes[0]
        return settled_by_code(place, registered, self.vocabulary) if registered else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedChunk:
    """The files of one chunk as bytes, how many rows it has, how many were refused, and what they add up to."""

    part: bytes
    near: bytes
    short: bytes
    counts: bytes
    rejected: bytes
    rows: int
    refused: int
    summary: Mapping[str, Any]

    def write(self, folder: Folder, number: int) -> Chunk:
        """Write the files, each whole or not at all."""
        write_whole(folder.part(number), self.part)
        write_whole(folder.near(number), self.near)
        write_whole(folder.short(number), self.short)
        write_whole(folder.counts(number), self.counts)
        write_whole(folder.rejected(number), self.rejected)
        return Chunk(number=number, rows=self.rows, rejected=self.refused, summary=self.summary)


class Decider:
    """Decides chunks against one catalogue; it remembers texts, so one decider serves a whole file."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile the catalogue."""
        engine = Engine(catalogue)
        self._screener = Screener(engine.columns, engine.reader)
        self._regions = Regions(catalogue.vocabularies["regions"])

    def decide(self, tenants: list[Tenant], options: Options) -> ScreenedChunk:
        """Decide tenants; the chunk numbers them from 0."""
        given = Fields.of_profiles([tenant.profile for tenant in tenants])
        return self._screener.screen(given, on=options.on, statuses=frozenset(options.statuses), first_row=0)

    def decide_chunk(self, content: bytes, options: Options) -> DecidedChunk:
        """Decide the tenants of one chunk's file."""
        tenants = parse_tenants(content)
        decided, ids = self.decide(tenants, options), self._screener.measure_ids
        placed = {tenant.row: region for tenant in tenants if (region := self._regions.of(tenant))}
        refused = [refused_facts(tenants[place].row, error) for place, error in decided.refused]
        return DecidedChunk(
            part=table_bytes(result_table(decided, tenants, ids)),
            near=table_bytes(near_table(decided, tenants, ids)),
            short=np.packbits(decided.one_fact_short).tobytes(),
            counts=table_bytes(count_table(decided, tenants, placed)),
            rejected=b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in refused),
            rows=len(tenants),
            refused=len(refused),
            summary=chunk_summary(decided, ids),
        )


AHEAD = 2
"""So many chunks wait for each one that is being decided: nobody is idle, and memory does not grow with the file."""


class Crew(Protocol):
    """Decides chunks with one catalogue; `most` chunks are under way at a time."""

    most: int

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Have the tenants of one chunk's file decided."""

    def mend(self) -> None:
        """Make ready to decide again after chunks were lost with those who decided them."""

    def close(self) -> None:
        """Finish what is being decided, and begin nothing more."""


def decide_all(
    crew: Crew, folder: Folder, numbers: Iterable[int], options: Options
) -> Iterator[tuple[int, DecidedChunk]]:
    """Yield chunks in the order in which they are finished."""
    waiting = iter(numbers)
    under_way: dict[Future[DecidedChunk], int] = {}
    try:
        while True:
            for number in itertools.islice(waiting, crew.most - len(under_way)):
                under_way[crew.submit(folder.tenants(number).read_bytes(), options)] = number
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(future), future.result()
    finally:
        for future in under_way:
            future.cancel()


class Alone:
    """The process that asks, and no other."""

    most = 1

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile nothing before there is work."""
        self._catalogue = catalogue

    @cached_property
    def _decider(self) -> Decider:
        return Decider(self._catalogue)

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Decide at once."""
        future: Future[DecidedChunk] = Future()
        future.set_result(self._decider.decide_chunk(tenants, options))
        return future

    def mend(self) -> None:
        """Do nothing: this process is lost with its chunks or not at all."""

    def close(self) -> None:
        """Leave nothing behind."""


class Cores:
    """Processes of this machine, each with a compiled catalogue of its own; started when there is work for them."""

    def __init__(self, catalogue: Catalogue, processes: int, *, niceness: int = 0) -> None:
        """Start nothing yet; `niceness` leaves the processor to others who want it."""
        self.most = AHEAD * processes
        self._processes, self._begun_with = processes, (catalogue, niceness)
        self._pool = self._new_pool()

    def submit(self, tenants: bytes, options: Options) -> Future[DecidedChunk]:
        """Put the chunk into the queue of the processes."""
        return self._pool.submit(_decide, tenants, options)

    def mend(self) -> None:
        """Put new processes in the place of the old ones: one that was killed breaks all."""
        self.close()
        self._pool = self._new_pool()

    def close(self) -> None:
        """End the processes after the chunks at hand."""
        self._pool.shutdown(cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        spawn = get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=spawn, initializer=_begin, initargs=self._begun_with)


_HERE = threading.local()
"""The decider of this process."""


def _decide(tenants: bytes, options: Options) -> DecidedChunk:
    decided: DecidedChunk = _HERE.decider.decide_chunk(tenants, options)
    return decided


def _begin(catalogue: Catalogue, niceness: int) -> None:
    """Prepare a process of `Cores`: it leaves signals from the keyboard to its parent, and goes when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(niceness)
    threading.Thread(target=_go_with_parent, daemon=True).start()
    gc.disable()  # nothing of what is compiled is garbage
    _HERE.decider = Decider(catalogue)
    gc.enable()
    spare_collector()


def spare_collector() -> None:
    """Have garbage collected seldom, and what is compiled left alone: chunks make many objects and hardly a cycle."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def _go_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def side_of(folder: Folder, chunks: list[Chunk], version: str) -> Side:
    """Return a finished screening to be compared; one without a row that could be decided lists nothing."""
    pairs = PairReader.open(folder) if chunks else None
    return Side(pairs=pairs, measures=measure_counts(chunks), version=version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """How a screening is run again: the version of the catalogue, what reads its file so, who decides so."""

    version: str
    read: Callable[[Folder], Account]
    crew: Crew


def write_outlook(
    job: Job, folder: Folder, before: Side, rerun: Rerun, is_over: Callable[[], bool], within: Path | None = None
) -> bool:
    """Write what another catalogue changes; False, and nothing written, when it was over before the end.

    `is_over` is asked between chunks. It is written beside the results, or into the folder `within`.
    """
    with TemporaryDirectory(dir=within or folder.path, prefix=".outlook-", ignore_cleanup_errors=True) as path:
        anew = Folder(Path(path))
        keep_copy(folder.sent(job.format), anew.sent(job.format))
        account, chunks = rerun.read(anew), list[Chunk]()
        for number, decided in decide_all(rerun.crew, anew, range(account.chunks), job.options):
            chunks.append(decided.write(anew, number))
            if is_over():
                return False
        chunks.sort(key=lambda chunk: chunk.number)
        write_digest(anew, [chunk.number for chunk in chunks])
        target = Folder(within) if within else folder
        write_changes(target, before, side_of(anew, chunks, rerun.version), with_catalogue=rerun.version)
    return True
