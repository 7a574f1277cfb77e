"""The command line where Python drops docstrings, where the locale knows ASCII only, and where files are not as hoped.

Each command is a process of its own, and says the same bytes there as in this process; what cannot be done is one
line and an exit status, never a traceback.
"""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli import COMMANDS, main
from service.keys import Keys, Role
from service.store import Store
from tests.service.conftest import running

ROOT = Path(__file__).parents[2]
NAME = "某某生物材料有限公司"
PROFILE = {"name": NAME, "city": "蚌埠市", "products": ["聚乳酸"], "stage": "中试", "needs": ["中试验证"]}
CASE = "- {id: one, profile: {city: 合肥, products: [聚乳酸]}, must: []}\n"
STRANGE = {
    "PYTHONOPTIMIZE": "2",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONIOENCODING": "ascii",
    "HOME": "",
    "TERM": "dumb",
    "TZ": "Nowhere/Else",
    "PYTHONHASHSEED": "1",
}
"""Docstrings are dropped, the locale knows ASCII only, and more that is odd: a command must mind none of it."""
USUAL = {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}

DRIVER = """
import base64, gc, json, os, sys
from importlib import import_module
from service.cli import COMMANDS, main
for module in COMMANDS.values():
    import_module("service.commands." + module)
gc.freeze()
for line in sys.stdin:
    words, place = json.loads(line)
    if os.fork() == 0:
        for number, name in ((0, os.devnull), (1, place + ".out"), (2, place + ".err")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
        sys.argv = ["cepei", *(os.fsdecode(base64.b64decode(word)) for word in words)]
        sys.exit(main())
    os.waitstatus_to_exitcode(status := os.wait()[1])
    with open(place + ".status", "w") as file:
        file.write(str(os.waitstatus_to_exitcode(status)))
"""
"""A command line after the other in a process of its own, of an interpreter that has loaded once what they need."""


def run_all(commands, cwd, folder, environment):
    """Run command lines (name -> words); return status, output and complaints of each."""
    given = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    lines = [
        json.dumps(
            [
                [base64.b64encode(word if isinstance(word, bytes) else str(word).encode()).decode() for word in words],
                str(folder / str(number)),
            ]
        )
        for number, words in enumerate(commands.values())
    ]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input="\n".join(lines).encode(),
        cwd=cwd,
        env={**given, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    came = {}
    for number, name in enumerate(commands):
        out, err = ((folder / f"{number}.{kind}").read_bytes() for kind in ("out", "err"))
        assert b"Traceback" not in err, err.decode()
        came[name] = (int((folder / f"{number}.status").read_text()), re.sub(rb"\d+\.\d+ ms", b"some ms", out), err)
    return came


@pytest.fixture(scope="module")
def place(tmp_path_factory, catalogue_file):
    """A folder with a blank and Chinese in its name, with what commands read."""
    folder = tmp_path_factory.mktemp("命令 行")
    (folder / "企业.json").write_text(json.dumps(PROFILE, ensure_ascii=False), "utf-8")
    (folder / "名单.csv").write_text(f"企业名称,注册地,主营产品\n{NAME},合肥,聚乳酸\n", "utf-8")
    (folder / "用例.yaml").write_text(CASE, "utf-8")
    (folder / "政策.txt").write_text("某市若干措施\n\n一、支持中试\n\n支持企业建设中试平台。\n", "utf-8")
    (folder / "目录.sqlite").symlink_to(catalogue_file)
    (folder / "wrong").mkdir()
    (folder / "wrong/文件夹").mkdir()
    (folder / "empty.json").write_bytes(b"")
    (folder / "noise.json").write_bytes(bytes(range(256)))
    Keys(Store(folder / "data.sqlite")).add(Role.OPERATOR, label="某某园区")
    return folder


def command(*arguments, cwd, environment=None, before=(), **options):
    """Run `cepei` as a process; return what came of it."""
    given = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    given |= {"PYTHONPATH": str(ROOT), "HOME": str(cwd), **(environment or {})}
    run = [*before, sys.executable, "-m", "service.cli", *map(str, arguments)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
    return subprocess.run(run, cwd=cwd, env=given, timeout=120, check=False, **options)


def told(done):
    """Return what a command complained of; it is never a traceback."""
    text = done.stderr.decode()
    assert "Traceback" not in text, text
    return text


CATALOGUE = ("--catalogue", "目录.sqlite")
SAID = {
    "match": ["match", "企业.json", *CATALOGUE],
    "match refused": ["match", "empty.json", *CATALOGUE],
    "check": ["check", "--seeds", "没有"],
    "build": ["build", "x", "--packs", "没有"],
    "eval": ["eval", "用例.yaml", *CATALOGUE],
    "keys list": ["keys", "--data", "data.sqlite", "list"],
    "feedback": ["feedback", "--data", "data.sqlite", "close", "某", "--note", "某"],
    "serve without a catalogue": ["serve", "--catalogue", "没有.sqlite"],
    "work that is not wanted": ["work", *CATALOGUE, "--data", "数据.sqlite", "--beside", "1"],
    "draft refused": ["draft", "名单.csv", "some-id"],
    "screen refused": ["screen", "没有.csv", "-o", "结果"],
    "help": ["--help"],
    **{f"help of {name}": [name, "--help"] for name in COMMANDS},
    "a wrong word": ["screen", "名单.csv", "-o", "x", "--on", "某日"],
}


@pytest.fixture(scope="module")
def usual(place, tmp_path_factory):
    return run_all(SAID, place, tmp_path_factory.mktemp("usual"), USUAL)


@pytest.fixture(scope="module")
def strange(place, tmp_path_factory):
    return run_all(SAID, place, tmp_path_factory.mktemp("strange"), STRANGE)


@pytest.mark.parametrize("name", SAID)
def test_a_command_says_the_same_bytes_without_docstrings_and_in_an_ascii_locale(name, usual, strange):
    assert strange[name] == usual[name]
    assert strange[name][0] in {0, 1, 2, 3}
    assert strange[name][1] + strange[name][2] or name == "work that is not wanted"


def test_every_command_is_said_here(usual):
    assert {words[0] for words in SAID.values()} - {"--help"} == set(COMMANDS)
    assert usual["match"][0] == usual["eval"][0] == usual["help"][0] == 0
    assert "征求意见稿" in usual["match"][1].decode()


def test_what_writes_writes_the_same_there(place, tmp_path):
    """Keys, screenings and drafts, with Chinese in what is typed."""
    data, out = tmp_path / "数据.sqlite", tmp_path / "结果 1"
    screen = ["screen", "名单.csv", "-o", out, *CATALOGUE]
    came = run_all(
        {
            "add": ["keys", "--data", data, "add", "operator", "--label", "某某园区 α"],
            "screen": screen,
            "draft": ["draft", "政策.txt", "some-notice", "--documents", tmp_path],
        },
        place,
        tmp_path,
        STRANGE,
    )
    assert [status for status, *_ in came.values()] == [0, 0, 0]
    assert re.fullmatch(rb"cepei_[0-9a-f]{12}_[A-Za-z0-9_-]{43}\n", came["add"][1])
    (key,) = Keys(Store(data)).listed()
    assert key.label == "某某园区 α"
    assert "支持企业建设中试平台。" in (tmp_path / "some-notice/text.txt").read_text("utf-8")
    assert "政策.txt" in (tmp_path / "some-notice/document.yaml").read_text("utf-8")
    ends = {
        "sign-out": ["keys", "--data", data, "sign-out", key.id],
        "revoke": ["keys", "--data", data, "revoke", key.id],
    }
    again = run_all({"screen": screen, **ends}, place, tmp_path, USUAL)
    assert [status for status, *_ in again.values()] == [0, 0, 0]
    assert again["screen"] == came["screen"], "the file and its folder are known again in another locale"


def test_the_service_publishes_the_same_there(place, tmp_path):
    """One server; it starts its own worker."""
    environment = {
        "CEPEI_CATALOGUE": str(place / "目录.sqlite"), "CEPEI_DATA": str(tmp_path / "数据.sqlite"),
        **STRANGE, "CEPEI_WORKERS": "1",
    }  # fmt: skip
    with running(tmp_path, [sys.executable, "-m", "service.cli", "serve"], environment) as server:
        assert server.get("/openapi.yaml").body == (ROOT / "openapi.yaml").read_bytes()
        for table in ("/v1/features", "/v1/operators"):
            for language in ("zh", "en"):
                assert '"None"' not in server.get(table, Accept_Language=language).body.decode()
        assert server.match(PROFILE).status == 200
        assert server.get("/docs").status == 200
        assert NAME not in server.log.read_text("utf-8")


# --- surroundings


def test_no_terminal_zone_or_encoding_of_old_is_in_the_way(place, tmp_path, usual):
    odd = {"COLUMNS": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "xx_XX.UTF-9", "PYTHONIOENCODING": "gbk"}
    given = {"match": SAID["match"], "keys": SAID["keys list"], "help": ["keys", "add", "--help"]}
    came = run_all(given, place, tmp_path, odd)
    assert [status for status, *_ in came.values()] == [0, 0, 0]
    assert came["match"][1].decode("gbk") == usual["match"][1].decode()
    assert b"--label" in came["help"][1]


def _closed(*descriptors):
    return lambda: [os.close(one) for one in descriptors]


LISTED = ("keys", "--data", "data.sqlite", "list")


@pytest.mark.parametrize(
    ("arguments", "closed", "says"),
    [
        (LISTED, (1,), "标准输出已关闭"),
        (["match", "-", *CATALOGUE], (0,), "标准输入已关闭"),
        (["conjure"], (2,), ""),
        (LISTED, (0, 1, 2), ""),
    ],
    ids=["no output", "no input", "no errors", "nothing at all"],
)
def test_a_closed_stream_is_one_line_or_silence(arguments, closed, says, place):
    pipes = {"stdin": None} if 0 in closed else {}
    done = command(*arguments, cwd=place, preexec_fn=_closed(*closed), **pipes)
    assert done.returncode == 2
    assert says in told(done)


def test_a_reader_that_goes_away_is_no_fault(place):
    """As after `| head`."""
    reading, writing = os.pipe()
    os.close(reading)
    done = command(*LISTED, cwd=place, stdout=writing)
    os.close(writing)
    assert done.returncode == 141
    assert done.stderr == b""


def test_an_output_that_is_full_is_one_line(place):
    with Path("/dev/full").open("wb") as full:
        done = command(*LISTED, cwd=place, stdout=full)
    assert done.returncode == 2
    (line,) = told(done).splitlines()
    assert "磁盘已满" in line


# --- files


LONG = "某" * 200
WRONG = {
    "a profile that is not there": (["match", "没有.json", *CATALOGUE], 2, "没有这个文件"),
    "a folder for a profile": (["match", "wrong/文件夹", *CATALOGUE], 2, "是文件夹"),
    "a profile below a file": (["match", "企业.json/x", *CATALOGUE], 2, "不是文件夹"),
    "a name that is too long": (["match", LONG, *CATALOGUE], 2, "名称过长"),
    "a profile without end": (["match", "/dev/zero", *CATALOGUE], 2, "超过 1048576 字节"),
    "noise for a profile": (["match", "noise.json", *CATALOGUE], 2, "UTF-8"),
    "nothing for a profile": (["match", "empty.json", *CATALOGUE], 2, "请求没有正文"),
    "no catalogue": (["match", "企业.json", "--catalogue", "没有.sqlite"], 3, "cepei build"),
    "a folder for a catalogue": (["match", "企业.json", "--catalogue", "wrong"], 3, "cepei build"),
    "noise for a catalogue": (["match", "企业.json", "--catalogue", "noise.json"], 3, "cepei build"),
    "a list that is not there": (["screen", "没有.csv", "-o", "x", *CATALOGUE], 2, "没有文件 没有.csv"),
    "a folder for a list": (["screen", "wrong", "-o", "x", *CATALOGUE], 2, "是文件夹"),
    "a device for a list": (["screen", "/dev/zero", "-o", "x", *CATALOGUE], 2, "没有文件 /dev/zero"),
    "a file for a folder": (["screen", "名单.csv", "-o", "企业.json", *CATALOGUE], 2, "不是文件夹"),
    "a folder below a file": (["screen", "名单.csv", "-o", "企业.json/x", *CATALOGUE], 2, "不是文件夹"),
    "a folder for a data file": (["keys", "--data", "wrong", "list"], 2, "数据文件无法使用"),
    "noise for a data file": (["keys", "--data", "noise.json", "list"], 2, "数据文件无法使用"),
    "a data file below a file": (["keys", "--data", "企业.json/x", "list"], 2, "数据文件无法使用"),
    "noise for reports": (["feedback", "--data", "noise.json", "list"], 2, "数据文件无法使用"),
    "a folder for an export": (["feedback", "--data", "data.sqlite", "export", "wrong", *CATALOGUE], 2, "是文件夹"),
    "a report that is not there": (["feedback", "--data", "data.sqlite", "close", "x"], 2, "未处理意见"),
    "a key that is not there": (["keys", "--data", "data.sqlite", "revoke", "某"], 2, "cepei keys list"),
    "a session that is not there": (["keys", "--data", "data.sqlite", "sign-out", "x"], 2, "cepei keys list"),
    "a key for no time": (["keys", "--data", "data.sqlite", "add", "operator", "--days", "nan"], 2, "--days 须大于 0"),
    "a role that is none": (["keys", "--data", "data.sqlite", "add", "chief"], 2, "命令写法有误"),
    "cases that are not there": (["eval", "没有.yaml", *CATALOGUE], 2, "没有文件"),
    "a device for cases": (["eval", "/dev/zero", *CATALOGUE], 2, "没有文件"),
    "noise for cases": (["eval", "noise.json", *CATALOGUE], 2, "noise.json"),
    "cases that are none": (["eval", "企业.json", *CATALOGUE], 2, "须为用例的列表"),
    "an address that is none": (["eval", "用例.yaml", "--url", "ftp://x"], 2, "不是 http 地址"),
    "nobody at the address": (["eval", "用例.yaml", "--url", "http://127.0.0.1:9"], 2, "没有应答"),
    "a port that is none": (["eval", "用例.yaml", "--url", "http://127.0.0.1:x"], 2, "没有应答"),
    "a draft of a folder": (["draft", "wrong", "some-id"], 2, "是文件夹"),
    "a draft of a device": (["draft", "/dev/zero", "some-id"], 2, "没有文件"),
    "a draft of what is not read": (["draft", "noise.json", "some-id"], 2, "无法起草"),
    "a draft below a file": (["draft", "政策.txt", "some-id", "--documents", "企业.json"], 2, "不是文件夹"),
    "an id that is none": (["draft", "政策.txt", "某 某"], 2, "不能作编号"),
    "seeds that are not there": (["check", "--seeds", "没有"], 2, "没有文件夹"),
    "a catalogue below a file": (["build", "企业.json/x"], 2, "已有同名文件"),
    "packs that are a file": (["build", "x", "--packs", "企业.json"], 2, "没有文件夹"),
    "a command that is none": (["conjure"], 2, "命令写法有误"),
    "no command": ([], 2, "命令写法有误"),
    "a day that is none": (["screen", "名单.csv", "-o", "x", "--on", "2026-13-40"], 2, "须为日期"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_done_says_why_and_what_to_do(name, place, monkeypatch, capsys):
    """In this process: no exception reaches the caller but that of argparse."""
    monkeypatch.chdir(place)
    arguments, status, says = WRONG[name]
    try:
        got = main(arguments)
    except SystemExit as left:
        got = left.code
    printed = capsys.readouterr()
    assert got == status
    assert says in printed.err
    if status == 2:
        (line,) = [one for one in printed.err.splitlines() if one.startswith(("cepei", "/"))][:1]
        assert len(line) < 900


def test_a_name_that_is_no_text_is_told_all_the_same(place, tmp_path):
    names = {"latin": b"\xff\xfe.json", "half a character": "某".encode()[:-1], "surrogate": b"\xed\xa0\x80"}
    files = {name: ["match", word] for name, word in names.items()}
    texts = {
        f"{name} typed": ["keys", "--data", "data.sqlite", "add", "public", "--label", word]
        for name, word in names.items()
    }
    came = run_all({**files, **texts}, place, tmp_path, USUAL)
    for name in names:
        assert came[name][0] == came[f"{name} typed"][0] == 2
        assert "没有这个文件" in came[name][2].decode()
        assert "不是 UTF-8" in came[f"{name} typed"][2].decode()


def test_what_one_may_not_read_or_write_is_told(tmp_path, place):
    """Root may do everything, so it gives that up first."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    humble = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    for words in (["keys", "--data", closed / "d", "list"], ["match", closed / "x.json"]):
        done = command(*words, cwd=place, before=humble)
        assert done.returncode == 2, told(done)
        assert re.search("没有权限|数据文件无法使用", told(done))
