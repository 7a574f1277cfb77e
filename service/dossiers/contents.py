"""What stands in a dossier, made of the answer of a match: it knows neither PDF nor DOCX.

A dossier on one page tells as much as fits there, and how much more there is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from msgspec import UNSET

from matcher.answers.shapes import MatchAnswer, Recommendation
from matcher.profiles.words import How
from rules.catalogue.catalogue import Catalogue
from rules.language.measures import Effect, MeasureKind, MeasureVerdict, Verdict
from seeds.documents import Document, clause_name
from seeds.faults import load_words
from service.screenings.worklist.openings import StatedWords

WORDS = Path(__file__).parent / "words"
GROUPS = ("now", "later", "open", "cite")
_PAGE_LINES, _LINE_LETTERS = 52, 108
"""What fits on a page beside head and foot, and letters a line; a Chinese character is as wide as two."""
_MOST_ASKED, _MOST_FACTS = 3, 8
"""So many questions and facts stand on one page."""


class DossierForm(StrEnum):
    """How much it tells."""

    BRIEF = "brief"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose dossier it is, and what its maker puts on it: a letterhead, line by line, and a status by measure."""

    name: str = ""
    uscc: str = ""
    external_id: str = ""
    row: int | None = None
    letterhead: tuple[str, ...] = ()
    work: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One measure: its title with status and effect, labelled lines, the quote and where it stands."""

    title: str
    lines: tuple[tuple[str, str], ...]
    quote: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryGroup:
    """Some measures under a heading."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that a dossier says, in one language, in its order."""

    language: str
    title: str
    name: str
    letterhead: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    facts_heading: str
    facts: tuple[str, ...]
    summary: str
    groups: tuple[EntryGroup, ...]
    more: str
    questions_heading: str
    questions: tuple[str, ...]
    sources_heading: str
    sources: tuple[str, ...]
    quote_label: str
    note: str
    page: str


@dataclass(frozen=True)
class DossierWriter:
    """Writes dossiers of answers that one catalogue gave, in one language."""

    catalogue: Catalogue
    language: str

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Return the words."""
        return load_words(WORDS, self.language)

    def write(self, answer: MatchAnswer, whose: Whose, form: DossierForm) -> Dossier:
        """Return the dossier of an answer in full detail."""
        words, stated = self.words, StatedWords(self.catalogue, answer.on, self.language)
        listed = [(group_of(one), self._entry(one, stated, whose)) for one in answer.recommendations]
        groups = tuple(
            EntryGroup(heading=words[f"group.{name}"], entries=entries)
            for name in GROUPS
            if (entries := tuple(entry for group, entry in listed if group == name))
        )
        full = Dossier(
            language="en" if self.language == "en" else "zh",
            title=words["title"],
            name=whose.name or self._nameless(whose),
            letterhead=whose.letterhead,
            about=tuple(self._about(answer, whose)),
            facts_heading=words["understood"],
            facts=tuple(self._facts(answer)) or (words["nothing_understood"],),
            summary=self._summary(answer),
            groups=groups,
            more="" if groups else words["none"],
            questions_heading=words["questions"],
            questions=tuple(self._questions(answer)) or (words["no_questions"],),
            sources_heading=words["sources"],
            sources=tuple(self._sources(answer.recommendations)),
            quote_label=words["quote"],
            note=words["note"],
            page=words["page"],
        )
        return full if form is DossierForm.FULL else self._on_one_page(full)

    def _summary(self, answer: MatchAnswer) -> str:
        """Return how many measures are listed; those open to a whole field are counted beside them."""
        listed, totals = answer.recommendations, answer.totals
        applicable = sum(one.verdict is MeasureVerdict.APPLICABLE for one in listed)
        aside = totals.applicable + totals.possible - totals.withheld - len(listed)
        told = self.words["summary"].format(
            applicable=applicable, possible=len(listed) - applicable, questions=len(answer.questions)
        )
        return told + (self.words["aside"].format(count=aside) if aside > 0 else "")

    def _nameless(self, whose: Whose) -> str:
        return self.words["one_company"] if whose.row is None else self.words["unnamed"].format(row=whose.row)

    def _about(self, answer: MatchAnswer, whose: Whose) -> Iterator[tuple[str, str]]:
        for key, value in (("uscc", whose.uscc), ("external_id", whose.external_id)):
            if value:
                yield self.words[key], value
        yield self.words["on"], answer.on.isoformat()
        yield self.words["catalogue"], answer.catalogue.version

    def _facts(self, answer: MatchAnswer) -> Iterator[str]:
        """Yield each value once; what was stated hides the same value inferred from something else."""
        known: dict[tuple[str, str], How] = {}
        for fact in answer.profile.facts:
            known.setdefault((fact.fact, fact.label), fact.how)
        for fact_id, label in known:
            named = self.catalogue.facts.get(fact_id)
            yield (named.label(self.language) + self.words["colon"] if named else "") + label
        if answer.profile.unrecognised:
            texts = self.words["comma"].join(one.input for one in answer.profile.unrecognised)
            yield self.words["unrecognised"] + self.words["colon"] + texts

    def _entry(self, one: Recommendation, stated: StatedWords, whose: Whose) -> Entry:
        words, source = self.words, one.measure.source
        status = words["status.met" if one.verdict is MeasureVerdict.APPLICABLE else "status.open"]
        effect = words[f"effect.{one.effect}"]
        document = self.catalogue.documents[source.document]
        clause = clause_name(document, source.clause)
        where = words["clause"].format(clause=clause, document=stated.document(self.catalogue.measures[one.measure.id]))
        return Entry(
            title=words["item"].format(title=one.measure.title, status=status, effect=effect),
            lines=tuple((words[key], text) for key, text in self._lines(one, stated, whose) if text),
            quote=source.quote,
            clause=where,
        )

    def _lines(self, one: Recommendation, stated: StatedWords, whose: Whose) -> Iterator[tuple[str, str]]:
        words, measure, nothing = self.words, self.catalogue.measures[one.measure.id], self.words["not_stated"]
        conditions = one.conditions or ()
        met = [condition.label for condition in conditions if condition.verdict is Verdict.MET]
        unsettled = [condition.label for condition in conditions if condition.verdict is not Verdict.MET]
        yield "why", next(iter(one.explanation), "")
        yield "met", words["semicolon"].join(met)
        yield "missing", words["semicolon"].join(unsettled)
        yield "departments", words["comma"].join(stated.departments(measure)) or nothing
        yield "deadline", stated.deadline(measure)
        yield "amount", stated.amount(measure) or nothing
        if one.grant is not UNSET:
            yield "materials", words["comma"].join(paper.label for paper in one.grant.materials) or nothing
            yield "channels", words["semicolon"].join(channel.cite.quote for channel in one.grant.channels)
            yield "beside", words["semicolon"].join(rule.cite.quote for one in one.grant.stacking for rule in one.rules)
        yield "work", whose.work.get(one.measure.id, "")

    def _questions(self, answer: MatchAnswer) -> Iterator[str]:
        for one in answer.questions:
            key = "settles" if one.settles else "asked"
            yield self.words[key].format(question=one.question, count=one.settles)

    def _sources(self, listed: Iterable[Recommendation]) -> Iterator[str]:
        for name in dict.fromkeys(one.measure.source.document for one in listed):
            yield self._source(self.catalogue.documents[name])

    def _source(self, document: Document) -> str:
        words, issued = self.words, document.issued_on
        told = words["source"].format(
            title=document.title,
            number=words["number"].format(number=document.number) if document.number else "",
            issuers=words["comma"].join(document.issuers) or words["issuers_unknown"],
            issued=words["issued"].format(day=issued) if issued else words["issued_unknown"],
            status=words.get(f"effect.{document.status}", document.status),
        )
        checked = (words["checked"].format(day=document.checked_on),) if document.checked_on else ()
        return words["semicolon"].join((told, *checked, *([document.source_url] if document.source_url else [])))

    def _on_one_page(self, full: Dossier) -> Dossier:
        """Return as much of a dossier as fits on a page: the first measures, without what is met and why."""
        questions, facts = full.questions[:_MOST_ASKED], full.facts[:_MOST_FACTS]
        named = tuple(self._short(text) for text in full.sources)
        beside = (full.name, full.summary, *questions, *named, " · ".join(facts), *full.letterhead)
        left = _PAGE_LINES - sum(map(_lines_of, beside))
        groups, dropped = list[EntryGroup](), 0
        for group in full.groups:
            kept: list[Entry] = []
            for entry in group.entries:
                short = self._without_reasons(entry)
                needed = _lines_of_entry(short) + (0 if kept else 1)
                if needed > left:
                    dropped, left = dropped + 1, 0
                    continue
                left -= needed
                kept.append(short)
            if kept:
                groups.append(EntryGroup(heading=group.heading, entries=tuple(kept)))
        return replace(
            full, title=self.words["title.brief"], facts=facts, questions=questions, groups=tuple(groups),
            sources=named, more=self.words["more"].format(count=dropped) if dropped else full.more,
        )  # fmt: skip

    def _short(self, source: str) -> str:
        return source.split(self.words["semicolon"], maxsplit=1)[0]

    def _without_reasons(self, entry: Entry) -> Entry:
        longer = {self.words[key] for key in ("why", "met", "channels", "beside")}
        return replace(entry, lines=tuple(line for line in entry.lines if line[0] not in longer))


def group_of(one: Recommendation) -> str:
    """Return under which heading a measure stands: to use now, later, when more is known, or to cite."""
    if one.measure.kind is MeasureKind.DIRECTION:
        return "cite"
    if one.verdict is not MeasureVerdict.APPLICABLE:
        return "open"
    return "now" if one.effect is Effect.IN_FORCE else "later"


def _lines_of(text: str) -> int:
    letters = sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)
    return -(-letters // _LINE_LETTERS)


def _lines_of_entry(entry: Entry) -> int:
    labelled = " · ".join(f"{label}：{text}" for label, text in entry.lines)
    return _lines_of(entry.title) + _lines_of(labelled) + _lines_of(f"{entry.quote}{entry.clause}") + 1
