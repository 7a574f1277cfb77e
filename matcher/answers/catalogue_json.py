"""The catalogue as JSON, for the calls that only read it; entries of vocabularies offered for what somebody typed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, replace
from datetime import date
from typing import Any, NamedTuple

from msgspec import UNSET, json, structs
from msgspec.structs import asdict

from matcher.answers import measure_shapes, shapes
from matcher.answers.grants import GrantWords, papers
from matcher.answers.shapes import VocabularyEntry
from matcher.fuzzy import nearest
from matcher.profiles.profile import QUESTION, MatchRequest
from rules.catalogue.catalogue import Catalogue
from rules.catalogue.mapped import engine_version
from rules.language.amounts import Interval
from rules.language.facts import FactDefinition
from rules.language.grants import BenefitItem, Grant
from rules.language.labels import Labeller
from rules.language.measures import Benefit, Condition, Leaf, Measure, leaves
from rules.language.reference import DESCRIPTIONS
from rules.language.windows import window_on
from seeds.documents import Document
from seeds.outline import Clause
from seeds.regions import Level, region_label
from seeds.vocabulary import Vocabulary, fold


def describe_catalogue(catalogue: Catalogue) -> shapes.CatalogueInfo:
    """Return which catalogue answers, and how much it holds."""
    return shapes.CatalogueInfo(
        version=catalogue.version, documents=len(catalogue.documents), measures=len(catalogue.measures)
    )


def describe_question(request: MatchRequest) -> dict[str, Any]:
    """Return what is asked in the form of a request, with the language, all left out that is as if left out.

    The caller's own id is no part of the question.
    """
    asked = replace(request, catalogue="", include=frozenset(request.include) - {QUESTION})
    stated = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in _given(asked).items()}
    return stated | {"profile": _given(replace(request.profile, external_id=""))}


def question_digest(request: MatchRequest) -> str:
    """Return the SHA-256 of what is asked."""
    return hashlib.sha256(json.encode(describe_question(request), order="sorted")).hexdigest()


def describe_proof(catalogue: Catalogue, request: MatchRequest) -> shapes.Proof:
    """Return what the answer to a question follows from."""
    return shapes.Proof(question=question_digest(request), catalogue=catalogue.version, engine=engine_version())


def _given(given: Any) -> dict[str, Any]:  # noqa: ANN401 - a profile or a question
    return {one.name: value for one in fields(given) if (value := getattr(given, one.name)) != _left_out(one)}


def _left_out(one: Field[Any]) -> object:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def describe_measure(catalogue: Catalogue, measure: Measure, language: str) -> shapes.MeasureSummary:
    """Return a measure with its document, source, departments and benefit."""
    document = catalogue.documents[measure.document]
    return shapes.MeasureSummary(
        id=measure.id,
        title=measure.title_in(language),
        instrument=measure.instrument,
        instrument_label=catalogue.vocabularies["instruments"][measure.instrument].label(language),
        kind=measure.kind,
        also=measure.also,
        strength=measure.strength,
        document=describe_reference(document),
        source=measure.source,
        departments=document.clause(measure.source.clause).departments,
        benefit=_describe_benefit(measure.benefit) if measure.benefit else None,
    )


def describe_reference(document: Document) -> shapes.DocumentRef:
    """Return which document is meant."""
    return shapes.DocumentRef(
        id=document.id, title=document.title, number=document.number, status=document.status,
        issued_on=document.issued_on, region=document.region,
    )  # fmt: skip


def describe_measure_listed(
    catalogue: Catalogue, measure: Measure, language: str, on: date | None = None
) -> shapes.MeasureListed:
    """Return a measure with its conditions, and how applications stand on a day."""
    labeller = Labeller(catalogue.facts, catalogue.vocabularies, language)
    return shapes.MeasureListed(
        **asdict(describe_measure(catalogue, measure, language)),
        conditions=_conditions(measure, labeller),
        superseded_by=catalogue.superseding(measure.id),
        application=window_on(catalogue.periods(measure), on) if on else UNSET,
    )


def describe_measure_fully(catalogue: Catalogue, measure: Measure, language: str) -> shapes.MeasureFull:
    """Return a measure with its conditions, context and examples too."""
    grant, labeller = catalogue.grants.get(measure.id), Labeller(catalogue.facts, catalogue.vocabularies, language)
    return shapes.MeasureFull(
        **asdict(describe_measure(catalogue, measure, language)),
        conditions=_conditions(measure, labeller),
        attracts=measure.attracts,
        context=measure.context,
        excludes=measure.excludes,
        supersedes=measure.supersedes,
        continues=measure.continues or None,
        superseded_by=catalogue.superseding(measure.id),
        window=measure.window,
        examples=tuple(shapes.MeasureExample(facts=one.facts, verdict=one.verdict) for one in measure.examples),
        grant=describe_grant(catalogue, grant, labeller) if grant else UNSET,
    )


def _conditions(measure: Measure, labeller: Labeller) -> tuple[measure_shapes.StatedCondition, ...]:
    return tuple(describe_condition(condition, labeller) for condition in measure.conditions)


def describe_condition(condition: Condition, labeller: Labeller) -> measure_shapes.StatedCondition:
    """Return what a condition asks, without a profile."""
    first, is_leaf = next(leaves(condition)), isinstance(condition, Leaf)
    return measure_shapes.StatedCondition(
        fact=fact_of(condition),
        operator=condition.test.operator if isinstance(condition, Leaf) else condition.combination,
        label=labeller.label(condition),
        expected=plain(first.test.expected) if is_leaf else None,
        open=is_leaf and bool(first.test.scope),
        cite=first.cite,
        parts=()
        if isinstance(condition, Leaf)
        else tuple(describe_condition(one, labeller) for one in condition.parts),
    )


def describe_grant(catalogue: Catalogue, grant: Grant, labeller: Labeller) -> measure_shapes.StatedGrant:
    """Return what a measure gives, without a profile."""
    words = GrantWords(labeller)
    return measure_shapes.StatedGrant(
        benefits=tuple(_stated(item, words) for item in grant.benefits),
        beneficiary=grant.beneficiary,
        windows=grant.periods,
        stacking=grant.stacking,
        materials=papers(catalogue, grant, labeller.language),
        channels=grant.channels,
        terms=grant.terms,
        definitions=grant.definitions,
    )


def _stated(item: BenefitItem, words: GrantWords) -> measure_shapes.StatedBenefit:
    tiers = tuple(
        measure_shapes.StatedTier(
            words=words.tier(tier),
            gift=tier.gift,
            conditions=tuple(describe_condition(condition, words.labeller) for condition in tier.conditions),
        )
        for tier in item.tiers
    )
    return measure_shapes.StatedBenefit(
        kind=item.kind, words=words.benefit(item), gift=item.gift, tiers=tiers, years=item.years,
        instalments=item.instalments, first_time_only=item.first_time_only, difference_only=item.difference_only,
        received_fact=item.received_fact,
    )  # fmt: skip


def fact_of(condition: Condition) -> str:
    """Return the fact a condition reads; for a group, the first of them."""
    return next(leaves(condition)).test.fact


def plain(values: tuple[Any, ...]) -> list[Any]:
    """Return fact values as JSON values: dates as text, whole numbers without a point."""
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any fact value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if isinstance(value, str | Interval) else value


def describe_document(
    catalogue: Catalogue, document: Document, language: str, *, full: bool = True
) -> shapes.DocumentListed:
    """Return a document's metadata and, when `full`, its text and clauses."""
    return shapes.DocumentListed(
        id=document.id, title=document.title, number=document.number, status=document.status,
        issued_on=document.issued_on, region=document.region, issuers=document.issuers,
        region_label=catalogue.vocabularies["regions"][document.region].label(language),
        written_on=document.written_on, published_on=document.published_on, effective_from=document.effective_from,
        valid_to=document.valid_to, checked_on=document.checked_on, source_url=document.source_url,
        sha256=document.sha256, predecessor=document.predecessor,
        measures=sum(1 for measure in catalogue.measures.values() if measure.document == document.id),
        text=document.text if full else UNSET,
        remarks=document.remarks if full else UNSET,
        clauses=tuple(_describe_clause_briefly(clause) for clause in document.clauses) if full else UNSET,
    )  # fmt: skip


def describe_clause(catalogue: Catalogue, document: Document, path: str, language: str) -> shapes.ClauseFull:
    """Return one clause with its text and the measures that rest on it."""
    clause = document.clause(path)
    resting = [m for m in catalogue.measures.values() if m.document == document.id and path in m.clauses]
    return shapes.ClauseFull(
        **asdict(_describe_clause_briefly(clause)),
        document=document.id,
        text=document.text[clause.start : clause.end],
        measures=tuple(shapes.MeasureRef(id=m.id, title=m.title_in(language), source=m.source) for m in resting),
    )


def describe_entry(vocabulary: Vocabulary, entry_id: str, language: str) -> shapes.VocabularyEntry:
    """Return a vocabulary entry."""
    entry = vocabulary[entry_id]
    is_region = vocabulary.name == "regions"
    label = region_label(vocabulary, entry_id, language) if is_region else entry.label(language)
    return shapes.VocabularyEntry(
        id=entry.id, label=label, zh=entry.zh, en=entry.en, names=entry.names, kind=entry.kind, parents=entry.parents,
        sectors=entry.sectors, instruments=entry.instruments, source=entry.source, extra=entry.extra,
    )  # fmt: skip


def describe_fact(fact: FactDefinition, language: str) -> shapes.VocabularyEntry:
    """Return a published fact with its type, unit and question."""
    return shapes.VocabularyEntry(
        id=fact.id, label=fact.label(language), type=fact.type,
        unit=fact.unit_en if language == "en" else fact.unit, vocabulary=fact.vocabulary or None,
        field=fact.field, question=fact.question(language), changeable=fact.changeable,
    )  # fmt: skip


def describe_operators(language: str) -> tuple[shapes.Operator, ...]:
    """Return the published table of operators."""
    column = 1 if language == "en" else 0
    return tuple(shapes.Operator(name=name, description=texts[column]) for name, texts in DESCRIPTIONS.items())


def _describe_clause_briefly(clause: Clause) -> shapes.ClauseInfo:
    return shapes.ClauseInfo(
        path=clause.path, heading=clause.heading, start=clause.start, end=clause.end, departments=clause.departments
    )


def _describe_benefit(benefit: Benefit) -> measure_shapes.Benefit:
    return measure_shapes.Benefit(
        kind=benefit.kind, amount_cny=benefit.amount_cny, cap_cny=benefit.cap_cny, rate=benefit.rate,
        unit=benefit.unit or None, cite=benefit.cite,
    )  # fmt: skip


_STARTS, _HOLDS = 0.95, 0.9
_WIDEST_FIRST = {level: place for place, level in enumerate((Level.PROVINCE, Level.CITY, Level.COUNTY))}
_LONGEST_PLACE = 24
"""A place inside another is typed in fewer characters; a longer text is no such place."""


class _Find(NamedTuple):
    """How well an entry answers: how alike it is, and how much of the name that answers was typed."""

    similarity: float
    typed: float
    how: str


def nearest_entries(vocabulary: Vocabulary, query: str, limit: int, language: str) -> list[VocabularyEntry]:
    """Return at most `limit` entries with `how` and `similarity`: written so, beginning so, holding it, alike.

    Among equals the wider place comes first, then the entry whose name is most nearly typed in full.
    """
    wanted = fold(query)
    if not wanted:
        return []
    found: dict[str, _Find] = {}
    for entry, find in (*_named(vocabulary, wanted), *_inside(vocabulary, wanted)):
        found[entry] = max(found.get(entry, find), find)
    names = tuple(vocabulary.index)
    for alike in nearest(wanted, names, limit=limit):
        for entry in vocabulary.index[names[alike.position]]:
            found.setdefault(entry, _Find(alike.similarity, alike.similarity, "fuzzy"))
    ranked = sorted(found, key=lambda entry: _order(vocabulary, entry, found[entry]))[:limit]
    return [
        structs.replace(
            describe_entry(vocabulary, entry, language), how=found[entry].how, similarity=found[entry].similarity
        )
        for entry in ranked
    ]


def _order(vocabulary: Vocabulary, entry: str, find: _Find) -> tuple[float, int, float, int, str]:
    kind = vocabulary[entry].kind
    level = _WIDEST_FIRST.get(Level(kind), len(_WIDEST_FIRST)) if vocabulary.name == "regions" else 0
    return (-find.similarity, level, -find.typed, len(vocabulary[entry].zh), entry)


def _named(vocabulary: Vocabulary, wanted: str) -> Iterator[tuple[str, _Find]]:
    """Yield the entries one of whose names is, begins with or holds what was typed."""
    for name, ids in vocabulary.index.items():
        if wanted not in name:
            continue
        starts = name.startswith(wanted)
        if not starts and len(wanted) == 1:
            continue
        typed = len(wanted) / len(name)
        exact = wanted == name
        similarity = 1.0 if exact else _STARTS if starts else _HOLDS
        yield from ((entry, _Find(similarity, typed, "exact" if exact else "contains")) for entry in ids)


def _inside(vocabulary: Vocabulary, wanted: str) -> Iterator[tuple[str, _Find]]:
    """Yield the places typed after one that they lie in: 合肥长, 安徽省合肥市长丰."""
    if vocabulary.name != "regions" or len(wanted) > _LONGEST_PLACE:
        return
    for cut in range(1, len(wanted)):
        around = vocabulary.index.get(wanted[:cut], ())
        rest = wanted[cut:]
        for entry, find in (*_named(vocabulary, rest), *_inside(vocabulary, rest)) if around else ():
            inside = entry not in around and vocabulary.taxonomy.within(entry, around)
            if inside and find.similarity >= _STARTS:
                yield entry, _Find(_STARTS, find.typed, "contains")
