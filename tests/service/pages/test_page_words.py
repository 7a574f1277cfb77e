"""The page without a browser: words in both languages, forms read into profiles, quotes cut into pieces."""

import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.answers.shapes import Benefit, FactRead
from matcher.profiles.words import How
from rules.language.grants import BENEFIT_KINDS
from rules.language.measures import MeasureKind, Strength
from seeds.documents import DocumentStatus, clause_name
from seeds.library import load_documents
from service.commands.check import SEEDS
from service.complaints import Complaint
from service.intake.questions import ProfileSchema
from service.pages.check.cards import FIRST, MOST, STEP, Group, next_limit, read_limits
from service.pages.check.conditions import benefit_words
from service.pages.check.fields import FIELDS, read_profile
from service.pages.frame import understood
from service.pages.quotes import mark_matches
from service.pages.wording import page_words

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_every_word_has_both_languages_and_every_field_its_label():
    chinese, english = page_words("zh"), page_words("en")
    assert chinese.keys() == english.keys()
    for field in FIELDS:
        assert chinese[f"field.{field.name}"]
        assert english[f"field.{field.name}"].isascii()
        assert f"hint.{field.name}" in chinese
        assert field.name in ProfileSchema().fields


def test_both_languages_fill_the_same_holes():
    english = page_words("en")
    holes = re.compile(r"\{(\w*)\}")
    for key, text in page_words("zh").items():
        assert sorted(holes.findall(text)) == sorted(holes.findall(english[key])), key


def test_every_strength_kind_of_benefit_and_status_has_its_words():
    keys = [f"strength.{strength}" for strength in Strength]
    keys += [f"{word}.{kind}" for word in ("kind", "kind_badge") for kind in MeasureKind]
    keys += [f"benefit.{kind}" for kind in BENEFIT_KINDS] + [f"status.{status}" for status in DocumentStatus]
    for words in (page_words("zh"), page_words("en")):
        assert all(words[key] for key in keys)
        assert "可享受" not in "".join(words.values())


def test_chinese_words_hold_no_punctuation_of_another_script():
    for key, text in page_words("zh").items():
        assert not re.search(r"[\u4e00-\u9fff] ?[,;:?!()]", text), key


def test_a_benefit_is_reported_as_far_as_it_is_stated():
    benefit = Benefit(kind="loan", cap_cny=5e6, amount_cny=1.2e8, rate=0.3, unit="家")
    assert benefit_words(benefit, page_words("zh")) == "贷款，金额 1.2亿元/家，最高 500万元/家，比例 30%"
    assert benefit_words(Benefit(kind="loan", cap_cny=5e6), page_words("en")) == "loans, at most CNY 5,000,000"
    assert benefit_words(Benefit(kind="grant", amount_cny=800), page_words("zh")) == "资金补助，金额 800元"
    assert benefit_words(None, page_words("zh")) == ""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("0", "安徽省生物制造产业高质量发展行动方案（2024-2027年）（征求意见稿）"),
        ("2", "二、重点任务"),
        ("2.2", "二（二）实施中试验证服务行动"),
        ("2.2.3", "二（二）3. 建设生物制造中试基地"),
        ("box1.2", "专栏1 2. 合肥综合性国家科学中心大基因中心"),
        ("box5", "专栏5 区域产业布局指导方向"),
        ("box5.1", "专栏5 皖北地区"),
    ],
)
def test_a_clause_is_named_as_it_is_printed(path, name):
    documents = {document.id: document for document in load_documents(SEEDS / "documents")}
    assert clause_name(documents["ah-biomanufacturing-2024-draft"], path) == name


def read(fact, label, how, origin):
    return FactRead(fact=fact, value="", label=label, origin=origin, input="", how=How(how), similarity=1.0)


def test_a_stated_fact_hides_the_same_one_inferred_before_it():
    def fact(how, origin):
        return read("sector", "生物材料", how, origin)

    words = page_words("zh")
    assert understood([fact("inferred", "products[0]")], {}, words) == ["行业：生物材料（由产品推断）"]
    facts = [fact("inferred", "products[0]"), fact("exact", "sector[0]"), fact("inferred", "products[1]")]
    assert understood(facts, {}, words) == ["行业：生物材料"]
    declared = read("gd-x.meets", "是", "declared", "facts.gd-x.meets")
    assert understood([declared], {}, words) == ["已确认的条件：是"]
    assert understood([declared], {}, words, lambda fact: f"项目符合条件 {fact}") == ["项目符合条件 gd-x.meets：是"]


@pytest.mark.parametrize(
    ("stated", "limit"),
    [("", FIRST), ("x", FIRST), ("-3", FIRST), ("²", FIRST), ("30", 30), ("999", MOST), ("9" * 99, FIRST)],
)
def test_how_many_to_list_is_read_with_care(stated, limit):
    assert read_limits({"limit.later": stated}) == {**dict.fromkeys(Group, FIRST), "later": limit}
    assert read_limits({"limit.later": stated, "print": "all"}) == dict.fromkeys(Group, MOST)


def test_more_is_offered_until_all_are_listed():
    assert STEP == 10
    assert next_limit(25, FIRST) == FIRST + STEP
    assert next_limit(25, FIRST + STEP) == FIRST + 2 * STEP
    assert next_limit(25, FIRST + 2 * STEP) is None
    assert next_limit(FIRST, FIRST) is None
    assert next_limit(900, MOST - 10) == MOST
    assert next_limit(900, MOST) is None


def test_a_fault_that_a_page_has_words_for_keeps_them():
    assert Complaint(code="foreign_form", message="no", hint="yes").worded("zh") == ("no", "yes")


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
    assert read_profile({"facts.": "yes", "facts.listed": " "}) == {}


@given(st.text(min_size=1, max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_the_pieces_of_a_quote_are_the_quote(quote, spans):
    pieces = mark_matches(quote, 100, [(100 + min(span), 100 + max(span)) for span in spans])
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


@pytest.mark.parametrize(
    ("path", "told"),
    [("/", "您说没有、不需要或已结束的内容"), ("/?lang=en", "What you say does not apply, is not needed or has ended")],
)
def test_what_is_denied_is_told_on_the_page(server, path, told):
    body = urlencode({"city": "广州", "needs": "不需要资金\n招不到博士"}).encode()
    page = server.call("POST", path, body=body, headers=FORM).body.decode()
    assert told in page
    assert "<q>不需要资金</q>" in page


def test_a_form_of_another_type_is_an_empty_form(server):
    reply = server.call("POST", "/", body=b'{"city": "x"}', headers={"Content-Type": "application/json"})
    assert reply.status == 200


def test_too_many_lines_are_a_fault_of_their_field(server):
    reply = server.call("POST", "/", body=b"products=" + b"a%0A" * 300, headers=FORM)
    assert reply.status == 422
    assert "主要产品" in reply.body.decode()
