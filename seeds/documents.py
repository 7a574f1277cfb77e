"""Policy documents: metadata, cleaned text, outline, and the check that all agree with the source file.

A folder holds `source.<ext>` as it was found, `text.txt` (its cleaned text, the one served and quoted) and
`document.yaml`; `reading.yaml` keeps a person's edits and the words that the metadata were read from. Knows nothing
of measures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from seeds.cleaning import clean
from seeds.departments import Department, remark_spans
from seeds.faults import Fault, SeedError, load_yaml
from seeds.metadata import UNKNOWN, DocumentStatus, last_year_named, parse_metadata
from seeds.outline import Clause, parse_outline
from seeds.reading import read_source
from seeds.reviewing import READING_FILE, Reading, apply_edits, load_reading, quote_faults

__all__ = [
    "Clause",
    "Department",
    "Document",
    "DocumentStatus",
    "Remark",
    "UnknownClauseError",
    "build_document",
    "document_metadata",
    "edited_text",
    "load_document",
    "load_documents",
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


def load_document(folder: Path) -> Document:
    """Load the document in `folder`; raise SeedError when it is not whole or its parts disagree."""
    file = f"{folder.name}/document.yaml"
    metadata = _load_metadata(folder, file)
    try:
        text = (folder / "text.txt").read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        place, params = f"{folder.name}/text.txt", {"reason": str(error)}
        raise SeedError([Fault(file=place, pointer="", code="cannot_be_read", params=params)]) from error
    faults = _source_faults(folder, text)
    if metadata.get("id") != folder.name:
        faults.append(Fault(file=file, pointer="/id", code="not_the_folder", params={"folder": folder.name}))
    try:
        document = build_document(metadata, text, file=file)
    except SeedError as error:
        raise SeedError([*faults, *error.faults]) from error
    if faults:
        raise SeedError(faults)
    return document


def load_documents(folder: Path) -> tuple[Document, ...]:
    """Load every document below `folder`, sorted by id; raise SeedError with the faults of all of them."""
    documents: list[Document] = []
    faults: list[Fault] = []
    for path in sorted(entry for entry in folder.iterdir() if entry.is_dir()):
        try:
            documents.append(load_document(path))
        except SeedError as error:
            faults.extend(error.faults)
    if faults:
        raise SeedError(faults)
    return tuple(sorted(documents, key=lambda document: document.id))


def _load_metadata(folder: Path, file: str) -> dict[str, Any]:
    try:
        metadata = load_yaml(folder / "document.yaml")
    except SeedError as error:
        raise SeedError(replace(fault, file=file) for fault in error.faults) from error
    if not isinstance(metadata, dict):
        raise SeedError([Fault(file=file, pointer="", code="not_a_mapping")])
    return metadata


def edited_text(source: Path, reading: Reading, *, file: str) -> str:
    """Return the text of a source file, cleaned and with a person's edits; raise SeedError where that cannot be had."""
    found = read_source(source)
    return apply_edits(clean(found.text, whole=found.whole), reading, file=file)


def _source_faults(folder: Path, text: str) -> list[Fault]:
    """Check that the served text can be traced to the file: it is what cleaning and a person's edits make of it."""
    sources = sorted(folder.glob("source.*"))
    if len(sources) != 1:
        return [Fault(file=folder.name, pointer="", code="source_files", params={"count": len(sources)})]
    file = f"{folder.name}/{READING_FILE}"
    try:
        reading = load_reading(folder)
        cleaned = edited_text(sources[0], reading, file=file)
    except SeedError as error:
        return list(error.faults)
    if cleaned == text:
        return list(quote_faults(text, reading, file=file))
    pairs = zip(cleaned.split("\n"), text.split("\n"), strict=False)
    same = next((number for number, (a, b) in enumerate(pairs, start=1) if a != b), None)
    line = same or 1 + min(cleaned.count("\n"), text.count("\n"))
    params = {"source": sources[0].name, "line": line}
    return [Fault(file=f"{folder.name}/text.txt", pointer="", code="not_the_cleaned", params=params)]
