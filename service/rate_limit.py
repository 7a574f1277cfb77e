"""Who may ask for how many matches: one budget an address, shared by the API and the page and by all workers."""

from __future__ import annotations

import ipaddress

import flask
from flask_limiter import Limiter

from service.access import is_operator
from service.rate_store import store_uri
from service.settings import Settings

LIMITED_ENDPOINTS = frozenset(
    {"match.match", "pages.check", "embed.check", "reports.send", "feedback.report", "console.sign_in"}
)
IPV6_NETWORK_BITS = 64
"""One household or company gets a whole /64, so its single addresses mean nothing."""


def create_limiter(app: flask.Flask, settings: Settings) -> Limiter | None:
    """Install the limit of `settings`, if there is one; a store that fails lets requests pass and logs it."""
    if not settings.rate_limit:
        return None
    return Limiter(
        caller,
        app=app,
        application_limits=[settings.rate_limit],
        application_limits_exempt_when=_is_free,
        storage_uri=store_uri(settings.rate_store),
        storage_options={},
        strategy="fixed-window",
        swallow_errors=True,
    )


def caller() -> str:
    """Return the address that shares one budget; behind a proxy ProxyFix has put the caller's own there."""
    try:
        address = ipaddress.ip_address(flask.request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 4:  # noqa: PLR2004 - the protocol's name
        return str(address)
    return str(ipaddress.ip_network((int(address), IPV6_NETWORK_BITS), strict=False))


def _is_free() -> bool:
    """Tell whether a call is not counted here: operators are limited in records (`charge_match`), not in calls."""
    if flask.request.method != "POST" or flask.request.endpoint not in LIMITED_ENDPOINTS:
        return True
    return is_operator()
