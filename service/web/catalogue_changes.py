"""What a request asks of changes: from which edition, or from the one of a day, to the one in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matcher.answers.changes import Change, Kind, changes_between
from rules.catalogue.catalogue import Catalogue, CatalogueError
from seeds.vocabulary import printable
from service.catalogues.editions import VERSION, Publication
from service.clock import day_in_china
from service.complaints import Complaint, RequestError
from service.web.serving import engine, open_edition, served_catalogue, serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The edition that is compared with the one in force, and the day from which on time has passed."""

    before: Catalogue
    since: date
    on: date

    def changes(self, language: str) -> tuple[Change, ...]:
        """Return what changed."""
        return changes_between(self.before, served_catalogue(), since=self.since, on=self.on, language=language)


def history() -> tuple[Publication, ...]:
    """Return what came into force; raise RequestError when that cannot be read."""
    try:
        return serving().editions.editions.history()
    except CatalogueError as error:
        raise RequestError("catalogue_unavailable") from error


def read_since(text: str, on: date) -> Since:
    """Return what `since` names: a version, a day, or, where it is "", the edition before the one in force.

    Raises RequestError for what is neither, and for a day before the first edition. Without an earlier edition nothing
    has changed but the day.
    """
    published = history()
    if not text:
        version = serving().editions.editions.before(engine().catalogue.version) or engine().catalogue.version
    elif VERSION.fullmatch(text):
        version = text
    else:
        return _of_day(text, published, on)
    days = [day_in_china(one.at) for one in published if one.version == version]
    since = min(date.fromisoformat(days[-1]), on) if days else on
    return Since(before=open_edition(version, "/since").catalogue, since=since, on=on)


def _of_day(text: str, published: tuple[Publication, ...], on: date) -> Since:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        complaint = Complaint(code="no_edition_or_day", pointer="/since", params={"text": printable(text)})
        raise RequestError("invalid_request", [complaint]) from None
    version = serving().editions.editions.on(day)
    if version is None:
        first = day_in_china(published[0].at) if published else None
        complaint = Complaint(
            code="no_edition_on_day", pointer="/since", params={"day": day.isoformat(), "first": first}
        )
        raise RequestError("invalid_request", [complaint])
    return Since(before=open_edition(version, "/since").catalogue, since=min(day, on), on=on)


def counted(changes: tuple[Change, ...]) -> Mapping[str, Any]:
    """Return how many changes there are of each kind."""
    found = Counter(one.kind for one in changes)
    return {kind.value: found[kind] for kind in Kind}
