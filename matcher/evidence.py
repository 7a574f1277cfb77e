"""Checked quotes for a shown measure: its operative sentence, and the best passage for each mention.

Every quote is cut out of the document by offsets; nothing is ever typed or joined. Fewer passages beat noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from matcher.columns import MeasureColumns
from matcher.fuzzy import PASSAGE_MINIMUM_LENGTH, best_window
from matcher.names_in_text import find_whole_word
from matcher.passages import Passage, sentence_at
from matcher.reading import Mention
from matcher.touches import related
from matcher.words import SURE, How
from rules.measures import Measure
from seeds.documents import Document
from seeds.folding import fold, fold_aligned

MOST_PASSAGES = 5
LONGEST_PASSAGE = 160
_CUTS = "，、；：,"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What of the profile stands in a passage: offsets into the document's text."""

    mention: Mention
    start: int
    end: int
    how: How
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A passage of one clause with the matches in it; `document.text[start:end]` is the quote."""

    document: str
    clause: str
    start: int
    end: int
    matches: tuple[Match, ...]


class EvidenceFinder:
    """Finds evidence for the measures of one compiled catalogue."""

    def __init__(self, columns: MeasureColumns) -> None:
        """Keep the compiled catalogue."""
        self._columns = columns

    def find(self, measure: Measure, mentions: Iterable[Mention]) -> tuple[Evidence, ...]:
        """Return the operative quote first, then up to four passages, the clause's own before its context's."""
        document = self._columns.catalogue.documents[measure.document]
        quote = Evidence(
            document=document.id,
            clause=measure.source.clause,
            start=measure.source.start,
            end=measure.source.end,
            matches=(),
        )
        found = [quote]
        for mention in mentions:
            match = self._best(measure, document, mention)
            if match is not None:
                _place(found, match, document, measure)
        return tuple(replace(item, matches=_in_order(item.matches)) for item in found[:MOST_PASSAGES])

    def _best(self, measure: Measure, document: Document, mention: Mention) -> Match | None:
        """Return the best match of one mention: exactly named before related, near before far, first before later."""
        exact = min(self._exact(measure, document, mention), key=lambda item: item[0], default=None)
        if exact is not None:
            return exact[1]
        return self._alike(measure, document, mention) if mention.id == "" else None

    def _exact(
        self, measure: Measure, document: Document, mention: Mention
    ) -> Iterator[tuple[tuple[float, int, int], Match]]:
        wanted = self._wanted(mention)
        for distance, passage in enumerate(_search_order(measure, document)):
            if mention.id == "":
                found = self._words(passage, mention.input)
                hits = [(found[0], found[1], 1.0, How.EXACT)] if found else []
            else:
                hits = [
                    (hit.start, hit.end, *wanted[entry])
                    for hit in self._columns.passages.names_in(passage)
                    for entry in hit.ids
                    if hit.vocabulary == mention.vocabulary and entry in wanted
                ]
            for start, end, likeness, how in hits:
                same = fold(document.text[start:end]) == fold(mention.input)
                surely = (How.EXACT if same else How.ALIAS) if how in SURE else how
                match = Match(mention=mention, start=start, end=end, how=surely, similarity=round(likeness, 4))
                yield (-likeness, distance, start), match

    def _wanted(self, mention: Mention) -> dict[str, tuple[float, How]]:
        """Return the entries whose names stand for the mention, with how well; related ones are inferred."""
        if mention.id == "":
            return {}
        return {
            entry: (likeness * mention.similarity, mention.how if entry == mention.id else How.INFERRED)
            for entry, likeness in related(self._columns, mention.vocabulary, mention.id).items()
        }

    def _words(self, passage: Passage, words: str) -> tuple[int, int] | None:
        text, wanted = self._columns.passages.aligned[passage.document], fold_aligned(words.strip())
        if len(wanted) < 2:  # noqa: PLR2004 - one character stands anywhere
            return None
        at = find_whole_word(text, wanted, passage.start, passage.end)
        return (at, at + len(wanted)) if at >= 0 else None

    def _alike(self, measure: Measure, document: Document, mention: Mention) -> Match | None:
        """Search words that no vocabulary knows by likeness, sentence by sentence is not needed: windows are short."""
        phrase = fold_aligned(mention.input.strip())
        if len(phrase) < PASSAGE_MINIMUM_LENGTH:
            return None
        best: Match | None = None
        for passage in _search_order(measure, document):
            window = best_window(phrase, self._columns.passages.aligned[document.id][passage.start : passage.end])
            if window and window.end > window.start and (best is None or window.similarity > best.similarity):
                start, end = passage.start + window.start, passage.start + window.end
                best = Match(mention=mention, start=start, end=end, how=How.FUZZY, similarity=window.similarity)
        return best


def _search_order(measure: Measure, document: Document) -> tuple[Passage, ...]:
    """Return where to look: the quote, its sentence, the source clause, the context clauses."""
    quote = Passage(document.id, measure.source.start, measure.source.end)
    sentence = Passage(document.id, *sentence_at(document.text, measure.source.start, measure.source.end))
    clauses = [document.clause(path) for path in measure.clauses]
    return (quote, sentence, *(Passage(document.id, clause.start, clause.end) for clause in clauses))


def _place(found: list[Evidence], match: Match, document: Document, measure: Measure) -> None:
    """Put a match into the passage that holds it already, or add its own."""
    for position, item in enumerate(found):
        if item.start <= match.start and match.end <= item.end:
            if match.how is How.INFERRED and any(m.start == match.start and m.end == match.end for m in item.matches):
                return  # the same words are matched by what the company said itself
            found[position] = replace(item, matches=(*item.matches, match))
            return
    start, end = _passage_around(document.text, match.start, match.end)
    clause = _clause_at(document, match, measure)
    span = document.clause(clause)
    found.append(
        Evidence(
            document=document.id, clause=clause, start=max(start, span.start), end=min(end, span.end), matches=(match,)
        )
    )


def _clause_at(document: Document, match: Match, measure: Measure) -> str:
    """Return the path of the deepest clause that holds the match."""
    holding = [c for c in document.clauses if c.start <= match.start and match.end <= c.end]
    return min(holding, key=lambda c: (c.end - c.start, c.path)).path if holding else measure.source.clause


def _passage_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the sentence around a match, cut at commas when it is long."""
    left, right = sentence_at(text, start, end)
    if right - left <= LONGEST_PASSAGE:
        return left, right
    spare = max(0, (LONGEST_PASSAGE - (end - start)) // 2)
    near_left, near_right = max(left, start - spare), min(right, end + spare)
    cut_left = max(
        (text.rfind(mark, left, start) + 1 for mark in _CUTS if text.rfind(mark, near_left, start) >= 0), default=0
    )
    opening = min(
        (p + 1 for mark in _CUTS if (p := text.find(mark, near_left, start)) >= 0), default=max(cut_left, near_left)
    )
    closing = max((p for mark in _CUTS if (p := text.rfind(mark, end, near_right)) >= 0), default=near_right)
    return (left if near_left == left else opening), (right if near_right == right else closing)


def _in_order(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    return tuple(sorted(matches, key=lambda match: (match.start, match.end, match.mention.origin)))
