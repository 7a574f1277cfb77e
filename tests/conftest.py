"""For the whole suite: files that are built once, and every test must have run where CEPEI_FAIL_ON_SKIP is set."""

import fcntl
import gc
import os
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import Content, build_catalogue, load_content
from service.commands.check import PACKS, SEEDS

pytest_plugins = ["tests.service.browsing"]

# A container often asks for no bytecode. Each process of this run, and the hundred it starts, would compile all anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
gc.disable()  # until all tests are collected: so far there is hardly any garbage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each process of a run as many tests, by modules, and those of few tests first.

    Theirs are the long ones: what is left at the end is short, and nobody waits for another's last test.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes == 1:
        return
    modules: dict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        modules[item.path].append(item)
    shares: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for tests in sorted(modules.values(), key=len, reverse=True):
        min(shares, key=len)[:0] = tests
    items[:] = [test for share in shares for test in share]


def pytest_collection_finish() -> None:
    """Leave what was collected and lives to the end, 650,000 objects, out of every look for garbage from now on.

    Those looks took a third of the time of all tests.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)  # as where registers are decided
    gc.enable()


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a way to have a file that all processes of this run share: the first that wants it builds it."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def build(name: str, make: Callable[[Path], object]) -> Path:
        file = folder / name
        with (folder / f"{name}.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                make(file)
        return file

    return build


@pytest.fixture(scope="session")
def content() -> Content:
    """Return what is shipped, as it is read before it becomes a catalogue."""
    return load_content(SEEDS, PACKS)


@pytest.fixture(scope="session")
def catalogue_file(built_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """Return the shipped catalogue as a file; who changes it works on a copy."""
    return built_once("catalogue.sqlite", lambda file: build_catalogue(SEEDS, PACKS, file, compile_catalogue))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a skipped test into a failed run where nothing may be skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CEPEI_FAIL_ON_SKIP") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
