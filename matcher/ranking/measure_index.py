"""What ranking needs to know of every measure, as arrays in the catalogue's order; worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.ranking.passages import BELOW_PROVINCE, NO_POSITIONS, FoundWords, Level, PassageIndex, Positions
from rules.catalogue.catalogue import Catalogue
from rules.compiled.batch import Batch
from rules.compiled.bit_planes import Plane
from rules.compiled.program import Decisions, Program
from rules.language.facts import REGION_FACTS, Value
from rules.language.measures import (
    MET,
    UNKNOWN,
    UNMET,
    Combination,
    Condition,
    Effect,
    Instrument,
    Leaf,
    Measure,
    MeasureKind,
    Strength,
    term,
)
from seeds.documents import DocumentStatus
from seeds.vocabulary import fold_aligned
from seeds.word_lists import word_lists

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STRENGTH_VALUES = {Strength.GRANT: 1.0, Strength.SUPPORT: 0.8, Strength.ENCOURAGE: 0.5, Strength.PROMOTE: 0.3}

STAGES_OF_INSTRUMENT = word_lists().stages_of_instruments
"""The project stages an instrument is made for; instruments that serve any stage are not listed."""

MONEY = word_lists().money
OF_MANY_KINDS = word_lists().of_many_kinds
CHECKED_BY_A_PERSON = "manual"

BROADER = 0.7
"""For each step that the text is broader than what the company makes (可降解材料 for PLA)."""

NARROWER = 0.5
"""For each step that the text is narrower than what the company stated (丙氨酸 for 氨基酸)."""

FARTHEST = 0.4
"""What stands for a mention less than this says nothing of it: two steps broader count, two narrower do not."""

MANY_SECTORS = 5
"""A condition that lists this many sectors is about none of them in particular."""

TITLE_CLAUSE = "0"
"""Inherited conditions cite the title, which stands before the first heading."""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Groups of alternatives one of which only a person can check, beside their measures, and their other parts.

    Where what a company says rules out the other parts (its products are no energy crops), a measure may still be for
    it, which only a person can tell (「从事能源作物种植」), but nothing says so. The other parts of group i are
    others[starts[i]:starts[i + 1]].
    """

    measures: Positions
    groups: Positions
    others: Positions
    starts: Positions

    @classmethod
    def of(cls, program: Program) -> Alternatives:
        """Find the groups of a program."""
        checked = {node for test, node in program.tests.items() if test.operator == CHECKED_BY_A_PERSON}
        split: dict[int, list[int]] = {}
        for (combination, parts), node in program.groups.items():
            if combination is Combination.ANY and not checked.isdisjoint(parts):
                split[node] = [part for part in parts if part not in checked]
        found = [
            (place, node)
            for place, measure in enumerate(program.measures)
            for node in map(program.node_of, _asserted_groups(measure.conditions))
            if split.get(node)
        ]
        sizes = [len(split[node]) for _, node in found]
        return cls(
            measures=np.array([place for place, _ in found], dtype=np.intp),
            groups=np.array([node for _, node in found], dtype=np.intp),
            others=np.array([part for _, node in found for part in split[node]], dtype=np.intp),
            starts=np.cumsum([0, *sizes], dtype=np.intp)[:-1],
        )

    def left_to_a_person(self, decisions: Decisions) -> Flags:
        """Tell of which measures everything but what only a person can check is ruled out."""
        left = np.zeros(len(decisions.verdicts), dtype=np.bool_)
        if len(self.groups):
            ruled_out = np.maximum.reduceat(decisions.nodes[self.others], self.starts) == UNMET
            left[self.measures[ruled_out & (decisions.nodes[self.groups] == UNKNOWN)]] = True
        return left

    def left_in(self, batch: Batch) -> Plane:
        """Tell it of many companies: a row a measure, a bit a company."""
        left = np.zeros_like(batch.measures.true)
        if len(self.groups):
            may_hold = np.bitwise_or.reduceat(batch.nodes.maybe[self.others], self.starts, axis=0)
            is_open = batch.nodes.maybe[self.groups] & ~batch.nodes.true[self.groups]
            np.bitwise_or.at(left, self.measures, is_open & ~may_hold)
        return left


def _asserted_groups(conditions: Iterable[Condition]) -> Iterator[Condition]:
    for condition in conditions:
        if not isinstance(condition, Leaf) and condition.combination is not Combination.NOT:
            yield condition
            yield from _asserted_groups(condition.parts)


class MeasureColumns:
    """The compiled catalogue: program, passage index and the columns that features read.

    It remembers what is `related` to an entry and what an entry hit (`hit`, kept by hits.py), each
    worked out when first mentioned. Threads may share it: one that comes too early works out the same once more.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile every measure of the catalogue."""
        self.catalogue, self.taxonomies = catalogue, catalogue.taxonomies
        self.measures = tuple(catalogue.measures.values())
        self.program = Program(self.measures, self.taxonomies)
        self.passages = PassageIndex(catalogue)
        self.alternatives = Alternatives.of(self.program)
        self.closed_sectors = self._closed_sectors()
        self._says_a_need = self._measures_saying_needs()
        self.asks_place: Flags = np.array(
            [any(test.fact in REGION_FACTS for test in measure.tests) for measure in self.measures], dtype=bool
        )
        self.attracts, self.seeks_newcomers = self._for_newcomers()
        self.ids = np.array([measure.id for measure in self.measures], dtype=np.str_)
        self.promises_no_money: Flags = np.array(
            [m.instrument in MONEY and m.strength is Strength.PROMOTE for m in self.measures], dtype=bool
        )
        self.strength: Floats = np.array([STRENGTH_VALUES[measure.strength] for measure in self.measures])
        self.of_kind: Mapping[MeasureKind, Flags] = {
            kind: np.array([measure.kind is kind for measure in self.measures], dtype=bool) for kind in MeasureKind
        }
        self.status = np.array([catalogue.documents[m.document].status.value for m in self.measures], dtype=np.str_)
        self.with_status = {str(status): self.status == status for status in np.unique(self.status)}
        self.first_day, self.last_day = self._days()
        self.main_instrument = _index((position, [m.instrument.value]) for position, m in enumerate(self.measures))
        self.any_instrument = _index(
            (position, [i.value for i in m.instruments]) for position, m in enumerate(self.measures)
        )
        self.stages = _index((p, STAGES_OF_INSTRUMENT.get(m.instrument, ())) for p, m in enumerate(self.measures))
        self.has_stage: Flags = np.array([m.instrument in STAGES_OF_INSTRUMENT for m in self.measures], dtype=bool)
        self.places = _index((position, self._places(m)) for position, m in enumerate(self.measures))
        self._fields = self._reach_of_documents()
        reach = set[str]().union(*self._fields.values())
        broader = catalogue.vocabularies["sectors"].taxonomy.ancestors
        self.whole_fields = frozenset().union(*map(broader, reach))
        self.names_nobody: Flags = np.array([self._names_nobody(one) for one in self.measures], dtype=bool)
        self.words = FoundWords([self._said(measure) for measure in self.measures])
        self.hit: dict[tuple[str, str], tuple[Positions, Floats]] = {}
        self._related: dict[tuple[str, str], dict[str, float]] = {}
        named = [self._narrow_sectors(measure) for measure in self.measures]
        self.narrow_sectors = _index((place, few) for place, few in enumerate(named) if len(few) < MANY_SECTORS)
        self.broad_sectors = _index((place, many) for place, many in enumerate(named) if len(many) >= MANY_SECTORS)

    def _reach_of_documents(self) -> dict[str, set[str]]:
        """Return the sectors that are the reach of each whole document."""
        reach: dict[str, set[str]] = {}
        for measure in self.measures:
            reach.setdefault(measure.document, set()).update(map(str, _reach(measure)))
        return reach

    @property
    def size(self) -> int:
        """Return how many measures there are."""
        return len(self.measures)

    def is_part_of_field(self, sector: str) -> bool:
        """Tell whether a sector is a part of what some document is about, and not the whole of it or more."""
        taxonomy = self.catalogue.vocabularies["sectors"].taxonomy
        return sector not in self.whole_fields and taxonomy.within(sector, self.whole_fields)

    def open_to(self, moves: Flags) -> Flags:
        """Tell which measures are open to whatever a company does; who does not move is no newcomer that one seeks."""
        return np.asarray(self.names_nobody & (moves | ~self.seeks_newcomers))

    def answering_by(self, instrument: str, need: str, *, main: bool) -> Positions:
        """Return the measures that answer a need by their instrument, be it their main one, whatever they say.

        One of many kinds (a facility) does so only where the sentence says no other need.
        """
        measures = found(self.main_instrument if main else self.any_instrument, instrument)
        if instrument not in OF_MANY_KINDS:
            return measures
        saying = self.passages.measures_naming("needs", need, Level.SENTENCE)
        return np.setdiff1d(measures, np.setdiff1d(self._says_a_need, saying))

    def _measures_saying_needs(self) -> Positions:
        needs = self.catalogue.vocabularies["needs"].entries
        saying = [self.passages.measures_naming("needs", need, Level.SENTENCE) for need in needs]
        return np.unique(np.concatenate([NO_POSITIONS, *saying]))

    def meets_closed_sectors(self, decisions: Decisions) -> Flags:
        """Tell, for each measure, whether all its conditions on the sector alone are met, but for open lists (等)."""
        met = np.ones(self.size, dtype=np.bool_)
        measures, nodes = self.closed_sectors
        met[measures[decisions.nodes[nodes] != MET]] = False
        return met

    def _closed_sectors(self) -> tuple[Positions, Positions]:
        """Return measures and nodes, side by side, of the conditions on the sector alone that list it to the end."""
        measures, nodes = self.program.conditions_reading(("sector",))
        lists = [bool(test.scope) for test in self.program.tests]
        ends = np.array([node >= len(lists) or not lists[node] for node in nodes.tolist()], dtype=np.bool_)
        return measures[ends], nodes[ends]

    def of_status(self, statuses: Iterable[str]) -> Flags:
        """Return which measures stand in a document of one of the statuses."""
        chosen = np.zeros(self.size, dtype=np.bool_)
        for status in statuses:
            chosen |= self.with_status.get(status, False)
        return chosen

    def draft(self) -> Flags:
        """Return which measures stand in a draft."""
        return np.asarray(self.status == DocumentStatus.DRAFT.value)

    def of_effect(self, on: date) -> Mapping[Effect, Flags]:
        """Return which measures are in force and which are drafts on a day; what is over or to come is neither."""
        day, draft = on.toordinal(), self.draft()
        begun, runs = self.first_day <= day, day <= self.last_day
        return {Effect.IN_FORCE: begun & runs & ~draft, Effect.DRAFT: runs & draft}

    def _for_newcomers(self) -> tuple[Flags, Flags]:
        """Tell which measures are for those who come too, and which of them seek nobody else: those of investment."""
        attracts = np.array([measure.attracts for measure in self.measures], dtype=bool)
        return attracts, attracts & [Instrument.INVESTMENT in measure.instruments for measure in self.measures]

    def is_below_province(self, place: str) -> bool:
        """Tell whether a place is a city, county, zone or group of cities."""
        return self.catalogue.vocabularies["regions"][place].kind in BELOW_PROVINCE

    def related(self, vocabulary: str, entry: str) -> dict[str, float]:
        """Return the entries that a text may name for `entry`, with how well each stands for it.

        A sector that is a document's whole field (生物制造) stands in every clause of it and says nothing more.
        """
        known = self._related.get((vocabulary, entry))
        if known is None:
            known = self._related[vocabulary, entry] = self._find_related(vocabulary, entry)
        return known

    def _names_nobody(self, measure: Measure) -> bool:
        """Tell whether neither a condition nor the operative sentence names a part of the field or a product of one.

        What is named as a means (中试基地, 第三方服务) is what the company may ask for, not what it does.
        """
        if any(self._asks_for_part(condition) for condition in measure.conditions):
            return False
        names = self.passages.names_in(self.passages.own[measure.id])
        means = [range(name.start, name.end) for name in names if name.vocabulary == "needs"]
        doings = [name for name in names if not any(name.start in span or name.end - 1 in span for span in means)]
        concepts = self.catalogue.vocabularies["concepts"]
        sectors = [entry for name in doings if name.vocabulary == "sectors" for entry in name.ids]
        sectors += [
            s for name in doings if name.vocabulary == "concepts" for i in name.ids for s in concepts[i].sectors
        ]
        taxonomy, field = self.catalogue.vocabularies["sectors"].taxonomy, self._fields[measure.document]
        return not any(taxonomy.within(sector, field) and sector not in field for sector in sectors)

    def _asks_for_part(self, condition: Condition) -> bool:
        """Tell whether a condition can be met only by companies of some part of the field, which it closes."""
        if isinstance(condition, Leaf):
            test = condition.test
            closed = test.fact == "sector" and not test.scope and self.whole_fields.isdisjoint(map(str, test.expected))
            return closed or test.fact == "concepts"
        parts = [self._asks_for_part(part) for part in condition.parts]
        return {Combination.ANY: all(parts), Combination.ALL: any(parts), Combination.NOT: False}[condition.combination]

    def _said(self, measure: Measure) -> str:
        """Return the operative sentence with the heading of its clause, as it is searched."""
        own, clause = (
            self.passages.own[measure.id],
            self.catalogue.documents[measure.document].clause(measure.source.clause),
        )
        return f"{self.passages.aligned[measure.document][own.start : own.end]} {fold_aligned(clause.heading)}"

    def _find_related(self, vocabulary: str, entry: str) -> dict[str, float]:
        taxonomy = self.catalogue.vocabularies[vocabulary].taxonomy
        if vocabulary == "sectors" and not self.is_part_of_field(entry):
            return {}
        likeness = {near: NARROWER ** taxonomy.steps_up(near)[entry] for near in taxonomy.descendants(entry)}
        for broader, steps in taxonomy.steps_up(entry).items():
            if vocabulary != "sectors" or self.is_part_of_field(broader):
                likeness[broader] = BROADER**steps
        return {name: value for name, value in likeness.items() if value >= FARTHEST}

    def _days(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and the last day on which each measure can bind, as ordinals; a repealed one has none."""
        terms = [(m, self.catalogue.documents[m.document]) for m in self.measures]
        days = [
            (date.max, date.min) if document.status is DocumentStatus.REPEALED else term(measure, document)
            for measure, document in terms
        ]
        first, last = np.array([[day.toordinal() for day in each] for each in days], dtype=np.int64).reshape(-1, 2).T
        return first, last

    def _narrow_sectors(self, measure: Measure) -> list[str]:
        """Return the sectors that the measure's conditions name, but for those that are a document's whole field."""
        named = [str(sector) for test in measure.tests if test.fact == "sector" for sector in test.expected]
        return [sector for sector in named if sector not in self.whole_fields]

    def _places(self, measure: Measure) -> list[str]:
        """Return the places below the province that the measure's conditions name."""
        named = [str(place) for test in measure.tests if test.fact in REGION_FACTS for place in test.expected]
        return [place for place in named if self.is_below_province(place)]


def _reach(measure: Measure) -> tuple[Value, ...]:
    """Return the sectors of the condition that cites the title, when the measure has it."""
    for condition in measure.conditions:
        if isinstance(condition, Leaf) and condition.test.fact == "sector" and condition.cite.clause == TITLE_CLAUSE:
            return condition.test.expected
    return ()


def _index(rows: Iterable[tuple[int, Iterable[str]]]) -> dict[str, Positions]:
    places: dict[str, list[int]] = {}
    for position, keys in rows:
        for key in dict.fromkeys(keys):
            places.setdefault(key, []).append(position)
    return {key: np.array(found, dtype=np.intp) for key, found in places.items()}


def found(index: Mapping[str, Positions], key: str) -> Positions:
    """Return the positions under `key`, or none."""
    return index.get(key, NO_POSITIONS)
