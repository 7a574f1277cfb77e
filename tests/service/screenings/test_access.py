"""What a key may do and for how long: records counted and refused, screenings that are over, streams, the scheme.

One server has few records, one match an hour for strangers and no worker: its screenings are worked on here.
"""

import http.client
import json
import time
from pathlib import Path

import pytest

from service.keys import Role
from service.screenings.jobs.worker import Worker
from service.screenings.stored.jobs import Jobs
from service.settings import Settings
from service.store import Store
from tests.service.operators import JSON, Operator

RECORDS = 2500


def tenant(number):
    return {"name": f"企业{number}", "city": ("合肥", "广州", "北京")[number % 3], "products": ["聚乳酸"]}


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def strict(serve):
    strict = {"CEPEI_OPERATOR_RECORDS": str(RECORDS), "CEPEI_RATE_LIMIT": "1/hour"}
    with serve(**strict, CEPEI_WORKERS="2", CEPEI_THREADS="3", CEPEI_SCREENING_WORKER="off") as server:
        yield server


@pytest.fixture(scope="module")
def worker(strict):
    given = {"catalogue": Path(strict.given["CEPEI_CATALOGUE"]), "data": Path(strict.given["CEPEI_DATA"])}
    return Worker(Settings(**given, operator_records=RECORDS, screening_processes=1))


def worked(worker, operator, place):
    """Work on the only screening that waits; return what is reported of it."""
    assert operator.get(place).json["state"] == "queued"
    assert worker.work_once()
    return operator.get(place).json


def used(operator):
    return Jobs(Store(operator.data)).records.used(operator.key.id)


def leave(operator, records, *, of):
    """Use up what an operator has today but for so many records."""
    assert Jobs(Store(operator.data)).records.charge(operator.key.id, of - records, most=of)


def test_an_operator_has_records_and_not_calls(strict, worker):
    operator = Operator(strict)
    leave(operator, 30, of=RECORDS)
    body = json.dumps({"profile": {}}).encode()
    assert [operator.call("POST", "/v1/match", body, **JSON).status for _ in range(10)] == [200] * 10
    assert operator.call("POST", "/v1/match", b'{"profile": {"age": 3}}', **JSON).status == 422
    assert worked(worker, operator, operator.screen([tenant(1)] * 20))["state"] == "finished"
    refused = operator.call("POST", "/v1/screenings", b'{"tenants": [{}]}', **JSON)
    assert (refused.status, refused.json["code"]) == (429, "records_exceeded")
    assert 1 <= int(refused.headers["Retry-After"]) <= 86_400
    assert operator.call("POST", "/v1/match", body, **JSON).json["code"] == "records_exceeded"
    assert [strict.post({"profile": {}}).status for _ in range(2)] == [200, 429]


def test_each_match_of_an_operator_is_a_record_without_a_rate_limit_too(server):
    """The shared server has no rate limit and the records that are usual."""
    operator, public = Operator(server), Operator(server, Role.PUBLIC)
    leave(operator, 4, of=Settings().operator_records)
    before = used(operator)
    body = json.dumps({"profile": {}}).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert operator.call("POST", "/v1/match", body, **JSON).status == 200
    assert operator.call("POST", "/", b"city=", **form).status == 200
    assert used(operator) == before + 2
    measure = server.get("/v1/measures?per_page=1").json["items"][0]["id"]
    report = {"measure_id": measure, "fact": "region", "condition": "0", "verdict": "met", "should_be": "unmet"}
    assert operator.call("POST", "/v1/feedback", json.dumps(report).encode(), **JSON).status == 201
    signed = operator.call("POST", "/screenings/sign-in", f"key={operator.text}".encode(), **form, Origin=server.base)
    assert signed.status == 303
    assert used(operator) == before + 2
    statuses = [operator.call("POST", "/v1/match", body, **JSON).status for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert {public.call("POST", "/v1/match", body, **JSON).status for _ in range(6)} == {200}
    assert {server.post({"profile": {}}).status for _ in range(6)} == {200}


def test_a_register_that_is_too_large_for_today_costs_nothing(strict, worker):
    operator = Operator(strict)
    place = operator.screen([tenant(number) for number in range(3000)])
    reported = worked(worker, operator, place)
    assert (reported["state"], reported["failure"]["code"]) == ("failed", "records_exceeded")
    assert reported["rows"] == {"total": 3000, "done": 0, "rejected": 0}
    assert "3,000 家企业，每日最多筛查 2,500 家" in reported["failure"]["message"]
    assert used(operator) == 0
    refused = operator.get(f"{place}/tenants")
    assert (refused.status, refused.json["errors"][0]["code"]) == (409, "screening_failed")
    assert "没有完成" in refused.json["detail"]
    assert "3,000" in refused.json["detail"]
    assert refused.json["errors"][0]["hint"] == reported["failure"]["hint"]
    again = operator.call("POST", f"{place}/rerun").headers["Location"]
    assert worked(worker, operator, again)["state"] == "failed"
    assert used(operator) == 0
    assert worked(worker, operator, operator.screen([tenant(1)] * 20))["state"] == "finished"
    assert used(operator) == 20
    short = worked(worker, operator, operator.screen([tenant(1)] * 2481))
    assert "今日还可筛查 2,480 家" in short["failure"]["message"]
    assert used(operator) == 20


def test_a_rerun_says_truly_why_there_is_nothing_to_compare(server):
    operator = Operator(server)

    def rerun(place):
        again = operator.call("POST", f"{place}/rerun").headers["Location"]
        assert operator.wait(again)["state"] == "finished"
        return again

    def code(place):
        reply = operator.get(f"{place}/changes")
        assert reply.status == 409
        return reply.json["errors"][0]["code"]

    first = operator.finished([tenant(1)])
    assert code(first) == "no_previous"
    cancelled = operator.screen([tenant(number) for number in range(2000)])
    operator.call("POST", f"{cancelled}/cancel")
    assert operator.get(f"{cancelled}/summary").json["errors"][0]["code"] == "screening_cancelled"
    assert code(rerun(cancelled)) == "previous_unfinished"
    deleted, orphan = operator.finished([tenant(2)]), rerun(first)
    operator.call("DELETE", deleted)
    previous = {"id": orphan.rsplit("/", 1)[1], "previous": deleted.rsplit("/", 1)[1]}
    Store(operator.data).change("UPDATE screenings SET previous = :previous WHERE id = :id", previous)
    assert operator.get(f"{orphan}/changes").status == 200  # it was compared when it ended
    (operator.data.parent / "screenings" / previous["id"] / "changes.parquet").unlink()
    assert code(orphan) == "previous_gone"
    nothing = operator.finished([{"employees": -1}])
    reported = operator.get(f"{rerun(nothing)}/changes")
    assert reported.status == 200
    assert (reported.json["items"], sum(reported.json["totals"].values())) == ([], 0)


def test_a_screening_whose_time_is_over_is_gone_at_once(server):
    operator = Operator(server)
    place = operator.finished([tenant(1)])
    over = {"now": time.time() - 0.001, "id": place.rsplit("/", 1)[1]}
    Store(operator.data).change("UPDATE screenings SET expires_at = :now WHERE id = :id", over)
    for path in ("", "/tenants", "/summary", "/results.csv", "/events", "/tenants/1/match"):
        assert operator.get(place + path).status == 404, path
    assert operator.get("/v1/screenings").json["items"] == []


def test_the_scheme_of_the_key_is_written_in_any_case(operator):
    for scheme in ("bearer", "BEARER", "Bearer"):
        headers = {"Authorization": f"{scheme} {operator.text}"}
        assert operator.server.call("GET", "/v1/screenings", headers=headers).status == 200
    for wrong in (f"Basic {operator.text}", operator.text, "Bearer", f"Bearer{operator.text}"):
        refused = operator.server.call("GET", "/v1/screenings", headers={"Authorization": wrong})
        assert refused.status == 401, wrong


def test_a_stream_too_many_is_reported_when_to_come_again(strict):
    operator = Operator(strict)
    place = operator.screen([tenant(1)])
    open_ones, refused = [], []
    for _ in range(6):
        connection = http.client.HTTPConnection("127.0.0.1", strict.port, timeout=10)
        connection.request("GET", f"{place}/events", headers={"Authorization": f"Bearer {operator.text}"})
        answer = connection.getresponse()
        (open_ones if answer.status == 200 else refused).append((connection, answer))
    assert 1 <= len(open_ones) <= 2
    assert {answer.status for _, answer in refused} == {503}
    assert {int(answer.headers["Retry-After"]) for _, answer in refused} == {10}
    operator.call("POST", f"{place}/cancel")
    for connection, _ in open_ones + refused:
        connection.close()
