"""Who is signed in to the console: a signed cookie that names a key, a token in each form, where a form came from.

The cookie holds the key's id and when it ends, never the key; the key store is asked on every request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import flask
from itsdangerous import BadSignature, URLSafeSerializer

from service.access import store
from service.keys import SCREENING_ROLES, Key, Keys, server_secret

COOKIE = "cepei-console"
PATH = "/screenings"
TOKEN = "token"  # noqa: S105 - the name of a form field
SESSION_SECONDS = 8 * 3600
_PURPOSE = "console session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in: its key, and the token that its forms carry."""

    key: Key
    token: str


def current_session() -> Session | None:
    """Return who is signed in; None when nobody is, the time is over, or the key is valid no more."""
    try:
        key_id, number, ends = _signer().loads(flask.request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    now = time.time()
    held = next((key for key in Keys(store()).listed() if key.id == key_id), None)
    if now >= ends or held is None or not held.is_valid(now) or held.role not in SCREENING_ROLES:
        return None
    return Session(key=held, token=_token_of(str(number)))


def begin_session(answer: flask.Response, key: Key) -> None:
    """Sign in: put the cookie into an answer."""
    ends = int(time.time()) + SESSION_SECONDS
    answer.set_cookie(
        COOKIE,
        str(_signer().dumps([key.id, secrets.token_urlsafe(16), ends])),
        max_age=SESSION_SECONDS,
        path=PATH,
        secure=flask.request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def end_session(answer: flask.Response) -> None:
    """Sign out: take the cookie away."""
    answer.delete_cookie(COOKIE, path=PATH, secure=flask.request.is_secure, httponly=True, samesite="Strict")


def is_own_form(request: flask.Request) -> bool:
    """Tell whether a form was sent by a page of this service; a browser that tells neither way is not believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return origin.scheme in {"http", "https"} and origin.netloc == request.host


def holds_token(session: Session, request: flask.Request) -> bool:
    """Tell whether a form carries the token of this sign-in."""
    return hmac.compare_digest(session.token.encode(), request.form.get(TOKEN, "").encode())


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        server_secret(store().folder), salt=_PURPOSE, signer_kwargs={"digest_method": hashlib.sha256}
    )


def _token_of(number: str) -> str:
    secret = server_secret(store().folder)
    return hmac.new(secret, f"console form {number}".encode(), hashlib.sha256).hexdigest()
