"""What a measure gives, in words: its kind, and amount, cap and rate where the text states them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_YI, _WAN = 1e8, 1e4


def benefit_words(benefit: Mapping[str, Any] | None, words: Mapping[str, str]) -> str:
    """Return a benefit in one phrase; empty when the text names none."""
    if not benefit:
        return ""
    stated = [words[f"benefit.{benefit['kind']}"]]
    stated += [
        words[f"benefit_{key}"].format(_per(money_words(benefit[f"{key}_cny"], words), benefit))
        for key in ("amount", "cap")
        if f"{key}_cny" in benefit
    ]
    if "rate" in benefit:
        stated.append(words["benefit_rate"].format(f"{100 * benefit['rate']:g}%"))
    return words["comma_between"].join(stated)


def _per(amount: str, benefit: Mapping[str, Any]) -> str:
    return f"{amount}/{benefit['unit']}" if "unit" in benefit else amount


def money_words(yuan: float, words: Mapping[str, str]) -> str:
    """Return an amount as people write it: 500万元, 1.2亿元, CNY 5,000,000."""
    if words["language"] == "en":
        return f"CNY {yuan:,.0f}"
    for size, unit in ((_YI, "亿元"), (_WAN, "万元")):
        if yuan >= size:
            return f"{yuan / size:g}{unit}"
    return f"{yuan:g}元"
