"""How an edition comes into force: made beside the one served, verified, swapped in at once; and how one goes back.

One publisher at a time. A crash at any point leaves the edition that was in force: until the one rename, nothing that
is served has changed, and what was left half made is deleted by whoever publishes next.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import msgspec

from rules.catalogue.catalogue import Catalogue, CatalogueError, measures_unlike
from rules.catalogue.content import kept_at, load_written, open_catalogue
from rules.catalogue.examples import example_faults
from rules.language.measures import Measure
from seeds.faults import CodedError, SeedError
from service.catalogues.editions import HISTORY, Action, Editions, Publication
from service.clock import moment

_LOCK = "lock"


class ConflictError(CodedError):
    """Somebody else publishes, or has published meanwhile; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who does it, when (seconds since the epoch), from what, why, and of a page for which document."""

    by: str
    at: float
    source: str = ""
    note: str = ""
    document: str = ""


def publish(
    editions: Editions,
    make: Callable[[Path], object],
    stamp: Stamp,
    *,
    judge: Callable[[Path], None] = lambda _: None,
    replaces: str | None = None,
) -> Publication:
    """Have `make` write a catalogue file, verify it, and put it in force.

    Raises SeedError with every fault of it, CatalogueError where it is no sound file, what `judge` raises of it,
    ConflictError where somebody else publishes or another edition than `replaces` is in force, and CodedError where it
    is in force already.
    """
    with _alone(editions, stamp):
        before = _adopted(editions, stamp)
        if replaces is not None and replaces != before:
            raise ConflictError("edition_moved_on", expected=replaces, current=before or "-")
        fresh = editions.folder / f".{secrets.token_hex(8)}.sqlite"
        make(fresh)
        catalogue, changed = verified(fresh, _sound(editions, before))
        _expect_ancestors(editions, catalogue, changed)
        if catalogue.version == before:
            raise CodedError("edition_is_current", version=before)
        judge(fresh)
        _settle(fresh, editions.path(catalogue.version))
        return _put_in_force(editions, _entry(Action.PUBLISHED, catalogue, stamp, before))


def roll_back(editions: Editions, version: str | None, stamp: Stamp) -> Publication:
    """Put an earlier edition in force again: the one named, else the one that the present one took the place of."""
    with _alone(editions, stamp):
        current = _adopted(editions, stamp)
        target = version or editions.before(current)
        if target is None:
            raise CodedError("no_edition_before")
        if target == current:
            raise CodedError("edition_is_current", version=target)
        if not editions.holds(target):
            raise CodedError("no_such_edition", version=target)
        return _put_in_force(
            editions, _entry(Action.ROLLED_BACK, open_catalogue(editions.path(target)), stamp, current)
        )


def verified(path: Path, sound: Catalogue | None) -> tuple[Catalogue, Sequence[Measure]]:
    """Open a catalogue file whose quotes were checked when it was written, or are now, and decide its examples.

    What stands in a `sound` edition was decided the same there. Returns the measures that do not; raises what is wrong.
    """
    catalogue = open_catalogue(path)
    changed = list(catalogue.measures.values()) if sound is None else measures_unlike(catalogue, sound)
    if faults := example_faults(catalogue, changed):
        raise SeedError(faults)
    return catalogue, changed


def _sound(editions: Editions, version: str | None) -> Catalogue | None:
    """Return an edition that this version of the program verified; one that was only found there was not."""
    if not any(one.version == version and one.action is Action.PUBLISHED for one in editions.history()):
        return None
    try:
        return kept_at(editions.path(str(version)))
    except (OSError, ValueError):
        return None  # it was damaged since: nothing is taken from it, and all is verified


def expect_kept(editions: Editions, fresh: Path, over: frozenset[str]) -> None:
    """Raise CodedError where a catalogue lacks what was published on pages since one was built of folders.

    A document that another takes the place of is not missed, nor one of `over`.
    """
    on_pages = takewhile(lambda one: one.document, editions.lineage())
    names = {one.document for one in on_pages} - over
    if not names:
        return
    held, new = load_written(editions.served), load_written(fresh)
    succeeded = {document.predecessor for document in new.documents.values()}
    lost = [
        name for name in sorted(names & held.documents.keys() - succeeded)
        if new.documents.get(name) != held.documents[name] or new.packs[name] != held.packs[name]
    ]  # fmt: skip
    if lost:
        raise CodedError("would_lose", documents=tuple(lost))


def _expect_ancestors(editions: Editions, catalogue: Catalogue, changed: Iterable[Measure]) -> None:
    """Raise CodedError where a changed measure continues one that neither this catalogue nor an earlier edition has."""
    sought = {one.continues for one in changed if one.continues and one.continues not in catalogue.measures}
    for version in dict.fromkeys(one.version for one in reversed(editions.history())):
        if not sought:
            return
        sought -= editions.catalogue(version).measures.keys()
    if sought:
        raise CodedError("continues_nothing", ids=tuple(sorted(sought)))


@contextmanager
def _alone(editions: Editions, stamp: Stamp) -> Iterator[None]:
    """Hold the folder; it is let go however this process ends."""
    editions.folder.mkdir(parents=True, exist_ok=True)
    with (editions.folder / _LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            by, _, since = lock.read().partition("\n")
            raise ConflictError("publishing_under_way", by=by or "?", since=since or "?") from None
        lock.truncate(0)
        lock.write(f"{stamp.by}\n{moment(stamp.at)}")
        lock.flush()
        _sweep(editions)
        try:
            yield
        finally:
            _sweep(editions)


def _sweep(editions: Editions) -> None:
    """Delete what was half made; who holds the lock is the only one who makes anything."""
    for path in (*editions.folder.glob(".*"), *editions.served.parent.glob(f".{editions.served.name}.*")):
        path.unlink(missing_ok=True)


def _adopted(editions: Editions, stamp: Stamp) -> str | None:
    """Return the version that is served, made an edition where it was built over the file; None without a sound one."""
    current = editions.current()
    if current is None or editions.holds(current):
        return current
    try:
        catalogue = open_catalogue(editions.served)
    except CatalogueError:
        return None
    copied = editions.folder / f".{secrets.token_hex(8)}.sqlite"
    shutil.copyfile(editions.served, copied)
    _settle(copied, editions.path(current))
    history = editions.history()
    found = Stamp(by="", at=min(editions.served.stat().st_mtime, stamp.at))
    _write(editions, [*history, _entry(Action.FOUND, catalogue, found, history[-1].version if history else None)])
    return current


def _entry(action: Action, catalogue: Catalogue, stamp: Stamp, replaced: str | None) -> Publication:
    return Publication(
        version=catalogue.version, action=action, at=stamp.at, by=stamp.by, source=stamp.source, note=stamp.note,
        document=stamp.document, replaced=replaced, documents=len(catalogue.documents),
        measures=len(catalogue.measures),
    )  # fmt: skip


def _put_in_force(editions: Editions, entry: Publication) -> Publication:
    """Note the publication, replace the file that is served, and note that it was done."""
    history, served = editions.history(), editions.served
    _write(editions, [*history, replace(entry, is_pending=True)])
    fresh = served.with_name(f".{served.name}.{secrets.token_hex(8)}")
    shutil.copyfile(editions.path(entry.version), fresh)
    if entry.replaced is not None and editions.current() != entry.replaced:
        raise ConflictError("edition_moved_on", expected=entry.replaced, current=editions.current() or "-")
    _settle(fresh, served)
    _write(editions, [*history, entry])
    return entry


def _write(editions: Editions, history: Iterable[Publication]) -> None:
    fresh = editions.folder / f".{secrets.token_hex(8)}"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(tuple(history))) + b"\n")
    _settle(fresh, editions.folder / HISTORY)


def _settle(fresh: Path, target: Path) -> None:
    """Put a file in its place, all of it on the disk before; what stood there is replaced at once."""
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
