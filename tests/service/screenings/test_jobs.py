"""The job table: one worker holds a screening, a chunk counts once, a lease that ran out is another's to take."""

import json
import subprocess
import sys
from datetime import date

import pytest

from service.screenings.stored.jobs import LEASE_SECONDS, Chunk, Jobs, LeaseLostError, Options, State, new_id
from service.screenings.stored.progress import describe_failure
from service.store import Store

OPTIONS = Options(on=date(2026, 11, 21), statuses=("draft", "in_force"))
PLENTY = 1_000_000


@pytest.fixture
def uptime(clock):
    """Seconds since the machine was started, which go on however the clock is set."""
    return type(clock)()


@pytest.fixture
def jobs(tmp_path, clock, uptime):
    return Jobs(Store(tmp_path / "data.sqlite"), clock=clock, uptime=uptime)


def chunk(number, rows=10, rejected=1):
    return Chunk(number=number, rows=rows, rejected=rejected, summary={"measures": {}})


def queued(jobs, key="key"):
    return jobs.create(new_id(), key, form="csv", options=OPTIONS, days=30)


def test_ids_are_long_and_differ():
    assert len({new_id() for _ in range(100)}) == 100
    assert all(len(new_id()) == 32 for _ in range(10))


def test_a_screening_is_its_key_s_only(jobs):
    job = queued(jobs)
    assert jobs.find(job.id, "key") == job
    assert jobs.find(job.id, "other") is None
    assert jobs.owned("other") == []
    assert job.options == OPTIONS


def test_the_oldest_is_taken_first_and_by_one_worker(jobs, clock):
    first = queued(jobs)
    clock.now += 1
    second = queued(jobs)
    assert [jobs.lease("a").id, jobs.lease("b").id, jobs.lease("c")] == [first.id, second.id, None]


def test_a_lease_that_ran_out_is_taken_and_its_old_holder_can_do_nothing_more(jobs, uptime):
    job = queued(jobs)
    jobs.lease("a")
    uptime.now += LEASE_SECONDS - 1
    jobs.beat(job.id, "a")
    uptime.now += LEASE_SECONDS - 1
    assert jobs.lease("b") is None
    uptime.now += 2
    assert jobs.lease("b").id == job.id
    for act in (
        lambda: jobs.beat(job.id, "a"),
        lambda: jobs.store_chunk(job.id, "a", chunk(0)),
        lambda: jobs.end(job.id, "a", State.FINISHED),
        lambda: jobs.note_read(job.id, "a", total=3, rejected=0, most=PLENTY),
    ):
        with pytest.raises(LeaseLostError):
            act()
    assert jobs.chunks(job.id) == []
    assert jobs.found(job.id).state is State.RUNNING


def test_a_chunk_is_counted_with_what_the_reader_refused_and_only_once(jobs):
    job = queued(jobs)
    jobs.lease("a")
    jobs.note_read(job.id, "a", total=25, rejected=5, most=PLENTY)
    jobs.store_chunk(job.id, "a", chunk(0))
    with pytest.raises(Exception, match="UNIQUE"):
        jobs.store_chunk(job.id, "a", chunk(0))
    jobs.note_read(job.id, "a", total=25, rejected=5, most=PLENTY)
    reported = jobs.found(job.id)
    assert (reported.total, reported.done, reported.rejected) == (25, 15, 6)
    assert jobs.records.used("key") == 10


def test_another_catalogue_begins_anew_and_the_same_goes_on(jobs):
    job = queued(jobs)
    jobs.lease("a")
    jobs.note_read(job.id, "a", total=25, rejected=5, most=PLENTY)
    jobs.note_catalogue(job.id, "a", "one")
    jobs.store_chunk(job.id, "a", chunk(0))
    jobs.note_catalogue(job.id, "a", "one")
    assert [done.number for done in jobs.chunks(job.id)] == [0]
    jobs.note_catalogue(job.id, "a", "two")
    assert jobs.chunks(job.id) == []
    assert jobs.found(job.id).done == 5


def test_the_catalogues_that_screenings_need_are_known_as_long_as_they_stand(jobs):
    queued(jobs)
    queued(jobs)
    assert jobs.catalogues() == frozenset()
    job = jobs.lease("a")
    jobs.note_catalogue(job.id, "a", "one")
    assert jobs.catalogues() == {"one"}
    jobs.delete(job.id)
    assert jobs.catalogues() == frozenset()


def begun(jobs, rows, most, key="key", worker="a"):
    """Queue a screening, take it and note so many rows; tell its id and whether it was let through."""
    job = queued(jobs, key)
    assert jobs.lease(worker).id == job.id
    return job.id, jobs.note_read(job.id, worker, total=rows, rejected=0, most=most)


def test_records_are_limited_by_day(jobs, clock):
    clock.now = 1_000_800.0  # 22:00 in China
    assert jobs.records.charge("key", 15, most=15)
    assert not jobs.records.charge("key", 1, most=15)
    assert not jobs.records.charge("new", 16, most=15)
    clock.now += 2 * 3600 - 1
    assert jobs.records.left("key", most=15) == 0
    clock.now += 1
    assert jobs.records.charge("key", 15, most=15)


def test_a_register_larger_than_what_is_left_fails_before_anything_is_counted(jobs):
    job_id, was_let_through = begun(jobs, 16, most=15)
    reported = jobs.found(job_id)
    assert not was_let_through
    assert (reported.state, reported.total, reported.done) == (State.FAILED, 16, 0)
    assert jobs.records.used("key") == 0
    assert jobs.records.left("key", most=15) == 15
    failure = describe_failure(reported, "zh")
    assert failure.code == "records_exceeded"
    assert "16 家企业，每日最多筛查 15 家" in failure.message


@pytest.mark.parametrize(
    ("code", "params", "hint"),
    [
        ("no_heading", {"seen": "甲", "nearest_zh": "x", "nearest_en": "y"}, "请使用模板的表头，或指定各列含义"),
        ("mapping_heading", {"name": "甲", "nearest_zh": "x", "nearest_en": "y"}, "请按文件中的表头原样写"),
    ],
)
def test_a_failure_that_an_earlier_program_stored_is_worded_all_the_same(jobs, code, params, hint):
    job_id, _ = begun(jobs, 5, most=15)
    jobs.end(job_id, "a", State.FAILED, json.dumps({"code": code, "params": params}))
    failure = describe_failure(jobs.found(job_id), "zh")
    assert (failure.code, failure.hint) == (code, hint)
    assert "甲" in failure.message


def test_what_was_let_through_is_promised_and_goes_on_whatever_comes_meanwhile(jobs, uptime):
    job_id, was_let_through = begun(jobs, 20, most=25)
    assert was_let_through
    assert jobs.records.left("key", most=25) == 5
    assert not jobs.records.charge("key", 6, most=25)
    other_id, other_was = begun(jobs, 6, most=25, worker="b")
    assert not other_was
    assert "今日还可筛查 5 家" in describe_failure(jobs.found(other_id), "zh").message
    jobs.store_chunk(job_id, "a", chunk(0))
    assert (jobs.records.used("key"), jobs.records.left("key", most=25)) == (10, 5)
    uptime.now += LEASE_SECONDS + 1
    assert jobs.lease("c").id == job_id
    assert jobs.note_read(job_id, "c", total=20, rejected=0, most=1)
    jobs.store_chunk(job_id, "c", chunk(1))
    jobs.end(job_id, "c", State.FINISHED)
    assert (jobs.records.used("key"), jobs.records.left("key", most=25)) == (20, 5)


def test_what_a_cancelled_screening_did_not_decide_is_free_again(jobs):
    job_id, _ = begun(jobs, 20, most=25)
    jobs.store_chunk(job_id, "a", chunk(0))
    jobs.cancel(job_id)
    assert jobs.records.left("key", most=25) == 15


def test_a_screening_whose_time_is_over_is_gone_before_it_is_swept(jobs, clock):
    job = queued(jobs)
    clock.now += 30 * 86_400
    assert jobs.find(job.id, "key") is None
    assert jobs.owned("key") == []
    assert jobs.lease("a") is None
    assert jobs.overdue() == [job.id]


def test_cancelling_and_deleting_take_the_lease_away(jobs):
    for act in (jobs.cancel, jobs.delete):
        job = queued(jobs)
        jobs.lease("a")
        act(job.id)
        with pytest.raises(LeaseLostError):
            jobs.store_chunk(job.id, "a", chunk(0))
    assert not jobs.cancel(job.id)
    assert jobs.lease("b") is None


def test_what_is_given_back_is_taken_at_once(jobs):
    job = queued(jobs)
    jobs.lease("a")
    jobs.release(job.id, "a")
    assert jobs.lease("b").id == job.id


def test_what_is_overdue_is_listed_and_its_chunks_go_with_it(jobs, clock):
    job = queued(jobs)
    jobs.lease("a")
    jobs.store_chunk(job.id, "a", chunk(0))
    clock.now += 30 * 86_400 - 1
    assert jobs.overdue() == []
    clock.now += 1
    assert jobs.overdue() == [job.id]
    jobs.delete(job.id)
    assert jobs.chunks(job.id) == []
    assert jobs.known() == frozenset()


TAKE = """
import sys
from pathlib import Path
from service.screenings.stored.jobs import Jobs, new_id
from service.store import Store
jobs, taken = Jobs(Store(Path(sys.argv[1]))), 0
while jobs.lease(new_id()):
    taken += 1
print(taken)
"""
CHARGE = """
import sys
from pathlib import Path
from service.screenings.stored.jobs import Jobs
from service.store import Store
jobs = Jobs(Store(Path(sys.argv[1])))
print(sum(jobs.records.charge("key", 1, most=100) for _ in range(50)))
"""


def in_four_processes(root, code, path):
    command = [sys.executable, "-c", code, str(path)]
    started = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) for _ in range(4)]
    return sum(int(process.communicate(timeout=60)[0]) for process in started)


def test_processes_that_take_and_count_at_once_never_take_or_count_twice(tmp_path, root):
    path = tmp_path / "data.sqlite"
    jobs = Jobs(Store(path))
    for _ in range(40):
        queued(jobs)
    assert in_four_processes(root, TAKE, path) == 40
    assert in_four_processes(root, CHARGE, path) == 100


def test_four_processes_can_make_the_file_at_once(tmp_path, root):
    assert in_four_processes(root, TAKE, tmp_path / "new" / "data.sqlite") == 0
