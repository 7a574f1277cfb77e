"""A command with all its processes: how long it ran, how much processor it took, how much memory at its peak."""

import resource
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_EVERY = 0.25


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, seconds of processor, and megabytes at the peak: pages shared by processes count once."""

    seconds: float
    processor: float
    peak_mb: float


def cost_of(command: list[str]) -> Cost:
    """Run a command to its end and return what it cost; it must succeed. Linux only."""
    before, begin, peak = _processor(), time.perf_counter(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, memory_of(process.pid))
        time.sleep(_EVERY)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return Cost(time.perf_counter() - begin, _processor() - before, peak / 1024)


def memory_of(process: int) -> float:
    """Return the memory of a process and all that it started, in kilobytes; pages that they share count once."""
    return sum(_memory(number) for number in _family(process))


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _family(number: int) -> Iterator[int]:
    yield number
    try:
        tasks = list((_PROC / str(number) / "task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:  # it has ended meanwhile
        return
    for child in children:
        yield from _family(int(child))


def _memory(number: int) -> float:
    """Return the proportional share of memory in kilobytes."""
    try:
        lines = (_PROC / str(number) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:"))
