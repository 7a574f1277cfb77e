"""What a request names: one thing by id, a place in any writing, a page of a list, measures let through by filters.

And what a key may open of its screenings: the finished results, the catalogue that decided them, one pair explained.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from matcher.answers.catalogue_json import nearest_entries
from matcher.answers.engine import Engine
from matcher.answers.shapes import Recommendation, Suggestion
from matcher.places.reader import resolve_place
from matcher.profiles.profile import MatchRequest, Profile
from matcher.profiles.words import SURE
from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.language.facts import REGION_FACTS, Answer
from rules.language.measures import Measure, MeasureVerdict
from rules.language.reference import evaluate
from seeds.departments import Department
from seeds.regions import region_label
from seeds.vocabulary import fold, printable
from service.complaints import Complaint, RequestError, pointer_to, unknown_field
from service.disk import StorageError, fault_of
from service.logs import log_fault
from service.screenings.jobs.sent import keep_copy
from service.screenings.stored.changes import StoredChanges
from service.screenings.stored.folders import Folder, Tenant, find_tenant, read_answers, with_answers, write_answers
from service.screenings.stored.jobs import UNFINISHED, Job, State, new_id
from service.screenings.stored.matrix import Parts
from service.screenings.stored.progress import describe_failure, state_words
from service.shapes.published import FilterRead
from service.web.requests import asked_language
from service.web.serving import (
    engine,
    engine_in_force,
    expect_records,
    folders,
    jobs,
    operator,
    own_screening,
    serving,
    store,
)

Thing = TypeVar("Thing")

MOST_READINGS = 5


def found(things: Mapping[str, Thing], name: str) -> Thing:
    """Return the thing called `name`; raise RequestError offering the nearest name when there is none."""
    if name in things:
        return things[name]
    raise RequestError("not_found", [unknown_field(name, things, "no_such_thing")])


def page_of(things: Sequence[Thing], query: Mapping[str, Any]) -> tuple[Sequence[Thing], dict[str, int]]:
    """Return the things on the page asked for, and where that page stands; a page past the end is empty."""
    page, per_page = int(query["page"]), int(query["per_page"])
    where = {"total": len(things), "page": page, "per_page": per_page, "pages": -(-len(things) // per_page)}
    return things[(page - 1) * per_page : page * per_page], where


def read_region(catalogue: Catalogue, text: str, language: str) -> FilterRead:
    """Return how a place was read: its id when it is surely one place, else what it may mean."""
    regions = catalogue.vocabularies["regions"]
    place = resolve_place(text, regions)
    value = place.codes[0] if place.is_fact else None
    if value:
        return FilterRead(input=text, value=value, label=region_label(regions, value, language))
    offers = tuple(
        Suggestion(value=one.code, label=region_label(regions, one.code, language), similarity=one.similarity)
        for one in place.suggestions[:MOST_READINGS]
    )
    return FilterRead(input=text, suggestions=offers)


FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"region": REGION_FACTS, "sector": ("sector",), "stage": ("stage",)}
)
"""Filters that say something of a company, with the facts that they answer."""

MOST_SUGGESTIONS = 5
LEAST_LIKENESS = 0.4
"""From here on the name of a department resembles another; the hint names it and nothing is decided on it."""


def departments_of(catalogue: Catalogue, measure: Measure) -> tuple[Department, ...]:
    """Return who answers for the clause of the measure's operative sentence."""
    return catalogue.documents[measure.document].clause(measure.source.clause).departments


def department_names(catalogue: Catalogue) -> Counter[str]:
    """Return the names of all departments that answer for measures, with how many they answer for."""
    return Counter(one.name for measure in catalogue.measures.values() for one in departments_of(catalogue, measure))


_VALUES: Mapping[str, Callable[[Catalogue, Measure], Collection[str]]] = MappingProxyType(
    {
        "instrument": lambda _, measure: measure.instruments,
        "kind": lambda _, measure: (measure.kind,),
        "document": lambda _, measure: (measure.document,),
        "status": lambda catalogue, measure: (catalogue.documents[measure.document].status,),
        "department": lambda catalogue, measure: {one.name for one in departments_of(catalogue, measure)},
    }
)
"""Filters that name something a measure has, with what it has of that."""


def values_of(catalogue: Catalogue, measure: Measure, name: str) -> Collection[str]:
    """Return the values of a measure that the filter `name` compares."""
    return _VALUES[name](catalogue, measure)


def select(catalogue: Catalogue, values: Mapping[str, str], *, words: str = "") -> list[Measure]:
    """Return the measures that hold `words`, have the values named and are open to such a company.

    They stand by id, those with most of the words in their title first.
    """
    return having(catalogue, open_to(catalogue, values, words=words), values)


def having(catalogue: Catalogue, measures: Iterable[Measure], values: Mapping[str, str]) -> list[Measure]:
    """Return those of `measures` that have every instrument, document, status and department named."""
    named = [(name, value) for name, value in values.items() if name in _VALUES]
    return [one for one in measures if all(value in _VALUES[name](catalogue, one) for name, value in named)]


def open_to(catalogue: Catalogue, values: Mapping[str, str], *, words: str = "", partly: bool = False) -> list[Measure]:
    """Return the measures that hold `words` and that place, sector and stage do not rule out.

    They are decided as for a company of which nothing else is known: what is unknown rules nothing out. `partly` is
    content with some of the words where no measure has all of them.
    """
    searched = catalogue.search_measures(words) if words else None
    found: Iterable[str] = catalogue.measures
    if searched is not None:
        found = searched.measures or (searched.partly if partly else ())
    answers = {fact: Answer(sure=(values[name],)) for name, facts in FACTS.items() if name in values for fact in facts}
    taxonomies = catalogue.taxonomies
    return [
        measure
        for measure in map(catalogue.measures.__getitem__, found)
        if not answers or evaluate(measure, answers, taxonomies).verdict is not MeasureVerdict.NOT_APPLICABLE
    ]


def read_value(engine: Engine, name: str, text: str, language: str) -> FilterRead:
    """Return how the value of a region, sector, stage or department was read.

    `value` and `label` are None when it is not surely one thing; `suggestions` then say what it may mean.
    """
    if name == "region":
        return read_region(engine.catalogue, text, language)
    if name == "department":
        return _read_department(engine.catalogue, text)
    return _read_word(engine, {"sector": "sectors", "stage": "stages"}[name], text, language)


_READ = ("region", "sector", "stage", "department")
"""Filters that take words, which are read and may be misread; the others take values of closed lists and ids."""
_EXACT = ("instrument", "kind", "document", "status")


def read_filters(
    engine: Engine, query: Mapping[str, Any], language: str
) -> tuple[dict[str, FilterRead | None], dict[str, str]]:
    """Return how each filter that takes words was read, None where it is not given, and the values to select by."""
    read = {name: read_value(engine, name, query[name], language) if query.get(name) else None for name in _READ}
    values = {name: query[name] for name in _EXACT if query.get(name)}
    return read, values | {name: reading.value for name, reading in read.items() if reading and reading.value}


def values_asked(engine: Engine, query: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the values to select by; raise RequestError for words of a filter that cannot be read.

    For what goes on by itself: an empty calendar would say that nothing opens.
    """
    read, values = read_filters(engine, query, language)
    complaints = [
        Complaint(
            code="filter_unread" if reading.suggestions else "filter_unknown",
            pointer=pointer_to(name),
            params={"text": reading.input, "offers": "、".join(one.label for one in reading.suggestions)},
        )
        for name, reading in read.items()
        if reading and not reading.value
    ]
    if complaints:
        raise RequestError("invalid_request", complaints)
    return values


def _read_word(engine: Engine, vocabulary: str, text: str, language: str) -> FilterRead:
    readings = engine.reader.resolvers[vocabulary].read(text)
    ids = {id_ for reading in readings for id_ in reading.ids}
    words = engine.catalogue.vocabularies[vocabulary]
    if len(ids) == 1 and all(reading.how in SURE for reading in readings):
        value = ids.pop()
        return FilterRead(input=text, value=value, label=words[value].label(language))
    # What the text may mean: entries named in it, like it, or the sectors of the product it names.
    found = {offer.id: offer.similarity for offer in engine.reader.resolvers[vocabulary].suggest(text)}
    if vocabulary == "sectors":
        concepts = engine.catalogue.vocabularies["concepts"]
        named = (id_ for reading in engine.reader.resolvers["concepts"].read(text) for id_ in reading.ids)
        found |= {sector: 1.0 for id_ in named for sector in concepts[id_].sectors if sector not in found}
    for entry in nearest_entries(words, text, MOST_SUGGESTIONS, language):
        found.setdefault(entry.id, entry.similarity or 0.0)
    best = sorted(found, key=lambda id_: -found[id_])[:MOST_SUGGESTIONS]
    offers = (Suggestion(value=id_, label=words[id_].label(language), similarity=found[id_]) for id_ in best)
    return FilterRead(input=text, suggestions=tuple(offers))


def _read_department(catalogue: Catalogue, text: str) -> FilterRead:
    names, sought = department_names(catalogue), fold(text)
    same = [name for name in names if fold(name) == sought]
    if len(same) == 1:
        return FilterRead(input=text, value=same[0], label=same[0])
    alike = {name: _likeness(sought, fold(name)) for name in names}
    best = [name for name in sorted(alike, key=lambda name: (-alike[name], name)) if alike[name] >= LEAST_LIKENESS]
    offers = (Suggestion(value=name, label=name, similarity=alike[name]) for name in best[:MOST_SUGGESTIONS])
    return FilterRead(input=text, suggestions=tuple(offers))


def _likeness(sought: str, name: str) -> float:
    """Return how like a name is, at least as it is that abbreviates to what was sought (发改委, 工信厅)."""
    rest = iter(name)
    abbreviated = len(sought) > 1 and all(character in rest for character in sought)
    alike = SequenceMatcher(None, sought, name).ratio()
    return round(max(alike, 0.5) if abbreviated else alike, 4)


def finished_screening(screening_id: str) -> Job:
    """Return a finished screening of the caller; raise RequestError when it is not finished."""
    job = own_screening(screening_id)
    if job.state is not State.FINISHED:
        raise RequestError("conflict", [_not_finished(job)])
    if not folders().of(job.id).path.is_dir():
        raise RequestError("not_found", [Complaint(code="results_gone")])
    return job


def _not_finished(job: Job) -> Complaint:
    """Return why a screening has no results, and what to do."""
    if job.state is State.CANCELLED:
        return Complaint(code="screening_cancelled")
    failure = describe_failure(job, asked_language())
    if failure is None:
        return Complaint(code="not_finished", params=state_words(job.state))
    return Complaint(code="screening_failed", params={"reason": failure.message}, hint=failure.hint or "")


def parts_of(job: Job) -> Parts:
    """Return the stored results of a screening."""
    return Parts(folders().of(job.id), tuple(chunk.number for chunk in jobs().chunks(job.id)))


def engine_of(version: str | None) -> Engine:
    """Return the engine of the catalogue that decided; raise RequestError when it can be opened no more."""
    now = engine()
    if version == now.catalogue.version:
        return now
    try:
        return serving().kept.engine(version or "")
    except CatalogueError as error:
        raise RequestError("conflict", [Complaint(code="other_catalogue")]) from error


def changes_of(job: Job, *, with_current: bool = False) -> StoredChanges:
    """Return what a rerun changed, or would change now; raise RequestError saying why there is nothing to compare."""
    if with_current:
        return outlook_of(job) or _raise_not_compared()
    changes = StoredChanges.read(folders().of(job.id))
    if changes is not None:
        return changes
    if job.previous is None:
        raise RequestError("conflict", [Complaint(code="no_previous")])
    before = jobs().find(job.previous, job.key_id)
    if before is None or before.state is State.FINISHED:  # one that finished was compared, unless it went meanwhile
        raise RequestError("conflict", [Complaint(code="previous_gone")])
    raise RequestError("conflict", [Complaint(code="previous_unfinished", params=state_words(before.state))])


def outlook_of(job: Job) -> StoredChanges | None:
    """Return what the catalogue in force changes for a finished screening; None where that is not worked out yet."""
    now = engine_in_force().catalogue.version
    return StoredChanges.none(now) if job.catalogue == now else StoredChanges.read(folders().of(job.id), now)


def _raise_not_compared() -> NoReturn:
    raise RequestError("conflict", [Complaint(code="not_compared")])


def tenant_of(job: Job, row: int) -> Tenant:
    """Return one tenant of a screening; raise RequestError when there is no such."""
    tenant = find_tenant([folders().of(job.id).tenants(number) for number in parts_of(job).numbers], row)
    if tenant is None:
        raise RequestError("not_found", [Complaint(code="no_such_tenant", params={"row": row})])
    return tenant


def question_of(job: Job, row: int) -> MatchRequest:
    """Return the question that the screening asked about one tenant; raise RequestError when there is no such."""
    profile, statuses = tenant_of(job, row).profile, frozenset(job.options.statuses)
    return MatchRequest(profile=profile, on=job.options.on, statuses=statuses, language=asked_language())


def explained(screening_id: str, row: int, measure_id: str) -> Recommendation:
    """Return the recommendation of a measure for a tenant; raise RequestError when nothing connects the two."""
    job = finished_screening(screening_id)
    matcher = engine_of(job.catalogue)
    found(matcher.catalogue.measures, measure_id)
    recommendation = matcher.explain(question_of(job, row), measure_id)
    if recommendation is not None:
        return recommendation
    raise RequestError("not_found", [Complaint(code="no_such_pair", params={"measure": printable(measure_id)})])


def run_again(screening_id: str, answers: Mapping[int, Profile] | None = None) -> Job:
    """Begin the same screening with the catalogue of now; raise RequestError while it runs or no records are left.

    What tenants answered since its file was sent stays answered; `answers`, by row, are added.
    """
    job, settings = own_screening(screening_id), serving().settings
    if job.state in UNFINISHED:
        raise RequestError("conflict", [_not_finished(job)])
    expect_records(operator())
    job_id = new_id()
    more: dict[str, Any] = {"days": settings.retention_days, "previous": job.id, "series": job.series}
    folder = folders().create(job_id)
    try:
        keep_copy(folders().of(job.id).sent(job.format), folder.sent(job.format))
        _keep_answers(folders().of(job.id), folder, answers or {})
        return jobs().create(job_id, job.key_id, form=job.format, options=job.options, **more)
    except BaseException:
        folders().remove(job_id)
        raise


def _keep_answers(before: Folder, folder: Folder, answers: Mapping[int, Profile]) -> None:
    known = read_answers(before)
    for row, answered in answers.items():
        known[row] = with_answers(known.get(row, Profile()), answered)
    if known:
        write_answers(folder, known)


def forget(screening_id: str) -> None:
    """Delete a screening of the caller at once, with its file and its results.

    It is gone for everybody once its folder is renamed, which needs no room on the disk; what the data file cannot
    forget at this moment the worker makes it forget.
    """
    job, kept = own_screening(screening_id), folders()
    kept.drop(job.id)
    kept.empty(job.id)
    try:
        jobs().delete(job.id)
    except (StorageError, sqlite3.Error) as error:
        if not kept.is_dropped(job.id):
            raise
        log_fault("screening_not_forgotten", str(fault_of(error) or type(error).__name__))
        return
    kept.remove(job.id)
    store().empty_log()
