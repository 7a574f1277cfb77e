"""Answers signed with Ed25519, and signatures verified: in any language by replacing one value and asking one function.

What is signed are the bytes of an answer as they are sent, with `""` in the place of the signature. So nobody has to
write JSON in some canonical form, and an answer that was written anew, or of which one byte differs, is not the one
signed. Keys are told as RFC 7517 and 8037 have them, by the thumbprint of RFC 7638.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

_LARGEST_FILE = 65_536
_SIGNED = re.compile(rb',"key":"([A-Za-z0-9_-]{43})","signature":"([A-Za-z0-9_-]{86})"')


class SigningKeyError(Exception):
    """A key file cannot be used; the message names the file and what it should hold, and nothing of its content."""


class Standing(StrEnum):
    """What a signature says of an answer."""

    UNSIGNED = "unsigned"
    GOOD = "good"
    WRONG = "wrong"
    UNKNOWN_KEY = "unknown_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A public key as it is told: its id, and its 32 bytes in base64url."""

    kid: str
    x: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """What signs answers, if anything does, and every key that has: the present one first, then former ones."""

    private: Ed25519PrivateKey | None
    keys: tuple[SigningKey, ...]

    def signed(self, answer: Any) -> bytes:  # noqa: ANN401 - a MatchAnswer
        """Return an answer as bytes, signed where there is a private key; without one, as it is."""
        if self.private is None:
            return msgspec.json.encode(answer)
        kid = self.keys[0].kid
        proof = msgspec.structs.replace(answer.proof, key=kid, signature="")
        body = msgspec.json.encode(msgspec.structs.replace(answer, proof=proof))
        before, empty, behind = body.partition(f',"key":"{kid}","signature":"'.encode())
        return before + empty + _base64(self.private.sign(body)).encode() + behind


def load_signatures(private: Path | None, former: Iterable[Path]) -> Signatures:
    """Read the key that signs and those that did; raise SigningKeyError for a file that is no such key."""
    signs = None if private is None else _private(private)
    publics = [*([signs.public_key()] if signs else []), *map(_public, former)]
    return Signatures(private=signs, keys=tuple(dict.fromkeys(map(described, publics))))


def described(public: Ed25519PublicKey) -> SigningKey:
    """Return a public key with its thumbprint for an id."""
    x = _base64(public.public_bytes_raw())
    thumbprint = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest()
    return SigningKey(kid=_base64(thumbprint), x=x)


def keys_of(told: Any) -> tuple[SigningKey, ...]:  # noqa: ANN401 - what somebody has of GET /v1/keys
    """Return the Ed25519 keys of what GET /v1/keys answers, by their own thumbprints; raise SigningKeyError."""
    try:
        listed = [one for one in told["keys"] if one.get("crv") == "Ed25519"]
        return tuple(described(Ed25519PublicKey.from_public_bytes(_bytes(one["x"]))) for one in listed)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise SigningKeyError("no keys as GET /v1/keys tells them") from error


def unsigned(body: bytes) -> bytes:
    """Return an answer as it was before it was signed."""
    return _SIGNED.sub(b"", body, count=1)


def checked(body: bytes, proof: Mapping[str, Any], keys: Iterable[SigningKey]) -> Standing:
    """Return what the signature of an answer says: `body` are its bytes as they came, `proof` what stands in them."""
    kid, signature = str(proof.get("key", "")), str(proof.get("signature", ""))
    if not kid and not signature:
        return Standing.UNSIGNED
    known = {one.kid: one for one in keys}.get(kid)
    if known is None:
        return Standing.UNKNOWN_KEY
    value = f',"key":"{kid}","signature":"{signature}"'.encode()
    if not _SIGNED.fullmatch(value) or body.count(value) != 1:
        return Standing.WRONG
    empty = value.replace(f'"{signature}"'.encode(), b'""')
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(known.x)).verify(_bytes(signature), body.replace(value, empty))
    except InvalidSignature:
        return Standing.WRONG
    return Standing.GOOD


def _private(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(_content(file), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyError(f"{file} holds no private key in PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"{file} holds a private key of another kind than Ed25519")
    return key


def _public(file: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(_content(file))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyError(f"{file} holds no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SigningKeyError(f"{file} holds a public key of another kind than Ed25519")
    return key


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST_FILE)
    except OSError as error:
        raise SigningKeyError(f"{file} cannot be read: {error.strerror}") from error


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(f"{text}==")
