"""What one figure of a sentence pays, as packs write it: an amount or a rate, of what, per what, for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rules.drafting.roles import Placed, Role
from rules.drafting.sentences import Sentence
from rules.drafting.words import DraftingWords, first_named, holds, nearest
from rules.language.facts import FactDefinition, FactType
from rules.language.figures import POINTS, Figure, FigureKind

_BEHIND = 5
"""So many characters behind an amount may say what it is for: 「元/平方米」."""


def amount_of(one: Placed) -> dict[str, Any]:
    """Return the amount or rate of a figure; points that change another rate are none."""
    figure = one.figure
    if figure.unit == POINTS:
        return {}
    if figure.kind is FigureKind.SHARE:
        return {"rate_up_to" if one.at_most else "rate": _range(figure, percent)}
    if one.at_most:
        return {"up_to": yuan(figure.high)}
    return {"amount": _range(figure, yuan)}


def gift_of(sentence: Sentence, one: Placed, words: DraftingWords) -> dict[str, Any]:
    """Return what a figure pays, of what and per what."""
    before = sentence.text[one.segment.start : one.figure.start]
    behind = sentence.text[one.figure.end - 1 : one.figure.end + _BEHIND]
    slashed = {name: tuple(word for word in named if "/" in word) for name, named in words.per.items()}
    other = "item" if behind[1:2] in ("/", "／") else None  # 元/公斤: for something that has no name of its own
    per = nearest(words.per, before) or first_named(slashed, behind) or other
    return {**amount_of(one), **base_of(sentence, one, words), **({"per": per} if per else {})}


def base_of(sentence: Sentence, one: Placed, words: DraftingWords) -> dict[str, Any]:
    """Return what a rate is a share of: the last such word before it in its segment, else in the sentence."""
    if one.figure.kind is not FigureKind.SHARE:
        return {}
    before = sentence.text[one.segment.start : one.figure.start]
    base = nearest(words.bases, before) or nearest(words.bases, sentence.text[: one.figure.start])
    return {"of": base} if base else {}


def manner_of(
    sentence: Sentence, placed: Sequence[Placed], words: DraftingWords, start: int = 0, end: int | None = None
) -> dict[str, Any]:
    """Return for how long, in how many parts and how often it is paid, as far as a stretch of the sentence says so."""
    manner: dict[str, Any] = {}
    text = sentence.text[start:end]
    for one in placed:
        if not start <= one.figure.start < start + len(text):
            continue
        if one.role is Role.YEARS:
            manner["years"] = int(one.figure.high)
        if one.role is Role.PARTS:
            manner["instalments"] = int(one.figure.high)
    if holds(words.once, text):
        manner["first_time_only"] = True
    if holds(words.stacking["difference"], text):
        manner["difference_only"] = True
    return manner


def value_of(fact: FactDefinition, figure: Figure) -> str | float:
    """Return the number that is asked of a fact, as packs write it."""
    if fact.type is FactType.MONEY:
        return yuan(figure.low)
    return percent(figure.low) if figure.kind is FigureKind.SHARE else figure.low


def _range(figure: Figure, write: Callable[[float], str]) -> str | list[str]:
    return write(figure.low) if figure.low == figure.high else [write(figure.low), write(figure.high)]


def yuan(value: float) -> str:
    """Return an amount in the largest unit that holds it whole."""
    for size, unit in ((1e8, "亿元"), (1e4, "万元")):
        if value >= size and round(value / size, 4) == value / size:
            return f"{value / size:.10g}{unit}"
    return f"{value:.10g}元"


def percent(value: float) -> str:
    """Return a share as printed."""
    return f"{value * 100:.10g}%"
