"""A measure divided in two: of each thing it gives and asks it is told whether it stays, goes or belongs to both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import flask

from rules.language.measures import leaves
from seeds.faults import SeedError
from service.drafts.items import Item, Kind, ReviewError, copied
from service.drafts.judging import Judge, expect_sound, judge_of
from service.drafts.review import Review
from service.pages.console.entry import console_page, go_to
from service.pages.editor.door import (
    ONE,
    blueprint,
    drafts,
    expect_open,
    fault_lines,
    found,
    item_of,
    number_of,
    title_of,
)
from service.pages.wording import page_words
from service.web.requests import link, page_language
from service.web.serving import engine

Json = dict[str, Any]
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
