"""The filters of the page of measures: read leniently, shown as a form and as chips, counted.

A value that is not understood filters nothing and is told with the nearest ones, so that the other filters still work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError

from matcher.answers.catalogue_json import nearest_entries
from matcher.answers.engine import Engine
from matcher.answers.shapes import Suggestion
from rules.catalogue.catalogue import Catalogue
from rules.language.measures import MeasureKind
from service.intake.queries import STATUSES
from service.intake.strict_fields import clean_text
from service.pages.browse.search import LONGEST_QUERY, in_order, is_too_short
from service.shapes.published import FilterRead
from service.web.lookups import MOST_SUGGESTIONS, department_names, having, open_to, read_value, values_of

Json = dict[str, Any]
Words = Mapping[str, str]

WORDS_FILTER = "q"
FOLDED = ("stage", "status", "document", "department")
"""Filters that stand folded in the form until one of them is in use."""
COUNTED = ("instrument", "kind", "status", "document", "department")
"""Filters that name something a measure has, so that the measures of each value can be counted."""
ORDER = (WORDS_FILTER, "region", "sector", "stage", "instrument", "kind", "status", "document", "department")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter as it was asked for: `value` is None when nothing was asked or it was not understood."""

    name: str
    typed: str
    value: str | None = None
    label: str = ""
    fault: str = ""
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All filters of one request."""

    by_name: Mapping[str, Filter]

    @property
    def active(self) -> list[Filter]:
        """Return the filters that hold, in the order of the form."""
        return [one for one in self.by_name.values() if one.value is not None]

    @property
    def faulty(self) -> list[Filter]:
        """Return the filters that were asked for and not understood, in the order of the form."""
        return [one for one in self.by_name.values() if one.fault]

    @property
    def values(self) -> dict[str, str]:
        """Return the values that hold by name, the words looked for aside."""
        return {one.name: str(one.value) for one in self.active if one.name != WORDS_FILTER}

    @property
    def words(self) -> str:
        """Return the words looked for."""
        return self.by_name[WORDS_FILTER].value or ""

    def address(self, **changed: str) -> dict[str, str]:
        """Return what was typed into the filters as parameters of an address, some of them changed or left out."""
        typed = {name: one.typed for name, one in self.by_name.items()}
        return {name: value for name, value in {**typed, **changed}.items() if value}


def read_filters(serves: Engine, given: Mapping[str, str], words: Words) -> Filters:
    """Read the filters of an address; unknown parameters mean nothing."""
    return Filters(by_name={name: _read(serves, name, given.get(name, ""), words) for name in ORDER})


def read_text(given: str, words: Words) -> tuple[str, str]:
    """Return a typed text cleaned, and what is wrong with it."""
    try:
        return clean_text(given, LONGEST_QUERY), ""
    except ValidationError:
        return "", words["browse_too_long"].format(LONGEST_QUERY)


def read_words(given: str, words: Words) -> Filter:
    """Read words to look for; under two characters they find too much."""
    typed, fault = read_text(given, words)
    if is_too_short(typed):
        fault = words["browse_too_short"]
    held = typed if typed and not fault else None
    return Filter(name=WORDS_FILTER, typed=typed, value=held, label=words["browse_quoted"].format(typed), fault=fault)


def _read(serves: Engine, name: str, given: str, words: Words) -> Filter:
    if name == WORDS_FILTER:
        return read_words(given, words)
    typed, fault = read_text(given, words)
    if not typed:
        return Filter(name=name, typed="", fault=fault)
    if name in ("kind", "status", "document"):
        reading = _read_listed(serves, name, typed, words)
    elif name == "instrument":
        reading = _read_instrument(serves, typed, words["language"])
    else:
        reading = read_value(serves, name, typed, words["language"])
    if reading.value:
        return Filter(name=name, typed=typed, value=reading.value, label=reading.label or "")
    return Filter(
        name=name,
        typed=typed,
        fault=words["browse_unread"].format(words[f"browse_{name}"], typed),
        suggestions=reading.suggestions,
    )


def _read_instrument(serves: Engine, typed: str, language: str) -> FilterRead:
    vocabulary = serves.catalogue.vocabularies["instruments"]
    found = vocabulary.find(typed)
    if len(found) == 1:
        return FilterRead(input=typed, value=found[0], label=vocabulary[found[0]].label(language))
    near = nearest_entries(vocabulary, typed, MOST_SUGGESTIONS, language)
    offers = (Suggestion(value=one.id, label=one.label, similarity=one.similarity or 0.0) for one in near)
    return FilterRead(input=typed, suggestions=tuple(offers))


def _read_listed(serves: Engine, name: str, typed: str, words: Words) -> FilterRead:
    """Read a document, a status or a kind: its id or its name, else the nearest of either."""
    offered = dict(_CHOICES[name](serves.catalogue, words))
    by_name = {label: value for value, label in offered.items()} | {value: value for value in offered}
    if typed in by_name:
        return FilterRead(input=typed, value=by_name[typed], label=offered[by_name[typed]])
    near = dict.fromkeys(by_name[one] for one in get_close_matches(typed, list(by_name), n=2 * MOST_SUGGESTIONS))
    offers = (Suggestion(value=value, label=offered[value], similarity=0.0) for value in near)
    return FilterRead(input=typed, suggestions=tuple(offers))


def _entries_of(vocabulary: str) -> Callable[[Catalogue, Words], list[tuple[str, str]]]:
    def choices(catalogue: Catalogue, words: Words) -> list[tuple[str, str]]:
        return [(one.id, one.label(words["language"])) for one in catalogue.vocabularies[vocabulary].entries.values()]

    return choices


_CHOICES: Mapping[str, Callable[[Catalogue, Words], list[tuple[str, str]]]] = MappingProxyType(
    {
        "instrument": _entries_of("instruments"),
        "stage": _entries_of("stages"),
        "kind": lambda _, words: [(kind.value, words[f"kind.{kind}"]) for kind in MeasureKind],
        "status": lambda _, words: [(status, words[f"status.{status}"]) for status in STATUSES],
        "document": lambda catalogue, _: [(document.id, document.title) for document in in_order(catalogue)],
        "department": lambda catalogue, _: [(name, name) for name, _count in department_names(catalogue).most_common()],
    }
)


def choices(catalogue: Catalogue, filters: Filters, words: Words) -> dict[str, list[Json]]:
    """Return what each list offers, with how many measures would remain under the other filters."""
    reached = open_to(catalogue, filters.values, words=filters.words, partly=True)
    offered: dict[str, list[Json]] = {}
    for name in ("stage", *COUNTED):
        chosen = filters.by_name[name].value
        offered[name] = [
            {"value": value, "label": label, "chosen": value == chosen}
            for value, label in _CHOICES[name](catalogue, words)
        ]
    for name in COUNTED:  # a stage rules measures out; none of them has it, so there is nothing to count
        others = having(catalogue, reached, {key: value for key, value in filters.values.items() if key != name})
        counts = Counter(value for one in others for value in values_of(catalogue, one, name))
        for choice in offered[name]:
            choice["count"] = counts[choice["value"]]
    return offered


def without_each(catalogue: Catalogue, filters: Filters) -> list[tuple[Filter, int]]:
    """Return each filter that holds with how many measures there are without it, most first; none that helps not."""
    found = []
    for one in filters.active:
        values = {name: value for name, value in filters.values.items() if name != one.name}
        words = "" if one.name == WORDS_FILTER else filters.words
        found.append((one, len(having(catalogue, open_to(catalogue, values, words=words, partly=True), values))))
    return sorted(((one, count) for one, count in found if count), key=lambda pair: -pair[1])
