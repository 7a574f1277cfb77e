"""The job table when clocks are set, machines start anew, workers die, and one operator asks for more than others."""

import threading
import time
from datetime import date

import pytest

from service.screenings.jobs.worker import MOST_CRASHES, MOST_READINGS, Worker
from service.screenings.stored.folders import Folders
from service.screenings.stored.jobs import LEASE_SECONDS, Chunk, Jobs, LeaseLostError, Options, State, new_id
from service.screenings.stored.progress import describe_failure
from service.settings import Settings
from service.store import Store

OPTIONS = Options(on=date(2026, 11, 21), statuses=("draft", "in_force"))
PLENTY = 1_000_000
HOUR = 3_600.0


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


class Time:
    """A clock that is set, and the time since the machine was started, which goes on."""

    def __init__(self):
        self.clock, self.up = time.time(), 500.0

    def table(self, store, boot="one"):
        return Jobs(store, clock=lambda: self.clock, uptime=lambda: self.up, boot=boot)


@pytest.fixture
def moment():
    return Time()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "data.sqlite")


@pytest.fixture
def jobs(store, moment):
    return moment.table(store)


def queued(jobs, key="key"):
    return jobs.create(new_id(), key, form="csv", options=OPTIONS).id


def was_read(jobs, job_id, worker="reader"):
    assert jobs.lease(worker, unread=True).id == job_id
    assert jobs.note_read(job_id, worker, total=9, rejected=0, most=PLENTY)
    jobs.hand_on(job_id, worker)


@pytest.mark.parametrize("set_by", [-10 * 86_400, -HOUR, -1, 1, HOUR, 20 * 86_400], ids="{:+.0f} s".format)
def test_a_clock_that_is_set_neither_freezes_nor_steals_a_screening(jobs, moment, set_by):
    job_id = queued(jobs)
    assert jobs.lease("a").id == job_id
    moment.clock += set_by
    moment.up += LEASE_SECONDS - 1
    assert jobs.lease("b") is None
    jobs.beat(job_id, "a")
    moment.clock -= 2 * set_by
    moment.up += LEASE_SECONDS + 1
    assert jobs.lease("b").id == job_id
    with pytest.raises(LeaseLostError):
        jobs.beat(job_id, "a")


@pytest.mark.parametrize("up", [0.0, 500.0, 10**9], ids=["younger", "the same", "older"])
def test_no_lease_outlives_the_start_of_the_machine_that_it_was_given_in(jobs, store, moment, up):
    job_id = queued(jobs)
    jobs.lease("a")
    moment.up = up
    assert moment.table(store, boot="two").lease("b").id == job_id


@pytest.mark.parametrize("until", ["500.0 + 3600", "1e300", "-1.0", "NULL", "499.9"])
def test_a_lease_that_no_worker_would_ask_for_holds_nothing(jobs, store, until):
    job_id = queued(jobs)
    jobs.lease("a")
    store.change(f"UPDATE screenings SET lease_until = {until}", {})
    assert jobs.lease("b").id == job_id


def test_a_lease_of_an_older_program_holds_nothing(jobs, store, moment):
    job_id = queued(jobs)
    jobs.lease("a")
    store.change("UPDATE screenings SET lease_boot = NULL, lease_until = :until", {"until": moment.clock + HOUR})
    assert jobs.lease("b").id == job_id


def test_who_waited_for_the_data_file_steals_nothing(jobs, moment):
    """A worker asks, waits for others to write, and finds a lease given since that reaches further than it expects."""
    queued(jobs)
    moment.up += 9
    jobs.lease("a")
    moment.up -= 9
    assert jobs.lease("b") is None


def test_of_a_key_one_file_is_read_at_a_time_and_each_key_has_its_turn(jobs):
    first, second, third = (queued(jobs, "many") for _ in range(3))
    alone, other = queued(jobs, "alone"), queued(jobs, "other")
    taken = [jobs.lease(worker, unread=True) for worker in "abcd"]
    assert [job and job.id for job in taken] == [first, alone, other, None]
    assert jobs.note_read(first, "a", total=9, rejected=0, most=PLENTY)
    late = queued(jobs, "late")
    assert [jobs.lease(worker, unread=True).id for worker in "ab"] == [late, second]
    assert jobs.lease("d", unread=True) is None
    jobs.cancel(second)
    assert jobs.lease("d", unread=True).id == third


def test_a_file_that_is_stuck_holds_up_no_other_key_and_nothing_that_was_read(jobs):
    waits = queued(jobs, "many")
    was_read(jobs, waits)
    stuck = queued(jobs, "many")
    assert jobs.lease("a", unread=True).id == stuck
    assert jobs.lease("main", unread=False).id == waits
    quick = queued(jobs, "other")
    was_read(jobs, quick, "b")
    jobs.hand_on(waits, "main")
    assert jobs.lease("main", unread=False).id == quick


def test_a_screening_lets_others_go_first_only_when_they_can(jobs):
    long = queued(jobs, "many")
    was_read(jobs, long)
    assert jobs.lease("main", unread=False).id == long
    was_read(jobs, queued(jobs, "many"))
    unread = queued(jobs, "other")
    assert not jobs.others_wait("many")
    was_read(jobs, unread)
    assert jobs.others_wait("many")
    jobs.hand_on(long, "main")
    assert jobs.found(long).state is State.RUNNING
    assert jobs.lease("main", unread=False).id == unread
    assert not jobs.others_wait("many")


def dies(jobs, moment, **stage):
    """Take a screening and never come back; return how often that has happened."""
    job = jobs.lease(new_id(), **stage)
    moment.up += LEASE_SECONDS + 1
    return job.attempts


def test_who_dies_with_a_screening_is_counted_and_who_was_told_to_stop_is_not(jobs, moment):
    job_id = queued(jobs)
    for _ in range(5):
        assert jobs.lease("a").attempts == 1
        jobs.release(job_id, "a")
    assert [dies(jobs, moment), dies(jobs, moment)] == [1, 2]
    assert jobs.lease("a").attempts == 3
    jobs.release(job_id, "a", died=True)
    assert jobs.lease("a").attempts == 4


def test_whatever_comes_of_it_begins_the_count_anew(jobs, moment):
    job_id = queued(jobs)
    dies(jobs, moment)
    was_read(jobs, job_id)
    assert jobs.lease("a", unread=False).attempts == 1
    moment.up += LEASE_SECONDS + 1
    assert jobs.lease("a", unread=False).attempts == 2
    jobs.store_chunk(job_id, "a", Chunk(number=0, rows=3, rejected=0, summary={}))
    assert jobs.found(job_id).attempts == 1
    jobs.release(job_id, "a")
    assert jobs.lease("a", unread=False).attempts == 1


@pytest.fixture
def worker(catalogue_file, tmp_path):
    return Worker(Settings(catalogue=catalogue_file, data=tmp_path / "data.sqlite", screening_processes=1))


@pytest.mark.parametrize(
    ("deaths", "state"), [(MOST_READINGS - 1, State.FINISHED), (MOST_READINGS, State.FAILED)], ids=["once", "twice"]
)
def test_a_file_with_which_the_whole_worker_dies_twice_fails_with_a_reason(store, moment, worker, deaths, state):
    """The worker is killed, not only the reader, and starts anew each time: nothing but the table remembers."""
    earlier = moment.table(store, boot="before")
    job_id = queued(earlier)
    Folders(store.folder).create(job_id).sent("csv").write_bytes("企业名称,注册地\n甲,合肥\n".encode())
    for _ in range(deaths):
        dies(earlier, moment, unread=True)
    assert worker.work_once()
    job = earlier.found(job_id)
    assert job.state is state
    if state is State.FAILED:
        assert describe_failure(job, "zh").code == "reader_died"
        assert describe_failure(job, "en").hint
        assert not worker.work_once()


def test_a_screening_with_which_the_whole_worker_dies_while_deciding_fails_too(store, moment, worker):
    earlier = moment.table(store, boot="before")
    job_id = queued(earlier)
    was_read(earlier, job_id)
    for _ in range(MOST_CRASHES):
        dies(earlier, moment, unread=False)
    assert worker.work_once()
    assert describe_failure(earlier.found(job_id), "zh").code == "internal_error"


LONG_LIST = (
    "企业名称,注册地,主营产品\n" + "".join(f"第{n}有限公司,合肥,聚乳酸、疫苗\n" for n in range(200_000))
).encode()


def test_a_worker_that_is_told_to_stop_leaves_the_file_at_once_and_counts_no_attempt(store, worker):
    """Nor does the reader of a list that is cancelled meanwhile keep the place of another one."""
    table = Jobs(store)
    ids = [queued(table, key) for key in ("one", "other")]
    for job_id in ids:
        Folders(store.folder).create(job_id).sent("csv").write_bytes(LONG_LIST)
    working = threading.Thread(target=worker.run)
    working.start()
    try:
        wait_for(lambda: all(Folders(store.folder).of(job_id).tenants(0).exists() for job_id in ids))
        assert table.cancel(ids[0])
    finally:
        worker.stopping.set()
        began = time.monotonic()
        working.join(20)
    assert not working.is_alive()
    assert time.monotonic() - began < 5
    assert (table.found(ids[0]).state, table.found(ids[1]).state) == (State.CANCELLED, State.QUEUED)
    assert table.found(ids[1]).attempts == 0
    assert table.found(ids[1]).total is None
