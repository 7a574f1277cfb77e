"""Words of what a reader reports as wrong."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}
