"""A source file into a draft of its document: cleaned text, first metadata, and where each value was read.

What the text does not plainly say is `unknown`; what it suggests is offered beside it. A person fills in the rest.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from seeds.documents import edited_text
from seeds.issuers import Places
from seeds.metadata import FIELDS, UNKNOWN
from seeds.reviewing import Reading
from seeds.stated import Stated, Surely, read_stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft: `metadata` is document.yaml and `reading` is reading.yaml, both as text to be written."""

    text: str
    metadata: str
    reading: str
    stated: tuple[Stated, ...]


def draft_document(source: Path, document_id: str, places: Places, reading: Reading | None = None) -> Draft:
    """Read a source file, with the edits of an earlier reading, as a draft; raise SeedError when it cannot be read."""
    reading = reading or Reading()
    text = edited_text(source, reading, file=source.name)
    stated, heading = read_stated(text, places)
    metadata = _proposed(document_id, text, stated, heading)
    note = f"# Drafted from {source.name}: check every line. unknown: the document does not tell.\n"
    offers = "".join(
        f"# likely, not taken: {one.field}: {one.value} (from: {one.quote[:60]!r})\n"
        for one in stated
        if one.surely is Surely.LIKELY and metadata.get(one.field) == UNKNOWN
    )
    kept = {"schema": 1, "edits": [dict(edit) for edit in reading.edits], "stated": [_plain(one) for one in stated]}
    return Draft(text=text, metadata=note + offers + _yaml(metadata), reading=_yaml(kept), stated=stated)


def _proposed(document_id: str, text: str, stated: tuple[Stated, ...], heading: str) -> dict[str, Any]:
    """Return the metadata that a text states; all else is `unknown`."""
    taken: dict[str, Any] = {}
    for one in stated:
        if one.surely is Surely.STATED and one.field in FIELDS:
            taken.setdefault(one.field, list(one.value) if isinstance(one.value, tuple) else one.value)
    if taken.get("effective_from", "") > taken.get("valid_to", "9999"):
        del taken["valid_to"]
    taken |= {"schema": 1, "id": document_id, "heading": heading, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return {name: taken.get(name, UNKNOWN) for name in FIELDS}


def _plain(one: Stated) -> dict[str, Any]:
    value = list(one.value) if isinstance(one.value, tuple) else one.value
    return {**asdict(one), "value": value, "surely": one.surely.value}


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=200)
