"""The official names of GB/T 4754 and their codes, and lists of them that must not be cut inside a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seeds.vocabulary import fold
from seeds.word_lists import FILE, by_name, load_lists, one_span, one_text, two_words, word_lists

INDUSTRIES = FILE.with_name("industries.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Industries:
    """Names of GB/T 4754: the code of 2017 by each folded way of printing one, and what finds those with a 「、」."""

    codes: Mapping[str, str]
    enumerating: re.Pattern[str]


@cache
def industries() -> Industries:
    """Return the official names that are shipped."""
    return load_industries(INDUSTRIES)


def load_industries(path: Path) -> Industries:
    """Load the file of official names; raise SeedError as `load_word_lists` does."""
    read = load_lists(path, {"names": by_name(one_text), "earlier": by_name(two_words), "shifted": one_span})
    names: Mapping[str, str] = read["names"]
    section = {number: letter for letter, span in word_lists().divisions.items() for number in span}
    former = [(name, was, now) for name, (was, now) in read["earlier"].items()]
    former += [
        (name, f"{int(code[:2]) - 1}{code[2:]}", code)
        for code, name in names.items()
        if code.isdigit() and int(code[:2]) in read["shifted"]
    ]
    codes = {fold(name): code for code, name in reversed([*names.items()])}  # of equal names the broadest counts
    for name, code in (*((name, code) for code, name in names.items()), *((name, now) for name, _, now in former)):
        for printed in _printed(name):
            codes.setdefault(fold(printed), code)
    for name, was, now in former:  # a code of 2011 is another industry in 2017: beside its name, the name counts
        lettered = section[int(now[:2])] + was
        codes |= dict.fromkeys(map(fold, (was + name, name + was, lettered + name, name + lettered)), now)
    enumerations = sorted((name for name in (*names.values(), *read["earlier"]) if "、" in name), key=len, reverse=True)
    return Industries(
        codes=codes, enumerating=re.compile("|".join(re.escape(name).replace("、", "[、,，]") for name in enumerations))
    )


def _printed(name: str) -> Iterator[str]:
    """Yield how registers print an official name: with and without 业 at its end, and without what is in brackets."""
    for form in (name, _BRACKETED.sub("", name)):
        yield from (form, f"{form}业")
        if form.endswith("业") and len(form) >= _LONG_ENOUGH:
            yield form.removesuffix("业")


_BRACKETED = re.compile("（[^（）]*）")
_LONG_ENOUGH = 4
"""Characters of a name that without its 业 is still a name of an industry: 畜牧 is too short to be told from a word."""

_SHIELDS = {mark: chr(0xE000 + place) for place, mark in enumerate("、,，")}
_SHIELDED, _UNSHIELDED = str.maketrans(_SHIELDS), str.maketrans({shield: mark for mark, shield in _SHIELDS.items()})

HOLDS_MARK = re.compile("[、,，]").search
"""Tells whether a list may hold official names that must not be cut: most lists need no shield."""


def shield(text: str) -> str:
    """Return a list with what separates inside official names replaced (农、林、牧、渔业 is one), for `unshield`."""
    return industries().enumerating.sub(lambda name: name[0].translate(_SHIELDED), text)


def unshield(item: str) -> str:
    """Return an item of a shielded list as it was typed."""
    return item.translate(_UNSHIELDED)
