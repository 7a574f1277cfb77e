"""The catalogue: documents, vocabularies and packs in one SQLite file, versioned by content, opened read-only."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from rules.conditions import leaves
from rules.content import Content, check_seeds, load_content, version_of
from rules.errors import CatalogueError
from rules.facts import FactDefinition, FactType, Taxonomies
from rules.fulltext import create_index, search
from rules.measures import Measure
from rules.pack import parse_pack
from seeds.documents import Document, build_document, document_metadata
from seeds.errors import SeedError
from seeds.vocabulary import Vocabulary, build_vocabulary, parse_entry

SCHEMA = 2
NAMING = ("concepts", "needs", "instruments")
"""Vocabularies whose entries have other spellings that a search for one of them finds too."""

__all__ = ["Catalogue", "assemble", "build_catalogue", "check_seeds", "open_catalogue", "write_catalogue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the service answers from; `measures` are ordered by id. `path` is None when built in memory."""

    version: str
    documents: Mapping[str, Document]
    measures: Mapping[str, Measure]
    vocabularies: Mapping[str, Vocabulary]
    facts: Mapping[str, FactDefinition]
    path: Path | None = None

    @property
    def taxonomies(self) -> Taxonomies:
        """Return the taxonomy of each fact that is a set."""
        sets = (fact for fact in self.facts.values() if fact.type is FactType.SET)
        return {fact.id: self.vocabularies[fact.vocabulary].taxonomy for fact in sets}

    def writings(self, query: str) -> tuple[str, ...]:
        """Return `query` and every other spelling of the concepts, needs and instruments that it names."""
        named = [self.vocabularies[name][id_] for name in NAMING for id_ in self.vocabularies[name].find(query)]
        return tuple(dict.fromkeys((query, *(words for entry in named for words in entry.spellings()))))

    def search_measures(self, query: str) -> tuple[str, ...]:
        """Return the ids of measures whose title, quote, clause or document title contains `query`, by id.

        A query that names a concept, a need or an instrument is also looked for in its other spellings, and finds
        the measures of the instrument.
        """
        if self.path is None:
            return ()
        with closing(_connect(self.path)) as connection:
            found = set(search(connection, *self.writings(query)))
        instruments = set(self.vocabularies["instruments"].find(query))
        found |= {id_ for id_, measure in self.measures.items() if instruments.intersection(measure.instruments)}
        return tuple(sorted(found))


def assemble(content: Content, *, path: Path | None = None) -> Catalogue:
    """Parse the packs of `content`, checking every quote again; raise SeedError naming every fault."""
    measures: list[Measure] = []
    for name, raw in content.packs.items():
        pack = parse_pack(raw, file=f"{name}.yaml", documents=content.documents, lexicon=content.lexicon)
        measures += pack.measures
    measures.sort(key=lambda measure: measure.id)
    return Catalogue(
        version=version_of(content),
        documents=content.documents,
        measures={measure.id: measure for measure in measures},
        vocabularies=content.vocabularies,
        facts=content.facts,
        path=path,
    )


def build_catalogue(seeds: Path, packs: Path, target: Path) -> str:
    """Write the catalogue file from seeds and packs and return its version; raise SeedError naming every fault."""
    return write_catalogue(load_content(seeds, packs), target)


def write_catalogue(content: Content, target: Path) -> str:
    """Write the catalogue file of `content` and return its version; an old file is replaced at once."""
    catalogue = assemble(content)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".building")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as connection:
        database = Database(connection)
        with database.atomic():
            _write_content(database, content, catalogue.version)
            _write_readable(database, catalogue)
        connection.execute("VACUUM")
    fresh.replace(target)
    return catalogue.version


def open_catalogue(path: Path) -> Catalogue:
    """Open a catalogue file read-only and verify its content; raise CatalogueError saying what to do."""
    if not path.is_file():
        raise CatalogueError(f"there is no catalogue at {path}; run `cepei build`")
    try:
        with closing(_connect(path)) as connection:
            schema, version, content = _read_content(Database(connection))
        catalogue = assemble(content, path=path)
    except (sqlite3.Error, SeedError, KeyError, ValueError, TypeError) as error:
        raise CatalogueError(f"{path} cannot be read as a catalogue ({error}); run `cepei build` again") from error
    if schema != SCHEMA or version != catalogue.version:
        raise CatalogueError(f"{path} does not hold what its version says; run `cepei build` again")
    return catalogue


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


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


def _read_content(database: Database) -> tuple[int, str, Content]:
    meta = {row["key"]: row["value"] for row in database["meta"].rows}
    documents = [build_document(json.loads(row["metadata"]), row["text"]) for row in database["documents"].rows]
    entries: dict[str, list[Any]] = {}
    for row in database.query("SELECT vocabulary, entry FROM vocabulary_entries ORDER BY rowid"):
        entries.setdefault(row["vocabulary"], []).append(parse_entry(json.loads(row["entry"])))
    facts = [json.loads(row["fact"]) for row in database.query("SELECT fact FROM facts ORDER BY rowid")]
    packs = {row["document"]: json.loads(row["pack"]) for row in database["packs"].rows}
    content = Content(
        documents={document.id: document for document in documents},
        vocabularies={name: build_vocabulary(name, found) for name, found in entries.items()},
        facts={fact["id"]: FactDefinition(**{**fact, "type": FactType(fact["type"])}) for fact in facts},
        packs=packs,
    )
    return int(meta["schema"]), meta["version"], content


def _write_readable(database: Database, catalogue: Catalogue) -> None:
    """Write tables for people (Datasette) and the search index; nothing is loaded from them."""
    database.table("clauses").insert_all(
        (
            {"document": document.id, "path": clause.path, "heading": clause.heading, "start": clause.start,
             "end": clause.end, "departments": _dump([department.name for department in clause.departments])}
            for document in catalogue.documents.values()
            for clause in document.clauses
        ),
        pk=("document", "path"),
        foreign_keys=[("document", "documents", "id")],
    )  # fmt: skip
    database.table("measures").insert_all(
        (
            {"id": measure.id, "document": measure.document, "title": measure.title, "title_en": measure.title_en,
             "instrument": measure.instrument.value, "strength": measure.strength.value,
             "clause": measure.source.clause, "quote": measure.source.quote,
             "start": measure.source.start, "end": measure.source.end}
            for measure in catalogue.measures.values()
        ),
        pk="id",
        foreign_keys=[("document", "documents", "id")],
    )  # fmt: skip
    database.table("conditions").insert_all(_condition_rows(catalogue), foreign_keys=[("measure", "measures", "id")])
    create_index(database, ((id_, _searchable(catalogue, measure)) for id_, measure in catalogue.measures.items()))


def _condition_rows(catalogue: Catalogue) -> Iterable[dict[str, Any]]:
    for measure in catalogue.measures.values():
        for position, condition in enumerate(measure.conditions):
            for leaf in leaves(condition):
                yield {
                    "measure": measure.id,
                    "position": position,
                    "fact": leaf.test.fact,
                    "operator": leaf.test.operator,
                    "expected": _dump(leaf.test.expected),
                    "clause": leaf.cite.clause,
                    "quote": leaf.cite.quote,
                }


def _searchable(catalogue: Catalogue, measure: Measure) -> str:
    document = catalogue.documents[measure.document]
    return "\n".join((measure.title, measure.source.quote, document.clause_text(measure.source.clause), document.title))
