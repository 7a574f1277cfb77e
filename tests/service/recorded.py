"""The examples of the contract, sent to a running service: what it answers, as it is written to example_answers.json.

What differs from run to run (ids, moments, versions, secrets) is written as fixed values; lists and texts are shortened.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from service.shapes.examples import ANSWERS, Example, examples, given_names
from service.store import Store

RECORDING = "CEPEI_RECORD_EXAMPLES" in os.environ
"""`make examples` sets it: what is answered is written instead of compared."""
HEADERS = ("Content-Type", "Location", "Content-Disposition")
MOST_ITEMS, MOST_CHARACTERS, MOST_LINES, LONGEST_LINE = 1, 90, 8, 160
CUT = "…"
MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
CHANGING = (
    (MOMENT, "2026-11-21T02:00:00Z"),
    (re.compile(r"(?<=whsec_)[A-Za-z0-9+/=]{20,}"), "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    (re.compile(r"(?<=urn:uuid:)[0-9a-f-]{36}"), "3b241101-e2bb-5255-8caf-4136c566a962"),
)
EDITIONS = (
    "GET /v1/editions", "GET /v1/changes", "GET /v1/changes.atom", "GET /v1/documents/{document_id}/predecessor",
)  # fmt: skip
"""Calls that have something to tell once editions were published."""
MULTIPART_CUT = "cut"


def shortened(thing):
    """Return data with lists cut to their first items and long texts cut; tables of every known thing too."""
    if isinstance(thing, dict):
        return {name: shortened(value) for name, value in thing.items()}
    if isinstance(thing, list):
        return [shortened(one) for one in thing[:MOST_ITEMS]]
    if isinstance(thing, str) and len(thing) > MOST_CHARACTERS:
        return thing[:MOST_CHARACTERS] + CUT
    return thing


def shape_of(thing):
    """Return what of an answer must not change unnoticed: members, kinds of values, texts' first line."""
    if isinstance(thing, dict):
        return {name: shape_of(value) for name, value in thing.items()}
    if isinstance(thing, list):
        return [shape_of(one) for one in thing[:MOST_ITEMS]]
    return "number" if isinstance(thing, int | float) and not isinstance(thing, bool) else type(thing).__name__


class Recorder:
    """Sends examples in the order in which they build on each other, and learns the ids that are answered."""

    def __init__(self, server, key="", editor=""):
        self.server, self.key, self.editor = server, key, editor
        self.real = {written: written for written in given_names().values()}
        """What is written for an id -> the id."""
        self.answers = {}

    def send(self, call: str, *, gives: str = "", **others: str):
        """Send an example, keep what it is answered and return it.

        `gives` is what is written for the id that `Location` names; `others` are the real ids of parameters.
        """
        example = examples()[call]
        body, headers = content_of(example)
        if self.key and example.pattern.startswith("/v1/"):
            headers["Authorization"] = f"Bearer {self.editor if '/v1/feedback' in call else self.key}"
        real = self.real | {given_names()[name]: value for name, value in others.items()}
        sent = swapped(body.decode(), real).encode() if body else None
        reply = self.server.call(example.method, swapped(example.target, real), body=sent, headers=headers)
        assert 200 <= reply.status < 300, (call, reply.status, reply.body.decode()[:600])
        if example.gives:
            self.real[given_names()[example.gives]] = reply.json["id"]
        if gives:
            self.real[gives] = reply.headers["Location"].rsplit("/", 1)[1]
        self.answers[call] = self._told(reply)
        return reply

    def id_of(self, name: str) -> str:
        """Return the id that was learned for a parameter."""
        return self.real[given_names()[name]]

    def _told(self, reply) -> dict:
        media = reply.headers["Content-Type"] if reply.body else ""
        headers = {name: reply.headers[name] for name in HEADERS if reply.body and reply.headers[name]}
        body, cut = None, False
        if media.partition(";")[0].endswith("json"):
            body = shortened(reply.json)
            cut = body != reply.json
        elif media.startswith(("text/", "application/atom", "application/yaml")):
            lines = reply.body.decode("utf-8-sig").splitlines()
            kept = [line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + CUT for line in lines[:MOST_LINES]]
            body, cut = "\n".join(kept), kept != lines
        told = {"status": reply.status, "headers": headers, "body": body, "is_shortened": cut}
        text = swapped(json.dumps(told, ensure_ascii=False), {real: written for written, real in self.real.items()})
        for pattern, fixed in CHANGING:
            text = pattern.sub(fixed, text)
        return json.loads(text)


def swapped(text: str, pairs: dict[str, str]) -> str:
    """Return a text with each of some words in place of another."""
    for old, new in pairs.items():
        text = text.replace(old, new)
    return text


def content_of(example: Example) -> tuple[bytes | None, dict[str, str]]:
    """Return the body of an example and the headers that go with it."""
    if example.file:
        begin = f"--{MULTIPART_CUT}\r\nContent-Disposition: form-data; name="
        parts = [f'{begin}"{name}"\r\n\r\n{value}\r\n' for name, value in example.form.items()]
        parts.append(f'{begin}"file"; filename="{example.file.name}"\r\n\r\n{example.file.text}\r\n')
        body = "".join([*parts, f"--{MULTIPART_CUT}--\r\n"]).encode()
        return body, {"Content-Type": f"multipart/form-data; boundary={MULTIPART_CUT}"}
    if example.json is not None:
        return json.dumps(example.json, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
    return None, {}


def record_editions(server) -> dict:
    """Return the answers of the calls that tell of editions, from a service where some were published."""
    recorder = Recorder(server)
    for call in EDITIONS:
        recorder.send(call)
    return recorder.answers


def record_all(server, operator, editor) -> dict:
    """Return the answers of all other calls: those of everybody, a screening from its file to its end, subscriptions."""
    recorder = Recorder(server, operator.text, editor.text)
    recorder.real["0a1b2c3d4e5f"] = operator.key.id
    recorder.send("POST /v1/screenings")  # it is decided while others are asked
    _send_of_subscription(recorder, Store(operator.data))
    for call in ("POST /v1/feedback", "GET /v1/feedback", "GET /v1/feedback/cases.yaml"):
        recorder.send(call)
    recorder.send("POST /v1/feedback/{report_id}/close")
    _send_of_screening(recorder, operator)
    for call in examples():
        if call not in recorder.answers and call not in EDITIONS:  # whatever needs nothing from others
            recorder.send(call)
    return recorder.answers


def _send_of_screening(recorder: Recorder, operator) -> None:
    send, one = recorder.send, "/v1/screenings/{screening_id}"
    operator.wait(one.format(screening_id=recorder.id_of("screening_id")))
    send(f"PUT {one}/tenants/{{row}}/measures/{{measure_id}}/work")
    send(f"POST {one}/dossiers")
    send(f"POST {one}/rerun", gives="b2d80e6f19c34a7785e1d9f6403ac75b")
    send(f"POST {one}/answers", gives="c7e41a9d52f64b03968db1e70f25a3c8")
    again, answered = (recorder.real[name] for name in list(recorder.real)[-2:])
    for screening in (again, answered):
        operator.wait(one.format(screening_id=screening))
    send(f"GET {one}/changes", screening_id=answered)
    _until(lambda: send(f"GET {one}/dossiers/{{order_id}}").json["state"] == "finished")
    send(f"DELETE {one}", screening_id=again)
    _until(lambda: _cancelled(recorder, operator))


def _cancelled(recorder: Recorder, operator) -> bool:
    """Cancel a screening before it is begun; tell whether we were quicker than the worker."""
    waiting = operator.screen([{"city": "合肥市", "products": ["聚乳酸"]}]).rsplit("/", 1)[1]
    recorder.real["e06b3d917fa84c25b4d8f1a2690c73de"] = waiting
    with suppress(AssertionError):
        reply = recorder.send("POST /v1/screenings/{screening_id}/cancel", screening_id=waiting)
        return reply.json["started_at"] is None
    return False


def _send_of_subscription(recorder: Recorder, store: Store) -> None:
    send, one = recorder.send, "/v1/subscriptions/{subscription_id}"
    send("POST /v1/subscriptions")
    send("GET /v1/subscriptions")
    send(f"POST {one}/test")
    query = "UPDATE messages SET state = 'dead', attempts = 9, ended_at = :now WHERE id = :id"
    store.change(query, {"now": time.time(), "id": recorder.id_of("message_id")})
    send(f"GET {one}/messages")
    send(f"POST {one}/messages/{{message_id}}/send")
    for call in (f"PUT {one}/muted/{{item}}", f"GET {one}", f"DELETE {one}/muted/{{item}}", f"DELETE {one}"):
        send(call)


def _until(done: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def differences(recorded: dict) -> Iterator[str]:
    """Yield each call whose answer is not what stands beside its example; when recording, write them instead."""
    if RECORDING:
        write(recorded)
        return
    kept = json.loads(ANSWERS.read_text("utf-8"))
    for call, answer in recorded.items():
        if call not in kept:
            yield f"{call} was never recorded"
        elif as_compared(kept[call]) != as_compared(answer):
            yield f"{call}: {kept[call]} is now {answer}"


def as_compared(answer: dict) -> tuple:
    """Return what of a recorded answer must stay."""
    return answer["status"], answer["headers"], shape_of(answer["body"])


def write(recorded: dict) -> None:
    """Put answers beside those that were recorded before, in the order of the requests."""
    known = json.loads(ANSWERS.read_text("utf-8")) if ANSWERS.is_file() else {}
    known |= recorded
    ordered = {call: known[call] for call in examples() if call in known}
    ANSWERS.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", "utf-8")
