"""gunicorn's threaded worker, whose refusals of what is no HTTP have the form of every other problem."""

from __future__ import annotations

import uuid
from typing import Any

import flask
from gunicorn.http.errors import InvalidHeader, InvalidHeaderName, InvalidRequestLine  # type: ignore[import-untyped]
from gunicorn.util import write_nonblock  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from service.complaints import Complaint
from service.web.errors import MEDIA_TYPE, describe_problem
from service.web.requests import NOTHING, REQUEST_ID, json_bytes


class Worker(ThreadWorker):  # type: ignore[misc]
    """Serves as ThreadWorker does; nothing of an unreadable request is known, so it is refused in Chinese."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ANN401 - gunicorn's
        """Answer a request line or header that cannot be read; leave every other error to gunicorn."""
        if isinstance(exc, InvalidRequestLine):
            code = "unreadable_target"
        elif isinstance(exc, InvalidHeader | InvalidHeaderName):
            code = "unreadable_header"
        else:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Invalid request")
        try:
            write_nonblock(client, self._refusal(code))
        except OSError:
            self.log.debug("Failed to send error message.")

    def _refusal(self, code: str) -> bytes:
        """Return the whole answer; there is no request that Flask could answer."""
        with self.app.wsgi().app_context():
            flask.g.request_id = uuid.uuid4().hex
            body = json_bytes(describe_problem("bad_request", (Complaint(code=code),), "zh"))
            headers = {
                "Connection": "close", "Content-Type": MEDIA_TYPE, "Content-Length": len(body),
                "Content-Language": "zh-CN", "Cache-Control": "no-store", "Content-Security-Policy": NOTHING,
                "X-Content-Type-Options": "nosniff", REQUEST_ID: flask.g.request_id,
            }  # fmt: skip
        lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body
