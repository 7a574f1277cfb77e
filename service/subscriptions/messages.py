"""What a message says: the changes, or the gains and losses of a screening, that a subscription is about.

No clock and nothing stored: the same catalogues, days and subscription give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

import msgspec
import numpy as np

from matcher.answers.changes import Change, FieldChange, changes_between
from matcher.standing import CatalogueChange
from rules.catalogue.catalogue import Catalogue
from service.clock import moment
from service.screenings.shapes import CatalogueVersion
from service.screenings.stored.changes import StoredChanges
from service.shapes.editions import CatalogueChangeCounts, EditionOn
from service.subscriptions.shapes import (
    CatalogueMessage,
    ChangesTold,
    MeasureTold,
    OutlookTold,
    ScreeningMessage,
    TestMessage,
    TestTold,
    ToldChange,
)
from service.subscriptions.store import Subscription, Wanted
from service.web.lookups import select

MOST_ITEMS, MOST_FIELDS, LONGEST_FIELD = 100, 5, 120
MOST_BYTES = 65_536
"""A message is no larger: it leaves changes out, and says how many."""

Data = TypeVar("Data", ChangesTold, OutlookTold)


def changes_wanted(wanted: Wanted, before: Catalogue, after: Catalogue, *, since: date, on: date) -> tuple[Change, ...]:
    """Return what a subscription was not told yet: what comes soon or closes soon is told once, when it does."""
    told = {_key(one) for one in changes_between(before, before, since=since, on=since, language=wanted.language)}
    found = changes_between(before, after, since=since, on=on, language=wanted.language)
    fresh = [one for one in found if _key(one) not in told]
    if fresh and wanted.filters:
        ids = _about(wanted, (before, after))
        fresh = [one for one in fresh if {one.id, one.continues} & ids]
    muted = frozenset(wanted.muted)
    return tuple(one for one in fresh if not {one.id, one.document, one.continues} & muted)


def _key(change: Change) -> tuple[CatalogueChange, str, str | None]:
    return change.kind, change.id, change.day


def _about(wanted: Wanted, catalogues: Iterable[Catalogue]) -> frozenset[str]:
    """Return the measures that pass the filters in any of the catalogues, and their documents."""
    found = [one for catalogue in catalogues for one in select(catalogue, wanted.filters)]
    return frozenset(one.id for one in found) | frozenset(one.document for one in found)


def catalogue_body(one: Subscription, before: Catalogue | None, after: Catalogue, *, on: date, at: float) -> str:
    """Return the message of what changed since a subscription was last told, "" where nothing did.

    Without the earlier catalogue it says that nobody can compare the two.
    """
    told = one.progress
    found = changes_wanted(one.wanted, before, after, since=min(told.on, on), on=on) if before else ()
    if before and not found:
        return ""
    counts = Counter(change.kind for change in found)
    data = ChangesTold(
        subscription=one.id,
        before=EditionOn(version=told.edition, on=told.on),
        after=EditionOn(version=after.version, on=on),
        compared=before is not None,
        totals=CatalogueChangeCounts(**{kind.value: counts[kind] for kind in CatalogueChange}),
        items=tuple(map(_told, found[:MOST_ITEMS])),
        left_out=max(0, len(found) - MOST_ITEMS),
    )
    return _bounded(data, lambda data: CatalogueMessage(type="catalogue.changed", timestamp=moment(at), data=data))


def _told(change: Change) -> ToldChange:
    return ToldChange(
        kind=change.kind, subject=change.subject, id=change.id, title=change.title, document=change.document,
        continues=change.continues, day=change.day, says=tuple(map(told_field, change.fields[:MOST_FIELDS])),
    )  # fmt: skip


def told_field(field: FieldChange) -> str:
    """Return in one line what is stated otherwise, as it differs, numbers whole."""
    pieces = [(one.before, one.after) for one in field.pieces]
    pairs = pieces or [(field.before or "", field.after or "")]
    text = f"{field.label}: " + "; ".join(f"{before or '-'} → {after or '-'}" for before, after in pairs)
    return text if len(text) <= LONGEST_FIELD else f"{text[: LONGEST_FIELD - 1]}…"


def screening_body(
    one: Subscription, changes: StoredChanges, catalogues: Sequence[Catalogue], *, version: str, at: float
) -> tuple[str, str]:
    """Return a mark of what a screening gains and loses by the catalogue in force, and the message that tells it.

    The message is "" where the mark is the one told last. `catalogues` are those that measures stand in, the one in
    force, `version`, first.
    """
    kept = _kept(one.wanted, changes, catalogues)
    gains = kept.table["before"].to_numpy() < kept.table["after"].to_numpy()
    measures = np.array(kept.table["measure_id"].to_pylist(), dtype=object)
    gaining, losing = Counter(measures[gains].tolist()), Counter(measures[~gains].tolist())
    items = [
        MeasureTold(
            id=measure_id, title=_title(measure_id, catalogues, one.wanted.language),
            tenants_gaining=gaining[measure_id], tenants_losing=losing[measure_id],
        )
        for measure_id in sorted({*gaining, *losing}, key=lambda id_: (-gaining[id_] - losing[id_], id_))
    ]  # fmt: skip
    mark = hashlib.sha256(msgspec.json.encode((kept.totals(), items))).hexdigest() if items else ""
    if mark == one.progress.told:
        return mark, ""
    tenants = kept.tenants()
    data = OutlookTold(
        subscription=one.id, screening=one.wanted.screening,
        before=CatalogueVersion(version=changes.version_before), after=CatalogueVersion(version=version),
        tenants_gaining=tenants[0], tenants_losing=tenants[1], totals=kept.totals(),
        items=tuple(items[:MOST_ITEMS]), left_out=max(0, len(items) - MOST_ITEMS),
    )  # fmt: skip
    return mark, _bounded(
        data, lambda data: ScreeningMessage(type="screening.changed", timestamp=moment(at), data=data)
    )


def test_body(one: Subscription, at: float) -> str:
    """Return the message that tells nothing."""
    told = TestMessage(type="subscription.test", timestamp=moment(at), data=TestTold(subscription=one.id))
    return msgspec.json.encode(told).decode()


def _kept(wanted: Wanted, changes: StoredChanges, catalogues: Sequence[Catalogue]) -> StoredChanges:
    """Return the pairs of the measures that a subscription is about."""
    measures = changes.table["measure_id"].to_pylist()
    ids = _about(wanted, catalogues) if wanted.filters else frozenset(measures)
    muted = frozenset(wanted.muted)
    dropped = {
        measure_id
        for measure_id in set(measures)
        if measure_id not in ids or muted & {measure_id, *_documents(measure_id, catalogues)}
    }
    return StoredChanges(changes.table.filter([one not in dropped for one in measures]), changes.version_before)


def _documents(measure_id: str, catalogues: Iterable[Catalogue]) -> Iterator[str]:
    yield from (one.measures[measure_id].document for one in catalogues if measure_id in one.measures)


def _title(measure_id: str, catalogues: Collection[Catalogue], language: str) -> str:
    found = [one.measures[measure_id].title_in(language) for one in catalogues if measure_id in one.measures]
    return found[0] if found else measure_id


def _bounded(data: Data, framed: Callable[[Data], object]) -> str:
    """Return a message as JSON with as many items as it may have bytes for."""
    while len(body := msgspec.json.encode(framed(data))) > MOST_BYTES:
        half = len(data.items) // 2
        data = msgspec.structs.replace(data, items=data.items[:half], left_out=data.left_out + len(data.items) - half)
    return body.decode()
