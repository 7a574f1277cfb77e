"""The answer to a match as the page shows it: groups of cards, quotes with the matching words marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple


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
    return {
        **recommendation,
        "status": words[f"verdict.{recommendation['verdict']}"] + words[f"effect.{recommendation['effect']}"],
        "is_draft": recommendation["measure"]["document"]["status"] == "draft",
        "conditions": [_condition(condition, words) for condition in recommendation["conditions"]],
        "source_apart": not any(
            _holds(passage, recommendation["measure"]["source"]) for passage in recommendation["evidence"]
        ),
        "evidence": [{**passage, "pieces": mark_matches(passage)} for passage in recommendation["evidence"]],
    }


def _holds(passage: Mapping[str, Any], source: Mapping[str, Any]) -> bool:
    """Tell whether a passage of evidence shows the operative sentence already."""
    same = bool(passage["document"] == source["document"])
    return same and passage["start"] <= source["start"] and passage["end"] >= source["end"]


def _condition(condition: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    why = condition.get("why")
    return {
        "label": condition["label"],
        "verdict": condition["verdict"],
        "says": words[f"condition.{condition['verdict']}"],
        "reason": words.get(f"why.{why}", str(why)) if why else "",
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
