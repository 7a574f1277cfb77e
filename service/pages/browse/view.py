"""The browsing pages: documents and their text, measures and what they rest on, departments, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import groupby
from typing import Any, TypeVar

import flask

from rules.catalogue.catalogue import Searched
from rules.language.measures import leaves
from seeds.vocabulary import printable
from service.pages.browse import filters as browse_filters
from service.pages.browse.document import contents, heading_level, marks_of, set_document
from service.pages.browse.entries import (
    compared,
    department_index,
    document_entries,
    document_entry,
    in_reading_order,
    measure_entry,
    measure_name,
    measure_page,
    place_name,
    related,
    without_department,
)
from service.pages.browse.filters import read_filters, read_words
from service.pages.browse.search import (
    ClauseFound,
    all_places,
    clauses_with,
    excerpt,
    places_by_word,
    search_clauses,
    titled_documents,
    unfound,
)
from service.pages.frame import render_page
from service.pages.wording import page_words
from service.web.catalogue_changes import counted, linked_to_predecessor, published, read_since
from service.web.lookups import having, open_to
from service.web.requests import link, page_language
from service.web.serving import engine, served_catalogue

blueprint = flask.Blueprint("browse", __name__)

Json = dict[str, Any]
Thing = TypeVar("Thing")

PER_PAGE = 20
MOST_NEAREST = 3
LEAST_LIKENESS = 0.4
LONGEST_PAGE_NUMBER = 4


@blueprint.get("/documents")
def documents() -> flask.Response:
    """List the documents, and the clauses that hold the words looked for."""
    catalogue, words = served_catalogue(), _words()
    sought = read_words(flask.request.args.get("q", ""), words)
    found = search_clauses(catalogue, sought.value) if sought.value else []
    titled = titled_documents(catalogue, sought.value) if sought.value else []
    by_word = [places_by_word(catalogue, one, sought.value or "") for one in catalogue.documents.values()]
    listed, page = _page_of(found)
    return render_page(
        "documents.html",
        documents=document_entries(catalogue, words),
        sought=sought,
        unfound=unfound(by_word) if sought.value else [],
        by_title=[document_entry(catalogue, one, words) for one in titled],
        partly=any(one.words < len(by_word[0]) for one in found),
        total=len(found),
        places=sum(len(one.places) for one in found),
        found=[_found(one, words) for one in listed],
        page=page,
        given={"q": sought.typed} if sought.typed else {},
    )


@blueprint.get("/documents/<document_id>")
def document(document_id: str) -> flask.Response:
    """Show the text of a document, its measures and the words looked for marked where they stand."""
    catalogue, words = served_catalogue(), _words()
    if document_id not in catalogue.documents:
        return _missing(document_id, {one.id: one.title for one in catalogue.documents.values()}, kind="document")
    shown = catalogue.documents[document_id]
    measures = [one for one in catalogue.measures.values() if one.document == document_id]
    sought = read_words(flask.request.args.get("q", ""), words)
    by_word = places_by_word(catalogue, shown, sought.value) if sought.value else {}
    places = all_places(by_word)
    only_marked = flask.request.args.get("only") == "measures"
    root = set_document(shown, marks_of(measures, places), only_marked=only_marked)
    return render_page(
        "document.html",
        document=document_entry(catalogue, shown, words),
        root=root,
        contents=contents(root),
        level=heading_level,
        titles={one.id: measure_name(one, words["language"])["title"] for one in measures},
        sought=sought,
        places=len(places),
        found=[_found(one, words) for one in clauses_with(shown, by_word)] if by_word else [],
        unfound=unfound([by_word]),
        only_marked=only_marked,
    )


@blueprint.get("/measures")
def measures() -> flask.Response:
    """List the measures that pass every filter, those in force first."""
    if "" in flask.request.args.values():
        return _without_blanks()
    serves, words = engine(), _words()
    catalogue = serves.catalogue
    filters = read_filters(serves, flask.request.args, words)
    reached = open_to(catalogue, filters.values, words=filters.words, partly=True)
    selected = in_reading_order(catalogue, having(catalogue, reached, filters.values))
    searched = catalogue.search_measures(filters.words) if filters.words else Searched(words={}, measures={})
    best_first = searched.measures or {one: -place for place, one in enumerate(searched.partly)}
    selected.sort(key=lambda one: -best_first.get(one.id, 0))
    listed, page = _page_of(selected)
    return render_page(
        "measures.html",
        filters=filters,
        choices=browse_filters.choices(catalogue, filters, words),
        sectors=catalogue.vocabularies["sectors"].entries.values(),
        total=len(selected),
        of_all=len(catalogue.measures),
        unfound=[word for word, count in searched.words.items() if not count],
        partly=bool(searched.partly),
        items=[measure_entry(catalogue, one, words, filters.words) for one in listed],
        page=page,
        without=browse_filters.without_each(catalogue, filters) if not selected else [],
        more_in_use=any(filters.by_name[name].typed for name in browse_filters.FOLDED),
        stage_is_asked=any(
            leaf.test.fact == "stage"
            for one in catalogue.measures.values()
            for condition in one.conditions
            for leaf in leaves(condition)
        ),
        given=filters.address(),
    )


@blueprint.get("/measures/<measure_id>")
def measure(measure_id: str) -> flask.Response:
    """Show one measure so that its rule can be checked against the text."""
    catalogue, words = served_catalogue(), _words()
    if measure_id not in catalogue.measures:
        titles = {one.id: measure_name(one, words["language"])["title"] for one in catalogue.measures.values()}
        return _missing(measure_id, titles, kind="measure")
    shown = catalogue.measures[measure_id]
    return render_page(
        "measure.html", measure=measure_page(catalogue, shown, words), related=related(catalogue, shown, words)
    )


@blueprint.get("/compare")
def compare() -> flask.Response:
    """Show two measures side by side: whatever can be said of both, where they differ marked."""
    catalogue, words = served_catalogue(), _words()
    known = [id_ for id_ in dict.fromkeys(flask.request.args.getlist("id")) if id_ in catalogue.measures]
    pair = [measure_page(catalogue, catalogue.measures[id_], words) for id_ in known[:2]]
    rows = compared(pair, words) if len(pair) == 2 else []  # noqa: PLR2004 - two sides
    return render_page("compare.html", pair=pair, rows=rows, asked=len(flask.request.args.getlist("id")))


@blueprint.get("/changes")
def changes() -> flask.Response:
    """Show what changed since an edition, by kind; the form chooses which."""
    words, asked = _words(), flask.request.args.get("since", "").strip()
    since, current = read_since(asked), served_catalogue()
    found = since.changes(words["language"])
    listed, page = _page_of(found)
    return render_page(
        "changes.html",
        since=since,
        current=current.version,
        editions=published(since.before.version),
        totals=counted(found),
        groups=[(kind, list(items)) for kind, items in groupby(listed, key=lambda one: one.kind)],
        known={"measure": current.measures, "document": current.documents},
        documents={**since.before.documents, **current.documents},
        page=page,
        given={"since": asked} if asked else {},
    )


@blueprint.get("/documents/<document_id>/predecessor")
def predecessor(document_id: str) -> flask.Response:
    """Show a document beside the one that it takes the place of, clause by clause."""
    catalogue = served_catalogue()
    if document_id not in catalogue.documents:
        return _missing(document_id, {one.id: one.title for one in catalogue.documents.values()}, kind="document")
    shown = catalogue.documents[document_id]
    return render_page(
        "predecessor.html", document=document_entry(catalogue, shown, _words()), linked=linked_to_predecessor(shown)
    )


@blueprint.get("/departments")
def departments() -> flask.Response:
    """List the departments with the measures that they lead or share."""
    catalogue, words = served_catalogue(), _words()
    return render_page(
        "departments.html", places=department_index(catalogue, words), unnamed=without_department(catalogue, words)
    )


def _words() -> Mapping[str, str]:
    return page_words(page_language())


def _without_blanks() -> flask.Response:
    """Lead to the same address without the filters that the form sent empty, so that it can be passed on."""
    asked = flask.request.args
    stated = {name: asked[name] for name in (*browse_filters.ORDER, "page") if asked.get(name)}
    answer = flask.Response(status=303)
    answer.location = link("browse.measures", **stated)
    return answer


def _page_of(things: Sequence[Thing]) -> tuple[Sequence[Thing], dict[str, int]]:
    """Return the things of the page asked for and where it stands; what is no page is the first or the last."""
    asked = flask.request.args.get("page", "1")
    pages = max(1, -(-len(things) // PER_PAGE))
    page = min(max(1, int(asked)), pages) if asked.isdecimal() and len(asked) <= LONGEST_PAGE_NUMBER else 1
    return things[(page - 1) * PER_PAGE : page * PER_PAGE], {"page": page, "pages": pages}


def _found(found: ClauseFound, words: Mapping[str, str]) -> Json:
    document, clause = found.document, found.clause
    return {
        "document": document_entry(served_catalogue(), document, words),
        "path": clause.path,
        "clause": place_name(document, clause.path, words),
        "count": len(found.places),
        "excerpt": excerpt(document.text, found.places),
    }


def _missing(name: str, titles: Mapping[str, str], *, kind: str) -> flask.Response:
    """Say that there is no such document or measure, and offer the nearest."""
    shown = printable(name)
    near = get_close_matches(shown, list(titles), n=MOST_NEAREST, cutoff=LEAST_LIKENESS)
    offered = [{"id": id_, "title": titles[id_]} for id_ in near]
    return render_page("browse_missing.html", status=404, kind=kind, name=shown, near=offered)
