"""Work on both cores: what was compiled here is inherited by two processes, each deciding half of a file's lines."""

import mmap
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

import numpy as np

from service.screenings.jobs.deciding import spare_collector

PROCESSES = 2
Best: TypeAlias = tuple[np.ndarray, np.ndarray]
"""Rows and measures side by side."""

_SIDES: dict[str, Callable[[bytes], Best]] = {}


class Cores:
    """Decides files of JSON lines with `sides`, by name; to be closed."""

    def __init__(self, sides: Mapping[str, Callable[[bytes], Best]]) -> None:
        """Start the processes, which inherit the sides as they are."""
        _SIDES.clear()
        _SIDES.update(sides)
        fork = get_context("fork")
        self._pool = ProcessPoolExecutor(PROCESSES, mp_context=fork, initializer=spare_collector)
        list(self._pool.map(abs, range(PROCESSES)))

    def best(self, side: str, file: Path) -> Best:
        """Return what the halves of a file come to, as one."""
        found = list(self._pool.map(_work, [side] * PROCESSES, [file] * PROCESSES, range(PROCESSES)))
        firsts = np.cumsum([0, *(size for size, _, _ in found)])
        rows = np.concatenate([rows + first for (_, rows, _), first in zip(found, firsts, strict=False)])
        return rows, np.concatenate([measures for _, _, measures in found])

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()


def _work(side: str, file: Path, part: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Decide one of PROCESSES parts of a file: how many lines it has, and its pairs in numbers as small as fit."""
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start, stop = (content.find(b"\n", len(content) * at // PROCESSES) + 1 for at in (part, part + 1))
        lines = content[start if part else 0 : stop or len(content)]
    rows, measures = _SIDES[side](lines)
    return lines.count(b"\n"), rows.astype(np.int32), measures.astype(np.int32)
