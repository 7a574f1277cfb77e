"""The screening console in a browser, with a real worker: signing in, a file from upload to deletion, who may see what."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import sqlite3
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pyarrow.parquet as pq
import pypdfium2
import pytest
import xlsxwriter
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from rules.catalogue.content import open_catalogue
from service.app import create_app
from service.keys import Keys, Role
from service.pages.console.entry import COOKIE, progress_words
from service.pages.console.job import read_choices
from service.pages.console.summary import plain_bars, stacked_bars
from service.pages.wording import page_words
from service.screenings.column_shapes import FieldChoice
from service.screenings.jobs.worker import ORPHAN_SECONDS, Worker
from service.screenings.shapes import Progress, RowCounts, Screening
from service.screenings.stored.folders import Folders
from service.screenings.stored.jobs import Jobs, State
from service.settings import Settings
from service.store import Store
from tests.service.newer import GONE
from tests.service.operators import Operator

ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'>{{7*7}}"
NAME = "绝密生物科技有限公司"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DESK = {"width": 1200, "height": 900}
TENANTS = 60
MEASURE = "gd-first-batch-materials"


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def screened(operator):
    """A finished screening of the operator, made over the API; its id."""
    places, products = ("合肥", "蚌埠市", "广州", "深圳南山", ""), ("聚乳酸", "疫苗", "酶制剂", "")
    tenants = [
        {
            "external_id": f"r{number}",
            "name": f"{NAME}{number} {ATTACK}",
            "city": places[number % 5],
            "products": [products[number % 4]],
            "stage": ("中试", "量产", "")[number % 3],
            "employees": (10, 200)[number % 2],
        }
        for number in range(TENANTS)
    ]
    tenants[3]["employees"] = ATTACK
    return operator.finished(tenants).rsplit("/", 1)[1]


def cookie_of(operator, text=None):
    """Sign in without a browser; return the cookie."""
    body = urlencode({"key": text or operator.text}).encode()
    headers = {**FORM, "Origin": operator.server.base}
    reply = operator.server.call("POST", "/screenings/sign-in", body=body, headers=headers)
    assert reply.status == 303, reply.body.decode()
    return reply.headers["Set-Cookie"].split(";")[0].split("=", 1)[1]


@pytest.fixture(scope="module")
def ended(operator, screened):
    """What changed in a rerun, and how far one came that was cancelled."""
    again = operator.call("POST", f"/v1/screenings/{screened}/rerun").headers["Location"]
    assert operator.wait(again)["state"] == "finished"
    stopped = operator.screen([{"city": "合肥"}] * 3000)
    operator.call("POST", f"{stopped}/cancel")
    return [f"/{again.rsplit('/', 1)[-1]}/changes", f"/{stopped.rsplit('/', 1)[-1]}"]


@pytest.fixture
def console(new_page, operator):
    """A way to open a page of the console, signed in."""

    def start(**options):
        page = new_page(operator.server.base, **{"viewport": DESK, **options})
        page.cookies_meant = True
        cookie = {"name": COOKIE, "value": cookie_of(operator), "domain": "127.0.0.1", "path": "/"}
        page.context.add_cookies([cookie])
        return page

    return start


def get(operator, path, cookie="", **headers):
    return operator.server.call("GET", path, headers={"Cookie": f"{COOKIE}={cookie}", "Accept": "text/html", **headers})


def post(operator, path, cookie="", **fields):
    headers = {**FORM, "Cookie": f"{COOKIE}={cookie}", "Accept": "text/html", "Origin": operator.server.base}
    return operator.server.call("POST", path, body=urlencode(fields).encode(), headers=headers)


def token_in(reply):
    return re.search(r'name="token" value="([0-9a-f]{64})"', reply.body.decode())[1]


def number(text):
    return int(re.sub(r"\D", "", text))


# --- signing in


def test_a_key_signs_in_once_and_stands_nowhere_afterwards(new_page, operator):
    page = new_page(operator.server.base)
    page.cookies_meant = True
    page.goto("/screenings")
    key = page.get_by_label("操作员密钥")
    key.fill("cepei_000000000000_" + "x" * 43)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("密钥无效")
    assert page.context.cookies() == []
    page.complaints.clear()  # the browser notes the 401
    expect(key).to_have_value("")
    key.fill(operator.text)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="新建筛查")).to_be_visible()
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert 7.9 * 3600 < cookie["expires"] - time.time() <= 8 * 3600
    secret = operator.text.rsplit("_", 1)[1]
    assert secret not in cookie["value"]
    assert secret not in page.content()
    assert operator.text not in page.url
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="用密钥登录")).to_be_visible()
    assert page.context.cookies() == []


def test_signing_in_leads_to_the_page_that_was_wanted_and_to_no_other_place(new_page, operator, screened):
    page = new_page(operator.server.base)
    page.cookies_meant = True
    page.goto(f"/screenings/{screened}/measures")
    page.complaints.clear()  # the browser notes the 401
    page.get_by_label("操作员密钥").fill(operator.text)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile(f"{screened}/measures$"))
    for wanted in ("https://example.org/", "//example.org/", "/\\example.org", "/screenings@example.org", "/v1/health"):
        reply = post(operator, "/screenings/sign-in", key=operator.text, wanted=wanted)
        assert reply.headers["Location"] == "/screenings"


def test_a_key_without_the_right_is_reported_so(operator):
    public = Operator(operator.server, Role.PUBLIC)
    reply = post(operator, "/screenings/sign-in", key=public.text)
    assert reply.status == 403
    assert "需要操作员密钥" in reply.body.decode()
    assert "Set-Cookie" not in reply.headers


def test_a_cookie_ends_with_its_key_and_cannot_be_made_up(operator):
    other = Operator(operator.server)
    cookie = cookie_of(operator, other.text)
    assert get(operator, "/screenings", cookie).body.count("退出".encode()) == 1
    for forged in (cookie[::-1], f"{cookie[:-2]}AA", cookie[:-1], f"{cookie}A", "", "x.y.z"):
        assert "退出".encode() not in get(operator, "/screenings", forged).body
    Keys(Store(other.data)).revoke(other.key.id)
    assert "退出".encode() not in get(operator, "/screenings", cookie).body
    assert post(operator, "/screenings/sign-in", key=other.text).status == 401


@pytest.fixture
def without(tmp_path):
    """Settings without a catalogue, which signing in does not need."""
    return {"catalogue": tmp_path / "none.sqlite", "data": tmp_path / "data.sqlite", "log_level": "error"}


def test_behind_tls_the_cookie_is_for_tls_only(without, tmp_path):
    app = create_app(Settings(**without, proxies=1))
    text = Keys(Store(tmp_path / "data.sqlite")).add(Role.OPERATOR)[1]
    for scheme, secure in (("https", True), ("http", False)):
        headers = {"X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.1", "Sec-Fetch-Site": "same-origin"}
        reply = app.test_client().post("/screenings/sign-in", data={"key": text}, headers=headers)
        assert reply.status_code == 303
        assert ("Secure" in reply.headers["Set-Cookie"].split("; ")) is secure


def test_guessing_keys_is_limited(without, tmp_path):
    settings = Settings(**without, rate_limit="3/minute", rate_store=str(tmp_path / "rate"))
    client = create_app(settings).test_client()
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    answers = [client.post("/screenings/sign-in", data={"key": "x"}, headers=headers).status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_forms_of_other_pages_are_refused(operator, screened):
    cookie = cookie_of(operator)
    token = token_in(get(operator, "/screenings", cookie))
    place, base = f"/screenings/{screened}/delete", operator.server.base
    foreign = token_in(get(operator, "/screenings", cookie_of(operator)))
    cases = (
        ({"Origin": base}, ""),
        ({"Origin": base}, "0" * 64),
        ({"Origin": base}, foreign),
        ({}, token),
        ({"Origin": "null"}, token),
        ({"Origin": "https://example.org"}, token),
        ({"Origin": base, "Sec-Fetch-Site": "cross-site"}, token),
        ({"Origin": base, "Sec-Fetch-Site": "same-site"}, token),
    )
    for headers, sent in cases:
        body = urlencode({"token": sent}).encode()
        given = {**FORM, "Cookie": f"{COOKIE}={cookie}", "Accept": "text/html", **headers}
        assert operator.server.call("POST", place, body=body, headers=given).status == 403, headers
    assert get(operator, f"/screenings/{screened}", cookie).status == 200
    sign_in = urlencode({"key": operator.text}).encode()
    assert operator.server.call("POST", "/screenings/sign-in", body=sign_in, headers=FORM).status == 403


def test_the_cookie_opens_no_api_and_the_key_in_a_header_no_console(operator, screened):
    cookie = cookie_of(operator)
    assert get(operator, f"/v1/screenings/{screened}", cookie).status == 401
    assert operator.get(f"/screenings/{screened}").status == 401


# --- a file from upload to deletion


def sheet():
    """A table whose headings and cells hold markup, with one heading nobody knows."""
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(
        ["企业名称", "注册地", "干什么的", "主营产品", "所处阶段", "员工人数", f"备忘{ATTACK[:20]}", "年度进账"]
    )
    rows = (
        ("广州", "生物材料", "聚乳酸", "中试", "120"),
        ("合肥", "生物制造", "酶制剂", "量产", "30"),
        ("珠海", "疫苗", "疫苗", "中试", "-3"),
    )
    for place, (city, sector, product, stage, employees) in enumerate(rows):
        write.writerow([f"{NAME}{place} {ATTACK}", city, sector, product, stage, employees, ATTACK, "3000"])
    return out.getvalue().encode("gb18030")


def is_text(page):
    """Check that what was sent as markup did nothing."""
    assert page.title() != "owned"
    assert page.locator("img, script:not([src])").count() == 0


def give(page, name):
    """Upload the sheet and arrive at its columns."""
    page.goto("/screenings")
    content = {"name": name, "mimeType": "text/csv", "buffer": sheet()}
    page.get_by_label("企业名单文件").set_input_files(content)
    page.get_by_role("button", name="上传并查看识别结果").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对识别的列")
    is_text(page)
    expect(page.get_by_text(name)).to_be_visible()


def correct(page):
    """Tell two columns that nobody understood, and look again."""
    expect(page.get_by_text("共 8 列，读取其中 5 列。")).to_be_visible()
    line, money = (page.get_by_role("row").filter(has_text=text) for text in ("干什么的", "年度进账"))
    expect(line).to_contain_text("没有识别")
    expect(line).to_contain_text("生物材料")
    line.get_by_label("读作").select_option(label="行业")
    money.get_by_label("读作").select_option(label="营业收入")
    money.get_by_label("单位").select_option("万元")
    page.get_by_role("button", name="按所选重新识别").click()
    expect(page.get_by_text("共 8 列，读取其中 7 列。")).to_be_visible()
    expect(money.get_by_label("单位")).to_have_value("万元")


def look_around(page):
    """Go from the summary to the rows not read, and to a tenant; nothing there is markup."""
    figures = page.get_by_role("list", name="主要数字").get_by_role("listitem").all_inner_texts()
    assert [number(text) for text in figures][::3] == [3, 0]
    expect(page.get_by_role("heading", name="没有读取的列")).to_be_visible()
    is_text(page)
    page.get_by_role("link", name="未读入的行", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="-3")).to_contain_text("员工人数")
    expect(page.get_by_role("row").filter(has_text="-3")).to_contain_text("企业照常判断")
    page.get_by_role("link", name="企业", exact=True).click()
    is_text(page)
    page.get_by_role("link", name=re.compile(f"^{NAME}0")).click()
    is_text(page)
    assert ATTACK in page.get_by_role("heading", level=1).inner_text()
    assert page.get_by_role("article").count() > 3
    assert page.locator("mark").count() > 0


def remove(page):
    """Delete a screening, after having kept it once."""
    page.get_by_role("link", name="删除…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("删除这次筛查？")
    page.get_by_role("link", name="保留").click()
    page.get_by_role("link", name="删除…").click()
    page.get_by_role("button", name="确认删除").click()
    expect(page.get_by_role("status")).to_contain_text("筛查已删除")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_file_goes_from_upload_to_deletion(console, operator, scripts):
    page = console(java_script_enabled=scripts)
    give(page, f"名单 {ATTACK[:8]} &.csv")
    correct(page)
    page.get_by_role("button", name="开始筛查").click()
    # by events, or by reloading where there are no scripts
    expect(page.get_by_role("heading", level=1)).to_have_text("筛查结果", timeout=60_000)
    place = urlsplit(page.url).path
    reported = operator.get(f"/v1{place}").json
    assert {column["heading"]: column["field"] for column in reported["columns"]}["干什么的"] == "sector"
    look_around(page)
    page.goto(place)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV 表格").click()
    rows = list(csv.DictReader(io.StringIO(Path(downloading.value.path()).read_text("utf-8-sig"))))
    assert len(rows) == len(operator.get(f"/v1{place}/results.ndjson").body.splitlines()) > 0
    remove(page)
    assert operator.get(f"/v1{place}").status == 404
    log = operator.server.log.read_text("utf-8") + operator.server.errors.read_text("utf-8")
    assert [text for text in (NAME, "名单", operator.text) if text in log] == []


def upload(operator, cookie, content, name="名单.csv", **fields):
    token = token_in(get(operator, "/screenings", cookie))
    fields = {"token": token, "statuses": "draft", **fields}
    parts = [f'--cut\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
    body = "".join(parts).encode() + content + b"\r\n--cut--\r\n"
    headers = {
        "Content-Type": "multipart/form-data; boundary=cut", "Cookie": f"{COOKIE}={cookie}",
        "Origin": operator.server.base, "Accept": "text/html",
    }  # fmt: skip
    return operator.server.call("POST", "/screenings/new", body=body, headers=headers)


@pytest.mark.parametrize(
    ("content", "name", "fields", "says"),
    [
        (b"", "x.docx", {}, "不支持的文件格式"),
        (b"a", "x.csv", {"on": "2026-13-40"}, "日期"),
        (b"a", "x.csv", {"statuses": "perhaps"}, "须为以下之一"),
        (b"", "x.csv", {}, "空"),
        (b"PK\x03\x04nonsense", "x.xlsx", {}, "损坏"),
    ],
    ids=["format", "day", "status", "nothing in it", "broken workbook"],
)
def test_a_file_that_cannot_be_used_is_refused_beside_the_form(operator, content, name, fields, says):
    reply = upload(operator, cookie_of(operator), content, name, **fields)
    assert reply.status == 422
    page = reply.body.decode()
    assert says in page.split('role="alert"')[1].split("</div>")[0]
    assert "上传并查看识别结果" in page


def test_an_upload_is_its_owner_s_only_and_goes_after_an_hour(operator, tmp_path):
    cookie, other = cookie_of(operator), cookie_of(operator, Operator(operator.server).text)
    place = upload(operator, cookie, sheet()).headers["Location"]
    upload_id = place.rsplit("/", 1)[1]
    assert get(operator, place, cookie).status == 200
    assert upload_id not in get(operator, "/screenings", cookie).body.decode()
    assert get(operator, place, other).status == 404
    token = token_in(get(operator, "/screenings", other))
    assert post(operator, place, other, token=token, start="yes").status == 404
    assert operator.get(f"/v1/screenings/{upload_id}").status == 404
    folder = Folders(Store(operator.data).folder).of(upload_id).path
    worker = Worker(Settings(catalogue=tmp_path / "none", data=operator.data))
    worker.sweep()
    assert folder.is_dir()
    late = time.time() - ORPHAN_SECONDS - 60
    os.utime(folder, (late, late))
    worker.sweep()
    assert not folder.exists()
    assert get(operator, place, cookie).status == 404


def test_an_upload_can_be_thrown_away_and_is_started_once(operator):
    cookie = cookie_of(operator)
    token = token_in(get(operator, "/screenings", cookie))
    first, second = (upload(operator, cookie, sheet()).headers["Location"] for _ in range(2))
    assert post(operator, first, cookie, token=token, discard="yes").headers["Location"] == "/screenings"
    assert get(operator, first, cookie).status == 404
    answers = [post(operator, second, cookie, token=token, start="yes") for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    (place,) = {answer.headers["Location"] for answer in answers}
    assert operator.wait(f"/v1{place}")["state"] == "finished"


def test_a_screening_that_waits_is_shown_and_can_be_stopped(catalogue_file, tmp_path):
    settings = Settings(catalogue=catalogue_file, data=tmp_path / "data.sqlite", log_level="error", operator_records=5)
    key, text = Keys(Store(settings.data)).add(Role.OPERATOR)
    client = create_app(settings).test_client()
    own = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    client.post("/screenings/sign-in", data={"key": text}, headers=own)
    token = re.search('name="token" value="([0-9a-f]{64})"', client.get("/screenings", headers=own).text)[1]

    def send(path, **fields):
        return client.post(path, data={"token": token, **fields}, headers=own)

    def given():
        return send("/screenings/new", statuses="draft", file=(io.BytesIO(sheet()), "名单.csv")).headers["Location"]

    place = send(given(), start="yes").headers["Location"]
    page = client.get(place, headers=own).text
    assert "正在排队" in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert client.get(f"{place}/matrix", headers=own).headers["Location"] == place
    send(f"{place}/cancel")
    assert "筛查已取消" in client.get(place, headers=own).text
    assert b"event: ended" in client.get(f"{place}/events").data
    assert Jobs(Store(settings.data)).records.charge(key.id, 5, most=5)
    refused = send(given(), start="yes")
    assert refused.status_code == 422
    assert "今日可筛查的企业数已用完" in refused.text


def test_a_file_that_is_too_large_is_refused_with_the_limit(catalogue_file, tmp_path):
    settings = Settings(catalogue=catalogue_file, data=tmp_path / "d.sqlite", log_level="error", upload_bytes=2048)
    client = create_app(settings).test_client()
    own = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    client.post("/screenings/sign-in", data={"key": Keys(Store(settings.data)).add(Role.OPERATOR)[1]}, headers=own)
    reply = client.post("/screenings/new", data={"file": (io.BytesIO(b"x" * 4096), "x.csv")}, headers=own)
    assert reply.status_code == 413
    assert "2048" in reply.text


def test_columns_that_cannot_be_reported_apart_are_refused_with_the_reason(operator):
    cookie = cookie_of(operator)
    token = token_in(get(operator, "/screenings", cookie))
    content = "企业名称,注册地,甲,乙\n一,合肥,3,4\n".encode()
    place = upload(operator, cookie, content).headers["Location"]
    fields = {"field-3": "employees", "field-4": "employees", "start": "yes", "token": token}
    refused = post(operator, place, cookie, **fields)
    assert refused.status == 422
    assert "甲" in refused.body.decode().split('role="alert"')[1].split("</div>")[0]


def test_only_what_differs_from_the_reading_is_a_correction():
    money = FieldChoice(field="annual_revenue_cny", label="", units=("元", "万元"))
    plain = {
        "choices": [money, FieldChoice(field="name", label="", units=())],
        "columns": [
            {"position": 1, "heading": "企业名称", "open": True, "chosen": "name", "unit": None},
            {"position": 2, "heading": "进账", "open": True, "chosen": "-", "unit": None},
            {"position": 3, "heading": "营收", "open": True, "chosen": "annual_revenue_cny", "unit": "元"},
            {"position": 4, "heading": "企业名称", "open": False, "chosen": "-", "unit": None},
        ],
    }
    same = {"field-1": "name", "field-2": "-", "field-3": "annual_revenue_cny", "unit-3": "元", "field-4": "name"}
    assert read_choices(same, plain) == {}
    other = {"field-1": "-", "field-2": "name", "unit-2": "万元", "field-3": "annual_revenue_cny", "unit-3": "万元"}
    assert read_choices(other, plain) == {"企业名称": "", "进账": "name", "营收": "annual_revenue_cny(万元)"}


# --- what a finished screening shows


def table_of(figure):
    figure.get_by_text("数据表").click()
    return [
        (
            row.get_by_role("rowheader").inner_text(),
            [number(text) for text in row.get_by_role("cell").all_inner_texts()],
        )
        for row in figure.locator("tbody").get_by_role("row").all()
    ]


def test_the_charts_hold_the_numbers_of_the_api(console, operator, screened):
    page = console()
    page.goto(f"/screenings/{screened}")
    summary = operator.get(f"/v1/screenings/{screened}/summary").json
    totals = summary["totals"]
    instruments = table_of(page.get_by_role("figure", name="各类措施的结论"))
    shown = totals["possible"] - totals["withheld"]
    expected = [totals["applicable"], shown, totals["withheld"], totals["not_applicable"]]
    assert [sum(column) for column in zip(*(numbers for _, numbers in instruments), strict=True)] == expected
    tenants = table_of(page.get_by_role("figure", name="企业按相符措施数的分布"))
    assert sum(numbers[0] for _, numbers in tenants) == TENANTS - 1
    assert tenants[0][1] == [TENANTS - 1 - summary["tenants_with"]["applicable"]]
    settles = table_of(page.get_by_role("figure", name="补填哪些信息最有用"))
    assert settles == [(item["label"], [item["settles"]]) for item in summary["settles"][:10]]
    expect(page.get_by_text(summary["settles"][0]["message"])).to_be_visible()
    assert page.get_by_role("img").count() == page.get_by_role("figure").count()
    described = page.get_by_role("img", name="补填哪些信息最有用").locator("desc").text_content()
    assert summary["settles"][0]["label"] in described


def test_tenants_are_sifted_sorted_and_found_without_a_name_in_any_address(console, operator, screened):
    page = console()
    page.goto(f"/screenings/{screened}/tenants")
    rows = page.locator("table.stack tbody tr")
    counts = [number(row.locator("td.number").nth(1).inner_text()) for row in rows.all()]
    assert counts == sorted(counts, reverse=True)
    page.get_by_text("筛选与排序").click()
    page.get_by_label("企业所在地区").fill("安徽")
    page.get_by_label("结论").select_option("applicable")
    page.get_by_role("button", name="应用").click()
    wanted = operator.get(f"/v1/screenings/{screened}/tenants?region=340000&verdict=applicable").json
    assert 0 < wanted["total"] < TENANTS
    expect(page.get_by_role("heading", name=f"共 {wanted['total']} 家企业")).to_be_visible()
    assert all("安徽省" in text for text in rows.all_inner_texts())
    page.get_by_label("企业所在地区").fill("没有这样的地方")
    page.get_by_role("button", name="应用").click()
    expect(page.get_by_text("没有识别这个地名")).to_be_visible()
    page.get_by_role("textbox", name="按企业名称查找").fill(f"{NAME}57")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("heading", name="名称含有所填文字的企业：1 家")).to_be_visible()
    assert urlsplit(page.url).query == ""
    page.goto(f"/screenings/{screened}/tenants?row=58")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{NAME}57")
    is_text(page)


def test_a_measure_tells_who_stands_how_to_it(console, operator, screened):
    page, base = console(), f"/v1/screenings/{screened}/measures"
    page.goto(f"/screenings/{screened}/measures")
    page.get_by_role("link", name=re.compile(".")).first.wait_for()
    by_total = {}
    for item in operator.get(f"{base}?per_page=100").json["items"][:12]:
        measure_id = item["measure_id"]
        for standing in ("applicable", "possible", "one_fact_short", "one_condition_short"):
            by_total[measure_id, standing] = operator.get(f"{base}/{measure_id}/tenants?standing={standing}").json[
                "total"
            ]
    measure_id = next(key for (key, standing), total in by_total.items() if standing == "one_fact_short" and total)
    page.goto(f"/screenings/{screened}/measures/{measure_id}")
    reported = page.get_by_role("list", name="企业与措施的关系").get_by_role("listitem").all_inner_texts()
    names = ("applicable", "possible", "one_fact_short", "one_condition_short")
    assert [number(text) for text in reported[1:]] == [by_total[measure_id, name] for name in names]
    page.get_by_role("link", name=re.compile("^只差一项信息")).click()
    first = page.locator("table.stack tbody tr").first
    expect(first).to_contain_text("缺少：")
    first.get_by_role("link", name="查看依据").click()
    expect(page.get_by_role("article")).to_be_visible()
    is_text(page)


def test_one_condition_short_tells_the_condition_in_the_way(operator):
    alone = {"city": "广州", "sector": ["生物制造"], "facts": {"partners_with_research": False}}
    screening = operator.finished([{**alone, "name": f"独自{place}"} for place in range(3)])
    cookie, base, measure_id = cookie_of(operator), screening.removeprefix("/v1"), "gd-resource-application-centres"
    near = operator.get(f"{screening}/measures/{measure_id}/tenants?standing=one_condition_short").json
    assert near["total"] == 3
    page = get(operator, f"{base}/measures/{measure_id}?standing=one_condition_short", cookie).body.decode()
    assert page.count("不符：联合高校或科研机构开展") == 3
    assert "联合高校或科研机构开展" in get(operator, base, cookie).body.decode()
    matrix = get(operator, f"{base}/matrix", cookie).body.decode()
    assert "所选企业在各项措施上没有差别" in matrix
    same = re.search(r"所选企业全部只差一项条件：\d+ 项</summary>(.*?)</details>", matrix, re.DOTALL)[1]
    assert f"{base}/measures/{measure_id}" in same
    pair = get(operator, f"{base}/tenants/2/measures/{measure_id}", cookie)
    assert "不符合" in pair.body.decode()


def test_what_waits_for_a_move_is_told_apart_from_what_is_missing(operator):
    moving = {"city": "香港", "target_city": "深圳河套", "sector": ["生物医药"], "name": "迁入"}
    screening = operator.finished([moving])
    cookie, path = cookie_of(operator), "measures/gl-hetao-pilot"
    (item,) = operator.get(f"{screening}/{path}/tenants?verdict=possible").json["items"]
    assert {(one["fact"], one["why"]) for one in item["unknown"]} == {("region", "planned")}
    page = get(operator, f"{screening.removeprefix('/v1')}/{path}", cookie).body.decode()
    assert "落户后符合：注册地" in page
    assert "缺少：注册地" not in page


def test_the_matrix_is_walked_with_the_keyboard_and_leads_to_the_evidence(console, screened):
    page = console()
    page.goto(f"/screenings/{screened}/matrix?sort=row&verdict=applicable")
    cells = page.locator("#matrix tbody a.cell")
    assert page.locator("#matrix tbody a.cell[tabindex='0']").count() == 1
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    focused = page.evaluate(
        "document.activeElement.closest('td').cellIndex + ',' + document.activeElement.closest('tr').rowIndex"
    )
    assert focused == "2,3", "two rows of headings stand above"
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="为什么是这个结论")).to_be_visible()
    is_text(page)


def test_every_cell_of_the_matrix_is_what_the_results_say(operator, screened):
    cookie = cookie_of(operator)
    pages = [get(operator, f"/screenings/{screened}/matrix?sort=row&page={down}&across={across}", cookie).body.decode()
             for down in (1, 2) for across in range(1, 8)]  # fmt: skip
    found = {}
    for page in pages:
        for kind, row, measure_id in re.findall(
            r'class="cell (\w+)" href="[^"]*/tenants/(\d+)/measures/([^"?]+)"', page
        ):
            found[int(row), measure_id] = kind
    told = {row for row, _ in found}
    for summary, listed in re.findall(r"<details><summary>(.*?)</summary>\s*<ul>(.*?)</ul>", "".join(pages), re.DOTALL):
        same = re.search(r'class="cell (\w+)"', summary)
        for ids in (re.findall(r'/measures/([^"?]+)"', item) for item in listed.split("</li>")):
            columns = {(row, one): same[1] if same else found[row, ids[0]] for row in told for one in ids}
            assert same or all(found.get(pair, kind) == kind for pair, kind in columns.items())
            found |= columns
    rows = csv.DictReader(io.StringIO(operator.get(f"/v1/screenings/{screened}/results.csv").body.decode("utf-8-sig")))
    shown = {key for key, kind in found.items() if kind in {"applicable", "possible"}}
    assert len(found) == (TENANTS - 1) * operator.get("/v1/measures?per_page=1").json["total"]
    assert len(shown) == sum(1 for _ in rows)
    match = operator.get(f"/v1/screenings/{screened}/tenants/1/match?limit=100").json["recommendations"]
    assert all(found[1, item["measure"]["id"]] == item["verdict"] for item in match)


def test_a_rerun_tells_that_nothing_changed(operator, screened):
    cookie = cookie_of(operator)
    token = token_in(get(operator, "/screenings", cookie))
    place = post(operator, f"/screenings/{screened}/rerun", cookie, token=token).headers["Location"]
    assert operator.wait(f"/v1{place}")["state"] == "finished"
    assert "没有任何变化" in get(operator, f"{place}/changes", cookie).body.decode()
    assert get(operator, f"/screenings/{screened}/changes", cookie).status == 409
    assert post(operator, f"{place}/cancel", cookie, token=token).headers["Location"] == place


def test_a_newer_catalogue_is_offered_and_the_rerun_tells_what_changed(catalogue_file, newer_file, tmp_path):
    versions = [open_catalogue(file).version for file in (catalogue_file, newer_file)]
    text = Keys(Store(tmp_path / "data.sqlite")).add(Role.OPERATOR)[1]
    own = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}

    def opened(catalogue):
        settings = Settings(
            catalogue=catalogue, data=tmp_path / "data.sqlite", log_level="error", screening_processes=1
        )
        client = create_app(settings).test_client()
        client.post("/screenings/sign-in", data={"key": text}, headers=own)
        token = re.search('name="token" value="([0-9a-f]{64})"', client.get("/screenings", headers=own).text)[1]
        return (
            client,
            Worker(settings),
            lambda path, **fields: client.post(path, data={"token": token, **fields}, headers=own),
        )

    client, worker, send = opened(catalogue_file)
    file = (io.BytesIO("企业名称,注册地,行业\n甲,合肥,生物材料\n乙,蚌埠,生物材料\n".encode()), "名单.csv")
    uploaded = send("/screenings/new", statuses="draft", file=file).headers["Location"]
    place = send(uploaded, start="yes").headers["Location"]
    assert worker.work_once()
    assert "政策目录已更新" not in client.get(place, headers=own).text

    damaged = tmp_path / "damaged.sqlite"
    shutil.copyfile(newer_file, damaged)
    with contextlib.closing(sqlite3.connect(damaged)) as written:
        written.execute("UPDATE documents SET text = replace(text, '。', '，')")
        written.commit()
    assert not opened(damaged)[1].look_ahead_once(), "of a catalogue that is not sound nothing is worked out"

    client, worker, send = opened(newer_file)
    assert "政策目录已更新" in client.get(place, headers=own).text
    assert client.get(f"{place}/measures/{GONE}", headers=own).status_code == 200
    assert client.get(f"{place}/tenants/1", headers=own).text.count(versions[0][:12]) == 1
    assert client.get(f"{place}/outlook", headers=own).status_code == 409, "not worked out yet"
    assert worker.look_ahead_once()
    outlook = client.get(f"{place}/outlook", headers=own).text
    assert "aria-current=page>目录更新的影响" in outlook
    again = send(f"{place}/rerun").headers["Location"]
    assert worker.work_once()
    changes = client.get(f"{again}/changes", headers=own).text
    assert re.findall("<li>.*?→.*?</li>", outlook) == re.findall("<li>.*?→.*?</li>", changes) != []
    assert all(version[:8] in outlook for version in versions)
    assert all(version[:8] in changes for version in versions)
    assert "2 家企业有变化" in changes
    assert "<strong>名单.csv</strong>" in changes


def test_cells_that_could_not_be_used_are_reported_with_their_column(operator):
    cookie = cookie_of(operator)
    content = "企业名称,注册地,营收增长率,成立年月\n甲,合肥,1.2,2015-03\n乙,蚌埠,5%,2016-04-01\n"
    place = operator.upload("register.csv", content.encode()).headers["Location"]
    assert operator.wait(place)["rows"] == {"total": 2, "done": 2, "rejected": 0}
    here = place.removeprefix("/v1")
    reported = get(operator, here, cookie).body.decode()
    assert "有内容未能采用" in reported
    assert "<li>营收增长率：1 行，例如第 1 行</li>" in reported
    assert "成立年月：" not in reported  # a month counts as its days
    assert (
        "<li>营收增长率: cells 1, for example in row 1</li>" in get(operator, f"{here}?lang=en", cookie).body.decode()
    )
    assert "文件共 2 行：读作企业 2 行" in reported


def test_the_sheet_that_is_read_and_those_that_are_not_are_shown(operator):
    cookie = cookie_of(operator)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        for name in ("一期", "二期<b>"):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, ["企业名称", "注册地"])
            sheet.write_row(1, 0, ["甲公司", "合肥"])
    check = upload(operator, cookie, target.getvalue(), "名单.xlsx").headers["Location"]
    place = operator.upload("register.xlsx", target.getvalue()).headers["Location"]
    operator.wait(place)
    for path in (check, place.removeprefix("/v1")):
        reported = get(operator, path, cookie).body.decode()
        assert "没有读取的工作表" in reported
        assert "<li>二期&lt;b&gt;</li>" in reported
        assert "一期" in reported
        assert "Sheets that are not read" in get(operator, f"{path}?lang=en", cookie).body.decode()


def test_downloads_are_those_of_the_api(operator, screened):
    cookie = cookie_of(operator)
    for form in ("csv", "ndjson"):
        reply = get(operator, f"/screenings/{screened}/results.{form}", cookie)
        assert reply.body == operator.get(f"/v1/screenings/{screened}/results.{form}").body
        assert "attachment" in reply.headers["Content-Disposition"]
    assert get(operator, f"/screenings/{screened}/results.parquet", cookie).body[:4] == b"PAR1"
    assert get(operator, f"/screenings/{screened}/results.xlsx", cookie).body[:2] == b"PK"


PATHS = ("", "/events", "/tenants", "/tenants/1", f"/tenants/1/measures/{MEASURE}", "/measures", f"/measures/{MEASURE}",
         "/matrix", "/calls", "/work", "/trial", "/rejected", "/changes", "/outlook", "/delete", "/results.csv")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_another_key_finds_nothing_and_a_stranger_is_asked_for_a_key(operator, screened, path):
    other = cookie_of(operator, Operator(operator.server).text)
    assert get(operator, f"/screenings/{screened}{path}", other).status == 404
    stranger = get(operator, f"/screenings/{screened}{path}")
    assert stranger.status == 401
    assert f'name="wanted" value="/screenings/{screened}{path}"' in stranger.body.decode()
    sent = post(operator, f"/screenings/{screened}/cancel")
    assert (sent.status, b'name="wanted" value=""' in sent.body) == (401, True)


def test_another_key_changes_nothing(operator, screened):
    other = cookie_of(operator, Operator(operator.server).text)
    token = token_in(get(operator, "/screenings", other))
    for action in ("cancel", "rerun", "delete"):
        assert post(operator, f"/screenings/{screened}/{action}", other, token=token).status == 404
    assert operator.get(f"/v1/screenings/{screened}").status == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_accessible_and_fits_a_phone(console, operator, screened, ended, axe_clean, language):
    page = console(viewport={"width": 360, "height": 740})
    place = upload(operator, cookie_of(operator), sheet()).headers["Location"].removeprefix("/screenings")
    inside = [f"/{screened}{path}" for path in PATHS if path not in {"/events", "/changes", "/results.csv"}]
    for path in ("", place, *inside, *ended):
        few = "&region=340300" if path.endswith("/matrix") else ""  # axe takes seconds for thousands of cells
        page.goto(f"/screenings{path}?lang={language}{few}")
        assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
        if language == "zh" or path in (place, *ended):  # test_pages.py has axe look at the others in English
            axe_clean(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        is_text(page)
    page.context.clear_cookies()
    page.goto(f"/screenings?lang={language}")
    axe_clean(page)


# --- the work list


@pytest.fixture(scope="module")
def called(operator):
    """A screening whose work goes on in the tests of this section; its place, a cookie, the token of its forms."""
    rows = [
        {"name": f"甲{number}", "city": ("广州", "蚌埠市")[number % 2], "products": ["疫苗"]} for number in range(6)
    ]
    place = operator.finished(rows).removeprefix("/v1")
    cookie = cookie_of(operator)
    return place, cookie, token_in(get(operator, f"{place}/calls", cookie))


def send_file(operator, path, cookie, token, content):
    """Send a form with a file as a browser does."""
    body = (
        f'--cut\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n'
        '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        f"{content}\r\n--cut--\r\n"
    )
    headers = {
        "Content-Type": "multipart/form-data; boundary=cut", "Cookie": f"{COOKIE}={cookie}",
        "Origin": operator.server.base, "Accept": "text/html",
    }  # fmt: skip
    return operator.server.call("POST", path, body=body.encode(), headers=headers)


def test_the_list_of_calls_leads_to_messages_forms_and_dossiers(console, operator, called):
    place = called[0]
    item = operator.get(f"/v1{place}/calls").json["items"][0]
    page = console()
    page.goto(f"{place}/calls")
    expect(page.get_by_role("heading", level=1)).to_have_text("先联系这 20 家")
    first = page.get_by_role("article").first
    first.locator("summary", has_text="可发送的文字").click()
    assert first.locator("textarea").input_value() == item["message"]
    first.locator("summary", has_text="措施与依据").click()
    expect(first.locator("blockquote").first).to_have_text(item["measures"][0]["quote"])
    for name, begins in (("这家的回填表", b"PK"), ("下载全部清单", "\ufeff次序".encode())):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).first.click()
        assert Path(download.value.path()).read_bytes().startswith(begins)
    first.get_by_role("heading").get_by_role("link").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="档案 一页 PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_a_status_is_noted_on_the_page_of_a_pair_and_listed(operator, called):
    place, cookie, token = called
    pair = f"{place}/tenants/2/measures/{MEASURE}"
    sent = post(operator, pair, cookie, token=token, status="applied", note=ATTACK)
    assert (sent.status, sent.headers["Location"]) == (303, f"{pair}#work")
    shown = get(operator, pair, cookie).body.decode()
    assert "办理状态：已申报" in shown
    assert ATTACK not in shown
    assert "已申报" in get(operator, f"{place}/work?status=applied", cookie).body.decode()
    assert "已记录 0 项" in get(operator, f"{place}/work?status=refused", cookie).body.decode()
    assert post(operator, pair, cookie, token=token, status="done").status == 422
    assert post(operator, pair, cookie, status="applied").status == 403, "a form of another page"


def test_answers_are_uploaded_and_what_is_wrong_is_told_beside_the_list(operator, called):
    place, cookie, token = called
    wrong = send_file(operator, f"{place}/answers", cookie, token, "企业名称,行业\n甲1,疫苗\n")
    assert wrong.status == 422
    assert "回填表里没有“行号（请勿改动）”一列" in wrong.body.decode()
    assert "先联系这 20 家" in wrong.body.decode()
    right = send_file(operator, f"{place}/answers", cookie, token, "行号（请勿改动）,员工人数\n2,70\n")
    assert right.status == 303, right.body.decode()
    fresh = right.headers["Location"]
    assert operator.wait(f"/v1{fresh}")["state"] == "finished"
    assert "从业人数：70" in get(operator, f"{fresh}/tenants/2", cookie).body.decode()
    assert get(operator, f"{fresh}/changes", cookie).status == 200


def test_dossiers_are_ordered_by_a_form(operator, called):
    place, cookie, token = called
    wrong = post(operator, f"{place}/dossiers", cookie, token=token, form="brief", format="pdf", rows="2;3")
    assert (wrong.status, "须为行号" in wrong.body.decode()) == (422, True)
    sent = post(
        operator, f"{place}/dossiers", cookie, token=token, form="brief", format="docx", rows="", first="2",
        letterhead="某某产业园\n服务部",
    )  # fmt: skip
    assert sent.headers["Location"] == f"{place}/calls#dossiers"
    (order,) = operator.get(f"/v1{place}/dossiers").json["items"]
    operator.wait(f"/v1{place}/dossiers/{order['id']}")
    assert f"{place}/dossiers/{order['id']}.zip" in get(operator, f"{place}/calls", cookie).body.decode()
    assert get(operator, f"{place}/dossiers/{order['id']}.zip", cookie).body.startswith(b"PK")


def test_a_new_measure_is_tried_by_a_form_that_can_be_reloaded(operator, called):
    place, cookie, token = called
    given = {
        "title": "某市若干措施", "text": "对员工50人以上的生物医药企业给予补助。其他另行规定。", "place": "广州",
        "sector": "生物医药", "fact-0": "employees", "side-0": "at_least", "value-0": "50",
    }  # fmt: skip
    sent = post(operator, f"{place}/trial", cookie, token=token, **given)
    assert sent.status == 303
    shown, again = (get(operator, sent.headers["Location"], cookie).body.decode() for _ in range(2))
    assert shown == again
    assert '<blockquote lang="zh-CN">对员工50人以上的生物医药企业给予补助。</blockquote>' in shown
    assert all(f"<li>{label}</li>" in shown for label in ("注册地在广州市", "行业属于生物医药", "从业人数不低于50人"))
    assert "适合或可能适合的企业：3 家" in shown
    for wrong, says in (
        ({"title": ""}, "请填写“文件或措施名称”"),
        ({"place": "某某地"}, "适用地区“某某地”没有读懂"),
        ({"value-0": "很多"}, "从业人数“很多”没有读懂；须为不小于 0 的数字"),
    ):
        sent = post(operator, f"{place}/trial", cookie, token=token, **{**given, **wrong})
        refused = get(operator, sent.headers["Location"], cookie)
        assert (refused.status, says in refused.body.decode()) == (422, True)


@pytest.mark.parametrize("query", ["verdict=perhaps", "page=0", "colour=1", "sort=name", "across=x"])
def test_an_address_that_means_nothing_is_refused_with_the_reason(operator, screened, query):
    assert get(operator, f"/screenings/{screened}/matrix?{query}", cookie_of(operator)).status == 422


# --- words and bars


def test_the_pieces_of_a_bar_fill_it():
    (bar,) = stacked_bars([("全部", [1, 0, 2], "")], kinds=("applicable", "possible", "withheld"))
    assert [(piece.kind, piece.start) for piece in bar.pieces] == [("applicable", 0.0), ("withheld", 33.33)]
    assert sum(piece.width for piece in bar.pieces) == pytest.approx(100, abs=0.02)
    assert plain_bars([("无", 0, "")], kind="near")[0].pieces[0].width == 0
    assert plain_bars([("联合高校或科研机构共同开展研究开发", 1, "")], kind="near")[0].short_label.endswith("…")


@pytest.mark.parametrize(
    ("reported", "says"),
    [
        (("queued", None, 0, None, None), "正在排队，很快开始。"),
        (("running", None, 0, None, None), "正在读取文件。"),
        (("running", 10_000, 4_000, 2_000.0, 3.0), "已完成 4,000 家，共 10,000 家，每秒约 2,000 家，约剩 3 秒。"),
        (("running", 10_000, 0, None, None), "已完成 0 家，共 10,000 家。"),
        (("running", 10_000, 1, 1.0, 9_999.0), "已完成 1 家，共 10,000 家，每秒约 1 家，约剩 167 分钟。"),
    ],
)
def test_progress_is_reported_in_a_sentence(reported, says):
    state, total, done, rate, left = reported
    nothing = dict.fromkeys(Screening.__struct_fields__)
    rows = RowCounts(total=total, done=done, rejected=0)
    progress = Progress(share=0, rows_per_second=rate, seconds_left=left)
    screening = Screening(**{**nothing, "state": State(state), "rows": rows, "progress": progress})
    assert progress_words(screening, page_words("zh")) == says


# --- own columns, several sheets


OWN = {
    "A栋": [["企业名称", "注册地", "主营产品", "楼栋", "联系人"], ["甲生物科技有限公司", "合肥", "聚乳酸", "1号楼", "赵经理"],
           ["乙科技有限公司", "广州", "疫苗", "=2+3", ""]],
    "B栋": [["企业名称", "注册地", "主营产品", "楼栋", "租约到期"], ["丙生物科技有限公司", "深圳", "酶制剂", "2号楼", "2027-06-30"],
           ["甲生物科技有限公司", "广州", "PHA", "3号楼", ""]],
    "填写说明": [["填写说明"], ["请按要求填写"]],
}  # fmt: skip


def own_book():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        for name, rows in OWN.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return target.getvalue()


@pytest.fixture(scope="module")
def joined(operator):
    """A workbook of two buildings, screened as one over the API; its place there."""
    reply = operator.upload("名单.xlsx", own_book(), on="2026-11-21", sheets="all")
    assert reply.status == 202, reply.body
    place = reply.headers["Location"]
    reported = operator.wait(place)
    assert reported["state"] == "finished"
    assert [(one["name"], one["rows"], bool(one["reason"])) for one in reported["sheets"]] == [
        ("A栋", 2, False), ("B栋", 2, False), ("填写说明", 0, True)
    ]  # fmt: skip
    return place


FIRST = {"工作表": "A栋；B栋", "楼栋": "1号楼；3号楼", "联系人": "赵经理"}


def test_own_columns_are_listed_filtered_and_stand_in_every_file(operator, joined):
    def listed(**query):
        answer = operator.get(f"{joined}/tenants?{urlencode(query)}").json
        return {one["row"]: {item["heading"]: item["value"] for item in one["own"]} for one in answer["items"]}

    everybody = listed()
    assert everybody[1] == FIRST
    assert everybody[3] == {"工作表": "B栋", "楼栋": "2号楼", "租约到期": "2027-06-30"}
    assert [*listed(column="楼栋", value="3号")] == [1]
    assert [*listed(value="2027")] == [3]
    assert [*listed(column="联系人")] == [1]
    assert operator.get(f"{joined}/tenants?{urlencode({'column': '楼层'})}").status == 422
    rows = list(csv.DictReader(io.StringIO(operator.get(f"{joined}/results.csv").body.decode("utf-8-sig"))))
    headings = ["工作表", "楼栋", "联系人", "租约到期"]
    assert [*rows[0]][-4:] == headings
    assert {name: rows[0][name] for name in FIRST} == FIRST
    assert {row["楼栋"] for row in rows if row["row"] == "2"} == {"'=2+3"}  # no formula
    lines = [json.loads(line) for line in operator.get(f"{joined}/results.ndjson").body.splitlines()]
    assert lines[0]["own"] == {**FIRST, "租约到期": ""}
    table = pq.read_table(io.BytesIO(operator.get(f"{joined}/results.parquet").body))
    assert table.select(headings).to_pylist()[0] == lines[0]["own"]
    calls = list(csv.DictReader(io.StringIO(operator.get(f"{joined}/calls.csv").body.decode("utf-8-sig"))))
    assert {(row["楼栋"], row["租约到期"]) for row in calls if row["工作表"] == "B栋"} == {("2号楼", "2027-06-30")}
    with CalamineWorkbook.from_filelike(io.BytesIO(operator.get(f"{joined}/results.xlsx").body)) as workbook:
        heads = {name: workbook.get_sheet_by_name(name).to_python()[0] for name in workbook.sheet_names}
    assert [name for name, head in heads.items() if head[-4:] == headings] == ["先联系", "按企业", "矩阵", "理由与依据"]
    (told,) = (one for one in operator.get(f"{joined}/rejected").json["items"] if one["code"] == "contradicts_row")
    assert (told["row"], told["sheet"], told["value"]) == (4, "B栋", "广州")
    again = operator.call("POST", f"{joined}/rerun").headers["Location"]
    operator.wait(again)
    assert operator.get(f"{again}/results.csv").body == operator.get(f"{joined}/results.csv").body
    log = operator.server.log.read_text("utf-8") + operator.server.errors.read_text("utf-8")
    assert "赵经理" not in log


def test_sheets_are_joined_on_the_page_and_tenants_found_by_an_own_column(console, operator):
    page = console()
    page.goto("/screenings")
    page.get_by_label("企业名单文件").set_input_files(
        {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": own_book()}
    )
    page.get_by_role("button", name="上传并查看识别结果").click()
    page.get_by_role("button", name="这些工作表一并读入").click()
    expect(page.get_by_role("region", name="各工作表")).to_contain_text("B栋：2 行")
    page.get_by_label("读作").nth(4).select_option("-")
    page.get_by_role("button", name="开始筛查").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("筛查结果", timeout=60_000)
    assert page.locator(".file-name").inner_text() == "文件：名单.xlsx"
    place = urlsplit(page.url).path
    page.goto(f"{place}/tenants")
    page.get_by_label("在哪一列查找").select_option("楼栋")
    page.get_by_role("textbox", name="按企业名称查找").fill("2号")
    page.get_by_role("button", name="查找").click()
    expect(page.locator("#found")).to_have_text("“楼栋”列含有所填文字的企业：1 家")
    assert "2号" not in page.url
    page.get_by_role("link", name="丙生物科技有限公司").click()
    expect(page.get_by_role("region", name="名单里的其他信息")).to_contain_text("2027-06-30")
    assert "联系人" not in page.content()
    assert operator.call("DELETE", f"/v1{place}").status == 204


def test_a_printed_matrix_has_every_column_of_its_page_and_says_which(console, screened):
    page = console()
    page.goto(f"/screenings/{screened}/matrix?sort=row")
    titles = page.locator("#matrix thead tr").last.locator("th a").all_inner_texts()
    across = int(re.search(r"共 (\d+) 列", page.locator("#printed").text_content())[1])
    sheets = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    text = "".join("".join(sheet.get_textpage().get_text_bounded().split()) for sheet in sheets)
    assert f"印出第1至{len(titles)}列，共{across}列" in text
    page.emulate_media(media="print")
    last = page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('#matrix td')].map(c => c.getBoundingClientRect().right))"
    )
    width = page.evaluate("() => document.querySelector('#matrix').getBoundingClientRect().right")
    signs = page.locator("#matrix tbody tr").first.locator("td").count()
    assert signs == len(titles)
    assert last <= width + 1
    marks = sum(text.count(sign) for sign in "✓?△·")
    assert marks >= len(titles) * page.locator("#matrix tbody tr").count()
