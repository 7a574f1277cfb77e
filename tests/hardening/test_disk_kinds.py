"""What a disk can refuse, one kind at a time: told apart, told in words, and never answered by making things worse."""

import errno
import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from seeds.faults import worded
from service.app import create_app
from service.data_folder import DOUBT_SECONDS, JUMP_SECONDS, ClockWatch
from service.disk import Fault, fault_of, open_private, private_folder, tighten
from service.feedback.store import Feedback, ReportFilter, Statement
from service.keys import Keys, Role, server_secret
from service.screenings.jobs.worker import Worker
from service.screenings.stored.folders import Folders, write_whole
from service.screenings.stored.jobs import Jobs, new_id
from service.settings import Settings
from service.store import Store, StoreError
from tests.hardening.disks import can_mount, wait_for
from tests.service.conftest import ROOT, running

STATED = Statement(measure="m", fact="f", condition="", verdict="met", should_be="unmet", comment="某某的意见")


def sqlite_error(code):
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(errno.ENOSPC, ""), Fault.FULL),
        (OSError(errno.EDQUOT, ""), Fault.FULL),
        (OSError(errno.EFBIG, ""), Fault.FULL),
        (OSError(errno.EROFS, ""), Fault.READ_ONLY),
        (PermissionError(errno.EACCES, ""), Fault.READ_ONLY),
        (OSError(errno.ELOOP, ""), Fault.READ_ONLY),
        (OSError(errno.EIO, ""), Fault.FAILING),
        (OSError(errno.EMFILE, ""), Fault.FAILING),
        (FileNotFoundError(errno.ENOENT, ""), None),
        (BrokenPipeError(errno.EPIPE, ""), None),
        (ValueError(), None),
        (sqlite_error(sqlite3.SQLITE_FULL), Fault.FULL),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), Fault.FULL),
        (sqlite_error(sqlite3.SQLITE_IOERR_SHMSIZE), Fault.FULL),
        (sqlite_error(sqlite3.SQLITE_IOERR_READ), Fault.FAILING),
        (sqlite_error(sqlite3.SQLITE_READONLY_DIRECTORY), Fault.READ_ONLY),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), Fault.MISSING),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), Fault.LOCKED),
        (sqlite_error(sqlite3.SQLITE_CORRUPT_INDEX), Fault.DAMAGED),
        (sqlite_error(sqlite3.SQLITE_NOTADB), Fault.DAMAGED),
        (sqlite_error(sqlite3.SQLITE_CONSTRAINT), None),
        (sqlite3.ProgrammingError("closed"), None),
    ],
    ids=str,
)
def test_each_refusal_of_a_disk_is_told_apart(error, fault):
    assert fault_of(error) is fault


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_refusal_says_what_happened_and_what_to_do(fault, language):
    message, hint = worded(f"storage_{fault}", {}, language)
    assert message
    assert hint


def test_a_statement_that_finds_the_file_full_is_undone_and_the_next_one_works(tmp_path):
    store = Store(tmp_path / "data.sqlite")
    Feedback(store).add(STATED, days=1)
    pages = store.row("PRAGMA page_count")["page_count"]
    store.row(f"PRAGMA max_page_count = {pages}")
    long = replace(STATED, comment="长" * 100_000)
    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError, match="full") as caught:
            Feedback(store).add(long, days=1)
        assert fault_of(caught.value) is Fault.FULL
    before = Feedback(store).count(ReportFilter())
    store.row(f"PRAGMA max_page_count = {pages + 100}")
    Feedback(store).add(STATED, days=1)
    assert Feedback(store).count(ReportFilter()) == before + 1


def test_what_deletes_takes_what_was_kept_free(tmp_path):
    store = Store(tmp_path / "data.sqlite")
    Keys(store).add(Role.OPERATOR)
    store.keep_reserve()
    kept = tmp_path / "reserve"
    assert (kept.stat().st_size, kept.stat().st_mode & 0o777) == (2 * 1_048_576, 0o600)
    assert kept.stat().st_blocks * 512 >= kept.stat().st_size, "it takes room"
    store.keep_reserve()
    assert store.empty_log()
    assert (tmp_path / "data.sqlite-wal").stat().st_size == 0


@pytest.mark.parametrize(
    "content",
    [b"no database at all" * 500, b"SQLite format 3\0" + b"\xff" * 8000, b"\xff" * 100],
    ids=["text", "head", "short"],
)
def test_a_damaged_data_file_is_refused_with_what_to_do_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "data.sqlite"
    path.write_bytes(content)
    store = Store(path)
    with pytest.raises(StoreError, match="restore it from a backup"):
        Keys(store).listed()
    assert store.fault() is Fault.DAMAGED
    assert path.read_bytes() == content
    command = [sys.executable, "-m", "service.cli", "keys", "--data", str(path), "list"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.returncode, "restore it from a backup" in told.stderr, "Traceback" in told.stderr) == (2, True, False)


def test_a_data_file_that_went_is_not_made_anew_and_one_put_back_is_used(tmp_path):
    store = Store(tmp_path / "data.sqlite")
    Keys(store).add(Role.OPERATOR)
    store.empty_log()
    (tmp_path / "data.sqlite").rename(tmp_path / "away")
    for one in (store, store):
        with pytest.raises(StoreError, match="gone"):
            Keys(one).listed()
    assert store.fault() is Fault.MISSING
    assert not (tmp_path / "data.sqlite").exists()
    (tmp_path / "away").rename(tmp_path / "data.sqlite")
    assert len(Keys(store).listed()) == 1


def test_whoever_waits_in_vain_for_a_lock_makes_the_next_wait_short(tmp_path):
    store = Store(tmp_path / "data.sqlite")
    Keys(store).listed()
    lock = sqlite3.connect(tmp_path / "data.sqlite", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    waited = []

    def wait():
        began = time.monotonic()
        with pytest.raises(sqlite3.OperationalError) as caught:
            Keys(store).add(Role.OPERATOR)
        waited.append((fault_of(caught.value), time.monotonic() - began))

    wait()
    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lock.close()
    assert {fault for fault, _ in waited} == {Fault.LOCKED}
    assert max(seconds for _, seconds in waited[1:]) < waited[0][1] < 10
    Keys(store).add(Role.OPERATOR)


@pytest.mark.parametrize("begun", [False, True], ids=["new", "begun"])
@pytest.mark.parametrize("words", [["keys", "add", "operator"], ["keys", "list"], ["feedback", "list"]], ids=" ".join)
def test_a_command_that_the_disk_refuses_says_so_in_one_line(tmp_path, words, begun):
    data = tmp_path / "data.sqlite"
    if begun:
        Keys(Store(data)).add(Role.OPERATOR)
    command = [sys.executable, "-m", "service.cli", words[0], "--data", str(data), *words[1:]]
    limited = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))}
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **limited)
    assert "Traceback" not in told.stderr
    assert (told.returncode, told.stderr.count("\n")) in {(2, 1), (0, 0)}
    assert told.returncode == 2 or words != ["keys", "add", "operator"]


@pytest.mark.parametrize("secret", [b"", b"x" * 31], ids=["empty", "cut"])
def test_a_secret_that_is_not_whole_hashes_nothing(tmp_path, secret):
    (tmp_path / "key-secret").write_bytes(secret)
    with pytest.raises(StoreError, match="backup"):
        server_secret(tmp_path)


def test_files_and_folders_are_closed_whatever_the_umask_and_links_are_not_followed(tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"kept")
    (tmp_path / "link").symlink_to(target)
    (tmp_path / "folder-link").symlink_to(tmp_path)
    before = os.umask(0)
    try:
        write_whole(tmp_path / "whole", b"x")
        private_folder(tmp_path / "folder")
        Store(tmp_path / "data.sqlite").rows("SELECT 1")
        (tmp_path / "loose").touch()
    finally:
        os.umask(before)
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        open_private(tmp_path / "link")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        private_folder(tmp_path / "folder-link")
    write_whole(tmp_path / "link", b"replaces the link")
    assert target.read_bytes() == b"kept"
    names = ("whole", "folder", "data.sqlite", "data.sqlite-wal", "data.sqlite-shm")
    assert [oct((tmp_path / name).stat().st_mode & 0o777) for name in names] == [
        "0o600",
        "0o700",
        "0o600",
        "0o600",
        "0o600",
    ]
    assert tighten([tmp_path / "loose", tmp_path / "whole", tmp_path / "none"]) == 1


def test_a_file_that_cannot_be_written_whole_leaves_no_part(tmp_path):
    def pieces():
        yield b"first"
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        write_whole(tmp_path / "file", pieces())
    assert list(tmp_path.iterdir()) == []


def overdue(tmp_path):
    """Return a worker with a screening and a report whose time is over by the clock, and the file it saw last."""
    store = Store(tmp_path / "data.sqlite")
    Feedback(store, clock=lambda: 0.0).add(STATED, days=1)
    with store.transaction() as database:
        row = {"id": new_id(), "key_id": "k", "state": "finished", "format": "csv", "options": "{}"}
        database.table("screenings").insert({**row, "created_at": 0.0, "expires_at": 1.0})
    Folders(tmp_path).create(row["id"])
    (tmp_path / "in-use").touch()
    return Worker(Settings(data=tmp_path / "data.sqlite")), tmp_path / "in-use", row["id"]


def left(tmp_path, job_id):
    store = Store(tmp_path / "data.sqlite")
    reports = store.row("SELECT COUNT(*) AS n FROM feedback")["n"]
    return reports, job_id in Jobs(store).known(), Folders(tmp_path).of(job_id).path.exists()


def test_a_clock_far_ahead_deletes_nothing_until_it_has_said_so_for_an_hour(tmp_path, monkeypatch):
    worker, seen, job_id = overdue(tmp_path)
    then = time.time() - JUMP_SECONDS - 60
    os.utime(seen, (then, then))
    worker.sweep()
    worker.sweep()
    assert left(tmp_path, job_id) == (1, True, True)
    uptime = time.monotonic() + DOUBT_SECONDS + 1
    monkeypatch.setattr("service.data_folder.time.monotonic", lambda: uptime)
    worker.sweep()
    assert left(tmp_path, job_id) == (0, False, False)


@pytest.mark.parametrize("ahead", [-10 * 86_400, -1, 0, 86_400, 6 * 86_400], ids=str)
def test_a_clock_within_a_week_or_set_back_is_believed(tmp_path, ahead):
    worker, seen, job_id = overdue(tmp_path)
    os.utime(seen, (time.time() - ahead, time.time() - ahead))
    worker.sweep()
    assert left(tmp_path, job_id) == (0, False, False)
    assert abs(seen.stat().st_mtime - time.time()) < 60
    assert ClockWatch(tmp_path).is_believed()


def test_what_was_deleted_while_nothing_could_be_noted_is_forgotten_later(tmp_path):
    store, kept = Store(tmp_path / "data.sqlite"), Folders(tmp_path)
    job_id = new_id()
    with store.transaction() as database:
        row = {"id": job_id, "key_id": "k", "state": "finished", "format": "csv", "options": "{}"}
        database.table("screenings").insert({**row, "created_at": 0.0, "expires_at": 9e9})
    write_whole(kept.create(job_id).sent("csv"), b"x")
    kept.drop(job_id)
    assert (kept.is_dropped(job_id), list(kept.ids()), kept.dropped()) == (True, [], [job_id])
    Worker(Settings(data=tmp_path / "data.sqlite")).sweep()
    assert (job_id in Jobs(store).known(), kept.is_dropped(job_id), kept.dropped()) == (False, False, [])


def test_of_a_report_whose_time_is_over_no_byte_stays(tmp_path):
    now = [1000.0]
    feedback = Feedback(Store(tmp_path / "data.sqlite"), clock=lambda: now[0])
    words = STATED.comment.encode()
    feedback.add(STATED, days=1)
    assert [path.name for path in tmp_path.iterdir() if words in path.read_bytes()] == ["data.sqlite-wal"]
    now[0] += 86_400
    assert (feedback.count(ReportFilter()), feedback.listed(ReportFilter())) == (0, [])
    assert feedback.forget_overdue() == 1
    assert [path.name for path in tmp_path.iterdir() if words in path.read_bytes()] == []


def test_a_data_file_below_a_file_stops_no_match(tmp_path, catalogue_file):
    (tmp_path / "file").touch()
    settings = Settings(catalogue=catalogue_file, data=tmp_path / "file" / "data.sqlite", log_level="critical")
    client = create_app(settings).test_client()
    assert client.post("/v1/match", json={"profile": {}}, headers={"Authorization": "Bearer x"}).status_code == 200
    assert client.get("/readyz").json["impaired"][0]["part"] == "data"
    assert client.post("/v1/feedback", json={}).status_code == 422


READ_ONLY = """
mount -t tmpfs -o size=8m,mode=700 tmpfs {data} && {python} -m service.cli keys --data {data}/data.sqlite add operator \\
    > {data}.key 2> /dev/null && mount -o remount,ro {data} && exec "$@"
"""
NO_INODE = """
mount -t tmpfs -o size=8m,mode=700,nr_inodes=1 tmpfs {data} && echo none > {data}.key && exec "$@"
"""
MOUNTS = {"read-only": READ_ONLY, "without an inode": NO_INODE}


@pytest.mark.parametrize("mount", MOUNTS)
def test_a_server_that_starts_on_a_disk_that_takes_nothing_answers_matches_and_says_why_nothing_is_stored(
    mount, tmp_path, catalogue_file
):
    """Shown where a file system can be mounted without being root."""
    if not can_mount():
        return
    data = tmp_path / "mounted"
    data.mkdir()
    shell = MOUNTS[mount].format(data=data, python=sys.executable)
    command = ["unshare", "-rm", "sh", "-c", shell, "sh", sys.executable, "-m", "service.cli", "serve"]
    given = {"CEPEI_CATALOGUE": str(catalogue_file), "CEPEI_DATA": str(data / "data.sqlite"), "CEPEI_WORKERS": "1"}
    with running(tmp_path, command, {**given, "CEPEI_RATE_LIMIT": "2/minute"}) as server:
        wait_for(lambda: server.get("/readyz").json["impaired"], 10)
        key = {"Authorization": f"Bearer {(tmp_path / 'mounted.key').read_text().strip()}"}
        assert [server.match({}).status for _ in range(3)] == [200, 200, 429], "the limit counts elsewhere"
        assert {server.get(path).status for path in ("/", "/healthz", "/metrics", "/v1/measures?q=pilot")} == {200}
        assert [part["part"] for part in server.get("/readyz").json["impaired"]] == ["data"]
        if mount == "read-only":
            reply = server.call(
                "POST", "/v1/screenings", body=b"{}", headers={"Content-Type": "application/json", **key}
            )
            assert reply.status in {503, 507}
            assert reply.json["errors"][0]["hint"]
        assert len([line for line in server.log_lines() if line["event"] == "worker_waits"]) <= 2
