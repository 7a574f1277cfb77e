"""A company profile as typed, one or many as columns, the question asked about it, and what was understood of it.

Each fact says from which input it comes, how it was read and how surely. Who understands it is reader.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import Enum, StrEnum
from typing import Any, NamedTuple

from matcher.profiles.words import How, WordReading
from rules.language.amounts import Interval, parse_days, parse_interval
from rules.language.facts import Answer, Answers, Value
from seeds.faults import Fault
from seeds.profile_fields import Kind, profile_fields
from seeds.vocabulary import Taxonomy, Vocabulary, fold


class MatchError(ValueError):
    """A profile declares facts that are not published or have impossible values; pointers lead into the profile."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep every fault."""
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Render every fault in English."""
        return "; ".join(f"{fault.pointer}: {fault.worded('en')[0]}" for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a company says of itself; money in yuan; an empty text, tuple or None means "not stated"."""

    name: str = ""
    uscc: str = ""
    city: str = ""
    target_city: str = ""
    business_scope: str = ""
    sector: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    certifications_asked: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    founded_on: date | Interval | None = None
    employees: int | Interval | None = None
    annual_revenue_cny: float | Interval | None = None
    rd_spend_cny: float | Interval | None = None
    rd_staff: int | Interval | None = None
    foreign_invested: bool | None = None
    external_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Detail(StrEnum):
    """How much of each recommendation is reported."""

    FULL = "full"
    BRIEF = "brief"


QUESTION = "question"
"""What `include` asks for where the answer shall hold the question, so that it can be given again from it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """One question: whose profile, which day, which documents, which page, in which language.

    `catalogue` is the version that shall answer, "" for the one in force; it is no part of what is asked.
    """

    profile: Profile
    on: date
    limit: int = 20
    offset: int = 0
    detail: str = Detail.FULL
    statuses: frozenset[str] = frozenset({"in_force", "draft"})
    include: frozenset[str] = frozenset()
    language: str = "zh"
    catalogue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFact:
    """One value of one fact, for people: where it came from, how, and how surely (0 to 1)."""

    fact: str
    value: Value | Interval
    origin: str
    input: str
    how: How
    similarity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An input that was not understood for sure; `candidates` are (vocabulary id, similarity) to confirm."""

    fact: str
    origin: str
    input: str
    candidates: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """What an input says is not so, or no longer, as it was typed; nothing is read from it."""

    origin: str
    input: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Something of the profile that a policy text may name: an entry (or `id` "" for words nobody knows)."""

    vocabulary: str
    id: str
    origin: str
    input: str
    how: How
    similarity: float = 1.0
    fact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything understood of a profile."""

    answers: Answers
    facts: tuple[ReadFact, ...]
    unrecognised: tuple[Unread, ...]
    mentions: tuple[Mention, ...]
    conflicts: tuple[str, ...] = ()
    denied: tuple[Denied, ...] = ()


class Trust(Enum):
    """What a reading is good for: a fact, finding measures, or only being offered."""

    FACT = 2
    CONNECTS = 1
    OFFERED = 0


class _OtherMeaning(NamedTuple):
    """The sectors in which an abbreviation means something else, and whether that is as likely where none is stated."""

    sectors: tuple[str, ...] = ()
    as_likely: bool = False


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """Judges what short Latin names are good for beside stated sectors; `others` are other meanings by folded name."""

    taxonomy: Taxonomy
    others: Mapping[str, _OtherMeaning]

    @classmethod
    def of(cls, vocabularies: Mapping[str, Vocabulary]) -> Abbreviations:
        """Return the judge of the names whose `other_meanings` the concepts tell."""
        others = {
            fold(name): _OtherMeaning(tuple(other["sectors"]), other.get("as_likely", False))
            for entry in vocabularies["concepts"].entries.values()
            for name, other in entry.extra.get("other_meanings", {}).items()
        }
        return cls(vocabularies["sectors"].taxonomy, others)

    def have_two_meanings(self, reading: WordReading) -> bool:
        """Tell whether what was read means two things as likely."""
        return self.others.get(reading.name, _OtherMeaning()).as_likely

    def trust(self, reading: WordReading, sectors: Sequence[str], stated: frozenset[str]) -> Trust:
        """Tell what a sure reading that implies `sectors` is good for beside those stated.

        An abbreviation is a fact in or near a stated sector, and one of two meanings only in a sector that knows the
        one alone; against the stated sector it connects, unless it is known to mean something else there.
        """
        if not reading.is_abbreviation or not sectors:
            return Trust.FACT
        other = self.others.get(reading.name, _OtherMeaning())
        fitting = [beside for beside in stated if any(self.taxonomy.overlaps(sector, [beside]) for sector in sectors)]
        if other.as_likely:
            around = frozenset[str]().union(*map(self.taxonomy.ancestors, other.sectors))
            if any(beside not in around and not self.taxonomy.within(beside, other.sectors) for beside in fitting):
                return Trust.FACT
            return Trust.CONNECTS if fitting or not stated else Trust.OFFERED
        if not stated or any(self._are_near(sector, beside) for sector in sectors for beside in stated):
            return Trust.FACT
        is_elsewhere = any(self.taxonomy.within(beside, other.sectors) for beside in stated)
        return Trust.OFFERED if is_elsewhere else Trust.CONNECTS

    def _are_near(self, sector: str, beside: str) -> bool:
        """Tell whether sectors overlap or lie in one field below the widest words (生物材料 and 生物医药)."""
        around = self.taxonomy.ancestors(sector) & self.taxonomy.ancestors(beside)
        return self.taxonomy.overlaps(sector, [beside]) or any(self.taxonomy.parents[field] for field in around)


@dataclass(slots=True)
class _Parts:
    sure: list[Value] = field(default_factory=list)
    inferred: list[Value] = field(default_factory=list)
    one_of: list[Value] = field(default_factory=list)
    doubtful: list[Value] = field(default_factory=list)
    unreadable: bool = False
    between: Interval | None = None
    ruled_out: tuple[str, ...] | None = None


@dataclass(slots=True)
class Notes:
    """Gathers a reading while the inputs are gone through; `stated` are the sectors that the profile names for sure."""

    stated: frozenset[str] = frozenset()
    facts: list[ReadFact] = field(default_factory=list)
    unrecognised: list[Unread] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    denied: list[Denied] = field(default_factory=list)
    _parts: dict[str, _Parts] = field(default_factory=dict)

    def note(self, read: ReadFact) -> None:
        """Note a value: sure when stated, inferred when it follows from something else, else doubtful."""
        parts = self._of(read.fact)
        if isinstance(read.value, Interval):
            parts.between = read.value
            self.facts.append(read)
            return
        kind = {How.INFERRED: parts.inferred, How.CONTAINS: parts.doubtful, How.FUZZY: parts.doubtful}
        values = kind.get(read.how, parts.sure)
        if read.value not in values:
            values.append(read.value)
            self.facts.append(read)

    def declare(self, fact: str, values: tuple[Value | Interval, ...], raw: object) -> None:
        """Let declared values take the place of whatever else was read for the fact, doubts included."""
        exact = [value for value in values if not isinstance(value, Interval)]
        between = next((value for value in values if isinstance(value, Interval)), None)
        self._parts[fact] = _Parts(sure=exact, between=between)
        self.facts = [read for read in self.facts if read.fact != fact]
        self.mentions = [mention for mention in self.mentions if mention.fact != fact]
        self.unrecognised = [unread for unread in self.unrecognised if unread.fact != fact]
        self.facts += [
            ReadFact(fact=fact, value=value, origin=f"facts.{fact}", input=str(raw), how=How.DECLARED)
            for value in values
        ]

    def mention_declared(self, fact: str, vocabulary: str) -> None:
        """Let a policy text name the declared values of a set, as if they had been typed."""
        if vocabulary:
            self.mentions += [mention_of(read, vocabulary) for read in self.facts if read.fact == fact]

    def one_of(self, fact: str, values: Iterable[str], unread: Unread) -> None:
        """Note an input with several meanings, exactly one of them true."""
        self._of(fact).one_of += list(values)
        self.unrecognised.append(unread)

    def doubt(self, unread: Unread) -> None:
        """Note an input that was not understood for sure, with what it may mean."""
        parts = self._of(unread.fact)
        parts.doubtful += [candidate for candidate, _ in unread.candidates]
        parts.unreadable = True
        self.unrecognised.append(unread)

    def conflict(self, code: str) -> None:
        """Note that inputs disagree; each way of it is told once."""
        if code not in self.conflicts:
            self.conflicts.append(code)

    def suspect(self, fact: str, values: Iterable[str]) -> None:
        """Note values that a doubtful reading would imply, so that no condition they meet is called unmet."""
        self._of(fact).doubtful += list(values)

    def rule_out(self, fact: str, asked: Iterable[str], taxonomy: Taxonomy) -> None:
        """Note what a company was asked about and has nothing of; what is neither this nor stated stays open."""
        held = [str(value) for value in self.values(fact)]
        lacking = (entry for entry in asked if not any(taxonomy.within(value, [entry]) for value in held))
        self._of(fact).ruled_out = tuple(dict.fromkeys(lacking))

    def mention_words(self, fact: str, text: str, origin: str) -> None:
        """Note words that no vocabulary knows, to be looked for in the policies as they stand."""
        self.mentions.append(Mention(vocabulary="", id="", origin=origin, input=text, how=How.EXACT, fact=fact))

    def tell_against(self, fact: str) -> None:
        """Note that who it is tells against an attestation: nothing is decided by that, and it is not asked for."""
        self._of(fact).inferred += [] if False in self._of(fact).inferred else [False]

    def add(self, fact: str) -> None:
        """Note that something was stated about the fact, though it gave no value of it."""
        self._of(fact)

    def copy(self, fact: str, target: str) -> None:
        """Let `target` read what was understood of `fact`."""
        self._parts[target] = self._parts[fact]

    def has(self, fact: str) -> bool:
        """Tell whether anything was stated about the fact."""
        return fact in self._parts

    def values(self, fact: str) -> tuple[Value, ...]:
        """Return the sure values of a fact."""
        return tuple(self._parts[fact].sure) if fact in self._parts else ()

    def answers(self) -> dict[str, Answer]:
        """Return what the rules evaluate."""
        return {
            fact: Answer(
                sure=tuple(parts.sure), inferred=tuple(parts.inferred), one_of=tuple(parts.one_of),
                doubtful=tuple(parts.doubtful), unreadable=parts.unreadable, between=parts.between,
                ruled_out=parts.ruled_out,
            )
            for fact, parts in self._parts.items()
        }  # fmt: skip

    def _of(self, fact: str) -> _Parts:
        return self._parts.setdefault(fact, _Parts())


def mention_of(read: ReadFact, vocabulary: str) -> Mention:
    """Return the mention that a read vocabulary value gives."""
    return Mention(
        vocabulary=vocabulary, id=str(read.value), origin=read.origin, input=read.input,
        how=read.how, similarity=read.similarity, fact=read.fact,
    )  # fmt: skip


_KINDS = {field.name: profile_fields().by_id[field.name].kind for field in fields(Profile)}


def _of_kind(*kinds: Kind) -> tuple[str, ...]:
    return tuple(name for name, kind in _KINDS.items() if kind in kinds)


# Within a kind in the order of the profile, so that an answer tells numbers before days before flags.
ITEMS = _of_kind(Kind.LIST)
ASKED = _of_kind(Kind.ASKED)
TUPLES = (*ITEMS, *ASKED)
DATES = _of_kind(Kind.DATE)
NUMBERS = (*_of_kind(Kind.WHOLE, Kind.MONEY), *DATES)
FLAGS = _of_kind(Kind.FLAG)
NAMES = (
    "name",
    *_of_kind(Kind.SCOPE),
    *_of_kind(Kind.PLACE, Kind.CODE),
    *TUPLES,
    *NUMBERS,
    *FLAGS,
    *_of_kind(Kind.DECLARED),
)
"""The fields that are read; an id of the caller's says nothing about a company."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of `size` profiles: `columns` has one list for each of NAMES, with the values of a Profile."""

    size: int
    columns: Mapping[str, Sequence[Any]]

    @classmethod
    def of_profiles(cls, profiles: Sequence[Profile]) -> Fields:
        """Return the fields of profiles."""
        return cls(len(profiles), {name: [getattr(profile, name) for profile in profiles] for name in NAMES})

    def part(self, start: int, stop: int) -> Fields:
        """Return the rows from `start` to before `stop`."""
        return Fields(
            max(0, min(stop, self.size) - start), {name: column[start:stop] for name, column in self.columns.items()}
        )

    def at(self, places: Sequence[int]) -> Fields:
        """Return some of the rows."""
        return Fields(len(places), {name: [column[place] for place in places] for name, column in self.columns.items()})

    def profile(self, place: int) -> Profile:
        """Return one row as a profile."""
        stated = {name: column[place] for name, column in self.columns.items()}
        return Profile(**{**stated, **{name: tuple(stated[name]) for name in TUPLES}})


def number_of_text(name: str, text: str) -> date | Interval:
    """Return the day, or between what a number or a day lies, that a field of a stored profile states as a text."""
    between = parse_days(text) if name in DATES else parse_interval(text, float)
    return date.fromisoformat(text) if between is None else between
