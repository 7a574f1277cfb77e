"""The page of a draft: the document beside its items, what is done to an item, a measure divided in two, the trail."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import flask
import msgspec

from rules.language.facts import parse_fact_value
from rules.language.labels import Labeller
from rules.language.measures import leaves
from seeds.documents import UNKNOWN, clause_name
from seeds.faults import Fault, SeedError
from seeds.regions import region_label
from service.drafts.items import DRAFT, Action, Item, Kind, ReviewError, State, Step, copied, sound_examples
from service.drafts.judging import Judge, Judged, TriedExample, expect_sound, judge_of, missing_of
from service.drafts.review import Review
from service.drafts.source import as_yaml
from service.pages.browse.document import Span, heading_level, set_document
from service.pages.console.entry import console_page, go_to, moment_in_china
from service.pages.editor.drafts import (
    ONE,
    blueprint,
    drafts,
    editions,
    expect_open,
    fault_lines,
    found,
    in_force,
    item_of,
    may_publish,
    number_of,
    title_of,
)
from service.pages.wording import page_words
from service.web.requests import json_bytes, link, page_language
from service.web.serving import engine, serving

Json = dict[str, Any]
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A measure as the page shows it: its item, how it was judged, what its examples call their facts."""

    item: Item
    judged: Judged
    title: str
    instrument: str
    facts: Mapping[str, str]
    labeller: Labeller

    def stated(self, example: TriedExample) -> list[tuple[str, list[str]]]:
        """Return what an example states, each fact and its values as people read them."""
        return [(self.facts.get(fact, fact), self._values(fact, value)) for fact, value in example.facts.items()]

    def _values(self, fact: str, value: object) -> list[str]:
        known = self.labeller.facts.get(fact)
        if known is None:  # a matter of yes or no that this measure alone asks
            return [self.labeller.value(fact, value is True)]
        return [self.labeller.value(fact, one) for one in parse_fact_value(known, value, self.labeller.vocabularies)]

    def untold(self) -> list[Fault]:
        """Return what is missing and not asked for by the form of acceptance itself."""
        return [
            fault for fault in self.judged.missing if fault.code != "example_drafted" and fault.pointer != "/title_en"
        ]


def shown_measures(review: Review, judge: Judge) -> list[Shown]:
    """Return the measures in the order in which their sentences stand in the document."""
    shown = [_shown(item, judge) for item in review.of(Kind.MEASURE)]
    return sorted(shown, key=lambda one: one.judged.start)


def _shown(item: Item, judge: Judge) -> Shown:
    judged, language = judge.measure(item.body), judge.language
    instruments = judge.catalogue.vocabularies["instruments"]
    name = str(item.body.get("instrument"))
    facts = {fact: one.label(language) for fact, one in judge.catalogue.facts.items()}
    for condition in judged.measure.conditions if judged.measure else ():
        facts |= {leaf.test.fact: leaf.text for leaf in leaves(condition) if leaf.text}
    return Shown(
        item=item, judged=judged, title=str(item.body.get("title") or item.body.get("id")), facts=facts,
        labeller=judge.labeller(judged.facts),
        instrument=instruments[name].label(language) if name in instruments.entries else name,
    )  # fmt: skip


def spans_of(review: Review, measures: Iterable[Shown]) -> list[Span]:
    """Return what is marked in the document: the words that measures cite, and sentences in none of them."""
    quotes = {
        (quote.start, quote.end)
        for one in measures
        if one.item.state is not State.REJECTED
        for quote in (*([one.judged.source] if one.judged.source else []), *one.judged.others, *_cited(one.judged))
    }
    cites = [Span(start=start, end=end, kind="cite", key=f"{start}-{end}") for start, end in sorted(quotes)]
    unread = [
        Span(start=item.body["start"], end=item.body["end"], kind="unread", key=item.id)
        for item in review.of(Kind.SENTENCE)
        if item.state in (State.OPEN, State.NO_MEASURE) and item.body["end"] > item.body["start"]
    ]
    return cites + unread


def _sources(measures: Iterable[Shown]) -> dict[str, list[tuple[str, str]]]:
    """Return the measures, by item and title, that rest on each place of the document."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in measures:
        if one.judged.source:
            key = f"{one.judged.source.start}-{one.judged.source.end}"
            found.setdefault(key, []).append((one.item.id, one.title))
    return found


def _cited(judged: Judged) -> list[Any]:
    return [quote for one in judged.conditions for quote in one.cites]


@blueprint.get(ONE)
def draft(draft_id: str) -> flask.Response:
    """Show a draft."""
    return draft_page(found(draft_id))


def draft_page(review: Review, *, status: int = 200, faults: Iterable[str] = (), at: str = "") -> flask.Response:
    """Show a draft, with what was wrong with what was wished of an item."""
    catalogue, language = engine().catalogue, page_language()
    judge = judge_of(review, catalogue, language)
    measures, key = shown_measures(review, judge), flask.g.key.id
    alone = [] if serving().settings.publish_alone else review.reviewed_alone(key)
    return console_page(
        "editor_draft.html",
        status=status,
        review=review,
        title=title_of(review),
        faults=list(faults),
        at=at,
        root=set_document(judge.document, spans_of(review, measures)),
        level=heading_level,
        measures=measures,
        cited=_sources(measures),
        missing={item.id: fault_lines(missing_of(item, review, catalogue)) for item in _wholes(review)},
        lines=fault_lines,
        told={item.id: list(_told_of(item, judge)) for item in _wholes(review)},
        written=as_yaml,
        clause=lambda path: clause_name(judge.document, path),
        last=moment_in_china(review.steps[-1].at),
        in_force=in_force(review),
        may_publish=may_publish(),
        alone=alone,
        current=editions().current() or "",
    )


def _told_of(item: Item, judge: Judge) -> Iterator[tuple[str, str]]:
    """Yield what an item that is no measure says, each part with its name, as people read it."""
    words, regions = page_words(judge.language), judge.catalogue.vocabularies["regions"]

    def value(key: str, raw: object) -> str:
        if raw in (UNKNOWN, None, "", []):
            return words["editor_unknown"]
        if key == "region":
            code = "CN" if raw == "100000" else str(raw)
            return region_label(regions, code, judge.language) if code in regions else code
        if isinstance(raw, list):
            return words["comma"].join(value(key, one) for one in raw)
        if isinstance(raw, dict):
            cite = raw.get("cite")
            return str(cite.get("quote") if isinstance(cite, dict) else cite or raw.get("zh") or raw)
        return words.get(f"{key}.{raw}", str(raw))

    if item.kind is Kind.TEXT:
        yield words["editor_edits_list"], str(len(item.body["edits"]))
        return
    body = {**item.body, **item.body.get("defaults", {})} if item.kind is Kind.PACK else item.body
    for key in (key for key in body if key not in _OF_PROGRAMS):
        yield words[f"editor_key.{key}"], value(key, body[key])


_OF_PROGRAMS = frozenset({"schema", "sha256", "defaults"})


def _wholes(review: Review) -> list[Item]:
    return [item for item in review.items.values() if item.kind in (Kind.TEXT, Kind.DOCUMENT, Kind.PACK)]


@blueprint.post(f"{ONE}/items/<string(maxlength=40):item_id>")
def decide(draft_id: str, item_id: str) -> flask.Response:
    """Do to an item what its form wishes."""
    review, form = found(draft_id), flask.request.form
    item = item_of(review, item_id)
    try:
        expect_open(review)
        _decide(review, item, form)
    except ReviewError as error:
        return refused(review.id, [page_words(page_language())[error.word]], item_id)
    except SeedError as error:
        return refused(review.id, fault_lines(error.faults), item_id)
    return go_to(f"{link('editor.draft', draft_id=draft_id)}#{item_id}")


def refused(draft_id: str, faults: list[str], at: str) -> flask.Response:
    """Show a draft as it is by now, with why something was not done."""
    return draft_page(found(draft_id), status=422, faults=faults, at=at)


def _decide(review: Review, item: Item, form: Mapping[str, str]) -> None:
    """Take one step; raise ReviewError or SeedError when it cannot be taken."""
    seen, note = number_of(form.get("seen", "")), " ".join(form.get("note", "").split())[:_LONGEST_NOTE]
    wish, key = form.get("do", ""), flask.g.key
    if wish == Action.UNDO and item.kind is not Kind.TEXT:  # its edits are taken away where they stand
        drafts().undo(review, item.id, key, seen=seen)
    elif wish == Action.ACCEPT and item.kind is not Kind.SENTENCE:
        body = _completed(item, form)
        if faults := missing_of(item, review, engine().catalogue, body):
            raise SeedError(faults)
        drafts().do(review, item.id, Action.ACCEPT, key, seen=seen, body=body)
    elif wish in (Action.REJECT, Action.NO_MEASURE, Action.CONFIRM):
        given = {"note": note} if wish != Action.CONFIRM else {}
        drafts().do(review, item.id, Action(wish), key, seen=seen, **given)
    else:
        raise ReviewError("editor_fault.not_now")


def _completed(item: Item, form: Mapping[str, str]) -> Json:
    """Return a measure with what its form of acceptance adds: the English title, examples that were looked at."""
    body, title = dict(item.body), " ".join(form.get("title_en", "").split())
    if item.kind is Kind.MEASURE and title:
        body = {key: value for name in body for key, value in _with_title(name, body[name], title)}
    if item.kind is Kind.MEASURE and form.get("examples") == "read":
        read = [{key: value for key, value in one.items() if key != "drafted"} for one in sound_examples(body)]
        body |= {"examples": read} if read else {}
    return body


def _with_title(name: str, value: object, title: str) -> list[tuple[str, object]]:
    """Return a key of a measure, with the English title after the Chinese one."""
    return [(name, value), ("title_en", title)] if name == "title" else [(name, value)]


@blueprint.get(f"{ONE}/trail")
def trail(draft_id: str) -> flask.Response:
    """Show who did what to which item when, and what it changed."""
    review = found(draft_id)
    steps = [
        {"one": step, "at": moment_in_china(step.at), "changes": _difference(step)} for step in reversed(review.steps)
    ]
    return console_page("editor_trail.html", review=review, title=title_of(review), steps=steps, whole=DRAFT)


@blueprint.get(f"{ONE}/trail.json")
def trail_file(draft_id: str) -> flask.Response:
    """Send the trail as a file, every item before and after each step."""
    review = found(draft_id)
    answer = flask.Response(
        json_bytes([msgspec.to_builtins(step) for step in review.steps]), content_type="application/json"
    )
    answer.headers["Content-Disposition"] = f"attachment; filename=trail-{review.document_id}.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _difference(step: Step) -> list[str]:
    """Return the lines that a step changed, as a unified difference without its head."""
    before, after = (as_yaml(one.body).splitlines() if one else [] for one in (step.before, step.after))
    return list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]


PARTS = ("conditions", "benefits", "windows", "materials", "channels", "terms", "stacking", "definitions", "also")
STAYS, GOES, BOTH = "stays", "goes", "both"
_ADDRESS = f"{ONE}/items/<string(maxlength=40):item_id>/split"


@blueprint.get(_ADDRESS)
def split(draft_id: str, item_id: str) -> flask.Response:
    """Show the parts of a measure, to be divided."""
    review = found(draft_id)
    return _page(review, item_of(review, item_id), {})


@blueprint.post(_ADDRESS)
def divide(draft_id: str, item_id: str) -> flask.Response:
    """Make two measures of one, each sound, and show the second."""
    review, form = found(draft_id), flask.request.form
    item = item_of(review, item_id)
    try:
        expect_open(review)
        stays, goes = _divided(review, item.body, form)
        judge = judge_of(review, engine().catalogue)
        for body in (stays, goes):
            expect_sound(review, Kind.MEASURE, body, engine().catalogue)
        made = drafts().split(
            review, item.id, flask.g.key, seen=number_of(form.get("seen", "")),
            stays=judge.exemplified(stays), goes=judge.exemplified(goes),
        )  # fmt: skip
    except ReviewError as error:
        return _page(review, item, form, status=422, faults=[page_words(page_language())[error.word]])
    except SeedError as error:
        return _page(review, item, form, status=422, faults=fault_lines(error.faults))
    return go_to(f"{link('editor.draft', draft_id=draft_id)}#{made}")


def _divided(review: Review, body: Json, form: Mapping[str, str]) -> tuple[Json, Json]:
    """Return both measures; examples are made anew, since those there were are of the whole.

    Raises ReviewError where the second has no title, or there is no measure to divide.
    """
    if not form.get("title", "").strip() or "source" not in body:
        raise ReviewError("editor_fault.no_title")
    fresh = copied(body, review.fresh_id)
    sides: list[Json] = []
    for side, whole in ((STAYS, body), (GOES, fresh)):
        kept = {key: value for key, value in whole.items() if key not in PARTS and key != "examples"}
        for key in (key for key in PARTS if isinstance(whole.get(key), list)):
            parts = [
                one
                for place, one in enumerate(whole[key])
                if form.get(f"{key}-{place}", _usual(key)) in (side, BOTH)
            ]  # fmt: skip
            kept |= {key: parts} if parts else {}
        sides.append(kept)
    title = " ".join(form["title"].split())
    sides[1] |= {"title": title}
    sides[1].pop("title_en", None)
    sides[1].pop("continues", None)
    return sides[0], sides[1]


def _usual(key: str) -> str:
    return STAYS if key == "benefits" else BOTH


def _page(
    review: Review, item: Item, form: Mapping[str, str], *, status: int = 200, faults: list[str] | None = None
) -> flask.Response:
    judge = judge_of(review, engine().catalogue, page_language())
    parts = list(_parts(judge, item.body, form)) if item.kind is Kind.MEASURE else []
    return console_page(
        "editor_split.html", status=status, review=review, title=title_of(review), item=item, parts=parts,
        faults=faults or [], seen=review.seen(item.id), asked=form.get("title", ""), sides=(STAYS, GOES, BOTH),
    )  # fmt: skip


def _parts(judge: Judge, body: Json, form: Mapping[str, str]) -> Iterator[Json]:
    """Yield each part of a measure with words that tell it from the others: those it cites."""
    words = page_words(page_language())
    measure = judge.measure(body).measure
    labeller = judge.labeller(judge.measure(body).facts)
    stated = [one for one in measure.conditions if not _inherited(judge, one)] if measure else []
    first = 1 if body.get("addressee") else 0
    labels = [labeller.label(one) for one in stated[first:]]
    for key in PARTS:
        for place, one in enumerate(body.get(key) or ()):
            cited = one.get("cite") if isinstance(one, dict) else one
            says = cited.get("quote") if isinstance(cited, dict) else cited
            if key == "conditions" and place < len(labels):
                says = labels[place]
            yield {
                "name": f"{key}-{place}", "kind": words[f"editor_key.{key}"],
                "says": says or words["editor_more_fields"], "chosen": form.get(f"{key}-{place}", _usual(key)),
            }  # fmt: skip


def _inherited(judge: Judge, condition: Any) -> bool:  # noqa: ANN401 - a condition
    """Tell whether a condition is the document's own reach, which cites its title."""
    return all(leaf.cite.start == judge.document.heading_start for leaf in leaves(condition))
