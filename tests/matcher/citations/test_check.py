"""The citation check: each kind of citation, each way it can come out, and that no difference is lost or invented."""

import hashlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.citations.check import MOST_PASSAGES, TooManyPassagesError, check_citations
from matcher.citations.holdings import Holdings
from matcher.citations.wording import compared, locate
from rules.catalogue.catalogue import Catalogue
from seeds.cleaning import clean
from seeds.documents import UNKNOWN, build_document

ON = date(2026, 11, 21)
RULES = """河东区扶持办法
第一章 总则
第一条 为支持企业发展，制定本办法。
第二条 本办法所称企业，是指在河东区注册的企业。
企业应当依法纳税。
第二章 支持内容
第三条 对新建中试平台的企业，给予最高500万元补助，比例不超过30%。
（一）设备购置费用；
（二）“双碳”改造费用。
第四条 本办法所称中试平台（含共享平台），由区工业和信息化局认定。
"""
CALL = """河东区扶持办法（征求意见稿）
一、总体要求
（一）支持企业发展绿色制造。
二、主要任务
（一）对新建中试平台的企业，给予最高800万元补助。
"""
OLD = """河东区旧办法
第一条 对企业给予贷款贴息支持，期限为三年。
"""


def document(name, text, **said):
    cleaned = clean(text)
    title = said.pop("title", text.partition("\n")[0])
    unknown = ("number", "issuers", "issued_on", "written_on", "published_on", "effective_from", "valid_to")
    digest = hashlib.sha256(cleaned.encode()).hexdigest()
    metadata = {
        "schema": 1, "id": name, "title": title, "heading": title.partition("（")[0], "sha256": digest, "region": "CN",
        "status": "in_force", **dict.fromkeys((*unknown, "source_url", "checked_on"), UNKNOWN), **said,
    }  # fmt: skip
    return build_document(metadata, cleaned)


DOCUMENTS = {
    one.id: one
    for one in (
        document("rules", RULES, number="河东府〔2025〕12号", issued_on="2025-03-01"),
        document("call", CALL, status="draft"),
        document("old", OLD, valid_to="2024-12-31"),
    )
}
CATALOGUE = Catalogue(version="v", documents=DOCUMENTS, measures={}, vocabularies={}, facts={})


def check(text, language="zh"):
    answer = check_citations(CATALOGUE, text, ON, language)
    for one in answer.citations:
        assert text[one.start : one.end] == one.text
        if one.found:
            assert DOCUMENTS[one.found.document].text[one.found.start : one.found.end] == one.found.quote
        if one.words == "verbatim" and one.kind == "quote":
            assert one.text == one.found.quote
    assert sum(total.count for total in answer.totals) == len(answer.citations)
    return answer.citations


def one(text):
    (citation,) = [citation for citation in check(text) if citation.kind == "quote"]
    return citation


def outcomes(text):
    return [(citation.kind, citation.text, citation.verdict) for citation in check(text)]


MARKS = {"「": "」", "『": "』", "“": "”", '"': '"', "＂": "＂"}


@pytest.mark.parametrize(("opening", "closing"), MARKS.items())
def test_quoted_words_are_found_in_every_pair_of_marks(opening, closing):
    found = one(f"办法规定：{opening}给予最高500万元补助{closing}。")
    assert (found.verdict, found.found.document, found.found.clause, found.place) == (
        "verbatim",
        "rules",
        "3",
        "not_cited",
    )


def test_marks_in_marks_belong_to_the_outer_quote_and_what_nothing_closes_is_no_quote():
    assert [found.text for found in check("「（二）『双碳』改造」和“开头")] == ["（二）『双碳』改造"]
    assert [found.text for found in check("“没有结束「给予最高500万元补助」")] == ["给予最高500万元补助"]
    assert check('一英寸写作 1"。\n\n屏幕 15" 大') == ()


ALTERED = {
    "a figure is told whole": ("给予最高300万元补助", [("figures", "300万元", "500万元")]),
    "a share too": ("比例不超过25%", [("figures", "25%", "30%")]),
    "a term in characters": ("对企业给予贷款贴息支持，期限为五年", [("figures", "五年", "三年")]),
    "a word": ("对新建中试基地的企业，给予最高500万元补助", [("words", "基地", "平台")]),
    "words that were left out": ("本办法所称中试平台，由区工业和信息化局认定", [("words", "", "（含共享平台）")]),
    "words that were put in": ("为大力支持企业发展，制定本办法", [("words", "大力", "")]),
    "a mark": ("为支持企业发展；制定本办法。", [("punctuation", "；", "，")]),
    "an ellipsis": ("对新建中试平台的企业……比例不超过30%", [("left_out", "……", "，给予最高500万元补助，")]),
}  # fmt: skip


@pytest.mark.parametrize(("words", "changes"), ALTERED.values(), ids=ALTERED)
def test_altered_words_come_with_their_difference(words, changes):
    text = f"《河东区扶持办法》和《河东区旧办法》说“{words}”"
    found = one(text)
    assert (found.verdict, found.words) == ("altered", "altered")
    assert [(change.kind, change.given, change.held) for change in found.differences] == changes
    held = DOCUMENTS[found.found.document].text
    for change in found.differences:
        assert text[change.start : change.end] == change.given
        assert held[change.held_start : change.held_end] == change.held


WRITTEN = {
    "full width": ("给予最高５００万元补助", ["width"]),
    "spaces": ("给予 最高500万元补助", ["spaces"]),
    "line breaks": ("给予最高\n500万元补助", ["line_breaks"]),
    "brackets": ("本办法所称中试平台(含共享平台)", ["width"]),
    "inner marks": ("‘双碳’改造费用", ["marks"]),
    "traditional characters": ("給予最高500萬元補助", ["script"]),
}


@pytest.mark.parametrize(("words", "unified"), WRITTEN.values(), ids=WRITTEN)
def test_words_written_otherwise_are_never_called_verbatim(words, unified):
    found = one(f"「{words}」")
    assert (found.verdict, found.similarity, list(found.unified)) == ("altered", 1.0, unified)
    assert {change.kind for change in found.differences} == {"writing"}


def test_words_that_stand_nowhere_are_not_found_and_those_of_a_document_we_lack_cannot_be_checked():
    assert one("他说“今天天气不错，适合散步”").verdict == "not_found"
    assert one("《河东区扶持办法》规定“今天天气不错，适合散步”").verdict == "not_found"
    assert one("《中华人民共和国公司法》规定“公司是企业法人，有独立的法人财产”").verdict == "not_held"
    elsewhere = one("《中华人民共和国公司法》规定“企业应当依法纳税”")
    assert (elsewhere.verdict, elsewhere.place) == ("verbatim", "unknown")


def test_a_draft_and_what_has_expired_are_told_beside_their_words():
    draft, old = one("“给予最高800万元补助”"), one("“对企业给予贷款贴息支持”")
    assert (draft.verdict, draft.words, draft.effect) == ("draft", "verbatim", "draft")
    assert (old.verdict, old.words, old.effect) == ("expired", "verbatim", "expired")
    assert one("《河东区扶持办法（征求意见稿）》：“给予最高900万元补助”").verdict == "altered"


def test_titles_and_numbers_are_held_or_not_and_a_wrong_number_beside_a_title_is_told():
    assert outcomes("《河东区扶持办法》（河东府〔2025〕12号）") == [
        ("document", "河东区扶持办法", "verbatim"), ("number", "河东府〔2025〕12号", "verbatim"),
    ]  # fmt: skip
    _, number = check("《河东区扶持办法》（河东府[2025]13号）")
    assert ("figures", "13", "12") in [(one.kind, one.given, one.held) for one in number.differences]
    assert outcomes("根据河东府〔2025〕12号，以及河西府〔2024〕1号") == [
        ("number", "河东府〔2025〕12号", "verbatim"), ("number", "河西府〔2024〕1号", "not_held"),
    ]  # fmt: skip
    (unlike,) = check("《河东区扶持新办法》")
    assert (unlike.verdict, unlike.near.document) == ("not_held", "rules")


CLAUSES = {
    "第三条": "3", "第三条第（二）项": "3.2", "第二章": "c2", "第二章第三条": "3", "第二条第二款": "2", "第3条第2项": "3.2",
    "的第四条": "4", "3.2": "3.2",
    "第九条": None, "第二条第三款": None, "第三条第（三）项": None, "第一章第三条": None,
}  # fmt: skip


@pytest.mark.parametrize(("words", "path"), CLAUSES.items(), ids=CLAUSES)
def test_the_number_of_a_clause_leads_to_it(words, path):
    _, clause = check(f"见《河东区扶持办法》{words}。")
    assert (clause.verdict, clause.found and clause.found.clause) == (("held", path) if path else ("not_found", None))


def test_numbers_of_clauses_belong_to_the_document_named_last():
    assert outcomes("《河东区扶持办法》第一条和第三条。第四条另有规定") == [
        ("document", "河东区扶持办法", "verbatim"), ("clause", "第一条", "held"), ("clause", "第三条", "held"),
        ("clause", "第四条", "held"),
    ]  # fmt: skip
    assert outcomes("按照第四条办理") == [("clause", "第四条", "not_held")]
    named = outcomes("《河东区扶持办法》（以下简称《办法》）很重要。\n《办法》第三条")
    assert named[1:] == [("document", "办法", "held"), ("clause", "第三条", "held")]


def test_a_short_name_may_be_given_behind_the_number_and_be_quoted_later():
    text = "《河东区扶持办法》（河东府〔2025〕12号，以下简称“办法”）很重要，“办法”第三条规定“给予最高500万元补助”"
    *_, named, clause, quote = check(text)
    assert (named.kind, named.verdict, clause.found.clause) == ("document", "held", "3")
    assert (quote.verdict, quote.place) == ("verbatim", "as_cited")


NOTICES = {
    "河东区人民政府关于印发河东区新办法的通知": True,
    "关于印发河东区新办法的通知": True,
    "关于印发《河东区新办法》的通知": False,
    "河东区新办法": True,
}
"""What it may be called, and whether these words stand in it."""


@pytest.mark.parametrize("title", NOTICES)
def test_a_document_goes_by_the_notice_that_issues_it(title):
    notice = document(
        "notice",
        "河东区人民政府关于印发河东区新办法的通知\n河东府〔2026〕1号\n河东区新办法\n第一条 支持企业。\n",
        title="河东区新办法",
    )
    found = Holdings([notice]).titled(title)
    assert found.document is notice
    assert (found.words == title) is NOTICES[title]


def test_the_year_of_a_number_may_be_written_out():
    (number,) = check("依据河东府2025年第12号文件")
    assert (number.kind, number.text, number.verdict, number.document.id) == (
        "number",
        "河东府2025年第12号",
        "altered",
        "rules",
    )


def test_words_with_parts_left_out_are_taken_from_the_clause_cited():
    text = "《河东区扶持办法》第四条规定“本办法……”"
    assert (one(text).found.clause, one(text).place) == ("4", "as_cited")


def test_a_quote_tells_whether_it_stands_where_it_is_cited_from():
    text = "给予最高500万元补助"
    places = {
        f"《河东区扶持办法》第三条规定“{text}”": "as_cited",
        f"“{text}”（《河东区扶持办法》第三条）": "as_cited",
        f"《河东区扶持办法》第四条规定“{text}”": "elsewhere",
        f"《河东区旧办法》规定“{text}”": "elsewhere",
        f"“{text}”": "not_cited",
        f"《河东区旧办法》很旧。\n“{text}”": "not_cited",
    }
    assert {sentence: one(sentence).place for sentence in places} == places


def test_words_that_stand_in_several_places_are_taken_from_the_one_cited():
    found = one("《河东区扶持办法（征求意见稿）》规定“对新建中试平台的企业，给予最高”")
    assert (found.found.document, found.others) == ("call", 1)
    assert one("“对新建中试平台的企业，给予最高”").found.document == "rules"


def test_too_many_passages_are_refused_and_told():
    with pytest.raises(TooManyPassagesError) as refused:
        check("“一”" * (MOST_PASSAGES + 1))
    assert refused.value.count == MOST_PASSAGES + 1


@given(st.text(st.sampled_from("给予最高500万元补助，。 \n（)“双碳”Ａａ…%"), max_size=40))
@settings(max_examples=150, deadline=None)
def test_the_differences_put_in_make_the_held_words_of_those_given(words):
    text = DOCUMENTS["rules"].text
    located = locate(words, text, shortest=5)
    for found in (compared(words, text, 40, 80, similarity=0.0), *([located] if located else [])):
        made = words
        for change in reversed(found.changes):
            made = made[: change.start] + text[change.held_start : change.held_end] + made[change.end :]
        assert made == text[found.start : found.end]
        assert bool(found.changes) == (words != text[found.start : found.end])


@given(st.integers(0, len(RULES)), st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_no_document_that_has_words_is_passed_over(start, length):
    text = DOCUMENTS["rules"].text
    words = text[start : start + length]
    assert DOCUMENTS["rules"] in Holdings(DOCUMENTS.values()).having(words)


def test_documents_without_a_word_are_not_read():
    many = Holdings(
        [*DOCUMENTS.values(), *(document(f"other-{n}", "另一份文件\n第一条 无关内容。\n") for n in range(20))]
    )
    assert [one.id for one in many.having("新建中试平台")] == ["rules", "call"]
    assert [one.id for one in many.likely("新建的中试基地平台", 2)] == ["rules", "call"]
    assert many.likely("abc 123", 3) == []
