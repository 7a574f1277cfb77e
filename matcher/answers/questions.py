"""What would help: facts to ask for, single conditions that a company could change, what bars the needs it states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.profiles.profile import Mention, Reading
from matcher.ranking.hits import answering
from matcher.ranking.measure_index import Flags, MeasureColumns
from matcher.ranking.ranking import Ranking
from rules.compiled.program import Decisions
from rules.language.facts import DERIVED, REGION_FACTS, Answer, Answers, FactType, Value, made_exact
from rules.language.flat import Positions
from rules.language.measures import OF_MEASURE, UNKNOWN, UNMET
from seeds.word_lists import word_lists

MOST_QUESTIONS = 5
MOST_NEAR_MISSES = 10

_WEIGHED = ("region", "sector", "concepts", "stage", "needs")
"""Facts that ranking weighs are asked for when missing, even if they settle nothing, where they can change anything."""

_NEVER_PUSHED_OUT = frozenset({"sector", "stage"})

MAY_BE_TOO_BROAD = frozenset({*REGION_FACTS, "sector"})
"""Facts that are asked for again where the answer given is too broad to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One fact to ask for, and how many possible measures an answer alone would settle.

    `stated` is what was answered already, too broadly. A question of a company's standing has several `choices`, any of
    which may hold; `fact` is then that of the first.
    """

    fact: str
    settles: int
    stated: tuple[Value, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers to a question with several: a fact, the value it would have, and what that fact settles."""

    fact: str
    value: Value
    settles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedStanding:
    """One stated need: how many measures that answer it are applicable, possible and not applicable.

    Those that are not listed are no part of the first two: `withheld` are possible and connected to nothing stated,
    `set_aside` are connected, but open to a whole field or to all. `in_the_way` has the facts whose conditions are
    unmet, each with the number of measures, most first; "" is a condition on several facts. It is empty unless
    nothing is left.
    """

    origin: str
    input: str
    applicable: int
    possible: int
    withheld: int
    set_aside: int
    not_applicable: int
    in_the_way: Mapping[str, int]

    @property
    def is_open(self) -> bool:
        """Tell whether some measure that answers the need is listed."""
        return bool(self.applicable or self.possible)


def ask(
    reading: Reading, decisions: Decisions, columns: MeasureColumns, *, considered: Flags, withheld: Flags
) -> tuple[Question, ...]:
    """Return at most five questions, the one that settles most first, then in the order of the published facts.

    Whatever else there is to ask, a sector and a stage that are missing are among them.
    """
    facts = columns.catalogue.facts
    possible = considered & (decisions.verdicts == UNKNOWN)
    asked: dict[str, Question] = {}
    waiting = _Waiting.of(decisions, columns, possible)
    for open_facts in _open_facts(reading, decisions, columns):
        attested = facts[open_facts[0]].type is FactType.ATTESTATION
        alone = waiting.alone_for(open_facts)
        settled = possible & alone & ~withheld if attested else possible & alone
        missing = open_facts[0] not in reading.answers and open_facts[0] not in DERIVED
        if missing and _waits(open_facts[0], possible & ~withheld, decisions, columns):
            asked.setdefault(open_facts[0], Question(fact=open_facts[0], settles=0))
        for question in _questions(open_facts, settled, reading, columns):
            if question.fact not in asked or asked[question.fact].settles < question.settles:
                asked[question.fact] = question
    for fact in _WEIGHED:
        if fact not in reading.answers and _may_move(fact, decisions, columns, considered):
            asked.setdefault(fact, Question(fact=fact, settles=0))
    order = {fact: (facts[fact].type is FactType.ATTESTATION, place) for place, fact in enumerate(facts)}
    joined = _joined(asked, decisions, columns, possible & ~withheld)
    return _foremost(sorted(joined, key=lambda question: (-question.settles, order[question.fact])))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The unknown conditions of the possible measures, and whose each is."""

    columns: MeasureColumns
    places: Positions
    whose: Positions
    nodes: Positions

    @classmethod
    def of(cls, decisions: Decisions, columns: MeasureColumns, possible: Flags) -> _Waiting:
        places, program = np.flatnonzero(possible), columns.program
        whose, nodes = program.conditions_of(places)
        unknown = decisions.nodes[nodes] == UNKNOWN
        return cls(columns, places, whose[unknown], nodes[unknown])

    def alone_for(self, facts: Sequence[str]) -> Flags:
        """Tell which measures wait for nothing but some facts."""
        others = ~self.columns.program.reading(facts, self.nodes)
        alone = np.zeros(self.columns.size, dtype=np.bool_)
        alone[self.places] = True
        alone[self.places[self.whose[others]]] = False
        return alone


def _foremost(ranked: Sequence[Question]) -> tuple[Question, ...]:
    """Return the first questions, the last of them giving way to one that is never pushed out."""
    kept = list(ranked[:MOST_QUESTIONS])
    for question in ranked[MOST_QUESTIONS:]:
        if question.fact in _NEVER_PUSHED_OUT:
            kept.remove([other for other in kept if other.fact not in _NEVER_PUSHED_OUT][-1])
            kept.append(question)
    return tuple(kept)


def _waits(fact: str, shown: Flags, decisions: Decisions, columns: MeasureColumns) -> bool:
    """Tell whether a possible measure that is shown has an unknown condition that reads the fact."""
    measures, nodes = columns.program.conditions_touching(fact)
    return bool(np.any(shown[measures] & (decisions.nodes[nodes] == UNKNOWN)))


def _may_move(fact: str, decisions: Decisions, columns: MeasureColumns, considered: Flags) -> bool:
    """Tell whether some answer to a fact that ranking weighs may change where any measure stands.

    What another fact rules out stays out; only products can still tell a sector that the one stated lacks.
    """
    ruled_out = decisions.unmet
    if fact == "concepts":
        measures, nodes = columns.program.conditions_touching("sector")
        unmet = measures[decisions.nodes[nodes] == UNMET]
        ruled_out = ruled_out - np.bincount(unmet, minlength=columns.size)
    within_reach = considered & (ruled_out == 0)
    return bool(np.any(within_reach & columns.has_stage if fact == "stage" else within_reach))


def _joined(
    asked: Mapping[str, Question], decisions: Decisions, columns: MeasureColumns, shown: Flags
) -> tuple[Question, ...]:
    """Return the questions with those of the company's standing put into one, where there are several."""
    standing = [asked[fact] for fact in word_lists().standing if fact in asked]
    choices = [choice for one in standing for choice in _choices(one, decisions, columns, shown)]
    if len(choices) < 2:  # noqa: PLR2004 - one alone is a question of its own
        return tuple(asked.values())
    measures, nodes = columns.program.conditions_among(frozenset(word_lists().standing))
    waiting = np.bincount(measures[decisions.nodes[nodes] == UNKNOWN], minlength=columns.size)
    together = int(np.count_nonzero(shown & (waiting == decisions.unknown)))
    choices.sort(key=lambda choice: -choice.settles)
    settles = max(together, choices[0].settles)
    chosen = {choice.fact for choice in choices}
    others = [question for question in asked.values() if question.fact not in chosen]
    return (*others, Question(fact=choices[0].fact, settles=settles, choices=tuple(choices)))


def _choices(question: Question, decisions: Decisions, columns: MeasureColumns, shown: Flags) -> Iterator[Choice]:
    """Yield what a company may answer: an attestation, or each title that a condition still waits for."""
    vocabulary = columns.catalogue.vocabularies.get(columns.catalogue.facts[question.fact].vocabulary)
    if vocabulary is None:
        yield Choice(fact=question.fact, value=True, settles=question.settles)
        return
    tests, (measures, nodes) = columns.program.tests, columns.program.tests_asserted((question.fact,))
    waiting = np.zeros(columns.program.size, dtype=np.bool_)
    waiting[nodes[shown[measures] & (decisions.nodes[nodes] == UNKNOWN)]] = True
    titles = {str(title) for node in np.flatnonzero(waiting).tolist() for title in tests[node].expected}
    for title in filter(titles.__contains__, vocabulary.entries):
        yield Choice(fact=question.fact, value=title, settles=question.settles)


def _questions(
    open_facts: tuple[str, ...], settled: Flags, reading: Reading, columns: MeasureColumns
) -> Iterator[Question]:
    """Yield what to ask for the sake of one fact, so far as the company has not stated it already."""
    fact, count = open_facts[0], int(np.count_nonzero(settled))
    if not count:
        return
    answer = reading.answers.get(fact)
    if answer is not None and False in answer.inferred:
        return  # a company is not asked whether it is a university
    if fact in DERIVED:
        missing = [part for part in DERIVED[fact] if part not in reading.answers]
        yield from (Question(fact=part, settles=count if len(missing) == 1 else 0) for part in missing)
        return
    if answer is not None and answer.sure:
        if fact not in MAY_BE_TOO_BROAD:
            return
        narrower = _narrowed(open_facts, reading, columns)
        count = int(np.count_nonzero(settled & (columns.program.decide(narrower).verdicts != UNKNOWN)))
    if count and (fact != "concepts" or answer is None):
        yield Question(fact=fact, settles=count, stated=answer.sure if answer else ())
    if count and fact == "sector" and "concepts" not in reading.answers:
        yield Question(fact="concepts", settles=count)  # products tell the sector


_PLAN = ("target_region", "region")
"""What answers where a company that is elsewhere plans to be, and what is open until that is known exactly."""


def _narrowed(open_facts: tuple[str, ...], reading: Reading, columns: MeasureColumns) -> Answers:
    """Return the answers as if the company had named something that holds no other inside all that it named."""
    exact = {named: made_exact(reading.answers.get(named, Answer()), columns.taxonomies[named]) for named in open_facts}
    if open_facts == _PLAN:
        exact["region"] = replace(reading.answers["region"], planned=exact["target_region"])
    return {**reading.answers, **exact}


def _open_facts(reading: Reading, decisions: Decisions, columns: MeasureColumns) -> Iterator[tuple[str, ...]]:
    """Yield, for each published fact that some condition leaves unknown, the facts that one answer supplies."""
    unknown = set(columns.program.facts_with(decisions, UNKNOWN))
    goes_elsewhere = reading.answers.get("target_region") != reading.answers.get("region")
    if "region" in unknown and not goes_elsewhere:
        unknown.discard("target_region")  # stated nothing, it is where the company is
    plan = reading.answers.get("region", Answer()).planned
    for fact in columns.catalogue.facts:
        if fact == "target_region" and plan is not None and plan.sure and not unknown.isdisjoint(_PLAN):
            yield _PLAN
        elif fact in unknown:
            yield (fact, "target_region") if fact == "region" and not goes_elsewhere else (fact,)


def near_misses(decisions: Decisions, columns: MeasureColumns, considered: Flags, ranking: Ranking) -> tuple[int, ...]:
    """Return the positions of measures with one unmet condition, on a fact a company can change, and all else met."""
    program = columns.program
    changeable = [fact.id for fact in columns.catalogue.facts.values() if fact.changeable]
    places = np.flatnonzero(considered & (decisions.unmet == 1) & (decisions.unknown == 0))
    whose, nodes = program.conditions_of(places)
    unmet = decisions.nodes[nodes] == UNMET
    places = places[whose[unmet][program.reading(changeable, nodes[unmet])]]
    return tuple(places[np.lexsort((places, -ranking.scores_of(places)))][:MOST_NEAR_MISSES].tolist())


def standing_of_needs(
    reading: Reading, decisions: Decisions, columns: MeasureColumns, considered: Flags, ranking: Ranking
) -> tuple[NeedStanding, ...]:
    """Return every need that was understood, or whose words a policy says, in the order of the profile."""
    by_input: dict[tuple[str, str], list[Mention]] = {}
    for mention in reading.mentions:
        if mention.fact == "needs":
            by_input.setdefault((mention.origin, mention.input), []).append(mention)
    found = []
    for (origin, stated), mentions in by_input.items():
        answers = np.zeros(columns.size, dtype=np.bool_)
        for mention in mentions:
            answers[answering(mention, columns)] = True
        places = np.flatnonzero(answers)
        if len(places) or any(mention.vocabulary for mention in mentions):
            found.append(_standing(origin, stated, places[considered[places]], decisions, columns, ranking))
    return tuple(found)


def _standing(
    origin: str, stated: str, places: Positions, decisions: Decisions, columns: MeasureColumns, ranking: Ranking
) -> NeedStanding:
    withheld, set_aside = (int(np.count_nonzero(flags[places])) for flags in (ranking.withheld, ranking.set_aside))
    listed = places[~(ranking.withheld | ranking.set_aside)[places]]
    not_applicable, possible, applicable = np.bincount(decisions.verdicts[listed], minlength=len(OF_MEASURE)).tolist()
    is_ruled_out = not (applicable or possible or withheld or set_aside)
    return NeedStanding(
        origin=origin, input=stated, applicable=applicable, possible=possible, withheld=withheld, set_aside=set_aside,
        not_applicable=not_applicable,
        in_the_way=_in_the_way(places, decisions, columns) if is_ruled_out else {},
    )  # fmt: skip


def _in_the_way(places: Positions, decisions: Decisions, columns: MeasureColumns) -> Mapping[str, int]:
    """Count, for each fact, the measures of which a condition on it is unmet."""
    program = columns.program
    wanted = np.zeros(columns.size, dtype=np.bool_)
    wanted[places] = True
    unmet = wanted[program.rows] & (decisions.nodes[program.flat] == UNMET)
    facts = program.fact_numbers[program.flat[unmet]].tolist()
    counts = Counter(program.fact_names[fact] for _, fact in set(zip(program.rows[unmet].tolist(), facts, strict=True)))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
