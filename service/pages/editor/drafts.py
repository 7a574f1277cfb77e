"""The drafts of the editor: who may enter, their list, a file taken in as one, and the text of one beside its edits.

The text itself is never typed; what the edits make of the file is what is served and quoted.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask
from werkzeug.datastructures import FileStorage

from rules.catalogue.content import load_written
from rules.language.facts import Lexicon
from seeds.documents import UNKNOWN
from seeds.faults import Fault, SeedError
from seeds.vocabulary import printable
from service.catalogues.editions import Editions
from service.complaints import Complaint, RequestError
from service.data_folder import LOOKS
from service.disk import private_folder
from service.drafts.items import DOCUMENT, TEXT, Item, Kind, ReviewError, State
from service.drafts.judging import judge_of, with_edits
from service.drafts.review import Drafts, Review
from service.drafts.revising import kept_source, opened, succeeding
from service.drafts.source import SentDraft, newly_said, read_sent_draft
from service.drafts.texts import Followed, edited
from service.intake.raw_table import TableRefusedError
from service.keys import EDITING_ROLES, Role
from service.pages.browse.document import heading_level, set_document
from service.pages.console.entry import (
    begin_page,
    console_page,
    go_to,
    moment_in_china,
    sign_in_page,
    wanted_address,
)
from service.pages.wording import page_words
from service.web.requests import link, page_language
from service.web.serving import engine, serving, store

Json = dict[str, Any]
blueprint = flask.Blueprint("editor", __name__)
ONE = "/editor/drafts/<string(maxlength=40):draft_id>"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_LONGEST_ID, _LONGEST_NAME, _MOST_EDITIONS = 60, 120, 10
_LONGEST_NUMBER = 9


@blueprint.before_request
def guard() -> flask.Response | None:
    """Let in editors and publishers who are signed in; refuse forms of other pages."""
    session = begin_page()
    if session is None:
        return sign_in_page(status=401, wanted=wanted_address())
    if session.key.role not in EDITING_ROLES:
        return console_page("editor_refused.html", status=403)
    return None


def drafts() -> Drafts:
    """Return the drafts of this application."""
    return Drafts(store())


def found(draft_id: str) -> Review:
    """Return a draft; raise RequestError when there is none."""
    review = drafts().find(draft_id)
    if review is None:
        raise RequestError("not_found", [Complaint(code="no_such_draft")])
    return review


def item_of(review: Review, item_id: str) -> Item:
    """Return an item of a draft; raise RequestError when there is none."""
    if item_id not in review.items:
        raise RequestError("not_found", [Complaint(code="no_such_draft")])
    return review.items[item_id]


def editions() -> Editions:
    """Return the editions of the catalogue that is served."""
    return Editions(serving().settings.catalogue)


def may_publish() -> bool:
    """Tell whether whoever is signed in is a publisher."""
    return flask.g.key.role is Role.PUBLISHER


def in_force(review: Review) -> bool:
    """Tell whether a draft stands in the edition in force; then nothing of it is decided any more."""
    known = review.document_id in engine().catalogue.documents
    if review.published_as:
        is_there = known or review.published_as == editions().current()
        return is_there and any(one.version == review.published_as for one in editions().lineage())
    return known and not review.revises


def expect_open(review: Review) -> None:
    """Raise ReviewError where nothing of a draft is decided any more."""
    if in_force(review):
        raise ReviewError("editor_fault.in_force")


def number_of(text: str) -> int:
    """Return a number as a form sends it, -1 where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else -1


def fault_lines(faults: Iterable[Fault], *, of_text: bool = False) -> list[str]:
    """Return faults in sentences of the page's language, each with its place: in words, of a text its pointer."""
    colon, place = page_words(page_language())["colon"], str if of_text else named_place
    return [
        (f"{place(fault.pointer)}{colon}" if fault.pointer else "") + sentence(*fault.worded(page_language()))
        for fault in faults
    ]


def named_place(pointer: str) -> str:
    """Return a place in an item as its form names it: 「条件 2 · 依据的原文」; steps that have no name stay."""
    words, named = page_words(page_language()), list[str]()
    for step in pointer.removeprefix("/").split("/"):
        if step.isdigit() and named:
            named[-1] += f" {int(step) + 1}"
        else:
            named.append(words.get(f"editor_key.{step}") or words.get(f"editor_operator.{step}") or step)
    return " · ".join(named)


def sentence(message: str, hint: str) -> str:
    """Return what is wrong and what to do in one sentence."""
    return message + (page_words(page_language())["in_brackets"].format(hint) if hint else "")


@blueprint.get("/editor")
def home() -> flask.Response:
    """List the drafts and the editions, and offer to take in a file."""
    return home_page()


def home_page(*, status: int = 200, faults: Iterable[str] = (), asked: str = "") -> flask.Response:
    """Show the list, with what was wrong with the last file or wish."""
    history = list(reversed(editions().history()))[:_MOST_EDITIONS]
    current = editions().current()
    return console_page(
        "editor_home.html",
        status=status,
        faults=list(faults),
        asked=asked,
        drafts=[_entry(one) for one in drafts().listed()],
        history=[{"one": one, "at": moment_in_china(one.at)} for one in history],
        current=current,
        before=editions().before(current),
        may_publish=may_publish(),
        documents=sorted(((one.id, one.title) for one in engine().catalogue.documents.values()), key=_title),
        upload_megabytes=serving().settings.upload_bytes // 1_048_576,
    )


def _title(pair: tuple[str, str]) -> str:
    return pair[1]


def _entry(review: Review) -> Json:
    return {
        "one": review, "title": title_of(review), "at": moment_in_china(review.created_at),
        "open": len(review.open_items()), "items": len(review.items), "measures": len(review.of(Kind.MEASURE)),
        "in_force": in_force(review),
    }  # fmt: skip


def title_of(review: Review) -> str:
    """Return the title of the document, or the name of the file while it has none."""
    title = review.items[DOCUMENT].body.get("title")
    return review.name if title in (None, "", UNKNOWN) else str(title)


@blueprint.post("/editor/drafts")
def upload() -> flask.Response:
    """Take in a file, read where files of others are read, and go on to the draft."""
    form, file = flask.request.form, flask.request.files.get("file")
    document_id, predecessor = form.get("id", "").strip(), form.get("predecessor", "").strip()
    wrong = _wrong_with(file, document_id, predecessor)
    if wrong or file is None or file.filename is None:
        return home_page(status=422, faults=[page_words(page_language())[wrong]], asked=document_id)
    try:
        with _kept(file.filename) as path:
            file.save(path)
            sent = _read(path, document_id)
        if predecessor:
            sent = succeeding(sent, load_written(serving().settings.catalogue).packs[predecessor])
    except SeedError as error:
        return home_page(status=422, faults=fault_lines(error.faults), asked=document_id)
    except TableRefusedError as error:
        return home_page(status=422, faults=[sentence(*error.worded(page_language()))], asked=document_id)
    made = drafts().add(sent, printable(file.filename, _LONGEST_NAME), flask.g.key)
    return go_to(link("editor.draft", draft_id=made))


def _wrong_with(file: FileStorage | None, document_id: str, predecessor: str) -> str:
    """Return the word of what is wrong with what was sent, "" where nothing is."""
    known = engine().catalogue.documents
    reasons = (
        (file is None or not file.filename, "editor_fault.no_file"),
        (not _ID.fullmatch(document_id) or len(document_id) > _LONGEST_ID, "editor_fault.no_id"),
        (predecessor not in {"", *known}, "editor_fault.no_predecessor"),
        (document_id in known, "editor_fault.known_document"),
    )
    return next((word for stands, word in reasons if stands), "")


@blueprint.post("/editor/revise")
def revise() -> flask.Response:
    """Open a document of the edition in force to be corrected; one that is open already is gone on with."""
    document_id, words = flask.request.form.get("document", "").strip(), page_words(page_language())
    document, version = engine().catalogue.documents.get(document_id), editions().current() or ""
    if document is None:
        return home_page(status=422, faults=[words["editor_fault.no_document"]])
    same = (one for one in drafts().listed() if one.document_id == document_id and one.revises == version)
    going_on = next((one.id for one in same if not one.published_as), "")
    if not going_on:
        content = load_written(serving().settings.catalogue)
        sent = opened(content, document_id, kept_source(document, drafts()))
        going_on = drafts().add(sent, printable(document.title, _LONGEST_NAME), flask.g.key, revises=version)
    return go_to(link("editor.draft", draft_id=going_on))


@contextmanager
def _kept(name: str) -> Iterator[Path]:
    """Give the path of a file for as long as it is read; only its ending is taken from the name that was sent."""
    folder = private_folder(store().folder / LOOKS) / secrets.token_hex(8)
    ending = Path(name).suffix.lower()
    try:
        yield private_folder(folder) / f"source{ending if _SUFFIX.fullmatch(ending) else ''}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path, document_id: str) -> SentDraft:
    """Have a file read; raise SeedError or TableRefusedError when it cannot be, RequestError when all readers work."""
    catalogue = engine().catalogue
    lexicon = Lexicon(facts=catalogue.facts, vocabularies=catalogue.vocabularies)
    return serving().readers.ask(read_sent_draft, path, document_id, lexicon)


EDITS: Mapping[str, tuple[str, ...]] = {
    "drop": ("drop",), "glyph": ("glyph", "to", "line"), "join": ("join",), "break": ("break", "before"),
    "confirm": ("confirm", "to"),
}  # fmt: skip
"""Each edit with its keys, the first names it; `line` of a glyph may be left out."""
_INPUTS = {"drop": "line", "join": "line", "break": "line", "confirm": "line", "line": "line", "glyph": "glyph",
           "before": "before"}  # fmt: skip
"""In which input of the form each key is typed; `to` depends on the edit."""
_LONGEST = 2000


@blueprint.get(f"{ONE}/text")
def text(draft_id: str) -> flask.Response:
    """Show the text with its edits, and what does not hold by them."""
    return _page(_with_text(draft_id))


@blueprint.post(f"{ONE}/text")
def edit_of_text(draft_id: str) -> flask.Response:
    """Add an edit, or take one away; everything that quotes the text follows."""
    review, form = _with_text(draft_id), flask.request.form
    edits = [dict(edit) for edit in review.items[TEXT].body["edits"]]
    wish, _, place = form.get("do", "").partition(" ")
    try:
        expect_open(review)
        if wish == "remove" and number_of(place) in range(len(edits)):
            del edits[number_of(place)]
        else:
            edits.append(_typed(form))
        followed = with_edits(review, edits, engine().catalogue.vocabularies["regions"])
        said = _newly_said(review, edits, followed)
        drafts().retext(
            review, {"edits": edits}, flask.g.key, seen=number_of(form.get("seen", "")), follow=followed.bodies,
            said=said,
        )  # fmt: skip
    except ReviewError as error:
        return _page(review, status=422, faults=[page_words(page_language())[error.word]], form=form)
    except TableRefusedError as error:
        return _page(review, status=422, faults=[sentence(*error.worded(page_language()))], form=form)
    except SeedError as error:
        return _page(review, status=422, faults=fault_lines(error.faults), form=form)
    return go_to(f"{link('editor.text', draft_id=draft_id)}#edits")


def _newly_said(review: Review, edits: list[dict[str, str]], followed: Followed) -> list[Json]:
    """Return sentences that the text says since its edit and that no item has the words of."""
    catalogue, metadata = engine().catalogue, review.items[DOCUMENT].body
    lexicon = Lexicon(facts=catalogue.facts, vocabularies=catalogue.vocabularies)
    fresh = edited(review.base or "", edits)
    after = {**metadata, **followed.bodies.get(DOCUMENT, {}), "sha256": hashlib.sha256(fresh.encode()).hexdigest()}
    found = serving().readers.ask(newly_said, (metadata, review.text), (after, fresh), lexicon)
    known = list(_words_in([{**item.body, **followed.bodies.get(name, {})} for name, item in review.items.items()]))
    return [dict(one._asdict()) for one in found if not any(_is_of(one.text, words) for words in known)]


def _is_of(stated: str, words: str) -> bool:
    """Tell whether words of an item are a sentence already: all of it, or the better part."""
    return stated in words or (words in stated and 2 * len(words) >= len(stated))


def _words_in(part: Any) -> Iterator[str]:  # noqa: ANN401 - plain data of any shape
    """Yield the words that items quote, and the sentences that are items themselves."""
    if isinstance(part, dict):
        quoted = [part[key] for key in ("quote", "cite") if isinstance(part.get(key), str)]
        yield from [*quoted, part["text"]] if "start" in part else quoted
        part = list(part.values())
    for one in part if isinstance(part, list) else ():
        yield from _words_in(one)


def _with_text(draft_id: str) -> Review:
    review = found(draft_id)
    if TEXT not in review.items:
        raise RequestError("not_found", [Complaint(code="no_such_draft")])
    return review


def _typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return an edit as typed; raise ReviewError where something of it is missing."""
    kind = form.get("kind", "")
    edit = {}
    for key in EDITS.get(kind, ()):
        name = ("to_glyph" if kind == "glyph" else "to_line") if key == "to" else _INPUTS[key]
        typed = form.get(name, "").strip()[:_LONGEST]
        if typed:
            edit[key] = typed
        elif key != "line":
            raise ReviewError("editor_fault.edit_not_whole")
    if not edit:
        raise ReviewError("editor_fault.edit_not_whole")
    return edit


def _page(
    review: Review, *, status: int = 200, faults: list[str] | None = None, form: Mapping[str, str] | None = None
) -> flask.Response:
    judge = judge_of(review, engine().catalogue, page_language())
    measures = [item for item in review.of(Kind.MEASURE) if item.state is not State.REJECTED]
    judged = [(item, judge.measure(item.body).faults) for item in measures]
    gone = [item for item in review.of(Kind.SENTENCE) if item.body["end"] == item.body["start"]]
    return console_page(
        "editor_edits.html",
        status=status, review=review, title=title_of(review), faults=faults or [], form=form or {},
        edits=review.items[TEXT].body["edits"], seen=review.seen(TEXT), kinds=list(EDITS),
        wrong=[(item, fault_lines(found)) for item, found in judged if found], gone=gone,
        root=set_document(judge.document, []), level=heading_level,
    )  # fmt: skip
