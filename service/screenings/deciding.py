"""One chunk of tenants decided: the same tenants and the same catalogue give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from matcher.fields import Fields
from matcher.matching import Engine
from matcher.places import PlaceStatus, region_of_credit_code, resolve_place
from matcher.screened import ScreenedChunk
from matcher.screening import Screener
from rules.catalogue import Catalogue
from seeds.vocabulary import Vocabulary
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Chunk, Options
from service.screenings.parts import chunk_summary, count_table, near_table, result_table
from service.screenings.refused import refused_facts
from service.screenings.tenants import Tenant, parse_tenants, table_bytes

_SURE = (PlaceStatus.EXACT, PlaceStatus.ALIAS)
_MOST_PLACES = 20_000
"""So many places are remembered: past it, all are forgotten and read again."""


@dataclass
class Regions:
    """Reads where tenants are, each text once."""

    vocabulary: Vocabulary
    known: dict[str, str | None] = field(default_factory=dict)

    def of(self, tenant: Tenant) -> str | None:
        """Return the code of the tenant's place; of its credit code when it names none; None when not sure."""
        text = tenant.profile.city
        if not text:
            return region_of_credit_code(tenant.profile.uscc, self.vocabulary) if tenant.profile.uscc else None
        if text not in self.known:
            place = resolve_place(text, self.vocabulary)
            if len(self.known) >= _MOST_PLACES:
                self.known.clear()
            self.known[text] = place.codes[0] if place.status in _SURE else None
        return self.known[text]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedChunk:
    """The files of one chunk as bytes, how many rows it has, how many were refused, and what they add up to."""

    part: bytes
    near: bytes
    short: bytes
    counts: bytes
    rejected: bytes
    rows: int
    refused: int
    summary: Mapping[str, Any]

    def write(self, folder: Folder, number: int) -> Chunk:
        """Write the files, each whole or not at all."""
        write_whole(folder.part(number), self.part)
        write_whole(folder.near(number), self.near)
        write_whole(folder.short(number), self.short)
        write_whole(folder.counts(number), self.counts)
        write_whole(folder.rejected(number), self.rejected)
        return Chunk(number=number, rows=self.rows, rejected=self.refused, summary=self.summary)


class Decider:
    """Decides chunks against one catalogue; it remembers texts, so one decider serves a whole file."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Compile the catalogue."""
        self._screener = Screener(Engine(catalogue))
        self._regions = Regions(catalogue.vocabularies["regions"])

    def decide(self, tenants: list[Tenant], options: Options) -> ScreenedChunk:
        """Decide tenants; the chunk numbers them from 0."""
        given = Fields.of_profiles([tenant.profile for tenant in tenants])
        return self._screener.screen(given, on=options.on, statuses=frozenset(options.statuses), first_row=0)

    def decide_chunk(self, content: bytes, options: Options) -> DecidedChunk:
        """Decide the tenants of one chunk's file."""
        tenants = parse_tenants(content)
        decided, ids = self.decide(tenants, options), self._screener.measure_ids
        refused = [refused_facts(tenants[place].row, error) for place, error in decided.refused]
        return DecidedChunk(
            part=table_bytes(result_table(decided, tenants, ids)),
            near=table_bytes(near_table(decided, tenants, ids)),
            short=np.packbits(decided.one_fact_short).tobytes(),
            counts=table_bytes(count_table(decided, tenants, self._placed(tenants))),
            rejected=as_lines(refused),
            rows=len(tenants),
            refused=len(refused),
            summary=chunk_summary(decided, ids),
        )

    def _placed(self, tenants: list[Tenant]) -> dict[int, str]:
        return {tenant.row: region for tenant in tenants if (region := self._regions.of(tenant))}


def as_lines(rows: Iterable[object]) -> bytes:
    """Return plain data as JSON, one line each."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
