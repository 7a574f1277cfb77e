"""Subscriptions at /screenings/subscriptions: made, muted, tested and ended by hand, with the messages given up.

What is asked and refused is that of the API; only what is shown stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import flask
from marshmallow import ValidationError

from rules.language.measures import Instrument
from seeds.faults import worded
from service.api import changes as api
from service.complaints import Complaint, RequestError, complaints_of
from service.pages.console.entry import console_page, go_to, guard, moment_in_china, name_of
from service.screenings.stored.jobs import State
from service.subscriptions.shapes import SubscriptionQuestion
from service.subscriptions.store import Message, MessageState, Subscription, Subscriptions
from service.web.requests import link, page_language
from service.web.serving import engine, own_screenings, served_catalogue, serving, store

Json = dict[str, Any]
blueprint = flask.Blueprint("subscribing", __name__)
blueprint.before_request(guard)
_ONE = "/screenings/subscriptions/<string(length=32):subscription_id>"
_ASKED = ("url", "region", "sector", "instrument", "screening", "language")


@blueprint.get("/screenings/subscriptions")
def home() -> flask.Response:
    """List the subscriptions of the key and offer a new one."""
    return _list_page()


@blueprint.post("/screenings/subscriptions")
def subscribe() -> flask.Response:
    """Make a subscription, and show the secret that its messages are signed with, this once."""
    form = flask.request.form
    asked = {name: form[name].strip() for name in _ASKED if form.get(name, "").strip()}
    try:
        made = api.subscribed(SubscriptionQuestion().load(asked))
    except ValidationError as error:
        return _list_page(status=422, complaints=complaints_of(error.messages), asked=asked)
    except RequestError as error:
        return _list_page(status=422, complaints=error.complaints, asked=asked)
    return _one_page(made, secret=Subscriptions(store()).secret(made.id))


@blueprint.get(_ONE)
def show(subscription_id: str) -> flask.Response:
    """Show a subscription: what it is about, what is muted, its messages."""
    return _one_page(api.own(subscription_id))


@blueprint.post(_ONE)
def change(subscription_id: str) -> flask.Response:
    """Mute an item or tell of it again, send a test or a dead message again, or end it all."""
    form, one = flask.request.form, api.own(subscription_id)
    item, message = form.get("item", "").strip(), form.get("message", "")
    wishes: Mapping[str, Callable[[], object]] = {
        "mute": lambda: api.mute(one.id, item),
        "unmute": lambda: api.unmute(one.id, item),
        "test": lambda: api.send_test(one.id),
        "again": lambda: api.send_again(one.id, message),
        "end": lambda: api.unsubscribe(one.id),
    }
    wish = form.get("do", "")
    try:
        wishes.get(wish, lambda: None)()
    except RequestError as error:
        return _one_page(one, status=422, complaints=error.complaints)
    if wish == "end":
        return go_to(link("subscribing.home"))
    return go_to(link("subscribing.show", subscription_id=one.id))


def _sentences(complaints: Iterable[Complaint]) -> list[str]:
    return [" ".join(part for part in one.worded(page_language()) if part) for one in complaints]


def _list_page(
    *, status: int = 200, complaints: Iterable[Complaint] = (), asked: Mapping[str, str] | None = None
) -> flask.Response:
    vocabularies = engine().catalogue.vocabularies
    listed = Subscriptions(store()).owned(flask.g.key.id)
    return console_page(
        "console_subscriptions.html",
        status=status, faults=_sentences(complaints), asked=asked or {}, listed=[_told(one) for one in listed],
        is_on=serving().settings.webhooks,
        instruments=[(str(one), vocabularies["instruments"][one].label(page_language())) for one in Instrument],
        screenings=[(job.id, name_of(job.id) or job.id[:8]) for job in own_screenings() if job.state is State.FINISHED],
    )  # fmt: skip


def _one_page(
    one: Subscription, *, status: int = 200, complaints: Iterable[Complaint] = (), secret: str = ""
) -> flask.Response:
    catalogue = served_catalogue()
    titles = {name: one.title for name, one in catalogue.documents.items()}
    titles |= {name: one.title_in(page_language()) for name, one in catalogue.measures.items()}
    muted = [(item, titles.get(item, item)) for item in one.wanted.muted]
    return console_page(
        "console_subscription.html",
        status=status, faults=_sentences(complaints), one=_told(one), secret=secret, muted=muted,
        messages=[_message(each) for each in Subscriptions(store()).messages(one.id)],
    )  # fmt: skip


def _told(one: Subscription) -> Json:
    """Return a subscription in the words of people."""
    vocabularies, filters = engine().catalogue.vocabularies, one.wanted.filters
    tables = {"region": "regions", "sector": "sectors", "instrument": "instruments"}
    about = [vocabularies[tables[name]][value].label(page_language()) for name, value in filters.items() if value]
    if one.wanted.screening:
        about.append(name_of(one.wanted.screening) or one.wanted.screening[:8])
    return {
        "id": one.id, "url": one.url, "about": about, "muted": len(one.wanted.muted), "ending": one.ending,
        "created": moment_in_china(one.created_at),
        "last": moment_in_china(one.message_at) if one.message_at else "",
        "dead": len(Subscriptions(store()).messages(one.id, state=MessageState.DEAD.value)),
    }  # fmt: skip


def _message(one: Message) -> Json:
    said = worded(one.fault, {}, page_language())[0] if one.fault else ""
    return {
        "id": one.id, "state": one.state.value, "attempts": one.attempts, "made": moment_in_china(one.made_at),
        "next": moment_in_china(one.next_at) if one.state is MessageState.WAITING else "",
        "outcome": str(one.status) if one.status else said,
    }  # fmt: skip
