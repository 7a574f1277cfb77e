"""A file into Parquet parts by any crew: the same bytes each way.

A chunk's note is written after all its files, so what a crash left is kept and a rerun finishes the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from matcher.standing import COUNTED
from service.screenings.crews import Crew, decide_all
from service.screenings.deciding import DecidedChunk
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Chunk, Options
from service.screenings.reading import Account
from service.screenings.refused import raw_rejected

Json = dict[str, Any]


MOST_FRUITLESS = 3
"""So many losses without a single chunk finished in between end the work: it may be the chunks that do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is done: the folder, the version of the catalogue, the question."""

    folder: Folder
    version: str
    options: Options

    def note(self, number: int) -> Path:
        """Return the file that tells that a chunk is finished."""
        return self.folder.path / f"chunk-{number:05}.json"


def finish(work: Work, crew: Crew, numbers: list[int]) -> Iterator[int]:
    """Have chunks decided and write them; yield each number when it is finished.

    Chunks that were lost with those who decided them are decided again, unless nothing gets finished any more.
    """
    left, fruitless = dict.fromkeys(numbers), 0
    while left:
        try:
            for number, decided in decide_all(crew, work.folder, list(left), work.options):
                _write(work, number, decided)
                del left[number]
                fruitless = 0
                yield number
        except (BrokenExecutor, CancelledError):
            fruitless += 1
            if fruitless == MOST_FRUITLESS:
                raise
            crew.mend()


def _write(work: Work, number: int, decided: DecidedChunk) -> None:
    chunk = decided.write(work.folder, number)
    told = {"version": work.version, "question": _question(work), "rows": chunk.rows, "rejected": chunk.rejected}
    write_whole(work.note(number), orjson.dumps({**told, "summary": chunk.summary}))


def missing_chunks(work: Work, chunks: int) -> list[int]:
    """Return the chunks that are not finished for this catalogue and this question."""
    return [number for number in range(chunks) if _finished(work, number) is None]


def write_outcome(work: Work, account: Account) -> Json:
    """Write summary.json and all of rejected.ndjson beside the parts; return the summary.

    Chunks and rejected rows are gone through one at a time, however many there are.
    """
    sums = _Sums()
    for number in range(account.chunks):
        if chunk := _finished(work, number):
            sums.add(chunk)
    summary = {
        "catalogue": {"version": work.version},
        **_question(work),
        "rows": {"total": account.total, "done": account.total, "rejected": account.rejected + sums.rejected},
        **sums.plain(),
    }
    beside = work.folder.results or work.folder.path
    rejected = raw_rejected(work.folder, range(account.chunks))
    write_whole(beside / "rejected.ndjson", (orjson.dumps(row) + b"\n" for row in rejected))
    write_whole(beside / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    return summary


class _Sums:
    """What chunks add up to, each forgotten once it is counted."""

    def __init__(self) -> None:
        self.rejected = 0
        self._measures: dict[str, Counter[str]] = {}
        self._others = {name: Counter[str]() for name in ("tenants_with", "settles", "opens")}

    def add(self, chunk: Chunk) -> None:
        self.rejected += chunk.rejected
        for name, counts in self._others.items():
            counts.update(chunk.summary[name])
        for measure_id, counted in chunk.summary["measures"].items():
            self._measures.setdefault(measure_id, Counter()).update(dict(zip(COUNTED, counted, strict=True)))

    def plain(self) -> Json:
        measures = {
            name: {outcome: self._measures[name][outcome] for outcome in COUNTED} for name in sorted(self._measures)
        }
        totals = {outcome: sum(counts[outcome] for counts in measures.values()) for outcome in COUNTED}
        tenants_with, settles, opens = (dict(sorted(counts.items())) for counts in self._others.values())
        return {
            "totals": totals, "tenants_with": tenants_with, "measures": measures, "settles": settles, "opens": opens,
        }  # fmt: skip


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
