"""The embedded frame: who may show it, whether its partner key counts, and what it tells the portal of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import asdict

from matcher.answers import MatchAnswer
from service.access import store
from service.embed_origins import allowed_origins
from service.keys import Keys, Role
from service.pages.rendering import PAGE_POLICY
from service.serving import serving

_NOBODY = "'none'"
NO_PARTNER = "none"
"""How checks without a partner key are counted."""


class PartnerRefusedError(Exception):
    """The partner key of a frame does not count; `reason` is a key of the words."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, never the key."""
        super().__init__(reason)
        self.reason = reason


def find_partner(text: str) -> str:
    """Return the id of a partner key, "" when none is given; raise PartnerRefusedError when it does not count."""
    if not text:
        return ""
    key = Keys(store()).find(text)
    if key is None:
        raise PartnerRefusedError("embed.partner_unknown")
    if key.role is not Role.PUBLIC:
        raise PartnerRefusedError("embed.partner_powerful")
    return key.id


def parents(partner: str) -> tuple[str, ...]:
    """Return the origins that may show a frame of this partner ("" for one without a key)."""
    return allowed_origins(serving().settings.embed_origins, partner)


def every_parent() -> tuple[str, ...]:
    """Return every origin that may show some frame; a refusal is shown to all of them."""
    return tuple(one.origin for one in serving().settings.embed_origins)


def frame_policy(origins: Iterable[str]) -> str:
    """Return the page policy with the origins that may show this frame; nobody may when there is none."""
    return PAGE_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins) or _NOBODY}")


def count_partner(partner: str) -> None:
    """Count one check of a partner; of the company, nothing is counted."""
    serving().metrics.embed_checks.labels(partner or NO_PARTNER).inc()


def result_detail(answer: MatchAnswer) -> dict[str, Any]:
    """Return what the portal is told of an answer: counts and measures, nothing the company said."""
    return {
        "catalogue": answer.catalogue.version,
        "on": answer.on.isoformat(),
        "totals": asdict(answer.totals),
        "measures": [
            {"id": item.measure.id, "relevance": item.relevance, "verdict": item.verdict, "effect": item.effect}
            for item in answer.recommendations
        ],
    }


def fault_detail(faults: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return what the portal is told of a profile with faults: where they are, not what stands there."""
    return {"code": "invalid_profile", "pointers": sorted({fault["pointer"] for fault in faults})}
