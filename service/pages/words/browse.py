"""Words of the pages on documents, measures and departments."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}
