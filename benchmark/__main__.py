"""Scores a running service, and what simple means come to on the same questions.

    python -m benchmark --url http://127.0.0.1:8000 [--cases FILE ...] [--baselines] [--json FILE]

Five scores, never put into one: finding, silence, verdicts, reasons, quotes. What each counts stands in README.md.
"""

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmark.baselines import baselines
from service.evaluation import Ask, Json, Report, evaluate_cases

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
CASES = (GOLDEN / "cases.yaml", GOLDEN / "messy.yaml")
"""The labelled companies that are public; those that nobody who builds the service may see stand elsewhere."""

SCORES = {
    "finding": ("must@5", "must@10", "should@20", "precision@5", "precision@10"),
    "silence": ("never", "silent", "applicable-is-meant"),
    "verdicts": ("applicable", "condition"),
    "reasons": ("logic", "draft", "asks"),
    "quotes": ("quote", "verbatim", "evidence", "brief"),
    "protocol": ("http", "order", "same"),
}
"""Which checks make up which score; the last says only whether the service speaks as its contract promises."""

SECONDS = 60


def over_http(base: str) -> Ask:
    """Return how a service at an address is asked."""

    def ask(path: str, body: Json | None) -> tuple[int, bytes]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(base + path, data=data, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read()

    return ask


def read_cases(files: list[Path]) -> list[Json]:
    """Return the labelled companies of all files."""
    loaded = [yaml.safe_load(file.read_text("utf-8")) for file in files]
    return [case for one in loaded for case in (one["cases"] if isinstance(one, dict) else one)]


def scored(report: Report) -> dict[str, Json]:
    """Return each score with its share and, check by check, how many came out right of how many."""
    told: dict[str, Json] = {}
    for name, kinds in SCORES.items():
        counts = {kind: report.counts[kind] for kind in kinds if report.counts[kind][1]}
        of = sum(count for _, count in counts.values())
        share = round(sum(got for got, _ in counts.values()) / of, 4) if of else None
        told[name] = {"share": share, "checks": {kind: [got, of] for kind, (got, of) in counts.items()}}
    return told


def lines(results: dict[str, dict[str, Json]]) -> Iterator[str]:
    """Yield the table: a row a system, a column a score; then the checks of the first."""
    yield f"{'':12}" + "".join(f"{name:>10}" for name in SCORES)
    for system, told in results.items():
        shares = (told[name]["share"] for name in SCORES)
        yield f"{system:12}" + "".join(f"{'-' if share is None else f'{share:.1%}':>10}" for share in shares)
    for name, one in next(iter(results.values())).items():
        checks = (f"{kind} {got:g}/{of}" for kind, (got, of) in one["checks"].items())
        yield f"  {name}: {', '.join(checks)}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmark", description=__doc__.partition("\n")[0])
    parser.add_argument("--url", required=True, help="a running service, for example http://127.0.0.1:8000")
    parser.add_argument("--cases", type=Path, nargs="+", default=list(CASES), help="labelled companies (YAML)")
    parser.add_argument("--baselines", action="store_true", help="score what simple means come to as well")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write scores and checks there")
    options = parser.parse_args(arguments)
    ask, cases = over_http(options.url.rstrip("/")), read_cases(options.cases)
    systems = {"service": ask, **(baselines(ask) if options.baselines else {})}
    results = {name: scored(evaluate_cases(cases, system)) for name, system in systems.items()}
    print(f"{len(cases)} companies")
    print(*lines(results), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
