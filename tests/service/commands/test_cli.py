"""The commands: what they print, and what their exit statuses say."""

import io
import json
import shutil
import sys

import pytest

from seeds.faults import SeedError
from seeds.library import load_document
from service.cli import COMMANDS, main
from service.commands.check import PACKS, SEEDS
from service.commands.console import counted


@pytest.fixture
def profile_file(tmp_path, polylactic):
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(polylactic, ensure_ascii=False), "utf-8")
    return file


def test_match_prints_a_table(catalogue_file, profile_file, capsys):
    assert main(["match", str(profile_file), "--catalogue", str(catalogue_file)]) == 0
    printed = capsys.readouterr().out
    assert "征求意见稿，尚未生效" in printed
    assert "「" in printed
    assert "可享受" not in printed


def test_match_prints_how_near_measures_are_above_those_ordered_by_score(catalogue_file, profile_file, capsys):
    assert main(["match", str(profile_file), "--catalogue", str(catalogue_file)]) == 0
    heads = ("与企业的产品、技术、需求或所在地直接相关", "面向所属行业", "普遍适用")
    lines = capsys.readouterr().out.splitlines()
    found = [line for line in lines if line in heads]
    assert found == sorted(set(found), key=heads.index)
    assert found[0] == heads[0]
    scores = []
    for line in lines:
        if line in heads:
            scores = []
        elif " · 0." in line:
            scores.append(float(line.rpartition(" · ")[2]))
            assert scores == sorted(scores, reverse=True)


def test_match_prints_the_answer_of_the_api(catalogue_file, profile_file, capsys, server, polylactic):
    assert main(["match", str(profile_file), "--json", "--catalogue", str(catalogue_file)]) == 0
    assert json.loads(capsys.readouterr().out) == server.match(polylactic).json


def test_match_reads_a_whole_request_from_standard_input(catalogue_file, monkeypatch, capsys):
    body = json.dumps({"profile": {"city": "合肥"}, "limit": 1}).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))
    assert main(["match", "-", "--json", "--language", "en", "--catalogue", str(catalogue_file)]) == 0
    assert len(json.loads(capsys.readouterr().out)["recommendations"]) <= 1


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        (b"{", "/: JSON"),
        (b'{"employees": -1, "colour": 1}', "/profile/employees"),
        (b'{"facts": {"shoe_size": 1}}', "/profile/facts/shoe_size"),
        (b" " * 2_000_000, "larger than"),
    ],
    ids=["broken", "wrong", "unknown fact", "too large"],
)
def test_match_tells_every_fault_of_a_profile_with_its_place(catalogue_file, tmp_path, capsys, content, stated):
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    assert main(["match", str(file), "--catalogue", str(catalogue_file)]) == 2
    assert stated in capsys.readouterr().err


def test_match_without_a_file_or_a_catalogue_says_what_to_do(tmp_path, profile_file, capsys):
    assert main(["match", str(tmp_path / "none.json")]) == 2
    assert main(["match", str(profile_file), "--catalogue", str(tmp_path / "none.sqlite")]) == 3
    assert "cepei build" in capsys.readouterr().err


def test_build_writes_a_catalogue_and_names_its_version(tmp_path, capsys):
    target = tmp_path / "below" / "catalogue.sqlite"
    assert main(["build", str(target)]) == 0
    assert target.is_file()
    assert str(target) in capsys.readouterr().out


def test_check_finds_nothing_in_what_is_shipped(capsys):
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "没有错误\n"


def test_check_names_every_fault_with_file_and_pointer_and_build_keeps_the_old_file(tmp_path, capsys):
    seeds, packs, target = tmp_path / "seeds", tmp_path / "packs", tmp_path / "catalogue.sqlite"
    shutil.copytree(SEEDS, seeds, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(PACKS, packs)
    target.write_bytes(b"the old one")
    for file in packs.glob("*.yaml"):
        file.write_text(file.read_text("utf-8").replace("instrument: pilot", "instrument: magic", 1), "utf-8")
    for language, last in (("zh", "{} 处错误"), ("en", "{} faults")):
        assert main(["check", "--seeds", str(seeds), "--packs", str(packs), "--language", language]) == 1
        printed = capsys.readouterr().out
        assert ".yaml#/measures/" in printed
        assert "magic" in printed
        assert printed.splitlines()[-1] == last.format(printed.count(".yaml#/"))
    assert main(["build", str(target), "--seeds", str(seeds), "--packs", str(packs)]) == 1
    assert target.read_bytes() == b"the old one"


def test_one_fault_is_one():
    assert [counted(number) for number in (0, 1, 2)] == ["no faults", "1 fault", "2 faults"]
    assert [counted(number, "zh") for number in (0, 1)] == ["没有错误", "1 处错误"]


def test_serve_refuses_what_it_cannot_serve(tmp_path, capsys):
    assert main(["serve", "--catalogue", str(tmp_path / "none.sqlite")]) == 3
    assert main(["serve", "--port", "http"]) == 2
    assert "PORT must be" in capsys.readouterr().err


def test_draft_writes_a_document_to_be_finished_by_hand(tmp_path, capsys):
    source = tmp_path / "notice.txt"
    source.write_text("某市生物制造若干措施\n\n一、支持中试\n\n支持企业建设中试平台。\n", "utf-8")
    options = ["--documents", str(tmp_path / "documents")]
    assert main(["draft", str(source), "some-notice", *options]) == 0
    folder = tmp_path / "documents" / "some-notice"
    assert sorted(file.name for file in folder.iterdir()) == [
        *("document.yaml", "pack-places.yaml", "pack.yaml", "source.txt", "text.txt", "transcript.yaml"),
    ]
    assert "# source.txt, line 5\n- id: some-notice-1\n" in (folder / "pack.yaml").read_text("utf-8")
    assert "instrument: pilot" in (folder / "pack.yaml").read_text("utf-8")
    assert "item: /measures/0/source" in (folder / "pack-places.yaml").read_text("utf-8")
    assert "支持企业建设中试平台。" in (folder / "text.txt").read_text("utf-8")
    assert main(["draft", str(source), "some-notice", *options]) == 2
    assert main(["draft", str(source), "Some Notice", *options]) == 2
    assert main(["draft", str(tmp_path / "none.txt"), "none", *options]) == 2
    assert capsys.readouterr().err.count("cepei draft:") == 3


def test_a_draft_read_again_keeps_what_a_person_wrote_and_does_the_edits(tmp_path, capsys):
    source = tmp_path / "notice.txt"
    source.write_text("合肥市生物制造若干措施\n\n一、支持中试\n\n支持企业建设中式平台。\n扫码看视频\n", "utf-8")
    documents = tmp_path / "documents"
    assert main(["draft", str(source), "some-notice", "--documents", str(documents)]) == 0
    folder = documents / "some-notice"
    document = (folder / "document.yaml").read_text("utf-8").replace("status: unknown", "status: in_force")
    (folder / "document.yaml").write_text(document, "utf-8")
    edits = "schema: 1\nedits:\n- {drop: 扫码看视频}\n- {glyph: 式, to: 试, line: 支持企业}\n"
    (folder / "transcript.yaml").write_text(edits, "utf-8")
    assert main(["draft", "--again", str(folder)]) == 0
    assert (folder / "text.txt").read_text("utf-8").splitlines()[-1] == "支持企业建设中试平台。"
    assert "中式" in (folder / "pack.yaml").read_text("utf-8")
    (folder / "pack.yaml").unlink()
    assert main(["draft", "--again", str(folder)]) == 0
    assert "中式" not in (folder / "pack.yaml").read_text("utf-8")
    loaded = load_document(folder)
    assert (loaded.status.value, loaded.region, loaded.heading) == ("in_force", "340100", "合肥市生物制造若干措施")
    transcript = (folder / "transcript.yaml").read_text("utf-8")
    (folder / "transcript.yaml").write_text(transcript.replace("1:5", "1:7"), "utf-8")
    with pytest.raises(SeedError, match="cepei draft --again"):
        load_document(folder)
    (folder / "transcript.yaml").write_text("schema: 1\nedits:\n- {drop: 没有这一行}\n", "utf-8")
    assert main(["draft", "--again", str(folder)]) == 2
    assert main(["draft", "--again", str(tmp_path)]) == 2
    assert "没有这一行" in capsys.readouterr().err


def test_every_command_explains_itself(capsys):
    for name in COMMANDS:
        with pytest.raises(SystemExit) as left:
            main([name, "--help"])
        assert left.value.code == 0
        assert f"cepei {name}" in capsys.readouterr().out


def test_a_command_that_does_not_exist_is_an_error_of_use():
    with pytest.raises(SystemExit) as left:
        main(["conjure"])
    assert left.value.code == 2
