"""What would settle most: the facts to ask for, and the single conditions that a company could still change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from matcher.columns import Flags, Floats, MeasureColumns
from matcher.reading import Reading
from rules.columns import UNKNOWN, UNMET
from rules.facts import FactDefinition, FactType
from rules.program import Decisions

MOST_QUESTIONS = 5
MOST_NEAR_MISSES = 10

_SUPPLIERS: Mapping[str, tuple[str, ...]] = {"sector": ("sector", "concepts")}
"""Facts that an answer to another question also supplies: products tell the sector."""

_ALWAYS_WORTH_ASKING = ("region", "sector", "concepts", "stage", "needs")
"""Facts that ranking weighs, or that every measure reads, are asked for when missing even if they settle nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One fact to ask for, and how many possible measures an answer alone would settle."""

    fact: str
    settles: int


def ask(
    reading: Reading, decisions: Decisions, columns: MeasureColumns, *, considered: Flags, withheld: Flags
) -> tuple[Question, ...]:
    """Return at most five questions, the one that settles most first, then in the order of the published facts."""
    facts = columns.catalogue.facts
    possible = considered & (decisions.verdicts == UNKNOWN)
    settled: dict[str, int] = {}
    for field_facts in _open_facts(columns, decisions, facts):
        alone = columns.program.conditions_on(decisions, UNKNOWN, field_facts) == decisions.unknown
        is_attested = facts[field_facts[0]].type is FactType.ATTESTATION
        count = int(np.count_nonzero(possible & alone & ~withheld if is_attested else possible & alone))
        for fact in _SUPPLIERS.get(field_facts[0], (field_facts[0],)):
            settled[fact] = max(count, settled.get(fact, 0))
    asked = {fact: count for fact, count in settled.items() if count and _is_askable(fact, reading)}
    asked |= {fact: 0 for fact in _ALWAYS_WORTH_ASKING if fact not in reading.answers and fact not in asked}
    order = {fact: place for place, fact in enumerate(facts)}
    attested = {fact.id for fact in facts.values() if fact.type is FactType.ATTESTATION}
    ranked = sorted(asked, key=lambda fact: (-asked[fact], fact in attested, order[fact]))
    return tuple(Question(fact=fact, settles=asked[fact]) for fact in ranked[:MOST_QUESTIONS])


def _open_facts(
    columns: MeasureColumns, decisions: Decisions, facts: Mapping[str, FactDefinition]
) -> Iterator[tuple[str, ...]]:
    """Yield, for each published fact that some condition leaves unknown, the facts that one answer supplies."""
    nodes = decisions.nodes == UNKNOWN
    unknown = {str(fact) for fact in np.unique(columns.program.node_facts[nodes])}
    if "target_region" in unknown and "region" in unknown:
        unknown.discard("target_region")  # said nothing, it is where the company is
    for fact in facts:
        if fact in unknown:
            yield (fact, "target_region") if fact == "region" else (fact,)


def _is_askable(fact: str, reading: Reading) -> bool:
    """Tell whether asking makes sense: not for what was answered already, except to be more exact."""
    answer = reading.answers.get(fact)
    return answer is None or not answer.sure or fact in ("region", "sector")


def near_misses(decisions: Decisions, columns: MeasureColumns, considered: Flags, scores: Floats) -> tuple[int, ...]:
    """Return the positions of measures with one unmet condition, on a fact a company can change, and all else met."""
    changeable = [fact.id for fact in columns.catalogue.facts.values() if fact.changeable]
    unmet = columns.program.conditions_on(decisions, UNMET, changeable)
    near = considered & (decisions.unmet == 1) & (decisions.unknown == 0) & (unmet == 1)
    ranked = sorted(np.flatnonzero(near).tolist(), key=lambda place: (-scores[place], place))
    return tuple(ranked[:MOST_NEAR_MISSES])
