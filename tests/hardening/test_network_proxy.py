"""The example of the handbook, run by Debian's nginx in front of a real server."""

import contextlib
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hardening.slow import head
from tests.hardening.wire import connect, parse, read_to_end
from tests.service.conftest import POLYLACTIC, Server, free_port
from tests.service.operators import Operator

HOST = "cepei.example.gov.cn"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PARTS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass
class Proxied(Server):
    """The server as it is reached through nginx, by TLS."""

    plain: int = 0

    def call(self, method, path, *, body=None, headers=None):
        return super().call(method, path, body=body, headers={"Host": HOST, **(headers or {})})

    def connection(self, address="127.0.0.1") -> http.client.HTTPSConnection:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=30, context=context, source_address=(address, 0)
        )


def example(root: Path, folder: Path, port: int, plain: int, tls: int) -> str:
    """Return the example with free ports, a certificate of its own and files that this user may write."""
    (told,) = re.findall(
        r"^```nginx\n(.*?)^```$", (root / "docs/handbook/portal.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    for text, here in {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{port};",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
        "/etc/nginx/tls/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
    }.items():
        assert text in told
        told = told.replace(text, here)
    parts = "".join(f"{part}_temp_path {folder}/{part};\n" for part in PARTS)
    user = "user root;\n" if os.geteuid() == 0 else ""
    return f"{user}pid {folder}/pid;\ndaemon off;\nevents {{}}\nhttp {{\n{parts}{told}}}\n"


@pytest.fixture(scope="module")
def proxied(serve, root, tmp_path_factory) -> Iterator[Proxied]:
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx")
    folder = tmp_path_factory.mktemp("nginx")
    named = ["-subj", f"/CN={HOST}", "-keyout", str(folder / "cepei.key"), "-out", str(folder / "cepei.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *named],
        check=True,
        capture_output=True,
    )
    settings = {
        "CEPEI_PROXIES": "1",
        "CEPEI_RATE_LIMIT": "3/hour",
        "CEPEI_SCREENING_WORKER": "off",
        "CEPEI_QUEUE": "1",
        "CEPEI_WORKERS": "1",
        "CEPEI_THREADS": "3",
    }
    with serve(**settings) as server:
        plain, tls = free_port(), free_port()
        (folder / "conf").write_text(example(root, folder, server.port, plain, tls), "utf-8")
        errors = (folder / "errors").open("wb")
        command = [NGINX, "-p", str(folder), "-e", str(folder / "start-errors"), "-c", str(folder / "conf")]
        process = subprocess.Popen(command, stdout=errors, stderr=errors)
        proxied = Proxied(tls, process, server.log, server.errors, server.given, plain=plain)
        try:
            _wait_until_open(proxied, folder)
            yield proxied
        finally:
            process.terminate()
            process.wait(20)
            errors.close()


def _wait_until_open(proxied: Proxied, folder: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and proxied.process.poll() is None:
        with contextlib.suppress(OSError):
            connect(proxied.port).close()
            return
        time.sleep(0.05)
    pytest.fail((folder / "errors").read_text("utf-8"))


def ask(proxied, method, path, body=None, address="127.0.0.1", **headers):
    connection = proxied.connection(address)
    with contextlib.closing(connection):
        connection.request(
            method,
            path,
            body=body,
            headers={"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )
        answer = connection.getresponse()
        answer.body = answer.read()
        return answer


def match(proxied, address, **headers):
    body = json.dumps({"profile": POLYLACTIC}).encode()
    return ask(proxied, "POST", "/v1/match", body, address, Content_Type="application/json", **headers)


def test_http_is_led_to_https_at_the_name_of_the_site(proxied):
    with connect(proxied.plain) as connection:
        connection.sendall(head("GET /measures?q=x", "Connection: close").replace(b"Host: x", f"Host: {HOST}".encode()))
        answer = parse(read_to_end(connection))
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}/measures?q=x")


def test_each_address_has_a_budget_of_its_own_whatever_it_says_of_itself(proxied):
    statuses = [match(proxied, "127.0.0.11", X_Forwarded_For=f"192.0.2.{number}").status for number in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = match(proxied, "127.0.0.11")
    assert (refused.status, json.loads(refused.body)["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1
    assert match(proxied, "127.0.0.12").status == 200


def test_scheme_and_host_reach_the_service(proxied):
    """The cookie of a sign-in is for TLS only, and the form is known as the site's own by its host."""
    operator = Operator(proxied)
    for origin, status in ((f"https://{HOST}", 303), ("https://evil.example", 403)):
        answer = ask(
            proxied,
            "POST",
            "/screenings/sign-in",
            f"key={operator.text}",
            "127.0.0.13",
            Origin=origin,
            Content_Type="application/x-www-form-urlencoded",
        )
        assert answer.status == status, answer.body
        if status == 303:
            assert "Secure" in answer.headers["Set-Cookie"]
            assert answer.headers["Location"].startswith("/")


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Forwarded-Prefix", "SCRIPT_NAME", "SCRIPT-NAME", "X-Forwarded-Port"]
)
def test_no_header_that_passes_the_proxy_moves_the_service(proxied, name):
    answer = ask(proxied, "GET", "//measures", **{name: "/evil"})
    assert "evil" not in str(answer.headers)
    assert b"evil" not in answer.body


def test_an_upload_of_64_megabytes_passes_and_a_larger_body_elsewhere_does_not(proxied):
    row = "某某公司,合肥市,生物材料\n".encode()
    content = "企业名称,注册地,行业\n".encode() + row * ((64 * 1_048_576 - 1000) // len(row))
    operator = Operator(proxied)
    operator.server = _Tls(proxied)
    reply = operator.upload("tenants.csv", content)
    assert reply.status == 202, reply.body
    assert ask(proxied, "POST", "/v1/match", b" " * 3_000_000, Content_Type="application/json").status == 413


class _Tls:
    """Calls through nginx."""

    def __init__(self, proxied):
        self.proxied = proxied

    def call(self, method, path, *, body=None, headers=None):
        return ask(self.proxied, method, path, body, **(headers or {}))


def test_progress_is_pushed_while_the_stream_is_open(proxied):
    operator = Operator(proxied)
    operator.server = _Tls(proxied)
    reply = operator.upload("tenants.csv", "企业名称,注册地\n某某公司,合肥市\n".encode())
    place = f"/v1/screenings/{json.loads(reply.body)['id']}"
    connection = proxied.connection()
    with contextlib.closing(connection):
        headers = {"Host": HOST, "Authorization": f"Bearer {operator.text}"}
        began = time.monotonic()
        connection.request("GET", f"{place}/events", headers=headers)
        answer = connection.getresponse()
        told = b""
        while b"event: progress" not in told:
            told += answer.read1(4096)
        assert time.monotonic() - began < 5
        # Nothing runs the screening, so the stream is open still; a second one finds no place, and its refusal passes.
        second = ask(
            proxied,
            "GET",
            f"{place}/events",
            Authorization=headers["Authorization"],
        )
        assert (second.status, second.headers["Retry-After"]) == (503, "10")
        assert json.loads(second.body)["code"] == "busy"
        assert ask(proxied, "DELETE", place, Authorization=headers["Authorization"]).status == 204
        assert answer.read().endswith(b"event: deleted\ndata: {}\n\n")


def test_what_only_the_monitoring_may_see_is_shown_to_nobody_else(proxied):
    assert ask(proxied, "GET", "/metrics").status == 200
    assert ask(proxied, "GET", "/metrics", address="127.0.0.14").status == 403


def test_no_question_of_a_company_stands_in_the_log_of_the_proxy(proxied):
    ask(proxied, "GET", "/v1/vocabularies/concepts?q=secretproduct")
    folder = Path(proxied.process.args[2])
    end = time.monotonic() + 10
    while "vocabularies" not in (log := (folder / "cepei.log").read_text("utf-8")):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert "secretproduct" not in log
    assert "127.0.0" not in log
