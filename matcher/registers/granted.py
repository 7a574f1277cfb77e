"""What the benefits of the measures shown come to for the tenants of a chunk, as columns beside its pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.catalogue.catalogue import Catalogue
from rules.compiled.bit_planes import FactColumns
from rules.compiled.payments import BenefitColumns, GrantProgram, Payments

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What each pair comes to: pair i has the benefits from starts[i] to starts[i + 1], in the order of their measure.

    `kind` are places in `kinds`. `verdict` is Kleene's value of whether a benefit is paid where the conditions of its
    measure hold; `low` and `high` are yuan at a time, NaN where it cannot be told; of tiers -1 is none. A benefit
    depends on the facts from fact_starts[j] to fact_starts[j + 1], places in `names`.
    """

    kinds: tuple[str, ...]
    names: tuple[str, ...]
    starts: NDArray[np.int64]
    kind: NDArray[np.int32]
    verdict: NDArray[np.int8]
    low: Floats
    high: Floats
    tier: NDArray[np.int32]
    next_tier: NDArray[np.int32]
    gap: Floats
    fact_starts: NDArray[np.int64]
    facts: NDArray[np.int32]


def joined_grants(parts: Sequence[Granted]) -> Granted:
    """Put what chunks of one file, in order, come to into one."""
    return Granted(
        kinds=parts[0].kinds,
        names=parts[0].names,
        starts=_ends_on([part.starts for part in parts]),
        fact_starts=_ends_on([part.fact_starts for part in parts]),
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in (*_NUMBERS, "verdict", "facts")},
    )


def _ends_on(starts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    ends = np.cumsum([0, *(part[-1] for part in starts)])
    return np.concatenate([*(part[:-1] + end for part, end in zip(starts, ends, strict=False)), ends[-1:]])


_NUMBERS: Mapping[str, type] = {
    "kind": np.int32, "low": np.float64, "high": np.float64, "tier": np.int32, "next_tier": np.int32, "gap": np.float64,
}  # fmt: skip


class GrantColumns:
    """The benefits of a catalogue, to be worked out chunk after chunk; for one thread."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile the benefits, each by the place of its measure."""
        places = {id_: place for place, id_ in enumerate(catalogue.measures) if id_ in catalogue.grants}
        given = {place: catalogue.grants[id_].benefits for id_, place in places.items()}
        self._program = GrantProgram(given, catalogue.taxonomies)
        self._counts = np.zeros(len(catalogue.measures), dtype=np.int64)
        self._counts[list(given)] = [len(items) for items in given.values()]
        self._kinds = tuple(sorted({item.kind for items in given.values() for item in items}))
        self._names = tuple(sorted(self.facts))

    @property
    def facts(self) -> frozenset[str]:
        """Return the facts that tiers and amounts are told by."""
        return self._program.facts

    def of_pairs(self, stated: FactColumns, size: int, rows: Positions, measures: Positions) -> Granted:
        """Return what pairs of rows and measures come to, from what `size` rows state."""
        decided = self._program.decide(stated, size)
        starts = np.concatenate([[0], np.cumsum(self._counts[measures])]).astype(np.int64)
        filled = _Filled(int(starts[-1]), self._kinds, self._names)
        granting = np.flatnonzero(self._counts[measures])
        order = granting[np.argsort(measures[granting], kind="stable")]
        distinct, first = np.unique(measures[order], return_index=True)
        for measure, of_measure in zip(distinct.tolist(), np.split(order, first[1:]), strict=False):
            for nth, (benefit, payments) in enumerate(decided.of(measure, rows[of_measure])):
                filled.put(starts[of_measure] + nth, benefit, payments)
        return filled.granted(starts)


class _Filled:
    """The columns of all benefits, filled one benefit of a measure after the other."""

    def __init__(self, size: int, kinds: tuple[str, ...], names: tuple[str, ...]) -> None:
        self._kinds, self._names = kinds, names
        self._numbers: dict[str, NDArray[Any]] = {name: np.empty(size, dtype=kind) for name, kind in _NUMBERS.items()}
        self._verdict = np.empty(size, dtype=np.int8)
        self._asked: list[tuple[Positions, Positions]] = []

    def put(self, places: Positions, benefit: BenefitColumns, payments: Payments) -> None:
        """Write what one benefit comes to at its places."""
        self._numbers["kind"][places] = self._kinds.index(benefit.item.kind)
        self._verdict[places] = payments.standing
        for name in ("low", "high", "tier", "next_tier", "gap"):
            self._numbers[name][places] = getattr(payments, name)
        for fact, asking in zip(benefit.facts, payments.depends_on, strict=True):
            at = places[asking]
            self._asked.append((at, np.full(len(at), self._names.index(fact), dtype=np.intp)))

    def granted(self, starts: NDArray[np.int64]) -> Granted:
        """Return all that was written."""
        none = np.zeros(0, dtype=np.intp)
        at, facts = (np.concatenate(part) for part in zip((none, none), *self._asked, strict=True))
        order = np.lexsort((facts, at))
        counts = np.bincount(at, minlength=len(self._verdict))
        return Granted(
            kinds=self._kinds, names=self._names, starts=starts, verdict=self._verdict, **self._numbers,
            fact_starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), facts=facts[order].astype(np.int32),
        )  # fmt: skip
