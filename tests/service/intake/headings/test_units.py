"""The unit in a heading counts: read among other words, reported when it is none that is read, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake.headings.layout import Status, unit_fault
from tests.service.intake.on_a_day import lay_out, read_tenants

READ = {
    "营业收入（萬元）": (1e4, "万元"),
    "營業收入（億元）": (1e8, "亿元"),
    "营业收入（仟元）": (1e3, "千元"),
    "营业收入（2024年，万元）": (1e4, "万元"),
    "2024年营业收入（万元，含税）": (1e4, "万元"),
    "营业收入（含税）（万元）": (1e4, "万元"),
    "营业收入(万元/年)": (1e4, "万元"),
    "营业收入（单位：人民币百万元，保留两位小数）": (1e6, "百万元"),
    "营业收入（币种：人民币 单位：万元）": (1e4, "万元"),
    "营业收入（以万元为单位）": (1e4, "万元"),
    "营业收入（金额均以亿元列示）": (1e8, "亿元"),
    "营业收入（2024年1-12月，万元）": (1e4, "万元"),
    "营业收入（截至2024年12月31日，万元）": (1e4, "万元"),
    "营业收入（万元": (1e4, "万元"),
    "营业收入（10万元）": (1e5, "十万元"),
    "营业收入（0.1亿元）": (1e7, "千万元"),
    "营业收入（万亿）": (1e12, "10000亿元"),
    "营业收入（万人民币）": (1e4, "万元"),
    "营业收入（W）": (1e4, "万元"),
    "营业收入，亿元": (1e8, "亿元"),
    "营业收入万元": (1e4, "万元"),
    "注册资本亿元": (1e8, "亿元"),
    "去年营业收入千元": (1e3, "千元"),
    "Revenue (RMB 10,000)": (1e4, "万元"),
    "Revenue (RMB'000)": (1e3, "千元"),
    "Revenue (in millions of RMB)": (1e6, "百万元"),
    "Revenue (CNY mn, audited)": (1e6, "百万元"),
    "Revenue (ten thousand yuan)": (1e4, "万元"),
    "Revenue (hundred million yuan)": (1e8, "亿元"),
    "Revenue (FY2024, RMB bn)": (1e9, "十亿元"),
    "Revenue RMB million": (1e6, "百万元"),
    "annual_revenue_cny_10k": (1e4, "万元"),
}
NOT_READ = (
    "营业收入（万吨）", "研发投入（万元/%）", "营业收入（万元/月）", "营业收入（万元/人）", "营业收入（亿元/万元）", "营业收入（%）", "营业收入（户）",
    "研发投入（同比增长）", "员工人数（排名）", "营业收入（10,000）", "营业收入（第三季度，万元）", "营业收入（2024年1-9月，万元）", "营业收入（万新台币）", "营业收入（万日圆）", "Revenue (USD)",
    "Revenue (HK$ million)", "Revenue (SGDm)", "Revenue (crore)", "Revenue (monthly, RMB)",
    "员工人数（%）", "员工人数（万元）", "研发人员（户）", "营收增长率（倍）", "营收增长率（‰）", "营收增长率（万元）",
)  # fmt: skip


@pytest.mark.parametrize(("heading", "read"), READ.items())
def test_the_unit_is_found_among_other_words(heading, read):
    layout = lay_out([heading])
    assert (layout.columns[0].factor, layout.reports[0].unit) == read
    assert not layout.reports[0].unit_assumed


SCALES = {
    1e1: ("10元", "ten 十 十元 10元"),
    1e2: ("百元", "hundred hundreds 百 100元"),
    1e3: ("千元", "thousand thousands k K 千 1,000元"),
    1e4: ("万元", "wan w 万 10,000元"),
    1e5: ("十万元", "十万 100,000元"),
    1e6: ("百万元", "million millions mn mm mio mil m M 百万"),
    1e7: ("千万元", "千万"),
    1e8: ("亿元", "yi 亿"),
    1e9: ("十亿元", "billion billions bn b 十亿"),
    1e10: ("100亿元", "百亿"),
    1e12: ("10000亿元", "trillion tn 万亿"),
    2e8: ("2亿元", "2亿"),
    2e1: ("20元", "20元"),
}


@pytest.mark.parametrize(
    ("word", "factor", "unit"),
    [(word, factor, unit) for factor, (unit, words) in SCALES.items() for word in words.split()],
)
def test_every_word_for_a_scale_of_money_has_its_size_and_its_name(word, factor, unit):
    layout = lay_out([f"营业收入（人民币{word}）"])
    assert (layout.columns[0].factor, layout.reports[0].unit) == (factor, unit)


@pytest.mark.parametrize("heading", NOT_READ)
def test_what_looks_like_a_unit_and_is_not_read_leaves_the_column_out_and_is_stated(heading):
    layout = lay_out([heading])
    assert layout.columns == ()
    assert layout.reports[0].status is Status.UNIT_NOT_UNDERSTOOD
    assert layout.reports[0].field


@pytest.mark.parametrize(
    "heading", ["营业收入", "营业收入（含税）", "营业收入（2024年）", "营业收入（合并口径，必填）", "注册资本（认缴）"]
)
def test_a_unit_is_assumed_only_where_none_is_named(heading):
    report = lay_out([heading]).reports[0]
    assert (report.status, report.unit, report.unit_assumed) == (Status.USED, "元", True)


@pytest.mark.parametrize(
    ("heading", "factor", "unit"),
    [
        ("员工人数（千人）", 1e3, "千人"),
        ("员工人数（万人）", 1e4, "万人"),
        ("员工人数（百人）", 1e2, "百人"),
        ("员工人数（20人）", 20.0, "20人"),
        ("从业人数(人，年末)", 1.0, ""),
        ("员工人数（含劳务派遣）", 1.0, ""),
        ("Employees (thousands)", 1e3, "千人"),
        ("发明专利（百件）", 1e2, "百件"),
        ("发明专利（项）", 1.0, ""),
    ],
)
def test_people_and_pieces_have_units_too(heading, factor, unit):
    layout = lay_out([heading])
    assert (layout.columns[0].factor, layout.reports[0].unit, layout.reports[0].unit_assumed) == (factor, unit, False)


def test_a_column_in_a_unit_that_is_read_goes_before_one_that_is_not():
    layout = lay_out(["2024年营业收入（万美元）", "2023年营业收入（万元）"])
    assert [report.status for report in layout.reports] == [Status.UNIT_NOT_UNDERSTOOD, Status.USED]


def test_the_caller_s_unit_goes_before_the_heading_s():
    layout = lay_out(["营业收入（万吨）", "研发投入（万元）"], {0: "annual_revenue_cny(亿元)", 1: "rd_spend_cny"})
    assert [column.factor for column in layout.columns] == [1e8, 1e4]


@pytest.mark.parametrize(
    ("target", "faulty"),
    [("employees(千人)", False), ("employees(人)", False), ("employees(斤)", True), ("revenue_growth(%)", False),
     ("revenue_growth(倍)", True), ("annual_revenue_cny(RMB million)", False), ("annual_revenue_cny(含税)", True),
     ("name(万元)", False)],
)  # fmt: skip
def test_a_unit_the_caller_names_is_one_or_is_refused(target, faulty):
    assert unit_fault(target) is faulty


@pytest.mark.parametrize("note", ["单位：万元", "（金额单位：人民币万元）", "单位：万元、人", "(in RMB 10,000)"])
def test_a_unit_noted_above_the_table_holds_for_money_that_names_none(csv_bytes, xlsx_bytes, note):
    rows = [["园区企业一览"], [note], ["企业名称", "营业收入", "注册资本（元）", "员工人数"], ["甲", 5, 6, 7]]
    for content in (csv_bytes(rows), xlsx_bytes(rows)):
        table = read_tenants(content)
        (tenant,) = table
        assert tenant.profile.annual_revenue_cny == 50_000.0
        assert (tenant.profile.facts["registered_capital_cny"], tenant.profile.employees) == (6.0, 7)
        assert [(report.unit, report.unit_assumed) for report in table.columns[1:3]] == [("万元", False), ("元", False)]


def test_a_unit_in_the_heading_of_a_group_of_columns_holds_for_its_money(xlsx_bytes):
    def merge(_, sheet):
        sheet.merge_range("A1:A2", "企业名称")
        sheet.merge_range("B1:D1", "2024年主要指标（万元、人）")
        sheet.write_row("B2", ["营业收入", "研发费用（元）", "员工人数"])

    table = read_tenants(xlsx_bytes([[], [], ["甲", 5, 6, 7]], merge))
    (tenant,) = table
    profile = tenant.profile
    assert (profile.annual_revenue_cny, profile.rd_spend_cny, profile.employees) == (50_000.0, 6.0, 7)
    assert [report.unit_assumed for report in table.columns] == [False] * 4


def test_two_units_or_a_foreign_one_above_a_table_leave_its_money_unread(csv_bytes):
    for note in ("单位：万元、亿元", "单位：万美元"):
        table = read_tenants(csv_bytes([[note], ["企业名称", "营业收入"], ["甲", 5]]))
        assert [report.status for report in table.columns] == [Status.USED, Status.UNIT_NOT_UNDERSTOOD]


@given(st.text(max_size=40))
def test_any_words_in_brackets_are_read_or_reported(words):
    (report,) = lay_out([f"营业收入（{words}）"]).reports or (None,)
    assert report is None or report.status in set(Status)
