"""Measures deciding alone, at 1,000 and 10,000 measures: one profile, and 20,000 against zen-engine and Polars.

    python -m tests.bench.deciding

The others decide the same complete profiles two-valued, with every help (tests/bench/peers.py). "Best" is what
holds, in the catalogue's order: no side weighs features here. All in one run, on a register drawn with a fixed seed.
"""

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson

from matcher.answers.engine import Engine
from matcher.profiles.profile import MatchRequest
from matcher.registers.reader import TenantReader
from rules.catalogue.content import Content, assemble, load_content
from rules.compiled.batch import Batch, BatchProgram
from rules.compiled.bit_planes import pack, pairs
from rules.language.facts import Answers
from tests.bench import peers
from tests.bench.complete import complete_profiles, resolved
from tests.bench.cores import Best, Cores
from tests.bench.register import Register
from tests.bench.reporting import judge, say
from tests.bench.synthetic import SEED, synthetic_content
from tests.matcher.registers.pairs import fields_of_rows

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 22)
BEST, PROFILES, SINGLE, REPEATS = 20, 20_000, 400, 5
GOALS = {10: (6.0, 3.0), 100: (30.0, 10.0)}
"""Documents of 100 measures each -> how many times faster than zen and than Polars."""

ZEN_PROFILES = {10: 2_000, 100: 400}
"""zen decides one profile after the other, so fewer of them tell its speed."""


def main() -> int:
    """Run every part; 1 when a goal is missed."""
    content = load_content(ROOT / "seeds", ROOT / "rules/packs")
    engines = {documents: Engine(assemble(synthetic_content(content, documents))) for documents in GOALS}
    missed = single_decisions(list(engines.values()), content)
    for documents, engine in engines.items():
        missed |= deciding(engine, content, documents)
    return int(missed)


def single_decisions(engines: Sequence[Engine], content: Content) -> bool:
    """Decide every measure for one profile that was read, by each engine in turn, the smallest first.

    Each profile counts with its best of REPEATS, so that the tail is the profiles' and not the machine's.
    """
    questions = [MatchRequest(profile=profile, on=DAY) for profile in Register(content).tenants(SINGLE)]
    read = [[engine.reader.read(question).answers for engine in engines] for question in questions]
    times = [[_best_time(engine, own) for engine, own in zip(engines, answers, strict=True)] for answers in read]
    p50s, p99s = np.percentile(times, [50, 99], axis=0).tolist()
    missed = judge("one profile: p50 at 10,000 over p50 at 1,000 measures", p50s[-1] / p50s[0], 4.0)
    for engine, p50, p99 in zip(engines, p50s, p99s, strict=True):
        size = engine.columns.size
        say(f"  {size:,} measures decided in p50 {p50:.2f} ms, p99 {p99:.2f} ms")
        missed |= judge(f"one profile: p99 over p50 at {size:,} measures", p99 / p50, 4.0)
    return missed


def _best_time(engine: Engine, answers: Answers) -> float:
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        engine.columns.program.decide(answers)
        times.append(1000 * (time.perf_counter() - begin))
    return min(times)


def deciding(engine: Engine, content: Content, documents: int) -> bool:
    """Decide complete profiles, JSON in and the best out, by us and by others; then with facts missing."""
    program, reader = BatchProgram(engine.columns.program), TenantReader(engine.reader, engine.columns)
    ours = list(complete_profiles(content, PROFILES))
    theirs = resolved(reader.read(fields_of_rows(ours), DAY))
    table = peers.cells_of(engine.columns.measures, theirs, engine.catalogue.taxonomies)
    polars, compiled = (peers.PolarsDecider(table, theirs, compiled=compiled) for compiled in (False, True))
    decision = peers.zen_decider(table, theirs[0])
    cores = Cores({"ours": partial(_ours, program, reader), "zen": partial(peers.zen_best, decision, most=BEST)})
    few = theirs[: ZEN_PROFILES[documents]]
    works: dict[str, Callable[[Path], Best]] = {
        "ours": partial(cores.best, "ours"),
        "gaps": partial(cores.best, "ours"),
        "zen": partial(cores.best, "zen"),
        "Polars": partial(polars.best, most=BEST),
        "Polars, compiled": partial(compiled.best, most=BEST),
    }
    given = {"ours": ours, "gaps": _with_gaps(ours), "zen": few, "Polars": theirs, "Polars, compiled": theirs}
    with TemporaryDirectory() as folder:
        files = {name: _written(rows, Path(folder) / f"{name}.ndjson") for name, rows in given.items()}
        seconds, best = _best_of_turns(works, files)
    cores.close()
    _check(best["ours"], best["zen"], best["Polars"], len(few))
    seconds["zen"] *= len(ours) / len(few)
    say(f"{len(ours):,} complete profiles x {engine.columns.size:,} measures, JSON in, {BEST} best out:")
    say(
        f"  ours {seconds['ours']:.2f} s, with 30 % missing {seconds['gaps']:.2f} s; "
        f"Polars {seconds['Polars']:.2f} s; zen {seconds['zen']:.1f} s (from {len(few):,})"
    )
    say(f"  Polars given our distinct tests to work out first {seconds['Polars, compiled']:.2f} s (no goal)")
    zen_goal, polars_goal = GOALS[documents]
    missed = judge("zen / ours", seconds["zen"] / seconds["ours"], zen_goal, at_least=True)
    missed |= judge("Polars / ours", seconds["Polars"] / seconds["ours"], polars_goal, at_least=True)
    return missed | judge("ours with facts missing / complete", seconds["gaps"] / seconds["ours"], 1.5)


def _written(rows: list[dict[str, Any]], file: Path) -> Path:
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return file


def _best_of_turns(
    works: dict[str, Callable[[Path], Best]], files: dict[str, Path], turns: int = 5
) -> tuple[dict[str, float], dict[str, Best]]:
    """Let every side run in turn, so that a slow moment of the machine meets them all; keep each side's best."""
    seconds: dict[str, float] = dict.fromkeys(works, float("inf"))
    results: dict[str, Best] = {}
    for turn in range(turns):
        for name, work in works.items():
            gc.collect()
            begin = time.perf_counter()
            results[name] = work(files[name])
            took = time.perf_counter() - begin
            seconds[name] = min(seconds[name], took)
            if not turn:
                say(f"  {name}: the first time {took:.2f} s")
    return seconds, results


def _ours(program: BatchProgram, reader: TenantReader, lines: bytes) -> Best:
    given = fields_of_rows(orjson.loads(b"[" + lines.rstrip().replace(b"\n", b",") + b"]"))
    tenants = reader.read(given, DAY)
    return first_of(program.decide(tenants.facts, tenants.size), BEST)


def first_of(batch: Batch, most: int) -> Best:
    """Return (row, measure), row by row, of the first measures of each row: those that apply, then those possible."""
    given = np.zeros(batch.size, dtype=np.intp)
    found = [_first_by_row(*pairs(batch.measures.true), given, most)]
    start, step = 0, 64
    while start < len(batch.in_doubt) and (given < most).any():
        block = batch.in_doubt[start : start + step]
        unknown = batch.measures.maybe[block] & ~batch.measures.true[block] & pack((given < most)[None, :])
        measures, rows = pairs(unknown)
        found.append(_first_by_row(block[measures], rows, given, most))
        start, step = start + step, step * 2
    if len(found) == 1:
        return found[0]
    rows, measures = (np.concatenate([part[i] for part in found]) for i in range(2))
    order = np.argsort(rows.astype(np.uint16), kind="stable")
    return rows[order], measures[order]


def _first_by_row(measures: np.ndarray, rows: np.ndarray, given: np.ndarray, most: int) -> Best:
    """Return the first pairs of each row, by row, until it has `most`; `given` counts what each row has."""
    order = np.argsort(rows.astype(np.uint16), kind="stable")  # rows fit 16 bits, which sort many times quicker
    counts = np.bincount(rows, minlength=len(given))
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts - given, counts)
    kept = order[within < most]
    given += np.minimum(counts, most - given)
    return rows[kept], measures[kept]


def _with_gaps(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    draw = random.Random(SEED)
    return [{name: value for name, value in row.items() if draw.random() >= 0.3} for row in rows]


def _check(ours: Best, zen: Best, polars: Best, decided_by_zen: int) -> None:
    """Stop when the others decide differently: a comparison of different answers would mean nothing."""
    rows, measures = ours
    few = rows < decided_by_zen
    for name, mine, theirs in (("zen", (rows[few], measures[few]), zen), ("Polars", ours, polars)):
        if not all(np.array_equal(*columns) for columns in zip(mine, theirs, strict=True)):
            raise SystemExit(f"{name} decides otherwise")
    say(f"  all agree on {len(rows):,} pairs")


if __name__ == "__main__":
    sys.exit(main())
