"""Measures what a catalogue of a country takes: how soon a server is ready, memory, one match, publishing, and a register.

    python -m tests.bench.scale [TENANTS ...]

With numbers of tenants only registers of these sizes are screened, to see whether memory grows with them.
Made-up catalogues of 20,000 and 200,000 measures, and 1,000,000 tenants on the shipped one.
"""

import gc
import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import Content, load_content, load_written, write_catalogue
from service.catalogues.editions import Editions
from service.catalogues.publishing import Stamp, publish
from tests.bench.end_to_end import screened
from tests.bench.match import ROOT, ask, profiles, served
from tests.bench.processes import memory_of
from tests.bench.reporting import judge, say
from tests.bench.synthetic import MEASURES_PER_DOCUMENT, SEED, synthetic_content

SIZES = {20_000: (2.0, 10.0), 200_000: (6.0, 30.0)}
"""Of so many measures: seconds until a server is ready, and milliseconds of a median match."""
REGISTER = 1_000_000
MOST_MB, PUBLISHED, SCREENED = 1536.0, 5.0, 200.0


def main() -> int:
    """Measure all of it; 1 when a goal is missed."""
    content = load_content(ROOT / "seeds", ROOT / "rules/packs")
    missed = False
    with tempfile.TemporaryDirectory() as name:
        for rows in map(int, sys.argv[1:]):
            screened(content, Path(name), rows)
        for size, (ready, median) in SIZES.items() if not sys.argv[1:] else ():
            file = Path(name) / f"{size}.sqlite"
            begin = time.perf_counter()
            write_catalogue(synthetic_content(content, size // MEASURES_PER_DOCUMENT), file, compile_catalogue)
            say(
                f"{size:,} measures: written in {time.perf_counter() - begin:.0f} s, {file.stat().st_size / 2**20:,.0f} MB"
            )
            missed |= _served(file, content, size, ready, median)
            if size == min(SIZES):
                missed |= judge("seconds to publish one changed document", _publish(file), PUBLISHED)
        if sys.argv[1:]:
            return 0
        cost = screened(content, Path(name), REGISTER)
        missed |= judge(f"seconds for {REGISTER:,} tenants on the shipped catalogue", cost.seconds, SCREENED)
        missed |= judge("megabytes at the peak, all processes", cost.peak_mb, 1024.0)
    return int(missed)


def _served(file: Path, content: Content, size: int, ready: float, median: float) -> bool:
    begin = time.perf_counter()
    with served(file, look_every=0.02) as (port, process):
        missed = judge(f"{size:,} measures: seconds until ready", time.perf_counter() - begin, ready)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        asked = profiles(content)
        for profile in asked[:40]:
            ask(connection, profile)
        times = sorted(ask(connection, profile)[0] for profile in asked)
        connection.close()
        middle, slowest = statistics.median(times), times[int(len(times) * 0.99)]
        missed |= judge("  median of a match, ms", middle, median)
        missed |= judge("  p99 over median", slowest / middle, 4.0)
        return missed | judge("  megabytes of all processes", memory_of(process) / 1024, MOST_MB)


def _publish(file: Path) -> float:
    """Return the seconds from a changed document to a new edition in force, the edition before being one already.

    Garbage is looked for as seldom as where the command publishes.
    """
    editions = Editions(file)
    first = Stamp(by="bench", at=0.0)

    def changed(fresh: Path) -> None:
        held = load_written(file)
        name = random.Random(SEED).choice(sorted(held.packs))
        pack = json.loads(json.dumps(held.packs[name]))
        pack["measures"][0]["title"] += "（修订）"  # each time it is published
        write_catalogue(replace(held, packs={**held.packs, name: pack}), fresh, compile_catalogue)

    gc.set_threshold(100_000, 20, 20)
    publish(editions, changed, first)
    begin, used = time.perf_counter(), time.process_time()
    publish(editions, changed, first)
    say(f"  published again: {time.process_time() - used:.1f} s of processor")
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
