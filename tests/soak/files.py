"""What is uploaded: sound registers, and bombs that are small on the wire and large when they are read."""

import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

MARK = "某某"
"""Stands in every name of a company; no log may hold it."""
PLACES, PRODUCTS, STAGES = (
    ("合肥", "蚌埠市", "广州", "深圳南山", ""),
    ("聚乳酸", "疫苗", "酶制剂", ""),
    ("中试", "量产", ""),
)
HEADINGS = ("企业名称", "注册地", "主营产品", "所处阶段", "员工人数")
ROWS = 300


def rows(seed):
    for number in range(ROWS):
        place, product, stage = PLACES[(number + seed) % 5], PRODUCTS[(number * seed) % 4], STAGES[number % 3]
        yield f"{MARK}生物{seed}-{number}有限公司", place, product, stage, str(10 + number % 90)


def csv_file():
    return "\n".join([",".join(HEADINGS), *(",".join(row) for row in rows(1))]).encode("gb18030")


def xlsx_file():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate((HEADINGS, *rows(2))):
            sheet.write_row(place, 0, row)
    return out.getvalue()


def ndjson_file():
    named = (dict(zip(("name", "city", "products", "stage"), row[:4], strict=True)) for row in rows(3))
    return "\n".join(json.dumps({k: v for k, v in one.items() if v}, ensure_ascii=False) for one in named).encode()


def parquet_file():
    out = io.BytesIO()
    pq.write_table(pa.table(dict(zip(HEADINGS, zip(*rows(4), strict=True), strict=True))), out)
    return out.getvalue()


SOUND = {
    "sound.csv": csv_file(), "sound.xlsx": xlsx_file(), "sound.ndjson": ndjson_file(), "sound.parquet": parquet_file(),
}  # fmt: skip

_BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATED}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(sheet, shared=""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", _TYPES)
        parts.writestr("xl/workbook.xml", _BOOK)
        parts.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
        parts.writestr("xl/worksheets/sheet1.xml", sheet)
        parts.writestr("xl/sharedStrings.xml", f"<sst {_MAIN}>{shared}</sst>")
    return out.getvalue()


def _pointing(cell):
    body = "".join(f'<row r="{n}">{cell.format(n=n)}</row>' for n in range(2, 3002))
    head = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    return workbook(f"<worksheet {_MAIN}><sheetData>{head}{body}</sheetData></worksheet>", _SHARED)


_SHARED = f"<si><t>企业名称</t></si><si ><t>{'x' * 1_000_000}</t></si >"
_LONG_TEXT = pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), pa.array(["x" * 1_000_000]))


def _parquet_bomb():
    out = io.BytesIO()
    pq.write_table(pa.table({"企业名称": _LONG_TEXT}), out, compression="zstd")
    return out.getvalue()


BOMBS = {
    "shared.xlsx": _pointing('<c r="A{n}" t = "s"><v >1</v></c>'),
    "honest.xlsx": _pointing('<c r="A{n}" t="s"><v>1</v></c>'),
    "unclosed.xlsx": workbook(f'<worksheet {_MAIN}><sheetData><row r="1">' + '<c r="A1" t="e" ' * 20_000),
    "dictionary.parquet": _parquet_bomb(),
    "wide.csv": b"\xe4\xbc\x81\xe4\xb8\x9a" + b"," * 500_000,
    "quotes.csv": "企业名称\n".encode() + b'"' * 3_000_001,
    "deep.ndjson": b"[" * 100_000,
}
