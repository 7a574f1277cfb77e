"""What a reader reports as wrong: asked, held against the catalogue, told to editors, exported as labelled companies.

A label names the measure as every label does, then the fact and the words that the condition cites, then what it
should come out as. Where a condition that stands on its own should be unmet, the measure must not come back at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import orjson
import yaml
from marshmallow import fields, validates_schema
from msgspec import Struct

from matcher.answers.catalogue_json import describe_measure_listed
from matcher.answers.engine import Engine
from matcher.answers.measure_shapes import StatedCondition
from matcher.profiles.profile import Profile
from rules.catalogue.catalogue import Catalogue
from service.clock import moment
from service.complaints import Complaint, RequestError, StrictSchema, pointer_to, unknown_field
from service.evaluation import SHORT_NAMES
from service.feedback.store import Report, ReportState, Statement
from service.intake.queries import SEARCH_CHARACTERS, PageQuery
from service.intake.questions import ProfileSchema, complaints_of_facts
from service.intake.strict_fields import TEXT_CHARACTERS, Choice, Flag, Text, refusal
from service.shapes.published import DATE_TIME, Page, closed

COMMENT_CHARACTERS = 500
VERDICTS = ("met", "unmet", "unknown")
STATES = ("open", "closed")


class FeedbackQuestion(StrictSchema):
    """One condition of one measure that came out wrong, in the words of a reader."""

    measure_id = Text(
        required=True, metadata={"description": "The measure.", "examples": ["ah-pilot-base-hefei-bengbu"]}
    )
    fact = Text(required=True, metadata={"description": "The fact that the condition reads.", "examples": ["region"]})
    condition = Text(
        limit=20,
        metadata={
            "description": "Its place in `conditions` of the answer, from 0; `2.0` is the first part of the third. "
            "Needed only where several conditions read the same fact.",
            "examples": ["2"],
        },
    )
    verdict = Choice(VERDICTS, required=True, metadata={"description": "What the answer said.", "examples": ["met"]})
    should_be = Choice(VERDICTS, required=True, metadata={"description": "What it should say.", "examples": ["unmet"]})
    comment = Text(limit=COMMENT_CHARACTERS, metadata={"description": "Why; no personal data, please."})
    share_profile = Flag(
        metadata={"description": "Consent to store the profile, without name, credit code and own id."}
    )
    profile = fields.Nested(ProfileSchema, metadata={"description": "Not stored without `share_profile`."})
    catalogue = Text(limit=TEXT_CHARACTERS, metadata={"description": "`catalogue.version` of the answer."})
    lang = Choice(("zh", "en"), metadata={"description": "The language of the reader, `zh` if not given."})

    @validates_schema
    def refuse_what_says_nothing(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - marshmallow's signature
        """Raise ValidationError when nothing is to be corrected, or consent is given to nothing."""
        if data["verdict"] == data["should_be"]:
            raise refusal("same_verdict")
        if data.get("share_profile") and "profile" not in data:
            raise refusal("no_profile")


class FeedbackQuery(PageQuery):
    """Which reports; all that is given must hold."""

    measure = Text(limit=SEARCH_CHARACTERS, metadata={"description": "The id of a measure."})
    state = Choice(STATES, metadata={"description": "Open or closed, both if not given."})


class CasesQuery(StrictSchema):
    """Which reports are exported."""

    state = Choice((*STATES, "all"), load_default="open", metadata={"description": "`open` if not given."})


class ClosingQuestion(StrictSchema):
    """What an editor notes at a report that is dealt with."""

    note = Text(limit=COMMENT_CHARACTERS, metadata={"description": "What was done about it."})


class FeedbackTaken(Struct, frozen=True, kw_only=True):
    """A report that was stored."""

    id: str
    profile_stored: bool
    expires_at: Annotated[str, "When it is deleted.", DATE_TIME]


class FeedbackReport(Struct, frozen=True, kw_only=True):
    """One report as editors see it."""

    id: str
    state: ReportState
    measure: Annotated[str, "The id of the measure."]
    fact: str
    condition: Annotated[str | None, "Its place in `conditions` of the answer."]
    label: Annotated[str | None, "The condition in words; null when the measure is no longer in the catalogue."]
    verdict: Annotated[str, closed(*VERDICTS)]
    should_be: Annotated[str, closed(*VERDICTS)]
    comment: str
    profile: Annotated[Any, "What the reader consented to share, null without consent."]
    catalogue: str | None
    lang: str
    created_at: Annotated[str, DATE_TIME]
    expires_at: Annotated[str, DATE_TIME]
    closed_at: Annotated[str | None, DATE_TIME]
    note: str


class FeedbackReports(Page, frozen=True, kw_only=True):
    """A page of reports, newest first."""

    items: tuple[FeedbackReport, ...]


IDENTITY = ("name", "uscc", "external_id")
"""Fields of a profile that are never stored with a report."""


def read_statement(question: Mapping[str, Any], engine: Engine) -> Statement:
    """Return what is to be stored of a question; raise RequestError with what does not exist."""
    catalogue = engine.catalogue
    measure_id, fact = question["measure_id"], question["fact"]
    if measure_id not in catalogue.measures:
        raise RequestError("invalid_request", [_no_such("measure_id", measure_id, catalogue.measures)])
    place = _place_of(dict(stated_conditions(catalogue, measure_id)), question)
    shared: Profile | None = question.get("profile") if question.get("share_profile") else None
    if shared and (faults := engine.declared.faults_of(shared.facts)):
        raise RequestError("invalid_request", complaints_of_facts(faults))
    return Statement(
        measure=measure_id,
        fact=fact,
        condition=place,
        verdict=question["verdict"],
        should_be=question["should_be"],
        comment=question.get("comment", ""),
        catalogue=question.get("catalogue", ""),
        language=question.get("lang", "zh"),
        profile=None if shared is None else without_identity(shared),
    )


def stated_conditions(
    catalogue: Catalogue, measure_id: str, language: str = "zh"
) -> Iterator[tuple[str, StatedCondition]]:
    """Yield every condition of a measure with its place, parts after the condition they belong to."""
    yield from _walk(describe_measure_listed(catalogue, catalogue.measures[measure_id], language).conditions, ())


def without_identity(profile: Profile) -> dict[str, Any]:
    """Return what a profile says as JSON, without the fields that tell whose it is and without empty ones."""
    stated = {
        name: value for name, value in asdict(profile).items() if name not in IDENTITY and value not in (None, "")
    }
    plain: dict[str, Any] = orjson.loads(orjson.dumps(stated))
    return {name: value for name, value in plain.items() if value not in ([], {})}


def _walk(conditions: Iterable[StatedCondition], above: tuple[str, ...]) -> Iterator[tuple[str, StatedCondition]]:
    for position, condition in enumerate(conditions):
        steps = (*above, str(position))
        yield ".".join(steps), condition
        yield from _walk(condition.parts, steps)


def _place_of(stated: Mapping[str, StatedCondition], question: Mapping[str, Any]) -> str:
    """Return the place of the condition meant; "" when several read its fact and none was named."""
    fact, place = question["fact"], question.get("condition", "")
    if place and place not in stated:
        raise RequestError("invalid_request", [_no_such("condition", place, stated)])
    candidates = [at for at, condition in stated.items() if condition.fact == fact and place in ("", at)]
    if not candidates:
        known = {condition.fact for at, condition in stated.items() if place in ("", at)}
        raise RequestError("invalid_request", [_no_such("fact", fact, known)])
    whole = [at for at in candidates if "." not in at] or candidates
    return whole[0] if len(whole) == 1 else ""


def _no_such(field: str, name: str, known: Iterable[str]) -> Complaint:
    return unknown_field(name, known, "no_such_thing", pointer_to(field))


def describe_report(report: Report, catalogue: Catalogue | None, language: str) -> FeedbackReport:
    """Return one report."""
    stated = report.statement
    return FeedbackReport(
        id=report.id,
        state=report.state,
        measure=stated.measure,
        fact=stated.fact,
        condition=stated.condition or None,
        label=_label(report, catalogue, language) if catalogue else None,
        verdict=stated.verdict,
        should_be=stated.should_be,
        comment=stated.comment,
        profile=stated.profile,
        catalogue=stated.catalogue or None,
        lang=stated.language,
        created_at=moment(report.created_at),
        expires_at=moment(report.expires_at),
        closed_at=moment(report.closed_at) if report.closed_at is not None else None,
        note=report.note,
    )


def _label(report: Report, catalogue: Catalogue, language: str) -> str | None:
    """Return the condition in words; the first on the same fact when it was not reported which."""
    if report.statement.measure not in catalogue.measures:
        return None
    return next((one.label for one in _meant(report, catalogue, language)), None)


def _meant(report: Report, catalogue: Catalogue, language: str) -> Iterator[StatedCondition]:
    """Yield the condition meant; all on that fact when it was not reported which."""
    stated = report.statement
    for place, condition in stated_conditions(catalogue, stated.measure, language):
        if condition.fact == stated.fact and stated.condition in ("", place):
            yield condition


_SHORT = {document: short for short, document in SHORT_NAMES.items()}
_HEAD = "# Reported by readers: judge each before it is added to the labelled companies.\n"


def cases_yaml(reports: Iterable[Report], catalogue: Catalogue) -> str:
    """Return the reports that carry a profile as a YAML list; one that fits no condition any more is named only."""
    cases, gone = [], []
    for report in reports:
        case = labelled_case(report, catalogue)
        if case:
            cases.append(case)
        elif report.statement.profile is not None:
            gone.append(f"# {report.id}: the catalogue has no such condition any more ({report.statement.measure})\n")
    listed = yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)
    return _HEAD + "".join(gone) + listed


def labelled_case(report: Report, catalogue: Catalogue) -> dict[str, Any] | None:
    """Return a report as a labelled company; None without a profile or when its condition is no longer there."""
    stated = report.statement
    if stated.profile is None or stated.measure not in catalogue.measures:
        return None
    words = "|".join(dict.fromkeys(_as_words(one.cite.quote) for one in _meant(report, catalogue, "zh")))
    if not words:
        return None
    source = catalogue.measures[stated.measure].source
    measure = [_SHORT.get(source.document, source.document), source.clause, _as_words(source.quote)]
    case: dict[str, Any] = {"id": f"feedback-{report.id}", "profile": dict(stated.profile)}
    if stated.comment:
        case["note"] = stated.comment
    if stated.should_be == "unmet" and stated.condition.isdigit():
        case["never"] = [measure]
    case["conditions"] = [[*measure, stated.fact, words, stated.should_be]]
    return case


def _as_words(quote: str) -> str:
    """Return a quote as a label writes it: without white space, and without the sign between alternatives."""
    return max("".join(quote.split()).split("|"), key=len)
