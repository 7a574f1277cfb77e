"""Every kind of wrong input is a problem+json that names the place, in both languages, or is harmless."""

import http.client
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[3]
GOOD_CODE = "91110000600037341L"


def profile(**fields: object) -> dict:
    return {"profile": fields}


SHAPES = {
    # what is sent, the place named, the code given
    "top level is a list": ([], "", "not_an_object"),
    "top level is text": ("聚乳酸", "", "not_an_object"),
    "top level is a number": (17, "", "not_an_object"),
    "top level is null": (None, "", "not_an_object"),
    "profile is missing": ({}, "/profile", "required"),
    "profile is null": ({"profile": None}, "/profile", "null"),
    "profile is a list": ({"profile": []}, "/profile", "not_an_object"),
    "profile is text": ({"profile": "合肥"}, "/profile", "not_an_object"),
    "unknown top-level field": ({"profile": {}, "limits": 3}, "/limits", "unknown_field"),
    "unknown profile field": (profile(citty="合肥"), "/profile/citty", "unknown_field"),
    "limit is zero": ({"profile": {}, "limit": 0}, "/limit", "out_of_range"),
    "limit is 101": ({"profile": {}, "limit": 101}, "/limit", "out_of_range"),
    "limit is text": ({"profile": {}, "limit": "20"}, "/limit", "not_whole"),
    "limit is a fraction": ({"profile": {}, "limit": 2.5}, "/limit", "not_whole"),
    "limit is true": ({"profile": {}, "limit": True}, "/limit", "not_whole"),
    "limit is null": ({"profile": {}, "limit": None}, "/limit", "null"),
    "offset is negative": ({"profile": {}, "offset": -1}, "/offset", "out_of_range"),
    "offset is huge": ({"profile": {}, "offset": 10**9}, "/offset", "out_of_range"),
    "detail is another word": ({"profile": {}, "detail": "Full"}, "/detail", "not_one_of"),
    "on is no date": ({"profile": {}, "on": "tomorrow"}, "/on", "not_date"),
    "on does not exist": ({"profile": {}, "on": "2025-02-29"}, "/on", "not_date"),
    "on is a compact date": ({"profile": {}, "on": "20250301"}, "/on", "not_date"),
    "statuses is empty": ({"profile": {}, "statuses": []}, "/statuses", "too_few"),
    "statuses is text": ({"profile": {}, "statuses": "draft"}, "/statuses", "not_list"),
    "statuses holds another word": ({"profile": {}, "statuses": ["draft", "old"]}, "/statuses/1", "not_one_of"),
    "include holds a number": ({"profile": {}, "include": [1]}, "/include/0", "not_one_of"),
    "city is a flag": (profile(city=True), "/profile/city", "not_place"),
    "city is an object": (profile(city={"name": "合肥"}), "/profile/city", "not_place"),
    "city is a short code": (profile(city=44), "/profile/city", "not_place"),
    "city is too long": (profile(city="合" * 201), "/profile/city", "too_long"),
    "sector is a number": (profile(sector=27), "/profile/sector", "not_text_or_list"),
    "products holds null": (profile(products=["聚乳酸", None]), "/profile/products/1", "not_text"),
    "products holds a list": (profile(products=[["聚乳酸"]]), "/profile/products/0", "not_text"),
    "products holds an endless text": (profile(products=["x" * 300]), "/profile/products/0", "too_long"),
    "60,000 products": (profile(products=["聚乳酸"] * 60_000), "/profile/products", "too_many"),
    "more text than a company needs": (profile(products=[f"{i}" * 60 for i in range(100, 200)]), "/profile", "too_much_text"),
    "needs is an object": (profile(needs={}), "/profile/needs", "not_text_or_list"),
    "name is a number": (profile(name=1), "/profile/name", "not_text"),
    "credit code is too short": (profile(uscc="9111"), "/profile/uscc", "credit_code_length"),
    "credit code has an O": (profile(uscc="9111000060003734OL"), "/profile/uscc", "credit_code_format"),
    "credit code has a wrong check digit": (profile(uscc="911100006000373410"), "/profile/uscc", "credit_code_checksum"),
    "identity number for a credit code": (
        profile(uscc="11010519491231002X"), "/profile/uscc", "credit_code_of_a_person"),
    "mistyped identity number": (profile(uscc="440300 19800101 1230"), "/profile/uscc", "credit_code_of_a_person"),
    "credit code as a number": (profile(uscc=911100006000373410), "/profile/uscc", "credit_code_number"),
    "founded on the 30th of February": (profile(founded_on="2020-02-30"), "/profile/founded_on", "not_date"),
    "founded in month 13": (profile(founded_on="2020-13-01"), "/profile/founded_on", "not_date"),
    "founded as a year": (profile(founded_on=2015), "/profile/founded_on", "not_date"),
    "founded with a time": (profile(founded_on="2015-03-01T00:00:00"), "/profile/founded_on", "not_date"),
    "founded in full-width digits": (profile(founded_on="２０１５-03-01"), "/profile/founded_on", "not_date"),
    "founded in the future": (profile(founded_on="2999-01-01"), "/profile/founded_on", "in_the_future"),
    "negative employees": (profile(employees=-3), "/profile/employees", "out_of_range"),
    "employees as text": (profile(employees="120"), "/profile/employees", "not_whole"),
    "employees as a flag": (profile(employees=True), "/profile/employees", "not_whole"),
    "half an employee": (profile(rd_staff=1.5), "/profile/rd_staff", "not_whole"),
    "negative revenue": (profile(annual_revenue_cny=-1), "/profile/annual_revenue_cny", "out_of_range"),
    "revenue beyond the world": (profile(annual_revenue_cny=1e18), "/profile/annual_revenue_cny", "out_of_range"),
    "revenue as a flag": (profile(annual_revenue_cny=True), "/profile/annual_revenue_cny", "not_money"),
    "revenue in words": (profile(annual_revenue_cny="很多钱"), "/profile/annual_revenue_cny", "not_money"),
    "spend as a list": (profile(rd_spend_cny=[1]), "/profile/rd_spend_cny", "not_money"),
    "foreign as text": (profile(foreign_invested="是"), "/profile/foreign_invested", "not_flag"),
    "foreign as a number": (profile(foreign_invested=1), "/profile/foreign_invested", "not_flag"),
    "facts is a list": (profile(facts=[]), "/profile/facts", "not_an_object"),
    "fact holds an object": (profile(facts={"listed": {}}), "/profile/facts/listed", "not_scalar"),
    "fact holds null": (profile(facts={"listed": None}), "/profile/facts/listed", "not_scalar"),
    "101 facts": (profile(facts={f"f{i}": True for i in range(101)}), "/profile/facts", "too_many"),
    "unknown fact": (profile(facts={"shoe_size": 43}), "/profile/facts/shoe_size", "bad_fact"),
    "fact of another type": (profile(facts={"listed": "ja"}), "/profile/facts/listed", "bad_fact"),
    "unknown fact with a slash": (profile(facts={"a/b~c": True}), "/profile/facts/a~1b~0c", "bad_fact"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "pointer", "code"), SHAPES.values(), ids=SHAPES)
def test_a_wrong_shape_is_refused_with_its_place(server, sent, pointer, code):
    reply = server.post(sent)
    assert_problem(reply, 422, "invalid_request")
    assert [(error["pointer"], error["code"]) for error in reply.json["errors"]] == [(pointer, code)]


BYTES = {
    "empty body": (b"", "", "empty_body"),
    "white space": (b" \n\t ", "", "empty_body"),
    "cut off": (b'{"profile": {', "", "broken_json"),
    "single quotes": (b"{'profile': {}}", "", "broken_json"),
    "trailing comma": (b'{"profile": {},}', "", "broken_json"),
    "two values": (b'{"profile": {}} {}', "", "broken_json"),
    "raw control character": (b'{"profile": {"city": "a\x00b"}}', "", "broken_json"),
    "HTML": (b"<html></html>", "", "broken_json"),
    "form fields": (b"city=%E5%90%88%E8%82%A5", "", "broken_json"),
    "GB18030": ('{"profile": {"city": "合肥"}}'.encode("gb18030"), "", "not_utf8"),
    "UTF-16": ('{"profile": {}}'.encode("utf-16"), "", "not_utf8"),
    "half a character": ('{"profile": {"city": "合'.encode()[:-1], "", "not_utf8"),
    "NaN": (b'{"profile": {"employees": NaN}}', "/profile/employees", "not_finite"),
    "Infinity": (b'{"profile": {"rd_spend_cny": -Infinity}}', "/profile/rd_spend_cny", "not_finite"),
    "a number beyond floats": (b'{"profile": {"rd_spend_cny": 1e999}}', "/profile/rd_spend_cny", "not_finite"),
    "a number of 5,000 digits": (b'{"limit": ' + b"9" * 5000 + b', "profile": {}}', "/limit", "number_too_long"),
    "lone surrogate": (b'{"profile": {"products": ["a", "\\ud800"]}}', "/profile/products/1", "lone_surrogate"),
    "lone surrogate in a name": (b'{"profile": {"\\udc00": 1}}', "/profile/\ufffd", "lone_surrogate"),
    "doubled key": (b'{"profile": {"city": "a", "city": "b"}}', "/profile/city", "doubled_key"),
    "33 levels": (b'{"profile": ' + b"[" * 32 + b"]" * 32 + b"}", "", "too_deep"),
    "5,000 levels of lists": (b"[" * 5000, "", "too_deep"),
    "100,000 levels of objects": (b'{"a":' * 100_000, "", "too_deep"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "pointer", "code"), BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_json_are_refused_with_their_place(server, sent, pointer, code):
    reply = server.post(sent)
    assert_problem(reply, 400, "bad_request")
    assert [(error["pointer"], error["code"]) for error in reply.json["errors"]] == [(pointer, code)]


@pytest.mark.parametrize("size", [1_048_577, 5_000_000, 20_000_000])
def test_a_body_that_is_too_large_is_refused_while_it_is_sent(server, size):
    sent = b'{"profile": {"name": "' + b"x" * size + b'"}}'
    assert_problem(server.post(sent), 413, "body_too_large")


def test_a_large_body_in_chunks_is_refused_too(server):
    chunks = (b"x" * 65_536 for _ in range(80))
    headers = {"Content-Type": "application/json"}  # without a length http.client sends chunks
    assert_problem(server.call("POST", "/v1/match", body=chunks, headers=headers), 413, "body_too_large")


def test_a_body_of_exactly_the_limit_is_read(server):
    whole = b'{"profile": {}}'
    assert server.post(whole + b" " * (1_048_576 - len(whole))).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=gbk"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": ""},
        {},
    ],
    ids=str,
)
def test_another_content_type_is_unsupported_not_a_missing_field(server, headers):
    assert_problem(
        server.call("POST", "/v1/match", body=b'{"profile": {}}', headers=headers), 415, "unsupported_media_type"
    )


def test_all_faults_come_at_once(server):
    sent = {
        "limit": 0,
        "colour": 1,
        "profile": {"city": [], "employees": -1, "founded_on": "x", "products": [1, "a", 2]},
    }
    pointers = {error["pointer"] for error in server.post(sent).json["errors"]}
    assert pointers == {
        "/limit", "/colour", "/profile/city", "/profile/employees", "/profile/founded_on",
        "/profile/products/0", "/profile/products/2",
    }  # fmt: skip


def test_faults_of_every_layer_come_together(server):
    facts = {"listed": "ja", "shoe_size": 43, "employees": 3}
    sent = {"limit": 0, "profile": {"city": [], "founded_on": "2999-01-01", "facts": facts}}
    errors = {error["pointer"]: error["code"] for error in server.post(sent).json["errors"]}
    assert errors == {
        "/limit": "out_of_range", "/profile/city": "not_place", "/profile/founded_on": "in_the_future",
        "/profile/facts/listed": "bad_fact", "/profile/facts/shoe_size": "bad_fact",
    }  # fmt: skip


def test_too_much_text_does_not_hide_behind_another_fault(server):
    sent = profile(products=[f"{i}" * 60 for i in range(100, 200)], employees=-1)
    errors = server.post(sent).json["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/profile/employees", "out_of_range"), ("/profile", "too_much_text"),
    ]  # fmt: skip


def test_a_bad_fact_is_reported_in_the_language_asked_for(server):
    sent = profile(facts={"listed": "ja", "employees": -1, "stage": "pilott"})
    reported = {}
    for language in ("zh", "en"):
        reply = server.post(sent, Accept_Language=language)
        reported[language] = [(error["message"], error["hint"]) for error in reply.json["errors"]]
    assert reported["zh"] == [
        ("须为 true 或 false", "未知时请省略"),
        ("须为不小于 0 的数字", "单位：人"),
        ("“pilott”不是词表 stages 中的条目", "最接近的是 pilot"),
    ]
    assert reported["en"] == [
        ("must be true or false", "write true, false, or leave it out when unknown"),
        ("must be a number from 0 up", "in people"),
        ("'pilott' is not an entry of stages", "nearest: pilot"),
    ]


def test_a_profile_without_its_braces_is_reported_where_it_belongs(server):
    for language, hint in (("zh", "请放在 profile 里"), ("en", "put it inside profile")):
        errors = server.post({"city": "合肥"}, Accept_Language=language).json["errors"]
        hints = {error["pointer"]: error["hint"] for error in errors}
        assert hints["/city"] == hint
        assert "/profile" in hints


def test_an_unknown_field_is_offered_the_nearest_known_one(server):
    errors = server.post({"profile": {"employes": 12}}).json["errors"]
    assert "employees" in errors[0]["hint"]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_unknown_fields_are_reported_in_the_order_of_the_document_at_every_start(seed):
    code = """
from marshmallow import ValidationError
from service.complaints import complaints_of
from service.intake.questions import MatchRequestSchema
try:
    MatchRequestSchema().load({"zzz": 1, "profile": {"d": 1, "b": 2, "name": 3, "c": 4}, "mmm": 1, "aaa": 1, "kkk": 1})
except ValidationError as error:
    print(*(complaint.pointer for complaint in complaints_of(error.messages)))
"""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert run.stdout.split() == [
        "/profile/name", "/profile/d", "/profile/b", "/profile/c", "/zzz", "/mmm", "/aaa", "/kkk",
    ]  # fmt: skip


def test_ten_thousand_unknown_fields_are_counted_not_listed(server):
    reply = server.post({"profile": {f"field{i}": i for i in range(10_000)}})
    assert_problem(reply, 422, "invalid_request")
    assert len(reply.json["errors"]) == 21
    assert "9980" in reply.json["errors"][-1]["message"]


def test_a_thousand_faults_are_cut_after_the_first_hundred(server):
    reply = server.post({"profile": {"products": [1] * 150}})
    assert len(reply.json["errors"]) == 100
    assert "150" in reply.json["detail"]


def test_messages_come_in_english_when_asked_for(server):
    chinese = server.post({"profile": {"employees": -1}}).json
    english = server.post({"profile": {"employees": -1}}, Accept_Language="en-GB,en;q=0.9").json
    assert chinese["errors"][0]["message"] == "须在 0 到 100000000 之间"
    assert english["errors"][0]["message"] == "must be from 0 to 100000000"
    assert english["title"].isascii()


HARMLESS = {
    "HTML in the name": {"name": "<script>alert(1)</script>", "city": "合肥"},
    "SQL in a product": {"products": ["'; DROP TABLE measures; --"]},
    "template in a need": {"needs": ["{{ 7 * 7 }} ${7*7}"]},
    "path in a place": {"city": "../../etc/passwd"},
    "regular expression": {"products": ["(a+)+$" * 20], "sector": ["[["]},
    "control characters": {"city": "合\u0000肥\u0007\u001b[31m"},
    "direction overrides": {"name": "abc\u202egpj.exe", "city": "\ufeff合肥\u200b"},
    "emoji and rare characters": {"products": ["🧬", "𠮷", "\U0010ffff"]},
    "nothing but separators": {"sector": ["、、、", "///"], "products": [" ", "", "。"]},
    "every field null": dict.fromkeys(["name", "uscc", "city", "sector", "products", "stage", "employees", "facts"]),
    "empty profile": {},
    "200 products": {"products": [f"产品{i}" for i in range(200)]},
    "200 products of 40 characters": {"products": [f"{i:03}" + "生物基聚酯材料" * 5 for i in range(200)]},
    "the longest texts": {"city": "合" * 200, "needs": ["中" * 200] * 200, "sector": ["生物" * 100], "name": "x" * 200},
    "whole numbers with a point": {"employees": 120.0, "rd_staff": 1e1},
    "money in words": {"annual_revenue_cny": "３０００万元", "rd_spend_cny": "1.5亿"},
    "place as a number": {"city": 340300},
    "credit code with spaces": {"uscc": " 9111 0000 6000 3734 1l "},
}  # fmt: skip


@pytest.mark.parametrize("sent", HARMLESS.values(), ids=HARMLESS)
def test_odd_but_honest_input_is_answered(server, sent):
    reply = server.match(sent)
    assert reply.status == 200, reply.body
    assert reply.headers["Content-Type"] == "application/json"


def test_a_byte_order_mark_is_no_fault(server):
    assert server.post(b"\xef\xbb\xbf" + json.dumps({"profile": {}}).encode()).status == 200


@pytest.mark.parametrize(
    ("path", "pointer", "code"),
    [
        ("/v1/measures?pages=2", "/pages", "unknown_parameter"),
        ("/v1/measures?page=0", "/page", "out_of_range"),
        ("/v1/measures?page=x", "/page", "not_whole"),
        ("/v1/measures?page=1.5", "/page", "not_whole"),
        ("/v1/measures?page=99999999999999999999", "/page", "not_whole"),
        ("/v1/measures?per_page=101", "/per_page", "out_of_range"),
        ("/v1/measures?page=1&page=2", "/page", "repeated_parameter"),
        ("/v1/measures?q=%E4%B8%AD", "/q", "too_short"),
        ("/v1/measures?q=" + "a" * 101, "/q", "too_long"),
        ("/v1/measures?instrument=magic", "/instrument", "not_one_of"),
        ("/v1/measures?kind=advice", "/kind", "not_one_of"),
        ("/v1/measures?status=old", "/status", "not_one_of"),
        ("/v1/documents?detail=some", "/detail", "not_one_of"),
        ("/v1/vocabularies/sectors?query=x", "/query", "unknown_parameter"),
        ("/v1/vocabularies/sectors?%00=x", "/\ufffd", "unknown_parameter"),
    ],
)
def test_a_wrong_query_is_refused_with_its_parameter(server, path, pointer, code):
    reply = server.get(path)
    assert_problem(reply, 422, "invalid_request")
    assert [(error["pointer"], error["code"]) for error in reply.json["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/nothing", "/v1/measures/none", "/v1/measures/", "/v1/measures/%00", "/v1/measures/a%2Fb", "/v1/documents/none",
        "/v1/documents/gd-biomanufacturing-2025/clauses/99.9", "/v1/vocabularies/none", "/docs/assets/index.html",
        "/docs/assets/..%2F..%2Fetc%2Fpasswd", "/static/../settings.py", "/static/%2e%2e/settings.py", "/favicon.png", "/.env",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_404(server, path):
    assert_problem(server.get(path), 404, "not_found")


def test_a_mistyped_id_is_offered_the_nearest(server):
    hint = server.get("/v1/documents/gd-biomanufacturing-2026").json["errors"][0]["hint"]
    assert "gd-biomanufacturing-2025" in hint


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/match"), ("DELETE", "/v1/measures"), ("PUT", "/"), ("TRACE", "/")]
)
def test_another_method_is_a_problem_405_that_names_the_allowed(server, method, path):
    reply = server.call(method, path)
    assert_problem(reply, 405, "method_not_allowed")
    assert reply.headers["Allow"]


def assert_problem(reply, status, code):
    assert reply.status == status, reply.body
    assert reply.headers["Content-Type"] == "application/problem+json"
    problem = reply.json
    assert list(problem) == ["type", "title", "status", "detail", "code", "request_id", "errors"]
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == reply.headers["X-Request-Id"]
    for error in problem["errors"]:
        assert list(error) == ["pointer", "code", "message", "hint"]
        assert error["message"]
        assert error["hint"]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("GET /v1/measures?q=中试 HTTP/1.1\r\nHost: x\r\n", "unreadable_target"),
        ("GET /v1/measures HTTP/1.1\r\nHost: x\r\nno colon\r\n", "unreadable_header"),
    ],
)
def test_what_is_no_http_is_a_problem_too(server, head, code):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(f"{head}\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        body = answer.read()
    reply = SimpleNamespace(status=answer.status, headers=answer.headers, body=body, json=json.loads(body))
    assert_problem(reply, 400, "bad_request")
    assert [error["code"] for error in reply.json["errors"]] == [code]
