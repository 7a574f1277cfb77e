"""How answers are written: figures and texts as other writers of JSON write them."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from rules.language.amounts import LARGEST_YUAN
from service.web.requests import json_bytes


@given(st.floats(-LARGEST_YUAN, LARGEST_YUAN) | st.integers(-(2**53), 2**53) | st.text() | st.dates() | st.none())
def test_values_are_written_as_orjson_writes_them(value):
    assert json_bytes([value]) == orjson.dumps([value])
