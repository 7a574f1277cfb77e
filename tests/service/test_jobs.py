"""The job table: one worker holds a screening, a chunk counts once, a lease that ran out is another's to take."""

import subprocess
import sys
from datetime import date

import pytest

from service.screenings.jobs import LEASE_SECONDS, Chunk, Jobs, LeaseLostError, Options, State, new_id
from service.store import Store

OPTIONS = Options(on=date(2026, 11, 21), statuses=("draft", "in_force"))
PLENTY = 1_000_000


@pytest.fixture
def jobs(tmp_path, clock):
    return Jobs(Store(tmp_path / "data.sqlite"), clock=clock)


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


def test_a_lease_that_ran_out_is_taken_and_its_old_holder_can_do_nothing_more(jobs, clock):
    job = queued(jobs)
    jobs.lease("a")
    clock.now += LEASE_SECONDS - 1
    jobs.beat(job.id, "a")
    clock.now += LEASE_SECONDS - 1
    assert jobs.lease("b") is None
    clock.now += 2
    assert jobs.lease("b").id == job.id
    for act in (
        lambda: jobs.beat(job.id, "a"),
        lambda: jobs.store_chunk(job.id, "a", chunk(0), most=PLENTY),
        lambda: jobs.end(job.id, "a", State.FINISHED),
        lambda: jobs.note_read(job.id, "a", total=3, rejected=0),
    ):
        with pytest.raises(LeaseLostError):
            act()
    assert jobs.chunks(job.id) == []
    assert jobs.found(job.id).state is State.RUNNING


def test_a_chunk_is_counted_with_what_the_reader_refused_and_only_once(jobs):
    job = queued(jobs)
    jobs.lease("a")
    jobs.note_read(job.id, "a", total=25, rejected=5)
    assert jobs.store_chunk(job.id, "a", chunk(0), most=PLENTY)
    with pytest.raises(Exception, match="UNIQUE"):
        jobs.store_chunk(job.id, "a", chunk(0), most=PLENTY)
    jobs.note_read(job.id, "a", total=25, rejected=5)
    told = jobs.found(job.id)
    assert (told.total, told.done, told.rejected) == (25, 15, 6)
    assert jobs.records_today("key") == 10


def test_another_catalogue_begins_anew_and_the_same_goes_on(jobs):
    job = queued(jobs)
    jobs.lease("a")
    jobs.note_read(job.id, "a", total=25, rejected=5)
    jobs.note_catalogue(job.id, "a", "one")
    jobs.store_chunk(job.id, "a", chunk(0), most=PLENTY)
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


def test_records_are_limited_by_day_and_a_chunk_that_goes_over_is_not_stored(jobs, clock):
    job = queued(jobs)
    jobs.lease("a")
    assert jobs.store_chunk(job.id, "a", chunk(0), most=15)
    assert not jobs.store_chunk(job.id, "a", chunk(1), most=15)
    assert [done.number for done in jobs.chunks(job.id)] == [0]
    assert jobs.charge("key", 5, most=15)
    assert not jobs.charge("key", 1, most=15)
    assert not jobs.charge("new", 16, most=15)
    clock.now += 86_400
    assert jobs.charge("key", 15, most=15)


def test_cancelling_and_deleting_take_the_lease_away(jobs):
    for act in (jobs.cancel, jobs.delete):
        job = queued(jobs)
        jobs.lease("a")
        act(job.id)
        with pytest.raises(LeaseLostError):
            jobs.store_chunk(job.id, "a", chunk(0), most=PLENTY)
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
    jobs.store_chunk(job.id, "a", chunk(0), most=PLENTY)
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
from service.screenings.jobs import Jobs, new_id
from service.store import Store
jobs, taken = Jobs(Store(Path(sys.argv[1]))), 0
while jobs.lease(new_id()):
    taken += 1
print(taken)
"""
CHARGE = """
import sys
from pathlib import Path
from service.screenings.jobs import Jobs
from service.store import Store
jobs = Jobs(Store(Path(sys.argv[1])))
print(sum(jobs.charge("key", 1, most=100) for _ in range(50)))
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
