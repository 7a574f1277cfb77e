"""Measures screening: cost a tenant on the shipped catalogue, and deciding alone against zen-engine and Polars.

    python -m tests.bench.screening [rows of the large register]

All in one run, on as many cores as there are (two processes at most), on registers drawn with a fixed seed. "Best"
is what holds, in the catalogue's order: no side weighs features here, the first part does.
"""

import gc
import os
import random
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from matcher.matching import Engine
from matcher.profile import Profile
from matcher.screening import Screener
from matcher.tenants import TenantReader
from rules.batch import Batch, BatchProgram, pack, pairs
from rules.catalogue import assemble
from rules.content import Content, load_content
from seeds.vocabulary import Vocabulary
from tests.bench import peers
from tests.bench.register import Register
from tests.bench.synthetic import SEED, synthetic_content

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 22)
BOTH = frozenset({"in_force", "draft"})
CHUNK, BEST, PROFILES, ZEN_PROFILES = 2_000, 20, 20_000, 500
_state: dict[str, Any] = {}


def say(*words: object) -> None:
    """Write one line at once."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def judge(name: str, value: float, goal: float, *, at_least: bool = False) -> bool:
    """Tell a figure beside its goal; True when it is missed."""
    missed = value < goal if at_least else value > goal
    say(f"  {name:64} {value:9.2f}  {'goal >=' if at_least else 'goal <='} {goal:g}  {'MISSED' if missed else 'ok'}")
    return missed


def main() -> int:
    """Run every part; 1 when a goal of the project is missed."""
    content = load_content(ROOT / "seeds", ROOT / "rules/packs")
    large = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    missed = screening(content, large)
    single = {}
    for documents, zen_goal, polars_goal in ((10, 6.0, 3.0), (100, 30.0, 10.0)):
        engine = Engine(assemble(synthetic_content(content, documents)))
        single[documents] = single_decisions(engine, content)
        gc.collect()
        gc.freeze()  # what lives as long as the process need not be looked through again and again
        missed |= deciding(engine, content, zen_goal, polars_goal)
        gc.unfreeze()
    say("single decisions")
    missed |= judge("p50 at 10,000 over p50 at 1,000 measures", single[100][0] / single[10][0], 4.0)
    missed |= judge("p99 over p50 at 10,000 measures", single[100][1] / single[100][0], 4.0)
    return int(missed)


def screening(content: Content, large: int) -> bool:
    """Screen two registers on the shipped catalogue, read, decided, ranked and counted."""
    engine = Engine(assemble(content))
    costs, missed = {}, False
    for rows in (large // 10, large):
        costs[rows], seconds, peak, shown = _screen_register(Screener(engine), list(Register(content).tenants(rows)))
        say(
            f"{rows:,} tenants x {engine.columns.size} measures: {seconds:.1f} s, {1e6 * costs[rows]:.0f} us of processor a tenant,"
        )
        say(f"  {shown:,} pairs shown, peak {peak:,.0f} MB (both processes, the register of profiles included)")
        missed |= judge("seconds for 100,000 tenants", seconds * 100_000 / rows, 60.0)
        missed |= judge("peak, MB", peak, 1024.0)
    return missed | judge("cost a tenant, large over small register", costs[large] / costs[large // 10], 1.3)


def _screen_register(screener: Screener, profiles: list[Profile]) -> tuple[float, float, float, int]:
    _state.update(screener=screener, profiles=profiles)
    begin = time.perf_counter()
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), mp_context=get_context("fork")) as pool:
        found = list(pool.map(_screen_chunk, range(0, len(profiles), CHUNK)))
    seconds = time.perf_counter() - begin
    peaks = {process: peak for process, peak, _, _ in found}
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = (sum(peaks.values()) + own) / 1024
    return sum(cost for _, _, cost, _ in found) / len(profiles), seconds, peak, sum(shown for *_, shown in found)


def _screen_chunk(start: int) -> tuple[int, int, float, int]:
    begin = time.process_time()
    chunk = _state["screener"].screen(
        _state["profiles"][start : start + CHUNK], on=DAY, statuses=BOTH, first_row=start + 1
    )
    cost = time.process_time() - begin
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, cost, len(chunk.pair_row)


def single_decisions(engine: Engine, content: Content) -> tuple[float, float]:
    """Return p50 and p99, in milliseconds, of deciding every measure for one profile."""
    reader = TenantReader(engine.reader, engine.columns)
    tenants = [reader.read([profile], DAY) for profile in Register(content).tenants(400)]
    answered = [
        {fact: column.answers[column.rows[0]] for fact, column in tenant.facts.items() if hasattr(column, "answers")}
        for tenant in tenants
    ]
    times = []
    for answers in [*answered, *answered]:
        begin = time.perf_counter()
        engine.columns.program.decide({fact: answer for fact, answer in answers.items() if answer})
        times.append(1000 * (time.perf_counter() - begin))
    p50, p99 = np.percentile(times[len(answered) :], [50, 99])
    say(f"one profile, {engine.columns.size:,} measures: decided in p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    return float(p50), float(p99)


def deciding(engine: Engine, content: Content, zen_goal: float, polars_goal: float) -> bool:
    """Decide complete profiles, JSON in and the best out, by us and by others; then with facts missing."""
    drawn = _complete(content)
    ours, theirs = [row for row, _ in drawn], [row for _, row in drawn]
    lines = b"\n".join(orjson.dumps(row) for row in theirs)
    table = peers.cells_of(engine.columns.measures, theirs, engine.catalogue.taxonomies)
    program, reader = BatchProgram(engine.columns.program), TenantReader(engine.reader, engine.columns)
    complete, best = _timed(_ours, program, reader, b"\n".join(orjson.dumps(row) for row in ours))
    gaps, _ = _timed(_ours, program, reader, b"\n".join(orjson.dumps(row) for row in _with_gaps(ours)))
    expressions = peers.polars_expressions(table)
    by_polars, polars_best = _timed(peers.polars_best, expressions, lines, BEST)
    decision = peers.zen_decider(table)
    some = b"\n".join(lines.splitlines()[:ZEN_PROFILES])
    peers.zen_best(decision, b"\n".join(some.splitlines()[:2]), BEST)
    by_zen, zen_best = _timed(peers.zen_best, decision, some, BEST, repeats=1)
    by_zen *= len(ours) / ZEN_PROFILES
    _check(best, zen_best, polars_best)
    say(f"{len(ours):,} complete profiles x {engine.columns.size:,} measures, JSON in, {BEST} best out:")
    say(
        f"  ours {complete:.2f} s, with 30 % missing {gaps:.2f} s; Polars {by_polars:.2f} s; zen {by_zen:.1f} s (from {ZEN_PROFILES})"
    )
    missed = judge("zen / ours", by_zen / complete, zen_goal, at_least=True)
    missed |= judge("Polars / ours", by_polars / complete, polars_goal, at_least=True)
    return missed | judge("ours with facts missing / complete", gaps / complete, 1.5)


def _timed(work: Any, *inputs: Any, repeats: int = 3) -> tuple[float, Any]:
    best, result = float("inf"), None
    for _ in range(repeats):
        gc.collect()
        begin = time.perf_counter()
        result = work(*inputs)
        best = min(best, time.perf_counter() - begin)
    return best, result


def _ours(program: BatchProgram, reader: TenantReader, lines: bytes) -> tuple[np.ndarray, np.ndarray]:
    profiles = [_profile(row) for row in orjson.loads(b"[" + lines.replace(b"\n", b",") + b"]")]
    tenants = reader.read(profiles, DAY)
    return first_of(program.decide(tenants.facts, tenants.size), BEST)


def _profile(row: dict[str, Any]) -> Profile:
    for name in ("sector", "stage", "certifications"):
        if name in row:
            row[name] = (row[name],)
    if "founded_on" in row:
        row["founded_on"] = date.fromisoformat(row["founded_on"])
    return Profile(**row)


def first_of(batch: Batch, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (row, measure) of the first measures of each row: those that apply, then those possible."""
    measures, rows = pairs(batch.measures.true)
    kept = _first_by_row(rows, np.zeros(batch.size, dtype=np.intp), most)
    found = [(rows[kept], measures[kept])]
    given = np.bincount(rows[kept], minlength=batch.size)
    unknown = batch.measures.unknown
    start, step = 0, 64
    while start < len(unknown) and (given < most).any():
        measures, rows = pairs(unknown[start : start + step] & pack((given < most)[None, :]))
        kept = _first_by_row(rows, given, most)
        found.append((rows[kept], measures[kept] + start))
        given = given + np.bincount(rows[kept], minlength=batch.size)
        start, step = start + step, step * 2
    rows, measures = (np.concatenate([part[i] for part in found]) for i in range(2))
    order = np.argsort(rows, kind="stable")
    return rows[order], measures[order]


def _first_by_row(rows: np.ndarray, given: np.ndarray, most: int) -> np.ndarray:
    """Return which pairs are among the first of their row, when so many are given already."""
    order = np.argsort(rows.astype(np.uint16) if len(given) < 1 << 16 else rows, kind="stable")
    counts = np.bincount(rows, minlength=len(given))
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.sort(order[within + given[rows[order]] < most])


def _complete(content: Content) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Draw profiles as a company writes them beside the same as ids and numbers; nothing missing, nothing too broad."""
    draw = random.Random(SEED)
    choices = {name: _leaves(content.vocabularies[name]) for name in ("regions", "sectors", "stages", "certifications")}
    places = draw.sample(choices["regions"], 300)

    def profile() -> tuple[dict[str, Any], dict[str, Any]]:
        chosen = {name: draw.choice(choices[name]) for name in ("sectors", "stages", "certifications")}
        place, founded = draw.choice(places), date(draw.randrange(1995, 2026), draw.randrange(1, 13), 1)
        spend, revenue, leads = (
            float(draw.randrange(10**5, 10**8)),
            float(draw.randrange(10**6, 10**9)),
            draw.random() < 0.5,
        )
        written = {
            "city": place, "sector": content.vocabularies["sectors"][chosen["sectors"]].zh,
            "stage": content.vocabularies["stages"][chosen["stages"]].zh,
            "certifications": content.vocabularies["certifications"][chosen["certifications"]].zh,
            "employees": draw.randrange(5, 2000), "annual_revenue_cny": revenue, "rd_spend_cny": spend,
            "founded_on": founded.isoformat(), "facts": {"leading_enterprise": leads},
        }  # fmt: skip
        resolved = {
            "region": place, "sector": chosen["sectors"], "stage": chosen["stages"],
            "certifications": chosen["certifications"], "employees": written["employees"], "annual_revenue_cny": revenue,
            "rd_intensity": spend / revenue, "founded_on": founded.toordinal(), "leading_enterprise": leads,
        }  # fmt: skip
        return written, resolved

    return [profile() for _ in range(PROFILES)]


def _leaves(vocabulary: Vocabulary) -> list[str]:
    """Return the entries that hold no other and whose name means nothing else."""
    taxonomy = vocabulary.taxonomy
    alone = [entry for entry in vocabulary.entries if len(taxonomy.descendants(entry)) == 1]
    if vocabulary.name == "regions":
        return [entry for entry in alone if entry.isdigit()]
    return [entry for entry in alone if vocabulary.find(vocabulary[entry].zh) == (entry,)]


def _with_gaps(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    draw = random.Random(SEED)
    return [{name: value for name, value in row.items() if draw.random() >= 0.3} for row in rows]


def _check(
    ours: tuple[np.ndarray, np.ndarray], zen_best: list[list[int]], polars_best: tuple[np.ndarray, np.ndarray]
) -> None:
    """Stop when the others decide differently: a comparison of different answers would mean nothing."""
    rows, measures = ours
    for row, theirs in enumerate(zen_best):
        mine = measures[rows == row].tolist()
        if mine != theirs:
            raise SystemExit(f"row {row}: ours {mine}, zen {theirs}")
    if not all(np.array_equal(mine, theirs) for mine, theirs in zip(ours, polars_best, strict=True)):
        raise SystemExit("Polars decides otherwise")
    say(f"  all agree on {len(rows):,} pairs")


if __name__ == "__main__":
    sys.exit(main())
