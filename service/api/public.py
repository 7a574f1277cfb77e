"""The public calls: POST /v1/match, the reading calls, the catalogue as an exchange format and a calendar, liveness."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

import flask
import icalendar
from msgspec import structs

from matcher.answers.catalogue_json import (
    describe_catalogue,
    describe_clause,
    describe_document,
    describe_entry,
    describe_fact,
    describe_measure_fully,
    describe_measure_listed,
    describe_operators,
    nearest_entries,
)
from matcher.answers.saying import say
from matcher.answers.shapes import ClauseFull, DocumentFull, Feature, MatchAnswer, MeasureFull, VocabularyEntry
from matcher.exchange.formats import as_cpsv, as_csv
from matcher.profiles.profile import MatchRequest
from matcher.ranking.ranking import WEIGHTS
from rules.catalogue.catalogue import Catalogue
from rules.catalogue.content import VOCABULARY_FILES
from rules.language.measures import Measure
from rules.language.windows import Run, runs_between, window_on
from seeds.faults import worded
from seeds.vocabulary import fold
from service.clock import today
from service.complaints import StrictSchema
from service.intake.queries import CalendarQuery, DocumentsQuery, MeasuresQuery, NoQuery, VocabularyQuery
from service.intake.questions import MatchRequestSchema
from service.intake.strict_fields import Day, described
from service.metrics import CONTENT_TYPE
from service.shapes.published import (
    Documents,
    Features,
    Health,
    Impairment,
    Measures,
    Operators,
    PublicKey,
    PublicKeys,
    Readiness,
    VocabularyAnswer,
    WordFound,
)
from service.web.blueprints import Blueprint
from service.web.lookups import found, page_of, read_filters, select, values_asked
from service.web.requests import asked_language, json_bytes, private_answer, public_answer, public_bytes
from service.web.serving import (
    IMPAIRABLE,
    answer_bytes,
    charge_match,
    choose_edition,
    engine,
    impaired,
    served_catalogue,
    serving,
)

matching = Blueprint("match", __name__, description="Which measures fit a company.")


@matching.at("/v1/match", method="POST")
@matching.takes(MatchRequestSchema)
@matching.answers(MatchAnswer, 400, 413, 415, 422, 429, 503, description="The measures that fit, in order.")
def match(question: MatchRequest) -> flask.Response:
    """Rank the measures that fit a company.

    Same profile, catalogue, date, language and options: same bytes. `proof` says what they follow from; an earlier
    edition answers where `catalogue` names it, so that an answer can be given again. Where a key signs answers, `proof`
    carries its id and the signature.
    """
    choose_edition(question.catalogue, "/catalogue")
    charge_match()
    answer, parts_ms = engine().match_timed(replace(question, language=asked_language()))
    began = time.perf_counter()
    body = answer_bytes(answer)
    serialised_ms = (time.perf_counter() - began) * 1000
    serving().metrics.record_match({**parts_ms, "serialise": serialised_ms})
    return private_answer(body)


measures = Blueprint("measures", __name__, description="The measures of the catalogue.")


@measures.at("/v1/measures")
@measures.takes(MeasuresQuery, location="query")
@measures.answers(Measures, 422, 503, description="A page of measures: by title, then by id.")
def list_measures(query: dict[str, Any]) -> flask.Response:
    """List measures by words, place, sector, stage, instrument, kind, document, status, department and time."""
    serves = engine()
    catalogue = serves.catalogue
    language = asked_language()
    read, values = read_filters(serves, query, language)
    unread = any(reading and not reading.value for reading in read.values())
    sought = query.get("q", "")
    selected = [] if unread else select(catalogue, values, words=sought)
    on, before = query.get("on"), query.get("opens_before")
    if before:
        on = on or today()
        selected = [one for one in selected if window_on(catalogue.periods(one), on).is_open_before(before)]
    listed, page = page_of(selected, query)
    items = tuple(describe_measure_listed(catalogue, measure, language, on) for measure in listed)
    counts = catalogue.search_measures(sought).words if sought else {}
    words = tuple(WordFound(word=word, found=count) for word, count in counts.items())
    region, sector, stage, department = read.values()
    return public_answer(
        Measures(items=items, words=words, **page, region=region, sector=sector, stage=stage, department=department)
    )


@measures.at("/v1/measures/<measure:measure_id>")
@measures.answers(MeasureFull, 404, 503, description="One measure with conditions, context and examples.")
def show_measure(measure_id: str) -> flask.Response:
    """Show one measure with everything that is known of it."""
    catalogue = served_catalogue()
    return public_answer(describe_measure_fully(catalogue, found(catalogue.measures, measure_id), asked_language()))


documents = Blueprint("documents", __name__, description="The policy documents, word for word.")


@documents.at("/v1/documents")
@documents.takes(DocumentsQuery, location="query")
@documents.answers(Documents, 422, 503, description="A page of documents, ordered by id.")
def list_documents(query: dict[str, Any]) -> flask.Response:
    """List the documents, with text and clauses unless `detail=brief`."""
    catalogue = served_catalogue()
    documents, page = page_of(sorted(catalogue.documents.values(), key=lambda document: document.id), query)
    full = query["detail"] == "full"
    items = tuple(describe_document(catalogue, document, asked_language(), full=full) for document in documents)
    return public_answer(Documents(items=items, **page))


@documents.at("/v1/documents/<document_id>")
@documents.answers(DocumentFull, 404, 503, description="One document with its text and clauses.")
def show_document(document_id: str) -> flask.Response:
    """Show one document: metadata, cleaned text, outline."""
    catalogue = served_catalogue()
    return public_answer(describe_document(catalogue, found(catalogue.documents, document_id), asked_language()))


@documents.at("/v1/documents/<document_id>/clauses/<path>")
@documents.answers(ClauseFull, 404, 503, description="One clause with its text and measures.")
def show_clause(document_id: str, path: str) -> flask.Response:
    """Show one clause with its text and the measures that rest on it."""
    catalogue = served_catalogue()
    document = found(catalogue.documents, document_id)
    found({clause.path: clause for clause in document.clauses}, path)
    return public_answer(describe_clause(catalogue, document, path, asked_language()))


vocabularies = Blueprint("vocabularies", __name__, description="The words the catalogue understands.")

FACTS = "facts"
NAME = {"in": "path", "name": "name", "required": True, "schema": {"enum": ["regions", *VOCABULARY_FILES, FACTS]}}
MOST_NEAREST = 20
LEAST_LIKENESS = 0.6


@vocabularies.at("/v1/vocabularies/<name>", parameters=[NAME])
@vocabularies.takes(VocabularyQuery, location="query")
@vocabularies.answers(VocabularyAnswer, 404, 422, 503, description="Entries, or the nearest ones to `q`, best first.")
def show_vocabulary(query: dict[str, Any], name: str) -> flask.Response:
    """List one vocabulary: regions, sectors, concepts, stages, instruments, facts and the smaller ones."""
    catalogue = served_catalogue()
    found({FACTS: None, **dict.fromkeys(catalogue.vocabularies)}, name)
    if words := query.get("q"):
        entries = (
            _nearest_facts(_entries(catalogue, name), words)
            if name == FACTS
            else nearest_entries(catalogue.vocabularies[name], words, MOST_NEAREST, asked_language())
        )
        page = {"total": len(entries), "page": 1, "per_page": MOST_NEAREST, "pages": 1}
        return public_answer(VocabularyAnswer(vocabulary=name, items=tuple(entries), **page))
    items, page = page_of(_entries(catalogue, name), query)
    return public_answer(VocabularyAnswer(vocabulary=name, items=tuple(items), **page))


def _entries(catalogue: Catalogue, name: str) -> list[VocabularyEntry]:
    if name == FACTS:
        return [describe_fact(fact, asked_language()) for fact in catalogue.facts.values()]
    vocabulary = catalogue.vocabularies[name]
    return [describe_entry(vocabulary, entry, asked_language()) for entry in vocabulary.entries]


def _nearest_facts(facts: list[VocabularyEntry], words: str) -> list[VocabularyEntry]:
    """Return the facts whose id or label contains or resembles `words`, best first."""

    def likeness(fact: VocabularyEntry) -> float:
        names = (fold(fact.id), fold(fact.label))
        return max(1.0 if sought in name else SequenceMatcher(None, sought, name).ratio() for name in names)

    sought = fold(words)
    ranked = sorted(((round(likeness(fact), 4), fact) for fact in facts), key=lambda pair: (-pair[0], pair[1].id))
    return [structs.replace(fact, similarity=score) for score, fact in ranked[:MOST_NEAREST] if score >= LEAST_LIKENESS]


tables = Blueprint("tables", __name__, description="How measures are ranked and conditions are written.")


def describe_features(language: str) -> tuple[Feature, ...]:
    """Return the published table of ranking features."""
    if language == "en":
        texts = [(w.name.replace("_", " "), w.description, w.reason) for w in WEIGHTS]
    else:
        texts = [(w.zh, w.claim_zh, w.reason_zh) for w in WEIGHTS]
    return tuple(
        Feature(name=w.name, label=label, weight=w.weight, description=description, reason=reason)
        for w, (label, description, reason) in zip(WEIGHTS, texts, strict=True)
    )


@tables.at("/v1/features")
@tables.answers(Features, description="The ranking features and their weights, which add up to 1.")
def list_features() -> flask.Response:
    """List the ranking features with their weights."""
    return public_answer(Features(items=describe_features(asked_language())))


@tables.at("/v1/operators")
@tables.answers(Operators, description="The operators of conditions.")
def list_operators() -> flask.Response:
    """List the operators that conditions are written with."""
    return public_answer(Operators(items=describe_operators(asked_language())))


@tables.at("/v1/keys")
@tables.answers(PublicKeys, description="The keys, as a JSON Web Key Set.")
def list_keys() -> flask.Response:
    """List the public keys that answers are or were signed with; `cepei verify` takes them."""
    signatures = serving().signatures
    told = signatures.keys if signatures else ()
    keys = (PublicKey(kty="OKP", crv="Ed25519", x=one.x, kid=one.kid, use="sig", alg="EdDSA") for one in told)
    return public_answer(PublicKeys(keys=tuple(keys)))


health = Blueprint("health", __name__, description="Liveness, readiness and metrics.")


@health.at("/healthz")
@health.answers(Health, description="The process is alive.")
def healthz() -> flask.Response:
    """Tell that the process is alive."""
    return private_answer(json_bytes(Health(status="ok")))


@health.at("/readyz")
@health.answers(Readiness, 503, description="A verified catalogue is loaded.")
def readyz() -> flask.Response:
    """Tell that a verified catalogue is loaded, and which; what else is impaired is told and stops no match."""
    catalogue, language = describe_catalogue(served_catalogue()), asked_language()
    told = ((part, code, *worded(code, {}, language)) for part, code in impaired().items())
    parts = tuple(Impairment(part=part, code=code, message=says, hint=hint or None) for part, code, says, hint in told)
    return private_answer(json_bytes(Readiness(status="ready", catalogue=catalogue, impaired=parts)))


@health.at("/metrics")
@health.answers({"type": "string"}, description="Prometheus text.", media_type="text/plain")
def metrics() -> flask.Response:
    """Show the counters in Prometheus' text format."""
    parts = dict.fromkeys(IMPAIRABLE, False) | dict.fromkeys(impaired(), True)
    answer = flask.Response(serving().metrics.exposition(parts), content_type=CONTENT_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


ICALENDAR = "text/calendar; charset=utf-8"
AHEAD = timedelta(days=366)
"""How far a calendar looks: what is yearly stands in it once, or twice where it is open now."""

calendar = Blueprint("calendar", __name__, description="When applications open and close.")


@calendar.at("/v1/calendar.ics")
@calendar.takes(CalendarQuery, location="query")
@calendar.answers({"type": "string"}, 422, 503, description="A calendar (RFC 5545).", media_type="text/calendar")
def show_calendar(query: dict[str, Any]) -> flask.Response:
    """Show the days of the next year on which applications open and close, with the words that say so.

    A measure whose text states no days has none here. Words of a filter that cannot be read are refused: an empty
    calendar would say that nothing opens.
    """
    serves, language = engine(), asked_language()
    values = values_asked(serves, query, language)
    return public_bytes(_calendar(serves.catalogue, select(serves.catalogue, values), query["on"], language), ICALENDAR)


def _calendar(catalogue: Catalogue, measures: Iterable[Measure], on: date, language: str) -> bytes:
    shown = icalendar.Calendar()
    shown.add("prodid", "-//Cepei//Cepei//ZH")
    shown.add("version", "2.0")
    shown.add("method", "PUBLISH")
    shown.add("x-wr-calname", say("calendar.name", language))
    for measure in measures:
        for run in runs_between(catalogue.periods(measure), on, on + AHEAD):
            for event in _events(catalogue, measure, run, on, language):
                shown.add_component(event)
    return bytes(shown.to_ical())


def _events(catalogue: Catalogue, measure: Measure, run: Run, on: date, language: str) -> Iterator[icalendar.Event]:
    """Yield the first and the last day of a run, as far as they are stated and not past."""
    document = catalogue.documents[measure.document]
    title = measure.title_in(language)
    if document.status == "draft":
        title = say("calendar.draft", language, title=title)
    for what, day in (("opens", run.opens), ("closes", run.closes)):
        if day is None or day < on:
            continue
        event = icalendar.Event()
        event.add("uid", f"{measure.id}.{what}.{day:%Y%m%d}@cepei")
        event.add("dtstamp", datetime.combine(on, datetime.min.time(), UTC))
        event.add("dtstart", day)
        event.add("summary", say(f"calendar.{what}", language, title=title))
        event.add("description", f"{document.title}\n{run.cite.quote}\n/v1/measures/{measure.id}")
        event.add("transp", "TRANSPARENT")
        yield event


BASE = "urn:cepei:"
"""What ids begin with where nobody says what else."""
JSON_LD, CSV = "application/ld+json", "text/csv"

exchange = Blueprint("exchange", __name__, description="The catalogue in shapes that others exchange.")


class TableQuery(StrictSchema):
    """Which day a table is about."""

    on = Day(metadata=described("Only what binds on this day, today in China if not given."), load_default=today)


@exchange.at("/v1/catalogue.jsonld")
@exchange.takes(NoQuery, location="query")
@exchange.answers({"type": "object"}, 422, 503, description="CPSV-AP 3.2.0.", media_type=JSON_LD)
def show_graph(query: dict[str, Any]) -> flask.Response:  # noqa: ARG001 - it has no parameters
    """Show every support measure as a public service of CPSV-AP 3.2.0; drafts say that they are under development."""
    return public_bytes(json_bytes(as_cpsv(served_catalogue(), BASE)), JSON_LD)


@exchange.at("/v1/catalogue.csv")
@exchange.takes(TableQuery, location="query")
@exchange.answers({"type": "string"}, 422, 503, description="dispositif-aide-professionnels.", media_type=CSV)
def show_table(query: dict[str, Any]) -> flask.Response:
    """Show the support measures that bind in the French table of aid schemes for companies (v0.2.0)."""
    on: date = query["on"]
    return public_bytes(as_csv(served_catalogue(), on, asked_language()).encode(), f"{CSV}; charset=utf-8")
