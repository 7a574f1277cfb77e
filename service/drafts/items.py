"""The items of a draft and what can be done to one: what it is, what was decided of it, and what a step makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from rules.catalogue.catalogue import Catalogue
from rules.language.measures import Measure

Json = dict[str, Any]
TEXT, DOCUMENT, PACK = "text", "document", "pack"
"""The ids of the items that every draft has; that of the text is there where the file of the draft was kept."""
DRAFT = "draft"
"""Steps about a draft as a whole, such as its publication, name this instead of an item."""


class Kind(StrEnum):
    """What an item is."""

    TEXT = "text"
    DOCUMENT = "document"
    PACK = "pack"
    MEASURE = "measure"
    SENTENCE = "sentence"


class State(StrEnum):
    """What was decided of an item."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NO_MEASURE = "no_measure"
    MADE = "made"


class Action(StrEnum):
    """What a person did."""

    UPLOAD = "upload"
    REVISE = "revise"
    ACCEPT = "accept"
    CONFIRM = "confirm"
    EDIT = "edit"
    FOLLOW = "follow"
    """The text was edited, and the words that the item cites with it."""
    REJECT = "reject"
    ADD = "add"
    NO_MEASURE = "no_measure"
    MADE = "made"
    UNDO = "undo"
    PUBLISH = "publish"


_WRITTEN = (Kind.TEXT, Kind.DOCUMENT, Kind.PACK, Kind.MEASURE)
_FROM: Mapping[Action, Mapping[Kind, frozenset[State]]] = {
    Action.ACCEPT: dict.fromkeys(_WRITTEN, frozenset({State.OPEN})),
    Action.EDIT: dict.fromkeys(_WRITTEN, frozenset({State.OPEN, State.ACCEPTED})),
    Action.FOLLOW: dict.fromkeys(Kind, frozenset(State)),
    Action.REJECT: {Kind.MEASURE: frozenset({State.OPEN, State.ACCEPTED})},
    Action.NO_MEASURE: {Kind.SENTENCE: frozenset({State.OPEN})},
    Action.MADE: {Kind.SENTENCE: frozenset({State.OPEN})},
    Action.CONFIRM: dict.fromkeys(Kind, frozenset(State) - {State.OPEN}),
}
"""In which states of which items something can be done; undoing needs only that something was done."""
_BECOMES = {
    Action.ACCEPT: State.ACCEPTED, Action.EDIT: State.OPEN, Action.REJECT: State.REJECTED,
    Action.NO_MEASURE: State.NO_MEASURE, Action.MADE: State.MADE, Action.ADD: State.OPEN,
}  # fmt: skip


class ReviewError(Exception):
    """Something cannot be done; `word` is the key of the words that say why."""

    def __init__(self, word: str) -> None:
        """Keep the word."""
        self.word = word
        super().__init__(word)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item as it stands: its plain data, what was decided, why, and the keys of those who decided it."""

    id: str
    kind: Kind
    body: Json
    state: State = State.OPEN
    note: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of the trail: who did what to which item when, and the item before and after."""

    number: int
    at: float
    key: str
    label: str
    item: str
    action: Action
    note: str
    before: Item | None
    after: Item | None


def done(item: Item, action: Action, key: str, *, body: Json | None = None, note: str = "") -> Item:
    """Return an item after something was done to it; raise ReviewError where that cannot be."""
    if item.state not in _FROM[action].get(item.kind, frozenset()):
        raise ReviewError("editor_fault.not_now")
    if action is Action.FOLLOW:
        again = State.OPEN if item.state is State.ACCEPTED else item.state
        return msgspec.structs.replace(item, body=item.body if body is None else body, state=again, by=())
    if action is Action.CONFIRM:
        if key in item.by:
            raise ReviewError("editor_fault.confirmed_already")
        return msgspec.structs.replace(item, by=(*item.by, key))
    if action is Action.REJECT and not note:
        raise ReviewError("editor_fault.no_reason")
    by = () if action is Action.EDIT else (key,)
    return msgspec.structs.replace(
        item, state=_BECOMES[action], note=note, by=by, body=item.body if body is None else body
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft measure, and a catalogue that has it alone, with the facts that its pack defines."""

    measure: Measure
    alone: Catalogue


def sound_examples(body: Json) -> list[Json]:
    """Return the examples of a measure that have the form of one; what has not is told as a fault."""
    found = body.get("examples")
    well = (
        [one for one in found if isinstance(one, dict) and isinstance(one.get("facts"), dict)]
        if isinstance(found, list)
        else []
    )
    return well if well == found else []


def copied(body: Json, fresh_id: str) -> Json:
    """Return a measure under another id, by which its examples name its own facts too."""
    own = f"{body.get('id')}."
    examples = [
        {**one, "facts": {fact.replace(own, f"{fresh_id}.", 1) if fact.startswith(own) else fact: value
                          for fact, value in one["facts"].items()}}
        for one in sound_examples(body)
    ]  # fmt: skip
    return {**body, "id": fresh_id, **({"examples": examples} if examples else {})}
