"""Rule packs: one YAML file a document, loaded strictly into measures; every fault names its pointer.

Every measure gets the document's own reach (region, sector) as conditions that cite the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rules.language.condition_parsing import Faults, PackError, Quoter
from rules.language.facts import FactDefinition, FactError, FactType, Lexicon, parse_fact_value
from rules.language.grants import ASKING_WHAT_WAS_RECEIVED, SHARED_KEYS, Grant, received_fact, summed_up, with_shared
from rules.language.measure_parsing import MeasureParser
from rules.language.measures import (
    Measure,
)
from seeds.documents import Document
from seeds.faults import Fault, load_yaml

_PACK_KEYS: Mapping[int, frozenset[str]] = {
    1: frozenset({"schema", "document", "defaults", "measures"}),
    2: frozenset({"schema", "document", "defaults", "facts", "measures", *SHARED_KEYS}),
}
"""The keys of a pack, by its format."""
_DEFAULT_FACTS = ("region", "sector")
_FACT_KEYS = frozenset({"id", "type", "zh", "en", "ask_zh", "ask_en", "unit", "unit_en", "changeable"})
_FACT_NEEDS = ("id", "type", "zh", "en", "ask_zh", "ask_en")
_ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_OWN_TYPES = frozenset(kind.value for kind in FactType if kind is not FactType.SET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The measures of one document, in the order written, and the plain data that they were parsed from.

    `grants` tells by measure what format 2 states of it; `facts` are those that the pack itself defines.
    `predecessor` is that of its document.
    """

    document: str
    predecessor: str | None = None
    measures: tuple[Measure, ...]
    grants: Mapping[str, Grant] = field(default_factory=dict)
    facts: Mapping[str, FactDefinition] = field(default_factory=dict)
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
    own = own_facts(data, lexicon.facts, faults)
    lexicon = replace(lexicon, facts={**lexicon.facts, **own})
    defaults = _parse_defaults(data.get("defaults", {}), lexicon, faults)
    parser = MeasureParser(
        quoter=quoter, lexicon=lexicon, defaults=defaults, schema=int(data["schema"]), is_draft=is_draft
    )
    items = data.get("measures")
    if not isinstance(items, list) or not items:
        faults.add("/measures", "no_measures")
        raise PackError(faults.found)
    parsed = [parser.parse(item, f"/measures/{position}") for position, item in enumerate(items)]
    shared = parser.shared({key: data[key] for key in SHARED_KEYS & set(data)})
    grants = [parser.grant(item, f"/measures/{position}") for position, item in enumerate(items)]
    _check_references(items, faults)
    if faults.found:
        raise PackError(faults.found)
    measures = tuple(measure for measure in parsed if measure is not None)
    given = {
        measure.id: with_shared(grant, shared)
        for measure, grant in zip(measures, grants, strict=True)
        if parser.schema > 1
    }
    measures = tuple(summed_up(measure, given[measure.id]) if given else measure for measure in measures)
    return Pack(
        document=document.id, predecessor=document.predecessor, measures=measures, grants=given, facts=own, raw=data
    )


def _document_of(data: object, file: str, documents: Mapping[str, Document], faults: Faults) -> Document | None:
    schema = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(data, dict) or type(schema) is not int or schema not in _PACK_KEYS:
        faults.add("", "pack_form")
        return None
    known = _PACK_KEYS[schema]
    for key in sorted(set(data) - known, key=str):
        faults.add(f"/{key}", "unknown_key", key=key, known=tuple(sorted(known)))
    name = str(data.get("document"))
    if name not in documents:
        faults.add("/document", "no_document", name=name, known=tuple(sorted(documents)))
        return None
    if Path(file).stem != name:
        faults.add("/document", "pack_file", name=f"{name}.yaml")
    return documents[name]


def own_facts(
    data: Mapping[str, Any], published: Mapping[str, FactDefinition], faults: Faults
) -> dict[str, FactDefinition]:
    """Return the facts that only this pack has: those it defines, and what was received before of its benefits."""
    return _parse_own_facts(data.get("facts", []), published, faults) | _received_facts(data.get("measures"))


def _parse_own_facts(raw: object, published: Mapping[str, FactDefinition], faults: Faults) -> dict[str, FactDefinition]:
    """Return the facts that a pack defines: numbers, days and flags, published and asked like any other."""
    found: dict[str, FactDefinition] = {}
    if not isinstance(raw, list):
        faults.add("/facts", "must_be_list")
        return found
    for position, item in enumerate(raw):
        pointer = f"/facts/{position}"
        if not isinstance(item, dict) or set(item) - _FACT_KEYS or any(not item.get(key) for key in _FACT_NEEDS):
            faults.add(pointer, "block_form", keys=tuple(sorted(_FACT_KEYS)))
        elif not _ID.fullmatch(str(item["id"])) or item["id"] in published or item["id"] in found:
            faults.add(f"{pointer}/id", "own_fact_id", id=item["id"])
        elif item["type"] not in _OWN_TYPES:
            faults.add(f"{pointer}/type", "no_member", value=item["type"], kind="type", known=tuple(sorted(_OWN_TYPES)))
        else:
            words = {key: item[key] for key in _FACT_KEYS & set(item) - {"type"}}
            found[item["id"]] = FactDefinition(**words, type=FactType(item["type"]), field="facts")
    return found


def _received_facts(raw: object) -> dict[str, FactDefinition]:
    """Return a fact for each benefit that goes by what was received of it before: how many yuan that was."""
    found: dict[str, FactDefinition] = {}
    for item in (item for item in (raw if isinstance(raw, list) else ()) if isinstance(item, dict)):
        benefits = item.get("benefits")
        blocks = [one for one in (benefits if isinstance(benefits, list) else ()) if isinstance(one, dict)]
        asking = [one for one in blocks if any(one.get(key) for key in ASKING_WHAT_WAS_RECEIVED)]
        for nth in range(1, len(asking) + 1):
            fact, (zh, en) = received_fact(str(item.get("id")), nth), _titles(item, nth if len(asking) > 1 else 0)
            found[fact] = FactDefinition(
                id=fact, type=FactType.MONEY, field="facts",
                zh=f"{zh}已领取的金额", ask_zh=f"{zh}此前已领取多少？从未领取的填0。",
                en=f"what was received of {en}", ask_en=f"How much was received of {en} before? 0 if nothing.",
            )  # fmt: skip
    return found


def _titles(item: Mapping[str, Any], nth: int) -> tuple[str, str]:
    title = str(item.get("title"))
    titles = f"「{title}」", f"“{item.get('title_en') or title}”"
    return (f"{titles[0]}第{nth}项", f"{titles[1]} (benefit {nth})") if nth else titles


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


def _check_references(items: Sequence[Any], faults: Faults) -> None:
    """Note ids that stand twice and measures that exclude themselves, whatever else is wrong with them."""
    seen: set[str] = set()
    for position, item in enumerate(items):
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            faults.add(f"/measures/{position}/id", "id_twice", id=name)
        seen.add(name)
        for key, others in _named_by(item):
            if isinstance(others, list) and name in others:
                faults.add(f"/measures/{position}/{key}", "names_itself")


def _named_by(item: Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    """Yield the places of a measure that name others, with what stands there."""
    yield from ((key, item.get(key)) for key in ("excludes", "supersedes"))
    rules = item.get("stacking")
    for place, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict):
            yield f"stacking/{place}/with", rule.get("with")


def reference_faults(packs: Iterable[Pack]) -> list[Fault]:
    """Return what is wrong between packs: an id that two of them use, or a named measure that none has."""
    owners: dict[str, str] = {}
    faults: list[Fault] = []
    packs = tuple(packs)
    grants = {name: grant for pack in packs for name, grant in pack.grants.items()}
    measures = [
        (f"{pack.document}.yaml", f"/measures/{position}", measure)
        for pack in packs
        for position, measure in enumerate(pack.measures)
    ]
    defined: dict[str, tuple[str, FactDefinition]] = {}
    for pack in packs:
        for name, fact in pack.facts.items():
            owner, known = defined.setdefault(name, (f"{pack.document}.yaml", fact))
            if known != fact:
                params = {"owner": owner, "id": name}
                faults.append(
                    Fault(file=f"{pack.document}.yaml", pointer="/facts", code="own_fact_of_another", params=params)
                )
    for file, pointer, measure in measures:
        owner = owners.setdefault(measure.id, file)
        if owner != file:
            params = {"owner": owner, "id": measure.id}
            faults.append(Fault(file=file, pointer=f"{pointer}/id", code="id_of_another", params=params))
    for file, pointer, measure in measures:
        grant = grants.get(measure.id, Grant())
        stacked = tuple(other for rule in grant.stacking for other in rule.ids)
        for key, others in (
            ("excludes", measure.excludes), ("supersedes", measure.supersedes), ("stacking", stacked),
        ):  # fmt: skip
            faults += [
                Fault(file=file, pointer=f"{pointer}/{key}", code="no_measure", params={"id": other})
                for other in others
                if other not in owners
            ]
    return [*faults, *_broken_lines(packs)]


def _broken_lines(packs: Sequence[Pack]) -> Iterable[Fault]:
    """Yield a fault for each measure that continues none of the predecessor, where that is still here."""
    by_document = {pack.document: {measure.id for measure in pack.measures} for pack in packs}
    for pack in packs:
        known = by_document.get(pack.predecessor or "")
        for position, measure in enumerate(pack.measures):
            if known is not None and measure.continues and measure.continues not in known:
                pointer, params = f"/measures/{position}/continues", {"id": measure.continues}
                yield Fault(file=f"{pack.document}.yaml", pointer=pointer, code="no_measure", params=params)
