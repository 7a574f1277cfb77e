"""Around every answer: request ids, security headers, errors without internals, logs without company data, metrics."""

import json
import re

import pytest

from service.app import create_app
from service.settings import Settings
from service.web.rate_limit import caller

SECRET = "绝密生物科技有限公司"
SECRET_CODE = "91110000600037341L"


@pytest.mark.parametrize("path", ["/healthz", "/v1/measures", "/v1/nothing", "/", "/static/cepei.css", "/openapi.yaml"])
def test_every_answer_has_a_request_id_and_the_security_headers(server, path):
    headers = server.get(path).headers
    assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-Id"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_a_sane_request_id_of_the_caller_is_kept_and_another_replaced(server):
    assert server.get("/healthz", X_Request_Id="trace-17.a_B").headers["X-Request-Id"] == "trace-17.a_B"
    for odd in ("a b", "x" * 65, "<script>", "中文".encode().decode("latin-1"), ""):
        assert re.fullmatch(r"[0-9a-f]{32}", server.get("/healthz", X_Request_Id=odd).headers["X-Request-Id"])


def test_no_log_line_holds_anything_of_a_company(server):
    """The shared server logs all that can be logged."""
    before = [len(file.read_text("utf-8")) for file in (server.log, server.errors)]
    server.match({"name": SECRET, "uscc": SECRET_CODE, "city": "合肥", "products": [SECRET]})
    server.match({"name": SECRET, "employees": -1, "facts": {SECRET: True}})
    server.post(json.dumps({"profile": {"name": SECRET}}).encode()[:-3])
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    server.call("POST", "/", body=f"products={SECRET}".encode(), headers=form)
    server.get("/v1/measures?q=juemi-secret")
    server.get("/v1/measures/juemi-secret")
    server.call("GET", "/healthz", headers={"User-Agent": "juemi-secret", "Referer": "http://juemi-secret/"})
    server.call("BREW", "/juemi-secret")
    reported, complained = (
        file.read_text("utf-8")[at:] for file, at in zip((server.log, server.errors), before, strict=True)
    )
    assert len([line for line in reported.splitlines() if '"event": "request"' in line]) >= 8
    written = reported + complained
    for secret in (SECRET, SECRET_CODE, json.dumps(SECRET)[1:-1], "juemi-secret", "127.0.0.1 "):
        assert secret not in written


def test_a_log_line_tells_id_route_status_and_time(server):
    server.get("/v1/measures/none-of-these", X_Request_Id="find-me")
    line = next(line for line in server.log_lines() if line.get("request_id") == "find-me")
    assert line["route"] == "/v1/measures/<measure_id>"
    assert (line["method"], line["status"], line["event"]) == ("GET", 404, "request")
    assert 0 < line["ms"] < 30_000


def test_an_unexpected_exception_shows_and_logs_nothing_of_its_message(tmp_path, capsys):
    app = create_app(Settings(catalogue=tmp_path / "none.sqlite"))

    def fail():
        raise KeyError(SECRET)

    app.add_url_rule("/fail", view_func=fail)
    reply = app.test_client().get("/fail")
    assert (reply.status_code, reply.mimetype) == (500, "application/problem+json")
    logged = capsys.readouterr().out
    assert "KeyError" in logged
    assert "test_conversation.py" in logged
    for stated in (reply.text, logged):
        assert SECRET not in stated
    assert "Traceback" not in reply.text
    assert "KeyError" not in reply.text


def test_without_a_catalogue_the_service_lives_but_is_not_ready(tmp_path, capsys):
    client = create_app(Settings(catalogue=tmp_path / "none.sqlite")).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/openapi.yaml").status_code == 200
    for path in ("/readyz", "/v1/measures", "/v1/documents/x", "/v1/vocabularies/sectors"):
        reply = client.get(path)
        assert (reply.status_code, reply.json["code"]) == (503, "catalogue_unavailable")
        assert str(tmp_path) not in reply.text
    assert client.post("/v1/match", json={"profile": {}}).status_code == 503
    assert "catalogue_unavailable" in capsys.readouterr().out


def test_a_damaged_catalogue_is_not_served(catalogue_file, tmp_path, capsys):
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(catalogue_file.read_bytes().replace("中试".encode(), "中式".encode(), 1))
    assert create_app(Settings(catalogue=damaged)).test_client().get("/readyz").status_code == 503
    assert "catalogue_unavailable" in capsys.readouterr().out


def metrics(server):
    lines = server.get("/metrics").body.decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def test_metrics_count_over_all_workers(server, polylactic):
    before = metrics(server)
    for _ in range(30):
        server.match(polylactic)
    server.get("/v1/measures/none-of-these")
    after = metrics(server)
    expected = {
        'cepei_requests_total{route="/v1/match",status="200"}': 30,
        'cepei_requests_total{route="/v1/measures/<measure_id>",status="404"}': 1,
    }
    for part in ("read", "decide", "rank", "evidence", "serialise"):
        expected[f'cepei_match_part_seconds_count{{part="{part}"}}'] = 30
    assert {name: after[name] - before.get(name, 0) for name in expected} == expected
    text = server.get("/metrics").body.decode()
    assert re.search(r'cepei_catalogue_info\{[^}]*version="[0-9a-f]{16}"[^}]*\} [1-9]', text)


def test_a_proxy_is_believed_only_when_there_is_one(tmp_path):
    for proxies, seen in ((0, "127.0.0.1"), (1, "203.0.113.9")):
        app = create_app(Settings(catalogue=tmp_path / "none.sqlite", proxies=proxies, log_level="error"))
        app.add_url_rule("/who", view_func=caller)
        assert app.test_client().get("/who", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}).text == seen
