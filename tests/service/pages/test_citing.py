"""The page of the citation check: a form that works without scripts, every passage with its words, nothing kept."""

from urllib.parse import urlencode

import pytest

from tests.service.conftest import Reply

TITLE = "广东省加快建设生物制造产业创新高地行动方案"
TEXT = f"《{TITLE}》二（三）2.：“落实首台（套）重大技术设备推广应用政策”，“今天天气不错，适合出门散步”"


@pytest.fixture
def send(server):
    def post(text, lang="zh", **headers) -> Reply:
        body = urlencode({"text": text}).encode()
        form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return server.call("POST", f"/cite?lang={lang}", body=body, headers=form)

    return post


def test_each_passage_is_shown_with_how_it_came_out_and_what_differs(send):
    reply = send(TEXT)
    page = reply.body.decode()
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")
    for said in ("一字不差", "已收录", "有改动", "找不到", '<del lang="zh-CN">设</del>', '<ins lang="zh-CN">装</ins>'):
        assert said in page
    assert "/documents/gd-biomanufacturing-2025?lang=zh#c-2.3.2" in page
    assert "altered" in send(TEXT, lang="en").body.decode()


def test_a_text_without_citations_and_a_bad_one_are_told(send):
    assert "没有引文，也没有引用" in send("没有引用").body.decode()
    refused = send("")
    assert (refused.status, 'role="alert"' in refused.body.decode()) == (422, True)
    assert send("“一”" * 301).status == 422


def test_what_was_typed_is_shown_as_text(send):
    page = send("“<script>alert(1)</script>”").body.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
