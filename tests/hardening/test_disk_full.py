"""A full disk: what would be stored is refused with a reason, what deletes works, all that needs no disk goes on."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import pytest

from service.screenings.stored.folders import CHUNK_ROWS
from tests.hardening.disks import JSON, KINDS, Disk, can_mount, command, key_of, kinds, tree, wait_for
from tests.service.conftest import POLYLACTIC, running

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
CSV = "企业名称,注册地\n".encode() + "某某公司,合肥\n".encode() * 500
ROWS = 2 * CHUNK_ROWS + 1
REPORT = {"measure_id": "ah-pilot-base-hefei-bengbu", "fact": "region", "verdict": "met", "should_be": "unmet"}


@pytest.fixture(scope="module", params=kinds())
def disk(request, tmp_path_factory, catalogue_file):
    folder = tmp_path_factory.mktemp(request.param)
    data = folder / "data"
    data.mkdir()
    given = {"CEPEI_CATALOGUE": str(catalogue_file), "CEPEI_DATA": str(data / "data.sqlite"), "CEPEI_WORKERS": "1"}
    given |= {"CEPEI_SCREENING_PROCESSES": "1", "CEPEI_RATE_LIMIT": "100000/hour"}
    with running(folder, command(request.param, data), given) as server:
        yield Disk(server, data, key_of(server), *KINDS[request.param])


def is_refused(reply, language="zh"):
    """Tell whether an answer says that there is no room, as every problem is told."""
    assert reply.status == 507, reply.body
    assert reply.headers["Content-Type"] == "application/problem+json"
    told = reply.json
    assert (told["code"], told["errors"][0]["code"]) == ("not_stored", "storage_full")
    assert told["errors"][0]["hint"]
    assert ("磁盘已满" in told["detail"]) == (language == "zh")
    return True


def files(disk):
    return sorted(path.relative_to(disk.seen).as_posix() for path in disk.seen.rglob("*") if path.name != "filler")


def kept(disk):
    """Return what stands in the folders of screenings and looks, and is no lasting file of the server."""
    return [name for name in files(disk) if name.startswith(("screenings/", "looks/"))]


WRITES = {
    "a file": lambda disk: disk.upload(CSV),
    "a file too large for memory": lambda disk: disk.upload(CSV * 200),
    "tenants": lambda disk: disk.screen(300),
    "a look at the columns": lambda disk: disk.upload(CSV, "/v1/screenings/columns"),
}


@pytest.mark.parametrize("write", WRITES)
def test_what_does_not_fit_is_refused_with_a_reason_and_leaves_nothing(disk, write):
    before = kept(disk)
    with disk.full():
        assert is_refused(WRITES[write](disk))
        assert kept(disk) == before
    stored = WRITES[write](disk)
    assert stored.status in {200, 202}
    if stored.status == 202:
        disk.call("DELETE", stored.headers["Location"])


def test_the_reason_is_told_in_the_language_of_the_request(disk):
    with disk.full():
        assert is_refused(disk.upload(CSV, **{"Accept-Language": "en"}), "en")


SMALL = {
    "a report": lambda disk, _: disk.server.post(REPORT, "/v1/feedback"),
    "a report by the form": lambda disk, _: disk.server.call(
        "POST", "/feedback", body=b"measure_id=x&fact=region&verdict=met&should_be=unmet", headers=FORM
    ),
    "a rerun": lambda disk, place: disk.call("POST", f"{place}/rerun"),
    "a match of an operator, which is counted": lambda disk, _: disk.call(
        "POST", "/v1/match", json.dumps({"profile": POLYLACTIC}).encode(), **JSON
    ),
    "signing in": lambda disk, _: disk.server.call(
        "POST", "/screenings/sign-in", body=f"key={disk.key}".encode(), headers=FORM
    ),
    "cancelling what has ended": lambda disk, place: disk.call("POST", f"{place}/cancel"),
}


@pytest.fixture(scope="module")
def place(disk):
    return disk.finished()


@pytest.mark.parametrize("write", SMALL)
def test_what_may_fit_is_stored_or_refused_with_a_reason_and_never_an_error(disk, place, write):
    with disk.full():
        reply = SMALL[write](disk, place)
        assert reply.status in {200, 201, 202, 303, 400, 409, 422} or is_refused(reply)


READS = ("/", "/measures?q=中试", "/v1/measures?q=pilot", "/healthz", "/metrics", "/docs", "/v1/documents")


def test_matches_pages_and_results_go_on_and_readiness_says_what_does_not(disk, place):
    with disk.full():
        assert {path: disk.server.get(quoted(path)).status for path in READS} == dict.fromkeys(READS, 200)
        assert {disk.server.match(POLYLACTIC).status for _ in range(3)} == {200}
        assert disk.get(f"{place}/tenants")["items"]
        assert disk.call("GET", f"{place}/results.xlsx").body[:2] == b"PK"
        ready = disk.server.get("/readyz")
        told = {part["part"]: part for part in ready.json["impaired"]}
        assert (ready.status, told["data"]["code"]) == (200, "storage_full")
        assert "磁盘已满" in told["data"]["message"]
        assert 'cepei_impaired{part="data"} 1.0' in disk.server.get("/metrics").body.decode()
    assert disk.server.get("/readyz").json["impaired"] == []


def quoted(path):
    return path.replace("中试", "%E4%B8%AD%E8%AF%95")


def test_a_web_worker_that_starts_on_a_full_disk_answers_and_counts_when_there_is_room(disk):
    def workers():
        below = [pid for pid in tree(disk.server.process.pid) if b"gunicorn" in command_line(pid)]
        return set(below) - {min(below)}

    with disk.full():
        before = workers()
        for pid in before:
            os.kill(pid, signal.SIGTERM)
        wait_for(lambda: workers() and not workers() & before)
        assert {disk.server.match(POLYLACTIC).status for _ in range(5)} == {200}
        assert 'cepei_impaired{part="metrics"} 1.0' in disk.server.get("/metrics").body.decode()
    wait_for(lambda: b'cepei_impaired{part="metrics"} 0.0' in disk.server.get("/metrics").body)
    assert disk.server.match(POLYLACTIC).status == 200
    assert b'cepei_requests_total{route="/v1/match",status="200"}' in disk.server.get("/metrics").body


def command_line(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def test_deleting_works_and_what_was_deleted_is_seen_no_more(disk):
    gone, left = disk.finished(), disk.finished()
    number = gone.rpartition("/")[2]
    with disk.full():
        assert disk.call("DELETE", gone).status == 204
        assert disk.call("GET", gone).status == disk.call("DELETE", gone).status == 404
        assert disk.call("GET", f"{gone}/results.csv").status == 404
        assert number not in [item["id"] for item in disk.get("/v1/screenings")["items"]]
        assert disk.get(f"{left}/tenants")["items"], "another one keeps its files"
        assert not list(disk.seen.glob(f"screenings/*{number}/*"))
    assert disk.call("DELETE", left).status == 204


def test_a_screening_can_be_stopped_where_a_note_fits_into_what_is_kept_free(disk, request):
    place = disk.screen(ROWS).headers["Location"]
    wait_for(lambda: disk.get(place)["rows"]["done"])
    with disk.full():
        reply = disk.call("POST", f"{place}/cancel")
        assert reply.status in {200, 409} or ("limit" in request.node.callspec.id and is_refused(reply))
    disk.ended(place)


def test_the_job_that_finds_no_room_fails_with_a_reason_or_goes_on_when_there_is_room(disk, request):
    """Where not even its end can be noted, it is neither lost nor tried again and again; one kind of disk is enough."""
    if can_mount() and "limit" in request.node.callspec.id:
        return
    place = disk.screen(ROWS).headers["Location"]
    wait_for(lambda: disk.get(place)["rows"]["done"])
    with disk.full():
        end = time.monotonic() + 6
        while time.monotonic() < end and disk.get(place)["state"] == "running":
            time.sleep(0.2)
    told = disk.ended(place)
    if told["state"] == "failed":
        assert told["failure"]["code"] == "storage_full"
        assert "磁盘已满" in told["failure"]["message"]
        assert told["failure"]["hint"]
        told = disk.ended(disk.call("POST", f"{place}/rerun").headers["Location"])
    assert (told["state"], told["rows"]["done"]) == ("finished", ROWS)
    waits = [line for line in disk.server.log_lines() if line["event"] in {"worker_waits", "screening_not_stored"}]
    assert len(waits) <= 4, "once a minute"
