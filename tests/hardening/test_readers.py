"""A reader may use only so much: whatever the file does, who asked gets an answer in time and in words."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from seeds.faults import LANGUAGES
from service.complaints import Complaint, RequestError
from service.intake.headings.layout import CorrectionError, CorrectionFault
from service.intake.raw_table import TableRefusedError
from service.intake.reader_host import Bounds
from service.intake.readers import AbandonedError, OverLimitError, ReaderDiedError, Readers, read_until
from tests.hardening import asked

ROOT = Path(__file__).parents[2]
PLENTY = Bounds(256 << 20, 30)


def never():
    return False


def read(function, *arguments, bounds=PLENTY, is_over=never):
    return read_until(is_over, bounds, function, *arguments)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
    return found


def test_what_a_function_gives_in_a_reader_is_what_it_gives_here():
    assert read(asked.add, 1, 2) == 3
    assert len(read(asked.add, "x" * 3_000_000, "y" * 3_000_000)) == 6_000_000


@pytest.mark.parametrize(
    ("function", "bounds", "error", "code"),
    [
        (asked.allocate, PLENTY, OverLimitError, "file_needs_memory"),
        (asked.allocate_piecemeal, PLENTY, OverLimitError, "file_needs_memory"),
        (asked.abort, PLENTY, OverLimitError, "file_needs_memory"),
        (asked.spin, Bounds(256 << 20, 0.3), OverLimitError, "file_needs_time"),
        (asked.segfault, PLENTY, ReaderDiedError, "reader_died"),
        (asked.leave, PLENTY, ReaderDiedError, "reader_died"),
        (asked.panic, PLENTY, ReaderDiedError, "reader_died"),
    ],
    ids=["much at once", "bit by bit", "aborting for it", "endless", "a crash", "gone", "a panic"],
)
def test_a_reader_that_ends_without_an_answer_is_a_refusal_in_words(function, bounds, error, code):
    began = time.monotonic()
    with pytest.raises(TableRefusedError) as refused:
        read(function, bounds=bounds)
    assert (type(refused.value), refused.value.code) == (error, code)
    assert time.monotonic() - began < 10
    for language in LANGUAGES:
        assert all(refused.value.worded(language))
    assert read(asked.add, 1, 2) == 3


def test_a_reader_that_sleeps_is_ended_when_its_time_is_over(tmp_path):
    with pytest.raises(OverLimitError, match="stopped after 1 second"):
        read(asked.sleep, tmp_path / "pid", bounds=Bounds(256 << 20, 0.5))
    assert not is_alive((tmp_path / "pid").read_text())


def test_a_reader_that_is_no_longer_wanted_is_ended_at_once(tmp_path):
    file = tmp_path / "pid"
    with pytest.raises(AbandonedError):
        read(asked.sleep, file, is_over=lambda: file.exists() and bool(file.read_text()))
    wait_for(lambda: not is_alive(file.read_text()))


@pytest.mark.parametrize(
    "error",
    [
        TableRefusedError("too_many_rows", limit=3),
        CorrectionError([CorrectionFault(heading="甲", code="mapping_heading", params={"name": "甲"})], ["乙"]),
        RequestError("bad_request", [Complaint(code="too_deep", params={"limit": 3})]),
        FileNotFoundError(2, "gone", "sent.csv"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_reader_raises_is_raised_as_it_is(error):
    with pytest.raises(type(error)) as raised:
        read(asked.refuse, error)
    assert {**vars(raised.value), "faults": ()} == {**vars(error), "faults": ()}
    assert repr(raised.value.args) == repr(error.args)


def test_a_reader_prints_nothing_that_a_file_may_hold(capfd):
    assert read(asked.shout) == "quiet"
    assert capfd.readouterr() == ("", "")


def test_readers_work_side_by_side_and_one_place_too_many_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("service.intake.readers._PATIENCE_SECONDS", 0.2)
    readers = Readers(Bounds(256 << 20, 1.5), most=2)
    files = [tmp_path / name for name in "ab"]

    def refused(file):
        with pytest.raises(OverLimitError):
            readers.ask(asked.sleep, file)

    threads = [threading.Thread(target=refused, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    wait_for(lambda: all(file.exists() and file.read_text() for file in files))
    with pytest.raises(RequestError) as busy:
        readers.ask(asked.add, 1, 2)
    assert (busy.value.kind, busy.value.retry_after) == ("readers_busy", 5)
    assert read(asked.add, 1, 2) == 3  # who has a place of another kind is not held up
    for thread in threads:
        thread.join()
    assert readers.ask(asked.add, 1, 2) == 3


ASKER = """
import os, signal, sys, threading, time
from pathlib import Path
from service.intake.reader_host import Bounds
from service.intake.readers import _HOST, read_until
from tests.hardening import asked
file = Path(sys.argv[1])
bounds = Bounds(256 << 20, 50)
threading.Thread(target=lambda: read_until(lambda: False, bounds, asked.sleep, file), daemon=True).start()
while not (file.exists() and file.read_text()):
    time.sleep(0.01)
host = _HOST._processes[-1].pid
if sys.argv[2] == "host":
    os.kill(host, signal.SIGKILL)
    assert read_until(lambda: False, bounds, asked.add, 1, 2) == 3
    assert _HOST._processes[-1].pid != host
print(host, _HOST._processes[-1].pid, flush=True)
time.sleep(50)
"""


@pytest.mark.parametrize("killed", ["asker", "host"])
def test_no_reader_outlives_who_asked_and_a_killed_host_is_replaced(tmp_path, killed):
    file = tmp_path / "pid"
    command = [sys.executable, "-c", ASKER, str(file), killed]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        hosts = process.stdout.readline().split()
        assert len(hosts) == 2
        process.kill()
    wait_for(lambda: not any(map(is_alive, hosts)))
    wait_for(lambda: not is_alive(file.read_text()))
