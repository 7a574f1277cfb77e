"""The words that sentences are drafted by, loaded from seeds/vocabularies/drafting.yaml, where they are explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seeds.word_lists import INTENTS, by_name, load_lists, texts

FILE = INTENTS.with_name("drafting.yaml")
Named = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftingWords:
    """The lists of the file by their keys."""

    strength: Named
    paying: tuple[str, ...]
    given: tuple[str, ...]
    denying: tuple[str, ...]
    ruling: tuple[str, ...]
    leading_in: tuple[str, ...]
    support_nouns: tuple[str, ...]
    papers: tuple[str, ...]
    going_on: tuple[str, ...]
    at_most_before: tuple[str, ...]
    at_most_behind: tuple[str, ...]
    compare_before: Named
    compare_behind: Named
    facts: Named
    others: tuple[str, ...]
    changes: tuple[str, ...]
    other_wholes: tuple[str, ...]
    duties: tuple[str, ...]
    preferring: tuple[str, ...]
    taxes: tuple[str, ...]
    easing: tuple[str, ...]
    steps: tuple[str, ...]
    manners: tuple[str, ...]
    once: tuple[str, ...]
    bases: Named
    per: Named
    cap_by: Named
    terms: Named
    stacking: Named
    other_policies: tuple[str, ...]
    windows: tuple[str, ...]
    all_year: tuple[str, ...]
    repeats: tuple[str, ...]
    vague_behind: tuple[str, ...]
    vague_before: tuple[str, ...]
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    materials: tuple[str, ...]
    definitions: tuple[str, ...]
    channels: Named
    beneficiaries: Named
    instruments: Named


_LISTS = frozenset(
    {
        "paying", "denying", "at_most_before", "at_most_behind", "other_policies", "windows", "materials",
        "definitions", "others", "changes", "other_wholes", "duties", "opens", "closes", "given", "ruling",
        "leading_in", "support_nouns", "papers", "going_on", "easing", "steps", "manners", "once", "all_year",
        "preferring", "taxes", "repeats", "vague_behind", "vague_before",
    }
)  # fmt: skip


def load_drafting_words(path: Path) -> DraftingWords:
    """Load the file; raise SeedError naming every key that is missing, unknown or of another shape."""
    readers = {name: texts if name in _LISTS else by_name(texts) for name in DraftingWords.__dataclass_fields__}
    return DraftingWords(**load_lists(path, readers))


@cache
def drafting_words() -> DraftingWords:
    """Return the words that are shipped."""
    return load_drafting_words(FILE)


def first_named(named: Named, text: str) -> str | None:
    """Return the first name one of whose words a text holds."""
    return next((name for name, words in named.items() if holds(words, text)), None)


def holds(words: Iterable[str], text: str) -> bool:
    """Tell whether a text holds one of some words."""
    return any(word in text for word in words)


def nearest(named: Named, text: str) -> str | None:
    """Return the name whose word ends last in a text, the longest of those that end at the same place."""
    found = [
        (place + len(word), len(word), name)
        for name, words in named.items()
        for word in words
        if (place := text.rfind(word)) >= 0
    ]
    return max(found)[2] if found else None
