import contextlib
import gc
import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.intake.raw_table import Limits, TableRefusedError
from service.screenings.results.template import template_workbook
from tests.service.intake.on_a_day import look_at, read_tenants

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


SMALL_FILES = (
    template_workbook(),
    '企业名称,成立日期,员工人数\n"甲",2015-01-01,3\n乙,,12人\n'.encode(),
    b'{"name": "a", "employees": 3, "products": ["x"], "facts": {"listed": true}}\n{"name": "b"}\n',
)


def refusal(content, **options):
    with pytest.raises(TableRefusedError) as refused:
        list(read_tenants(content, **options))
    for language in ("zh", "en"):
        message, hint = refused.value.worded(language)
        assert message
        assert "{" not in message + hint
    return refused.value.code


def repacked(content: bytes, change) -> bytes:
    """Return a workbook with the members that `change` gives for (name, content)."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            for changed, data in change(name, old.read(name)):
                new.writestr(changed, data)
    return target.getvalue()


def in_sheet(content: bytes, old: bytes, new: bytes) -> bytes:
    return repacked(
        content, lambda name, data: [(name, data.replace(old, new) if name.endswith("sheet1.xml") else data)]
    )


@pytest.fixture
def workbook(xlsx_bytes):
    return xlsx_bytes([["企业名称", "员工人数"], ["甲", 1]])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf \r\n", "empty_file"),
        (OLE + b"\x00" * 600, "old_excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"%PDF-1.7", "not_a_table"),
        (b"<html><table>", "not_a_table"),
        (b"\x00\x01\x02\x03", "not_a_table"),
        (b'[{"name": "x"}]', "json_list"),
        (b"PK\x03\x04 no zip", "damaged"),
        (b"PAR1 no parquet", "damaged"),
        ("甲,乙,丙\n1,2,3\n".encode(), "no_heading"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, code):
    assert refusal(content) == code


def test_headings_not_understood_are_shown_with_the_nearest():
    with pytest.raises(TableRefusedError) as refused:
        read_tenants("企业名秤,主营产晶\n甲,乙\n".encode())
    message, hint = refused.value.worded("zh")
    assert "企业名秤" in message
    assert "企业名称" in hint
    assert "主营产品" in hint


def test_macros_are_refused_by_name_and_by_content(workbook):
    assert refusal(workbook, filename="tenants.XLSM") == "macros"
    assert (
        refusal(repacked(workbook, lambda n, d: [(n, d), *([("xl/vbaProject.bin", b"x")] if "styles" in n else [])]))
        == "macros"
    )
    declared = repacked(workbook, lambda n, d: [(n, d.replace(b"sheet.main", b"sheet.macroEnabled.main"))])
    assert refusal(declared) == "macros"


def test_another_office_file_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    assert refusal(target.getvalue()) == "not_a_table"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(workbook):
    bomb = repacked(
        workbook, lambda n, d: [(n, d), *([("xl/media/a.bin", b"\0" * 40_000_000)] if "styles" in n else [])]
    )
    tracemalloc.start()
    try:
        assert refusal(bomb) == "zip_bomb"
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_member_longer_than_it_declares_is_refused(workbook):
    """The size in both headers, and the check sum of the shortened content, are forged."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as packed:
        info = packed.getinfo("xl/worksheets/sheet1.xml")
        content = packed.read(info)
    forged = content[: len(content) // 2]
    old = struct.pack("<LLL", info.CRC, info.compress_size, info.file_size)
    new = struct.pack("<LLL", zlib.crc32(forged), info.compress_size, len(forged))
    assert workbook.count(old) == 2
    assert refusal(workbook.replace(old, new)) == "zip_bomb"


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused(workbook):
    assert refusal(workbook, limits=Limits(unpacked_bytes=1000)) == "zip_bomb"


@pytest.mark.parametrize("reference", ["XFD2", "IW2", "AAA2"])
def test_a_sheet_with_too_many_columns_is_refused(workbook, reference):
    assert refusal(in_sheet(workbook, b'r="B2"', f'r="{reference}"'.encode())) == "too_many_columns"


def test_two_cells_a_million_rows_apart_are_refused_before_the_space_between_is_made(workbook):
    far = in_sheet(workbook, b'<c r="B2"', b'<c r="IV1048576"')
    assert refusal(far) == "sheet_too_wide"


def test_cells_that_repeat_one_long_text_endlessly_are_refused(xlsx_bytes):
    """30,000 characters, kept once in the file, would be 30,000 copies in memory."""
    rows = [["企业名称"], *[["长" * 30_000]] * 6000]
    assert refusal(xlsx_bytes(rows)) == "zip_bomb"


@pytest.mark.parametrize(
    "sheet",
    [
        b'<worksheet><sheetData><row r="1">' + b'<c r="A1" t="e" ' * 20_000,
        b'<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>',
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></row></sheetData></worksheet>',
        b"",
    ],
)
def test_a_sheet_that_is_no_plain_xml_is_refused_at_once(workbook, sheet):
    content = repacked(workbook, lambda name, data: [(name, sheet if name.endswith("sheet1.xml") else data)])
    assert refusal(content) == "damaged"
    assert look_at(content, {}).refusal.code == "damaged"


@pytest.mark.parametrize("missing", ["[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"])
def test_a_workbook_that_lacks_a_part_is_damaged(workbook, missing):
    content = repacked(workbook, lambda name, data: [] if name == missing else [(name, data)])
    assert refusal(content) == "damaged"
    assert look_at(content, {}).refusal.code == "damaged"


@pytest.mark.parametrize("sheet", [b"<worksheet a='%s'/>" % (b"x" * 6_000_000), b"<worksheet>" + b"<a>" * 200_000])
def test_an_endless_tag_and_an_endless_depth_are_refused(monkeypatch, workbook, sheet):
    monkeypatch.setattr("service.intake.xlsx.archive.LARGEST_RATIO", 10**6)
    content = repacked(workbook, lambda name, data: [(name, sheet if name.endswith("sheet1.xml") else data)])
    assert refusal(content) == "zip_bomb"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b't="s"', b"t = 's'"),
        (b"<v>", b"<v >"),
        (b"</v>", b"</v >"),
        (b"</si>", b"</si >"),
        (b"<v>0", b"<v>&#48;"),
        (b"<v>0", b"<v><!-- -->0"),
        (b"<v>0", b"<v><?x y?>0"),
        (b"<v>0", b"<v><![CDATA[0]]>"),
        (b't="s"', b't="&#115;"'),
        (b"<si><t>", b"<si><r><t>!</t></r><r><t>"),
        (b"<v>", b'<x:v xmlns:x="urn:x">'),
    ],
)
def test_texts_repeated_endlessly_are_seen_however_they_are_spelled(monkeypatch, xlsx_bytes, old, new):
    monkeypatch.setattr("service.intake.xlsx.scan.LARGEST_TEXTS_BYTES", 1_000_000)
    content = xlsx_bytes([["企业名称"], *[["长" * 30_000]] * 20])
    spelled = repacked(content, lambda name, data: [(name, data.replace(old, new))])
    if new.startswith(b"<x:"):
        spelled = repacked(spelled, lambda name, data: [(name, data.replace(b"</v>", b"</x:v>"))])
    if b"<r><t>" in new:
        spelled = repacked(spelled, lambda name, data: [(name, data.replace(b"</t></si>", b"</t></r></si>"))])
    assert refusal(spelled) == "zip_bomb"


@pytest.mark.parametrize(
    ("ranges", "code"),
    [
        (["A1:XFD1"] * 20_000, "damaged"),
        (["A1:XFD1048576"] * 20_000, "damaged"),
        (["A2:A1048576"] * 20_000, "damaged"),
        (["B1:XFD1"], None),
        ([f"A{row}:B{row}" for row in range(1, 40)], None),
        (["C1:XFD1"] * 20_000, None),
    ],
    ids=["along the headings", "over all", "down a column", "once", "row by row", "beside the table"],
)
def test_merges_of_more_cells_than_there_are_are_damage_however_far_they_reach(workbook, ranges, code):
    cells = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    content = in_sheet(workbook, b"</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>".encode())
    look = look_at(content, {})
    assert (look.refusal.code if look.refusal else None) == code or (code is None and look.columns)


def parquet(columns, **options):
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, compression="zstd", **options)
    return target.getvalue()


ROWS, LONG = 120, "长" * 400_001


def same(rows):
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([LONG]))


@pytest.mark.parametrize(
    "columns",
    [
        lambda: {"企业名称": same(9_000)},
        lambda: {"企业名称": pa.array([LONG] * ROWS)},
        lambda: {"企业名称": ["甲"] * ROWS, "行业": same(ROWS)},
        lambda: {"企业名称": ["甲"] * ROWS, "需求": [["融资" * 9_000]] * ROWS},
        lambda: {"企业名称": ["甲"] * ROWS, "备注": [LONG.encode()] * ROWS},
    ],
    ids=["a dictionary", "plain texts", "beside the name", "in a list", "as bytes"],
)
def test_a_text_that_many_rows_of_parquet_repeat_is_held_once_and_costs_rows_only(columns):
    content = parquet(columns())
    tracemalloc.start()
    try:
        rows = list(read_tenants(content))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert len(rows) >= ROWS
    assert {row.faults[0].code for row in rows} == {"row_too_long"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<c r="B2"', b'<c s = "0" r = "B2"'),
        (b"<v>1</v>", b"<v >1</v >"),
        (b"<v>1</v>", b"<v>1</v><!-- <c> -->"),
        (b"<sheetData>", b"<sheetData ><!-- no table -->"),
    ],
)
def test_honest_xml_is_read_however_it_is_spelled(workbook, old, new):
    content = in_sheet(workbook, old, new)
    assert content != workbook
    (row,) = read_tenants(content)
    assert (row.profile.name, row.profile.employees) == ("甲", 1)


@pytest.mark.parametrize("reference", ["xfd2", "aaa2"])
def test_a_cell_far_away_in_small_letters_is_seen(workbook, reference):
    assert refusal(in_sheet(workbook, b'r="B2"', f'r="{reference}"'.encode())) == "too_many_columns"


def test_a_sheet_of_unsolved_formulas_is_refused(monkeypatch, xlsx_bytes):
    monkeypatch.setattr("service.intake.xlsx.scan.MOST_BROKEN", 5)

    def formulas(_, sheet):
        for row in range(1, 8):
            sheet.write_formula(row, 0, "=1", None, "")

    assert refusal(xlsx_bytes([["企业名称"]], formulas)) == "formulas_without_values"


def test_headings_that_are_unsolved_formulas_are_reported_as_such(xlsx_bytes):
    content = xlsx_bytes([], lambda _, sheet: sheet.write_formula(0, 0, "=1", None, ""))
    assert refusal(content) == "formulas_without_values"


def test_entities_are_not_expanded(workbook):
    def change(name, data):
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook'
        return [(name, data.replace(b"<workbook", bomb, 1) if name == "xl/workbook.xml" else data)]

    assert refusal(repacked(workbook, change)) == "damaged"


@pytest.mark.parametrize("declared", ["no-such-code", "UTF-16", "rot13"], ids=["unknown", "another", "no text"])
def test_a_workbook_is_read_as_utf8_whatever_it_declares(workbook, declared):
    def change(encoding):
        xml = f'<?xml version="1.0" encoding="{declared}"?>'
        return lambda name, data: [
            (name, (xml + data.decode().partition("?>")[2]).encode(encoding) if name == "xl/workbook.xml" else data)
        ]

    assert [row.profile for row in read_tenants(repacked(workbook, change("utf-8")))] == [
        row.profile for row in read_tenants(workbook)
    ]
    assert refusal(repacked(workbook, change("utf-16"))) == "damaged"


def test_what_is_too_large_or_too_long_is_refused(csv_bytes, workbook):
    assert refusal(workbook, limits=Limits(file_bytes=10)) == "file_too_large"
    rows = csv_bytes([["企业名称"], *([f"公司{n}"] for n in range(20))])
    assert refusal(rows, limits=Limits(rows=10)) == "too_many_rows"
    wide = csv_bytes([["企业名称", *(f"列{n}" for n in range(300))]])
    assert refusal(wide) == "too_many_columns"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_heading_line_of_a_million_columns_is_refused_as_that(delimiter):
    headings = delimiter.join(["企业名称", *(f"列{n}" for n in range(1_000_000))])
    assert refusal(f"{headings}\n甲{delimiter}1\n".encode()) == "too_many_columns"
    assert refusal(f"名录\n{headings}\n企业{delimiter}1\n".encode()) == "too_many_columns"


@pytest.mark.parametrize(("lines", "code"), [(20, "too_many_columns"), (21, "no_heading")], ids=["last", "below"])
def test_it_is_refused_as_that_only_where_headings_are_looked_for(lines, code):
    headings = ",".join(["企业名称", *(f"列{n}" for n in range(1_000_000))])
    assert refusal(("名录\n" * lines + headings).encode()) == code


def test_a_quoted_cell_that_is_too_long_to_be_read_costs_its_row_only(read):
    tenants, rejected = read(f'企业名称,行业\n甲,"{"长" * 140_000}"\n丙,"化工"\n'.encode())
    assert [tenant.profile.name for tenant in tenants] == ["丙"]
    assert [(row.row, row.faults[0].code) for row in rejected] == [(1, "row_too_long")]


def test_a_line_that_is_too_long_below_the_headings_costs_itself_only(read):
    tenants, rejected = read(("企业名称,行业\n甲,\n乙," + "x," * 300_000 + "\n丙,\n").encode())
    assert [tenant.profile.name for tenant in tenants] == ["甲", "丙"]
    assert [(row.row, row.faults[0].code) for row in rejected] == [(2, "row_too_long")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"name": "甲公司"}\n{"name": "乙"}'.encode("gb18030"), "ndjson_not_utf8"),
        ('{"企业名称": "甲"}'.encode("utf-16"), "ndjson_not_utf8"),
        (b'{\n  "name": "a"\n}\n', "no_objects"),
    ],
)
def test_ndjson_of_which_no_line_can_be_read_is_refused_by_what_is_wrong_with_it(content, code):
    assert refusal(content) == code


def test_parquet_that_declares_too_much_is_refused():
    target = io.BytesIO()
    pq.write_table(pa.table({"name": pa.array(["甲"] * 300_000)}), target)
    assert refusal(target.getvalue()) == "too_many_rows"
    truncated = target.getvalue()[:100]
    assert refusal(truncated) == "damaged"


def test_a_text_of_parquet_that_is_no_utf_8_costs_one_row():
    target = io.BytesIO()
    names = pa.array([b"good", b"\xff\xfe"]).cast(pa.binary())
    texts = pa.StringArray.from_buffers(2, names.buffers()[1], names.buffers()[2])
    pq.write_table(pa.table({"name": texts}), target)
    good, bad = read_tenants(target.getvalue())
    assert good.profile.name == "good"
    assert bad.faults[0].code == "not_decodable"


@settings(deadline=None)  # a workbook takes its time on a busy machine
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_never_an_error(data):
    """Any bytes changed anywhere in a workbook, a CSV or an NDJSON file."""
    whole = data.draw(st.sampled_from(SMALL_FILES))
    content = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(TableRefusedError):
        list(read_tenants(bytes(content)))


def test_an_empty_workbook_is_refused(xlsx_bytes):
    assert refusal(xlsx_bytes([])) == "empty_file"


@pytest.mark.parametrize(
    ("mapping", "code"), [({"没有的列": "name"}, "mapping_heading"), ({"企业名称": "nmae"}, "mapping_field")]
)
def test_a_mapping_to_what_is_not_there_is_refused(workbook, mapping, code):
    assert refusal(workbook, mapping=mapping) == code


@pytest.mark.filterwarnings("error::ResourceWarning")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "甲,乙,丙\n1,2,3\n".encode()),
        ("b.csv", ("企业名称," * 300).encode()),
        ("c.csv", "企业名称\n甲\n".encode()),
        ("a.parquet", b"PAR1 no parquet"),
        ("a.xlsx", b"PK\x03\x04 no zip"),
        ("a.ndjson", b'{"a": 1}\n'),
    ],
)
def test_no_file_is_left_open_whether_it_is_refused_or_not_gone_through(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with contextlib.suppress(TableRefusedError):
        next(iter(read_tenants(path)))
    gc.collect(1)  # what was just made is young; the rest of the process takes a second to look through
    assert str(path) not in opened_files()


def opened_files() -> set[str]:
    """Return the names of the files that this process has open; the one that lists them is gone again."""
    found = set()
    for number in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(str(number.readlink()))
    return found


def a_table(form, rows, columns, xlsx_bytes, csv_bytes):
    headings = ["企业名称", "行业", "产品", "需求"][:columns]
    values = [[f"公司{row}", "生物材料", "聚乳酸", "融资"][:columns] for row in range(rows)]
    if form == "ndjson":
        return "".join(
            json.dumps(dict(zip(headings, row, strict=True)), ensure_ascii=False) + "\n" for row in values
        ).encode()
    if form == "parquet":
        target = io.BytesIO()
        pq.write_table(pa.table(dict(zip(headings, map(list, zip(*values, strict=True)), strict=True))), target)
        return target.getvalue()
    return (xlsx_bytes if form == "xlsx" else csv_bytes)([headings, *values])


@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson", "parquet"])
def test_as_many_rows_as_the_limit_are_read_in_every_form_and_no_more(form, xlsx_bytes, csv_bytes):
    three = Limits(rows=3)
    assert len(list(read_tenants(a_table(form, 3, 2, xlsx_bytes, csv_bytes), limits=three))) == 3
    assert refusal(a_table(form, 4, 2, xlsx_bytes, csv_bytes), limits=three) == "too_many_rows"


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_as_many_columns_as_the_limit_are_read_in_every_form_and_no_more(form, xlsx_bytes, csv_bytes):
    three = Limits(columns=3)
    assert len(read_tenants(a_table(form, 2, 3, xlsx_bytes, csv_bytes), limits=three).columns) == 3
    assert refusal(a_table(form, 2, 4, xlsx_bytes, csv_bytes), limits=three) == "too_many_columns"


@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson", "parquet"])
def test_a_file_as_large_as_the_limit_is_read_and_no_larger(form, xlsx_bytes, csv_bytes):
    content = a_table(form, 2, 2, xlsx_bytes, csv_bytes)
    assert list(read_tenants(content, limits=Limits(file_bytes=len(content))))
    smaller = Limits(file_bytes=len(content) - 1)
    assert refusal(content, limits=smaller) == "file_too_large"


def test_a_workbook_that_unpacks_to_just_the_limit_is_read(xlsx_bytes, csv_bytes):
    content = a_table("xlsx", 2, 2, xlsx_bytes, csv_bytes)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(info.file_size for info in packed.infolist())
    assert list(read_tenants(content, limits=Limits(unpacked_bytes=unpacked)))
    smaller = Limits(unpacked_bytes=unpacked - 1)
    assert refusal(content, limits=smaller) == "zip_bomb"


def test_a_sheet_of_just_as_many_cells_as_the_limit_is_read(xlsx_bytes, csv_bytes):
    content = a_table("xlsx", 4, 2, xlsx_bytes, csv_bytes)
    assert list(read_tenants(content, limits=Limits(sheet_cells=10)))
    assert refusal(content, limits=Limits(sheet_cells=9)) == "sheet_too_wide"


@pytest.mark.parametrize(
    ("line", "read_whole"),
    [("乙," + "x" * 26 + "\n", True), ("乙," + "x" * 27 + "\n", False), ('乙,"' + "x" * 24 + '"\n', True)],
    ids=["as long as the limit", "one longer", "quoted"],
)
def test_a_line_of_just_as_many_characters_as_the_limit_is_read(read, line, read_whole):
    content = f"企业名称,行业\n{line}丙,\n".encode()
    tenants, rejected = read(content, limits=Limits(row_characters=29))
    assert ([tenant.profile.name for tenant in tenants] == ["乙", "丙"]) is read_whole
    assert [row.faults[0].code for row in rejected] == ([] if read_whole else ["row_too_long"])


@pytest.mark.parametrize(("name", "read_whole"), [("a" * 28, True), ("a" * 29, False)])
def test_an_object_of_just_as_many_bytes_as_the_limit_is_read(read, name, read_whole):
    content = f'{{"name": "{name}"}}\n{{"name": "c"}}'.encode()
    tenants, rejected = read(content, limits=Limits(row_characters=41))
    assert ([tenant.profile.name for tenant in tenants] == [name, "c"]) is read_whole
    assert [(row.row, row.faults[0].code) for row in rejected] == ([] if read_whole else [(1, "row_too_long")])
