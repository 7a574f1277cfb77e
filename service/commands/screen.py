"""cepei screen: a file of tenants into Parquet parts, in one process, on all cores or on a dask cluster.

The same bytes each way; it reads a national register, where an upload to the service is bounded.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from matcher.standing import COUNTED
from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.catalogue.content import open_catalogue
from rules.language.windows import WindowStanding, WindowState
from service.clock import today
from service.commands.console import Exit, complain, existing_file, reason_of, refusal, say, tell, typed
from service.disk import private_folder
from service.intake.queries import STATUSES
from service.intake.questions import judge_of_facts
from service.intake.raw_table import Format, Limits, Source, TableRefusedError, sniff_format
from service.intake.table import ReadingOptions
from service.screenings.jobs.crews_dask import PATIENCE_SECONDS, Cluster, ClusterError
from service.screenings.jobs.deciding import Alone, Cores, Crew, decide_all
from service.screenings.jobs.reading import Account, read_file
from service.screenings.stored.folders import Folder, write_whole
from service.screenings.stored.granted import Granting
from service.screenings.stored.jobs import Chunk, Options
from service.screenings.stored.parts import raw_rejected
from service.settings import load_command_settings

_MOST_ROWS = 2**31 - 1
"""Row numbers are stored in 32 bits; nothing else bounds a file that is read in a stream."""
_SHEET_ROWS = 1_048_576
_SHEET_COLUMNS = 32
_GIGABYTE = 2**30

STREAMED = Limits(file_bytes=sys.maxsize, rows=_MOST_ROWS, unpacked_bytes=sys.maxsize)
LOADED = Limits(
    file_bytes=_GIGABYTE, rows=_SHEET_ROWS, unpacked_bytes=8 * _GIGABYTE, sheet_cells=_SHEET_ROWS * _SHEET_COLUMNS
)
"""A workbook is held in memory whole: all rows a sheet can have, as many columns as a register has."""


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
                chunk = decided.write(work.folder, number)
                note = {"version": work.version, "question": _question(work), "rows": chunk.rows}
                note |= {"rejected": chunk.rejected, "summary": chunk.summary}
                write_whole(work.note(number), orjson.dumps(note))
                del left[number]
                fruitless = 0
                yield number
        except (BrokenExecutor, CancelledError):
            fruitless += 1
            if fruitless == MOST_FRUITLESS:
                raise
            crew.mend()


def missing_chunks(work: Work, chunks: int) -> list[int]:
    """Return the chunks that are not finished for this catalogue and this question."""
    return [number for number in range(chunks) if _finished(work, number) is None]


def write_outcome(work: Work, account: Account, catalogue: Catalogue) -> Json:
    """Write summary.json and all of rejected.ndjson beside the parts; return the summary.

    It tells of each measure when applications are taken, where its pack states that.

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
        "windows": _windows(catalogue, work.options.on),
    }
    beside = work.folder.results or work.folder.path
    rejected = raw_rejected(work.folder, range(account.chunks))
    write_whole(beside / "rejected.ndjson", (orjson.dumps(row) + b"\n" for row in rejected))
    write_whole(beside / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    return summary


def _windows(catalogue: Catalogue, on: date) -> Json:
    return {
        name: {"state": one.state.value, **{end: day and day.isoformat() for end, day in _ends(one)}}
        for name, one in sorted(Granting(catalogue, on).windows.items())
        if one.state is not WindowState.NOT_STATED
    }


def _ends(window: WindowStanding) -> tuple[tuple[str, date | None], ...]:
    return (("opens", window.opens), ("closes", window.closes))


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
        reported = orjson.loads(work.note(number).read_bytes())
    except FileNotFoundError:
        return None
    if reported["version"] != work.version or reported["question"] != _question(work):
        return None
    return Chunk(number=number, rows=reported["rows"], rejected=reported["rejected"], summary=reported["summary"])


_BAR_CHARACTERS = 30
_WORKING, _SOURCE = ".work", "source.json"
_FORM = "table"
"""The name under which the file stands in the folder; its format is judged by content."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="CSV, XLSX, NDJSON or Parquet")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where the parts go")
    parser.add_argument("--engine", choices=("local", "processes", "dask"), default="local")
    parser.add_argument("--scheduler", help="address of a dask scheduler, tcp://...; one on this machine if not given")
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help=f"how long a dask cluster without workers is waited for, {PATIENCE_SECONDS:g} if not given",
    )
    parser.add_argument("--on", type=_day, help="the day it is about, today in China if not given")
    parser.add_argument("--statuses", nargs="+", choices=STATUSES, default=list(STATUSES), help="documents considered")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")


def run(options: argparse.Namespace) -> int:
    """Screen the file; what a run before this one has finished is kept."""
    _check_engine(options)
    try:
        return _screen(options, open_catalogue(options.catalogue or load_command_settings().catalogue))
    except CatalogueError as error:
        raise refusal("no_catalogue", Exit.NO_CATALOGUE, reason=error) from error
    except (TableRefusedError, ClusterError) as error:
        raise refusal(error.code, **error.params) from error
    except (BrokenExecutor, CancelledError) as error:
        raise refusal("processes_died") from error
    except OSError as error:
        raise refusal("disk", file=error.filename or options.output, reason=reason_of(error)) from error


def _screen(options: argparse.Namespace, catalogue: Catalogue) -> int:
    asked = Options(on=options.on or today(), statuses=tuple(sorted(set(options.statuses))))
    limits = _limits(options.file)
    reading = ReadingOptions(
        on=asked.on,
        vocabularies=catalogue.vocabularies,
        facts=catalogue.facts,
        latest=max(asked.on, today()),
        limits=limits,
        fact_complaints=judge_of_facts(catalogue),
    )
    work = Work(folder=_folder(options), version=catalogue.version, options=asked)
    with closing(_crew(options, catalogue)) as crew:  # a cluster that is not there is reported before the file is read
        try:
            account = read_file(work.folder, _FORM, reading)
        except (TableRefusedError, OSError):
            (work.folder.path / _SOURCE).unlink(missing_ok=True)  # mended, the file may be read again
            raise
        missing = missing_chunks(work, account.chunks)
        _show(finish(work, crew, missing), account, len(missing))
    summary = write_outcome(work, account, catalogue)
    rejected = summary["rows"]["rejected"]
    tell(say("done", folder=options.output, total=account.total, rejected=rejected, parts=account.chunks))
    return Exit.DONE


def _check_engine(options: argparse.Namespace) -> None:
    if options.engine == "dask":
        if find_spec("distributed") is None:
            raise refusal("no_dask")
        return
    for name in ("scheduler", "wait"):
        if getattr(options, name) is not None:
            raise refusal("dask_only", option=f"--{name}")


def _crew(options: argparse.Namespace, catalogue: Catalogue) -> Crew:
    if options.engine == "local":
        return Alone(catalogue)
    if options.engine == "processes":
        return Cores(catalogue, os.cpu_count() or 1)
    patience = options.wait or PATIENCE_SECONDS
    return Cluster(
        catalogue, options.scheduler, patience=patience, notice=lambda left: complain(say("waiting", seconds=left))
    )


def _limits(file: Path) -> Limits:
    try:
        return LOADED if sniff_format(Source(existing_file(file), STREAMED)) is Format.XLSX else STREAMED
    except OSError as error:
        raise refusal("disk", file=file, reason=reason_of(error)) from error


def _folder(options: argparse.Namespace) -> Folder:
    """Return the folder, with the file in it; a folder that holds the results of another file is refused."""
    if options.output.exists() and not options.output.is_dir():
        raise refusal("output_is_file", folder=options.output)
    options.output.mkdir(parents=True, exist_ok=True)
    output = options.output.resolve()
    folder = Folder(private_folder(output / _WORKING), results=output)
    source, known = options.file.resolve(), folder.path / _SOURCE
    reported = {
        "file": os.fsencode(source).decode("utf-8", "backslashreplace"),
        "bytes": source.stat().st_size,
        "changed": source.stat().st_mtime_ns,
    }
    if known.is_file():
        try:
            is_another = orjson.loads(known.read_bytes()) != reported
        except orjson.JSONDecodeError as error:
            raise refusal("not_ours", file=known) from error
        if is_another:
            raise refusal("another_file", folder=options.output)
    else:
        folder.sent(_FORM).unlink(missing_ok=True)
        folder.sent(_FORM).symlink_to(source)
        write_whole(known, orjson.dumps(reported))
    return folder


def _show(finished: Iterable[int], account: Account, missing: int) -> None:
    """See the chunks through, drawing a bar where there is a terminal."""
    drawn = sys.stderr.isatty() and missing > 0
    for count, _ in enumerate(finished, account.chunks - missing + 1):
        if drawn:
            filled = _BAR_CHARACTERS * count // account.chunks
            bar = "#" * filled + "." * (_BAR_CHARACTERS - filled)
            sys.stderr.write(f"\r[{bar}] {count}/{account.chunks}")
    if drawn:
        complain("")


def _day(text: str) -> date:
    text = typed(text)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(say("not_day", text=text)) from error


def _seconds(text: str) -> float:
    text = typed(text)
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(say("not_seconds", text=text))
    return seconds
