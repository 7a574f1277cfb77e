"""Bits packed over rows: bit r of a plane's words is row r of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.uint64]
"""One row of words a condition, measure or answer."""

WORD = 64
_BYTES = WORD // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """What holds for sure and what may hold, for every node or every measure."""

    true: Plane
    maybe: Plane

    @property
    def unknown(self) -> Plane:
        """Return what may hold and is not sure."""
        return self.maybe & ~self.true


def words_of(size: int) -> int:
    """Return how many words hold a bit for each of `size` rows."""
    return -(-size // WORD)


def every_row(size: int) -> Plane:
    """Return words with the bit of each of `size` rows set, and no other."""
    return pack(np.ones((1, size), dtype=np.bool_)).reshape(-1)


def pack(bits: NDArray[np.bool_]) -> Plane:
    """Pack a row of bits a condition into a row of words."""
    packed = np.packbits(bits, axis=1, bitorder="little")
    words = np.zeros((len(packed), words_of(bits.shape[1])), dtype=np.uint64)
    words.view(np.uint8)[:, : packed.shape[1]] = packed
    return words


def unpack(plane: Plane, size: int) -> NDArray[np.bool_]:
    """Return a row of bits for each row of words."""
    return np.unpackbits(plane.view(np.uint8), axis=1, count=size, bitorder="little").view(np.bool_)


def count(plane: Plane) -> NDArray[np.int64]:
    """Return how many rows each row of words holds."""
    return np.asarray(np.bitwise_count(plane).sum(axis=1, dtype=np.int64))


def bits_at(plane: Plane, places: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return single bits; places and rows stand side by side, or are broadcast."""
    words = plane[places, rows // WORD]
    return np.asarray((words >> (rows % WORD).astype(np.uint64) & np.uint64(1)).astype(np.bool_))


def plane_of(places: NDArray[np.intp], rows: NDArray[np.intp], shape: tuple[int, int]) -> Plane:
    """Return `shape[0]` places by `shape[1]` words with the bit of each (place, row) pair set."""
    plane = np.zeros(shape, dtype=np.uint64)
    bits = np.left_shift(np.uint64(1), (rows % WORD).astype(np.uint64))
    np.bitwise_or.at(plane.reshape(-1), places * shape[1] + rows // WORD, bits)
    return plane


def pairs(plane: Plane) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (place, row) of every bit set, by place then row; cheap where few are."""
    width = plane.shape[1]
    words = np.flatnonzero(plane)
    octets = plane.reshape(-1)[words].view(np.uint8)
    filled = np.flatnonzero(octets)
    bits = np.flatnonzero(np.unpackbits(octets[filled], bitorder="little"))
    octet = filled[bits >> 3]
    within = words[octet >> 3]
    places = within // max(1, width)
    return places, (within - places * width) * WORD + (octet & 7) * 8 + (bits & 7)
