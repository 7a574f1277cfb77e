"""GET /v1/calendar.ics: the days on which applications open and close, for calendars that people subscribe to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import flask
import icalendar

from matcher.answers.saying import say
from rules.catalogue.catalogue import Catalogue
from rules.language.measures import Measure
from rules.language.windows import Run, runs_between
from service.intake.queries import CalendarQuery
from service.web.blueprints import Blueprint
from service.web.lookups import select, values_asked
from service.web.requests import asked_language, public_bytes
from service.web.serving import engine

ICALENDAR = "text/calendar; charset=utf-8"
AHEAD = timedelta(days=366)
"""How far a calendar looks: what is yearly stands in it once, or twice where it is open now."""

blueprint = Blueprint("calendar", __name__, description="When applications open and close.")


@blueprint.at("/v1/calendar.ics")
@blueprint.takes(CalendarQuery, location="query")
@blueprint.answers({"type": "string"}, 422, 503, description="A calendar (RFC 5545).", media_type="text/calendar")
def show_calendar(query: dict[str, Any]) -> flask.Response:
    """Show the days of the next year on which applications open and close, with the words that say so.

    A measure whose text states no days has none here. Words of a filter that cannot be read are refused: an empty
    calendar would say that nothing opens.
    """
    serves, language = engine(), asked_language()
    values = values_asked(serves, query, language)
    return public_bytes(_calendar(serves.catalogue, select(serves.catalogue, values), query["on"], language), ICALENDAR)


def _calendar(catalogue: Catalogue, measures: Iterable[Measure], on: date, language: str) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Cepei//Cepei//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say("calendar.name", language))
    for measure in measures:
        for run in runs_between(catalogue.periods(measure), on, on + AHEAD):
            for event in _events(catalogue, measure, run, on, language):
                calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(catalogue: Catalogue, measure: Measure, run: Run, on: date, language: str) -> Iterator[icalendar.Event]:
    """Yield the first and the last day of a run, as far as they are stated and not past."""
    document = catalogue.documents[measure.document]
    title = measure.title_in(language)
    if document.status == "draft":
        title = say("calendar.draft", language, title=title)
    for what, day in (("opens", run.opens), ("closes", run.closes)):
        if day is None or day < on:
            continue
        event = icalendar.Event()
        event.add("uid", f"{measure.id}.{what}.{day:%Y%m%d}@cepei")
        event.add("dtstamp", datetime.combine(on, time.min, UTC))
        event.add("dtstart", day)
        event.add("summary", say(f"calendar.{what}", language, title=title))
        event.add("description", f"{document.title}\n{run.cite.quote}\n/v1/measures/{measure.id}")
        event.add("transp", "TRANSPARENT")
        yield event
