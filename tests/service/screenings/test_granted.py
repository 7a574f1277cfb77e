"""What measures come to, in lists, downloads, pages and previews of a screening, is what a match says of each tenant."""

import csv
import io
import json
import re
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest
import python_calamine

from rules.catalogue.content import build_catalogue
from seeds.faults import load_yaml
from seeds.library import load_document
from service.commands.check import SEEDS
from service.screenings.shapes import MeasureTenants, PreviewAnswer, TenantItems
from tests.service.operators import JSON, Operator

DOCUMENTS = ("chenghu-industry-2026", "yuelin-manufacturing-2025", "songhe-rd-2026")
ON = "2026-05-02"
CHENGHU = {"city": "440114", "sector": ["生物医药"]}
TENANTS = [
    {**CHENGHU, "name": "甲", "annual_revenue_cny": 600_000_000},
    {**CHENGHU, "name": "乙", "annual_revenue_cny": 600_000_000, "facts": {"ch-revenue-award.received": "20万元"}},
    {**CHENGHU, "name": "丙", "facts": {"equipment_spend_cny": "1000万元", "local_contribution_growth": "30%"}},
    {**CHENGHU, "name": "丁", "annual_revenue_cny": 90_000_000, "rd_spend_cny": 8_000_000},
    {"city": "320500", "sector": ["机械"], "name": "戊", "annual_revenue_cny": 5_100_000_000},
    {"city": "330482", "name": "己", "rd_spend_cny": 30_000_000},
    {"city": "北京", "name": "庚"},
]
AWARD = "ch-revenue-award"


@pytest.fixture(scope="module")
def operator(serve, tmp_path_factory, root):
    folder, policies = tmp_path_factory.mktemp("granting"), root / "tests" / "rules" / "policies"
    for name in DOCUMENTS:
        (folder / "packs").mkdir(exist_ok=True)
        (folder / "packs" / f"{name}.yaml").write_bytes((policies / "packs" / f"{name}.yaml").read_bytes())
    seeds = folder / "seeds"
    seeds.mkdir()
    for each in SEEDS.iterdir():
        if each.name != "documents":
            (seeds / each.name).symlink_to(each)
    (seeds / "documents").mkdir()
    for name in DOCUMENTS:
        (seeds / "documents" / name).symlink_to(policies / "documents" / name)
    build_catalogue(seeds, folder / "packs", folder / "catalogue.sqlite")
    with serve(CEPEI_CATALOGUE=str(folder / "catalogue.sqlite"), CEPEI_WORKERS="1") as server:
        yield Operator(server)


@pytest.fixture(scope="module")
def screened(operator):
    return operator.finished(TENANTS, on=ON)


@pytest.fixture(scope="module")
def matched(operator):
    """What a match says of each tenant: row -> measure -> its grant."""
    question = {"on": ON, "include": ["general"], "limit": 100, "detail": "brief"}
    answers = [operator.server.match(tenant, **question).json for tenant in TENANTS]
    return {
        row: {one["measure"]["id"]: one["grant"] for one in answer["recommendations"]}
        for row, answer in enumerate(answers, 1)
    }


SHORT = ("kind", "verdict", "low_cny", "high_cny", "tier", "next_tier", "depends_on")


def in_short(grant):
    return [{name: benefit[name] for name in SHORT} for benefit in grant["benefits"]]


def without_gap(benefits):
    return [{name: benefit[name] for name in SHORT} for benefit in benefits]


def ruled_out(grant):
    return sorted(one["measure_id"] for one in grant["stacking"] if one["together"] == "no")


def test_lines_of_json_say_of_each_pair_what_a_match_says(operator, screened, matched):
    lines = [json.loads(line) for line in operator.get(f"{screened}/results.ndjson").body.splitlines()]
    found = {(line["row"], line["measure_id"]): line for line in lines}
    assert set(found) == {(row, name) for row, grants in matched.items() for name in grants}
    for (row, name), line in found.items():
        grant = matched[row][name]
        assert without_gap(line["benefits"]) == in_short(grant)
        window = {key: grant["window"][key] for key in ("opens", "closes")}
        assert {"opens": line["opens"], "closes": line["closes"]} == window
        assert line["window"] == grant["window"]["state"]
        assert line["not_beside"] == ruled_out(grant)
    award = found[1, AWARD]["benefits"][0]
    assert (award["low_cny"], award["high_cny"], award["tier"], award["gap"]) == (0, 800_000, 1, 400_000_000)
    assert found[2, AWARD]["benefits"][0]["low_cny"] == found[2, AWARD]["benefits"][0]["high_cny"] == 600_000
    assert found[6, "sh-rd"]["benefits"][0]["high_cny"] == 2_600_000
    assert any(line["not_beside"] for line in lines)


def test_tables_hold_the_same(operator, screened, tmp_path):
    lines = [json.loads(line) for line in operator.get(f"{screened}/results.ndjson").body.splitlines()]
    (tmp_path / "results.parquet").write_bytes(operator.get(f"{screened}/results.parquet").body)
    assert pq.read_table(tmp_path / "results.parquet").to_pylist() == lines
    rows = csv.DictReader(io.StringIO(operator.get(f"{screened}/results.csv").body.decode("utf-8-sig"), newline=""))
    for row, line in zip(rows, lines, strict=True):
        for column, key in (("low_cny", "low_cny"), ("high_cny", "high_cny"), ("tier", "tier"), ("paid", "verdict")):
            told = [
                "" if one[key] is None else f"{one[key]:.15g}" if column != "paid" else one[key]
                for one in line["benefits"]
            ]
            assert row[column] == "; ".join(told)
        assert row["depends_on"] == "; ".join(" ".join(one["depends_on"]) for one in line["benefits"])
        assert (row["window"], row["opens"]) == (line["window"], line["opens"] or "")
        assert row["not_beside"].split() == line["not_beside"]


def test_the_workbook_has_a_line_for_each_benefit_in_words(operator, screened, matched, tmp_path):
    (tmp_path / "results.xlsx").write_bytes(operator.get(f"{screened}/results.xlsx").body)
    workbook = python_calamine.load_workbook(str(tmp_path / "results.xlsx"))
    head, *rows = workbook.get_sheet_by_name("可得金额").to_python()
    assert len(rows) == sum(len(grant["benefits"]) for grants in matched.values() for grant in grants.values())
    of_first = [dict(zip(head, row, strict=True)) for row in rows if row[3] == "甲" and row[4] == "营收上台阶奖励"]
    (award,) = of_first
    assert (award["最低（元）"], award["最高（元）"], award["按所填信息"]) == (0, 800_000, "0元至80万元")
    assert award["金额取决于"] == "「营收上台阶奖励」已领取的金额"
    assert award["申报时间"] == "下次受理：2027-03-01 起，截至 2027-04-30"


def test_both_sides_of_the_matrix_say_the_same(operator, screened, matched, strictly):
    tenants = operator.get(f"{screened}/tenants?per_page=100").json
    assert strictly(TenantItems, tenants) == []
    assert any(one["best"] for one in tenants["items"])
    for tenant in tenants["items"]:
        for pair in tenant["best"]:
            grant = matched[tenant["row"]][pair["measure_id"]]
            assert without_gap(pair["benefits"]) == in_short(grant)
            assert pair["window"] == grant["window"]
            assert pair["not_beside"] == ruled_out(grant)
    reported = operator.get(f"{screened}/measures/{AWARD}/tenants?per_page=100").json
    assert strictly(MeasureTenants, reported) == []
    assert reported["window"]["opens"] == "2027-03-01"
    assert [one["row"] for one in reported["items"]] == [1, 2, 3, 4]
    for one in reported["items"]:
        assert without_gap(one["benefits"]) == in_short(matched[one["row"]][AWARD])


def test_pages_of_a_screening_tell_amounts_and_windows(operator, screened):
    body = urlencode({"key": operator.text}).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": operator.server.base}
    signed_in = operator.server.call("POST", "/screenings/sign-in", body=body, headers=form)
    cookie = signed_in.headers["Set-Cookie"].split(";")[0]

    def page(path):
        reply = operator.server.call("GET", screened.removeprefix("/v1") + path, headers={"Cookie": cookie})
        assert reply.status == 200, reply.body.decode()
        return reply.body.decode()

    told = re.findall(rf'tenants/(\d+)/measures/{AWARD}" aria-label="([^"]+)"', page("/matrix?sort=row"))
    assert dict(told) == {
        "1": "相符：0元至80万元",
        "2": "相符：60万元",
        "3": "相符：最高150万元",
        "4": "相符：未达到最低一档",
        "5": "未列出",
        "6": "未列出",
        "7": "未列出",
    }
    assert "营收上台阶奖励：下次受理：2027-03-01 起，截至 2027-04-30" in page("/matrix")
    of_measure = page(f"/measures/{AWARD}")
    assert "申报时间：下次受理：2027-03-01 起，截至 2027-04-30" in of_measure
    assert "0元至80万元；金额取决于：「营收上台阶奖励」已领取的金额" in of_measure
    assert "60万元" in page("/tenants?sort=row")
    assert "CNY 0 to CNY 800,000" in page("/matrix?lang=en")


def test_the_self_check_asks_what_an_amount_depends_on_and_tells_the_next_tier(operator):
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": operator.server.base}

    def page(**typed):
        body = urlencode({"city": "440114", "sector": "生物医药", "annual_revenue_cny": "6亿元", **typed}).encode()
        reply = operator.server.call("POST", "/", body=body, headers=form)
        assert reply.status == 200
        return reply.body.decode()

    told = page(materials="上年度审计报告")
    assert "申请表（未填写）、营业执照（未填写）、审计报告（已有）" in told
    assert 'name="materials"' in told
    assert "按所填信息为 0元 至 80万元" in told
    assert "「营收上台阶奖励」此前已领取多少？从未领取的填0。" in told
    assert "下一档（年营业收入不低于10亿元：150万元）还差 4亿元" in told
    answered = page(**{f"add.facts.{AWARD}.received": "20万元"})
    assert "按所填信息为 60万元" in answered
    assert "此前已领取多少" not in answered.split('id="m-ch-revenue-award"')[1].split("</article>")[0]


def test_a_draft_of_format_2_is_tried_with_its_amounts_and_windows(operator, screened, matched, strictly, root):
    policies = root / "tests" / "rules" / "policies"
    document = load_document(policies / "documents" / DOCUMENTS[0])
    raw = next(one for one in load_yaml(policies / "packs" / f"{DOCUMENTS[0]}.yaml")["measures"] if one["id"] == AWARD)
    draft = {key: value for key, value in raw.items() if key != "examples"} | {"id": "ch-drafted"}
    question = {
        "screening": screened.rsplit("/", 1)[1],
        "document": document.id,
        "measure": draft,
        "schema": 2,
        "per_page": 50,
    }

    def ask(**changes):
        return operator.call("POST", "/v1/measures/preview", json.dumps({**question, **changes}).encode(), **JSON)

    told = ask().json
    assert strictly(PreviewAnswer, told) == []
    assert told["window"]["opens"] == "2027-03-01"
    by_row = {one["row"]: one["benefits"][0] for one in told["items"]}
    first = matched[1][AWARD]["benefits"][0]
    assert (by_row[1]["low_cny"], by_row[1]["high_cny"], by_row[1]["tier"]) == (0, first["high_cny"], first["tier"])
    assert by_row[1]["depends_on"] == ["ch-drafted.received"]
    assert ask(schema=1).status == 422
    own = {"id": "payroll_cny", "type": "money", "zh": "工资总额", "en": "payroll", "ask_zh": "？", "ask_en": "?"}
    rated = {
        **draft,
        "benefits": [
            {"kind": "grant", "rate": "10%", "of_fact": "payroll_cny", "cite": {"clause": "1.2", "quote": "10%"}}
        ],
    }
    assert {one["code"] for one in ask(measure=rated).json["errors"]} == {"bad_measure"}
    (payroll,) = ask(measure=rated, facts=[own]).json["items"][0]["benefits"]
    assert payroll["depends_on"] == ["payroll_cny"]
    assert ask(facts={}).status == 422


def test_a_chunk_decided_before_amounts_were_worked_out_says_nothing_of_them(operator):
    place = operator.finished(TENANTS[:2], on=ON)
    (part,) = (operator.data.parent / "screenings" / place.rsplit("/", 1)[1]).glob("part-*.parquet")
    pq.write_table(pq.read_table(part).drop_columns(["benefits"]), part)
    assert b"benefits" not in operator.get(f"{place}/results.ndjson").body
    assert operator.get(f"{place}/results.csv").body.split(b"\r\n")[0].endswith(b",unknown")
    best = [pair for tenant in operator.get(f"{place}/tenants").json["items"] for pair in tenant["best"]]
    assert best
    assert not any({"benefits", "window", "not_beside"} & set(pair) for pair in best)
