"""Scoring labelled companies: each check notices what it is for, and the report says how far it is from the goal."""

import copy
import json

import pytest

from service.cli import main
from service.evaluation import GOALS, evaluate_cases

TEXT = "一、支持合肥、蚌埠等市建设生物制造中试基地。"
SOURCE = {
    "document": "ah-biomanufacturing-2024-draft",
    "clause": "1",
    "quote": "支持合肥、蚌埠等市",
    "start": 2,
    "end": 11,
}
CONDITION = {"fact": "region", "verdict": "met", "cite": {**SOURCE, "quote": "合肥", "start": 4, "end": 6}}
RECOMMENDATION = {
    "rank": 1, "relevance": "direct", "verdict": "applicable", "effect": "draft", "score": 0.5,
    "measure": {"id": "ah-pilot", "document": {"status": "draft"}, "source": SOURCE},
    "conditions": [CONDITION],
    "evidence": [{**SOURCE, "matches": [{"text": "蚌埠", "start": 7, "end": 9}]}],
    "caveats": [{"code": "draft"}],
}  # fmt: skip
OTHER = {**RECOMMENDATION, "measure": {**RECOMMENDATION["measure"], "source": {**SOURCE, "clause": "9"}}}
ANSWER = {"recommendations": [RECOMMENDATION], "questions": [{"field": "stage"}]}
CASE = {
    "id": "case", "profile": {}, "must": [["ah", 1, "合肥、 蚌埠|芜湖"]], "should": [["ah", "1", "蚌埠"]],
    "applicable": [["ah", "1", "合肥"]], "never": [["gd", "1", "合肥"]], "never_doc": ["gd"], "quote": {"合肥": "蚌埠"},
    "quote_any": ["合肥", "芜湖"], "max_applicable": 1, "asks": ["stage"],
    "conditions": [["ah", "1", "合肥", "region", "合肥|芜湖", "met"]],
}  # fmt: skip


def service(answer, *, status=200, changing=False):
    counter = iter(range(100))

    def ask(_path, body):
        if body is None:
            return 200, json.dumps({"text": TEXT}).encode()
        extra = {"n": next(counter)} if changing else {}
        return status, json.dumps({**answer, **extra}).encode()

    return ask


def changed(*path_and_value):
    *path, last, value = path_and_value
    answer = copy.deepcopy(ANSWER)
    place = answer
    for step in path:
        place = place[step]
    place[last] = value
    return answer


FIRST = ("recommendations", 0)


def test_a_perfect_answer_reaches_every_goal():
    report = evaluate_cases([CASE | {"fits": []}], service(ANSWER))
    assert report.misses == []
    assert report.short == []
    assert all(of for _, of in report.counts.values())
    assert list(report.lines())[-1] == "all goals reached"


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        (changed("recommendations", []), {"must@5", "must@10", "should@20", "applicable", "quote", "condition"}),
        (changed(*FIRST, "rank", 2), {"order"}),
        (changed(*FIRST, "verdict", "possible"), {"applicable", "logic"}),
        (changed(*FIRST, "measure", "source", "document", "gd-biomanufacturing-2025"),
         {"must@5", "must@10", "should@20", "applicable", "never", "condition"}),
        (changed(*FIRST, "evidence", []), {"evidence", "quote"}),
        (changed(*FIRST, "evidence", 0, "start", 3), {"verbatim"}),
        (changed(*FIRST, "evidence", 0, "matches", 0, "end", 8), {"verbatim"}),
        (changed(*FIRST, "conditions", 0, "cite", "end", 7), {"verbatim"}),
        (changed(*FIRST, "conditions", 0, "verdict", "unmet"), {"logic", "condition"}),
        (changed(*FIRST, "conditions", 0, "fact", "sector"), {"condition"}),
        (changed(*FIRST, "conditions", 0, "cite", "quote", "蚌埠"), {"condition", "verbatim"}),
        (changed(*FIRST, "caveats", []), {"draft"}),
        (changed(*FIRST, "effect", "in_force"), {"draft"}),
        (changed("questions", []), {"asks"}),
        (changed(*FIRST, "measure", "source", "quote", "支持合肥、蚌埠等市" * 20), {"brief", "verbatim"}),
    ],
    ids=range(15),
)  # fmt: skip
def test_each_check_notices_what_it_is_for(answer, kinds):
    assert set(evaluate_cases([CASE], service(answer)).short) == kinds


def test_a_part_of_a_condition_is_found_too():
    whole = {**CONDITION, "verdict": "unmet", "fact": "sector", "parts": [CONDITION]}
    assert "condition" not in evaluate_cases([CASE], service(changed(*FIRST, "conditions", [whole]))).short


def test_conditions_of_measures_that_do_not_apply_are_asked_for_page_by_page():
    def ask(path, body):
        if body and body.get("include") == ["general", "not_applicable"]:
            page = [RECOMMENDATION] if body["offset"] == 100 else [] if body["offset"] else [OTHER] * 100
            return 200, json.dumps({"recommendations": page}).encode()
        return service({"recommendations": [], "questions": []})(path, body)

    case = {"id": "case", "profile": {}, "conditions": CASE["conditions"]}
    assert evaluate_cases([case], ask).short == []


def test_an_error_and_a_changing_answer_are_noticed():
    assert evaluate_cases([CASE], service(ANSWER, status=500)).short == ["http"]
    assert evaluate_cases([CASE], service(ANSWER, changing=True)).short == ["same"]


def test_more_applicable_than_allowed_is_not_silent():
    assert evaluate_cases([{**CASE, "max_applicable": 0}], service(ANSWER)).short == ["silent"]


@pytest.mark.parametrize(
    ("at_least", "short"),
    [({}, []), ({"must@5": 0.8}, []), ({"must@5": 0.81}, ["must@5"]), ({"must@5": 0.1}, [])],
    ids=["the goal of any cases", "reached", "missed", "no goal is lowered"],
)
def test_a_set_of_cases_may_ask_for_more_than_any_has_to_reach(at_least, short):
    four_of_five = [*[["ah", 1, "合肥"]] * 4, ["ah", 1, "芜湖"]]
    case = {"id": "case", "profile": {}, "must": four_of_five}
    found = evaluate_cases([case], service(ANSWER), at_least).short
    assert [kind for kind in found if kind != "must@10"] == short


def test_the_command_prints_a_line_a_kind_and_says_when_a_goal_is_missed(tmp_path, catalogue_file, server, capsys):
    cases = tmp_path / "cases.yaml"
    cases.write_text("- {id: thin, profile: {city: 合肥}, max_applicable: 0, asks: [sector]}\n", "utf-8")
    report = tmp_path / "report.json"
    assert main(["eval", str(cases), "--catalogue", str(catalogue_file), "--json", str(report)]) == 0
    in_process = capsys.readouterr().out.splitlines()
    assert main(["eval", str(cases), "--url", server.base]) == 0
    over_http = capsys.readouterr().out.splitlines()
    assert in_process[-1] == over_http[-1] == "all goals reached"
    assert [line for line in in_process if "latency" not in line] == [
        line for line in over_http if "latency" not in line
    ]
    assert set(json.loads(report.read_text("utf-8"))["tally"]) == set(GOALS)
    cases.write_text("- {id: thin, profile: {city: 合肥}, asks: [colour]}\n", "utf-8")
    assert main(["eval", str(cases), "--catalogue", str(catalogue_file), "--misses"]) == 1
    assert "colour not asked" in capsys.readouterr().out


@pytest.mark.parametrize("stated", ["colour=1", "never", "never=2", "never=0", "never=all"])
def test_the_command_refuses_goals_it_cannot_hold(stated, capsys):
    with pytest.raises(SystemExit):
        main(["eval", "cases.yaml", "--at-least", stated])
    assert stated in capsys.readouterr().err


def test_the_command_refuses_what_are_no_cases(tmp_path, capsys):
    cases = tmp_path / "cases.yaml"
    for content in ("profile: {}", "- {id: a}", "- {id: a, id: b, profile: {}}"):
        cases.write_text(content, "utf-8")
        assert main(["eval", str(cases)]) == 2
    assert main(["eval", str(tmp_path / "none.yaml")]) == 2
    cases.write_text("[]", "utf-8")
    assert main(["eval", str(cases), "--url", "ftp://127.0.0.1"]) == 2
    assert capsys.readouterr().err.count("cepei eval:") == 5


@pytest.mark.parametrize(
    ("labels", "shown", "at_5", "at_10"),
    [
        ({"fits": []}, [RECOMMENDATION], 1.0, 1.0),
        ({"fits": []}, [RECOMMENDATION, OTHER], 0.5, 0.5),
        ({"fits": [["ah", "9", "合肥"]]}, [RECOMMENDATION, OTHER], 1.0, 1.0),
        ({"fits": [], "marginal": [["ah", "9", "合肥"]]}, [RECOMMENDATION, OTHER], 0.5, 0.75),
        ({"fits": []}, [OTHER] * 5 + [RECOMMENDATION], 0.0, 1 / 6),
        ({"fits": []}, [], 0.0, 0.0),
    ],
    ids=[
        "right",
        "one is wrong",
        "fits is right",
        "marginal is half among ten",
        "past the first five",
        "nothing shown",
    ],
)
def test_precision_is_the_share_of_what_is_shown_first_that_is_worth_it(labels, shown, at_5, at_10):
    case = {"id": "case", "profile": {}, "must": [["ah", "1", "合肥"]], **labels}
    counts = evaluate_cases([case], service({"recommendations": shown, "questions": []})).counts
    assert counts["precision@5"] == (at_5, 1)
    assert counts["precision@10"] == (at_10, 1)


@pytest.mark.parametrize(
    ("labels", "shown", "meant"),
    [
        ({"fits": []}, [RECOMMENDATION], (1, 1)),
        ({"fits": []}, [RECOMMENDATION, OTHER], (1, 2)),
        ({"fits": [["ah", "9", "合肥"]]}, [RECOMMENDATION, OTHER], (2, 2)),
        ({"fits": [], "should": [["ah", "9", "合肥"]]}, [RECOMMENDATION, OTHER], (2, 2)),
        ({"fits": [], "marginal": [["ah", "9", "合肥"]]}, [RECOMMENDATION, OTHER], (2, 2)),
        ({"fits": []}, [RECOMMENDATION, {**OTHER, "verdict": "possible"}], (1, 1)),
        ({"fits": []}, [], (0, 0)),
        ({}, [RECOMMENDATION, OTHER], (0, 0)),
    ],
    ids=["must", "nowhere", "fits", "should", "marginal", "possible only", "nothing applicable", "no exhaustive list"],
)
def test_what_is_called_applicable_has_to_stand_in_one_of_the_lists(labels, shown, meant):
    case = {"id": "case", "profile": {}, "must": [["ah", "1", "合肥"]], **labels}
    counts = evaluate_cases([case], service({"recommendations": shown, "questions": []})).counts
    assert counts["applicable-is-meant"] == meant


def test_what_is_applicable_on_later_pages_is_counted_too():
    def ask(path, body):
        if body and body["limit"] == 100:
            page = [OTHER] * 100 if body["offset"] == 0 else [OTHER] * 5
            return 200, json.dumps({"recommendations": page}).encode()
        return service(ANSWER)(path, body)

    counts = evaluate_cases([{"id": "case", "profile": {}, "fits": [["ah", "9", "合肥"]]}], ask).counts
    assert counts["applicable-is-meant"] == (105, 105)


def test_the_counts_of_each_case_by_kind_can_be_printed(tmp_path, catalogue_file, capsys):
    cases = tmp_path / "cases.yaml"
    cases.write_text("- {id: huaibei, profile: {city: 淮北, sector: 生物材料}}\n", "utf-8")
    assert main(["eval", str(cases), "--catalogue", str(catalogue_file), "--by-kind"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("huaibei")
    assert "support applicable 0 in force + " in first
    assert "direction applicable 0 in force + " in first


def test_who_is_shown_nothing_and_fits_nothing_has_no_precision():
    case = {"id": "case", "profile": {}, "fits": []}
    counts = evaluate_cases([case], service({"recommendations": [], "questions": []})).counts
    assert counts["precision@5"] == (0, 0)


def test_goals_may_stand_beside_the_cases(tmp_path, catalogue_file, capsys):
    cases = tmp_path / "cases.yaml"
    cases.write_text(
        '{goals: {"must@5": 0.01}, cases: [{id: a, profile: {city: 合肥}, must: [[ah, "0", 无]]}]}', "utf-8"
    )
    assert main(["eval", str(cases), "--catalogue", str(catalogue_file)]) == 1
    assert "goal 1%" in capsys.readouterr().out
    cases.write_text('{goals: {"must@7": 0.5}, cases: [{id: a, profile: {}}]}', "utf-8")
    assert main(["eval", str(cases), "--catalogue", str(catalogue_file)]) == 2
