"""Lists of positions, texts and records as plain arrays: kept in a file, mapped by every process that asks them.

Parts of a catalogue are such arrays by name, beside plain data; what each stands for is known where it is made.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, ValuesView
from datetime import date
from functools import lru_cache
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

Positions: TypeAlias = NDArray[np.intp]
Small: TypeAlias = NDArray[np.int32]
Parts: TypeAlias = Mapping[str, Any]
"""Arrays, postings, records, and lists, texts and numbers of them, by name."""

NO_POSITIONS: Positions = np.array([], dtype=np.intp)
NO_PLACES: Small = np.array([], dtype=np.int32)


class Postings:
    """Lists of positions by key, one after the other in one array."""

    __slots__ = ("keys", "places", "starts")

    def __init__(self, keys: Mapping[str, int], starts: NDArray[np.int64], places: Small) -> None:
        """Take over the lists: that of a key goes from its start to the next."""
        self.keys, self.starts, self.places = keys, starts, places

    @classmethod
    def of(cls, lists: Mapping[str, Sequence[int]]) -> Postings:
        """Join lists, each in rising order."""
        starts = np.cumsum([0, *map(len, lists.values())], dtype=np.int64)
        joined = [np.asarray(one, dtype=np.int32) for one in lists.values()]
        return cls({key: row for row, key in enumerate(lists)}, starts, np.concatenate([NO_PLACES, *joined]))

    @classmethod
    def sorted(cls, rows: Iterable[tuple[int, Iterable[str]]]) -> Postings:
        """Sort positions under the keys that each has."""
        lists: dict[str, list[int]] = {}
        for position, keys in rows:
            for key in dict.fromkeys(keys):
                lists.setdefault(key, []).append(position)
        return cls.of(lists)

    def beside(self, before: Postings, anew: Small) -> Postings:
        """Return these with those of `before`, whose positions are now as `anew` has them: below nought they are gone.

        No position stands in both. Keys are in order, whatever came first.
        """
        owners = np.repeat(np.arange(len(before.keys)), np.diff(before.starts))
        moved = anew[before.places]
        owners, moved = owners[moved >= 0], moved[moved >= 0]
        names = list(before.keys)
        keys = sorted({*self.keys, *(names[row] for row in np.unique(owners).tolist())})
        rows = {key: row for row, key in enumerate(keys)}
        owner_of = np.array([rows.get(name, 0) for name in names], dtype=np.int64)
        own = np.repeat(np.array([rows[key] for key in self.keys], dtype=np.int64), np.diff(self.starts))
        both = np.sort((np.append(owner_of[owners], own) << np.int64(32)) | np.append(moved, self.places))
        starts = np.searchsorted(both >> np.int64(32), np.arange(len(keys) + 1))
        return Postings(rows, starts.astype(np.int64), (both & np.int64(0xFFFFFFFF)).astype(np.int32))

    def __getitem__(self, key: str) -> Positions:
        """Return the positions under a key, none where there is no such key."""
        row = self.keys.get(key)
        if row is None:
            return NO_POSITIONS
        return self.places[self.starts[row] : self.starts[row + 1]].astype(np.intp)

    def __contains__(self, key: object) -> bool:
        """Tell whether something stands under a key."""
        return key in self.keys

    def count(self, key: str) -> int:
        """Return how many positions stand under a key."""
        row = self.keys.get(key)
        return 0 if row is None else int(self.starts[row + 1] - self.starts[row])

    def values(self) -> Iterator[Positions]:
        """Yield the positions under each key."""
        return map(self.__getitem__, self.keys)


NO_POSTINGS = Postings.of({})


class Records:
    """Pieces of bytes, one after the other: what is read one at a time, when it is asked for."""

    __slots__ = ("data", "starts")

    def __init__(self, starts: NDArray[np.int64], data: NDArray[np.uint8]) -> None:
        """Take over the pieces: each goes from its start to the next."""
        self.starts, self.data = starts, data

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Records:
        """Join pieces."""
        pieces = list(pieces)
        starts = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
        return cls(starts, np.frombuffer(b"".join(pieces), dtype=np.uint8))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.starts) - 1

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces in order."""
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, place: int) -> bytes:
        """Return one piece."""
        return self.data[self.starts[place] : self.starts[place + 1]].tobytes()


_MOST_KEPT = 1 << 22
"""So many numbers are kept by one that remembers (32 MiB), whatever a catalogue holds."""
K = TypeVar("K")
V = TypeVar("V")


class Kept(dict[K, V]):
    """What was worked out and is remembered, up to so many numbers; then all is forgotten.

    Threads may share one: what is worked out twice is the same.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        """Remember nothing yet."""
        super().__init__()
        self._most, self._held = most, 0

    def keep(self, key: K, value: V, size: int) -> V:
        """Remember a value of so many numbers."""
        if self._held + size > self._most:
            self.clear()
            self._held = 0
        self._held += size + 16  # what an entry takes beside them
        self[key] = value
        return value


class Lazy(Mapping[str, V]):
    """Values by id, each read when it is asked for; those asked for last stay. The ids are in order."""

    def __init__(self, ids: Records, read: Callable[[int], V], *, most: int) -> None:
        """Read none yet; `read` takes the place of an id."""
        self.ids = ids
        self._names = _Names(ids)
        self.at = lru_cache(maxsize=most)(read)
        """Return the value at a place."""
        self.place_of = lru_cache(maxsize=most)(self._place_of)
        """Return where an id stands; KeyError where it does not."""

    def _place_of(self, key: str) -> int:
        place = bisect_left(self._names, key)
        if place == len(self.ids) or self._names[place] != key:
            raise KeyError(key)
        return place

    def __getitem__(self, key: str) -> V:
        """Return the value of an id; KeyError when there is none."""
        return self.at(self.place_of(key))

    def __contains__(self, key: object) -> bool:
        """Tell whether there is an id, without reading what belongs to it."""
        place = bisect_left(self._names, key) if isinstance(key, str) else len(self.ids)
        return place < len(self.ids) and self._names[place] == key

    def __iter__(self) -> Iterator[str]:
        """Yield the ids in order."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ids)

    def values(self) -> ValuesView[V]:
        """Return the values in order; none of their ids is looked for."""
        return _Values(self)

    @property
    def in_order(self) -> Sequence[V]:
        """Return the values in the order of their ids."""
        return _InOrder(self)


class _Values(ValuesView[V]):
    """The values of a mapping that are read when they are asked for."""

    _mapping: Lazy[V]

    def __iter__(self) -> Iterator[V]:
        return map(self._mapping.at, range(len(self._mapping)))


class _Names(Sequence[str]):
    """Records read as texts."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as sequences have it
        return self._records[place].decode("utf-8", "surrogatepass")


class _InOrder(Sequence[V], Generic[V]):
    """The values of a mapping that are read when they are asked for, by their places."""

    def __init__(self, lazy: Lazy[V]) -> None:
        self._lazy = lazy

    def __len__(self) -> int:
        return len(self._lazy)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as sequences have it
        if not 0 <= place < len(self._lazy):
            raise IndexError(place)
        return self._lazy.at(place)


def packed(value: object) -> bytes:
    """Write a measure, a test or the like so that msgspec reads it again."""
    return msgspec.msgpack.encode(_told_apart(msgspec.to_builtins(value, builtin_types=(date,))))


def _told_apart(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Put days that a test expects into a list of their own: its values may be texts too."""
    if isinstance(value, dict):
        return {
            key: [[each] if isinstance(each, date) else each for each in inner]
            if key == "expected"
            else _told_apart(inner)
            for key, inner in value.items()
        }
    return [_told_apart(each) for each in value] if isinstance(value, list | tuple) else value
