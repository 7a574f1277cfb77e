"""How a measure stands for a company, and why it is shown: the words that answers, counts and stored results share."""

from __future__ import annotations

from enum import StrEnum


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
