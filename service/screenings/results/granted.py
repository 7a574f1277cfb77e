"""What pairs come to, as columns of a CSV file and as members of a line of JSON."""

from __future__ import annotations

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

_BETWEEN = "; "
"""Between the benefits of one measure in a cell; what cannot be told of one leaves its place empty."""
_OF_BENEFIT = {
    "kind": "benefit", "verdict": "paid", "low_cny": "low_cny", "high_cny": "high_cny", "tier": "tier",
    "next_tier": "next_tier", "gap": "gap",
}  # fmt: skip
"""A value of a benefit, and its column in CSV."""
_OF_MEASURE = ("window", "opens", "closes")


def csv_columns(table: pa.Table) -> dict[str, pa.Array]:
    """Return the further columns of CSV, by name; none of them holds text of the tenant's or needs quoting."""
    benefits = table["benefits"].combine_chunks()
    each = benefits.flatten()
    values = {heading: _written(each.field(name)) for name, heading in _OF_BENEFIT.items()}
    values["depends_on"] = pc.binary_join(each.field("depends_on"), " ")
    columns = {name: _in_one_cell(column, benefits) for name, column in values.items()}
    columns |= {name: pc.fill_null(table[name].combine_chunks(), "") for name in _OF_MEASURE}
    columns["not_beside"] = pc.binary_join(table["not_beside"].combine_chunks(), " ")
    return columns


def json_members(table: pa.Table) -> pa.Array:
    """Return the further members of each line of JSON, a comma before the first."""
    members: list[pa.Array | str] = [',"benefits":', _lists(table["benefits"].combine_chunks())]
    for name in _OF_MEASURE:
        stated = table[name].combine_chunks()
        members += [f',"{name}":', pc.fill_null(pc.binary_join_element_wise('"', stated, '"', ""), "null")]
    others = table["not_beside"].combine_chunks()
    quoted = pc.binary_join_element_wise('"', others.flatten(), '"', "")
    joined = pc.binary_join(pa.ListArray.from_arrays(others.offsets, quoted), ",")
    return pc.binary_join_element_wise(*members, ',"not_beside":[', joined, "]", "")


def _lists(benefits: pa.ListArray) -> pa.Array:
    """Return lists as JSON; most measures state no benefit, and those lists are not looked at one by one."""
    written = np.where(np.asarray(benefits.is_null()), "null", "[]").astype(object)
    stating = np.flatnonzero(pc.fill_null(pc.list_value_length(benefits), 0).to_numpy(zero_copy_only=False))
    for place, stated in zip(stating.tolist(), benefits.take(pa.array(stating)).to_pylist(), strict=True):
        written[place] = orjson.dumps(stated).decode()
    return pa.array(written, type=pa.string())


def _in_one_cell(values: pa.Array, benefits: pa.ListArray) -> pa.Array:
    return pc.fill_null(pc.binary_join(pa.ListArray.from_arrays(benefits.offsets, values), _BETWEEN), "")


def _written(column: pa.Array) -> pa.Array:
    """Return values as text, "" for what cannot be told; whole numbers without a point."""
    coded = column.dictionary_encode()
    texts = [value if isinstance(value, str) else f"{value:.15g}" for value in coded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(texts, type=pa.string()).take(coded.indices), "")
