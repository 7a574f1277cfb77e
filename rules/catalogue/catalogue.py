"""The catalogue as it is used: documents, measures, vocabularies and facts, with a search for words in them.

Chinese substrings are found by SQLite FTS5 over our own character bigrams. How the file is made stands in content.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlite_utils import Database

from rules.language.facts import FactDefinition, FactType, Taxonomies
from rules.language.measures import Measure
from seeds.documents import Document
from seeds.vocabulary import Vocabulary, fold_aligned, simplify

SHORTEST_QUERY = 2
_TABLE = "measure_search"
_SILENT = frozenset("()[]\"'《》〈〉")
"""Brackets and quotation marks as fold_aligned writes them; like white space, nobody types them into a search."""
_LINE_END = " end "
"""Stands between lines, so that no phrase runs from the end of one into the next; no pair is written so."""


def plain(text: str) -> str:
    """Return what of a line is compared: width and case unified; no white space, brackets and quotation marks."""
    return "".join(c for c in fold_aligned(text) if c not in _SILENT and not c.isspace())


def bigrams(text: str) -> str:
    """Return the overlapping character pairs of `text` as words of hexadecimal code points."""
    return " ".join(f"{ord(a):x}x{ord(b):x}" for a, b in pairwise(plain(text)))


def create_index(database: Database, rows: Iterable[tuple[str, str]]) -> None:
    """Create the search table from (measure id, text) rows."""
    database.execute(f"CREATE VIRTUAL TABLE {_TABLE} USING fts5(measure UNINDEXED, words, tokenize='unicode61')")
    words = [(measure, _LINE_END.join(map(bigrams, text.split("\n")))) for measure, text in rows]
    database.conn.executemany(f"INSERT INTO {_TABLE} (measure, words) VALUES (?, ?)", words)  # noqa: S608 - own name


def search(connection: sqlite3.Connection, *queries: str) -> tuple[str, ...]:
    """Return the ids of the measures that have any of `queries` within one line of their text, by id.

    Each is looked for as typed and in simplified characters; one of under two characters finds nothing.
    """
    phrases = dict.fromkeys(bigrams(form) for query in queries for form in (query, simplify(query)))
    words = " OR ".join(f'"{phrase}"' for phrase in phrases if phrase)
    if not words:
        return ()
    sql = f"SELECT measure FROM {_TABLE} WHERE words MATCH ? ORDER BY measure"  # noqa: S608 - own name
    return tuple(row[0] for row in connection.execute(sql, (words,)))


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
