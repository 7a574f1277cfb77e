"""The data folder of a server that was started carelessly: closed to others, whole after losses, silent on the deleted."""

import contextlib
import json
import shutil
import sqlite3
import stat
import sys
import threading
import time

import pytest

from service.store import Store
from tests.hardening.disks import JSON, kill_all, wait_for
from tests.service.conftest import POLYLACTIC, running
from tests.service.operators import Operator

OPEN = ["sh", "-c", 'umask 0 && exec "$@"', "sh", sys.executable, "-m", "service.cli", "serve"]
NAME = "某某擦除科技有限公司"
TENANTS = [{"name": NAME, "city": "合肥", "products": ["聚乳酸"]}, {"name": f"{NAME}二", "employees": -1}]


def given(folder, catalogue_file, **more):
    return {
        "CEPEI_CATALOGUE": str(catalogue_file), "CEPEI_DATA": str(folder / "data" / "data.sqlite"), "CEPEI_WORKERS": "1",
        "CEPEI_SCREENING_PROCESSES": "1", "CEPEI_RATE_LIMIT": "5/minute", "CEPEI_PROXIES": "1", **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def operator(tmp_path_factory, catalogue_file):
    folder = tmp_path_factory.mktemp("careless")
    live = shutil.copyfile(catalogue_file, folder / "catalogue.sqlite")
    with running(folder, OPEN, given(folder, live)) as server:
        yield Operator(server)


def modes(folder):
    found = {}
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            found[path.relative_to(folder).as_posix()] = stat.S_IMODE(path.lstat().st_mode), path.is_dir()
    return found


def loose(folder):
    return {name: oct(mode) for name, (mode, is_dir) in modes(folder).items() if mode != (0o700 if is_dir else 0o600)}


def test_all_that_is_written_is_for_this_user_only_whatever_the_umask(operator):
    place = operator.finished(TENANTS)
    operator.upload("t.csv", "企业名称\n某某公司\n".encode(), "/v1/screenings/columns")
    operator.wait(operator.call("POST", f"{place}/rerun").headers["Location"])
    operator.server.match(POLYLACTIC)
    names = modes(operator.data.parent)
    assert {"data.sqlite", "data.sqlite-wal", "key-secret", "screenings", "catalogues", "cepei-run", "in-use"} <= set(
        names
    )
    assert loose(operator.data.parent) == {}


def told(server):
    return {part["part"]: part["code"] for part in server.get("/readyz").json["impaired"]}


def asked(server, address, times):
    return [server.post({"profile": {}}, X_Forwarded_For=address).status for _ in range(times)]


def run_folder(operator):
    (folder,) = operator.data.parent.glob("cepei-run/cepei-run-*")
    return folder


LOSSES = {
    "the whole folder": shutil.rmtree,
    "the folder and the one above": lambda folder: shutil.rmtree(folder.parent),
    "the counters of requests": lambda folder: [path.unlink() for path in folder.glob("*.db")],
    "one file of counters": lambda folder: next(folder.glob("counter_*.db")).unlink(),
    "the counter of the limit": lambda folder: (folder / "rate.sqlite").unlink(),
    "all files": lambda folder: [path.unlink() for path in folder.iterdir()],
    "the counter of the limit, for another file": lambda folder: (
        (folder / "other").write_bytes(b""), (folder / "other").replace(folder / "rate.sqlite")
    ),
}  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
def test_no_request_fails_and_the_limit_holds_after_the_server_lost(operator, loss):
    server, number = operator.server, list(LOSSES).index(loss)
    assert asked(server, f"192.0.2.{number}", 2) == [200, 200]
    LOSSES[loss](run_folder(operator))
    assert asked(server, f"198.51.100.{number}", 7) == [200] * 5 + [429] * 2
    assert {server.get(path).status for path in ("/", "/v1/measures", "/metrics", "/readyz", "/healthz")} == {200}
    assert told(server) == {}
    wait_for(
        lambda: b'cepei_requests_total{route="/healthz"' in server.get("/metrics").body or not server.get("/healthz")
    )
    assert b'cepei_impaired{part="metrics"} 0.0' in server.get("/metrics").body
    assert loose(operator.data.parent) == {}


def test_a_counter_that_cannot_be_used_is_told_and_each_process_goes_on_counting(operator):
    server, store = operator.server, run_folder(operator) / "rate.sqlite"
    store.unlink()
    store.mkdir()
    try:
        assert asked(server, "203.0.113.1", 7) == [200] * 5 + [429] * 2
        assert told(server) == {"rate_limit": "rate_store_unusable"}
        assert b'cepei_impaired{part="rate_limit"} 1.0' in server.get("/metrics").body
        lines = [line for line in server.log_lines() if line["event"] == "rate_store_unusable"]
        assert len(lines) == 1, "once a minute"
    finally:
        store.rmdir()
    wait_for(lambda: told(server) == {})


def traces(folder, words):
    return [
        path.name for path in folder.rglob("*") if path.is_file() and any(word in path.read_bytes() for word in words)
    ]


def test_of_what_was_deleted_no_byte_stays_in_any_file(operator):
    words = [NAME.encode(), "擦除".encode("gb18030"), b"erased-by-us"]
    sheet = f"企业名称,注册地,自编号,擦除备注\n{NAME},合肥,erased-by-us,x\n".encode()
    reply = operator.upload("t.csv", sheet)
    place = reply.headers["Location"]
    assert operator.wait(place)["state"] == "finished"
    other = operator.finished(TENANTS)
    assert traces(operator.data.parent, words)
    for gone in (
        place,
        other,
        *(f"/v1/screenings/{item['id']}" for item in operator.get("/v1/screenings").json["items"]),
    ):
        assert operator.call("DELETE", gone).status in {204, 404}
    assert traces(operator.data.parent, words) == []


UNUSABLE = {
    "gone": (lambda data: data.rename(data.with_name("away")), "storage_missing"),
    "no database": (lambda data: (data.rename(data.with_name("away")), data.write_bytes(b"no database" * 999)), "storage_damaged"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_data_file_that_cannot_be_used_is_told_and_matches_go_on(operator, case):
    spoil, code = UNUSABLE[case]
    server, data = operator.server, operator.data
    spoil(data)
    try:
        assert told(server) == {"data": code}
        assert server.match(POLYLACTIC).status == server.get("/").status == server.get("/healthz").status == 200
        reply = operator.get("/v1/screenings")
        assert (reply.status, reply.json["code"], reply.json["errors"][0]["code"]) == (503, "data_unavailable", code)
        assert reply.json["errors"][0]["hint"]
        assert data.exists() == (case != "gone"), "no empty one takes its place"
        assert case == "gone" or data.read_bytes() == b"no database" * 999
    finally:
        data.with_name("away").replace(data)
    assert told(server) == {}
    assert operator.get("/v1/screenings").status == 200


def moved(data, away):
    """Move a data file with what belongs to it."""
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            data.with_name(data.name + end).rename(away.with_name(away.name + end))


def test_a_data_file_put_in_the_place_of_another_is_used_at_once(operator):
    data, away, copied = operator.data, operator.data.with_name("away"), operator.data.with_name("copy")
    with contextlib.closing(sqlite3.connect(data)) as source, contextlib.closing(sqlite3.connect(copied)) as copy:
        source.backup(copy)
    before = operator.get("/v1/screenings").json
    operator.finished(TENANTS)
    later = operator.get("/v1/screenings").json
    moved(data, away)
    moved(copied, data)
    try:
        assert operator.get("/v1/screenings").json == before != later
    finally:
        moved(data, copied)
        moved(away, data)
        for path in data.parent.glob("copy*"):
            path.unlink()
    assert operator.get("/v1/screenings").json == later


def test_what_another_program_locks_is_refused_in_time_and_all_else_goes_on(operator):
    lock = sqlite3.connect(operator.data, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    took = []

    def send():
        began = time.monotonic()
        reply = operator.call("POST", "/v1/screenings", json.dumps({"tenants": TENANTS}).encode(), **JSON)
        took.append(
            (reply.status, reply.headers["Retry-After"], reply.json["errors"][0]["code"], time.monotonic() - began)
        )

    try:
        send()
        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert operator.server.get("/").status == 200
        assert told(operator.server) == {"data": "storage_locked"}
        for thread in threads:
            thread.join()
    finally:
        lock.close()
    assert {answer[:3] for answer in took} == {(503, "5", "storage_locked")}
    assert max(answer[3] for answer in took) < 5, "they do not queue up for the lock"
    assert told(operator.server) == {}
    assert operator.screen(TENANTS)


def test_a_backup_of_the_running_server_is_whole(operator, tmp_path):
    place = operator.finished(TENANTS)
    with contextlib.closing(sqlite3.connect(operator.data)) as source:
        source.execute("VACUUM INTO ?", (str(tmp_path / "copy.sqlite"),))
        with contextlib.closing(sqlite3.connect(tmp_path / "backup.sqlite")) as copy:
            source.backup(copy)
    for name in ("copy", "backup"):
        with contextlib.closing(sqlite3.connect(tmp_path / f"{name}.sqlite")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert Store(tmp_path / f"{name}.sqlite").row("SELECT id FROM screenings WHERE id = :id", {"id": place[-32:]})


SPOILT = {
    "deleted": lambda live: live.unlink(),
    "half written": lambda live: live.write_bytes(live.read_bytes()[: live.stat().st_size // 2]),
    "overwritten": lambda live: live.write_bytes(b"no catalogue" * 9999),
    "a folder": lambda live: (live.unlink(), live.mkdir()),
}


def searched(server):
    paths = (
        "/v1/measures?q=%E4%B8%AD%E8%AF%95",
        "/v1/measures?q=pilot&page=2",
        "/measures?q=%E7%96%AB%E8%8B%97",
        "/v1/measures",
    )
    answers = [server.get(path) for path in paths]
    assert {answer.status for answer in answers} == {200}
    return [answer.body for answer in answers], server.get("/readyz").json["catalogue"]["version"]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_search_and_match_answer_from_one_sound_catalogue_whatever_its_file_becomes(operator, spoilt):
    server, live = operator.server, operator.data.parents[1] / "catalogue.sqlite"
    before, sound = searched(server), live.read_bytes()
    complaints = server.log.read_text("utf-8").count("catalogue_unavailable")
    SPOILT[spoilt](live)
    try:
        wait_for(lambda: searched(server) and server.log.read_text("utf-8").count("catalogue_unavailable") > complaints)
        assert searched(server) == before
        assert server.post({"profile": POLYLACTIC}, X_Forwarded_For=spoilt).json["catalogue"]["version"] == before[1]
    finally:
        if live.is_dir():
            live.rmdir()
        live.write_bytes(sound)
    assert searched(server) == before


LEFT = (
    "looks/tmpabc/sent.xlsx", "screenings/{id}/.sent.csv", "screenings/{id}/.rejected", "screenings/{id}/.part-00000.parquet.ab",
    "catalogues/.abcdef", ".key-secret.abcdef", "cepei-run/cepei-run-old/rate.sqlite", "screenings/.dropped-{id}/sent.csv",
)  # fmt: skip


def test_what_a_kill_left_is_swept_at_the_next_start_and_loose_files_are_closed(operator, tmp_path):
    """It stands last: it kills the server of the others."""
    data, environment = operator.data.parent, operator.server.given
    place = operator.finished(TENANTS)
    kill_all(operator.server)
    left = [data / name.format(id="x" * 32 if "dropped" in name else place[-32:]) for name in LEFT]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(NAME.encode())
    kept = data / "screenings" / place[-32:]
    for path, mode in ((data, 0o755), (data / "data.sqlite", 0o644), (kept, 0o777), (kept / "rejected.ndjson", 0o666)):
        path.chmod(mode)
    outside = tmp_path / "outside"
    outside.write_bytes(b"kept")
    outside.chmod(0o644)
    (kept / "link").symlink_to(outside)
    (data / "looks" / "link").symlink_to(tmp_path)
    with running(tmp_path, OPEN, environment) as server:
        again = Operator(server)
        assert again.data.stat().st_ino
        wait_for(lambda: not any(path.exists() for path in left))
        assert loose(data).keys() <= {f"screenings/{place[-32:]}/link"}
        assert (outside.read_bytes(), stat.S_IMODE(outside.stat().st_mode)) == (b"kept", 0o644)
        assert list(kept.glob("part-*"))
        events = {line["event"] for line in server.log_lines()}
        assert {"data_folder_tightened", "data_folder_swept"} <= events
