"""What a measure of pack format 2 gives, put into words, and what it comes to for one company."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from msgspec import UNSET

from matcher.answers.measure_shapes import (
    BenefitStanding,
    Condition,
    GrantStanding,
    PairStanding,
    Paper,
    TierStanding,
)
from matcher.answers.saying import say
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import Answers, Value
from rules.language.grants import BenefitItem, Bracket, Gift, Grant, Per, Span, Tier
from rules.language.labels import Labeller
from rules.language.measures import BY_STRENGTH, STRENGTH, Measure, Verdict, conjunction
from rules.language.payment import next_tier, payment_of
from rules.language.reference import ConditionTrace, evaluate_condition
from rules.language.stacking import Sort, Together, pair
from rules.language.windows import WindowStanding, WindowState, window_on


@dataclass(frozen=True, slots=True)
class GrantWords:
    """Writes benefits and windows in one language."""

    labeller: Labeller

    @property
    def language(self) -> str:
        """Return the language written in."""
        return self.labeller.language

    def benefit(self, item: BenefitItem) -> str:
        """Return one benefit in one phrase."""
        given = [self.gift(item.gift)] if item.gift else []
        parts = [self._say("tiers").join([*given, *map(self.tier, item.tiers)])]
        parts += [self._say("years", years=f"{item.years:g}")] if item.years else []
        parts += [self._say("instalments", instalments=item.instalments)] if item.instalments else []
        parts += [self._say(name) for name in ("first_time_only", "difference_only") if getattr(item, name)]
        return self._say("join").join(parts)

    def tier(self, tier: Tier) -> str:
        """Return one tier: its conditions and what is paid where they hold."""
        conditions = self._say("join").join(map(self.labeller.label, tier.conditions))
        return self._say("when", conditions=conditions, words=self.gift(tier.gift))

    def gift(self, gift: Gift) -> str:
        """Return what is paid, with its limits; that no amount is written, where none is."""
        parts = []
        if gift.amount:
            parts.append(self._span("amount", gift.amount, self.labeller.money))
        base = say(f"base.{gift.of}" if gift.of else "base.none", self.language)
        if gift.rate:
            parts.append(self._span("rate", gift.rate, _percent, base=base))
        parts += [self._bracket(bracket, base) for bracket in gift.brackets]
        words = self._say("join").join(parts)
        if words and gift.per is Per.STEP and gift.step:
            words = self._say("step", step=self.labeller.money(gift.step), words=words)
        elif words and gift.per and gift.per is not Per.STEP:
            words = self._say("per", per=say(f"per.{gift.per}", self.language), words=words)
        caps = [
            self._say("cap", by=say(f"cap_by.{cap.by}", self.language), amount=self.labeller.money(cap.amount_cny))
            for cap in gift.caps
        ]
        return self._say("join").join([*([words] if words else []), *caps]) or self._say("unstated")

    def _bracket(self, bracket: Bracket, base: str) -> str:
        kind = "bracket_last" if bracket.up_to is None else "bracket" if bracket.above else "bracket_first"
        above, up_to = (self.labeller.money(yuan or 0.0) for yuan in (bracket.above, bracket.up_to))
        return self._say(kind, base=base, rate=_percent(bracket.rate), above=above, up_to=up_to)

    def window(self, standing: WindowStanding) -> str:
        """Return how applications stand, in one sentence."""
        state, closes = standing.state, standing.closes
        if state in (WindowState.OPEN, WindowState.NEXT):
            until = say("window.open_until", self.language, closes=closes) if closes else ""
            return say(f"window.{state}", self.language, opens=standing.opens, until=until)
        return say(f"window.{state}", self.language, closes=closes)

    def comes_to(self, item: BenefitItem, verdict: Verdict, low: float | None, high: float | None) -> str:
        """Return what a benefit comes to in a few words, in those of the text where no sum can be told (每人6万元)."""
        if verdict is Verdict.UNMET:
            return say("sum.nothing", self.language)
        code = "exact" if low == high else "up_to" if low is None else "at_least" if high is None else "between"
        if low is high is None:
            return self.gift(item.gift) if item.gift else say("sum.open", self.language)
        told = {name: self.labeller.money(bound or 0.0) for name, bound in (("low", low), ("high", high))}
        return say(f"sum.{code}", self.language, **told)

    def _span(self, kind: str, span: Span, write: Callable[[float], str], **values: str) -> str:
        high = write(span.high or 0.0)  # a span read from a pack always has its upper end
        if span.low is None:
            return self._say(f"{kind}_up_to", **{kind: high}, **values)
        if span.low == span.high:
            return self._say(kind, **{kind: high}, **values)
        return self._say(f"{kind}_range", low=write(span.low), high=high, **values)

    def _say(self, code: str, **values: object) -> str:
        return say(f"grant.{code}", self.language, **values)


def _percent(share: float) -> str:
    return f"{share * 100:.6g}%"


def papers(
    catalogue: Catalogue, grant: Grant, language: str, held: Collection[Value] | None = None
) -> tuple[Paper, ...]:
    """Return the papers to hand in, with their names and who issues them, and of a company which it has."""
    materials = catalogue.vocabularies["materials"]
    return tuple(
        Paper(
            id=one.id,
            label=materials[one.id].label(language),
            issuer=materials[one.id].extra.get("issuer"),
            cite=one.cite,
            held=UNSET if held is None else one.id in held,
        )
        for one in grant.materials
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPresenter:
    """Tells what grants come to for one company on a day; `present` puts a traced condition into its shape."""

    catalogue: Catalogue
    words: GrantWords
    answers: Answers
    on: date
    present: Callable[[ConditionTrace], Condition]

    def standing(self, measure: Measure, beside: Iterable[Measure]) -> GrantStanding:
        """Return what a measure comes to whose pack states it in detail, `beside` others shown."""
        grant = self.catalogue.grants[measure.id]
        window = window_on(grant.periods, self.on)
        return GrantStanding(
            benefits=tuple(map(self._benefit, grant.benefits)),
            window=window,
            window_words=self.words.window(window),
            stacking=tuple(self._pairs(measure, beside)),
            materials=papers(self.catalogue, grant, self.words.language, self._held),
            channels=grant.channels,
            terms=grant.terms,
        )

    @property
    def _held(self) -> tuple[Value, ...]:
        """Return the papers that the company surely named as held."""
        stated = self.answers.get("materials")
        return stated.sure if stated else ()

    def _benefit(self, item: BenefitItem) -> BenefitStanding:
        traces = [self._traced(tier) for tier in item.tiers]
        values = [STRENGTH[conjunction(trace.verdict for trace in conditions)] for conditions in traces]
        payment = payment_of(item, values, self.answers)
        return BenefitStanding(
            kind=item.kind,
            words=self.words.benefit(item),
            verdict=BY_STRENGTH[payment.standing],
            low_cny=payment.low,
            high_cny=payment.high,
            tier=payment.tier,
            next_tier=next_tier(item, values, payment.tier),
            depends_on=payment.depends_on,
            tiers=tuple(
                TierStanding(
                    words=self.words.tier(tier),
                    verdict=BY_STRENGTH[value],
                    conditions=tuple(self.present(trace) for trace in conditions),
                )
                for tier, value, conditions in zip(item.tiers, values, traces, strict=True)
            ),
        )

    def _traced(self, tier: Tier) -> list[ConditionTrace]:
        return [evaluate_condition(one, self.answers, self.catalogue.taxonomies) for one in tier.conditions]

    def _pairs(self, measure: Measure, beside: Iterable[Measure]) -> Iterable[PairStanding]:
        rules = {name: grant.stacking for name, grant in self.catalogue.grants.items()}
        others = [other for other in beside if other.id != measure.id]
        sorts = {one.id: self._sort(one) for one in (measure, *others)}
        for other in others:
            same_document = measure.document == other.document
            found = pair(rules, measure.id, other.id, same_document=same_document, sorts=sorts)
            if found.rules:
                title = other.title_in(self.words.language)
                yield PairStanding(measure_id=other.id, title=title, together=found.together, rules=found.rules)

    def _sort(self, measure: Measure) -> Sort:
        return sort_of(self.catalogue, measure)


class Neighbours:
    """Tells which measures of a catalogue cannot be had together; what was asked of two is remembered."""

    def __init__(self, catalogue: Catalogue) -> None:
        """See which measures' texts speak of others."""
        self._catalogue = catalogue
        self._rules = {name: grant.stacking for name, grant in catalogue.grants.items() if grant.stacking}
        self._sorts: dict[str, Sort] = {}
        self._known: dict[tuple[str, str], bool] = {}

    @property
    def speaking(self) -> Collection[str]:
        """Return the measures whose texts speak of others; of two others nothing is said."""
        return self._rules.keys()

    def exclude(self, first: str, second: str) -> bool:
        """Tell whether a text says that two different measures cannot be had together."""
        both = (first, second) if first < second else (second, first)
        if first == second or not any(name in self._rules for name in both):
            return False
        if not all(name in self._catalogue.measures for name in both):
            return False
        if both not in self._known:
            for name in both:
                if name not in self._sorts:
                    self._sorts[name] = sort_of(self._catalogue, self._catalogue.measures[name])
            same = len({self._catalogue.measures[name].document for name in both}) == 1
            found = pair(self._rules, *both, same_document=same, sorts=self._sorts)
            self._known[both] = found.together is Together.NO
        return self._known[both]


def sort_of(catalogue: Catalogue, measure: Measure) -> Sort:
    """Return what sort of policy a measure is, from the place whose document it stands in and whom it pays."""
    paid = catalogue.grants.get(measure.id, Grant()).beneficiary
    region, regions = catalogue.documents[measure.document].region, catalogue.vocabularies["regions"]
    return Sort(
        region=region,
        level=regions[region].kind,
        lies_in=regions.taxonomy.ancestors(region),
        instruments=frozenset(measure.instruments),
        beneficiary=paid.kind if paid else "enterprise",
    )
