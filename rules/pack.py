"""Rule packs: one YAML file a document, loaded strictly into measures.

Every measure gets the document's own reach (region, sector) as conditions that cite the title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rules.condition_parsing import Lexicon
from rules.errors import FactError, PackError
from rules.facts import parse_fact_value
from rules.measure_parsing import MeasureParser
from rules.measures import Measure
from rules.quoting import Faults, Quoter
from seeds.documents import Document
from seeds.strict_yaml import load_yaml

_PACK_KEYS = frozenset({"schema", "document", "defaults", "measures"})
_DEFAULT_FACTS = ("region", "sector")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The measures of one document, in the order written."""

    document: str
    measures: tuple[Measure, ...]


def load_pack(path: Path, documents: Mapping[str, Document], lexicon: Lexicon) -> Pack:
    """Load one pack file, whose stem is the document's id; raise PackError naming every fault."""
    return parse_pack(load_yaml(path), file=path.name, documents=documents, lexicon=lexicon)


def parse_pack(data: object, *, file: str, documents: Mapping[str, Document], lexicon: Lexicon) -> Pack:
    """Check plain data in pack form against its document; raise PackError naming every fault with its pointer."""
    faults = Faults(file)
    document = _document_of(data, file, documents, faults)
    if document is None or not isinstance(data, dict):
        raise PackError(faults.found)
    quoter = Quoter(document, faults)
    defaults = _parse_defaults(data.get("defaults", {}), lexicon, faults)
    measures = _parse_measures(data.get("measures"), quoter, lexicon, defaults)
    _check_references(measures, faults)
    if faults.found:
        raise PackError(faults.found)
    return Pack(document=document.id, measures=measures)


def _document_of(
    data: object, file: str, documents: Mapping[str, Document], faults: Faults
) -> Document | None:
    if not isinstance(data, dict) or data.get("schema") != 1:
        faults.add("", "a pack is a mapping with schema: 1")
        return None
    for key in sorted(set(data) - _PACK_KEYS):
        faults.add(f"/{key}", f"unknown key {key!r}", f"known: {sorted(_PACK_KEYS)}")
    name = str(data.get("document"))
    if name not in documents:
        faults.add("/document", f"there is no document {name!r}", f"known: {sorted(documents)}")
        return None
    if Path(file).stem != name:
        faults.add("/document", f"the file must be named {name}.yaml")
    return documents[name]


def _parse_defaults(raw: object, lexicon: Lexicon, faults: Faults) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict) or set(raw) - set(_DEFAULT_FACTS):
        faults.add("/defaults", f"defaults name {list(_DEFAULT_FACTS)}")
        return {}
    defaults: dict[str, tuple[str, ...]] = {}
    for fact, value in raw.items():
        try:
            values = parse_fact_value(lexicon.facts[fact], value, lexicon.vocabularies)
            defaults[fact] = tuple(str(item) for item in values)
        except FactError as error:
            faults.add(f"/defaults/{fact}", error.message, error.hint)
    return defaults


def _parse_measures(
    raw: object, quoter: Quoter, lexicon: Lexicon, defaults: Mapping[str, tuple[str, ...]]
) -> tuple[Measure, ...]:
    if not isinstance(raw, list) or not raw:
        quoter.faults.add("/measures", "a pack needs a list of measures")
        return ()
    parser = MeasureParser(quoter=quoter, lexicon=lexicon, defaults=defaults)
    parsed = [parser.parse(item, f"/measures/{position}") for position, item in enumerate(raw)]
    return tuple(measure for measure in parsed if measure is not None)


def _check_references(measures: tuple[Measure, ...], faults: Faults) -> None:
    ids = [measure.id for measure in measures]
    for position, measure in enumerate(measures):
        if measure.id in ids[:position]:
            faults.add(f"/measures/{position}/id", f"the id {measure.id!r} stands twice")
        for key in ("excludes", "supersedes"):
            for other in getattr(measure, key):
                if other == measure.id:
                    faults.add(f"/measures/{position}/{key}", "a measure cannot name itself")
