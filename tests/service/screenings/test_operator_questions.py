"""What an operator asks of a screening: which fact settles and which change opens most, whom a new measure fits."""

import json
from collections import Counter
from datetime import date
from urllib.parse import quote

import pytest

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest, Profile
from rules.language.measures import Verdict, leaves
from rules.language.reference import evaluate
from service.screenings.shapes import PreviewAnswer, SummaryAnswer
from tests.service.operators import JSON, ON, Operator

PLACES = ("合肥", "蚌埠市", "广州", "深圳南山", "北京", "")
SECTORS = ("生物材料", "生物医药", "", "生物制造", "餐饮")
PRODUCTS = ("聚乳酸", "疫苗", "")
TEXT = """长丰县促进生物制造产业发展若干措施（征求意见稿）
一、支持企业发展
（一）支持中试验证。对在本县新建生物制造中试平台的企业，按设备投入的20%给予补助，最高500万元。
（二）支持人才引进。对引进高层次人才的企业给予奖励。
"""
DOCUMENT = {
    "id": "changfeng-measures-draft",
    "title": "长丰县促进生物制造产业发展若干措施（征求意见稿）",
    "region": "340121",
    "status": "draft",
    "issued_on": "unknown",
    "text": TEXT,
}
MEASURE = {
    "id": "cf-pilot-platform",
    "title": "新建中试平台补助",
    "title_en": "Support for new pilot platforms",
    "instrument": "pilot",
    "kind": "support",
    "strength": "grant",
    "source": {"clause": "1.1", "quote": "对在本县新建生物制造中试平台的企业，按设备投入的20%给予补助"},
    "conditions": [{"fact": "sector", "within": ["biomanufacturing"], "cite": "生物制造"}],
    "examples": [{"facts": {"region": "340121", "sector": ["biomaterials"]}, "verdict": "applicable"}],
}


def tenant(number):
    reported = {
        "name": f"企业{number}",
        "city": "长丰县" if number % 10 == 3 else PLACES[number % 6],
        "sector": [SECTORS[number % 5]],
        "products": [PRODUCTS[number % 3]],
        "employees": 20 + 7 * number if number % 4 else None,
        "target_city": "合肥" if number % 11 == 5 else "",
        "facts": {"leading_enterprise": bool(number % 2), "partners_with_research": False} if number % 5 == 0 else {},
    }
    return {name: value for name, value in reported.items() if value not in (None, "", [""], {})}


TENANTS = [tenant(number) for number in range(45)]


@pytest.fixture(scope="module")
def engine(catalogue):
    return Engine(catalogue)


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def screened(operator):
    return operator.finished(TENANTS)


def traces(engine):
    """Yield tenant, answers and the reference evaluation of every measure."""
    for row, given in enumerate(TENANTS, 1):
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        profile = Profile(**{**given, **lists})
        answers = engine.reader.read(MatchRequest(profile=profile, on=date.fromisoformat(ON))).answers
        for measure in engine.catalogue.measures.values():
            yield row, answers, evaluate(measure, answers, engine.catalogue.taxonomies)


def conditions_of(trace, verdict):
    """Return the fact that each condition with a verdict reads; "" for one that reads several."""
    read = [{leaf.test.fact for leaf in leaves(one.condition)} for one in trace.conditions if one.verdict is verdict]
    return [facts.pop() if len(facts) == 1 else "" for facts in read]


def test_the_summary_counts_what_the_questions_of_the_matches_ask(operator, screened, engine, strictly):
    settles, opens = Counter(), Counter()
    for given in TENANTS:
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        asked = questions(engine, Profile(**{**given, **lists}))
        settles.update({fact: number for fact, number in asked.items() if fact != "concepts"})  # beside the sector
    for _, _, trace in traces(engine):
        unknown, unmet = conditions_of(trace, Verdict.UNKNOWN), conditions_of(trace, Verdict.UNMET)
        if len(unmet) == 1 and not unknown and engine.catalogue.facts.get(unmet[0]) is not None:
            opens[unmet[0]] += engine.catalogue.facts[unmet[0]].changeable
    summary = operator.get(f"{screened}/summary").json
    assert strictly(SummaryAnswer, summary) == []
    reported = {item["fact"]: item["settles"] for item in summary["settles"]}
    assert reported == dict(+settles)
    assert {item["fact"]: item["opens"] for item in summary["opens"]} == dict(+opens)
    assert opens
    first = summary["settles"][0]
    assert first["message"] == f"补填“{first['label']}”可确定 {settles.most_common(1)[0][1]:,} 项"
    english = operator.call("GET", f"{screened}/summary", **{"Accept-Language": "en"}).json["settles"][0]
    assert english["message"] == f"{english['label']} would settle {first['settles']:,}"


def questions(engine, profile):
    """Return everything a match would ask, with how much it settles, however much that is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matcher.answers.questions.MOST_QUESTIONS", 1000)
        asked = engine.match(MatchRequest(profile=profile, on=date.fromisoformat(ON))).questions
    return {one.fact: one.settles for question in asked for one in question.choices or (question,)}


def test_one_fact_short_is_what_one_answer_settles(operator, screened, engine):
    """合肥 is not in an open list of other cities, and nothing more exact can be stated: one fact short of nothing."""
    open_ones = [
        measure.id
        for measure in engine.catalogue.measures.values()
        for condition in measure.conditions
        if any(leaf.test.scope for leaf in leaves(condition))
    ]
    reasons = Counter()
    for measure_id in open_ones:
        listed = operator.get(f"{screened}/measures/{measure_id}/tenants?standing=possible&per_page=100").json["items"]
        path = f"{screened}/measures/{measure_id}/tenants?standing=one_fact_short&per_page=100"
        short = {item["row"] for item in operator.get(path).json["items"]}
        for item in listed:
            if {unknown["why"] for unknown in item["unknown"]} == {"ambiguous"}:
                reasons["ambiguous"] += 1
                assert item["row"] not in short
            elif {(unknown["fact"], unknown["why"]) for unknown in item["unknown"]} == {("region", "fact_missing")}:
                reasons["missing"] += 1
                assert item["row"] in short
    assert reasons["ambiguous"]
    assert reasons["missing"]


def test_tenants_one_condition_short_are_those_that_one_change_opens(operator, screened, engine):
    summary, changeable = operator.get(f"{screened}/summary").json, Counter()
    for measure in engine.catalogue.measures.values():
        read = {leaf.test.fact for condition in measure.conditions for leaf in leaves(condition)}
        if any(engine.catalogue.facts[fact].changeable for fact in read & engine.catalogue.facts.keys()):
            short = operator.get(f"{screened}/measures/{measure.id}/tenants?standing=one_condition_short&per_page=100")
            changeable.update(item["fact"] for item in short.json["items"])
    assert changeable == {item["fact"]: item["opens"] for item in summary["opens"]}


def test_a_file_of_which_every_row_is_rejected_has_answers_too(operator, engine):
    place = operator.finished([{"employees": -1}, {"employees": -2}])
    measure = next(iter(engine.catalogue.measures))
    paths = ("/tenants?region=340000", "/tenants?verdict=applicable", "/tenants?instrument=pilot", "/measures")
    standings = [f"/measures/{measure}/tenants?standing={name}" for name in ("applicable", "one_condition_short")]
    for path in (*paths, *standings, f"/measures/{measure}/tenants?region=340000"):
        reported = operator.get(place + path)
        assert (reported.status, reported.json["items"]) == (200, []), path
    assert operator.get(f"{place}/summary").json["rows"]["rejected"] == 2
    assert operator.get(f"{place}/results.csv").status == operator.get(f"{place}/results.xlsx").status == 200
    again = operator.call("POST", f"{place}/rerun").headers["Location"]
    assert operator.wait(again)["state"] == "finished"
    assert operator.get(f"{again}/changes").json["items"] == []


def ask(operator, screened, **changes):
    question = {"screening": screened.rsplit("/", 1)[1], "document": DOCUMENT, "measure": MEASURE, "per_page": 100}
    body = json.dumps({**question, **changes}, ensure_ascii=False).encode()
    return operator.call("POST", "/v1/measures/preview", body, **JSON)


def test_a_draft_that_brings_its_document_finds_its_tenants(operator, screened, strictly):
    reported = ask(operator, screened)
    assert reported.status == 200, reported.body
    assert strictly(PreviewAnswer, reported.json) == []
    verdicts = {item["row"]: item["verdict"] for item in reported.json["items"]}
    fitting = {row for row, verdict in verdicts.items() if verdict == "applicable"}
    expected = {
        row
        for row, given in enumerate(TENANTS, 1)
        if given.get("city") == "长丰县" and given.get("sector", [""])[0] in ("生物材料", "生物医药", "生物制造")
    }
    assert expected <= fitting
    assert all(TENANTS[row - 1]["city"] == "长丰县" for row in fitting)
    assert sum(reported.json["counts"][name] for name in ("applicable", "possible", "not_applicable")) == len(TENANTS)
    source = reported.json["measure"]["source"]
    assert (source["document"], source["clause"]) == (DOCUMENT["id"], "1.1")
    assert operator.get("/v1/documents").json["total"] == reported.json["catalogue"]["documents"]
    assert DOCUMENT["id"] not in operator.get("/v1/documents").body.decode()


def test_pages_of_a_preview_are_parts_of_the_whole(operator, screened):
    whole = ask(operator, screened).json
    pages = [ask(operator, screened, per_page=3, page=page).json["items"] for page in range(1, 20)]
    assert [item for page in pages for item in page] == whole["items"]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"document": {**DOCUMENT, "text": ""}}, ["/document/text"]),
        ({"document": {**DOCUMENT, "region": "999999"}}, ["/document/region"]),
        ({"document": {**DOCUMENT, "region": "长丰"}}, ["/document/region", "/document/region"]),
        ({"document": {**DOCUMENT, "status": "perhaps", "issued_on": "2026-13-01"}}, ["/document/issued_on", "/document/status"]),
        ({"document": {**DOCUMENT, "colour": "red"}}, ["/document/colour"]),
        ({"document": {**DOCUMENT, "title": "另一个标题"}}, ["/document/heading"]),
        ({"document": {**DOCUMENT, "id": "gd-life-health-draft"}}, ["/document/id"]),
        ({"document": {"text": TEXT}}, ["/document/id", "/document/title", "/document/status", "/document/region"]),
        ({"document": 3}, ["/document"]),
        ({"measure": {**MEASURE, "source": {"clause": "1.1", "quote": "没有这句话"}}}, ["/measure/source"]),
        ({"measure": {**MEASURE, "source": {"clause": "9", "quote": "补助"}}}, ["/measure/source", "/measure/source/clause"]),
    ],
    ids=["no text", "no such region", "a name for a region", "status and day", "unknown key", "title not in the text",
         "an id of the catalogue", "metadata missing", "a number", "quote not in the text", "no such clause"],
)  # fmt: skip
def test_faults_of_document_and_draft_are_reported_at_their_place(operator, screened, changes, pointers):
    refused = ask(operator, screened, **changes)
    assert refused.status == 422, refused.body
    assert {error["pointer"] for error in refused.json["errors"]} <= set(pointers)
    assert refused.json["errors"][0]["pointer"] in pointers
    assert all(error["message"] for error in refused.json["errors"])


OF_THE_DESIGN = {
    "id": "ah-pilot-base-hefei-bengbu-draft",
    "title": "合肥、蚌埠等市生物制造中试基地",
    "instrument": "pilot",
    "kind": "support",
    "strength": "support",
    "source": {"clause": "2.2.3", "quote": "支持合肥、蚌埠等市立足产业特色优势建设生物制造中试基地"},
    "context": ["2.2.5", "box3"],
    "conditions": [{"fact": "region", "within": ["340100", "340300"], "open": True, "cite": "合肥、蚌埠等市"}],
    "benefit": {"kind": "facility"},
    "examples": [{"facts": {"region": "340300", "sector": "biomaterials", "stage": "pilot"}, "verdict": "applicable"}],
}
ANHUI = {
    "document": "ah-biomanufacturing-2024-draft",
    "defaults": {"region": "340000", "sector": "biomanufacturing"},
}


def test_a_draft_needs_neither_examples_nor_an_english_title(operator, screened):
    with_examples = ask(operator, screened, measure=OF_THE_DESIGN, **ANHUI)
    assert with_examples.status == 200, with_examples.body
    short = {name: value for name, value in OF_THE_DESIGN.items() if name != "examples"}
    assert ask(operator, screened, measure=short, **ANHUI).json == with_examples.json
    fitting = {item["row"] for item in with_examples.json["items"] if item["verdict"] == "applicable"}
    assert fitting
    assert {TENANTS[row - 1]["city"] for row in fitting} <= {"合肥", "蚌埠市", "长丰县"}


def test_faults_of_a_draft_are_reported_in_chinese_and_in_english_when_asked(operator, screened):
    measure = {
        **{name: OF_THE_DESIGN[name] for name in ("id", "strength")},
        "instrument": "nothing",
        "colour": "red",
        "source": {"clause": "2.2.3", "quote": "没有这句话"},
        "conditions": [
            {"fact": "regoin", "within": ["340100"], "cite": "合肥"},
            {"fact": "stage", "any_of": ["plot"], "cite": "中试"},
        ],
    }
    body = {"screening": screened.rsplit("/", 1)[1], "measure": measure, **ANHUI}
    sent = json.dumps(body, ensure_ascii=False).encode()
    refused = operator.call("POST", "/v1/measures/preview", sent, **JSON)
    assert refused.status == 422
    reported = {error["pointer"]: error["message"] for error in refused.json["errors"]}
    assert reported["/measure/title"] == "缺少 title，或为空"
    assert reported["/measure/source"] == "条款 2.2.3 中没有“没有这句话”"
    assert reported["/measure/conditions/0"] == "没有已公布的事实“regoin”"
    assert reported["/measure/conditions/1/any_of"] == "“plot”不是词表 stages 中的条目"
    for error in refused.json["errors"]:
        assert not error["message"].startswith("此处有误")
        assert any("\u4e00" <= character <= "\u9fff" for character in error["message"] + (error["hint"] or "中"))
    english = operator.call("POST", "/v1/measures/preview", sent, **JSON, **{"Accept-Language": "en"}).json["errors"]
    assert [error["pointer"] for error in english] == [error["pointer"] for error in refused.json["errors"]]
    assert (
        next(error["message"] for error in english if error["pointer"] == "/measure/title")
        == "title is missing or empty"
    )


@pytest.mark.parametrize("path", ["/tenants", "/measures", "/measures/{measure}/tenants"])
def test_the_place_of_a_filter_is_reported_as_it_was_read(operator, screened, engine, path):
    listed = screened + path.format(measure=next(iter(engine.catalogue.measures)))
    assert operator.get(listed).json["region"] is None
    read = operator.get(f"{listed}?region={quote('合肥')}").json["region"]
    assert (read["input"], read["value"], read["suggestions"]) == ("合肥", "340100", [])
    unread = operator.get(f"{listed}?region={quote('高新区')}").json["region"]
    assert unread["value"] is None


def test_all_that_is_wrong_with_a_form_is_reported_at_once(operator):
    refused = operator.upload("a.csv", "企业名称\n甲\n".encode(), on="someday", statuses="perhaps", columns="{")
    assert refused.status == 422
    assert {error["pointer"].split("/")[1] for error in refused.json["errors"]} == {"on", "statuses", "columns"}


def test_a_pair_that_cannot_be_says_which_half_there_is_not(operator, screened, engine):
    measure = next(iter(engine.catalogue.measures))
    no_row = operator.get(f"{screened}/tenants/9999/measures/{measure}").json["errors"][0]
    no_measure = operator.get(f"{screened}/tenants/1/measures/{measure}x").json["errors"][0]
    assert (no_row["code"], no_measure["code"]) == ("no_such_tenant", "no_such_thing")
    assert measure in no_measure["hint"]
