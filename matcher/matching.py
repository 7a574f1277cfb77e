"""One match from profile to answer: read, decide, rank, find evidence, present."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from matcher import answers
from matcher.columns import Flags, MeasureColumns
from matcher.declared import DeclaredFacts
from matcher.description import describe_catalogue
from matcher.evidence import EvidenceFinder
from matcher.explanation import Explainer, Finding, rivals_of
from matcher.presentation import FindingPresenter, Presenter
from matcher.profile import Detail, MatchRequest
from matcher.profile_reading import build_reader
from matcher.questions import ask, near_misses, standing_of_needs
from matcher.ranking import Ranking, compare, rank, tally
from matcher.reading import Reading
from matcher.standing import COUNTED, RELEVANCE, Standing
from rules.catalogue import Catalogue
from rules.content import open_catalogue
from rules.measures import effect
from rules.program import Decisions
from rules.trace import evaluate
from rules.verdict import OF_MEASURE, MeasureVerdict

_WITH_ALL: frozenset[str] = frozenset({MeasureVerdict.NOT_APPLICABLE})


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
        """Compile the catalogue."""
        self.catalogue = catalogue
        self.columns = MeasureColumns(catalogue)
        self.declared = DeclaredFacts.of(catalogue)
        self.reader = build_reader(catalogue, self.declared)
        self._evidence = EvidenceFinder(self.columns)
        self._rivals = rivals_of(self.columns.measures)
        self._taxonomies = catalogue.taxonomies

    @classmethod
    def open(cls, path: Path) -> Engine:
        """Open a catalogue file; raise CatalogueError when it cannot be trusted."""
        return cls(open_catalogue(path))

    def consider(self, request: MatchRequest) -> Considered:
        """Read the profile, decide every measure and rank; raise MatchError naming every bad declared fact."""
        marks = [time.perf_counter()]
        reading = self.reader.read(request)
        marks.append(time.perf_counter())
        decisions = self.columns.program.decide(reading.answers)
        marks.append(time.perf_counter())
        comparison = compare(reading, decisions, self.columns, request.on)
        measures = self.columns.of_status(request.statuses)
        with_all = MeasureVerdict.NOT_APPLICABLE in request.include
        ranking = rank(comparison, decisions, considered=measures, with_not_applicable=with_all)
        marks.append(time.perf_counter())
        spans = zip(("read", "decide", "rank"), marks, marks[1:], strict=False)
        return Considered(
            request=request, reading=reading, decisions=decisions, measures=measures, ranking=ranking,
            parts_ms={part: 1000 * (end - start) for part, start, end in spans},
        )  # fmt: skip

    def match(self, request: MatchRequest) -> answers.MatchAnswer:
        """Return the answer to one question in the shape of POST /v1/match; the same question, the same answer."""
        return self.match_timed(request)[0]

    def match_timed(self, request: MatchRequest) -> tuple[answers.MatchAnswer, dict[str, float]]:
        """Return the answer and how long each part took, in milliseconds."""
        found = self.consider(request)
        began = time.perf_counter()
        answer = self._answer(found)
        return answer, {**found.parts_ms, "evidence": 1000 * (time.perf_counter() - began)}

    def explain(self, request: MatchRequest, measure_id: str) -> answers.Recommendation | None:
        """Return one recommendation as `match` gives it on whatever page it stands, None when nothing connects the two.

        What does not apply is looked for among all measures, as with `include: ["not_applicable"]`.
        """
        place = list(self.catalogue.measures).index(measure_id)
        for include in (frozenset[str](), _WITH_ALL):
            found = self.consider(replace(request, include=include))
            ranks = np.flatnonzero(found.ranking.order == place)
            if len(ranks):
                return self._recommendations(found, slice(int(ranks[0]), int(ranks[0]) + 1))[0]
        return None

    def standings(self, request: MatchRequest) -> dict[str, Standing]:
        """Return how each measure of the documents asked for stands, best ranked first, then those withheld."""
        found = self.consider(replace(request, include=_WITH_ALL))
        ids, verdicts = self.columns.ids, found.decisions.verdicts
        return {
            **{str(ids[place]): Standing(OF_MEASURE[verdicts[place]]) for place in found.ranking.order},
            **dict.fromkeys(ids[found.ranking.withheld].tolist(), Standing.WITHHELD),
        }

    def _answer(self, found: Considered) -> answers.MatchAnswer:
        request, reading, decisions, columns = found.request, found.reading, found.decisions, self.columns
        presenter = Presenter(self.catalogue, request.language)
        questions = ask(reading, decisions, columns, considered=found.measures, withheld=found.ranking.withheld)
        missed = near_misses(decisions, columns, found.measures, found.ranking.scores)
        counts = tally(decisions.verdicts, found.ranking.withheld, found.measures)
        return answers.MatchAnswer(
            catalogue=describe_catalogue(self.catalogue),
            on=request.on,
            profile=presenter.profile(reading),
            recommendations=self._recommendations(found, slice(request.offset, request.offset + request.limit)),
            questions=tuple(presenter.question(question) for question in questions),
            needs=tuple(
                presenter.need(need) for need in standing_of_needs(reading, decisions, columns, found.measures)
            ),
            near_misses=tuple(
                presenter.near_miss(evaluate(columns.measures[place], reading.answers, self._taxonomies))
                for place in missed
            ),
            totals=answers.Totals(**dict(zip(COUNTED, counts.tolist(), strict=True))),
        )

    def _recommendations(self, found: Considered, page: slice) -> tuple[answers.Recommendation, ...]:
        request, ranking = found.request, found.ranking
        presenter = Presenter(self.catalogue, request.language)
        explainer = Explainer(self.catalogue, presenter.drafter, request.language)
        present = FindingPresenter(presenter, explainer, found.reading)
        presented = []
        for number, place in enumerate(ranking.order[page].tolist(), page.start + 1):
            finding, score = self._finding(place, found), round(float(ranking.scores[place]), 4)
            if request.detail == Detail.BRIEF:
                presented.append(present.brief(number, finding, score))
            else:
                presented.append(present.full(number, finding, score, ranking.feature_values(place)))
        return tuple(presented)

    def _finding(self, place: int, found: Considered) -> Finding:
        measure, ranking = self.columns.measures[place], found.ranking
        return Finding(
            measure=measure,
            trace=evaluate(measure, found.reading.answers, self._taxonomies),
            effect=effect(measure, self.catalogue.documents[measure.document], found.request.on),
            relevance=RELEVANCE[ranking.relevance[place]],
            evidence=self._evidence.find(measure, found.reading.mentions),
            rivals=tuple(rival for rival in self._rivals.get(measure.id, ()) if ranking.standing[rival.position]),
        )
