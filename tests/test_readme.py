"""Both READMEs are true: their request gives their answer, and every command, call and link they name exists."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from service.app import create_app
from service.cli import COMMANDS
from service.commands.check import PACKS
from service.settings import Settings

ROOT = Path(__file__).parents[1]
NAMES = ("README.md", "README.en.md")
MOST_LINES = 150


@pytest.fixture(scope="module")
def client(catalogue_file: Path) -> Any:
    return create_app(Settings(catalogue=catalogue_file, log_level="error")).test_client()


@pytest.fixture(params=NAMES)
def readme(request: pytest.FixtureRequest) -> str:
    return (ROOT / request.param).read_text("utf-8")


def test_the_answer_shown_is_part_of_the_real_one(readme, client):
    answer = _ask(client, _curl(readme))
    (shown,) = (json.loads(block) for block in _blocks(readme, "json"))
    assert list(_untrue(shown, answer, "")) == []


def test_every_quote_shown_stands_in_its_document(readme, client):
    (shown,) = (json.loads(block) for block in _blocks(readme, "json"))
    text = client.get("/v1/documents/gd-biomanufacturing-2025").json["text"]
    quotes = [value for name, value in _members(shown) if name == "quote"]
    assert len(quotes) >= 3
    assert [quote for quote in quotes if quote not in text] == []


def test_declaring_the_manual_condition_makes_the_measure_applicable(readme, client):
    request = _curl(readme)
    (declared,) = re.findall(r"`(\{\"gd-[^`]*\})`", readme)
    request["body"]["profile"]["facts"] = json.loads(declared)
    (name,) = json.loads(declared)
    verdicts = {r["measure"]["id"]: r["verdict"] for r in _ask(client, request)["recommendations"]}
    assert verdicts[name.split(".")[0]] == "applicable"


def test_the_measure_shown_is_the_one_in_the_rule_pack(readme):
    (block,) = _blocks(readme, "yaml")
    (shown,) = yaml.safe_load(block)
    packs = (yaml.safe_load(file.read_text("utf-8")) for file in PACKS.glob("*.yaml"))
    (real,) = (measure for pack in packs for measure in pack["measures"] if measure["id"] == shown["id"])
    assert list(_untrue(shown, real, "")) == []


def test_every_make_target_named_exists(readme):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", _code(readme)))
    assert {"run", "test"} <= named <= targets


def test_every_cepei_command_named_exists(readme):
    named = set(re.findall(r"\bcepei ([a-z]+)", _code(readme)))
    assert {"match", "build", "check", "serve", "eval", "draft"} <= named <= set(COMMANDS)


def test_every_call_named_is_in_the_contract(readme, client):
    paths = set(yaml.safe_load(client.get("/openapi.yaml").text)["paths"])
    named = set(re.findall(r"`GET (/[^`]*)`", readme))
    assert len(named) >= 12
    assert named - {"/openapi.yaml"} <= paths
    assert {client.get(path).status_code for path in ("/", "/docs", "/openapi.yaml")} == {200}


def test_a_search_with_encoded_words_finds_measures(readme, client):
    (words,) = re.findall(r"--data-urlencode 'q=([^']*)'", readme)
    assert client.get("/v1/measures", query_string={"q": words}).json["total"] > 0


def test_the_documents_are_as_many_and_as_binding_as_the_limits_say(client):
    statuses = [document["status"] for document in client.get("/v1/documents?detail=brief").json["items"]]
    assert (len(statuses), statuses.count("draft")) == (3, 2)
    assert "三份文件" in (ROOT / "README.md").read_text("utf-8")
    assert "Three documents" in (ROOT / "README.en.md").read_text("utf-8")


def test_both_languages_say_the_same_in_the_same_order():
    chinese, english = ((ROOT / name).read_text("utf-8") for name in NAMES)
    assert _shape(chinese) == _shape(english)
    assert _blocks(chinese, "yaml") == _blocks(english, "yaml")


def test_it_is_short_and_names_no_machine(readme):
    assert len(readme.splitlines()) <= MOST_LINES
    assert re.findall(r"(?:^|[\s`(])/(?:home|root|tmp|work|opt|usr)/", readme) == []
    assert {urlsplit(found).hostname for found in re.findall(r"https?://[^\s`)]+", readme)} == {"127.0.0.1"}


def test_every_link_leads_to_a_file(readme):
    links = re.findall(r"\]\(([^)]+)\)", readme)
    assert len(links) >= 6
    assert [link for link in links if not (ROOT / link).exists()] == []


def _blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)


def _code(readme: str) -> str:
    """Return what stands in code: inline, and in shell blocks without their comments."""
    shell = (line.split("#")[0] for block in _blocks(readme, "sh") for line in block.splitlines())
    return "\n".join([*re.findall(r"`([^`\n]+)`", readme), *shell])


def _curl(readme: str) -> dict[str, Any]:
    """Read the one curl command that posts a profile: path, headers, body."""
    (command,) = (block for block in _blocks(readme, "sh") if "curl" in block)
    words = shlex.split(command)
    headers = [words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H"]
    body = json.loads(words[words.index("-d") + 1])
    return {"path": urlsplit(words[1]).path, "headers": dict(headers), "body": body}


def _ask(client: Any, request: dict[str, Any]) -> Any:
    body = json.dumps(request["body"], ensure_ascii=False).encode()
    reply = client.post(request["path"], data=body, headers=request["headers"])
    assert reply.status_code == 200, reply.text
    return reply.json


def _untrue(shown: Any, real: Any, place: str) -> Iterator[str]:
    """Yield where what is shown differs; members may be left out of an object and items out of a list."""
    if isinstance(shown, dict) and isinstance(real, dict):
        for name, value in shown.items():
            yield from _untrue(value, real.get(name, "nothing"), f"{place}/{name}")
    elif isinstance(shown, list) and isinstance(real, list) and shown:
        rest = iter(real)
        for position, item in enumerate(shown):
            if all(list(_untrue(item, candidate, "")) for candidate in rest):
                yield f"{place}/{position} is not there, or not in this order"
    elif shown != real:
        yield f"{place} is {real!r}"


def _members(data: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield name, value
            yield from _members(value)
    elif isinstance(data, list):
        for item in data:
            yield from _members(item)


def _shape(readme: str) -> list[str]:
    """Return the marks that begin headings, list items, table rows and code, in their order."""
    return re.findall(r"^(#+ |- |[0-9]\. |\||```[a-z]*)", readme, re.MULTILINE)
