"""Every word of the pages by key, Chinese and English side by side; the words themselves stand in words/."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.pages.words import (
    browse,
    check,
    console,
    console_results,
    contract,
    embed,
    feedback,
    frame,
    handbook,
    measures,
)

AREAS = (frame, measures, check, browse, console, console_results, handbook, embed, feedback, contract)

_WORDS: dict[str, tuple[str, str]] = {key: pair for area in AREAS for key, pair in area.WORDS.items()}
_ZH: Mapping[str, str] = MappingProxyType({key: zh for key, (zh, _) in _WORDS.items()})
_EN: Mapping[str, str] = MappingProxyType({key: en for key, (_, en) in _WORDS.items()})


def page_words(language: str) -> Mapping[str, str]:
    """Return the words of the pages in `language` by key."""
    return _EN if language == "en" else _ZH
