"""cepei screen: a file of tenants into Parquet parts, in one process, on all cores or on a dask cluster."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import closing
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import orjson

from rules.catalogue import Catalogue, CatalogueError
from rules.content import open_catalogue
from seeds.wording import worded
from service.clock import today
from service.commands.exits import CommandError, Exit
from service.commands.output import complain, tell
from service.commands.screen_limits import limits_of
from service.declared import judge_of_facts
from service.schemas.match import STATUSES
from service.screenings.crews import Alone, Cores, Crew
from service.screenings.crews_dask import PATIENCE_SECONDS, Cluster, ClusterError
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Options
from service.screenings.reading import Account, UnreadableFileError, read_file
from service.screenings.scaled import Work, finish, missing_chunks, write_outcome
from service.settings import load_command_settings
from service.store import private_folder
from service.tables.faults import TableRefusedError
from service.tables.reading import ReadingOptions
from service.tables.sources import Limits

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
        raise CommandError(str(error), Exit.NO_CATALOGUE) from error
    except (UnreadableFileError, TableRefusedError, ClusterError) as error:
        raise refusal(error.code, **error.params) from error
    except (BrokenExecutor, CancelledError) as error:
        raise refusal("processes_died") from error
    except OSError as error:
        raise refusal("disk", file=error.filename or options.output, reason=error.strerror or error) from error


def _screen(options: argparse.Namespace, catalogue: Catalogue) -> int:
    asked = Options(on=options.on or today(), statuses=tuple(sorted(set(options.statuses))))
    limits = _limits(options.file)
    reading = ReadingOptions(
        on=asked.on,
        vocabularies=catalogue.vocabularies,
        latest=max(asked.on, today()),
        limits=limits,
        fact_complaints=judge_of_facts(catalogue),
    )
    work = Work(folder=_folder(options), version=catalogue.version, options=asked)
    with closing(_crew(options, catalogue)) as crew:  # a cluster that is not there is told before the file is read
        account = _read(work, reading)
        missing = missing_chunks(work, account.chunks)
        _show(finish(work, crew, missing), account, len(missing))
    summary = write_outcome(work, account)
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
    if not file.is_file():
        raise refusal("is_folder" if file.is_dir() else "no_file_there", file=file)
    try:
        return limits_of(file)
    except OSError as error:
        raise refusal("disk", file=file, reason=error.strerror) from error


def _folder(options: argparse.Namespace) -> Folder:
    """Return the folder, with the file in it; a folder that holds the results of another file is refused."""
    if options.output.exists() and not options.output.is_dir():
        raise refusal("output_is_file", folder=options.output)
    options.output.mkdir(parents=True, exist_ok=True)
    output = options.output.resolve()
    folder = Folder(private_folder(output / _WORKING), results=output)
    source, known = options.file.resolve(), folder.path / _SOURCE
    told = {"file": str(source), "bytes": source.stat().st_size, "changed": source.stat().st_mtime_ns}
    if known.is_file() and _parsed(known) != told:
        raise refusal("another_file", folder=options.output)
    if not known.is_file():
        folder.sent(_FORM).unlink(missing_ok=True)
        folder.sent(_FORM).symlink_to(source)
        write_whole(known, orjson.dumps(told))
    return folder


def _parsed(known: Path) -> object:
    try:
        return orjson.loads(known.read_bytes())
    except orjson.JSONDecodeError as error:
        raise refusal("not_ours", file=known) from error


def _read(work: Work, reading: ReadingOptions) -> Account:
    try:
        return read_file(work.folder, _FORM, reading)
    except (UnreadableFileError, OSError):
        (work.folder.path / _SOURCE).unlink(missing_ok=True)  # mended, the file may be read again
        raise


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
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(say("not_day", text=text)) from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(say("not_seconds", text=text))
    return seconds


def say(code: str, **params: object) -> str:
    """Return a message with what to do about it on one line, Chinese first, English beside it."""
    (zh, hint_zh), (en, hint_en) = worded(code, params, "zh"), worded(code, params, "en")
    return f"{zh}{'；' if hint_zh else ''}{hint_zh}。 / {en}{'; ' if hint_en else ''}{hint_en}"


def refusal(code: str, **params: object) -> CommandError:
    """Return why the command cannot go on."""
    return CommandError(say(code, **params))
