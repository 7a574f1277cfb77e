"""Putting a draft in force, and going back to the edition before; what stands in the way is told in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import flask

from rules.catalogue.catalogue import CatalogueError
from seeds.faults import CodedError, SeedError
from service.catalogues.editions import Publication
from service.catalogues.publishing import ConflictError, Stamp, publish, roll_back
from service.disk import fault_of
from service.drafts.cases import judge_by
from service.drafts.items import ReviewError
from service.drafts.review import Review
from service.drafts.revising import write_with
from service.pages.console.entry import go_to
from service.pages.editor.door import (
    ONE,
    blueprint,
    drafts,
    editions,
    fault_lines,
    found,
    home_page,
    in_force,
    may_publish,
    sentence,
)
from service.pages.editor.draft import draft_page
from service.pages.wording import page_words
from service.web.requests import link, page_language
from service.web.serving import serving

_LONGEST_NOTE = 200


@blueprint.post(f"{ONE}/publish")
def put_in_force(draft_id: str) -> flask.Response:
    """Publish a draft whose items are all decided, if whoever asks may."""
    review = found(draft_id)
    try:
        _expect_publishable(review)
    except ReviewError as error:
        status = 403 if error.word in _FORBIDDEN else 422
        return draft_page(review, status=status, faults=[page_words(page_language())[error.word]], at="publish")
    held = editions()
    make = partial(write_with, review, held.served)
    stamp = replace(_stamp(f"draft {review.id} {review.name}"), document=review.document_id)
    replaces = flask.request.form.get("replaces") or None
    cases = serving().settings.cases

    def put() -> Publication:
        return publish(held, make, stamp, judge=judge_by(cases, held.served), replaces=replaces)

    done, faults, status = _tried(put)
    if done is None:
        return draft_page(found(draft_id), status=status, faults=faults, at="publish")
    drafts().published(review, flask.g.key, done.version)
    return go_to(f"{link('editor.draft', draft_id=draft_id)}#publish")


_FORBIDDEN = frozenset({"editor_fault.no_publisher", "editor_fault.alone"})


def _expect_publishable(review: Review) -> None:
    """Raise ReviewError with the first thing that stands in the way."""
    alone = not serving().settings.publish_alone and review.reviewed_alone(flask.g.key.id)
    reasons = (
        (not may_publish(), "editor_fault.no_publisher"),
        (in_force(review), "editor_fault.in_force"),
        (bool(review.open_items()), "editor_fault.still_open"),
        (not review.measures(), "editor_fault.no_measures"),
        (bool(alone), "editor_fault.alone"),
    )
    for stands, word in reasons:
        if stands:
            raise ReviewError(word)


@blueprint.post("/editor/rollback")
def go_back() -> flask.Response:
    """Put the edition in force again that the present one took the place of, as it was shown."""
    words, form = page_words(page_language()), flask.request.form
    if not may_publish():
        return home_page(status=403, faults=[words["editor_fault.no_publisher"]])
    if form.get("replaces") != (editions().current() or ""):
        return home_page(status=409, faults=[words["editor_fault.edition_moved_on"]])
    done, faults, status = _tried(lambda: roll_back(editions(), form.get("version") or None, _stamp("")))
    return go_to(f"{link('editor.home')}#editions") if done else home_page(status=status, faults=faults)


def _stamp(source: str) -> Stamp:
    key = flask.g.key
    note = " ".join(flask.request.form.get("note", "").split())[:_LONGEST_NOTE]
    return Stamp(by=key.label or key.id, at=time.time(), source=source, note=note)


def _tried(put: Callable[[], Publication]) -> tuple[Publication | None, list[str], int]:
    """Do it; return what came into force, or why nothing did, in words, and the status of the page that says so."""
    words = page_words(page_language())
    try:
        return put(), [], 200
    except ConflictError as error:
        return None, [sentence(*error.worded(page_language()))], 409
    except CodedError as error:
        return None, [sentence(*error.worded(page_language()))], 422
    except SeedError as error:
        return None, fault_lines(error.faults), 422
    except CatalogueError as error:
        return None, [words["editor_fault.catalogue"].format(error)], 422
    except OSError as error:
        if fault_of(error) is None:
            raise
        return None, [words["editor_fault.disk"].format(error.strerror)], 507
