"""A stored screening as what the writers of result files need; read chunk by chunk, never all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from msgspec.structs import asdict

from matcher.standing import COUNTED
from rules.catalogue import Catalogue
from seeds.regions import region_label
from service.schemas.screening_answers import MeasureItem
from service.screenings.jobs import Chunk, Job
from service.screenings.matrix import BEST, Parts
from service.screenings.parts import COUNTS
from service.screenings.refused import raw_rejected
from service.screenings.telling import add_up, measure_counts, measure_items, opening, settling, title_of
from service.tables.results import About, Advice, Counts, MeasureLine, TenantLine


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResults:
    """One finished screening, told in one language."""

    job: Job
    parts: Parts
    chunks: tuple[Chunk, ...]
    catalogue: Catalogue
    language: str

    @property
    def about(self) -> About:
        """Return what the results rest on."""
        counted = Counter[str]()
        for counts in measure_counts(self.chunks).values():
            counted.update(counts)
        settled = settling(self.catalogue, add_up(self.chunks, "settles"), self.language)
        opened = opening(self.catalogue, add_up(self.chunks, "opens"), self.language)
        return About(
            catalogue=self.job.catalogue or "",
            on=self.job.options.on,
            statuses=tuple(self._status(status) for status in self.job.options.statuses),
            rows=(self.job.total or 0) - self.job.rejected,
            rejected=self.job.rejected,
            counts=_counts(counted),
            settles=tuple(Advice(label=item.label, pairs=item.settles) for item in settled),
            opens=tuple(Advice(label=item.label, pairs=item.opens) for item in opened),
        )

    def measures(self) -> Iterator[MeasureLine]:
        """Yield the measures, most applicable first."""
        for item in measure_items(self.catalogue, measure_counts(self.chunks), self.language):
            yield self._measure(item)

    def tenants(self) -> Iterator[TenantLine]:
        """Yield the tenants by row."""
        for number in self.parts.numbers:
            best = self._best(number)
            called = pq.read_table(self.parts.folder.tenants(number), columns=["row", "external_id", "uscc", "name"])
            names = {tenant["row"]: tenant for tenant in called.to_pylist()}
            for counted in pq.read_table(self.parts.folder.counts(number), columns=COUNTS.names).to_pylist():
                row = counted["row"]
                yield TenantLine(**names[row], counts=_counts(counted), best=best.get(row, ()))

    def pairs(self) -> Iterator[pa.Table]:
        """Yield the pairs that are shown, a chunk at a time, by row and then in the order of a match."""
        for number in self.parts.numbers:
            yield pq.read_table(self.parts.folder.part(number))

    def rejected(self) -> Iterable[Mapping[str, Any]]:
        """Return the rejected rows, by row."""
        return raw_rejected(self.parts.folder, self.parts.numbers)

    def _best(self, number: int) -> dict[int, tuple[str, ...]]:
        """Return row -> the titles of its first measures."""
        table = pq.read_table(self.parts.folder.part(number), columns=["row", "measure_id"])
        rows = table["row"].to_numpy()
        is_late = np.zeros(len(rows), dtype=np.bool_)
        is_late[BEST:] = rows[BEST:] == rows[:-BEST]
        first = table.filter(pa.array(~is_late))
        best: dict[int, tuple[str, ...]] = {}
        for row, measure_id in zip(first["row"].to_pylist(), first["measure_id"].to_pylist(), strict=True):
            best[row] = (*best.get(row, ()), title_of(self.catalogue, measure_id, self.language))
        return best

    def _measure(self, item: MeasureItem) -> MeasureLine:
        measure, counts = self.catalogue.measures.get(item.measure_id), Counts(**asdict(item.counts))
        if measure is None:
            told = dict.fromkeys(("instrument", "document", "status", "region"), "")
            return MeasureLine(id=item.measure_id, title=item.title, counts=counts, **told)
        document = self.catalogue.documents[measure.document]
        vocabularies = self.catalogue.vocabularies
        return MeasureLine(
            id=item.measure_id,
            title=item.title,
            instrument=vocabularies["instruments"][measure.instrument].label(self.language),
            document=document.title,
            status=self._status(document.status.value),
            region=region_label(vocabularies["regions"], document.region, self.language),
            counts=counts,
        )

    def _status(self, status: str) -> str:
        words = {"in_force": ("现行有效", "in force"), "draft": ("征求意见稿", "draft")}
        return words.get(status, (status, status))[self.language == "en"]


def _counts(counted: Mapping[str, int]) -> Counts:
    return Counts(**{name: int(counted.get(name, 0)) for name in COUNTED})
