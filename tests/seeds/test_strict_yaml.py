"""YAML as plain data: what people write is what is read, and what is doubtful is refused with its line."""

import pytest

from seeds.faults import SeedError, load_yaml, parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12:30", "12:30"),
        ("2025-01-22", "2025-01-22"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("0123", "0123"),
        ("1e5", "1e5"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("<<", "<<"),
        ("=", "="),
        ("2.3", 2.3),
        ("2.3.2", "2.3.2"),
        ("440000", 440000),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        ("1.5e+3", 1500.0),
        ('"440000"', "440000"),
        ("'true'", "true"),
        ("30%", "30%"),
        ("500万元", "500万元"),
    ],
)
def test_a_scalar_is_what_it_looks_like(text, value):
    found = parse_yaml(f"key: {text}\n", file="f.yaml")["key"]
    assert found == value
    assert type(found) is type(value)


def test_lists_mappings_and_anchors_are_read():
    text = "a: &x {b: [1, 二]}\nc: *x\n"
    assert parse_yaml(text, file="f.yaml") == {"a": {"b": [1, "二"]}, "c": {"b": [1, "二"]}}


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("a: 1\na: 2\n", "line 2, column 1", "the key 'a' stands twice"),
        ("a: 1\n'a': 2\n", "line 2, column 1", "the key 'a' stands twice"),
        ("x:\n  - {b: 1, c: 2, b: 3}\n", "line 2, column 18", "the key 'b' stands twice"),
        ("? [1, 2]\n: x\n", "line 1", "a key must be plain text"),
        ("a: [1\n", "line 2", "expected"),
        ("\ta: 1\n", "line 1", "cannot start any token"),
        ("a: 1\n---\nb: 2\n", "line 2", "but found another document"),
        ("a: !!python/name:os.system x\n", "line 1", "could not determine a constructor"),
        ("a: !own 1\n", "line 1", "could not determine a constructor"),
        ("a: \x00\n", "unknown line", "characters are not allowed"),
    ],
)
def test_what_is_doubtful_is_refused_with_its_line(text, where, problem):
    with pytest.raises(SeedError) as caught:
        parse_yaml(text, file="f.yaml")
    (fault,) = caught.value.faults
    assert fault.file == "f.yaml"
    assert where in fault.worded("en")[0]
    assert problem in fault.worded("en")[0]


def test_a_file_is_read_as_utf_8(tmp_path):
    path = tmp_path / "f.yaml"
    path.write_bytes("\ufeffa: 首台（套）\n".encode())
    assert load_yaml(path) == {"a": "首台（套）"}


@pytest.mark.parametrize("content", [None, "a: 首台".encode("gb18030")], ids=["missing", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "f.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SeedError, match=r"f\.yaml#: cannot be read"):
        load_yaml(path)
