"""The work list of a finished screening: whom to call, the form that is sent out and comes back, what became of it."""

import csv
import io
import json
import zipfile
from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pypdfium2
import pytest
import python_calamine
import xlsxwriter

from matcher.profiles.profile import Profile
from rules.language.measures import MeasureKind
from seeds.documents import DocumentStatus
from service.complaints import RequestError
from service.intake.answers import FilledRow, read_filled
from service.intake.raw_table import TableRefusedError
from service.screenings.stored.folders import Folder, read_answers, with_answers, write_answers
from service.screenings.stored.jobs import Jobs, Options
from service.screenings.stored.parts import PAIR_SCHEMA
from service.screenings.worklist.asking import answers_of, columns_of, flag_headings
from service.screenings.worklist.openings import OPENINGS, callers, facts_to_ask, ranked
from service.screenings.worklist.work import Work, WorkStatus
from service.store import Store
from tests.service.operators import JSON, Operator

ON = date(2026, 11, 21)
ROW, FLAG = "行号（请勿改动）", "是否符合：甲条件（某措施）"
PLACES = ("合肥", "蚌埠市", "广州", "深圳南山", "安徽")
PRODUCTS = ("聚乳酸", "疫苗", "酶制剂", "", "体外诊断", "合成生物")


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def screening(operator):
    """A finished screening of 30 companies; its place."""
    return operator.finished(
        [
            {
                "name": f"=示例{number}公司",
                "external_id": f"T{number:03}",
                "city": PLACES[number % 5],
                "products": [PRODUCTS[number % 6]],
                "stage": ("中试", "量产", "")[number % 3],
            }
            for number in range(30)
        ]
    )


# --- who is called first


def _catalogue(**measures):
    """Measures by id, each written as its kind and the status of its document."""
    held = {name: SimpleNamespace(id=name, kind=kind, document=status) for name, (kind, status) in measures.items()}
    documents = {status: SimpleNamespace(status=status) for status in DocumentStatus}
    return SimpleNamespace(measures=held, documents=documents)


KINDS = {
    "now": (MeasureKind.SUPPORT, DocumentStatus.IN_FORCE),
    "also": (MeasureKind.SUPPORT, DocumentStatus.IN_FORCE),
    "draft": (MeasureKind.SUPPORT, DocumentStatus.DRAFT),
    "draft2": (MeasureKind.SUPPORT, DocumentStatus.DRAFT),
    "cite": (MeasureKind.DIRECTION, DocumentStatus.IN_FORCE),
    "cite2": (MeasureKind.DIRECTION, DocumentStatus.IN_FORCE),
}


def _openings(*lines):
    names = ("row", "measure_id", "fact", "is_condition", "gap")
    return pa.Table.from_pylist([dict(zip(names, line, strict=True)) for line in lines], schema=OPENINGS)


@pytest.mark.parametrize(
    ("lines", "settled", "order"),
    [
        ([(1, "draft", "a", False, None), (2, "now", "a", False, None)], (), [(2, "a"), (1, "a")]),
        ([(1, "cite", "a", False, None), (1, "cite2", "a", False, None), (2, "draft", "a", False, None)], (), [(2, "a"), (1, "a")]),
        ([(1, "draft", "a", False, None), (1, "now", "b", False, None)], (), [(1, "b")]),
        ([(1, "now", "b", True, 3.0), (1, "also", "a", False, None)], (), [(1, "a")]),
        ([(1, "now", "b", True, 3.0), (1, "also", "b", True, 4.0), (1, "draft", "a", False, None)], (), [(1, "b")]),
        ([(2, "now", "a", False, None), (1, "now", "a", False, None)], (), [(1, "a"), (2, "a")]),
        ([(1, "now", "a", False, None), (2, "draft", "a", False, None)], {(1, "now")}, [(2, "a")]),
        ([(1, "now", "a", False, None), (1, "draft", "b", False, None)], {(1, "now")}, [(1, "b")]),
        ([(1, "gone", "a", False, None)], (), []),
        ([], (), []),
    ],
    ids=["in force first", "to apply for first", "best fact of one", "a fact before a condition", "more before a fact",
         "equals by row", "settled is left out", "settled leaves the next", "no longer there", "nobody"],
)  # fmt: skip
def test_whom_one_thing_opens_most_for_is_called_first(lines, settled, order):
    found = ranked(_openings(*lines), _catalogue(**KINDS), settled)
    assert [(one["row"], one["fact"]) for one in found.to_pylist()] == order


def test_a_caller_has_all_that_one_thing_opens_and_how_far_it_is():
    table = _openings((1, "now", "b", True, 3.0), (1, "also", "b", True, None), (1, "draft", "a", False, None))
    (one,) = callers(table, ranked(table, _catalogue(**KINDS), ()), {(1, "also")})
    assert (one.row, one.fact, one.is_condition, dict(one.opens)) == (1, "b", True, {"now": 3.0})


def test_the_fact_to_ask_for_is_what_leaves_a_pair_open():
    told = [
        (["sector"], "sector"),
        (["target_region", "region"], "region"),
        (["target_region"], "target_region"),
        (["x.manual", "sector"], "x.manual"),
        (["sector", "region"], "region"),
    ]
    lists = [[{"fact": fact, "why": "fact_missing"} for fact in unknown] for unknown, _ in told]
    given = pa.array(lists, type=PAIR_SCHEMA.field("unknown").type)
    assert facts_to_ask(given).to_pylist() == [asked for _, asked in told]
    assert facts_to_ask(given[1:].filter(pa.array([False, True, True, True]))).to_pylist() == [a for _, a in told[2:]]
    assert facts_to_ask(given[:0]).to_pylist() == []


def test_the_list_says_what_is_missing_in_the_words_of_the_texts(operator, screening, catalogue):
    page = operator.get(f"{screening}/calls?per_page=30").json
    assert page["total"] == len(page["items"]) > 20
    weights = [
        sum(1 for one in item["measures"] if one["kind"] == "support" and one["document_status"] == "in_force")
        for item in page["items"]
    ]
    assert weights == sorted(weights, reverse=True)
    for item in page["items"]:
        for one in item["measures"]:
            measure = catalogue.measures[one["measure_id"]]
            assert one["quote"] == measure.source.quote
            assert one["amount"] is not None or "金额：原文未写明" in item["message"] or len(item["measures"]) > 5
            assert one["cite"] in catalogue.documents[measure.document].text
        first = item["measures"][0]
        for words in (
            item["name"],
            item["label"],
            first["title"],
            first["quote"],
            first["condition"],
            first["deadline"],
        ):
            assert words in item["message"]
        assert item["message"].endswith("能否享受以主管部门的通知和认定为准。")
        assert "可享受" not in item["message"]
    english = operator.call("GET", f"{screening}/calls?per_page=1", **{"Accept-Language": "en"}).json["items"][0]
    assert english["message"].startswith("To =示例")


def test_what_is_missing_is_what_a_match_leaves_open(operator, screening):
    for item in operator.get(f"{screening}/calls?per_page=5").json["items"]:
        for one in item["measures"][:3]:
            pair = operator.get(f"{screening}/tenants/{item['row']}/measures/{one['measure_id']}").json
            left = {condition["fact"] for condition in pair["conditions"] if condition["verdict"] == "unknown"}
            assert (pair["verdict"], left) == ("possible", {item["fact"]})


def test_the_whole_list_is_a_file_whose_texts_are_harmless(operator, screening):
    lines = list(csv.DictReader(io.StringIO(operator.get(f"{screening}/calls.csv").body.decode("utf-8-sig"))))
    page = operator.get(f"{screening}/calls?per_page=100").json
    assert len(lines) == sum(len(item["measures"]) for item in page["items"])
    assert all(line["企业名称"].startswith("'=") for line in lines)
    assert [line["行号"] for line in lines if line["可发送的文字"]] == [str(item["row"]) for item in page["items"]]


# --- the form and its answers


def _rows(content):
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def _filled(rows, answers):
    """Return a form as a workbook, its blank cells filled in under some headings."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet()
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                blank = line and cell == ""
                sheet.write(line, place, answers.get(rows[0][place], "") if blank else cell)
    return target.getvalue()


def test_answers_make_a_new_state_that_loses_nothing_and_tells_what_changed(operator, screening):
    form = operator.get(f"{screening}/questions.xlsx?rows=3,18")
    rows = _rows(form.body)
    assert form.body == operator.get(f"{screening}/questions.xlsx?rows=3,18").body
    assert [row[0] for row in rows] == [ROW, "3", "18"]
    assert "行业" in rows[0]
    sector = rows[0].index("行业")
    assert [row[sector] for row in rows[1:]] == ["", ""]
    flag = next(heading for heading in rows[0] if heading.startswith("是否符合："))
    reply = operator.upload("回填.xlsx", _filled(rows, {"行业": "生物材料", flag: "是"}), path=f"{screening}/answers")
    assert reply.status == 202, reply.body
    fields = {one["field"]: one["tenants"] for one in reply.json["fields"]}
    assert (reply.json["tenants"], fields["sector"], len(fields)) == (2, 2, 2)
    now = reply.headers["Location"]
    assert operator.wait(now)["previous"] == screening.rsplit("/", 1)[1]
    changes = operator.get(f"{now}/changes").json
    assert {item["row"] for item in changes["items"]} == {3, 18}
    assert changes["totals"]["confirmed"] > 0
    read = {fact["fact"]: fact for fact in operator.get(f"{now}/tenants/3/match").json["profile"]["facts"]}
    assert read["region"]["origin"] == "city", "what was known stays"
    assert any(
        fact["value"] == "biomaterials" for fact in operator.get(f"{now}/tenants/3/match").json["profile"]["facts"]
    )

    again = operator.call("POST", f"{now}/rerun").headers["Location"]
    operator.wait(again)
    same = [operator.get(f"{place}/tenants/3/match").body for place in (now, again)]
    assert same[0] == same[1], "a rerun keeps the answers"
    assert operator.get(f"{again}/changes").json["items"] == []


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        ("企业名称,行业\n甲,生物材料\n", ["answers_without_rows"]),
        (f"{ROW},企业名称,行业\n999,甲,生物材料\n,乙,生物材料\nx,丙,生物材料\n", ["answers_of_nobody"] * 3),
        (f"{ROW},企业名称,行业\n1,别的公司,生物材料\n", ["answers_of_another"]),
        (f"{ROW},企业名称,行业\n1,=示例0公司,生物材料\n1,=示例0公司,疫苗\n", ["answers_twice"]),
        (f"{ROW},企业名称,行业\n1,=示例0公司,\n2,=示例1公司,—\n", ["answers_empty"]),
        (f"{ROW},企业名称,员工人数\n1,=示例0公司,很多\n", ["not_count"]),
    ],
    ids=["no column of rows", "nobody's", "another's", "twice", "empty", "a cell that cannot be read"],
)
def test_a_form_that_cannot_be_read_is_refused_whole_with_every_reason(operator, screening, content, codes):
    before = len(operator.get("/v1/screenings").json["items"])
    reply = operator.upload("a.csv", content.encode(), path=f"{screening}/answers")
    assert (reply.status, [error["code"] for error in reply.json["errors"]]) == (422, codes)
    assert all(error["hint"] for error in reply.json["errors"])
    assert len(operator.get("/v1/screenings").json["items"]) == before


def test_a_form_takes_no_other_field_and_no_json(operator, screening):
    sent = operator.upload("a.csv", f"{ROW},行业\n1,疫苗\n".encode(), path=f"{screening}/answers", on="2026-01-01")
    assert [error["code"] for error in sent.json["errors"]] == ["answers_in_a_form"]
    assert operator.call("POST", f"{screening}/answers", b"{}", **JSON).status == 415


@pytest.mark.parametrize("query", ["rows=1;2", "rows=x", "most=0"])
def test_rows_that_are_none_are_refused(operator, screening, query):
    assert operator.get(f"{screening}/questions.xlsx?{query}").status == 422
    assert operator.get(f"{screening}/questions.xlsx?rows=31").status == 404


@pytest.mark.parametrize(
    ("fact", "headings"),
    [
        ("sector", ["行业"]),
        ("region", ["注册地"]),
        ("rd_intensity", ["研发费用(万元)", "营业收入(万元)"]),
        ("rd_staff_share", ["研发人员数", "员工人数"]),
        ("years_in_business", ["成立日期"]),
        ("concepts", ["主营产品"]),
        ("above_scale", ["是否规上企业"]),
        ("leading_enterprise", ["是否龙头企业"]),
    ],
)
def test_a_fact_is_asked_by_columns_that_a_table_of_companies_has(catalogue, fact, headings, tmp_path):
    columns = columns_of(catalogue, fact, "zh")
    assert [column.field or column.flag for column in columns]
    for language in ("zh", "en"):
        row = ROW if language == "zh" else "Row (leave as it is)"
        names = [column.heading for column in columns_of(catalogue, fact, language)]
        file = tmp_path / f"{language}.csv"
        file.write_text("\n".join([",".join((row, *names)), ",".join(("7", *("" for _ in names)))]), "utf-8")
        (read,) = read_filled(file, (), catalogue.vocabularies, on=ON)
        assert (read.tenant, read.faults) == ("7", ())
    assert len(headings) == len(columns)


def test_what_only_a_person_can_settle_is_a_column_of_yes_and_no(catalogue, tmp_path):
    flags = flag_headings(catalogue)
    manual = {test.fact for one in catalogue.measures.values() for test in one.tests if test.operator == "manual"}
    assert set(flags.values()) == {fact for fact in manual if fact not in catalogue.facts}
    file = tmp_path / "form.csv"
    lines = [[ROW, FLAG, "企业名称"], ["1", "是", "甲"], ["2", "否", "乙"], ["3", "", "丙"], ["4", "也许", "丁"]]
    file.write_text("\n".join(",".join(line) for line in lines), "utf-8")
    read = read_filled(file, (FLAG,), {}, on=ON)
    assert [one.flags for one in read] == [{FLAG: True}, {FLAG: False}, {}, {}]
    assert [fault.code for fault in read[3].faults] == ["cell_not_flag"]


def test_a_table_without_rows_is_no_form(tmp_path):
    (tmp_path / "form.csv").write_text("企业名称,行业\n甲,疫苗\n", "utf-8")
    with pytest.raises(TableRefusedError) as refused:
        read_filled(tmp_path / "form.csv", (), {}, on=ON)
    assert refused.value.code == "answers_without_rows"


def test_answers_that_are_right_are_taken_by_tenant():
    filled = [
        FilledRow(line=2, tenant="3", profile=Profile(external_id="3", name="甲", employees=7), flags={FLAG: True}),
        FilledRow(line=3, tenant="4", profile=Profile(external_id="4"), flags={}),
    ]
    answers, counts = answers_of(filled, {3: "甲", 4: "乙"}, {FLAG: "m.x"})
    assert answers == {3: Profile(employees=7, facts={"m.x": True})}
    assert counts == {"employees": 1, "m.x": 1}
    with pytest.raises(RequestError):
        answers_of(filled[1:], {4: "乙"}, {})


def test_answers_add_to_lists_and_replace_all_else(tmp_path):
    before = Profile(city="安徽", sector=("生物制造",), employees=5, facts={"a": 1, "b": 2})
    answered = Profile(city="合肥", sector=("生物材料",), stage=("中试",), facts={"b": 3})
    after = with_answers(before, answered)
    assert after == Profile(
        city="合肥", sector=("生物制造", "生物材料"), stage=("中试",), employees=5, facts={"a": 1, "b": 3}
    )
    write_answers(Folder(tmp_path), {7: answered, 2: before})
    assert read_answers(Folder(tmp_path)) == {2: before, 7: answered}


# --- what became of it


def test_a_status_is_kept_with_its_history_over_reruns_and_leaves_the_list(operator, screening):
    item = operator.get(f"{screening}/calls?per_page=1").json["items"][0]
    row, measure = item["row"], item["measures"][0]["measure_id"]
    work = f"/tenants/{row}/measures/{measure}/work"

    def put(**noted):
        return operator.call("PUT", screening + work, json.dumps(noted).encode(), **JSON)

    assert operator.get(screening + work).json == {
        "row": row, "measure_id": measure, "status": "none", "note": "", "history": [],
    }  # fmt: skip
    assert put(status="to_call", note="=周一打电话").status == 200
    assert operator.get(f"{screening}/calls?per_page=1").json["items"][0]["measures"][0]["work"] == "to_call"
    noted = put(status="granted", note="").json
    assert [(step["status"], step["note"], step["by"]) for step in noted["history"]] == [
        ("to_call", "=周一打电话", operator.key.id),
        ("granted", "", operator.key.id),
    ]
    left = [
        one
        for call in operator.get(f"{screening}/calls?per_page=100").json["items"]
        if call["row"] == row
        for one in call["measures"]
    ]
    assert measure not in {one["measure_id"] for one in left}
    again = operator.call("POST", f"{screening}/rerun").headers["Location"]
    operator.wait(again)
    assert operator.get(again + work).json == noted
    listed = operator.get(f"{again}/work?status=granted").json
    assert [(one["row"], one["measure_id"], one["status"]) for one in listed["items"]] == [(row, measure, "granted")]
    steps = list(csv.DictReader(io.StringIO(operator.get(f"{again}/work.csv").body.decode("utf-8-sig"))))
    assert [(step["办理状态"], step["备注"]) for step in steps] == [("待联系", "'=周一打电话"), ("已获批", "")]
    sheets = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(operator.get(f"{again}/results.xlsx").body))
    pairs = sheets.get_sheet_by_name("理由与依据").to_python()
    mine = [line for line in pairs if line[0] == row and "已获批" in line]
    assert len(mine) == 1
    assert pairs[0][4:9] == ["措施", "结论", "理由", "差距", "政策原句"]
    assert sheets.get_sheet_by_name("先联系").to_python()[1][0] == 1
    assert put(status="none").json["status"] == "none", "taken back, and the steps stay"
    assert len(operator.get(screening + work).json["history"]) == 3


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("tenants/1/measures/no-such/work", {"status": "applied"}, 404),
        ("tenants/99/measures/gd-first-equipment/work", {"status": "applied"}, 404),
        ("tenants/1/measures/gd-first-equipment/work", {"status": "done"}, 422),
        ("tenants/1/measures/gd-first-equipment/work", {}, 422),
        ("tenants/1/measures/gd-first-equipment/work", {"status": "applied", "note": "长" * 501}, 422),
        ("tenants/1/measures/gd-first-equipment/work", {"status": "applied", "who": "x"}, 422),
    ],
)
def test_what_cannot_be_noted_is_refused(operator, screening, path, body, status):
    assert operator.call("PUT", f"{screening}/{path}", json.dumps(body).encode(), **JSON).status == status


@pytest.mark.parametrize(
    "path", ["calls", "calls.csv", "questions.xlsx", "work", "work.csv", "dossiers", "tenants/1/dossier.pdf"]
)
def test_another_key_sees_nothing_of_it(operator, screening, path):
    assert Operator(operator.server).get(f"{screening}/{path}").status == 404
    assert operator.server.get(f"{screening}/{path}").status == 401


def test_what_became_of_tenants_goes_with_the_last_screening_of_its_series(tmp_path, clock):
    store = Store(tmp_path / "data.sqlite")
    jobs, work, key = Jobs(store, clock=clock), Work(store, clock=clock), SimpleNamespace(id="k", label="窗口")
    options = Options(on=ON, statuses=("draft",))
    first = jobs.create("a" * 32, "k", form="csv", options=options)
    second = jobs.create("b" * 32, "k", form="csv", options=options, previous=first.id, series=first.series)
    assert first.series == second.series == first.id
    work.note(first.series, 1, "m", WorkStatus.APPLIED, "", key)
    jobs.delete(first.id)
    assert [step.label for step in work.history(second.series, 1, "m")] == ["窗口"]
    jobs.delete(second.id)
    assert work.all(second.series) == ()


# --- dossiers


def _text(content):
    pages = pypdfium2.PdfDocument(content)
    return len(pages), "".join(page.get_textpage().get_text_range() for page in pages)


def test_dossiers_of_many_come_as_one_file_each_as_if_asked_for_alone(operator, screening):
    body = json.dumps({"format": "pdf", "form": "brief", "rows": "18,3", "letterhead": "某某产业园|服务部"}).encode()
    reply = operator.call("POST", f"{screening}/dossiers", body, **JSON)
    assert reply.status == 202, reply.body
    order = reply.headers["Location"]
    told = operator.wait(order)
    assert (told["state"], told["done"], told["total"], told["failure"]) == ("finished", 2, 2, None)
    with zipfile.ZipFile(io.BytesIO(operator.get(f"{order}.zip").body)) as packed:
        assert packed.namelist() == ["000003-=示例2公司.pdf", "000018-=示例17公司.pdf"]
        alone = operator.get(
            f"{screening}/tenants/3/dossier.pdf?form=brief&letterhead=%E6%9F%90%E6%9F%90%E4%BA%A7%E4%B8%9A%E5%9B%AD%7C%E6%9C%8D%E5%8A%A1%E9%83%A8"
        )
        assert packed.read("000003-=示例2公司.pdf") == alone.body
        pages, text = _text(alone.body)
    assert pages == 1
    assert text.startswith("某某产业园")
    assert [one["id"] for one in operator.get(f"{screening}/dossiers").json["items"]] == [told["id"]]
    assert operator.get(f"{screening}/dossiers/{'x' * 32}").status == 404


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"letterhead": "|".join("abcde")}, ["letterhead_too_long"]),
        ({"letterhead": "长" * 61}, ["letterhead_too_long"]),
        ({"rows": "a"}, ["rows_of_numbers"]),
        ({"format": "odt"}, ["not_one_of"]),
    ],
)
def test_an_order_that_cannot_be_made_is_refused(operator, screening, body, codes):
    reply = operator.call("POST", f"{screening}/dossiers", json.dumps(body).encode(), **JSON)
    assert (reply.status, [error["code"] for error in reply.json["errors"]]) == (422, codes)
