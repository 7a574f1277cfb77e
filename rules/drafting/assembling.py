"""Measures put together: the conditions of their lists and tiers, what they ask by their own words, numbers, titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rules.drafting.parts import manual
from rules.drafting.reading import addressed
from rules.drafting.sections import Lead
from rules.drafting.sentences import DraftingWords, Sentence, turn_of

Raw = dict[str, Any]
_LONGEST_TITLE = 30
_SHORTEST_TITLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A measure and the sentence that it was read from."""

    sentence: Sentence
    measure: Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a sentence asks among conditions, and the lead of its list."""

    sentence: Sentence
    lead: Lead | None
    conditions: list[Raw]


def ask(measure: Raw, conditions: Iterable[Raw]) -> None:
    """Add conditions to a measure."""
    measure.setdefault("conditions", []).extend(conditions)


def located(conditions: Iterable[Raw], sentence: Sentence) -> list[Raw]:
    """Return conditions with the clause that they stand in."""
    return [{**one, "clause": sentence.clause} for one in conditions]


def listed(asked: list[Asked], lead: Lead | None) -> list[Raw]:
    """Return the conditions of a list: all of them, one of its items where it says 之一, none where it shuts out."""
    placed = [(one.sentence.clause, located(one.conditions, one.sentence)) for one in asked]
    if lead is None or not (lead.any_one or lead.denies):
        return [condition for _, conditions in placed for condition in conditions]
    if lead.denies:
        return [{"not": condition} for _, conditions in placed for condition in conditions]
    items = [[c for _, conditions in group for c in conditions] for _, group in groupby(placed, key=lambda one: one[0])]
    alternatives = [item[0] if len(item) == 1 else {"all": item} for item in items]
    return [{"any": alternatives}] if len(alternatives) > 1 else alternatives


def settle_tiers(granted: Granted) -> None:
    """Give each tier of a measure a number, and let one that asks nothing else ask for one of them."""
    measure = granted.measure
    tiers = [tier for benefit in measure.get("benefits", ()) for tier in benefit.get("tiers", ())]
    for number, tier in enumerate(tiers, 1):
        if "manual" in tier["when"]:
            tier["when"] = {**tier["when"], "manual": f"tier-{number}"}
    if len(tiers) > 1 and not measure.get("conditions"):
        ask(measure, [{"any": [dict(tier["when"]) for tier in tiers]}])


def finish(measures: Sequence[Granted], document: str, heading: str, words: DraftingWords) -> None:
    """Give each measure a number, and as its title its own heading, else words of its sentence.

    One that asks nothing asks for what its sentence is about, for a person to say: nobody meets it by silence.
    """
    headings = Counter(one.sentence.heading for one in measures)
    headings[heading] += 2
    for number, one in enumerate(measures, 1):
        sentence, measure = one.sentence, one.measure
        if not measure.get("conditions"):
            start = next((one.start for one in sentence.segments if one.text.startswith(words.addressing)), 0)
            about = sentence.words(start, turn_of(sentence))
            ask(measure, [manual("about", about if about.text else sentence.words(0, len(sentence.text)))])
        times: Counter[str] = Counter()
        measure["conditions"] = [_renamed(condition, times) for condition in measure["conditions"]]
        measure["id"] = f"{document}-{number}"
        measure["title"] = measure["title"] or _title(sentence, headings, words)


def _title(sentence: Sentence, headings: Counter[str], words: DraftingWords) -> str:
    heading = sentence.heading.strip("。：；")
    if headings[sentence.heading] == 1 and _SHORTEST_TITLE <= len(heading) <= _LONGEST_TITLE:
        return heading
    phrase = addressed(sentence, words)
    told = [segment.text.strip("，：,: ") for segment in sentence.segments]
    names = (one for one in told if one.endswith("的") or not one.startswith(words.manners))
    who = phrase.text if phrase else next(names, told[0])
    what = next((word for word in words.given if word in sentence.text), "")
    title = who if not what or what in who else f"{who}：{what}"
    return title if len(title) <= _LONGEST_TITLE else f"{who[: _LONGEST_TITLE - len(what) - 2]}…{what}"


def _renamed(part: Raw, times: Counter[str]) -> Raw:
    for key in ("any", "all"):
        if key in part:
            return {key: [_renamed(one, times) for one in part[key]]}
    if "not" in part:
        return {"not": _renamed(part["not"], times)}
    if "manual" not in part:
        return part
    stem = re.sub("-[0-9]+$", "", part["manual"])
    if stem == "tier":  # the very tier that is paid
        return part
    times[stem] += 1
    return {**part, "manual": stem if times[stem] == 1 else f"{stem}-{times[stem]}"}
