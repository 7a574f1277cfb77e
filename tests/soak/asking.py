"""What is asked of the service, kind by kind, and what each kind may be answered."""

import contextlib
import http.client
import json
import random
import time
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import quote, urlencode

from tests.soak.files import BOMBS, MARK, SOUND

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PAGES = (
    "/",
    "/measures",
    "/documents",
    "/handbook",
    "/handbook/park",
    "/docs",
    "/v1/vocabularies/regions",
    "/openapi.yaml",
)
WORDS = ("中试", "首台套", "聚乳酸 补助", "2.5.3", "没有这个词", "合肥")
PROFILES = tuple(
    {"name": f"{MARK}生物{number}", "city": city, "products": [product], "needs": [need]}
    for number, (city, product, need) in enumerate(
        (city, product, need)
        for city in ("合肥", "蚌埠市", "广州南沙", "深圳")
        for product in ("聚乳酸", "疫苗", "细胞治疗")
        for need in ("中试验证", "缺钱", "")
    )
)
DRAFT = {
    "document": "ah-biomanufacturing-2024-draft",
    "measure": {
        "id": "soak-pilot-base", "title": "合肥、蚌埠等市生物制造中试基地", "instrument": "pilot", "kind": "support",
        "strength": "support",
        "source": {"clause": "2.2.3", "quote": "支持合肥、蚌埠等市立足产业特色优势建设生物制造中试基地"},
        "conditions": [{"fact": "region", "within": ["340100", "340300"], "open": True, "cite": "合肥、蚌埠等市"}],
    },
    "defaults": {"region": "340000", "sector": "biomanufacturing"},
}  # fmt: skip
ALLOWED = {
    "alive": {200}, "match": {200}, "page": {200}, "search": {200}, "embed": {200}, "wrong": {400, 404, 405, 415, 422},
    "upload": {202}, "bomb": {202, 400, 413, 422}, "preview": {200}, "rerun": {202}, "look": {200}, "results": {200},
    "delete": {204, 404}, "feedback": {201}, "console": {303}, "copied cookie": {401},
}  # fmt: skip
"""Kind -> what it may be answered at any time; harming.py adds what else while something is done to the service."""


@dataclass
class Notes:
    """Every answer, the screenings that are to be compared, what was wrong with an answer that came in time."""

    answers: list = field(default_factory=list)
    tracked: dict = field(default_factory=dict)
    matches: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


class Client:
    """One caller; every request is a connection of its own."""

    def __init__(self, port, key, notes):
        self.port, self.key, self.notes = port, key, notes

    def ask(self, kind, method, path, body=None, **headers):
        """Return status, headers and body; status 0 where the connection broke."""
        began, status, given, content = time.monotonic(), 0, {}, b""
        sent = {"Accept-Encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection,
        ):
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            status, given, content = answer.status, answer.headers, answer.read()
        with self.notes.lock:
            self.notes.answers.append((kind, began, time.monotonic(), status))
        return status, given, content

    def as_operator(self, kind, method, path, body=None, **headers):
        return self.ask(kind, method, path, body, Authorization=f"Bearer {self.key}", **headers)

    def send(self, kind, name, content):
        parts = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body = parts + content + b"\r\n--cut--\r\n"
        return self.as_operator(kind, "POST", "/v1/screenings", body, Content_Type="multipart/form-data; boundary=cut")

    def state(self, place, kind="look"):
        """Return what is told of a screening; None while it cannot be told."""
        status, _, body = self.as_operator(kind, "GET", place)
        return json.loads(body) if status == 200 else None


def alive(client, _):
    client.ask("alive", "GET", "/healthz")


def match(client, chance):
    profile = chance.choice(PROFILES)
    body = json.dumps({"profile": profile, "on": "2026-11-21"}, ensure_ascii=False).encode()
    status, _, answer = client.ask("match", "POST", "/v1/match", body, Content_Type="application/json")
    if status == 200:
        key = profile["name"], json.loads(answer)["catalogue"]["version"]
        if client.notes.matches.setdefault(key, answer) != answer:
            client.notes.faults.append(f"another answer to the same question: {key}")


def page(client, chance):
    client.ask("page", "GET", chance.choice(PAGES), Accept="text/html")
    body = urlencode({"city": "合肥", "products": "聚乳酸"}).encode()
    client.ask("page", "POST", "/", body, Accept="text/html", Content_Type=FORM["Content-Type"])


def search(client, chance):
    client.ask("search", "GET", f"/v1/measures?q={quote(chance.choice(WORDS))}")


def embed(client, _):
    client.ask("embed", "GET", "/embed/frame?region=340100", Accept="text/html")
    client.ask("embed", "GET", "/embed/v1.js")


def wrong(client, chance):
    bodies = (b"{", b"[]", b'{"profile": {"x": 1}}', b"\xff", b'{"profile": {"employees": -1}}', b"[" * 10_000)
    client.ask("wrong", "POST", "/v1/match", chance.choice(bodies), Content_Type="application/json")
    client.ask("wrong", "GET", f"/v1/measures/{quote('没有')}")


def upload(client, chance):
    name = chance.choice(sorted(SOUND))
    status, headers, _ = client.send("upload", name, SOUND[name])
    if status == 202:
        client.notes.tracked[headers["Location"]] = (name, time.monotonic())


def bomb(client, chance):
    name = chance.choice(sorted(BOMBS))
    status, headers, _ = client.send("bomb", name, BOMBS[name])
    if status == 202:
        client.notes.tracked[headers["Location"]] = (name, time.monotonic())


def preview(client, _):
    body = json.dumps({**DRAFT, "screening": client.kept.rsplit("/", 1)[1]}, ensure_ascii=False).encode()
    client.as_operator("preview", "POST", "/v1/measures/preview", body, Content_Type="application/json")


def rerun(client, _):
    status, headers, _ = client.as_operator("rerun", "POST", f"{client.kept}/rerun")
    if status == 202:
        client.notes.tracked[headers["Location"]] = ("sound.csv", time.monotonic())


def feedback(client, _):
    report = {"measure_id": "gd-first-batch-materials", "fact": "region", "condition": "0", "verdict": "met"}
    body = json.dumps({**report, "should_be": "unmet", "comment": MARK}, ensure_ascii=False).encode()
    client.ask("feedback", "POST", "/v1/feedback", body, Content_Type="application/json")


def console(client, _):
    """Sign in, read, sign out; the cookie that somebody copied is worth nothing then."""
    own = {"Origin": f"http://127.0.0.1:{client.port}", "Accept": "text/html"}
    form = {"Content_Type": FORM["Content-Type"]}
    status, headers, _ = client.ask(
        "console", "POST", "/screenings/sign-in", urlencode({"key": client.key}).encode(), **own, **form
    )
    if status != 303:
        return
    kept = {**own, "Cookie": headers["Set-Cookie"].split(";")[0]}
    status, _, body = client.ask("page", "GET", "/screenings", **kept)
    if status != 200:
        return
    token = body.partition(b'name="token" value="')[2][:64].decode()
    status, *_ = client.ask(
        "console", "POST", "/screenings/sign-out", urlencode({"token": token}).encode(), **kept, **form
    )
    if status == 303:
        client.ask("copied cookie", "GET", f"/screenings/{client.kept.rsplit('/', 1)[1]}", **kept)


MIX = (
    (match, 30), (page, 8), (search, 8), (embed, 4), (wrong, 6), (alive, 6), (upload, 3), (bomb, 1), (preview, 2),
    (rerun, 1), (feedback, 2), (console, 3),
)  # fmt: skip
PAUSE_SECONDS = 0.05


def keep_asking(client, seed, is_over):
    """Ask one thing after the other, drawn with a seed, until it is over."""
    chance = random.Random(seed)
    kinds, weights = zip(*MIX, strict=True)
    while not is_over():
        chance.choices(kinds, weights)[0](client, chance)
        time.sleep(PAUSE_SECONDS)
