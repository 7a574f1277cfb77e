"""How a measure stands for a company, and why it is shown: the words that answers, counts and stored results share."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Relevance(StrEnum):
    """Why a measure is shown, nearest first."""

    DIRECT = "direct"
    SECTOR = "sector"
    GENERAL = "general"


RELEVANCE = tuple(Relevance)


class Standing(StrEnum):
    """What is stated of a measure, and counted; `withheld` is possible, unconnected to the company and not listed."""

    APPLICABLE = "applicable"
    POSSIBLE = "possible"
    NOT_APPLICABLE = "not_applicable"
    WITHHELD = "withheld"


COUNTED = tuple(standing.value for standing in Standing)
"""The columns of counts; there `possible` includes what is withheld."""


class EffectCounts(Struct, frozen=True, kw_only=True):
    """How many bind on the day asked about, and how many stand in drafts."""

    in_force: int
    draft: int


class KindCounts(Struct, frozen=True, kw_only=True):
    """How the measures of one kind stand; `possible` are listed or withheld."""

    applicable: EffectCounts
    possible: EffectCounts


class CountsByKind(Struct, frozen=True, kw_only=True):
    """What a company can ask for or use, and what it can only cite, counted apart."""

    support: KindCounts
    direction: KindCounts


class Totals(Struct, frozen=True, kw_only=True):
    """How all measures stand.

    `withheld` are possible ones that nothing connects to the company. `set_aside` are applicable or possible ones that
    are open to a whole field or to all, and left out because others are nearer; `include: ["general"]` shows them.
    """

    applicable: int
    possible: int
    not_applicable: int
    withheld: int
    set_aside: int
    by_kind: CountsByKind


class CatalogueChange(StrEnum):
    """How something changed; the last four are told by the day, of measures whose applications or effect move on."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"
    EFFECTIVE = "effective"
    UPCOMING = "upcoming"
    CLOSING = "closing"
    EXPIRED = "expired"
