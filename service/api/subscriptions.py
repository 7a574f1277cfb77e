"""/v1/subscriptions: who wants to be told of changes, where, of what not; and the messages, those given up too."""

from __future__ import annotations

from typing import Any

import flask
from msgspec.structs import asdict

from seeds.faults import worded
from service.clock import moment, today
from service.complaints import Complaint, RequestError, pointer_to, unknown_field
from service.intake.queries import NoQuery, PageQuery
from service.shapes.editions import EditionOn
from service.subscriptions.messages import test_body
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
from service.web.lookups import found, page_of, values_asked
from service.web.requests import asked_language, json_bytes, private_answer
from service.web.serving import engine, operator, own_screening, served_catalogue, serving, store

blueprint = Blueprint("subscriptions", __name__, description="Signed messages of what changes, for holders of a key.")

_FILTERS = ("region", "sector", "instrument")
_ID = "<string(length=32):subscription_id>"


@blueprint.at("/v1/subscriptions", method="POST")
@blueprint.only_for(operator, callbacks=CALLBACKS)
@blueprint.takes(SubscriptionQuestion)
@blueprint.answers(
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


@blueprint.at("/v1/subscriptions")
@blueprint.only_for(operator)
@blueprint.takes(PageQuery, location="query")
@blueprint.answers(SubscriptionItems, 401, 403, 422, 503, description="A page of subscriptions, newest first.")
def list_subscriptions(query: dict[str, Any]) -> flask.Response:
    """List the subscriptions of this key; those that ended stay for 30 days."""
    items, page = page_of(Subscriptions(store()).owned(operator().id), query)
    return private_answer(json_bytes(SubscriptionItems(items=tuple(map(_item, items)), **page)))


@blueprint.at(f"/v1/subscriptions/{_ID}")
@blueprint.only_for(operator)
@blueprint.takes(NoQuery, location="query")
@blueprint.answers(SubscriptionItem, 401, 403, 404, 422, 503, description="The subscription.")
def show_subscription(_: dict[str, Any], subscription_id: str) -> flask.Response:
    """Show a subscription, without its secret."""
    return private_answer(json_bytes(_item(own(subscription_id))))


@blueprint.at(f"/v1/subscriptions/{_ID}", method="DELETE")
@blueprint.only_for(operator)
@blueprint.answers(None, 401, 403, 404, 503, description="Gone, with its messages.", status=204)
def unsubscribe(subscription_id: str) -> flask.Response:
    """Delete a subscription at once, with all messages that wait."""
    Subscriptions(store()).delete(own(subscription_id).id)
    return flask.Response(status=204)


@blueprint.at(f"/v1/subscriptions/{_ID}/muted/<item>", method="PUT")
@blueprint.only_for(operator)
@blueprint.answers(None, 401, 403, 404, 503, 507, description="Nothing more is told of it.", status=204)
def mute(subscription_id: str, item: str) -> flask.Response:
    """Tell nothing more of a measure, or of a document and its measures."""
    one, catalogue = own(subscription_id), served_catalogue()
    found({**catalogue.measures, **catalogue.documents}, item)
    Subscriptions(store()).mute(one.id, one.key_id, item, muted=True)
    return flask.Response(status=204)


@blueprint.at(f"/v1/subscriptions/{_ID}/muted/<item>", method="DELETE")
@blueprint.only_for(operator)
@blueprint.answers(None, 401, 403, 404, 503, 507, description="It is told of again.", status=204)
def unmute(subscription_id: str, item: str) -> flask.Response:
    """Tell of a measure or document again, from now on."""
    one = own(subscription_id)
    found(dict.fromkeys(one.wanted.muted), item)
    Subscriptions(store()).mute(one.id, one.key_id, item, muted=False)
    return flask.Response(status=204)


@blueprint.at(f"/v1/subscriptions/{_ID}/messages")
@blueprint.only_for(operator)
@blueprint.takes(SubscriptionMessagesQuery, location="query")
@blueprint.answers(SubscriptionMessages, 401, 403, 404, 422, 503, description="The messages, newest first.")
def list_messages(query: dict[str, Any], subscription_id: str) -> flask.Response:
    """List the messages of a subscription; `state=dead` gives those that were given up."""
    listed = Subscriptions(store()).messages(own(subscription_id).id, state=query.get("state", ""))
    return private_answer(json_bytes(SubscriptionMessages(items=tuple(map(_message, listed)))))


@blueprint.at(f"/v1/subscriptions/{_ID}/messages/<message_id>/send", method="POST")
@blueprint.only_for(operator)
@blueprint.answers(SubscriptionMessage, 401, 403, 404, 409, 503, 507, description="It waits to be sent.", status=202)
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


@blueprint.at(f"/v1/subscriptions/{_ID}/test", method="POST")
@blueprint.only_for(operator)
@blueprint.answers(SubscriptionMessage, 401, 403, 404, 409, 503, 507, description="It waits to be sent.", status=202)
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
