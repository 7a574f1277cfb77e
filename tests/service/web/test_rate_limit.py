"""The limit on matches holds over all workers, for each address, and for nothing but matches."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.app import create_app
from service.settings import Settings
from service.web.rate_limit import SqliteRateStore, caller, store_uri


@pytest.fixture
def store(tmp_path):
    return SqliteRateStore(store_uri(str(tmp_path / "rate.sqlite")))


def test_two_workers_let_exactly_as_many_matches_pass_as_the_limit_says(limited):
    caller = {"X_Forwarded_For": "192.0.2.1"}
    with ThreadPoolExecutor(7) as pool:
        replies = list(pool.map(lambda _: limited.post({"profile": {"city": "合肥"}}, **caller), range(14)))
    assert sorted(reply.status for reply in replies) == [200] * 5 + [429] * 9
    refused = next(reply for reply in replies if reply.status == 429)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json["code"] == "rate_limited"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    form = {"X-Forwarded-For": "192.0.2.1", "Content-Type": "application/x-www-form-urlencoded"}
    assert limited.call("POST", "/", body=b"", headers=form).status == 429
    paths = ("/", "/v1/measures", "/healthz", "/v1/match")
    assert {limited.get(path, **caller).status for path in paths} == {200, 405}


def test_a_large_body_that_is_refused_by_the_limit_still_gets_its_answer(limited):
    caller = {"X_Forwarded_For": "192.0.2.2"}
    assert [limited.post({"profile": {}}, **caller).status for _ in range(5)] == [200] * 5
    assert limited.post(b"x" * 5_000_000, **caller).status == 429


def test_there_is_no_limit_on_loopback(server):
    assert {server.match({}).status for _ in range(80)} == {200}


def test_a_window_that_is_over_counts_anew(tmp_path, catalogue_file):
    settings = Settings(
        catalogue=catalogue_file, rate_limit="2/second", rate_store=str(tmp_path / "r.sqlite"), log_level="error"
    )
    client = create_app(settings).test_client()
    statuses = [client.post("/v1/match", json={"profile": {}}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    with sqlite3.connect(tmp_path / "r.sqlite") as connection:
        connection.execute("UPDATE hits SET expires = expires - 2")
    connection.close()
    assert client.post("/v1/match", json={"profile": {}}).status_code == 200


def test_addresses_have_budgets_of_their_own_and_an_ipv6_network_one(app):
    def who(address):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return caller()

    assert who("192.0.2.1") == who("::ffff:192.0.2.1") == who("::FFFF:C000:0201") != who("192.0.2.2")
    assert who("::ffff:192.0.2.1") != who("::ffff:192.0.2.2") != who("::1")
    assert who("fe80::1%eth0") == who("fe80::2")
    assert who("2001:db8:1:2::1") == who("2001:db8:1:2:ffff::9") != who("2001:db8:1:3::1")
    assert who("") == who("no address") == "unknown"


def test_while_its_store_fails_a_process_counts_by_itself_and_says_so(tmp_path, catalogue_file):
    store = tmp_path / "r.sqlite"
    store.mkdir()
    settings = Settings(catalogue=catalogue_file, rate_limit="1/hour", rate_store=str(store), log_level="error")
    client = create_app(settings).test_client()
    assert [client.post("/v1/match", json={"profile": {}}).status_code for _ in range(3)] == [200, 429, 429]
    assert [part["code"] for part in client.get("/readyz").json["impaired"]] == ["rate_store_unusable"]
    assert 'cepei_impaired{part="rate_limit"} 1.0' in client.get("/metrics").text


HIT = """
import sys
from service.web.rate_limit import SqliteRateStore, store_uri
print(max(SqliteRateStore(store_uri(sys.argv[1])).incr("key", 60) for _ in range(50)))
"""


def test_processes_counting_at_once_lose_no_hit(tmp_path, root):
    command = [sys.executable, "-c", HIT, str(tmp_path / "rate.sqlite")]
    started = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) for _ in range(4)]
    assert max(int(process.communicate(timeout=60)[0]) for process in started) == 200


def test_the_store_reads_expires_and_forgets(store):
    assert store.get("a") == 0
    assert [store.incr("a", 60), store.incr("a", 60, 3), store.incr("b", 60)] == [1, 4, 1]
    assert (store.get("a"), store.check()) == (4, True)
    assert store.get_expiry("a") > store.get_expiry("never counted")
    store.clear("a")
    assert store.get("a") == 0
    assert store.reset() == 1
    assert store.incr("c", 0) == store.incr("c", 0) == 1


def test_rows_of_windows_long_over_are_swept(store, monkeypatch):
    monkeypatch.setattr("service.web.rate_limit._SWEEP_EVERY", 10)
    for number in range(30):
        store.incr(f"key{number}", 0)
    assert store.reset() < 15
