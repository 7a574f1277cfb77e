"""A file into Parquet parts by any crew: the same bytes each way.

A chunk's note is written after all its files, so what a crash left is kept and a rerun finishes the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from service.screenings.crews import Crew, decide_all
from service.screenings.deciding import as_lines
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Chunk, Options
from service.screenings.refused import raw_rejected
from service.screenings.telling import OUTCOMES, add_up, measure_counts

Json = dict[str, Any]


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
    """Have chunks decided and write them; yield each number when it is finished."""
    for number, decided in decide_all(crew, work.folder, numbers, work.options):
        chunk = decided.write(work.folder, number)
        told = {"version": work.version, "question": _question(work), "rows": chunk.rows, "rejected": chunk.rejected}
        write_whole(work.note(number), orjson.dumps({**told, "summary": chunk.summary}))
        yield number


def missing_chunks(work: Work, chunks: int) -> list[int]:
    """Return the chunks that are not finished for this catalogue and this question."""
    return [number for number in range(chunks) if _finished(work, number) is None]


def write_outcome(work: Work, chunks: int, *, total: int) -> Json:
    """Write summary.json and all of rejected.ndjson beside the parts; return the summary."""
    done = [chunk for number in range(chunks) if (chunk := _finished(work, number))]
    rejected = list(raw_rejected(work.folder, range(chunks)))
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
