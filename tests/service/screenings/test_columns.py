"""What the columns of a file were taken for, over HTTP: told once read, looked at beforehand, corrected by the caller."""

import io
import json

import pytest
import xlsxwriter

from service.keys import Role
from service.screenings.column_shapes import FirstLook
from service.screenings.shapes import OneScreening
from tests.service.operators import JSON, ON, Operator

LOOK = "/v1/screenings/columns"
FILE = "企业名称,注册地,营收（万元）,企业规磨,上报数\n甲公司,合肥,3,中型企业,5\n乙公司,广州,4,,6\n".encode()


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


def finished(operator, content, **fields):
    reply = operator.upload("tenants.csv", content, on=ON, **fields)
    assert reply.status == 202, reply.body
    reported = operator.wait(reply.headers["Location"])
    assert reported["state"] == "finished", reported
    return reply.headers["Location"], reported


def test_the_state_tells_what_the_columns_were_read_as(operator, strictly):
    _, reported = finished(operator, FILE)
    assert not strictly(OneScreening, reported)
    by_heading = {column["heading"]: column for column in reported["columns"]}
    revenue = by_heading["营收（万元）"]
    assert (revenue["letter"], revenue["field"], revenue["how"]) == ("C", "annual_revenue_cny", "alias")
    assert (revenue["label"], revenue["unit"], revenue["unit_assumed"]) == ("营业收入", "万元", False)
    assert (by_heading["企业规磨"]["field"], by_heading["企业规磨"]["nearest"]) == (None, "企业规模")
    assert reported["unread"] == ["企业规磨", "上报数"]


def test_before_the_file_is_read_no_columns_are_reported(limited):
    """That server has no worker, so a screening waits for ever."""
    operator = Operator(limited)
    reported = operator.get(operator.screen([{"name": "甲"}])).json
    assert (reported["state"], reported["columns"], reported["unread"]) == ("queued", None, None)
    assert (reported["sheet"], reported["other_sheets"]) == (None, None)


def two_phases():
    """Return a workbook of an explanation and two sheets of companies."""
    rows = [["企业名称", "注册地"], ["甲公司", "合肥"]]
    sheets = {"填表说明": [["字段", "说明"], ["企业名称", "全称"], ["注册地", "到区县"]], "一期": rows, "二期": rows}
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        for name, lines in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
    return target.getvalue()


def test_the_sheet_that_is_read_is_reported_and_the_others_with_data(operator, strictly):
    look = operator.upload("tenants.xlsx", two_phases(), LOOK).json
    assert not strictly(FirstLook, look)
    reported = operator.wait(operator.upload("tenants.xlsx", two_phases()).headers["Location"])
    assert not strictly(OneScreening, reported)
    assert reported["rows"]["total"] == 1
    assert [(one["sheet"], one["other_sheets"]) for one in (look, reported)] == [("一期", ["二期"])] * 2
    _, reported = finished(operator, FILE)
    assert (reported["sheet"], reported["other_sheets"]) == (None, [])


def test_a_first_look_tells_columns_samples_and_rows_and_keeps_nothing(operator, strictly):
    before = operator.get("/v1/screenings").json["items"]
    reply = operator.upload("tenants.csv", FILE, LOOK)
    reported = reply.json
    assert (reply.status, reported["usable"], reported["reason"], reported["rows"]) == (200, True, None, 2)
    assert not strictly(FirstLook, reported)
    assert [column["samples"] for column in reported["columns"]][:3] == [
        ["甲公司", "乙公司"],
        ["合肥", "广州"],
        ["3", "4"],
    ]
    assert reported["unread"] == ["企业规磨", "上报数"]
    units = {choice["field"]: choice["units"] for choice in reported["choices"]}
    assert (units["annual_revenue_cny"][:4], units["name"]) == (["元", "百元", "千元", "万元"], [])
    assert operator.get("/v1/screenings").json["items"] == before
    assert not list(operator.data.parent.glob("looks/*"))


def test_the_day_asked_about_decides_which_year_has_ended(operator):
    content = "企业名称,营业收入（2025年，万元）\n甲,5\n".encode()
    for on, status in (("2025-12-31", "not_understood"), ("2026-01-01", "used")):
        looked = operator.upload("tenants.csv", content, LOOK, on=on).json["columns"]
        stored = operator.get(operator.upload("tenants.csv", content, on=on).headers["Location"])
        read = operator.wait(f"/v1/screenings/{stored.json['id']}")["columns"]
        assert [column[1]["status"] for column in (looked, read)] == [status, status]


def test_a_first_look_shows_what_a_correction_does_and_what_is_wrong_with_one(operator):
    corrected = operator.upload("tenants.csv", FILE, LOOK, columns=json.dumps({"上报数": "employees", "注册地": None}))
    found = {
        column["heading"]: (column["field"], column["how"], column["status"]) for column in corrected.json["columns"]
    }
    assert found["上报数"] == ("employees", "declared", "used")
    assert found["注册地"] == (None, "declared", "ignored")
    wrong = operator.upload("tenants.csv", FILE, LOOK, columns=json.dumps({"上报书": "employees"})).json
    assert (wrong["usable"], wrong["reason"]["code"]) == (False, "mapping_heading")
    assert "上报数" in wrong["reason"]["hint"]
    assert len(wrong["columns"]) == 5


def test_a_file_that_cannot_be_used_says_so_at_a_first_look(operator):
    unknown = operator.upload("tenants.csv", b"a,b\n1,2\n", LOOK).json
    assert (unknown["usable"], unknown["reason"]["code"], unknown["unread"]) == (False, "no_heading", ["a", "b"])
    assert [column["samples"] for column in unknown["columns"]] == [["1"], ["2"]]
    damaged = operator.upload("tenants.xlsx", b"PK\x03\x04 no zip", LOOK).json
    assert (damaged["usable"], damaged["reason"]["code"], damaged["columns"]) == (False, "damaged", [])
    assert operator.upload("tenants.docx", b"x", LOOK).json["errors"][0]["code"] == "unknown_format"


def test_a_correction_is_kept_with_the_screening_and_used_again(operator):
    columns = {"企业规磨": "企业规模", "上报数": "employees(人)", "注册地": None}
    place, reported = finished(operator, FILE, columns=json.dumps(columns))
    assert reported["unread"] == []
    assert {column["heading"]: column["field"] for column in reported["columns"] if column["how"] == "declared"} == {
        "企业规磨": "size_class",
        "上报数": "employees",
        "注册地": None,
    }
    assert [item["region"] for item in operator.get(f"{place}/tenants").json["items"]] == [None, None]
    again = operator.call("POST", f"{place}/rerun").headers["Location"]
    assert operator.wait(again)["columns"] == reported["columns"]


def test_numbers_of_any_size_are_a_matter_of_their_row(operator):
    tenants = [{"name": "甲", "employees": 10**30}, {"name": "乙", "needs": [10**30]}, {"name": "丙"}]
    body = json.dumps({"tenants": tenants, "on": ON}).encode()
    looked = operator.call("POST", LOOK, body, **JSON).json
    assert (looked["usable"], looked["rows"]) == (True, 3)
    rejected = operator.get(f"{operator.finished(tenants)}/rejected").json["items"]
    assert [(item["row"], item["field"]) for item in rejected] == [(1, "employees"), (2, "needs")]


def test_tenants_in_json_take_a_correction_too(operator):
    place = operator.screen([{"甲方": "某公司"}], columns={"甲方": "name"})
    assert operator.wait(place)["columns"][0]["field"] == "name"


@pytest.mark.parametrize(
    ("columns", "pointer", "code"),
    [
        ({"营收": "employees"}, "/columns/营收", "mapping_heading"),
        ({"上报数": "emploees"}, "/columns/上报数", "mapping_field"),
        ({"上报数": "annual_revenue_cny(斤)"}, "/columns/上报数", "mapping_unit"),
        ({"上报数": "employees", "企业规磨": "员工人数"}, "/columns/企业规磨", "mapping_twice"),
        ({"上报数": 3}, "/columns/上报数", "not_text"),
        ({"上报数": ""}, "/columns/上报数", "too_short"),
        ([], "/columns", "not_an_object"),
    ],
)
def test_a_correction_that_cannot_be_followed_is_refused_at_once(operator, columns, pointer, code):
    reply = operator.upload("tenants.csv", FILE, columns=json.dumps(columns, ensure_ascii=False))
    assert reply.status == 422
    assert [(error["pointer"], error["code"]) for error in reply.json["errors"]] == [(pointer, code)]
    assert reply.json["errors"][0]["message"]


def test_the_nearest_names_are_reported_in_the_caller_s_language(operator):
    columns = json.dumps({"上报书": "employees", "企业规磨": "emploees"}, ensure_ascii=False)
    reply = operator.upload("tenants.csv", FILE, columns=columns)
    assert ["上报数" in reply.json["errors"][0]["hint"], "employees" in reply.json["errors"][1]["hint"]] == [True, True]


def test_a_form_is_read_strictly(operator):
    assert operator.upload("tenants.csv", FILE, columns="{").json["errors"][0]["pointer"] == "/columns"
    assert operator.upload("tenants.csv", FILE, columns='{"a": "name", "a": "uscc"}').json["errors"][0]["code"] == (
        "doubled_key"
    )
    assert operator.upload("tenants.csv", FILE, colour="red").json["errors"][0]["code"] == "unknown_field"
    assert operator.upload("tenants.pdf", b"%PDF", columns="{}").status == 422
    refused = operator.upload("tenants.csv", b"%PDF-1.7", columns='{"a": "name"}')
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/file")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/screenings/x/tenants?verdict=perhaps", None),
        ("GET", f"/v1/screenings/{'x' * 32}/tenants?verdict=perhaps", None),
        ("GET", f"/v1/screenings/{'x' * 32}/measures?colour=red", None),
        ("GET", f"/v1/screenings/{'x' * 32}/tenants/1/match?limit=none", None),
        ("GET", f"/v1/screenings/{'x' * 32}/rejected?page=0", None),
        ("POST", "/v1/measures/preview", b"{"),
        ("POST", "/v1/screenings", b"["),
        ("POST", LOOK, b"["),
    ],
)
def test_without_a_key_nothing_of_a_request_is_read(operator, method, path, body):
    status = 404 if "/x/" in path else 401
    assert operator.server.call(method, path, body=body, headers=JSON).status == status
    if status == 401:
        assert Operator(operator.server, Role.PUBLIC).call(method, path, body, **JSON).status == 403


def test_tenants_in_json_are_profiles_and_no_rows_of_a_sheet(operator):
    """What a match takes is a tenant, what it refuses is a rejected row with all that is wrong with it."""
    tenants = [
        {"name": "甲", "city": "合肥"},
        {},
        {"name": "示例：甲"},
        {"name": "合计"},
        {"nmae": "乙", "employees": -1, "facts": {"shoe_size": 3}},
        None,
    ]
    place = operator.finished(tenants)
    reported = operator.get(place).json
    assert reported["rows"] == {"total": 6, "done": 6, "rejected": 2}
    assert [item["row"] for item in operator.get(f"{place}/tenants").json["items"]] == [1, 2, 3, 4]
    rejected = operator.get(f"{place}/rejected").json["items"]
    assert [(item["row"], item["field"], item["code"]) for item in rejected] == [
        (5, "nmae", "unknown_field"),
        (5, "employees", "out_of_range"),
        (5, "facts/shoe_size", "bad_fact"),
        (6, None, "not_an_object"),
    ]
    assert "name" in rejected[0]["hint"]
    assert operator.server.match(tenants[4]).status == 422
    again = operator.wait(operator.call("POST", f"{place}/rerun").headers["Location"])
    assert again["rows"] == reported["rows"]


def test_rows_of_a_fact_left_open_are_reported_with_its_column(operator, strictly):
    content = "企业名称,营收增长率\n甲,12\n乙,1.2\n丙,-5%\n".encode()
    place, reported = finished(operator, content)
    assert not strictly(OneScreening, reported)
    assert reported["rows"] == {"total": 3, "done": 3, "rejected": 0}
    assert (reported["columns"][1]["left_open"], reported["columns"][1]["left_open_rows"]) == (2, [1, 2])
    known = operator.get(f"{place}/tenants/3/match").json["profile"]["facts"]
    assert [fact["value"] for fact in known if fact["fact"] == "revenue_growth"] == [-0.05]
    unknown = operator.get(f"{place}/tenants/1/match").json["profile"]["facts"]
    assert not [fact for fact in unknown if fact["fact"] == "revenue_growth"]


def test_headings_alone_are_reported_as_a_file_without_a_company(operator):
    assert operator.upload("tenants.csv", "企业名称,注册地\n".encode(), LOOK).json["reason"]["code"] == "no_rows"
    template = operator.get("/v1/screenings/template.xlsx").body
    reported = operator.wait(operator.upload("tenants.xlsx", template).headers["Location"])
    assert (reported["state"], reported["failure"]["code"]) == ("failed", "no_rows")
    assert "企业" in reported["failure"]["message"]
