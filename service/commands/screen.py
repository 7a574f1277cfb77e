"""cepei screen: a file of tenants into Parquet parts, in one process, on all cores or on a dask cluster."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import closing
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import orjson

from rules.catalogue import Catalogue, open_catalogue
from rules.errors import CatalogueError
from service.clock import today
from service.commands.exits import CommandError, Exit
from service.commands.output import complain, tell
from service.schemas.match import STATUSES
from service.screenings.crews import Alone, Cluster, Cores, Crew
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Options
from service.screenings.reading import Account, UnreadableFileError, read_file
from service.screenings.scaled import Work, finish, missing_chunks, write_outcome
from service.settings import load_command_settings
from service.store import private_folder
from service.tables.messages import word
from service.tables.reading import ReadingOptions

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
    parser.add_argument("--on", type=date.fromisoformat, help="the day it is about, today in China if not given")
    parser.add_argument("--statuses", nargs="+", choices=STATUSES, default=list(STATUSES), help="documents considered")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")


def run(options: argparse.Namespace) -> int:
    """Screen the file; what a run before this one has finished is kept."""
    try:
        catalogue = open_catalogue(options.catalogue or load_command_settings().catalogue)
    except CatalogueError as error:
        raise CommandError(str(error), Exit.NO_CATALOGUE) from error
    asked = Options(on=options.on or today(), statuses=tuple(sorted(options.statuses)))
    work = Work(folder=_folder(options), version=catalogue.version, options=asked)
    reading = ReadingOptions(vocabularies=catalogue.vocabularies, latest=max(asked.on, today()))
    account = _read(work, reading)
    if missing := missing_chunks(work, account.chunks):
        with closing(_crew(options, catalogue)) as crew:
            _show(finish(work, crew, missing), account, len(missing))
    summary = write_outcome(work, account.chunks, total=account.total)
    tell(f"{options.output}: {account.total} rows, {summary['rows']['rejected']} rejected, {account.chunks} parts")
    return Exit.DONE


def _crew(options: argparse.Namespace, catalogue: Catalogue) -> Crew:
    if options.engine == "local":
        return Alone(catalogue)
    if options.engine == "processes":
        return Cores(catalogue, os.cpu_count() or 1)
    if find_spec("distributed") is None:
        raise CommandError("--engine dask needs the extra: pip install 'cepei[dask]'")
    return Cluster(catalogue, options.scheduler)


def _folder(options: argparse.Namespace) -> Folder:
    """Return the folder, with the file in it; a folder that holds the results of another file is refused."""
    if not options.file.is_file():
        raise CommandError(f"there is no file {options.file}")
    options.output.mkdir(parents=True, exist_ok=True)
    output = options.output.resolve()
    folder = Folder(private_folder(output / _WORKING), results=output)
    source, known = options.file.resolve(), folder.path / _SOURCE
    told = {"file": str(source), "bytes": source.stat().st_size, "changed": source.stat().st_mtime_ns}
    if known.is_file() and orjson.loads(known.read_bytes()) != told:
        raise CommandError(f"{options.output} holds the results of another file; choose another folder")
    if not known.is_file():
        folder.sent(_FORM).unlink(missing_ok=True)
        folder.sent(_FORM).symlink_to(source)
        write_whole(known, orjson.dumps(told))
    return folder


def _read(work: Work, reading: ReadingOptions) -> Account:
    try:
        return read_file(work.folder, _FORM, reading)
    except UnreadableFileError as error:
        (work.folder.path / _SOURCE).unlink()  # mended, the file may be read again
        message, hint = word(error.code, error.params, "en")
        raise CommandError(f"{message}" + (f" ({hint})" if hint else "")) from error


def _show(finished: Iterable[int], account: Account, missing: int) -> None:
    """See the chunks through, drawing a bar where there is a terminal."""
    drawn = sys.stderr.isatty()
    try:
        for count, _ in enumerate(finished, account.chunks - missing + 1):
            if drawn:
                filled = _BAR_CHARACTERS * count // account.chunks
                bar = "#" * filled + "." * (_BAR_CHARACTERS - filled)
                sys.stderr.write(f"\r[{bar}] {count}/{account.chunks}")
    except (BrokenExecutor, CancelledError) as error:
        message = "the processes that decided chunks were killed, perhaps for want of memory"
        raise CommandError(f"{message}; run it again: what is finished is kept") from error
    if drawn:
        complain("")
