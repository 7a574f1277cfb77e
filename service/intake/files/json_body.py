"""Tenants in the body of a request, taken out of it one by one: however many are sent, one is held at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from seeds.vocabulary import printable
from service.complaints import DECODER, Complaint, RequestError, json_faults, oddities, pointer_to
from service.intake.questions import MOST_TENANTS

MOST_ODDITIES = 1_000
"""So many complaints are counted; who sent more sends something else than tenants."""

_TENANTS = "tenants"
_BLANK = re.compile(r"[ \t\n\r]*")


class TenantsBody:
    """A body that is gone through once; then `asked` is what it says, with None in the place of its tenants."""

    def __init__(self, content: bytes) -> None:
        """Read nothing yet; raise RequestError for what is no text."""
        if not content.strip():
            raise RequestError("bad_request", [Complaint(code="empty_body")])
        with json_faults():
            self._text = content.decode("utf-8-sig")
        self.asked: Any = None
        self._place = 0
        self._complaints: list[Complaint] = []

    def lines(self) -> Iterator[bytes]:
        """Yield each tenant as a line; raise RequestError with all that is wrong with the JSON, or for too many."""
        with json_faults():
            if self._passes("{"):
                self.asked = {}
                yield from self._members(self.asked)
            else:
                self.asked = self._value(())
            if self._skip() < len(self._text):
                raise self._broken()
        if self._complaints:
            raise RequestError("bad_request", self._complaints)

    def _members(self, asked: dict[str, Any]) -> Iterator[bytes]:
        for _ in self._until("}"):
            name = self._value(())
            if not isinstance(name, str) or not self._passes(":"):
                raise self._broken()
            if name in asked:
                shown = printable(name)
                self._complain([Complaint(code="doubled_key", pointer=pointer_to(shown), params={"name": shown})])
            if name == _TENANTS and self._passes("["):
                asked[name] = []
                for line in self._items():
                    asked[name] = [None]
                    yield line
            else:
                asked[name] = self._value((name,))

    def _items(self) -> Iterator[bytes]:
        for number, _ in enumerate(self._until("]")):
            if number == MOST_TENANTS:
                complaint = Complaint(code="too_many_tenants", pointer=pointer_to(_TENANTS), params={"limit": number})
                raise RequestError("invalid_request", [complaint])
            item = self._value((_TENANTS, number))
            yield b"\n" * bool(number) + (b"" if self._complaints else _line(item))

    def _until(self, end: str) -> Iterator[None]:
        """Stand before one thing after the other, up to the end."""
        if self._passes(end):
            return
        while True:
            yield
            if self._passes(end):
                return
            if not self._passes(","):
                raise self._broken()

    def _value(self, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - JSON holds any plain data
        value, self._place = DECODER.raw_decode(self._text, self._skip())
        self._complain(oddities(value, path))
        return value

    def _complain(self, complaints: Iterable[Complaint]) -> None:
        self._complaints += complaints
        if len(self._complaints) > MOST_ODDITIES:
            raise RequestError("bad_request", self._complaints)

    def _passes(self, mark: str) -> bool:
        is_there = self._text.startswith(mark, self._skip())
        self._place += is_there
        return is_there

    def _skip(self) -> int:
        if blank := _BLANK.match(self._text, self._place):
            self._place = blank.end()
        return self._place

    def _broken(self) -> json.JSONDecodeError:
        return json.JSONDecodeError("", self._text, self._place)


def _line(tenant: object) -> bytes:
    """Return a tenant as one line of JSON, also one with numbers of more than 64 bits, which its row is refused for."""
    try:
        return orjson.dumps(tenant)
    except TypeError:
        return json.dumps(tenant, ensure_ascii=False).encode()
