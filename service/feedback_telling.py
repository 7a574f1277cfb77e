"""A report as editors see it, with the condition in words."""

from __future__ import annotations

from rules.catalogue import Catalogue
from service.feedback import Report
from service.feedback_reading import stated_conditions
from service.schemas.feedback import FeedbackReport
from service.screenings.progress import moment


def describe_report(report: Report, shelf: Catalogue | None, language: str) -> FeedbackReport:
    """Return one report."""
    said = report.statement
    return FeedbackReport(
        id=report.id,
        state=report.state,
        measure=said.measure,
        fact=said.fact,
        condition=said.condition or None,
        label=_label(report, shelf, language) if shelf else None,
        verdict=said.verdict,
        should_be=said.should_be,
        comment=said.comment,
        profile=said.profile,
        catalogue=said.catalogue or None,
        lang=said.language,
        created_at=moment(report.created_at),
        expires_at=moment(report.expires_at),
        closed_at=moment(report.closed_at) if report.closed_at is not None else None,
        note=report.note,
    )


def _label(report: Report, shelf: Catalogue, language: str) -> str | None:
    """Return the condition in words; the first on the same fact when it was not told which."""
    said = report.statement
    if said.measure not in shelf.measures:
        return None
    stated = stated_conditions(shelf, said.measure, language)
    meant = (one.label for at, one in stated if one.fact == said.fact and said.condition in ("", at))
    return next(meant, None)
