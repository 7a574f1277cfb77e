"""Words of the embedded self-check."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}
