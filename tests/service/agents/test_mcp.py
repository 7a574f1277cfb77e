"""The tools for agents: the official client is the judge, over HTTP and over stdio, in both its modes.

What a tool answers is what the API answers; who is refused there is refused here.
"""

import asyncio
import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import flask
import pytest
from mcp import Client, MCPError, StdioServerParameters

from service.agents.protocol import HANDSHAKE, HEADER_MISMATCH, MODERN, UNSUPPORTED_VERSION, answer
from service.agents.tools import TOOLS, listed_tools
from service.commands.mcp import serve

MODES = ("auto", "legacy", *MODERN)
PROFILE = {"city": "蚌埠市", "sector": ["生物材料"], "products": ["聚乳酸"], "stage": "中试"}
CITING = "《广东省加快建设生物制造产业创新高地行动方案》：“落实首台（套）重大技术装备推广应用政策”"
DOCUMENT = "gd-biomanufacturing-2025"
CALLS = {
    "match_company": ({"profile": PROFILE, "on": "2026-11-21", "limit": 3}, "POST /v1/match"),
    "search_measures": ({"q": "中试", "region": "合肥", "per_page": 5}, "GET /v1/measures?{}"),
    "get_measure": ({"measure_id": "gd-first-equipment"}, "GET /v1/measures/gd-first-equipment"),
    "list_documents": ({"per_page": 2}, "GET /v1/documents?detail=brief&{}"),
    "get_document": ({"document_id": DOCUMENT}, f"GET /v1/documents/{DOCUMENT}"),
    "get_clause": ({"document_id": DOCUMENT, "path": "2.3.2"}, f"GET /v1/documents/{DOCUMENT}/clauses/2.3.2"),
    "check_citations": ({"text": CITING, "on": "2026-11-21"}, "POST /v1/check-citations"),
    "look_up": ({"name": "regions", "q": "南沙"}, "GET /v1/vocabularies/regions?q=%E5%8D%97%E6%B2%99"),
}


def talk(target, mode, *calls):
    """Return the version agreed on, the names of the tools and the result of each call."""

    async def main():
        async with Client(target, mode=mode) as client:
            listed = [tool.name for tool in (await client.list_tools()).tools]
            return client.protocol_version, listed, [await told(client, call) for call in calls]

    async def told(client, call):
        try:
            return await client.call_tool(*call)
        except MCPError as error:
            return error

    with ThreadPoolExecutor(1) as alone:  # whatever else runs a loop in this thread, as tests with a browser do
        return alone.submit(asyncio.run, main()).result()


def asked(server, call, arguments):
    method, path = call.split()
    if method == "POST":
        return server.post(arguments, path)
    return server.get(path.format(urlencode(arguments)))


@pytest.mark.parametrize("mode", MODES)
def test_the_official_client_gets_from_every_tool_what_the_api_answers(server, mode):
    calls = [(name, arguments) for name, (arguments, _) in CALLS.items()]
    version, listed, results = talk(f"{server.base}/mcp", mode, *calls)
    assert version == (HANDSHAKE[-1] if mode == "legacy" else MODERN[-1])
    assert listed == list(CALLS) == [tool.name for tool in TOOLS]
    for (name, (arguments, call)), result in zip(CALLS.items(), results, strict=True):
        body = asked(server, call, arguments).body
        assert not result.is_error, name
        assert (result.content[0].text, result.structured_content) == (body.decode(), json.loads(body)), name


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_gets_the_same_over_stdio(server, catalogue_file, tmp_path, mode):
    command = ["-m", "service.cli", "mcp", "--catalogue", str(catalogue_file)]
    target = StdioServerParameters(
        command=sys.executable, args=command, env={"CEPEI_DATA": str(tmp_path / "data.sqlite")}
    )
    arguments, call = CALLS["match_company"]
    version, listed, (matched, refused) = talk(
        target, mode, ("match_company", arguments), ("get_measure", {"measure_id": "x"})
    )
    assert version == (HANDSHAKE[-1] if mode == "legacy" else MODERN[-1])
    assert listed == list(CALLS)
    assert matched.content[0].text == asked(server, call, arguments).body.decode()
    assert (refused.is_error, refused.structured_content["status"]) == (True, 404)


def test_what_the_api_refuses_is_an_error_of_the_tool_with_its_reasons(server):
    calls = (("match_company", {"profil": {}}), ("search_measures", {"page": 0}), ("erase_everything", {}))
    _, _, (unknown, low, no_tool) = talk(f"{server.base}/mcp", "auto", *calls)
    assert [one["pointer"] for one in unknown.structured_content["errors"]] == ["/profile", "/profil"]
    assert (low.is_error, low.structured_content["errors"][0]["pointer"]) == (True, "/page")
    assert isinstance(no_tool, MCPError)
    assert "there are match_company" in str(no_tool)


ODD = {
    "no id": ("get_measure", {}, None),
    "an id that is a number": ("get_measure", {"measure_id": 7}, None),
    "an id with another path in it": ("get_document", {"document_id": f"{DOCUMENT}/clauses/2"}, None),
    "an id of dots": ("get_measure", {"measure_id": ".."}, 404),
    "an id that a path would cut": ("get_clause", {"document_id": DOCUMENT, "path": "2?x=1#y"}, 404),
    "a number beyond 64 bits": ("match_company", {"profile": {"employees": 10**30}}, 422),
    "a list in a query": ("search_measures", {"q": ["中试"], "page": [1]}, 422),
    "null": ("search_measures", {"q": None, "per_page": 1}, 200),
}


@pytest.mark.parametrize(("name", "arguments", "status"), ODD.values(), ids=ODD)
def test_odd_arguments_get_a_clear_answer(server, name, arguments, status):
    result = server.post(call_of(name, arguments), "/mcp").json["result"]
    assert result.get("isError", False) == (status != 200)
    if status is None:
        assert "must be ids" in result["content"][0]["text"]
    else:
        assert result["structuredContent"].get("status", 200) == status


def test_the_descriptions_are_few_and_short():
    assert len(TOOLS) <= 8
    assert len(json.dumps(listed_tools(), ensure_ascii=False, separators=(",", ":")).encode()) <= 8_000


def message(method, **params):
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def call_of(name, arguments):
    return message("tools/call", name=name, arguments=arguments)


def test_a_tool_spends_the_budget_of_its_address_like_the_call_itself(limited):
    def ask():
        reply = limited.post(call_of("match_company", {"profile": PROFILE}), "/mcp", X_Forwarded_For="198.51.100.78")
        return reply.json["result"].get("isError", False), reply.json["result"]["structuredContent"].get("code")

    assert [ask() for _ in range(6)] == [(False, None)] * 5 + [(True, "rate_limited")]


def test_the_language_asked_for_reaches_the_call(server):
    reply = server.post(call_of("get_measure", {"measure_id": "gd-first-equipment"}), "/mcp", Accept_Language="en")
    assert reply.json["result"]["structuredContent"]["title"].isascii()


def envelope(version=MODERN[-1], **params):
    meta = {"io.modelcontextprotocol/protocolVersion": version, "io.modelcontextprotocol/clientCapabilities": {}}
    return message("tools/list", _meta=meta, **params)


def headers(version=MODERN[-1], method="tools/list"):
    return {"Mcp_Protocol_Version": version, "Mcp_Method": method}


REFUSED = {
    "no JSON": (b"{", {}, 400, -32700),
    "a batch": ([envelope()], {}, 400, -32600),
    "no id that is one": ({**message("ping"), "id": True}, {}, 400, -32600),
    "headers that say another method": (envelope(), headers(method="tools/call"), 400, HEADER_MISMATCH),
    "no headers": (envelope(), {}, 400, HEADER_MISMATCH),
    "an unknown revision": (envelope("2031-01-01"), headers("2031-01-01"), 400, UNSUPPORTED_VERSION),
    "no envelope": (message("tools/list"), headers(), 400, -32602),
    "a method that went": ({**envelope(), "method": "ping"}, headers(method="ping"), 404, -32601),
    "params that are none": ({**message("tools/list"), "params": 3}, {}, 200, -32602),
    "arguments that are none": (call_of("get_measure", [1]), {}, 200, -32602),
}


@pytest.mark.parametrize(("body", "given", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_a_message_that_cannot_be_answered_says_why(server, body, given, status, code):
    reply = server.post(body, "/mcp", **given)
    assert (reply.status, reply.json["error"]["code"]) == (status, code)


def test_notifications_are_taken_and_other_sites_and_bodies_are_not(server):
    notification = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert (server.post(notification, "/mcp").status, server.post(notification, "/mcp").body) == (202, b"")
    assert server.post(message("ping"), "/mcp", Origin="https://evil.example").status == 403
    assert server.post(message("ping"), "/mcp", Origin=server.base).status == 200
    assert server.post(b"x" * 2_000_000, "/mcp").status == 413
    assert server.call("POST", "/mcp", body=b"{}", headers={"Content-Type": "text/plain"}).status == 415
    assert server.get("/mcp").status == 405


def test_lines_that_are_no_messages_are_answered_and_the_next_is_read():
    lines = [b"{\n", b"\n", b'{"a": "' + b"x" * 900 + b'"}\n', json.dumps(message("ping")).encode() + b"\n"]
    answers = io.BytesIO()
    serve(flask.Flask("tools"), io.BytesIO(b"".join(lines)), answers, "zh", 100)
    broken, long, pong = map(json.loads, answers.getvalue().splitlines())
    assert (broken["error"]["code"], long["error"]["code"], pong["result"]) == (-32700, -32600, {})


def test_names_in_headers_may_be_encoded_and_must_agree():
    meta = envelope()["params"]["_meta"]
    body = message("tools/call", name="工具", _meta=meta)
    told = {"Mcp-Protocol-Version": MODERN[-1], "Mcp-Method": "tools/call"}
    agree = answer(body, None, {**told, "Mcp-Name": "=?base64?5bel5YW3?="})
    assert agree.message["error"]["message"].startswith("there is no such tool")
    assert answer(body, None, {**told, "Mcp-Name": "=?base64?5bel?="}).code == HEADER_MISMATCH
