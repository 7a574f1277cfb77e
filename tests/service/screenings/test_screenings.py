"""Screenings through a real server and worker: both sides of the matrix, access, kills, no company data in logs."""

import csv
import io
import json
import os
import signal
import subprocess
import time
from datetime import date
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest

from service.keys import Role
from service.screenings.jobs.worker import ORPHAN_SECONDS, Worker
from service.screenings.stored.folders import CHUNK_ROWS, Folders
from service.screenings.stored.jobs import Jobs, Options, new_id
from service.settings import Settings
from service.store import Store
from tests.service.operators import JSON, ON, Operator

SECRET = "绝密生物科技有限公司"
CITIES = ("合肥", "蚌埠市", "广州", "深圳南山", "横琴", "北京", "")
PRODUCTS = ("聚乳酸", "体外诊断试剂", "疫苗", "L-丙氨酸", "酶制剂", "服装", "")


def tenant(number):
    return {
        "external_id": f"r{number}",
        "name": f"{SECRET}{number}",
        "city": CITIES[number % 7],
        "products": [PRODUCTS[number // 7 % 7]],
        "stage": ("中试", "量产", "")[number % 3],
        "employees": (10, 200)[number % 2],
    }


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def screened(operator):
    tenants = [tenant(number) for number in range(60)]
    tenants[3]["employees"] = -1
    tenants[5]["facts"] = {"shoe_size": 3}
    return operator.finished(tenants)


def all_items(operator, path):
    first = operator.get(f"{path}{'&' if '?' in path else '?'}per_page=100")
    assert first.status == 200, first.body
    return first.json["items"]


def test_the_state_tells_rows_times_and_the_catalogue(operator, screened):
    reported = operator.get(screened).json
    assert reported["rows"] == {"total": 60, "done": 60, "rejected": 2}
    assert reported["catalogue"]["version"]
    assert reported["on"] == ON
    assert reported["progress"]["share"] == 1.0
    assert reported["created_at"] <= reported["started_at"] <= reported["finished_at"] < reported["expires_at"]
    assert screened.rsplit("/", 1)[1] in {item["id"] for item in operator.get("/v1/screenings").json["items"]}


def test_a_bad_row_is_listed_with_number_field_and_reason(operator, screened):
    rejected = all_items(operator, f"{screened}/rejected")
    assert [(item["row"], item["field"], item["code"]) for item in rejected] == [
        (4, "employees", "out_of_range"),
        (6, "facts/shoe_size", "bad_fact"),
    ]
    assert all(item["message"] for item in rejected)


def test_a_tenant_s_answer_is_that_of_a_match_byte_for_byte(operator, screened):
    for row in (1, 2, 9, 30):
        body = json.dumps({"profile": tenant(row - 1), "on": ON, "limit": 100}).encode()
        single = operator.server.call("POST", "/v1/match", body=body, headers=JSON)
        assert operator.get(f"{screened}/tenants/{row}/match?limit=100").body == single.body
        paged = {"profile": tenant(row - 1), "on": ON, "limit": 2, "offset": 1, "detail": "brief"}
        page = operator.get(f"{screened}/tenants/{row}/match?limit=2&offset=1&detail=brief")
        assert page.body == operator.server.post(paged).body
        for recommendation in single.json["recommendations"][:2]:
            pair = operator.get(f"{screened}/tenants/{row}/measures/{recommendation['measure']['id']}")
            assert pair.body in single.body


def whole_pages(ask):
    """Yield the answers of a match page by page, up to the first that lists less than a page holds."""
    for offset in range(0, 1000, 100):
        answer = ask(offset)
        yield answer
        if len(answer["recommendations"]) < 100:
            return


def matched(operator, row, *include):
    """Return the pages of a single match of one tenant that sets nothing aside, as screenings set nothing aside."""
    body = {"profile": tenant(row - 1), "on": ON, "limit": 100, "detail": "brief", "include": ["general", *include]}
    return list(whole_pages(lambda offset: operator.server.post({**body, "offset": offset}).json))


def test_both_sides_of_the_matrix_say_the_same_as_single_matches(operator, screened):
    sides = {}
    for item in all_items(operator, f"{screened}/tenants"):
        pages = matched(operator, item["row"])
        single = [recommendation for page in pages for recommendation in page["recommendations"]]
        verdicts = [recommendation["verdict"] for recommendation in single]
        totals = pages[0]["totals"]
        assert item["counts"] == {name: totals[name] for name in item["counts"]}
        listed = {**totals, "possible": totals["possible"] - totals["withheld"]}
        assert all(verdicts.count(name) == listed[name] for name in ("applicable", "possible"))
        assert [pair["measure_id"] for pair in item["best"]] == [r["measure"]["id"] for r in single[:3]]
        for recommendation in single:
            sides.setdefault(recommendation["measure"]["id"], set()).add((item["row"], recommendation["verdict"]))
    for measure_id in list(sides)[:10]:
        items = all_items(operator, f"{screened}/measures/{measure_id}/tenants")
        assert {(item["row"], item["verdict"]) for item in items} == sides[measure_id]


def test_filters_choose_tenants_and_measures(operator, screened):
    inside = all_items(operator, f"{screened}/tenants?region=340000")
    assert {item["region"] for item in inside} == {"340100", "340300"}
    pilots = all_items(operator, f"{screened}/measures?instrument=pilot&status=draft")
    assert pilots
    assert {(item["status"]) for item in pilots} == {"draft"}
    fitting = all_items(operator, f"{screened}/tenants?verdict=applicable&instrument=pilot")
    assert 0 < len(fitting) < 58
    assert all(item["counts"]["applicable"] for item in fitting)
    assert operator.get(f"{screened}/tenants?verdict=perhaps").status == 422


def decided(operator, row):
    """Return measure -> verdict of one tenant, as single matches tell it; what is withheld they leave out."""
    pages = matched(operator, row, "not_applicable")
    return {one["measure"]["id"]: one["verdict"] for page in pages for one in page["recommendations"]}


def counted(verdicts):
    """Return the four counts of verdicts by measure; one that a match leaves out although asked is withheld."""
    return {
        "applicable": verdicts.count("applicable"),
        "possible": verdicts.count("possible") + verdicts.count("withheld"),
        "not_applicable": verdicts.count("not_applicable"),
        "withheld": verdicts.count("withheld"),
    }


def test_counts_under_filters_are_those_of_single_matches(operator, screened):
    measures = {item["measure_id"]: item for item in all_measures(operator, screened)}
    rows = {item["row"]: item["region"] for item in all_items(operator, f"{screened}/tenants")}
    verdicts = {row: decided(operator, row) for row in rows}
    table = {(row, name): verdicts[row].get(name, "withheld") for row in rows for name in measures}
    pilots = {item["measure_id"] for item in all_measures(operator, screened, "instrument=pilot&status=draft")}
    assert 0 < len(pilots) < len(measures)
    listed = ("applicable", "possible")
    for item in all_items(operator, f"{screened}/tenants?instrument=pilot&status=draft"):
        assert item["counts"] == counted([table[item["row"], name] for name in pilots])
        assert item["best"]
    for verdict in listed:
        query = f"instrument=pilot&status=draft&verdict={verdict}"
        shown = {item["row"] for item in all_items(operator, f"{screened}/tenants?{query}")}
        assert shown == {row for row in rows if any(table[row, name] == verdict for name in pilots)}
        found = {item["measure_id"] for item in all_measures(operator, screened, query)}
        assert found == {name for name in pilots if any(table[row, name] == verdict for row in rows)}
    inside = [row for row, region in rows.items() if region and region.startswith("34")]
    for item in all_measures(operator, screened, "region=安徽"):
        assert item["counts"] == counted([table[row, item["measure_id"]] for row in inside])


def all_measures(operator, screened, query=""):
    pages = [all_items(operator, f"{screened}/measures?{quote(query, safe='=&')}&page={page}") for page in (1, 2, 3)]
    return [item for page in pages for item in page]


def test_every_list_takes_the_filters_and_none_is_left_out_silently(operator, screened):
    measure = all_items(operator, f"{screened}/measures")[0]["measure_id"]
    every = "verdict=possible&instrument=pilot&status=draft&region=340000"
    assert operator.get(f"{screened}/tenants?{every}").status == 200
    assert operator.get(f"{screened}/measures?{every}").status == 200
    of_one = f"{screened}/measures/{measure}/tenants"
    for verdict in ("applicable", "possible"):
        reported = all_items(operator, f"{of_one}?verdict={verdict}")
        assert reported == all_items(operator, f"{of_one}?standing={verdict}")
        assert {item["verdict"] for item in reported} <= {verdict}
    assert all_items(operator, f"{of_one}?verdict=applicable&standing=one_fact_short") == []
    for path in ("/tenants", "/measures", f"/measures/{measure}/tenants"):
        refused = operator.get(f"{screened}{path}?verdict=not_applicable")
        assert refused.status == 422
        assert refused.json["errors"][0]["code"] == "only_counted"
        assert "只计数" in refused.json["errors"][0]["message"]
    for path in ("/results.csv?verdict=applicable", "/results.xlsx?foo=1", "/summary?region=340000", "?foo=1"):
        refused = operator.get(screened + path)
        assert (refused.status, refused.json["errors"][0]["code"]) == (422, "unknown_parameter"), path


def test_one_fact_short_means_that_one_fact_is_missing(operator, screened):
    for item in all_items(operator, f"{screened}/measures")[:20]:
        for short in all_items(operator, f"{screened}/measures/{item['measure_id']}/tenants?standing=one_fact_short"):
            assert short["verdict"] == "possible"
            assert len({unknown["fact"] for unknown in short["unknown"]}) == 1


def test_the_summary_adds_up(operator, screened):
    summary = operator.get(f"{screened}/summary").json
    decided = 58 * operator.get("/v1/measures?per_page=1").json["total"]
    assert sum(summary["totals"][name] for name in ("applicable", "possible", "not_applicable")) == decided
    assert summary["settles"]
    assert "可确定" in summary["settles"][0]["message"]


def test_downloads_hold_every_pair_that_is_shown(operator, screened):
    counts = [item["counts"] for item in all_items(operator, f"{screened}/tenants")]
    shown = sum(count["applicable"] + count["possible"] - count["withheld"] for count in counts)
    rows = list(csv.DictReader(io.StringIO(operator.get(f"{screened}/results.csv").body.decode("utf-8-sig"))))
    assert len(rows) == shown
    assert len(operator.get(f"{screened}/results.ndjson").body.splitlines()) == shown
    assert operator.get(f"{screened}/results.parquet").body[:4] == b"PAR1"
    assert operator.get(f"{screened}/results.xlsx").body[:2] == b"PK"
    assert operator.get(f"{screened}/results.pdf").status == 404
    assert operator.get("/v1/screenings/template.xlsx").body[:2] == b"PK"


def test_a_file_is_read_whatever_its_form(operator):
    content = "企业名称,注册地,主营产品\n甲,合肥,聚乳酸\n乙,广州,疫苗\n".encode("gb18030")
    reply = operator.upload("tenants.csv", content, on=ON, statuses="draft")
    reported = operator.wait(reply.headers["Location"])
    assert (reported["state"], reported["rows"]["total"], reported["statuses"]) == ("finished", 2, ["draft"])
    refused = operator.wait(operator.upload("tenants.csv", b"a,b\n1,2\n").headers["Location"])
    assert (refused["state"], refused["failure"]["code"]) == ("failed", "no_heading")
    assert operator.upload("tenants.docx", b"x").json["errors"][0]["code"] == "unknown_format"
    assert operator.upload("x", b"", statuses="perhaps").status == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{}", 422), (b'{"tenants": []}', 422), (b'{"tenants": [{}], "colour": 1}', 422), (b"[", 400), (b"[]", 422)],
    ids=["nothing", "empty", "unknown field", "broken", "a list"],
)
def test_a_bad_body_is_refused(operator, body, status):
    assert operator.call("POST", "/v1/screenings", body, **JSON).status == status


def test_another_key_sees_guesses_and_deletes_nothing(operator, screened):
    other, public = Operator(operator.server), Operator(operator.server, Role.PUBLIC)
    paths = (
        "",
        "/tenants",
        "/measures",
        "/summary",
        "/rejected",
        "/results.csv",
        "/events",
        "/tenants/1/match",
        "/changes",
    )
    for path in paths:
        assert other.get(screened + path).status == 404
        assert public.get(screened + path).status == 403
        assert operator.server.get(screened + path).status == 401
        assert operator.server.call("GET", screened + path, headers={"Authorization": "Bearer cepei_x"}).status == 401
    for method, path in (("DELETE", ""), ("POST", "/cancel"), ("POST", "/rerun")):
        assert other.call(method, screened + path).status == 404
        assert operator.server.call(method, screened + path).status == 401
    assert other.get("/v1/screenings").json["items"] == []
    assert operator.get(screened).status == 200
    refused = operator.server.get(screened)
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_rerun_with_the_same_catalogue_changes_nothing_for_anybody(operator, screened):
    again = operator.call("POST", f"{screened}/rerun")
    assert again.status == 202
    place = again.headers["Location"]
    assert operator.wait(place)["previous"] == screened.rsplit("/", 1)[1]
    assert operator.get(f"{place}/changes").json["items"] == []
    assert operator.get(f"{screened}/changes").status == 409


DRAFT = {
    "id": "ah-draft-pilot",
    "title": "中试基地建设",
    "title_en": "pilot bases",
    "instrument": "pilot",
    "kind": "support",
    "strength": "support",
    "source": {"clause": "2.2.3", "quote": "支持合肥、蚌埠等市立足产业特色优势建设生物制造中试基地"},
    "conditions": [{"fact": "region", "within": ["340100"], "cite": "合肥"}],
    "examples": [{"facts": {"region": "340100", "sector": ["biomaterials"]}, "verdict": "applicable"}],
}


def test_a_draft_measure_finds_its_tenants(operator, screened):
    question = {
        "screening": screened.rsplit("/", 1)[1],
        "document": "ah-biomanufacturing-2024-draft",
        "defaults": {"region": "340000", "sector": ["biomanufacturing"]},
        "measure": DRAFT,
        "per_page": 100,
    }

    def ask(**changes):
        return operator.call("POST", "/v1/measures/preview", json.dumps({**question, **changes}).encode(), **JSON)

    reported = ask().json
    assert sum(reported["counts"][name] for name in ("applicable", "possible", "not_applicable")) == 58
    regions = {item["row"]: item["region"] for item in all_items(operator, f"{screened}/tenants")}
    fitting = [item for item in reported["items"] if item["verdict"] == "applicable"]
    assert len(fitting) == reported["counts"]["applicable"] > 0
    assert {regions[item["row"]] for item in fitting} == {"340100"}
    wrong = ask(measure={**DRAFT, "instrument": "nothing", "source": {"clause": "2.2.3", "quote": "没有这句话"}})
    assert wrong.status == 422
    assert {error["pointer"].split("/")[1] for error in wrong.json["errors"]} == {"measure"}
    assert ask(document="nothing").status == 404
    assert ask(screening="nothing").status == 404


def test_deleting_removes_the_files_at_once(operator):
    place = operator.finished([tenant(1)])
    folder = operator.data.parent / "screenings" / place.rsplit("/", 1)[1]
    assert folder.is_dir()
    assert operator.call("DELETE", place).status == 204
    assert not folder.exists()
    assert operator.get(place).status == 404


def test_events_tell_the_way_to_the_end(operator):
    place = operator.screen([tenant(number) for number in range(300)])
    body = operator.get(f"{place}/events").body.decode()
    events = [line.split(": ", 1)[1] for line in body.splitlines() if line.startswith("event: ")]
    assert events[-1] == "finished"
    last = json.loads(body.rsplit("data: ", 1)[1])
    assert last["rows"] == {"total": 300, "done": 300, "rejected": 0}


def workers_of(server):
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    wanted = f"work --beside {server.process.pid}"
    return [int(line.split(None, 1)[0]) for line in listed.splitlines() if line.endswith(wanted)]


def results(operator, place):
    return operator.get(f"{place}/results.parquet").body, operator.get(f"{place}/summary").json["totals"]


def kill_in_mid_run(operator, place, kill):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        reported = operator.get(place).json
        if 0 < reported["rows"]["done"] < (reported["rows"]["total"] or 0):
            kill()
            return reported["rows"]["done"]
        time.sleep(0.01)
    return pytest.fail("it was never in mid-run")


@pytest.fixture(scope="module")
def register():
    """Three chunks: one may be decided when something is killed, one is being decided, one is yet to come."""
    return [tenant(number) for number in range(2 * CHUNK_ROWS + 500)]


@pytest.fixture(scope="module")
def whole(operator, register):
    """What is reported of a register when nobody kills anything."""
    return results(operator, operator.finished(register))


def test_killing_the_worker_in_mid_run_loses_and_repeats_nothing(operator, register, whole):
    place = operator.screen(register)

    def kill():
        for pid in workers_of(operator.server):
            os.kill(pid, signal.SIGKILL)

    done = kill_in_mid_run(operator, place, kill)
    operator.let_leases_run_out()
    reported = operator.wait(place)
    assert (reported["state"], reported["rows"]["done"]) == ("finished", len(register))
    assert done >= CHUNK_ROWS
    assert results(operator, place) == whole


def test_killing_the_server_in_mid_run_loses_and_repeats_nothing(serve, tmp_path, register, whole):
    data = str(tmp_path / "data.sqlite")
    with serve(CEPEI_DATA=data) as server:
        operator = Operator(server)
        place = operator.screen(register)
        kill_in_mid_run(operator, place, server.process.kill)
        server.process.wait(20)
    with serve(CEPEI_DATA=data) as server:
        operator.server = server
        reported = operator.wait(place)
        assert (reported["state"], reported["rows"]["done"]) == ("finished", len(register))
        assert results(operator, place) == whole


def test_a_cancelled_screening_stops_and_shows_nothing(operator, register):
    place = operator.screen(register)
    assert operator.call("POST", f"{place}/cancel").json["state"] == "cancelled"
    assert operator.get(f"{place}/tenants").status == 409
    assert operator.call("POST", f"{place}/cancel").status == 409
    assert operator.finished([tenant(1)])


def test_no_log_holds_anything_of_a_tenant_or_a_key(operator):
    """The shared server logs all that can be logged, of this test and of all before it."""
    place = operator.finished([{**tenant(1), "employees": -1}, {**tenant(2), "facts": {SECRET: True}}, tenant(3)])
    operator.upload(f"{SECRET}.csv", f"企业名称\n{SECRET}\n".encode())
    for path in ("/tenants", "/rejected", "/tenants/3/match", "/results.xlsx"):
        assert operator.get(place + path).status == 200
    metrics = operator.server.get("/metrics").body.decode()
    written = operator.server.log.read_text("utf-8") + operator.server.errors.read_text("utf-8")
    for hidden in (SECRET, json.dumps(SECRET)[1:-1], operator.text, place.rsplit("/", 1)[1]):
        assert hidden not in written
        assert hidden not in metrics


def test_what_is_overdue_is_deleted_with_its_files(tmp_path):
    store, job_id = Store(tmp_path / "data.sqlite"), new_id()
    folder = Folders(tmp_path).create(job_id)
    folder.sent("csv").write_bytes(b"x")
    options = Options(on=date(2026, 11, 21), statuses=("draft",))
    Jobs(store, clock=lambda: time.time() - 2 * 86_400).create(job_id, "key", form="csv", options=options, days=1)
    Worker(Settings(data=tmp_path / "data.sqlite")).sweep()
    assert Jobs(store).known() == frozenset()
    assert not folder.path.exists()


def test_what_a_look_left_behind_that_was_killed_goes_after_an_hour(tmp_path):
    folders, worker = Folders(tmp_path), Worker(Settings(data=tmp_path / "data.sqlite"))
    with folders.look() as folder:
        folder.sent("csv").write_bytes(b"x")
        assert {path.stat().st_mode & 0o777 for path in (folder.path, folder.path.parent)} == {0o700}
        worker.sweep()
        assert folder.sent("csv").exists()
    assert not folder.path.exists()
    left = folder.path.parent / "left"
    left.mkdir()
    (left / "sent.csv").write_bytes(b"x")
    late = time.time() - ORPHAN_SECONDS - 60
    os.utime(left, (late, late))
    worker.sweep()
    assert not left.exists()


def test_results_of_an_older_program_ask_to_be_run_again_for_what_they_do_not_tell(operator):
    place = operator.finished([tenant(1), tenant(2)])
    counts = operator.data.parent / "screenings" / place.rsplit("/", 1)[1] / "counts-00000.parquet"
    table = pq.read_table(counts)
    pq.write_table(table.drop_columns(["withheld_measures"]), counts)
    assert operator.get(f"{place}/tenants").status == operator.get(f"{place}/results.xlsx").status == 200
    for path in ("/tenants?instrument=pilot", "/measures?region=340000"):
        refused = operator.get(place + path)
        assert (refused.status, refused.json["errors"][0]["code"]) == (409, "older_results")
