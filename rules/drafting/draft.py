"""A whole document as a draft pack: its measures, what holds for all of them, and which sentences stayed unread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from rules.drafting.assembling import Asked, Granted, ask, finish, listed, located, settle_tiers
from rules.drafting.beside import BesideReader, without_repeats
from rules.drafting.examples import examples_of
from rules.drafting.parts import manner_of
from rules.drafting.reading import Read, SentenceReader, addressed, names_money
from rules.drafting.sections import Lead, Section, Stated, stated_in
from rules.drafting.sentences import DraftingWords, RoleReader, Sentence, Span, drafting_words, first_named, holds
from rules.drafting.writing import Place, places, without_faults, written
from rules.language.condition_parsing import LONGEST_SOURCE_QUOTE
from rules.language.facts import Lexicon
from rules.language.grants import SHARED_KEYS
from seeds.documents import UNKNOWN, Document, DocumentStatus, build_document
from seeds.furniture import issue_data

Raw = dict[str, Any]
_WHOLE_COUNTRY = "CN"
_EVERYBODY = re.compile(
    "(?:本市|全市|本区|本省|[\u4e00-\u9fff]{0,4}[市区省县])?(?:范围|各类)?(?:内)?(?:的)?(?:企业|单位)?"
)
_APPLIED_FOR = re.compile("申报|申请|认定|入库|设立|遴选|评审")
_SIGNATURE = re.compile("[^，。：]{2,40}[局委厅府室会部处]20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日")
_LONGEST_SIGNATURE = 60
_OPENING = 12
_LEADING_WORDS = 60
_MOST_SPREAD, _LONGEST_SENTENCE = 2_000, 3_000
_SAME_WORDS = 6
"""So many first characters in common, and a heading among the conditions is that of a measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A sentence that says something and is in no part of the draft; `clause` is where it stands."""

    clause: str
    text: str


@dataclass(slots=True, kw_only=True)
class PackDraft:
    """A pack as plain data and where each item of it rests; of `sentences` that say something, `read` are in it."""

    pack: Raw
    places: tuple[Place, ...] = ()
    sentences: int = 0
    read: int = 0
    unread: list[Unread] = field(default_factory=list)


def draft_pack(document: Document, lexicon: Lexicon) -> PackDraft:
    """Draft the pack of a document; it loads as a draft, and what does not hold is taken out and listed."""
    drafter = _Drafter(document=document, words=drafting_words(), lexicon=lexicon)
    drafter.read()
    pack, taken = without_faults(drafter.pack(), document, lexicon)
    for measure in pack["measures"]:
        measure["examples"] = examples_of(measure, pack["defaults"].get("region", ""), lexicon.facts)
    drafter.unread += [Unread(clause=clause, text=text) for clause, text in taken]
    return PackDraft(
        pack=written(pack, document), places=tuple(places(pack)), sentences=drafter.sentences,
        read=drafter.sentences - len({one for one in drafter.unread if one.text in drafter.said}),
        unread=drafter.unread,
    )  # fmt: skip


def trial_document(metadata: Mapping[str, Any], text: str) -> Document:
    """Return a document to be drafted from, in force for the whole country where its metadata are not known yet."""
    assumed = {"status": DocumentStatus.IN_FORCE.value, "region": _WHOLE_COUNTRY}
    known = {key: value for key, value in metadata.items() if value != UNKNOWN or key not in assumed}
    return build_document({**metadata, **assumed, **known}, text)


class _Drafter:
    """Sorts the sentences of one document into measures, conditions, and what holds for all."""

    def __init__(self, *, document: Document, words: DraftingWords, lexicon: Lexicon) -> None:
        self._document, self._words = document, words
        self._reader = SentenceReader(words=words, facts=lexicon.facts)
        self._beside = BesideReader(words=words, materials=lexicon.vocabularies["materials"], year=_year_of(document))
        self._shared: dict[str, list[Raw]] = {key: [] for key in sorted(SHARED_KEYS)}
        self._granted: list[Granted] = []
        self._asked: list[Asked] = []
        self._loose: list[tuple[Sentence, Read]] = []
        self._who: list[Sentence] = []
        self._leads: list[Sentence] = []
        self._parents = {clause.path: clause.parent for clause in document.clauses}
        self._spread_so_far = 0
        self.said: set[str] = set()
        self.sentences = 0
        self.unread: list[Unread] = []

    def read(self) -> None:
        """Read every sentence that says something."""
        stated = list(stated_in(self._document))
        within = Counter(one.sentence.clause for one in stated)
        within.update(clause.parent for clause in self._document.clauses if clause.parent)
        for one in stated:
            alone = within[one.sentence.clause] == 1
            if one.section is not Section.ISSUE and not self._is_name(one.sentence, alone=alone):
                self._take(one)
        self._take_loose()

    def _take(self, one: Stated) -> None:
        sentence = one.sentence
        if one.section is Section.WHO and not holds(self._words.definitions, sentence.text):
            is_first = not self._who and not _EVERYBODY.fullmatch(sentence.text)
            self._who += [sentence] if is_first else []
            return
        too_long = len(sentence.text) > _LONGEST_SENTENCE
        read = Read() if too_long else self._reader.read(sentence)
        strength = None if too_long else self._strength(one, read)
        asks = one.section is Section.ASKS and not one.is_lead and not (strength and read.benefits)
        above = self._above(sentence)
        says = strength or asks or names_money(sentence.figures) or self._beside.speaks(sentence, above=above)
        if says or read.asks_a_number or self._manner(sentence):
            self.sentences += 1
            self.said.add(sentence.text)
            self._sort(one, read, strength, asks=asks and not too_long)
        elif one.is_lead:
            self._leads.append(sentence)

    def _sort(self, one: Stated, read: Read, strength: str | None, *, asks: bool) -> None:
        """Put a sentence where it belongs: a measure, a condition, what holds for all, or unread."""
        sentence = one.sentence
        beside = [] if asks else list(self._beside.read(sentence, above=self._above(sentence)))
        for key, part in beside:
            self._shared[key].append(part)
        if asks and self._is_a_case(sentence):
            self.unread.append(Unread(clause=sentence.clause, text=sentence.text))
        elif asks:
            self._asked.append(Asked(sentence=sentence, lead=one.lead, conditions=self._reader.asks(sentence)))
        elif self._goes_on(sentence):
            self._lengthen(self._granted[-1].measure, read)
            self._add_manner(self._granted[-1].measure, sentence, read)
        elif strength and (read.benefits or strength != "promote"):
            self._granted.append(Granted(sentence=sentence, measure=self._measure(sentence, strength, read)))
        elif one.is_lead:
            self._leads.append(sentence)
        elif read.conditions and not beside and one.section is Section.GIVES:
            self._loose.append((sentence, read))
        elif not beside:
            self.unread.append(Unread(clause=sentence.clause, text=sentence.text))

    def _goes_on(self, sentence: Sentence) -> bool:
        """Tell whether a sentence goes on with the measure right before it, whose clause it stands in."""
        before = self._granted[-1].sentence if self._granted else None
        return bool(before and before.clause == sentence.clause and sentence.text.startswith(self._words.going_on))

    def _lengthen(self, measure: Raw, read: Read) -> None:
        """Add what a further sentence of a measure gives and asks."""
        if read.benefits:
            measure["benefits"] = [*measure.get("benefits", []), *read.benefits]
            measure["strength"] = "grant"
            measure["kind"] = "support"
        if read.conditions:
            ask(measure, read.conditions)

    def _add_manner(self, measure: Raw, sentence: Sentence, read: Read) -> None:
        """Say of the benefit that goes before in how many parts and how often it is paid, with the words that do."""
        if read.benefits or not measure.get("benefits"):
            return
        cite = sentence.words(0, len(sentence.text))
        for key, value in self._manner(sentence).items():
            told = {"cite": cite} if value is True else {"value": value, "cite": cite}
            measure["benefits"][-1].setdefault(key, told)

    def _manner(self, sentence: Sentence) -> Raw:
        """Return how it is paid, of a sentence that goes on with what the one before it gives."""
        is_said = self._goes_on(sentence) and len(sentence.text) <= _LONGEST_SENTENCE
        return manner_of(sentence, RoleReader(self._words).read(sentence), self._words) if is_said else {}

    def _is_a_case(self, sentence: Sentence) -> bool:
        """Tell whether a sentence says how some of them apply, 「更名的，须先办理变更」, or who of them goes first."""
        if holds(self._words.preferring, sentence.text):
            return True
        told = [segment.text.strip("，：,: ") for segment in sentence.segments]
        named = next(
            (n for n, one in enumerate(told, 1) if one.endswith(("的", "的企业", "的单位", "的项目"))), len(told)
        )
        rest = "，".join(told[named:])
        return any(
            f"{duty}{between}{step}" in rest for duty in self._words.duties for between in ("", "先", "及时", "当")
            for step in self._words.steps
        )  # fmt: skip

    def _above(self, sentence: Sentence) -> str:
        """Return the words that lead in the list that a sentence is an item of: those of the clauses around it."""
        words, path = "", self._parents.get(sentence.clause)
        while path:
            clause = self._document.clause(path)
            words += self._document.text[clause.start : clause.start + _LEADING_WORDS].partition("\n")[0] + "\n"
            path = self._parents.get(path)
        return words

    def _take_loose(self) -> None:
        """Add conditions that stand outside of lists to the nearest measure of their clause or of the one around it."""
        for sentence, read in self._loose:
            parent = sentence.clause.rpartition(".")[0]
            near = [
                one for one in self._granted
                if one.sentence.clause == sentence.clause
                or (parent and one.sentence.clause.rpartition(".")[0] == parent)
            ]  # fmt: skip
            before = [one for one in near if one.sentence.span.start < sentence.span.start]
            own = [sentence.segment_at(place) for place in read.used]
            if not near and any(holds(self._words.duties, segment.text) for segment in own):
                self._asked.append(Asked(sentence=sentence, lead=None, conditions=read.conditions))
            elif near:
                ask((before or near)[-1 if before else 0].measure, located(read.conditions, sentence))
            else:
                self.unread.append(Unread(clause=sentence.clause, text=sentence.text))

    def pack(self) -> Raw:
        """Return the pack with every cite as a place."""
        for one in self._granted:
            settle_tiers(one)
        granted = self._granted or list(self._applied_for())
        for (lead, _), group in groupby(self._asked, key=_list_of):
            asked = list(group)
            self._spread(asked, listed(asked, lead), self._meant(asked[0], granted))
        for sentence in self._who:
            who = {"manual": "addressee", "text": sentence.text[:80], "cite": sentence.words(0, len(sentence.text))}
            for one in granted:
                ask(one.measure, located([who], sentence))
        finish(granted, self._document.id, self._document.heading, self._words)
        region = self._document.region
        return {
            "schema": 2, "document": self._document.id,
            "defaults": {} if region == _WHOLE_COUNTRY else {"region": region},
            **{key: without_repeats(items) for key, items in self._shared.items() if items},
            "measures": [one.measure for one in granted],
        }  # fmt: skip

    def _spread(self, asked: list[Asked], conditions: list[Raw], measures: list[Raw]) -> None:
        """Add the conditions of a list to the measures it is of; a list that would make thousands stays unread."""
        self._spread_so_far += len(conditions) * len(measures)
        if self._spread_so_far > _MOST_SPREAD:
            self.unread += [Unread(clause=one.sentence.clause, text=one.sentence.text) for one in asked]
            return
        for measure in measures:
            ask(measure, conditions)

    def _meant(self, asked: Asked, granted: list[Granted]) -> list[Raw]:
        """Return the measures that a list of conditions is of: the one above it, those of its heading, else all."""
        lead = asked.lead.sentence if asked.lead else asked.sentence
        own = [one for one in granted if one.sentence.span == lead.span]
        above = [one for one in granted if asked.sentence.clause.startswith(f"{one.sentence.clause}.")]
        headings = {lead.heading, lead.text, asked.sentence.heading}
        alike = [
            one for one in granted
            if any(_alike(heading, one.sentence.heading) for heading in headings)
            and one.sentence.clause != asked.sentence.clause
        ]  # fmt: skip
        return [one.measure for one in (own or alike or above or granted)]

    def _applied_for(self) -> Iterator[Granted]:
        """Yield what a document that asks and grants no more is there for: what is applied for, or recognised."""
        if not self._asked:
            return
        stated = list(stated_in(self._document))
        opening = [one.sentence for one in stated if one.section is Section.GIVES]
        named = (*self._leads, *opening, *(one.sentence for one in stated))
        found = next((one for one in named if _APPLIED_FOR.search(one.text)), None)
        if found is not None:
            measure = self._measure(found, "support", Read())
            yield Granted(sentence=found, measure={**measure, "title": self._document.heading[:60]})

    def _is_name(self, sentence: Sentence, *, alone: bool) -> bool:
        """Tell whether a sentence only names the document, its clause, or who signed it and when it was put up."""
        text = sentence.text.strip("，：")
        if _SIGNATURE.fullmatch(text) or (len(text) < _LONGEST_SIGNATURE and issue_data(text)):
            return True
        if names_money(sentence.figures) or "，" in text:
            return False
        return text in (self._document.heading, self._document.title) or (text == sentence.heading and not alone)

    def _strength(self, one: Stated, read: Read) -> str | None:
        """Return how strongly a sentence grants; one that says what to do, or how one applies, grants nothing."""
        text, opening = one.sentence.text, one.sentence.text[:_OPENING]
        reckons = "=" in text or "＝" in text
        is_fund = holds(self._words.terms["budget"], text) and not read.benefits
        is_ruling = holds(self._words.ruling, text) and not names_money(one.sentence.figures)
        if one.section is Section.HOW or is_ruling or reckons or is_fund or _says_why(text):
            return None
        names = names_money(one.sentence.figures) or addressed(one.sentence, self._words)
        gives = holds(self._words.strength["grant"], text) and names
        pays = bool(read.benefits) and holds(self._words.paying, text)
        if one.section is Section.ASKS:
            return "grant" if pays and holds(("给予", "奖励", "补助", "资助"), text) else None
        if gives or pays:
            return "grant"
        if holds(self._words.duties, text) and holds(self._words.papers, text):
            return None
        return next(
            (name for name in ("support", "encourage", "promote") if self._begins_with(name, opening)),
            None,
        )

    def _begins_with(self, strength: str, opening: str) -> bool:
        """Tell whether a sentence begins with a verb, or words that lead one in: not 「社会保障部门」, 「扶持资金」."""
        for verb in self._words.strength[strength]:
            before, found, behind = opening.partition(verb)
            is_led = not before or before.endswith(self._words.leading_in)
            if found and is_led and not behind.startswith(self._words.support_nouns):
                return True
        return False

    def _measure(self, sentence: Sentence, strength: str, read: Read) -> Raw:
        text, paid = sentence.text, bool(read.benefits)
        measure: Raw = {
            "id": "",
            "title": "",
            "instrument": first_named(self._words.instruments, text) or "subsidy",
            "kind": "support" if paid or strength in ("grant", "support") else "direction",
            "strength": strength,
            "source": {"clause": sentence.clause, "quote": self._source(sentence, read)},
        }
        phrase = addressed(sentence, self._words)
        kind = first_named(self._words.beneficiaries, phrase.text if phrase else "")
        if kind:
            measure["beneficiary"] = {"kind": kind, "cite": phrase}
        if read.conditions:
            measure["conditions"] = list(read.conditions)
        if paid:
            measure["benefits"] = read.benefits
        return measure

    def _source(self, sentence: Sentence, read: Read) -> Span:
        """Return the operative words: the whole sentence where it is short, else the segments that pay."""
        whole = sentence.words(0, len(sentence.text))
        if len(whole.text) <= LONGEST_SOURCE_QUOTE:
            return whole
        cites = [one.get("cite") or one["tiers"][0]["cite"] for one in read.benefits]
        best = next((cite for cite in cites if len(cite.text) <= LONGEST_SOURCE_QUOTE), None)
        first = sentence.segments[0]
        return best or sentence.words(first.start, min(first.end, first.start + LONGEST_SOURCE_QUOTE))


def _list_of(asked: Asked) -> tuple[Lead | None, str]:
    """Return the list that a condition is an item of: that of its lead, else its own clause."""
    return asked.lead, "" if asked.lead else asked.sentence.clause


def _says_why(text: str) -> bool:
    """Tell whether a sentence says why the document was made, and what after."""
    return text.startswith(("为", "根据", "按照《", "依据")) and holds(("制定", "如下", "现就", "现将"), text)


def _year_of(document: Document) -> int | None:
    """Return the year that a document implies: that of its title, else of its issue."""
    titled = re.search("(?<![0-9])20[0-9]{2}(?=年)", document.heading)
    issued = document.issued_on or document.published_on
    return int(titled[0]) if titled else (issued.year if issued else None)


def _alike(first: str, last: str) -> bool:
    return bool(first) and bool(last) and first[:_SAME_WORDS] == last[:_SAME_WORDS] and len(last) >= _SAME_WORDS
