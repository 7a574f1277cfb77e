"""A catalogue is replaced under a running server: stored screenings keep theirs, a rerun tells what changed for whom."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter

import pytest

from service import cli
from service.screenings.stored.folders import CHUNK_ROWS
from tests.service.newer import GONE, MOVED, NEW
from tests.service.operators import Operator

CITIES = ("合肥", "蚌埠市", "芜湖", "广州", "")
ROWS = 2 * CHUNK_ROWS + 500


def tenant(number):
    return {
        "external_id": f"r{number}",
        "name": f"企业{number}",
        "city": CITIES[number % 5],
        "sector": ["生物材料"],
        "products": [("聚乳酸", "疫苗", "服装", "")[number % 4]],
    }


def publish(newer, live):
    """Put a newer catalogue in the place of the one that is served, all at once; return its version."""
    shutil.copyfile(newer, live.with_suffix(".new"))
    live.with_suffix(".new").replace(live)
    with contextlib.closing(sqlite3.connect(live)) as opened:
        return opened.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()[0]


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("it never came")


def serves(server, version):
    return all(server.get("/readyz").json["catalogue"]["version"] == version for _ in range(20))


def shown(operator, place):
    pairs = map(json.loads, operator.get(f"{place}/results.ndjson").body.splitlines())
    return {(pair["row"], pair["measure_id"]): pair["verdict"] for pair in pairs}


def answers(operator, place):
    """Return what a stored screening tells, in every form that names measures."""
    paths = [
        "/tenants?instrument=platform", "/measures?per_page=100", "/summary", "/results.csv", "/tenants/1/match?limit=100",
        f"/measures/{GONE}/tenants", f"/measures/{MOVED}/tenants?standing=applicable", f"/tenants/1/measures/{MOVED}",
    ]  # fmt: skip
    replies = [operator.get(place + path) for path in paths]
    assert {reply.status for reply in replies} == {200}
    return [reply.body for reply in replies]


@pytest.fixture(scope="module")
def rerun(serve, catalogue_file, newer_file, tmp_path_factory):
    """Screen, replace the catalogue, screen again; return what was reported before and after."""
    folder = tmp_path_factory.mktemp("newer")
    live = folder / "catalogue.sqlite"
    shutil.copyfile(catalogue_file, live)
    with serve(CEPEI_CATALOGUE=str(live)) as server:
        operator = Operator(server)
        old = server.get("/readyz").json["catalogue"]["version"]
        first = operator.finished([tenant(number) for number in range(60)])
        reported = answers(operator, first)
        new = publish(newer_file, live)
        wait_for(lambda: serves(server, new))
        second = operator.call("POST", f"{first}/rerun").headers["Location"]
        operator.wait(second)
        yield {"operator": operator, "first": first, "second": second, "told": reported, "old": old, "new": new}


def test_each_screening_names_its_own_catalogue(rerun):
    versions = [rerun["operator"].get(rerun[place]).json["catalogue"]["version"] for place in ("first", "second")]
    assert versions == [rerun["old"], rerun["new"]]
    assert rerun["old"] != rerun["new"]


def test_metrics_tell_which_catalogue_is_served_now(rerun):
    lines = rerun["operator"].server.get("/metrics").body.decode().splitlines()
    reported = {
        line.split('"')[1]: float(line.split()[-1]) for line in lines if line.startswith("cepei_catalogue_info{")
    }
    measures = rerun["operator"].server.get("/readyz").json["catalogue"]["measures"]
    assert reported == {rerun["old"]: 0, rerun["new"]: measures}


def test_a_stored_screening_says_the_same_bytes_after_a_newer_catalogue_has_come(rerun):
    assert answers(rerun["operator"], rerun["first"]) == rerun["told"]
    assert rerun["operator"].get(f"{rerun['second']}/measures/{GONE}/tenants").status == 404
    assert rerun["operator"].get(f"{rerun['second']}/measures/{NEW}/tenants").status == 200


def kind_of(measure_id, was, now):
    if measure_id in (GONE, NEW):
        return "gone_measure" if measure_id == GONE else "new_measure"
    if was is None or now is None:
        return "opened" if was is None else "closed"
    return "confirmed" if now == "applicable" else "in_doubt"


def test_changes_are_those_that_comparing_all_pairs_finds(rerun):
    operator = rerun["operator"]
    before, after = shown(operator, rerun["first"]), shown(operator, rerun["second"])
    expected = {
        (row, measure_id): (kind_of(measure_id, before.get((row, measure_id)), after.get((row, measure_id))),
                            before.get((row, measure_id)), after.get((row, measure_id)))
        for row, measure_id in before.keys() | after.keys()
        if before.get((row, measure_id)) != after.get((row, measure_id))
    }  # fmt: skip
    reported = operator.get(f"{rerun['second']}/changes?per_page=100").json
    found = {
        (item["row"], change["measure_id"]): (change["kind"], change["before"], change["after"])
        for item in reported["items"]
        for change in item["changes"]
    }
    assert found == expected
    counted = Counter(kind for kind, _, _ in expected.values())
    assert {kind: count for kind, count in reported["totals"].items() if count} == dict(counted)
    assert set(counted) >= {"opened", "closed", "confirmed", "new_measure", "gone_measure"}
    assert (reported["before"]["version"], reported["after"]["version"]) == (rerun["old"], rerun["new"])
    assert {item["name"] for item in reported["items"]} == {f"企业{item['row'] - 1}" for item in reported["items"]}
    titles = {change["measure_id"]: change["title"] for item in reported["items"] for change in item["changes"]}
    assert titles[GONE] == titles[NEW] != GONE


def test_what_a_catalogue_changes_for_a_stored_screening_is_what_running_it_again_changes(
    rerun, catalogue_file, newer_file, capsys
):
    operator, first = rerun["operator"], rerun["first"]
    wait_for(lambda: operator.get(f"{first}/changes?against=current").status == 200)
    outlook = operator.get(f"{first}/changes?against=current&per_page=100").json
    assert outlook == operator.get(f"{rerun['second']}/changes?per_page=100").json
    assert operator.get(f"{rerun['second']}/changes?against=current").json["total"] == 0
    listed = operator.get("/v1/changes/screenings").json
    assert listed["catalogue"]["version"] == rerun["new"]
    second, first = listed["items"]
    assert (first["state"], first["totals"]) == ("compared", outlook["totals"])
    rises = {"opened", "confirmed", "new_measure"}
    gaining = [any(one["kind"] in rises for one in item["changes"]) for item in outlook["items"]]
    losing = [any(one["kind"] not in rises for one in item["changes"]) for item in outlook["items"]]
    assert (first["tenants_gaining"], first["tenants_losing"]) == (sum(gaining), sum(losing))
    assert (second["tenants_gaining"], second["tenants_losing"]) == (0, 0)
    words = ["catalogue", "diff", "--data", str(operator.data), str(catalogue_file), str(newer_file)]
    assert cli.main(words) == 0
    printed = capsys.readouterr().out.splitlines()[-1]
    assert printed.endswith(f"60 rows: {sum(gaining)} tenants gain, {sum(losing)} lose"), "before it is published, too"
    assert Operator(operator.server).get("/v1/changes/screenings").json["items"] == [], "another key has none"
    assert operator.server.get("/v1/changes/screenings").status == 401


def test_a_page_of_changes_is_a_part_of_all(rerun):
    path = f"{rerun['second']}/changes"
    everything = rerun["operator"].get(f"{path}?per_page=100").json
    pages = [rerun["operator"].get(f"{path}?per_page=7&page={page}").json["items"] for page in range(1, 20)]
    assert [item for page in pages for item in page] == everything["items"]
    assert everything["total"] == len(everything["items"])


def test_a_bad_file_leaves_the_last_good_catalogue_and_a_newer_one_leaves_it_to_what_was_begun_with_it(
    serve, catalogue_file, newer_file, tmp_path
):
    """One server goes through three catalogues: the shipped one, a file that is none, a newer one."""
    live = tmp_path / "catalogue.sqlite"
    shutil.copyfile(catalogue_file, live)
    with serve(CEPEI_CATALOGUE=str(live)) as server:
        operator = Operator(server)
        old = server.get("/readyz").json["catalogue"]["version"]
        a_bad_file_leaves_the_last_good_one(operator, live, old)
        place = operator.screen([tenant(number) for number in range(ROWS)])
        wait_for(lambda: 0 < operator.get(place).json["rows"]["done"] < ROWS)
        assert publish(newer_file, live) != old
        kill_workers(server)
        operator.let_leases_run_out()
        reported = operator.wait(place)
        assert (reported["state"], reported["rows"]["done"], reported["catalogue"]["version"]) == (
            "finished",
            ROWS,
            old,
        )
        measures = Counter(measure_id for _, measure_id in shown(operator, place))
        assert measures[GONE]
        assert not measures[NEW]


def a_bad_file_leaves_the_last_good_one(operator, live, version):
    server, bad = operator.server, live.with_name("bad")
    operator.finished([tenant(1)])
    bad.write_bytes(b"no catalogue")
    bad.replace(live)
    wait_for(lambda: serves(server, version) and "catalogue_unavailable" in server.log.read_text("utf-8"))
    place = operator.finished([tenant(2)])
    assert operator.get(place).json["catalogue"]["version"] == version
    assert serves(server, version)


def kill_workers(server):
    listed = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        if line.endswith(f"work --beside {server.process.pid}"):
            os.kill(int(line.split(None, 1)[0]), signal.SIGKILL)
