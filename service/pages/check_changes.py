"""What a change of the profile opens and closes: measures by how their standing changed, and the fields that did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matcher.standing import Standing
from rules.catalogue import Catalogue
from service.pages.check_fields import Fields, ShownField
from service.pages.check_links import measure_address

_FITS, _MAY, _OUT, _LEFT = Standing.APPLICABLE, Standing.POSSIBLE, Standing.NOT_APPLICABLE, Standing.WITHHELD
_SAYS: Mapping[tuple[Standing, Standing], str] = {
    (_OUT, _FITS): "opened",
    (_LEFT, _FITS): "opened",
    (_MAY, _FITS): "settled",
    (_OUT, _MAY): "perhaps",
    (_LEFT, _MAY): "perhaps",
    (_FITS, _MAY): "doubted",
    (_FITS, _OUT): "closed",
    (_MAY, _OUT): "closed",
    (_FITS, _LEFT): "unlisted",
    (_MAY, _LEFT): "unlisted",
}
"""What is said of a measure by its standing before and now; what was not listed and still is not goes unsaid."""
ORDER = ("settled", "opened", "perhaps", "doubted", "closed", "unlisted")


def changed_measures(
    before: Mapping[str, Standing], now: Mapping[str, Standing], catalogue: Catalogue, words: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the measures whose standing changed, by how it did, each list in the order of the answer now."""
    lists: dict[str, list[dict[str, str]]] = {key: [] for key in ORDER}
    for measure_id, standing in now.items():
        key = _SAYS.get((before.get(measure_id, Standing.WITHHELD), standing))
        if key is not None:
            measure = catalogue.measures[measure_id]
            title = measure.title_en if words["language"] == "en" else measure.title
            lists[key].append({"id": measure_id, "title": title, "address": measure_address(measure_id)})
    return [
        {"key": key, "heading": words[f"changed.{key}"], "measures": measures}
        for key, measures in lists.items()
        if measures
    ]


def changed_fields(before: Mapping[str, str], now: Mapping[str, str], fields: Fields) -> list[dict[str, str]]:
    """Return the fields whose text changed, with the text before and now; empty text stays empty."""
    names = [
        name for name in dict.fromkeys((*before, *now)) if before.get(name, "").split() != now.get(name, "").split()
    ]
    shown = [fields.named(name) for name in names]
    return [{"label": field.label, "before": _words(field, before), "now": _words(field, now)} for field in shown]


def _words(field: ShownField, typed: Mapping[str, str]) -> str:
    text = typed.get(field.name, "").strip()
    return dict(field.choices).get(text, "、".join(text.split("\n")))
