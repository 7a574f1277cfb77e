"""Measures the house: how large its rooms are, how they hang together, how many files one question runs through.

    python -m tests.house     prints the table beside the goals; with a goal missed the exit status is 1

`entered` records what of our own code runs; tests/test_architecture.py holds the walks of docs/architecture.md to it.
"""

import ast
import contextlib
import io
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import CodeType, FrameType

import xlsxwriter

from rules.catalogue.content import build_catalogue, open_catalogue
from service.app import create_app
from service.commands.check import PACKS, SEEDS
from service.intake.table import ReadingOptions
from service.screenings.jobs.deciding import Decider
from service.screenings.jobs.reading import read_file
from service.screenings.stored.folders import Folder
from service.screenings.stored.jobs import Options
from service.settings import Settings

ROOT = Path(__file__).parents[1]
PACKAGES = ("seeds", "rules", "matcher", "service")
ON = date(2026, 11, 21)
COMPANY = {
    "city": "蚌埠市", "sector": ["生物材料"], "products": ["生物基聚酯"], "stage": "中试",
    "needs": ["中试验证"], "employees": 120,
}  # fmt: skip
ROWS = (
    ("企业名称", "注册地", "行业", "主营产品", "阶段", "员工人数", "营业收入(万元)", "是否上市", "成立日期"),
    ("示例一", "蚌埠市", "生物材料", "聚乳酸", "中试", 120, 3000, "否", "2015-03-01"),
)

Step = tuple[str, str]
"""A file of ours, and the qualified name of a function in it."""


@contextlib.contextmanager
def entered() -> Iterator[list[Step]]:
    """Record each function of ours that this thread enters, in the order of its first call."""
    steps: list[Step] = []
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event != "call" or code in seen:
            return
        seen.add(code)
        file = Path(code.co_filename)
        if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in PACKAGES and code.co_name[0] != "<":
            steps.append((file.relative_to(ROOT).as_posix(), code.co_qualname))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield steps
    finally:
        sys.setprofile(before)


def one_match(catalogue: Path) -> list[Step]:
    """Return what one POST /v1/match enters, asked after another question has filled what is remembered."""
    client = create_app(Settings(catalogue=catalogue, log_level="error")).test_client()
    for products in (["聚乳酸"], COMPANY["products"]):
        body = {"profile": {**COMPANY, "products": products}, "on": ON.isoformat()}
        with entered() as steps:
            reply = client.post("/v1/match", json=body)
    assert reply.json["recommendations"], reply.text
    return steps


def one_row(catalogue: Path, folder: Path) -> list[Step]:
    """Return what one row enters, from a workbook sent into the `folder` of a screening to its verdicts stored."""
    opened, kept = open_catalogue(catalogue), Folder(folder)
    decider, options = Decider(opened), Options(on=ON, statuses=("draft", "in_force"))
    with xlsxwriter.Workbook(str(kept.sent("xlsx"))) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    with entered() as steps:
        account = read_file(kept, "xlsx", ReadingOptions(on=ON, vocabularies=opened.vocabularies))
        chunk = decider.decide_chunk(kept.tenants(0).read_bytes(), options).write(kept, 0)
    assert (account.total, chunk.rows, chunk.rejected) == (1, 1, 0)
    return steps


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def functions(self) -> list[str]:
        return [node.name for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    @property
    def imported(self) -> set[str]:
        """Return every name imported, each member of a module both alone and with the module."""
        names: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
        return names

    def counted(self) -> tuple[int, int]:
        """Return how many lines hold code, docstrings among them, and how many comments there are."""
        empty = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
        tokens = list(tokenize.generate_tokens(io.StringIO(self.text).readline))
        comments = sum(token.type == tokenize.COMMENT for token in tokens)
        return len({token.start[0] for token in tokens if token.type not in {*empty, tokenize.COMMENT}}), comments


def imports_of(modules: list[Module]) -> dict[str, set[str]]:
    """Return the modules of ours that each of ours imports, itself apart: the edges."""
    known = {module.name for module in modules}
    reached = {}
    for module in modules:
        found = {name if name in known else name.rpartition(".")[0] for name in module.imported}
        reached[module.name] = (found & known) - {module.name}
    return reached


def longest_chain(imports: dict[str, set[str]]) -> list[str]:
    """Return the longest way along imports; they have no circle, which import-linter sees to."""
    chains: dict[str, list[str]] = {}

    def chain(name: str) -> list[str]:
        if name not in chains:
            chains[name] = [name, *max(map(chain, sorted(imports[name])), key=len, default=[])]
        return chains[name]

    return max(map(chain, sorted(imports)), key=len)


def measured() -> list[tuple[str, float, float | None]]:
    """Return each measure: what it is, its value, and the most it may be."""
    modules = [Module(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    lines = sum(module.text.count("\n") for module in modules)
    code, comments = map(sum, zip(*(module.counted() for module in modules), strict=True))
    functions = [name for module in modules for name in module.functions]
    private = [name for name in functions if name.startswith("_") and not name.startswith("__")]
    imports = imports_of(modules)
    with tempfile.TemporaryDirectory() as folder:
        catalogue, kept = Path(folder, "catalogue.sqlite"), Path(folder, "screening")
        build_catalogue(SEEDS, PACKS, catalogue)
        kept.mkdir()
        match, row = ({file for file, _ in steps} for steps in (one_match(catalogue), one_row(catalogue, kept)))
    return [
        ("lines of source", lines, None),
        ("files in the largest folder", max(Counter(module.path.parent for module in modules).values()), 25),
        ("private functions, % of all", 100 * len(private) / len(functions), None),
        ("import edges per 1,000 lines", 1000 * sum(map(len, imports.values())) / lines, 30),
        ("longest import chain", len(longest_chain(imports)), 20),
        ("comments per 100 code lines", 100 * comments / code, None),
        ("own files entered by one match", len(match), 35),
        ("own files entered by one sheet row", len(row), 40),
    ]


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    table = measured()
    for name, value, most in table:
        goal = "" if most is None else f"   goal <= {most}  {'ok' if value <= most else 'MISSED'}"
        print(f"{name:36}{f'{value:,.1f}'.removesuffix('.0'):>8}{goal}")
    return int(any(most is not None and value > most for _, value, most in table))


if __name__ == "__main__":
    sys.exit(main())
