"""The review of a draft: its items, what was decided of each, and by whom; every step is kept and can be undone.

Kept in the data file. An item is what a person decides on: the text with its edits, the metadata, what holds for all
measures, each measure, and each sentence that no measure was made of. What is right of one is judged in judging.py.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from service.drafts.items import DOCUMENT, DRAFT, PACK, TEXT, Action, Item, Kind, ReviewError, State, Step, done
from service.drafts.source import Kept, SentDraft
from service.drafts.texts import edited
from service.keys import Key
from service.store import Row, Store

Json = dict[str, Any]
_ID_BYTES = 12
_NEAR = 200
"""So far before its old place a sentence is looked for after the text was edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A draft with its items as they stand and the steps that led there."""

    id: str
    name: str
    text: str
    base: str | None
    by_machine: bool
    sentences: int
    read: int
    created_at: float
    label: str
    drafted: Mapping[str, Item]
    items: Mapping[str, Item]
    steps: tuple[Step, ...]
    undoable: frozenset[str]

    def of(self, kind: Kind) -> list[Item]:
        """Return the items of a kind, in their order."""
        return [item for item in self.items.values() if item.kind is kind]

    def seen(self, item: str) -> int:
        """Return the number of the last step about an item, 0 where there is none."""
        return max((step.number for step in self.steps if step.item == item), default=0)

    def open_items(self) -> list[Item]:
        """Return what nobody has decided yet."""
        return [item for item in self.items.values() if item.state is State.OPEN]

    def reviewed_alone(self, key: str) -> list[Item]:
        """Return the items that nobody but this key has decided."""
        return [item for item in self.items.values() if item.by and set(item.by) == {key}]

    def measures(self) -> list[Json]:
        """Return the measures that were not rejected."""
        return [item.body for item in self.of(Kind.MEASURE) if item.state is not State.REJECTED]

    def pack(self) -> Json:
        """Return the pack as it would be published."""
        return {**self.items[PACK].body, "document": self.document_id, "measures": self.measures()}

    @property
    def revises(self) -> str:
        """Return the version of the edition that it was opened from to be corrected, "" where it was sent."""
        return self.steps[0].note if self.steps[0].action is Action.REVISE else ""

    @property
    def published_as(self) -> str:
        """Return the version that it was published as last, "" where it was not."""
        return next((step.note for step in reversed(self.steps) if step.action is Action.PUBLISH), "")

    @property
    def fresh_id(self) -> str:
        """Return an id that no measure of it has."""
        return f"{self.document_id}-n{len(self.steps)}"

    @property
    def document_id(self) -> str:
        """Return the id of the document."""
        return str(self.items[DOCUMENT].body["id"])


_SELECT = "SELECT drafts.*, base, recognised FROM drafts LEFT JOIN draft_sources ON draft = id"


class Drafts:
    """The drafts of one data file, and what was decided of them."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        """Work on `store`; `clock` gives seconds since the epoch."""
        self._store, self._clock = store, clock

    def add(self, sent: SentDraft, name: str, key: Key, *, revises: str = "") -> str:
        """Keep a draft as it was read, or a document as it is in an edition, accepted already; return its id."""
        draft_id, now = secrets.token_urlsafe(_ID_BYTES), self._clock()
        state = State.ACCEPTED if revises else State.OPEN
        row = {
            "id": draft_id, "name": name, "text": sent.text, "items": _dumped(list(_items_of(sent, state))),
            "sentences": sent.sentences, "read": sent.read, "created_at": now, "label": key.label or key.id,
        }  # fmt: skip
        with self._store.transaction() as database:
            database.table("drafts").insert(row)
            if sent.kept is not None:
                kept = {name: getattr(sent.kept, name) for name in ("suffix", "content", "base", "recognised")}
                database.table("draft_sources").insert({"draft": draft_id, **kept})
            action = Action.REVISE if revises else Action.UPLOAD
            self._note(key, _Next(draft_id, 1), DRAFT, action, note=revises or name)
        return draft_id

    def source(self, draft_id: str) -> Kept | None:
        """Return the file of a draft as it was sent; None where none was kept."""
        row = self._store.row("SELECT * FROM draft_sources WHERE draft = :id", {"id": draft_id})
        if row is None:
            return None
        return Kept(**{name: row[name] for name in ("suffix", "content", "base", "recognised")})

    def listed(self) -> list[Review]:
        """Return every draft, newest first."""
        rows = self._store.rows(f"{_SELECT} ORDER BY created_at DESC, id")
        return [_review(row, self._steps(row["id"])) for row in rows]

    def find(self, draft_id: str) -> Review | None:
        """Return a draft, None when there is none."""
        row = self._store.row(f"{_SELECT} WHERE id = :id", {"id": draft_id})
        return _review(row, self._steps(draft_id)) if row else None

    def do(self, review: Review, item: str, action: Action, key: Key, *, seen: int, **given: Any) -> None:  # noqa: ANN401 - body and note
        """Note what was done to an item, as somebody saw it; raise ReviewError where it has changed since."""
        with self._turn(review, item, seen) as (fresh, step):
            before = fresh.items[item]
            after = done(before, action, key.id, **given)
            self._note(key, step, item, action, before=before, after=after, note=given.get("note", ""))

    def make(self, review: Review, body: Json, key: Key, *, sentence: str = "", seen: int = 0) -> str:
        """Add a measure, of a sentence that was unread if one is named; return the id of its item."""
        with self._turn(review, sentence or DRAFT, seen) as (fresh, step):
            made = f"m{step.number}a"
            if sentence:
                before = fresh.items[sentence]
                after = done(before, Action.MADE, key.id, note=made)
                self._note(key, step, sentence, Action.MADE, before=before, after=after, note=made)
            added = step.next() if sentence else step
            self._note(key, added, made, Action.ADD, after=Item(id=made, kind=Kind.MEASURE, body=body))
        return made

    def retext(
        self, review: Review, body: Json, key: Key, *, seen: int, follow: Mapping[str, Json], said: Sequence[Json] = ()
    ) -> None:
        """Note an edit of the text, what other items are by it, and the sentences that it says now."""
        with self._turn(review, TEXT, seen) as (fresh, step):
            before = fresh.items[TEXT]
            self._note(key, step, TEXT, Action.EDIT, before=before, after=done(before, Action.EDIT, key.id, body=body))
            for place, (item, followed) in enumerate(follow.items(), 1):
                after, later = done(fresh.items[item], Action.FOLLOW, key.id, body=followed), step.number + place
                self._note(key, _Next(step.draft, later), item, Action.FOLLOW, before=fresh.items[item], after=after)
            for later, sentence in enumerate(said, step.number + len(follow) + 1):
                made = Item(id=f"s{later}a", kind=Kind.SENTENCE, body=sentence)
                self._note(key, _Next(step.draft, later), made.id, Action.ADD, after=made)

    def split(self, review: Review, item: str, key: Key, *, seen: int, stays: Json, goes: Json) -> str:
        """Make two measures of one; return the id of the item of the second."""
        with self._turn(review, item, seen) as (fresh, step):
            before, made = fresh.items[item], f"m{step.number}a"
            after = done(before, Action.EDIT, key.id, body=stays, note=made)
            self._note(key, step, item, Action.EDIT, before=before, after=after, note=made)
            self._note(key, step.next(), made, Action.ADD, after=Item(id=made, kind=Kind.MEASURE, body=goes))
        return made

    def undo(self, review: Review, item: str, key: Key, *, seen: int) -> None:
        """Take back the last step about an item that was not taken back yet."""
        with self._turn(review, item, seen) as (fresh, step):
            if item not in fresh.undoable:
                raise ReviewError("editor_fault.nothing_to_undo")
            *_, after, before = _stacks(fresh.drafted, fresh.steps)[item]
            self._note(key, step, item, Action.UNDO, before=before, after=after)

    def published(self, review: Review, key: Key, version: str) -> None:
        """Note that a draft has come into force."""
        with self._turn(review, DRAFT, 0) as (_, step):
            self._note(key, step, DRAFT, Action.PUBLISH, note=version)

    @contextmanager
    def _turn(self, review: Review, item: str, seen: int) -> Iterator[tuple[Review, _Next]]:
        """Hold the data file; give the draft as it is by now, and the number of the next step."""
        with self._store.transaction():
            fresh = self.find(review.id)
            if fresh is None or (item != DRAFT and item not in fresh.items):
                raise ReviewError("editor_fault.gone")
            if item != DRAFT and fresh.seen(item) != seen:
                raise ReviewError("editor_fault.moved_on")
            yield fresh, _Next(review.id, fresh.steps[-1].number + 1)

    def _steps(self, draft_id: str) -> list[Row]:
        return self._store.rows("SELECT * FROM draft_steps WHERE draft = :id ORDER BY number", {"id": draft_id})

    def _note(self, key: Key, step: _Next, item: str, action: Action, **more: Any) -> None:  # noqa: ANN401 - items and note
        query = """
            INSERT INTO draft_steps (draft, number, at, key_id, label, item, action, note, before, after)
            VALUES (:draft, :number, :at, :key_id, :label, :item, :action, :note, :before, :after)
        """
        before, after = (_dumped(one) if (one := more.get(name)) else None for name in ("before", "after"))
        row = {
            "draft": step.draft, "number": step.number, "at": self._clock(), "key_id": key.id,
            "label": key.label or key.id, "item": item, "action": action.value, "note": more.get("note", ""),
            "before": before, "after": after,
        }  # fmt: skip
        self._store.change(query, row)


class _Next(NamedTuple):
    """The step that is to be noted of a draft."""

    draft: str
    number: int

    def next(self) -> _Next:
        return _Next(self.draft, self.number + 1)


def _items_of(sent: SentDraft, state: State) -> Iterator[Item]:
    """Yield the items of a draft as it was read."""
    rest = {key: value for key, value in sent.pack.items() if key not in {"document", "measures"}}
    if sent.kept is not None:
        yield Item(id=TEXT, kind=Kind.TEXT, body={"edits": [dict(edit) for edit in sent.kept.edits]}, state=state)
    yield Item(id=DOCUMENT, kind=Kind.DOCUMENT, body=sent.metadata, state=state)
    yield Item(id=PACK, kind=Kind.PACK, body=rest, state=state)
    for number, measure in enumerate(sent.pack["measures"], 1):
        yield Item(id=f"m{number}", kind=Kind.MEASURE, body=measure, state=state)
    for number, one in enumerate(sent.unread, 1):
        yield Item(id=f"s{number}", kind=Kind.SENTENCE, body=dict(one._asdict()))


def _review(row: Row, steps: Sequence[Row]) -> Review:
    """Return a draft with its items as the steps left them."""
    drafted = {item.id: item for item in msgspec.json.decode(row["items"], type=list[Item])}
    taken = tuple(map(_step, steps))
    stacks = _stacks(drafted, taken)
    items = {name: item for name, stack in stacks.items() if (item := stack[-1])}
    for name, item in items.items():  # the measure that was made of it was taken back
        if item.state is State.MADE and item.note not in items:
            items[name] = msgspec.structs.replace(item, state=State.OPEN, by=())
    text = row["text"]
    if TEXT in items and row["base"] is not None:
        text = edited(row["base"], items[TEXT].body["edits"])
        items = {name: _placed(item, text) for name, item in items.items()}
    return Review(
        id=row["id"], name=row["name"], text=text, base=row["base"], by_machine=bool(row["recognised"]),
        sentences=row["sentences"], read=row["read"],
        created_at=row["created_at"], label=row["label"], drafted=drafted, items=items, steps=taken,
        undoable=frozenset(name for name, stack in stacks.items() if len(stack) > 1 and stack[-1]),
    )  # fmt: skip


def _placed(item: Item, text: str) -> Item:
    """Return an item as it belongs to a text: the digest of it, or where a sentence stands in it now."""
    body = item.body
    if item.kind is Kind.DOCUMENT:
        return msgspec.structs.replace(item, body={**body, "sha256": hashlib.sha256(text.encode()).hexdigest()})
    if item.kind is not Kind.SENTENCE or text[body["start"] : body["end"]] == body["text"]:
        return item
    begins = max(0, body["start"] - _NEAR)
    at = text.find(body["text"], begins)
    at = at if at >= 0 else text.find(body["text"])
    place = {"start": at, "end": at + len(body["text"])} if at >= 0 else {"start": 0, "end": 0}
    return msgspec.structs.replace(item, body={**body, **place})


def _stacks(drafted: Mapping[str, Item], steps: Sequence[Step]) -> dict[str, list[Item | None]]:
    """Return for each item what it has been, without what was taken back; the last is what it is."""
    stacks: dict[str, list[Item | None]] = {name: [item] for name, item in drafted.items()}
    for step in steps:
        if step.item != DRAFT:
            stack = stacks.setdefault(step.item, [None])
            if step.action is Action.UNDO:
                stack.pop()
            else:
                stack.append(step.after)
    return stacks


def _step(row: Row) -> Step:
    before, after = (msgspec.json.decode(one, type=Item) if one else None for one in (row["before"], row["after"]))
    return Step(
        number=row["number"], at=row["at"], key=row["key_id"], label=row["label"], item=row["item"],
        action=Action(row["action"]), note=row["note"], before=before, after=after,
    )  # fmt: skip


def _dumped(value: object) -> str:
    return msgspec.json.encode(value).decode()
