"""Signing in and out of the console: a session lives on the server, ends there, and every route asks whether it has.

One real server with two workers; its screenings are worked on here, so that one can be left waiting.
"""

import contextlib
import http.client
import re
import sys
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import pytest
from itsdangerous import URLSafeSerializer
from playwright.sync_api import expect

from service.app import create_app
from service.cli import main
from service.keys import IDLE_SECONDS, MOST_SESSIONS, SESSION_SECONDS, Keys, Role, Sessions, server_secret
from service.pages.console.entry import COOKIE, SECURE_COOKIE
from service.pages.console.results import blueprint
from service.screenings.jobs.worker import Worker
from service.settings import Settings
from service.store import Store
from tests.service.conftest import running
from tests.service.operators import Operator

TENANT = "某某生物材料有限公司"
MEASURE = "gd-first-batch-materials"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def server(catalogue_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sessions")
    given = {"CEPEI_CATALOGUE": str(catalogue_file), "CEPEI_DATA": str(folder / "data.sqlite")}
    command = [sys.executable, "-m", "service.cli", "serve"]
    with running(folder, command, {**given, "CEPEI_SCREENING_WORKER": "off"}) as started:
        yield started


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def worker(server):
    given = {"catalogue": Path(server.given["CEPEI_CATALOGUE"]), "data": Path(server.given["CEPEI_DATA"])}
    return Worker(Settings(**given, screening_processes=1))


@pytest.fixture(scope="module")
def screened(operator, worker):
    """The id of a finished screening."""
    place = operator.screen([{"name": TENANT, "city": "合肥", "products": ["聚乳酸"]}])
    assert worker.work_once()
    return place.rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def waiting(operator, screened):  # noqa: ARG001 - worked on first
    """The id of a screening that nobody works on."""
    return operator.screen([{"city": "合肥"}]).rsplit("/", 1)[1]


class Browser:
    """What a browser keeps and sends: a cookie, the origin of its page, the token of its forms."""

    def __init__(self, server, text=""):
        self.server, self.cookie = server, ""
        if text:
            self.sign_in(text)

    def sign_in(self, text):
        reply = self.post("/screenings/sign-in", key=text)
        assert reply.status == 303, reply.body.decode()
        self.cookie = reply.headers["Set-Cookie"].split(";")[0].split("=", 1)[1]

    def get(self, path, **headers):
        return self.server.call("GET", path, headers={**self.headers, **headers})

    def post(self, path, token="", **fields):
        body = urlencode({"token": token, **fields}).encode()
        return self.server.call("POST", path, body=body, headers={**FORM, **self.headers, "Origin": self.server.base})

    @property
    def headers(self):
        return {"Accept": "text/html", **({"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {})}

    @property
    def token(self):
        return re.search(r'name="token" value="([0-9a-f]{64})"', self.get("/screenings").body.decode())[1]

    def is_signed_in(self):
        """Ask several times, so that both workers are asked; they agree."""
        (answer,) = {b"sign-out" in self.get("/screenings").body for _ in range(6)}
        return answer


@pytest.fixture
def reader(server, operator):
    return Browser(server, operator.text)


@cache
def rules():
    """Every rule of the console, but those of signing in and out."""
    app = create_app(Settings(catalogue=Path("none"), log_level="error"))
    own = (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{blueprint.name}."))
    return app.url_map.bind(""), [rule for rule in own if not rule.endpoint.endswith(("sign_in", "sign_out"))]


def places(method, screening):
    """Every address of the console that takes a method, of one screening."""
    adapter, known = rules()
    values = {
        "screening_id": screening,
        "upload_id": "u" * 32,
        "row": 1,
        "measure_id": MEASURE,
        "form": "csv",
        "subscription_id": "0" * 32,
        "ending": "pdf",
        "order_id": "0" * 32,
    }
    for rule in known:
        if method in rule.methods:
            yield adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}, method=method)


# --- what ends a session


def test_a_copied_cookie_is_worth_nothing_after_signing_out(reader, screened):
    reading = [place for place in places("GET", screened) if place != "/screenings"]
    sending = list(places("POST", screened))
    assert len(reading) > 12
    assert len(sending) > 4
    open_ones = {place: reader.get(place).status for place in reading if not place.endswith("/events")}
    assert {place for place, status in open_ones.items() if status != 200} <= {
        f"/screenings/new/{'u' * 32}", f"/screenings/{screened}/changes", f"/screenings/subscriptions/{'0' * 32}",
        f"/screenings/{screened}/dossiers/{'0' * 32}.zip",
    }  # fmt: skip
    token = reader.token
    assert reader.post("/screenings/sign-out", token).status == 303
    assert not reader.is_signed_in()
    for place in reading:
        for _ in range(2):
            reply = reader.get(place)
            assert reply.status == 401, place
            assert TENANT not in reply.body.decode()
    before = Store(Path(reader.server.given["CEPEI_DATA"])).row("SELECT COUNT(*) AS n FROM screenings")
    assert {reader.post(place, token).status for place in sending} == {401}
    assert Store(Path(reader.server.given["CEPEI_DATA"])).row("SELECT COUNT(*) AS n FROM screenings") == before


def test_signing_out_leaves_other_browsers_alone_and_everywhere_leaves_none(server):
    operator = Operator(server)
    first, second, third = (Browser(server, operator.text) for _ in range(3))
    stranger = Browser(server, Operator(server).text)
    first.post("/screenings/sign-out", first.token)
    assert [one.is_signed_in() for one in (first, second, third)] == [False, True, True]
    second.post("/screenings/sign-out", second.token, everywhere="yes")
    assert [one.is_signed_in() for one in (second, third, stranger)] == [False, False, True]


def _revoke(operator):
    assert main(["keys", "--data", str(operator.data), "revoke", operator.key.id]) == 0


def _sign_out(operator):
    assert main(["keys", "--data", str(operator.data), "sign-out", operator.key.id]) == 0


def _column(table, name, value):
    def change(operator):
        where = "id" if table == "keys" else "key_id"
        values = {"value": value() if callable(value) else value, "id": operator.key.id}
        Store(operator.data).change(f"UPDATE {table} SET {name} = :value WHERE {where} = :id", values)

    return change


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(_revoke, id="the key is revoked"),
        pytest.param(_sign_out, id="whoever runs the service ends it"),
        pytest.param(_column("keys", "expires_at", time.time), id="the key expires"),
        pytest.param(_column("keys", "role", "public"), id="the key may screen no more"),
        pytest.param(_column("sessions", "began_at", lambda: time.time() - SESSION_SECONDS), id="eight hours are over"),
        pytest.param(_column("sessions", "seen_at", lambda: time.time() - IDLE_SECONDS), id="an hour without use"),
        pytest.param(_column("sessions", "hash", "0" * 64), id="it is not the session that is known"),
    ],
)
def test_a_session_ends_at_once_for_every_worker_when(end, server, capsys):
    operator = Operator(server)
    browser = Browser(server, operator.text)
    assert browser.is_signed_in()
    end(operator)
    assert not browser.is_signed_in()
    capsys.readouterr()


def test_signing_in_again_begins_anew_and_ends_what_the_browser_brought(server, operator):
    browser = Browser(server, operator.text)
    old = browser.cookie
    browser.sign_in(operator.text)
    assert browser.cookie != old
    assert browser.is_signed_in()
    browser.cookie = old
    assert not browser.is_signed_in()


@pytest.mark.parametrize("brought", ["chosen-by-somebody", "A" * 43, "x" * 5000, "é", "null", "'--"])
def test_a_session_that_somebody_else_chose_is_never_begun(server, operator, brought):
    browser = Browser(server)
    browser.cookie = brought
    browser.sign_in(operator.text)
    assert browser.cookie != brought
    browser.cookie = brought
    assert not browser.is_signed_in()


def test_a_cookie_of_an_older_version_is_refused_kindly_in_both_languages(server, operator, screened):
    secret = server_secret(operator.data.parent)
    ends = int(time.time()) + 3600
    browser = Browser(server)
    browser.cookie = str(URLSafeSerializer(secret, salt="console session").dumps([operator.key.id, "x", ends]))
    page = browser.get(f"/screenings/{screened}")
    assert page.status == 401
    assert "登录已经结束" in page.body.decode()
    assert "系统已升级。请用密钥重新登录" in page.body.decode()
    assert f'name="wanted" value="/screenings/{screened}"' in page.body.decode()
    assert "Sign in again with your key" in browser.get("/screenings?lang=en").body.decode()
    fresh = Browser(server).get("/screenings").body.decode()
    assert "登录已经结束" not in fresh


def test_a_form_sent_after_the_end_leads_to_signing_in_and_is_not_done(server, screened):
    operator = Operator(server)
    browser = Browser(server, operator.text)
    token = browser.token
    Sessions(Store(operator.data)).end_all(operator.key.id)
    reply = browser.post(f"/screenings/{screened}/rerun", token)
    assert reply.status == 401
    assert "登录已经结束" in reply.body.decode()
    assert browser.post("/screenings/sign-out", token).headers["Location"] == "/screenings"


# --- streams


def events_until_the_end(port, path, headers, end):
    """Open a stream, end what it rests on, and return what it told until it was closed."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200
        told = answer.readline() + answer.readline() + answer.readline()
        end()
        return (told + answer.read()).decode()


def test_an_open_stream_ends_when_its_reader_signs_out_elsewhere(server, operator, waiting):
    browser = Browser(server, operator.text)
    token, began = browser.token, time.monotonic()
    end = lambda: browser.post("/screenings/sign-out", token)  # noqa: E731
    told = events_until_the_end(server.port, f"/screenings/{waiting}/events", browser.headers, end)
    assert "event: progress" in told
    assert "event: deleted" in told
    assert time.monotonic() - began < 5


def test_an_open_stream_of_the_api_ends_with_its_key(server):
    operator = Operator(server)
    place = operator.screen([{"city": "合肥"}])
    headers = {"Authorization": f"Bearer {operator.text}"}
    end = lambda: Keys(Store(operator.data)).revoke(operator.key.id)  # noqa: E731
    told = events_until_the_end(server.port, f"{place}/events", headers, end)
    assert "event: progress" in told
    assert "event: deleted" in told


# --- what browsers keep


SECURE = {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"}
PLAIN = {"HttpOnly", "SameSite=Strict", "Path=/"}


@pytest.mark.parametrize(
    ("proxies", "headers", "name", "flags"),
    [
        pytest.param(0, {}, COOKIE, PLAIN, id="plain http"),
        pytest.param(1, {"X-Forwarded-Proto": "https"}, SECURE_COOKIE, SECURE, id="a trusted proxy speaks TLS"),
        pytest.param(1, {"X-Forwarded-Proto": "http"}, COOKIE, PLAIN, id="a trusted proxy without TLS"),
        pytest.param(0, {"X-Forwarded-Proto": "https"}, COOKIE, PLAIN, id="a stranger claims TLS"),
        pytest.param(0, {"Origin": "https://localhost"}, SECURE_COOKIE, SECURE, id="the browser itself says TLS"),
    ],
)
def test_the_cookie_is_as_narrow_as_the_connection_allows(tmp_path, proxies, headers, name, flags):
    given = {"catalogue": tmp_path / "none", "data": tmp_path / "data.sqlite", "log_level": "error"}
    text = Keys(Store(given["data"])).add(Role.OPERATOR)[1]
    client = create_app(Settings(**given, proxies=proxies)).test_client(use_cookies=False)
    sent = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "192.0.2.1", **headers}
    reply = client.post("/screenings/sign-in", data={"key": text}, headers=sent)
    cookie, *attributes = reply.headers["Set-Cookie"].split("; ")
    assert cookie.startswith(f"{name}=")
    assert {one for one in attributes if not one.startswith(("Expires", "Max-Age"))} == flags
    assert f"Max-Age={SESSION_SECONDS}" in attributes
    kept = {**sent, "Cookie": cookie}
    assert b"sign-out" in client.get("/screenings", headers=kept).data
    page = client.get("/screenings", headers=kept).text
    token = re.search(r'name="token" value="([0-9a-f]{64})"', page)[1]
    out = client.post("/screenings/sign-out", data={"token": token}, headers=kept).headers["Set-Cookie"]
    assert out.startswith(f"{name}=;")
    assert flags <= set(out.split("; "))


def test_over_tls_a_cookie_that_a_neighbouring_host_could_set_does_not_count(tmp_path):
    """A host beside ours under the same domain could sign a visitor in to the session of somebody else."""
    given = {"catalogue": tmp_path / "none", "data": tmp_path / "data.sqlite", "log_level": "error"}
    key = Keys(Store(given["data"])).add(Role.OPERATOR)[0]
    text = Sessions(Store(given["data"])).begin(key)
    client = create_app(Settings(**given, proxies=1)).test_client(use_cookies=False)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    assert b"sign-out" not in client.get("/screenings", headers={**headers, "Cookie": f"{COOKIE}={text}"}).data
    assert b"sign-out" in client.get("/screenings", headers={**headers, "Cookie": f"{SECURE_COOKIE}={text}"}).data


def test_nothing_of_the_console_is_kept_by_a_browser_or_a_proxy(reader, screened):
    for place in places("GET", screened):
        if not place.endswith("/events"):
            assert reader.get(place).headers["Cache-Control"] == "no-store", place
    out = reader.post("/screenings/sign-out", reader.token)
    assert out.headers["Cache-Control"] == "no-store"
    assert reader.get("/screenings").headers["Cache-Control"] == "no-store"


def test_going_back_after_signing_out_shows_no_company(new_page, operator, screened):
    page = new_page(operator.server.base)
    page.cookies_meant = True
    page.goto("/screenings")
    page.get_by_label("操作员密钥").fill(operator.text)
    page.get_by_role("button", name="登录").click()
    page.goto(f"/screenings/{screened}/tenants")
    expect(page.get_by_text(TENANT)).to_be_visible()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="用密钥登录")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="用密钥登录")).to_be_visible()
    assert TENANT not in page.content()
    page.complaints.clear()  # the browser notes the 401


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://example.org"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="an origin that is hidden"),
        pytest.param({}, id="no origin at all"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="a neighbouring host"),
        pytest.param({"Sec-Fetch-Site": "none"}, id="typed by hand"),
    ],
)
def test_no_other_page_can_send_any_form_of_the_console(reader, screened, headers):
    token = reader.token
    for place in (*places("POST", screened), "/screenings/sign-in", "/screenings/sign-out"):
        body = urlencode({"token": token, "key": "x"}).encode()
        reply = reader.server.call("POST", place, body=body, headers={**FORM, **reader.headers, **headers})
        assert reply.status == 403, place
        assert "请返回后刷新页面再试" in reply.body.decode()
    assert reader.is_signed_in()


def test_a_form_without_the_token_of_this_session_is_refused(reader, operator, screened):
    others = Browser(reader.server, operator.text).token
    for place in (*places("POST", screened), "/screenings/sign-out"):
        for token in ("", "0" * 64, others):
            assert reader.post(place, token).status == 403, place
    assert reader.is_signed_in()


def test_no_other_site_can_have_its_readers_send_feedback(server):
    measure = server.get("/v1/measures?per_page=1").json["items"][0]["id"]
    body = urlencode({"measure_id": measure, "fact": "region", "verdict": "met", "should_be": "unmet"}).encode()
    for site in ("cross-site", "same-site"):
        reply = server.call("POST", "/feedback", body=body, headers={**FORM, "Sec-Fetch-Site": site})
        assert reply.status == 403


# --- what is stored


@pytest.fixture
def stored(tmp_path, clock):
    store = Store(tmp_path / "data.sqlite")
    key = Keys(store, clock=clock).add(Role.OPERATOR)[0]
    return store, Sessions(store, clock=clock), key


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def count(store):
    return store.row("SELECT COUNT(*) AS n FROM sessions")["n"]


def test_a_session_lasts_while_it_is_used_and_never_longer_than_a_working_day(stored, clock):
    _, sessions, key = stored
    text, idle = sessions.begin(key), sessions.begin(key)
    for _ in range(SESSION_SECONDS // 3000):
        clock.now += 3000
        assert sessions.find(text) == key
    assert sessions.find(idle) is None
    clock.now = 1_000_000.0 + SESSION_SECONDS - 1
    assert sessions.find(text) == key
    clock.now += 1
    assert sessions.find(text) is None


def test_a_clock_set_back_neither_ends_a_session_nor_crashes(stored, clock):
    _, sessions, key = stored
    text = sessions.begin(key)
    clock.now -= 3600
    assert sessions.find(text) == key


def test_no_file_holds_what_a_browser_keeps(stored):
    store, sessions, key = stored
    text = sessions.begin(key)
    assert len(text) >= 43
    for file in store.folder.iterdir():
        assert text.encode() not in file.read_bytes()
    assert sessions.find(store.row("SELECT hash FROM sessions")["hash"]) is None


def test_sessions_that_are_over_are_swept_and_one_key_has_not_endlessly_many(stored, clock, tmp_path):
    store, sessions, key = stored
    sessions.begin(key)
    clock.now += IDLE_SECONDS
    newest = [sessions.begin(key) for _ in range(MOST_SESSIONS + 3)]
    assert count(store) == MOST_SESSIONS
    assert sessions.find(newest[-1]) == key
    Worker(Settings(catalogue=tmp_path / "none", data=store.path)).sweep()  # by today's clock all are over
    assert count(store) == 0


def test_revoking_a_key_forgets_its_sessions(stored, clock):
    store, sessions, key = stored
    other = Keys(store, clock=clock).add(Role.OPERATOR)[0]
    sessions.begin(key)
    kept = sessions.begin(other)
    assert Keys(store, clock=clock).revoke(key.id)
    assert count(store) == 1
    assert sessions.find(kept) == other


def test_reading_goes_on_where_nothing_can_be_written(stored, clock):
    store, sessions, key = stored
    text = sessions.begin(key)
    store.rows("PRAGMA query_only = ON")
    clock.now += 120
    assert sessions.find(text) == key
    store.rows("PRAGMA query_only = OFF")


def test_a_secret_that_was_made_anew_ends_every_session(stored):
    store, sessions, key = stored
    text = sessions.begin(key)
    (store.folder / "key-secret").write_bytes(b"x" * 32)
    assert sessions.find(text) is None


def test_who_has_not_signed_in_sends_no_more_than_a_form(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with contextlib.closing(connection):
        body = b"key=" + b"x" * 2_000_000
        connection.request("POST", "/screenings/sign-in", body, {**FORM, "Origin": f"http://127.0.0.1:{server.port}"})
        assert connection.getresponse().status == 413
