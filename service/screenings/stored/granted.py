"""What the catalogue says beside the stored pairs, whoever the tenant is: windows on a day, and what rules out what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from matcher.answers.grants import Neighbours
from rules.catalogue.catalogue import Catalogue
from rules.language.windows import WindowStanding, WindowState, window_on

Numbers = NDArray[Any]
Json = dict[str, Any]
TOLD = (
    pa.field("window", pa.string()), pa.field("opens", pa.string()), pa.field("closes", pa.string()),
    pa.field("not_beside", pa.list_(pa.string())),
)  # fmt: skip
"""What is sent of a pair beside its benefits: how applications stand, and what else is ruled out by a text."""

_NOT_STATED = WindowStanding(state=WindowState.NOT_STATED)


@dataclass(frozen=True)
class Granting:
    """How the measures of a catalogue are applied for on a day, and which cannot be had together."""

    catalogue: Catalogue
    on: date

    @cached_property
    def windows(self) -> Mapping[str, WindowStanding]:
        """Return how applications stand, by measure."""
        measures = self.catalogue.measures
        return {name: window_on(self.catalogue.periods(one), self.on) for name, one in measures.items()}

    @cached_property
    def neighbours(self) -> Neighbours:
        """Return what tells which measures cannot be had together."""
        return Neighbours(self.catalogue)

    def window(self, measure_id: str) -> WindowStanding:
        """Return how applications for a measure stand; of one the catalogue no longer has nothing is stated."""
        return self.windows.get(measure_id, _NOT_STATED)

    def not_beside(self, measure_id: str, others: Collection[str]) -> tuple[str, ...]:
        """Return those of others that cannot be had beside a measure, by id."""
        return tuple(sorted(other for other in others if self.neighbours.exclude(measure_id, other)))

    def told(self, pair: Json, listed: Collection[str]) -> Json:
        """Return a pair with what it says beside its benefits, without those of a measure that states none."""
        if pair.get("benefits") is None or pair["measure_id"] not in self.catalogue.grants:
            pair.pop("benefits", None)
        else:
            pair["not_beside"] = self.not_beside(pair["measure_id"], listed)
        return pair

    def beside(self, table: pa.Table) -> pa.Table:
        """Return pairs with what is sent beside their benefits."""
        coded = table["measure_id"].combine_chunks().dictionary_encode()
        names, measures = coded.dictionary.to_pylist(), coded.indices
        windows = [self.window(name) for name in names]
        said = {
            "window": [window.state.value for window in windows],
            "opens": [window.opens and window.opens.isoformat() for window in windows],
            "closes": [window.closes and window.closes.isoformat() for window in windows],
        }
        told = {name: pa.array(words, type=pa.string()).take(measures) for name, words in said.items()}
        told["not_beside"] = self._ruled_out_beside(table["row"].to_numpy(), measures.to_numpy(), names)
        for field in TOLD:
            table = table.append_column(field, told[field.name])
        return table

    def _ruled_out_beside(self, rows: Numbers, measures: Numbers, names: list[str]) -> pa.Array:
        """Return, for each pair, the measures shown for the same tenant that cannot be had beside it, by id."""
        by_id = sorted(names)
        place_of = {name: place for place, name in enumerate(by_id)}
        places = np.array([place_of[name] for name in names], dtype=np.intp)[measures]
        tenants, which = np.unique(rows, return_inverse=True)
        shown: Numbers = np.zeros((len(tenants), len(names)), dtype=np.bool_)
        shown[which, places] = True
        rules_out = self._ruled_out(by_id, shown)
        asking = np.flatnonzero(np.any(rules_out, axis=1)[places])
        pairs, found = np.nonzero(rules_out[places[asking]] & shown[which[asking]])
        counts = np.bincount(asking[pairs], minlength=len(rows))
        starts = pa.array(np.concatenate([[0], np.cumsum(counts)]), type=pa.int32())
        return pa.ListArray.from_arrays(starts, pa.array(by_id, type=pa.string()).take(pa.array(found)))

    def _ruled_out(self, names: list[str], shown: Numbers) -> Numbers:
        """Return which measures (rows) rule out which, of those that are shown for the same tenant at all."""
        known = np.array([name in self.catalogue.measures for name in names], dtype=np.bool_)
        speaking = np.array([name in self.neighbours.speaking for name in names], dtype=np.bool_) & known
        counted = shown.astype(np.float32)
        together = (counted[:, speaking].T @ counted[:, known]) > 0
        rules_out: Numbers = np.zeros((len(names), len(names)), dtype=np.bool_)
        first, second = np.flatnonzero(speaking), np.flatnonzero(known)
        for one, other in zip(*np.nonzero(together), strict=True):
            a, b = first[one], second[other]
            rules_out[a, b] = rules_out[b, a] = self.neighbours.exclude(names[a], names[b])
        return rules_out
