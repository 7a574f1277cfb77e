"""What ranking needs to know of every measure, as arrays in the catalogue's order; worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.ranking.passages import BELOW_PROVINCE, FoundWords, Level, PassageIndex
from rules.catalogue.catalogue import Catalogue
from rules.compiled.program import Decisions, Program
from rules.language.flat import Kept, Parts, Positions, Postings
from rules.language.measures import MET, UNKNOWN, UNMET, Effect, Measure, MeasureKind
from seeds.documents import DocumentStatus
from seeds.word_lists import word_lists

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

OF_MANY_KINDS = word_lists().of_many_kinds

BROADER = 0.7
"""For each step that the text is broader than what the company makes (可降解材料 for PLA)."""

NARROWER = 0.5
"""For each step that the text is narrower than what the company stated (丙氨酸 for 氨基酸)."""

FARTHEST = 0.4
"""What stands for a mention less than this says nothing of it: two steps broader count, two narrower do not."""


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

    def left_to_a_person(self, decisions: Decisions) -> Flags:
        """Tell of which measures everything but what only a person can check is ruled out."""
        left = np.zeros(len(decisions.verdicts), dtype=np.bool_)
        if len(self.groups):
            ruled_out = np.maximum.reduceat(decisions.nodes[self.others], self.starts) == UNMET
            left[self.measures[ruled_out & (decisions.nodes[self.groups] == UNKNOWN)]] = True
        return left


class MeasureColumns:
    """The compiled catalogue: program, passage index and the columns that features read.

    It remembers what is `related` to an entry and what an entry hit (`hit`, kept by hits.py), each
    worked out when first mentioned. Threads may share it: one that comes too early works out the same once more.
    """

    def __init__(self, catalogue: Catalogue, parts: Parts) -> None:
        """Take over what the catalogue was compiled into (compiling.py)."""
        self.catalogue, self.taxonomies = catalogue, catalogue.taxonomies
        self.program = Program((), self.taxonomies, parts["program"])
        self.measures: Sequence[Measure] = catalogue.in_order
        self.passages = PassageIndex(parts["passages"], catalogue.place_of)
        self.words = FoundWords(parts["words"])
        self.asks_place: Flags = parts["asks_place"]
        self.attracts: Flags = parts["attracts"]
        self.seeks_newcomers: Flags = parts["seeks_newcomers"]
        self.promises_no_money: Flags = parts["promises_no_money"]
        self.strength: Floats = parts["strength"]
        self.has_stage: Flags = parts["has_stage"]
        self.names_nobody: Flags = parts["names_nobody"]
        self.first_day: NDArray[np.int64] = parts["first_day"]
        self.last_day: NDArray[np.int64] = parts["last_day"]
        self.of_kind: Mapping[MeasureKind, Flags] = {kind: self.flags(parts["kinds"][kind]) for kind in MeasureKind}
        self.with_status: Mapping[str, Flags] = {one: self.flags(parts["statuses"][one]) for one in DocumentStatus}
        self.main_instrument: Postings = parts["main_instrument"]
        self.any_instrument: Postings = parts["any_instrument"]
        self.stages: Postings = parts["stages"]
        self.places: Postings = parts["places"]
        self.narrow_sectors: Postings = parts["narrow_sectors"]
        self.broad_sectors: Postings = parts["broad_sectors"]
        self.whole_fields = frozenset(parts["whole_fields"])
        self.beside_others: Sequence[int] = parts["beside_others"]
        self.alternatives = Alternatives(**parts["alternatives"])
        self.closed_sectors: tuple[Positions, Positions] = tuple(parts["closed_sectors"])
        self._says_a_need: Positions = parts["says_a_need"]
        self.hit: Kept[tuple[str, str], tuple[Positions, Floats]] = Kept()
        self._related: dict[tuple[str, str], dict[str, float]] = {}

    def flags(self, places: Positions) -> Flags:
        """Return one flag a measure: whether it is among some."""
        flags = np.zeros(self.size, dtype=np.bool_)
        flags[places] = True
        return flags

    @property
    def size(self) -> int:
        """Return how many measures there are."""
        return self.program.count

    def is_part_of_field(self, sector: str) -> bool:
        """Tell whether a sector is a part of what some document is about, and not the whole of it or more."""
        taxonomy = self.catalogue.vocabularies["sectors"].taxonomy
        return sector not in self.whole_fields and taxonomy.within(sector, self.whole_fields)

    def open_to(self, moves: Flags) -> Flags:
        """Tell which measures are open to whatever a company does; who does not move is no newcomer that one seeks."""
        return np.asarray(self.names_nobody & (moves | ~self.seeks_newcomers))

    def of_status(self, statuses: Iterable[str]) -> Flags:
        """Return which measures stand in a document of one of the statuses."""
        chosen = np.zeros(self.size, dtype=np.bool_)
        for status in statuses:
            chosen |= self.with_status.get(status, False)
        return chosen

    def draft(self) -> Flags:
        """Return which measures stand in a draft."""
        return self.of_status((DocumentStatus.DRAFT.value,))

    def of_effect(self, on: date) -> Mapping[Effect, Flags]:
        """Return which measures are in force and which are drafts on a day; what is over or to come is neither."""
        day, draft = on.toordinal(), self.draft()
        begun, runs = self.first_day <= day, day <= self.last_day
        return {Effect.IN_FORCE: begun & runs & ~draft, Effect.DRAFT: runs & draft}

    def answering_by(self, instrument: str, need: str, *, main: bool) -> Positions:
        """Return the measures that answer a need by their instrument, be it their main one, whatever they say.

        One of many kinds (a facility) does so only where the sentence says no other need.
        """
        measures = (self.main_instrument if main else self.any_instrument)[instrument]
        if instrument not in OF_MANY_KINDS:
            return measures
        saying = self.passages.measures_naming("needs", need, Level.SENTENCE)
        others = self.flags(self._says_a_need)
        others[saying] = False
        return measures[~others[measures]]

    def meets_closed_sectors(self, decisions: Decisions) -> Flags:
        """Tell, for each measure, whether all its conditions on the sector alone are met, but for open lists (等)."""
        met = np.ones(self.size, dtype=np.bool_)
        measures, nodes = self.closed_sectors
        met[measures[decisions.nodes[nodes] != MET]] = False
        return met

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

    def _find_related(self, vocabulary: str, entry: str) -> dict[str, float]:
        taxonomy = self.catalogue.vocabularies[vocabulary].taxonomy
        if vocabulary == "sectors" and not self.is_part_of_field(entry):
            return {}
        likeness = {near: NARROWER ** taxonomy.steps_up(near)[entry] for near in taxonomy.descendants(entry)}
        for broader, steps in taxonomy.steps_up(entry).items():
            if vocabulary != "sectors" or self.is_part_of_field(broader):
                likeness[broader] = BROADER**steps
        return {name: value for name, value in likeness.items() if value >= FARTHEST}
