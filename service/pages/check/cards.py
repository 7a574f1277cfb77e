"""Recommendations as cards: groups by verdict, few at first and more when asked, quotes with matching words marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from matcher.answers.shapes import Evidence, MatchAnswer, Recommendation
from rules.language.measures import (
    Effect,
    MeasureKind,
)
from rules.language.quotes import Quote
from seeds.documents import clause_name
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
from service.pages.quotes import mark_matches
from service.pages.wording import page_words
from service.web.serving import served_catalogue

FIRST = 5
STEP = 20
MOST = 500
_FIELD = "limit"


def read_limit(form: Mapping[str, str]) -> int:
    """Return how many measures to list; what is no such number counts as not stated."""
    stated = form.get(_FIELD, "")
    wanted = int(stated) if stated.isdecimal() and len(stated) <= len(str(MOST)) else FIRST
    return max(FIRST, min(wanted, MOST))


def next_limit(found: int, listed: int) -> int | None:
    """Return how many of the measures found to list next; None when all are listed."""
    return None if listed >= min(found, MOST) else min(listed + STEP, MOST)


_VERDICTS = ("met", "unknown", "unmet")
GROUPS = ("applicable", "possible")
"""Which verdicts are shown as cards, in this order."""


def group_cards(
    answer: MatchAnswer, language: str, typed: Mapping[str, str] | None = None, limit: int = MOST
) -> list[dict[str, Any]]:
    """Return the first `limit` recommendations of each verdict: supports, then directions, as the answer orders them.

    `typed` is what the fields of the form hold, for the questions that can be answered in a card.
    """
    words = page_words(language)
    rows = Rows(served_catalogue(), Fields(served_catalogue(), language), words, typed or {})
    totals = {"applicable": answer.totals.applicable, "possible": answer.totals.possible - answer.totals.withheld}
    groups = []
    for verdict in GROUPS:
        listed = [item for item in answer.recommendations if item.verdict == verdict]
        shown = sorted(listed[:limit], key=lambda item: item.measure.kind is MeasureKind.DIRECTION)
        cards = [_card(item, number, rows, words) for number, item in enumerate(shown, 1)]
        counts = _counts_by_kind(answer, verdict, listed)
        groups.append(
            {
                "verdict": verdict,
                "heading": words[f"verdict.{verdict}"],
                "lead": words[f"group.{verdict}"],
                "count": totals[verdict],
                "apart": _apart(counts.values(), words) if counts else "",
                "kinds": [
                    words["counted_kind"].format(words[f"kind_badge.{kind}"], sum(one), _apart([one], words))
                    for kind, one in counts.items()
                ],
                "cards": cards,
                "parts": _parts(cards, words),
                "more": next_limit(len(listed), limit),
            }
        )
    return [group for group in groups if group["cards"]]


def _counts_by_kind(
    answer: MatchAnswer, verdict: str, listed: list[Recommendation]
) -> dict[MeasureKind, tuple[int, int]]:
    """Return, by kind, how many of a verdict are in force and how many in drafts; nothing when not all are listed."""
    by_kind = answer.totals.by_kind
    if verdict == "applicable":
        counted = {MeasureKind.SUPPORT: by_kind.support.applicable, MeasureKind.DIRECTION: by_kind.direction.applicable}
        return {kind: (one.in_force, one.draft) for kind, one in counted.items()}
    if len(listed) < answer.totals.possible - answer.totals.withheld:
        return {}
    found = Counter((item.measure.kind, item.effect) for item in listed)
    return {kind: (found[kind, Effect.IN_FORCE], found[kind, Effect.DRAFT]) for kind in MeasureKind}


def _apart(counts: Iterable[tuple[int, int]], words: Mapping[str, str]) -> str:
    in_force, draft = (sum(column) for column in zip(*counts, strict=True))
    return words["counted_apart"].format(in_force=in_force, draft=draft)


def _parts(cards: list[dict[str, Any]], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the cards by kind, as they stand."""
    parts = (
        {
            "kind": kind,
            "heading": words[f"kind.{kind}"],
            "lead": words[f"kind_lead.{kind}"],
            "cards": [card for card in cards if card["measure"].kind == kind],
        }
        for kind in MeasureKind
    )
    return [part for part in parts if part["cards"]]


def one_card(recommendation: Recommendation, language: str) -> dict[str, Any]:
    """Return one recommendation as a card, whatever its verdict."""
    words = page_words(language)
    return _card(recommendation, 1, Rows(served_catalogue(), Fields(served_catalogue(), language), words, {}), words)


def _card(recommendation: Recommendation, number: int, rows: Rows, words: Mapping[str, str]) -> dict[str, Any]:
    measure = recommendation.measure
    verdict, effect, source = recommendation.verdict, recommendation.effect, measure.source
    conditions = asking_once(
        rows.row(condition, str(place)) for place, condition in enumerate(recommendation.conditions or ())
    )
    asked = [row.fact for row in conditions if row.asked]
    return {
        "measure": measure,
        "verdict": verdict,
        "rank": number,
        "status": words[f"verdict.{verdict}"] + words[f"effect.{effect}"],
        "is_draft": measure.document.status == "draft",
        "document_status": words[f"status.{measure.document.status}"],
        "clause": _clause(source),
        "address": measure_address(measure.id),
        "place": measure_place(source.document, measure.id),
        "departments": sorted(measure.departments, key=lambda department: not department.lead),
        "nearness": words[f"relevance.{recommendation.relevance}"],
        "strength": words[f"strength.{measure.strength}"],
        "benefit": "" if recommendation.grant else benefit_words(measure.benefit, words),
        "grant": rows.granted(recommendation.grant, asked) if recommendation.grant else None,
        "why": next(iter(recommendation.explanation), ""),
        "counted": _counted(conditions, words),
        "open": [row for row in conditions if row.verdict != "met"],
        "met": [row for row in conditions if row.verdict == "met"],
        "passages": [
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
        ],
        # The status says already that a measure does not bind.
        "caveats": [caveat.message for caveat in recommendation.caveats if caveat.code != effect],
    }


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
