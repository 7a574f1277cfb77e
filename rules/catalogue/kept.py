"""A catalogue as parts of its file: documents, measures and what they pay, each read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from rules.catalogue.catalogue import Catalogue, CatalogueError, KeptMeasures
from rules.catalogue.mapped import engine_version, parts_of
from rules.language.facts import FactDefinition
from rules.language.flat import Lazy, Parts, Records, packed
from rules.language.grants import Grant
from seeds.documents import Document, pack_document, unpack_document
from seeds.vocabulary import Entry, Vocabulary, restore_vocabulary

_MOST_DOCUMENTS, _MOST_GRANTS, _MOST_TEXTS = 256, 4096, 1024
"""So many of each are kept in memory, of those asked for last."""


def parts_to_keep(catalogue: Catalogue, matching: Parts) -> Parts:
    """Return what an edition keeps of a catalogue, and of what it was compiled into for matching."""
    documents = sorted(catalogue.documents.values(), key=lambda document: document.id)
    measures = sorted(catalogue.measures.values(), key=lambda measure: measure.id)
    superseded = dict.fromkeys(old for measure in measures for old in measure.supersedes)
    grants = sorted(catalogue.grants.items())
    return {
        "engine": engine_version(),
        "version": catalogue.version,
        "ids": _texts(measure.id for measure in measures),
        "measures": Records.of(map(packed, measures)),
        "superseding": {old: list(catalogue.superseding(old)) for old in superseded},
        "manual": sorted(catalogue.manual_facts),
        "granting": _texts(name for name, _ in grants),
        "grants": Records.of(packed(grant) for _, grant in grants),
        "documents": _texts(document.id for document in documents),
        "outlines": Records.of(map(pack_document, documents)),
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
