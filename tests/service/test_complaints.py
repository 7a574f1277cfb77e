"""Reading JSON: whatever the bytes, plain data or one kind of error, and never a crash."""

import contextlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seeds.vocabulary import printable
from service.complaints import DEEPEST, RequestError, pointer_to, read_json

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=200))
@example(b'"' * 199)
@example(b"\\" * 199)
@example(b'{"a":1,"a":2}')
def test_any_bytes_are_read_or_refused(body):
    with contextlib.suppress(RequestError):
        json.dumps(read_json(body))


@given(json_values)
def test_honest_json_is_read_as_python_reads_it(value):
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")) == value


@given(st.text(alphabet='[]{}"\\,:a1', max_size=120))
def test_brackets_inside_texts_are_no_levels(text):
    assert read_json(json.dumps({"a": text}).encode()) == {"a": text}


@pytest.mark.parametrize(("depth", "allowed"), [(DEEPEST, True), (DEEPEST + 1, False)])
def test_the_deepest_level_is_exact(depth, allowed):
    body = b"[" * depth + b"]" * depth
    if allowed:
        read_json(body)
    else:
        with pytest.raises(RequestError):
            read_json(body)


def test_many_siblings_are_not_deep():
    assert len(read_json(json.dumps([[] for _ in range(1000)]).encode())) == 1000


def test_every_oddity_is_reported_at_once():
    with pytest.raises(RequestError) as caught:
        read_json(b'{"a": NaN, "b": [1, "\\ud834", Infinity], "c": 1, "c": 2, "d/e": {"f~": -Infinity}}')
    reported = {(complaint.pointer, complaint.code) for complaint in caught.value.complaints}
    assert reported == {
        ("/a", "not_finite"), ("/b/1", "lone_surrogate"), ("/b/2", "not_finite"), ("/c", "doubled_key"),
        ("/d~1e/f~0", "not_finite"),
    }  # fmt: skip


def test_a_pair_of_surrogates_is_one_character():
    assert read_json(b'"\\ud834\\udd1e"') == "\U0001d11e"


def test_names_are_shown_without_what_a_terminal_or_page_would_obey():
    assert printable("a\x1b[31m\u202eb\ud800") == "a\ufffd[31m\ufffdb\ufffd"
    assert printable("x" * 100) == "x" * 60 + "…"


def test_a_pointer_escapes_as_the_standard_says():
    assert pointer_to("a/b", "c~d", 0, "") == "/a~1b/c~0d/0/"
    assert pointer_to() == ""
