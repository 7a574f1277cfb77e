"""The catalogue: documents, measures, vocabularies and facts, as rules/content.py put them together."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rules.facts import FactDefinition, FactType, Taxonomies
from rules.fulltext import search
from rules.measures import Measure
from seeds.documents import Document
from seeds.vocabulary import Vocabulary

NAMING = ("concepts", "needs", "instruments")
"""Vocabularies whose entries have other spellings that a search for one of them finds too."""


class CatalogueError(Exception):
    """A catalogue file is missing, damaged or of another schema; the message says what to do."""


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
        with closing(connect(self.path)) as connection:
            found = set(search(connection, *self.writings(query)))
        instruments = set(self.vocabularies["instruments"].find(query))
        found |= {id_ for id_, measure in self.measures.items() if instruments.intersection(measure.instruments)}
        return tuple(sorted(found))


def connect(path: Path) -> sqlite3.Connection:
    """Open a catalogue file read-only."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
