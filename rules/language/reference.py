"""The operators, each a small pure function from a test and an answer to a decision, and the reference evaluator.

It decides one measure for one profile, every condition with its reason; the compiled program must agree with it.
"""

from __future__ import annotations

import operator as compare
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from rules.language.facts import Answer, Answers, Taxonomies, Value, comparable, known_range
from rules.language.measures import (
    Combination,
    Condition,
    Leaf,
    Measure,
    MeasureVerdict,
    Test,
    Verdict,
    Why,
    conjunction,
    disjunction,
    measure_verdict,
    negation,
)
from seeds.docstrings import docstring_of
from seeds.vocabulary import Taxonomy


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, and why it is unknown when it is."""

    verdict: Verdict
    why: Why | None = None


MET = Decision(Verdict.MET)
UNMET = Decision(Verdict.UNMET)
MISSING = Decision(Verdict.UNKNOWN, Why.FACT_MISSING)
TOO_COARSE = Decision(Verdict.UNKNOWN, Why.TOO_COARSE)
UNRECOGNISED = Decision(Verdict.UNKNOWN, Why.UNRECOGNISED)
AMBIGUOUS = Decision(Verdict.UNKNOWN, Why.AMBIGUOUS)
MANUAL = Decision(Verdict.UNKNOWN, Why.MANUAL)
PLANNED = Decision(Verdict.UNKNOWN, Why.PLANNED)

Operator: TypeAlias = Callable[[Test, Answer | None, Taxonomy | None], Decision]


def within(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:
    """The value is one of those listed or lies inside one of them (广州 lies in 广东)."""
    if taxonomy is None or answer is None:
        return MISSING
    targets = [str(target) for target in test.expected]
    if any(taxonomy.within(str(value), targets) for value in (*answer.sure, *answer.inferred)):
        return MET
    if answer.one_of and all(taxonomy.within(str(reading), targets) for reading in answer.one_of):
        return MET
    untold = UNRECOGNISED if answer.doubtful else MISSING
    doubts = (
        (_overlap(taxonomy, answer.sure, targets), TOO_COARSE),
        (_overlap(taxonomy, answer.one_of, targets), AMBIGUOUS),
        (answer.unreadable or _overlap(taxonomy, answer.doubtful, targets), UNRECOGNISED),
        (answer.ruled_out is not None, UNMET if are_ruled_out(test, answer, taxonomy) else untold),
        (not answer.sure and not answer.one_of, untold),
        (_overlap(taxonomy, (*answer.sure, *answer.one_of, *answer.doubtful), test.scope), AMBIGUOUS),
    )
    return next((decision for applies, decision in doubts if applies), UNMET)


def are_ruled_out(test: Test, answer: Answer, taxonomy: Taxonomy) -> bool:
    """Tell whether a company surely has nothing of what is listed; an open list may mean something else still."""
    targets = [str(target) for target in test.expected]
    out = [str(value) for value in answer.ruled_out or ()]
    return not test.scope and all(taxonomy.within(target, out) for target in targets)


def _overlap(taxonomy: Taxonomy, values: Iterable[Value], targets: Sequence[str]) -> bool:
    return any(taxonomy.overlaps(str(value), targets) for value in values)


def any_of(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:
    """At least one of the values listed is given."""
    return within(test, answer, taxonomy)


def all_of(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:
    """Every one of the values listed is given."""
    decisions = [_single(test, value, answer, taxonomy) for value in test.expected]
    for verdict in (UNMET.verdict, Verdict.UNKNOWN):
        for decision in decisions:
            if decision.verdict is verdict:
                return decision
    return MET


def none_of(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:
    """None of the values listed is given."""
    decision = within(test, answer, taxonomy)
    if decision is MET and answer and within(test, replace(answer, inferred=()), taxonomy) is not MET:
        return MISSING  # an inferred value never makes a condition unmet
    return {Verdict.MET: UNMET, Verdict.UNMET: MET}.get(decision.verdict, decision)


def _single(test: Test, value: Value, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:
    return within(Test(fact=test.fact, operator="within", expected=(value,)), answer, taxonomy)


def is_flag(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:  # noqa: ARG001 - one signature for all
    """The flag has the value stated."""
    if answer is None or not answer.sure:
        return _unanswered(answer)
    return MET if answer.sure[0] is test.expected[0] else UNMET


def manual(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:  # noqa: ARG001 - one signature for all
    """Only a person can check it; the company may declare that it holds, or who it is may tell."""
    if answer is None or not answer.sure:
        return MET if answer is not None and True in answer.inferred else MANUAL
    return MET if answer.sure[0] is True else UNMET


def _threshold(holds: Callable[[float, float], bool]) -> Operator:
    def decide(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:  # noqa: ARG001 - one signature
        ends = known_range(answer)
        if ends is None:
            return _unanswered(answer)
        passing = [holds(end, comparable(test.expected[0])) for end in ends]
        return MET if all(passing) else TOO_COARSE if any(passing) else UNMET

    return decide


def _unanswered(answer: Answer | None) -> Decision:
    return UNRECOGNISED if answer and answer.unreadable else MISSING


COMPARISONS = {
    "at_least": compare.ge, "at_most": compare.le, "more_than": compare.gt, "less_than": compare.lt,
    "on_or_after": compare.ge, "on_or_before": compare.le,
}  # fmt: skip
OPERATORS: dict[str, Operator] = {
    "within": within,
    "any_of": any_of,
    "all_of": all_of,
    "none_of": none_of,
    "is": is_flag,
    "manual": manual,
    **{name: _threshold(holds) for name, holds in COMPARISONS.items()},
}

DESCRIPTIONS: dict[str, tuple[str, str]] = {
    "within": ("取值属于所列范围之一或位于其内（广州位于广东）。", docstring_of(within)),
    "any_of": ("至少具备所列之一。", docstring_of(any_of)),
    "all_of": ("所列各项全部具备。", docstring_of(all_of)),
    "none_of": ("所列各项均不具备。", docstring_of(none_of)),
    "is": ("是或否与要求一致。", docstring_of(is_flag)),
    "manual": ("只能由人工核对，企业可自行声明，或由其机构类型得知。", docstring_of(manual)),
    "at_least": ("不低于所列数值。", "The number is at least the one stated."),
    "at_most": ("不高于所列数值。", "The number is at most the one stated."),
    "more_than": ("高于所列数值。", "The number is more than the one stated."),
    "less_than": ("低于所列数值。", "The number is less than the one stated."),
    "on_or_after": ("在所列日期当日或之后。", "The date is the one stated or later."),
    "on_or_before": ("在所列日期当日或之前。", "The date is the one stated or earlier."),
}
"""Each operator in one sentence, Chinese and English, as the API publishes it."""

TAXONOMIC = frozenset({"within", "any_of", "all_of", "none_of"})
NUMERIC = frozenset({"at_least", "at_most", "more_than", "less_than"})
DATED = frozenset({"on_or_after", "on_or_before"})


def decide(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:
    """Apply the test's operator to what the profile answered; a plan opens what stands in the way as yet.

    A test of what is not listed asks nothing outside its reach: who is out there as yet is asked where it will be.
    """
    now = _apply(test, answer, taxonomy)
    if answer is None or answer.planned is None:
        return now
    then, here, there = _apply(test, answer.planned, taxonomy), MET, MET
    if test.reach:
        reach = Test(fact=test.fact, operator="within", expected=test.reach)
        here, there = within(reach, answer, taxonomy), within(reach, answer.planned, taxonomy)
    if here is UNMET:
        return then
    if now.verdict is not in_the_way(test) or then.verdict is now.verdict or there is UNMET:
        return now
    return next((decision for decision in (then, there) if decision.why), PLANNED)


def _apply(test: Test, answer: Answer | None, taxonomy: Taxonomy | None) -> Decision:
    if test.stated and answer is not None and answer.inferred:
        answer = replace(answer, inferred=())
    return OPERATORS[test.operator](test, answer, taxonomy)


def in_the_way(test: Test) -> Verdict:
    """Return the verdict of a test that rules a measure out: inside a NOT it is met."""
    return Verdict.MET if test.stated else Verdict.UNMET


def gap(test: Test, answer: Answer | None) -> float | None:
    """Return how much a known number misses its threshold by (in the fact's unit; 0 on the bound), else None."""
    if test.operator not in NUMERIC or answer is None or not answer.sure:
        return None
    return round(abs(comparable(test.expected[0]) - comparable(answer.sure[0])), 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTrace:
    """How one condition came out; `answer` and `gap` are of a leaf, `parts` of a group."""

    condition: Condition
    verdict: Verdict
    why: Why | None = None
    answer: Answer | None = None
    gap: float | None = None
    parts: tuple[ConditionTrace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How a measure came out, condition by condition."""

    measure: Measure
    verdict: MeasureVerdict
    conditions: tuple[ConditionTrace, ...]


def evaluate(measure: Measure, answers: Answers, taxonomies: Taxonomies) -> Trace:
    """Evaluate every condition of `measure`; nothing is skipped, so each gap can be told."""
    conditions = tuple(evaluate_condition(condition, answers, taxonomies) for condition in measure.conditions)
    verdict = measure_verdict(condition.verdict for condition in conditions)
    return Trace(measure=measure, verdict=verdict, conditions=conditions)


def lost_by_plans(trace: Trace, answers: Answers, taxonomies: Taxonomies) -> tuple[Condition, ...]:
    """Return the conditions that are met now and will be unmet once what is planned is carried out."""
    plans = {fact: answer.planned for fact, answer in answers.items() if answer.planned is not None}
    met = [condition.condition for condition in trace.conditions if plans and condition.verdict is Verdict.MET]
    then = (evaluate_condition(condition, {**answers, **plans}, taxonomies).verdict for condition in met)
    return tuple(condition for condition, verdict in zip(met, then, strict=True) if verdict is Verdict.UNMET)


def evaluate_condition(condition: Condition, answers: Answers, taxonomies: Taxonomies) -> ConditionTrace:
    """Evaluate one condition with Kleene's logic; a group takes the reason of its first unknown part."""
    if isinstance(condition, Leaf):
        answer = answers.get(condition.test.fact)
        decision = decide(condition.test, answer, taxonomies.get(condition.test.fact))
        missed = gap(condition.test, answer) if decision.verdict is Verdict.UNMET else None
        return ConditionTrace(
            condition=condition, verdict=decision.verdict, why=decision.why, answer=answer, gap=missed
        )
    parts = tuple(evaluate_condition(part, answers, taxonomies) for part in condition.parts)
    verdicts = [part.verdict for part in parts]
    if condition.combination is Combination.NOT:
        verdict = negation(verdicts[0])
    else:
        verdict = (conjunction if condition.combination is Combination.ALL else disjunction)(verdicts)
    reason = next((part.why for part in parts if part.why), None) if verdict is Verdict.UNKNOWN else None
    return ConditionTrace(condition=condition, verdict=verdict, why=reason, parts=parts)
