"""What a finished screening adds up to, in words and numbers: by measure, by fact that is missing, by change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from matcher.description import title_of as title_in
from matcher.standing import COUNTED
from rules.catalogue import Catalogue
from rules.measures import Measure
from service.schemas.screening_answers import MeasureItem, Opening, Settling, VerdictCounts
from service.screenings.jobs import Chunk
from service.screenings.matrix import TenantChoice

Json = dict[str, Any]

MOST_TOLD = 20


def add_up(chunks: Iterable[Chunk], name: str) -> Counter[str]:
    """Add up one table of counts over all chunks."""
    total: Counter[str] = Counter()
    for chunk in chunks:
        total.update(chunk.summary.get(name, {}))
    return total


def measure_counts(chunks: Iterable[Chunk]) -> dict[str, dict[str, int]]:
    """Return measure -> outcome -> tenants, over all chunks."""
    total: dict[str, Counter[str]] = {}
    for chunk in chunks:
        for measure_id, counted in chunk.summary["measures"].items():
            total.setdefault(measure_id, Counter()).update(dict(zip(COUNTED, counted, strict=True)))
    return {measure_id: {name: counted[name] for name in COUNTED} for measure_id, counted in total.items()}


def measure_items(catalogue: Catalogue, counts: Mapping[str, Mapping[str, int]], language: str) -> list[MeasureItem]:
    """Return measures with their counts, most applicable first; one the catalogue no longer has keeps its id."""
    items = [_measure_item(catalogue, measure_id, counted, language) for measure_id, counted in counts.items()]
    return sorted(items, key=lambda i: (-i.counts.applicable, -i.counts.possible, i.measure_id))


def title_of(catalogue: Catalogue, measure_id: str, language: str) -> str:
    """Return the title of a measure, or its id when the catalogue no longer has it."""
    measure = catalogue.measures.get(measure_id)
    return title_in(measure, language) if measure else measure_id


def chosen_measures(catalogue: Catalogue, instrument: str | None, status: str | None) -> frozenset[str] | None:
    """Return the measures of an instrument in documents of a status; None when neither is asked for."""
    if not instrument and not status:
        return None
    return frozenset(
        measure.id for measure in catalogue.measures.values() if _is_chosen(catalogue, measure, instrument, status)
    )


def considered(catalogue: Catalogue, statuses: Collection[str]) -> dict[str, int]:
    """Return the measures in documents of some statuses, each with its place in the catalogue."""
    places = enumerate(catalogue.measures.values())
    return {one.id: place for place, one in places if catalogue.documents[one.document].status in statuses}


def tenant_choice(catalogue: Catalogue, statuses: Collection[str], query: Mapping[str, Any]) -> TenantChoice:
    """Return which measures a query of tenants counts, and the verdict it wants."""
    chosen, verdict = chosen_measures(catalogue, query.get("instrument"), query.get("status")), query.get("verdict", "")
    if chosen is None:
        return TenantChoice(verdict=verdict)
    places = {id_: place for id_, place in considered(catalogue, statuses).items() if id_ in chosen}
    return TenantChoice(measures=places, verdict=verdict)


def settling(catalogue: Catalogue, settles: Mapping[str, int], language: str) -> tuple[Settling, ...]:
    """Return what would settle most: a fact, and how many possible pairs an answer to it alone would settle."""
    ranked = sorted(settles.items(), key=lambda item: (-item[1], item[0]))[:MOST_TOLD]
    return tuple(_settling(catalogue, fact, count, language) for fact, count in ranked if count)


def opening(catalogue: Catalogue, opens: Mapping[str, int], language: str) -> tuple[Opening, ...]:
    """Return which fact stands alone in the way of most pairs."""
    ranked = sorted(opens.items(), key=lambda item: (-item[1], item[0]))[:MOST_TOLD]
    return tuple(
        Opening(fact=fact, label=_label(catalogue, fact, language), opens=count) for fact, count in ranked if count
    )


def _measure_item(catalogue: Catalogue, measure_id: str, counted: Mapping[str, int], language: str) -> MeasureItem:
    measure = catalogue.measures.get(measure_id)
    return MeasureItem(
        measure_id=measure_id,
        title=title_of(catalogue, measure_id, language),
        instrument=measure.instrument if measure else None,
        document=measure.document if measure else None,
        status=catalogue.documents[measure.document].status if measure else None,
        counts=VerdictCounts(**counted),
    )


def _is_chosen(catalogue: Catalogue, measure: Measure, instrument: str | None, status: str | None) -> bool:
    fits = not instrument or instrument in measure.instruments
    return fits and (not status or status == catalogue.documents[measure.document].status)


def _settling(catalogue: Catalogue, fact: str, count: int, language: str) -> Settling:
    label = _label(catalogue, fact, language)
    message = f"{label} would settle {count:,}" if language == "en" else f"补填“{label}”可确定 {count:,} 项"
    return Settling(fact=fact, label=label, settles=count, message=message)


def _label(catalogue: Catalogue, fact: str, language: str) -> str:
    definition = catalogue.facts.get(fact)
    if definition is None:
        return fact
    return definition.en if language == "en" else definition.zh
