"""Lists of places and sectors that a policy leaves open (等): where the most exact answer would still not decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from matcher.columns import MeasureColumns
from matcher.passages import Positions
from matcher.questions import made_exact
from rules.batch import Batch, BatchProgram
from rules.conditions import Condition, leaves
from rules.fact_columns import AnswerColumn, FactColumn
from rules.facts import REGION_FACTS, Answer
from rules.measures import Measure
from rules.planes import Plane
from rules.program import Program

FAMILIES = (REGION_FACTS, ("sector",))
"""Facts that are asked for again where the answer was too broad; those of one family are answered together."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The measures (`places`) with an open list of one family, and their conditions on it alone, compiled."""

    places: Positions
    program: BatchProgram


class OpenLists:
    """The open lists of one catalogue; answers made as exact as can be are remembered."""

    def __init__(self, columns: MeasureColumns) -> None:
        """Compile the conditions beside the open lists; most catalogues have few."""
        self._taxonomies = columns.catalogue.taxonomies
        self._parts = {family: _part(columns, family) for family in FAMILIES}
        self._exact: dict[tuple[str, Answer], Answer] = {}

    def still_open(self, batch: Batch) -> Mapping[str, Plane]:
        """Return, for each fact, where its conditions stay open (a row a measure) once its answer is exact."""
        planes: dict[str, Plane] = {}
        for family, part in self._parts.items():
            if not len(part.places):
                continue
            facts = {fact: self._made_exact(fact, batch.facts[fact]) for fact in family if fact in batch.facts}
            plane = np.zeros_like(batch.measures.true)
            plane[part.places] = part.program.decide(facts, batch.size).measures.unknown
            planes |= dict.fromkeys(family, plane)
        return planes

    def _made_exact(self, fact: str, column: FactColumn) -> FactColumn:
        """Return the column as if everybody had named something that holds no other inside what they named."""
        if not isinstance(column, AnswerColumn):
            return column
        answers = [self._exact_answer(fact, answer) for answer in column.answers]
        return AnswerColumn(answers=answers, rows=column.rows, given=column.given)

    def _exact_answer(self, fact: str, answer: Answer) -> Answer:
        known = self._exact.get((fact, answer))
        if known is None:
            known = self._exact[fact, answer] = made_exact(answer, self._taxonomies[fact])
        return known


def _part(columns: MeasureColumns, family: tuple[str, ...]) -> _Part:
    chosen = {place: _on(measure, family) for place, measure in enumerate(columns.measures)}
    open_ones = {place: conditions for place, conditions in chosen.items() if any(map(_is_open, conditions))}
    alone = [replace(columns.measures[place], conditions=conditions) for place, conditions in open_ones.items()]
    program = BatchProgram(Program(alone, columns.catalogue.taxonomies))
    return _Part(np.array([*open_ones], dtype=np.intp), program)


def _on(measure: Measure, family: tuple[str, ...]) -> tuple[Condition, ...]:
    """Return the conditions that read one fact, and one of the family."""
    read = [(condition, {leaf.test.fact for leaf in leaves(condition)}) for condition in measure.conditions]
    return tuple(condition for condition, facts in read if len(facts) == 1 and facts.issubset(family))


def _is_open(condition: Condition) -> bool:
    return any(leaf.test.scope for leaf in leaves(condition))
