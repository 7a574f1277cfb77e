"""The index of departments: for each place and department the measures it leads or shares, by document.

A department is known by its printed name and the place of the document: 省科技厅 is another one in each province.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rules.catalogue import Catalogue
from rules.measures import Measure
from service.measure_filters import departments_of
from service.pages.browse_entries import PARTS, document_entry, in_reading_order, measure_name, parts_of

Json = dict[str, Any]
Words = Mapping[str, str]


def department_index(shelf: Catalogue, words: Words) -> list[Json]:
    """Return the departments by place, those of most measures first, each with its measures by document."""
    by_place: dict[str, dict[str, list[tuple[Measure, str]]]] = {}
    for measure in in_reading_order(shelf, shelf.measures.values()):
        place = by_place.setdefault(shelf.documents[measure.document].region, {})
        for name, part in parts_of(shelf, measure):
            place.setdefault(name, []).append((measure, part))
    regions = shelf.vocabularies["regions"]
    return [
        {
            "id": place,
            "label": regions[place].label(words["language"]),
            "departments": [_department(shelf, place, name, names[name], words) for name in _most_first(names)],
        }
        for place, names in by_place.items()
        if names
    ]


def without_department(shelf: Catalogue, words: Words) -> list[Json]:
    """Return each document that names nobody for some of its measures, with how many those are."""
    unnamed = [one for one in shelf.measures.values() if not departments_of(shelf, one)]
    counts: dict[str, int] = {}
    for measure in in_reading_order(shelf, unnamed):
        counts[measure.document] = counts.get(measure.document, 0) + 1
    return [{**document_entry(shelf, shelf.documents[id_], words), "count": count} for id_, count in counts.items()]


def _most_first(names: Mapping[str, list[tuple[Measure, str]]]) -> list[str]:
    return sorted(names, key=lambda name: (-len(names[name]), name))


def _department(shelf: Catalogue, place: str, name: str, theirs: Sequence[tuple[Measure, str]], words: Words) -> Json:
    documents: dict[str, list[Json]] = {}
    for measure, part in theirs:
        listed = documents.setdefault(measure.document, [])
        listed.append({**measure_name(measure, words["language"]), "leads": part == "leads"})
    counts = Counter(part for _, part in theirs)
    return {
        "anchor": f"d-{place}-{name}",
        "name": name,
        "count": len(theirs),
        "parts": [words[f"browse_{part}"].format(counts[part]) for part in PARTS if counts[part]],
        "documents": [
            {**document_entry(shelf, shelf.documents[id_], words), "measures": listed}
            for id_, listed in documents.items()
        ],
    }
