"""What every page needs whatever stands on it: its language, its words, its links."""

from __future__ import annotations

from typing import Any

from service.pages.wording import page_words

HOMES = {"zh": "/", "en": "/?lang=en"}


def page_frame(language: str) -> dict[str, Any]:
    """Return the variables of base.html."""
    other = "zh" if language == "en" else "en"
    return {
        "language": language,
        "words": page_words(language),
        "home": HOMES[language],
        "other_home": HOMES[other],
        "action": HOMES[language],
    }
