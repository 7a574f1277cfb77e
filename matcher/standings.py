"""How each measure stands for one profile, without evidence or words: for comparing two profiles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from matcher.matching import Engine
from matcher.profile import MatchRequest
from matcher.ranking import compare, rank
from rules.verdict import MET, UNMET


class Standing(StrEnum):
    """What an answer says of a measure; `withheld` is possible, unconnected to the company and not listed."""

    APPLICABLE = "applicable"
    POSSIBLE = "possible"
    WITHHELD = "withheld"
    NOT_APPLICABLE = "not_applicable"


def standings(engine: Engine, request: MatchRequest) -> Mapping[str, Standing]:
    """Return measure id -> standing for every measure of the documents asked for, best ranked first."""
    columns = engine.columns
    reading = engine.reader.read(request)
    decisions = columns.program.decide(reading.answers)
    comparison = compare(reading, decisions, columns, request.on)
    considered = columns.of_status(request.statuses)
    ranking = rank(comparison, decisions, considered=considered, with_not_applicable=True)
    plain = {MET: Standing.APPLICABLE, UNMET: Standing.NOT_APPLICABLE}
    listed = {
        columns.measures[place].id: plain.get(int(decisions.verdicts[place]), Standing.POSSIBLE)
        for place in ranking.order.tolist()
    }
    hidden = (columns.measures[place].id for place in ranking.withheld.nonzero()[0].tolist())
    return {**listed, **dict.fromkeys(hidden, Standing.WITHHELD)}
