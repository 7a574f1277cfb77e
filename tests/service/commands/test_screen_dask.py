"""cepei screen on a dask cluster of real processes: killed workers change no byte, what cannot go on says why."""

import contextlib
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from distributed import Client

from service.cli import main
from tests.service.conftest import free_port
from tests.service.screen_runs import ROOT, command, outcome, start


class Dask:
    """A scheduler and its workers, real processes on loopback; a test goes on with what the one before it left."""

    def __init__(self):
        self.started, self.workers, self.scheduler = [], [], None

    def ready(self, workers):
        """Have a scheduler and exactly so many workers that can decide."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.close()
            port = free_port()
            self.address = f"tcp://127.0.0.1:{port}"
            self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
        kept = [worker for worker in self.workers if worker.poll() is None][:workers]
        for process in self.started:
            if process is not self.scheduler and process not in kept:
                kill(process)
        self.workers = kept
        for _ in range(workers - len(kept)):
            self.add_worker()
        self.wait_for(workers)
        return self.workers

    def add_worker(self):
        self.workers.append(self.start_worker())

    def start_worker(self, folder=None):
        return self._start("dask_worker", self.address, "--nthreads", "1", "--no-nanny", folder=folder)

    def wait_for(self, workers):
        end = time.monotonic() + 60
        with Client(self.address, set_as_default=False) as client:
            while len(client.nthreads()) != workers and time.monotonic() < end:
                time.sleep(0.05)
            assert len(client.nthreads()) == workers

    def _start(self, program, *options, folder=None):
        run = [sys.executable, "-m", f"distributed.cli.{program}", *options, "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.started.append(subprocess.Popen(run, cwd=folder or ROOT, **quiet))
        return self.started[-1]

    def close(self):
        for process in self.started:
            kill(process)


@pytest.fixture(scope="module")
def dask():
    with contextlib.closing(Dask()) as cluster:
        yield cluster


def on_dask(address, *more):
    return ("--engine", "dask", "--scheduler", address, *more)


def wait_for_a_part(output):
    end = time.monotonic() + 90
    while not list(output.glob("part-*.parquet")) and time.monotonic() < end:
        time.sleep(0.005)


@contextlib.contextmanager
def in_mid_run(output, strike):
    """Strike as soon as the run that follows has written its first part."""
    with ThreadPoolExecutor(1) as pool:
        struck = pool.submit(lambda: (wait_for_a_part(output), strike()))
        yield
        assert struck.done()


def kill(process):
    process.kill()
    process.wait()


def test_a_worker_with_other_code_is_reported(dask, tenants_file, catalogue_file, tmp_path, capsys):
    rules = tmp_path / "worker" / "rules"
    (rules / "catalogue").mkdir(parents=True)
    for name in ("__init__", "catalogue/__init__", "catalogue/catalogue"):
        (rules / f"{name}.py").write_text("")
    dask.ready(0)
    dask.start_worker(tmp_path / "worker")
    dask.wait_for(1)
    assert main(command(tenants_file, tmp_path / "r", catalogue_file, *on_dask(dask.address))) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "Catalogue" in sentence
    assert "a dask worker could not decide a chunk" in sentence


def test_a_worker_killed_in_mid_run_changes_no_byte(whole, dask, tenants_file, catalogue_file, tmp_path):
    output, catalogue = tmp_path / "r", tmp_path / "catalogue.sqlite"
    shutil.copyfile(catalogue_file, catalogue)
    first, _ = dask.ready(2)

    def strike():
        kill(first)
        catalogue.unlink()  # the workers have it from the cluster, not from a file

    with in_mid_run(output, strike):
        assert main(command(tenants_file, output, catalogue, *on_dask(dask.address))) == 0
    assert outcome(output) == whole


def test_the_only_worker_killed_and_another_started_changes_no_byte(
    whole, dask, tenants_file, catalogue_file, tmp_path
):
    output = tmp_path / "r"
    (only,) = dask.ready(1)
    process = start(*command(tenants_file, output, catalogue_file, *on_dask(dask.address)))
    wait_for_a_part(output)
    kill(only)
    assert process.stderr is not None
    assert "waiting for one" in process.stderr.readline()  # nobody has the catalogue any more
    dask.add_worker()
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert outcome(output) == whole


def test_without_any_worker_a_run_ends_in_a_sentence_and_another_finishes_it(
    whole, dask, tenants_file, catalogue_file, tmp_path, capsys
):
    output = tmp_path / "r"
    (only,) = dask.ready(1)
    asked = command(tenants_file, output, catalogue_file, *on_dask(dask.address, "--wait", "2"))
    with in_mid_run(output, lambda: kill(only)):
        assert main(asked) == 2
    waiting, sentence = capsys.readouterr().err.splitlines()
    assert "最多等待 2 秒" in waiting
    assert "2 秒内没有可用的工作进程" in sentence
    assert "no worker of the dask cluster" in sentence
    assert outcome(output).items() < whole.items()
    dask.ready(1)
    assert main(asked) == 0
    assert outcome(output) == whole


def test_a_scheduler_that_goes_away_in_mid_run_is_reported(dask, tenants_file, catalogue_file, tmp_path):
    output = tmp_path / "r"
    dask.ready(1)
    asked = command(tenants_file, output, catalogue_file, *on_dask(dask.address, "--wait", "2"))
    process = start(*asked)
    wait_for_a_part(output)
    kill(dask.scheduler)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    (sentence,) = errors.splitlines()
    assert f"dask 调度器 {dask.address} 中断，2 秒内没有恢复" in sentence
    assert "did not come back within 2 s" in sentence


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tls://127.0.0.1:1"])
def test_a_scheduler_that_cannot_be_reached_is_reported_in_a_line(
    address, tenants_file, catalogue_file, tmp_path, capsys
):
    assert main(command(tenants_file, tmp_path / "r", catalogue_file, *on_dask(address, "--wait", "1"))) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert f"无法连接 dask 调度器“{address}”" in sentence
    assert f"there is no dask scheduler at '{address}'" in sentence


def test_without_the_extra_dask_says_how_to_get_it(tenants_file, catalogue_file, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(command(tenants_file, tmp_path / "r", catalogue_file, "--engine", "dask")) == 2
    assert "pip install 'cepei[dask]'" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("more", [("--scheduler", "tcp://127.0.0.1:1"), ("--engine", "processes", "--wait", "5")])
def test_options_of_dask_are_refused_beside_other_engines(more, tenants_file, catalogue_file, tmp_path, capsys):
    assert main(command(tenants_file, tmp_path / "r", catalogue_file, *more)) == 2
    assert "with --engine dask only" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()
