"""What people see of it: every refusal says what is wrong, where, and what to do, in the language of the request."""

import contextlib
import http.client
import json
import re
import socket
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from seeds.faults import LANGUAGES, load_messages
from service.app import create_app
from service.complaints import RequestError
from service.keys import Keys, Role
from service.pages.wording import page_words
from service.screenings.stored.jobs import Jobs
from service.settings import Settings
from service.store import Store
from service.web.errors import KINDS, describe_problem
from tests.service.conftest import running
from tests.service.operators import JSON, Operator

ENGLISH = {"Accept-Language": "en"}
CHINESE = re.compile("[\u4e00-\u9fff]")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
MOST_BYTES = 6_000
SECRET = "某某机密生物"

PARAMETERS = re.compile(r"state_|os_")
"""Messages that only stand inside others."""
NO_REFUSAL = {"done", "waiting", "key_made", "local_key"}
DEMANDS = {"zh": re.compile("须|请|应|只能|可以有|没有|不能|不同|不是|早于|两次|重复|缺少|循环|在 |不止|不存在|也有|已|最多|无法"), "en": re.compile(
    r"\b(must|needs?|takes|write|cannot|no|not|twice|missing|stands?|has|have|is|are|form|names?|parents|before|already|unknown)\b"
)}  # fmt: skip
"""How a fault of a rule pack or vocabulary says what is expected, where it has no hint; only their authors see it."""
OF_AUTHORS = ("# Files of seeds", "# Requests")


def authors_codes(root):
    text = (root / "seeds/messages/zh.yaml").read_text("utf-8")
    part = text[text.index(OF_AUTHORS[0]) : text.index(OF_AUTHORS[1])]
    return set(re.findall(r"^'?(\w+)'?:$", part, re.MULTILINE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_says_what_to_do(language):
    authors = authors_codes(Path(__file__).parents[2])
    silent = []
    for code, words in load_messages(language).items():
        if PARAMETERS.match(code) or code in NO_REFUSAL:
            continue
        if code in authors:
            if not words.hint and not DEMANDS[language].search(words.message):
                silent.append(code)
        elif not words.hint or (words.needs and not words.otherwise and code in MAYBE):
            silent.append(code)
    assert silent == []


MAYBE = {"unknown_field", "unknown_parameter", "no_such_thing", "not_one_of", "mapping_heading", "mapping_field"}
"""Hints that name the nearest there is, where there may be none near."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_problem_says_what_to_do_where_it_has_no_complaint(app, kind):
    with app.test_request_context():
        for language in LANGUAGES:
            problem = describe_problem(kind, (), language)
            message = load_messages(language)[f"problem_{kind}"].message
            assert message == problem.title
            assert problem.detail.startswith(message)
            assert problem.detail.endswith(load_messages(language)[f"problem_{kind}"].hint)
            assert len(problem.detail) > len(problem.title) + 4


def test_a_page_says_no_less_than_the_api():
    for language in LANGUAGES:
        words = page_words(language)
        for key in ("screen_wrong_key", "screen_low_key", "screen_session_over"):
            assert len(re.split(r"[。.，,;；]", words[key])) > 2, key


# --- provoked over HTTP


@pytest.fixture(scope="module")
def server(catalogue_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("refusals")
    given = {"CEPEI_CATALOGUE": str(catalogue_file), "CEPEI_DATA": str(folder / "data.sqlite")}
    with running(folder, [sys.executable, "-m", "service.cli", "serve"], {**given, "CEPEI_WORKERS": "1"}) as started:
        yield started


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def finished(operator):
    return operator.finished([{"name": SECRET, "city": "合肥"}])


@pytest.fixture(scope="module")
def cancelled(operator):
    place = operator.screen([{"city": "合肥"}] * 3000)
    operator.call("POST", f"{place}/cancel")
    return place


HOSTILE = "\u202e\x1b[31m" + SECRET * 5000
MATCH = ("POST", "/v1/match")
UPLOAD = ("POST", "/v1/screenings")


def body(**profile):
    return json.dumps({"profile": profile}, ensure_ascii=False).encode()


def form(name, content, **fields):
    parts = [f'--cut\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
    return "".join(parts).encode("utf-8", "surrogatepass") + content + b"\r\n--cut--\r\n"


FORM = {"Content-Type": "multipart/form-data; boundary=cut"}
ONE = "{finished}"
REFUSED = {
    # how it is asked, with what, what comes back, and whether a place is known
    "no address": ("GET", "/nothing", None, {}, 404, False),
    "no call": ("GET", "/v1/nothing", None, {}, 404, False),
    "an address of noise": ("GET", "/v1/" + quote(HOSTILE)[:3000], None, {}, 404, False),
    "another method": ("DELETE", "/v1/match", None, {}, 405, False),
    "no body": (*MATCH, b"", JSON, 400, False),
    "broken JSON": (*MATCH, b'{"profile": ', JSON, 400, False),
    "too deep": (*MATCH, b"[" * 100 + b"]" * 100, JSON, 400, False),
    "no UTF-8": (*MATCH, b"\xff", JSON, 400, False),
    "no number": (*MATCH, b'{"profile": {"employees": NaN}}', JSON, 400, True),
    "an endless number": (*MATCH, b'{"limit": ' + b"9" * 900 + b"}", JSON, 400, True),
    "a name twice": (*MATCH, b'{"profile": {}, "profile": {}}', JSON, 400, True),
    "half a character": (*MATCH, b'{"profile": {"city": "\\ud800"}}', JSON, 400, True),
    "a field of noise": (*MATCH, body(**{HOSTILE: 1}), JSON, 422, True),
    "a field nobody knows": (*MATCH, body(qzx=1), JSON, 422, True),
    "a fact of noise": (*MATCH, body(facts={HOSTILE: True}), JSON, 422, True),
    "a word of noise": (*MATCH, json.dumps({"profile": {}, "detail": HOSTILE}).encode(), JSON, 422, True),
    "money of noise": (*MATCH, body(annual_revenue_cny=HOSTILE), JSON, 422, True),
    "a day of noise": (*MATCH, json.dumps({"profile": {}, "on": HOSTILE}).encode(), JSON, 422, True),
    "a place of noise": (*MATCH, body(city=HOSTILE), JSON, 422, True),
    "a list of thousands": (*MATCH, body(products=["x"] * 5000), JSON, 422, True),
    "thousands of fields": (*MATCH, body(**{f"x{n}": 1 for n in range(5000)}), JSON, 422, True),
    "a form for JSON": (*MATCH, b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415, False),
    "a type of noise": (*MATCH, b"{}", {"Content-Type": "x/" + "y" * 4000}, 415, False),
    "another charset": (*MATCH, b"{}", {"Content-Type": "application/json; charset=" + "g" * 3000}, 415, False),
    "compressed": (*MATCH, b"{}", {**JSON, "Content-Encoding": "gzip" * 500}, 415, False),
    "too much": (*MATCH, b" " * 1_100_000, JSON, 413, False),
    "a parameter of noise": ("GET", f"/v1/measures?{quote(HOSTILE)[:3000]}=1", None, {}, 422, True),
    "a page of noise": ("GET", f"/v1/measures?page={quote(HOSTILE)[:3000]}", None, {}, 422, True),
    "a page beyond": ("GET", "/v1/measures?page=0", None, {}, 422, True),
    "a parameter twice": ("GET", "/v1/measures?page=1&page=2", None, {}, 422, True),
    "no such measure": ("GET", f"/v1/measures/{quote(HOSTILE)[:3000]}", None, {}, 404, False),
    "no such document": ("GET", "/v1/documents/none", None, {}, 404, False),
    "no such vocabulary": ("GET", "/v1/vocabularies/none", None, {}, 404, False),
    "no key": ("GET", "/v1/screenings", None, {"Authorization": ""}, 401, False),
    "a key of noise": ("GET", "/v1/screenings", None, {"Authorization": "Bearer " + "x" * 4000}, 401, False),
    "a key that may not": ("GET", "/v1/feedback", None, {}, 403, False),
    "no such screening": ("GET", "/v1/screenings/" + "x" * 32, None, {}, 404, False),
    "no file": (*UPLOAD, b"--cut--\r\n", FORM, 422, True),
    "a format of noise": (*UPLOAD, form("x.exe", b"MZ"), FORM, 422, True),
    "a day that is none": (*UPLOAD, form("x.csv", b"a", on="2026-13-01"), FORM, 422, True),
    "columns of noise": (*UPLOAD, form("x.csv", b"a", columns="{"), FORM, 422, True),
    "no tenants": (*UPLOAD, b'{"tenants": []}', JSON, 422, True),
    "a column that is not there": (*UPLOAD, form("x.csv", b"city\nHefei\n", columns='{"none": "city"}'), FORM, 422, True),
    "a fact of endless text": (*MATCH, body(facts={"founded_on": HOSTILE}), JSON, 422, True),
    "a fact of endless money": (*MATCH, body(facts={"annual_revenue": HOSTILE}), JSON, 422, True),
    "cancelled twice": ("POST", "{cancelled}/cancel", None, {}, 409, False),
    "results of none": ("GET", "{cancelled}/summary", None, {}, 409, False),
    "no rerun": ("GET", f"{ONE}/changes", None, {}, 409, False),
    "no such row": ("GET", f"{ONE}/tenants/99/match", None, {}, 404, False),
    "no such pair": ("GET", f"{ONE}/tenants/1/measures/none", None, {}, 404, False),
    "results of noise": ("GET", f"{ONE}/results.exe", None, {}, 404, False),
    "a filter of noise": ("GET", f"{ONE}/tenants?verdict={quote(HOSTILE)[:3000]}", None, {}, 422, True),
    "feedback on nothing": ("POST", "/v1/feedback", b"{}", JSON, 422, True),
    "a preview of nothing": ("POST", "/v1/measures/preview", b"{}", JSON, 422, True),
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_what_where_and_what_to_do(name, language, operator, finished, cancelled):
    method, path, sent, headers, status, has_place = REFUSED[name]
    path = path.format(finished=finished, cancelled=cancelled)
    asked = {"Accept-Language": language, **headers}
    reply = operator.call(method, path, sent, **asked)
    assert reply.status == status, reply.body[:500]
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Content-Language"] == {"zh": "zh-CN", "en": "en"}[language]
    problem = reply.json
    assert says_enough(problem, language)
    assert not has_place or all(error["pointer"] for error in problem["errors"])
    assert not has_place or problem["errors"]
    assert len(reply.body) < MOST_BYTES
    assert not CONTROL.search(reply.body.decode().replace("\n", ""))


def says_enough(problem, language):
    """Check the texts of a problem: in the language asked for, each fault with what to do about it."""
    texts = [problem["title"], problem["detail"]]
    for error in problem["errors"]:
        assert error["message"], problem
        assert error["hint"], problem
        texts += [error["message"], error["hint"]]
    if not problem["errors"]:
        assert len(problem["detail"]) > len(problem["title"]) + 4, problem
    for text in texts:
        own = re.sub("“[^”]*”|'[^']*'", "", text)
        assert language == "en" or CHINESE.search(own) or re.fullmatch(r"[\w/.,;: -]*", own), text
        assert "None" not in own
        assert "{" not in own or "[" in own or '{"' in own, text
    return True


PAGES = {
    "no page": ("GET", "/nothing", None, 404),
    "no measure": ("GET", "/measures/none", None, 404),
    "no document": ("GET", "/documents/none", None, 404),
    "no part of the handbook": ("GET", "/handbook/none", None, 404),
    "feedback on nothing": ("POST", "/feedback", b"", 422),
    "feedback of noise": ("POST", "/feedback", urlencode({"measure_id": HOSTILE[:3000], "comment": "x"}).encode(), 422),
    "a foreign form": ("POST", "/screenings/sign-in", b"key=x", 403),
    "a method": ("DELETE", "/", None, 405),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_refusal_on_a_page_says_so_in_words(name, language, server):
    method, path, sent, status = PAGES[name]
    headers = {"Accept": "text/html", "Accept-Language": language, "Content-Type": "application/x-www-form-urlencoded"}
    reply = server.call(method, path, body=sent, headers=headers)
    assert reply.status == status
    page = reply.body.decode()
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in page
    main = page.split("<main", 1)[1].split("</main>")[0]
    assert "{" not in main
    assert "None" not in main
    assert len(re.sub("<[^>]*>", "", main)) > 30
    assert HOSTILE[:40] not in page


def test_too_many_requests_and_a_missing_catalogue_say_when_to_come_again(tmp_path):
    given = {"catalogue": tmp_path / "none", "data": tmp_path / "data.sqlite", "log_level": "error"}
    limited = create_app(Settings(**given, rate_limit="2/hour", rate_store=str(tmp_path / "rate"))).test_client()
    answers = {"zh": [], "en": []}
    for language in ("zh", "en", "zh", "en"):
        reply = limited.post("/v1/match", json={"profile": {}}, headers={"Accept-Language": language})
        assert says_enough(reply.json, language)
        answers[language].append(reply)
    for missing, refused in answers.values():
        assert (missing.status_code, refused.status_code) == (503, 429)
        assert int(refused.headers["Retry-After"]) > 0
        assert "Retry-After" in refused.json["detail"]


def test_records_that_are_used_up_and_a_broken_data_file_say_what_to_do(tmp_path):
    given = {"catalogue": tmp_path / "none", "log_level": "error"}
    data, broken = tmp_path / "data.sqlite", tmp_path / "broken.sqlite"
    key, text = Keys(Store(data)).add(Role.OPERATOR)
    assert Jobs(Store(data)).records.charge(key.id, 1, most=1)
    broken.write_bytes(b"noise" * 1000)
    client = create_app(Settings(**given, data=data, operator_records=1)).test_client()
    unusable = create_app(Settings(**given, data=broken)).test_client()
    for language in LANGUAGES:
        headers = {"Authorization": f"Bearer {text}", "Accept-Language": language}
        refused = client.post("/v1/screenings", json={"tenants": [{}]}, headers=headers)
        assert refused.status_code == 429
        assert says_enough(refused.json, language)
        refused = unusable.get("/v1/screenings", headers=headers)
        assert refused.status_code == 503
        assert says_enough(refused.json, language)


HEADS = {
    "a line of noise": b"\xe4\xb8\xad\xe6\x96\x87\r\n\r\n",
    "an address that is not encoded": "GET /v1/measures?q=中试 HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a header without a colon": b"GET /healthz HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n",
}


@pytest.mark.parametrize("name", HEADS)
def test_what_is_no_http_is_refused_in_words(name, server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(HEADS[name])
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        content = answer.read()
    assert 400 <= answer.status < 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert says_enough(json.loads(content), "zh")
    assert len(content) < MOST_BYTES


def test_a_request_error_without_words_would_be_noticed():
    """Every kind that is raised anywhere is one that is worded."""
    with pytest.raises(KeyError):
        describe_problem(RequestError("nothing").kind, (), "zh")
