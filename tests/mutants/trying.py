"""Runs test files in forked processes: measured once as they are, then with one change in a copy of the tree.

A process has Python's and others' modules loaded, none of ours; a limit of processor time and one of the clock end it.
"""

import compileall
import gc
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import coverage
import pytest

OPTIONS = [
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # modules of others are loaded before pytest begins
]
MEMORY = 8 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a test file takes (seconds of processor time, traced) and the lines of each module it reaches."""

    seconds: float
    lines: dict[str, frozenset[int]]


def copied(root: Path, folder: Path) -> Path:
    """Copy what is tracked or could be, compiled, so that only what changes is compiled again."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, check=True, capture_output=True, text=True
    )
    for name in listed.stdout.split("\0"):
        if (root / name).is_file() and not (root / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    compileall.compile_dir(folder, quiet=1)
    return folder


def in_processes(
    jobs: Iterable[Any], start: Callable[[Any, int], int], count: int
) -> Iterator[tuple[Any, int, int, float]]:
    """Yield each job with its place, exit code (negative: ended by a signal) and seconds of processor time, as done.

    `start(job, place)` forks and returns the process id; no two processes at once have the same place below `count`.
    """
    waiting, free, running = iter(jobs), list(range(count)), {}
    while True:
        while free and (job := next(waiting, None)) is not None:
            place = free.pop()
            running[start(job, place)] = job, place
        if not running:
            return
        pid, status, used = os.wait4(-1, 0)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        job, place = running.pop(pid)
        free.append(place)
        yield job, place, os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def forked(folder: Path, tests: Iterable[str], limit_s: float, covering: coverage.Coverage | None = None) -> int:
    """Run test files in a child whose working folder is `folder`; return its process id.

    With `covering`, the lines reached are left as `<process id>.json` beside the folder.
    """
    if pid := os.fork():
        return pid
    try:
        os._exit(_run(folder, tests, limit_s, covering))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        raise
    finally:
        os._exit(70)


def _run(folder: Path, tests: Iterable[str], limit_s: float, covering: coverage.Coverage | None) -> int:
    os.setsid()
    out = os.open(folder.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(folder)
    sys.path[0] = str(folder)
    sys.modules.pop("tests", None)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    signal.setitimer(signal.ITIMER_REAL, 10 * limit_s)
    resource.setrlimit(resource.RLIMIT_CPU, (int(limit_s), int(limit_s)))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    shutil.rmtree(".hypothesis", ignore_errors=True)
    if covering:
        covering.start()
    code = pytest.main([*OPTIONS, *tests])
    if covering:
        covering.stop()
        data = covering.get_data()
        lines = {os.path.relpath(file, folder): data.lines(file) for file in data.measured_files()}
        folder.with_name(f"{os.getpid()}.json").write_text(json.dumps(lines))
    sys.stdout.flush()
    return code


def load_modules_of_others(folder: Path, tests: list[str]) -> None:
    """Load here what the tests load from others, so that no process has to again."""
    code = (
        "import json, sys, pytest; pytest.main(['--collect-only', '-qq', *sys.argv[1:]]);"
        "print(json.dumps([name for name, module in sys.modules.items() if 'site-packages' in str(module)]))"
    )
    ran = subprocess.run([sys.executable, "-c", code, *tests], cwd=folder, check=True, capture_output=True, text=True)
    for name in json.loads(ran.stdout.splitlines()[-1]):
        if "pytest" not in name and "conftest" not in name:
            with suppress(ImportError):
                import_module(name)
    gc.collect()
    gc.freeze()  # looks for garbage would copy what the processes share


def measured(folders: list[Path], tests: list[str], include: list[str]) -> dict[str, Reach]:
    """Return what each test file takes and reaches, run by itself; a failing one ends the program."""
    covering = {
        folder: coverage.Coverage(data_file=None, include=[str(folder / name / "*") for name in include])
        for folder in folders
    }
    ids = {}

    def start(test: str, place: int) -> int:
        ids[test] = forked(folders[place], [test], 300, covering[folders[place]])
        return ids[test]

    found = {}
    for test, place, code, seconds in in_processes(tests, start, len(folders)):
        if code:
            raise SystemExit(
                f"{test} fails without any change:\n{folders[place].with_suffix('.log').read_text()[-3000:]}"
            )
        lines = json.loads(folders[place].with_name(f"{ids[test]}.json").read_text())
        found[test] = Reach(seconds=seconds, lines={file: frozenset(on) for file, on in lines.items()})
    return found
