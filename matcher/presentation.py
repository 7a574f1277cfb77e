"""The answer of a match in the shape of the API, from readings, traces, rankings and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec import structs

from matcher import answers
from matcher.description import describe_measure, plain, title_of
from matcher.evidence import Evidence
from matcher.explanation import Explainer, Finding
from matcher.features import WEIGHTS
from matcher.questions import NeedStanding, Question
from matcher.ranking import FeatureValue
from matcher.reading import ReadFact, Reading, Unread
from matcher.wording import say
from rules.catalogue import Catalogue
from rules.conditions import Leaf, leaves
from rules.drafting import Drafter
from rules.facts import FactType
from rules.trace import ConditionTrace, Trace
from rules.verdict import Verdict
from seeds.regions import region_label


@dataclass(frozen=True, slots=True)
class Presenter:
    """Presents in one language."""

    catalogue: Catalogue
    language: str

    @property
    def drafter(self) -> Drafter:
        """Return the writer of labels."""
        return Drafter(self.catalogue.facts, self.catalogue.vocabularies, self.language)

    def profile(self, reading: Reading) -> answers.ProfileRead:
        """Return what was understood of the profile, and what was not."""
        return answers.ProfileRead(
            facts=tuple(self._fact(read) for read in reading.facts),
            unrecognised=tuple(self._unread(unread) for unread in reading.unrecognised),
            caveats=tuple(
                answers.Caveat(code=code, message=say(f"conflict.{code}", self.language)) for code in reading.conflicts
            ),
        )

    def condition(self, trace: ConditionTrace) -> answers.Condition:
        """Return how one condition came out, with the words that state it."""
        first = next(leaves(trace.condition))
        is_leaf = first is trace.condition
        return answers.Condition(
            fact=first.test.fact,
            label=self.drafter.label(trace.condition),
            verdict=trace.verdict,
            why=trace.why,
            expected=plain(first.test.expected) if is_leaf else None,
            actual=self._actual(trace) if is_leaf else None,
            gap=trace.gap,
            cite=first.cite,
            parts=tuple(self.condition(part) for part in trace.parts),
        )

    def question(self, question: Question) -> answers.Question:
        """Return one question with the input field that answers it."""
        fact = self.catalogue.facts[question.fact]
        words = fact.question(self.language)
        if question.said:
            labels = [self._value_label(fact.id, value) for value in question.said]
            said = (", " if self.language == "en" else "、").join(labels)
            words = say(f"question.{fact.id}", self.language, said=said)
        field = f"facts.{fact.id}" if fact.field == "facts" else fact.field
        return answers.Question(fact=fact.id, field=field, question=words, settles=question.settles)

    def need(self, need: NeedStanding) -> answers.NeedStanding:
        """Return how the measures that answer a stated need stand; a sentence where none of them can be used."""
        in_the_way = tuple(
            answers.Obstacle(fact=fact or None, label=self._fact_label(fact), measures=count)
            for fact, count in need.in_the_way.items()
        )
        return answers.NeedStanding(
            origin=need.origin, input=need.input, applicable=need.applicable, possible=need.possible,
            not_applicable=need.not_applicable, in_the_way=in_the_way,
            message=None if need.is_open else self._unanswered(need, in_the_way),
        )  # fmt: skip

    def _unanswered(self, need: NeedStanding, in_the_way: tuple[answers.Obstacle, ...]) -> str:
        if not need.not_applicable:
            return say("need.nothing", self.language, input=need.input)
        reasons = [
            say("need.reason", self.language, label=reason.label, measures=reason.measures) for reason in in_the_way
        ]
        joined = (", " if self.language == "en" else "，").join(reasons)
        return say("need.none_fits", self.language, input=need.input, measures=need.not_applicable, reasons=joined)

    def _fact_label(self, fact_id: str) -> str:
        fact = self.catalogue.facts.get(fact_id)
        return fact.label(self.language) if fact else say("need.other_condition", self.language)

    def near_miss(self, trace: Trace) -> answers.NearMiss:
        """Return a measure that one changeable condition stands in the way of."""
        missed = next(condition for condition in trace.conditions if condition.verdict is Verdict.UNMET)
        title = title_of(trace.measure, self.language)
        return answers.NearMiss(measure_id=trace.measure.id, title=title, condition=self.condition(missed))

    def evidence(self, evidence: Evidence) -> answers.Evidence:
        """Return a passage, cut out of the served text, with the matches in it."""
        text = self.catalogue.documents[evidence.document].text
        return answers.Evidence(
            document=evidence.document, clause=evidence.clause, quote=text[evidence.start : evidence.end],
            start=evidence.start, end=evidence.end,
            matches=tuple(
                answers.WordMatch(
                    origin=match.mention.origin, input=match.mention.input, text=text[match.start : match.end],
                    start=match.start, end=match.end, how=match.how, similarity=match.similarity,
                )
                for match in evidence.matches
            ),
        )  # fmt: skip

    def _fact(self, read: ReadFact) -> answers.FactRead:
        return answers.FactRead(
            fact=read.fact, value=plain((read.value,))[0], label=self._value_label(read.fact, read.value),
            origin=read.origin, input=read.input, how=read.how, similarity=read.similarity,
        )  # fmt: skip

    def _unread(self, unread: Unread) -> answers.Unrecognised:
        return answers.Unrecognised(
            origin=unread.origin,
            input=unread.input,
            suggestions=tuple(
                answers.Suggestion(value=value, label=self._value_label(unread.fact, value), similarity=similarity)
                for value, similarity in unread.candidates
            ),
        )

    def _value_label(self, fact_id: str, value: Any) -> str:  # noqa: ANN401 - any fact value
        fact = self.catalogue.facts.get(fact_id)
        if fact and fact.vocabulary == "regions":
            return region_label(self.catalogue.vocabularies["regions"], str(value), self.language)
        return self.drafter.value(fact_id, value)

    def _actual(self, trace: ConditionTrace) -> Any:  # noqa: ANN401 - one value, a list, or None
        answer = trace.answer
        if answer is None or not isinstance(trace.condition, Leaf):
            return None
        values = plain(tuple(dict.fromkeys((*answer.sure, *answer.inferred))))
        fact = self.catalogue.facts.get(trace.condition.test.fact)
        if fact and fact.type is FactType.SET and len(values) > 1:
            return values
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class FindingPresenter:
    """Presents one finding as a recommendation."""

    presenter: Presenter
    explainer: Explainer
    reading: Reading

    def brief(self, rank: int, finding: Finding, score: float) -> answers.Recommendation:
        """Return a recommendation without features, conditions and evidence."""
        verdicts = [condition.verdict for condition in finding.trace.conditions]
        return answers.Recommendation(
            rank=rank,
            relevance=finding.relevance,
            verdict=finding.trace.verdict,
            effect=finding.effect,
            score=score,
            measure=describe_measure(self.presenter.catalogue, finding.measure, self.presenter.language),
            coverage=answers.Coverage(checked=len(verdicts) - verdicts.count(Verdict.UNKNOWN), total=len(verdicts)),
            explanation=tuple(self.explainer.sentences(finding, self.reading)),
            caveats=self.explainer.caveats(finding, self.reading),
        )

    def full(
        self, rank: int, finding: Finding, score: float, features: tuple[FeatureValue, ...]
    ) -> answers.Recommendation:
        """Return a recommendation with everything it rests on."""
        described = {
            weight.name: weight.zh if self.presenter.language == "zh" else weight.description for weight in WEIGHTS
        }
        return structs.replace(
            self.brief(rank, finding, score),
            conditions=tuple(self.presenter.condition(condition) for condition in finding.trace.conditions),
            features=tuple(
                answers.FeatureValue(
                    name=f.name, value=f.value, weight=f.weight, contribution=f.contribution, detail=described[f.name]
                )
                for f in features
            ),
            evidence=tuple(self.presenter.evidence(evidence) for evidence in finding.evidence),
        )
