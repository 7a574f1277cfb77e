"""What a sentence is there for decides what it becomes: fields of a card, headings, and leads of lists."""

import pytest

from rules.drafting.draft import draft_pack, trial_document
from rules.drafting.sentences import Span
from rules.drafting.writing import without_faults
from rules.language.measures import MeasureVerdict
from rules.language.pack import parse_pack
from rules.language.reference import evaluate
from tests.rules.drafting.documents import document_of

CARD = """依据文件
《云溪区支持检测平台办法》
发文机构
云溪区科学技术局
工具分类
资金支持
服务对象
检测平台的运营单位
服务内容
1．支持平台建设。采取后补助方式。按照设备投入的20%给予补助，单个项目不超过300万元。
2．支持平台服务
对年服务企业50家以上的平台，给予10万元奖励。
条件要求
1．支持平台建设需要符合以下条件：
（1）注册资本不低于500万元。
（2）入驻企业年营业收入不低于1000万元。
2．信用良好。
服务流程
1．提交申请。申请单位提交申请书。
2．公示。公示期不少于5个工作日。
联系方式
云溪区科学技术局"""

NOTICE = """各有关单位：
现将2025年度云溪区示范工厂申报工作有关事项通知如下：
一、申报条件
（一）在本区注册一年以上；
（二）近一年营业收入增长不低于10%；
（三）具有健全的管理制度。
二、申报时间
网上申报截止时间为6月30日，纸质材料于7月10日前报送至区工业和信息化局。
三、其他
未尽事宜另行通知。"""


def drafted(lexicon, body, **more):
    document = trial_document(*document_of(body, **more))
    draft = draft_pack(document, lexicon)
    if draft.pack["measures"]:
        documents = {document.id: document}
        parse_pack(draft.pack, file=f"{document.id}.yaml", documents=documents, lexicon=lexicon, is_draft=True)
    return document, draft


def asked(measure):
    return [one.get("fact") or one.get("text") for one in measure.get("conditions", ())]


@pytest.fixture(scope="module")
def card(lexicon):
    return drafted(lexicon, CARD)[1]


def test_only_what_a_card_offers_is_a_measure(card):
    assert [measure["source"]["quote"][:6] for measure in card.pack["measures"]] == ["按照设备投入", "对年服务企业"]
    assert card.pack["measures"][0]["title"] == "支持平台建设"


def test_sentences_that_go_on_belong_to_the_measure_before_them(card):
    benefits = card.pack["measures"][0]["benefits"]
    assert [(one["rate"], one["caps"][0]["amount"], one["caps"][0]["by"]) for one in benefits] == [
        ("20%", "300万元", "project")
    ]


def test_conditions_under_the_heading_of_a_measure_are_its_own(card):
    first, last = card.pack["measures"]
    assert asked(first) == [
        "registered_capital_cny",
        "入驻企业年营业收入不低于1000万元",
        "信用良好",
        "检测平台的运营单位",
    ]
    assert asked(last)[-2:] == ["信用良好", "检测平台的运营单位"]
    assert "registered_capital_cny" not in asked(last)


def test_conditions_of_several_lists_go_each_to_its_own_measure(lexicon):
    body = """一、检测平台建设支持
给予建成的平台20万元奖励。
二、示范工厂建设支持
给予建成的工厂30万元奖励。
三、申报条件
（一）检测平台建设支持条件
注册资本不低于500万元。
（二）示范工厂建设支持条件
职工总数不少于50人。"""
    measures = drafted(lexicon, body)[1].pack["measures"]
    assert [asked(measure) for measure in measures] == [["registered_capital_cny"], ["employees"]]


def test_a_document_that_asks_and_gives_nothing_is_one_measure(lexicon):
    draft = drafted(lexicon, NOTICE)[1]
    (measure,) = draft.pack["measures"]
    assert asked(measure) == ["years_in_business", "近一年营业收入增长不低于10%", "具有健全的管理制度"]
    assert "benefits" not in measure


def test_days_without_a_year_are_of_the_year_of_the_document(lexicon):
    windows = drafted(lexicon, NOTICE, issued_on="2025-05-20")[1].pack["windows"]
    assert [one["closes"] for one in windows] == ["2025-06-30", "2025-07-10"]


def test_days_of_a_document_without_a_year_open_and_close_nothing(lexicon):
    assert "windows" not in drafted(lexicon, NOTICE)[1].pack


WINDOWS = {
    "申报时间为2026年3月1日至3月31日": [{"opens": "2026-03-01", "closes": "2026-03-31"}],
    "每年4月1日至5月31日受理申请": [{"yearly": True, "opens": "04-01", "closes": "05-31"}],
    "系统自2026年3月1日起开放申报": [{"opens": "2026-03-01"}],
    "截止时间分别为2026年6月9日、7月28日": [{"closes": "2026-06-09"}, {"closes": "2026-07-28"}],
    "企业应于2026年12月31日17:30前完成申报工作": [{"closes": "2026-12-31"}],
    "每年3月至5月受理申请": [{"yearly": True, "opens": "03-01", "closes": "05-31"}],
    "申报时间为每年12月至次年2月": [{"yearly": True, "opens": "12-01", "closes": "02-29"}],
    "每年3月和9月集中申报": [{"months": [3, 9]}],
    "每年3月、9月1日至15日受理申请": [{"months": [3, 9], "days": [1, 15]}],
    "每季度首月受理申请": [{"months": [1, 4, 7, 10]}],
    "申报时间为2026年3月至5月": [{"opens": "2026-03-01", "closes": "2026-05-31"}],
    "集中申报定于2026年4月": [{"opens": "2026-04-01", "closes": "2026-04-30"}],
    "各单位于6月底前提交申报材料": [{"closes": "2026-06-30"}],
    "本项目常年受理申报": [{"all_year": True}],
    "采取常年申报、集中受理的方式": [],
    "每年8月左右集中申报": [],
    "预计3月至5月集中申报": [],
    "每年3月前提交申报材料": [],
    "每季度首月10日前受理申请": [],
    "申报时间另行通知，本办法自2026年3月1日起施行": [],
    "评审结果于2026年3月1日公布，申报时间另行通知": [],
}


@pytest.mark.parametrize("words", WINDOWS)
def test_the_days_on_which_applications_open_and_close_are_read(words, lexicon):
    body = f"一、支持\n对优秀企业给予20万元奖励。\n二、安排\n{words}。"
    windows = drafted(lexicon, body, issued_on="2026-01-05")[1].pack.get("windows", [])
    assert [{key: value for key, value in one.items() if key not in ("clause", "cite")} for one in windows] == WINDOWS[
        words
    ]


MANNERS = {
    "奖励资金分两期拨付": ("instalments", {"value": 2, "cite": "奖励资金分两期拨付"}),
    "同一企业只奖励一次": ("first_time_only", {"cite": "同一企业只奖励一次"}),
    "对同一企业晋档的，补足差额": ("difference_only", {"cite": "对同一企业晋档的，补足差额"}),
}


@pytest.mark.parametrize("words", MANNERS)
def test_how_a_benefit_is_paid_is_read_from_the_sentence_behind_it(words, lexicon):
    key, told = MANNERS[words]
    (measure,) = drafted(lexicon, f"一、支持\n对优秀企业给予20万元奖励。{words}。")[1].pack["measures"]
    assert measure["benefits"][0][key] == told


PAPERS = {
    "（一）申报材料：营业执照、上年度审计报告、承诺书。": ["business-licence", "audit-report", "commitment-letter"],
    "（一）申请材料要求\n1.营业执照复印件；\n2.项目专项审计报告；\n3.发明专利证书。": [
        "business-licence", "special-audit-report", "ip-certificate",
    ],
    "（一）申请企业应提交以下材料：\n1.合同复印件、发票；\n2.银行回单。": ["contract", "invoice", "payment-proof"],
    "（一）申报材料：\n1.营业执照；\n2.营业执照副本复印件。": ["business-licence"],
    "（一）设立审计报告备案制度。": [],
}  # fmt: skip


@pytest.mark.parametrize("body", PAPERS)
def test_papers_are_read_from_lists_that_name_them(body, lexicon):
    pack = drafted(lexicon, f"一、支持\n对优秀企业给予20万元奖励。\n二、安排\n{body}")[1].pack
    assert [one["id"] for one in pack.get("materials", [])] == PAPERS[body]


@pytest.mark.parametrize(
    ("words", "is_asked"),
    [
        ("企业名称发生变化的，须先办理变更", False),
        ("2014年通过认定的企业，资格到今年终止，须按程序提出认定申请", False),
        ("2011年通过认定，且2014年通过复审的企业，资格终止，须按程序提出申请", False),
        ("联合申报的，应当提交合作协议", False),
        ("已被认定为区级示范的，同等条件下优先认定", False),
        ("以建筑设计为主营业务的，应成立五年以上", True),
        ("获得过同类支持的，不得申报", True),
        ("企业须依法纳税", True),
    ],
)
def test_how_some_of_them_apply_is_asked_of_nobody_else(words, is_asked, lexicon):
    body = f"一、支持\n对优秀企业给予20万元奖励。\n二、申报条件\n（一）职工总数不少于50人。\n（二）{words}。"
    draft = drafted(lexicon, body)[1]
    assert len(draft.pack["measures"][0]["conditions"]) == 2 + is_asked
    assert [one.text for one in draft.unread] == ([] if is_asked else [words])


LISTS = {
    "所有": ("申请奖励的企业应同时符合下列条件：", ["registered_capital_cny", "注册地在本区"]),
    "之一": ("申请奖励的企业应符合下列条件之一：", ["any"]),
    "不予": ("有下列情形之一的，不予奖励：", ["not", "not"]),
    "优先": ("对符合以下条件之一的企业优先推荐：", ["给予优秀企业20万元奖励"]),
}


@pytest.mark.parametrize("kind", LISTS)
def test_the_lead_of_a_list_says_how_its_items_are_meant(kind, lexicon):
    lead, wanted = LISTS[kind]
    body = f"一、支持\n给予优秀企业20万元奖励。\n二、范围\n{lead}\n（一）注册资本不低于500万元；\n（二）注册地在本区。"
    conditions = drafted(lexicon, body)[1].pack["measures"][0].get("conditions", [])
    found = [
        next((key for key in ("any", "not") if key in one), None) or one.get("fact") or one["text"]
        for one in conditions
    ]
    assert found == wanted


def test_a_list_in_a_list_ends_before_the_next_item_of_the_outer_one(lexicon):
    body = """第一条 给予通过认定的企业20万元奖励。
第二条 申请认定须同时满足以下条件：
（一）研发投入占比符合如下要求：
1.年销售收入小于5000万元的企业，比例不低于5%；
2.年销售收入在2亿元以上的企业，比例不低于3%。
（二）职工总数不少于50人。"""
    conditions = drafted(lexicon, body)[1].pack["measures"][0]["conditions"]
    assert [one.get("fact") or one["text"] for one in conditions] == [
        "年销售收入小于5000万元的企业，比例不低于5%", "年销售收入在2亿元以上的企业，比例不低于3%", "employees",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        "如委托代理机构办理的，还须提供授权委托书", "对违反规定的企业给予通报批评", "为支持企业发展，根据有关规定，制定本办法",
        "对认定名单予以公示", "云溪区科学技术局2026年3月1日", "区人力资源社会保障部门负责审核", "财政扶持资金应当专款专用",
        "国家和省鼓励的其他活动", "对设备和配套设施进行改造", "补助额=实际投入×15%",
        "设立总规模不低于1亿元的专项资金，用于补助和奖励",
    ],
)  # fmt: skip
def test_duties_rulings_and_reasons_are_no_measures(words, lexicon):
    draft = drafted(lexicon, f"一、支持\n对优秀企业给予20万元奖励。\n二、其他\n{words}。")[1]
    assert [measure["source"]["quote"] for measure in draft.pack["measures"]] == ["对优秀企业给予20万元奖励"]


def test_words_that_stand_more_than_once_are_told_apart(lexicon):
    body = "一、奖励\n对国家级、省级平台，分别给予50万元、20万元奖励。对国家级、省级基地，分别给予30万元、10万元奖励。"
    document, draft = drafted(lexicon, body)
    cites = [tier["when"]["cite"] for one in draft.pack["measures"] for tier in one["benefits"][0]["tiers"]]
    assert cites == ["国家级", "省级平台", {"clause": "1", "quote": "国家级", "nth": 2}, "省级基地"]
    for place in draft.places:
        clause = document.clause(place.clause)
        assert clause.start <= place.start < place.end <= clause.end


SILENT = {
    "新列入国家级、省级名单的，分别给予30万元、10万元奖励": ["any"],
    "通过专项验收的给予补助10万元": ["通过专项验收的"],
    "支持企业建设中试平台": ["支持企业建设中试平台"],
    "按设备投入的15%给予补助": ["按设备投入的15%给予补助"],
    "对规模以上企业给予20万元奖励": ["规模以上企业"],
}


@pytest.mark.parametrize("words", SILENT)
def test_nobody_meets_a_drafted_measure_by_silence(words, lexicon, answers_from, taxonomies):
    document, draft = drafted(lexicon, f"一、支持\n{words}。")
    (measure,) = draft.pack["measures"]
    assert [
        next((key for key in ("any",) if key in one), None) or one["text"] for one in measure["conditions"]
    ] == SILENT[words]
    documents = {document.id: document}
    pack = parse_pack(draft.pack, file=f"{document.id}.yaml", documents=documents, lexicon=lexicon, is_draft=True)
    silent = evaluate(pack.measures[0], answers_from({"region": "440114"}), taxonomies)
    assert silent.verdict is MeasureVerdict.POSSIBLE


def test_tiers_of_several_sentences_are_different_conditions(lexicon):
    body = "一、奖励\n对国家级、省级平台，分别给予50万元、20万元奖励。其中国家级、省级示范，分别给予60万元、30万元。"
    names = [
        tier["when"]["manual"]
        for one in drafted(lexicon, body)[1].pack["measures"][0]["benefits"]
        for tier in one["tiers"]
    ]
    assert names == ["tier-1", "tier-2", "tier-3", "tier-4"]


def test_a_condition_that_does_not_load_is_put_into_words(lexicon):
    document = trial_document(*document_of("一、奖励\n对职工不少于50人的企业，给予10万元奖励。"))
    start = document.text.index("职工")
    cite, quote = (
        Span(start, start + 7, "职工不少于50"),
        Span(start + 12, start + 20, document.text[start + 12 : start + 20]),
    )
    measure = {"id": "a", "title": "a", "instrument": "subsidy", "kind": "support", "strength": "grant",
               "source": {"clause": "1", "quote": quote},
               "conditions": [{"fact": "employees", "at_least": 51.0, "cite": cite}]}  # fmt: skip
    pack = {"schema": 2, "document": document.id, "defaults": {}, "measures": [measure]}
    kept, taken = without_faults(pack, document, lexicon)
    assert kept["measures"][0]["conditions"] == [{"manual": "stated-1", "text": "职工不少于50", "cite": cite}]
    assert taken == [("1", "职工不少于50")]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("按照包容审慎原则，鼓励制氢项目建设", "鼓励制氢项目建设"),
        ("通过省级鉴定的，给予补助5万元", "通过省级鉴定的：补助"),
        ("围绕重点产业，支持企业建设中试平台", "支持企业建设中试平台"),
    ],
)
def test_a_title_says_what_is_done_and_not_in_which_manner(words, title, lexicon):
    body = f"一、支持\n{words}。对优秀企业给予20万元奖励。"
    assert drafted(lexicon, body)[1].pack["measures"][0]["title"] == title


def test_how_support_is_paid_out_is_no_measure_of_its_own(lexicon):
    body = "一、支持内容\n第一条 对优秀企业给予20万元奖励。\n二、政策兑现\n第二条 奖励按30%、70%分两次兑现给企业。"
    assert len(drafted(lexicon, body)[1].pack["measures"]) == 1


def test_how_one_registers_is_no_condition(lexicon):
    body = """一、支持
给予优秀企业20万元奖励。
二、申报条件
（一）职工总数不少于50人。
（二）网上注册登记
企业须用22位注册号注册账号，2个工作日内激活。"""
    (measure,) = drafted(lexicon, body)[1].pack["measures"]
    assert asked(measure) == ["employees"]


def test_a_chapter_of_conditions_and_procedure_holds_both(lexicon):
    body = "第一章 认定条件与程序\n第一条 申请认定应满足以下条件：\n（一）职工总数不少于50人。\n第二条 认定程序如下：提交材料。"
    (measure,) = drafted(lexicon, body)[1].pack["measures"]
    assert asked(measure) == ["employees"]
