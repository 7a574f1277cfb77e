"""What the text of a measure states, in words for people: amounts, applications, departments, a gap; nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from matcher.answers.grants import GrantWords
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import IN_PERCENT, REGION_FACTS, FactType
from rules.language.labels import Labeller
from rules.language.measures import Condition, Leaf, Measure, leaves
from rules.language.windows import WindowStanding, window_on
from seeds.faults import load_words

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True)
class StatedWords:
    """Words of one catalogue on a day, in one language; what is not stated is None or empty."""

    catalogue: Catalogue
    on: date
    language: str

    @cached_property
    def labeller(self) -> Labeller:
        """Return what writes conditions."""
        return Labeller(self.catalogue.facts, self.catalogue.vocabularies, self.language)

    @cached_property
    def _grants(self) -> GrantWords:
        return GrantWords(self.labeller)

    def window(self, measure: Measure) -> WindowStanding:
        """Return how applications stand."""
        return window_on(self.catalogue.periods(measure), self.on)

    def deadline(self, measure: Measure) -> str:
        """Return how applications stand, in words, also that the text does not state it."""
        return self._grants.window(self.window(measure))

    def document(self, measure: Measure) -> str:
        """Return the title of the document, with its number where it has one."""
        document = self.catalogue.documents[measure.document]
        return f"{document.title}（{document.number}）" if document.number else document.title

    def departments(self, measure: Measure) -> tuple[str, ...]:
        """Return who answers for the measure as printed, who leads first."""
        lead = load_words(WORDS, self.language)["lead"]
        found = self.catalogue.documents[measure.document].clause(measure.source.clause).departments
        ranked = sorted(found, key=lambda one: not one.lead)
        return tuple(lead.format(name=one.name) if one.lead else one.name for one in ranked)

    def amount(self, measure: Measure) -> str | None:
        """Return what is given; None where the text states no figure."""
        words, said = load_words(WORDS, self.language), []
        if grant := self.catalogue.grants.get(measure.id):
            return words["semicolon"].join(map(self._grants.benefit, grant.benefits)) or None
        benefit = measure.benefit
        if benefit and benefit.amount_cny is not None:
            said.append(words["amount"].format(amount=self.labeller.money(benefit.amount_cny)))
        if benefit and benefit.cap_cny is not None:
            said.append(words["cap"].format(amount=self.labeller.money(benefit.cap_cny)))
        if benefit and benefit.rate is not None:
            said.append(words["rate"].format(rate=f"{100 * benefit.rate:g}%"))
        return words["semicolon"].join(said) or None

    def gap(self, fact: str, gap: float | None) -> str | None:
        """Return how far a number is away from what a condition asks."""
        if gap is None:
            return None
        known = self.catalogue.facts[fact]
        if known.type is FactType.MONEY:
            return self.labeller.money(gap)
        if known.type in IN_PERCENT:
            return load_words(WORDS, self.language)["points"].format(number=f"{100 * gap:g}")
        return f"{gap:g} {known.unit_en if self.language == 'en' else known.unit}".strip()

    def asking(self, measure: Measure, fact: str) -> tuple[Condition, Leaf] | None:
        """Return the condition of a measure that reads a fact, and the leaf with the words that it rests on."""
        facts = REGION_FACTS if fact in REGION_FACTS else (fact,)
        for condition in measure.conditions:
            for leaf in leaves(condition):
                if leaf.test.fact in facts:
                    return condition, leaf
        return None
