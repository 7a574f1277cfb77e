"""What documents of each kind state about themselves is read with its words and its place; nothing else is taken."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

import seeds
from seeds.letterhead import Surely, parse_day
from seeds.regions import Places, body_region, load_regions, parse_bodies
from seeds.stated import read_stated

FIELDS = ("title", "number", "issuers", "issued_on", "effective_from", "valid_to", "status", "region")


@cache
def places() -> Places:
    return Places(load_regions(Path(seeds.__file__).parent / "vocabularies"))


def told(text: str) -> dict[str, object]:
    """Return the first stated value of each field."""
    values: dict[str, object] = {}
    for one in read_stated(text, places())[0]:
        assert text[one.start : one.end] == one.quote
        if one.surely is Surely.STATED:
            values.setdefault(one.field, one.value)
    return values


LETTER = """合肥市人民政府办公室关于印发合肥市支持量子产业发展若干政策的通知
合政办〔2024〕12号
各县（市）、区人民政府，市政府各部门：
经市政府同意，现将《合肥市支持量子产业发展若干政策》印发给你们，请认真贯彻执行。
合肥市人民政府办公室
2024年3月8日
合肥市支持量子产业发展若干政策
为支持量子产业发展，根据《安徽省量子产业条例》，制定本政策。
第一条 对获批项目给予100万元补助，项目实施期限为2年。
第二条 本政策自2024年4月1日起施行，有效期至2026年12月31日。《合肥市旧政策》（合政办〔2020〕3号）同时废止。
"""
STATE = """财政部税务总局科技部关于提高研究开发费用税前加计扣除比例的通知
财税〔2018〕99号
各省、自治区、直辖市、计划单列市财政厅（局），国家税务总局各省、自治区、直辖市税务局：
为进一步激励企业加大研发投入，现就有关问题通知如下：
一、企业开展研发活动中实际发生的研发费用，按照75%加计扣除。
二、本通知自2018年1月1日起执行。
财政部
税务总局
科技部
2018年9月20日
"""
DECREE = """广东省人民政府令
第300号
《广东省实验室管理规定》已经2023年5月10日十四届广东省人民政府第10次常务会议通过，现予公布，自2023年8月1日起施行。
2023年6月1日
广东省实验室管理规定
第一条 为规范管理，制定本规定。
第二条 本规定自2023年8月1日起施行。
"""
STATUTE = """安徽省科技创新条例
（2023年11月30日安徽省第十四届人民代表大会常务委员会第六次会议通过）
第一章 总则
第一条 为了促进创新，结合本省实际，制定本条例。
第二章 附则
第二条 本条例自2024年1月1日起施行。
"""
COMMENT = """杭州市支持低空经济发展若干措施
（征求意见稿）
一、支持内容
对新建起降场给予补助。
二、附则
本措施自2025年7月1日起施行，有效期3年。
"""
TRIAL = """苏州市知识产权局苏州市财政局关于印发《苏州市知识产权资助办法（试行）》的通知
苏知规〔2021〕2号
各县级市（区）知识产权局、财政局：
现将《苏州市知识产权资助办法（试行）》印发给你们，请遵照执行。
苏州市知识产权局
苏州市财政局
二〇二一年六月十五日
苏州市知识产权资助办法（试行）
第一条 企业的高新技术企业资格自颁发证书之日起有效期为三年。
第二条 本办法自印发之日起施行，试行期两年，由市知识产权局负责解释。
"""
CALL = """关于组织申报2025年度成都市科技成果转化项目的通知
各有关单位：
根据《成都市科技计划项目管理办法》（成科字〔2023〕10号）有关规定，现组织申报2025年度项目，有关事项通知如下：
一、支持对象
在我市注册一年以上的企业，证书有效期至2026年12月31日。
二、申报时间
自2025年5月1日起至2025年6月30日止受理。
成都市科学技术局2025年4月20日
"""
COUNTY = """中共海宁市委海宁市人民政府关于推进制造业高质量发展的实施意见
（2022年5月6日）
为推进制造业高质量发展，提出如下意见：
一、总体要求
坚持创新驱动。
二、附则
本意见自发布之日起施行，暂定三年有效期。
"""
BOX = """索引号：000000/2023-00001
发文机关：上海市经济和信息化委员会
发文字号：沪经信规范〔2023〕5号
成文日期：2023-06-30
发布日期：2023-07-10
关于印发《上海市智能工厂培育办法》的通知
各有关单位：
现将《上海市智能工厂培育办法》印发给你们，请遵照执行。
第一条 为推进智能工厂建设，制定本办法。
第二条 本办法自2023年8月1日起实施，有效期5年。
"""
RULE = """高新技术企业认定管理工作指引
2016年6月22日科技部财政部国家税务总局国科发火〔2016〕195号公布
第一条 为规范认定，制定本指引。
第二条 本指引自2016年7月1日起施行。
"""
DISTRICT = """上海市徐汇区人民政府印发《关于推动人工智能产业发展的若干措施》的通知
徐府发〔2023〕5号
经区政府同意，现将《关于推动人工智能产业发展的若干措施》印发给你们，请认真按照执行。
上海市徐汇区人民政府
2023年7月31日
关于推动人工智能产业发展的若干措施
一、附则
本措施自2023年8月15日起实施，有效期至2026年8月14日。
"""
REPEALED = """有效性：失效
宁波市中小企业补助办法
甬财企〔2015〕88号
第一条 本办法自2015年1月1日起施行。
"""
NOTHING = """扶持资金常见问题
发布时间：2024-05-06 11:00
一、哪些企业可以申请？
在本地注册的企业可以申请，证书有效期三年。
二、何时拨付？
自2024年6月1日起执行新的拨付流程。
"""
CARD = """9.北京市支持氢能设施建设
北京市支持氢能设施建设
依据文件
《北京市氢能措施》
发文机构
北京市经济和信息化局、北京市城市管理委员会
发文字号
/
发布日期
2022-08-11
服务对象
氢能企业
时间/频度
2022年8月11日起，有效期3年
"""
CASES = {
    "a letter and its policy": (
        LETTER,
        ("合肥市支持量子产业发展若干政策", "合政办〔2024〕12号", ("合肥市人民政府办公室",), "2024-03-08", "2024-04-01", "2026-12-31", "in_force", "340100"),
    ),
    "ministries together": (
        STATE,
        ("财政部税务总局科技部关于提高研究开发费用税前加计扣除比例的通知", "财税〔2018〕99号", ("财政部", "税务总局", "科技部"), "2018-09-20", "2018-01-01", None, "in_force", "100000"),
    ),
    "a decree": (DECREE, ("广东省实验室管理规定", "广东省人民政府令第300号", ("广东省人民政府",), None, "2023-08-01", None, "in_force", "440000")),
    "a statute": (
        STATUTE,
        ("安徽省科技创新条例", None, ("安徽省人民代表大会常务委员会",), "2023-11-30", "2024-01-01", None, "in_force", "340000"),
    ),
    "a draft for comment": (COMMENT, ("杭州市支持低空经济发展若干措施", None, None, None, "2025-07-01", "2028-06-30", "draft", "330100")),
    "for trial, dated in Chinese numerals": (
        TRIAL,
        ("苏州市知识产权资助办法（试行）", "苏知规〔2021〕2号", ("苏州市知识产权局", "苏州市财政局"), "2021-06-15", "2021-06-15", "2023-06-14", "in_force", "320500"),
    ),
    "a call for applications": (
        CALL,
        ("关于组织申报2025年度成都市科技成果转化项目的通知", None, ("成都市科学技术局",), "2025-04-20", None, None, None, "510100"),
    ),
    "party and government of a county town": (
        COUNTY,
        ("中共海宁市委海宁市人民政府关于推进制造业高质量发展的实施意见", None, ("中共海宁市委", "海宁市人民政府"), "2022-05-06", "2022-05-06", "2025-05-05", "in_force", "330481"),
    ),
    "a box of issue data": (
        BOX,
        ("关于印发《上海市智能工厂培育办法》的通知", "沪经信规范〔2023〕5号", ("上海市经济和信息化委员会",), "2023-06-30", "2023-08-01", "2028-07-31", "in_force", "310000"),
    ),
    "a rule of ministries": (
        RULE,
        ("高新技术企业认定管理工作指引", "国科发火〔2016〕195号", ("科技部", "财政部", "国家税务总局"), "2016-06-22", "2016-07-01", None, "in_force", "100000"),
    ),
    "a district sends its measures": (
        DISTRICT,
        ("关于推动人工智能产业发展的若干措施", "徐府发〔2023〕5号", ("上海市徐汇区人民政府",), "2023-07-31", "2023-08-15", "2026-08-14", "in_force", "310104"),
    ),
    "repealed": (REPEALED, ("宁波市中小企业补助办法", "甬财企〔2015〕88号", None, None, "2015-01-01", None, "repealed", "330200")),
    "a page that states nothing": (NOTHING, ("扶持资金常见问题", None, None, None, None, None, None, None)),
    "a card": (
        CARD,
        ("北京市支持氢能设施建设", None, ("北京市经济和信息化局", "北京市城市管理委员会"), "2022-08-11", "2022-08-11", "2025-08-10", "in_force", "110000"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_a_document_of_each_kind_states_what_it_prints_and_no_more(text: str, expected: tuple[object, ...]) -> None:
    values = told(text)
    assert {name: values.get(name) for name in FIELDS} == dict(zip(FIELDS, expected, strict=True))


def test_what_a_document_rests_on_and_ends_is_read() -> None:
    values = told(LETTER)
    assert values["based_on"] == ("《安徽省量子产业条例》",)
    assert values["replaces"] == ("《合肥市旧政策》（合政办〔2020〕3号）",)


ENDS = {
    "本办法自2024年1月1日起施行，至2026年12月31日止。": ("2024-01-01", "2026-12-31"),
    "本办法自2024年1月1日起施行，有效期至2026年12月31日。": ("2024-01-01", "2026-12-31"),
    "本办法自2024年1月1日起施行，有效期三年。": ("2024-01-01", "2026-12-31"),
    "本办法自2024年1月1日起实施。有效期为5年。": ("2024-01-01", "2028-12-31"),
    "本办法有效期自2024年1月1日至2025年12月31日。": ("2024-01-01", "2025-12-31"),
    "本办法自2024年1月1日起施行，试行期1年。": ("2024-01-01", "2024-12-31"),
    "本办法自2024年2月29日起施行，有效期两年。": ("2024-02-29", "2026-02-28"),
    "本办法从2024年5月1日起正式实施，执行期限至2027年4月30日。": ("2024-05-01", "2027-04-30"),
    "本实施细则由市科技局负责解释，自2024年5月1日起执行。": ("2024-05-01", None),
    "本办法自公布之日起30日后施行。": (None, None),
    "获得的资格有效期三年，自2024年1月1日起计算。": (None, None),
    "《某办法》自2020年1月1日起施行的，按原规定执行。": (None, None),
    "本办法支持的项目实施期限为2年。": (None, None),
    "申报自2024年1月1日起，至2024年3月31日止。": (None, None),
    "本政策所称企业，证书有效期至2025年12月31日。": (None, None),
    "自2023年1月1日起新认定的企业，适用本办法。": (None, None),
}


@pytest.mark.parametrize(("sentence", "days"), ENDS.items(), ids=list(ENDS))
def test_only_what_a_document_says_of_its_own_effect_counts(sentence: str, days: tuple[str | None, str | None]) -> None:
    values = told(f"某市资助办法\n第一条 为规范资助，制定本办法。\n第二条 {sentence}\n")
    assert (values.get("effective_from"), values.get("valid_to")) == days


@pytest.mark.parametrize(
    ("line", "bodies"),
    [
        ("广州市人力资源和社会保障局广州市公安局", ("广州市人力资源和社会保障局", "广州市公安局")),
        ("广州市人力资源和社会保障局 广州市公安局", ("广州市人力资源和社会保障局", "广州市公安局")),
        ("财政部国家税务总局海关总署", ("财政部", "国家税务总局", "海关总署")),
        ("中共柳河县委柳河县人民政府", ("中共柳河县委", "柳河县人民政府")),
        ("深圳市南山区人民政府办公室", ("深圳市南山区人民政府办公室",)),
        ("北京市科学技术委员会、中关村科技园区管理委员会", ("北京市科学技术委员会", "中关村科技园区管理委员会")),
        ("南京江北新区管理委员会", ("南京江北新区管理委员会",)),
        ("国家发展改革委", ("国家发展改革委",)),
        ("安徽省第十四届人民代表大会常务委员会", ("安徽省人民代表大会常务委员会",)),
        ("北京市大数据工作推进小组办公室", ("北京市大数据工作推进小组办公室",)),
        ("各县（市）、区人民政府", ()),
        ("合肥市支持量子产业发展若干政策", ()),
        ("广州市的企业向市科技局", ()),
        ("科技局", ()),
        ("", ()),
    ],
)
def test_a_line_of_public_bodies_is_cut_into_its_names(line: str, bodies: tuple[str, ...]) -> None:
    assert parse_bodies(places(), line) == bodies


@pytest.mark.parametrize(
    ("body", "region"),
    [
        ("国家税务总局", "CN"),
        ("国务院办公厅", "CN"),
        ("深圳市南山区人民政府", "440305"),
        ("中共柳河县委", "220524"),
        ("广东省科学技术厅", "440000"),
        ("某市财政局", None),
    ],
)
def test_a_body_speaks_for_the_place_in_its_name(body: str, region: str | None) -> None:
    assert body_region(places(), body) == region


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2024年5月1日", date(2024, 5, 1)),
        ("二〇二三年十二月三十一日", date(2023, 12, 31)),
        ("二○一九年十月十日", date(2019, 10, 10)),
        ("2024-05-01", date(2024, 5, 1)),
        ("2024/5/1", date(2024, 5, 1)),
        ("2024年2月30日", None),
        ("2024年13月1日", None),
    ],
)
def test_a_day_is_read_in_each_way_of_writing_it(printed: str, day: date | None) -> None:
    assert parse_day(printed) == day


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("合政办〔2024〕12号", "合政办〔2024〕12号"),
        ("文号：宁新区管规字〔2026〕4号", "宁新区管规字〔2026〕4号"),
        ("发文字号|京科发〔2022〕7号", "京科发〔2022〕7号"),
        ("财税[2018]99号", "财税〔2018〕99号"),
        ("国科发火（2016）32号", "国科发火〔2016〕32号"),
        ("国家税务总局公告2023年第5号", "国家税务总局公告2023年第5号"),
        ("2021年1月1日国家税务总局令第50号公布", "国家税务总局令第50号"),
        ("（2019年10月22日国务院令第722号）", "国务院令第722号"),
        ("根据合政办〔2024〕12号，制定本办法。", None),
    ],
)
def test_a_number_is_read_without_its_label_and_not_out_of_a_sentence(line: str, number: str | None) -> None:
    assert told(f"某市资助办法\n{line}\n第一条 为规范资助，制定本办法。\n").get("number") == number


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("合肥市创新券管理办法（试行）", "in_force"),
        ("合肥市创新券管理暂行办法", "in_force"),
        ("合肥市创新券管理办法（征求意见稿）", "draft"),
        ("关于公开征求《合肥市创新券管理办法》意见的公告", "draft"),
        ("合肥市创新券管理办法（草案征求意见稿）", "draft"),
        ("合肥市创新券管理办法【已废止】", "repealed"),
        ("合肥市创新券管理办法", None),
    ],
)
def test_a_title_tells_whether_a_document_binds(title: str, status: str | None) -> None:
    assert told(f"{title}\n一、总则\n为规范管理，作如下规定。\n").get("status") == status


def test_a_day_of_publication_is_only_likely_the_day_of_effect() -> None:
    text = (
        "合肥市资助办法\n发布时间：2024-05-06 11:00\n第一条 为规范资助，制定本办法。\n第二条 本办法自发布之日起施行。\n"
    )
    offered = {one.field: one.value for one in read_stated(text, places())[0] if one.surely is Surely.LIKELY}
    assert offered["effective_from"] == "2024-05-06"
    assert {name: told(text).get(name) for name in ("effective_from", "status")} == {
        "effective_from": None,
        "status": "in_force",
    }


@pytest.mark.parametrize(
    "below",
    [
        "特此通知",
        "公告",
        "附件1 申报指南",
        "来源：某市政策",
        "（此件公开发布）",
        "各有关单位：",
        "发布时间：2024-05-06",
    ],
)
def test_other_lines_of_the_head_are_no_title(below: str) -> None:
    assert told(f"关于组织申报2024年度合肥市创新项目的通知\n{below}\n一、申报条件\n注册。\n")["title"] == (
        "关于组织申报2024年度合肥市创新项目的通知"
    )


def test_a_title_set_on_two_lines_is_one_and_its_heading_stands_in_the_text() -> None:
    text = "合肥市人民政府\n关于加快量子产业发展的\n若干意见\n一、总体要求\n创新。\n"
    stated, heading = read_stated(text, places())
    assert stated[0].value == "合肥市人民政府关于加快量子产业发展的若干意见"
    assert heading == "关于加快量子产业发展的"


def test_an_unsure_value_is_offered_and_not_taken() -> None:
    text = "创新券使用办法\n第一条 为规范使用，制定本办法。\n第二条 本办法由合肥市科学技术局负责解释。\n"
    offered = [one for one in read_stated(text, places())[0] if one.surely is Surely.LIKELY]
    assert ("issuers", ("合肥市科学技术局",)) in [(one.field, one.value) for one in offered]
    assert "issuers" not in told(text)
