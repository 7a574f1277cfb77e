"""Policy documents: metadata, cleaned text and outline.

Knows nothing of measures, nor where documents lie: that is the library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from typing import Any

from seeds.departments import Department, remark_spans
from seeds.faults import Fault, SeedError
from seeds.metadata import UNKNOWN, DocumentStatus, last_year_named, parse_metadata
from seeds.outline import Clause, parse_outline

__all__ = [
    "Clause",
    "Department",
    "Document",
    "DocumentStatus",
    "Remark",
    "UnknownClauseError",
    "build_document",
    "document_metadata",
]


class UnknownClauseError(SeedError):
    """A clause path that a document does not have; the fault's pointer is the path."""

    def __init__(self, document: str, path: str, known: tuple[str, ...]) -> None:
        """Name the document, the path and the nearest paths that exist."""
        near = get_close_matches(path, known, n=3, cutoff=0.5)
        code = "no_such_clause_but_near" if near else "no_such_clause"
        params = {"path": path, "nearest": ", ".join(near), "count": len(known)}
        super().__init__([Fault(file=document, pointer=f"/{path}", code=code, params=params)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Words in one clause that bind the whole document: text[start:end] == `text`, inside `clause`."""

    text: str
    clause: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One policy document. None and () mean that the document does not tell.

    `title` is the full title, `heading` those words of it that stand in the text as one piece. Clauses come
    in the order of their beginnings, a parent before its children.
    """

    id: str
    title: str
    heading: str
    number: str | None
    issuers: tuple[str, ...]
    issued_on: date | None
    written_on: date | None
    published_on: date | None
    effective_from: date | None
    valid_to: date | None
    source_url: str | None
    checked_on: date | None
    status: DocumentStatus
    region: str
    sha256: str
    text: str
    clauses: tuple[Clause, ...]
    remarks: tuple[Remark, ...]
    _by_path: dict[str, Clause] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the clauses by path."""
        object.__setattr__(self, "_by_path", {clause.path: clause for clause in self.clauses})

    @property
    def heading_start(self) -> int:
        """The offset of the heading: where a line begins with it, else where it first stands."""
        line = f"\n{self.text}".find(f"\n{self.heading}")
        return line if line >= 0 else self.text.find(self.heading)

    @property
    def out_on(self) -> date | None:
        """The day on which it was issued, as near as the document tells; nobody can use it before."""
        return self.issued_on or self.published_on or self.written_on

    @property
    def last_year(self) -> int | None:
        """The last year of the period that its title names."""
        return last_year_named(self.title)

    def clause(self, path: str) -> Clause:
        """Return the clause with this path; raise UnknownClauseError, which names the nearest ones."""
        found = self._by_path.get(path)
        if found is None:
            raise UnknownClauseError(self.id, path, tuple(self._by_path))
        return found

    def clause_text(self, path: str) -> str:
        """Return the words of a clause with those of its children."""
        clause = self.clause(path)
        return self.text[clause.start : clause.end]

    def clauses_at(self, offset: int) -> tuple[Clause, ...]:
        """Return the clauses that hold the character at `offset`, the deepest first; () between clauses."""
        holding = (clause for clause in self.clauses if clause.start <= offset < clause.end)
        return tuple(sorted(holding, key=lambda clause: -clause.level))


def build_document(metadata: Mapping[str, Any], text: str, *, file: str = "document.yaml") -> Document:
    """Build a document from its metadata (the keys of document.yaml) and its cleaned text.

    Raise SeedError with every fault found, each naming `file` and a pointer.
    """
    values, faults = parse_metadata(metadata, file=file)
    heading, sha256 = values.get("heading"), values.get("sha256")
    if heading is not None and heading not in text:
        faults.append(Fault(file=file, pointer="/heading", code="heading_not_in_text"))
    actual = hashlib.sha256(text.encode()).hexdigest()
    if sha256 is not None and sha256 != actual:
        faults.append(Fault(file=file, pointer="/sha256", code="not_the_digest", params={"digest": actual}))
    if faults:
        raise SeedError(faults)
    clauses = parse_outline(text)
    remarks = []
    for start, end in remark_spans(text):
        holding = [clause for clause in clauses if clause.start <= start < clause.end]
        # A labelled field lies in no clause: its remark is told by the clause before it.
        holding = holding or [clause for clause in clauses if clause.start <= start][-1:]
        narrowest = max(holding, key=lambda clause: clause.level)
        remarks.append(Remark(text=text[start:end], clause=narrowest.path, start=start, end=end))
    return Document(**values, text=text, clauses=clauses, remarks=tuple(remarks))


def document_metadata(document: Document) -> dict[str, Any]:
    """Return the metadata of a document as plain data, as `build_document` takes them."""
    values = {f.name: getattr(document, f.name) for f in fields(document) if f.name not in _PARTS}
    return {"schema": 1} | {name: _plain(value) for name, value in values.items()}


_PARTS = frozenset({"text", "clauses", "remarks", "_by_path"})


def _plain(value: object) -> object:
    if value is None or value == ():
        return UNKNOWN
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else str(value)
