"""A draft tried before it is published: on a company, as the self-check answers, and on a stored screening."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flask
from marshmallow import ValidationError

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchError, MatchRequest
from rules.language.condition_parsing import PackError
from service.complaints import Complaint, RequestError, complaints_of
from service.drafts.items import DOCUMENT, PACK, Item, Kind, State
from service.drafts.judging import judge_of
from service.drafts.preview import Preview, stored_preview
from service.drafts.review import Review
from service.intake.questions import MatchRequestSchema, complaints_of_facts
from service.pages.check.cards import MOST, one_card
from service.pages.check.fields import Fields, read_profile
from service.pages.check.page import read_typed
from service.pages.console.entry import console_page, name_of
from service.pages.editor.door import ONE, fault_lines, found, guard, item_of, sentence, title_of
from service.screenings.stored.jobs import State as JobState
from service.web.lookups import finished_screening, parts_of
from service.web.requests import link, page_language
from service.web.serving import engine, own_screenings

Json = dict[str, Any]
blueprint = flask.Blueprint("trials", __name__)
blueprint.before_request(guard)
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
