"""Sentences of policies into benefits and conditions: what pays, what limits, what is asked, and what is none of it."""

import pytest

from rules.drafting.reading import SentenceReader
from rules.drafting.sentences import drafting_words, sentences_of
from seeds.documents import build_document
from tests.rules.drafting.documents import document_of

GIVES = {
    "对在本区设立研发中心的企业，给予50万元奖励": [{"amount": "50万元"}],
    "对新认定的企业，给予最高200万元资助": [{"up_to": "200万元"}],
    "对获奖单位给予10万元至30万元奖励": [{"amount": ["10万元", "30万元"]}],
    "按设备投入的15%给予补助，单个项目最高300万元": [
        {"rate": "15%", "of": "equipment", "caps": [("300万元", "project")]}
    ],
    "按照研发费用不超过8%给予补助，每家企业每年最高100万元": [
        {"rate_up_to": "8%", "of": "rd_spend", "caps": [("100万元", "year")]}
    ],
    "对其贷款利息给予50%的贴息，累计不超过60万元": [
        {"rate": "50%", "of": "loan_interest", "caps": [("60万元", "total")]}
    ],
    "按照国拨经费给予1:1配套支持": [{"rate": "100%", "of": "award"}],
    "新引进的博士，每人每年给予3万元生活补贴，连续补贴3年": [{"amount": "3万元", "per": "person", "years": 3}],
    "给予租用厂房的企业15元/平方米租金补贴": [{"amount": "15元", "per": "square_metre"}],
    "按照10元/公斤的标准给予运营补贴": [{"amount": "10元", "per": "item"}],
    "每件发明专利资助2000元": [{"amount": "2000元", "per": "patent"}],
    "营业收入每增加1000万元给予8万元奖励，单个企业不超过80万元": [
        {"amount": "8万元", "per": "step", "step": "1000万元", "caps": [("80万元", "enterprise")]}
    ],
    "按照不超过5%费率分年度补贴，单个企业年度补贴金额不超过1000万元": [
        {"rate_up_to": "5%", "caps": [("1000万元", "year")]}
    ],
    "销售自行开发的软件，按13%税率征收增值税后，对其实际税负超过3%的部分实行即征即退": [{}],
    "对认定的企业，减按15%的税率征收企业所得税": [{}],
    "对租赁厂房的企业每年给予3万元补助，对首次升规的企业给予2万元补助，分两期拨付": [
        {"amount": "3万元"}, {"amount": "2万元", "instalments": 2, "first_time_only": True},
    ],
    "给予100万元补助，分三期拨付": [{"amount": "100万元", "instalments": 3}],
    "对首次通过认定的企业给予20万元奖励": [{"amount": "20万元", "first_time_only": True}],
    "给予采购方最高40万元补助，给予供应方最高60万元补助": [{"up_to": "40万元"}, {"up_to": "60万元"}],
    "对规模以上企业给予20万元奖励（第一年兑现12万元，第二年兑现8万元）": [{"amount": "20万元"}],
    "对取得国家级、省级认定的企业，分别给予80万元、30万元奖励": [
        {"tiers": [("取得国家级", "80万元"), ("省级认定的企业", "30万元")]}
    ],
    "对年营业收入达到2亿元、5亿元的企业，分别给予10万元、25万元奖励": [
        {"tiers": [(("annual_revenue_cny", "2亿元"), "10万元"), (("annual_revenue_cny", "5亿元"), "25万元")]}
    ],
    "获评省、市级示范项目、数字化车间的分别奖励30万元、10万元": [{"tiers": [("省", "30万元"), ("市级", "10万元")]}],
    "投资额100万元以上至500万元、500万元以上的，分别按投资额的5%、8%给予补助": [
        {"tiers": [("投资额100万元以上至500万元", "5%"), ("500万元以上", "8%")]}
    ],
    "服务企业达200家以上、500家以上的给予奖励5万元、12万元": [
        {"tiers": [("服务企业达200家以上", "5万元"), ("500家以上", "12万元")]}
    ],
    "上述企业的补助比例再提高3个百分点": [{}],
    "鼓励企业开展技术改造": [],
    "分别按设备投入的7%、8%给予大型、小型企业补助，最高不超过60万元": [
        {"rate": "7%", "of": "equipment"}, {"rate": "8%", "of": "equipment", "caps": [("60万元", "item")]},
    ],
    "项目投资100万元以上、300万元以上的，分别按投资额的7%、8%给予补助，最高不超过60万元": [
        {"tiers": [("项目投资100万元以上", "7%"), ("300万元以上", "8%")]}
    ],
    "对重点国际标准、国家标准以及行业标准，分别按每项不高于100万元、30万元给予补助": [
        {
            "tiers": [
                ("对重点国际标准、国家标准以及行业标准（所列第1档）", "100万元"),
                ("对重点国际标准、国家标准以及行业标准（所列第2档）", "30万元"),
            ]
        }
    ],
    "对建成的基地每家奖励50万元，不高于其建设投入资金的50%": [{"amount": "50万元", "per": "enterprise"}, {"rate_up_to": "50%", "of": "investment"}],
    "研发费用1000万元以下的部分按8%、1000万元至5000万元的部分按5%、5000万元以上的部分按2%给予补助，最高不超过300万元": [
        {
            "brackets": [("1000万元", "8%"), ("5000万元", "5%"), (None, "2%")], "of": "rd_spend",
            "caps": [("300万元", "item")],
        }
    ],
    "设备投入不超过500万元的部分按照10%给予补助，超过500万元的部分按照5%给予补助": [
        {"brackets": [("500万元", "10%"), (None, "5%")], "of": "equipment"}
    ],
    "对投资额2000万元以内、2000万元以上部分，分别按6%、3%给予奖励": [
        {"brackets": [("2000万元", "6%"), (None, "3%")], "of": "investment"}
    ],
    "对营业收入超过1000万元的部分按2%给予奖励": [{"rate": "2%", "of": "revenue"}],
    "按照额定能力不少于1000公斤和500公斤两档分别给予500万元和200万元补贴": [
        {"tiers": [("额定能力不少于1000公斤", "500万元"), ("500公斤", "200万元")]}
    ],
    "给予100万元奖励，分3年拨付": [{"amount": "100万元", "instalments": 3}],
    "对同一企业给予30万元奖励，只奖励一次": [{"amount": "30万元", "first_time_only": True}],
    "给予每月5000元租金补贴，最长2年": [{"amount": "5000元", "per": "month", "years": 2}],
    "对企业贷款利息的50%给予补助，每家最高50万元": [
        {"rate": "50%", "of": "loan_interest", "caps": [("50万元", "enterprise")]}
    ],
    "超过5000元的部分按50%抵用，单户最高20万元": [{"rate": "50%", "caps": [("20万元", "enterprise")]}],
    "本办法自2026年3月1日起施行": [],
    "获得上级补助超过实际支出50%的，不再给予补助": [],
}  # fmt: skip

ASKS = {
    "对年营业收入2000万元以上的企业，给予10万元奖励": [("annual_revenue_cny", "at_least", "2000万元")],
    "职工总数不超过300人的企业": [("employees", "at_most", 300.0)],
    "研发人员占职工总数的比例不低于10%": [("rd_staff_share", "at_least", "10%")],
    "注册资本不低于500万元": [("registered_capital_cny", "at_least", "500万元")],
    "在本市注册成立满2年": [("years_in_business", "at_least", 2.0)],
    "上年度研发费用超过800万元的企业，给予30万元补助": [("rd_spend_cny", "more_than", "800万元")],
    "对固定资产投资不低于1亿元的项目，给予100万元奖励": ["对固定资产投资不低于1亿元的项目"],
    "对缴纳社保满6个月的人员，给予1万元补贴": ["对缴纳社保满6个月的人员"],
    "对获得国家级奖项的企业，给予20万元奖励": ["获得国家级奖项的企业"],
    "给予企业20万元奖励": [],
    "年营业收入不低于10亿元，或细分市场占有率全国前10名": ["年营业收入不低于10亿元，或细分市场占有率全国前10名"],
    "在孵企业年营业收入不超过2000万元": ["在孵企业年营业收入不超过2000万元"],
    "年营业收入比上年增加1000万元以上": ["年营业收入比上年增加1000万元以上"],
    "境内研发费用占全部研发费用的比例不低于60%": ["境内研发费用占全部研发费用的比例不低于60%"],
    "缴纳社保的员工人均工资不低于5000元": ["缴纳社保的员工人均工资不低于5000元"],
    "法人股东持股比例占全部股份1/3以上": ["法人股东持股比例占全部股份1/3以上"],
    "支持企业建设技术中心，以营业收入作为申报条件的可放宽至不低于1亿元": [
        "以营业收入作为申报条件的可放宽至不低于1亿元"
    ],
    "销售软件产品，对其新增部分给予50%奖励": [],
    "注册一年以上的企业": [("years_in_business", "at_least", 1.0)],
    "应有不少于全部屋面投影40%的面积安装光伏": ["应有不少于全部屋面投影40%的面积安装光伏"],
    "实际出资额在3亿元至5亿元的，给予不超过500万元资金支持": ["实际出资额在3亿元至5亿元的"],
    # What the authorities aim at or do themselves is asked of no company.
    "力争到2028年新增上市企业15家以上，对在境外上市的企业给予200万元奖励": ["在境外上市的企业"],
    "到2030年，全省研发经费投入强度达到3%以上，对研发投入占营业收入比重达到4%以上的企业给予50万元奖励": [
        ("rd_intensity", "at_least", "4%")
    ],
    "每年举办不少于12场对接会，对参展企业按展位费的40%给予补贴": ["参展企业"],
    "打造产值超五百亿元的产业园区，支持产值首次突破1亿元的企业，给予20万元奖励": ["支持产值首次突破1亿元的企业"],
    "安排不少于2亿元专项资金，对企业贷款利息的30%给予补助": [],
    "“十五五”期间，培育规模以上企业300家以上，对新升规企业给予8万元奖励": ["新升规企业"],
    "设立总规模不低于50亿元的产业基金，支持企业开展技术攻关，对承担项目的企业给予100万元补助": ["承担项目的企业"],
    "到2027年底建成中试平台超过20个，对使用平台的企业给予费用30%的补助": ["使用平台的企业"],
    "统筹建设面积不少于5万平方米的标准厂房，对入驻企业给予3年租金减免": ["入驻企业"],
    # These words begin what is asked, too.
    "建设投资不低于3000万元，对符合条件的企业给予10%的补助": ["符合条件的企业", "建设投资不低于3000万元"],
    "组织培训不少于10场的，对举办单位给予5万元补助": ["举办单位", "组织培训不少于10场的"],
    "设立研发中心且研发人员不少于20人的企业，支持给予30万元补助": [("rd_staff", "at_least", 20.0)],
    "实施总投资不低于1亿元的项目，给予200万元补助": ["实施总投资不低于1亿元的项目"],
}


@pytest.fixture(scope="module")
def read(lexicon):
    reader = SentenceReader(words=drafting_words(), facts=dict(lexicon.facts))

    def run(words: str):
        document = build_document(*document_of(f"一、支持内容\n（一）{words}。"))
        sentence = next(one for one in sentences_of(document) if one.text == words)
        return document, reader.read(sentence)

    return run


def plain(benefit):
    """Return a benefit without its cites: caps as (amount, by), tiers as (what, amount)."""
    kept = {key: value for key, value in benefit.items() if key not in ("kind", "cite", "tiers", "caps")}
    if "brackets" in benefit:
        kept["brackets"] = [(one.get("up_to"), one["rate"]) for one in benefit["brackets"]]
    if "caps" in benefit:
        kept["caps"] = [(cap["amount"], cap["by"]) for cap in benefit["caps"]]
    if "tiers" in benefit:
        kept["tiers"] = [
            (what(tier["when"]), tier.get("amount") or tier.get("up_to") or tier.get("rate"))
            for tier in benefit["tiers"]
        ]
    return kept


def what(when):
    return when["text"] if "manual" in when else (when["fact"], when["at_least"])


@pytest.mark.parametrize("words", GIVES)
def test_what_a_sentence_gives_is_read(words, read):
    assert [plain(benefit) for benefit in read(words)[1].benefits] == GIVES[words]


@pytest.mark.parametrize("words", ASKS)
def test_what_a_sentence_asks_is_read(words, read):
    conditions = [
        one["cite"].text
        if "manual" in one
        else (one["fact"], *next(i for i in one.items() if i[0] not in ("fact", "cite")))
        for one in read(words)[1].conditions
    ]
    assert conditions == ASKS[words]


@pytest.mark.parametrize("words", [*GIVES, *ASKS])
def test_every_part_cites_words_of_the_sentence(words, read):
    document, found = read(words)
    for part in parts_of([*found.benefits, *found.conditions]):
        cite = part["cite"]
        assert document.text[cite.start : cite.end] == cite.text != ""


def parts_of(value):
    if isinstance(value, list):
        for one in value:
            yield from parts_of(one)
    elif isinstance(value, dict):
        if "cite" in value:
            yield value
        for one in value.values():
            yield from parts_of(one)
