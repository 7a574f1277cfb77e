"""What a column of a table can be: every field that has headings, and which part of a place it tells."""

from __future__ import annotations

from seeds.profile_fields import profile_fields

PROVINCE, CITY, PLACE, COUNTY = 1, 2, 3, 4

EXAMPLE_MARK = "示例："
"""A company whose name begins so is the example row of the template, and is skipped."""

BY_ID = profile_fields().by_id
FIELDS = tuple(BY_ID.values())
