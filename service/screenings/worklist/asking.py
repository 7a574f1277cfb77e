"""The missing facts as a form to send out, a row a company, and what its answers add to the tenants.

A column is a field of the profile; what only one measure asks, and a person must judge, is a column of yes and no.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from matcher.profiles.profile import Profile
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import DERIVED, FLAGS
from rules.language.labels import Labeller
from rules.language.measures import Test, leaves
from seeds.faults import Bilingual, load_words
from seeds.profile_fields import Kind, profile_fields
from seeds.vocabulary import fold, printable
from service.complaints import Complaint, RequestError
from service.intake.answers import NOT_ASKED, ROW_HEADINGS, FilledRow
from service.intake.raw_table import RowFault
from service.screenings.results.sheets import WORKBOOK_OPTIONS, is_risky
from service.screenings.worklist.calls import CallList
from service.screenings.worklist.openings import WORDS

MOST_COLUMNS = 12
"""So many facts are asked at a time, those that open most: a longer form is not filled in."""
MOST_TOLD = 50
"""So many faults of a form are told at once."""
_FIELDS = profile_fields().by_id
_CREATED = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_PROFILE = frozenset(Profile.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedColumn:
    """One column: its heading, the question, the field or, of a flag, the fact that it answers."""

    heading: str
    question: str
    field: str = ""
    flag: str = ""
    choices: tuple[str, ...] = ()


def columns_of(catalogue: Catalogue, fact: str, language: str) -> tuple[AskedColumn, ...]:
    """Return the columns that answer a fact; of one that is worked out from others, those others."""
    if fact in DERIVED:
        return tuple(column for part in DERIVED[fact] for column in columns_of(catalogue, part, language))
    definition = catalogue.facts.get(fact)
    name = definition.field if definition and definition.field in _PROFILE - {"facts"} else fact
    field = _FIELDS.get(name)
    if definition is None or field is None:
        return tuple(one for one in flag_columns(catalogue, language) if one.flag == fact)
    unit = ("(CNY 10k)" if language == "en" else "(万元)") if field.kind is Kind.MONEY else ""
    heading = (field.heading_en if language == "en" else field.heading) + unit
    choices = field.template.choices if field.template else ()
    if field.kind is Kind.FLAG:
        choices = _yes_no(language)
    return (AskedColumn(heading=heading, question=definition.question(language), field=field.id, choices=choices),)


def flag_columns(catalogue: Catalogue, language: str) -> tuple[AskedColumn, ...]:
    """Return the columns of yes and no: what only a person can settle, in the words of the measure that asks it."""
    labeller, found = Labeller(catalogue.facts, catalogue.vocabularies, language), dict[str, AskedColumn]()
    text = "Yes or no: {} [{}]" if language == "en" else "是否符合：{}（{}）"
    for measure in catalogue.measures.values():
        for leaf in (leaf for condition in measure.conditions for leaf in leaves(condition)):
            if _is_flag(leaf.test, catalogue):
                heading = text.format(labeller.label(leaf), measure.title_in(language))
                column = AskedColumn(heading=heading, question=heading, flag=leaf.test.fact, choices=_yes_no(language))
                found.setdefault(leaf.test.fact, column)
    return tuple(found.values())


def _is_flag(test: Test, catalogue: Catalogue) -> bool:
    """Tell whether a test asks for yes or no and no field of a profile answers it."""
    known = catalogue.facts.get(test.fact)
    return test.fact not in _FIELDS and (known.type in FLAGS if known else test.operator == "manual")


def _yes_no(language: str) -> tuple[str, ...]:
    return ("yes", "no") if language == "en" else ("是", "否")


def flag_headings(catalogue: Catalogue) -> dict[str, str]:
    """Return the heading of every column of yes and no, in both languages, with the fact that it answers."""
    return {one.heading: one.flag for language in ("zh", "en") for one in flag_columns(catalogue, language)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingForm:
    """Who is asked what: a row a company with its name, and which columns it is to fill in."""

    columns: tuple[AskedColumn, ...]
    rows: tuple[tuple[int, str, frozenset[str]], ...]
    measures: Mapping[str, int]


def asking_form(calls: CallList, rows: Sequence[int]) -> AskingForm:
    """Return the form for some tenants of a screening; those for whom nothing is missing are left out."""
    missing, worth = dict[int, dict[str, None]](), Counter[AskedColumn]()
    for row, fact in calls.missing(rows):
        for column in columns_of(calls.catalogue, fact, calls.language):
            missing.setdefault(row, {})[column.heading] = None
            worth[column] += 1
    shown = sorted(worth, key=lambda one: (-worth[one], one.heading))[:MOST_COLUMNS]
    headings = frozenset(one.heading for one in shown)
    called = calls.parts.called(rows)
    asked = ((row, frozenset(missing.get(row, ())) & headings) for row in rows if row in called)
    return AskingForm(
        columns=tuple(shown),
        rows=tuple((row, called[row]["name"] or "", wanted) for row, wanted in asked if wanted),
        measures={one.heading: worth[one] for one in shown},
    )


def form_workbook(form: AskingForm, language: str) -> bytes:
    """Return the form as a workbook; the same form is the same bytes."""
    words, target = load_words(WORDS, language), io.BytesIO()
    with xlsxwriter.Workbook(target, WORKBOOK_OPTIONS) as workbook:
        workbook.set_properties({"title": words["form.sheet"], "created": _CREATED})
        pen = {
            "heading": workbook.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF",
                                            "text_wrap": True, "valign": "top", "border": 1}),
            "given": workbook.add_format({"bg_color": "#E7E6E6", "num_format": "@", "border": 1}),
            "risky": workbook.add_format({"bg_color": "#E7E6E6", "num_format": "@", "border": 1,
                                          "quote_prefix": True}),
            "blank": workbook.add_format({"border": 1, "text_wrap": True}),
        }  # fmt: skip
        named = (ROW_HEADINGS[language == "en"], words["file.name"])
        _write_form(workbook.add_worksheet(words["form.sheet"]), form, pen, named)
        about = workbook.add_worksheet(words["form.about"])
        about.set_column(0, 1, 60)
        about.write_string(0, 0, words["form.hint"])
        for place, key in enumerate(("column", "question", "measures")):
            about.write_string(2, place, words[f"form.{key}"], pen["heading"])
        for line, column in enumerate(form.columns, 3):
            about.write_string(line, 0, column.heading, pen["blank"])
            about.write_string(line, 1, column.question, pen["blank"])
            about.write_number(line, 2, form.measures[column.heading], pen["blank"])
    return target.getvalue()


def _write_form(sheet: Any, form: AskingForm, pen: Mapping[str, Any], named: tuple[str, str]) -> None:  # noqa: ANN401 - the library has no types
    headings = (*named, *(column.heading for column in form.columns))
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, pen["heading"])
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, len(headings) - 1, 24)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for line, (row, name, wanted) in enumerate(form.rows, 1):
        sheet.write_string(line, 0, str(row), pen["given"])
        sheet.write_string(line, 1, name, pen["risky" if is_risky(name) else "given"])
        for place, column in enumerate(form.columns, 2):
            if column.heading not in wanted:
                sheet.write_string(line, place, NOT_ASKED, pen["given"])
            else:
                sheet.write_blank(line, place, None, pen["blank"])
    for place, column in enumerate(form.columns, 2):
        sheet.data_validation(1, place, max(1, len(form.rows)), place, _validation(column))


def _validation(column: AskedColumn) -> dict[str, object]:
    reported = {"input_title": column.heading[:32], "input_message": column.question[:255], "ignore_blank": True}
    if not column.choices:
        return {**reported, "validate": "any"}
    kind = "stop" if column.flag else "information"
    return {**reported, "validate": "list", "source": list(column.choices), "error_type": kind}


def answers_of(
    filled: Iterable[FilledRow], names: Mapping[int, str], flags: Mapping[str, str]
) -> tuple[dict[int, Profile], Mapping[str, int]]:
    """Return what was answered, by tenant, and how many answered each field; raise RequestError with all faults.

    `names` are the tenants by row, `flags` the facts that columns of yes and no answer.
    """
    answers, counts, complaints = dict[int, Profile](), Counter[str](), list[Complaint]()
    for one in filled:
        tenant = int(one.tenant) if one.tenant.isdecimal() and len(one.tenant) < 10 else 0  # noqa: PLR2004 - digits
        wrong = [*_of_whom(one, tenant, names, answers), *(_told(one.line, fault) for fault in one.faults)]
        complaints += wrong
        answered = replace(
            one.profile, external_id="", name="", uscc="",
            facts={**one.profile.facts, **{flags[heading]: value for heading, value in one.flags.items()}},
        )  # fmt: skip
        if not wrong and answered != Profile():
            answers[tenant] = answered
            counts.update(_stated(answered))
    if complaints:
        raise RequestError("invalid_request", complaints[:MOST_TOLD])
    if not answers:
        raise RequestError("invalid_request", [Complaint(code="answers_empty", pointer="/file")])
    return answers, counts


def _of_whom(one: FilledRow, tenant: int, names: Mapping[int, str], seen: Collection[int]) -> Iterable[Complaint]:
    """Yield why a row is not taken for that of a tenant."""
    if tenant not in names:
        shown = printable(one.tenant) or NOT_ASKED
        yield Complaint(code="answers_of_nobody", pointer="/file", params={"line": one.line, "row": shown})
    elif tenant in seen:
        yield Complaint(code="answers_twice", pointer="/file", params={"line": one.line, "row": tenant})
    elif one.profile.name and fold(one.profile.name) != fold(names[tenant]):
        params = {"line": one.line, "row": tenant, "name": printable(one.profile.name)}
        yield Complaint(code="answers_of_another", pointer="/file", params=params)


def _told(line: int, fault: RowFault) -> Complaint:
    return Complaint(
        code="answer_unread",
        under=fault.published,
        pointer="/file",
        params={
            "line": line, "heading": printable(fault.heading or fault.field), "value": fault.value,
            "reason": Bilingual(fault.worded("zh")[0], fault.worded("en")[0]),
        },
    )  # fmt: skip


def _stated(profile: Profile) -> Iterable[str]:
    empty = Profile()
    yield from (name for name in sorted(_PROFILE - {"facts"}) if getattr(profile, name) != getattr(empty, name))
    yield from profile.facts
