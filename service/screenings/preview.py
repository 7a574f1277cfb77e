"""Policy finds company: a draft measure in pack form, decided for the tenants of a stored screening."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import orjson

from matcher.standing import COUNTED
from rules.catalogue import Catalogue
from rules.measures import Measure
from service.schemas.screening_answers import MeasureTenant, VerdictCounts
from service.screenings.deciding import Decider
from service.screenings.folders import write_whole
from service.screenings.jobs import Options
from service.screenings.matrix import Parts
from service.screenings.parts import result_table
from service.screenings.standing import MANY
from service.screenings.tenants import Tenant, read_tenants

MOST_KEPT = 20
"""So many outcomes are kept of a screening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a draft comes out: tenants by outcome, and those it fits or may fit, by verdict and row."""

    counts: VerdictCounts
    items: tuple[MeasureTenant, ...]


def stored_preview(catalogue: Catalogue, draft: Measure, parts: Parts, options: Options, asked: object) -> Preview:
    """Return the outcome of a draft, decided once however many pages of it are asked for.

    `asked` is the draft as it was sent; its outcome stands beside the screening and goes with it.
    """
    told = orjson.dumps([catalogue.version, asked], option=orjson.OPT_SORT_KEYS)
    file = parts.folder.path / f"preview-{hashlib.sha256(told).hexdigest()[:32]}.json"
    if file.is_file():
        return msgspec.json.decode(file.read_bytes(), type=Preview)
    outcome = preview(catalogue, draft, parts, options)
    for old in sorted(parts.folder.path.glob("preview-*.json"), key=lambda path: path.stat().st_mtime)[: 1 - MOST_KEPT]:
        old.unlink(missing_ok=True)
    write_whole(file, msgspec.json.encode(outcome))
    return outcome


def preview(catalogue: Catalogue, draft: Measure, parts: Parts, options: Options) -> Preview:
    """Decide the draft alone, for every tenant."""
    only = replace(catalogue, measures={draft.id: draft}, path=None)
    decider, known = Decider(only), frozenset(_facts(only, draft))
    decided_rows = frozenset(parts.decided().tolist())
    counts: Counter[str] = Counter()
    items: list[dict[str, Any]] = []
    for number in parts.numbers:
        stored = [tenant for tenant in read_tenants(parts.folder.tenants(number)) if tenant.row in decided_rows]
        tenants = [_without_others(tenant, known) for tenant in stored]
        decided = decider.decide(tenants, options)
        counts.update(dict(zip(COUNTED, decided.by_measure[0].tolist(), strict=True)))
        items += result_table(decided, tenants, (draft.id,)).drop_columns(["measure_id"]).to_pylist()
    return Preview(
        counts=VerdictCounts(**{name: counts[name] for name in COUNTED}),
        items=msgspec.convert(sorted(items, key=lambda item: (item["verdict"], item["row"])), MANY),
    )


def _facts(catalogue: Catalogue, draft: Measure) -> Iterable[str]:
    """Yield every fact that a tenant may declare here; what another measure asks for is of no use to the draft."""
    yield from catalogue.facts
    yield from (test.fact for test in draft.tests)


def _without_others(tenant: Tenant, known: frozenset[str]) -> Tenant:
    if known.issuperset(tenant.profile.facts):
        return tenant
    facts = {name: value for name, value in tenant.profile.facts.items() if name in known}
    return Tenant(tenant.row, replace(tenant.profile, facts=facts))
