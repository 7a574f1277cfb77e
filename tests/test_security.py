"""docs/security.md: each promise names tests that exist, and no test of tests/hardening/ is left out."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/security.md").read_text("utf-8")
PROMISES = [line.strip("|\n ").split(" | ") for line in TEXT.splitlines() if re.match(r"\| [A-Z]", line)]
ELSEWHERE = ("test_reader", "test_patterns", "test_network", "test_disk")
"""Files that may be cut into several: tests/hardening/test_reader*.py and so on."""


def stands(name):
    path = ROOT / name
    return path.is_file() or (path.stem in ELSEWHERE and bool(list(path.parent.glob(f"{path.stem}*.py"))))


def test_every_promise_names_a_test_that_exists():
    assert len(PROMISES) > 20
    for promise, tests in PROMISES:
        named = re.findall(r"`(tests/[\w/]+\.py)`", tests)
        assert named, promise
        assert [name for name in named if not stands(name)] == [], promise


def test_no_test_of_what_is_hard_to_break_is_left_out():
    named = set(re.findall(r"`tests/hardening/(\w+)\.py`", TEXT))
    there = {path.stem for path in (ROOT / "tests/hardening").glob("test_*.py")}
    assert [stem for stem in there if not any(stem.startswith(name) for name in named)] == []


def test_the_page_says_what_is_left_to_others_and_is_found():
    assert "## What is left to the proxy, and to you" in TEXT
    assert "docs/security.md" in (ROOT / "docs/handbook/operations.md").read_text("utf-8")
    assert "docs/security.md" in (ROOT / "README.en.md").read_text("utf-8")
    assert re.search(r"^soak: ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
