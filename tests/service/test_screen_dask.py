"""cepei screen on a dask cluster of real processes: killed workers change no byte, what cannot go on says why."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from distributed import Client

from service.cli import main
from tests.service.conftest import free_port
from tests.service.screen_runs import ROOT, command, outcome, start, write_tenants


@pytest.fixture(scope="module")
def tenants_file(tmp_path_factory):
    return write_tenants(tmp_path_factory.mktemp("tenants") / "tenants.ndjson")


@pytest.fixture(scope="module")
def whole(tenants_file, catalogue_file, tmp_path_factory):
    output = tmp_path_factory.mktemp("local") / "results"
    assert main(command(tenants_file, output, catalogue_file)) == 0
    return outcome(output)


class Dask:
    """A scheduler and its workers, real processes on loopback."""

    def __init__(self):
        self.started = []
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port))

    def add_worker(self, folder=None):
        return self._start("dask_worker", self.address, "--nthreads", "1", "--no-nanny", folder=folder)

    def wait_for(self, workers):
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def _start(self, program, *options, folder=None):
        run = [sys.executable, "-m", f"distributed.cli.{program}", *options, "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.started.append(subprocess.Popen(run, cwd=folder or ROOT, **quiet))
        return self.started[-1]

    def close(self):
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture
def dask():
    with contextlib.closing(Dask()) as cluster:
        yield cluster


def on_dask(address, *more):
    return ("--engine", "dask", "--scheduler", address, *more)


def wait_for_a_part(output, process):
    end = time.monotonic() + 90
    while not list(output.glob("part-*.parquet")) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_a_worker_killed_in_mid_run_changes_no_byte(whole, dask, tenants_file, catalogue_file, tmp_path):
    output, catalogue = tmp_path / "r", tmp_path / "catalogue.sqlite"
    shutil.copyfile(catalogue_file, catalogue)
    workers = [dask.add_worker(), dask.add_worker()]
    dask.wait_for(2)
    process = start(*command(tenants_file, output, catalogue, *on_dask(dask.address)))
    wait_for_a_part(output, process)
    kill(workers[0])
    catalogue.unlink()  # the workers have it from the cluster, not from a file
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors[-2000:]
    assert outcome(output) == whole


def test_the_only_worker_killed_and_another_started_changes_no_byte(
    whole, dask, tenants_file, catalogue_file, tmp_path
):
    output = tmp_path / "r"
    only = dask.add_worker()
    process = start(*command(tenants_file, output, catalogue_file, *on_dask(dask.address)))
    wait_for_a_part(output, process)
    kill(only)
    assert process.stderr is not None
    assert "waiting for one" in process.stderr.readline()  # nobody has the catalogue any more
    dask.add_worker()
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert outcome(output) == whole


def test_without_any_worker_a_run_ends_in_a_sentence_and_another_finishes_it(
    whole, dask, tenants_file, catalogue_file, tmp_path
):
    output = tmp_path / "r"
    asked = command(tenants_file, output, catalogue_file, *on_dask(dask.address, "--wait", "2"))
    only = dask.add_worker()
    dask.wait_for(1)
    process = start(*asked)
    wait_for_a_part(output, process)
    kill(only)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    waiting, sentence = errors.splitlines()
    assert "最多等待 2 秒" in waiting
    assert "2 秒内没有可用的工作进程" in sentence
    assert "no worker of the dask cluster" in sentence
    assert outcome(output).items() < whole.items()
    dask.add_worker()
    dask.wait_for(1)
    assert main(asked) == 0
    assert outcome(output) == whole


def test_a_scheduler_that_goes_away_in_mid_run_is_told(dask, tenants_file, catalogue_file, tmp_path):
    output = tmp_path / "r"
    dask.add_worker()
    dask.wait_for(1)
    asked = command(tenants_file, output, catalogue_file, *on_dask(dask.address, "--wait", "2"))
    process = start(*asked)
    wait_for_a_part(output, process)
    kill(dask.scheduler)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    (sentence,) = errors.splitlines()
    assert f"dask 调度器 {dask.address} 中断，2 秒内没有恢复" in sentence
    assert "did not come back within 2 s" in sentence


def test_a_worker_with_other_code_is_told(dask, tenants_file, catalogue_file, tmp_path):
    (tmp_path / "worker" / "rules").mkdir(parents=True)
    for name in ("__init__", "catalogue"):
        (tmp_path / "worker" / "rules" / f"{name}.py").write_text("")
    dask.add_worker(tmp_path / "worker")
    dask.wait_for(1)
    process = start(*command(tenants_file, tmp_path / "r", catalogue_file, *on_dask(dask.address)))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    (sentence,) = errors.splitlines()
    assert "Catalogue" in sentence
    assert "a dask worker could not decide a chunk" in sentence


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tls://127.0.0.1:1"])
def test_a_scheduler_that_cannot_be_reached_is_told_in_a_line(address, tenants_file, catalogue_file, tmp_path):
    process = start(*command(tenants_file, tmp_path / "r", catalogue_file, *on_dask(address, "--wait", "1")))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    (sentence,) = errors.splitlines()
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
