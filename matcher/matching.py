"""One match from profile to answer: read, decide, rank, find evidence, present."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from matcher import answers
from matcher.columns import Flags, MeasureColumns
from matcher.description import describe_catalogue
from matcher.evidence import EvidenceFinder
from matcher.explanation import Explainer, Finding, rivals_of
from matcher.needs import standing_of_needs
from matcher.presentation import FindingPresenter, Presenter
from matcher.profile import Detail, MatchRequest
from matcher.profile_reading import build_reader
from matcher.questions import ask, near_misses
from matcher.ranking import RELEVANCE, Ranking, compare, rank
from matcher.reading import Reading
from rules.catalogue import Catalogue, open_catalogue
from rules.columns import MET, UNKNOWN, UNMET
from rules.conditions import leaves
from rules.measures import effect
from rules.program import Decisions
from rules.trace import evaluate


class Engine:
    """A catalogue ready to answer; nothing in it changes after it is built, so threads may share it."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile the catalogue."""
        self.catalogue = catalogue
        self.columns = MeasureColumns(catalogue)
        self.reader = build_reader(catalogue, manual_facts(catalogue))
        self._evidence = EvidenceFinder(self.columns)
        self._rivals = rivals_of(self.columns.measures)
        self._taxonomies = catalogue.taxonomies

    @classmethod
    def open(cls, path: Path) -> Engine:
        """Open a catalogue file; raise CatalogueError when it cannot be trusted."""
        return cls(open_catalogue(path))

    def match(self, request: MatchRequest) -> answers.MatchAnswer:
        """Return the answer to one question in the shape of POST /v1/match; the same question, the same answer."""
        return self.match_timed(request)[0]

    def match_timed(self, request: MatchRequest) -> tuple[answers.MatchAnswer, dict[str, float]]:
        """Return the answer and how long each part took, in milliseconds."""
        marks = [time.perf_counter()]
        reading = self.reader.read(request)
        marks.append(time.perf_counter())
        decisions = self.columns.program.decide(reading.answers)
        marks.append(time.perf_counter())
        comparison = compare(reading, decisions, self.columns, request.on)
        considered = self.columns.of_status(request.statuses)
        with_all = "not_applicable" in request.include
        ranking = rank(comparison, decisions, considered=considered, with_not_applicable=with_all)
        marks.append(time.perf_counter())
        answer = self._answer(request, reading, decisions, ranking)
        marks.append(time.perf_counter())
        parts = ("read", "decide", "rank", "evidence")
        spans = zip(parts, marks, marks[1:], strict=False)
        return answer, {part: 1000 * (end - start) for part, start, end in spans}

    def _answer(
        self, request: MatchRequest, reading: Reading, decisions: Decisions, ranking: Ranking
    ) -> answers.MatchAnswer:
        presenter = Presenter(self.catalogue, request.language)
        considered = self.columns.of_status(request.statuses)
        questions = ask(reading, decisions, self.columns, considered=considered, withheld=ranking.withheld)
        missed = near_misses(decisions, self.columns, considered, ranking.scores)
        return answers.MatchAnswer(
            catalogue=describe_catalogue(self.catalogue),
            on=request.on,
            profile=presenter.profile(reading),
            recommendations=self._recommendations(request, reading, ranking, presenter),
            questions=tuple(presenter.question(question) for question in questions),
            needs=tuple(
                presenter.need(need) for need in standing_of_needs(reading, decisions, self.columns, considered)
            ),
            near_misses=tuple(
                presenter.near_miss(evaluate(self.columns.measures[place], reading.answers, self._taxonomies))
                for place in missed
            ),
            totals=_totals(decisions, ranking, considered),
        )

    def _recommendations(
        self, request: MatchRequest, reading: Reading, ranking: Ranking, presenter: Presenter
    ) -> tuple[answers.Recommendation, ...]:
        page = ranking.order[request.offset : request.offset + request.limit]
        findings = [self._finding(int(place), request, reading, ranking) for place in page]
        explainer = Explainer(self.catalogue, presenter.drafter, request.language)
        present = FindingPresenter(presenter, explainer, reading)
        presented = []
        for number, (place, finding) in enumerate(zip(page, findings, strict=True), request.offset + 1):
            score = round(float(ranking.scores[place]), 4)
            if request.detail == Detail.BRIEF:
                presented.append(present.brief(number, finding, score))
            else:
                presented.append(present.full(number, finding, score, ranking.feature_values(int(place))))
        return tuple(presented)

    def _finding(self, place: int, request: MatchRequest, reading: Reading, ranking: Ranking) -> Finding:
        measure = self.columns.measures[place]
        return Finding(
            measure=measure,
            trace=evaluate(measure, reading.answers, self._taxonomies),
            effect=effect(measure, self.catalogue.documents[measure.document], request.on),
            relevance=RELEVANCE[ranking.relevance[place]],
            evidence=self._evidence.find(measure, reading.mentions),
            rivals=tuple(rival for rival in self._rivals.get(measure.id, ()) if ranking.standing[rival.position]),
        )


def _totals(decisions: Decisions, ranking: Ranking, considered: Flags) -> answers.Totals:
    verdicts = decisions.verdicts
    counted = {
        name: int(np.count_nonzero(considered & (verdicts == value)))
        for name, value in (("applicable", MET), ("possible", UNKNOWN), ("not_applicable", UNMET))
    }
    return answers.Totals(**counted, withheld=int(np.count_nonzero(ranking.withheld)))


def manual_facts(catalogue: Catalogue) -> frozenset[str]:
    """Return the ids of the manual conditions that are no published facts."""
    return frozenset(
        leaf.test.fact
        for measure in catalogue.measures.values()
        for condition in measure.conditions
        for leaf in leaves(condition)
        if leaf.test.operator == "manual" and leaf.test.fact not in catalogue.facts
    )
