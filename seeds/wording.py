"""The words of whatever can be wrong, one table a language: a code with its parameters into a message and a hint.

It finds no fault and knows no place; who finds one names a code of messages/*.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import yaml

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).parent / "messages"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the strict reader's own faults are worded here


class Bilingual(NamedTuple):
    """A parameter that differs by language."""

    zh: str
    en: str


class Words(NamedTuple):
    """The message and the hint ("" for none) of one code, and the parameters that the hint cannot do without."""

    message: str
    hint: str
    needs: frozenset[str]


@cache
def load_messages(language: str) -> Mapping[str, Words]:
    """Load the words of one of LANGUAGES by code; they are read once."""
    raw = yaml.load((_FOLDER / f"{language}.yaml").read_text("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    return {code: Words(one["message"], one.get("hint", ""), holes(one.get("hint", ""))) for code, one in raw.items()}


def holes(text: str) -> frozenset[str]:
    """Return the names of the parameters of a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def worded(code: str, params: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return the message and the hint of a code in English ("en") or Chinese (any other language).

    Several values are a tuple; a list is one value, as somebody sent it. A hint has nothing to say, and is left out,
    when a parameter of it is not known (None or "").
    """
    spoken = "en" if language == "en" else "zh"
    message, hint, needs = load_messages(spoken)[code]
    filled = {name: _shown(value, spoken) for name, value in params.items()}
    says = all(filled.get(name) not in (None, "") for name in needs)
    return message.format(**filled), hint.format(**filled) if says else ""


def bilingual(code: str) -> Bilingual:
    """Return the message of a code without parameters, to be a parameter itself."""
    return Bilingual(*(load_messages(language)[code].message for language in LANGUAGES))


def _shown(value: object, language: str) -> object:
    if isinstance(value, Bilingual):
        return value.en if language == "en" else value.zh
    if isinstance(value, tuple):
        return list(value) if language == "en" else "、".join(map(str, value))
    return value
