"""The catalogue as it is used: documents, measures, vocabularies and facts, with a search; or as parts of its file.

Words are looked for in the texts themselves, held in memory: what searches and what decides is one catalogue, whatever
becomes of its file. How the file is made stands in content.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rules.catalogue.mapped import engine_version, parts_of
from rules.language.facts import FactDefinition, FactType, Taxonomies
from rules.language.flat import Lazy, Parts, Records, Small, packed
from rules.language.grants import Grant
from rules.language.measures import Conditional, Measure
from rules.language.windows import Period
from seeds.documents import Document, pack_document, unpack_document
from seeds.numbering import parse_number
from seeds.vocabulary import Entry, Vocabulary, fold_aligned, restore_vocabulary, simplify

SHORTEST_QUERY = 2
_SILENT = frozenset("()[]\"'《》〈〉")
"""Brackets and quotation marks as fold_aligned writes them; like white space, nobody types them into a search."""


def plain(text: str) -> str:
    """Return what of a line is compared: width and case unified; no white space, brackets and quotation marks."""
    return "".join(c for c in fold_aligned(text) if c not in _SILENT and not c.isspace())


def searchable(text: str) -> str:
    """Return what of a text is compared, line by line."""
    return "\n".join(map(plain, text.split("\n")))


def search(texts: Mapping[str, str], *queries: str) -> tuple[str, ...]:
    """Return the ids of the texts that have any of `queries` within one line, by id; `searchable` made the texts.

    Each is looked for as typed and in simplified characters; one of under two characters finds nothing.
    """
    forms = {plain(form) for query in queries for form in (query, simplify(query))}
    long = [form for form in forms if len(form) >= SHORTEST_QUERY]
    wanted = [form for form in long if not any(other in form for other in long if other != form)]  # they find the same
    return tuple(id_ for id_ in sorted(texts) if any(form in texts[id_] for form in wanted))


_BETWEEN_WORDS = re.compile(r"[\s、，；;|]+|,(?![0-9])")
_MOST_WORDS_OF_A_NAME = 4
_CHINESE = re.compile("[\u4e00-\u9fff]{4,24}")
_LONGEST_PIECE = 8
_PATH = re.compile(r"第?(?P<box>box|专栏|專欄)?(?P<path>[0-9]{1,3}(?:\.[0-9]{1,3}){0,4})[.条條款项項]?")
_PRINTED_PATH = re.compile(r"([一二三四五六七八九十]{1,3})\(([一二三四五六七八九十]{1,3})\)(?:([0-9]{1,2})\.?)?")

NAMING = ("concepts", "needs", "instruments")
"""Vocabularies whose entries have other spellings that a search for one of them finds too."""


class CatalogueError(Exception):
    """A catalogue file is missing, damaged or of another schema; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search found: each word with the number of measures that have it, and the measures that have all.

    Beside each measure stands how many of the words its title holds: those with most come first, then by id. `partly`
    are those that have some of several words, where none has all, with how many they have.
    """

    words: Mapping[str, int]
    measures: Mapping[str, int]
    partly: Mapping[str, int] = field(default_factory=dict)


class KeptMeasures(Lazy[Measure]):
    """The measures of an edition that was compiled when it was written, with the parts that it was compiled into."""

    def __init__(self, parts: Parts, again: Callable[[str, str], Catalogue]) -> None:
        """Read none yet; `again` opens the file anew where it still holds the same version."""
        super().__init__(parts["ids"], lambda place: _MEASURE(parts["measures"][place]), most=_MOST_READ)
        self.parts, self.again = parts, again


_MEASURE = msgspec.msgpack.Decoder(Measure).decode
_MOST_READ = 4096
"""So many measures are kept in memory, of those asked for last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """What stands in a catalogue as it stood in an edition, by documents: it is taken over from the edition's `parts`.

    `documents` have the same text and outline, beside the same vocabularies; `packs` of them say the same too. The
    parts are those of a file whose digest was compared, written by this version of the program.
    """

    parts: Parts
    documents: frozenset[str] = frozenset()
    packs: frozenset[str] = frozenset()

    def records(self, names: str, records: str) -> dict[str, bytes]:
        """Return what the edition holds by name; nothing where nothing is unchanged."""
        return _by_name(self.parts, names, records) if self.documents else {}

    def anew(self, measures: Sequence[Measure]) -> Small:
        """Return where each measure of the edition stands now, -1 where its pack has changed or is gone."""
        now = {one.id: place for place, one in enumerate(measures) if one.document in self.packs}
        names = map(_text, self.parts["ids"]) if now else ()
        return np.array([now.get(name, -1) for name in names], dtype=np.int32)

    def texts(self) -> dict[str, str]:
        """Return what measures are searched by, as the edition holds it."""
        return {name: _text(kept) for name, kept in self.records("ids", "searched").items()}


NOTHING_UNCHANGED = Unchanged(parts={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the service answers from; `measures` are ordered by id, and `texts` are what of each is searched.

    `facts` are the published ones and those that packs define; `grants` tells by measure what format 2 states of it.
    Measures, documents and grants of an edition that was compiled are read when they are asked for.
    """

    version: str
    documents: Mapping[str, Document]
    measures: Mapping[str, Measure]
    vocabularies: Mapping[str, Vocabulary]
    facts: Mapping[str, FactDefinition]
    grants: Mapping[str, Grant] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    unchanged: Unchanged = field(default=NOTHING_UNCHANGED, repr=False, compare=False)
    _superseding: Mapping[str, Sequence[str]] = field(init=False, repr=False, compare=False)
    _places: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the measures that take another's place, and where each stands."""
        superseding: dict[str, tuple[str, ...]] = {}
        if self.compiled is None:
            for measure in self.measures.values():
                for old in measure.supersedes:
                    superseding[old] = (*superseding.get(old, ()), measure.id)
        else:
            superseding = {old: tuple(ids) for old, ids in self.compiled["superseding"].items()}
        object.__setattr__(self, "_superseding", superseding)
        places = {} if self.compiled else {measure_id: place for place, measure_id in enumerate(self.measures)}
        object.__setattr__(self, "_places", places)

    def __reduce_ex__(self, protocol: Any) -> Any:  # noqa: ANN401 - as pickle has it
        """Have another process of this machine map the same file, where this one does."""
        if isinstance(self.measures, KeptMeasures):
            return self.measures.again, (self.measures.parts["file"], self.version)
        return object.__reduce_ex__(self, protocol)

    @property
    def compiled(self) -> Parts | None:
        """Return the parts that an edition was compiled into when it was written, None where it was not."""
        return self.measures.parts if isinstance(self.measures, KeptMeasures) else None

    @property
    def in_order(self) -> Sequence[Measure]:
        """Return the measures in their order."""
        return self.measures.in_order if isinstance(self.measures, KeptMeasures) else tuple(self.measures.values())

    def place_of(self, measure_id: str) -> int:
        """Return where a measure stands in the order; KeyError where there is none."""
        return (
            self.measures.place_of(measure_id) if isinstance(self.measures, KeptMeasures) else self._places[measure_id]
        )

    def unmapped(self) -> Catalogue:
        """Return a catalogue that can be sent elsewhere: all in memory, nothing compiled, without what is searched."""
        plain: dict[str, Any] = {name: dict(getattr(self, name)) for name in ("measures", "documents", "grants")}
        return replace(self, **plain, texts={}, unchanged=NOTHING_UNCHANGED)

    def superseding(self, measure_id: str) -> tuple[str, ...]:
        """Return the measures that have taken the place of one."""
        return tuple(self._superseding.get(measure_id, ()))

    @property
    def manual_facts(self) -> frozenset[str]:
        """Return what only a person can attest, as conditions of measures and of what they pay ask it."""
        if self.compiled is not None:
            return frozenset(self.compiled["manual"])
        tiers = (tier for grant in self.grants.values() for item in grant.benefits for tier in item.tiers)
        asking: Iterable[Conditional] = chain(self.measures.values(), tiers)
        return frozenset(test.fact for one in asking for test in one.tests if test.operator == "manual")

    @property
    def taxonomies(self) -> Taxonomies:
        """Return the taxonomy of each fact that is a set."""
        sets = (fact for fact in self.facts.values() if fact.type is FactType.SET)
        return {fact.id: self.vocabularies[fact.vocabulary].taxonomy for fact in sets}

    def periods(self, measure: Measure) -> tuple[Period, ...]:
        """Return when applications for a measure are taken, in whichever format its pack states it."""
        if measure.id in self.grants or measure.window is None:
            return self.grants.get(measure.id, Grant()).periods
        window = measure.window
        return (Period(opens=window.opens, closes=window.closes, cite=window.cite),)

    def spellings(self, word: str) -> tuple[str, ...]:
        """Return `word` and every other spelling of the concepts, needs and instruments that it names."""
        named = [self.vocabularies[name][id_] for name in NAMING for id_ in self.vocabularies[name].find(word)]
        return tuple(dict.fromkeys((word, *(words for entry in named for words in entry.spellings()))))

    def words_of(self, query: str) -> tuple[str, ...]:
        """Cut a query into its words at white space and marks; Latin ones that together name an entry stay together.

        A single character finds nothing: it is left out beside longer words.
        """
        parts = [part for part in _BETWEEN_WORDS.split(query) if part]
        words: list[str] = []
        while parts:
            names = (" ".join(parts[:end]) for end in range(min(len(parts), _MOST_WORDS_OF_A_NAME), 1, -1))
            name = next((name for name in names if name.isascii() and len(self.spellings(name)) > 1), parts[0])
            end = name.count(" ") + 1
            words.append(name)
            parts = parts[end:]
        return tuple(dict.fromkeys(word for word in words if len(plain(word)) >= SHORTEST_QUERY)) or (query,)

    def writings(self, query: str) -> tuple[str, ...]:
        """Return every spelling of every word of a query, as they may stand in a text."""
        return tuple(dict.fromkeys(form for word in self.words_of(query) for form in self.spellings(word)))

    def search_measures(self, query: str) -> Searched:
        """Find the measures that have every word of a query, in any order, in title, quote, clause or document title.

        A word that names a concept, a need or an instrument is also looked for in its other spellings, and finds the
        measures of the instrument; the number of a clause finds what rests on it, that of a document its measures.
        Chinese that stands nowhere as it was typed is looked for in pieces.
        """
        found: dict[str, frozenset[str]] = {}
        for word in self.words_of(query):
            having = self._having(word)
            found |= {word: having} if having else self._in_pieces(word)
        common = frozenset.intersection(*found.values())
        held = Counter(id_ for having in found.values() for id_ in having)
        titled = {id_: sum(self._is_titled(id_, word) for word in found) for id_ in held}
        partly = () if common else sorted(held, key=lambda id_: (-held[id_], -titled[id_], id_))
        return Searched(
            words={word: len(having) for word, having in found.items()},
            measures={id_: titled[id_] for id_ in sorted(common, key=lambda id_: (-titled[id_], id_))},
            partly={id_: held[id_] for id_ in partly},
        )

    def _having(self, word: str) -> frozenset[str]:
        instruments, path = set(self.vocabularies["instruments"].find(word)), clause_path(word)
        return frozenset(search(self.texts, *self.spellings(word))) | {
            measure.id
            for measure in self.measures.values()
            if instruments.intersection(measure.instruments)
            or (path and any(f"{clause}.".startswith(f"{path}.") for clause in measure.clauses))
        }

    def _in_pieces(self, word: str) -> dict[str, frozenset[str]]:
        """Cut a Chinese word into the longest pieces that stand somewhere; what stands nowhere finds nothing."""
        if not _CHINESE.fullmatch(word):
            return {word: frozenset()}
        pieces: dict[str, frozenset[str]] = {}
        unfound, rest = "", word
        while rest:
            ends = range(min(len(rest), _LONGEST_PIECE), SHORTEST_QUERY - 1, -1)
            tried = ((rest[:end], self._having(rest[:end])) for end in ends)
            piece, having = next((each for each in tried if each[1]), (rest[:1], frozenset[str]()))
            pieces |= {piece: having} if having else {}
            unfound += "" if having else piece
            rest = rest[len(piece) :]
        if not pieces:
            return {word: frozenset()}
        return pieces | ({unfound: frozenset()} if len(unfound) >= SHORTEST_QUERY else {})

    def _is_titled(self, measure_id: str, word: str) -> bool:
        title = plain(self.measures[measure_id].title)
        return any(plain(simplify(form)) in title for form in self.spellings(word))


def clause_path(word: str) -> str:
    """Return the path of a clause from its number as a path or as printed (2.5.3, 二（五）3., 专栏4), else ""."""
    word = fold_aligned(word.strip())
    if match := _PRINTED_PATH.fullmatch(word):
        return ".".join(str(parse_number(part)) for part in match.groups() if part)
    return f"{'box' if match['box'] else ''}{match['path']}" if (match := _PATH.fullmatch(word)) else ""


_MOST_DOCUMENTS, _MOST_GRANTS, _MOST_TEXTS = 256, 4096, 1024
"""So many of each are kept in memory, of those asked for last."""


def parts_to_keep(catalogue: Catalogue, matching: Parts) -> Parts:
    """Return what an edition keeps of a catalogue, and of what it was compiled into for matching."""
    documents = sorted(catalogue.documents.values(), key=lambda document: document.id)
    measures = sorted(catalogue.measures.values(), key=lambda measure: measure.id)
    superseded = dict.fromkeys(old for measure in measures for old in measure.supersedes)
    grants = sorted(catalogue.grants.items())
    unchanged = catalogue.unchanged
    written, granted = unchanged.records("ids", "measures"), unchanged.records("granting", "grants")
    outlined = unchanged.records("documents", "outlines")
    as_before = {measure.id for measure in measures if measure.document in unchanged.packs}
    return {
        "engine": engine_version(),
        "version": catalogue.version,
        "ids": _texts(measure.id for measure in measures),
        "measures": Records.of(written[one.id] if one.id in as_before else packed(one) for one in measures),
        "superseding": {old: list(catalogue.superseding(old)) for old in superseded},
        "manual": sorted(catalogue.manual_facts),
        "granting": _texts(name for name, _ in grants),
        "grants": Records.of(granted[name] if name in as_before else packed(grant) for name, grant in grants),
        "documents": _texts(document.id for document in documents),
        "outlines": Records.of(
            outlined[one.id] if one.id in unchanged.documents else pack_document(one) for one in documents
        ),
        "texts": _texts(document.text for document in documents),
        "searched": _texts(catalogue.texts[measure.id] for measure in measures),
        "vocabularies": {name: _of_vocabulary(words) for name, words in catalogue.vocabularies.items()},
        "facts": msgspec.to_builtins(list(catalogue.facts.values())),
        "matching": matching,
    }


def _texts(texts: Iterable[str]) -> Records:
    return Records.of(text.encode("utf-8", "surrogatepass") for text in texts)


def _of_vocabulary(vocabulary: Vocabulary) -> list[Any]:
    return [msgspec.to_builtins(list(vocabulary.entries.values())), vocabulary.index]


def kept_catalogue(parts: Parts) -> Catalogue:
    """Return the catalogue of an edition that kept it."""
    vocabularies = {
        name: restore_vocabulary(name, msgspec.convert(entries, list[Entry]), index)
        for name, (entries, index) in parts["vocabularies"].items()
    }
    facts = msgspec.convert(parts["facts"], list[FactDefinition])
    return Catalogue(
        version=parts["version"],
        documents=Lazy[Document](parts["documents"], _documents(parts), most=_MOST_DOCUMENTS),
        measures=KeptMeasures(parts, opened_again),
        vocabularies=vocabularies,
        facts={fact.id: fact for fact in facts},
        grants=Lazy[Grant](parts["granting"], lambda place: _GRANT(parts["grants"][place]), most=_MOST_GRANTS),
        texts=Lazy[str](parts["ids"], lambda place: _text(parts["searched"][place]), most=_MOST_TEXTS),
    )


def _by_name(parts: Parts, names: str, records: str) -> dict[str, bytes]:
    return dict(zip(map(_text, parts[names]), parts[records], strict=True))


def measures_unlike(catalogue: Catalogue, other: Catalogue) -> list[Measure]:
    """Return the measures of a catalogue that do not stand in another as here, with what they pay and what words mean.

    All of them where either was not compiled by this version of the program, or a word or a fact means another thing.
    """
    here, there = catalogue.compiled, other.compiled
    facts = all(catalogue.facts.get(name) == fact for name, fact in other.facts.items())
    if here is None or there is None or here["vocabularies"] != there["vocabularies"] or not facts:
        return list(catalogue.measures.values())
    known, paid_there = _by_name(there, "ids", "measures"), _by_name(there, "granting", "grants")
    paid = _by_name(here, "granting", "grants")
    return [
        catalogue.measures[name]
        for name, record in _by_name(here, "ids", "measures").items()
        if record != known.get(name) or paid.get(name) != paid_there.get(name)
    ]


def opened_again(file: str, version: str) -> Catalogue:
    """Map a file that another process has mapped; raise CatalogueError where it holds another edition by now."""
    parts = parts_of(Path(file)) if Path(file).is_file() else None
    if parts is None or parts["version"] != version:
        raise CatalogueError(f"{file} no longer holds the catalogue {version}; begin again")
    return kept_catalogue(parts)


_GRANT = msgspec.msgpack.Decoder(Grant).decode


def _documents(parts: Parts) -> Callable[[int], Document]:
    return lambda place: unpack_document(parts["outlines"][place], _text(parts["texts"][place]))


def _text(kept: bytes) -> str:
    return kept.decode("utf-8", "surrogatepass")
