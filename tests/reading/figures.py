"""Scores the figures of a draft pack against a label: what is given, what is asked, and until when, clause by clause.

A labelled line is `clause | what | [operator |] values | unit`; its values are facts, never words of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rules.language.amounts import parse_money
from rules.language.figures import FigureKind, figures_in

GIVES, ASKS = "gives", "asks"
_COUNTED = (FigureKind.MONEY, FigureKind.SHARE, FigureKind.COUNT, FigureKind.SPAN, FigureKind.PLAIN)
_GIFT = ("amount", "up_to", "rate", "rate_up_to")
_OPERATORS = ("at_least", "at_most", "more_than", "less_than")
_UNITS = {"%": 0.01, "‰": 0.001, "元": 1.0, "千元": 1e3, "万元": 1e4, "亿元": 1e8}
Value = float | str


@dataclass(frozen=True, slots=True)
class Figure:
    """Values that stand in a clause and do one thing; of a condition in words, any one of its values is meant.

    Without `claims` no number is claimed: words that a person checks and that count something, such as 一项.
    """

    role: str
    clause: str
    values: frozenset[Value]
    claims: bool = True


@dataclass
class FigureScore:
    """Labelled figures and those found, drafted ones and those right, by role."""

    told: int = 0
    found: int = 0
    drafted: int = 0
    right: int = 0


def bare(path: str, prefix: str) -> str:
    """Return a clause path as labels write it."""
    return re.sub(r"-\d+(?=\.|$)", "", path).removeprefix(prefix)


def labelled(label: dict[str, Any], key: str, role: str) -> Iterator[Figure]:
    """Yield the labelled figures of a key, each value for itself; a line with no value that is a number has none."""
    for line in label.get(key) or ():
        parts = [part.strip() for part in line.split("|")]
        has_operator = role == ASKS
        values, unit = (parts[3], parts[4]) if has_operator else (parts[2], parts[3])
        for value in _values(values, unit):
            yield Figure(role, parts[0], frozenset({value}))


def _values(written: str, unit: str) -> Iterator[Value]:
    for one in written.split(","):
        if unit == "date":
            yield one.strip()
        elif unit == "ratio":
            part, _, whole = one.partition(":")
            yield round(float(part) / float(whole), 6)
        elif re.fullmatch(r"\d+(\.\d+)?", one.strip()):
            yield round(float(one) * _UNITS.get(unit, 1.0), 6)


def drafted(pack: dict[str, Any], prefix: str) -> list[Figure]:
    """Return the figures of a draft pack."""
    found: list[Figure] = []
    for measure in pack["measures"]:
        clause = bare(str(measure.get("source", {}).get("clause", "")), prefix)
        for condition in measure.get("conditions", ()):
            found += _asked(condition, clause, prefix)
        for benefit in measure.get("benefits", ()):
            found += _given(benefit, clause, prefix)
            for tier in benefit.get("tiers", ()):
                found += _given(tier, clause, prefix)
                found += _asked(tier["when"], clause, prefix)
    for window in (*pack.get("windows", ()), *(one for m in pack["measures"] for one in m.get("windows", ()))):
        days = [str(window[key]) for key in ("opens", "closes") if key in window]
        found += [Figure(ASKS, bare(str(window.get("clause", "")), prefix), frozenset({day})) for day in days]
    return found


def _given(gift: dict[str, Any], clause: str, prefix: str) -> Iterator[Figure]:
    clause = bare(str(gift.get("clause", clause)), prefix)
    amounts = [gift[key] for key in _GIFT if key in gift] + [cap["amount"] for cap in gift.get("caps", ())]
    for amount in amounts:
        for one in amount if isinstance(amount, list) else [amount]:
            yield Figure(GIVES, clause, frozenset({_number(str(one))}))


def _asked(condition: Any, clause: str, prefix: str) -> Iterator[Figure]:
    if isinstance(condition, list):
        for one in condition:
            yield from _asked(one, clause, prefix)
        return
    clause = bare(str(condition.get("clause", clause)), prefix)
    parts = condition.get("any") or condition.get("all") or condition.get("not")
    if parts:
        yield from _asked(parts if isinstance(parts, list) else [parts], clause, prefix)
    elif "fact" in condition:
        for operator in _OPERATORS:
            if operator in condition:
                yield Figure(ASKS, clause, frozenset({_number(str(condition[operator]))}))
    else:
        words = str(condition["text"])
        figures = [one for one in figures_in(words) if one.kind in _COUNTED]
        values = {round(value, 6) for one in figures for value in (one.low, one.high)}
        claims = any(one.kind in (FigureKind.MONEY, FigureKind.SHARE) for one in figures)
        if values:
            yield Figure(ASKS, clause, frozenset(values), claims=claims)


def _number(written: str) -> float:
    if written.endswith("%"):
        return round(float(written[:-1]) / 100, 6)
    return float(parse_money(written))


def score_figures(label: dict[str, Any], pack: dict[str, Any]) -> tuple[FigureScore, list[str]]:
    """Return how many labelled figures are drafted and how many drafted ones are labelled, and which are not."""
    prefix = label.get("outline_prefix_optional", "\n")
    told = [*labelled(label, "benefits", GIVES), *labelled(label, "conditions", ASKS)]
    told = list(dict.fromkeys(told))
    may = list(labelled(label, "figures_optional", GIVES))
    got = drafted(pack, prefix)
    claimed = [one for one in got if one.claims]
    missing = [one for one in told if not any(_same(one, other) for other in got)]
    wrong = [one for one in claimed if not any(_same(other, one) for other in told)]
    wrong = [one for one in wrong if not any(other.clause == one.clause and other.values & one.values for other in may)]
    allowed = [one for one in claimed if one not in wrong]
    score = FigureScore(told=len(told), found=len(told) - len(missing), drafted=len(claimed), right=len(allowed))
    return score, [*_written("-", missing), *_written("+", wrong)]


def _same(told: Figure, got: Figure) -> bool:
    is_there = told.clause == got.clause or told.clause.startswith(f"{got.clause}.")
    return told.role == got.role and is_there and bool(told.values & got.values)


def _written(sign: str, figures: Iterable[Figure]) -> Iterator[str]:
    for one in figures:
        values = ",".join(sorted(f"{value:g}" if isinstance(value, float) else value for value in one.values))
        yield f"{sign}{one.role} {one.clause}: {values}"
