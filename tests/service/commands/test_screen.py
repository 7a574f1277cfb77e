"""cepei screen: the same parts from every engine, whole parts after a crash, a rerun that finishes the rest."""

import json
import os
import signal
import subprocess
import time
import tracemalloc
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from datetime import date

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from rules.catalogue.content import open_catalogue
from service.cli import main
from service.commands.screen import MOST_FRUITLESS, Work, finish, write_outcome
from service.screenings.jobs.deciding import decide_all
from service.screenings.jobs.reading import Account
from service.screenings.stored.folders import Folder
from service.screenings.stored.jobs import Options
from tests.service.screen_runs import ROWS, command, outcome, start


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
    assert summary["rows"] == {"total": ROWS, "done": ROWS, "rejected": 0}
    told = [json.loads(line) for line in whole["rejected.ndjson"].splitlines()]
    assert (len(told), {one["kept"] for one in told}) == (ROWS // 50, {True})  # a cell costs its fact, no company
    assert all({"state", "opens", "closes"} == one.keys() for one in summary["windows"].values())


def test_all_cores_write_the_same_bytes_also_when_one_is_killed(whole, tenants_file, catalogue_file, tmp_path):
    output = tmp_path / "r"
    process = start(*command(tenants_file, output, catalogue_file, "--engine", "processes"))
    wait_for_a_part(output, process)
    os.kill(deciders_of(process)[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert outcome(output) == whole


def deciders_of(process):
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "spawn_main" in line]


def wait_for_a_part(output, process):
    end = time.monotonic() + 90
    while not list(output.glob("part-*.parquet")) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("number", "reported"),
    [(signal.SIGKILL, ""), (signal.SIGINT, "cepei screen: 已中断。 / interrupted\n")],
    ids=["killed", "interrupted"],
)
def test_a_run_cut_short_leaves_whole_parts_and_a_rerun_finishes_the_rest(
    number, reported, whole, tenants_file, catalogue_file, tmp_path
):
    output = tmp_path / "r"
    process = start(*command(tenants_file, output, catalogue_file))
    wait_for_a_part(output, process)
    process.send_signal(number)
    assert process.communicate(timeout=60)[1] == reported
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


@pytest.mark.parametrize(
    ("file", "output", "stated"),
    [
        ("folder", "r", ("是文件夹，不是名单文件", "is a folder, not a file of tenants")),
        ("good.csv", "good.csv", ("是文件，不是文件夹", "is a file, not a folder")),
        ("good.csv", "good.csv/r", ("无法读写", "cannot be read or written (Not a directory)")),
        ("good.csv", "/proc/none/r", ("无法读写 /proc/none", "/proc/none cannot be read or written")),
        ("/proc/self/mem", "r", ("无法读写 /proc/self/mem", "/proc/self/mem cannot be read or written")),
        ("n" * 300, "r", ("无法读写", "(File name too long)")),
        ("poor.csv", "r", ("没有找到可识别的表头", "no heading was understood")),
        ("wide.xlsx", "r", ("工作表太大", "the sheet is too large")),
        ("good.csv", "damaged", ("已损坏", "was not written by cepei screen")),
    ],
)
def test_what_cannot_be_read_or_written_is_reported_in_a_line(file, output, stated, catalogue_file, tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    (tmp_path / "good.csv").write_text("城市,产品\n合肥,聚乳酸\n", "utf-8")
    (tmp_path / "poor.csv").write_text("hello\n", "utf-8")
    write_workbook(tmp_path / "wide.xlsx", last_row=1_048_575, columns=40)
    (tmp_path / "damaged" / ".work").mkdir(parents=True)
    (tmp_path / "damaged" / ".work" / "source.json").write_text("{")
    assert main(command(tmp_path / file, tmp_path / output, catalogue_file)) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert all(text in sentence for text in stated)


def write_workbook(path, *, last_row, columns=2):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["城市", "产品"])
        sheet.write(last_row, 0, "合肥")
        sheet.write(last_row, columns - 1, "聚乳酸")


@pytest.mark.parametrize(("option", "value"), [("--on", "2026-13-01"), ("--wait", "0"), ("--statuses", "gone")])
def test_a_value_that_is_none_is_an_error_of_use(option, value, tenants_file, catalogue_file, tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        main([*command(tenants_file, tmp_path / "r", catalogue_file), option, value])
    assert left.value.code == 2
    assert f"argument {option}: " in capsys.readouterr().err


def test_a_file_asked_about_on_another_day_is_read_anew(catalogue_file, tmp_path):
    register = tmp_path / "register.csv"
    register.write_text("企业名称,注册地,产品,营业收入（2025年，万元）\n甲,合肥,聚乳酸,5000\n", "utf-8")
    run = command(register, tmp_path / "again", catalogue_file)
    for on in ("2025-06-30", "2026-06-30"):  # the year has not ended, it has
        assert main([*run, "--on", on]) == 0
    assert main([*command(register, tmp_path / "fresh", catalogue_file), "--on", "2026-06-30"]) == 0
    assert outcome(tmp_path / "again") == outcome(tmp_path / "fresh")
    read = [orjson.loads((tmp_path / name / ".work" / "reading.json").read_bytes()) for name in ("again", "fresh")]
    assert [account["columns"][3]["status"] for account in read] == ["used", "used"]


LAST = 200_001


def parquet_register(path):
    nothing = [None] * (LAST - 1)
    remarks = pa.array([f"备注{number}" for number in range(LAST)]).dictionary_encode()  # one dictionary for all rows
    pq.write_table(pa.table({"城市": [*nothing, "合肥"], "产品": [*nothing, "聚乳酸"], "备注": remarks}), path)


def csv_register(path):
    path.write_text("城市,产品\n" + ",\n" * (LAST - 1) + "合肥,聚乳酸\n", "utf-8")


def ndjson_register(path):
    path.write_text("{}\n" * (LAST - 1) + '{"city": "合肥", "products": ["聚乳酸"]}\n', "utf-8")


def workbook_register(path):
    write_workbook(path, last_row=LAST)


@pytest.mark.parametrize("write", [parquet_register, csv_register, ndjson_register, workbook_register])
def test_more_rows_than_may_be_uploaded_are_read(write, catalogue_file, tmp_path):
    write(tmp_path / "register")
    assert main(command(tmp_path / "register", tmp_path / "r", catalogue_file)) == 0
    part = pq.read_table(tmp_path / "r" / "part-00000.parquet")
    assert set(part["row"].to_pylist()) == {LAST}


def test_summing_up_holds_one_chunk_at_a_time(tmp_path, catalogue_file):
    work = Work(folder=Folder(tmp_path), version="v", options=Options(on=date(2026, 11, 21), statuses=("draft",)))
    chunks, measures = 100, {f"measure-{number}": [1, 2, 3, 4] for number in range(500)}
    summary = {"measures": measures, "tenants_with": {"applicable": 1}, "settles": {"stage": 2}, "opens": {}}
    reported = {"version": "v", "question": {"on": "2026-11-21", "statuses": ["draft"]}, "rows": 9, "rejected": 50}
    for number in range(chunks):
        work.note(number).write_bytes(orjson.dumps({**reported, "summary": summary}))
        lines = ({"row": 50 * number + place, "line": None, "faults": ["x" * 200]} for place in range(50))
        work.folder.rejected(number).write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    catalogue = open_catalogue(catalogue_file)
    tracemalloc.start()
    summed = write_outcome(work, Account(total=chunks * 9, rejected=0, chunks=chunks), catalogue)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
    assert summed["measures"]["measure-7"]["not_applicable"] == 3 * chunks
    assert summed["rows"]["rejected"] == len((tmp_path / "rejected.ndjson").read_bytes().splitlines()) == 50 * chunks


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


class Forgetful:
    """A crew that loses what it is given for the first so many times."""

    most = 2

    def __init__(self, times):
        self.left, self.mended = times, 0

    def submit(self, tenants, _options):
        future = Future()
        if self.left:
            self.left -= 1
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(LookupError(tenants))
        return future

    def mend(self):
        self.mended += 1


@pytest.mark.parametrize(("times", "error"), [(2, LookupError), (100, CancelledError)])
def test_lost_chunks_are_asked_again_but_not_for_ever(times, error, tmp_path):
    (tmp_path / "tenants-00000.parquet").write_bytes(b"0")
    work = Work(folder=Folder(tmp_path), version="v", options=Options(on=date(2026, 11, 21), statuses=()))
    crew = Forgetful(times)
    with pytest.raises(error):
        list(finish(work, crew, [0]))
    assert crew.mended == min(times, MOST_FRUITLESS - 1)
