"""The pages of the API: an example for every call, samples that run, a form that sends what it says and nothing else."""

import ast
import json
import os
import subprocess
from contextlib import suppress

import jsonschema_rs
import pytest
import requests
import yaml
from playwright.sync_api import expect

from service.openapi import published_contract
from service.pages.contract import page as contract_page
from service.pages.contract.samples import BASE, LANGUAGES, samples
from service.shapes.examples import examples, given_names
from tests.service.operators import Operator
from tests.service.recorded import swapped

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
MATCH, MEASURES, UPLOAD, ONE = (
    "POST /v1/match", "GET /v1/measures", "POST /v1/screenings", "GET /v1/screenings/{screening_id}",
)  # fmt: skip
STILL = {"reduced_motion": "reduce"}
"""Nothing scrolls smoothly: every click would wait for it."""
LEAST_TARGET = 24
FIRST_LOAD_BYTES = 100_000


@pytest.fixture(scope="module")
def contract():
    return yaml.safe_load(published_contract())


@pytest.fixture(scope="module")
def operator(server):
    return Operator(server)


@pytest.fixture(scope="module")
def screening(operator):
    return operator.screen([{"city": "蚌埠市", "products": ["聚乳酸"]}]).rsplit("/", 1)[1]


def operations(contract):
    for path, methods in contract["paths"].items():
        yield from ((f"{method.upper()} {path}", one) for method, one in methods.items() if method != "parameters")


def test_every_call_has_its_example_and_no_example_is_of_no_call(contract):
    assert [call for call, _ in operations(contract)] == list(examples())
    assert [call for call, one in examples().items() if one.answer is None] == []
    areas = [area for areas in contract_page.TASKS.values() for area in areas]
    assert sorted(areas) == sorted({one["tags"][0] for _, one in operations(contract)})


def test_what_the_contract_gives_as_an_example_is_what_it_describes(contract):
    checked = 0
    for call, operation in operations(contract):
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media, content in ((media, one) for each in contents for media, one in each.get("content", {}).items()):
            if "example" in content:
                whole = {**content["schema"], "components": contract["components"]}
                found = [str(fault) for fault in jsonschema_rs.validator_for(whole).iter_errors(content["example"])]
                assert found == [], (call, media)
                checked += 1
    assert checked > len(examples())


def test_everything_is_said_in_chinese_and_nothing_that_is_said_nowhere(contract, monkeypatch):
    asked = set()

    class Noting(dict):
        def get(self, text, otherwise=None):
            asked.add(text)
            return super().get(text, otherwise)

    known = Noting(contract_page.in_chinese())
    monkeypatch.setattr(contract_page, "in_chinese", lambda: known)
    reader = contract_page.ContractReader(contract, "zh")
    reader.tasks()
    reader.shapes()
    assert asked == set(known)


def test_what_is_in_the_text_of_an_example_is_shown_and_not_run():
    shown = contract_page.marked(f"<b>{BASE}/v1/{given_names()['order_id']}</b>")
    assert shown.startswith('&lt;b&gt;<var data-name="base">') and shown.count("<var") == 2  # noqa: PT018
    assert contract_page.coded("`<i>` & more") == "<code>&lt;i&gt;</code> &amp; more"


def sampled(call, operator, screening):
    """Return the samples of a call as somebody would change them: for this server, with an id that there is."""
    written = samples(examples()[call], needs_key="screenings" in call)
    put_in = {BASE: operator.server.base, given_names()["screening_id"]: screening}
    return {language: swapped(text, put_in) for language, text in written.items()}


@pytest.mark.parametrize("call", [MEASURES, MATCH, UPLOAD, ONE])
def test_the_samples_for_a_shell_and_for_python_run(operator, screening, tmp_path, monkeypatch, capsys, call):
    example, texts = examples()[call], sampled(call, operator, screening)
    if example.file:
        (tmp_path / example.file.name).write_text(example.file.text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CEPEI_KEY", operator.text)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    run = subprocess.run(
        ["sh", "-c", texts["curl"]], capture_output=True, text=True, timeout=30, check=True, env=os.environ
    )
    exec(compile(texts["Python"], call, "exec"), {})
    status, _, printed = capsys.readouterr().out.partition(" ")
    assert int(status) == example.answer.status
    for answer in (json.loads(run.stdout), ast.literal_eval(printed)):
        assert set(answer) == set(example.answer.body)


def test_what_went_wrong_is_seen_and_no_file_is_made_of_it(operator, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CEPEI_KEY", operator.text)
    for call, told in ((ONE, "404"), ("GET /v1/screenings/{screening_id}/questions.xlsx", "404")):
        texts = sampled(call, operator, "x" * 32)
        with suppress(requests.HTTPError):
            exec(compile(texts["Python"], call, "exec"), {})
        run = subprocess.run(["sh", "-c", texts["curl"]], capture_output=True, text=True, timeout=30, check=False)
        assert told in capsys.readouterr().out + run.stderr + run.stdout
    assert list(tmp_path.iterdir()) == []


AROUND = """async ([key, content]) => {
  const file = new File([content], "tenants.csv");
  let printed;
  const console = { log: (...all) => { printed = all; } };
  SAMPLE
  return printed;
}"""


def test_the_samples_in_javascript_run_in_a_browser(page, operator, screening):
    page.goto("/cite")
    for call in (MEASURES, MATCH, UPLOAD, ONE):
        example, text = examples()[call], sampled(call, operator, screening)["JavaScript"]
        sent = [operator.text, example.file.text if example.file else ""]
        status, answer = page.evaluate(AROUND.replace("SAMPLE", text), sent)
        assert (status, set(answer)) == (example.answer.status, set(example.answer.body)), call


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_stranger_asks_a_match_and_screens_a_list_on_the_page(new_page, server, operator, axe_clean, size):
    page = new_page(server.base, viewport=size, **STILL)
    page.goto("/docs#post-v1-match")
    match = page.locator("details.call", has=page.locator("#post-v1-match"))
    expect(match.get_by_role("button", name="发送", exact=True)).to_be_visible()
    assert server.base in match.locator("[data-sample=curl] pre").inner_text()
    match.get_by_role("button", name="Python").click()
    expect(match.locator("[data-sample=curl]")).to_be_hidden()
    expect(match.locator("[data-sample=Python]")).to_contain_text("requests.post")
    body = match.get_by_label("请求正文 (JSON)")
    body.fill('{"profile": {"city": "合肥市"}, "limit": 1')
    match.get_by_role("button", name="发送", exact=True).click()
    expect(match.get_by_role("status").last).to_contain_text("正文不是 JSON")
    body.fill('{"profile": {"city": "合肥市"}, "limit": 1}')
    match.get_by_role("button", name="发送", exact=True).click()
    expect(match.get_by_role("status").last).to_contain_text("200")
    expect(match.locator(".outcome pre")).to_contain_text('"recommendations"')
    expect(match.locator(".outcome")).to_contain_text("x-request-id")

    upload = open_call(page, "post-v1-screenings")
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    upload.get_by_label("您的密钥").fill(operator.text)
    upload.get_by_label("您的密钥").press("Enter")
    assert sent == [], "what changes something is sent by its button only"
    upload.get_by_role("button", name="发送，会改动数据").click()
    expect(upload.get_by_role("status").last).to_contain_text("202")
    made = upload.locator(".outcome pre").inner_text().partition('"id": "')[2].partition('"')[0]
    one = open_call(page, "get-v1-screenings-screening_id-tenants")
    assert made in one.locator("[data-sample=Python] pre").inner_text(), "the id is put into later calls"
    operator.wait(f"/v1/screenings/{made}")
    one.get_by_role("button", name="发送", exact=True).click()
    expect(one.locator(".outcome pre")).to_contain_text("示例生物材料公司")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.locator("main :is(a, button, summary, input, select):visible").evaluate_all(
        f"all => all.filter(one => !one.closest('dd') && one.getBoundingClientRect().height < {LEAST_TARGET}).map(one => one.outerHTML)"
    )
    assert small == []
    assert operator.text not in page.content()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    if size is PHONE:
        page.locator("details.call:not([open]), nav.contents").evaluate_all("all => all.forEach(one => one.remove())")
        axe_clean(page)


def open_call(page, anchor):
    page.evaluate("anchor => { location.hash = anchor; }", anchor)
    call = page.locator("details.call", has=page.locator(f"#{anchor}"))
    expect(call.locator("form")).to_be_visible()
    return call


def test_without_scripts_every_language_is_shown_and_nothing_can_be_sent(new_page, server):
    page = new_page(server.base, java_script_enabled=False, viewport=PHONE, **STILL)
    page.goto("/docs?lang=en#post-v1-match")
    call = page.locator("details.call", has=page.locator("#post-v1-match"))
    expect(call.locator("summary").first).to_be_visible()
    for language in LANGUAGES:
        expect(call.locator(f"[data-sample={language}]")).to_be_visible()
    expect(call.get_by_role("heading", name="Answer 200")).to_be_visible()
    expect(call.locator("form")).to_be_hidden()
    call.get_by_text("Parameters, fields and all answers").click()
    call.get_by_role("link", name="MatchAnswer").click()
    expect(page.get_by_role("heading", name="MatchAnswer", exact=True)).to_be_in_viewport()
    assert page.locator("html").evaluate("html => html.scrollWidth") <= PHONE["width"]


def test_the_page_is_light_where_it_may_be_compressed(server):
    compressed, plain = server.get("/docs", Accept_Encoding="gzip"), server.get("/docs")
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in compressed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    beside = sum(len(server.get(f"/static/{name}").body) for name in ("cepei.css", "docs.css", "docs.js", "icon.svg"))
    assert 10_000 < len(compressed.body) + beside < FIRST_LOAD_BYTES
