"""More than can be answered: a refusal at once, liveness whatever hangs, and nothing lost at the end of a server."""

import contextlib
import json
import os
import selectors
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.keys import Keys, Role
from service.store import Store
from tests.hardening.slow import head
from tests.hardening.wire import Answer, connect, exchange, parse, read_to_end
from tests.service.conftest import POLYLACTIC
from tests.service.operators import Operator

QUESTION = json.dumps({"profile": POLYLACTIC}).encode()
MATCH = head("POST /v1/match", f"Content-Length: {len(QUESTION)}", "Connection: close") + QUESTION
LIVE = head("GET /healthz", "Connection: close")


@pytest.fixture(scope="module")
def server(serve):
    """Run one process with few threads and a short queue, so that little is too much."""
    with serve(CEPEI_SCREENING_WORKER="off", CEPEI_WORKERS="1", CEPEI_THREADS="2", CEPEI_QUEUE="10") as started:
        yield started


def all_at_once(port: int, sent: bytes, count: int) -> list[tuple[float, Answer]]:
    """Send the same from so many connections at once; return each answer with the seconds until it was there."""
    selector, told, answers = selectors.DefaultSelector(), {}, []
    for number in range(count):
        connection = connect(port, f"127.0.5.{number % 200}")
        selector.register(connection, selectors.EVENT_READ)
        told[connection] = b""
    began = time.monotonic()
    for connection in told:
        connection.sendall(sent)
    while told:
        for key, _ in selector.select(timeout=20):
            piece = key.fileobj.recv(65_536)
            told[key.fileobj] += piece
            if not piece:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                answers.append((time.monotonic() - began, parse(told.pop(key.fileobj))))
    selector.close()
    return answers


def test_of_too_many_at_once_some_are_answered_and_the_others_refused_without_delay(server):
    answers = all_at_once(server.port, MATCH.replace(b"Host: x", b"Host: x\r\nAccept-Language: en"), 200)
    assert {answer.status for _, answer in answers} == {200, 503}
    refused = [(seconds, answer) for seconds, answer in answers if answer.status == 503]
    assert len(answers) - len(refused) >= 12  # those being answered, and the queue
    assert max(seconds for seconds, _ in answers) < 5
    for _, answer in refused:
        assert (answer.json["code"], answer.complaints, answer.headers["retry-after"]) == (
            "overloaded",
            ["overloaded"],
            "1",
        )
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["title"] == "The service is busy"
    assert parse(exchange(server.port, MATCH)).status == 200


@contextlib.contextmanager
def stuck(server) -> Iterator[list[socket.socket]]:
    """Have more requests than threads wait for a data file that another process does not let go."""
    path = Path(server.given["CEPEI_DATA"])
    key = Keys(Store(path)).add(Role.OPERATOR, label="stuck")[1]
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        waiting = [connect(server.port) for _ in range(8)]
        for one in waiting:  # the match of an operator is counted in the data file
            one.sendall(MATCH.replace(b"Host: x", f"Host: x\r\nAuthorization: Bearer {key}".encode()))
        yield waiting
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def test_liveness_answers_while_every_thread_is_stuck_and_the_others_are_told_to_come_again(server):
    usual = parse(exchange(server.port, LIVE))
    with stuck(server) as waiting, contextlib.closing(connect(server.port)) as other:
        sent = time.monotonic()
        other.sendall(head("GET /v1/measures", "Connection: close"))
        for _ in range(5):
            began = time.monotonic()
            answer = parse(exchange(server.port, LIVE))
            assert time.monotonic() - began < 1
            assert (answer.status, answer.body, list(answer.headers)) == (200, usual.body, list(usual.headers))
        answer = parse(read_to_end(other))
        assert (answer.status, answer.json["code"]) == (503, "overloaded")
        assert time.monotonic() - sent < 5
    statuses = [parse(read_to_end(one)).status for one in waiting]
    for one in waiting:
        one.close()
    assert set(statuses) <= {200, 503}
    assert parse(exchange(server.port, MATCH)).status == 200


def test_liveness_is_told_in_the_form_and_language_of_every_answer(server):
    for method in ("GET", "HEAD"):
        told = parse(
            exchange(
                server.port,
                head(f"{method} /healthz", "Connection: close", "Accept-Language: en", "X-Request-Id: alive"),
            )
        )
        assert told.headers["content-language"] == "en"
        assert told.headers["x-request-id"] == "alive"
    lines = [line for line in server.log_lines() if line.get("request_id") == "alive"]
    assert [line["route"] for line in lines] == ["/healthz"] * 2


def test_while_workers_are_killed_and_replaced_every_client_is_answered_or_cut_off(server):
    ended, statuses, cut = threading.Event(), [], []

    def ask() -> None:
        while not ended.is_set():
            try:
                statuses.append(parse(exchange(server.port, MATCH)).status)
            except (OSError, IndexError):
                cut.append(1)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    (first,) = _children(server)
    os.kill(first, signal.SIGKILL)
    _wait_until(lambda: _children(server) not in ([], [first]))
    (second,) = _children(server)
    server.process.send_signal(signal.SIGHUP)
    _wait_until(lambda: len(_children(server)) == 1 and second not in _children(server))
    before = len(statuses)
    _wait_until(lambda: len(statuses) > before + 10)
    ended.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}
    assert len(cut) <= len(threads), "only what the killed worker had"


def _children(server) -> list[int]:
    """Return the web workers; the process that reads files is another child."""
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(text) for text in children if b"gunicorn" in _command_of(text)]


def _command_of(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _wait_until(holds) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_server_that_stops_answers_what_it_has_and_waits_for_nobody_slow(server):
    """The last test of this server."""
    for _ in range(10):  # the worker is new: of what its first matches took it would think that all take as long
        assert parse(exchange(server.port, MATCH)).status == 200
    operator = Operator(server)
    stream = connect(server.port)
    events = f"GET {operator.screen([{'city': '合肥'}])}/events"  # nobody decides it, so that the stream goes on
    stream.sendall(head(events, f"Authorization: Bearer {operator.text}"))
    told = b""
    while b"event: progress" not in told:
        told += stream.recv(4096)
    idle, slow = connect(server.port), connect(server.port)
    idle.sendall(head("GET /healthz"))
    slow.sendall(b"GET / HTTP/1.1\r\nA:")
    asked = [connect(server.port) for _ in range(10)]
    before = _logged(server, "/v1/match")
    for one in asked:
        one.sendall(MATCH.replace(b"Connection: close", b"A: b"))
    _wait_until(lambda: _logged(server, "/v1/match") > before)
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    read_to_end(stream)
    assert time.monotonic() - began < 5  # whoever reads it asks the next server
    answers = [parse(read_to_end(one)) for one in asked]
    statuses = Counter(answer.status for answer in answers)  # on a slow machine the last ones may be too many
    assert statuses.keys() <= {200, 503}
    assert statuses[200] > statuses[503]
    assert {answer.headers["connection"] for answer in answers} >= {"close"}
    assert server.process.wait(20) == 0
    assert time.monotonic() - began < 13  # less than it waits for anybody
    for one in (idle, slow, stream, *asked):
        one.close()


def _logged(server, route: str) -> int:
    return sum(line.get("route") == route for line in server.log_lines())
