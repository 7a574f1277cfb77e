"""Writes a picture of every page at three widths and tells what is wrong with any of them.

    python -m tests.screenshots var/catalogue.sqlite var/screenshots [NAME ...]

It starts a service with a small demo screening and the example portal. A page that does not answer, that says
anything on the console or that is wider than its window is a fault; with faults the exit status is 1.
"""

import argparse
import contextlib
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from examples.portal.serve import create_server
from rules.catalogue.content import load_written
from service.drafts.review import Drafts
from service.keys import Role
from service.store import Store
from tests.service.browsing import launched, watched
from tests.service.conftest import Server, free_port, running
from tests.service.drafting import sent_draft
from tests.service.operators import Operator

WIDTHS = {360: 780, 768: 1024, 1440: 900}
"""Width of the window -> its height: a telephone, a tablet, a desk."""
BOTH = ("zh", "en")
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
PLACES = ("合肥市", "蚌埠市", "广州市黄埔区", "深圳市南山区", "珠海市")
PRODUCTS = ("聚乳酸", "体外诊断试剂", "重组蛋白疫苗", "L-丙氨酸", "酶制剂", "医用敷料", "发酵饲料")
STAGES = ("中试", "量产", "研发", "")
TENANTS = 60
TIMEOUT_MS = 10_000
TALLEST = 6_000
"""Pixels of a page that are in its picture; the rest is more of the same."""


@dataclass(frozen=True)
class Site:
    """What the pictures are taken of."""

    server: Server
    portal: str
    operator: Operator
    screening: str
    draft: str


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: where it is taken, in which languages, and what is done there first."""

    name: str
    path: str
    languages: tuple[str, ...] = ("zh",)
    prepare: Callable[[Page, str], None] = lambda _page, _language: None
    signed_in: bool = False
    on_portal: bool = False
    whole: bool = True


def fill_in(page: Page, _language: str) -> None:
    """Answer the self-check as a company in Bengbu that makes polylactic acid."""
    for name, text in {"city": "蚌埠市", "sector": "生物材料", "products": "聚乳酸\n生物基聚酯"}.items():
        field = page.locator(f"form [name={name}]").first
        if field.is_visible():
            field.fill(text)
            field.press("Tab")
    page.locator("main form button[type=submit]:visible").first.click()
    page.locator("article").first.wait_for()


def type_nonsense(page: Page, _language: str) -> None:
    """Send a credit code that cannot be one, so that the page shows its faults."""
    for fold in page.locator("main form details").all():
        fold.evaluate("fold => fold.open = true")
    page.locator("form [name=uscc]:not([type=hidden])").first.fill("123")
    page.locator("main form button[type=submit]:visible").first.click()
    page.get_by_role("alert").first.wait_for()
    page.complaints.clear()  # the browser reports the status 422 of the page itself


def wait_for_frame(page: Page, _language: str) -> None:
    """Wait until the embedded page has stated how high it is."""
    page.frame_locator("iframe").first.locator("form").first.wait_for()


SHOTS = (
    Shot(name="check", path="/", languages=BOTH),
    Shot(name="check-answered", path="/", languages=BOTH, prepare=fill_in),
    Shot(name="check-faults", path="/", prepare=type_nonsense),
    Shot(name="documents", path="/documents", languages=BOTH),
    Shot(name="document", path="/documents/gd-biomanufacturing-2025"),
    Shot(name="document-at-clause", path="/documents/ah-biomanufacturing-2024-draft#c-2.2.3", whole=False),
    Shot(name="measures", path="/measures", languages=BOTH),
    Shot(name="measures-found", path="/measures?q=中试"),
    Shot(name="measure", path="/measures/ah-pilot-base-hefei-bengbu", languages=BOTH),
    Shot(name="departments", path="/departments"),
    Shot(name="feedback-thanks", path="/feedback/thanks?measure=ah-pilot-base-hefei-bengbu"),
    Shot(name="console-sign-in", path="/screenings", languages=BOTH),
    Shot(name="console", path="/screenings", languages=BOTH, signed_in=True),
    Shot(name="console-screening", path="/screenings/{screening}", languages=BOTH, signed_in=True),
    Shot(name="console-tenants", path="/screenings/{screening}/tenants", signed_in=True),
    Shot(name="console-tenant", path="/screenings/{screening}/tenants/2", signed_in=True),
    Shot(name="console-pair", path="/screenings/{screening}/tenants/2/measures/ah-layout-north", signed_in=True),
    Shot(name="console-calls", path="/screenings/{screening}/calls", languages=BOTH, signed_in=True),
    Shot(name="console-trial", path="/screenings/{screening}/trial", signed_in=True),
    Shot(name="console-measures", path="/screenings/{screening}/measures", signed_in=True),
    Shot(name="console-measure", path="/screenings/{screening}/measures/ah-layout-north", signed_in=True),
    Shot(name="console-matrix", path="/screenings/{screening}/matrix", signed_in=True),
    Shot(name="console-rejected", path="/screenings/{screening}/rejected", signed_in=True),
    Shot(name="console-delete", path="/screenings/{screening}/delete", signed_in=True),
    Shot(name="editor", path="/editor", languages=BOTH, signed_in=True),
    Shot(name="editor-draft", path="/editor/drafts/{draft}", languages=BOTH, signed_in=True),
    Shot(name="editor-text", path="/editor/drafts/{draft}/items/m1/edit", signed_in=True),
    Shot(name="editor-company", path="/editor/drafts/{draft}/company", signed_in=True),
    Shot(
        name="editor-screening",
        path="/editor/drafts/{draft}/screening?measure=m2&screening={screening}",
        signed_in=True,
    ),
    Shot(name="editor-trail", path="/editor/drafts/{draft}/trail", signed_in=True),
    Shot(name="handbook", path="/handbook", languages=BOTH),
    Shot(name="handbook-company", path="/handbook/company"),
    Shot(name="handbook-park", path="/handbook/park"),
    Shot(name="handbook-portal", path="/handbook/portal"),
    Shot(name="handbook-officer", path="/handbook/officer"),
    Shot(name="handbook-operations", path="/handbook/operations"),
    Shot(name="embed-frame", path="/embed/frame"),
    Shot(name="portal", path="/", prepare=wait_for_frame, on_portal=True),
    Shot(name="missing", path="/nothing-here"),
)
"""Every page; a new page gets a line here."""


@contextlib.contextmanager
def site(catalogue: Path) -> Iterator[Site]:
    """Run the service, the portal that may embed it, and a demo screening."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "service.cli", "serve"]
        environment = {
            "CEPEI_CATALOGUE": str(catalogue),
            "CEPEI_DATA": f"{folder}/data.sqlite",
            "CEPEI_EMBED_ORIGINS": f"http://127.0.0.1:{port}",
        }
        with running(Path(folder), command, environment) as server, portal(port, server.base) as base:
            operator = Operator(server, Role.EDITOR)
            place = operator.finished([tenant(number) for number in range(TENANTS)])
            sent = sent_draft(Path(folder), load_written(catalogue).lexicon)
            draft = Drafts(Store(operator.data)).add(sent, "政策.txt", operator.key)
            yield Site(server, base, operator, place.rsplit("/", 1)[-1], draft)


@contextlib.contextmanager
def portal(port: int, service: str) -> Iterator[str]:
    """Run the example portal."""
    server = create_server(port, service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()


def tenant(number: int) -> dict:
    """Return one of the invented companies of the demo screening."""
    return {
        "external_id": f"T{number:03}",
        "name": f"示例企业{number:03}",
        "city": PLACES[number % len(PLACES)],
        "products": [PRODUCTS[number % len(PRODUCTS)]],
        "stage": STAGES[number % len(STAGES)],
        "employees": 20 + 7 * number if number % 3 else None,
    }


def faults_of(browser: Browser, shown: Site, shots: list[Shot], width: int, folder: Path) -> Iterator[str]:
    """Take every picture at one width; yield what is wrong."""
    for language, locale in LOCALES.items():
        window = {"width": width, "height": WIDTHS[width]}
        context = browser.new_context(base_url=shown.server.base, viewport=window, locale=locale)
        page = watched(context)
        page.set_default_timeout(TIMEOUT_MS)
        listed = [shot for shot in shots if language in shot.languages]
        for shot in sorted(listed, key=lambda shot: shot.signed_in):
            if shot.signed_in and not context.cookies():
                sign_in(page, shown.operator.text)
            name = f"{shot.name}-{language}-{width}"
            yield from (f"{name}: {fault}" for fault in take(page, shot, language, shown, folder / f"{name}.png"))
        context.close()


def sign_in(page: Page, key: str) -> None:
    """Sign in to the console as an operator does."""
    page.goto("/screenings")
    page.locator("[name=key]").fill(key)
    with page.expect_navigation():
        page.locator("[name=key]").press("Enter")


def take(page: Page, shot: Shot, language: str, shown: Site, file: Path) -> Iterator[str]:
    """Take one picture; yield what is wrong with the page."""
    page.complaints.clear()
    base = shown.portal if shot.on_portal else shown.server.base
    answer = page.goto(base + shot.path.format(screening=shown.screening, draft=shown.draft))
    expected = 404 if shot.name == "missing" else 200
    if answer is None or answer.status != expected:
        yield f"status {answer.status if answer else 'none'}"
        return
    if expected != 200:
        page.complaints.clear()
    try:
        shot.prepare(page, language)
        page.wait_for_load_state("networkidle")
    except PlaywrightError as error:
        yield str(error).partition("\n")[0]
    wide, window, high = page.evaluate(
        "[document.documentElement.scrollWidth, window.innerWidth, document.documentElement.scrollHeight]"
    )
    cut = {"clip": {"x": 0, "y": 0, "width": wide, "height": min(high, TALLEST)}} if shot.whole else {}
    page.screenshot(path=file, full_page=shot.whole, **cut)
    if wide > window:
        yield f"{wide} px wide in a window of {window} px"
    yield from page.complaints


def main() -> int:
    """Take the pictures, print the faults; 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="names of pictures that begin so; all if not given")
    options = parser.parse_args()
    shots = [shot for shot in SHOTS if shot.name.startswith(tuple(options.names) or "")]
    options.folder.mkdir(parents=True, exist_ok=True)
    with site(options.catalogue.resolve()) as shown, launched() as browser:
        faults = [fault for width in WIDTHS for fault in faults_of(browser, shown, shots, width, options.folder)]
    reported = "\n".join(faults) or f"no fault; pictures in {options.folder}"
    sys.stdout.write(f"{reported}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
