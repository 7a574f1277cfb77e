"""Measures single matches over HTTP on the shipped catalogue and on a large synthetic one, in one run.

    python -m tests.bench.match var/catalogue.sqlite

Prints median and p99 in milliseconds, and the mean of each part as the service's own metrics tell it.
"""

import http.client
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.ranking.compiling import compile_catalogue
from rules.catalogue.content import load_content, write_catalogue
from tests.bench.synthetic import SEED, synthetic_content

ROOT = Path(__file__).resolve().parents[2]
CALLS, WARM_UP = 400, 40
_PART = re.compile(r'cepei_match_part_seconds_(sum|count)\{part="(\w+)"\} ([0-9.e+-]+)')


def main() -> int:
    """Run both benches and print a table; 1 when a goal of the project is missed."""
    shipped = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var/catalogue.sqlite"
    content = load_content(ROOT / "seeds", ROOT / "rules/packs")
    asked = profiles(content)
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "synthetic.sqlite"
        synthetic = synthetic_content(content)
        write_catalogue(synthetic, large, compile_catalogue)
        clauses = sum(len(document.clauses) for document in synthetic.documents.values())
        small = measure("shipped", shipped, asked)
        big = measure(f"synthetic, {clauses:,} clauses", large, asked)
    ratios = {
        "synthetic median, ms (goal 30)": (big["median"], 30.0),
        "synthetic p99 / median (goal 4)": (big["p99"] / big["median"], 4.0),
        "synthetic / shipped median (goal 3)": (big["median"] / small["median"], 3.0),
    }
    for name, (value, goal) in ratios.items():
        print(f"{name:40} {value:7.2f}  {'ok' if value <= goal else 'MISSED'}")
    return int(any(value > goal for value, goal in ratios.values()))


def measure(name: str, catalogue: Path, profiles: list[dict[str, object]]) -> dict[str, float]:
    """Start the real server on a catalogue, ask every profile, and print what it took."""
    with server(catalogue) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        measures = ask(connection, profiles[0])[1]["catalogue"]["measures"]
        for profile in profiles[:WARM_UP]:
            ask(connection, profile)
        times = sorted(ask(connection, profile)[0] for profile in profiles)
        connection.request("GET", "/metrics")
        parts = _parts(connection.getresponse().read().decode())
        connection.close()
    result = {"median": statistics.median(times), "p99": times[int(len(times) * 0.99)]}
    reported = ", ".join(f"{part} {mean:.2f}" for part, mean in parts.items())
    print(
        f"{name}: {measures:,} measures, {len(times)} calls: median {result['median']:.2f} ms, p99 {result['p99']:.2f} ms; mean ms: {reported}"
    )
    return result


@contextmanager
def server(catalogue: Path) -> Iterator[int]:
    """Serve a catalogue on a free port of the loopback; stop it afterwards."""
    with served(catalogue) as (port, _):
        yield port


@contextmanager
def served(catalogue: Path, look_every: float = 0.2) -> Iterator[tuple[int, int]]:
    """Serve a catalogue with gunicorn, as `make run` does; yield its port, once it is ready, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "CEPEI_CATALOGUE": str(catalogue)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    try:
        _wait(port, process, look_every)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes], look_every: float) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(look_every)
    raise SystemExit("the server did not get ready")


def ask(connection: http.client.HTTPConnection, profile: dict[str, object]) -> tuple[float, dict[str, dict[str, int]]]:
    body = json.dumps({"profile": profile, "on": "2026-11-22"}, ensure_ascii=False).encode()
    begin = time.perf_counter()
    connection.request("POST", "/v1/match", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    raw = answer.read()
    taken = 1000 * (time.perf_counter() - begin)
    if answer.status != http.client.OK:
        raise SystemExit(f"{answer.status}: {raw[:500]!r}")
    return taken, json.loads(raw)


def _parts(metrics: str) -> dict[str, float]:
    found: dict[tuple[str, str], float] = {(kind, part): float(value) for kind, part, value in _PART.findall(metrics)}
    return {part: 1000 * total / found["count", part] for (kind, part), total in found.items() if kind == "sum"}


def profiles(content: object) -> list[dict[str, object]]:
    """Draw companies of all kinds: 30 % of the fields are left out."""
    draw = random.Random(SEED)
    words = {name: [e.zh for e in vocabulary.entries.values()] for name, vocabulary in content.vocabularies.items()}  # type: ignore[attr-defined]

    def company() -> dict[str, object]:
        fields: dict[str, object] = {
            "city": draw.choice(words["regions"]), "sector": [draw.choice(words["sectors"])],
            "products": draw.sample(words["concepts"], draw.randint(1, 4)), "stage": draw.choice(words["stages"]),
            "needs": [draw.choice(words["needs"])], "certifications": [draw.choice(words["certifications"])],
            "employees": draw.randrange(5, 2000), "annual_revenue_cny": draw.randrange(10**6, 10**9),
            "rd_spend_cny": draw.randrange(10**5, 10**8), "founded_on": f"20{draw.randrange(10, 26)}-06-01",
        }  # fmt: skip
        return {name: value for name, value in fields.items() if draw.random() > 0.3}

    return [company() for _ in range(CALLS)]


if __name__ == "__main__":
    sys.exit(main())
