"""All benchmarks with goals, one after the other: `python -m tests.bench [catalogue]`; 1 when any goal is missed."""

import sys

from tests.bench import deciding, end_to_end, first_page, match, scale
from tests.bench.reporting import say

PARTS = (
    ("Single matches over HTTP", match),
    ("The first page in a browser", first_page),
    ("Deciding, beside other engines", deciding),
    ("A catalogue of a country", scale),
    ("Screening, from file to stored summary", end_to_end),
)


def main() -> int:
    """Run every part, also after one that missed a goal."""
    missed = []
    for title, part in PARTS:
        say(f"\n== {title}")
        if part.main():
            missed.append(title)
    say(f"\nmissed a goal: {', '.join(missed) or 'none'}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
