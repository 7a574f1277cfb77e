"""What is refused before the application sees it: the refusals, and gunicorn's exceptions for what is no HTTP as such.

The application words them (service/web/errors.py); nothing is sent here.
"""

from __future__ import annotations

from types import SimpleNamespace

from gunicorn.http import errors as faults  # type: ignore[import-untyped]

from service.complaints import Complaint, RequestError


def overloaded() -> RequestError:
    """Return the refusal of a request that would have to wait too long."""
    return RequestError("overloaded", [Complaint(code="overloaded")], retry_after=1)


def too_slow() -> RequestError:
    """Return the refusal of a request that has not come in its time."""
    return RequestError("request_timeout", [Complaint(code="too_slow")])


def cut_short() -> RequestError:
    """Return the refusal of a request whose client has stopped sending before its end."""
    return RequestError("bad_request", [Complaint(code="cut_short")])


_TARGET, _HEADER = ("bad_request", "unreadable_target"), ("bad_request", "unreadable_header")
_REFUSALS: tuple[tuple[type[Exception], tuple[str, str]], ...] = (
    (faults.LimitRequestLine, ("target_too_long", "target_too_long")),
    (faults.LimitRequestHeaders, ("headers_too_large", "headers_too_large")),
    (faults.ExpectationFailed, ("expectation_failed", "unmet_expectation")),
    (faults.UnsupportedTransferCoding, ("not_implemented", "unknown_transfer_coding")),
    (faults.InvalidChunkSize, ("bad_request", "broken_chunks")),
    (faults.InvalidChunkExtension, ("bad_request", "broken_chunks")),
    (faults.ChunkMissingTerminator, ("bad_request", "broken_chunks")),
    (faults.InvalidRequestLine, _TARGET),
    (faults.InvalidRequestMethod, _TARGET),
    (faults.InvalidHTTPVersion, _TARGET),
    (faults.ParseException, _HEADER),
)
"""What gunicorn's parser raises -> the kind of problem, and the complaint."""
_FRAMING = frozenset({"CONTENT-LENGTH", "TRANSFER-ENCODING"})


def refusal_of(fault: Exception) -> RequestError:
    """Return the refusal of what the parser could not read."""
    if isinstance(fault, faults.NoMoreData):
        return cut_short()
    kind, code = next(names for kind, names in _REFUSALS if isinstance(fault, kind))
    if getattr(fault, "hdr", "") in _FRAMING and code == "unreadable_header":
        code = "unclear_length"
    return RequestError(kind, [Complaint(code=code)])


def unread_request(head: bytes) -> SimpleNamespace:
    """Return what stands for a request that could not be read, with the headers that an answer heeds."""
    wanted = {b"accept-language", b"x-request-id"}
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    headers = [
        (name.decode("latin-1").upper(), value.strip().decode("latin-1"))
        for name, _, value in lines
        if name.lower() in wanted and value.strip().isascii() and value.strip().decode("latin-1").isprintable()
    ]
    return SimpleNamespace(
        method="GET", uri="/v1", path="/v1", query="", version=(1, 1), scheme="http", headers=headers[:2], body=None,
        proxy_protocol_info=None, _expected_100_continue=False, should_close=lambda: True,
    )  # fmt: skip
