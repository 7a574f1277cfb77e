"""Tells whether two checkouts answer the same, byte for byte: for changes that must change no behaviour.

    python -m tests.same_answers record CHECKOUT FILE     asks a service of CHECKOUT everything, writes what it answered
    python -m tests.same_answers compare FILE FILE        names each answer that differs; with any the exit status is 1

Asked are 300 matches (the labelled companies, in both languages, brief and full), what is wrong with 120 faulty
requests and drafts, the reading calls, 40 pages and three screenings with their lists and downloads, 2,000 rows in all
of them together. What is drawn anew at every start (numbers of screenings, tokens of forms, times) is masked. It
imports nothing of the checkout, so it may be of another layout than this one.
"""

import argparse
import contextlib
import csv
import hashlib
import http.client
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import xlsxwriter
import yaml

CASES = Path(__file__).parent / "golden" / "cases.yaml"
ON = "2026-11-21"
ROWS = {"register.csv": 1_600, "register.xlsx": 380, "units.xlsx": 20}
MOST_SHOWN = 40
_ANEW = (
    (re.compile(rb"\b[0-9a-f]{32}\b"), b"<id>"),
    (re.compile(rb'(name="token" value=")[^"]+'), rb"\1<token>"),
    (re.compile(rb'(class="quiet">[^<]*[:\xef\xbc\x9a] ?)[0-9a-f]{12}\b'), rb"\1<key>"),
    (re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+\d\d:\d\d)?"), b"<time>"),
    (re.compile(rb"urn:uuid:[0-9a-f-]+|req-[0-9a-f]+"), b"<request>"),
    (re.compile(rb'"request_id":"[^"]*"'), b'"request_id":"<request>"'),
    (re.compile(rb'"seconds":[0-9.]+'), b'"seconds":0'),
    (re.compile(rb'"engine":"[0-9a-f]{16}"'), b'"engine":"<engine>"'),
    (re.compile(rb"127\.0\.0\.1:\d+"), b"<host>"),
)
"""What no two starts have in common."""


@dataclass
class Service:
    """A running service of one checkout, and what it has answered."""

    port: int
    key: str
    cookie: str = ""
    screening: str = ""
    answers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()

    def keep(self, name: str, method: str, path: str, body: object = None, **headers: str) -> bytes:
        """Ask, and remember status, kind and body of the answer."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content_Type", "application/json")
        status, reported, content = self.call(method, path, body, **headers)
        shown = _shown(content).replace(self.screening or "no screening", "<screening>")
        self.answers[name] = f"{status} {reported.get('Content-Type', '')} {shown}"
        return content

    def keyed(self, name: str, method: str, path: str, body: object = None, **headers: str) -> bytes:
        return self.keep(name, method, path, body, Authorization=f"Bearer {self.key}", **headers)


def _shown(content: bytes) -> str:
    """Return a body as text; a workbook part by part, without when it was written; other bytes as their digest."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(f"{name}: {_shown(parts.read(name))}" for name in sorted(parts.namelist()))
    for form, mask in _ANEW:
        content = form.sub(mask, content)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"{len(content)} bytes, {hashlib.sha256(content).hexdigest()}"


@contextlib.contextmanager
def serving(checkout: Path) -> Iterator[Service]:
    """Run the service of a checkout with a catalogue built from it."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {
            **os.environ, "CEPEI_CATALOGUE": f"{folder}/catalogue.sqlite", "CEPEI_DATA": f"{folder}/data.sqlite",
            "CEPEI_WORKERS": "2", "PORT": str(port), "PYTHONPATH": str(checkout),
            "CEPEI_LOG_LEVEL": "error", "PYTHONHASHSEED": "0",
        }  # fmt: skip

        def cepei(*words: str) -> str:
            run = [sys.executable, "-m", "service.cli", *words]
            return subprocess.run(run, cwd=checkout, env=environment, check=True, capture_output=True, text=True).stdout

        cepei("build", f"{folder}/catalogue.sqlite")
        key = cepei("keys", "add", "editor").split()[-1]
        process = subprocess.Popen([sys.executable, "-m", "service.cli", "serve"], cwd=checkout, env=environment)
        try:
            service = Service(port, key)
            for _ in range(300):
                with contextlib.suppress(OSError):
                    if service.call("GET", "/readyz")[0] == 200:
                        break
                time.sleep(0.2)
            yield service
        finally:
            process.terminate()
            process.wait(30)


def ask_matches(service: Service, cases: list[dict]) -> None:
    """Ask for the 300 labelled companies; every second in English, every third with all that can be asked for."""
    for number, case in enumerate(cases):
        body = {"profile": case["profile"], "on": ON}
        if number % 3 == 0:
            body |= {"limit": 100, "include": ["not_applicable"]}
        if number % 7 == 0:
            body |= {"detail": "brief", "offset": 3, "statuses": ["in_force"]}
        service.keep(f"match {case['id']}", "POST", "/v1/match", body, Accept_Language="en" if number % 2 else "zh")


PROFILE_FAULTS = (
    {"citty": "合肥"}, {"city": True}, {"city": {"name": "合肥"}}, {"city": 44}, {"city": "合" * 201}, {"sector": 27},
    {"products": ["聚乳酸", None]}, {"products": [["聚乳酸"]]}, {"products": ["x" * 300]}, {"products": ["聚乳酸"] * 600},
    {"needs": {}}, {"name": 1}, {"uscc": "9111"}, {"uscc": "9111000060003734OL"}, {"uscc": "911100006000373410"},
    {"uscc": 911100006000373410}, {"founded_on": "2020-02-30"}, {"founded_on": 2015}, {"founded_on": "2999-01-01"},
    {"employees": -3}, {"employees": "120"}, {"employees": True}, {"rd_staff": 1.5}, {"annual_revenue_cny": -1},
    {"annual_revenue_cny": 1e18}, {"annual_revenue_cny": True}, {"annual_revenue_cny": "很多钱"}, {"rd_spend_cny": [1]},
    {"foreign_invested": "是"}, {"facts": []}, {"facts": {"listed": {}}}, {"facts": {"listed": None}},
    {"facts": {"listd": True}}, {"facts": {"listed": "是"}}, {"facts": {"revenue_growth": "很快"}},
    {"facts": {"revenue_growth": -2}}, {"facts": {"registered_capital_cny": "多"}}, {"facts": {"ip_count": -1}},
    {"facts": {"ip_count": "x"}}, {"facts": {"size_class": "大"}}, {"facts": {"stage": "pilott"}},
    {"facts": {"region": "440199"}}, {"facts": {"founded_on": "x"}}, {"facts": {"rd_staff_share": 5}},
    {"facts": {"gd-first-batch-materials.meets-requirements": "yes"}}, {"rd_staff": 9, "employees": 3},
)  # fmt: skip
REQUEST_FAULTS = (
    [], "聚乳酸", {}, {"profile": None}, {"profile": []}, {"profile": {}, "limits": 3}, {"profile": {}, "limit": 0},
    {"profile": {}, "limit": "20"}, {"profile": {}, "offset": -1}, {"profile": {}, "detail": "Full"},
    {"profile": {}, "on": "tomorrow"}, {"profile": {}, "statuses": []}, {"profile": {}, "statuses": ["old"]},
    {"profile": {}, "include": [1]}, {"profile": {"name": "a" * 300, "citty": 1}, "x": 2},
)  # fmt: skip
DRAFT = {
    "id": "gd-first-equipment-2", "title": "首台（套）", "title_en": "First", "instrument": "first_equipment", "kind": "support",
    "strength": "grant", "source": {"clause": "2.3.2", "quote": "落实首台（套）重大技术装备推广应用政策"},
    "conditions": [{"fact": "sector", "within": ["bio-equipment"], "cite": "营造高端仪器装备应用良好生态"}],
    "benefit": {"kind": "market"},
    "examples": [{"facts": {"region": "440100", "sector": ["bio-equipment"]}, "verdict": "applicable"}],
}  # fmt: skip
DRAFT_FAULTS = (
    {"id": "Bad Id"}, {"id": "gd-first-equipment"}, {"title": ""}, {"colour": 1}, {"instrument": "first"}, {"strength": "x"},
    {"source": {"clause": "9.9", "quote": "x"}}, {"source": {"clause": "2.3.2"}}, {"source": {"clause": "2.3.2", "quote": "无此文字"}},
    {"source": {"clause": "2", "quote": "生物"}}, {"source": {"clause": "2", "quote": "生物", "nth": 0}}, {"source": {"clause": "2.3.2", "quote": "长" * 130}},
    {"benefit": {"kind": "x"}}, {"benefit": {"kind": "market", "cap": "3000万元"}}, {"benefit": {"kind": "market", "cap": "多", "cite": "政策"}},
    {"benefit": {"kind": "market", "rate": "7", "cite": "政策"}}, {"window": {"opens": "2026-02-01", "closes": "2026-01-01", "cite": "政策"}},
    {"window": {"opens": "soon"}}, {"examples": [{"facts": {}}]}, {"examples": []}, {"examples": [{"facts": {"nope": 1}, "verdict": "applicable"}]},
    {"conditions": [1]}, {"conditions": [{"all": []}]}, {"conditions": [{"manual": "x", "cite": "政策"}]}, {"conditions": [{"manual": "listed", "text": "a", "cite": "政策"}]},
    {"conditions": [{"fact": "nope", "within": [1]}]}, {"conditions": [{"fact": "sector", "cite": "政策"}]},
    {"conditions": [{"fact": "sector", "within": ["materials"], "cite": "政策"}]}, {"conditions": [{"fact": "sector", "within": [], "cite": "政策"}]},
    {"conditions": [{"fact": "employees", "at_least": "x", "cite": "政策"}]}, {"conditions": [{"fact": "stage", "within": ["9 月"], "cite": "不在文中"}]},
    {"conditions": [{"fact": "size_class", "any_of": ["large"], "open": True, "cite": "政策"}]}, {"excludes": ["nothing"]}, {"excludes": ["gd-first-equipment-2"]}, {"context": ["9.9.9"]},
    {"attracts": 1}, {"supersedes": 3}, {"addressee": {"fact": "x"}},
)  # fmt: skip


def ask_faulty(service: Service) -> None:
    """Send what is wrong, in both languages."""
    bodies = [
        *({"profile": profile} for profile in PROFILE_FAULTS),
        *REQUEST_FAULTS,
        b"{",
        b'{"profile": {"city": NaN}}',
        b'{"a":1,"a":2}',
    ]
    for language in ("zh", "en"):
        for number, body in enumerate(bodies):
            service.keep(f"wrong {language} {number}", "POST", "/v1/match", body, Accept_Language=language)
        service.keyed(
            f"draft {language}", "POST", "/v1/measures/preview", _drafted(service, {}), Accept_Language=language
        )
        for number, fault in enumerate(DRAFT_FAULTS):
            body = _drafted(service, fault)
            service.keyed(f"draft {language} {number}", "POST", "/v1/measures/preview", body, Accept_Language=language)
        for number, document in enumerate(DOCUMENT_FAULTS):
            body = {**_drafted(service, {}), "document": document}
            service.keyed(
                f"document {language} {number}", "POST", "/v1/measures/preview", body, Accept_Language=language
            )
        for number, path in enumerate(WRONG_PATHS):
            service.keep(f"path {language} {number}", "GET", path, Accept_Language=language)


DOCUMENT_FAULTS = (
    "nothing", {"id": "gd-biomanufacturing-2025"}, {"id": "x", "text": ""}, {"id": "x-2026", "title": "甲", "status": "x", "region": "999999", "text": "甲\n一、乙\n丙"},
    {"id": "X 1", "title": "没有", "issued_on": "2025-13-01", "status": "in_force", "region": "440000", "text": "甲\n一、乙\n丙", "colour": 1},
)  # fmt: skip
WRONG_PATHS = (
    "/v1/measures?page=0", "/v1/measures?regoin=44", "/v1/measures?region=" + quote("没有的地方"), "/v1/measures/nothing", "/v1/documents/none",
    "/v1/documents/gd-biomanufacturing-2025/clauses/99", "/v1/vocabularies/none", "/v1/nothing", "/v1/measures?page=x", "/nothing", "/v1/screenings",
)  # fmt: skip


def _drafted(service: Service, fault: dict) -> dict:
    return {"screening": service.screening, "document": "gd-biomanufacturing-2025", "measure": {**DRAFT, **fault}}


def ask_to_read(service: Service) -> None:
    """Ask the reading calls and look at the public pages."""
    document, measure, clause = "gd-biomanufacturing-2025", "ah-pilot-base-hefei-bengbu", "2.3.2"
    calls = [
        "/v1/measures", "/v1/measures?q=" + quote("中试"), "/v1/measures?region=" + quote("合肥") + "&status=draft", f"/v1/measures/{measure}",
        "/v1/documents", f"/v1/documents/{document}", f"/v1/documents/{document}/clauses/{clause}", "/v1/features", "/v1/operators", "/openapi.yaml",
        *(f"/v1/vocabularies/{name}" for name in ("sectors", "concepts", "stages", "needs", "instruments", "facts")),
        *(f"/v1/vocabularies/{name}?q={quote(words)}" for name, words in {"regions": "南沙", "sectors": "材料", "concepts": "聚乳", "facts": "专利"}.items()),
    ]  # fmt: skip
    pages = [
        "/", "/documents", f"/documents/{document}", f"/documents/ah-biomanufacturing-2024-draft?clause={clause}", "/documents/gd-life-health-draft", "/measures",
        "/measures?q=" + quote("中试"), "/measures?region=" + quote("南沙") + "&sector=" + quote("生物材料"), f"/measures/{measure}", "/departments",
        f"/feedback/thanks?measure={measure}", "/screenings", "/handbook", *(f"/handbook/{part}" for part in ("company", "park", "portal", "operations")),
        "/embed/frame", "/embed/v1.js", "/embed/theme.css?accent=%23123456", "/docs", "/nothing-here",
    ]  # fmt: skip
    for language in ("zh", "en"):
        for path in calls:
            service.keep(f"read {language} {path}", "GET", path, Accept_Language=language)
        for path in pages:
            service.keep(f"page {language} {path}", "GET", path, Accept_Language=language, Accept="text/html")
        for number, form in enumerate(FORMS):
            for path in ("/", "/embed/frame"):
                service.keep(
                    f"form {language} {path} {number}", "POST", path, urlencode(form, doseq=True).encode(), Accept_Language=language,
                    Accept="text/html", Content_Type="application/x-www-form-urlencoded",
                )  # fmt: skip


FORMS = (
    {"city": "蚌埠市", "sector": "生物材料", "products": "聚乳酸\n生物基聚酯", "on": ON},
    {
        "city": "佛山南海",
        "products": "体外诊断试剂",
        "stage": "pilot",
        "needs": "首台套认定、中试验证",
        "employees": "120",
        "fact.listed": "yes",
        "on": ON,
    },
    {"uscc": "123", "employees": "many", "annual_revenue_cny": "多", "founded_on": "2015"},
    {},
)


def ask_screenings(service: Service, cases: list[dict]) -> None:
    """Upload registers as parks keep them; read every list, page and download."""
    _sign_in(service)
    for name, content in registers(cases).items():
        sent = {"body": _upload(name, content), "Content_Type": "multipart/form-data; boundary=cut"}
        service.keyed(f"columns {name}", "POST", "/v1/screenings/columns", **sent)
        place = service.screening = json.loads(service.keyed(f"screen {name}", "POST", "/v1/screenings", **sent))["id"]
        service.answers[f"screen {name}"] = service.answers[f"screen {name}"].replace(place, "<screening>")
        _wait(service, f"/v1/screenings/{place}")
        lists = ("", "/tenants", "/tenants?verdict=applicable&page_size=100", "/measures", "/measures?region=" + quote("广州"), "/summary",
                 "/rejected", "/measures/ah-layout-north/tenants", "/changes", "/tenants/3/match", "/tenants/4/measures/ah-layout-north")  # fmt: skip
        for language in ("zh", "en"):
            for path in lists:
                service.keyed(
                    f"list {name} {language} {path}", "GET", f"/v1/screenings/{place}{path}", Accept_Language=language
                )
            for page in (
                "",
                "/tenants",
                "/tenants/3",
                "/tenants/3/measures/ah-layout-north",
                "/measures",
                "/measures/ah-layout-north",
                "/matrix",
                "/rejected",
                "/delete",
            ):
                service.keep(
                    f"console {name} {language} {page}", "GET", f"/screenings/{place}{page}", Accept_Language=language,
                    Accept="text/html", Cookie=service.cookie,
                )  # fmt: skip
        for form in ("xlsx", "csv", "ndjson", "parquet"):
            service.keyed(f"download {name} {form}", "GET", f"/v1/screenings/{place}/results.{form}")
    service.keyed("template", "GET", "/v1/screenings/template.xlsx")


def _sign_in(service: Service) -> None:
    body = urlencode({"key": service.key}).encode()
    kind = {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
    _, headers, _ = service.call("POST", "/screenings/sign-in", body, **kind)
    service.cookie = headers["Set-Cookie"].split(";")[0]


def _wait(service: Service, place: str) -> None:
    for _ in range(1_200):
        reported = json.loads(service.call("GET", place, Authorization=f"Bearer {service.key}")[2])
        if reported["state"] not in {"queued", "running", "waiting"}:
            return
        time.sleep(0.2)
    raise SystemExit(f"{place} does not end: {reported}")


def _upload(name: str, content: bytes) -> bytes:
    head = f'--cut\r\nContent-Disposition: form-data; name="on"\r\n\r\n{ON}\r\n--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--cut--\r\n"


HEADINGS = ("企业编号", "企业名称（全称）", "统一社会信用代码", "省份", "城市", "所属行业", "主营产品（多项用、分开）", "所处阶段", "需求", "资质",
            "成立日期", "员工人数（人）", "研发人员", "2024年营业收入（万元）", "研发投入(亿元)", "是否外资", "是否上市", "企业规模", "有效发明专利数", "2027年营收（万元）", "其中：研发投入", "备注")  # fmt: skip
ODD = (
    "",
    "待定",
    "约100",
    "100-499人",
    "1.2亿元",
    "-",
    "是",
    "否",
    "2015年3月",
    "无",
    "3,200万",
    "20%",
    "未知",
    "研发、中试",
    "８０",
    "2099-01-01",
    "n/a",
    "√",
)


def registers(cases: list[dict]) -> dict[str, bytes]:
    """Return the registers by file name: what the labelled companies reported, with odd cells among them."""
    rows = [_row(number, cases[number % len(cases)]["profile"]) for number in range(sum(ROWS.values()))]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["某园区企业名单"], HEADINGS, *rows[: ROWS["register.csv"]], ["合计", "", "", *[""] * 8, 4321]])
    sheet = rows[ROWS["register.csv"] :]
    return {
        "register.csv": text.getvalue().encode("gb18030"),
        "register.xlsx": _workbook([HEADINGS, *sheet[: ROWS["register.xlsx"]]], {}),
        "units.xlsx": _workbook([HEADINGS, *sheet[-ROWS["units.xlsx"] :]], {12: '0.0"人"', 13: '#,##0"万元"'}),
    }


def _row(number: int, profile: dict) -> list[object]:
    def listed(name: str) -> str:
        value = profile.get(name, "")
        return "、".join(map(str, value)) if isinstance(value, list) else str(value)

    row = [f"T{number:05}", f"示例企业{number}", listed("uscc"), "", listed("city"), listed("sector"), listed("products"), listed("stage"), listed("needs"),
           listed("certifications"), listed("founded_on") or f"20{number % 24:02}-03-01", number % 900, number % 90, 100 * number, 0.01 * (number % 70),
           ("是", "否", "")[number % 3], ("否", "", "是")[number % 3], ("大型", "中型企业", "小微", "")[number % 4], number % 12, number, number, "略"]  # fmt: skip
    if number % 4 == 0:
        row[2 + number % 19] = ODD[number // 4 % len(ODD)]
    return row


def _workbook(rows: list, formats: dict[int, str]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("企业")
        book.add_worksheet("说明").write(0, 0, "填写说明")
        forms = {place: book.add_format({"num_format": form}) for place, form in formats.items()}
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(place, column, value, forms.get(column) if isinstance(value, int | float) else None)
    return target.getvalue()


def record(checkout: Path, target: Path) -> None:
    """Ask the service of a checkout everything and write its answers."""
    cases = yaml.safe_load(CASES.read_text("utf-8"))
    with serving(checkout.resolve()) as service:
        ask_matches(service, cases)
        ask_screenings(service, cases)
        ask_faulty(service)
        ask_to_read(service)
        target.write_text(json.dumps(service.answers, ensure_ascii=False), "utf-8")
        print(f"{len(service.answers)} answers")


def compare(old: Path, new: Path) -> int:
    """Print what differs between two records and return the exit status."""
    was, now = (json.loads(path.read_text("utf-8")) for path in (old, new))
    differing = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    for name in differing[:MOST_SHOWN]:
        before, after = was.get(name, ""), now.get(name, "")
        at = next(
            (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
        )
        print(f"{name}\n  - …{before[max(0, at - 60) : at + 160]!r}\n  + …{after[max(0, at - 60) : at + 160]!r}")
    print(f"{len(was)} and {len(now)} answers, {len(differing)} differ")
    return 1 if differing else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("record", "compare"))
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    options = parser.parse_args()
    if options.what == "record":
        record(options.first, options.second)
        return 0
    return compare(options.first, options.second)


if __name__ == "__main__":
    sys.exit(main())
