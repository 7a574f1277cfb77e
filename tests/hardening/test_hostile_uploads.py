"""Files that cost far more than they are long, against a running service: each ends in words, nobody else waits."""

import io
import json
import time
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from tests.service.conftest import serve  # noqa: F401 - a fixture
from tests.service.operators import JSON, ON, Operator

LOOK = "/v1/screenings/columns"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXT = "长" * 400_001
HEADING = '<row r="1"><c r="A1" t="inlineStr"><is><t>企业名称</t></is></c></row>'
ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
READER_BYTES = 160 * 1_048_576
READER_SECONDS = 3
WORKER_GROWTH = 120 * 1_048_576
"""What a web worker may grow by over all of it: bodies pass through it, tables do not."""


@pytest.fixture(scope="module")
def server(serve):  # noqa: F811
    limits = {"CEPEI_READER_BYTES": str(READER_BYTES), "CEPEI_READER_SECONDS": str(READER_SECONDS)}
    with serve(**limits, CEPEI_LOOK_SECONDS="4", CEPEI_LOG_LEVEL="debug") as started:
        end = time.monotonic() + 30
        while len(memory_of(started)) < 2:  # it answers while the second worker is still being forked
            assert time.monotonic() < end
            time.sleep(0.05)
        yield started


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


def workbook(sheet: str, shared: str = "") -> bytes:
    """Return a workbook of a sheet and shared texts in any spelling."""
    target, whole = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, "企业名称")
    parts = {
        "xl/worksheets/sheet1.xml": sheet if "<!" in sheet else f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>企业名称</t></si>{shared}</sst>',
    }
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name) or old.read(name))
    return whole.getvalue()


def pointing(cell: str, si: str = "<si><t>{}</t></si>") -> bytes:
    """Return a workbook of 3,000 cells that point at one text of a megabyte."""
    rows = "".join(f'<row r="{row}">{cell.replace("#", str(row))}</row>' for row in range(2, 3_002))
    heading = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    return workbook(f"<sheetData>{heading}{rows}</sheetData>", si.format(TEXT))


def merged(ranges: str, count: int) -> bytes:
    rows = HEADING.replace("1", "2").replace('<row r="2"', '<row r="1"/><row r="2"', 1)
    cells = f'<mergeCell ref="{ranges}"/>' * count
    return workbook(f"<sheetData>{rows}</sheetData><mergeCells>{cells}</mergeCells>")


def parquet(table: pa.Table, **options) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd", **options)
    return target.getvalue()


def repeated(count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([TEXT]))


def heavy() -> bytes:
    """Return a list that nobody reads in READER_SECONDS."""
    row = "甲{0}有限公司,合肥,生物材料,聚乳酸{0}、疫苗,2015-03-{1:02},3{0}万元,1{0}\n"
    rows = (row.format(number, number % 28 + 1) for number in range(200_000))
    return ("企业名称,注册地,行业,主营产品,成立日期,营业收入,员工人数\n" + "".join(rows)).encode()


BOMBS = {
    "shared text, end tags with a blank": ("a.xlsx", lambda: pointing('<c r="A#" t="s"><v>1</v></c>', "<si ><t >{}</t ></si >")),
    "shared text, attributes apart": ("a.xlsx", lambda: pointing("<c r = 'A#' t = 's'><v> 1 </v></c>")),
    "shared text, character data": ("a.xlsx", lambda: pointing('<c r="A#" t="s"><v><![CDATA[1]]></v></c>')),
    "a tag without end": ("a.xlsx", lambda: workbook('<sheetData><row r="1">' + '<c r="A1" t="e" ' * 20_000)),
    "merges over each other": ("a.xlsx", lambda: merged("A1:XFD1", 30_000)),
    "two cells far apart": ("a.xlsx", lambda: workbook(f'<sheetData>{HEADING}<row r="46000"><c r="IV46000"><v>1</v></c></row></sheetData>')),
    "entities in entities": ("a.xlsx", lambda: workbook(ENTITIES)),
    "one text for every row": ("a.parquet", lambda: parquet(pa.table({"企业名称": repeated(200_000)}))),
    "one text for every cell": ("a.parquet", lambda: parquet(pa.table({"企业名称": repeated(300), **{f"列{n}": repeated(300) for n in range(99)}}))),
    "lists of texts": ("a.parquet", lambda: parquet(pa.table({"企业名称": ["甲"] * 60, "主营产品": [["x" * 9_000] * 600] * 60}))),
    "bytes of a fixed length": ("a.parquet", lambda: parquet(pa.table({"企业名称": ["甲"] * 300, "备注": pa.FixedSizeBinaryArray.from_buffers(pa.binary(10**6), 300, [None, pa.py_buffer(bytes(3 * 10**8))])}))),
    "a line without end": ("a.csv", lambda: b"\xe7\x94\xb2," * 1_000_000),
    "a quotation without end": ("a.csv", lambda: "企业名称,行业\n".encode() + b'"' + b"a\n" * 40_000),
    "separators without end": ("a.csv", lambda: "企业名称\n".encode() + (b"," * 300_000 + b"\n") * 30),
    "zeros": ("a.csv", lambda: "企业名称\n".encode() + b"\0" * 1_000_000),
    "brackets": ("a.ndjson", lambda: b'{"name": ' + b"[" * 9_000_000),
    "keys without end": ("a.ndjson", lambda: json.dumps({f"k{n}": 1 for n in range(50_000)}).encode()),
    "long numbers": ("a.ndjson", lambda: (b'{"name": "a", "employees": ' + b"9" * 300_000 + b"}\n") * 5),
    "rows without end": ("a.csv", heavy),
}  # fmt: skip


def memory_of(server):
    """Return process -> bytes in memory of the web workers."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    held = {}
    for pid in children:
        if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes():
            held[pid] = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    return held


def quick(operator):
    """Have a list of one company screened; return how long that took."""
    began = time.monotonic()
    operator.finished([{"name": "甲", "city": "合肥"}])
    return time.monotonic() - began


@pytest.fixture(scope="module")
def outcomes(server, operator):
    """What became of every file: looked at, then screened for one of two operators while a third one works."""
    owners = [Operator(server) for _ in range(2)]
    before = memory_of(server)
    quick(operator)
    found, places = {}, {}
    for number, (name, (file, build)) in enumerate(BOMBS.items()):
        content, owner = build(), owners[number % 2]
        began = time.monotonic()
        look = owner.upload(file, content, LOOK)
        found[name] = {"look": look, "seconds": time.monotonic() - began}
        places[name] = owner, owner.upload(file, content, on=ON).headers["Location"]
    waits = [quick(operator) for _ in range(2)]
    for name, (owner, place) in places.items():
        found[name]["job"] = owner.wait(place)
        found[name]["english"] = owner.call("GET", place, **{"Accept-Language": "en"}).json
    return {"files": found, "waits": waits, "before": before, "after": memory_of(server)}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_costs_more_than_it_may_is_refused_in_words(outcomes, name):
    outcome = outcomes["files"][name]
    assert outcome["look"].status == 200, outcome["look"].body
    assert outcome["seconds"] < 20
    reasons = [outcome["look"].json["reason"], outcome["job"]["failure"], outcome["english"]["failure"]]
    assert outcome["job"]["state"] in {"finished", "failed"}
    assert (outcome["job"]["state"] == "failed") == (reasons[1] is not None)
    for reason in filter(None, reasons):
        assert reason["code"] not in {"internal_error", "reader_died"}
        assert reason["message"]
        assert reason["hint"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("shared text, end tags with a blank", "zip_bomb"),
        ("shared text, character data", "zip_bomb"),
        ("a tag without end", "damaged"),
        ("merges over each other", "damaged"),
        ("entities in entities", "damaged"),
        ("two cells far apart", "file_needs_memory"),
        ("bytes of a fixed length", "file_needs_memory"),
        ("rows without end", "file_needs_time"),
    ],
)
def test_the_reason_says_which_limit_it_was(outcomes, name, code):
    assert outcomes["files"][name]["job"]["failure"]["code"] == code


def test_no_web_worker_dies_or_grows_whatever_is_sent(outcomes):
    assert len(outcomes["before"]) == 2
    assert outcomes["before"].keys() == outcomes["after"].keys()
    growth = {pid: outcomes["after"][pid] - held for pid, held in outcomes["before"].items()}
    assert max(growth.values()) < WORKER_GROWTH, growth


def test_lists_of_another_operator_are_done_while_heavy_files_are_read(outcomes):
    assert max(outcomes["waits"]) < 15, outcomes["waits"]


def test_files_that_nobody_can_read_in_time_hold_nobody_up(server, operator):
    """Two operators have more of them waiting than there are readers; the third one's list goes past."""
    content, owners = heavy(), [Operator(server) for _ in range(2)]
    places = [(owner, owner.upload("a.csv", content, on=ON).headers["Location"]) for owner in owners for _ in range(2)]
    quick(operator)
    states = [owner.get(place).json["state"] for owner, place in places]
    assert set(states[::2]) & {"queued", "running"} or set(states[1::2]) & {"queued", "running"}, states
    for owner, place in places:
        assert owner.call("DELETE", place).status == 204


def test_nothing_of_a_look_is_left(operator):
    assert list((operator.data.parent / "looks").iterdir()) == []


HOSTILE_BODIES = {
    "more tenants than there may be": (b'{"tenants": [' + b"{}," * 1_000_000 + b"{}]}", 422, "too_many_tenants"),
    "depth": (b'{"tenants": [' + b"[" * 5_000_000, 400, "too_deep"),
    "depth in one tenant": (b'{"tenants": [{"a": ' + b"[" * 60 + b"]" * 60 + b"}]}", 400, "too_deep"),
    "depth beside the tenants": (b'{"columns": ' + b'{"a":' * 900_000, 400, "too_deep"),
    "long numbers": (b'{"tenants": [' + b"9" * 10_000_000 + b"]}", 400, "number_too_long"),
    "many long numbers": (b'{"tenants": [' + b",".join([b"9" * 10_000] * 900) + b"]}", 400, "number_too_long"),
    "no numbers": (b'{"tenants": [' + b"NaN," * 200_000 + b"1]}", 400, "not_finite"),
    "keys twice": (b'{"tenants": [{"a":1' + b',"a":1' * 500_000 + b"}]}", 400, "doubled_key"),
    "the tenants twice": (b'{"tenants": [1], "tenants": [1]}', 400, "doubled_key"),
    "halves of characters": (b'{"tenants": [' + b'"\\ud800",' * 900_000 + b"1]}", 400, "lone_surrogate"),
    "a text without end": (b'{"tenants": ["' + b"a" * 20_000_000, 400, "broken_json"),
    "blanks without end": (b'{"tenants":' + b" " * 20_000_000, 400, "broken_json"),
    "something behind": (b'{"tenants": [1]}' + b"]" * 9_000_000, 400, "broken_json"),
    "no comma": (b'{"tenants": [1 2]}', 400, "broken_json"),
    "a comma too many": (b'{"tenants": [1,]}', 400, "broken_json"),
    "a key that is none": (b"{1: 2}", 400, "broken_json"),
    "no colon": (b'{"tenants" [1]}', 400, "broken_json"),
    "no text": (b'{"tenants": ["\xff"]}', 400, "not_utf8"),
    "an object": (b'{"tenants": {"a": 1}}', 422, "not_list"),
    "a million columns": (b'{"tenants": [1], "columns": {' + b",".join(b'"k%d":"name"' % n for n in range(50_000)) + b"}}", 422, "too_many"),
    "unknown fields": (b'{"tenants": [1],' + b",".join(b'"k%d":1' % n for n in range(20_000)) + b"}", 422, "unknown_field"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_tenants_in_a_hostile_body_are_refused_in_words_and_in_time(server, operator, name):
    body, status, code = HOSTILE_BODIES[name]
    before, began = memory_of(server), time.monotonic()
    reply = operator.call("POST", "/v1/screenings", body, **JSON)
    assert (reply.status, reply.json["errors"][0]["code"]) == (status, code), reply.body[:300]
    assert time.monotonic() - began < 20
    after = memory_of(server)
    assert before.keys() == after.keys()
    assert all(after[pid] - held < WORKER_GROWTH for pid, held in before.items())


def test_as_many_tenants_as_there_may_be_are_taken(operator):
    reply = operator.call("POST", "/v1/screenings", b'{"tenants": [' + b"1," * 99_999 + b"1]}", **JSON)
    assert reply.status == 202
    assert operator.call("DELETE", reply.headers["Location"]).status == 204
