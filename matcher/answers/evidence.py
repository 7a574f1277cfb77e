"""Checked quotes for a shown measure: its operative sentence, and the best passage for each mention.

Every quote is cut out of the document by offsets; nothing is ever typed or joined. Fewer passages beat noise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from matcher.fuzzy import PASSAGE_MINIMUM_LENGTH, best_window
from matcher.profiles.profile import Mention
from matcher.profiles.words import SURE, How
from matcher.ranking.measure_index import MeasureColumns
from matcher.ranking.passages import Passage, find_whole_word, longest_stretch, searched, sentence_at
from rules.language.facts import REGION_FACTS
from rules.language.flat import Kept
from rules.language.measures import Measure
from seeds.documents import Document
from seeds.outline import Clause
from seeds.vocabulary import fold, fold_aligned

MOST_PASSAGES = 5
SHORTEST_WORDS = 2
LONGEST_PASSAGE = 160
_CUTS = "，、；：,"
_MOST_NAMED = 1 << 20
"""So many places of names are remembered."""
_SMALL = frozenset({"county", "zone"})


NamedPlaces: TypeAlias = dict[tuple[str, str], tuple[int, int, int]]
"""(vocabulary, entry) -> (how far the passage is, start, end)."""


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
    """Finds evidence for the measures of one compiled catalogue.

    It remembers what stands where in each measure's passages. Threads may share it: that follows from the catalogue
    alone, and is kept only once it is whole.
    """

    def __init__(self, columns: MeasureColumns) -> None:
        """Keep the compiled catalogue."""
        self._columns = columns
        self._named: Kept[str, NamedPlaces] = Kept(_MOST_NAMED)
        self._kin: dict[tuple[str, str], Mapping[str, float]] = {}

    def find(self, measure: Measure, mentions: Iterable[Mention]) -> tuple[Evidence, ...]:
        """Return the operative quote first, then up to four passages, the clause's own before its context's."""
        document = self._columns.catalogue.documents[measure.document]
        source = measure.source
        found = [Evidence(document=document.id, clause=source.clause, start=source.start, end=source.end, matches=())]
        mentions = tuple(mentions)
        named = {(mention.origin, mention.input) for mention in mentions if mention.how is not How.FUZZY and mention.id}
        for mention in mentions:
            if mention.how is How.FUZZY and (mention.origin, mention.input) in named:
                continue  # a likeness marks nothing where a whole name was found
            match = self._best(measure, document, mention, found)
            if match is not None:
                _place(found, match, document)
        return tuple(
            replace(item, matches=tuple(sorted(item.matches, key=lambda one: (one.start, one.end, one.mention.origin))))
            for item in found[:MOST_PASSAGES]
        )

    def _best(self, measure: Measure, document: Document, mention: Mention, found: Iterable[Evidence]) -> Match | None:
        """Return the best match of one mention: exactly named before related, near before far, first before later."""
        if mention.id:
            return self._best_name(measure, document, mention)
        exact = self._words(measure, document, mention)
        is_reported = any(m.mention.input == mention.input for evidence in found for m in evidence.matches)
        if exact or is_reported:
            return exact
        return self._stretch(measure, document, mention) or self._alike(measure, document, mention)

    def _best_name(self, measure: Measure, document: Document, mention: Mention) -> Match | None:
        named = self._places_of(measure, document)
        kin = self._quotable(mention.vocabulary, mention.id)
        standing = [
            (-likeness, *named[mention.vocabulary, entry], entry)
            for entry, likeness in kin.items()
            if (mention.vocabulary, entry) in named
        ]
        if not standing:
            return None
        likeness, _, start, end, entry = min(standing)
        if mention.how is How.INFERRED and self._is_narrower(mention, entry, document.text[start:end]):
            return None
        how = mention.how if entry == mention.id else How.INFERRED
        if how in SURE:
            how = How.EXACT if fold(document.text[start:end]) == fold(mention.input) else How.ALIAS
        return Match(
            mention=mention, start=start, end=end, how=how, similarity=round(-likeness * mention.similarity, 4)
        )

    def _quotable(self, vocabulary: str, entry: str) -> Mapping[str, float]:
        """Return what may be quoted for an entry: the same and the broader; a part does not stand for the whole."""
        known = self._kin.get((vocabulary, entry))
        if known is None:
            narrower = self._columns.catalogue.vocabularies[vocabulary].taxonomy.descendants(entry) - {entry}
            related = self._columns.related(vocabulary, entry).items()
            known = self._kin[vocabulary, entry] = {kin: near for kin, near in related if kin not in narrower}
        return known

    def _is_narrower(self, mention: Mention, entry: str, found: str) -> bool:
        """Tell whether the text names more than an entry that was only inferred: 水光针 is no 高端医疗器械."""
        label = fold(self._columns.catalogue.vocabularies[mention.vocabulary][entry].zh)
        return label in fold(found) and label != fold(found)

    def _places_of(self, measure: Measure, document: Document) -> NamedPlaces:
        """Return where each entry is first named in the measure's passages, nearest passage first."""
        named = self._named.get(measure.id)
        if named is None:
            named = {}
            for distance, passage in enumerate(self._search_order(measure, document)):
                for hit in self._columns.passages.names_in(passage):
                    for entry in hit.ids:
                        if hit.vocabulary != "regions" or self._is_meant(measure, entry):
                            named.setdefault((hit.vocabulary, entry), (distance, hit.start, hit.end))
            self._named.keep(measure.id, named, len(named))
        return named

    def _words(self, measure: Measure, document: Document, mention: Mention) -> Match | None:
        """Search words that no vocabulary knows as they stand."""
        wanted = fold_aligned(mention.input.strip())
        if len(wanted) < SHORTEST_WORDS:
            return None
        text = self._columns.passages.aligned(document.id)
        for passage in self._search_order(measure, document):
            at = find_whole_word(text, wanted, passage.start, passage.end)
            if at >= 0:
                return Match(mention=mention, start=at, end=at + len(wanted), how=How.EXACT, similarity=1.0)
        return None

    def _stretch(self, measure: Measure, document: Document, mention: Mention) -> Match | None:
        """Return the longest stretch of the words in the operative sentence."""
        own, words = self._columns.passages.own(measure.id), searched(mention.input)
        stretch = longest_stretch(words, self._columns.passages.aligned(document.id), own.start, own.end)
        if stretch is None:
            return None
        start, end = stretch
        similarity = round((end - start) / len(words), 4)
        return Match(mention=mention, start=start, end=end, how=How.CONTAINS, similarity=similarity)

    def _alike(self, measure: Measure, document: Document, mention: Mention) -> Match | None:
        """Search words that no vocabulary knows by likeness."""
        phrase = fold_aligned(mention.input.strip())
        if len(phrase) < PASSAGE_MINIMUM_LENGTH:
            return None
        best: Match | None = None
        for passage in self._search_order(measure, document):
            window = best_window(phrase, self._columns.passages.aligned(document.id)[passage.start : passage.end])
            if window and window.end > window.start and (best is None or window.similarity > best.similarity):
                start, end = passage.start + window.start, passage.start + window.end
                best = Match(mention=mention, start=start, end=end, how=How.FUZZY, similarity=window.similarity)
        return best

    def _is_meant(self, measure: Measure, place: str) -> bool:
        """Tell whether a place named is meant: a city that no condition names is part of a name (广州实验室)."""
        is_small = self._columns.catalogue.vocabularies["regions"][place].kind in _SMALL
        return is_small or any(place in test.expected for test in measure.tests if test.fact in REGION_FACTS)

    def _search_order(self, measure: Measure, document: Document) -> tuple[Passage, ...]:
        """Return where to look: the quote, its sentence, the clause but for what other measures grant, the context."""
        index = self._columns.passages
        quote = Passage(document.id, measure.source.start, measure.source.end)
        clause = document.clause(measure.source.clause)
        context = [document.clause(path) for path in measure.context]
        return (
            quote,
            index.own(measure.id),
            *index.granting_nothing(document.id, clause),
            *(Passage(document.id, other.start, other.end) for other in context),
        )


def _place(found: list[Evidence], match: Match, document: Document) -> None:
    """Put a match into the passage that holds it already, or add its own."""
    for position, item in enumerate(found):
        if item.start <= match.start and match.end <= item.end:
            if match.how is How.INFERRED and any(m.start == match.start and m.end == match.end for m in item.matches):
                return  # the same words are matched by what the company stated itself
            found[position] = replace(item, matches=(*item.matches, match))
            return
    start, end = _passage_around(document.text, match.start, match.end)
    # The deepest clause that holds the match is the last to begin before it that ends after it.
    last = bisect_right(document.clauses, match.start, key=lambda clause: clause.start)
    span = next(clause for clause in reversed(document.clauses[:last]) if match.end <= clause.end)
    end = _with_what_follows(document.text, span, end)
    found.append(
        Evidence(
            document=document.id, clause=span.path, start=max(start, span.start), end=min(end, span.end),
            matches=(match,),
        )
    )  # fmt: skip


def _with_what_follows(text: str, clause: Clause, end: int) -> int:
    """Return where a passage ends that says something: a bare heading goes on with the sentence below it."""
    heading = text.find(clause.heading, clause.start) + len(clause.heading)
    if not clause.heading or end > heading + len("。") or clause.end <= end:
        return end
    below = end + len(text[end : clause.end]) - len(text[end : clause.end].lstrip())
    closing = sentence_at(text, below, below + 1)[1]
    if closing - below <= LONGEST_PASSAGE:
        return closing
    return max((at for mark in _CUTS if (at := text.rfind(mark, below, below + LONGEST_PASSAGE)) >= 0), default=closing)


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
