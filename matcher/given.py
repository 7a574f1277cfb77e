"""What a profile gives for comparing it with measures, whatever the measures are."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.reading import Reading
from matcher.touches import is_searched
from rules.facts import REGION_FACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a profile gives for comparing: without products, say, no measure can be held against it for them.

    A `sector` that is not `sector_stated` is known only by what the company makes.
    """

    products: bool
    needs: bool
    place: bool
    sector: bool
    stage: bool
    sector_stated: bool


def compared(reading: Reading) -> Compared:
    """Tell what the profile gives for comparing."""
    free = [mention for mention in reading.mentions if is_searched(mention)]
    known = {mention.vocabulary for mention in reading.mentions}
    sector, stage = reading.answers.get("sector"), reading.answers.get("stage")
    staged = stage is not None and bool(stage.sure)
    return Compared(
        products="concepts" in known or any(mention.fact != "needs" for mention in free),
        needs="needs" in known or staged or any(mention.fact == "needs" for mention in free),
        place=any(read.fact in REGION_FACTS for read in reading.facts),
        sector=sector is not None and bool(sector.sure or sector.inferred),
        stage=staged,
        sector_stated=sector is not None and bool(sector.sure),
    )
