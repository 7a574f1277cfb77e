"""POST /v1/check-citations and `cepei cite`: one answer, its published shape, what is refused, the exit status."""

import json

import pytest

from matcher.citations.check import MOST_PASSAGES, CitationAnswer
from service.cli import main
from service.clock import today
from service.intake.citations import LONGEST_TEXT

TITLE = "广东省加快建设生物制造产业创新高地行动方案"
SOUND = f"《{TITLE}》（粤办函〔2025〕6号）二（三）2.：“落实首台（套）重大技术装备推广应用政策”"
CHANGED = SOUND.replace("装备", "设备")


def test_every_passage_is_answered_in_the_published_shape_in_both_languages(server, strictly):
    for language, message in (("zh", "一字不差"), ("en", "word for word")):
        answer = server.post({"text": SOUND + CHANGED}, "/v1/check-citations", Accept_Language=language)
        assert answer.headers["Cache-Control"] == "no-store"
        assert strictly(CitationAnswer, answer.json) == []
        assert answer.json["on"] == today().isoformat()
        said = [one["verdict"] for one in answer.json["citations"]]
        assert said == ["verbatim", "verbatim", "held", "verbatim", "verbatim", "verbatim", "held", "altered"]
        assert message in answer.json["citations"][3]["message"]
        (change,) = answer.json["citations"][-1]["differences"]
        assert (change["given"], change["held"]) == ("设", "装")


REFUSED = {
    "no text": ({}, "required", "/text"),
    "an empty text": ({"text": ""}, "too_short", "/text"),
    "a list": ({"text": ["x"]}, "not_text", "/text"),
    "too long a text": ({"text": "a" * (LONGEST_TEXT + 1)}, "too_long", "/text"),
    "too many passages": ({"text": "“一”" * (MOST_PASSAGES + 1)}, "too_many_passages", "/text"),
    "an unknown field": ({"text": "x", "txt": "y"}, "unknown_field", "/txt"),
}


@pytest.mark.parametrize(("body", "code", "pointer"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_checked_is_refused_with_its_place(server, body, code, pointer):
    reply = server.post(body, "/v1/check-citations")
    assert (reply.status, [(one["code"], one["pointer"]) for one in reply.json["errors"]]) == (422, [(code, pointer)])


def test_an_address_may_check_as_often_as_it_may_match(limited):
    def ask():
        return limited.post({"text": "x"}, "/v1/check-citations", X_Forwarded_For="198.51.100.77").status

    assert [ask() for _ in range(6)] == [200] * 5 + [429]


def test_the_command_gives_the_same_answer_and_fails_where_words_are_not_sound(
    server, catalogue_file, tmp_path, capsys
):
    file = tmp_path / "text.txt"
    file.write_text(CHANGED, "utf-8")
    arguments = ["cite", str(file), "--catalogue", str(catalogue_file), "--on", "2026-11-21"]
    assert main([*arguments, "--json"]) == 1
    answer = server.post({"text": CHANGED, "on": "2026-11-21"}, "/v1/check-citations").json
    assert json.loads(capsys.readouterr().out) == answer
    assert main(arguments) == 1
    assert "有改动  落实首台（套）重大技术设备推广应用政策" in capsys.readouterr().out
    file.write_text(SOUND, "utf-8")
    assert main(arguments) == 0
    file.write_bytes(b"\xff\xfe")
    assert main(arguments) == 2
