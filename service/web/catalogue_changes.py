"""What a request asks of changes: since an edition or a day, up to the one in force; of a document's predecessor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from matcher.answers.changes import Change, changes_between
from matcher.answers.differences import LinkedClause, linked_clauses, pieces
from matcher.standing import CatalogueChange
from rules.catalogue.catalogue import Catalogue, CatalogueError
from seeds.documents import Document
from seeds.vocabulary import printable
from service.catalogues.editions import VERSION, Publication
from service.clock import day_in_china, today
from service.complaints import Complaint, RequestError
from service.shapes.editions import ClauseLink, PredecessorAnswer
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


def came_at() -> float:
    """Return when the edition in force came into force: of a file that was never published, when it was written."""
    came = [one.at for one in history() if one.version == served_catalogue().version]
    with suppress(OSError):
        return came[-1] if came else serving().settings.catalogue.stat().st_mtime
    return 0.0


def read_since(text: str, on: date | None = None) -> Since:
    """Return what `since` names: a version, a day, or, where it is "", the edition before the one in force.

    `on` is the day up to which time passes, today if not given.

    Raises RequestError for what is neither, and for a day before the first edition. Without an earlier edition nothing
    has changed but the day.
    """
    published, on = history(), on or today()
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


def published(chosen: str) -> list[dict[str, Any]]:
    """Return the editions that `since` can name, the latest first, each with its day; `chosen` is marked."""
    days = {one.version: day_in_china(one.at) for one in history()}
    latest = sorted(days, key=lambda version: days[version], reverse=True)
    return [{"version": version, "day": days[version], "chosen": version == chosen} for version in latest]


def counted(changes: tuple[Change, ...]) -> Mapping[str, Any]:
    """Return how many changes there are of each kind."""
    found = Counter(one.kind for one in changes)
    return {kind.value: found[kind] for kind in CatalogueChange}


def linked_to_predecessor(document: Document) -> PredecessorAnswer:
    """Return a document beside its predecessor; raise RequestError when it names none, or no edition has that one."""
    if document.predecessor is None:
        raise RequestError("not_found", [Complaint(code="no_predecessor")])
    found, version = served_catalogue().documents.get(document.predecessor), engine().catalogue.version
    if found is None:
        version = serving().editions.editions.with_document(document.predecessor) or ""
        if not version:
            raise RequestError("not_found", [Complaint(code="predecessor_gone", params={"id": document.predecessor})])
        found = open_edition(version, "").catalogue.documents[document.predecessor]
    links = tuple(
        ClauseLink(
            before=link.before, after=link.after, state=_state(link),
            pieces=pieces(link.text_before, link.text_after) if link.before and link.after else (),
        )
        for link in linked_clauses(found, document)
    )  # fmt: skip
    return PredecessorAnswer(document=document.id, predecessor=found.id, edition=version, clauses=links)


def _state(link: LinkedClause) -> str:
    if link.before is None or link.after is None:
        return "new" if link.before is None else "gone"
    return "same" if link.text_before == link.text_after else "changed"
