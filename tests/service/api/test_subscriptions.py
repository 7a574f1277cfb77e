"""/v1/subscriptions as a holder of a key uses it, in this process, on a catalogue of one document."""

import json
import time
from dataclasses import replace

import pytest

from service.app import create_app
from service.keys import Keys, Role
from service.settings import Settings
from service.store import Store
from service.subscriptions.store import MOST_SUBSCRIPTIONS, Attempt, Ending, Subscriptions
from tests.service.catalogues import conftest as editions

small, first = editions.small, editions.first
URL = "https://example.com/cepei"


@pytest.fixture(scope="module")
def client(first, tmp_path_factory):
    data = tmp_path_factory.mktemp("subscriptions") / "data.sqlite"
    return create_app(Settings(catalogue=first, data=data, log_level="error")).test_client()


@pytest.fixture
def asked(client):
    """Return a way to ask with a key of its own."""
    store = client.application.extensions["cepei"].store
    key, text = Keys(store).add(Role.OPERATOR)

    def ask(method, path="", body=None, **headers):
        said = {"Authorization": f"Bearer {text}", **headers}
        return client.open(f"/v1/subscriptions{path}", method=method, json=body, headers=said)

    ask.key, ask.ahead = key, []
    ask.table = Subscriptions(store, clock=lambda: time.time() + sum(ask.ahead))
    return ask


def subscribe(asked, **question):
    reply = asked("POST", "", {"url": URL, **question})
    assert reply.status_code == 201, reply.text
    return reply.json


def test_a_subscription_is_made_shown_listed_and_deleted(asked):
    reply = asked(
        "POST", "", {"url": URL, "region": "广州", "sector": "生物医药", "instrument": "pilot", "language": "en"}
    )
    made = reply.json
    assert reply.headers["Location"] == f"/v1/subscriptions/{made['id']}"
    assert reply.headers["Cache-Control"] == "no-store"
    assert (made["region"], made["instrument"], made["screening"], made["ended_at"]) == ("440100", "pilot", None, None)
    secret = made.pop("secret")
    assert secret == asked.table.secret(made["id"]) != asked.table.secret("other")
    shown = asked("GET", f"/{made['id']}")
    assert shown.json == made
    assert asked("GET").json["items"] == [made]
    assert secret not in asked("GET").text
    assert asked("DELETE", f"/{made['id']}").status_code == 204
    assert asked("GET", f"/{made['id']}").status_code == 404


def test_every_fault_is_told_at_once_with_its_place(asked):
    body = {
        "url": "http://10.0.0.1/",
        "region": "某地",
        "mute": ["nothing"],
        "screening": "x" * 32,
        "instrument": "pilot",
    }
    reply = asked("POST", "", body)
    assert reply.status_code == 422
    assert {(error["pointer"], error["code"]) for error in reply.json["errors"]} == {
        ("/url", "url_not_https"), ("/mute/0", "no_such_thing"), ("/screening", "no_such_screening"),
        ("/region", next(error["code"] for error in reply.json["errors"] if error["pointer"] == "/region")),
    }  # fmt: skip
    assert all(error["hint"] for error in reply.json["errors"])


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://[::1]/", "https://metadata.google.internal/", "https://10.1/"]
)
def test_an_inner_address_is_refused_when_it_is_given(asked, url):
    reply = asked("POST", "", {"url": url}, **{"Accept-Language": "en"})
    (error,) = reply.json["errors"]
    assert (error["pointer"], error["code"]) == ("/url", "url_inner")
    assert "public internet" in error["hint"]


def test_what_is_not_wanted_is_muted_and_told_again(asked, client):
    made = subscribe(asked)
    measure = client.get("/v1/measures?per_page=1").json["items"][0]["id"]
    place = f"/{made['id']}/muted/{measure}"
    assert [asked("PUT", place).status_code for _ in range(2)] == [204, 204]
    assert asked("GET", f"/{made['id']}").json["muted"] == [measure]
    assert asked("PUT", f"/{made['id']}/muted/gd-life-health-draft").status_code == 204
    assert asked("PUT", f"/{made['id']}/muted/nothing").status_code == 404
    assert [asked("DELETE", place).status_code for _ in range(2)] == [204, 404]
    assert asked("GET", f"/{made['id']}").json["muted"] == ["gd-life-health-draft"]


def test_messages_are_listed_with_what_became_of_them_and_dead_ones_sent_again(asked):
    made = subscribe(asked)
    one = asked.table.find(made["id"], asked.key.id)
    assert asked.table.tell(one, one.progress, json.dumps({"type": "catalogue.changed"}))
    message, _ = asked.table.take()
    for number in range(10):
        asked.table.note(message, Attempt(fault="receiver_tls"))
        waits = asked("GET", f"/{made['id']}/messages").json["items"][0]
        if number < 9:
            assert (waits["state"], waits["fault"], bool(waits["next_at"])) == ("waiting", "receiver_tls", True)
            asked.ahead.append(86_400)
            message, _ = asked.table.take()
    (dead,) = asked("GET", f"/{made['id']}/messages?state=dead").json["items"]
    assert (dead["id"], dead["attempts"], dead["status"], dead["next_at"]) == (message.id, 10, None, None)
    assert "证书" in dead["message"]
    place = f"/{made['id']}/messages/{dead['id']}/send"
    again = asked("POST", place)
    assert (again.status_code, again.json["id"], again.json["state"]) == (202, dead["id"], "waiting")
    assert [error["code"] for error in asked("POST", place).json["errors"]] == ["message_not_dead"]
    message, _ = asked.table.take()
    asked.table.note(message, Attempt(status=410))
    assert asked("GET", f"/{made['id']}").json["ended_by"] == "gone"
    assert [error["code"] for error in asked("POST", place).json["errors"]] == ["subscription_ended"]
    assert asked("POST", f"/{made['id']}/messages/msg_0/send").status_code == 404


def test_a_test_message_is_sent_when_asked_for_one_at_a_time(asked):
    made = subscribe(asked)
    sent = asked("POST", f"/{made['id']}/test")
    assert (sent.status_code, sent.json["state"]) == (202, "waiting")
    assert [error["code"] for error in asked("POST", f"/{made['id']}/test").json["errors"]] == ["message_waiting"]
    message, one = asked.table.take()
    body = json.loads(message.body)
    assert (body["type"], body["data"]) == ("subscription.test", {"subscription": made["id"]})
    assert one.progress == asked.table.find(made["id"], asked.key.id).progress
    asked.table.note(message, Attempt(status=410))
    assert [error["code"] for error in asked("POST", f"/{made['id']}/test").json["errors"]] == ["subscription_ended"]


def test_a_key_has_so_many_and_those_that_ended_do_not_count(asked):
    made = [subscribe(asked) for _ in range(MOST_SUBSCRIPTIONS)]
    reply = asked("POST", "", {"url": URL})
    assert (reply.status_code, reply.json["errors"][0]["code"]) == (409, "too_many_subscriptions")
    asked.table.end(made[0]["id"], Ending.GONE)
    subscribe(asked)


def test_where_nothing_is_sent_nobody_is_subscribed(asked, client, monkeypatch):
    served = client.application.extensions["cepei"]
    silent = replace(served, settings=replace(served.settings, webhooks=False))
    monkeypatch.setitem(client.application.extensions, "cepei", silent)
    reply = asked("POST", "", {"url": URL})
    assert (reply.status_code, reply.json["errors"][0]["code"]) == (409, "webhooks_off")


def test_another_key_sees_and_does_nothing(asked, client):
    made = subscribe(asked)
    _, text = Keys(Store(client.application.extensions["cepei"].store.path)).add(Role.OPERATOR)
    other = {"Authorization": f"Bearer {text}"}
    assert client.get("/v1/subscriptions", headers=other).json["items"] == []
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("GET", "/messages"), ("PUT", "/muted/gd-life-health-draft"), ("POST", "/messages/x/send"),
    ):  # fmt: skip
        assert client.open(f"/v1/subscriptions/{made['id']}{path}", method=method, headers=other).status_code == 404
    assert asked("GET", f"/{made['id']}").json["muted"] == []
