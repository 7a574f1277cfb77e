"""Numbers changed on purpose in packs of format 2: loading tells each, whatever key it stands under."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.language.amounts import parse_money, parse_share
from rules.language.condition_parsing import PackError, number_faults
from rules.language.facts import FactDefinition, FactType
from rules.language.measures import Leaf
from rules.language.measures import Test as Asked
from rules.language.pack import parse_pack
from seeds.documents import Quote
from seeds.faults import load_yaml

PACKS = Path(__file__).parents[1] / "policies" / "packs"
LOADED = {path: load_yaml(path) for path in sorted(PACKS.glob("*.yaml"))}
OF_FORMAT_2 = [path for path, raw in LOADED.items() if raw["schema"] == 2]
OPERATORS = ("at_least", "at_most", "more_than", "less_than")
NUMERIC = frozenset({"amount", "up_to", "rate", "rate_up_to", "step", "years", "instalments", "value", *OPERATORS})
DATED = frozenset({"opens", "closes", "on_or_after", "on_or_before"})
FACTORS = (10, 0.5)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield every number and day of a measure with its path, those of examples left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in NUMERIC | DATED and not isinstance(inner, dict | list):
                yield (*path, key), inner
            elif key != "examples":
                yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for key, inner in enumerate(value):
            if path and path[-1] in NUMERIC and not isinstance(inner, dict):
                yield (*path, key), inner
            else:
                yield from places(inner, (*path, key))


def put(measure: dict[str, Any], path: tuple[Any, ...], value: object) -> None:
    at: Any = measure
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value


def changed(value: object, factor: float) -> object:
    """Return a number times a factor, as a pack would write it."""
    if not isinstance(value, str):
        number = value * factor
        return int(number) if number == int(number) else number
    if any(sign in value for sign in ("%", "‰", "百分之", "千分之")) or value.startswith("0."):
        return f"{parse_share(value) * factor * 100:.6g}%"
    return f"{parse_money(value) * factor:.2f}元"


def shifted(day: object) -> Iterator[str]:
    """Yield other days for one: a day more, a month more, and, where it has one, the year before."""
    head, month, number = str(day).rsplit("-", 2) if str(day).count("-") == 2 else ("", *str(day).split("-"))
    year = f"{head}-" if head else ""
    yield f"{year}{month}-{int(number) % 27 + 2:02}"
    yield f"{year}{int(month) % 12 + 1:02}-{min(int(number), 28):02}"
    if head:
        yield f"{int(head) - 1}-{month}-{number}"


MEASURES = [
    pytest.param(path, place, id=measure["id"])
    for path in OF_FORMAT_2
    for place, measure in enumerate(LOADED[path]["measures"])
]


@pytest.fixture
def is_noticed(policies, lexicon):
    def noticed(path, raw, measure):
        data = {**raw, "measures": [{**measure, "examples": [{"facts": {}, "verdict": "possible"}]}]}
        try:
            parse_pack(data, file=path.name, documents=policies.documents, lexicon=lexicon)
        except PackError as error:
            return {fault.code for fault in error.faults}
        return set()

    return noticed


@pytest.mark.parametrize(("path", "place"), MEASURES)
def test_a_changed_number_or_day_is_noticed(path, place, is_noticed):
    raw = LOADED[path]
    measure = raw["measures"][place]
    assert not is_noticed(path, raw, measure)
    missed = []
    for where, value in places(measure):
        others = shifted(value) if where[-1] in DATED else (changed(value, factor) for factor in FACTORS)
        for other in others:
            planted = copy.deepcopy(measure)
            put(planted, where, other)
            if not is_noticed(path, raw, planted):
                missed.append((where, value, other))
    assert not missed


SEVERAL = [
    pytest.param(path, place, at, id=f"{measure['id']}-{at}")
    for path in OF_FORMAT_2
    for place, measure in enumerate(LOADED[path]["measures"])
    for item in measure.get("benefits", ())
    for at in range(len(item.get("tiers", ())) - 1)
]


@pytest.mark.parametrize(("path", "place", "at"), SEVERAL)
def test_amounts_or_conditions_of_two_tiers_put_for_each_other_are_noticed(path, place, at, is_noticed):
    raw = LOADED[path]
    measure = raw["measures"][place]
    item = next(number for number, one in enumerate(measure["benefits"]) if "tiers" in one)
    for key in ("amount", "rate", "when"):
        planted = copy.deepcopy(measure)
        first, second = planted["benefits"][item]["tiers"][at : at + 2]
        if key in first:
            first[key], second[key] = second[key], first[key]
            assert is_noticed(path, raw, planted), key


ASKED = {
    "年营业收入超过10亿元": "more_than",
    "首次达到10亿元": "at_least",
    "未达到10亿元": "less_than",
    "10亿元（含）以上": "at_least",
    "10亿元及以上": "at_least",
    "10亿元以下": "at_most",
    "控制在10亿元以内": "at_most",
    "不超过10亿元": "at_most",
    "不低于10亿元": "at_least",
    "低于10亿元": "less_than",
    "不足10亿元": "less_than",
    "满10亿元": "at_least",
    "不满10亿元": "less_than",
    "10亿元以上、20亿元以下": "at_least",
}


@pytest.mark.parametrize("words", ASKED)
def test_a_threshold_is_asked_as_it_is_written(words):
    for operator in OPERATORS:
        assert (operator in asked_wrongly(words, operator)) is (operator != ASKED[words])


@pytest.mark.parametrize("words", ["10亿元", "10亿元以上（不含10亿元）", "5亿元以上、10亿元、20亿元", "10亿元左右"])
def test_where_words_do_not_say_how_a_threshold_is_asked_nothing_is_told(words):
    for operator in OPERATORS:
        assert not asked_wrongly(words, operator)


def asked_wrongly(words, operator):
    revenue = FactDefinition(id="x", type=FactType.MONEY, zh="", en="", ask_zh="", ask_en="", field="facts")
    cite = Quote(document="d", clause="1", quote=words, start=0, end=len(words))
    leaf = Leaf(test=Asked(fact="x", operator=operator, expected=(1e9,)), cite=cite)
    found = list(number_faults([leaf], {"x": revenue}))
    assert all(code == "operator_said" for code, _ in found)
    negated = Leaf(test=Asked(fact="x", operator=operator, expected=(1e9,), stated=True), cite=cite)
    assert not list(number_faults([negated], {"x": revenue}))
    return {params["operator"] for _, params in found}
