"""Measures whole screenings by the command line: file read, texts resolved, decided, ranked, results stored.

    python -m tests.bench.end_to_end [--grid]

Without `--grid` 10,000 and 100,000 tenants on the shipped catalogue, which have goals; with it the table of
docs/scaling.md: 1,000, 10,000 and 100,000 tenants on the shipped catalogue, on 1,000 and on 10,000 measures.
"""

import csv
import os
import sys
import tempfile
from pathlib import Path

from matcher.profiles.profile import Profile
from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import Content, load_content, write_catalogue
from tests.bench.processes import Cost, cost_of
from tests.bench.register import Register
from tests.bench.reporting import judge, say
from tests.bench.synthetic import synthetic_content

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-11-22"
SMALL, LARGE = 10_000, 100_000
HEADINGS = {
    "企业名称": "name", "企业编号": "external_id", "注册地": "city", "行业": "sector", "主营产品": "products",
    "阶段": "stage", "需求": "needs", "资质": "certifications", "员工人数": "employees",
    "营业收入(元)": "annual_revenue_cny", "研发费用(元)": "rd_spend_cny", "研发人员": "rd_staff",
    "外商投资": "foreign_invested", "成立日期": "founded_on",
}  # fmt: skip


def main() -> int:
    """Run the screenings; 1 when a goal is missed."""
    content = load_content(ROOT / "seeds", ROOT / "rules/packs")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "--grid" in sys.argv:
            return _grid(content, folder)
        return int(_with_goals(content, folder))


def _with_goals(content: Content, folder: Path) -> bool:
    catalogue = _catalogue(content, folder / "shipped.sqlite")
    costs = {rows: _screen(content, catalogue, folder, rows) for rows in (SMALL, LARGE)}
    missed = judge("seconds for 100,000 tenants, file to stored summary", costs[LARGE].seconds, 60.0)
    missed |= judge("megabytes at the peak, all processes", costs[LARGE].peak_mb, 1024.0)
    a_row = {rows: cost.processor / rows for rows, cost in costs.items()}
    return missed | judge("processor a row, 100,000 over 10,000 rows", a_row[LARGE] / a_row[SMALL], 1.3)


def _grid(content: Content, folder: Path) -> int:
    contents = {"shipped": content, "1,000": synthetic_content(content, 10), "10,000": synthetic_content(content, 100)}
    for name, measures in contents.items():
        catalogue = _catalogue(measures, folder / f"{name}.sqlite")
        for rows in (1_000, SMALL, LARGE):
            _screen(content, catalogue, folder, rows)
    return 0


def _catalogue(content: Content, path: Path) -> Path:
    write_catalogue(content, path, compile_catalogue)
    return path


def screened(content: Content, folder: Path, rows: int) -> Cost:
    """Screen so many tenants on the shipped catalogue."""
    return _screen(content, _catalogue(content, folder / "shipped.sqlite"), folder, rows)


def _screen(content: Content, catalogue: Path, folder: Path, rows: int) -> Cost:
    register, output = folder / f"register-{rows}.csv", folder / f"{catalogue.stem}-{rows}"
    if not register.is_file():
        _write(register, content, rows)
    command = [sys.executable, "-m", "service.cli", "screen", str(register), "-o", str(output)]
    cost = cost_of([*command, "--engine", "processes", "--on", DAY, "--catalogue", str(catalogue)])
    parts = sum(part.stat().st_size for part in output.glob("*.parquet")) / 2**20
    say(
        f"{rows:,} tenants, catalogue {catalogue.stem}, {os.cpu_count()} cores: {cost.seconds:.1f} s, "
        f"{1e6 * cost.processor / rows:,.0f} us of processor a tenant, peak {cost.peak_mb:,.0f} MB, "
        f"results {parts:,.1f} MB"
    )
    return cost


def _write(path: Path, content: Content, rows: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for profile in Register(content).tenants(rows):
            writer.writerow([_cell(profile, name) for name in HEADINGS.values()])


def _cell(profile: Profile, name: str) -> object:
    value = getattr(profile, name)
    if isinstance(value, tuple):
        return "；".join(value)
    return "" if value is None else {True: "是", False: "否"}[value] if isinstance(value, bool) else value


if __name__ == "__main__":
    sys.exit(main())
