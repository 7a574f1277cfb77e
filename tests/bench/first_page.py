"""Measures how soon the first page can be used in a browser on this machine, each time with an empty cache.

    python -m tests.bench.first_page var/catalogue.sqlite

Prints the median over five visits of the time until the form can be filled in and sent, and what came over the wire.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.service.browsing import PHONE, launched, watched
from tests.service.conftest import running

VISITS = 5
GOAL_SECONDS = 1.0
GOAL_BYTES = 100_000


def main() -> int:
    """Visit the page, print seconds and bytes; 1 when a goal of the project is missed."""
    catalogue = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        environment = {"CEPEI_CATALOGUE": str(catalogue), "CEPEI_DATA": f"{folder}/data.sqlite"}
        command = [sys.executable, "-m", "service.cli", "serve"]
        with running(Path(folder), command, environment) as server, launched() as browser:
            visit(browser, server.base)  # the browser itself warms up
            visits = [visit(browser, server.base) for _ in range(VISITS)]
    seconds, size = statistics.median(took for took, _ in visits), max(size for _, size in visits)
    print(f"first page  usable after {1000 * seconds:.0f} ms (median of {VISITS}), {size / 1000:.1f} kB without images")
    return int(seconds >= GOAL_SECONDS or size >= GOAL_BYTES)


def visit(browser: Browser, base: str) -> tuple[float, int]:
    """Open the page in a fresh context; return seconds until the form is usable, and bytes without images."""
    context = browser.new_context(base_url=base, viewport=PHONE, locale="zh-CN")
    page = watched(context)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    kinds, sizes = {}, {}
    wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    began = time.perf_counter()
    page.goto("/", wait_until="commit")
    page.get_by_label("所在地", exact=True).fill("合肥")
    page.get_by_role("button", name="查看匹配的政策").click(trial=True)
    took = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    context.close()
    return took, sum(size for one, size in sizes.items() if kinds.get(one) not in {"Image", "Other"})


if __name__ == "__main__":
    sys.exit(main())
