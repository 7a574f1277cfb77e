"""One browser for every test of pages, and pages that note what they ask of whom and what they complain about."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""Debian's chromium, of two builds the one without the window around the page: it costs half."""
OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
    # The rest is what Playwright turns off itself: of two such flags only the last one counts.
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""Parts of chromium around the page, which it would build anew for every context, and calls of its own."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(OFF)}",
]
PHONE = {"width": 390, "height": 844}


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """Run Debian's chromium, without the calls it makes on its own account."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


def watched(context: BrowserContext) -> Page:
    """Open a page that notes the hosts asked (`hosts`) and every error of scripts and console (`complaints`)."""
    page = context.new_page()
    page.hosts, page.complaints, page.cookies_meant = set(), [], False

    def ask(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob", "about"}:
            page.hosts.add(address.netloc)

    def say(message: ConsoleMessage) -> None:
        if message.type == "error":
            page.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    context.on("request", ask)
    context.on("console", say)
    context.on("weberror", lambda error: page.complaints.append(str(error.error)))
    return page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the one chromium of the session; tests without it are skipped, and say so."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with launched() as opened:
        yield opened


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a way to open a page at `base_url`; its context takes the options of Playwright's new_context.

    At the end of the test no other host than that one and `hosts` was asked, no script failed, nothing was
    stated on the console (a test that expects it calls `page.complaints.clear()`), and no cookie was set
    (unless the test says `page.cookies_meant = True`).
    """
    opened: list[tuple[BrowserContext, Page, set[str]]] = []

    def start(base_url: str, *, hosts: tuple[str, ...] = (), **options: Any) -> Page:
        context = browser.new_context(base_url=base_url, **{"viewport": PHONE, "locale": "zh-CN", **options})
        page = watched(context)
        opened.append((context, page, {urlsplit(base_url).netloc, *hosts}))
        return page

    with contextlib.ExitStack() as closing:
        yield start
        for context, _, _ in opened:
            closing.callback(context.close)
        for context, page, hosts in opened:
            assert page.hosts <= hosts
            assert page.complaints == []
            assert page.cookies_meant or context.cookies() == []


@pytest.fixture
def page(new_page: Callable[..., Page], server: Any) -> Page:
    """Return a page on the shared server, as wide as a telephone, in Chinese."""
    return new_page(server.base)


@pytest.fixture
def axe_clean() -> Callable[[Page], None]:
    """Return a check that axe finds nothing wrong on a page; its report says what and where."""

    def check(page: Page) -> None:
        page.wait_for_load_state()  # the answer to a form comes in pieces
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    return check
