"""What changed: GET /v1/editions and /v1/changes, and who wants to be told of it where: /v1/subscriptions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

import flask
import msgspec
from msgspec.structs import asdict

from matcher.answers.changes import SOON, Change, FieldChange, Subject
from matcher.answers.saying import say
from matcher.standing import CatalogueChange
from seeds.faults import worded
from service.clock import CHINA, moment, today
from service.complaints import Complaint, RequestError, pointer_to, unknown_field
from service.intake.queries import ChangesFilter, ChangesQuery, NoQuery, PageQuery
from service.shapes.editions import (
    CatalogueChangeCounts,
    CatalogueChanges,
    Edition,
    EditionOn,
    Editions,
    PredecessorAnswer,
)
from service.subscriptions.courier import test_body
from service.subscriptions.sending import UrlError, read_url
from service.subscriptions.shapes import (
    CALLBACKS,
    SubscriptionItem,
    SubscriptionItems,
    SubscriptionMade,
    SubscriptionMessage,
    SubscriptionMessages,
    SubscriptionMessagesQuery,
    SubscriptionQuestion,
)
from service.subscriptions.store import (
    MOST_SUBSCRIPTIONS,
    Message,
    MessageState,
    Progress,
    Subscription,
    Subscriptions,
    TooManyError,
    Wanted,
)
from service.web.blueprints import Blueprint
from service.web.catalogue_changes import came_at, counted, history, linked_to_predecessor, read_since
from service.web.lookups import found, page_of, values_asked
from service.web.requests import as_asked, asked_language, json_bytes, private_answer, public_answer, public_bytes
from service.web.serving import engine, operator, own_screening, served_catalogue, serving, store

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


subscriptions = Blueprint(
    "subscriptions", __name__, description="Signed messages of what changes, for holders of a key."
)

_FILTERS = ("region", "sector", "instrument")
_ID = "<string(length=32):subscription_id>"


@subscriptions.at("/v1/subscriptions", method="POST")
@subscriptions.only_for(operator, callbacks=CALLBACKS)
@subscriptions.takes(SubscriptionQuestion)
@subscriptions.answers(
    SubscriptionMade, 400, 401, 403, 409, 413, 415, 422, 503, 507,
    description="Made; `Location` names it. Its secret is told this once.", status=201,
)  # fmt: skip
def subscribe(question: dict[str, Any]) -> flask.Response:
    """Have an address told of what changes from now on, once a day at most, what came meanwhile put together.

    Messages are signed as Standard Webhooks 1.0 has it. One that is not taken (any status but 2xx) is sent again under
    its id after growing pauses, for three days; then it is dead, and can be sent again by hand.
    """
    made, table = subscribed(question), Subscriptions(store())
    answer = private_answer(json_bytes(SubscriptionMade(**asdict(_item(made)), secret=table.secret(made.id))))
    answer.status_code = 201
    answer.headers["Location"] = f"/v1/subscriptions/{made.id}"
    return answer


def subscribed(question: dict[str, Any]) -> Subscription:
    """Return the new subscription of whoever asks; raise RequestError with what stands in the way."""
    if not serving().settings.webhooks:
        raise RequestError("conflict", [Complaint(code="webhooks_off")])
    wanted = _wanted(question)
    progress = Progress(edition=served_catalogue().version, on=today())
    try:
        return Subscriptions(store()).add(operator().id, question["url"], wanted, progress)
    except TooManyError as error:
        complaint = Complaint(code="too_many_subscriptions", params={"limit": MOST_SUBSCRIPTIONS})
        raise RequestError("conflict", [complaint]) from error


def _wanted(question: dict[str, Any]) -> Wanted:
    """Return what a subscription is to be about; raise RequestError with every fault of it."""
    complaints = []
    try:
        read_url(question["url"])
    except UrlError as error:
        complaints.append(Complaint(code=error.code, pointer="/url"))
    known = {**served_catalogue().measures, **served_catalogue().documents}
    complaints += [
        unknown_field(item, known, "no_such_thing", pointer_to("mute", place))
        for place, item in enumerate(question["mute"])
        if item not in known
    ]
    values: dict[str, str] = {}
    try:
        values = values_asked(engine(), {name: question.get(name, "") for name in _FILTERS}, asked_language())
    except RequestError as error:
        complaints += error.complaints
    screening = question.get("screening", "")
    try:
        if screening:
            own_screening(screening)
    except RequestError:
        complaints.append(Complaint(code="no_such_screening", pointer="/screening"))
    if complaints:
        raise RequestError("invalid_request", complaints)
    return Wanted(filters=values, screening=screening, muted=question["mute"], language=question["language"])


@subscriptions.at("/v1/subscriptions")
@subscriptions.only_for(operator)
@subscriptions.takes(PageQuery, location="query")
@subscriptions.answers(SubscriptionItems, 401, 403, 422, 503, description="A page of subscriptions, newest first.")
def list_subscriptions(query: dict[str, Any]) -> flask.Response:
    """List the subscriptions of this key; those that ended stay for 30 days."""
    items, page = page_of(Subscriptions(store()).owned(operator().id), query)
    return private_answer(json_bytes(SubscriptionItems(items=tuple(map(_item, items)), **page)))


@subscriptions.at(f"/v1/subscriptions/{_ID}")
@subscriptions.only_for(operator)
@subscriptions.takes(NoQuery, location="query")
@subscriptions.answers(SubscriptionItem, 401, 403, 404, 422, 503, description="The subscription.")
def show_subscription(_: dict[str, Any], subscription_id: str) -> flask.Response:
    """Show a subscription, without its secret."""
    return private_answer(json_bytes(_item(own(subscription_id))))


@subscriptions.at(f"/v1/subscriptions/{_ID}", method="DELETE")
@subscriptions.only_for(operator)
@subscriptions.answers(None, 401, 403, 404, 503, description="Gone, with its messages.", status=204)
def unsubscribe(subscription_id: str) -> flask.Response:
    """Delete a subscription at once, with all messages that wait."""
    Subscriptions(store()).delete(own(subscription_id).id)
    return flask.Response(status=204)


@subscriptions.at(f"/v1/subscriptions/{_ID}/muted/<item>", method="PUT")
@subscriptions.only_for(operator)
@subscriptions.answers(None, 401, 403, 404, 503, 507, description="Nothing more is told of it.", status=204)
def mute(subscription_id: str, item: str) -> flask.Response:
    """Tell nothing more of a measure, or of a document and its measures."""
    one, catalogue = own(subscription_id), served_catalogue()
    found({**catalogue.measures, **catalogue.documents}, item)
    Subscriptions(store()).mute(one.id, one.key_id, item, muted=True)
    return flask.Response(status=204)


@subscriptions.at(f"/v1/subscriptions/{_ID}/muted/<item>", method="DELETE")
@subscriptions.only_for(operator)
@subscriptions.answers(None, 401, 403, 404, 503, 507, description="It is told of again.", status=204)
def unmute(subscription_id: str, item: str) -> flask.Response:
    """Tell of a measure or document again, from now on."""
    one = own(subscription_id)
    found(dict.fromkeys(one.wanted.muted), item)
    Subscriptions(store()).mute(one.id, one.key_id, item, muted=False)
    return flask.Response(status=204)


@subscriptions.at(f"/v1/subscriptions/{_ID}/messages")
@subscriptions.only_for(operator)
@subscriptions.takes(SubscriptionMessagesQuery, location="query")
@subscriptions.answers(SubscriptionMessages, 401, 403, 404, 422, 503, description="The messages, newest first.")
def list_messages(query: dict[str, Any], subscription_id: str) -> flask.Response:
    """List the messages of a subscription; `state=dead` gives those that were given up."""
    listed = Subscriptions(store()).messages(own(subscription_id).id, state=query.get("state", ""))
    return private_answer(json_bytes(SubscriptionMessages(items=tuple(map(_message, listed)))))


@subscriptions.at(f"/v1/subscriptions/{_ID}/messages/<message_id>/send", method="POST")
@subscriptions.only_for(operator)
@subscriptions.answers(
    SubscriptionMessage, 401, 403, 404, 409, 503, 507, description="It waits to be sent.", status=202
)
def send_again(subscription_id: str, message_id: str) -> flask.Response:
    """Have a dead message sent again, under the same `webhook-id`."""
    one, table = own(subscription_id), Subscriptions(store())
    listed = {message.id: message for message in table.messages(one.id)}
    message = found(listed, message_id)
    if one.ended_at is not None:
        raise RequestError("conflict", [Complaint(code="subscription_ended", params={"why": one.ending})])
    if not table.send_again(message.id, one.id):
        raise RequestError("conflict", [Complaint(code="message_not_dead", params={"state": message.state.value})])
    answer = private_answer(
        json_bytes(_message(next(each for each in table.messages(one.id) if each.id == message.id)))
    )
    answer.status_code = 202
    return answer


@subscriptions.at(f"/v1/subscriptions/{_ID}/test", method="POST")
@subscriptions.only_for(operator)
@subscriptions.answers(
    SubscriptionMessage, 401, 403, 404, 409, 503, 507, description="It waits to be sent.", status=202
)
def send_test(subscription_id: str) -> flask.Response:
    """Have a message sent that tells nothing, to see whether messages arrive; it counts for no day."""
    one, table = own(subscription_id), Subscriptions(store())
    if one.ended_at is not None:
        raise RequestError("conflict", [Complaint(code="subscription_ended", params={"why": one.ending})])
    made = table.test(one.id, test_body(one, table.clock()))
    if not made:
        raise RequestError("conflict", [Complaint(code="message_waiting")])
    answer = private_answer(json_bytes(_message(next(each for each in table.messages(one.id) if each.id == made))))
    answer.status_code = 202
    return answer


def own(subscription_id: str) -> Subscription:
    """Return a subscription of whoever asks; raise RequestError when there is none."""
    one = Subscriptions(store()).find(subscription_id, operator().id)
    if one is None:
        raise RequestError("not_found", [Complaint(code="no_such_subscription")])
    return one


def _item(one: Subscription) -> SubscriptionItem:
    wanted = one.wanted
    return SubscriptionItem(
        id=one.id, url=one.url, **{name: wanted.filters.get(name) for name in _FILTERS},
        screening=wanted.screening or None, muted=wanted.muted, language=wanted.language,
        told=EditionOn(version=one.progress.edition, on=one.progress.on),
        created_at=moment(one.created_at), message_at=_moment(one.message_at),
        ended_at=_moment(one.ended_at), ended_by=one.ending or None,
    )  # fmt: skip


def _message(one: Message) -> SubscriptionMessage:
    return SubscriptionMessage(
        id=one.id, state=one.state, attempts=one.attempts, made_at=moment(one.made_at),
        next_at=moment(one.next_at) if one.state is MessageState.WAITING else None, ended_at=_moment(one.ended_at),
        status=one.status, fault=one.fault or None,
        message=worded(one.fault, {}, asked_language())[0] if one.fault else None,
    )  # fmt: skip


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else moment(seconds)
