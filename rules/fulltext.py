"""Chinese substring search in SQLite FTS5: our own character bigrams, searched as phrases.

FTS5 has no Chinese word breaker, and its trigram tokenizer cannot find two characters.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import pairwise

from sqlite_utils import Database

from seeds.folding import fold_aligned

SHORTEST_QUERY = 2
_TABLE = "measure_search"
_LINE_END = " end "
"""Stands between lines, so that no phrase runs from the end of one into the next; no pair is written so."""


def bigrams(text: str) -> str:
    """Return the overlapping character pairs of `text` as words of hexadecimal code points."""
    characters = [c for c in fold_aligned(text) if not c.isspace()]
    return " ".join(f"{ord(a):x}x{ord(b):x}" for a, b in pairwise(characters))


def create_index(database: Database, rows: Iterable[tuple[str, str]]) -> None:
    """Create the search table from (measure id, text) rows."""
    database.execute(f"CREATE VIRTUAL TABLE {_TABLE} USING fts5(measure UNINDEXED, words, tokenize='unicode61')")
    words = [(measure, _LINE_END.join(map(bigrams, text.split("\n")))) for measure, text in rows]
    database.conn.executemany(f"INSERT INTO {_TABLE} (measure, words) VALUES (?, ?)", words)  # noqa: S608 - own name


def search(connection: sqlite3.Connection, query: str) -> tuple[str, ...]:
    """Return the ids of the measures whose text contains `query`, by id; nothing under two characters."""
    phrase = bigrams(query)
    if not phrase:
        return ()
    sql = f"SELECT measure FROM {_TABLE} WHERE words MATCH ? ORDER BY measure"  # noqa: S608 - own name
    return tuple(row[0] for row in connection.execute(sql, (f'"{phrase}"',)))
