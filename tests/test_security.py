"""docs/security.md: each promise names tests that exist, and no test of tests/hardening/ is left out."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/security.md").read_text("utf-8")
PROMISES = [line.strip("|\n ").split(" | ") for line in TEXT.splitlines() if re.match(r"\| [A-Z]", line)]
NAMED = re.compile(r"`(tests/[\w/*]+\.py)`")
"""A test, or by a star several that hold one subject together."""


def test_every_promise_names_a_test_that_exists():
    assert len(PROMISES) > 20
    for promise, tests in PROMISES:
        assert NAMED.findall(tests), promise
        assert [name for name in NAMED.findall(tests) if not list(ROOT.glob(name))] == [], promise


def test_no_test_of_what_is_hard_to_break_is_left_out():
    named = {path for name in NAMED.findall(TEXT) for path in ROOT.glob(name)}
    assert sorted({*(ROOT / "tests/hardening").glob("test_*.py")} - named) == []


def test_the_page_says_what_is_left_to_others_and_is_found():
    assert "## What is left to the proxy, and to you" in TEXT
    assert "docs/security.md" in (ROOT / "docs/handbook/operations.md").read_text("utf-8")
    assert "docs/security.md" in (ROOT / "README.en.md").read_text("utf-8")
    assert re.search(r"^soak: ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
