"""Subscriptions by hand: made, muted, tested and ended on pages, in this process."""

import re
import time

import pytest

from service.app import create_app
from service.keys import Keys, Role
from service.settings import Settings
from service.subscriptions.store import Attempt, MessageState, Subscriptions
from tests.service.catalogues import conftest as editions

small, first = editions.small, editions.first
SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
LIST = "/screenings/subscriptions"


@pytest.fixture(scope="module")
def app(first, tmp_path_factory):
    data = tmp_path_factory.mktemp("subscribing") / "data.sqlite"
    return create_app(Settings(catalogue=first, data=data, log_level="error"))


@pytest.fixture
def signed_in(app):
    """Return a way to send forms with a key of its own, and the table that it fills."""
    store = app.extensions["cepei"].store
    key, text = Keys(store).add(Role.OPERATOR)
    client = app.test_client()
    assert client.post("/screenings/sign-in", data={"key": text}, headers=SAME).status_code == 303
    token = re.search(r'name="token" value="([0-9a-f]{64})"', client.get(LIST, headers=SAME).text)[1]

    def send(path, status, **fields):
        answer = client.post(path, data={"token": token, **fields}, headers=SAME)
        assert answer.status_code == status, answer.text
        return answer.text

    send.key, send.client, send.ahead = key, client, []
    send.table = Subscriptions(store, clock=lambda: time.time() + sum(send.ahead))
    return send


def test_a_subscription_is_made_muted_tested_and_ended(signed_in):
    shown = signed_in(LIST, 200, url="https://example.com/cepei", region="广州", instrument="pilot", language="zh")
    (one,) = signed_in.table.owned(signed_in.key.id)
    secret = signed_in.table.secret(one.id)
    assert secret in shown
    assert (one.wanted.filters["region"], one.wanted.filters["instrument"]) == ("440100", "pilot")
    page = f"{LIST}/{one.id}"
    assert secret not in signed_in.client.get(page, headers=SAME).text, "it is told once"
    signed_in(page, 303, do="mute", item="gd-life-health-draft")
    assert signed_in.table.owned(signed_in.key.id)[0].wanted.muted == ("gd-life-health-draft",)
    assert 'role="alert"' in signed_in(page, 422, do="mute", item="nothing")
    signed_in(page, 303, do="unmute", item="gd-life-health-draft")
    signed_in(page, 303, do="test")
    assert "还有一条消息" in signed_in(page, 422, do="test")
    for _ in range(10):
        message, _ = signed_in.table.take()
        signed_in.table.note(message, Attempt(fault="receiver_tls"))
        signed_in.ahead.append(86_400)
    assert signed_in.table.messages(one.id)[0].state is MessageState.DEAD
    dead = signed_in.client.get(page, headers=SAME).text
    assert "已放弃" in dead
    assert "证书" in dead
    signed_in(page, 303, do="again", message=message.id)
    assert signed_in.table.messages(one.id)[0].state is MessageState.WAITING
    signed_in(page, 303, do="end")
    assert signed_in.table.owned(signed_in.key.id) == []
    assert signed_in.client.get(page, headers=SAME).status_code == 404


def test_what_is_wrong_is_told_above_the_form_and_kept_in_it(signed_in):
    wrong = signed_in(LIST, 422, url="https://10.0.0.1/x y", region="没有的地方")
    assert 'role="alert"' in wrong
    assert "没有的地方" in wrong
    assert signed_in.table.owned(signed_in.key.id) == []


def test_nobody_sees_the_subscriptions_of_another_key(app, signed_in):
    signed_in(LIST, 200, url="https://example.com/cepei")
    (one,) = signed_in.table.owned(signed_in.key.id)
    _, text = Keys(app.extensions["cepei"].store).add(Role.OPERATOR)
    other = app.test_client()
    assert other.get(LIST, headers=SAME).status_code == 401
    other.post("/screenings/sign-in", data={"key": text}, headers=SAME)
    assert "example.com" not in other.get(LIST, headers=SAME).text
    assert other.get(f"{LIST}/{one.id}", headers=SAME).status_code == 404
