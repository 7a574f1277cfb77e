"""What is no honest HTTP is refused as every other fault is, and what a client says of proxies is not believed."""

import json

import pytest

from tests.hardening.wire import exchange, parse

MATCH = b'{"profile": {"city": "\xe5\x90\x88\xe8\x82\xa5"}}'


def post(*headers: str, body: bytes = b"", path: str = "/v1/match", version: str = "1.1") -> bytes:
    lines = [f"POST {path} HTTP/{version}", "Host: x", "Content-Type: application/json", *headers, "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(body: bytes) -> bytes:
    return post("Transfer-Encoding: chunked", body=body)


def get(*headers: str, target: str = "/v1/measures?per_page=1", host: str = "Host: x") -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", host, *headers, "Connection: close", "", ""]).encode("latin-1")


SIZE = format(len(MATCH), "x").encode()
WHOLE = SIZE + b"\r\n" + MATCH + b"\r\n0\r\n\r\n"
UNREADABLE = {
    # what is sent, the status, the complaint
    "a chunk of negative size": (chunked(b"-5\r\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk size with 0x": (chunked(b"0x5\r\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk size with a plus": (chunked(b"+5\r\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk size after a blank": (chunked(b" 5\r\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk size before a blank": (chunked(b"5 \r\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk size with an underscore": (chunked(b"5_0\r\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk size in other digits": (chunked("٥\r\nhello\r\n0\r\n\r\n".encode()), 400, "broken_chunks"),
    "an empty chunk size": (chunked(b"\r\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "an endless chunk size": (chunked(b"0" * 100_000), 400, "broken_chunks"),
    "a chunk size beyond any machine": (chunked(b"f" * 200 + b"\r\nhello\r\n"), 400, "broken_chunks"),
    "an endless chunk extension": (chunked(b"5;" + b"a" * 100_000), 400, "broken_chunks"),
    "many chunk extensions": (chunked(b"5" + b";a=b" * 20_000 + b"\r\nhello\r\n"), 400, "broken_chunks"),
    "a chunk extension that is none": (chunked(b"5;\x01=\r\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk line ended by LF": (chunked(b"5\nhello\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk that is not ended": (chunked(b"5\r\nhello0\r\n\r\n"), 400, "broken_chunks"),
    "a chunk longer than told": (chunked(b"5\r\nhello world\r\n0\r\n\r\n"), 400, "broken_chunks"),
    "chunks of nothing but framing": (chunked(b"1;aaaaaaaaaaaaaa\r\n \r\n" * 40_000), 400, "broken_chunks"),
    "an endless trailer": (chunked(b"0\r\n" + b"A: b\r\n" * 20_000), 400, "broken_chunks"),
    "a trailer that is no header": (chunked(b"0\r\nno colon\r\n\r\n"), 400, "unreadable_header"),
    "a trailer with a length": (chunked(b"0\r\nContent-Length: 5\r\n\r\n"), 400, "unclear_length"),
    "chunks and a length": (post("Content-Length: 5", "Transfer-Encoding: chunked", body=WHOLE), 400, "unclear_length"),
    "chunks twice": (post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=WHOLE), 400, "unclear_length"),
    "chunks inside chunks": (post("Transfer-Encoding: chunked, chunked", body=WHOLE), 400, "unclear_length"),
    "chunks before another coding": (post("Transfer-Encoding: chunked, gzip", body=WHOLE), 400, "unclear_length"),
    "a coding without chunks": (post("Transfer-Encoding: gzip", body=WHOLE), 400, "unclear_length"),
    "an identity coding": (post("Transfer-Encoding: identity", body=MATCH), 400, "unclear_length"),
    "an unknown coding": (post("Transfer-Encoding: xchunked", body=WHOLE), 501, "unknown_transfer_coding"),
    "a coding in quotes": (post('Transfer-Encoding: "chunked"', body=WHOLE), 501, "unknown_transfer_coding"),
    "an empty coding": (post("Transfer-Encoding: ", body=WHOLE), 501, "unknown_transfer_coding"),
    "chunks in HTTP/1.0": (post("Transfer-Encoding: chunked", body=WHOLE, version="1.0"), 400, "unclear_length"),
    "a coding with a blank before its colon": (post("Transfer-Encoding : chunked", body=WHOLE), 400, "unreadable_header"),
    "a folded coding": (post("Transfer-Encoding:\r\n chunked", body=WHOLE), 400, "unclear_length"),
    "two lengths": (post("Content-Length: 5", "Content-Length: 6", body=b"hello"), 400, "unclear_length"),
    "two equal lengths": (post("Content-Length: 5", "Content-Length: 5", body=b"hello"), 400, "unclear_length"),
    "lengths in a list": (post("Content-Length: 5, 5", body=b"hello"), 400, "unclear_length"),
    "a length with a plus": (post("Content-Length: +5", body=b"hello"), 400, "unclear_length"),
    "a length with an underscore": (post("Content-Length: 5_0", body=b"hello"), 400, "unclear_length"),
    "a negative length": (post("Content-Length: -1", body=b"hello"), 400, "unclear_length"),
    "a length of 0x5": (post("Content-Length: 0x5", body=b"hello"), 400, "unclear_length"),
    "a length in other digits": (post("Content-Length: \xb2", body=b"hello"), 400, "unclear_length"),
    "an empty length": (post("Content-Length: ", body=b"hello"), 400, "unclear_length"),
    "a length of 5,000 digits": (post(f"Content-Length: {'9' * 5000}", body=b"hello"), 400, "unclear_length"),
    "a length beyond all disks": (post("Content-Length: 99999999999999999999", body=b"hello"), 413, "body_too_large"),
    "two hosts": (get("Host: y"), 400, "unreadable_header"),
    "two content types": (post("Content-Type: text/plain", body=b""), 400, "unreadable_header"),
    "an expectation that nobody meets": (post("Expect: 200-ok", body=b""), 417, "unmet_expectation"),
    "a target of 9,000 characters": (get(target="/" + "a" * 9000), 414, "target_too_long"),
    "a request line without end": (b"GET /" + b"a" * 100_000, 414, "target_too_long"),
    "a header of 9,000 characters": (get("A: " + "b" * 9000), 431, "headers_too_large"),
    "65 headers": (get(*(f"A{number}: b" for number in range(65))), 431, "headers_too_large"),
    "headers without end": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 40_000, 431, "headers_too_large"),
    "a header line without end": (b"GET / HTTP/1.1\r\nA: " + b"b" * 200_000, 431, "headers_too_large"),
    "lines ended by LF": (b"GET / HTTP/1.1\nHost: x\n\n", 400, "unreadable_target"),
    "headers ended by LF": (b"GET / HTTP/1.1\r\nHost: x\n\n", 400, "unreadable_header"),
    "a zero byte in a header": (get("A: b\x00c"), 400, "unreadable_header"),
    "a blank in a header's name": (get("A b: c"), 400, "unreadable_header"),
    "no version": (b"GET /\r\n\r\n", 400, "unreadable_target"),
    "HTTP/0.9": (b"GET / HTTP/0.9\r\n\r\n", 400, "unreadable_target"),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\n\r\n", 400, "unreadable_target"),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "unreadable_target"),
    "a method in small letters": (b"get / HTTP/1.1\r\n\r\n", 400, "unreadable_target"),
    "nothing but ends of lines": (b"\r\n\r\n\r\n\r\n", 400, "unreadable_target"),
    "a greeting of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\n\n", 400, "unreadable_target"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "status", "complaint"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_honest_http_is_a_problem_with_its_reason(strict, sent, status, complaint):
    answer = parse(exchange(strict.port, sent))
    assert (answer.status, answer.complaints) == (status, [complaint])
    assert_has_the_form_of_all(strict, answer)


def assert_has_the_form_of_all(strict, answer):
    usual = {name.lower() for name in strict.get("/v1/none").headers}
    assert set(answer.headers) >= usual
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert answer.json["status"] == answer.status


SHORT = {
    "half a JSON body": post("Content-Length: 60", body=MATCH[:20]),
    "valid JSON that is less than its length": post("Content-Length: 60", body=MATCH),
    "no body at all": post("Content-Length: 5"),
    "a body to a path that is not there": post("Content-Length: 60", body=MATCH, path="/none"),
    "chunks without the last": chunked(SIZE + b"\r\n" + MATCH + b"\r\n"),
    "chunks without the last line": chunked(SIZE + b"\r\n" + MATCH + b"\r\n0\r\n"),
    "half a chunk": chunked(SIZE + b"\r\n" + MATCH[:9]),
    "half a size line": chunked(b"5"),
    "half a head": b"GET /v1/measures HTTP/1.1\r\nHost:",
    "half a line": b"GET /v1",
}


@pytest.mark.parametrize("sent", SHORT.values(), ids=SHORT)
def test_a_request_that_ends_before_its_end_is_refused(strict, sent):
    answer = parse(exchange(strict.port, sent, end=True))
    assert (answer.status, answer.complaints) == (400, ["cut_short"])
    assert_has_the_form_of_all(strict, answer)


def test_an_upload_that_ends_before_its_end_is_refused_and_leaves_nothing(strict):
    """It is larger than what the event loop keeps, so a thread reads it as it comes."""
    sent = post("Content-Length: 3000000", body=MATCH, path="/v1/match")
    assert parse(exchange(strict.port, sent, end=True)).status == 413


HONEST = {
    "a length": post(f"Content-Length: {len(MATCH)}", body=MATCH),
    "a length with zeros before": post(f"Content-Length: 000{len(MATCH)}", body=MATCH),
    "one chunk": chunked(WHOLE),
    "chunks of one byte": chunked(b"".join(b"1\r\n%c\r\n" % byte for byte in MATCH) + b"0\r\n\r\n"),
    "chunks with extensions": chunked(SIZE + b' ;a=b;c="d;e"\r\n' + MATCH + b"\r\n0;f\r\n\r\n"),
    "chunks with a trailer": chunked(SIZE + b"\r\n" + MATCH + b"\r\n0\r\nA: b\r\nC: d\r\n\r\n"),
    "chunk sizes in capitals and with zeros": chunked(b"000" + SIZE.upper() + b"\r\n" + MATCH + b"\r\n000\r\n\r\n"),
    "an empty line before the request": b"\r\n" + post(f"Content-Length: {len(MATCH)}", body=MATCH),
    "the expectation of every curl": post(f"Content-Length: {len(MATCH)}", "Expect: 100-Continue", body=MATCH),
    "a client that stops sending": post(f"Content-Length: {len(MATCH)}", body=MATCH),
}


@pytest.mark.parametrize("sent", HONEST.values(), ids=HONEST)
def test_every_honest_framing_is_read(strict, sent):
    answer = parse(exchange(strict.port, sent, end=True))
    assert answer.status == 200
    assert b"recommendations" in answer.body


def test_a_large_body_in_chunks_is_read_too(strict):
    piece = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    answer = parse(exchange(strict.port, chunked(piece * 31 + WHOLE)))
    assert answer.status == 200


@pytest.mark.parametrize(("language", "title"), [("en", "The request cannot be read"), ("zh", "请求无法读取")])
def test_the_language_is_heeded_wherever_the_headers_could_be_read(strict, language, title):
    for sent in (
        get(f"Accept-Language: {language}", "no colon"),
        post(f"Accept-Language: {language}", "Content-Length: x"),
    ):
        answer = parse(exchange(strict.port, sent))
        assert answer.json["title"] == title
        assert answer.headers["content-language"].startswith(language)


def test_a_refusal_is_logged_like_every_request_and_is_no_alarm(strict):
    id_ = "refused-and-logged"
    exchange(strict.port, get(f"X-Request-Id: {id_}", "A: " + "b" * 9000))
    (line,) = [line for line in strict.log_lines() if line.get("request_id") == id_]
    assert (line["status"], line["route"]) == (431, "unmatched")
    assert "error" not in {line.get("level") for line in strict.log_lines()}
    assert "Error" not in strict.errors.read_text("utf-8")


def test_requests_sent_without_waiting_are_answered_in_their_order(strict):
    first = post(f"Content-Length: {len(MATCH)}", body=MATCH).replace(b"Connection: close\r\n", b"")
    second = chunked(WHOLE).replace(b"Connection: close\r\n", b"")
    raw = exchange(
        strict.port, first + second + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 300 + get(target="/none")
    )
    statuses = []
    while raw:
        answer = parse(raw)
        statuses.append(answer.status)
        raw = answer.rest
    assert statuses == [200] * 302 + [404]


def test_what_hides_in_a_body_is_never_a_request(strict):
    hidden = b"GET /v1/measures HTTP/1.1\r\nHost: x\r\n\r\n"
    for path in ("/none", "/healthz", "/v1/measures", "/v1/match"):
        for sent in (
            post(f"Content-Length: {len(hidden)}", body=hidden, path=path),
            post("Transfer-Encoding: chunked", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden), path=path),
        ):
            raw = exchange(strict.port, sent.replace(b"Connection: close\r\n", b"") + get(target="/healthz"))
            answers = [parse(raw), parse(parse(raw).rest)]
            assert answers[0].status in {400, 404, 405}
            assert answers[1].json == {"status": "ok"}
            assert answers[1].rest == b""


SPELLED = [
    *("SCRIPT_NAME", "SCRIPT-NAME", "Script_Name", "script_name", "X-Script-Name", "X_Script_Name", "HTTP_SCRIPT_NAME"),
    *(
        "PATH_INFO",
        "Path-Info",
        "REMOTE_USER",
        "Remote-User",
        "REMOTE_ADDR",
        "SERVER_NAME",
        "Server-Name",
        "wsgi.url_scheme",
    ),
    *("X-Forwarded-Prefix", "X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-Port", "X-Forwarded-Path"),
    *("X-Original-URL", "X-Rewrite-URL", "X-Original-Host", "X-Host", "X-HTTP-Host-Override", "X_Forwarded_Host"),
]
PAGES = ["/", "/measures", "/embed/frame", "/v1/measures?per_page=1", "//measures"]


@pytest.fixture(scope="module")
def plain(strict):
    """Return what each page answers to a client that says nothing of proxies."""
    return {path: parse(exchange(strict.port, get(target=path))) for path in PAGES}


@pytest.mark.parametrize("name", SPELLED)
def test_no_header_of_a_client_moves_the_service_elsewhere(strict, plain, name):
    for path in PAGES:
        for value in ("//evil.example", path):
            told = parse(exchange(strict.port, get(f"{name}: {value}", target=path)))
            assert (told.status, told.body) == (plain[path].status, plain[path].body)
            assert "evil" not in str(told.headers)


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-Proto: https",
        "X-Forwarded-Ssl: on",
        "X-Forwarded-Protocol: ssl",
        "Forwarded: host=evil;proto=https",
    ],
)
def test_without_a_proxy_no_header_makes_the_service_secure(strict, name):
    for other in ("X-Forwarded-Proto: http", "X-Forwarded-Ssl: off"):
        answer = parse(exchange(strict.port, get(name, other, target="/measures/")))
        assert "https" not in str(answer.headers)
        assert answer.status < 500


HOSTS = [
    "evil.example",
    "evil.example:99",
    "evil/../",
    "a@evil.example",
    "evil.example\\x",
    "[::1",
    "",
    "x, evil.example",
    "<script>",
    "evil.example?",
    "e" * 4000,
]


@pytest.mark.parametrize("host", HOSTS)
def test_no_link_and_no_redirection_leads_to_the_host_a_client_names(strict, host):
    for path in (
        *PAGES,
        "//measures",
        "/measures//",
        "/docs/",
        "//evil.example/measures",
        "/%5Cevil.example//measures",
        "/v1//measures",
    ):
        answer = parse(exchange(strict.port, get(target=path, host=f"Host: {host}")))
        assert answer.status < 500
        assert b"evil.example" not in answer.body or path.startswith("//evil") or "%5C" in path
        location = answer.headers.get("location", "/")
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://evil.example/v1/measures?per_page=1", 200), ("https://evil.example:9/v1/measures?per_page=1", 200),
        ("http://evil.example", 308), ("http://evil.example/none", 404), ("ftp://evil.example/v1/measures", 200),
        ("http:///v1/measures", 200), ("http://[/v1/measures", 400), ("//evil.example/v1/measures", 404), ("evil.example:80", 400),
        ("*", 400), ("x", 400), ("http://evil.example:port/healthz", 200), ("/v1/measures#x", 200),
    ],
)  # fmt: skip
def test_a_target_with_a_host_is_only_its_path(strict, target, status):
    answer = parse(exchange(strict.port, get(target=target)))
    assert answer.status == status
    assert "evil" not in answer.headers.get("location", "")


def test_a_host_in_the_contract_is_none_of_a_client(strict):
    document = parse(exchange(strict.port, get(target="/openapi.json", host="Host: evil.example")))
    if document.status == 200:
        assert json.loads(document.body)["servers"] == [{"url": "/"}]
