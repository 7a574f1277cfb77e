import time

import pytest

from rules.language.facts import load_facts
from seeds.vocabulary import fold
from service.intake.headings.layout import Status
from service.intake.headings.names import BY_ID, FIELDS, nearest_heading, recognise
from tests.service.intake.on_a_day import lay_out

USUAL = {
    "external_id": ["企业编码", "档案编号", "record ID"],
    "name": ["企业名", "申报企业", "经营主体名称", "legal name", "companyName", "公司情况", "企业名称", "公司名称", "*企业名称", "企业名称（全称）", "1. 单位名称", "Company Name", "name", "企 业 名 称"],
    "uscc": ["税号", "纳税人识别号", "企业税号", "统一社会信用码", "Tax ID", "统一社会信用代码", "信用代码", "統一社會信用代碼", "统一社会信用代码(18位)", "Credit code"],
    "province": ["所属省", "省代码"],
    "city": ["注册所在", "公司注册地", "工商注册地址", "登记地址", "省市区", "registered office", "company city", "注册地", "所在地", "注册地址", "city"],
    "city_part": ["城市", "所在城市"],
    "target_city": ["拟落户地区", "计划投资地"],
    "county": ["县（市、区）", "所属县区", "区县", "所在区县"],
    "sector": ["企业所属行业", "细分领域", "行业名称及代码", "industry type", "行业", "所属行业", "Industry", "sector"],
    "products": ["贵公司主营产品", "代表性产品", "主要业务", "产品清单", "main business", "主营产品", "产品", "主营产品/服务", "products", "主要产品（服务）"],
    "technologies": ["核心工艺", "研究方向", "key technology", "技术", "核心技术", "technologies"],
    "stage": ["研发进度", "技术成熟度", "development stage", "阶段", "项目阶段", "stage"],
    "needs": ["扶持需求", "所需支持", "support needed", "需求", "政策需求"],
    "employees": ["公司总人数", "社保缴纳人数", "2024年末员工总数", "no. of employees", "total staff", "员工人数", "从业人数", "员工人数（人）", "从业人员(人)", "employees", "2024年从业人数"],
    "annual_revenue_cny": ["营业收入(万元)", "年营收（亿元）", "上一年度营业收入", "2024年营业收入（万元）", "营业收入 万元", "营业收入/万元",
                           "Annual revenue (CNY million)", "annual_revenue_cny", "营业收入（单位：万元）"],
    "rd_spend_cny": ["研发费用", "研发投入(万元)", "R&D spend"],
    "enterprise_stage": ["公司阶段", "funding stage"],
    "size_class": ["公司规模", "划型结果"],
    "above_scale": ["是否上规"],
    "invention_patents": ["授权发明专利数", "number of invention patents"],
    "investment_cny": ["项目总投资额（万元）"],
    "revenue_growth": ["营业收入同比增长率", "revenue growth rate"],
    "rd_staff": ["科研人员数", "R&D headcount", "研发人员", "研发人员数（人）"],
    "founded_on": ["成立年月", "工商注册日期", "创办时间", "date established", "incorporation date", "成立日期", "注册时间", "成立时间"],
    "foreign_invested": ["是否外资", "外资"],
    "certifications": ["资质", "企业资质", "资质认定"],
    "ignored": ["备注", "序号", "联系电话"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "heading"), [(field, heading) for field, texts in USUAL.items() for heading in texts]
)
def test_an_everyday_heading_is_understood(field, heading):
    found = recognise(heading)
    assert found is not None
    assert found.id == field


@pytest.mark.parametrize(
    ("heading", "factor", "unit"),
    [
        ("营业收入", 1.0, "元"),
        ("营业收入(元)", 1.0, "元"),
        ("营业收入(千元)", 1e3, "千元"),
        ("营业收入（万元）", 1e4, "万元"),
        ("营业收入【人民币万元】", 1e4, "万元"),
        ("营业收入（单位：百万元）", 1e6, "百万元"),
        ("年营收（亿元）", 1e8, "亿元"),
        ("营业收入 万元", 1e4, "万元"),
        ("营业收入_亿元", 1e8, "亿元"),
        ("2024年营业收入(2024年)(万元)", 1e4, "万元"),
        ("Revenue (CNY million)", 1e6, "百万元"),
        ("revenue (10k yuan)", 1e4, "万元"),
    ],
)
def test_the_unit_in_a_heading_counts(heading, factor, unit):
    layout = lay_out([heading])
    assert layout.columns[0].factor == factor
    assert layout.reports[0].unit == unit


def test_money_without_a_unit_is_yuan_and_stated_to_be_assumed():
    assumed = [
        lay_out([heading]).reports[0].unit_assumed for heading in ("营业收入", "营业收入(万元)", "annual_revenue_cny")
    ]
    assert assumed == [True, False, False]


def test_money_in_another_currency_is_not_read():
    layout = lay_out(["营业收入（万美元）"])
    assert not layout.columns
    assert layout.reports[0].status is Status.UNIT_NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("heading", "near"),
    [
        ("企业规磨", "企业规模"),
        ("企业名秤", "企业名称"),
        ("主营产晶", "主营产品"),
        ("employes", "employees"),
        ("雇员人数", "员工人数"),
        ("大概收入", "营业收入"),
        ("technolgy", "technology"),
    ],
)
def test_a_heading_not_understood_is_reported_with_the_nearest(heading, near):
    report = lay_out(["企业名称", heading]).reports[1]
    assert (report.status, report.nearest) == (Status.NOT_UNDERSTOOD, near)


def test_a_note_of_the_unit_is_no_column_of_companies():
    assert recognise("单位：万元") is None
    assert recognise("单位").id == "name"


def test_nothing_is_near_to_nonsense():
    assert nearest_heading("qqqqqqqq") == ""


def test_no_heading_stands_for_two_fields():
    owners = {}
    for field in FIELDS:
        for name in (field.id, *field.headings):
            assert owners.setdefault(fold(name), field.id) == field.id, name


def test_of_two_columns_of_a_field_the_one_called_exactly_so_counts():
    layout = lay_out(["税号", "统一社会信用代码"])
    assert [report.status for report in layout.reports] == [Status.REPEATED, Status.USED]


def test_hundreds_of_strange_headings_take_seconds_at_most():
    started = time.process_time()
    lay_out([f"企业列{number}产品收入人员" for number in range(256)])
    assert time.process_time() - started < 10


def test_one_column_of_a_figure_counts_the_one_of_the_latest_year():
    layout = lay_out(["2022年营业收入(万元)", "2024年营业收入(亿元)", "2023年营业收入(万元)"])
    assert [column.position for column in layout.columns] == [1]
    assert [report.status for report in layout.reports] == [Status.REPEATED, Status.USED, Status.REPEATED]


def test_every_fact_that_is_declared_has_a_column(root):
    facts = load_facts(root / "seeds" / "vocabularies" / "profile_fields.yaml").values()
    told_by_the_name = {"organisation"}
    assert {fact.id for fact in facts if fact.field == "facts"} - told_by_the_name <= set(BY_ID)
