"""The Model Context Protocol, as far as tools need it: revision 2026-07-28 without state, and the handshake before it.

A message in, an answer out; nothing is remembered between two. Knows no HTTP but the headers that repeat a message.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service import __version__
from service.agents.tools import BY_NAME, Tool, listed_tools

Json = dict[str, Any]

MODERN = ("2026-07-28",)
HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
VERSION_HEADER, METHOD_HEADER, NAME_HEADER = "Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name"

_VERSION = "io.modelcontextprotocol/protocolVersion"
_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
_SERVER = "io.modelcontextprotocol/serverInfo"
_SERVER_INFO = {"name": "cepei", "title": "Cepei 策配", "version": __version__}
_CAN: Json = {"tools": {}}
_INSTRUCTIONS = (
    "Government support measures for companies in China, each with the sentence of the policy that grants it. Quote "
    "the text word for word with its document and clause, say when a document is a draft or expired, treat unknown as "
    "unknown, and run check_citations over what you wrote before you give it to anybody."
)
_TTL_MS = 300_000

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, UNSUPPORTED_VERSION = -32020, -32022
STATUS = {METHOD_NOT_FOUND: 404}
"""The status of an error of 2026-07-28 over HTTP where it is not 400."""
_ENCODED = re.compile(r"=\?base64\?([A-Za-z0-9+/=]{0,4096})\?=")

Call = Callable[[Tool, Json], Json]
"""How a tool is called on behalf of who asks."""


class ProtocolError(Exception):
    """A message that cannot be answered: code and words of JSON-RPC."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        """Keep them."""
        self.code, self.message, self.data = code, message, data
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message gets: an answer, or nothing for a notification; `code` of an error; whether it is modern."""

    message: Json | None
    code: int = 0
    is_modern: bool = False


def answer(message: object, call: Call, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer one message; `headers` are those of HTTP, which have to agree with what it says."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
        wrong = ProtocolError(INVALID_REQUEST, "the body must be one JSON-RPC request or notification")
        return failed(None, wrong, is_modern=True)
    if "id" not in message:
        return Reply(None)
    id_, params = message["id"], message.get("params")
    if not isinstance(id_, str | int) or isinstance(id_, bool):
        wrong = ProtocolError(INVALID_REQUEST, "the id must be a text or a whole number")
        return failed(None, wrong, is_modern=True)
    is_modern = _says_modern(params, headers)
    try:
        if is_modern:
            _expect_envelope(message["method"], params, headers)
        result = _result(message["method"], {} if params is None else params, call, is_modern=is_modern)
    except ProtocolError as error:
        return failed(id_, error, is_modern=is_modern)
    if is_modern:
        result = {"resultType": "complete", **result, "_meta": {_SERVER: _SERVER_INFO}}
    return Reply({"jsonrpc": "2.0", "id": id_, "result": result}, is_modern=is_modern)


def failed(id_: str | int | None, error: ProtocolError, *, is_modern: bool = False) -> Reply:
    """Return the answer to a message that cannot be answered."""
    told = {"code": error.code, "message": error.message}
    told |= {} if error.data is None else {"data": error.data}
    return Reply({"jsonrpc": "2.0", "id": id_, "error": told}, error.code, is_modern)


def _says_modern(params: object, headers: Mapping[str, str] | None) -> bool:
    """Tell whether a message carries the envelope of 2026-07-28, or its header a revision that needs no handshake."""
    meta = params.get("_meta") if isinstance(params, dict) else None
    if isinstance(meta, dict) and _VERSION in meta:
        return True
    version = (headers or {}).get(VERSION_HEADER)
    return version is not None and version not in HANDSHAKE


def _expect_envelope(method: str, params: object, headers: Mapping[str, str] | None) -> None:
    """Raise ProtocolError where a message lacks its envelope, or HTTP headers say something else than it."""
    meta = params.get("_meta") if isinstance(params, dict) else None
    missing = [key for key in (_VERSION, _CAPABILITIES) if not isinstance(meta, dict) or key not in meta]
    if not isinstance(params, dict) or not isinstance(meta, dict) or missing:
        raise ProtocolError(INVALID_PARAMS, f"params._meta lacks {', '.join(missing)}")
    version = meta[_VERSION]
    if headers is not None:
        expected = {VERSION_HEADER: version, METHOD_HEADER: method}
        expected |= {NAME_HEADER: params["name"]} if method == "tools/call" and "name" in params else {}
        for name, value in expected.items():
            if _decoded(headers.get(name)) != value:
                raise ProtocolError(HEADER_MISMATCH, f"the header {name} is not what the body says")
    if not isinstance(version, str):
        raise ProtocolError(INVALID_PARAMS, f"{_VERSION} must be a text")
    if version not in MODERN:
        supported = {"supported": list(MODERN), "requested": version}
        raise ProtocolError(UNSUPPORTED_VERSION, "this revision of the protocol is not supported", supported)


def _decoded(header: str | None) -> str | None:
    found = _ENCODED.fullmatch(header or "")
    if not found:
        return header
    try:
        return base64.b64decode(found[1], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _result(method: str, params: object, call: Call, *, is_modern: bool) -> Json:
    if not isinstance(params, dict):
        raise ProtocolError(INVALID_PARAMS, "params must be an object")
    cached = {"ttlMs": _TTL_MS, "cacheScope": "public"} if is_modern else {}
    if method == "tools/call":
        return _called(params, call)
    if method == "tools/list":
        return {"tools": list(listed_tools()), **cached}
    if is_modern and method == "server/discover":
        about = {"supportedVersions": list(MODERN), "capabilities": _CAN, "instructions": _INSTRUCTIONS}
        return {**about, **cached}
    if not is_modern and method == "initialize":
        asked = params.get("protocolVersion")
        version = asked if asked in HANDSHAKE else HANDSHAKE[-1]
        about = {"protocolVersion": version, "capabilities": _CAN, "serverInfo": _SERVER_INFO}
        return {**about, "instructions": _INSTRUCTIONS}
    if not is_modern and method == "ping":
        return {}
    raise ProtocolError(METHOD_NOT_FOUND, "there is no such method here")


def _called(params: Json, call: Call) -> Json:
    name, arguments = params.get("name"), params.get("arguments")
    tool = BY_NAME.get(name) if isinstance(name, str) else None
    if tool is None:
        raise ProtocolError(INVALID_PARAMS, f"there is no such tool; there are {', '.join(BY_NAME)}")
    if arguments is not None and not isinstance(arguments, dict):
        raise ProtocolError(INVALID_PARAMS, "arguments must be an object")
    return call(tool, arguments or {})
