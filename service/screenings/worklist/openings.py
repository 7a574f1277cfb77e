"""What one fact, or one condition, would open: pair by pair; and what the text of a measure states of it, in words.

Read from what the chunks store, written once beside them; who is called first stands first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from matcher.answers.grants import GrantWords
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import IN_PERCENT, REGION_FACTS, FactType
from rules.language.labels import Labeller
from rules.language.measures import Condition, Leaf, Measure, MeasureKind, leaves
from rules.language.windows import WindowStanding, window_on
from seeds.documents import DocumentStatus
from seeds.faults import load_words
from service.screenings.stored.folders import table_bytes, write_whole
from service.screenings.stored.matrix import Parts

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True)
class StatedWords:
    """Words of one catalogue on a day, in one language; what is not stated is None or empty."""

    catalogue: Catalogue
    on: date
    language: str

    @cached_property
    def labeller(self) -> Labeller:
        """Return what writes conditions."""
        return Labeller(self.catalogue.facts, self.catalogue.vocabularies, self.language)

    @cached_property
    def _grants(self) -> GrantWords:
        return GrantWords(self.labeller)

    def window(self, measure: Measure) -> WindowStanding:
        """Return how applications stand."""
        return window_on(self.catalogue.periods(measure), self.on)

    def deadline(self, measure: Measure) -> str:
        """Return how applications stand, in words, also that the text does not state it."""
        return self._grants.window(self.window(measure))

    def document(self, measure: Measure) -> str:
        """Return the title of the document, with its number where it has one."""
        document = self.catalogue.documents[measure.document]
        return f"{document.title}（{document.number}）" if document.number else document.title

    def departments(self, measure: Measure) -> tuple[str, ...]:
        """Return who answers for the measure as printed, who leads first."""
        lead = load_words(WORDS, self.language)["lead"]
        found = self.catalogue.documents[measure.document].clause(measure.source.clause).departments
        ranked = sorted(found, key=lambda one: not one.lead)
        return tuple(lead.format(name=one.name) if one.lead else one.name for one in ranked)

    def amount(self, measure: Measure) -> str | None:
        """Return what is given; None where the text states no figure."""
        words, said = load_words(WORDS, self.language), []
        if grant := self.catalogue.grants.get(measure.id):
            return words["semicolon"].join(map(self._grants.benefit, grant.benefits)) or None
        benefit = measure.benefit
        if benefit and benefit.amount_cny is not None:
            said.append(words["amount"].format(amount=self.labeller.money(benefit.amount_cny)))
        if benefit and benefit.cap_cny is not None:
            said.append(words["cap"].format(amount=self.labeller.money(benefit.cap_cny)))
        if benefit and benefit.rate is not None:
            said.append(words["rate"].format(rate=f"{100 * benefit.rate:g}%"))
        return words["semicolon"].join(said) or None

    def gap(self, fact: str, gap: float | None) -> str | None:
        """Return how far a number is away from what a condition asks."""
        if gap is None:
            return None
        known = self.catalogue.facts[fact]
        if known.type is FactType.MONEY:
            return self.labeller.money(gap)
        if known.type in IN_PERCENT:
            return load_words(WORDS, self.language)["points"].format(number=f"{100 * gap:g}")
        return f"{gap:g} {known.unit_en if self.language == 'en' else known.unit}".strip()

    def asking(self, measure: Measure, fact: str) -> tuple[Condition, Leaf] | None:
        """Return the condition of a measure that reads a fact, and the leaf with the words that it rests on."""
        facts = REGION_FACTS if fact in REGION_FACTS else (fact,)
        for condition in measure.conditions:
            for leaf in leaves(condition):
                if leaf.test.fact in facts:
                    return condition, leaf
        return None


OPENINGS = pa.schema(
    [
        ("row", pa.int32()),
        ("measure_id", pa.string()),
        ("fact", pa.string()),
        ("is_condition", pa.bool_()),
        ("gap", pa.float64()),
    ]
)
"""A pair and the one thing that opens it: a fact to ask for, or a condition that a company can change."""

_BY_FACT = ["row", "fact", "is_condition"]
_IN_FORCE, _SUPPORT = 10**8, 10**4
"""What a measure to apply for counts that binds, or that is still a draft, where a direction to cite counts 1; a
catalogue has fewer than 10,000 measures."""


def openings(parts: Parts) -> pa.Table:
    """Return all openings of a screening, by row."""
    file = parts.folder.path / "openings.parquet"
    if file.is_file():
        return pq.read_table(file)
    found = pa.concat_tables([OPENINGS.empty_table(), *(_of_chunk(parts, number) for number in parts.numbers)])
    with suppress(OSError):  # a disk that is full: it is worked out again the next time
        write_whole(file, table_bytes(found))
    return found


def _of_chunk(parts: Parts, number: int) -> pa.Table:
    folder = parts.folder
    pairs = pq.read_table(folder.part(number), columns=["row", "measure_id", "unknown"])
    short = np.unpackbits(np.fromfile(folder.short(number), dtype=np.uint8), count=len(pairs)).view(np.bool_)
    pairs = pairs.filter(pa.array(short))
    facts = pa.table(
        {
            "row": pairs["row"],
            "measure_id": pairs["measure_id"],
            "fact": facts_to_ask(pairs["unknown"].combine_chunks()),
            "is_condition": pa.array(np.zeros(len(pairs), dtype=np.bool_)),
            "gap": pa.nulls(len(pairs), pa.float64()),
        },
        schema=OPENINGS,
    )
    near = pq.read_table(folder.near(number))
    near = near.append_column("is_condition", pa.array(np.ones(len(near), dtype=np.bool_))).select(OPENINGS.names)
    return pa.concat_tables([facts, near.cast(OPENINGS)]).sort_by([("row", "ascending"), ("measure_id", "ascending")])


def facts_to_ask(unknown: pa.ListArray) -> pa.Array:
    """Return for each list of facts that leave a pair open, none of them empty, the one that is asked for.

    It is the first; of places the one where the company is goes before any other fact.
    """
    if not len(unknown):
        return pa.array([], type=pa.string())
    facts = unknown.flatten().field("fact").dictionary_encode()
    order = [*REGION_FACTS, None]
    ranks = np.array([order.index(name if name in REGION_FACTS else None) for name in facts.dictionary.to_pylist()])
    codes = facts.indices.to_numpy()
    keys = ranks[codes] * len(codes) + np.arange(len(codes))
    starts = np.append(0, np.cumsum(pc.list_value_length(unknown).to_numpy())[:-1])
    places = np.minimum.reduceat(keys, starts) % len(codes)
    return facts.dictionary.take(pa.array(codes[places]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One tenant to call: the fact or condition that opens most for it, and with which gap which measures."""

    row: int
    fact: str
    is_condition: bool
    opens: Mapping[str, float | None]


def ranked(table: pa.Table, catalogue: Catalogue, settled: Collection[tuple[int, str]]) -> pa.Table:
    """Return for each tenant what opens most (row, fact, is_condition), the tenant for whom most opens first.

    Measures to apply for come before directions to cite, those in force before drafts; what is `settled` (row and
    measure), and what the catalogue no longer has, opens nothing. Of equals a fact to ask for comes before a condition.
    """
    worth = _worth(catalogue)
    coded = table["measure_id"].combine_chunks().dictionary_encode()
    of_name = np.array([worth.get(name, 0) for name in coded.dictionary.to_pylist()], dtype=np.int64)
    counts: NDArray[Any] = of_name[coded.indices.to_numpy()] if len(table) else np.zeros(0, dtype=np.int64)
    if settled and len(table):
        counts[_places(table, settled)] = 0
    counted = table.select(_BY_FACT).append_column("worth", pa.array(counts)).filter(pc.field("worth") > 0)
    groups = counted.group_by(_BY_FACT).aggregate([("worth", "sum")])
    falling, rising = "descending", "ascending"
    order = [("row", rising), ("worth_sum", falling), ("is_condition", rising), ("fact", rising)]
    groups = groups.sort_by(order)
    rows = groups["row"].to_numpy()
    first = groups.filter(pa.array(np.append(True, rows[1:] != rows[:-1])[: len(rows)]))
    return first.sort_by([("worth_sum", falling), ("row", rising)])


def _worth(catalogue: Catalogue) -> dict[str, int]:
    found = {}
    for measure in catalogue.measures.values():
        in_force = catalogue.documents[measure.document].status is DocumentStatus.IN_FORCE
        is_support = measure.kind is MeasureKind.SUPPORT
        found[measure.id] = (_IN_FORCE if in_force else _SUPPORT) if is_support else 1
    return found


def _places(table: pa.Table, settled: Collection[tuple[int, str]]) -> list[int]:
    """Return where in the table the pairs settled stand."""
    rows = np.isin(table["row"].to_numpy(), [row for row, _ in settled])
    places = np.flatnonzero(rows)
    few = table.take(pa.array(places)).select(["row", "measure_id"]).to_pylist()
    return [int(place) for place, one in zip(places, few, strict=True) if (one["row"], one["measure_id"]) in settled]


def callers(table: pa.Table, wanted: pa.Table, settled: Collection[tuple[int, str]]) -> list[Caller]:
    """Return the tenants of a page of `ranked` with what opens for each."""
    rows = wanted["row"].to_pylist()
    few = table.filter(pa.array(np.isin(table["row"].to_numpy(), rows))).to_pylist()
    opens: dict[tuple[int, str, bool], dict[str, float | None]] = {}
    for one in few:
        if (one["row"], one["measure_id"]) not in settled:
            opens.setdefault((one["row"], one["fact"], one["is_condition"]), {})[one["measure_id"]] = one["gap"]
    named = wanted.select(_BY_FACT).to_pylist()
    return [Caller(**one, opens=opens[one["row"], one["fact"], one["is_condition"]]) for one in named]
