"""Numbers of a stored screening by tenant and by measure, as the console's lists need them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from service.screenings.digest import PairReader
from service.screenings.matrix import Parts

Rows = NDArray[np.int32]
STANDINGS = ("applicable", "possible", "one_fact_short", "one_condition_short")


def rows_called(parts: Parts, text: str) -> Rows:
    """Return the tenants whose name holds a text."""
    table = parts.tenants(["row", "name"])
    found = pc.match_substring(pc.fill_null(table["name"], ""), text, ignore_case=True)
    return np.asarray(table.filter(found)["row"].to_numpy(), dtype=np.int32)


def counts_by_measure(parts: Parts, rows: Rows | None = None) -> dict[str, Counter[str]]:
    """Return measure -> standing -> tenants, of some rows or all; measures that nobody is shown are not there."""
    if not parts.numbers:
        return {}
    reader = PairReader.open(parts.folder)
    pairs = reader.of(reader.spans, ["row", "is_applicable", "one_fact_short"])
    chosen = np.ones(len(pairs), dtype=np.bool_) if rows is None else np.isin(pairs["row"].to_numpy(), rows)
    applicable, short = pairs["is_applicable"].to_numpy(), pairs["one_fact_short"].to_numpy()
    flags = {"applicable": applicable, "possible": ~applicable, "one_fact_short": short}
    sums = {name: np.append(0, np.cumsum(flag & chosen)) for name, flag in flags.items()}
    counts = {
        measure_id: Counter({name: int(total[end] - total[start]) for name, total in sums.items()})
        for measure_id, (start, end) in reader.spans.items()
    }
    near = parts.near(["measure_id", "row"])
    if rows is not None:
        near = near.filter(pa.array(np.isin(near["row"].to_numpy(), rows)))
    for item in pc.value_counts(near["measure_id"]).to_pylist():
        counts.setdefault(item["values"], Counter())["one_condition_short"] = item["counts"]
    return counts


def cells_of(parts: Parts, rows: Collection[int], measures: Collection[str]) -> dict[tuple[int, str], str]:
    """Return (row, measure) -> how it stands, for one page of the matrix; what is not listed is not there."""
    if not rows:
        return {}
    wanted = pc.field("row").isin(pa.array(sorted(rows), type=pa.int32()))
    near = parts.near(["row", "measure_id"], wanted)
    shown = parts.pairs_of_rows(rows, ["row", "measure_id", "verdict"])
    found = dict.fromkeys(zip(near["row"].to_pylist(), near["measure_id"].to_pylist(), strict=True), "near")
    of_page = shown.filter(pc.is_in(shown["measure_id"], value_set=pa.array(sorted(measures), type=pa.string())))
    columns = (of_page[name].to_pylist() for name in ("row", "measure_id", "verdict"))
    found.update({(row, measure_id): verdict for row, measure_id, verdict in zip(*columns, strict=True)})
    return found
