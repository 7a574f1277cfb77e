"""The processes that decide chunks: killed ones are replaced, none outlives its worker, none repeats or loses a row."""

import os
import signal
import subprocess
import time

import pytest

from tests.service.operators import Operator

ROWS = 6_500


def processes():
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid,ppid,stat,args"], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(None, 3) for line in listed.splitlines()[1:])
    return [(int(pid), int(parent), args) for pid, parent, state, args in rows if not state.startswith("Z")]


def worker_of(server):
    wanted = f"work --beside {server.process.pid}"
    return next((pid for pid, _, args in processes() if args.endswith(wanted)), None)


def deciders_of(worker):
    return [pid for pid, parent, args in processes() if parent == worker and "spawn_main" in args]


def wait_for(condition, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    return pytest.fail("it never came")


def tenants():
    places, products = ("合肥", "蚌埠市", "广州", "北京", ""), ("聚乳酸", "疫苗", "服装", "")
    return [{"name": f"企业{n}", "city": places[n % 5], "products": [products[n // 5 % 4]]} for n in range(ROWS)]


def results(operator, place):
    return operator.get(f"{place}/results.parquet").body, operator.get(f"{place}/summary").json["totals"]


@pytest.fixture(scope="module")
def operator(serve):
    with serve(CEPEI_SCREENING_PROCESSES="2") as server:
        yield Operator(server)


@pytest.fixture(scope="module")
def whole(operator):
    return results(operator, operator.finished(tenants()))


def test_a_decider_killed_in_mid_run_loses_and_repeats_nothing(operator, whole):
    place = operator.screen(tenants())
    deciders = deciders_of(worker_of(operator.server))
    wait_for(lambda: 0 < operator.get(place).json["rows"]["done"] < ROWS)
    os.kill(deciders[0], signal.SIGKILL)
    reported = operator.wait(place)
    assert (reported["state"], reported["rows"]) == ("finished", {"total": ROWS, "done": ROWS, "rejected": 0})
    assert results(operator, place) == whole
    assert "screening_process_died" in operator.server.log.read_text("utf-8")


@pytest.mark.usefixtures("whole")
def test_no_decider_outlives_a_killed_worker(operator):
    worker = worker_of(operator.server)
    deciders = deciders_of(worker)
    assert deciders
    assert all(os.getpriority(os.PRIO_PROCESS, pid) == 10 for pid in deciders)  # matches go first
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not set(deciders) & {pid for pid, _, _ in processes()}, seconds=20)
    assert wait_for(lambda: worker_of(operator.server)) != worker
