"""A catalogue compiled for matching: everything that MeasureColumns looks up, as parts that an edition keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matcher.ranking.indexing import index_passages, index_words
from matcher.ranking.passages import BELOW_PROVINCE, Level, PassageIndex
from rules.catalogue.catalogue import Catalogue
from rules.compiled.compiling import compile_measures
from rules.compiled.program import Program
from rules.language.facts import REGION_FACTS, Value
from rules.language.flat import NO_POSITIONS, NO_POSTINGS, Parts, Positions, Postings, Small
from rules.language.measures import Combination, Condition, Instrument, Leaf, Measure, Strength, term
from seeds.documents import DocumentStatus
from seeds.vocabulary import Taxonomy, fold_aligned
from seeds.word_lists import word_lists

STRENGTH_VALUES = {Strength.GRANT: 1.0, Strength.SUPPORT: 0.8, Strength.ENCOURAGE: 0.5, Strength.PROMOTE: 0.3}

STAGES_OF_INSTRUMENT = word_lists().stages_of_instruments
"""The project stages an instrument is made for; instruments that serve any stage are not listed."""

MONEY = word_lists().money
CHECKED_BY_A_PERSON = "manual"
NO_PACKS = frozenset[str]()

MANY_SECTORS = 5
"""A condition that lists this many sectors is about none of them in particular."""

TITLE_CLAUSE = "0"
"""Inherited conditions cite the title, which stands before the first heading."""


def compiled_parts(catalogue: Catalogue) -> Parts:
    """Return the parts that an edition was compiled into when it was written, or compile them."""
    return compile_catalogue(catalogue) if catalogue.compiled is None else catalogue.compiled["matching"]


def compile_catalogue(catalogue: Catalogue) -> Parts:
    """Compile every measure of a catalogue."""
    measures, unchanged = tuple(catalogue.measures.values()), catalogue.unchanged
    anew = unchanged.anew(measures)
    passages, compiled = index_passages(catalogue, measures, anew), compile_measures(measures)
    words = unchanged.parts["matching"]["words"]["postings"] if unchanged.packs else NO_POSTINGS
    said = ((place, one) for place, one in enumerate(measures) if one.document not in unchanged.packs)
    about = _About(catalogue, measures, PassageIndex(passages, catalogue.place_of))
    program = Program((), catalogue.taxonomies, compiled)
    named = [about.narrow_sectors(measure) for measure in measures]
    return {
        "program": compiled,
        "passages": passages,
        "words": index_words(((place, about.said(one)) for place, one in said), len(measures), words, anew),
        **_of_each(catalogue, measures),
        "names_nobody": about.naming_nobody(anew),
        "places": _sorted(about.places(measure) for measure in measures),
        "narrow_sectors": _sorted(few if len(few) < MANY_SECTORS else () for few in named),
        "broad_sectors": _sorted(many if len(many) >= MANY_SECTORS else () for many in named),
        "whole_fields": sorted(about.whole_fields),
        "alternatives": _alternatives(program),
        "closed_sectors": _closed_sectors(program),
        "says_a_need": about.saying_needs(),
    }


def _alternatives(program: Program) -> Parts:
    """Return the groups of alternatives one of which only a person can check, as measure_index.py `Alternatives`."""
    checked = {node for node, test in enumerate(program.tests) if test.operator == CHECKED_BY_A_PERSON}
    others: dict[int, list[int]] = {}
    inside: dict[int, list[int]] = {}
    for combination, parts, node in program.groups:  # parts before wholes
        if combination is Combination.NOT:
            continue
        if combination is Combination.ANY and not checked.isdisjoint(parts):
            others[node] = [part for part in parts if part not in checked]
        own = [node] if others.get(node) else []
        inside[node] = own + [group for part in parts for group in inside.get(part, ())]
    conditions = zip(program.rows.tolist(), program.flat.tolist(), strict=True)
    found = [(place, group) for place, node in conditions for group in inside.get(node, ())]
    sizes = [len(others[group]) for _, group in found]
    return {
        "measures": np.array([place for place, _ in found], dtype=np.intp),
        "groups": np.array([group for _, group in found], dtype=np.intp),
        "others": np.array([part for _, group in found for part in others[group]], dtype=np.intp),
        "starts": np.cumsum([0, *sizes], dtype=np.intp)[:-1],
    }


def _closed_sectors(program: Program) -> list[Positions]:
    """Return measures and nodes, side by side, of the conditions on the sector alone that list it to the end."""
    measures, nodes = program.conditions_reading(("sector",))
    lists = [bool(test.scope) for test in program.tests]
    ends = np.array([node >= len(lists) or not lists[node] for node in nodes.tolist()], dtype=np.bool_)
    return [measures[ends], nodes[ends]]


def _of_each(catalogue: Catalogue, measures: Sequence[Measure]) -> Parts:
    """Return what each measure says of itself."""
    attracts = np.array([measure.attracts for measure in measures], dtype=np.bool_)
    invests = np.array([Instrument.INVESTMENT in measure.instruments for measure in measures], dtype=np.bool_)
    first, last = np.array([_days(catalogue, measure) for measure in measures], dtype=np.int64).reshape(-1, 2).T.copy()
    return {
        "asks_place": np.array([any(t.fact in REGION_FACTS for t in m.tests) for m in measures], dtype=np.bool_),
        "attracts": attracts,
        "seeks_newcomers": attracts & invests,
        "promises_no_money": np.array(
            [m.instrument in MONEY and m.strength is Strength.PROMOTE for m in measures], dtype=np.bool_
        ),
        "strength": np.array([STRENGTH_VALUES[measure.strength] for measure in measures], dtype=np.float64),
        "kinds": _sorted([m.kind.value] for m in measures),
        "statuses": _sorted([catalogue.documents[m.document].status.value] for m in measures),
        "first_day": first,
        "last_day": last,
        "main_instrument": _sorted([m.instrument.value] for m in measures),
        "any_instrument": _sorted([i.value for i in m.instruments] for m in measures),
        "stages": _sorted(STAGES_OF_INSTRUMENT.get(m.instrument, ()) for m in measures),
        "has_stage": np.array([m.instrument in STAGES_OF_INSTRUMENT for m in measures], dtype=np.bool_),
        "beside_others": [place for place, m in enumerate(measures) if m.supersedes or m.excludes],
    }


def _sorted(keys: Iterable[Iterable[str]]) -> Postings:
    return Postings.sorted(enumerate(keys))


def _days(catalogue: Catalogue, measure: Measure) -> tuple[int, int]:
    """Return the first and the last day on which a measure can bind, as ordinals; a repealed one has none."""
    document = catalogue.documents[measure.document]
    if document.status is DocumentStatus.REPEALED:
        return date.max.toordinal(), date.min.toordinal()
    first, last = term(measure, document)
    return first.toordinal(), last.toordinal()


@dataclass(slots=False)
class _About:
    """What measures are about, by their conditions and their sentences, with the reach of their documents."""

    catalogue: Catalogue
    measures: Sequence[Measure]
    passages: PassageIndex

    @cached_property
    def fields(self) -> dict[str, set[str]]:
        """Return the sectors that are the reach of each whole document."""
        reach: dict[str, set[str]] = {}
        for measure in self.measures:
            reach.setdefault(measure.document, set()).update(map(str, _reach(measure)))
        return reach

    @cached_property
    def whole_fields(self) -> frozenset[str]:
        """Return the sectors that are the whole field of some document, or more."""
        reach = set[str]().union(*self.fields.values())
        return frozenset().union(*map(self._sectors.ancestors, reach))

    @property
    def _sectors(self) -> Taxonomy:
        return self.catalogue.vocabularies["sectors"].taxonomy

    def naming_nobody(self, anew: Small) -> NDArray[np.bool_]:
        """Tell which measures name nobody: what another document says matters only by what is a whole field."""
        unchanged, was = self.catalogue.unchanged, NO_PACKS
        flags = np.zeros(len(self.measures), dtype=np.bool_)
        if unchanged.packs and unchanged.parts["matching"]["whole_fields"] == sorted(self.whole_fields):
            was = unchanged.packs
            flags[anew[anew >= 0]] = unchanged.parts["matching"]["names_nobody"][anew >= 0]
        for place, measure in enumerate(self.measures):
            if measure.document not in was:
                flags[place] = self.names_nobody(measure)
        return flags

    def names_nobody(self, measure: Measure) -> bool:
        """Tell whether neither a condition nor the operative sentence names a part of the field or a product of one.

        What is named as a means (中试基地, 第三方服务) is what the company may ask for, not what it does.
        """
        if any(self._asks_for_part(condition) for condition in measure.conditions):
            return False
        names = self.passages.names_in(self.passages.own(measure.id))
        means = [range(name.start, name.end) for name in names if name.vocabulary == "needs"]
        doings = [name for name in names if not any(name.start in span or name.end - 1 in span for span in means)]
        concepts = self.catalogue.vocabularies["concepts"]
        sectors = [entry for name in doings if name.vocabulary == "sectors" for entry in name.ids]
        sectors += [
            s for name in doings if name.vocabulary == "concepts" for i in name.ids for s in concepts[i].sectors
        ]
        field = self.fields[measure.document]
        return not any(self._sectors.within(sector, field) and sector not in field for sector in sectors)

    def _asks_for_part(self, condition: Condition) -> bool:
        """Tell whether a condition can be met only by companies of some part of the field, which it closes."""
        if isinstance(condition, Leaf):
            test = condition.test
            closed = test.fact == "sector" and not test.scope and self.whole_fields.isdisjoint(map(str, test.expected))
            return closed or test.fact == "concepts"
        parts = [self._asks_for_part(part) for part in condition.parts]
        return {Combination.ANY: all(parts), Combination.ALL: any(parts), Combination.NOT: False}[condition.combination]

    def said(self, measure: Measure) -> str:
        """Return the operative sentence with the heading of its clause, as it is searched."""
        own = self.passages.own(measure.id)
        clause = self.catalogue.documents[measure.document].clause(measure.source.clause)
        return f"{self.passages.aligned(measure.document)[own.start : own.end]} {fold_aligned(clause.heading)}"

    def saying_needs(self) -> Positions:
        """Return the measures whose sentence says a need."""
        needs = self.catalogue.vocabularies["needs"].entries
        saying = [self.passages.measures_naming("needs", need, Level.SENTENCE) for need in needs]
        return np.unique(np.concatenate([NO_POSITIONS, *saying]))

    def narrow_sectors(self, measure: Measure) -> list[str]:
        """Return the sectors that the measure's conditions name, but for those that are a document's whole field."""
        named = [str(sector) for test in measure.tests if test.fact == "sector" for sector in test.expected]
        return [sector for sector in named if sector not in self.whole_fields]

    def places(self, measure: Measure) -> list[str]:
        """Return the places below the province that the measure's conditions name."""
        named = [str(place) for test in measure.tests if test.fact in REGION_FACTS for place in test.expected]
        regions = self.catalogue.vocabularies["regions"]
        return [place for place in named if regions[place].kind in BELOW_PROVINCE]


def _reach(measure: Measure) -> tuple[Value, ...]:
    """Return the sectors of the condition that cites the title, when the measure has it."""
    for condition in measure.conditions:
        if isinstance(condition, Leaf) and condition.test.fact == "sector" and condition.cite.clause == TITLE_CLAUSE:
            return condition.test.expected
    return ()
