"""What a measure gives, in words: its kind, and amount, cap and rate where the text states them."""

from __future__ import annotations

from collections.abc import Mapping

from matcher.answers import Benefit

_YI, _WAN = 1e8, 1e4


def benefit_words(benefit: Benefit | None, words: Mapping[str, str]) -> str:
    """Return a benefit in one phrase; empty when the text names none."""
    if not benefit:
        return ""
    per = f"/{benefit.unit}" if benefit.unit else ""
    amounts = {"benefit_amount": benefit.amount_cny, "benefit_cap": benefit.cap_cny}
    stated = [words[f"benefit.{benefit.kind}"]]
    stated += [words[key].format(money_words(yuan, words) + per) for key, yuan in amounts.items() if yuan is not None]
    if benefit.rate is not None:
        stated.append(words["benefit_rate"].format(f"{100 * benefit.rate:g}%"))
    return words["comma_between"].join(stated)


def money_words(yuan: float, words: Mapping[str, str]) -> str:
    """Return an amount as people write it: 500万元, 1.2亿元, CNY 5,000,000."""
    if words["language"] == "en":
        return f"CNY {yuan:,.0f}"
    for size, unit in ((_YI, "亿元"), (_WAN, "万元")):
        if yuan >= size:
            return f"{yuan / size:g}{unit}"
    return f"{yuan:g}元"
