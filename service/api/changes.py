"""GET /v1/editions and /v1/changes: which catalogues were in force, and what changed from one to the one in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

import flask
import msgspec

from matcher.answers.changes import SOON, Change, FieldChange, Subject
from matcher.answers.saying import say
from matcher.standing import CatalogueChange
from service.clock import CHINA, moment
from service.intake.queries import ChangesFilter, ChangesQuery, PageQuery
from service.shapes.editions import (
    CatalogueChangeCounts,
    CatalogueChanges,
    Edition,
    EditionOn,
    Editions,
    PredecessorAnswer,
)
from service.web.blueprints import Blueprint
from service.web.catalogue_changes import came_at, counted, history, linked_to_predecessor, read_since
from service.web.lookups import found, page_of
from service.web.requests import as_asked, asked_language, public_answer, public_bytes
from service.web.serving import served_catalogue

ATOM = "application/atom+xml; charset=utf-8"
_PATHS = {Subject.MEASURE: "/measures/", Subject.DOCUMENT: "/documents/"}

blueprint = Blueprint("changes", __name__, description="Editions of the catalogue, and what changed between them.")


@blueprint.at("/v1/editions")
@blueprint.takes(PageQuery, location="query")
@blueprint.answers(Editions, 422, 503, description="A page of what came into force, the latest first.")
def list_editions(query: dict[str, Any]) -> flask.Response:
    """List the editions of the catalogue, each of which can still answer."""
    current = served_catalogue().version
    published, page = page_of(history()[::-1], query)
    items = tuple(
        Edition(
            version=one.version, action=one.action, at=moment(one.at), documents=one.documents, measures=one.measures,
            in_force=one.version == current,
        )
        for one in published
    )  # fmt: skip
    return public_answer(Editions(items=items, **page))


@blueprint.at("/v1/changes")
@blueprint.takes(ChangesQuery, location="query")
@blueprint.answers(CatalogueChanges, 422, 503, description="A page of changes: by kind, document and id.")
def list_changes(query: dict[str, Any]) -> flask.Response:
    """Tell what changed since an edition, or since the one that was in force on a day, up to the one in force.

    Measures and documents that are new, gone, or state something else; measures that came into effect or ended since,
    and those that take effect or close within 30 days of `on`.
    """
    since, after = read_since(query.get("since", ""), query["on"]), served_catalogue()
    changes = since.changes(asked_language())
    wanted = [one for one in changes if query.get("kind") in (None, one.kind)]
    items, page = page_of(wanted, query)
    answer = CatalogueChanges(
        before=EditionOn(version=since.before.version, on=since.since),
        after=EditionOn(version=after.version, on=since.on),
        totals=CatalogueChangeCounts(**counted(changes)),
        items=tuple(items),
        **page,
    )
    return public_answer(answer)


@blueprint.at("/v1/changes.atom")
@blueprint.takes(ChangesFilter, location="query")
@blueprint.answers({"type": "string"}, 422, 503, description="A feed (RFC 4287).", media_type="application/atom+xml")
def show_feed(query: dict[str, Any]) -> flask.Response:
    """Show the same changes as a feed that people subscribe to; an entry keeps its id as long as it says the same."""
    since, language = read_since(query.get("since", ""), query["on"]), asked_language()
    changes = [one for one in since.changes(language) if query.get("kind") in (None, one.kind)]
    feed = _feed(changes, came_at(), language, flask.request.query_string.decode("ascii", "replace"))
    answer = public_bytes(feed, as_asked(ATOM))
    answer.vary.add("Accept")
    return answer


def _feed(changes: Iterable[Change], came: float, language: str, asked: str) -> bytes:
    """Return the feed that was `asked` for; the edition in force came at `came`."""
    dated = [(one, _updated(one, came)) for one in changes]
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en" if language == "en" else "zh-CN"})
    _add(feed, "id", _urn(f"changes?{asked}".encode()))
    _add(feed, "title", say("change.feed", language))
    _add(feed, "updated", moment(max((at for _, at in dated), default=came)))
    SubElement(SubElement(feed, "author"), "name").text = "Cepei 策配"
    SubElement(
        feed,
        "link",
        {"rel": "self", "type": "application/atom+xml", "href": f"/v1/changes.atom{'?' if asked else ''}{asked}"},
    )
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": "/changes"})
    for change, at in sorted(dated, key=lambda pair: -pair[1]):
        entry = SubElement(feed, "entry")
        _add(entry, "id", _urn(msgspec.json.encode(change)))
        _add(entry, "title", say(f"change.entry.{change.kind}", language, title=change.title))
        _add(entry, "updated", moment(at))
        SubElement(entry, "link", {"rel": "alternate", "href": f"{_PATHS[change.subject]}{change.id}"})
        SubElement(entry, "category", {"term": change.kind})
        told = [*([change.day] if change.day else []), *map(_told, change.fields)]
        _add(entry, "summary", "\n".join(told) or change.title)
    return bytes(tostring(feed, "utf-8", xml_declaration=True))


def _updated(change: Change, came: float) -> float:
    """Return when a change came about: with the edition in force, or on the day from which on it is told."""
    began = {
        CatalogueChange.UPCOMING: -SOON,
        CatalogueChange.CLOSING: -SOON,
        CatalogueChange.EXPIRED: timedelta(days=1),
    }
    if change.day is None or change.kind not in {*began, CatalogueChange.EFFECTIVE}:
        return came
    day = date.fromisoformat(change.day) + began.get(change.kind, timedelta())
    return max(came, datetime.combine(day, time.min, CHINA).timestamp())


def _told(field: FieldChange) -> str:
    if field.pieces:
        return f"{field.label}: " + ", ".join(f"{one.before or '-'} → {one.after or '-'}" for one in field.pieces)
    return f"{field.label}: {field.before or '-'} → {field.after or '-'}"


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = "".join(one if one.isprintable() or one == "\n" else " " for one in text)


def _urn(content: bytes) -> str:
    """Return a name that says the same of the same content."""
    return UUID(bytes=hashlib.sha256(content).digest()[:16], version=5).urn


@blueprint.at("/v1/documents/<document_id>/predecessor")
@blueprint.answers(PredecessorAnswer, 404, 422, 503, description="The clauses of both documents, linked.")
def show_predecessor(document_id: str) -> flask.Response:
    """Show a document beside the draft or earlier version that it takes the place of, clause by clause."""
    return public_answer(linked_to_predecessor(found(served_catalogue().documents, document_id)))
