"""Policy finds company: a draft measure in pack form, decided for the tenants of a stored screening."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from matcher.matching import Engine
from matcher.screening import COUNTED, Screener
from rules.catalogue import Catalogue
from rules.condition_parsing import Lexicon
from rules.conditions import leaves
from rules.measures import Measure
from rules.pack import parse_pack
from service.screenings.deciding import Decider
from service.screenings.jobs import Options
from service.screenings.matrix import Parts
from service.screenings.parts import result_table
from service.screenings.tenants import Tenant, read_tenants

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a draft comes out: tenants by outcome, and those it fits or may fit, by verdict and row."""

    counts: Mapping[str, int]
    items: tuple[Json, ...]


def parse_draft(catalogue: Catalogue, document: str, measure: Json, defaults: Json | None) -> Measure:
    """Check a draft against its document as a rule pack is checked; raise PackError naming every fault.

    Without defaults it reaches as far as its document's region.
    """
    region = catalogue.documents[document].region
    reach = {"region": region} if defaults is None else defaults
    pack = {"schema": 1, "document": document, "defaults": reach, "measures": [measure]}
    lexicon = Lexicon(facts=catalogue.facts, vocabularies=catalogue.vocabularies)
    parsed = parse_pack(pack, file=f"{document}.yaml", documents=catalogue.documents, lexicon=lexicon)
    return parsed.measures[0]


def preview(catalogue: Catalogue, draft: Measure, parts: Parts, options: Options) -> Preview:
    """Decide the draft alone, for every tenant."""
    only = replace(catalogue, measures={draft.id: draft}, path=None)
    decider, known = Decider(Screener(Engine(only))), frozenset(_facts(only, draft))
    decided_rows = frozenset(parts.decided().tolist())
    counts: Counter[str] = Counter()
    items: list[Json] = []
    for number in parts.numbers:
        stored = [tenant for tenant in read_tenants(parts.folder.tenants(number)) if tenant.row in decided_rows]
        tenants = [_without_others(tenant, known) for tenant in stored]
        decided = decider.decide(tenants, options)
        counts.update(dict(zip(COUNTED, decided.by_measure[0].tolist(), strict=True)))
        items += result_table(decided, tenants, (draft.id,)).drop_columns(["measure_id"]).to_pylist()
    told = ({**item, "fact": None, "gap": None} for item in items)
    return Preview(
        counts={name: counts[name] for name in COUNTED},
        items=tuple(sorted(told, key=lambda item: (item["verdict"], item["row"]))),
    )


def _facts(catalogue: Catalogue, draft: Measure) -> Iterable[str]:
    """Yield every fact that a tenant may declare here; what another measure asks for is of no use to the draft."""
    yield from catalogue.facts
    for condition in draft.conditions:
        yield from (leaf.test.fact for leaf in leaves(condition))


def _without_others(tenant: Tenant, known: frozenset[str]) -> Tenant:
    facts = {name: value for name, value in tenant.profile.facts.items() if name in known}
    return Tenant(tenant.row, replace(tenant.profile, facts=facts))
