"""Chinese substring search in SQLite FTS5: our own character bigrams, searched as phrases.

FTS5 has no Chinese word breaker, and its trigram tokenizer cannot find two characters.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import pairwise

from sqlite_utils import Database

from seeds.folding import fold_aligned, simplify

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
