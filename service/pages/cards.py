"""The answer to a match as the page shows it: groups of cards, quotes with the matching words marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from service.pages.benefits import benefit_words
from service.pages.clauses import clause_name
from service.serving import catalogue

_VERDICTS = ("met", "unknown", "unmet")


class Piece(NamedTuple):
    """A stretch of a quote; `marked` when it answers to something the company said."""

    text: str
    marked: bool


def group_cards(answer: Mapping[str, Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the recommendations in their order, grouped by relevance, each as a card for the template."""
    groups = groupby(answer["recommendations"], key=lambda recommendation: recommendation["relevance"])
    return [
        {
            "relevance": relevance,
            "heading": words[f"relevance.{relevance}"],
            "cards": [_card(item, words) for item in items],
        }
        for relevance, items in groups
    ]


def _card(recommendation: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    measure = recommendation["measure"]
    verdict, effect = recommendation["verdict"], recommendation["effect"]
    return {
        **recommendation,
        "status": words[f"verdict.{verdict}"] + words[f"effect.{effect}"],
        "is_draft": measure["document"]["status"] == "draft",
        "clause": _clause(measure["source"]),
        "strength": words[f"strength.{measure['strength']}"],
        "benefit": benefit_words(measure["benefit"], words),
        "why": next(iter(recommendation["explanation"]), ""),
        "counted": _counted(recommendation["conditions"], words),
        "conditions": [_condition(condition, words) for condition in recommendation["conditions"]],
        "passages": [
            {"clause": _clause(passage), "pieces": mark_matches(passage)} for passage in _passages(recommendation)
        ],
        # The status says already that a measure does not bind.
        "caveats": [caveat["message"] for caveat in recommendation["caveats"] if caveat["code"] != effect],
    }


def _clause(quote: Mapping[str, Any]) -> str:
    return clause_name(catalogue().documents[quote["document"]], str(quote["clause"]))


def _passages(recommendation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the passages of evidence, the operative sentence before them unless one of them shows it."""
    source, evidence = recommendation["measure"]["source"], recommendation["evidence"]
    shown = any(_holds(passage, source) for passage in evidence)
    return [*evidence] if shown else [{**source, "matches": []}, *evidence]


def _holds(passage: Mapping[str, Any], source: Mapping[str, Any]) -> bool:
    """Tell whether a passage of evidence shows the operative sentence already."""
    same = bool(passage["document"] == source["document"])
    return same and passage["start"] <= source["start"] and passage["end"] >= source["end"]


def _counted(conditions: Iterable[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    """Return how many conditions came out in which way, leaving out the ways that none did."""
    counts = Counter(condition["verdict"] for condition in conditions)
    told = [(words[f"condition.{verdict}"], counts[verdict]) for verdict in _VERDICTS if counts[verdict]]
    return words["comma_between"].join(words["counted"].format(says, count) for says, count in told)


def _condition(condition: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    why = condition.get("why")
    return {
        "label": condition["label"],
        "verdict": condition["verdict"],
        "says": words[f"condition.{condition['verdict']}"],
        "reason": words["in_brackets"].format(words.get(f"why.{why}", str(why))) if why else "",
    }


def mark_matches(passage: Mapping[str, Any]) -> list[Piece]:
    """Cut a quote into pieces, those that match something marked; overlapping matches join."""
    quote, offset = str(passage["quote"]), int(passage["start"])
    pieces: list[Piece] = []
    at = 0
    for start, end in _joined((match["start"] - offset, match["end"] - offset) for match in passage["matches"]):
        first, last = max(start, at), min(end, len(quote))
        if first >= last:
            continue
        pieces += [Piece(quote[at:first], marked=False), Piece(quote[first:last], marked=True)]
        at = last
    pieces.append(Piece(quote[at:], marked=False))
    return [piece for piece in pieces if piece.text]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
