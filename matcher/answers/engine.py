"""One match from profile to answer: read, decide, rank, find evidence, and put it into the shape of POST /v1/match.

It knows the order of the steps and the shape of what comes out; what each step decides stands in its own module.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from msgspec import UNSET, structs

from matcher.answers import measure_shapes, shapes
from matcher.answers.catalogue_json import (
    describe_catalogue,
    describe_measure,
    describe_proof,
    describe_question,
    plain,
)
from matcher.answers.evidence import Evidence, EvidenceFinder
from matcher.answers.explanation import Explainer, Finding, rivals_of
from matcher.answers.grants import GrantPresenter, GrantWords
from matcher.answers.questions import Choice, NeedStanding, Question, ask, near_misses, standing_of_needs
from matcher.answers.saying import say
from matcher.profiles.declared import DeclaredFacts
from matcher.profiles.profile import QUESTION, Detail, MatchRequest, ReadFact, Reading, Unread
from matcher.profiles.reader import build_reader
from matcher.profiles.words import SUGGESTIONS
from matcher.ranking.compiling import compiled_parts
from matcher.ranking.measure_index import Flags, MeasureColumns
from matcher.ranking.ranking import GENERAL, NOT_APPLICABLE, WEIGHTS, FeatureValue, Ranking, compare, rank, tally
from matcher.standing import COUNTED, RELEVANCE, CountsByKind, EffectCounts, KindCounts, Standing, Totals
from rules.catalogue.catalogue import Catalogue
from rules.compiled.program import Decisions
from rules.language.facts import FactDefinition, FactType
from rules.language.labels import Labeller
from rules.language.measures import MET, OF_MEASURE, UNKNOWN, Leaf, Verdict, effect, leaves
from rules.language.reference import ConditionTrace, Trace, evaluate
from seeds.regions import region_label


@dataclass(frozen=True, slots=True)
class Presenter:
    """Presents in one language."""

    catalogue: Catalogue
    language: str

    @property
    def labeller(self) -> Labeller:
        """Return the writer of labels."""
        return Labeller(self.catalogue.facts, self.catalogue.vocabularies, self.language)

    def profile(self, reading: Reading) -> shapes.ProfileRead:
        """Return what was understood of the profile, and what was not."""
        return shapes.ProfileRead(
            facts=tuple(self._fact(read) for read in reading.facts),
            unrecognised=tuple(self._unread(unread) for unread in reading.unrecognised),
            denied=tuple(shapes.Denied(origin=denied.origin, input=denied.input) for denied in reading.denied),
            caveats=tuple(
                shapes.Caveat(code=code, message=say(f"conflict.{code}", self.language)) for code in reading.conflicts
            ),
        )

    def condition(self, trace: ConditionTrace) -> measure_shapes.Condition:
        """Return how one condition came out, with the words that state it."""
        first = next(leaves(trace.condition))
        is_leaf = first is trace.condition
        return measure_shapes.Condition(
            fact=first.test.fact,
            label=self.labeller.label(trace.condition),
            verdict=trace.verdict,
            why=trace.why,
            expected=plain(first.test.expected) if is_leaf else None,
            actual=self._actual(trace) if is_leaf else None,
            gap=trace.gap,
            cite=first.cite,
            parts=tuple(self.condition(part) for part in trace.parts),
        )

    def question(self, question: Question) -> shapes.Question:
        """Return one question with the input field that answers it."""
        fact, choices = self.catalogue.facts[question.fact], tuple(map(self._choice, question.choices))
        words = fact.question(self.language)
        if choices:
            joined = ("; " if self.language == "en" else "；").join(choice.label for choice in choices)
            words = say("question.standing", self.language, choices=joined)
        elif question.stated:
            labels = [self._value_label(fact.id, value) for value in question.stated]
            stated = (", " if self.language == "en" else "、").join(labels)
            words = say(f"question.{fact.id}", self.language, stated=stated)
        field, settles = _field_of(fact), question.settles
        return shapes.Question(fact=fact.id, field=field, question=words, settles=settles, choices=choices)

    def _choice(self, choice: Choice) -> shapes.Choice:
        fact = self.catalogue.facts[choice.fact]
        label = fact.label(self.language)
        if fact.type is FactType.SET:
            label = say("choice.title", self.language, title=self._value_label(fact.id, choice.value))
        field = _field_of(fact)
        return shapes.Choice(fact=fact.id, field=field, value=choice.value, label=label, settles=choice.settles)

    def need(self, need: NeedStanding) -> shapes.NeedStanding:
        """Return how the measures that answer a stated need stand; a sentence where none of them can be used."""
        in_the_way = tuple(
            shapes.Obstacle(fact=fact or None, label=self._fact_label(fact), measures=count)
            for fact, count in need.in_the_way.items()
        )
        return shapes.NeedStanding(
            origin=need.origin, input=need.input, applicable=need.applicable, possible=need.possible,
            withheld=need.withheld, set_aside=need.set_aside, not_applicable=need.not_applicable, in_the_way=in_the_way,
            message=None if need.is_open else self._unanswered(need, in_the_way),
        )  # fmt: skip

    def _unanswered(self, need: NeedStanding, in_the_way: tuple[shapes.Obstacle, ...]) -> str:
        unlisted = {"withheld": need.withheld, "set_aside": need.set_aside}
        told = [say(f"need.{why}", self.language, input=need.input, measures=n) for why, n in unlisted.items() if n]
        if told or not need.not_applicable:
            return " ".join(told) if told else say("need.nothing", self.language, input=need.input)
        reasons = [
            say("need.reason", self.language, label=reason.label, measures=reason.measures) for reason in in_the_way
        ]
        joined = (", " if self.language == "en" else "，").join(reasons)
        return say("need.none_fits", self.language, input=need.input, measures=need.not_applicable, reasons=joined)

    def _fact_label(self, fact_id: str) -> str:
        fact = self.catalogue.facts.get(fact_id)
        return fact.label(self.language) if fact else say("need.other_condition", self.language)

    def near_miss(self, trace: Trace) -> shapes.NearMiss:
        """Return a measure that one changeable condition stands in the way of."""
        missed = next(condition for condition in trace.conditions if condition.verdict is Verdict.UNMET)
        title = trace.measure.title_in(self.language)
        return shapes.NearMiss(measure_id=trace.measure.id, title=title, condition=self.condition(missed))

    def evidence(self, evidence: Evidence) -> shapes.Evidence:
        """Return a passage, cut out of the served text, with the matches in it."""
        text = self.catalogue.documents[evidence.document].text
        return shapes.Evidence(
            document=evidence.document, clause=evidence.clause, quote=text[evidence.start : evidence.end],
            start=evidence.start, end=evidence.end,
            matches=tuple(
                shapes.WordMatch(
                    origin=match.mention.origin, input=match.mention.input, text=text[match.start : match.end],
                    start=match.start, end=match.end, how=match.how, similarity=match.similarity,
                )
                for match in evidence.matches
            ),
        )  # fmt: skip

    def _fact(self, read: ReadFact) -> shapes.FactRead:
        return shapes.FactRead(
            fact=read.fact, value=plain((read.value,))[0], label=self._value_label(read.fact, read.value),
            origin=read.origin, input=read.input, how=read.how, similarity=read.similarity,
        )  # fmt: skip

    def _unread(self, unread: Unread) -> shapes.Unrecognised:
        return shapes.Unrecognised(
            origin=unread.origin,
            input=unread.input,
            suggestions=tuple(
                shapes.Suggestion(value=value, label=self._value_label(unread.fact, value), similarity=similarity)
                for value, similarity in unread.candidates[:SUGGESTIONS]
            ),
            more=max(0, len(unread.candidates) - SUGGESTIONS),
        )

    def _value_label(self, fact_id: str, value: Any) -> str:  # noqa: ANN401 - any fact value
        fact = self.catalogue.facts.get(fact_id)
        if fact and fact.vocabulary == "regions":
            return region_label(self.catalogue.vocabularies["regions"], str(value), self.language)
        return self.labeller.value(fact_id, value)

    def _actual(self, trace: ConditionTrace) -> Any:  # noqa: ANN401 - one value, a list, or None
        answer = trace.answer
        if answer is None or not isinstance(trace.condition, Leaf):
            return None
        between = (answer.between,) if answer.between else ()
        values = plain(tuple(dict.fromkeys((*answer.sure, *answer.inferred, *between))))
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

    def brief(self, rank: int, finding: Finding, score: float) -> shapes.Recommendation:
        """Return a recommendation without features, conditions and evidence."""
        verdicts = [condition.verdict for condition in finding.trace.conditions]
        return shapes.Recommendation(
            rank=rank,
            relevance=finding.relevance,
            verdict=finding.trace.verdict,
            effect=finding.effect,
            score=score,
            measure=describe_measure(self.presenter.catalogue, finding.measure, self.presenter.language),
            coverage=shapes.Coverage(checked=len(verdicts) - verdicts.count(Verdict.UNKNOWN), total=len(verdicts)),
            explanation=tuple(self.explainer.sentences(finding, self.reading)),
            caveats=self.explainer.caveats(finding, self.reading),
        )

    def full(
        self, rank: int, finding: Finding, score: float, features: tuple[FeatureValue, ...]
    ) -> shapes.Recommendation:
        """Return a recommendation with everything it rests on."""
        described = {
            weight.name: weight.zh if self.presenter.language == "zh" else weight.description for weight in WEIGHTS
        }
        return structs.replace(
            self.brief(rank, finding, score),
            conditions=tuple(self.presenter.condition(condition) for condition in finding.trace.conditions),
            features=tuple(
                shapes.FeatureValue(
                    name=f.name, value=f.value, weight=f.weight, contribution=f.contribution, detail=described[f.name]
                )
                for f in features
            ),
            evidence=tuple(self.presenter.evidence(evidence) for evidence in finding.evidence),
        )


def _field_of(fact: FactDefinition) -> str:
    """Return the input field that a fact comes from."""
    return f"facts.{fact.id}" if fact.field == "facts" else fact.field


_WITH_GENERAL = frozenset({GENERAL})
_WITH_ALL = frozenset({GENERAL, NOT_APPLICABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What one question comes to, before evidence and words; `parts_ms` tells how long each part took."""

    request: MatchRequest
    reading: Reading
    decisions: Decisions
    measures: Flags
    ranking: Ranking
    parts_ms: Mapping[str, float]


class Engine:
    """A catalogue ready to answer. It remembers what words, places and entries came to and nothing of who asked.

    Threads may share it: what is remembered follows from the catalogue alone, so whichever thread writes it first, or
    once more, it is the same.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        """Take over what the catalogue was compiled into when it was written, or compile it."""
        self.catalogue = catalogue
        self.columns = MeasureColumns(catalogue, compiled_parts(catalogue))
        self.declared = DeclaredFacts.of(catalogue)
        self.reader = build_reader(catalogue, self.declared)
        self._evidence = EvidenceFinder(self.columns)
        self._rivals = rivals_of(catalogue, self.columns.beside_others)

    def consider(self, request: MatchRequest) -> Considered:
        """Read the profile, decide every measure and rank; raise MatchError naming every bad declared fact."""
        marks = [time.perf_counter()]
        reading = self.reader.read(request)
        marks.append(time.perf_counter())
        decisions = self.columns.program.decide(reading.answers)
        marks.append(time.perf_counter())
        comparison = compare(reading, decisions, self.columns, request.on)
        measures = self.columns.of_status(request.statuses)
        ranking = rank(comparison, decisions, considered=measures, include=request.include)
        marks.append(time.perf_counter())
        spans = zip(("read", "decide", "rank"), marks, marks[1:], strict=False)
        return Considered(
            request=request, reading=reading, decisions=decisions, measures=measures, ranking=ranking,
            parts_ms={part: 1000 * (end - start) for part, start, end in spans},
        )  # fmt: skip

    def match(self, request: MatchRequest) -> shapes.MatchAnswer:
        """Return the answer to one question in the shape of POST /v1/match; the same question, the same answer."""
        return self.match_timed(request)[0]

    def match_timed(self, request: MatchRequest) -> tuple[shapes.MatchAnswer, dict[str, float]]:
        """Return the answer and how long each part took, in milliseconds."""
        found = self.consider(request)
        began = time.perf_counter()
        answer = self._answer(found)
        return answer, {**found.parts_ms, "evidence": 1000 * (time.perf_counter() - began)}

    def explain(self, request: MatchRequest, measure_id: str) -> shapes.Recommendation | None:
        """Return one recommendation as `match` gives it on whatever page it stands, None when nothing connects the two.

        What is open to all is looked for next, as with `include: ["general"]`, then what does not apply.
        """
        place = self.catalogue.place_of(measure_id)
        for include in (frozenset[str](), _WITH_GENERAL, _WITH_ALL):
            found = self.consider(replace(request, include=include))
            ranks = np.flatnonzero(found.ranking.order == place)
            if len(ranks):
                return self._recommendations(found, slice(int(ranks[0]), int(ranks[0]) + 1))[0]
        return None

    def standings(self, request: MatchRequest) -> dict[str, Standing]:
        """Return how each measure of the documents asked for stands, best ranked first, then those withheld."""
        found = self.consider(replace(request, include=_WITH_ALL))
        ids, verdicts = tuple(self.catalogue.measures), found.decisions.verdicts
        return {
            **{ids[place]: Standing(OF_MEASURE[verdicts[place]]) for place in found.ranking.order.tolist()},
            **{ids[place]: Standing.WITHHELD for place in np.flatnonzero(found.ranking.withheld).tolist()},
        }

    def _answer(self, found: Considered) -> shapes.MatchAnswer:
        request, reading, decisions, columns = found.request, found.reading, found.decisions, self.columns
        presenter = Presenter(self.catalogue, request.language)
        questions = ask(reading, decisions, columns, considered=found.measures, withheld=found.ranking.withheld)
        missed = near_misses(decisions, columns, found.measures, found.ranking)
        counts = tally(decisions.verdicts, found.ranking.withheld, found.measures)
        counted = dict(zip(COUNTED, counts.tolist(), strict=True))
        return shapes.MatchAnswer(
            catalogue=describe_catalogue(self.catalogue),
            on=request.on,
            profile=presenter.profile(reading),
            recommendations=self._recommendations(found, slice(request.offset, request.offset + request.limit)),
            questions=tuple(presenter.question(question) for question in questions),
            needs=tuple(
                presenter.need(need)
                for need in standing_of_needs(reading, decisions, columns, found.measures, found.ranking)
            ),
            near_misses=tuple(
                presenter.near_miss(evaluate(columns.measures[place], reading.answers, self.columns.taxonomies))
                for place in missed
            ),
            totals=Totals(
                **counted,
                set_aside=int(np.count_nonzero(found.ranking.set_aside)),
                by_kind=self._by_kind(found),
            ),
            proof=describe_proof(self.catalogue, request),
            question=describe_question(request) if QUESTION in request.include else UNSET,
        )

    def _by_kind(self, found: Considered) -> CountsByKind:
        """Count the applicable and the possible measures by kind and by effect."""
        effects = self.columns.of_effect(found.request.on)
        verdicts = {"applicable": MET, "possible": UNKNOWN}
        came_out = {name: found.measures & (found.decisions.verdicts == value) for name, value in verdicts.items()}
        counts = {
            kind: {
                name: EffectCounts(
                    **{effect_: int(np.count_nonzero(chosen & mine & flags)) for effect_, flags in effects.items()}
                )
                for name, chosen in came_out.items()
            }
            for kind, mine in self.columns.of_kind.items()
        }
        return CountsByKind(**{kind: KindCounts(**counted) for kind, counted in counts.items()})

    def _recommendations(self, found: Considered, page: slice) -> tuple[shapes.Recommendation, ...]:
        request, ranking = found.request, found.ranking
        presenter = Presenter(self.catalogue, request.language)
        explainer = Explainer(self.catalogue, presenter.labeller, request.language)
        present = FindingPresenter(presenter, explainer, found.reading)
        shown = [self.columns.measures[place] for place in ranking.order[page].tolist()]
        grants = GrantPresenter(
            catalogue=self.catalogue, words=GrantWords(presenter.labeller), answers=found.reading.answers,
            on=request.on, present=presenter.condition,
        )  # fmt: skip
        presented = []
        for number, place in enumerate(ranking.order[page].tolist(), page.start + 1):
            finding, score = self._finding(place, found), round(ranking.score_of(place), 4)
            if request.detail == Detail.BRIEF:
                presented.append(present.brief(number, finding, score))
            else:
                presented.append(present.full(number, finding, score, ranking.feature_values(place)))
            if finding.measure.id in self.catalogue.grants:
                standing = grants.standing(finding.measure, shown)
                presented[-1] = structs.replace(presented[-1], grant=standing)
        return tuple(presented)

    def _finding(self, place: int, found: Considered) -> Finding:
        measure, ranking, on = self.columns.measures[place], found.ranking, found.request.on
        document = self.catalogue.documents[measure.document]
        return Finding(
            measure=measure,
            trace=evaluate(measure, found.reading.answers, self.columns.taxonomies),
            effect=effect(measure, document, on),
            relevance=RELEVANCE[ranking.relevance[place]],
            evidence=self._evidence.find(measure, found.reading.mentions),
            rivals=tuple(rival for rival in self._rivals.get(measure.id, ()) if ranking.standing[rival.position]),
            period_over=document.last_year if document.last_year and document.last_year < on.year else None,
        )
