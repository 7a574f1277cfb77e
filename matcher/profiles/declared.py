"""Judges what a profile declares as facts, whatever else it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcher.profiles.profile import MatchError
from rules.catalogue.catalogue import Catalogue
from rules.language.amounts import Interval
from rules.language.facts import FactDefinition, FactError, Value, parse_stated
from seeds.faults import Fault
from seeds.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class DeclaredFacts:
    """Judges declared facts: those published, and the `manual` conditions of measures, which only a person can attest.

    Reading profiles one by one and in columns, and checking what was sent before anything is read, ask here.
    """

    facts: Mapping[str, FactDefinition]
    vocabularies: Mapping[str, Vocabulary]
    manual: frozenset[str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> DeclaredFacts:
        """Return the judge of what one catalogue publishes and asks."""
        return cls(catalogue.facts, catalogue.vocabularies, catalogue.manual_facts - catalogue.facts.keys())

    def read(self, declared: Mapping[str, Any]) -> dict[str, tuple[Value | Interval, ...]]:
        """Return the values of declared facts; raise MatchError naming every one that is unknown or has none."""
        values: dict[str, tuple[Value | Interval, ...]] = {}
        faults: list[Fault] = []
        for fact_id, raw in declared.items():
            try:
                values[fact_id] = self._values(fact_id, raw)
            except FactError as error:
                pointer = f"/facts/{fact_id.replace('~', '~0').replace('/', '~1')}"
                faults.append(Fault(file="profile", pointer=pointer, code=error.code, params=error.params))
        if faults:
            raise MatchError(faults)
        return values

    def faults_of(self, declared: Mapping[str, Any]) -> tuple[Fault, ...]:
        """Return what is wrong with declared facts."""
        try:
            self.read(declared)
        except MatchError as error:
            return error.faults
        return ()

    def _values(self, fact_id: str, raw: Any) -> tuple[Value | Interval, ...]:  # noqa: ANN401 - any JSON value
        if fact_id in self.facts:
            return parse_stated(self.facts[fact_id], raw, self.vocabularies)
        if fact_id not in self.manual:
            raise FactError(fact_id, "fact_unknown", name=fact_id)
        if not isinstance(raw, bool):
            raise FactError(fact_id, "fact_no_condition")
        return (raw,)
