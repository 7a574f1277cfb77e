"""What is right and wrong of a draft under review: its document, each measure, the whole; and labelled companies asked.

The strict parser of packs judges; a draft that is tried, and content with the draft in it, are made here too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from marshmallow import ValidationError

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchError
from rules.catalogue.catalogue import Catalogue
from rules.catalogue.content import open_catalogue, searchable_text
from rules.catalogue.examples import example_faults
from rules.drafting.draft import trial_document
from rules.drafting.examples import examples_of
from rules.language.condition_parsing import Faults, PackError, Quoter
from rules.language.facts import FactDefinition, Lexicon
from rules.language.grants import SHARED_KEYS
from rules.language.labels import Labeller
from rules.language.measures import Measure, leaves
from rules.language.pack import Pack, parse_pack
from seeds.documents import UNKNOWN, Document, Quote, build_document
from seeds.faults import CodedError, Fault, SeedError, load_yaml
from seeds.library import Transcript, unconfirmed
from seeds.regions import Places
from seeds.stated import read_stated
from seeds.vocabulary import Vocabulary
from service.drafts.items import DOCUMENT, PACK, TEXT, Draft, Item, Kind
from service.drafts.review import Review
from service.drafts.texts import FILE, Followed, edited, follow, moves
from service.evaluation import GOALS, Json, Report, evaluate_cases, is_case
from service.intake.questions import MatchRequestSchema

_TOLD = 10
"""So many of the labels that are missed now and were not before are told."""


def read_cases(file: Path) -> tuple[list[Json], dict[str, float]]:
    """Read labelled cases, and the goals beside them; raise SeedError or CodedError when the file holds none."""
    loaded: Any = load_yaml(file)
    whole = loaded if isinstance(loaded, dict) else {"cases": loaded}
    cases, goals = whole.get("cases"), whole.get("goals", {})
    if not isinstance(cases, list) or not all(map(is_case, cases)) or not goals.keys() <= GOALS.keys():
        raise CodedError("no_cases", file=file)
    return cases, goals


def judge_by(file: Path | None, served: Path) -> Callable[[Path], None]:
    """Return what raises CodedError where companies of a file score worse with a fresh catalogue than with the served.

    Where none is served they must reach the goals. Without a file nothing is asked.
    """
    return (lambda _: None) if file is None else partial(_judge, served, *read_cases(file))


def _judge(served: Path, cases: list[Json], goals: dict[str, float], fresh: Path) -> None:
    new, missed = _scored(fresh, cases, goals), set[str]()
    if not served.is_file():
        worse = new.short
    else:
        old = _scored(served, cases, goals)
        worse = [kind for kind, (got, of) in new.counts.items() if of and got / of < _share(old, kind) - 1e-9]
        missed = set(old.misses)
    if worse:
        lines = [one for one in new.misses if one not in missed and one.split(maxsplit=1)[0] in worse]
        raise CodedError(
            "scores_worse", kinds=tuple(f"{kind} {_share(new, kind):.1%}" for kind in worse),
            cases=tuple(" ".join(one.split()) for one in lines[:_TOLD]),
        )  # fmt: skip


def _share(report: Report, kind: str) -> float:
    got, of = report.counts[kind]
    return got / of if of else 0.0


def _scored(catalogue: Path, cases: list[Json], goals: dict[str, float]) -> Report:
    engine = Engine(open_catalogue(catalogue))

    def ask(path: str, body: Json | None) -> tuple[int, bytes]:
        if body is None:
            text = {"text": engine.catalogue.documents[path.rpartition("/")[2]].text}
            return HTTPStatus.OK, msgspec.json.encode(text)
        try:
            return HTTPStatus.OK, msgspec.json.encode(engine.match(MatchRequestSchema().load(body)))
        except (ValidationError, MatchError) as error:
            return HTTPStatus.UNPROCESSABLE_ENTITY, str(error).encode()

    return evaluate_cases(cases, ask, goals={**GOALS, **goals})


_TO_MEASURE = re.compile(r"^/measures/0(?=/|$)|^/[^/]+(?=/examples/)")
"""What stands before the place in a measure: its number in a pack of one, or its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Something that a measure says, in words, and the words of the document that it cites."""

    says: str
    cites: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedExample:
    """An example as written, and what is wrong of how it comes out; drafted ones nobody has looked at."""

    facts: Mapping[str, Any]
    verdict: str
    drafted: bool
    fault: Fault | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A measure as it was judged: `faults` keep it from being saved, `missing` from being accepted."""

    faults: tuple[Fault, ...] = ()
    missing: tuple[Fault, ...] = ()
    measure: Measure | None = None
    source: Quote | None = None
    conditions: tuple[Stated, ...] = ()
    others: tuple[Quote, ...] = ()
    examples: tuple[TriedExample, ...] = ()
    facts: Mapping[str, FactDefinition] = field(default_factory=dict)

    @property
    def start(self) -> int:
        """Return where its sentence begins, 0 where that is not known."""
        return self.source.start if self.source else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges the measures of one draft beside one catalogue."""

    catalogue: Catalogue
    document: Document
    pack: Json
    language: str = "zh"
    lexicon: Lexicon = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Take the words that conditions may use from the catalogue."""
        lexicon = Lexicon(facts=self.catalogue.facts, vocabularies=self.catalogue.vocabularies)
        object.__setattr__(self, "lexicon", lexicon)

    def measure(self, body: Json) -> Judged:
        """Judge one measure as it would stand in the pack, alone."""
        source, others = self._places(body)
        try:
            pack = self.parsed([body], is_draft=True)
        except PackError as error:
            return Judged(faults=_own(error.faults), source=source, others=others)
        missing: tuple[Fault, ...] = ()
        try:
            self.parsed([body], is_draft=False)
        except PackError as error:
            missing = _own(error.faults)
        measure = pack.measures[0]
        wrong = _own(example_faults(self._alone(pack)))
        failed = {fault.pointer.rpartition("/")[2]: fault for fault in wrong}
        examples = tuple(
            TriedExample(
                facts=raw["facts"],
                verdict=raw["verdict"],
                drafted=bool(raw.get("drafted")),
                fault=failed.get(str(place)),
            )
            for place, raw in enumerate(body.get("examples") or ())
        )
        missing += wrong
        conditions = tuple(self._conditions(pack, measure))
        told = {cite for one in conditions for cite in one.cites}
        return Judged(
            missing=missing, measure=measure, source=source, conditions=conditions, examples=examples, facts=pack.facts,
            others=tuple(quote for quote in others if quote not in told),
        )  # fmt: skip

    def exemplified(self, body: Json) -> Json:
        """Return a measure with examples made of its conditions, those that come out as they say; none may be made."""
        plain = {key: value for key, value in body.items() if key != "examples"}
        if self.measure(plain).faults:
            return body
        region = self.pack.get("defaults", {}).get("region", "")
        place = str(region[0] if isinstance(region, list) and region else region or "")
        examples = examples_of(plain, place, {**self.lexicon.facts, **self.measure(plain).facts})
        tried = self.measure({**plain, "examples": examples}).examples
        return {**body, "examples": [one for one, told in zip(examples, tried, strict=True) if told.fault is None]}

    def parsed(self, measures: list[Json], *, is_draft: bool) -> Pack:
        """Return measures in the pack of the draft; raise PackError naming every fault."""
        whole = {**self.pack, "document": self.document.id, "measures": measures}
        documents = {self.document.id: self.document}
        return parse_pack(
            whole, file=f"{self.document.id}.yaml", documents=documents, lexicon=self.lexicon, is_draft=is_draft
        )

    def tried(self, measures: list[Json]) -> Catalogue:
        """Return a catalogue that has measures of the draft and nothing else; raise PackError naming every fault."""
        return self._alone(self.parsed(measures, is_draft=True))

    def draft(self, body: Json) -> Draft:
        """Return one measure to be tried on a screening; raise PackError naming every fault."""
        alone = self.tried([body])
        return Draft(measure=next(iter(alone.measures.values())), alone=alone)

    def _alone(self, pack: Pack) -> Catalogue:
        documents = {self.document.id: self.document}
        return replace(
            self.catalogue, documents=documents, measures={one.id: one for one in pack.measures}, grants=pack.grants,
            facts={**self.catalogue.facts, **pack.facts},
            texts={one.id: searchable_text(documents, one) for one in pack.measures},
        )  # fmt: skip

    def labeller(self, facts: Mapping[str, FactDefinition]) -> Labeller:
        """Return what names conditions and values, with the facts that the pack of the draft defines."""
        return Labeller({**self.catalogue.facts, **facts}, self.catalogue.vocabularies, self.language)

    def _conditions(self, pack: Pack, measure: Measure) -> Iterator[Stated]:
        labeller = self.labeller(pack.facts)
        for condition in measure.conditions:
            cites = dict.fromkeys(leaf.cite for leaf in leaves(condition))
            yield Stated(says=labeller.label(condition), cites=tuple(cites))

    def _places(self, body: Json) -> tuple[Quote | None, tuple[Quote, ...]]:
        """Return the operative words and all others cited, as far as they stand in the document."""
        quoter = Quoter(self.document, Faults(""))
        clause = quoter.known_clause(body.get("source"))
        rest = {key: value for key, value in body.items() if key != "source"}
        return quoter.source(body.get("source"), ""), tuple(dict.fromkeys(_cites(rest, clause, quoter)))


def _own(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults of the one measure of a pack with their places in the measure."""
    return tuple(replace(fault, pointer=_TO_MEASURE.sub("", fault.pointer)) for fault in faults)


def _cites(part: object, clause: str, quoter: Quoter) -> Iterator[Quote]:
    """Yield the words that the parts of a measure cite."""
    if isinstance(part, list):
        for one in part:
            yield from _cites(one, clause, quoter)
    elif isinstance(part, dict):
        own = str(part.get("clause") or clause)
        for key, value in part.items():
            if key != "cite":
                yield from _cites(value, own, quoter)
            elif quote := quoter.cite(value, "", own):
                yield quote


def judge_of(review: Review, catalogue: Catalogue, language: str = "zh") -> Judge:
    """Return who judges the measures of a draft; what its metadata do not tell is assumed, so that they can be."""
    document = trial_document(review.items[DOCUMENT].body, review.text)
    return Judge(catalogue=catalogue, document=document, pack=review.items[PACK].body, language=language)


def document_faults(review: Review, body: Json, catalogue: Catalogue, *, settled: bool) -> tuple[Fault, ...]:
    """Return what is wrong of metadata; `settled` asks for what has to be known before the document is published."""
    faults: list[Fault] = []
    try:
        if settled:
            build_document(body, review.text)
        else:
            trial_document(body, review.text)
    except SeedError as error:
        faults += error.faults
    region = body.get("region")
    if (
        isinstance(region, str)
        and region not in (UNKNOWN, "", "100000")  # the last is the whole country, as lists of codes write it
        and region not in catalogue.vocabularies["regions"].entries
    ):
        faults.append(
            Fault(file="document.yaml", pointer="/region", code="region_of_no_place", params={"region": region})
        )
    if body.get("id") != review.document_id:
        faults.append(
            Fault(file="document.yaml", pointer="/id", code="not_the_folder", params={"folder": review.document_id})
        )
    return tuple(faults)


def pack_faults(review: Review, body: Json, catalogue: Catalogue) -> tuple[Fault, ...]:
    """Return what is wrong of what holds for all measures; what it makes wrong of a measure is told there."""
    judge = replace(judge_of(review, catalogue), pack=body)
    file = f"{review.document_id}.yaml"
    own, known = {"document", "measures"} & set(body), ("schema", "defaults", "facts", *sorted(SHARED_KEYS))
    params = {"known": known}
    faults = [Fault(file=file, pointer=f"/{key}", code="unknown_key", params={"key": key, **params}) for key in own]
    try:
        judge.parsed(review.measures(), is_draft=True)
    except PackError as error:
        faults += [fault for fault in error.faults if not fault.pointer.startswith("/measures")]
    return tuple(faults)


def expect_sound(review: Review, kind: Kind, body: Json, catalogue: Catalogue) -> None:
    """Raise SeedError with what is wrong of an item as it was written; what a draft may lack is told elsewhere."""
    if kind is Kind.DOCUMENT:
        faults = document_faults(review, body, catalogue, settled=False)
    elif kind is Kind.PACK:
        faults = pack_faults(review, body, catalogue)
    else:
        faults = judge_of(review, catalogue).measure(body).faults
    if faults:
        raise SeedError(faults)


def missing_of(item: Item, review: Review, catalogue: Catalogue, body: Json | None = None) -> tuple[Fault, ...]:
    """Return what keeps an item from being accepted."""
    body = item.body if body is None else body
    if item.kind is Kind.TEXT:
        return _unconfirmed(review, body)
    if item.kind is Kind.DOCUMENT:
        return document_faults(review, body, catalogue, settled=True)
    if item.kind is Kind.PACK:
        return pack_faults(review, body, catalogue)
    judged = judge_of(review, catalogue).measure(body)
    return (*judged.faults, *judged.missing)


def _unconfirmed(review: Review, body: Json) -> tuple[Fault, ...]:
    """Return a fault where a machine read a text and nobody has confirmed all of its lines."""
    lines = unconfirmed(review.text, Transcript(edits=tuple(body["edits"]))) if review.by_machine else []
    if not lines:
        return ()
    params = {"line": lines[0], "count": len(lines)}
    return (Fault(file=FILE, pointer="/edits", code="not_confirmed", params=params),)


def with_edits(review: Review, edits: list[dict[str, str]], regions: Vocabulary) -> Followed:
    """Return what the items of a draft are when its text is edited otherwise; raise SeedError with what is wrong."""
    text, metadata = edited(review.base or "", edits), dict(review.items[DOCUMENT].body)
    bodies = {item.id: item.body for item in review.items.values() if item.kind not in (Kind.TEXT, Kind.DOCUMENT)}
    old = trial_document(metadata, review.text)
    fresh = {**metadata, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    title = build_document({**_PLAIN, "sha256": fresh["sha256"], "heading": text[:1] or "-", "title": "-"}, text)
    where = moves(review.base or "", (old, review.items[TEXT].body["edits"]), (title, edits))
    if old.heading not in text:
        fresh |= _titled_anew(
            metadata, where.moved(old.heading_start, old.heading_start + len(old.heading)), text, regions
        )
    trial_document(fresh, text)
    found = follow(bodies, where)
    if fresh["heading"] != metadata["heading"]:
        found.bodies[DOCUMENT] = fresh
    return found


def _titled_anew(metadata: Json, place: tuple[int, int] | None, text: str, regions: Vocabulary) -> Json:
    """Return heading and title of a document whose heading was edited: as it stands now, else as the text states it."""
    moved, old = text[slice(*place)] if place else "", str(metadata["heading"])
    if moved and "\n" not in moved:
        return {"heading": moved, "title": str(metadata["title"]).replace(old, moved)}
    stated, heading = read_stated(text, Places(regions))
    title = next((str(one.value) for one in stated if one.field == "title"), heading)
    return {"heading": heading, "title": title}


_PLAIN = {
    "schema": 1, "id": "draft", "status": "draft", "region": "CN",
    **dict.fromkeys(
        ("number", "issuers", "issued_on", "written_on", "published_on", "effective_from", "valid_to", "source_url",
         "checked_on"), UNKNOWN,
    ),
}  # fmt: skip
"""Metadata of a document of which only text and outline matter."""
