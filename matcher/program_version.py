"""Which program answers: a hash of all that, beside the catalogue, decides what an answer says."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PACKAGES = ("seeds", "rules", "matcher")
_OF_THE_CATALOGUE = (_ROOT / "seeds" / "documents", _ROOT / "rules" / "packs")
_LIBRARIES = ("rapidfuzz", "OpenCC", "numpy", "msgspec", "python-stdnum")
"""Those that read what people type, or write what is answered."""


@cache
def engine_version() -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of the source, its tables of words and its libraries."""
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in _LIBRARIES).encode())
    files = (path for package in _PACKAGES for path in (_ROOT / package).rglob("*") if path.suffix in {".py", ".yaml"})
    for path in sorted(path for path in files if not any(path.is_relative_to(folder) for folder in _OF_THE_CATALOGUE)):
        digest.update(f"\n{path.relative_to(_ROOT).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
