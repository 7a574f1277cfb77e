"""A whole document as a draft pack: its measures, what holds for all of them, and which sentences stayed unread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.drafting.reading import Read, SentenceReader, addressed, names_money
from rules.drafting.sentences import Sentence, sentences_of
from rules.drafting.words import DraftingWords, drafting_words, first_named, holds
from rules.language.condition_parsing import (
    LONGEST_SOURCE_QUOTE,
    PackError,
)
from rules.language.facts import Lexicon
from rules.language.figures import FigureKind
from rules.language.grants import SHARED_KEYS
from rules.language.pack import parse_pack
from seeds.documents import UNKNOWN, Document, DocumentStatus, build_document

Raw = dict[str, Any]
_MOST_REPAIRS = 8
_LONGEST_TITLE = 30
_WHOLE_COUNTRY = "CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A sentence that says something and is in no part of the draft; `clause` is where it stands."""

    clause: str
    text: str


@dataclass(slots=True, kw_only=True)
class PackDraft:
    """A pack as plain data; `sentences` are those that say something, `read` those that are in it."""

    pack: Raw
    sentences: int = 0
    read: int = 0
    unread: list[Unread] = field(default_factory=list)


def draft_pack(document: Document, lexicon: Lexicon) -> PackDraft:
    """PackDraft the pack of a document; it loads as a draft, and what does not hold is taken out and listed."""
    drafter = _Drafter(document=document, lexicon=lexicon, words=drafting_words())
    draft = drafter.draft()
    drafter.repair(draft)
    return draft


def trial_document(metadata: Mapping[str, Any], text: str) -> Document:
    """Return a document to be drafted from, in force for the whole country where its metadata are not known yet."""
    assumed = {"status": DocumentStatus.IN_FORCE.value, "region": _WHOLE_COUNTRY}
    known = {key: value for key, value in metadata.items() if value != UNKNOWN or key not in assumed}
    return build_document({**metadata, **assumed, **known}, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drafter:
    document: Document
    lexicon: Lexicon
    words: DraftingWords

    def draft(self) -> PackDraft:
        """Read every sentence into a measure, a condition of one, or something that holds for all."""
        reader = SentenceReader(words=self.words, facts=dict(self.lexicon.facts))
        measures: list[Raw] = []
        shared: dict[str, list[Raw]] = {key: [] for key in sorted(SHARED_KEYS)}
        draft, sentences = PackDraft(pack={}), list(sentences_of(self.document))
        within = Counter(sentence.clause for sentence in sentences)
        within.update(clause.parent for clause in self.document.clauses if clause.parent)
        before: list[tuple[Sentence, Read]] = []  # what is asked before anything is given is asked for the first gift
        for sentence in sentences:
            read = reader.read(sentence)
            strength, alone = self._strength(sentence), within[sentence.clause] == 1
            says_something = self._says_something(sentence, strength) or read.asks_a_number
            if self._is_heading(sentence, alone=alone) or not says_something:
                continue
            draft.sentences += 1
            beside = self._beside(sentence, shared)
            if strength and (read.benefits or strength != "promote"):
                measures.append(self._measure(sentence, strength, read, len(measures)))
                for earlier in before:
                    self._add_conditions(measures[0], *earlier)
                before.clear()
            elif read.conditions and not beside:
                before.append((sentence, read))
                if measures:
                    self._add_conditions(measures[-1], *before.pop())
            elif not beside:
                draft.unread.append(Unread(clause=sentence.clause, text=sentence.text))
                continue
            draft.read += 1
        draft.unread += [Unread(clause=sentence.clause, text=sentence.text) for sentence, _ in before]
        draft.read -= len(before)
        region = self.document.region
        draft.pack = {
            "schema": 2, "document": self.document.id,
            "defaults": {} if region == _WHOLE_COUNTRY else {"region": region},
            **{key: items for key, items in shared.items() if items},
            "measures": measures,
        }  # fmt: skip
        return draft

    def _is_heading(self, sentence: Sentence, *, alone: bool) -> bool:
        """Tell whether a sentence only names the document, or its clause, which says more than it."""
        text = sentence.text.strip("，：")
        if names_money(sentence.figures) or self._named(sentence):
            return False
        return text in (self.document.heading, self.document.title) or (text == sentence.heading and not alone)

    def _strength(self, sentence: Sentence) -> str | None:
        """Return how strongly a sentence grants; one without a paying word or such a beginning grants nothing."""
        text = sentence.text
        if holds(self.words.strength["grant"], text) and (
            names_money(sentence.figures) or addressed(sentence, self.words)
        ):
            return "grant"
        opening = text[:12]
        return next(
            (name for name in ("support", "encourage", "promote") if holds(self.words.strength[name], opening)), None
        )

    def _says_something(self, sentence: Sentence, strength: str | None) -> bool:
        return bool(strength or names_money(sentence.figures) or self._named(sentence))

    def _named(self, sentence: Sentence) -> bool:
        words = (*self.words.terms.values(), *self.words.stacking.values(), self.words.windows, self.words.materials)
        if any(holds(one, sentence.text) for one in (*words, self.words.definitions)):
            return True
        return holds((*self.words.windows, *self.words.materials), sentence.heading)

    def _measure(self, sentence: Sentence, strength: str, read: Read, number: int) -> Raw:
        text = sentence.text
        paid = bool(read.benefits)
        measure: Raw = {
            "id": f"{self.document.id}-{number + 1}",
            "title": self._title(sentence),
            "instrument": first_named(self.words.instruments, text) or "subsidy",
            "kind": "support" if paid or strength in ("grant", "support") else "direction",
            "strength": strength,
            "source": {"clause": sentence.clause, "quote": self._source(sentence, read)},
        }
        kind = first_named(self.words.beneficiaries, addressed(sentence, self.words))
        if kind:
            measure["beneficiary"] = {"kind": kind, "cite": addressed(sentence, self.words)}
        if read.conditions:
            measure["conditions"] = _numbered(read.conditions)
        if paid:
            measure["benefits"] = read.benefits
        return measure

    def _add_conditions(self, measure: Raw, sentence: Sentence, read: Read) -> None:
        """Add the numbers of a list of conditions to the measure that it stands behind."""
        located = ({**one, "clause": sentence.clause} for one in read.conditions)
        measure["conditions"] = _numbered([*measure.get("conditions", []), *located])

    def _title(self, sentence: Sentence) -> str:
        heading = sentence.heading.strip("。：；")
        if 2 < len(heading) <= _LONGEST_TITLE and heading != self.document.heading:  # noqa: PLR2004 - a word
            return heading
        phrase = addressed(sentence, self.words) or sentence.text
        return phrase if len(phrase) <= _LONGEST_TITLE else phrase[: _LONGEST_TITLE - 1] + "…"

    def _source(self, sentence: Sentence, read: Read) -> str:
        """Return the operative words: the whole sentence where it is short, else the segments that pay."""
        text = sentence.text
        if len(text) <= LONGEST_SOURCE_QUOTE:
            return text
        cites = [one.get("cite") or one["tiers"][0]["cite"] for one in read.benefits]
        best = next((cite for cite in cites if cite in text and len(cite) <= LONGEST_SOURCE_QUOTE), None)
        return best or sentence.segments[0].text.strip("，：,: ")[:LONGEST_SOURCE_QUOTE]

    def _beside(self, sentence: Sentence, shared: dict[str, list[Raw]]) -> bool:
        """Note terms, stacking, windows, papers, channels and definitions; tell whether there were any."""
        before = sum(map(len, shared.values()))
        text, cite = sentence.text, {"clause": sentence.clause, "cite": sentence.text}
        for kind, words in self.words.terms.items():
            if holds(words, text):
                value = self._value_of_term(kind, sentence)
                shared["terms"].append({"kind": kind, **({"value": value} if value else {}), **cite})
        rule = first_named(self.words.stacking, text)
        if rule:
            reach = "other_policies" if holds(self.words.other_policies, text) else "document"
            shared["stacking"].append({"with": reach, "rule": rule, **cite})
        if holds(self.words.windows, text + sentence.heading) and (window := self._window(sentence)):
            shared["windows"].append({**window, **cite})
        if holds(self.words.materials, text) or holds(self.words.materials, sentence.heading):
            shared["materials"] += self._papers(sentence)
        if holds(self.words.definitions, text[:12]) or ("是指" in text and len(text) < LONGEST_SOURCE_QUOTE):
            shared["definitions"].append({"term": _defined(text), **cite})
        if holds(("通过", "登录"), text) and holds(("申报", "申请", "提交"), text):
            by = first_named(self.words.channels, text)
            if by:
                shared["channels"].append({"by": by, **cite})
        return sum(map(len, shared.values())) > before

    def _value_of_term(self, kind: str, sentence: Sentence) -> Any:  # noqa: ANN401 - money, a number or nothing
        wanted = {"budget": FigureKind.MONEY, "no_relocation": FigureKind.SPAN, "quota": FigureKind.COUNT}.get(kind)
        found = next((one for one in sentence.figures if one.kind is wanted), None)
        if found is None:
            return None
        return sentence.text[found.start : found.end] if found.kind is FigureKind.MONEY else found.high

    def _window(self, sentence: Sentence) -> Raw:
        """Return the first two whole days of a sentence as its window, yearly ones without their year."""
        days = [one.day for one in sentence.figures if one.day and one.day[1] and one.day[2]]
        if not days:
            return {}
        if "每年" in sentence.text and len(days) > 1:
            opens, closes = (f"{day[1]:02d}-{day[2]:02d}" for day in days[:2])
            return {"yearly": True, "opens": opens, "closes": closes}
        dated = [f"{day[0]:04d}-{day[1]:02d}-{day[2]:02d}" for day in days if day[0]]
        if len(dated) > 1:
            return {"opens": dated[0], "closes": dated[1]}
        key = "opens" if holds(("起", "开始"), sentence.text) else "closes"
        return {key: dated[0]} if dated else {}

    def _papers(self, sentence: Sentence) -> list[Raw]:
        materials = self.lexicon.vocabularies["materials"]
        found: list[Raw] = []
        for entry in materials.entries.values():
            name = next(
                (word for word in sorted((entry.zh, *entry.names), key=len, reverse=True) if word in sentence.text), ""
            )
            if name:
                found.append({"id": entry.id, "clause": sentence.clause, "cite": name})
        return found

    def repair(self, draft: PackDraft) -> None:
        """Take out what does not load, part by part, and list the sentences that it stood in."""
        documents = {self.document.id: self.document}
        for _ in range(_MOST_REPAIRS):
            if not draft.pack["measures"]:
                return
            try:
                parse_pack(
                    draft.pack,
                    file=f"{self.document.id}.yaml",
                    documents=documents,
                    lexicon=self.lexicon,
                    is_draft=True,
                )
            except PackError as error:
                pointers = sorted({fault.pointer for fault in error.faults}, reverse=True)
                for pointer in _outermost(pointers):
                    self._take_out(draft, pointer)
            else:
                return

    def _take_out(self, draft: PackDraft, pointer: str) -> None:
        place: Any = draft.pack
        keys = pointer.strip("/").split("/")
        for key in keys[:-1]:
            place = place[int(key)] if isinstance(place, list) else place[key]
        key = keys[-1]
        removed = place.pop(int(key)) if isinstance(place, list) else place.pop(key, None)
        part = removed if isinstance(removed, Mapping) else {}
        source = part.get("source", {})
        clause, quote = part.get("clause", source.get("clause", "")), part.get("cite", source.get("quote", removed))
        draft.unread.append(Unread(clause=str(clause), text=str(quote)))


def _outermost(pointers: Iterable[str]) -> list[str]:
    """Return the parts that faults lie in: a measure's benefit, condition or term, else the measure, once each."""
    parts: dict[str, None] = {}
    for pointer in pointers:
        keys = pointer.strip("/").split("/")
        if keys[0] == "measures" and len(keys) > 2:  # noqa: PLR2004 - the measure and a part of it
            parts["/".join(keys[:4] if keys[2] in ("benefits", "conditions") and len(keys) > 3 else keys[:3])] = None  # noqa: PLR2004
        else:
            parts["/".join(keys[:2])] = None
    return sorted(parts, key=_place, reverse=True)


def _place(pointer: str) -> list[tuple[int, str]]:
    return [(int(key), "") if key.isdigit() else (-1, key) for key in pointer.split("/")]


def _numbered(conditions: Iterable[Raw]) -> list[Raw]:
    """Give manual conditions of one measure names of their own."""
    found: list[Raw] = []
    for one in conditions:
        names = {other.get("manual") for other in found}
        name, number = one.get("manual"), 2
        while name is not None and name in names:
            name, number = f"{one['manual']}-{number}", number + 1
        found.append({**one, "manual": name} if name is not None else one)
    return found


def _defined(text: str) -> str:
    """Return the word that a sentence defines."""
    plain = text.partition("是指")[0].partition("所称")
    return (plain[2] or plain[0]).strip("的“”，： ")[:20] or text[:10]
