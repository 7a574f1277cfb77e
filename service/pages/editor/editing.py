"""An item of a draft changed by a form or as text, and measures made new: of a sentence, a copy, a part of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import flask

from rules.language.condition_parsing import Faults
from rules.language.pack import own_facts
from seeds.documents import clause_name
from seeds.faults import Fault, SeedError
from service.complaints import Complaint, RequestError
from service.drafts.forms import FormError, FormReader, changed, is_same, tree_of
from service.drafts.items import PACK, Action, Item, Kind, ReviewError, copied
from service.drafts.judging import expect_sound, judge_of
from service.drafts.passages import passage_of
from service.drafts.review import Review
from service.drafts.schema import block_of
from service.drafts.source import as_yaml, plain_mapping
from service.pages.browse.document import Span, heading_level, set_document
from service.pages.console.entry import console_page, go_to
from service.pages.editor.drafts import (
    ONE,
    blueprint,
    drafts,
    expect_open,
    fault_lines,
    found,
    item_of,
    number_of,
    sentence,
    title_of,
)
from service.pages.editor.fields import FormMaker, Node, place_faults, walk_to
from service.pages.wording import page_words
from service.web.requests import json_bytes, link, page_language
from service.web.serving import engine

Json = dict[str, Any]
LONGEST_YAML = 60_000
_ITEM = f"{ONE}/items/<string(maxlength=40):item_id>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """What is being edited: an item as somebody saw it, or a new measure, of a sentence where one is named."""

    review: Review
    body: Json
    seen: int
    item: Item | None = None
    sentence: Item | None = None

    @property
    def kind(self) -> Kind:
        """Return what it is."""
        return self.item.kind if self.item else Kind.MEASURE

    @property
    def block(self) -> str:
        """Return the name of its fields."""
        return block_of(self.kind, self.review.items[PACK].body.get("schema"))

    def maker(self) -> FormMaker:
        """Return what makes and reads its form."""
        catalogue, pack = engine().catalogue, self.review.items[PACK].body
        whole = pack | {"measures": [*self.review.measures(), self.body]}
        facts = {**catalogue.facts, **own_facts(whole, catalogue.facts, Faults(""))}
        document = judge_of(self.review, catalogue).document
        reader = FormReader(document=document, facts=facts, vocabularies=catalogue.vocabularies)
        return FormMaker(reader=reader, language=page_language(), own=dict(_own_conditions(self.body)))

    def is_shown_whole(self) -> bool:
        """Tell whether a form gives back all that the item has."""
        maker = self.maker()
        sent = [(node.pointer, node.values) for node in maker.fields(self.block, self.body).walk() if node.is_sent]
        try:
            return is_same(self.body, maker.reader.body(self.block, tree_of(sent), self.body))
        except FormError:
            return False

    def with_examples(self, body: Json) -> Json:
        """Return a measure whose examples follow its conditions, as far as nobody has written or read one."""
        written = self.body.get("examples") or []
        untouched = is_same(body.get("examples") or [], written) and all(one.get("drafted") for one in written)
        if self.kind is not Kind.MEASURE or not untouched:
            return body
        return judge_of(self.review, engine().catalogue).exemplified(body)

    def save(self, body: Json) -> str:
        """Keep what was typed, if it is sound; return the id of the item. Raises SeedError and ReviewError."""
        expect_open(self.review)
        expect_sound(self.review, self.kind, body, engine().catalogue)
        if self.item:
            drafts().do(self.review, self.item.id, Action.EDIT, flask.g.key, seen=self.seen, body=body)
            return self.item.id
        sentence_id = self.sentence.id if self.sentence else ""
        return drafts().make(self.review, body, flask.g.key, sentence=sentence_id, seen=self.seen)


def _own_conditions(part: Any, measure: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - plain data of any shape
    """Yield the fact and the text of each condition of a measure that a person checks."""
    if isinstance(part, dict):
        measure = measure or str(part.get("id"))
        if part.get("manual"):
            yield f"{measure}.{part['manual']}", str(part.get("text") or part["manual"])
        part = list(part.values())
    for one in part if isinstance(part, list) else ():
        yield from _own_conditions(one, measure)


def _of_item(draft_id: str, item_id: str) -> Editing:
    review = found(draft_id)
    item = item_of(review, item_id)
    if item.kind in (Kind.SENTENCE, Kind.TEXT):
        raise RequestError("not_found", [Complaint(code="no_such_draft")])
    asked = flask.request.form.get("seen")
    seen = review.seen(item.id) if asked is None else number_of(asked)
    return Editing(review=review, body=item.body, seen=seen, item=item)


def _of_new(draft_id: str) -> Editing:
    """Return a new measure: a copy, or with what its sentence gives of itself, or with nothing but an id."""
    review, asked = found(draft_id), flask.request.values
    if asked.get("copy"):
        return Editing(review=review, body=copied(item_of(review, asked["copy"]).body, review.fresh_id), seen=0)
    origin = item_of(review, asked["sentence"]) if asked.get("sentence") else None
    if origin and origin.kind is not Kind.SENTENCE:
        raise RequestError("not_found", [Complaint(code="no_such_draft")])
    words = {"clause": origin.body["clause"], "quote": origin.body["text"]} if origin else None
    body: Json = {
        "id": review.fresh_id, "title": None, "title_en": None, "instrument": None, "kind": None, "strength": None,
        "source": words, "examples": [],
    }  # fmt: skip
    seen = flask.request.form.get("seen")
    known = review.seen(origin.id) if origin else 0
    return Editing(review=review, body=body, seen=known if seen is None else number_of(seen), sentence=origin)


@blueprint.get(f"{_ITEM}/edit")
def edit(draft_id: str, item_id: str) -> flask.Response:
    """Show an item as a form."""
    return _shown(_of_item(draft_id, item_id))


@blueprint.post(f"{_ITEM}/edit")
def save(draft_id: str, item_id: str) -> flask.Response:
    """Take an item as it was changed in its form, or show what is wrong beside its fields."""
    return _taken(_of_item(draft_id, item_id))


@blueprint.get(f"{ONE}/new")
def new(draft_id: str) -> flask.Response:
    """Show a new measure as a form."""
    return _shown(_of_new(draft_id))


@blueprint.post(f"{ONE}/new")
def make(draft_id: str) -> flask.Response:
    """Take a new measure, or show what is wrong with it."""
    return _taken(_of_new(draft_id))


@blueprint.get(f"{_ITEM}/text")
def edit_text(draft_id: str, item_id: str) -> flask.Response:
    """Show an item as text."""
    editing = _of_item(draft_id, item_id)
    return _text_page(editing, as_yaml(editing.body))


@blueprint.post(f"{_ITEM}/text")
def save_text(draft_id: str, item_id: str) -> flask.Response:
    """Take an item as text, or show what is wrong with it."""
    return _taken_text(_of_item(draft_id, item_id))


@blueprint.get(f"{ONE}/new/text")
def new_text(draft_id: str) -> flask.Response:
    """Show a new measure as text."""
    editing = _of_new(draft_id)
    return _text_page(editing, as_yaml(editing.body))


@blueprint.post(f"{ONE}/new/text")
def make_text(draft_id: str) -> flask.Response:
    """Take a new measure as text."""
    return _taken_text(_of_new(draft_id))


def _shown(editing: Editing) -> flask.Response:
    if not editing.is_shown_whole():
        return _text_page(editing, as_yaml(editing.body), only_text=True)
    return _form_page(editing, editing.body)


def _taken(editing: Editing) -> flask.Response:
    """Read a form: a row more or less of it, or what is to be kept."""
    form, maker = flask.request.form, editing.maker()
    try:
        tree = tree_of((name, form.getlist(name)) for name in form if name.startswith(("/", "~")))
        body = maker.reader.body(editing.block, tree, editing.body)
        wish = form.get("do", "")
        if wish:
            body, place = changed(body, wish, form)
            return _form_page(editing, body, focus=place)
    except FormError:
        return _form_page(editing, editing.body, status=422, lines=[page_words(page_language())["editor_fault.form"]])
    try:
        made = editing.save(editing.with_examples(body))
    except SeedError as error:
        return _form_page(editing, body, status=422, faults=error.faults)
    except ReviewError as error:
        return _form_page(editing, body, status=422, lines=[page_words(page_language())[error.word]])
    return go_to(f"{link('editor.draft', draft_id=editing.review.id)}#{made}")


def _taken_text(editing: Editing) -> flask.Response:
    text = flask.request.form.get("text", "")
    try:
        made = editing.save(read_text(text))
    except SeedError as error:
        return _text_page(editing, text, status=422, faults=fault_lines(error.faults, of_text=True))
    except ReviewError as error:
        return _text_page(editing, text, status=422, faults=[page_words(page_language())[error.word]])
    return go_to(f"{link('editor.draft', draft_id=editing.review.id)}#{made}")


def _form_page(
    editing: Editing,
    body: Json,
    *,
    status: int = 200,
    faults: tuple[Fault, ...] = (),
    lines: list[str] | None = None,
    focus: str = "",
) -> flask.Response:
    maker, words, review = editing.maker(), page_words(page_language()), editing.review
    root, document = maker.fields(editing.block, body), maker.reader.document
    said = [(fault, sentence(*fault.worded(page_language()))) for fault in faults]
    told = [("", line) for line in lines or ()] + place_faults(root, said, words["colon"])
    _focus_on(root, focus)
    return console_page(
        "editor_form.html",
        status=status, review=review, title=title_of(review), item=editing.item, sentence=editing.sentence,
        seen=editing.seen, copy=flask.request.values.get("copy", ""), form=root, told=told,
        facts=sorted(((one.id, one.label(page_language())) for one in maker.reader.facts.values()), key=_second),
        own=list(maker.own.items()), suggested=dict(_suggestions(root, maker)),
        clauses=[(one.path, clause_name(document, one.path)) for one in document.clauses],
        departments=_departments(maker, body), root=set_document(document, _cited(editing, body)), level=heading_level,
        cited={},
        is_measure=editing.kind is Kind.MEASURE,
    )  # fmt: skip


def _cited(editing: Editing, body: Json) -> list[Span]:
    """Return the words of the document that a measure cites, to be marked in it."""
    if editing.kind is not Kind.MEASURE:
        return []
    judged = judge_of(editing.review, engine().catalogue).measure(body)
    quotes = {(one.start, one.end) for one in (judged.source, *judged.others, *(
        quote for one in judged.conditions for quote in one.cites)) if one}  # fmt: skip
    return [Span(start=start, end=end, kind="cite", key=f"{start}-{end}") for start, end in sorted(quotes)]


def _second(pair: tuple[str, str]) -> str:
    return pair[1]


def _focus_on(root: Node, pointer: str) -> None:
    """Have the browser go to where something was added or removed."""
    if pointer and (node := walk_to(root, pointer)):
        (next((one for one in node.walk() if one.is_typed), node)).focus = True


def _departments(maker: FormMaker, body: Json) -> list[str]:
    """Return the departments that the text names for the clause of a measure; they stand in no pack."""
    source, document = body.get("source"), maker.reader.document
    path = str(source.get("clause")) if isinstance(source, dict) else ""
    known = next((one for one in document.clauses if one.path == path), None)
    return [one.name for one in known.departments] if known else []


def _suggestions(root: Node, maker: FormMaker) -> Iterator[tuple[str, list[str]]]:
    """Yield what is offered while names of a vocabulary are typed: of places those of the document first."""
    for name in dict.fromkeys(node.suggested for node in root.walk() if node.suggested):
        vocabulary, region = maker.reader.vocabularies[name], maker.reader.document.region
        known = list(vocabulary.entries)
        if name == "regions":
            near = vocabulary.taxonomy.descendants(region) if region in vocabulary and region != "CN" else frozenset()
            known = [one for one in known if one in near or vocabulary[one].kind in ("province", "city")]
        yield name, [maker.offered(name, one) for one in known]


def _text_page(editing: Editing, text: str, *, status: int = 200, **more: Any) -> flask.Response:  # noqa: ANN401 - what the template takes
    given = {"faults": [], "only_text": False, **more}
    return console_page(
        "editor_text.html", status=status, review=editing.review, title=title_of(editing.review), text=text,
        item=editing.item, sentence=editing.sentence, seen=editing.seen,
        copy=flask.request.values.get("copy", ""), **given,
    )  # fmt: skip


def read_text(text: str) -> Json:
    """Return a mapping that was typed as YAML; raise SeedError where it is none, ReviewError where it is too long."""
    if len(text) > LONGEST_YAML:
        raise ReviewError("editor_fault.too_long")
    return plain_mapping(text, file="")


@blueprint.get(f"{ONE}/passage")
def passage(draft_id: str) -> flask.Response:
    """Tell how words that were selected stand in the document, and with which clause to cite them."""
    review, asked, words = found(draft_id), flask.request.args, page_words(page_language())
    document = judge_of(review, engine().catalogue).document
    here = passage_of(
        document, asked.get("words", ""), clause=asked.get("clause", ""), nth=max(0, number_of(asked.get("nth", "0")))
    )
    told: Mapping[str, Any] = {"found": False, "says": words["editor_quote_not_there"]}
    if here:
        says = words["editor_quote_done"].format(clause_name(document, here.clause))
        told = {"found": True, "quote": here.quote, "clause": here.clause, "nth": here.nth, "says": says}
    answer = flask.Response(json_bytes(told), content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
