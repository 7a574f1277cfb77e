"""Policy finds company: a draft measure in pack form, decided for the tenants of a stored screening.

It quotes a document of the catalogue, or one that the caller sends along.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import orjson

from matcher.profiles.declared import DeclaredFacts
from matcher.standing import COUNTED
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import Lexicon
from rules.language.pack import parse_pack
from seeds.cleaning import clean
from seeds.documents import UNKNOWN, Document, build_document
from seeds.faults import Fault, SeedError
from service.drafts.items import Draft
from service.screenings.jobs.deciding import Decider, result_table
from service.screenings.shapes import MeasureTenant, VerdictCounts
from service.screenings.stored.folders import Tenant, read_tenants, write_whole
from service.screenings.stored.jobs import Options
from service.screenings.stored.matrix import MANY, Parts

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
    title = given.get("title")
    words = title if isinstance(title, str) else cleaned.partition("\n")[0]
    metadata = {
        "schema": 1,
        "heading": words
        if words in cleaned
        else words.partition("（")[0],  # all, or all before the brackets at its end
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


def parse_draft(catalogue: Catalogue, document: str, asked: Json) -> Draft:
    """Check a draft against its document as a rule pack is checked; raise PackError naming every fault.

    It may do without examples and an English title, which a pack needs. Without defaults it reaches as far as its
    document's region.
    """
    region = catalogue.documents[document].region
    pack = {
        "schema": asked.get("schema", 1),
        "document": document,
        "defaults": asked.get("defaults", {"region": region}),
        "measures": [asked["measure"]],
        **({"facts": asked["facts"]} if asked.get("facts") else {}),
    }
    lexicon = Lexicon(facts=catalogue.facts, vocabularies=catalogue.vocabularies)
    parsed = parse_pack(pack, file=f"{document}.yaml", documents=catalogue.documents, lexicon=lexicon, is_draft=True)
    measure, facts = parsed.measures[0], {**catalogue.facts, **parsed.facts}
    return Draft(
        measure, replace(catalogue, measures={measure.id: measure}, grants=parsed.grants, facts=facts, texts={})
    )


def _catalogue_faults(catalogue: Catalogue, given: Json) -> list[Fault]:
    faults = []
    if given.get("id") in catalogue.documents:
        faults.append(Fault(file=FILE, pointer="/id", code="known_document"))
    region = given.get("region")
    if isinstance(region, str) and region not in catalogue.vocabularies["regions"].entries:
        faults.append(Fault(file=FILE, pointer="/region", code="region_of_no_place", params={"region": region}))
    return faults


MOST_KEPT = 20
"""So many outcomes are kept of a screening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a draft comes out: tenants by outcome, and those it fits or may fit, by verdict and row."""

    counts: VerdictCounts
    items: tuple[MeasureTenant, ...]


def stored_preview(draft: Draft, parts: Parts, options: Options, asked: object) -> Preview:
    """Return the outcome of a draft, decided once however many pages of it are asked for.

    `asked` is the draft as it was sent; its outcome stands beside the screening and goes with it.
    """
    reported = orjson.dumps([draft.alone.version, asked], option=orjson.OPT_SORT_KEYS)
    file = parts.folder.path / f"preview-{hashlib.sha256(reported).hexdigest()[:32]}.json"
    if file.is_file():
        return msgspec.json.decode(file.read_bytes(), type=Preview)
    outcome = preview(draft, parts, options)
    for old in sorted(parts.folder.path.glob("preview-*.json"), key=lambda path: path.stat().st_mtime)[: 1 - MOST_KEPT]:
        old.unlink(missing_ok=True)
    write_whole(file, msgspec.json.encode(outcome))
    return outcome


def preview(draft: Draft, parts: Parts, options: Options) -> Preview:
    """Decide the draft alone, for every tenant."""
    decider, declared = Decider(draft.alone), DeclaredFacts.of(draft.alone)
    # Every fact that a tenant may declare here; what another measure asks for is of no use to the draft.
    known = frozenset((*declared.facts, *declared.manual, *(test.fact for test in draft.measure.tests)))
    decided_rows = frozenset(parts.decided().tolist())
    counts: Counter[str] = Counter()
    items: list[dict[str, Any]] = []
    for number in parts.numbers:
        stored = [tenant for tenant in read_tenants(parts.folder.tenants(number)) if tenant.row in decided_rows]
        tenants = [_without_others(tenant, known) for tenant in stored]
        decided = decider.decide(tenants, options)
        counts.update(dict(zip(COUNTED, decided.by_measure[0].tolist(), strict=True)))
        items += result_table(decided, tenants, (draft.measure.id,)).drop_columns(["measure_id"]).to_pylist()
    return Preview(
        counts=VerdictCounts(**{name: counts[name] for name in COUNTED}),
        items=msgspec.convert(sorted(items, key=lambda item: (item["verdict"], item["row"])), MANY),
    )


def _without_others(tenant: Tenant, known: frozenset[str]) -> Tenant:
    if known.issuperset(tenant.profile.facts):
        return tenant
    facts = {name: value for name, value in tenant.profile.facts.items() if name in known}
    return Tenant(tenant.row, replace(tenant.profile, facts=facts))
