"""Words of a document with their place, as every part of a pack cites them: found there, or refused with a pointer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seeds.documents import Document, Quote
from seeds.faults import Fault

LONGEST_SOURCE_QUOTE = 120


@dataclass(slots=True)
class Faults:
    """Collects the faults of one file, so that all are reported at once."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def add(self, pointer: str, code: str, /, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Note one fault at a JSON pointer."""
        self.found.append(Fault(file=self.file, pointer=pointer, code=code, params=params))


@dataclass(frozen=True, slots=True)
class Quoter:
    """Locates quotes in one document; every fault goes to `faults` and yields None."""

    document: Document
    faults: Faults

    def cite(self, raw: object, pointer: str, clause: str) -> Quote | None:
        """Read a cite: words in `clause`, or {clause, quote, nth} for words elsewhere or standing repeatedly.

        Without a `clause` (whoever names it has noted that it does not exist) plain words cannot be checked.
        """
        if isinstance(raw, str):
            return self._locate(clause, raw, None, pointer) if clause else None
        if not isinstance(raw, dict) or set(raw) - {"clause", "quote", "nth"} or "quote" not in raw:
            self.faults.add(pointer, "cite_form")
            return None
        return self._locate(str(raw.get("clause", clause)), str(raw["quote"]), raw.get("nth"), pointer)

    def source(self, raw: object, pointer: str) -> Quote | None:
        """Read the operative quote, which must stand once in its clause (or be told apart by nth)."""
        if not isinstance(raw, dict) or not {"clause", "quote"} <= set(raw) or set(raw) - {"clause", "quote", "nth"}:
            self.faults.add(pointer, "source_form")
            return None
        clause, words, nth = str(raw["clause"]), str(raw["quote"]), raw.get("nth")
        if len(words) > LONGEST_SOURCE_QUOTE:
            self.faults.add(pointer, "quote_too_long", count=len(words), most=LONGEST_SOURCE_QUOTE)
            return None
        if nth is None and self._count(clause, words) > 1:
            self.faults.add(pointer, "quote_repeated", clause=clause)
            return None
        return self._locate(clause, words, nth, pointer)

    def known_clause(self, source: object) -> str:
        """Return the clause that a source names, or "" when the document has none with that path."""
        path = str(source.get("clause")) if isinstance(source, dict) else ""
        return path if self.has_clause(path) else ""

    def title(self) -> Quote:
        """Cite the document's own title, which an inherited default rests on."""
        start = self.document.heading_start
        return Quote(
            document=self.document.id,
            clause=self.document.clauses_at(start)[0].path,
            quote=self.document.heading,
            start=start,
            end=start + len(self.document.heading),
        )

    def has_clause(self, path: str) -> bool:
        """Tell whether the document has a clause with this path."""
        return any(clause.path == path for clause in self.document.clauses)

    def _count(self, path: str, words: str) -> int:
        return self.document.clause_text(path).count(words) if self.has_clause(path) and words else 0

    def _locate(self, path: str, words: str, nth: object, pointer: str) -> Quote | None:
        if not self.has_clause(path):
            self.faults.add(pointer, "no_clause", document=self.document.id, path=path)
            return None
        if nth is not None and (not isinstance(nth, int) or isinstance(nth, bool) or nth < 1):
            self.faults.add(f"{pointer}/nth", "no_position", nth=nth)
            return None
        number = nth if isinstance(nth, int) else 1
        if not words or self._count(path, words) < number:
            self.faults.add(pointer, "not_in_clause", words=words, clause=path)
            return None
        clause = self.document.clause(path)
        start = clause.start - 1
        for _ in range(number):
            start = self.document.text.index(words, start + 1)
        return Quote(document=self.document.id, clause=path, quote=words, start=start, end=start + len(words))


def located(raw: Mapping[str, Any]) -> object:
    """Return the cite of a part; a `clause` beside plain words says where they stand."""
    cite, clause = raw.get("cite"), raw.get("clause")
    return {"clause": clause, "quote": cite} if clause is not None and isinstance(cite, str) else cite
