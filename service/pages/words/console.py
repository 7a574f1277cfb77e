"""Words of the screening console."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}
