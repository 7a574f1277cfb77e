"""Which encoding a text file is in, judged by all of its lines: one broken line does not change the answer."""

from __future__ import annotations

import codecs
from typing import BinaryIO

_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def detect_encoding(stream: BinaryIO) -> tuple[str, int]:
    """Return the encoding's Python name and the number of line ends."""
    head = stream.read(4)
    stream.seek(0)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, _count_lines(stream)
    strict, lines = _decodes(stream, "utf-8")
    if strict:
        return "utf-8", lines
    stream.seek(0)
    return _likelier(stream), lines


def _count_lines(stream: BinaryIO) -> int:
    return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_CHUNK), b""))


def _decodes(stream: BinaryIO, encoding: str) -> tuple[bool, int]:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, good = 0, True
    while chunk := stream.read(_CHUNK):
        lines += chunk.count(b"\n")
        try:
            good and decoder.decode(chunk)
        except UnicodeDecodeError:
            good = False
    return good, lines


def _likelier(stream: BinaryIO) -> str:
    """Return the encoding that reads more of the lines that are not plain ASCII; GB18030 when neither does better."""
    readable = {"utf-8": 0, "gb18030": 0}
    for line in stream:
        if line.isascii():
            continue
        for encoding in readable:
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                continue
            readable[encoding] += 1
    # Bytes of UTF-8 often pass for GB18030, hardly ever the other way round.
    return "utf-8" if readable["utf-8"] * 2 > readable["gb18030"] else "gb18030"
