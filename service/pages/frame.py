"""How a view answers with a page: a template in its frame of language, words, links and what the catalogue covers.

It sets the policy that tells the browser what the page may do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

import flask

from matcher.answers.shapes import FactRead
from matcher.profiles.words import How
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import FactDefinition
from service.pages.wording import page_words
from service.shapes.published import Problem
from service.web.requests import link, page_language
from service.web.serving import serving

_FIELDS = {"region": "city", "target_region": "target_city", "sector": "sector", "stage": "stage", "needs": "needs"}
"""Facts that people know by the name of the field they were typed in."""


def understood(
    facts: Iterable[FactRead],
    published: Mapping[str, FactDefinition],
    words: Mapping[str, str],
    label: Callable[[str], str] | None = None,
) -> list[str]:
    """Return each value of each fact once; what was stated hides the same value inferred from something else.

    `label` names the conditions that are no published facts.
    """
    stated: dict[tuple[str, str], FactRead] = {}
    for fact in facts:
        known = stated.setdefault((fact.fact, fact.label), fact)
        if known.how is How.INFERRED is not fact.how:
            stated[fact.fact, fact.label] = fact
    return [
        words["named"].format(_name(name, published, words, label), value) + _whence(fact, words)
        for (name, value), fact in stated.items()
    ]


def _name(
    fact: str, published: Mapping[str, FactDefinition], words: Mapping[str, str], label: Callable[[str], str] | None
) -> str:
    if fact in _FIELDS:
        return words[f"field.{_FIELDS[fact]}"]
    if fact not in published:
        return label(fact) if label else words["confirmed"]
    name = published[fact].label(words["language"])
    return name[:1].upper() + name[1:]


def _whence(fact: FactRead, words: Mapping[str, str]) -> str:
    if fact.how is not How.INFERRED:
        return ""
    origin = fact.origin.partition("[")[0]
    return words.get(f"inferred.{origin}", words["inferred"])


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
        "navigation": [
            {"says": words[key], "address": link(endpoint), "current": _current(flask.url_for(endpoint))}
            for endpoint, key in NAVIGATION
        ],
        "other_address": _same_page(other),
        "other_home": flask.url_for("pages.form", lang=other),
        "other_language": LANGUAGES[other],
        "action": link("pages.form"),
        "coverage": covered(engine.catalogue, words) if engine else {},
        "catalogue_version": engine.catalogue.version if engine else "",
        "understood": partial(understood, published=published, words=words),
    }


def _current(address: str) -> str:
    """Return "page" when this is the page of an address, "true" when it is one below it."""
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
            {"id": one.id, "title": one.title, "number": one.number, "status": words[f"status.{one.status}"]}
            for one in documents
        ],
    }


HTML = "text/html; charset=utf-8"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Scripts, styles, images and calls of this service only; nothing inline; in no frame."""
SURROUNDINGS: dict[str, Callable[[], dict[str, Any]]] = {}
"""Blueprint -> what its pages stand in instead of base.html: the layout, its variables, the policy."""


def render_page(
    template: str, *, status: int = 200, policy: str = PAGE_POLICY, private: bool = False, **variables: object
) -> flask.Response:
    """Return a template as a page in the language of the request; a `private` one is kept by no cache."""
    language = page_language()
    around = SURROUNDINGS.get(flask.request.blueprint or "", dict)()
    flask.g.content_policy, flask.g.content_language = around.get("policy", policy), language
    given: dict[str, Any] = {**page_frame(language), "public": not private, **around, **variables}
    page = flask.Response(flask.render_template(template, **given), status, content_type=HTML)
    page.headers["Cache-Control"] = "no-store" if private else "no-cache"
    return page


def problem_page(problem: Problem, status: int) -> flask.Response:
    """Return a problem as a page."""
    return render_page("problem.html", status=status, problem=problem)
