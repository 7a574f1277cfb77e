"""What every page needs whatever stands on it: its language, its words, its links, what the catalogue covers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from rules.catalogue import Catalogue
from service.pages.understood import understood
from service.pages.wording import page_words
from service.serving import serving

HOMES = {"zh": "/", "en": "/?lang=en"}
LANGUAGES = {"zh": "zh-CN", "en": "en"}


def page_frame(language: str) -> dict[str, Any]:
    """Return the variables of base.html and of what stands on every page of answers."""
    other = "zh" if language == "en" else "en"
    words = page_words(language)
    engine = serving().engine
    published = engine.catalogue.facts if engine else {}
    return {
        "language": language,
        "words": words,
        "home": HOMES[language],
        "other_home": HOMES[other],
        "other_language": LANGUAGES[other],
        "action": HOMES[language],
        "coverage": covered(engine.catalogue, words) if engine else {},
        "understood": partial(understood, published=published, words=words),
    }


def covered(catalogue: Catalogue, words: Mapping[str, str]) -> dict[str, Any]:
    """Return which documents are searched and for which provinces, for people."""
    regions = catalogue.vocabularies["regions"]
    documents = sorted(catalogue.documents.values(), key=lambda document: (document.region, document.id))
    places = dict.fromkeys(regions[document.region].label(words["language"]) for document in documents)
    return {
        "says": words["coverage"].format(words["comma"].join(places), len(documents)),
        "documents": [
            {"title": document.title, "number": document.number, "status": words[f"status.{document.status}"]}
            for document in documents
        ],
    }
