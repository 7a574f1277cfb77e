"""The compiled part of a catalogue file: arrays behind the database in the same file, mapped by whoever opens it.

A database may have anything behind its last page, so that an edition stays one file. Its end tells where the parts
begin, and the digest of all that stands before.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from rules.language.flat import Parts, Postings, Records

_END = struct.Struct("<QQ32s16s")
_MARK = b"cepei compiled 1"
_ARRAY, _POSTINGS, _RECORDS = range(1, 4)
_ALIGNED = 64
_MAPPED_FROM = 64 << 20
"""A smaller file is read at once: then nobody who writes over it in place can harm who has opened it."""

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("seeds", "rules", "matcher")
_OF_THE_CATALOGUE = (_ROOT / "seeds" / "documents", _ROOT / "rules" / "packs")
_LIBRARIES = ("rapidfuzz", "OpenCC", "numpy", "msgspec", "python-stdnum")
"""Those that read what people type, or write what is answered."""


@cache
def engine_version() -> str:
    """Return which program answers: a hash of all that, beside the catalogue, decides what an answer says.

    These are the first 16 hexadecimal digits of the SHA-256 of the source, its tables of words and its libraries.
    """
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in _LIBRARIES).encode())
    files = (path for package in _PACKAGES for path in (_ROOT / package).rglob("*") if path.suffix in {".py", ".yaml"})
    for path in sorted(path for path in files if not any(path.is_relative_to(folder) for folder in _OF_THE_CATALOGUE)):
        digest.update(f"\n{path.relative_to(_ROOT).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class DamagedError(ValueError):
    """What stands in a file is not what was written."""


def append(path: Path, parts: Parts) -> None:
    """Write parts behind a database."""
    with path.open("r+b") as file:
        file.seek(0, 2)
        skeleton = msgspec.msgpack.encode(parts, enc_hook=_Writer(file).written)
        start = file.tell()
        file.write(skeleton)
        file.flush()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").digest()
        file.seek(0, 2)
        file.write(_END.pack(start, len(skeleton), digest, _MARK))


class _Writer:
    """Writes arrays one after the other and returns what stands for each among plain data."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def written(self, value: Any) -> msgspec.msgpack.Ext:  # noqa: ANN401 - what msgspec does not know
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, Postings):
            keys = Records.of(key.encode("utf-8", "surrogatepass") for key in value.keys)
            kind, told = _POSTINGS, [keys.starts, keys.data, value.starts, value.places]
        else:
            kind, told = _RECORDS, [value.starts, value.data]
        return msgspec.msgpack.Ext(kind, msgspec.msgpack.encode(told, enc_hook=self.written))

    def _array(self, value: NDArray[Any]) -> msgspec.msgpack.Ext:
        self._file.write(bytes(-self._file.tell() % _ALIGNED))
        told = [self._file.tell(), value.dtype.str, value.shape]
        self._file.write(np.ascontiguousarray(value).data)
        return msgspec.msgpack.Ext(_ARRAY, msgspec.msgpack.encode(told))


def parts_of(path: Path) -> Parts | None:
    """Return the parts behind a database, None where there are none; raise DamagedError, OSError.

    All of the file is read once, to see that it is what was written.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END.size))
        end = file.read()
        if len(end) < _END.size or not end.endswith(_MARK):
            _refuse_cut_off(file, size)
            return None
        file.seek(0)
        start, length, digest, _ = _END.unpack(end)
        if size < _MAPPED_FROM:
            content = memoryview(file.read())
            found = hashlib.sha256(content[: -_END.size]).digest()
        else:  # read beside the map, so that only what is looked up comes into this process
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            found = _digest(file, size - _END.size)
    if found != digest:
        raise DamagedError("its digest is not that of what it holds")
    parts: dict[str, Any] = msgspec.msgpack.decode(content[start : start + length], ext_hook=_Reader(content).read)
    return {**parts, "file": str(path.resolve())}


def _refuse_cut_off(file: BinaryIO, size: int) -> None:
    """Raise DamagedError where something stands behind the last page of a database, and no end of parts."""
    file.seek(0)
    head = file.read(32)
    if head.startswith(b"SQLite format 3\0"):
        page, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
        if size > (65536 if page == 1 else page) * pages:
            raise DamagedError("it ends too early")


def _digest(file: BinaryIO, size: int) -> bytes:
    digest, piece = hashlib.sha256(), bytearray(_PIECE)
    for start in range(0, size, _PIECE):
        view = memoryview(piece)[: min(_PIECE, size - start)]
        if file.readinto(view) != len(view):  # type: ignore[attr-defined]
            raise DamagedError("it ends too early")
        digest.update(view)
    return digest.digest()


_PIECE = 1 << 20


class _Reader:
    """Puts arrays in the place of what stands for them, without copying them."""

    def __init__(self, content: memoryview) -> None:
        self._content = content

    def read(self, kind: int, told: memoryview) -> Any:  # noqa: ANN401 - as written
        parts = msgspec.msgpack.decode(told, ext_hook=self.read)
        if kind == _ARRAY:
            start, form, shape = parts
            return np.frombuffer(self._content, np.dtype(form), prod(shape), start).reshape(shape)
        if kind == _RECORDS:
            return Records(*parts)
        starts, keys, *lists = parts
        whole, ends = keys.tobytes(), starts.tolist()
        texts = (whole[a:b].decode("utf-8", "surrogatepass") for a, b in pairwise(ends))
        return Postings({text: row for row, text in enumerate(texts)}, *lists)
