"""What the self-check page shows of an answer: cards, questions, what changed, why others do not fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from matcher.answers import Unrecognised
from matcher.profile import MatchRequest
from service.pages.cards import group_cards
from service.pages.check_changes import changed_fields, changed_measures
from service.pages.check_conditions import Rows
from service.pages.check_fields import Fields
from service.pages.check_refused import near_misses, refused
from service.pages.form import BY_NAME, DECLARED, read_profile, typed_of
from service.pages.paging import MOST
from service.pages.understood import understood
from service.pages.wording import page_words
from service.serving import engine, serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: the question as understood and as typed, how many cards, whether what does not fit is wanted too."""

    request: MatchRequest
    typed: Mapping[str, str]
    limit: int
    with_refused: bool = False
    before: MatchRequest | None = None
    before_profile: Mapping[str, Any] | None = None


def page_of(check: Check, language: str) -> dict[str, Any]:
    """Match and return the variables of the answer; MatchError when a declared fact is none."""
    words, shelf = page_words(language), engine().catalogue
    include = frozenset({"not_applicable"} if check.with_refused else ())
    answer, parts_ms = engine().match_timed(replace(check.request, limit=MOST, include=include))
    serving().metrics.record_match(parts_ms)
    fields = Fields(shelf, language)
    rows = Rows(shelf, fields, words, check.typed)
    return {
        "answer": answer,
        "groups": group_cards(answer, language, check.typed, check.limit),
        "questions": [{"settles": one.settles, "asked": rows.asked(one)} for one in answer.questions],
        "near": near_misses(answer, rows),
        "refused": refused(answer, rows) if check.with_refused else [],
        "unread": [_unread(item, check.typed) for item in answer.profile.unrecognised],
        "profile_json": json.dumps(read_profile(check.typed, shelf.facts), ensure_ascii=False),
        "said_facts": understood(
            answer.profile.facts, shelf.facts, words, lambda fact: fields.named(DECLARED + fact).label
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
    return {"input": text, "offers": offers}


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
