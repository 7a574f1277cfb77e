"""For the whole suite: files that are built once, and every test must have run where CEPEI_FAIL_ON_SKIP is set."""

import fcntl
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.catalogue.content import build_catalogue
from service.commands.check import PACKS, SEEDS
from service.screenings.jobs.deciding import spare_collector

pytest_plugins = ["tests.service.browsing"]

# A container often asks for no bytecode. Each process of this run, and the hundred it starts, would compile all anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """Leave what was collected, a million objects that all live to the end, out of every later look for garbage.

    Those looks took a third of the time of all tests.
    """
    gc.collect()
    spare_collector()


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
def catalogue_file(built_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """Return the shipped catalogue as a file; who changes it works on a copy."""
    return built_once("catalogue.sqlite", lambda file: build_catalogue(SEEDS, PACKS, file))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a skipped test into a failed run where nothing may be skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CEPEI_FAIL_ON_SKIP") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
