"""cepei screen: the same parts from every engine, whole parts after a crash, a rerun that finishes the rest."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow.parquet as pq
import pytest
from distributed import Client

from service.cli import main
from service.screenings.crews import decide_all
from service.screenings.folders import Folder

ROWS = 5000


@pytest.fixture(scope="module")
def tenants_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("tenants") / "tenants.ndjson"
    places, products = ("合肥", "蚌埠市", "广州", "北京", ""), ("聚乳酸", "疫苗", "服装", "")
    lines = [
        {"external_id": f"r{n}", "city": places[n % 5], "products": [products[n // 5 % 4]], "employees": n % 50 - 1}
        for n in range(ROWS)
    ]
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return file


def command(file, output, catalogue, *more):
    return ["screen", str(file), "-o", str(output), "--on", "2026-11-21", "--catalogue", str(catalogue), *more]


def outcome(folder):
    return {
        file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")
    }


@pytest.fixture(scope="module")
def whole(tenants_file, catalogue_file, tmp_path_factory):
    output = tmp_path_factory.mktemp("local") / "results"
    assert main(command(tenants_file, output, catalogue_file)) == 0
    return outcome(output)


def test_the_parts_hold_the_columns_of_the_contract_and_the_summary_adds_up(whole, tmp_path):
    assert set(whole) == {
        "part-00000.parquet",
        "part-00001.parquet",
        "part-00002.parquet",
        "summary.json",
        "rejected.ndjson",
    }
    (tmp_path / "part").write_bytes(whole["part-00000.parquet"])
    part = pq.read_table(tmp_path / "part")
    assert part.column_names == [
        "row", "external_id", "uscc", "name", "measure_id", "verdict", "relevance", "score", "unknown",
    ]  # fmt: skip
    summary = json.loads(whole["summary.json"])
    assert summary["rows"] == {"total": ROWS, "done": ROWS, "rejected": ROWS // 50}
    assert len(whole["rejected.ndjson"].splitlines()) == ROWS // 50


def test_all_cores_write_the_same_bytes(whole, tenants_file, catalogue_file, tmp_path, root):
    run = [
        sys.executable,
        "-m",
        "service.cli",
        *command(tenants_file, tmp_path / "r", catalogue_file, "--engine", "processes"),
    ]
    subprocess.run(run, cwd=root, check=True, capture_output=True, timeout=120)
    assert outcome(tmp_path / "r") == whole


def test_a_crash_leaves_whole_parts_and_a_rerun_finishes_the_rest(whole, tenants_file, catalogue_file, tmp_path, root):
    output = tmp_path / "r"
    run = [sys.executable, "-m", "service.cli", *command(tenants_file, output, catalogue_file)]
    process = subprocess.Popen(run, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not (output / "part-00000.parquet").exists() and time.monotonic() < end:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = outcome(output)
    assert left.items() <= whole.items()
    assert "summary.json" not in left
    assert main(command(tenants_file, output, catalogue_file)) == 0
    assert outcome(output) == whole


def test_another_file_or_a_missing_one_is_refused(tenants_file, catalogue_file, tmp_path, capsys):
    assert main(command(tmp_path / "none.csv", tmp_path / "r", catalogue_file)) == 2
    other = tmp_path / "other.csv"
    other.write_text("城市,产品\n合肥,聚乳酸\n", "utf-8")
    assert main(command(other, tmp_path / "r", catalogue_file)) == 0
    assert main(command(tenants_file, tmp_path / "r", catalogue_file)) == 2
    assert main(command(other, tmp_path / "s", tmp_path / "none.sqlite")) == 3
    assert "another file" in capsys.readouterr().err


@contextlib.contextmanager
def cluster(root):
    """Run a real scheduler and two real worker processes on loopback."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    dask = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-dashboard",
    ]
    work = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--no-dashboard",
        "--no-nanny",
    ]
    started = [
        subprocess.Popen(run, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for run in (dask, work, work)
    ]
    try:
        with Client(address) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_dask_worker_killed_in_mid_run_changes_no_byte(whole, tenants_file, catalogue_file, tmp_path, root):
    output, catalogue = tmp_path / "r", tmp_path / "catalogue.sqlite"
    shutil.copyfile(catalogue_file, catalogue)
    with cluster(root) as (address, workers):
        dask = ("--engine", "dask", "--scheduler", address)
        run = [sys.executable, "-m", "service.cli", *command(tenants_file, output, catalogue, *dask)]
        process = subprocess.Popen(run, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        end = time.monotonic() + 90
        while not list(output.glob("part-*.parquet")) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        os.kill(workers[0].pid, signal.SIGKILL)
        catalogue.unlink()  # the workers have it from the cluster, not from a file
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()[-2000:]
    assert outcome(output) == whole


class Threads:
    """A crew of one thread that takes a moment for each chunk."""

    most = 3

    def __init__(self):
        self.pool, self.futures, self.most_seen = ThreadPoolExecutor(1), [], 0

    def submit(self, tenants, _options):
        self.futures.append(self.pool.submit(lambda: time.sleep(0.02) or tenants))
        self.most_seen = max(self.most_seen, sum(not future.done() for future in self.futures))
        return self.futures[-1]


def test_only_so_many_chunks_are_under_way_and_none_is_left_behind(tmp_path):
    for number in range(10):
        (tmp_path / f"tenants-{number:05}.parquet").write_bytes(b"%d" % number)
    crew = Threads()
    assert dict(decide_all(crew, Folder(tmp_path), range(10), None)) == {n: b"%d" % n for n in range(10)}
    assert crew.most_seen == crew.most
    stopped = decide_all(crew, Folder(tmp_path), range(10), None)
    next(stopped)
    stopped.close()
    crew.pool.shutdown()
    assert len(crew.futures) < 10 + 2 * crew.most
    assert crew.futures[-1].cancelled()
