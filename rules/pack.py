"""Rule packs: one YAML file a document, loaded strictly into measures.

Every measure gets the document's own reach (region, sector) as conditions that cite the title.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules.condition_parsing import Lexicon, PackError
from rules.facts import FactError, parse_fact_value
from rules.measure_parsing import MeasureParser
from rules.measures import Measure
from rules.quoting import Faults, Quoter
from seeds.documents import Document
from seeds.errors import Fault
from seeds.strict_yaml import load_yaml

_PACK_KEYS = frozenset({"schema", "document", "defaults", "measures"})
_DEFAULT_FACTS = ("region", "sector")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The measures of one document, in the order written, and the plain data that they were parsed from."""

    document: str
    measures: tuple[Measure, ...]
    raw: Mapping[str, Any] = field(repr=False)


def load_pack(path: Path, documents: Mapping[str, Document], lexicon: Lexicon) -> Pack:
    """Load one pack file, whose stem is the document's id; raise PackError naming every fault."""
    return parse_pack(load_yaml(path), file=path.name, documents=documents, lexicon=lexicon)


def parse_pack(
    data: object, *, file: str, documents: Mapping[str, Document], lexicon: Lexicon, is_draft: bool = False
) -> Pack:
    """Check plain data in pack form against its document; raise PackError naming every fault with its pointer.

    Measures of a draft may do without examples and an English title.
    """
    faults = Faults(file)
    document = _document_of(data, file, documents, faults)
    if document is None or not isinstance(data, dict):
        raise PackError(faults.found)
    quoter = Quoter(document, faults)
    defaults = _parse_defaults(data.get("defaults", {}), lexicon, faults)
    parser = MeasureParser(quoter=quoter, lexicon=lexicon, defaults=defaults, is_draft=is_draft)
    measures = _parse_measures(data.get("measures"), parser)
    _check_references(data.get("measures"), faults)
    if faults.found:
        raise PackError(faults.found)
    return Pack(document=document.id, measures=measures, raw=data)


def _document_of(data: object, file: str, documents: Mapping[str, Document], faults: Faults) -> Document | None:
    if not isinstance(data, dict) or data.get("schema") != 1:
        faults.add("", "pack_form")
        return None
    for key in sorted(set(data) - _PACK_KEYS, key=str):
        faults.add(f"/{key}", "unknown_key", key=key, known=tuple(sorted(_PACK_KEYS)))
    name = str(data.get("document"))
    if name not in documents:
        faults.add("/document", "no_document", name=name, known=tuple(sorted(documents)))
        return None
    if Path(file).stem != name:
        faults.add("/document", "pack_file", name=f"{name}.yaml")
    return documents[name]


def _parse_defaults(raw: object, lexicon: Lexicon, faults: Faults) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict) or set(raw) - set(_DEFAULT_FACTS):
        faults.add("/defaults", "defaults_keys", facts=_DEFAULT_FACTS)
    stated = raw if isinstance(raw, dict) else {}
    defaults: dict[str, tuple[str, ...]] = {}
    for fact in (fact for fact in _DEFAULT_FACTS if fact in stated):
        defaults[fact] = ()
        try:
            values = parse_fact_value(lexicon.facts[fact], stated[fact], lexicon.vocabularies)
        except FactError as error:
            faults.add(f"/defaults/{fact}", error.code, **error.params)
            continue
        if not values:
            faults.add(f"/defaults/{fact}", "default_names_nothing")
        defaults[fact] = tuple(str(item) for item in values)
    return defaults


def _parse_measures(raw: object, parser: MeasureParser) -> tuple[Measure, ...]:
    if not isinstance(raw, list) or not raw:
        parser.quoter.faults.add("/measures", "no_measures")
        return ()
    parsed = [parser.parse(item, f"/measures/{position}") for position, item in enumerate(raw)]
    return tuple(measure for measure in parsed if measure is not None)


def _check_references(raw: object, faults: Faults) -> None:
    """Note ids that stand twice and measures that exclude themselves, whatever else is wrong with them."""
    seen: set[str] = set()
    for position, item in enumerate(raw if isinstance(raw, list) else ()):
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            faults.add(f"/measures/{position}/id", "id_twice", id=name)
        seen.add(name)
        for key in ("excludes", "supersedes"):
            others = item.get(key)
            if isinstance(others, list) and name in others:
                faults.add(f"/measures/{position}/{key}", "names_itself")


def reference_faults(packs: Iterable[Pack]) -> list[Fault]:
    """Return what is wrong between packs: an id that two of them use, or a named measure that none has."""
    owners: dict[str, str] = {}
    faults: list[Fault] = []
    measures = [
        (f"{pack.document}.yaml", f"/measures/{position}", measure)
        for pack in packs
        for position, measure in enumerate(pack.measures)
    ]
    for file, pointer, measure in measures:
        owner = owners.setdefault(measure.id, file)
        if owner != file:
            params = {"owner": owner, "id": measure.id}
            faults.append(Fault(file=file, pointer=f"{pointer}/id", code="id_of_another", params=params))
    for file, pointer, measure in measures:
        named = [("excludes", other) for other in measure.excludes] + [
            ("supersedes", other) for other in measure.supersedes
        ]
        faults += (
            Fault(file=file, pointer=f"{pointer}/{key}", code="no_measure", params={"id": other})
            for key, other in named
            if other not in owners
        )
    return faults
