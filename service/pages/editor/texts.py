"""The text of a draft beside its edits: a line that is not of the document, a glyph read wrongly, lines to join or cut.

The text itself is never typed; what the edits make of the file is what is served and quoted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import flask

from rules.language.facts import Lexicon
from seeds.faults import SeedError
from service.complaints import Complaint, RequestError
from service.drafts.items import DOCUMENT, TEXT, Kind, ReviewError, State
from service.drafts.judging import judge_of, with_edits
from service.drafts.review import Review
from service.drafts.source import newly_said
from service.drafts.texts import Followed, edited
from service.intake.raw_table import TableRefusedError
from service.pages.browse.document import heading_level, set_document
from service.pages.console.entry import console_page, go_to
from service.pages.editor.door import (
    ONE,
    blueprint,
    drafts,
    expect_open,
    fault_lines,
    found,
    number_of,
    sentence,
    title_of,
)
from service.pages.wording import page_words
from service.web.requests import link, page_language
from service.web.serving import engine, serving

Json = dict[str, Any]
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
