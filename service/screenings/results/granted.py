"""What pairs come to: as columns of a CSV file, as members of a line of JSON, as lines of a workbook in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from matcher.answers.grants import GrantWords
from rules.catalogue.catalogue import Catalogue
from rules.language.labels import Labeller
from rules.language.measures import Verdict
from service.screenings.stored.granted import Granting
from service.screenings.stored.matrix import title_of
from service.screenings.stored.parts import AmountLine

_BETWEEN = "; "
"""Between the benefits of one measure in a cell; what cannot be told of one leaves its place empty."""
_OF_BENEFIT = {
    "kind": "benefit", "verdict": "paid", "low_cny": "low_cny", "high_cny": "high_cny", "tier": "tier",
    "next_tier": "next_tier", "gap": "gap",
}  # fmt: skip
"""A value of a benefit, and its column in CSV."""
_OF_MEASURE = ("window", "opens", "closes")


def csv_columns(table: pa.Table) -> dict[str, pa.Array]:
    """Return the further columns of CSV, by name; none of them holds text of the tenant's or needs quoting."""
    benefits = table["benefits"].combine_chunks()
    each = benefits.flatten()
    values = {heading: _written(each.field(name)) for name, heading in _OF_BENEFIT.items()}
    values["depends_on"] = pc.binary_join(each.field("depends_on"), " ")
    columns = {name: _in_one_cell(column, benefits) for name, column in values.items()}
    columns |= {name: pc.fill_null(table[name].combine_chunks(), "") for name in _OF_MEASURE}
    columns["not_beside"] = pc.binary_join(table["not_beside"].combine_chunks(), " ")
    return columns


def json_members(table: pa.Table) -> pa.Array:
    """Return the further members of each line of JSON, a comma before the first."""
    members: list[pa.Array | str] = [',"benefits":', _lists(table["benefits"].combine_chunks())]
    for name in _OF_MEASURE:
        stated = table[name].combine_chunks()
        members += [f',"{name}":', pc.fill_null(pc.binary_join_element_wise('"', stated, '"', ""), "null")]
    others = table["not_beside"].combine_chunks()
    quoted = pc.binary_join_element_wise('"', others.flatten(), '"', "")
    joined = pc.binary_join(pa.ListArray.from_arrays(others.offsets, quoted), ",")
    return pc.binary_join_element_wise(*members, ',"not_beside":[', joined, "]", "")


def _lists(benefits: pa.ListArray) -> pa.Array:
    """Return lists as JSON; most measures state no benefit, and those lists are not looked at one by one."""
    written = np.where(np.asarray(benefits.is_null()), "null", "[]").astype(object)
    stating = np.flatnonzero(pc.fill_null(pc.list_value_length(benefits), 0).to_numpy(zero_copy_only=False))
    for place, stated in zip(stating.tolist(), benefits.take(pa.array(stating)).to_pylist(), strict=True):
        written[place] = orjson.dumps(stated).decode()
    return pa.array(written, type=pa.string())


def _in_one_cell(values: pa.Array, benefits: pa.ListArray) -> pa.Array:
    return pc.fill_null(pc.binary_join(pa.ListArray.from_arrays(benefits.offsets, values), _BETWEEN), "")


def _written(column: pa.Array) -> pa.Array:
    """Return values as text, "" for what cannot be told; whole numbers without a point."""
    coded = column.dictionary_encode()
    texts = [value if isinstance(value, str) else f"{value:.15g}" for value in coded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(texts, type=pa.string()).take(coded.indices), "")


@dataclass(frozen=True)
class AmountWords:
    """Says in words what pairs of one screening come to."""

    catalogue: Catalogue
    granting: Granting
    language: str

    def lines(self, table: pa.Table) -> Iterator[AmountLine]:
        """Yield a line for each benefit of each pair."""
        stating = table.filter(pc.greater(pc.fill_null(pc.list_value_length(table["benefits"]), 0), 0))
        for pair in stating.to_pylist():
            grant = self.catalogue.grants.get(pair["measure_id"])
            for item, told in zip(grant.benefits if grant else (), pair["benefits"], strict=False):
                low, high = told["low_cny"], told["high_cny"]
                yield AmountLine(
                    **{name: pair[name] for name in ("row", "external_id", "uscc", "name", "verdict")},
                    measure=self._title(pair["measure_id"]), benefit=self._words.benefit(item), low=low, high=high,
                    comes_to=self._words.comes_to(item, Verdict(told["verdict"]), low, high),
                    depends_on=self._join(map(self._fact, told["depends_on"])),
                    window=self._words.window(self.granting.window(pair["measure_id"])),
                    not_beside=self._join(map(self._title, pair["not_beside"])),
                )  # fmt: skip

    @cached_property
    def _words(self) -> GrantWords:
        return GrantWords(Labeller(self.catalogue.facts, self.catalogue.vocabularies, self.language))

    def _title(self, measure_id: str) -> str:
        return title_of(self.catalogue, measure_id, self.language)

    def _fact(self, name: str) -> str:
        known = self.catalogue.facts.get(name)
        return known.label(self.language) if known else name

    def _join(self, words: Iterable[str]) -> str:
        return ("; " if self.language == "en" else "；").join(words)
