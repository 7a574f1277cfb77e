"""The folder of a server: gone when the server is, whatever way it went, and never another living server's."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from service.running import processes as run_folder

MAKE = "from service.running.processes import run_folder; print(run_folder(), flush=True);"
DAYS = 2 * run_folder.STALE_SECONDS


def started(tmp_path: Path, then: str) -> subprocess.Popen:
    environment = {"TMPDIR": str(tmp_path), "PATH": os.environ["PATH"]}
    root = Path(run_folder.__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", MAKE + then], cwd=root, env=environment, stdout=subprocess.PIPE, text=True
    )


def age(folder: Path) -> None:
    os.utime(folder, (time.time() - DAYS, time.time() - DAYS))


@pytest.fixture
def swept(monkeypatch, tmp_path):
    """Make the folder of another server in the same place, and remove it again."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def again() -> None:
        run_folder.sweep(tmp_path)

    return again


@pytest.mark.parametrize("end", ["", "raise SystemExit(1)", "1 / 0", "import os; os.fork() or os._exit(0)"])
def test_it_is_gone_however_the_start_ends(tmp_path, end):
    process = started(tmp_path, "\n" + end)
    assert process.communicate(timeout=20)[0].startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_forked_worker_leaves_it_alone(tmp_path):
    then = "import os, sys; child = os.fork()\nif not child: sys.exit(0)\nos.waitpid(child, 0); print(run_folder().is_dir())"
    process = started(tmp_path, then)
    assert process.communicate(timeout=20)[0].splitlines()[1] == "True"
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_server_left_is_swept_after_a_day(tmp_path, swept):
    process = started(tmp_path, "import time; time.sleep(60)")
    folder = Path(process.stdout.readline().strip())
    age(folder)
    swept()
    assert folder.is_dir(), "its server lives"
    process.kill()
    process.communicate()
    os.utime(folder)
    swept()
    assert folder.is_dir(), "it is young"
    age(folder)
    swept()
    assert not folder.exists()


def test_nothing_else_is_swept(tmp_path, swept):
    strange = [tmp_path / "cepei-run-x", tmp_path / "cepei-results-y", tmp_path / "other"]
    for folder in strange:
        folder.mkdir()
        age(folder)
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "lock").touch()
    (tmp_path / "cepei-run-link").symlink_to(kept)
    swept()
    assert all(folder.is_dir() for folder in (*strange, kept))
