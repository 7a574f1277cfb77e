"""Explanations and caveats of a recommendation: sentences from what was decided and found, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.answers.evidence import Evidence, Match
from matcher.answers.saying import say
from matcher.answers.shapes import Caveat
from matcher.profiles.profile import Mention, Reading
from matcher.profiles.words import SURE, How
from matcher.standing import Relevance
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import Answer
from rules.language.labels import Labeller
from rules.language.measures import Effect, Measure, MeasureKind, MeasureVerdict, Verdict, Why, leaves
from rules.language.reference import ConditionTrace, Trace, lost_by_plans
from seeds.vocabulary import Vocabulary

MOST_REASONS = 4

_NOT_MET: Mapping[str, Callable[[ConditionTrace], bool]] = {
    "conditions.planned": lambda condition: condition.why is Why.PLANNED,
    "conditions.unknown": lambda condition: condition.verdict is Verdict.UNKNOWN and condition.why is not Why.PLANNED,
    "conditions.unmet": lambda condition: condition.verdict is Verdict.UNMET,
}
"""The words for conditions that are not met, and which they are said of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A measure that takes another's place (`superseded`) or cannot be combined with it (`exclusive`)."""

    code: str
    position: int
    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Everything found about one measure for one profile; `period_over` is the last year its title names, once past."""

    measure: Measure
    trace: Trace
    effect: Effect
    relevance: Relevance
    evidence: tuple[Evidence, ...]
    rivals: tuple[Rival, ...] = ()
    period_over: int | None = None


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains findings in one language."""

    catalogue: Catalogue
    labeller: Labeller
    language: str

    def sentences(self, finding: Finding, reading: Reading) -> list[str]:
        """Return why the measure is shown, how its conditions came out, and what follows."""
        verdicts = [condition.verdict for condition in finding.trace.conditions]
        summary = say(
            "conditions.summary", self.language, total=len(verdicts), met=verdicts.count(Verdict.MET),
            unknown=verdicts.count(Verdict.UNKNOWN), unmet=verdicts.count(Verdict.UNMET),
        )  # fmt: skip
        sentences = [self._because(finding, reading), summary]
        for code, came_out_so in _NOT_MET.items():
            labels = [self.labeller.label(c.condition) for c in finding.trace.conditions if came_out_so(c)]
            if labels:
                sentences.append(say(code, self.language, labels=self._list(labels)))
        if finding.measure.kind is MeasureKind.DIRECTION:
            sentences.append(say("kind.direction", self.language))
        # The words of a verdict promise nothing: 条件相符, never 可享受.
        verdict = say(f"verdict.{finding.trace.verdict}", self.language)
        effect = say(f"effect.{finding.effect}", self.language)
        return [*sentences, say("conclusion", self.language, verdict=verdict, effect=effect)]

    def caveats(self, finding: Finding, reading: Reading) -> tuple[Caveat, ...]:
        """Return what a reader must know beside the verdict, each with its code."""
        codes: list[tuple[str, dict[str, Any]]] = []
        if finding.effect is not Effect.IN_FORCE:
            codes.append((str(finding.effect), {}))
        if finding.period_over is not None:
            codes.append(("period_over", {"year": finding.period_over}))
        if _has_doubt(reading.mentions, finding, self.catalogue.vocabularies["needs"]):
            codes.append(("unconfirmed_reading", {}))
        if _sector_is_inferred(finding):
            codes.append(("inferred_sector", {}))
        ambiguous = (condition for condition in finding.trace.conditions if condition.why is Why.AMBIGUOUS)
        if any(leaf.test.scope for condition in ambiguous for leaf in leaves(condition.condition)):
            codes.append(("open_list", {}))
        if lost := self._lost_by_move(finding.trace, reading):
            codes.append(("ends_with_move", {"labels": self._list(lost)}))
        codes += [(rival.code, {"title": rival.measure.title_in(self.language)}) for rival in finding.rivals]
        return tuple(
            Caveat(code=code, message=say(f"caveat.{code}", self.language, **values)) for code, values in codes
        )

    def _lost_by_move(self, trace: Trace, reading: Reading) -> list[str]:
        """Return the conditions of a measure that stands which a planned move would take away."""
        moves = any(answer.planned is not None for answer in reading.answers.values())
        if not moves or trace.verdict is MeasureVerdict.NOT_APPLICABLE:
            return []
        lost = lost_by_plans(trace, reading.answers, self.catalogue.taxonomies)
        return [self.labeller.label(condition) for condition in lost]

    def _because(self, finding: Finding, reading: Reading) -> str:
        reasons = list(dict.fromkeys(self._reasons(finding, reading)))[:MOST_REASONS]
        if reasons and finding.relevance is not Relevance.GENERAL:
            return say(f"because.{finding.relevance}", self.language, reasons=self._list(reasons))
        field = list(dict.fromkeys(self._sectors_met(finding)))
        if field:
            return say("because.field", self.language, reasons=self._list(field))
        fits = finding.trace.verdict is MeasureVerdict.APPLICABLE
        return say("because.general" if fits else "because.unrelated", self.language)

    def _reasons(self, finding: Finding, reading: Reading) -> Iterable[str]:
        needs = self.catalogue.vocabularies["needs"]
        instruments = self.catalogue.vocabularies["instruments"]
        for mention in reading.mentions:
            wanted = needs[mention.id].instruments if mention.vocabulary == "needs" else ()
            for shared in [instrument for instrument in finding.measure.instruments if instrument in wanted][:1]:
                label = instruments[shared].label(self.language)
                yield say("reason.need", self.language, instrument=label, input=mention.input)
        stages = self.catalogue.vocabularies["stages"]
        for stage in reading.answers.get("stage", Answer()).sure:
            # A stage asks for the instrument of its name (matcher/ranking/hits.py).
            if stage == finding.measure.instrument:
                named, label = (words[str(stage)].label(self.language) for words in (stages, instruments))
                yield say("reason.stage", self.language, stage=named, instrument=label)
        text = self.catalogue.documents[finding.measure.document].text
        for match in _best_matches(finding.evidence):
            found = text[match.start : match.end]
            code = "reason.text" if match.how in SURE else "reason.related"
            code = "reason.same" if found == match.mention.input else code
            yield say(code, self.language, text=found, input=match.mention.input)
        if finding.relevance is Relevance.SECTOR:
            yield from self._sectors_met(finding)

    def _sectors_met(self, finding: Finding) -> Iterable[str]:
        """Yield the labels of the conditions on the sector that are met."""
        for met in (c.condition for c in finding.trace.conditions if c.verdict is Verdict.MET):
            if any(leaf.test.fact == "sector" for leaf in leaves(met)):
                yield self.labeller.label(met)

    def _list(self, items: list[str]) -> str:
        return ("; " if self.language == "en" else "；").join(items)


def rivals_of(catalogue: Catalogue, beside_others: Iterable[int]) -> dict[str, tuple[Rival, ...]]:
    """Return, by measure id, the measures that its caveats may have to name; `beside_others` name any."""
    measures = catalogue.in_order
    pairs: dict[tuple[str, str, int], None] = {}  # a set that keeps its order
    for position in beside_others:
        measure = measures[position]
        for loser in measure.supersedes:
            pairs[loser, "superseded", position] = None
        for other in (name for name in measure.excludes if name in catalogue.measures):
            pairs[measure.id, "exclusive", catalogue.place_of(other)] = None
            pairs[other, "exclusive", position] = None
    found: dict[str, tuple[Rival, ...]] = {}
    for name, code, position in pairs:
        rival = Rival(code=code, position=position, measure=measures[position])
        found[name] = (*found.get(name, ()), rival)
    return found


def _best_matches(evidence: Iterable[Evidence]) -> Iterable[Match]:
    """Return the surest match of each input, in the order of the passages."""
    best: dict[str, Match] = {}
    for match in (match for item in evidence for match in item.matches):
        known = best.setdefault(match.mention.input, match)
        if (match.how is not How.INFERRED, match.similarity) > (known.how is not How.INFERRED, known.similarity):
            best[match.mention.input] = match
    return best.values()


def _has_doubt(mentions: Iterable[Mention], finding: Finding, needs: Vocabulary) -> bool:
    """Tell whether something shown rests on a reading by containment or likeness."""
    matches = [match for evidence in finding.evidence for match in evidence.matches]
    if any(match.how in (How.CONTAINS, How.FUZZY) for match in matches):
        return True
    instruments = set(finding.measure.instruments)
    doubtful = [m for m in mentions if m.vocabulary == "needs" and m.how in (How.CONTAINS, How.FUZZY)]
    return any(not instruments.isdisjoint(needs[mention.id].instruments) for mention in doubtful)


def _sector_is_inferred(finding: Finding) -> bool:
    """Tell whether a sector condition is met by products alone."""
    return any(
        condition.verdict is Verdict.MET and condition.answer is not None and not condition.answer.sure
        for condition in finding.trace.conditions
        if any(leaf.test.fact == "sector" for leaf in leaves(condition.condition))
    )
