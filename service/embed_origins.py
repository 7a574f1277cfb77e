"""Which origins may show the embedded self-check: read strictly from one setting.

An origin may be bound to a partner key by the key's id (`https://portal.example=0a1b2c3d4e5f`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ORIGIN = re.compile(r"(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_KEY_ID = re.compile(r"[0-9a-f]{12}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedOrigin:
    """An origin as browsers write it; with `key`, it may only show frames that carry the partner key of that id."""

    origin: str
    key: str = ""


class EmbedOriginError(ValueError):
    """One entry of the setting cannot be used; the message says why and what to write instead."""


def parse_embed_origins(text: str) -> tuple[EmbedOrigin, ...]:
    """Return the origins of a comma-separated list; raise EmbedOriginError at the first that cannot be used."""
    entries = [entry.strip() for entry in text.split(",")]
    origins = tuple(_parse_entry(entry) for entry in entries if entry)
    for number, one in enumerate(origins):
        if any(one.origin == other.origin for other in origins[:number]):
            raise EmbedOriginError(f"{one.origin} stands there twice; name each origin once")
    return origins


def allowed_origins(origins: Iterable[EmbedOrigin], key_id: str = "") -> tuple[str, ...]:
    """Return who may show a frame that carries the partner key of that id ("" when it carries none)."""
    return tuple(one.origin for one in origins if one.key in {"", key_id})


def _parse_entry(entry: str) -> EmbedOrigin:
    address, bound, key = entry.partition("=")
    if bound and not _KEY_ID.fullmatch(key):
        raise EmbedOriginError(f"{entry!r} must end in the id of a key (12 characters, see `cepei keys list`) after =")
    return EmbedOrigin(origin=_parse_origin(address), key=key)


def _parse_origin(address: str) -> str:
    found = _ORIGIN.fullmatch(address)
    if found is None:
        raise EmbedOriginError(
            f"{address!r} is no origin: write scheme, host and port only, like https://www.example.gov.cn, "
            "without path, final slash, user or *"
        )
    scheme, host, port = found[1].lower(), found[2].lower(), int(found[3] or 0)
    if scheme == "http" and host not in LOOPBACK_HOSTS:
        raise EmbedOriginError(f"{address!r} must begin with https://; http is for this machine (localhost) only")
    if port > _HIGHEST_PORT or found[3] == "0":
        raise EmbedOriginError(f"{address!r} names no port from 1 to {_HIGHEST_PORT}")
    return f"{scheme}://{host}" + (f":{port}" if port not in {0, _DEFAULT_PORTS[scheme]} else "")
