"""A vocabulary: entries with their names, broader and narrower ones, and an index of every way to write them.

Writing is made comparable by `fold` for names and input, by `fold_aligned` for documents.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from opencc import OpenCC

from seeds.faults import Fault, SeedError, WrongValueError, load_yaml

_QUOTES = str.maketrans("“”‘’「」『』〔〕【】–—―", '""\'\'""""[][]---')
_SEPARATORS = str.maketrans("", "", " \t\r\n·•・_-—,，、/\\|.。;；:：'\"()[]{}<>《》〈〉*#")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return the comparable form of a name: NFKC, simplified, casefolded, without separators.

    `ＰＬＡ`, `pla` and `P.L.A` fold alike; `首台（套）` and `首台套` too. An all-separator text folds to "".
    """
    wide = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    folded = simplify(wide).casefold().translate(_SEPARATORS)
    return folded if folded.isprintable() else "".join(c for c in folded if c.isprintable())


def simplify(text: str) -> str:
    """Return `text` with traditional characters simplified."""
    return text if text.isascii() else str(_simplifier().convert(text))


@cache
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).translate(_QUOTES).casefold()
    return folded if len(folded) == 1 else character


def fold_aligned(text: str) -> str:
    """Return `text` with width, case, quotes and brackets unified, each character at its own offset.

    The result has the same length, so an offset found in it is an offset into `text`.
    """
    return "".join(map(_fold_character, text))


def printable(name: str, limit: int = 60) -> str:
    """Return `name` as it can stand in an answer: no lone surrogates or control characters, not endless."""
    short = name if len(name) <= limit else name[:limit] + "…"
    return "".join(c if c.isprintable() else "\ufffd" for c in short)


class TaxonomyError(WrongValueError):
    """A parent does not exist, or parents form a cycle."""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Ids with their direct parents; an id may have several (南沙 is in 广州 and in a free trade zone)."""

    parents: Mapping[str, tuple[str, ...]]
    _ancestors: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)
    _descendants: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)
    _steps: dict[str, dict[str, int]] = field(default_factory=dict, init=False, repr=False)
    _overlapping: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Close the graph once; raise TaxonomyError on a dangling parent or a cycle."""
        for node in self.parents:
            self._close(node, ())
        below: dict[str, set[str]] = {node: set() for node in self.parents}
        for node, above in self._ancestors.items():
            for ancestor in above:
                below[ancestor].add(node)
        self._descendants.update({node: frozenset(members) for node, members in below.items()})

    def _close(self, node: str, path: tuple[str, ...]) -> frozenset[str]:
        if node in path:
            raise TaxonomyError("parents_in_a_circle", id=node)
        if node not in self.parents:
            raise TaxonomyError("parent_missing", id=path[-1], parent=node)
        if node not in self._ancestors:
            above = [self._close(parent, (*path, node)) for parent in self.parents[node]]
            self._ancestors[node] = frozenset({node}).union(*above)
        return self._ancestors[node]

    def __contains__(self, node: object) -> bool:
        """Tell whether `node` is an id of this taxonomy."""
        return node in self.parents

    def ancestors(self, node: str) -> frozenset[str]:
        """Return `node` and everything broader than it."""
        return self._ancestors[node]

    def descendants(self, node: str) -> frozenset[str]:
        """Return `node` and everything narrower than it."""
        return self._descendants[node]

    def steps_up(self, node: str) -> dict[str, int]:
        """Return everything broader than `node` with the fewest steps to it; `node` itself is 0 steps away."""
        if node not in self._steps:
            steps = {node: 0}
            for parent in self.parents[node]:
                for above, count in self.steps_up(parent).items():
                    steps[above] = min(steps.get(above, count + 1), count + 1)
            self._steps[node] = steps
        return self._steps[node]

    def within(self, node: str, targets: Iterable[str]) -> bool:
        """Tell whether `node` is one of `targets` or lies inside one of them."""
        return not self._ancestors[node].isdisjoint(targets)

    def overlaps(self, node: str, targets: Iterable[str]) -> bool:
        """Tell whether something lies inside both `node` and one of `targets` (so `node` may be too coarse)."""
        inside = self._descendants[node]
        return any(not inside.isdisjoint(self._descendants[target]) for target in targets)

    def overlapping(self, node: str) -> frozenset[str]:
        """Return every id that shares a descendant with `node` (worked out at the first call)."""
        if node not in self._overlapping:
            self._overlapping[node] = frozenset().union(*(self._ancestors[below] for below in self._descendants[node]))
        return self._overlapping[node]


_LISTS = ("names", "parents", "sectors", "instruments")
_KNOWN = frozenset({"id", "zh", "en", "kind", "source", "extra", *_LISTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: `names` are all other ways of writing `zh` and `en`; `extra` is the vocabulary's own data."""

    id: str
    zh: str
    en: str
    names: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    kind: str = ""
    source: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """Return the name shown to people in `language` ("zh" or "en")."""
        return self.en if language == "en" and self.en else self.zh

    def spellings(self) -> tuple[str, ...]:
        """Return every way of writing this entry, the Chinese label first."""
        return tuple(dict.fromkeys(name for name in (self.zh, self.en, *self.names) if name))


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Entries by id, their taxonomy, and `index`: folded name -> ids (more than one means ambiguous).

    One is equal to itself only, so that what is built of it is kept by it.
    """

    name: str
    entries: Mapping[str, Entry]
    taxonomy: Taxonomy
    index: Mapping[str, tuple[str, ...]]

    def __contains__(self, entry_id: object) -> bool:
        """Tell whether an entry has this id."""
        return entry_id in self.entries

    def __getitem__(self, entry_id: str) -> Entry:
        """Return the entry with this id; KeyError when there is none."""
        return self.entries[entry_id]

    def find(self, text: str) -> tuple[str, ...]:
        """Return the ids of the entries written exactly as `text` (after folding), else ()."""
        return self.index.get(fold(text), ())


def build_vocabulary(name: str, entries: Iterable[Entry]) -> Vocabulary:
    """Index entries; raise SeedError on a doubled id, a dangling parent or a cycle."""
    by_id: dict[str, Entry] = {}
    for entry in entries:
        if entry.id in by_id:
            raise SeedError([Fault(file=name, pointer=f"/{entry.id}", code="id_twice", params={"id": entry.id})])
        by_id[entry.id] = entry
    try:
        taxonomy = Taxonomy({entry.id: entry.parents for entry in by_id.values()})
    except TaxonomyError as error:
        raise SeedError([Fault(file=name, pointer="", code=error.code, params=error.params)]) from error
    index: dict[str, list[str]] = {}
    for entry in by_id.values():
        for folded in dict.fromkeys(fold(spelling) for spelling in (entry.id, *entry.spellings())):
            if folded:
                index.setdefault(folded, []).append(entry.id)
    return Vocabulary(name, by_id, taxonomy, {folded: tuple(ids) for folded, ids in index.items()})


def restore_vocabulary(name: str, entries: Iterable[Entry], index: Mapping[str, Sequence[str]]) -> Vocabulary:
    """Return the vocabulary that `build_vocabulary` made of the same entries, with its index."""
    by_id = {entry.id: entry for entry in entries}
    taxonomy = Taxonomy({entry.id: entry.parents for entry in by_id.values()})
    return Vocabulary(name, by_id, taxonomy, {folded: tuple(ids) for folded, ids in index.items()})


def load_vocabulary(path: Path) -> Vocabulary:
    """Load one vocabulary file; raise SeedError naming every fault with its pointer."""
    data = load_yaml(path)
    if not isinstance(data, dict) or data.get("schema") != 1 or not isinstance(data.get("entries"), list):
        raise SeedError([Fault(file=path.name, pointer="", code="needs_entries")])
    faults: list[Fault] = []
    entries: list[Entry] = []
    for position, raw in enumerate(data["entries"]):
        found = list(_entry_faults(raw, file=path.name, pointer=f"/entries/{position}"))
        faults += found
        if not found:
            entries.append(parse_entry(raw))
    if faults:
        raise SeedError(faults)
    return build_vocabulary(str(data.get("vocabulary", path.stem)), entries)


def parse_entry(raw: Mapping[str, Any]) -> Entry:
    """Turn one checked mapping into an Entry."""
    values: dict[str, Any] = {key: tuple(str(item) for item in raw.get(key, ())) for key in _LISTS}
    values |= {key: str(raw.get(key, "")) for key in ("id", "zh", "en", "kind", "source")}
    return Entry(**values, extra=raw.get("extra", {}))


def _entry_faults(raw: object, *, file: str, pointer: str) -> Iterable[Fault]:
    if not isinstance(raw, dict):
        yield Fault(file=file, pointer=pointer, code="entry_not_a_mapping")
        return
    for key in sorted(set(raw) - _KNOWN):
        params = {"key": key, "known": tuple(sorted(_KNOWN))}
        yield Fault(file=file, pointer=f"{pointer}/{key}", code="unknown_key", params=params)
    for key in ("id", "zh"):
        if not isinstance(raw.get(key), str) or not raw[key]:
            yield Fault(file=file, pointer=f"{pointer}/{key}", code="text_or_empty")
    for key in _LISTS:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str | int) for item in value):
            yield Fault(file=file, pointer=f"{pointer}/{key}", code="not_texts")


class Word(NamedTuple):
    """What a known word does in a sentence, and what it names: several readings, each an entry or several to choose."""

    roles: frozenset[str]
    ids: tuple[tuple[str, ...], ...] = ()


UNKNOWN, TOPIC, NUMBER = Word(frozenset()), Word(frozenset({"topic"})), Word(frozenset({"filler"}))


class Token(NamedTuple):
    """A word where it stands in a text; one without roles is not known."""

    start: int
    end: int
    word: Word

    def does(self, *roles: str) -> bool:
        """Tell whether the word has one of the roles."""
        return not self.word.roles.isdisjoint(roles)


_KNOWN_LESS, _LESS_TO_SAY = 100_000_000, 10_000
"""What a character that no word explains, and one of a mere topic, costs a way to cut a text.

A word costs 2, and 1 where it names something.
"""


class Dictionary:
    """Cuts texts into known words; gaps, marks, case and script do not count.

    Of all ways it takes the one that leaves fewest characters unknown, then has fewest words, the longest first.
    """

    def __init__(self, words: Mapping[str, Word], topics: Iterable[str] = ()) -> None:
        """Take over words by their folded form, and names that explain what the words leave over."""
        self._words = {**dict.fromkeys(filter(None, topics), TOPIC), **words}
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: sorted(found) for first, found in lengths.items()}

    def cut(self, text: str) -> list[Token]:
        """Return the words of a text in order; what lies between them is one token without a role."""
        folded, places = _folded(text)
        ends, spans, start = self._best_ends(folded, places), list[tuple[int, int, Word]](), 0
        while start < len(folded):
            end = start
            while end < len(folded) and not ends[end]:
                end += 1
            if end > start:
                is_number = folded[start].isdigit() and folded[start:end].isascii()
                spans.append((start, end, NUMBER if is_number else UNKNOWN))
            if end < len(folded):
                spans.append((end, ends[end], self._words[folded[end : ends[end]]]))
                end = ends[end]
            start = end
        return [Token(places[start], places[end - 1] + 1, word) for start, end, word in spans]

    def says_nothing(self, text: str) -> bool:
        """Tell whether a text is nothing but words that say nothing of their own."""
        return all(token.does("filler", "turn") for token in self.cut(text))

    def _best_ends(self, folded: str, places: Sequence[int]) -> list[int]:
        """Return for each character where the word ends that begins there in the best way, 0 where none does."""
        costs, ends = [0] * (len(folded) + 1), [0] * len(folded)
        for start in range(len(folded) - 1, -1, -1):
            costs[start] = costs[start + 1] + _KNOWN_LESS
            if _runs_on(folded, places, start):
                continue
            for length in self._lengths.get(folded[start], ()):
                end = start + length
                word = self._words.get(folded[start:end])
                if word is None or end > len(folded) or _runs_on(folded, places, end):
                    continue
                cost = costs[end] + (length * _LESS_TO_SAY if word is TOPIC else 2 - bool(word.ids))
                if cost <= costs[start]:  # of equals the longest, which comes last
                    costs[start], ends[start] = cost, end
        return ends


def _runs_on(folded: str, places: Sequence[int], at: int) -> bool:
    """Tell whether a Latin word runs on over a place."""
    if not 0 < at < len(folded) or places[at] - places[at - 1] > 1:
        return False
    return all(character.isascii() and character.isalnum() for character in folded[at - 1 : at + 1])


def _folded(text: str) -> tuple[str, list[int]]:
    """Return a text folded character by character, and where in the text each one stood."""
    pairs = [(folded, place) for place, character in enumerate(text) for folded in fold(character)]
    return "".join(folded for folded, _ in pairs), [place for _, place in pairs]
