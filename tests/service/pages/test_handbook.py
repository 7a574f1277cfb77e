"""The handbook: what it says is so. Settings, labels, links, commands and metrics are compared with the real ones."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml
from playwright.sync_api import expect
from selectolax.lexbor import LexborHTMLParser

from service.app import create_app
from service.cli import build_parser
from service.keys import IDLE_SECONDS, SESSION_SECONDS, Keys, Role
from service.metrics import Metrics
from service.openapi import published_contract
from service.pages.documentation import FOLDER, NAMES, anchor_of, load_part, parse_part
from service.pages.wording import page_words
from service.screenings.jobs.worker import ORPHAN_SECONDS, SWEEP_SECONDS
from service.screenings.stored.progress import LONGEST_SECONDS, RETRY_SECONDS
from service.settings import Settings, load_settings
from service.store import Store

ROOT = Path(__file__).parents[3]
TEXTS = {name: (FOLDER / f"{name}.md").read_text("utf-8") for name in NAMES}


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXTS[name], re.DOTALL)


def table(name: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table below a heading."""
    below = TEXTS[name].split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in below.splitlines() if line.startswith("|")]
    return rows[2:]


@pytest.fixture(scope="module")
def read(app):
    """Return a way to read a page of the service without a browser."""
    client = app.test_client()

    def get(path: str) -> LexborHTMLParser:
        answer = client.get(path)
        assert answer.status_code == 200, path
        return LexborHTMLParser(answer.text)

    return get


class Asked(dict):
    """An environment that is empty and remembers which variables were read."""

    def __init__(self) -> None:
        super().__init__()
        self.names = []

    def get(self, name, default=None):
        self.names.append(name)
        return default


def test_every_setting_stands_in_the_table_and_no_other():
    asked = Asked()
    load_settings(asked)
    assert [row[0].strip("`") for row in table("operations", "设置")] != []
    assert {row[0].strip("`") for row in table("operations", "设置")} == set(asked.names)


def test_the_defaults_in_the_table_are_the_defaults():
    stated = {row[0].strip("`"): row[2].strip("`") for row in table("operations", "设置") if row[2].startswith("`")}
    assert len(stated) > 10
    assert load_settings(stated) == load_settings({})


def test_every_label_quoted_stands_on_the_pages():
    """Labels stand in 「」; what a page fills in may be left out at their end."""
    stated = {re.split(r"\{", text)[0].rstrip("，：（… ") for text in page_words("zh").values()} - {""}
    stated |= set(page_words("zh").values())
    labels = {(name, label) for name, text in TEXTS.items() for label in re.findall(r"「([^」]*)」", text)}
    assert len(labels) > 60
    assert {(name, label) for name, label in labels if label not in stated} == set()


def test_nothing_is_promised():
    for text in TEXTS.values():
        assert "可享受" not in text


def test_chinese_is_set_with_chinese_punctuation():
    for name, text in TEXTS.items():
        prose = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", text, flags=re.DOTALL)
        assert re.findall(r"[\u4e00-\u9fff] ?[,;:?!()].{0,9}", prose) == [], name


def test_every_link_leads_somewhere(read):
    pages = ["/handbook", *(f"/handbook/{name}" for name in NAMES)]
    anchors = {page: {node.id for node in read(page).css("[id]")} for page in pages}
    checked = 0
    for page in pages:
        for link in read(page).css("main a[href]"):
            target = urlsplit(urljoin(page, link.attributes["href"]))
            assert target.path in anchors, target
            assert not target.fragment or unquote(target.fragment) in anchors[target.path], target
            checked += 1
    assert checked > 60


def test_links_keep_the_language_that_was_asked_for(read):
    links = [node.attributes["href"] for node in read("/handbook/company?lang=en").css(".text a")]
    assert any(re.fullmatch(r"operations\?lang=en#.+", link) for link in links)
    assert load_part("company").html != load_part("company", "?lang=en").html


def test_an_unknown_part_is_not_found(app):
    for name in ("nothing", "..%2f..%2fREADME", "company.md"):
        assert app.test_client().get(f"/handbook/{name}").status_code == 404


def test_markup_in_the_text_stays_text():
    part = parse_part("x", "# T\n\nsum\n\n## <b>A</b> `b`，c\n\n<script>x</script>\n\n[x](javascript:alert)\n")
    assert "<script>" not in part.html
    assert "javascript:" not in re.sub(r">[^<]*<", "><", part.html)
    assert part.headings[0].anchor == "bab-bc"
    assert anchor_of("放在 TLS 代理后面") == "放在-tls-代理后面"


def test_the_image_holds_the_handbook():
    folder = FOLDER.relative_to(ROOT).as_posix()
    assert f"COPY {folder} ./{folder}" in (ROOT / "Dockerfile").read_text("utf-8")


def test_every_command_of_ours_is_one():
    parser = build_parser()
    lines = [line for name in NAMES for block in blocks(name, "sh") for line in block.splitlines()]
    ours = [line.split("cepei ", 1)[1] for line in lines if re.search(r"(^|/|\s)cepei \w", line)]
    assert len(ours) > 10
    for line in ours:
        parser.parse_args(shlex.split(line))


def test_every_make_target_is_one():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {word for text in TEXTS.values() for word in re.findall(r"^make ([a-z]+)$", text, re.MULTILINE)}
    assert targets == {"run", "portal"}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


ABLE = {
    "园区筛查": {"screenings", "screening_results", "screening_pairs", "screening_files", "worklist", "dossiers"},
    "订阅变化": {"subscriptions"},
    "预览措施": {"preview"},
    "查看和处理意见": {"reports"},
}
"""What the handbook calls it -> the parts of the contract that it opens."""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """Every call of the contract that asks for a key, with the part it belongs to and a way to make it with a role."""
    data = tmp_path_factory.mktemp("roles") / "data.sqlite"
    client = create_app(Settings(catalogue=data, data=data, log_level="error")).test_client()
    texts = {role: Keys(Store(data)).add(role)[1] for role in Role}
    contract = yaml.safe_load(published_contract())

    def asks(method, path, role):
        address = re.sub(r"\{[^}]*\}", "1" * 32, path.replace("{row}", "1"))
        headers = {"Authorization": f"Bearer {texts[role]}"} if role else {}
        return client.open(address, method=method.upper(), headers=headers).status_code

    calls = [
        (operation["tags"][0], method, path)
        for path, operations in contract["paths"].items()
        for method, operation in operations.items()
        if method != "parameters" and "security" in operation
    ]
    return calls, asks


def test_the_table_of_roles_says_who_may_do_what(guarded):
    calls, asks = guarded
    assert {tag for tag, *_ in calls} == set.union(*ABLE.values())
    for role, says in table("operations", "密钥"):
        for what, tags in ABLE.items():
            for tag, method, path in calls:
                if tag in tags:
                    refused = asks(method, path, Role(role.strip("`"))) == 403
                    assert refused is (what not in re.split("[，、]", says)), (role, what, method, path)
    assert {asks(method, path, None) for _, method, path in calls} == {401}


def test_the_times_and_limits_named_are_those_of_the_program():
    hours, idle = SESSION_SECONDS // 3600, IDLE_SECONDS // 3600
    for name in ("park", "operations"):
        assert set(re.findall(r"闲置 (\d+) 小时", TEXTS[name])) == {str(idle)}, name
        assert set(re.findall(r"[满长] (\d+) 小时", TEXTS[name])) == {str(hours)}, name
    for language in ("zh", "en"):
        assert f"{hours} " in page_words(language)["screen_cookie"]
    assert f"最长 {LONGEST_SECONDS:.0f} 秒" in TEXTS["operations"]
    assert f"`Retry-After` 是 {RETRY_SECONDS} 秒" in TEXTS["operations"]
    assert ORPHAN_SECONDS == 3600, "一小时"
    assert SWEEP_SECONDS == 60, "每分钟检查一次"
    assert "一小时后删除" in TEXTS["operations"]
    mebibytes = {int(size) for size in re.findall(r"client_max_body_size (\d+)m", TEXTS["portal"])}
    settings = load_settings({})
    assert {limit // 2**20 + 1 for limit in (settings.body_bytes, settings.upload_bytes)} == mebibytes


def test_roles_and_metrics_are_named_in_full():
    assert {row[0].strip("`") for row in table("operations", "密钥")} == {role.value for role in Role}
    text = Metrics().exposition({"data": False}).decode()
    published = {name.removesuffix("_total") for name in re.findall("^# TYPE ([a-z_]+) ", text, re.MULTILINE)}
    published = {name for name in published if not name.endswith("_created")}
    assert {row[0].strip("`").removesuffix("_total") for row in table("operations", "指标")} == published


def test_every_option_of_the_embed_is_named():
    script = (ROOT / "service/static/embed-v1.js").read_text("utf-8")
    listed = re.search(r"const OPTIONS = \[(.*?)\]", script)[1]
    options = {*re.findall(r'"(\w+)"', listed), "lang", "target", "max-height"}
    assert {row[0].strip("`").removeprefix("data-") for row in table("portal", "第二步：放入脚本")} == options
    events = set(re.findall(r'"(\w+)"', re.search(r"const EVENTS = \[(.*?)\]", script)[1]))
    assert {row[0].strip("`").removeprefix("cepei:") for row in table("portal", "第三步：接收事件")} == events


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="sqlite3 is not installed: apt-get install sqlite3")
def test_backup_and_restore_run_as_written(tmp_path):
    """The commands of the handbook, with a folder of the test's own in the place of /srv."""
    store = Store(tmp_path / "cepei" / "data.sqlite")
    key = Keys(store).add(Role.OPERATOR, label="park")[1]
    for folder in ("screenings/one", "catalogues"):
        (tmp_path / "cepei" / folder).mkdir(parents=True)
    (tmp_path / "cepei/screenings/one/sent.csv").write_text("x", "utf-8")
    written = [block for block in blocks("operations", "sh") if "/srv/backup" in block or "foreign_keys" in block]
    backup, by_python, restore, without = written
    assert store.path.with_name("data.sqlite-wal").stat().st_size > 0
    assert run(backup, tmp_path).splitlines()[-1] == "ok"
    (tmp_path / "backup/data.sqlite").unlink()
    run(by_python, tmp_path)
    Keys(store).add(Role.EDITOR)
    run(restore, tmp_path)
    restored = Keys(Store(tmp_path / "cepei/data.sqlite"))
    assert restored.find(key).label == "park"
    assert [one.role for one in restored.listed()] == [Role.OPERATOR]
    assert (tmp_path / "cepei/screenings/one/sent.csv").read_text("utf-8") == "x"
    run(without, tmp_path)
    assert (tmp_path / "backup/key-secret").stat().st_mode & 0o077 == 0


def run(block: str, folder: Path) -> str:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    script = block.replace("/srv/", f"{folder}/")
    done = subprocess.run(["sh", "-e"], input=script, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_no_violation_in_the_handbook(page, axe_clean, language):
    """test_pages.py has it look at the contents and at the part for portals."""
    for name in ("company", "park", "operations"):
        page.goto(f"/handbook/{name}?lang={language}")
        axe_clean(page)


def test_the_handbook_is_found_and_read(page):
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="使用手册").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("使用手册")
    page.get_by_role("link", name="政务门户嵌入").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("政务门户嵌入")
    page.get_by_role("navigation", name="本部分目录").get_by_role("link", name="合作方密钥").click()
    expect(page.get_by_role("heading", name="合作方密钥")).to_be_in_viewport()
    assert unquote(urlsplit(page.url).fragment) == "合作方密钥"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_english_readers_get_a_summary_and_the_chinese_text_as_chinese(page):
    page.goto("/handbook?lang=en")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("heading", level=1)).to_have_text("Handbook")
    expect(page.get_by_text("The handbook is written in Chinese.")).to_be_visible()
    link = page.get_by_role("link", name="政务门户嵌入")
    assert link.evaluate("link => link.closest('[lang]').lang") == "zh-CN"
    link.click()
    assert urlsplit(page.url).query == "lang=en"
    expect(page.get_by_text("embedding the self-check with one script")).to_be_visible()
    assert page.get_by_role("heading", level=1).evaluate("heading => heading.firstElementChild.lang") == "zh-CN"
    assert page.locator(".text").get_attribute("lang") == "zh-CN"


def test_it_prints_without_its_contents_and_with_whole_lines(page):
    page.goto("/handbook/portal")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="本部分目录")).to_be_hidden()
    assert page.locator(".text pre code").first.evaluate("code => getComputedStyle(code).whiteSpace") == "pre-wrap"
