"""A company profile as typed, and the question asked about it. Nothing is understood here yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a company says of itself; money in yuan; an empty text, tuple or None means "not said"."""

    name: str = ""
    uscc: str = ""
    city: str = ""
    target_city: str = ""
    sector: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    founded_on: date | None = None
    employees: int | None = None
    annual_revenue_cny: float | None = None
    rd_spend_cny: float | None = None
    rd_staff: int | None = None
    foreign_invested: bool | None = None
    external_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Detail(StrEnum):
    """How much of each recommendation is told."""

    FULL = "full"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """One question: whose profile, which day, which documents, which page, in which language."""

    profile: Profile
    on: date
    limit: int = 20
    offset: int = 0
    detail: str = Detail.FULL
    statuses: frozenset[str] = frozenset({"in_force", "draft"})
    include: frozenset[str] = frozenset()
    language: str = "zh"
