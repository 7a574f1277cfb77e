"""The reference evaluator: one measure against one profile's answers, every condition with its reason.

The compiled program (rules/program.py) must agree with this on every measure and profile.
"""

from __future__ import annotations

from dataclasses import dataclass

from rules.conditions import Combination, Condition, Leaf
from rules.facts import Answer, Answers, Taxonomies
from rules.measures import Measure
from rules.operators import decide, gap
from rules.verdict import MeasureVerdict, Verdict, Why, conjunction, disjunction, measure_verdict, negation


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
