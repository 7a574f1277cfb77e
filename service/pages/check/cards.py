"""Recommendations as a plan: what can be used now, when a draft is issued, what to cite; each as a card.

A card says on its face what is missing, whom to ask, until when and what to prepare; what the text leaves open is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from matcher.answers.shapes import Evidence, MatchAnswer, Recommendation
from rules.language.measures import (
    Effect,
    MeasureKind,
    MeasureVerdict,
    Window,
)
from rules.language.windows import WindowState
from seeds.documents import Document, Quote, clause_name
from service.pages.check.conditions import (
    Row,
    Rows,
    asking_once,
    benefit_words,
    clause_address,
    measure_address,
    measure_place,
)
from service.pages.check.fields import Fields
from service.pages.quotes import cited, mark_matches
from service.pages.wording import page_words
from service.web.serving import served_catalogue


class Group(StrEnum):
    """What a company can do with a measure: the groups of the page in their order."""

    NOW = "now"
    LATER = "later"
    DIRECTION = "direction"
    OVER = "over"


FIRST = 5
STEP = 10
MOST = 500
LIMIT = "limit."
"""What the name of a field begins with that says how many cards of a group to show."""
PRINTED = "print"
"""The field that asks for every card, to be put on paper."""
ON_ONE_PAGE = {Group.NOW: 12, Group.LATER: 8, Group.DIRECTION: 5, Group.OVER: 2}
"""How many measures of each group stand in the summary that is printed first."""


def read_limits(form: Mapping[str, str]) -> dict[Group, int]:
    """Return how many cards of each group to show; what is no such number counts as not stated."""
    if form.get(PRINTED):
        return dict.fromkeys(Group, MOST)
    return {group: _limit(form.get(LIMIT + group, "")) for group in Group}


def _limit(stated: str) -> int:
    wanted = int(stated) if stated.isdecimal() and len(stated) <= len(str(MOST)) else FIRST
    return max(FIRST, min(wanted, MOST))


def next_limit(found: int, listed: int) -> int | None:
    """Return how many of the measures found to list next; None when all are listed."""
    return None if listed >= min(found, MOST) else min(listed + STEP, MOST)


_VERDICTS = ("met", "unknown", "unmet")
FITTING = (MeasureVerdict.APPLICABLE, MeasureVerdict.POSSIBLE)
"""Which verdicts are shown as cards."""
SAID_ONCE = frozenset({"inferred_sector", "unconfirmed_reading"})
"""Caveats about how the company was understood: they stand beside that, not on every card."""


def group_of(item: Recommendation) -> Group:
    """Return what a company can do with a measure on the day asked about."""
    window = item.grant.window.state if item.grant else None
    if item.effect is Effect.EXPIRED or window is WindowState.CLOSED:
        return Group.OVER
    if item.measure.kind is MeasureKind.DIRECTION:
        return Group.DIRECTION
    return Group.NOW if item.effect is Effect.IN_FORCE else Group.LATER


def group_cards(
    answer: MatchAnswer,
    language: str,
    typed: Mapping[str, str] | None = None,
    *,
    limits: Mapping[Group, int] | None = None,
    asked: set[str] | None = None,
) -> list[dict[str, Any]]:
    """Return the measures by what can be done with them, in each group as the answer orders them, the first as cards.

    `typed` is what the fields of the form hold, for the questions that can be answered in a card; `asked` has the
    fields that are asked for elsewhere, and those asked for here are added.
    """
    words, limits = page_words(language), limits or dict.fromkeys(Group, MOST)
    rows = Rows(served_catalogue(), Fields(served_catalogue(), language), words, typed or {})
    totals, claimed = answer.totals, set() if asked is None else asked
    fitting = [item for item in answer.recommendations if item.verdict in FITTING]
    is_whole = len(fitting) >= totals.applicable + totals.possible - totals.withheld - totals.set_aside
    found: dict[Group, list[Recommendation]] = {group: [] for group in Group}
    for item in fitting:
        found[group_of(item)].append(item)
    return [
        {
            "group": group,
            "heading": words[f"group.{group}"],
            "lead": words[f"group_lead.{group}"],
            "count": len(items) if is_whole else None,
            "verdicts": _by_verdict(items, words),
            "cards": [_card(item, place, rows, words, claimed) for place, item in enumerate(items[: limits[group]], 1)],
            "brief": [_brief(item, words) for item in items[: ON_ONE_PAGE[group]]],
            "rest": [_brief(item, words) for item in items[limits[group] :]],
            "cards_shown": min(len(items), limits[group]),
            "more": next_limit(len(items), limits[group]),
        }
        for group, items in found.items()
        if items
    ]


def notices(answer: MatchAnswer) -> list[str]:
    """Return, each once, what is to be known of how the company was understood."""
    caveats = (caveat for item in answer.recommendations for caveat in item.caveats)
    return list(dict.fromkeys(caveat.message for caveat in caveats if caveat.code in SAID_ONCE))


def _by_verdict(items: list[Recommendation], words: Mapping[str, str]) -> str:
    counts = Counter(item.verdict for item in items)
    said = [words[f"plan.{verdict}"].format(counts[verdict]) for verdict in FITTING if counts[verdict]]
    return words["comma_between"].join(said)


def _brief(item: Recommendation, words: Mapping[str, str]) -> dict[str, Any]:
    """Return a measure in one line of a table."""
    return {
        "title": item.measure.title,
        "status": words[f"verdict.{item.verdict}"],
        "whom": [one.name for one in _asked_first(item)],
        "until": _until(item, words),
    }


def _status(item: Recommendation, words: Mapping[str, str]) -> str:
    return words[f"verdict.{item.verdict}"] + words[f"effect.{item.effect}"]


def _asked_first(item: Recommendation) -> list[Any]:
    """Return the departments that lead, all where the text does not say who does."""
    named = item.measure.departments
    return [one for one in named if one.lead] or list(named)


def _local(item: Recommendation) -> list[str]:
    """Return the words that bind the governments of cities and counties to this measure too, as the text has them."""
    document: Document = served_catalogue().documents[item.measure.document.id]
    said = (one.text for one in document.remarks if one.start < item.measure.source.start)
    return [part for text in said for part in text.split("，") if "政府" in part]


def _until(item: Recommendation, words: Mapping[str, str]) -> str:
    """Return when applications are taken in words; "" where the text does not say."""
    if item.grant:
        return "" if item.grant.window.state is WindowState.NOT_STATED else item.grant.window_words
    window: Window | None = served_catalogue().measures[item.measure.id].window
    if window is None:
        return ""
    return words["browse_window"].format(*(end or words["browse_open_end"] for end in (window.opens, window.closes)))


def one_card(recommendation: Recommendation, language: str) -> dict[str, Any]:
    """Return one recommendation as a card, whatever its verdict."""
    words = page_words(language)
    rows = Rows(served_catalogue(), Fields(served_catalogue(), language), words, {})
    return _card(recommendation, 1, rows, words, set())


def _card(
    recommendation: Recommendation, number: int, rows: Rows, words: Mapping[str, str], claimed: set[str]
) -> dict[str, Any]:
    measure = recommendation.measure
    verdict, effect, source = recommendation.verdict, recommendation.effect, measure.source
    stated = (rows.row(condition, str(place)) for place, condition in enumerate(recommendation.conditions or ()))
    conditions = asking_once(stated, claimed)
    return {
        "measure": measure,
        "group": group_of(recommendation),
        "verdict": verdict,
        "rank": number,
        "status": _status(recommendation, words),
        "missing": [row.label + row.reason for row in conditions if row.verdict == "unknown"],
        "in_the_way": [row.label for row in conditions if row.verdict == "unmet"],
        "whom": _asked_first(recommendation),
        "local": _local(recommendation),
        "until": _until(recommendation, words),
        "is_draft": measure.document.status == "draft",
        "document_status": words[f"status.{measure.document.status}"],
        "clause": _clause(source),
        "address": measure_address(measure.id),
        "place": measure_place(source.document, measure.id),
        "departments": sorted(measure.departments, key=lambda department: not department.lead),
        "nearness": words[f"relevance.{recommendation.relevance}"],
        "strength": words[f"strength.{measure.strength}"],
        "benefit": "" if recommendation.grant else benefit_words(measure.benefit, words),
        "grant": rows.granted(recommendation.grant, claimed) if recommendation.grant else None,
        "why": next(iter(recommendation.explanation), ""),
        "counted": _counted(conditions, words),
        "open": [row for row in conditions if row.verdict != "met"],
        "met": [row for row in conditions if row.verdict == "met"],
        "passages": _shown_passages(recommendation),
        "citation": _citation(recommendation),
        # The status says already that a measure does not bind.
        "caveats": [one.message for one in recommendation.caveats if one.code != effect and one.code not in SAID_ONCE],
    }


def _shown_passages(recommendation: Recommendation) -> list[dict[str, Any]]:
    return [
        {
            "clause": _clause(passage),
            "address": clause_address(passage.document, passage.clause),
            "pieces": mark_matches(
                passage.quote,
                passage.start,
                [(match.start, match.end) for match in passage.matches] if isinstance(passage, Evidence) else (),
            ),
        }
        for passage in _passages(recommendation)
    ]


def _citation(recommendation: Recommendation) -> str:
    """Return the operative sentence with its document, number and clause, as one writes it into an application."""
    document, source = served_catalogue().documents[recommendation.measure.document.id], recommendation.measure.source
    return cited(document, source.clause, source.quote)


def _clause(quote: Quote | Evidence) -> str:
    return clause_name(served_catalogue().documents[quote.document], quote.clause)


def _passages(recommendation: Recommendation) -> tuple[Quote | Evidence, ...]:
    """Return the passages of evidence, the operative sentence before them unless one of them shows it."""
    source, evidence = recommendation.measure.source, recommendation.evidence or ()
    same = [passage for passage in evidence if passage.document == source.document]
    is_shown = any(passage.start <= source.start and passage.end >= source.end for passage in same)
    return evidence if is_shown else (source, *evidence)


def _counted(conditions: Iterable[Row], words: Mapping[str, str]) -> str:
    """Return how many conditions came out in which way, leaving out the ways that none did."""
    counts = Counter(condition.verdict for condition in conditions)
    reported = [(words[f"condition.{verdict}"], counts[verdict]) for verdict in _VERDICTS if counts[verdict]]
    return words["comma_between"].join(words["counted"].format(says, count) for says, count in reported)
