"""The benchmark over real HTTP: the service and the simple means on the same companies, scores that mean something."""

import json

import pytest
import yaml

from benchmark.__main__ import CASES, SCORES, main, read_cases
from service.evaluation import GOALS

SAMPLE = 12


@pytest.fixture(scope="module")
def results(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    sample = read_cases(list(CASES))[::40][:SAMPLE]
    (folder / "cases.yaml").write_text(yaml.safe_dump(sample, allow_unicode=True), "utf-8")
    arguments = ["--url", server.base, "--cases", str(folder / "cases.yaml"), "--json", str(folder / "scores.json")]
    assert main([*arguments, "--baselines"]) == 0
    return json.loads((folder / "scores.json").read_text("utf-8"))


def test_every_check_of_an_evaluation_is_part_of_one_score():
    assert sorted(kind for kinds in SCORES.values() for kind in kinds) == sorted(GOALS)


def test_the_public_cases_are_the_labelled_companies_and_no_others():
    assert [file.name for file in CASES] == ["cases.yaml", "messy.yaml"]
    ids = [case["id"] for case in read_cases(list(CASES))]
    assert len(ids) == len(set(ids)) > 400


def test_the_service_is_scored_over_http_alone_and_better_than_a_search_box(results):
    assert list(results) == ["service", "bm25", "everything", "nothing"]
    for name in ("finding", "silence", "quotes"):
        assert results["service"][name]["share"] >= results["bm25"][name]["share"], name
    assert results["service"]["protocol"]["share"] == 1
    assert results["service"]["reasons"]["share"] == 1


def test_neither_showing_everything_nor_showing_nothing_scores_well_in_both(results):
    assert results["nothing"]["finding"]["share"] == 0
    assert results["nothing"]["silence"]["share"] == 1
    assert results["everything"]["silence"]["share"] < 1
    assert results["bm25"]["protocol"]["share"] == 1
