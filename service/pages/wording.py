"""The words of the pages: one table a language, words/zh.yaml and words/en.yaml, with the same keys.

The names of the form's fields stand with the fields (seeds/vocabularies/profile_fields.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from seeds.faults import load_words
from seeds.profile_fields import profile_fields

WORDS = Path(__file__).parent / "words"


@cache
def page_words(language: str) -> Mapping[str, str]:
    """Return the words of the pages by key, in English for "en", else in Chinese."""
    words = dict(load_words(WORDS, language))
    for name, field in profile_fields().by_id.items():
        if form := field.form:
            label, hint = (form.en, form.hint_en) if language == "en" else (form.zh, form.hint_zh)
            words |= {f"field.{name}": label, f"hint.{name}": hint}
    return MappingProxyType(words)
