"""What readers send: texts whose quotes and citations are checked, and reports of what is wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import flask

from matcher.citations.check import MOST_PASSAGES, CitationAnswer, TooManyPassagesError, check_citations
from rules.catalogue.catalogue import Catalogue
from service.clock import moment
from service.complaints import Complaint, RequestError
from service.feedback.reports import (
    CasesQuery,
    ClosingQuestion,
    FeedbackQuery,
    FeedbackQuestion,
    FeedbackReport,
    FeedbackReports,
    FeedbackTaken,
    cases_yaml,
    describe_report,
    read_statement,
)
from service.feedback.store import Feedback, FeedbackFullError, Report, ReportFilter
from service.intake.citations import CitationsQuestion
from service.web.blueprints import Blueprint
from service.web.requests import as_asked, asked_language, json_bytes, private_answer
from service.web.serving import charge_match, editor, engine, served_catalogue, serving, store

blueprint = Blueprint("citations", __name__, description="Whether quoted words stand where a text says.")


def checked(question: dict[str, Any], catalogue: Catalogue, language: str) -> CitationAnswer:
    """Answer a question that was loaded; raise RequestError when its text has more passages than are checked."""
    on: date = question["on"]
    try:
        return check_citations(catalogue, question["text"], on, language)
    except TooManyPassagesError as error:
        params = {"count": error.count, "limit": MOST_PASSAGES}
        complaint = Complaint(code="too_many_passages", pointer="/text", params=params)
        raise RequestError("invalid_request", [complaint]) from error


@blueprint.at("/v1/check-citations", method="POST")
@blueprint.takes(CitationsQuestion)
@blueprint.answers(CitationAnswer, 400, 413, 415, 422, 429, 503, description="Every passage with how it comes out.")
def check(question: dict[str, Any]) -> flask.Response:
    """Check what a text quotes and cites: verbatim, altered (with every difference), not found, not held, not in force.

    Nothing of the text is stored.
    """
    charge_match()
    return private_answer(json_bytes(checked(question, served_catalogue(), asked_language())))


reports = Blueprint("reports", __name__, description="What readers report as wrong, and what editors do about it.")

YAML = "application/yaml"


@reports.at("/v1/feedback", method="POST")
@reports.takes(FeedbackQuestion)
@reports.answers(FeedbackTaken, 400, 413, 415, 422, 429, 503, 507, description="Stored for the editors.", status=201)
def send(question: dict[str, Any]) -> flask.Response:
    """Report that a condition came out wrong; a profile is stored only with consent, and without identity."""
    report = keep(question)
    stored = report.statement.profile is not None
    taken = FeedbackTaken(id=report.id, profile_stored=stored, expires_at=moment(report.expires_at))
    answer = private_answer(json_bytes(taken))
    answer.status_code = 201
    return answer


def keep(question: dict[str, Any]) -> Report:
    """Store what a reader sent, through whichever door it came."""
    statement = read_statement(question, engine())
    try:
        return Feedback(store()).add(statement, days=serving().settings.feedback_days)
    except FeedbackFullError as error:
        raise RequestError("feedback_full") from error


@reports.at("/v1/feedback")
@reports.only_for(editor)
@reports.takes(FeedbackQuery, location="query")
@reports.answers(FeedbackReports, 401, 403, 422, 503, description="A page of reports, newest first.")
def list_reports(query: dict[str, Any]) -> flask.Response:
    """List reports, for editors."""
    asked = ReportFilter(measure=query.get("measure", ""), state=query.get("state", ""))
    page, size, table = query["page"], query["per_page"], Feedback(store())
    reports, total = table.listed(asked, most=size, skip=(page - 1) * size), table.count(asked)
    where = {"total": total, "page": page, "per_page": size, "pages": -(-total // size)}
    return private_answer(json_bytes(FeedbackReports(items=tuple(_describe(report) for report in reports), **where)))


@reports.at("/v1/feedback/cases.yaml")
@reports.only_for(editor)
@reports.takes(CasesQuery, location="query")
@reports.answers({"type": "string"}, 401, 403, 422, 503, description="Labelled cases.", media_type=YAML)
def export_cases(query: dict[str, Any]) -> flask.Response:
    """Export the reports that carry a profile as labelled cases, as `cepei eval` reads them."""
    state = "" if query["state"] == "all" else query["state"]
    reports = Feedback(store()).listed(ReportFilter(state=state, with_profile=True))
    answer = flask.Response(cases_yaml(reports, served_catalogue()), content_type=as_asked(f"{YAML}; charset=utf-8"))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Disposition"] = 'attachment; filename="cepei-feedback-cases.yaml"'
    return answer


@reports.at("/v1/feedback/<string:report_id>/close", method="POST")
@reports.only_for(editor)
@reports.takes(ClosingQuestion)
@reports.answers(FeedbackReport, 400, 401, 403, 404, 409, 413, 415, 422, 503, 507, description="Closed.")
def close(question: dict[str, Any], report_id: str) -> flask.Response:
    """Close a report that is dealt with."""
    table = Feedback(store())
    closed = table.close(report_id, question.get("note", ""))
    report = table.find(report_id)
    if report is None:
        raise RequestError("not_found", [Complaint(code="no_such_report")])
    if not closed:
        raise RequestError("conflict", [Complaint(code="already_closed")])
    return private_answer(json_bytes(_describe(report)))


def _describe(report: Report) -> FeedbackReport:
    return describe_report(report, served_catalogue(), asked_language())
