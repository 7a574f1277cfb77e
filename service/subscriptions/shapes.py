"""What subscriptions are asked and answered with, and the two kinds of messages that receivers get."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Struct

from matcher.answers.measure_shapes import OPEN
from matcher.standing import CatalogueChange
from rules.language.measures import Instrument
from service.complaints import StrictSchema
from service.intake.queries import SEARCH_CHARACTERS
from service.intake.strict_fields import Choice, StrictField, Text, clean_text, described, expect_list, load_each
from service.screenings.shapes import CatalogueVersion, ChangeCounts
from service.shapes.editions import CatalogueChangeCounts, EditionOn
from service.shapes.published import DATE_TIME, AnswerType, Page, closed
from service.subscriptions.sending import LONGEST_URL
from service.subscriptions.store import MessageState

Json = dict[str, Any]

MOST_MUTED = 200
"""Items that one subscription may mute."""


class Items(StrictField):
    """Ids of measures and documents, each once."""

    def json_schema(self) -> Json:
        """Return the JSON schema."""
        return {
            "type": "array", "maxItems": MOST_MUTED, "items": {"type": "string", "maxLength": SEARCH_CHARACTERS},
        }  # fmt: skip

    def _deserialize(self, value: object, *_: object, **__: object) -> tuple[str, ...]:
        return tuple(dict.fromkeys(load_each(expect_list(value), lambda item: clean_text(item, SEARCH_CHARACTERS))))


class SubscriptionQuestion(StrictSchema):
    """What somebody wants to be told of, and where; all filters that are given must hold."""

    url = Text(
        limit=LONGEST_URL,
        required=True,
        metadata=described("An https address on the public internet that takes messages.", "https://example.com/cepei"),
    )
    region = Text(limit=SEARCH_CHARACTERS, metadata=described("A place: measures that a company there may reach."))
    sector = Text(limit=SEARCH_CHARACTERS, metadata=described("A sector: measures not ruled out for a company of it."))
    instrument = Choice(tuple(Instrument), metadata=described("The kind of support."))
    screening = Text(
        limit=SEARCH_CHARACTERS,
        metadata=described("The id of a screening: which measures its tenants gain and lose, instead of what changed."),
    )
    mute = Items(load_default=(), metadata=described("Measures and documents that nothing is told of."))
    language = Choice(("zh", "en"), load_default="zh", metadata=described("Of titles and words; `zh` if not given."))


class SubscriptionMessagesQuery(StrictSchema):
    """Which messages."""

    state = Choice(tuple(MessageState), metadata=described("Only messages in this state; `dead` are those given up."))


class SubscriptionItem(Struct, frozen=True, kw_only=True):
    """A subscription of the caller."""

    id: str
    url: str
    region: Annotated[str | None, "The code that the place was read as."]
    sector: Annotated[str | None, "The id that the sector was read as."]
    instrument: str | None
    screening: str | None
    muted: tuple[str, ...]
    language: str
    told: Annotated[EditionOn, "Everything up to this edition and day was told, or is in a message that waits."]
    created_at: Annotated[str, DATE_TIME]
    message_at: Annotated[
        str | None, "When its last message was made; the next one comes a day later at the soonest.", DATE_TIME
    ]
    ended_at: Annotated[str | None, DATE_TIME]
    ended_by: Annotated[str | None, "Why nothing more is sent: `gone`, `key_invalid`, `screening_gone`.", OPEN]


class SubscriptionMade(SubscriptionItem, frozen=True, kw_only=True):
    """A new subscription with the secret that its messages are signed with."""

    secret: Annotated[str, "`whsec_` and base64, as Standard Webhooks has it; it is told this once."]


class SubscriptionItems(Page, frozen=True, kw_only=True):
    """A page of subscriptions, newest first."""

    items: tuple[SubscriptionItem, ...]


class SubscriptionMessage(Struct, frozen=True, kw_only=True):
    """One message of a subscription, and how sending it goes."""

    id: Annotated[str, "The `webhook-id` of every attempt."]
    state: MessageState
    attempts: Annotated[int, "How often it was sent."]
    made_at: Annotated[str, DATE_TIME]
    next_at: Annotated[str | None, "When it is sent next; null unless it waits.", DATE_TIME]
    ended_at: Annotated[str | None, DATE_TIME]
    status: Annotated[int | None, "The status that the receiver answered last."]
    fault: Annotated[str | None, "Why the last attempt got no status.", OPEN]
    message: Annotated[str | None, "The same in words."]


class SubscriptionMessages(Struct, frozen=True, kw_only=True):
    """The messages of the last 30 days, newest first."""

    items: tuple[SubscriptionMessage, ...]


class ToldChange(Struct, frozen=True, kw_only=True):
    """One change as a message tells it; `GET /v1/changes` tells all of it."""

    kind: CatalogueChange
    subject: str
    id: str
    title: str
    document: str
    continues: str | None
    day: str | None
    says: Annotated[tuple[str, ...], "What is stated otherwise, at most five fields, shortened."]


class ChangesTold(Struct, frozen=True, kw_only=True):
    """What changed in the catalogue since the last message."""

    subscription: str
    before: EditionOn
    after: EditionOn
    compared: Annotated[bool, "False where the earlier edition is gone, so that nobody can say what changed."]
    totals: CatalogueChangeCounts
    items: tuple[ToldChange, ...]
    left_out: Annotated[int, "So many more changes there are; `GET /v1/changes?since=` lists them."]


class CatalogueMessage(Struct, frozen=True, kw_only=True):
    """What is sent of the catalogue."""

    type: Annotated[str, closed("catalogue.changed")]
    timestamp: Annotated[str, "When the message was made.", DATE_TIME]
    data: ChangesTold


class MeasureTold(Struct, frozen=True, kw_only=True):
    """For how many tenants a measure came or went."""

    id: str
    title: str
    tenants_gaining: int
    tenants_losing: int


class OutlookTold(Struct, frozen=True, kw_only=True):
    """What the catalogue in force gives and takes, compared with what the screening found; it names no tenant."""

    subscription: str
    screening: str
    before: CatalogueVersion
    after: CatalogueVersion
    tenants_gaining: int
    tenants_losing: int
    totals: ChangeCounts
    items: tuple[MeasureTold, ...]
    left_out: Annotated[int, "So many more measures there are."]


class ScreeningMessage(Struct, frozen=True, kw_only=True):
    """What is sent of a screening."""

    type: Annotated[str, closed("screening.changed")]
    timestamp: Annotated[str, DATE_TIME]
    data: OutlookTold


class TestTold(Struct, frozen=True, kw_only=True):
    """Nothing but whose message it is."""

    subscription: str


class TestMessage(Struct, frozen=True, kw_only=True):
    """What is sent to see whether messages arrive."""

    type: Annotated[str, closed("subscription.test")]
    timestamp: Annotated[str, DATE_TIME]
    data: TestTold


def _callback(shape: type, says: str) -> Json:
    body = {"required": True, "content": {"application/json": {"schema": AnswerType(shape)}}}
    answers = {
        "2XX": {"description": "Taken."},
        "410": {"description": "Nothing more is wanted: the subscription ends."},
        "default": {"description": "Sent again later, under the same `webhook-id`."},
    }
    return {"{$request.body#/url}": {"post": {"summary": says, "requestBody": body, "responses": answers}}}


CALLBACKS = {
    "catalogueChanged": _callback(CatalogueMessage, "What changed in the catalogue."),
    "screeningChanged": _callback(ScreeningMessage, "What the tenants of a screening gain and lose."),
    "subscriptionTest": _callback(TestMessage, "Whether messages arrive; sent when it is asked for."),
}
"""What openapi.yaml says of the messages: whoever subscribes is called with them."""
