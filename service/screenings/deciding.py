"""One chunk of tenants decided and written: the same tenants and the same catalogue give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from matcher.places import PlaceStatus, region_of_credit_code, resolve_place
from matcher.screening import ScreenedChunk, Screener
from seeds.vocabulary import Vocabulary
from service.screenings.folders import Folder, write_whole
from service.screenings.jobs import Chunk, Options
from service.screenings.parts import chunk_summary, count_table, near_table, result_table
from service.screenings.refused import refused_facts
from service.screenings.tenants import Tenant, read_tenants, write_table

_SURE = (PlaceStatus.EXACT, PlaceStatus.ALIAS)


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
            self.known[text] = place.codes[0] if place.status in _SURE else None
        return self.known[text]


@dataclass
class Decider:
    """Decides chunks against one catalogue; it remembers texts, so one decider serves a whole file."""

    screener: Screener

    def __post_init__(self) -> None:
        """Remember no place yet."""
        self._regions = Regions(self.screener.engine.catalogue.vocabularies["regions"])

    def decide(self, tenants: list[Tenant], options: Options) -> ScreenedChunk:
        """Decide tenants; the chunk numbers them from 0."""
        profiles = [tenant.profile for tenant in tenants]
        return self.screener.screen(profiles, on=options.on, statuses=frozenset(options.statuses), first_row=0)

    def decide_chunk(self, folder: Folder, number: int, options: Options) -> Chunk:
        """Decide one chunk and write its files; return what it adds up to."""
        tenants = read_tenants(folder.tenants(number))
        decided, ids = self.decide(tenants, options), self.screener.measure_ids
        write_table(folder.part(number), result_table(decided, tenants, ids))
        write_table(folder.near(number), near_table(decided, tenants, ids))
        write_table(folder.counts(number), count_table(decided, tenants, self._placed(tenants)))
        refused = [refused_facts(tenants[place].row, error) for place, error in decided.refused]
        write_whole(folder.rejected(number), as_lines(refused))
        summary = chunk_summary(decided, ids)
        return Chunk(number=number, rows=len(tenants), rejected=len(refused), summary=summary)

    def _placed(self, tenants: list[Tenant]) -> dict[int, str]:
        return {tenant.row: region for tenant in tenants if (region := self._regions.of(tenant))}


def as_lines(rows: Iterable[object]) -> bytes:
    """Return plain data as JSON, one line each."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
