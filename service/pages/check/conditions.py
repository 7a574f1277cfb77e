"""The conditions of a measure as rows: how each came out, what was stated, what is missing, how to answer it here.

With what a measure gives in words, and the addresses that a row leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import flask

from matcher.answers.measure_shapes import Benefit, BenefitStanding, Condition, GrantStanding
from matcher.answers.shapes import Question
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import IN_PERCENT, FactDefinition, FactType
from rules.language.labels import Labeller
from rules.language.measures import Verdict, Why
from seeds.documents import clause_name
from seeds.regions import region_label
from service.pages.check.fields import Fields, ShownField
from service.web.requests import link


def page_address(endpoint: str, anchor: str = "", **values: str) -> str:
    """Return the address of a page, at a place in it, or nothing when this service has no such page."""
    if endpoint not in flask.current_app.view_functions:
        return ""
    return link(endpoint, **values) + (f"#{anchor}" if anchor else "")


def clause_address(document: str, clause: str) -> str:
    """Return where a document shows a clause."""
    return page_address("browse.document", f"c-{clause}", document_id=document)


def measure_place(document: str, measure: str) -> str:
    """Return where a document shows the sentence of a measure."""
    return page_address("browse.document", f"m-{measure}", document_id=document)


def measure_address(measure: str) -> str:
    """Return the page of a measure."""
    return page_address("browse.measure", measure_id=measure)


_YI, _WAN = 1e8, 1e4


def benefit_words(benefit: Benefit | None, words: Mapping[str, str]) -> str:
    """Return a benefit in one phrase; empty when the text names none."""
    if not benefit:
        return ""
    per = f"/{benefit.unit}" if benefit.unit else ""
    amounts = {"benefit_amount": benefit.amount_cny, "benefit_cap": benefit.cap_cny}
    stated = [words[f"benefit.{benefit.kind}"]]
    stated += [words[key].format(money_words(yuan, words) + per) for key, yuan in amounts.items() if yuan is not None]
    if benefit.rate is not None:
        stated.append(words["benefit_rate"].format(f"{100 * benefit.rate:g}%"))
    return words["comma_between"].join(stated)


def _comes_to(benefit: BenefitStanding, words: Mapping[str, str]) -> str:
    """Return what a benefit comes to on what was filled in, "" where its own words say as much."""
    if benefit.verdict is Verdict.UNMET:
        return words["comes_to_nothing"]
    low, high = benefit.low_cny, benefit.high_cny
    if low is not None and high is None:
        return words["comes_to_at_least"].format(money_words(low, words))
    if high is None or not (benefit.tiers or low is not None):
        return ""
    if low == high:
        return words["comes_to"].format(money_words(high, words))
    if low is None:
        return words["comes_to_up_to"].format(money_words(high, words))
    return words["comes_to_between"].format(money_words(low, words), money_words(high, words))


def money_words(yuan: float, words: Mapping[str, str]) -> str:
    """Return an amount as people write it: 500万元, 1.2亿元, CNY 5,000,000."""
    if words["language"] == "en":
        return f"CNY {yuan:,.0f}"
    for size, unit in ((_YI, "亿元"), (_WAN, "万元")):
        if yuan >= size:
            return f"{yuan / size:g}{unit}"
    return f"{yuan:g}元"


def amount_words(fact: FactDefinition, number: float, words: Mapping[str, str]) -> str:
    """Return a number as people write it of a fact: as money, in percentage points or with its unit."""
    if fact.type is FactType.MONEY:
        return money_words(number, words)
    if fact.type in IN_PERCENT:
        return words["points"].format(f"{100 * number:g}")
    return f"{number:g} {fact.unit_en if words['language'] == 'en' else fact.unit}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the field that answers it and what stands in that field now.

    A question with several answers has `parts` instead, one for each field.
    """

    question: str
    field: ShownField
    text: str
    parts: tuple[Asked, ...] = ()

    @property
    def anchor(self) -> str:
        """Return where on the page it stands."""
        return f"ask-{self.field.name}"

    @property
    def fields(self) -> set[str]:
        """Return the names of the fields that answer it."""
        return {part.field.name for part in self.parts} or {self.field.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One condition: the requirement, its verdict in words and why, what the company stated, and the gap.

    `asked` is there while an answer can still settle it; a group of conditions has its parts as rows. `elsewhere` is
    the place on the page that asks for the same field already.
    """

    place: str
    fact: str
    label: str
    verdict: str
    says: str
    reason: str
    stated: str
    gap: str
    clause: str
    address: str
    asked: Asked | None
    parts: tuple[Row, ...]
    elsewhere: str = ""


class Rows:
    """Turns conditions of an answer into rows, in one language."""

    def __init__(
        self, catalogue: Catalogue, fields: Fields, words: Mapping[str, str], typed: Mapping[str, str]
    ) -> None:
        """Keep what every row needs."""
        self._catalogue = catalogue
        self._fields = fields
        self._words = words
        self._typed = typed
        self._drafter = Labeller(catalogue.facts, catalogue.vocabularies, words["language"])

    def row(self, condition: Condition, place: str = "") -> Row:
        """Return one condition as a row; `place` is where it stands among the conditions of its measure."""
        words, verdict, why, cite = self._words, condition.verdict, condition.why, condition.cite
        parts = tuple(self.row(part) for part in condition.parts)
        return Row(
            place=place,
            fact=condition.fact or "",
            label=condition.label,
            verdict=verdict,
            says=words[f"condition.{verdict}"],
            reason=words["in_brackets"].format(words.get(f"why.{why}", why)) if why else "",
            stated=self._stated(condition) if verdict != "met" else "",
            gap=self._gap(condition),
            clause=clause_name(self._catalogue.documents[cite.document], cite.clause),
            address=clause_address(cite.document, cite.clause),
            asked=None if parts else self._asked(condition),
            parts=parts,
        )

    def what_if(self, condition: Condition) -> Row:
        """Return a condition that a company can change as a row where it can be answered anew."""
        row = self.row(condition)
        return row if row.parts else replace(row, asked=self._ask(condition.fact or ""))

    def asked(self, question: Question) -> Asked:
        """Return one of the questions of an answer with its field."""
        field = self._fields.named(question.field)
        parts = tuple(map(self._ask, dict.fromkeys(choice.fact for choice in question.choices)))
        return Asked(question=question.question, field=field, text=self._typed.get(field.name, ""), parts=parts)

    def granted(self, grant: GrantStanding, claimed: set[str]) -> dict[str, Any]:
        """Return what a measure comes to as a card shows it: benefits with amounts, window, papers and neighbours.

        `asks` are the questions that would tell more of the amounts; a field that is `claimed` is not asked for again.
        """
        words, benefits = self._words, []
        asks: list[Asked] = []
        for one in grant.benefits:
            wanted = map(self._ask, one.depends_on)
            asks += [asked for asked in wanted if not _claims(asked, claimed)]
            named = f"{words[f'benefit.{one.kind}']}{words['colon']}{one.words}"
            benefits.append({"words": named, "comes_to": _comes_to(one, words), "next": self._next_tier(one)})
        return {
            "benefits": benefits,
            "asks": asks,
            "papers": [
                paper.label + words["in_brackets"].format(words["paper_held" if paper.held else "paper_not_stated"])
                for paper in grant.materials
            ],
            "channels": [channel.cite.quote for channel in grant.channels],
            "beside": [
                (words[f"together.{one.together}"].format(one.title), one.rules[0].cite.quote) for one in grant.stacking
            ],
        }

    def _next_tier(self, benefit: BenefitStanding) -> str:
        """Return by how much a number misses the tier that would pay more, with what that pays; "" where none does."""
        if benefit.next_tier is None:
            return ""
        tier = benefit.tiers[benefit.next_tier]
        missed = [condition for condition in tier.conditions if condition.verdict is not Verdict.MET]
        gap = self._gap(missed[0]) if len(missed) == 1 and missed[0].verdict is Verdict.UNMET else ""
        return self._words["next_tier"].format(tier.words, gap) if gap else ""

    def _asked(self, condition: Condition) -> Asked | None:
        """Return what to ask; no answer settles what the policy itself leaves open, or what waits for a move."""
        waits = condition.verdict is Verdict.UNKNOWN and condition.why not in (Why.AMBIGUOUS, Why.PLANNED)
        fact = "target_region" if self._waits_for_a_plan(condition) else condition.fact or ""
        return self._ask(fact) if waits else None

    def _waits_for_a_plan(self, condition: Condition) -> bool:
        """Tell whether where the company is cannot meet a condition, so that the place planned leaves it open."""
        if condition.fact != "region" or not isinstance(condition.actual, str):
            return False
        return not self._catalogue.taxonomies["region"].overlaps(condition.actual, condition.expected or ())

    def _ask(self, fact: str) -> Asked:
        field = self._fields.of_fact(fact)
        return Asked(question=self._fields.question(fact), field=field, text=self._typed.get(field.name, ""))

    def _stated(self, condition: Condition) -> str:
        actual = condition.actual
        values = actual if isinstance(actual, list) else [] if actual is None else [actual]
        reported = self._words["comma"].join(self._value(condition.fact or "", value) for value in values)
        # What is still asked for although a value is known was inferred from something else.
        key = "inferred_said" if condition.why == Why.FACT_MISSING else "said"
        return self._words[key].format(reported) if reported else ""

    def _value(self, fact: str, value: Any) -> str:  # noqa: ANN401 - a value of any fact
        known = self._catalogue.facts.get(fact)
        if known is not None and known.vocabulary == "regions":
            return region_label(self._catalogue.vocabularies["regions"], str(value), self._words["language"])
        return str(value) if known is not None and known.type is FactType.DATE else self._drafter.value(fact, value)

    def _gap(self, condition: Condition) -> str:
        """Return by how much a number misses its threshold, and on which side."""
        gap, expected, actual = condition.gap, condition.expected, condition.actual
        if gap is None:
            return ""
        if gap == 0:
            return self._words["gap.bound"]
        side = "short" if _first(actual) < _first(expected) else "over"
        amount = amount_words(self._catalogue.facts[condition.fact or ""], gap, self._words)
        return self._words[f"gap.{side}"].format(amount)


def asking_once(conditions: Iterable[Row], claimed: set[str]) -> list[Row]:
    """Return the conditions, each field asked for only in the first that waits for it and is not `claimed` already."""
    rows = []
    for row in conditions:
        parts = tuple(asking_once(row.parts, claimed))
        if row.asked and _claims(row.asked, claimed):
            rows.append(replace(row, asked=None, parts=parts, elsewhere=row.asked.anchor))
        else:
            rows.append(replace(row, parts=parts))
    return rows


def _claims(asked: Asked, claimed: set[str]) -> bool:
    """Tell whether the field of a question is asked for already; from now on it is."""
    if asked.field.name in claimed:
        return True
    claimed.add(asked.field.name)
    return False


def _first(value: float | Sequence[float]) -> float:
    return value if isinstance(value, int | float) else value[0]
