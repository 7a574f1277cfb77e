"""A file into Parquet parts, in this process, on all cores, or on a dask cluster: the same bytes each way.

A part is there whole or not at all, so what a crash left is kept and a rerun finishes the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

from matcher.matching import Engine
from matcher.screening import Screener
from rules.catalogue import open_catalogue
from service.screenings.deciding import Decider, as_lines
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Chunk, Options
from service.screenings.refused import raw_rejected
from service.screenings.telling import OUTCOMES, add_up, measure_counts

Json = dict[str, Any]
_DECIDERS: dict[tuple[str, str], Decider] = {}
"""The compiled catalogue of this process, by file and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What every chunk needs: the folder, the catalogue's file and version, the question."""

    folder: Folder
    catalogue: Path
    version: str
    options: Options

    def note(self, number: int) -> Path:
        """Return the file that tells that a chunk is finished, written after all its others."""
        return self.folder.path / f"chunk-{number:05}.json"


def decide_one(work: Work, number: int) -> int:
    """Decide one chunk unless that is done already; return its number."""
    if _finished(work, number) is None:
        chunk = _decider(work).decide_chunk(work.folder, number, work.options)
        told = {"version": work.version, "question": _question(work), "rows": chunk.rows, "rejected": chunk.rejected}
        write_whole(work.note(number), orjson.dumps({**told, "summary": chunk.summary}))
    return number


def missing_chunks(work: Work, chunks: int) -> list[int]:
    """Return the chunks that are not finished for this catalogue and this question."""
    return [number for number in range(chunks) if _finished(work, number) is None]


def write_outcome(work: Work, chunks: int, *, total: int) -> Json:
    """Write summary.json and all of rejected.ndjson beside the parts; return the summary."""
    done = [chunk for number in range(chunks) if (chunk := _finished(work, number))]
    rejected = raw_rejected(work.folder, range(chunks))
    totals = Counter[str]()
    measures = measure_counts(done)
    for counts in measures.values():
        totals.update(counts)
    summary = {
        "catalogue": {"version": work.version},
        "on": work.options.on.isoformat(),
        "statuses": list(work.options.statuses),
        "rows": {"total": total, "done": total, "rejected": len(rejected)},
        "totals": {name: totals[name] for name in OUTCOMES},
        "tenants_with": dict(sorted(add_up(done, "tenants_with").items())),
        "measures": dict(sorted(measures.items())),
        "settles": dict(sorted(add_up(done, "settles").items())),
        "opens": dict(sorted(add_up(done, "opens").items())),
    }
    beside = work.folder.results or work.folder.path
    write_whole(beside / "rejected.ndjson", as_lines(rejected))
    write_whole(beside / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    return summary


Run = Callable[[Work, list[int]], Iterator[int]]
"""Decides chunks and yields each number when it is finished."""


def run_here(work: Work, numbers: list[int]) -> Iterator[int]:
    """Decide in this process."""
    for number in numbers:
        yield decide_one(work, number)


def run_on_cores(work: Work, numbers: list[int]) -> Iterator[int]:
    """Decide on all cores, each with a compiled catalogue of its own."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        waiting: set[Future[int]] = {pool.submit(decide_one, work, number) for number in numbers}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def run_on_dask(scheduler: str | None) -> Run:
    """Return a way to decide on a dask cluster, one of this machine when no scheduler is named.

    Workers read tenants and the catalogue from the same folders as this process does.
    """

    def run(work: Work, numbers: list[int]) -> Iterator[int]:
        from distributed import as_completed  # noqa: PLC0415 - an extra

        with _client(scheduler) as client:
            futures = client.map(lambda number: decide_one(work, number), numbers, pure=False, retries=3)
            yield from (future.result() for future in as_completed(futures))  # type: ignore[no-untyped-call]

    return run


@contextmanager
def _client(scheduler: str | None) -> Iterator[Any]:
    from distributed import Client  # noqa: PLC0415 - an extra

    options = {"address": scheduler} if scheduler else {"dashboard_address": None, "threads_per_worker": 1}
    with Client(**options) as client:  # type: ignore[no-untyped-call]
        yield client


def _decider(work: Work) -> Decider:
    key = (str(work.catalogue), work.version)
    if key not in _DECIDERS:
        _DECIDERS.clear()
        _DECIDERS[key] = Decider(Screener(Engine(open_catalogue(work.catalogue))))
    return _DECIDERS[key]


def _question(work: Work) -> Json:
    return {"on": work.options.on.isoformat(), "statuses": list(work.options.statuses)}


def _finished(work: Work, number: int) -> Chunk | None:
    try:
        told = orjson.loads(work.note(number).read_bytes())
    except FileNotFoundError:
        return None
    if told["version"] != work.version or told["question"] != _question(work):
        return None
    return Chunk(number=number, rows=told["rows"], rejected=told["rejected"], summary=told["summary"])
