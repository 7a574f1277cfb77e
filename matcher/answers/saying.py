"""The words that people read in an answer, by key and language (words/zh.yaml, words/en.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seeds.faults import load_words

WORDS = Path(__file__).parent / "words"


def say(code: str, language: str, **values: Any) -> str:  # noqa: ANN401 - formatted as text
    """Return the message `code` in `language` with its values filled in."""
    return load_words(WORDS, language)[code].format(**values)
