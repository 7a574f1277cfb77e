"""The page without a browser: words in both languages, forms read into profiles, quotes cut into pieces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import FACT_FAULTS
from service.messages import FACT_WORDINGS, WORDINGS, worded
from service.pages.cards import mark_matches
from service.pages.form import FIELDS, read_profile
from service.pages.wording import page_words
from service.problems import Complaint
from service.schemas.match import ProfileSchema

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_every_word_has_both_languages_and_every_field_its_label():
    chinese, english = page_words("zh"), page_words("en")
    assert chinese.keys() == english.keys()
    for field in FIELDS:
        assert chinese[f"field.{field.name}"]
        assert english[f"field.{field.name}"].isascii()
        assert f"hint.{field.name}" in chinese
        assert field.name in ProfileSchema().fields


def test_every_message_needs_the_same_parameters_in_both_languages():
    for code, wording in {**WORDINGS, **FACT_WORDINGS}.items():
        names = [set(re.findall(r"{(\w+)", text)) for text in wording]
        assert names[0] == names[1], code
        assert wording.en.isascii() or code == "not_money", code


def test_every_fault_of_a_fact_has_chinese_words():
    assert FACT_WORDINGS.keys() == FACT_FAULTS.keys()


def test_a_fault_worded_below_keeps_its_words():
    assert worded(Complaint(code="bad_fact", message="no", hint="yes"), "zh") == ("no", "yes")


def test_a_form_is_read_into_the_profile_that_the_api_takes():
    typed = {
        "city": " 合肥 ", "products": "聚乳酸\r\n\r\n 丙氨酸 ", "employees": "１２０", "founded_on": "2015年3月1日",
        "foreign_invested": "no", "annual_revenue_cny": "2亿元", "uscc": "", "unknown": "x",
    }  # fmt: skip
    assert read_profile(typed) == {
        "city": "合肥", "products": ["聚乳酸", "丙氨酸"], "employees": 120, "founded_on": "2015-03-01",
        "foreign_invested": False, "annual_revenue_cny": "2亿元",
    }  # fmt: skip
    assert read_profile({}) == {}


@given(st.text(min_size=1, max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_the_pieces_of_a_quote_are_the_quote(quote, spans):
    matches = [{"start": 100 + min(span), "end": 100 + max(span)} for span in spans]
    pieces = mark_matches({"quote": quote, "start": 100, "matches": matches})
    assert "".join(piece.text for piece in pieces) == quote
    marked = {i for start, end in ((min(s), max(s)) for s in spans) for i in range(start, min(end, len(quote)))}
    assert sum(len(piece.text) for piece in pieces if piece.marked) == len(marked)


def test_a_browser_gets_errors_as_a_page_and_a_program_as_a_problem(server):
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = server.call("PUT", "/", headers=browser)
    assert page.status == 405
    assert page.headers["Content-Type"].startswith("text/html")
    assert server.call("PUT", "/").headers["Content-Type"] == "application/problem+json"
    assert server.call("GET", "/v1/nothing", headers=browser).headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("size", [2_000_000, 6_000_000])
def test_a_form_that_is_too_large_is_refused(server, size):
    assert server.call("POST", "/", body=b"city=" + b"x" * size, headers=FORM).status == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"city=%FF%FE", b"&&&===", b"city=%00%01", b"products=" + b"%0A" * 500, b"city=a&city=b", b"\xff\xfe"],
    ids=str,
)
def test_odd_forms_are_answered(server, body):
    assert server.call("POST", "/", body=body, headers=FORM).status == 200


def test_a_form_of_another_type_is_an_empty_form(server):
    reply = server.call("POST", "/", body=b'{"city": "x"}', headers={"Content-Type": "application/json"})
    assert reply.status == 200


def test_too_many_lines_are_a_fault_of_their_field(server):
    reply = server.call("POST", "/", body=b"products=" + b"a%0A" * 300, headers=FORM)
    assert reply.status == 422
    assert "主要产品" in reply.body.decode()
