"""Subscriptions told by the courier: once a day, put together, under one id whatever fails, and not of what is muted."""

import json
import threading
import time
from datetime import date

import orjson
import pytest

from rules.catalogue.content import open_catalogue
from service.intake.raw_table import Format
from service.keys import Keys, Role
from service.screenings.jobs.worker import Worker
from service.screenings.stored.folders import Folders
from service.screenings.stored.jobs import Jobs, Options
from service.settings import Settings
from service.subscriptions.courier import catalogue_body
from service.subscriptions.sending import sign
from service.subscriptions.shapes import CatalogueMessage, ScreeningMessage
from service.subscriptions.store import MOST_ATTEMPTS, PAUSES, MessageState, Progress, Subscriptions, Wanted
from tests.service.catalogues.conftest import DOCUMENT
from tests.service.catalogues.test_publishing import version_of

TODAY = date(2026, 11, 21)


@pytest.fixture
def subscribed(told, receiver, first):
    """Return a way to be subscribed to the first edition, which is in force."""
    told.publish(first)

    def subscribe(**wanted):
        progress = Progress(edition=version_of(first), on=TODAY)
        return told.subscriptions.add(told.key.id, receiver.url, Wanted(**wanted), progress)

    return subscribe


def bodies(receiver):
    return [json.loads(body) for _, _, body in receiver.came]


def test_nothing_is_told_where_nothing_changed(told, subscribed, receiver):
    subscribed()
    assert told.deliver() == 0
    told.pass_on(days=3)
    assert told.deliver() == 0
    assert receiver.came == []


def test_what_changed_is_told_once_and_the_receiver_can_check_it(told, subscribed, receiver, second, strictly):
    one = subscribed()
    told.publish(second)
    assert (told.deliver(), told.deliver()) == (1, 0)
    ((_, headers, body),) = receiver.came
    secret = told.subscriptions.secret(one.id)
    assert secret.startswith("whsec_")
    assert headers["webhook-signature"] == sign(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    said = json.loads(body)
    assert strictly(CatalogueMessage, said) == []
    assert (said["type"], said["timestamp"]) == ("catalogue.changed", "2026-11-21T02:00:00Z")
    data = said["data"]
    assert (data["subscription"], data["after"]) == (one.id, {"version": version_of(second), "on": "2026-11-21"})
    assert [(item["kind"], item["subject"]) for item in data["items"]] == [("gone", "measure")]
    (sent,) = told.subscriptions.messages(one.id)
    assert (sent.id, sent.state, sent.attempts, sent.status) == (headers["webhook-id"], MessageState.SENT, 1, 200)


def test_one_message_a_day_puts_together_what_came_meanwhile(told, subscribed, receiver, first, second, third):
    subscribed()
    told.publish(second)
    assert told.deliver() == 1
    for hours, file in ((1, first), (2, third)):
        told.pass_on(hours=hours)
        told.publish(file)
        assert told.deliver() == 0, "a day has not passed"
    told.pass_on(hours=20.9)
    assert told.deliver() == 0
    told.pass_on(hours=0.2)
    assert told.deliver() == 1
    data = bodies(receiver)[1]["data"]
    assert (data["before"]["version"], data["after"]["version"]) == (version_of(second), version_of(third))
    assert {kind: count for kind, count in data["totals"].items() if count} == {"new": 1, "changed": 1}
    (changed,) = [item for item in data["items"] if item["kind"] == "changed"]
    assert any("另一个标题" in line for line in changed["says"])


def test_a_receiver_that_fails_is_asked_again_ever_later_under_the_same_id(told, subscribed, receiver, second, third):
    one = subscribed()
    told.publish(second)
    receiver.answers.extend([(500, {}), (503, {"Retry-After": "900"}), (302, {"Location": "https://127.0.0.1/"})])
    assert told.deliver() == 1
    told.publish(third)
    for pause in (PAUSES[0], 900, PAUSES[2]):
        told.pass_on(seconds=pause - 1)
        assert told.deliver() == 0, "it is too soon, and nothing new is made while one waits"
        told.pass_on(seconds=1)
        assert told.deliver() == 1
    ids, times = zip(
        *((headers["webhook-id"], headers["webhook-timestamp"]) for _, headers, _ in receiver.came), strict=True
    )
    assert (len(ids), len(set(ids)), len(set(times))) == (4, 1, 4)
    assert len({body for *_, body in receiver.came}) == 1
    (sent,) = told.subscriptions.messages(one.id)
    assert (sent.state, sent.attempts) == (MessageState.SENT, 4)
    told.pass_on(days=1)
    assert told.deliver() == 1
    assert bodies(receiver)[-1]["data"]["before"]["version"] == version_of(second)


def test_what_is_given_up_can_be_sent_again_under_its_id(told, subscribed, receiver, second):
    one = subscribed()
    told.publish(second)
    receiver.answers.extend([(500, {})] * MOST_ATTEMPTS)
    for pause in (0, *PAUSES):
        told.pass_on(seconds=pause)
        assert told.deliver() == 1
    told.pass_on(days=5)
    assert told.deliver() == 0
    (dead,) = told.subscriptions.messages(one.id, state="dead")
    assert (dead.attempts, dead.status) == (MOST_ATTEMPTS, 500)
    assert told.subscriptions.send_again(dead.id, one.id)
    assert not told.subscriptions.send_again(dead.id, one.id), "it waits"
    assert told.deliver() == 1
    assert {headers["webhook-id"] for _, headers, _ in receiver.came} == {dead.id}
    assert told.subscriptions.messages(one.id)[0].state is MessageState.SENT


class CrashError(BaseException):
    """Ends a process, as far as a test can."""


def crash(*_):
    raise CrashError


def test_a_crash_sends_again_with_the_same_id(told, subscribed, receiver, second, monkeypatch):
    """Before it was sent, and after it was sent but before that was noted; meanwhile nobody else sends it."""
    one = subscribed()
    told.publish(second)
    with monkeypatch.context() as patch:
        patch.setattr(Subscriptions, "tell", crash)
        with pytest.raises(CrashError):
            told.courier.make_due()
    told.courier = told.another()
    told.courier.make_due()
    told.another().make_due()
    (made,) = told.subscriptions.messages(one.id)
    with monkeypatch.context() as patch:
        patch.setattr(Subscriptions, "note", crash)
        with pytest.raises(CrashError):
            told.courier.send_one()
    told.courier = told.another()
    assert told.deliver() == 0, "another process may be sending it"
    told.pass_on(minutes=3)
    assert told.deliver() == 1
    assert [headers["webhook-id"] for _, headers, _ in receiver.came] == [made.id, made.id]


def test_several_couriers_tell_each_thing_once(told, subscribed, receiver, second):
    made = [subscribed() for _ in range(9)]
    told.publish(second)

    def work():
        courier = told.another()
        courier.make_due()
        while courier.send_one():
            pass

    couriers = [threading.Thread(target=work) for _ in range(3)]
    for courier in couriers:
        courier.start()
    for courier in couriers:
        courier.join()
    assert sorted(body["data"]["subscription"] for body in bodies(receiver)) == sorted(one.id for one in made)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.came}) == len(made)


def test_one_subscription_that_cannot_be_told_holds_no_other_up(told, subscribed, receiver, second, monkeypatch):
    bad, good = subscribed(), subscribed()
    told.publish(second)

    def body(one, *rest, **more):
        if one.id == bad.id:
            raise FileNotFoundError
        return catalogue_body(one, *rest, **more)

    monkeypatch.setattr("service.subscriptions.courier.catalogue_body", body)
    assert (told.deliver(), told.deliver()) == (1, 0)
    assert [said["data"]["subscription"] for said in bodies(receiver)] == [good.id]
    monkeypatch.undo()
    told.courier = told.another()
    assert told.deliver() == 1, "it is told once that is put right"


def test_a_receiver_that_says_410_is_told_nothing_more(told, subscribed, receiver, second, third):
    one = subscribed()
    told.publish(second)
    receiver.answers.append((410, {}))
    assert told.deliver() == 1
    told.publish(third)
    told.pass_on(days=4)
    assert told.deliver() == 0
    ended = told.subscriptions.find(one.id, told.key.id)
    assert (ended.ending, ended.ended_at) == ("gone", told.clock() - 4 * 86_400)


def test_a_key_that_is_revoked_is_told_nothing_more_and_what_waits_is_dropped(
    told, subscribed, receiver, second, third
):
    waits, behind = subscribed(), subscribed()
    told.publish(second)
    told.courier.make_due()
    told.publish(third)
    told.pass_on(days=2)
    assert Keys(told.store, clock=told.clock).revoke(told.key.id)
    told.deliver()
    told.deliver()
    assert receiver.came == []
    for one in (waits, behind):
        assert told.subscriptions.find(one.id, told.key.id).ending == "key_invalid"


def test_filters_and_mutes_leave_out_what_is_not_wanted(told, subscribed, receiver, first, second):
    gone = next(iter(open_catalogue(first).measures.keys() - open_catalogue(second).measures.keys()))
    instrument = open_catalogue(first).measures[gone].instrument
    other = next(
        one.instrument for one in open_catalogue(first).measures.values() if gone and one.instrument != instrument
    )
    reached = [
        subscribed(filters={"instrument": instrument}), subscribed(filters={"region": "440100"}), subscribed(muted=("other",)),
    ]  # fmt: skip
    unmuted = subscribed(muted=(gone,))
    told.subscriptions.mute(unmuted.id, told.key.id, gone, muted=False)
    unreached = [
        subscribed(filters={"instrument": other}), subscribed(filters={"region": "340100"}), subscribed(muted=(gone,)),
        subscribed(muted=(DOCUMENT,)),
    ]  # fmt: skip
    told.publish(second)
    assert told.deliver() == len(reached) + 1
    assert {one["data"]["subscription"] for one in bodies(receiver)} == {one.id for one in (*reached, unmuted)}
    for one in unreached:
        assert told.subscriptions.messages(one.id) == []
        assert told.subscriptions.find(one.id, told.key.id).progress.edition == version_of(second), (
            "it is told all the same"
        )


def test_what_closes_soon_is_told_when_it_comes_near_and_not_each_day(told, receiver, small):
    def closes(pack):
        quote = pack["measures"][0]["source"]["quote"]
        pack["measures"][0]["window"] = {"opens": "2026-11-01", "closes": "2026-12-31", "cite": quote}

    told.publish(small("closing", closes))
    progress = Progress(edition=told.editions.current(), on=TODAY)
    one = told.subscriptions.add(told.key.id, receiver.url, Wanted(language="en"), progress)
    sent = []
    for days in (9, 1, 1, 10):
        told.pass_on(days=days)
        sent.append(told.deliver())
    assert sent == [0, 1, 0, 0]
    data = bodies(receiver)[0]["data"]
    assert [(item["kind"], item["day"]) for item in data["items"]] == [("closing", "2026-12-31")]
    assert (data["before"]["on"], data["after"]["on"]) == ("2026-11-30", "2026-12-01")
    assert told.subscriptions.find(one.id, told.key.id).progress.on == date(2026, 12, 12)


def test_where_the_earlier_edition_is_gone_nobody_says_what_changed(told, subscribed, receiver, first, second):
    subscribed()
    told.publish(second)
    told.editions.path(version_of(first)).unlink()
    assert told.deliver() == 1
    data = bodies(receiver)[0]["data"]
    assert (data["compared"], data["items"], sum(data["totals"].values())) == (False, [], 0)


def test_another_key_has_no_part_in_it(told, subscribed):
    one, (other, _) = subscribed(), Keys(told.store, clock=told.clock).add(Role.OPERATOR)
    assert told.subscriptions.find(one.id, other.id) is None
    assert told.subscriptions.owned(other.id) == []
    told.subscriptions.mute(one.id, other.id, "x", muted=True)
    assert told.subscriptions.find(one.id, told.key.id).wanted.muted == ()


def test_the_worker_tells_what_the_tenants_of_a_screening_gain_and_lose(told, subscribed, receiver, second, strictly):
    """The worker as `cepei work` runs it: reads, decides, looks ahead, and the courier beside it sends."""
    settings = Settings(catalogue=told.editions.served, data=told.store.path, screening_processes=1)
    worker = Worker(settings, beside=(told.courier.step,))
    jobs, job_id, folder = Jobs(told.store), "s" * 32, Folders(told.store.folder).create("s" * 32)
    tenants = [{"city": "广州", "products": ["疫苗"], "employees": 30 + row} for row in range(3)]
    folder.sent(Format.NDJSON.value).write_bytes(b"\n".join(map(orjson.dumps, tenants)))
    jobs.create(
        job_id, told.key.id, form=Format.NDJSON.value, options=Options(on=TODAY, statuses=("draft", "in_force"))
    )
    one, muted = subscribed(screening=job_id), subscribed(screening=job_id, muted=(DOCUMENT,))
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        wait_for(lambda: jobs.found(job_id).finished_at)
        told.publish(second)
        for each in (one, muted):
            wait_for(
                lambda each=each: told.subscriptions.find(each.id, told.key.id).progress.edition == version_of(second)
            )
        wait_for(lambda: told.subscriptions.messages(one.id, state="sent"))
    finally:
        worker.stopping.set()
        running.join()
    (said,) = bodies(receiver)
    assert strictly(ScreeningMessage, said) == []
    data = said["data"]
    assert (data["screening"], data["after"]["version"]) == (job_id, version_of(second))
    assert (data["tenants_gaining"], data["tenants_losing"], data["totals"]["gone_measure"]) == (0, 3, 3)
    assert [(item["tenants_gaining"], item["tenants_losing"]) for item in data["items"]] == [(0, 3)]
    assert "广州" not in json.dumps(said, ensure_ascii=False), "who they are is asked with the key"


def wait_for(holds):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it never came")
