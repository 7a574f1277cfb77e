"""One match from profile to answer: companies elsewhere, same question same bytes, threads, nothing changed."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from matcher.answers.engine import Engine
from matcher.answers.shapes import MatchAnswer
from matcher.profiles.profile import MatchRequest, Profile
from matcher.ranking.compiling import compile_catalogue
from matcher.standing import Standing
from rules.catalogue.catalogue import CatalogueError
from rules.catalogue.content import open_catalogue, write_catalogue

ROOT = Path(__file__).parents[3]
RICH = {
    "city": "合肥长丰",
    "sector": ("生物化工", "生物材科"),
    "products": ("L-丙氨酸、聚乳酸", "新型酶法甜味剂"),
    "technologies": ("合成生物学",),
    "stage": ("量产",),
    "needs": ("首台套认定", "融资"),
    "certifications": ("高新技术企业",),
    "employees": 120,
    "annual_revenue_cny": 3.2e8,
    "rd_spend_cny": 2.1e7,
    "rd_staff": 30,
    "foreign_invested": False,
}
EVERYTHING = frozenset({"general", "not_applicable"})

ASK = """
import json, sys, msgspec
from datetime import date
from pathlib import Path
from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest, Profile
from rules.catalogue.content import open_catalogue
company = json.loads(sys.argv[2])
company = {key: tuple(value) if isinstance(value, list) else value for key, value in company.items()}
engine = Engine(open_catalogue(Path(sys.argv[1])))
for language in ("zh", "en"):
    request = MatchRequest(
        profile=Profile(**company), on=date(2025, 6, 1), limit=100, language=language,
        statuses=frozenset({"draft", "in_force"}), include=frozenset({"general", "not_applicable"}),
    )
    sys.stdout.write(msgspec.json.encode(engine.match(request)).decode())
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory, content):
    """Return the path of a catalogue file."""
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    write_catalogue(content, path, compile_catalogue)
    return path


# ---------------------------------------------------------------- the answer


def test_the_answer_has_the_parts_of_the_contract(match, engine):
    answer = match(RICH)
    assert list(answer) == [
        "catalogue", "on", "profile", "recommendations", "questions", "needs", "near_misses", "totals", "proof",
    ]  # fmt: skip
    assert answer["catalogue"] == {
        "version": engine.catalogue.version,
        "documents": len(engine.catalogue.documents),
        "measures": len(engine.catalogue.measures),
    }
    assert answer["on"] == "2025-06-01"
    assert set(answer["recommendations"][0]) == {
        "rank", "relevance", "verdict", "effect", "score", "measure", "conditions", "coverage",
        "features", "evidence", "explanation", "caveats",
    }  # fmt: skip


def test_answers_hold_what_their_types_say_and_nothing_else(drawn):
    for _, answer in drawn[::10]:
        assert json.loads(msgspec.json.encode(msgspec.convert(answer, MatchAnswer))) == answer


def test_how_long_each_part_took_is_reported_beside_the_answer(engine):
    request = MatchRequest(profile=Profile(**RICH), on=date(2025, 6, 1))
    began = time.perf_counter()
    answer, spans = engine.match_timed(request)
    passed = 1000 * (time.perf_counter() - began)
    assert answer == engine.match(request)
    assert list(spans) == ["read", "decide", "rank", "evidence"]
    assert all(milliseconds >= 0 for milliseconds in spans.values())
    assert 0 < sum(spans.values()) <= passed


# ---------------------------------------------------------------- who it is for


@pytest.mark.parametrize("sector", ["餐饮", "物业管理", "房地产", "C17", "服装"])
def test_a_company_for_which_nothing_is_meant_gets_nothing(match, sector):
    answer = match({"city": "深圳", "sector": (sector,), "products": ("企业年会餐食",)})
    assert answer["totals"]["applicable"] == 0
    assert [r["measure"]["id"] for r in answer["recommendations"] if r["relevance"] != "direct"] == []


def test_a_company_elsewhere_gets_nothing(match):
    answer = match({"city": "杭州", "sector": ("生物医药",), "products": ("疫苗",), "needs": ("补贴",)})
    assert answer["recommendations"] == []
    assert answer["totals"]["applicable"] == answer["totals"]["possible"] == 0


def test_a_company_elsewhere_that_would_come_gets_what_attracts_and_what_holds_once_it_is_there(match, engine):
    company = {"city": "杭州", "sector": ("生物医药",), "target_city": "合肥", "needs": ("招商落户",)}
    recommended = match(company)["recommendations"]
    attracting = {m.id for m in engine.columns.measures if m.attracts}
    assert {r["measure"]["id"] for r in recommended} & attracting
    for found in (r for r in recommended if r["measure"]["id"] not in attracting):
        assert found["verdict"] == "possible"
        assert "planned" in {condition["why"] for condition in found["conditions"] if condition["fact"] == "region"}


def test_what_attracts_newcomers_is_open_to_those_already_there(match, engine):
    everything = frozenset({"general"})
    here = match({"city": "合肥", "sector": ("生物医药",)}, detail="brief", limit=100, include=everything)
    there = match({"city": "杭州", "target_city": "合肥", "sector": ("生物医药",)}, detail="brief", limit=100)
    verdicts = {r["measure"]["id"]: r["verdict"] for r in here["recommendations"]}
    attracting = {m.id for m in engine.columns.measures if m.attracts}
    for recommendation in (r for r in there["recommendations"] if r["measure"]["id"] in attracting):
        assert verdicts[recommendation["measure"]["id"]] == recommendation["verdict"]


def test_a_stranger_in_another_field_who_would_come_gets_nothing(match):
    assert match({"city": "杭州", "sector": ("餐饮",), "target_city": "合肥"})["recommendations"] == []


# ---------------------------------------------------------------- the same question, the same answer


def test_the_same_question_twice_is_answered_the_same(match):
    assert match(RICH, include=EVERYTHING) == match(RICH, include=EVERYTHING)


def test_other_questions_in_between_change_nothing(match, drawn):
    profile, answer = drawn[1]
    for other, _ in drawn[:30]:
        match(other, limit=5)
    assert match(profile) == answer


def test_a_fresh_engine_answers_like_one_in_use(engine, drawn, match_with):
    fresh = Engine(engine.catalogue)
    for profile, answer in drawn[1:20:6]:
        options = {"include": EVERYTHING, "limit": 40} if drawn.index((profile, answer)) % 3 == 0 else {}
        assert match_with(fresh, profile, **options) == answer


def test_threads_share_one_engine(drawn, match):
    chosen = [pair for position, pair in enumerate(drawn[:40]) if position % 3]
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(lambda pair: match(pair[0]), chosen))
    assert answers == [answer for _, answer in chosen]


def test_the_same_bytes_in_processes_that_hash_differently(built):
    outputs = set()
    for seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        run = subprocess.run(
            [sys.executable, "-c", ASK, str(built), json.dumps(RICH)],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env=environment,
        )
        outputs.add(run.stdout)
    (output,) = outputs
    assert len(output) > 10_000


def test_a_catalogue_opened_from_a_file_answers_like_one_in_memory(built, engine, match_with):
    assert match_with(Engine(open_catalogue(built)), RICH) == match_with(engine, RICH)


def test_a_catalogue_that_is_not_there_cannot_be_opened(tmp_path):
    with pytest.raises(CatalogueError, match="cepei build"):
        Engine(open_catalogue(tmp_path / "none.sqlite"))


def test_the_order_of_items_changes_neither_verdicts_nor_scores(match):
    """Products and needs are sets: only the order in which they are quoted may follow the order typed."""
    one = match({**RICH, "products": ("聚乳酸", "PHA"), "needs": ("融资", "首台套认定")})
    two = match({**RICH, "products": ("PHA", "聚乳酸"), "needs": ("首台套认定", "融资")})
    shown = [
        [(r["measure"]["id"], r["verdict"], r["relevance"], r["score"]) for r in answer["recommendations"]]
        for answer in (one, two)
    ]
    assert shown[0] == shown[1]


# ---------------------------------------------------------------- one measure, and all of them without words


def test_one_measure_is_explained_as_it_stands_in_the_whole_answer(engine):
    request = MatchRequest(profile=Profile(**RICH), on=date(2025, 6, 1), limit=1000)
    shown = engine.match(request).recommendations
    for recommendation in (shown[0], shown[len(shown) // 2], shown[-1]):
        assert engine.explain(replace(request, limit=1), recommendation.measure.id) == recommendation
    everything = engine.match(replace(request, include=EVERYTHING)).recommendations
    refused = [one for one in everything if one.verdict == "not_applicable"]
    for recommendation in (refused[0], refused[-1]):
        assert engine.explain(request, recommendation.measure.id) == recommendation


def test_what_is_withheld_is_not_explained(engine):
    request = MatchRequest(profile=Profile(city="蚌埠市"), on=date(2025, 6, 1))
    withheld = [one for one, standing in engine.standings(request).items() if standing is Standing.WITHHELD]
    assert engine.explain(request, withheld[0]) is None


GUANGDONG_CODE = "91441402MAXY00Q11D"


@pytest.mark.parametrize(
    ("places", "shows_anhui"),
    [
        ({}, False),
        ({"city": "梅州"}, False),
        ({"city": "某个地方"}, True),
        ({"target_city": "合肥"}, True),
    ],
    ids=["the code alone", "a city that agrees", "a city nobody knows", "a move"],
)
def test_measures_of_elsewhere_are_not_shown_to_whom_only_the_credit_code_places(places, shows_anhui, engine):
    profile = Profile(uscc=GUANGDONG_CODE, sector=("生物制造",), products=("乳酸菌",), **places)
    answer = engine.match(MatchRequest(profile=profile, on=date(2026, 11, 22), limit=1000))
    assert any(one.measure.document.region == "340000" for one in answer.recommendations) is shows_anhui


@pytest.mark.parametrize(
    "profile",
    [
        Profile(),
        Profile(city="蚌埠市", sector=("生物材料",), products=("聚乳酸",), needs=("中试验证",)),
        Profile(city="广州", products=("体外诊断",), facts={"leading_enterprise": True}),
    ],
    ids=["nothing said", "Bengbu", "Guangzhou"],
)
def test_standings_agree_with_the_answer(engine, profile):
    request = MatchRequest(
        profile=profile, on=date(2026, 11, 22), limit=1000, include=frozenset({"general", "not_applicable"})
    )
    answer, found = engine.match(request), engine.standings(request)
    listed = {item.measure.id: item.verdict for item in answer.recommendations}
    withheld = [measure for measure, standing in found.items() if standing is Standing.WITHHELD]
    assert {measure: standing.value for measure, standing in found.items() if measure not in withheld} == listed
    assert list(found)[: len(listed)] == list(listed)
    assert len(withheld) == answer.totals.withheld
    assert len(found) == len(engine.catalogue.measures)


def test_only_documents_of_the_statuses_asked_for_stand(engine):
    request = MatchRequest(profile=Profile(city="合肥"), on=date(2026, 11, 22))
    drafts = engine.standings(replace(request, statuses=frozenset({"draft"})))
    documents = {engine.catalogue.measures[measure].document for measure in drafts}
    assert "gd-biomanufacturing-2025" not in documents
    assert documents
