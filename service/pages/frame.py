"""What every page needs whatever stands on it: its language, its words, its links, what the catalogue covers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

import flask

from rules.catalogue import Catalogue
from service.pages.understood import understood
from service.pages.wording import page_words
from service.request_context import PAGE_LANGUAGES
from service.serving import serving

LANGUAGES = {"zh": "zh-CN", "en": "en"}
NAVIGATION = (
    ("pages.form", "nav.check"),
    ("browse.measures", "nav.measures"),
    ("browse.documents", "nav.documents"),
    ("console.home", "nav.screenings"),
    ("handbook.contents", "nav.handbook"),
    ("docs.page", "nav.api"),
)
"""Endpoint and word of each entry of the main navigation."""


def page_frame(language: str) -> dict[str, Any]:
    """Return the variables of base.html and of what stands on every page of answers."""
    other = "zh" if language == "en" else "en"
    words = page_words(language)
    engine = serving().engine
    published = engine.catalogue.facts if engine else {}
    return {
        "language": language,
        "html_language": LANGUAGES[language],
        "words": words,
        "to": link,
        "home": link("pages.form"),
        "navigation": _navigation(words),
        "other_address": _same_page(other),
        "other_home": flask.url_for("pages.form", lang=other),
        "other_language": LANGUAGES[other],
        "action": link("pages.form"),
        "coverage": covered(engine.catalogue, words) if engine else {},
        "catalogue_version": engine.catalogue.version if engine else "",
        "understood": partial(understood, published=published, words=words),
    }


def link(endpoint: str, **values: Any) -> str:  # noqa: ANN401 - whatever the address takes
    """Return the address of a page, which keeps the language that this page's address names."""
    asked = flask.request.args.get("lang", "")
    if asked in PAGE_LANGUAGES:
        values["lang"] = asked
    return flask.url_for(endpoint, **values)


def _navigation(words: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the entries; `current` is "page" on the entry's own page and "true" on a page below it."""
    return [
        {"says": words[key], "address": link(endpoint), "current": _current(flask.url_for(endpoint))}
        for endpoint, key in NAVIGATION
    ]


def _current(address: str) -> str:
    here = flask.request.path
    if here == address:
        return "page"
    return "true" if address != "/" and here.startswith(f"{address}/") else ""


def _same_page(language: str) -> str:
    """Return the address of this page in another language; of the first page when this one has no address."""
    request = flask.request
    if request.endpoint is None or request.method != "GET":
        return flask.url_for("pages.form", lang=language)
    # Put behind the address and never into url_for, which takes some names as its own (?endpoint=, ?_scheme=).
    query = urlencode({**request.args.to_dict(), "lang": language})
    return f"{flask.url_for(request.endpoint, **(request.view_args or {}))}?{query}"


def covered(catalogue: Catalogue, words: Mapping[str, str]) -> dict[str, Any]:
    """Return which documents are searched and for which provinces, for people."""
    regions = catalogue.vocabularies["regions"]
    documents = sorted(catalogue.documents.values(), key=lambda document: (document.region, document.id))
    places = dict.fromkeys(regions[document.region].label(words["language"]) for document in documents)
    return {
        "says": words["coverage"].format(words["comma"].join(places), len(documents)),
        "documents": [
            {
                "id": document.id,
                "title": document.title,
                "number": document.number,
                "status": words[f"status.{document.status}"],
            }
            for document in documents
        ],
    }
