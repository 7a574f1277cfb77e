"""The self-check page at /: a form that works without scripts, answered with cards, changes and what does not fit.

Company data travels in the body of a POST, so that it stands in no address, history or log.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import flask
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from matcher.answers.shapes import MatchAnswer, Unrecognised
from matcher.places.reader import resolve_place
from matcher.profiles.profile import MatchError, MatchRequest
from matcher.standing import Standing
from rules.catalogue.catalogue import Catalogue
from rules.language.measures import MeasureKind, MeasureVerdict, Verdict
from seeds.regions import region_label
from service.complaints import Complaint, complaints_of
from service.intake.questions import MatchRequestSchema, complaints_beside, complaints_of_facts
from service.pages.check.cards import FIRST, LIMIT, MOST, PRINTED, Group, group_cards, notices, read_limits
from service.pages.check.conditions import Rows, asking_once, measure_address, page_address
from service.pages.check.fields import BY_NAME, DECLARED, FIELDS, Fields, ShownField, is_field, read_profile, typed_of
from service.pages.frame import render_page, understood
from service.pages.wording import page_words
from service.web.requests import page_language
from service.web.serving import charge_match, engine, serving

ANSWER = "answer"
"""A button's answer: the name of a field, an equals sign and its text."""
ADDED = "add."
"""What the name of a field begins with that is answered beside the form."""
ALSO = "also."
"""What the name of a field begins with that adds lines to a field of lines: the needs that are offered to be ticked."""
UNSCRIPTED = "unscripted"
"""The field that a browser without scripts sends: its own cache keeps the answer, so that it can go back."""
BEFORE = "before"
LONGEST_BEFORE = 40_000
EXAMPLE = "example"
EXAMPLES: tuple[Mapping[str, str], ...] = (
    {"city": "蚌埠市", "products": "聚乳酸", "needs": "中试验证"},
    {"city": "广州市黄埔区", "products": "体外诊断试剂", "needs": "融资"},
    {"city": "深圳市南山区", "products": "重组蛋白疫苗", "needs": "临床试验"},
    {"city": "合肥市", "products": "酶制剂", "needs": "首台套认定"},
    {"city": "珠海市", "products": "医用敷料", "needs": "产品注册"},
)
"""Companies to try the page with, by number; those are offered for whose place the catalogue has documents."""
MOST_EXAMPLES = 3
MOST_OFFERED = 8


def read_typed(form: MultiDict[str, str]) -> dict[str, str]:
    """Return the text of every field of the profile, with the answers given beside the form put in.

    An answer that was there already is no answer; of several different ones the last counts.
    """
    shown = form.get(EXAMPLE, "")
    if shown.isdecimal() and int(shown[:3]) < len(EXAMPLES):
        return dict(EXAMPLES[int(shown[:3])])
    typed = {field.name: form.get(field.name, "") for field in FIELDS}
    typed |= {name: form[name] for name in form if is_field(name)}
    for key in form:
        name = key.removeprefix(ALSO)
        if name != key and is_field(name):
            lines = [*typed.get(name, "").splitlines(), *form.getlist(key)]
            typed[name] = "\n".join(dict.fromkeys(line.strip() for line in lines if line.strip()))
    carried = dict(typed)
    for key in form:
        name = key.removeprefix(ADDED)
        if name != key and is_field(name):
            given = [text for text in form.getlist(key) if text.split() != carried.get(name, "").split()]
            typed[name] = given[-1] if given else typed.get(name, "")
    for pressed in form.getlist(ANSWER):
        name, _, text = pressed.partition("=")
        if is_field(name):
            typed[name] = text
    return typed


def offered_needs(catalogue: Catalogue, language: str) -> list[str]:
    """Return the needs to choose from with one tap: for each of the kinds of support that most measures give, one."""
    needs = catalogue.vocabularies["needs"]
    counts = Counter(one.instrument for one in catalogue.measures.values() if one.kind is MeasureKind.SUPPORT)
    offered: dict[str, None] = {}
    for instrument, _ in counts.most_common():
        answering = (need for need in needs.entries.values() if need.instruments == (instrument,))
        if (need := next(answering, None)) is not None:
            offered.setdefault(need.label(language))
    return list(offered)[:MOST_OFFERED]


def examples(catalogue: Catalogue, language: str) -> list[tuple[int, str]]:
    """Return the companies to try the page with, each by its number and in words."""
    regions, within = catalogue.vocabularies["regions"], catalogue.taxonomies["region"]
    covered_regions = sorted({document.region for document in catalogue.documents.values()})
    offered = []
    for number, company in enumerate(EXAMPLES):
        (code,) = resolve_place(company["city"], regions).codes
        if within.overlaps(code, covered_regions):
            said = [region_label(regions, code, language)]
            said += [_named(catalogue, name, company[field], language) for field, name in _NAMED.items()]
            offered.append((number, page_words(language)["comma_between"].join(said)))
    return offered[:MOST_EXAMPLES]


_NAMED = {"products": "concepts", "needs": "needs"}


def _named(catalogue: Catalogue, vocabulary: str, text: str, language: str) -> str:
    entries = catalogue.vocabularies[vocabulary]
    found = entries.find(text)
    return entries[found[0]].label(language) if language == "en" and len(found) == 1 else text


_FITS, _MAY, _OUT, _LEFT = Standing.APPLICABLE, Standing.POSSIBLE, Standing.NOT_APPLICABLE, Standing.WITHHELD
_SAYS: Mapping[tuple[Standing, Standing], str] = {
    (_OUT, _FITS): "opened",
    (_LEFT, _FITS): "opened",
    (_MAY, _FITS): "settled",
    (_OUT, _MAY): "perhaps",
    (_LEFT, _MAY): "perhaps",
    (_FITS, _MAY): "doubted",
    (_FITS, _OUT): "closed",
    (_MAY, _OUT): "closed",
    (_FITS, _LEFT): "unlisted",
    (_MAY, _LEFT): "unlisted",
}
"""What is stated of a measure by its standing before and now; what was not listed and still is not goes unsaid."""
ORDER = ("settled", "opened", "perhaps", "doubted", "closed", "unlisted")


def changed_measures(
    before: Mapping[str, Standing], now: Mapping[str, Standing], catalogue: Catalogue, words: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the measures whose standing changed, by how it did, each list in the order of the answer now."""
    lists: dict[str, list[dict[str, str]]] = {key: [] for key in ORDER}
    for measure_id, standing in now.items():
        key = _SAYS.get((before.get(measure_id, Standing.WITHHELD), standing))
        if key is not None:
            measure = catalogue.measures[measure_id]
            title = measure.title_en if words["language"] == "en" else measure.title
            lists[key].append({"id": measure_id, "title": title, "address": measure_address(measure_id)})
    return [
        {"key": key, "heading": words[f"changed.{key}"], "measures": measures}
        for key, measures in lists.items()
        if measures
    ]


def changed_fields(before: Mapping[str, str], now: Mapping[str, str], fields: Fields) -> list[dict[str, str]]:
    """Return the fields whose text changed, with the text before and now; empty text stays empty."""
    names = [
        name for name in dict.fromkeys((*before, *now)) if before.get(name, "").split() != now.get(name, "").split()
    ]
    shown = [fields.named(name) for name in names]
    return [{"label": field.label, "before": _words(field, before), "now": _words(field, now)} for field in shown]


def _words(field: ShownField, typed: Mapping[str, str]) -> str:
    text = typed.get(field.name, "").strip()
    return dict(field.choices).get(text, "、".join(text.split("\n")))


def refused(answer: MatchAnswer, rows: Rows) -> list[dict[str, Any]]:
    """Return each condition that measures fail first, with those measures; what stops most comes first."""
    groups: dict[str, dict[str, Any]] = {}
    for recommendation in answer.recommendations:
        if recommendation.verdict is not MeasureVerdict.NOT_APPLICABLE:
            continue
        conditions = recommendation.conditions or ()
        unmet = [rows.row(condition) for condition in conditions if condition.verdict is Verdict.UNMET]
        group = groups.setdefault(unmet[0].label, {"row": unmet[0], "measures": []})
        measure = recommendation.measure
        group["measures"].append(
            {
                "title": measure.title,
                "address": measure_address(measure.id),
                "is_draft": measure.document.status == "draft",
                "others": [row.label for row in unmet[1:]],
            }
        )
    return sorted(groups.values(), key=lambda group: -len(group["measures"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: the question as understood and as typed, how many cards, whether what does not fit is wanted too."""

    request: MatchRequest
    typed: Mapping[str, str]
    limits: Mapping[Group, int]
    with_refused: bool = False
    before: MatchRequest | None = None
    before_profile: Mapping[str, Any] | None = None


def page_of(check: Check, language: str) -> dict[str, Any]:
    """Match and return the variables of the answer; MatchError when a declared fact is none."""
    words, catalogue = page_words(language), engine().catalogue
    include = frozenset({"general", *(("not_applicable",) if check.with_refused else ())})
    answer, parts_ms = engine().match_timed(replace(check.request, limit=MOST, include=include))
    serving().metrics.record_match(parts_ms)
    fields = Fields(catalogue, language)
    rows = Rows(catalogue, fields, words, check.typed)
    questions = [(one.settles, rows.asked(one)) for one in answer.questions]
    asked = {name for _, question in questions for name in question.fields}  # each field is asked for once on the page
    return {
        "answer": answer,
        "groups": group_cards(answer, language, check.typed, limits=check.limits, asked=asked),
        "questions": [{"settles": settles, "asked": question} for settles, question in questions],
        "notices": notices(answer),
        "near": [
            {
                "title": miss.title,
                "address": measure_address(miss.measure_id),
                "row": asking_once([rows.what_if(miss.condition)], asked)[0],
            }
            for miss in answer.near_misses
        ],
        "refused": refused(answer, rows) if check.with_refused else [],
        "unread": [_unread(item, check.typed) for item in answer.profile.unrecognised],
        "profile_json": json.dumps(read_profile(check.typed, catalogue.facts), ensure_ascii=False),
        "said_facts": understood(
            answer.profile.facts, catalogue.facts, words, lambda fact: fields.named(DECLARED + fact).label
        ),
        "changes": _changes(check, fields, words),
    }


def _unread(item: Unrecognised, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return what was not understood, each offer with the text that its field would then hold."""
    name, text = item.origin.partition("[")[0], item.input
    field = BY_NAME.get(name)
    offers = [
        {
            "label": offer.label,
            "answer": f"{name}={typed[name].replace(text, offer.label)}" if field and text in typed[name] else "",
        }
        for offer in item.suggestions
    ]
    return {"input": text, "offers": offers, "more": item.more}


def _changes(check: Check, fields: Fields, words: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what changed since the profile before; None when there was none or it was the same."""
    if check.before is None or check.before.profile == check.request.profile:
        return None
    before, now = engine().standings(check.before), engine().standings(check.request)
    typed_before = typed_of(check.before_profile or {})
    return {
        "measures": changed_measures(before, now, engine().catalogue, words),
        "fields": changed_fields(typed_before, check.typed, fields),
        "typed_before": typed_before,
    }


blueprint = flask.Blueprint("pages", __name__)

REFUSED = "refused"
"""The field that asks for the measures that do not fit too."""


@blueprint.get("/")
def form() -> flask.Response:
    """Show the empty form."""
    return show_form({})


@blueprint.post("/")
def check() -> flask.Response:
    """Answer what was typed."""
    return answer_form(read_typed(flask.request.form))


def show_form(typed: Mapping[str, str]) -> flask.Response:
    """Show the form, filled with what is typed already."""
    return _page(typed, status=200)


def refuse_form(typed: Mapping[str, str], complaints: list[Complaint]) -> flask.Response:
    """Show the form with what is wrong."""
    return _page(typed, status=422, complaints=complaints)


def answer_form(typed: Mapping[str, str]) -> flask.Response:
    """Answer what is typed with cards, or with the faults beside their fields."""
    posted, language = flask.request.form, page_language()
    try:
        request = _request(read_profile(typed, engine().catalogue.facts))
        before, unreadable = _before(posted)
        asked = Check(
            request=request,
            typed=typed,
            limits=read_limits(posted),
            with_refused=bool(posted.get(REFUSED)),
            before=_request(before) if before else None,
            before_profile=before,
        )
        charge_match()
        shown = page_of(asked, language)
    except ValidationError as error:
        return refuse_form(
            typed, [*complaints_of(error.messages), *complaints_beside(error.valid_data, serving().declared_facts)]
        )
    except MatchError as error:
        return refuse_form(typed, complaints_of_facts(error.faults))
    more = {LIMIT + group: limit for group, limit in asked.limits.items() if limit > FIRST and not posted.get(PRINTED)}
    kept = {name: posted[name] for name in (BEFORE, REFUSED) if posted.get(name) and not unreadable}
    is_printed = bool(posted.get(PRINTED))
    page = _page(
        typed,
        status=200,
        shown={**shown, "limits": more, "kept": kept, "printed": is_printed, "before_unreadable": unreadable},
    )
    if posted.get(UNSCRIPTED):
        page.headers["Cache-Control"] = "private, no-cache"
    return page


def _request(profile: Mapping[str, Any]) -> MatchRequest:
    """Return the question about a profile; raise ValidationError when the API would refuse it."""
    question: MatchRequest = MatchRequestSchema().load({"profile": profile})
    return replace(question, language=page_language())


def _before(posted: Mapping[str, str]) -> tuple[Mapping[str, Any] | None, bool]:
    """Return the profile to compare with, and whether there was one that cannot be read."""
    text = posted.get(BEFORE, "")
    if len(text) > LONGEST_BEFORE:
        return None, True
    try:
        profile = json.loads(text) if text else None  # any JSON value; the API's schema judges it
        faults = profile is not None and engine().declared.faults_of(_request(profile).profile.facts)
    except (ValueError, RecursionError, ValidationError):
        return None, True
    return (None, True) if faults else (profile, False)


def _page(
    typed: Mapping[str, str],
    *,
    status: int,
    complaints: Iterable[Complaint] = (),
    shown: Mapping[str, Any] | None = None,
) -> flask.Response:
    language = page_language()
    fields = Fields(engine().catalogue, language)
    fault_list = [_fault(complaint, fields, language) for complaint in complaints]
    by_field: dict[str, list[str]] = {}
    for fault in fault_list:
        by_field.setdefault(fault["field"], []).append(fault["says"])
    return render_page(
        "check.html",
        status=status,
        private=bool(shown or fault_list or any(typed.values())),
        fields=fields.of_form(typed),
        typed=typed,
        faults=by_field,
        fault_list=fault_list,
        handbook=page_address("handbook.page", name="company"),
        feedback=page_address("sending.report"),
        offered=offered_needs(engine().catalogue, language),
        examples=[] if shown else examples(engine().catalogue, language),
        **(shown or {}),
    )


def _fault(complaint: Complaint, fields: Fields, language: str) -> dict[str, str]:
    """Return one fault for the page: the field it belongs to, if the form has it, and what is wrong."""
    name = _field_of(complaint.pointer)
    message, hint = complaint.worded(language)
    brackets = page_words(language)["in_brackets"]
    says = message + (brackets.format(hint) if hint else "")
    label = fields.named(name).label if name else ""
    return {"field": name, "label": label, "says": says, "pointer": complaint.pointer}


def _field_of(pointer: str) -> str:
    """Return the field that /profile/<field> or /profile/facts/<id> points to; nothing for any other pointer."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")][2:4]
    if steps[:1] == ["facts"] and len(steps) > 1:
        return DECLARED + steps[1]
    return steps[0] if steps and steps[0] in BY_NAME else ""
