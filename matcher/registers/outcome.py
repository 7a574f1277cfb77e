"""What a screening says of a chunk of tenants, and several such chunks put into one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.profile import MatchError
from matcher.ranking.measure_index import Flags, Floats
from matcher.registers.missing_facts import NearMisses
from rules.language.measures import FIRST_WHY, Why, reason_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Which conditions of each pair are unknown: pair i has those from starts[i] to starts[i + 1].

    `facts` are places in `names`; `whys` are places in rules.language.measures.WHYS.
    """

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    facts: NDArray[np.int32]
    whys: NDArray[np.int8]

    def of(self, pair: int) -> tuple[tuple[str, Why], ...]:
        """Return the fact and the reason of each unknown condition of one pair."""
        span = range(self.starts[pair], self.starts[pair + 1])
        reasons = ((self.names[self.facts[i]], reason_of(FIRST_WHY + int(self.whys[i]))) for i in span)
        return tuple((fact, why) for fact, why in reasons if why is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedChunk:
    """What is shown for a chunk of tenants, by row and then in the order of a match, and what is counted.

    `rows` are the numbers of the rows read (1 is the first data row); those in `refused` declared facts that are
    none. Pairs stand side by side: row number, place in `Screener.measure_ids`, verdict (1 possible, 2 applicable),
    relevance (place in RELEVANCE), score, whether one answer alone would settle it. `by_measure` and `by_row` have the
    columns COUNTED; `withheld` has a row a tenant, a bit a measure. `settles` counts, for each fact, the possible pairs
    that it alone would settle; rows of `near` are row numbers too.
    """

    rows: NDArray[np.int64]
    refused: tuple[tuple[int, MatchError], ...]
    pair_row: NDArray[np.int64]
    pair_measure: NDArray[np.int32]
    verdict: NDArray[np.int8]
    relevance: NDArray[np.int8]
    score: Floats
    one_fact_short: Flags
    open: Open
    by_measure: NDArray[np.int64]
    by_row: NDArray[np.int64]
    withheld: NDArray[np.uint8]
    settles: Mapping[str, int]
    near: NearMisses

    def unknown(self, pair: int) -> tuple[tuple[str, Why], ...]:
        """Return the fact and the reason of each unknown condition of one pair, as a match tells them."""
        return self.open.of(pair)

    def opened_by(self) -> Mapping[str, int]:
        """Count the near misses by the fact whose change would open them."""
        return dict(Counter(self.near.facts))


def joined(chunks: Sequence[ScreenedChunk]) -> ScreenedChunk:
    """Put chunks of one file, in order, into one."""

    def together(column: str) -> NDArray[Any]:
        return np.concatenate([getattr(chunk, column) for chunk in chunks])

    settles: Counter[str] = Counter()
    for chunk in chunks:
        settles.update(chunk.settles)
    return ScreenedChunk(
        rows=together("rows"),
        refused=tuple(refused for chunk in chunks for refused in chunk.refused),
        pair_row=together("pair_row"),
        pair_measure=together("pair_measure"),
        verdict=together("verdict"),
        relevance=together("relevance"),
        score=together("score"),
        one_fact_short=together("one_fact_short"),
        open=_open_of([chunk.open for chunk in chunks]),
        by_measure=np.sum([chunk.by_measure for chunk in chunks], axis=0),
        by_row=together("by_row"),
        withheld=together("withheld"),
        settles=dict(settles),
        near=_near_of([chunk.near for chunk in chunks]),
    )


def _open_of(parts: Sequence[Open]) -> Open:
    ends = np.cumsum([0, *(len(part.facts) for part in parts)])
    starts = [part.starts[:-1] + end for part, end in zip(parts, ends, strict=False)]
    return Open(
        names=parts[0].names,
        starts=np.concatenate([*starts, ends[-1:]]),
        facts=np.concatenate([part.facts for part in parts]),
        whys=np.concatenate([part.whys for part in parts]),
    )


def _near_of(parts: Sequence[NearMisses]) -> NearMisses:
    return NearMisses(
        rows=np.concatenate([part.rows for part in parts]),
        measures=np.concatenate([part.measures for part in parts]),
        nodes=np.concatenate([part.nodes for part in parts]),
        facts=tuple(fact for part in parts for fact in part.facts),
        gaps=np.concatenate([part.gaps for part in parts]),
    )
