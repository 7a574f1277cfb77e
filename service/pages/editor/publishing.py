"""A draft tried on a company and on a stored screening, then put in force, and the edition before put back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import flask
from marshmallow import ValidationError

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchError, MatchRequest
from rules.catalogue.catalogue import CatalogueError
from rules.language.condition_parsing import PackError
from seeds.faults import CodedError, SeedError
from service.catalogues.editions import Publication
from service.catalogues.publishing import ConflictError, Stamp, publish, roll_back
from service.complaints import Complaint, RequestError, complaints_of
from service.disk import fault_of
from service.drafts.items import DOCUMENT, PACK, Item, Kind, ReviewError, State
from service.drafts.judging import judge_by, judge_of
from service.drafts.preview import Preview, stored_preview
from service.drafts.review import Review
from service.drafts.revising import write_with
from service.intake.questions import MatchRequestSchema, complaints_of_facts
from service.pages.check.cards import MOST, one_card
from service.pages.check.fields import Fields, read_profile
from service.pages.check.page import read_typed
from service.pages.console.entry import console_page, go_to, name_of
from service.pages.editor.draft import draft_page
from service.pages.editor.drafts import (
    ONE,
    blueprint,
    drafts,
    editions,
    fault_lines,
    found,
    home_page,
    in_force,
    item_of,
    may_publish,
    sentence,
    title_of,
)
from service.pages.wording import page_words
from service.screenings.stored.jobs import State as JobState
from service.web.lookups import finished_screening, parts_of
from service.web.requests import link, page_language
from service.web.serving import engine, own_screenings, serving

Json = dict[str, Any]
_TENANTS = 100
"""So many tenants of a trial are listed; the counts are of all."""


@blueprint.get(f"{ONE}/company")
def company(draft_id: str) -> flask.Response:
    """Show the form of the self-check, empty."""
    return _company_page(found(draft_id), {})


@blueprint.post(f"{ONE}/company")
def answer_company(draft_id: str) -> flask.Response:
    """Answer what was typed with the measures of the draft alone; it is stored nowhere."""
    review, typed = found(draft_id), read_typed(flask.request.form)
    try:
        tried = Engine(judge_of(review, engine().catalogue, page_language()).tried(review.measures()))
        request = _request(read_profile(typed, tried.catalogue.facts))
        answer = tried.match(replace(request, limit=MOST, include=frozenset({"general", "not_applicable"})))
    except PackError as error:
        return _company_page(review, typed, status=422, faults=fault_lines(error.faults))
    except ValidationError as error:
        return _company_page(review, typed, status=422, faults=_sentences(complaints_of(error.messages)))
    except MatchError as error:
        return _company_page(review, typed, status=422, faults=_sentences(complaints_of_facts(error.faults)))
    fields = Fields(tried.catalogue, page_language())
    flask.g.engine = tried  # cards are made of the catalogue that answers
    cards = [_within(one_card(one, page_language()), review) for one in answer.recommendations]
    return _company_page(review, typed, answer=answer, cards=cards, fields=fields)


def _request(profile: Json) -> MatchRequest:
    question: MatchRequest = MatchRequestSchema().load({"profile": profile})
    return replace(question, language=page_language())


def _sentences(complaints: list[Complaint]) -> list[str]:
    return [sentence(*complaint.worded(page_language())) for complaint in complaints]


def _within(card: Json, review: Review) -> Json:
    """Return a card whose links lead to the draft: what it shows is on no other page yet."""
    page = link("editor.draft", draft_id=review.id)
    measure = card["measure"]
    items = {str(item.body.get("id")): item.id for item in review.of(Kind.MEASURE)}
    place = f"{page}#p-{measure.source.start}-{measure.source.end}"
    rows = {name: [replace(row, address="", asked=None) for row in card[name]] for name in ("open", "met")}
    passages = [{**passage, "address": ""} for passage in card["passages"]]
    return {**card, **rows, "passages": passages, "address": f"{page}#{items[measure.id]}", "place": place}


def _company_page(review: Review, typed: Json, *, status: int = 200, **more: Any) -> flask.Response:  # noqa: ANN401 - what the template takes
    given = {"answer": None, "cards": [], "faults": [], "fields": None, **more}
    fields = given["fields"] or Fields(engine().catalogue, page_language())
    shown = {**given, "fields": fields.of_form(typed), "typed": typed, "title": title_of(review)}
    return console_page("editor_company.html", status=status, review=review, **shown)


@blueprint.get(f"{ONE}/screening")
def screening(draft_id: str) -> flask.Response:
    """Show which tenants of a screening of one's own a measure of the draft would fit."""
    review, asked = found(draft_id), flask.request.args
    measures = [item for item in review.of(Kind.MEASURE) if item.state is not State.REJECTED]
    jobs = [job for job in own_screenings() if job.state is JobState.FINISHED]
    faults, outcome = [], None
    if asked.get("measure") and asked.get("screening"):
        try:
            outcome = _outcome(review, item_of(review, asked["measure"]), asked["screening"])
        except PackError as error:
            faults = fault_lines(error.faults)
        except RequestError as error:
            if error.kind == "not_found":
                raise
            faults = _sentences(list(error.complaints))
    return console_page(
        "editor_screening.html",
        review=review, title=title_of(review), faults=faults, outcome=outcome, most=_TENANTS,
        measures=[(item.id, str(item.body.get("title"))) for item in measures],
        screenings=[(job.id, name_of(job.id) or job.id[:8]) for job in jobs],
        chosen={"measure": asked.get("measure", ""), "screening": asked.get("screening", "")},
    )  # fmt: skip


def _outcome(review: Review, item: Item, screening_id: str) -> Preview:
    job = finished_screening(screening_id)
    draft = judge_of(review, engine().catalogue, page_language()).draft(item.body)
    asked = [review.items[DOCUMENT].body, review.items[PACK].body, item.body]
    return stored_preview(draft, parts_of(job), job.options, asked)


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
