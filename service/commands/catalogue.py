"""cepei catalogue: the editions there are, and what changed from one catalogue to another."""

from __future__ import annotations

import argparse
import sqlite3
from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from matcher.answers.changes import Change, FieldChange, changes_between
from matcher.standing import CatalogueChange
from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.catalogue.content import open_catalogue
from seeds.faults import SeedError
from service.catalogues.editions import Editions
from service.clock import moment, today
from service.commands.check import add_folders
from service.commands.console import CommandError, Exit, existing_folder, refusal, tell, typed
from service.commands.rollback import editions_of
from service.disk import StorageError
from service.drafts.review import Drafts, Review
from service.drafts.revising import write_files
from service.screenings.jobs.deciding import Alone, Rerun, side_of, write_outlook
from service.screenings.jobs.reading import read_with
from service.screenings.stored.changes import StoredChanges
from service.screenings.stored.folders import Folder, Folders
from service.screenings.stored.jobs import Jobs
from service.settings import load_command_settings
from service.store import Store
from service.web.requests import json_bytes


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--catalogue", type=Path, help="the file that is served (CEPEI_CATALOGUE)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="print what came into force, the latest last; * is in force now")
    keep = actions.add_parser("keep", help="write documents published on pages into the folders of seeds and packs")
    keep.add_argument("--data", type=Path, help="the data file that has the drafts (CEPEI_DATA)")
    add_folders(keep)
    diff = actions.add_parser("diff", help="print what changed, field by field")
    edition = "the version of an edition, or a catalogue file"
    diff.add_argument("before", type=typed, nargs="?", help=f"{edition}; the edition before the later one if not given")
    diff.add_argument("after", type=typed, nargs="?", help=f"{edition}; the one in force if not given")
    diff.add_argument("--since", type=date.fromisoformat, help="the day from which time passes, --on if not given")
    diff.add_argument("--on", type=date.fromisoformat, help="the day up to which time passes, today if not given")
    diff.add_argument("--json", action="store_true", help="print the changes as GET /v1/changes gives its items")
    diff.add_argument("--data", type=Path, help="a data file: also tell which of its screenings gain or lose")
    diff.add_argument("--language", choices=("zh", "en"), default="zh")


def run(options: argparse.Namespace) -> int:
    """Do what was asked of the editions."""
    return int({"list": _list, "diff": _diff, "keep": _keep}[options.action](editions_of(options), options))


def _list(editions: Editions, _: argparse.Namespace) -> Exit:
    current, history = editions.current(), editions.history()
    latest = max((place for place, one in enumerate(history) if one.version == current), default=None)
    for place, one in enumerate(history):
        mark = "*" if place == latest else " "
        told = f"{mark} {one.version}  {moment(one.at)}  {one.action:<11}  {one.measures:>6} measures  {one.by}"
        tell(f"{told}  {one.note}".rstrip())
    if current and latest is None:
        tell(f"* {current}  built over the file; it becomes an edition with the next one that is published")
    return Exit.DONE


def _keep(editions: Editions, options: argparse.Namespace) -> Exit:
    """Write each document as it was published last on a page, where the edition in force stands on that."""
    documents, packs = existing_folder(options.seeds / "documents"), existing_folder(options.packs)
    drafts = Drafts(Store(options.data or load_command_settings().data))
    try:
        by_version = {one.published_as: one for one in drafts.listed() if one.published_as}
        kept: dict[str, str] = {}
        for publication in editions.lineage():
            name, review = publication.document, by_version.get(publication.version)
            if name and name not in kept:
                kept[name] = "without its draft" if review is None else _written(drafts, review, documents, packs)
    except SeedError as error:
        raise CommandError(str(error), Exit.FAULTS_FOUND) from error
    except (StorageError, sqlite3.Error, OSError) as error:
        raise refusal("data_unusable", reason=error) from error
    for name, what in kept.items():
        tell(f"{name}: {what}")
    if not kept:
        tell("nothing was published on pages")
    return Exit.FAULTS_FOUND if "without its draft" in kept.values() else Exit.DONE


def _written(drafts: Drafts, review: Review, documents: Path, packs: Path) -> str:
    is_new = write_files(review, drafts.source(review.id), documents, packs)
    return f"{documents / review.document_id} and its pack are written" if is_new else "the folders have it"


def _diff(editions: Editions, options: argparse.Namespace) -> Exit:
    after = _opened(editions, options.after or editions.current() or str(editions.served))
    earlier = options.before or editions.before(after.version)
    if earlier is None:
        raise refusal("no_edition_before")
    before, on = _opened(editions, earlier), options.on or today()
    if options.data and options.json:
        raise refusal("data_as_text_only")
    changes = changes_between(before, after, since=options.since or on, on=on, language=options.language)
    if options.json:
        tell(msgspec.json.format(json_bytes(changes), indent=2).decode())
        return Exit.DONE
    counts = Counter(one.kind for one in changes)
    tell(f"{before.version} -> {after.version}: " + ", ".join(f"{kind} {counts[kind]}" for kind in CatalogueChange))
    for change in changes:
        _tell_change(change)
    if options.data:
        _tell_outlooks(Store(options.data), after, _file_of(editions, options.after or after.version))
    return Exit.DONE


def _tell_outlooks(store: Store, after: Catalogue, file: Path) -> None:
    """Run every finished screening again in this process, and tell what that changes; nothing of it is kept."""
    jobs, folders, crew = Jobs(store), Folders(store.folder), Alone(after)
    try:
        for job in jobs.finished_without(after.version):
            folder = folders.of(job.id)
            before = side_of(folder, jobs.chunks(job.id), job.catalogue or "")
            read = partial(read_with, file, form=job.format, options=job.options, latest=today())
            rerun = Rerun(version=after.version, read=read, crew=crew)
            with TemporaryDirectory() as within:
                write_outlook(job, folder, before, rerun, lambda: False, Path(within))
                changes = StoredChanges.read(Folder(Path(within)), after.version)
            gaining, losing = changes.tenants() if changes else (0, 0)
            tell(f"\nscreening {job.id}  {job.done} rows: {gaining} tenants gain, {losing} lose")
    except (StorageError, sqlite3.Error, OSError) as error:
        raise refusal("data_unusable", reason=error) from error


def _file_of(editions: Editions, name: str) -> Path:
    if Path(name).is_file():
        return Path(name)
    return editions.served if name == editions.current() else editions.path(name)


def _opened(editions: Editions, name: str) -> Catalogue:
    """Open a file, or an edition; a name that is both is the file."""
    try:
        return open_catalogue(_file_of(editions, name))
    except CatalogueError as error:
        raise refusal("no_catalogue", Exit.NO_CATALOGUE, reason=error) from error


def _tell_change(change: Change) -> None:
    name = f"{change.id} <- {change.continues}" if change.continues else change.id
    tell(f"\n{change.kind} {change.subject} {name}  {change.title}  {change.day or ''}".rstrip())
    for field in change.fields:
        tell(f"    {field.label}: {_told(field)}")


def _told(field: FieldChange) -> str:
    """Return what a field was and is; of a long text that stays alike, where it differs."""
    if field.before is None or field.after is None:
        return f"{'-' if field.before is None else field.before} -> {'-' if field.after is None else field.after}"
    parts = ", ".join(f"{one.before or '-'} -> {one.after or '-'}" for one in field.pieces)
    whole = f"{field.before} -> {field.after}"
    return whole if len(whole) <= 2 * len(parts) else f"{parts}  ({field.after})"
