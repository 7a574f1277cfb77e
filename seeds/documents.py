"""Policy documents: metadata, cleaned text and outline.

Knows nothing of measures, nor where documents lie: that is the library.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, NamedTuple

import msgspec

from seeds.departments import remark_spans
from seeds.faults import Fault, SeedError, WrongValueError
from seeds.outline import Clause, parse_outline

UNKNOWN = "unknown"
_DATE_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID_SHAPE = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
_REGION_SHAPE = re.compile("CN|[0-9]{6}|(?:zone|group):[a-z0-9-]+")
_DIGEST_SHAPE = re.compile("[0-9a-f]{64}")
_YEAR = "(?:19|20)[0-9]{2}"
_SPAN_OF_YEARS = re.compile(
    f"(?<![0-9]){_YEAR}年?(?:[0-9]{{1,2}}月)?[-‐‑–—―~〜至到]{{1,2}}({_YEAR}(?![0-9])|[0-9]{{2}}(?=年))"
)
_FIVE_YEARS = re.compile("(?<![一二三四五六七八九])十([一二三四五六七八九])五(?![一二三四五六七八九十])")
_ONE_YEAR = re.compile(f"(?<![0-9])({_YEAR})年(?:度|前|远景|(?=[^0-9]{{0,30}}(?:工作|任务|申报|行动计划|实施计划)))")
_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_BEFORE_THE_PLANS = 1955


class DocumentStatus(StrEnum):
    """Whether a document binds: published and in force, still a draft, or repealed."""

    IN_FORCE = "in_force"
    DRAFT = "draft"
    REPEALED = "repealed"


def _read_words(value: object) -> str:
    if isinstance(value, str) and value.strip() == value != "":
        return value
    raise WrongValueError("no_words")


def _read_shape(shape: re.Pattern[str], code: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        words = _read_words(value)
        if shape.fullmatch(words):
            return words
        raise WrongValueError(code, value=words, form=shape.pattern)

    return read


def _read_date(value: object) -> date:
    words = _read_words(value)
    try:
        if _DATE_SHAPE.fullmatch(words):
            return date.fromisoformat(words)
    except ValueError:
        pass  # A day that no month has is reported like any other wrong form.
    raise WrongValueError("no_day", value=words)


def _read_list(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and value:
        return tuple(_read_words(member) for member in value)
    raise WrongValueError("no_names")


def _read_status(value: object) -> DocumentStatus:
    try:
        return DocumentStatus(_read_words(value))
    except ValueError:
        raise WrongValueError("no_status", value=value, known=", ".join(DocumentStatus)) from None


def _read_schema(value: object) -> int:
    if value == 1 and not isinstance(value, bool):
        return value
    raise WrongValueError("other_schema")


def _read_region(value: object) -> str:
    """Read a region; 100000 is how lists of six-digit codes write the whole country."""
    region = _read_shape(_REGION_SHAPE, "no_form_of_region")(value)
    return "CN" if region == "100000" else region


def _or_unknown(read: Callable[[object], Any], unknown: object = None) -> Callable[[object], Any]:
    return lambda value: unknown if value == UNKNOWN else read(value)


FIELDS: Mapping[str, Callable[[object], Any]] = {
    "schema": _read_schema,
    "id": _read_shape(_ID_SHAPE, "no_form_of_id"),
    "title": _read_words,
    "heading": _read_words,
    "number": _or_unknown(_read_words),
    "issuers": _or_unknown(_read_list, ()),
    "issued_on": _or_unknown(_read_date),
    "written_on": _or_unknown(_read_date),
    "published_on": _or_unknown(_read_date),
    "effective_from": _or_unknown(_read_date),
    "valid_to": _or_unknown(_read_date),
    "source_url": _or_unknown(_read_words),
    "checked_on": _or_unknown(_read_date),
    "status": _read_status,
    "region": _read_region,
    "sha256": _read_shape(_DIGEST_SHAPE, "no_form_of_digest"),
    "predecessor": _or_unknown(_read_shape(_ID_SHAPE, "no_form_of_id")),
}
"""The keys of document.yaml in order, and how each is read."""
_LEFT_OUT = frozenset({"predecessor"})
"""Keys that most documents have nothing to say for."""


def parse_metadata(metadata: Mapping[str, Any], *, file: str) -> tuple[dict[str, Any], list[Fault]]:
    """Return the typed values of the metadata, `schema` left out, and every fault found in them."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for key in (key for key in metadata if key not in FIELDS):
        near = get_close_matches(str(key), FIELDS, n=1)
        code = "no_key_of_document_but_near" if near else "no_key_of_document"
        params = {"nearest": "".join(near), "known": ", ".join(FIELDS)}
        faults.append(Fault(file=file, pointer=f"/{key}", code=code, params=params))
    for name, read in FIELDS.items():
        if name not in metadata and name in _LEFT_OUT:
            continue
        if name not in metadata:
            faults.append(Fault(file=file, pointer=f"/{name}", code="key_missing"))
            continue
        try:
            values[name] = read(metadata[name])
        except WrongValueError as error:
            faults.append(Fault(file=file, pointer=f"/{name}", code=error.code, params=error.params))
    values.pop("schema", None)
    if values.get("predecessor") and values["predecessor"] == values.get("id"):
        faults.append(Fault(file=file, pointer="/predecessor", code="names_itself"))
    begins, ends = values.get("effective_from"), values.get("valid_to")
    if begins is not None and ends is not None and begins > ends:
        faults.append(Fault(file=file, pointer="/valid_to", code="ends_before_effect", params={"day": begins}))
    return values, faults


@cache
def last_year_named(title: str) -> int | None:
    """Return the last year of the period that a title names (2024-2027年, 十四五, 2025年度), else None."""
    words = "".join(unicodedata.normalize("NFKC", title).split())
    plans = [_BEFORE_THE_PLANS + 5 * (10 + int(found.translate(_NUMERALS))) for found in _FIVE_YEARS.findall(words)]
    written = _SPAN_OF_YEARS.findall(words) or _SPAN_OF_YEARS.findall(words.translate(_NUMERALS))
    years = [int(found if len(found) == len("2027") else f"20{found}") for found in written or _ONE_YEAR.findall(words)]
    return max((*years, *plans), default=None)


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

    `predecessor` is the id of the draft or earlier version that it takes the place of, in this catalogue or an earlier.
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
    predecessor: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A checked quote: `document.text[start:end] == quote`, offsets in Unicode code points."""

    document: str
    clause: Annotated[str, "Path of the clause, for example 2.3.2."]
    quote: str
    start: Annotated[int, "Offset in Unicode code points."]
    end: int


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
    known = {name: value for name, value in values.items() if name not in _LEFT_OUT or value is not None}
    return {"schema": 1} | {name: _plain(value) for name, value in known.items()}


class _Outline(NamedTuple):
    """The parts of a document that follow from its text, as they are kept."""

    metadata: dict[str, Any]
    clauses: tuple[Clause, ...]
    remarks: tuple[Remark, ...]


def pack_document(document: Document) -> bytes:
    """Write a document but for its text, so that its outline need not be read again."""
    return msgspec.msgpack.encode(_Outline(document_metadata(document), document.clauses, document.remarks))


def unpack_document(packed: bytes, text: str) -> Document:
    """Return the document that was written, with its text."""
    kept = _OUTLINE(packed)
    values, _ = parse_metadata(kept.metadata, file="document.yaml")
    return Document(**values, text=text, clauses=kept.clauses, remarks=kept.remarks)


_OUTLINE = msgspec.msgpack.Decoder(_Outline).decode

_PARTS = frozenset({"text", "clauses", "remarks", "_by_path"})


def _plain(value: object) -> object:
    if value is None or value == ():
        return UNKNOWN
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else str(value)


_NEEDS_NO_SPACE = ("、", "）")


def clause_name(document: Document, path: str) -> str:
    """Return a clause by its printed numbers and heading, for example 二（二）3. 建设生物制造中试基地."""
    clause = document.clause(path)
    if not clause.heading:
        return document.title
    steps = path.split(".")
    above = (document.clause(".".join(steps[:count])) for count in range(1, len(steps)))
    numbers = "".join(_printed_number(document, enclosing).rstrip("、.") for enclosing in above)
    own = _printed_number(document, clause)
    if own and numbers[-1:].isdigit():
        numbers += " "  # 专栏1 2. and never 专栏12.
    numbers += own
    return f"{numbers}{'' if numbers.endswith(_NEEDS_NO_SPACE) else ' '}{clause.heading}"


def _printed_number(document: Document, clause: Clause) -> str:
    """Return what is printed before the heading: 二、 or （三） or 2. or 专栏4."""
    at = document.text.find(clause.heading, clause.start, clause.end)
    return "".join(document.text[clause.start : max(at, clause.start)].split())
