"""A decided chunk as the tables that are stored of it, and what it adds up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from matcher.registers.granted import Granted
from matcher.registers.screener import ScreenedChunk
from matcher.standing import COUNTED, RELEVANCE
from rules.language.measures import BY_STRENGTH, OF_MEASURE, WHYS
from service.screenings.stored.folders import Tenant
from service.screenings.stored.parts import BENEFITS, CALLED, COUNTS, NEAR, PAIR_SCHEMA, WITHHELD


def result_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], measure_ids: Sequence[str]) -> pa.Table:
    """Return what is shown, by row and then in the order of a match; `chunk` numbers its rows from 0."""
    called = {name: _taken([getattr(t.profile, name) for t in tenants], chunk.pair_row) for name in CALLED}
    table = pa.table(
        {
            "row": _numbers(tenants)[chunk.pair_row],
            **called,
            "measure_id": _taken(measure_ids, chunk.pair_measure),
            "verdict": _taken([verdict.value for verdict in OF_MEASURE], chunk.verdict),
            "relevance": _taken([relevance.value for relevance in RELEVANCE], chunk.relevance),
            "score": chunk.score,
            "unknown": _unknown(chunk),
        },
        schema=PAIR_SCHEMA,
    )
    return table.append_column(BENEFITS, _benefits(chunk.granted)) if chunk.granted else table


def near_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], measure_ids: Sequence[str]) -> pa.Table:
    """Return the pairs that one changeable condition stands in the way of, with what is missing where it counts."""
    near = chunk.near
    columns = {
        "row": _numbers(tenants)[near.rows],
        "measure_id": _taken(measure_ids, near.measures),
        "fact": pa.array(near.facts, type=pa.string()),
        "gap": pa.array(near.gaps, type=pa.float64(), from_pandas=True),
    }
    return pa.table(columns, schema=NEAR)


def count_table(chunk: ScreenedChunk, tenants: Sequence[Tenant], regions: Mapping[int, str]) -> pa.Table:
    """Return the counts of each tenant that was decided, its region where that is sure, and what is withheld."""
    rows = _numbers(tenants)[chunk.rows]
    counts = {name: chunk.by_row[:, place].astype(np.int32) for place, name in enumerate(COUNTED)}
    table = pa.table({"row": rows, "region": [regions.get(int(row)) for row in rows], **counts}, schema=COUNTS)
    content, width = pa.py_buffer(np.ascontiguousarray(chunk.withheld)), pa.binary(chunk.withheld.shape[1])
    bits = pa.FixedSizeBinaryArray.from_buffers(width, len(chunk.withheld), [None, content])
    return table.append_column(WITHHELD, bits)


def chunk_summary(chunk: ScreenedChunk, measure_ids: Sequence[str]) -> dict[str, Any]:
    """Return what the chunk adds up to."""
    shown = chunk.by_row[:, COUNTED.index("possible")] - chunk.by_row[:, COUNTED.index("withheld")]
    applicable = chunk.by_row[:, COUNTED.index("applicable")]
    return {
        "measures": {name: counts.tolist() for name, counts in zip(measure_ids, chunk.by_measure, strict=True)},
        "tenants_with": {"applicable": int(np.count_nonzero(applicable)), "possible": int(np.count_nonzero(shown))},
        "settles": {fact: int(count) for fact, count in chunk.settles.items()},
        "opens": dict(chunk.opened_by()),
    }


def _numbers(tenants: Sequence[Tenant]) -> NDArray[np.int32]:
    return np.array([tenant.row for tenant in tenants], dtype=np.int32)


def _taken(words: Sequence[str], places: NDArray[Any]) -> pa.Array:
    return pa.array(words, type=pa.string()).take(pa.array(places))


def _benefits(granted: Granted) -> pa.Array:
    """Return what the benefits of each pair come to; what cannot be told, and no tier, is null."""
    facts = pa.ListArray.from_arrays(
        pa.array(granted.fact_starts, type=pa.int32()), _taken(granted.names, granted.facts)
    )
    columns = [
        _taken(granted.kinds, granted.kind),
        _taken([verdict.value for verdict in BY_STRENGTH], granted.verdict),
        *(pa.array(bound, type=pa.float64(), from_pandas=True) for bound in (granted.low, granted.high)),
        *(pa.array(tier, type=pa.int32(), mask=tier < 0) for tier in (granted.tier, granted.next_tier)),
        pa.array(granted.gap, type=pa.float64(), from_pandas=True),
        facts,
    ]
    benefits = pa.StructArray.from_arrays(columns, fields=list(BENEFITS.type.value_type))
    return pa.ListArray.from_arrays(pa.array(granted.starts, type=pa.int32()), benefits)


def _unknown(chunk: ScreenedChunk) -> pa.Array:
    opened = chunk.open
    facts, whys = _taken(opened.names, opened.facts), _taken([why.value for why in WHYS], opened.whys)
    pairs = pa.StructArray.from_arrays([facts, whys], fields=list(PAIR_SCHEMA.field("unknown").type.value_type))
    return pa.ListArray.from_arrays(pa.array(opened.starts, type=pa.int32()), pairs)
