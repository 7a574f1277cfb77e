"""Complaints about declared facts, which only the catalogue can judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from matcher.declared import DeclaredFacts
from rules.catalogue import Catalogue
from seeds.errors import Fault
from service.problems import Complaint


def complaints_of_facts(faults: Iterable[Fault]) -> list[Complaint]:
    """Turn what the matcher refuses of declared facts into complaints about the request."""
    return [Complaint(code=one.code, pointer=f"/profile{one.pointer}", params=one.params) for one in faults]


def judge_of_facts(catalogue: Catalogue) -> Callable[[Mapping[str, Any]], list[Complaint]]:
    """Return what tells the complaints about declared facts by one catalogue."""
    facts = DeclaredFacts.of(catalogue)
    return lambda declared: complaints_of_facts(facts.faults_of(declared))


def complaints_beside(valid: object, facts: DeclaredFacts | None) -> list[Complaint]:
    """Return what is wrong with the declared facts in the part of a request that is in order.

    A request whose shape has faults is never matched; this tells of its facts in the same answer.
    """
    profile = valid.get("profile") if isinstance(valid, Mapping) else None
    declared = profile.get("facts") if isinstance(profile, Mapping) else getattr(profile, "facts", None)
    if facts is None or not isinstance(declared, Mapping):
        return []
    return complaints_of_facts(facts.faults_of(declared))
