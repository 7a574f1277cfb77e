"""Needs as people say them, and what they deny: read, told, and read alike wherever they stand."""

import time
from pathlib import Path

import pytest

from matcher.profiles.words import How
from seeds.faults import load_yaml
from seeds.word_lists import intents

LABELLED = load_yaml(Path(__file__).with_name("everyday_needs.yaml"))
OVER = {"denied": [], "unread": []}


def said(reading):
    """Return what a reading denies, and what it leaves unread."""
    return {
        "denied": [part.input for part in reading.denied],
        "unread": [unread.input for unread in reading.unrecognised],
    }


def connected(reading, vocabulary="needs"):
    return {mention.id for mention in reading.mentions if mention.vocabulary == vocabulary}


def needs(reading):
    return {fact.value for fact in reading.facts if fact.fact == "needs"}


def is_as_labelled(reading, label):
    wanted, also = set(label["needs"]), set(label.get("also", ()))
    agrees = wanted <= connected(reading) <= wanted | also and bool(reading.denied) == label.get("denied", False)
    return agrees and (bool(wanted) or not label.get("denied") or not reading.unrecognised)


@pytest.mark.parametrize(("part", "share"), [("known", 0.94), ("held_back", 0.95)])
def test_needs_are_read_as_an_adviser_labelled_them(read, part, share):
    missed = [label["text"] for label in LABELLED[part] if not is_as_labelled(read(needs=(label["text"],)), label)]
    assert len(missed) <= (1 - share) * len(LABELLED[part]), missed


@pytest.mark.parametrize(
    ("text", "needs_read"),
    [
        ("缺钱", "money-in-general"),
        ("我们一直缺资金", "money-in-general"),
        ("没有地", "land"),
        ("还没有厂房", "premises"),
        ("厂房不够", "premises"),
        ("人手太少", "talent"),
        ("冇人", "talent"),
        ("no talent", "talent"),
        ("想搞沼气", "biogas"),
        ("打算在合肥建厂", "settle"),
        ("搵地方做中試", "pilot-production"),
        ("looking for a pilot plant", "pilot-production"),
        ("希望有数据", "data"),
        ("求投资人", "equity-financing"),
        ("准备上市", "going-public"),
        ("想進園區", "park"),
        ("招不到博士", "talent"),
        ("请不到医生", "talent"),
        ("卖不出去", "sales"),
        ("批不下来", "approval"),
        ("进不了医院", "hospital-access"),
        ("放大不了", "pilot-scale-up"),
        ("通关太慢", "customs"),
        ("can't get a loan", "loan"),
        ("算力太贵", "computing-power"),
        ("电费太高", "energy-quota"),
        ("房租涨得厉害", "premises"),
        ("原料又涨了", "feedstock-supply"),
        ("GPUs are too expensive", "computing-power"),
        ("检测费太高", "testing-service"),
        ("设备买不起", "equipment-purchase"),
        ("利息太高", "loan-interest-subsidy"),
        ("银行不给贷", "loan"),
        ("银行不放贷", "loan"),
        ("医院不用我们的产品", "hospital-access"),
        ("药监局一直不批", "approval"),
        ("投资机构不投", "equity-financing"),
        ("药厂只认进口的", "scenario"),
        ("医院数据不开放", "data"),
        ("客户不买账", "sales"),
        ("怎么申报", "policy-guidance"),
        ("不知道怎么进医院", "hospital-access"),
        ("首台套怎么申报", "first-equipment-recognition"),
        ("专利去哪里申请", "patent"),
        ("不懂海关手续", "customs approval"),
        ("药渣怎么处理", "waste-treatment"),
        ("where to scale up", "pilot-scale-up"),
        ("唔知點申報", "policy-guidance"),
    ],
)
def test_a_sentence_whose_every_word_is_explained_is_a_sure_reading(read, text, needs_read):
    reading = read(needs=(text,))
    assert (needs(reading), said(reading)) == (set(needs_read.split()), OVER)
    assert {fact.how for fact in reading.facts} <= {How.EXACT, How.ALIAS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("缺钱缺人", {"money-in-general", "talent"}),
        ("没有钱、没有地", {"money-in-general", "land"}),
        ("缺资金，招不到人，卖不出去", {"money-in-general", "talent", "sales"}),
        ("没厂房没设备", {"premises", "equipment-purchase"}),
        ("想融资也想上市", {"financing", "going-public"}),
        ("算力和数据都不够", {"computing-power", "data"}),
        ("原料贵，电费也贵", {"feedstock-supply", "energy-quota"}),
        ("we need money and talent", {"money-in-general", "talent"}),
    ],
)
def test_several_needs_in_one_text_are_several_readings(read, text, expected):
    assert needs(read(needs=(text,))) == expected


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("核桃壳想找中试", "pilot-production"),
        ("嘎嘎牌酱菜卖不出去", "sales"),
        ("三联体招不到博士", "talent"),
        ("xyz needs a bank loan", "loan"),
        ("隔壁王婶家找厂房", "premises"),
        ("甲乙丙丁缺资金", "money-in-general"),
        ("董事会担心专利被侵权", "ip-protection"),
        ("张家那边原料不够", "feedstock-supply"),
    ],
)
def test_with_words_that_nobody_knows_a_need_is_offered_and_connects_and_is_no_fact(read, text, need):
    reading = read(needs=(text,))
    (unread,) = reading.unrecognised
    assert needs(reading) == set()
    assert need in {candidate for candidate, _ in unread.candidates} & connected(reading)


@pytest.mark.parametrize(
    "text",
    ["你好", "随便看看", "我们是一家做酶的公司", "老板是湖南人", "天气太热", "不知道", "大人小孩都喜欢", "酶不耐热"],
)
def test_what_names_no_need_stays_unread(read, text):
    reading = read(needs=(text,))
    assert (connected(reading), said(reading)) == (set(), {"denied": [], "unread": [text]})


@pytest.mark.parametrize(
    "text",
    [
        "不需要资金", "暂不考虑贷款", "厂房问题已解决", "无融资需求", "不做中试", "已拿到批文", "不缺钱", "钱不缺", "没有贷款计划",
        "暂无需求", "无", "资金充足", "人已经招够了", "没什么困难", "场地已经落实了", "贷款（已批）", "人才引进（已完成）", "融资：不需要",
        "贷款：无", "A轮已完成", "不想上市", "不是缺钱", "自建厂房", "用不着贷款", "没有资金缺口", "没有资金和人才需求", "唔使貸款", "暫時唔需要融資",
        "no funding needed", "we don't need money", "funding is not a problem", "not looking for investors", "no plans for an IPO",
        "不需要资金、厂房", "什么都不缺",
    ],
)  # fmt: skip
def test_a_need_that_is_denied_or_settled_is_told_and_nothing_is_read_from_it(read, text):
    reading = read(needs=(text,))
    assert (connected(reading), reading.facts, said(reading)) == (set(), (), {"denied": [text], "unread": []})


@pytest.mark.parametrize(
    ("text", "denied", "expected"),
    [
        ("不缺钱缺人", "不缺钱", {"talent"}),
        ("资金充足招不到人", "资金充足", {"talent"}),
        ("资金充足，就是招不到人", "资金充足", {"talent"}),
        ("不缺订单，缺厂房", "不缺订单", {"premises"}),
        ("厂房已解决缺资金", "厂房已解决", {"money-in-general"}),
        ("已有厂房，缺设备", "已有厂房", {"equipment-purchase"}),
        ("不缺技术只缺市场", "不缺技术", {"sales"}),
        ("不差钱差人才", "不差钱", {"talent"}),
        ("已有产品想卖出去", "已有产品", {"sales"}),
        ("不是没有订单，是产能不够", "不是没有订单", {"pilot-scale-up"}),
        ("中试、融资（已完成）", "融资（已完成）", {"pilot-production"}),
        ("not looking for investors but need lab space", "not looking for investors", {"premises"}),
    ],
)
def test_what_is_needed_beside_a_denial_is_read(read, text, denied, expected):
    reading = read(needs=(text,))
    assert (needs(reading), said(reading)) == (expected, {"denied": [denied], "unread": []})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没有资金", "money-in-general"),
        ("没有地", "land"),
        ("没资金", "money-in-general"),
        ("有没有不需要抵押的贷款", "loan"),
        ("希望不用抵押就能贷款", "loan"),
        ("客户不用国产的", "sales"),
        ("想找稳定原料供应", "feedstock-supply"),
        ("批文还没拿到", "approval"),
        ("地还没落实", "land"),
        ("we don't have money", "money-in-general"),
    ],
)
def test_a_lack_a_refusal_and_a_wish_deny_nothing(read, text, expected):
    reading = read(needs=(text,))
    assert (needs(reading), said(reading)) == ({expected}, OVER)


DENIED = {
    "products": [
        "PHA（已停产）", "PHA(停产)", "PHA已停产", "不再生产柠檬酸", "不再生产柠檬酸、乳酸", "我们不做疫苗", "没有进出口", "无进出口", "停止生产柠檬酸",
        "PHA（2022年停产）", "聚乳酸已于2023年停产", "疫苗不做了", "已退出PHA业务", "不生产1,4-丁二醇", "从未生产过PHA", "唔做疫苗",
        "不再從事檸檬酸生產", "we no longer make PHA", "PHA (discontinued)", "not producing PHA",
    ],
    "technologies": ["不做基因编辑", "没有发酵", "未开展酶工程", "合成生物学（已放弃）", "暂无基因测序", "不涉及细胞治疗", "不搞发酵", "发酵已停"],
    "stage": [
        "未进入临床试验", "尚未量产", "未量产", "没到中试", "还没开始中试", "还未投产", "未上市", "暂无量产计划", "not yet in production", "尚未進入臨床",
    ],
    "certifications": [
        "无高企", "没有高新技术企业", "高企（已过期）", "高企已过期", "未取得药品注册证", "无高企、专精特新", "非高新技术企业", "高企：无", "no GMP", "暂无",
        "GMP证书已注销", "还没拿到注册证",
    ],
    "sector": ["非医药", "不属于生物医药", "不是生物制造", "生物医药（已退出）", "不再从事饲料", "没有疫苗", "不做食品", "医药已剥离"],
}  # fmt: skip


@pytest.mark.parametrize(("field", "text"), [(field, text) for field, texts in DENIED.items() for text in texts])
def test_what_a_field_denies_or_says_is_over_is_told_and_nothing_is_read_from_it(read, field, text):
    reading = read(**{field: (text,)})
    assert (reading.facts, reading.mentions, dict(reading.answers)) == ((), (), {})
    assert [(part.origin, part.input) for part in reading.denied] == [(f"{field}[0]", text)]


@pytest.mark.parametrize(
    ("field", "text", "denied", "values"),
    [
        ("products", "PHA、PLA（已停产）", "PLA（已停产）", {"pha"}),
        ("products", "PHA停产改做PLA", "PHA停产", {"polylactic-acid"}),
        ("products", "PHA已停产，改做PLA", "PHA已停产", {"polylactic-acid"}),
        ("products", "不做PHA只做PLA", "不做PHA", {"polylactic-acid"}),
        ("products", "柠檬酸、不再生产PHA", "不再生产PHA", {"citric-acid"}),
        ("products", "聚乳酸（PBAT已停产）", "（PBAT已停产）", {"polylactic-acid"}),
        ("products", "饲料（不含兽药）", "（不含兽药）", {"compound-feed"}),
        ("certifications", "ISO9001、高企（已失效）", "高企（已失效）", {"iso9001"}),
        ("stage", "未进入临床试验，临床前", "未进入临床试验", {"research"}),
        ("sector", "生物医药，不含医疗器械", "不含医疗器械", {"biopharma"}),
    ],
)
def test_what_stands_beside_a_denial_is_read(read, field, text, denied, values):
    reading = read(**{field: (text,)})
    assert {fact.value for fact in reading.facts if fact.how is not How.INFERRED} == values
    assert said(reading) == {"denied": [denied], "unread": []}


@pytest.mark.parametrize(
    "text",
    [
        "不锈钢发酵罐", "无水柠檬酸", "非粮原料", "无菌敷料", "未来食品", "无创呼吸机", "非诺贝特", "无锡", "无细胞合成", "非病毒载体", "不饱和聚酯", "没食子酸",
        "无抗饲料", "非离子表面活性剂", "无血清培养基", "不对称合成", "无纺布", "无糖酸奶", "非处方药", "技术转让", "非转基因大豆", "无土栽培", "没药提取物", "无机肥",
        "不溶性膳食纤维", "过期食品处理", "非洲猪瘟疫苗", "有没有PHA", "没有产品", "notebook PCR", "non-woven fabric", "nano",
    ],
)  # fmt: skip
def test_a_name_that_begins_like_a_denial_denies_nothing(read, text):
    assert read(products=(text,)).denied == ()


def test_every_everyday_word_names_needs_that_there_are(catalogue):
    lists = intents()
    assert {*lists.objects, *lists.weak_objects} <= set(catalogue.vocabularies["needs"].entries)


@pytest.mark.parametrize(
    "unit",
    ["没有", "（不做）", "PHA已停产", "不做A只做B", "缺钱招不到人", "不需要资金、", "1,", "（", "：   ", "a已停产", "新", "不", "客户不", "need "],
)  # fmt: skip
def test_long_texts_are_read_in_a_time_that_grows_with_their_length(reader, unit):
    def seconds(length):
        text = (unit * length)[:length]
        began = time.thread_time()
        reader.needs.said.__wrapped__(text)
        reader.denials.said.__wrapped__("needs", text)
        return time.thread_time() - began

    assert seconds(4000) < 1 + 30 * seconds(500)
