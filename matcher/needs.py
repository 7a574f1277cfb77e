"""What becomes of each need a company states: how the measures that answer it stand, and what rules them all out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matcher.columns import Flags, MeasureColumns
from matcher.passages import Positions
from matcher.reading import Mention, Reading
from matcher.touches import answering
from rules.program import Decisions
from rules.verdict import OF_MEASURE, UNMET


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedStanding:
    """One stated need: how many measures that answer it are applicable, possible and not applicable.

    `in_the_way` has the facts whose conditions are unmet, each with the number of measures, most first; "" is a
    condition on several facts. It is empty unless nothing is left.
    """

    origin: str
    input: str
    applicable: int
    possible: int
    not_applicable: int
    in_the_way: Mapping[str, int]

    @property
    def is_open(self) -> bool:
        """Tell whether some measure that answers the need may be used."""
        return bool(self.applicable or self.possible)


def standing_of_needs(
    reading: Reading, decisions: Decisions, columns: MeasureColumns, considered: Flags
) -> tuple[NeedStanding, ...]:
    """Return every need that was understood, or whose words a policy says, in the order of the profile."""
    stated: dict[tuple[str, str], list[Mention]] = {}
    for mention in reading.mentions:
        if mention.fact == "needs":
            stated.setdefault((mention.origin, mention.input), []).append(mention)
    found = []
    for (origin, said), mentions in stated.items():
        places = np.unique(np.concatenate([answering(mention, columns) for mention in mentions]))
        if len(places) or any(mention.vocabulary for mention in mentions):
            found.append(_standing(origin, said, places[considered[places]], decisions, columns))
    return tuple(found)


def _standing(origin: str, said: str, places: Positions, decisions: Decisions, columns: MeasureColumns) -> NeedStanding:
    not_applicable, possible, applicable = np.bincount(decisions.verdicts[places], minlength=len(OF_MEASURE)).tolist()
    return NeedStanding(
        origin=origin, input=said, applicable=applicable, possible=possible, not_applicable=not_applicable,
        in_the_way={} if applicable or possible else _in_the_way(places, decisions, columns),
    )  # fmt: skip


def _in_the_way(places: Positions, decisions: Decisions, columns: MeasureColumns) -> Mapping[str, int]:
    """Count, for each fact, the measures of which a condition on it is unmet."""
    program = columns.program
    wanted = np.zeros(columns.size, dtype=np.bool_)
    wanted[places] = True
    unmet = wanted[program.rows] & (decisions.nodes[program.flat] == UNMET)
    facts = program.fact_numbers[program.flat[unmet]].tolist()
    counts = Counter(program.fact_names[fact] for _, fact in set(zip(program.rows[unmet].tolist(), facts, strict=True)))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
