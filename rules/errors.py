"""What can be wrong with rules and with facts, as data; status codes are the service's business."""

from __future__ import annotations

from seeds.errors import SeedError


class PackError(SeedError):
    """A rule pack has faults; none of its measures is loaded."""


class CatalogueError(Exception):
    """A catalogue file is missing, damaged or of another schema; the message says what to do."""


FACT_FAULTS: dict[str, tuple[str, str]] = {
    "unknown": ("{name!r} is not a published fact", "see /v1/vocabularies/facts"),
    "no_entry": ("{text!r} is not an entry of {vocabulary}", "see /v1/vocabularies/{vocabulary}"),
    "no_entry_but_near": ("{text!r} is not an entry of {vocabulary}", "nearest: {nearest}"),
    "no_flag": ("must be true or false", "write true, false, or leave it out when unknown"),
    "no_condition": ("must be true or false", "a manual condition is declared to hold or not"),
    "no_number": ("must be a number from 0 up", ""),
    "no_number_of_unit": ("must be a number from 0 up", "in {unit_en}"),
    "no_money": ("{text!r} is no amount of money", "write yuan as a number or a text such as CNY 3m"),
    "no_share": ("{text!r} is no share between 0 and 1", "write 5% or 0.05"),
    "no_rate": ("{text!r} is no rate of change from -100 % up", "write 5%, -5%, 120% or 0.05"),
    "no_date": ("{text!r} is no date", "write it as 2015-03-01"),
}
"""What can be wrong with a declared fact: the message and the hint in English; the service has them in Chinese."""


class FactError(ValueError):
    """A declared fact is unknown or has a value of the wrong kind."""

    def __init__(self, fact: str, reason: str, /, **params: str) -> None:
        """Keep the fact's id, the key of what is wrong in FACT_FAULTS, and the parameters of its words."""
        message, hint = FACT_FAULTS[reason]
        self.fact, self.reason, self.params = fact, reason, params
        self.message, self.hint = message.format(**params), hint.format(**params)
        super().__init__(f"{fact}: {self.message}")
