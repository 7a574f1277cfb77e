"""For many tenants at once, read off planes of bits: pairs one change would open, facts that would settle most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matcher.answers.questions import MAY_BE_TOO_BROAD
from matcher.ranking.measure_index import Flags, Floats, MeasureColumns
from matcher.registers.reader import Tenants
from rules.compiled.batch import Batch, BatchProgram
from rules.compiled.bit_planes import (
    AnswerColumn,
    FactColumn,
    FactColumns,
    NumberColumn,
    Plane,
    bits_at,
    count,
    every_row,
    pack,
    pairs,
    whole_answers,
)
from rules.compiled.program import Program
from rules.language.facts import DERIVED, REGION_FACTS, Answer, FactType, comparable, made_exact
from rules.language.flat import Positions
from rules.language.measures import Condition, Measure, leaves
from rules.language.reference import NUMERIC


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMisses:
    """Pairs with one unmet condition, on a fact that a company can change, and all else met; side by side.

    `nodes` are the unmet conditions; `gaps` is how much a number misses its threshold by, NaN for other conditions.
    """

    rows: Positions
    measures: Positions
    nodes: Positions
    facts: tuple[str, ...]
    gaps: Floats


def find_near_misses(batch: Batch, program: BatchProgram, columns: MeasureColumns, considered: Flags) -> NearMisses:
    """List what a single change would open."""
    changeable = {fact.id for fact in columns.catalogue.facts.values() if fact.changeable}
    names, numbers = program.program.fact_names, program.program.fact_numbers
    can_change = np.array([name in changeable for name in names])[numbers]
    near = _near(batch, program, can_change)
    found = [tuple(column[considered[part[1]]] for column in part) for part in near if len(part[0])]
    rows, measures, nodes = (
        np.concatenate([part[i] for part in found]) if found else np.zeros(0, dtype=np.intp) for i in range(3)
    )
    order = np.lexsort((measures, rows))
    rows, measures, nodes = rows[order], measures[order], nodes[order]
    return NearMisses(
        rows=rows,
        measures=measures,
        nodes=nodes,
        facts=tuple(program.program.fact_of(node) for node in nodes),
        gaps=_gaps(rows, nodes, program, batch),
    )


def _near(
    batch: Batch, program: BatchProgram, can_change: NDArray[np.bool_]
) -> Iterator[tuple[Positions, Positions, Positions]]:
    """Yield rows, measures and the one unmet node of each near miss."""
    every = every_row(batch.size)
    for places, nodes, _ in program.conditions():
        once = np.zeros_like(batch.measures.true[places])
        twice, reachable = once.copy(), once.copy()
        for position in range(nodes.shape[1]):
            unmet = every & ~batch.nodes.maybe[nodes[:, position]]
            unknown = batch.nodes.maybe[nodes[:, position]] & ~batch.nodes.true[nodes[:, position]]
            twice |= (once & unmet) | unknown
            once |= unmet
            reachable |= np.where(can_change[nodes[:, position]][:, None], unmet, np.uint64(0))
        which, rows = pairs(once & ~twice & reachable)
        unmet_at = ~bits_at(batch.nodes.maybe, nodes[which], rows[:, None])
        yield rows, places[which], nodes[which, np.argmax(unmet_at, axis=1)]


def _gaps(rows: Positions, nodes: Positions, program: BatchProgram, batch: Batch) -> Floats:
    tests = program.program.tests
    gaps = np.full(len(rows), np.nan)
    for node in np.unique(nodes).tolist():
        test = tests[node] if node < len(tests) else None
        if test is None or test.operator not in NUMERIC:
            continue
        here = nodes == node
        numbers = _numbers(batch.facts.get(test.fact), batch.size)[rows[here]]
        gaps[here] = np.round(np.abs(comparable(test.expected[0]) - numbers), 6)
    return gaps


def _numbers(column: FactColumn | None, size: int) -> Floats:
    """Return the number of each row, NaN where there is none."""
    if isinstance(column, NumberColumn):
        return column.numbers
    if column is None:
        return np.full(size, np.nan)
    answers, places = whole_answers(column, size)
    known = [comparable(answer.sure[0]) if answer and answer.sure else np.nan for answer in answers]
    return np.array(known)[places]


FAMILIES = (REGION_FACTS, ("sector",))
"""Facts that are asked for again where the answer was too broad; those of one family are answered together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one answer alone would settle: pairs by the fact to ask for, and a plane of them all (a row a measure).

    The plane also has the pairs that wait for a condition of a measure's own, which no published fact names.
    """

    counts: Mapping[str, int]
    plane: Plane


@dataclass(frozen=True)
class _Stated:
    """What the rows of a batch have stated of facts."""

    batch: Batch
    every: Plane
    known: dict[str, Plane] = field(default_factory=dict)

    def anything(self, fact: str) -> Plane:
        """Return who stated anything of a fact."""
        column = self.batch.facts.get(fact)
        if isinstance(column, NumberColumn):
            return np.asarray(pack(column.stated[None, :])[0])
        return self._who(column.rows) if column else np.zeros_like(self.every)

    def for_sure(self, fact: str) -> Plane:
        """Return who stated something of a fact that was understood."""
        if fact not in self.known:
            column = self.batch.facts.get(fact)
            self.known[fact] = (
                np.asarray(pack(~np.isnan(column.numbers)[None, :])[0])
                if isinstance(column, NumberColumn)
                else self._who_gave(column, lambda one: bool(one.sure))
            )
        return self.known[fact]

    def told_otherwise(self, fact: str) -> Plane:
        """Return for whom it is told that an attestation does not hold, by who they are."""
        return self._who_gave(self.batch.facts.get(fact), lambda one: False in one.inferred)

    @cached_property
    def moves(self) -> Plane:
        """Return who plans to be in another place, which was understood."""
        return self._who_gave(self.batch.facts.get("region"), lambda one: bool(one.planned and one.planned.sure))

    def alone_missing(self, part: str, parts: tuple[str, ...]) -> Plane:
        """Return who stated all of `parts` but this one."""
        planes = [self.anything(other) for other in parts if other != part]
        return np.asarray(np.bitwise_and.reduce([~self.anything(part) & self.every, *planes], axis=0))

    def _who_gave(self, column: FactColumn | None, such: Callable[[Answer], bool]) -> Plane:
        if not isinstance(column, AnswerColumn):
            return np.zeros_like(self.every)
        given = np.array([such(answer) for answer in column.answers], dtype=np.bool_)
        return self._who(column.rows[given[column.given]])

    def _who(self, rows: Positions) -> Plane:
        bits = np.zeros((1, self.batch.size), dtype=np.bool_)
        bits[0, rows] = True
        return np.asarray(pack(bits)[0])


@dataclass(frozen=True, slots=True)
class _Group:
    """Measures with equally many conditions: their places, their nodes (a row a measure), whose facts.

    `unknown` and `nodes_unknown` are planes of all measures and of all nodes.
    """

    places: Positions
    nodes: Positions
    facts: Positions
    unknown: Plane
    nodes_unknown: Plane

    def only_on(self, numbers: list[int]) -> tuple[Positions, Plane]:
        """Return the measures that read one of some facts, and where nothing else leaves them open."""
        on_fact = np.isin(self.facts, numbers)
        own = np.flatnonzero(on_fact.any(axis=1))
        unknown = self.nodes_unknown[self.nodes[own]]
        others = np.where(on_fact[own][:, :, None], np.uint64(0), unknown)
        elsewhere = np.bitwise_or.reduce(others, axis=1)
        return self.places[own], self.unknown[self.places[own]] & ~elsewhere


@dataclass(frozen=True, slots=True)
class _Part:
    """Measures (`places`) that an answer may leave open, and their conditions on its family alone, compiled."""

    places: Positions
    program: BatchProgram
    with_plans: bool


class OpenLists:
    """The open lists of one catalogue; answers made as exact as can be are remembered.

    Where somebody plans to move, every condition on the place may stay open, as if each list were.
    """

    def __init__(self, columns: MeasureColumns) -> None:
        """Compile the conditions beside the open lists; most catalogues have few."""
        self._columns = columns
        self._taxonomies = columns.taxonomies
        self._parts: dict[tuple[tuple[str, ...], bool], _Part] = {
            (family, False): _part(columns, family, with_plans=False) for family in FAMILIES
        }
        self._exact: dict[tuple[str, Answer], Answer] = {}

    def still_open(self, batch: Batch) -> Mapping[str, Plane]:
        """Return, for each fact, where its conditions stay open (a row a measure) once its answer is exact."""
        planes: dict[str, Plane] = {}
        for family in FAMILIES:
            part = self._part_of(family, batch.facts.get("region") if family is REGION_FACTS else None)
            if not len(part.places):
                continue
            facts = {fact: self._made_exact(fact, batch.facts[fact]) for fact in family if fact in batch.facts}
            planes |= dict.fromkeys(family, self._left_open(part, facts, batch))
            if part.with_plans:
                facts |= {"region": self._plans_made_exact(batch.facts["region"])}
                planes["target_region"] = self._left_open(part, facts, batch)
        return planes

    def _left_open(self, part: _Part, facts: FactColumns, batch: Batch) -> Plane:
        plane = np.zeros_like(batch.measures.true)
        plane[part.places] = part.program.decide(facts, batch.size).measures.unknown
        return plane

    def _part_of(self, family: tuple[str, ...], places: FactColumn | None) -> _Part:
        plans = isinstance(places, AnswerColumn) and any(answer.planned for answer in places.answers)
        if (family, plans) not in self._parts:
            self._parts[family, plans] = _part(self._columns, family, with_plans=plans)
        return self._parts[family, plans]

    def _plans_made_exact(self, column: FactColumn) -> FactColumn:
        if not isinstance(column, AnswerColumn):
            return column
        exact = (one.planned and made_exact(one.planned, self._taxonomies["region"]) for one in column.answers)
        answers = [replace(one, planned=plan) for one, plan in zip(column.answers, exact, strict=True)]
        return replace(column, answers=answers)

    def _made_exact(self, fact: str, column: FactColumn) -> FactColumn:
        """Return the column as if everybody had named something that holds no other inside what they named."""
        if not isinstance(column, AnswerColumn):
            return column
        for answer in column.answers:
            if (fact, answer) not in self._exact:
                self._exact[fact, answer] = made_exact(answer, self._taxonomies[fact])
        return replace(column, answers=[self._exact[fact, answer] for answer in column.answers])


def _part(columns: MeasureColumns, family: tuple[str, ...], *, with_plans: bool) -> _Part:
    chosen = {place: _on(measure, family) for place, measure in enumerate(columns.measures)}
    open_ones = {
        place: conditions
        for place, conditions in chosen.items()
        if any(leaf.test.scope or with_plans for condition in conditions for leaf in leaves(condition))
    }
    alone = [replace(columns.measures[place], conditions=conditions) for place, conditions in open_ones.items()]
    program = BatchProgram(Program(alone, columns.taxonomies))
    return _Part(np.array([*open_ones], dtype=np.intp), program, with_plans)


def _on(measure: Measure, family: tuple[str, ...]) -> tuple[Condition, ...]:
    """Return the conditions that read one fact, and one of the family."""
    read = [(condition, {leaf.test.fact for leaf in leaves(condition)}) for condition in measure.conditions]
    return tuple(condition for condition, facts in read if len(facts) == 1 and facts.issubset(family))


class Settler:
    """Finds what answers would settle, as matcher/answers/questions.py does for one company."""

    def __init__(self, columns: MeasureColumns, program: BatchProgram) -> None:
        """Compile what the policies leave open whatever is answered."""
        self._facts = columns.catalogue.facts
        self._program = program
        self._open_lists = OpenLists(columns)

    def settle(self, batch: Batch, tenants: Tenants, shown: Flags, considered: Flags) -> Settled:
        """Count the possible pairs that one answer settles alone.

        What only a person can attest counts where the measure is shown; `shown` has a row a measure. Who plans
        nowhere else settles both places with one answer.
        """
        away, visible = pack(tenants.elsewhere[None, :])[0], pack(shown)
        stated, still_open = _Stated(batch, every_row(batch.size)), self._open_lists.still_open(batch)
        counts: Counter[str] = Counter()
        plane = np.zeros_like(batch.measures.true)
        for fact, places, waiting in self._waiting(batch, considered, away, stated.moves):
            settled = waiting & self._can_settle(fact, stated, still_open, places)
            plane[places] |= settled
            if fact in self._facts:
                attested = self._facts[fact].type is FactType.ATTESTATION
                counted = settled & visible[places] if attested else settled
                for asked, whose in _asked_for(fact, stated):
                    counts[asked] += int(count(counted & whose).sum())
        return Settled(counts={fact: number for fact, number in counts.items() if number}, plane=plane)

    def _waiting(
        self, batch: Batch, considered: Flags, away: Plane, moves: Plane
    ) -> Iterator[tuple[str, Positions, Plane]]:
        """Yield facts, measures, and for whom conditions on that fact alone leave the measure open."""
        names = self._program.program.fact_names
        unknown, nodes_unknown = batch.measures.unknown, batch.nodes.unknown
        for places, nodes, facts in self._program.conditions():
            chosen = considered[places]
            group = _Group(places[chosen], nodes[chosen], facts[chosen], unknown, nodes_unknown)
            read = {names[number] for number in np.unique(group.facts)} - {""}
            for fact in sorted(read.difference(REGION_FACTS)):
                yield fact, *group.only_on([names.index(fact)])
            if here := [names.index(fact) for fact in REGION_FACTS if fact in read]:
                own, waiting = group.only_on(here)
                yield "region", own, waiting & ~away
                yield "target_region", own, waiting & moves
                for number in here if away.any() else ():
                    own, waiting = group.only_on([number])
                    yield names[number], own, waiting & (away if names[number] == "region" else away & ~moves)

    def _can_settle(self, fact: str, stated: _Stated, still_open: Mapping[str, Plane], places: Positions) -> Plane:
        """Return for whom an answer would do, and has not been given already, exactly enough."""
        if fact in DERIVED:
            return stated.every
        if fact == "concepts":
            return np.asarray(stated.every & ~stated.anything(fact))
        if fact not in MAY_BE_TOO_BROAD:
            return stated.every & ~stated.for_sure(fact) & ~stated.told_otherwise(fact)
        if fact not in still_open:
            return stated.every
        sure = stated.moves | stated.for_sure(fact) if fact == "target_region" else stated.for_sure(fact)
        return stated.every & ~(sure & still_open[fact][places])


def _asked_for(fact: str, stated: _Stated) -> Iterator[tuple[str, Plane]]:
    """Yield what to ask for the sake of a fact, and of whom; of what it is worked out from, the one that is missing."""
    if fact not in DERIVED:
        yield fact, stated.every
    for part in DERIVED.get(fact, ()):
        yield part, stated.alone_missing(part, DERIVED[fact])
