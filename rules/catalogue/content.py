"""Everything a catalogue is made of: read from the seed and pack folders, hashed, kept in one SQLite file, opened."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlite_utils import Database
from sqlite_utils.db import Table

from rules.catalogue.catalogue import (
    NOTHING_UNCHANGED,
    Catalogue,
    CatalogueError,
    Unchanged,
    kept_catalogue,
    parts_to_keep,
    searchable,
)
from rules.catalogue.mapped import append, engine_version, parts_of
from rules.drafting.sentences import load_drafting_words
from rules.language.condition_parsing import Faults
from rules.language.facts import FactDefinition, FactType, Lexicon, load_facts
from rules.language.flat import Parts
from rules.language.measures import Measure, leaves
from rules.language.pack import Pack, load_pack, own_facts, parse_pack, reference_faults
from seeds.documents import Document, build_document, document_metadata
from seeds.faults import Fault, SeedError
from seeds.library import load_document
from seeds.regions import load_regions
from seeds.vocabulary import Vocabulary, build_vocabulary, load_vocabulary, parse_entry
from seeds.word_lists import load_industries, load_intents, load_word_lists

SCHEMA = 3
VOCABULARY_FILES = (
    "sectors", "concepts", "stages", "enterprise_stages", "size_classes", "needs", "instruments", "certifications",
    "organisations", "materials",
)  # fmt: skip

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class Held:
    """What a sound catalogue file was written from, and what was made of it: what has not changed is not made again."""

    content: Content
    catalogue: Catalogue

    def unchanged_in(self, content: Content) -> Unchanged:
        """Tell what stands in other content as it stood here: documents beside the same words, packs beside both."""
        was, parts = self.content, self.catalogue.compiled
        if parts is None or content.vocabularies is not was.vocabularies or content.facts is not was.facts:
            return NOTHING_UNCHANGED
        documents = frozenset(name for name, one in content.documents.items() if one is was.documents.get(name))
        packs = frozenset(name for name, raw in content.packs.items() if raw is was.packs.get(name))
        return Unchanged(parts=parts, documents=documents, packs=packs & documents)

    def packs_of(self, names: Iterable[str]) -> dict[str, Pack]:
        """Return packs as they were parsed and checked when they were written."""
        same = {name: self.content.packs[name] for name in names}
        measures: dict[str, list[Measure]] = {name: [] for name in same}
        for measure in self.catalogue.measures.values():
            if measure.document in measures:
                measures[measure.document].append(measure)
        return {name: self._pack(raw, self.content.documents[name], measures[name]) for name, raw in same.items()}

    def _pack(self, raw: Mapping[str, Any], document: Document, measures: Sequence[Measure]) -> Pack:
        grants = self.catalogue.grants
        given = {measure.id: grants[measure.id] for measure in measures if measure.id in grants}
        return Pack(
            document=document.id, predecessor=document.predecessor, measures=tuple(measures), grants=given,
            facts=own_facts(raw, self.content.facts, Faults("")), raw=raw,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The parts of a catalogue before its rules are parsed; `packs` is plain data by document id."""

    documents: Mapping[str, Document]
    vocabularies: Mapping[str, Vocabulary]
    facts: Mapping[str, FactDefinition]
    packs: Mapping[str, Mapping[str, Any]]
    held: Held | None = None

    @property
    def lexicon(self) -> Lexicon:
        """Return the words that conditions may use."""
        return Lexicon(facts=self.facts, vocabularies=self.vocabularies)


def load_content(seeds: Path, packs: Path) -> Content:
    """Read all files; raise SeedError with the faults of every file that has any."""
    content, faults = _read(seeds, packs)
    if faults or content is None:
        raise SeedError(faults)
    return content


def check_seeds(seeds: Path, packs: Path) -> tuple[Fault, ...]:
    """Return every fault of documents, vocabularies and packs, each with file and pointer."""
    attempt = _Attempt(list(_read(seeds, packs)[1]))
    attempt(load_word_lists, seeds / "vocabularies" / "word_lists.yaml")
    attempt(load_industries, seeds / "vocabularies" / "industries.yaml")
    attempt(load_intents, seeds / "vocabularies" / "intents.yaml")
    attempt(load_drafting_words, seeds / "vocabularies" / "drafting.yaml")
    return tuple(attempt.faults)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Loads one file after another and keeps the faults of those that do not load."""

    faults: list[Fault] = field(default_factory=list)

    def __call__(self, load: Callable[[Path], Loaded], path: Path) -> Loaded | None:
        try:
            return load(path)
        except SeedError as error:
            self.faults.extend(error.faults)
            return None


def _read(seeds: Path, packs: Path) -> tuple[Content | None, tuple[Fault, ...]]:
    """Read everything that can be read: without words no pack can be judged, without its document not its pack."""
    attempt, words = _Attempt(), seeds / "vocabularies"
    folders = sorted(entry for entry in (seeds / "documents").iterdir() if entry.is_dir())
    attempted = {path.name: attempt(load_document, path) for path in folders}
    facts, regions = attempt(load_facts, words / "profile_fields.yaml"), attempt(load_regions, words)
    loaded = {name: attempt(load_vocabulary, words / f"{name}.yaml") for name in VOCABULARY_FILES}
    vocabularies = {name: vocabulary for name, vocabulary in loaded.items() if vocabulary is not None}
    if facts is None or regions is None or len(vocabularies) < len(loaded):
        return None, tuple(attempt.faults)
    known = {"regions": regions, **vocabularies}
    attempt.faults.extend(_dangling_sectors(known))
    documents = {name: document for name, document in attempted.items() if document is not None}
    faulty = attempted.keys() - documents.keys()
    lexicon = Lexicon(facts=facts, vocabularies=known)
    judged = [path for path in sorted(packs.glob("*.yaml")) if path.stem not in faulty]
    tried = (attempt(lambda one: load_pack(one, documents, lexicon), path) for path in judged)
    healthy = [pack for pack in tried if pack is not None]
    if not attempt.faults:
        attempt.faults.extend(reference_faults(healthy))
    raw = {pack.document: pack.raw for pack in healthy}
    return Content(documents=documents, vocabularies=known, facts=facts, packs=raw), tuple(attempt.faults)


def _dangling_sectors(vocabularies: Mapping[str, Vocabulary]) -> list[Fault]:
    """Return a fault for each sector or instrument that an entry names and no vocabulary has."""
    faults: list[Fault] = []
    for name, vocabulary in vocabularies.items():
        for entry in vocabulary.entries.values():
            for kind, ids in (("sectors", entry.sectors), ("instruments", entry.instruments)):
                for missing in (item for item in ids if item not in vocabularies[kind]):
                    place, params = f"/{entry.id}/{kind}", {"id": missing, "vocabulary": kind}
                    faults.append(Fault(file=f"{name}.yaml", pointer=place, code="entry_names_nothing", params=params))
    return faults


def version_of(content: Content) -> str:
    """Return the catalogue version: the first 16 hexadecimal digits of the SHA-256 of all content."""
    digest = hashlib.sha256()
    words = {key: list(vocabulary.entries.values()) for key, vocabulary in content.vocabularies.items()}
    for part in (content.documents, words, content.facts, content.packs):
        plain = json.dumps(dict(part), ensure_ascii=False, sort_keys=True, default=_plain)
        digest.update(plain.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def _plain(value: object) -> object:
    names = getattr(value, "__dataclass_fields__", ())
    return {name: getattr(value, name) for name in names} if names else str(value)


def assemble(content: Content) -> Catalogue:
    """Parse the packs of `content`, checking quotes and references again; raise SeedError naming every fault.

    Those that were made of the same once are taken over: what they rest on was checked then.
    """
    unchanged = content.held.unchanged_in(content) if content.held else NOTHING_UNCHANGED
    held = content.held.packs_of(unchanged.packs) if content.held else {}
    packs = [
        held.get(name) or parse_pack(raw, file=f"{name}.yaml", documents=content.documents, lexicon=content.lexicon)
        for name, raw in content.packs.items()
    ]
    known = unchanged.texts()
    if faults := reference_faults(packs):
        raise SeedError(faults)
    measures = sorted((measure for pack in packs for measure in pack.measures), key=lambda measure: measure.id)
    return Catalogue(
        version=version_of(content),
        documents=content.documents,
        measures={measure.id: measure for measure in measures},
        vocabularies=content.vocabularies,
        facts={**content.facts, **{name: fact for pack in packs for name, fact in pack.facts.items()}},
        grants={name: grant for pack in packs for name, grant in pack.grants.items()},
        texts={
            one.id: known[one.id] if one.document in held else searchable_text(content.documents, one)
            for one in measures
        },
        unchanged=unchanged,
    )


Compile: TypeAlias = Callable[[Catalogue], Parts]
"""Compiles a catalogue for matching, so that nobody who opens it has to."""


def build_catalogue(seeds: Path, packs: Path, target: Path, compiled: Compile | None = None) -> str:
    """Write the catalogue file from seeds and packs and return its version; raise SeedError naming every fault."""
    return write_catalogue(load_content(seeds, packs), target, compiled)


def write_catalogue(content: Content, target: Path, compiled: Compile | None = None) -> str:
    """Write the catalogue file of `content` and return its version; an old file is replaced at once.

    With what it was `compiled` into it is opened by mapping; else everybody who opens it compiles it.
    """
    catalogue = assemble(content)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".building")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as connection:
        database = Database(connection)
        with database.atomic():
            _write_content(database, content, catalogue.version)
            _write_readable(database, catalogue)
    if compiled is not None:
        append(fresh, parts_to_keep(catalogue, compiled(catalogue)))
    fresh.replace(target)
    return catalogue.version


def open_catalogue(path: Path) -> Catalogue:
    """Open a catalogue file read-only and verify its content; raise CatalogueError saying what to do.

    What was compiled when it was written is mapped, and the digest of the whole file says that it is what was written.
    Where nothing was, or by another version of this program, its packs are read and every quote is checked again.
    """
    if not os.path.isfile(path):  # noqa: PTH113 - one below a folder that may not be entered is none either
        raise CatalogueError(f"there is no catalogue at {path}; run `cepei build`")
    try:
        if (kept := kept_at(path)) is not None:
            return kept
        with closing(connect(path)) as connection:
            schema, version, content = _read_content(Database(connection))
        catalogue = assemble(content)
    except (sqlite3.Error, SeedError, LookupError, ValueError, TypeError, AttributeError, OSError) as error:
        raise CatalogueError(f"{path} cannot be read as a catalogue ({error}); run `cepei build` again") from error
    if schema != SCHEMA or version != catalogue.version:
        raise CatalogueError(f"{path} does not hold what its version says; run `cepei build` again")
    return catalogue


def load_written(path: Path) -> Content:
    """Read what a catalogue file was written from, to write another with it; raise CatalogueError as `open_catalogue`.

    Whoever writes it again has it checked then.
    """
    try:
        kept = kept_at(path)
        with closing(connect(path)) as connection:
            return _read_content(Database(connection), kept)[2]
    except (sqlite3.Error, SeedError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise CatalogueError(f"{path} cannot be read as a catalogue ({error}); run `cepei build` again") from error


def kept_at(path: Path) -> Catalogue | None:
    """Return what this version of the program kept behind a database; None where it kept nothing."""
    parts = parts_of(path)
    return kept_catalogue(parts) if parts is not None and parts["engine"] == engine_version() else None


def connect(path: Path) -> sqlite3.Connection:
    """Open a catalogue file read-only."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


_dump = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _write_content(database: Database, content: Content, version: str) -> None:
    """Write what the catalogue is loaded from again."""
    meta = {"schema": str(SCHEMA), "version": version}
    database.table("meta").insert_all(({"key": key, "value": value} for key, value in meta.items()), pk="key")
    database.table("documents").insert_all(map(_document_row, content.documents.values()), pk="id")
    database.table("vocabulary_entries").insert_all(
        (
            {"vocabulary": name, "id": entry.id, "zh": entry.zh, "en": entry.en, "entry": _dump(asdict(entry))}
            for name, vocabulary in content.vocabularies.items()
            for entry in vocabulary.entries.values()
        ),
        pk=("vocabulary", "id"),
    )
    database.table("facts").insert_all(
        ({"id": id_, "zh": fact.zh, "en": fact.en, "fact": _dump(asdict(fact))} for id_, fact in content.facts.items()),
        pk="id",
    )
    packs = ({"document": name, "pack": _dump(raw)} for name, raw in content.packs.items())
    database.table("packs").insert_all(packs, pk="document")


def _document_row(document: Document) -> dict[str, Any]:
    metadata = document_metadata(document)
    columns = {key: _dump(value) if isinstance(value, list | dict) else value for key, value in metadata.items()}
    return {**columns, "metadata": _dump(metadata), "text": document.text}


def _read_content(database: Database, kept: Catalogue | None = None) -> tuple[int, str, Content]:
    """Read what a file was written from; documents and vocabularies that it `kept` are not made again."""
    meta = {row["key"]: row["value"] for row in database["meta"].rows}
    facts = [json.loads(row["fact"]) for row in database.query("SELECT fact FROM facts ORDER BY rowid")]
    packs = {row["document"]: json.loads(row["pack"]) for row in database["packs"].rows}
    content = Content(
        documents=dict(kept.documents) if kept else _read_documents(database),
        vocabularies=kept.vocabularies if kept else _read_vocabularies(database),
        facts={fact["id"]: FactDefinition(**{**fact, "type": FactType(fact["type"])}) for fact in facts},
        packs=packs,
    )
    content = replace(content, held=Held(content, kept)) if kept else content
    return int(meta["schema"]), meta["version"], content


def _read_documents(database: Database) -> dict[str, Document]:
    documents = [build_document(json.loads(row["metadata"]), row["text"]) for row in database["documents"].rows]
    return {document.id: document for document in documents}


def _read_vocabularies(database: Database) -> dict[str, Vocabulary]:
    entries: dict[str, list[Any]] = {}
    for row in database.query("SELECT vocabulary, entry FROM vocabulary_entries ORDER BY rowid"):
        entries.setdefault(row["vocabulary"], []).append(parse_entry(json.loads(row["entry"])))
    return {name: build_vocabulary(name, found) for name, found in entries.items()}


def _write_readable(database: Database, catalogue: Catalogue) -> None:
    """Write tables for people (Datasette); nothing is loaded from them."""
    of_document = [("document", "documents", "id")]
    clauses = database.table("clauses").create(
        {"document": str, "path": str, "heading": str, "start": int, "end": int, "departments": str},
        pk=("document", "path"),
        foreign_keys=of_document,
    )
    _fill(clauses, _clause_rows(catalogue))
    texts = ("id", "document", "title", "title_en", "instrument", "kind", "strength", "clause", "quote")
    measures = database.table("measures").create(
        {**dict.fromkeys(texts, str), "start": int, "end": int}, pk="id", foreign_keys=of_document
    )
    _fill(measures, map(_measure_row, catalogue.measures.values()))
    conditions = database.table("conditions").create(
        {"measure": str, "position": int, **dict.fromkeys(("fact", "operator", "expected", "clause", "quote"), str)},
        foreign_keys=[("measure", "measures", "id")],
    )
    _fill(conditions, _condition_rows(catalogue))


def _fill(table: Table, rows: Iterable[Sequence[str | int]]) -> None:
    """Insert rows as they come: a catalogue of a country has many."""
    values = ", ".join("?" * len(table.columns))
    table.db.conn.executemany(f'INSERT INTO "{table.name}" VALUES ({values})', rows)  # noqa: S608 - a table of ours


def _clause_rows(catalogue: Catalogue) -> Iterator[Sequence[str | int]]:
    for document in catalogue.documents.values():
        for clause in document.clauses:
            departments = _dump([department.name for department in clause.departments])
            yield document.id, clause.path, clause.heading, clause.start, clause.end, departments


def _measure_row(measure: Measure) -> Sequence[str | int]:
    source, kinds = measure.source, (measure.instrument.value, measure.kind.value, measure.strength.value)
    named = (measure.id, measure.document, measure.title, measure.title_en)
    return *named, *kinds, source.clause, source.quote, source.start, source.end


def _condition_rows(catalogue: Catalogue) -> Iterator[Sequence[str | int]]:
    for measure in catalogue.measures.values():
        for position, condition in enumerate(measure.conditions):
            for leaf in leaves(condition):
                test, cite = leaf.test, leaf.cite
                yield measure.id, position, test.fact, test.operator, _dump(test.expected), cite.clause, cite.quote


def searchable_text(documents: Mapping[str, Document], measure: Measure) -> str:
    """Return the text that a measure is searched by."""
    document = documents[measure.document]
    clause = document.clause_text(measure.source.clause)
    return searchable("\n".join((measure.title, measure.source.quote, clause, document.title, document.number or "")))
