"""The words of the pages: one table a language, words/zh.yaml and words/en.yaml, with the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from seeds.strict_yaml import load_yaml

_FOLDER = Path(__file__).parent / "words"


@cache
def page_words(language: str) -> Mapping[str, str]:
    """Return the words of the pages by key, in English for "en", else in Chinese."""
    return MappingProxyType(load_yaml(_FOLDER / ("en.yaml" if language == "en" else "zh.yaml")))
