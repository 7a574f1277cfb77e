"""A draft measure in pack form, and the document it quotes: one of the catalogue, or one the caller sends."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from rules.catalogue import Catalogue
from rules.condition_parsing import Lexicon
from rules.measures import Measure
from rules.pack import parse_pack
from seeds.cleaning import clean
from seeds.documents import Document, build_document
from seeds.errors import Fault, SeedError
from seeds.metadata import UNKNOWN

Json = dict[str, Any]

_MAY_BE_UNKNOWN = (
    "number", "issuers", "issued_on", "written_on", "published_on", "effective_from", "valid_to", "source_url",
    "checked_on",
)  # fmt: skip
FILE = "document"
"""Faults of the document that was sent name this file; those of the measure name the pack's."""


def parse_document(catalogue: Catalogue, given: Json) -> Document:
    """Read a document as `cepei draft` and `cepei check` would; raise SeedError naming every fault.

    `given` has its text and the keys of document.yaml; what is left out the document does not tell.
    """
    text = given.get("text")
    if not isinstance(text, str) or not text.strip():
        raise SeedError([Fault(file=FILE, pointer="/text", code="sent_without_text")])
    cleaned = clean(text)
    metadata = {
        "schema": 1,
        "heading": _heading(given.get("title"), cleaned),
        "sha256": hashlib.sha256(cleaned.encode("utf-8", "replace")).hexdigest(),
        **dict.fromkeys(_MAY_BE_UNKNOWN, UNKNOWN),
        **{key: value for key, value in given.items() if key != "text"},
    }
    faults = list(_catalogue_faults(catalogue, given))
    try:
        document = build_document(metadata, cleaned, file=FILE)
    except SeedError as error:
        raise SeedError([*faults, *error.faults]) from error
    if faults:
        raise SeedError(faults)
    return document


def with_document(catalogue: Catalogue, document: Document) -> Catalogue:
    """Return the catalogue as it would be with one more document."""
    return replace(catalogue, documents={**catalogue.documents, document.id: document})


def parse_draft(catalogue: Catalogue, document: str, measure: Json, defaults: Json | None) -> Measure:
    """Check a draft against its document as a rule pack is checked; raise PackError naming every fault.

    It may do without examples and an English title, which a pack needs. Without defaults it reaches as far as its
    document's region.
    """
    region = catalogue.documents[document].region
    reach = {"region": region} if defaults is None else defaults
    pack = {"schema": 1, "document": document, "defaults": reach, "measures": [measure]}
    lexicon = Lexicon(facts=catalogue.facts, vocabularies=catalogue.vocabularies)
    parsed = parse_pack(pack, file=f"{document}.yaml", documents=catalogue.documents, lexicon=lexicon, is_draft=True)
    return parsed.measures[0]


def _heading(title: object, text: str) -> str:
    """Return the words of the title that stand in the text: all of it, or all before the brackets at its end."""
    words = title if isinstance(title, str) else text.partition("\n")[0]
    return words if words in text else words.partition("（")[0]


def _catalogue_faults(catalogue: Catalogue, given: Json) -> list[Fault]:
    faults = []
    if given.get("id") in catalogue.documents:
        faults.append(Fault(file=FILE, pointer="/id", code="known_document"))
    region = given.get("region")
    if isinstance(region, str) and region not in catalogue.vocabularies["regions"].entries:
        faults.append(Fault(file=FILE, pointer="/region", code="region_of_no_place", params={"region": region}))
    return faults
