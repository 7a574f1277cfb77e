"""Evidence: every quote and every match stands in the document, word for word, at its offsets."""

import random

import pytest

from matcher.answers.evidence import LONGEST_PASSAGE, MOST_PASSAGES

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 材料。支持生物基材料企业申请专项资金。本条所称材料包括ＰＬＡ、PHA 等可降解材料。
2. 酶。推动酶制剂绿色生产，建设年产万吨的高性能发酵罐示范生产线，完善要素保障。
3. 氨基酸。发展丙氨酸产业。
"""


def measure(measure_id, quote, clause="1.1.1", **fields):
    return {"id": measure_id, "source": {"clause": clause, "quote": quote}, **fields}


@pytest.fixture(scope="module")
def made_up(hand_made):
    return hand_made(TEXT, [measure("money", "支持生物基材料企业申请专项资金", context=["1.1.2", "1.1.3"])])


def evidence_for(match_with, engine, **profile):
    """Return the evidence of the only measure."""
    company = {"city": "深圳", "sector": ("生物制造",), **profile}
    (found,) = match_with(engine, company)["recommendations"]
    return found["evidence"]


# ---------------------------------------------------------------- for 300 drawn profiles


def all_evidence(drawn):
    for _, answer in drawn:
        for recommendation in answer["recommendations"]:
            yield recommendation, recommendation["evidence"]


def test_every_quote_stands_in_its_document_and_clause(drawn, catalogue):
    for recommendation, passages in all_evidence(drawn):
        for passage in passages:
            document = catalogue.documents[passage["document"]]
            clause = document.clause(passage["clause"])
            assert document.text[passage["start"] : passage["end"]] == passage["quote"] != "", recommendation["measure"]
            assert clause.start <= passage["start"] < passage["end"] <= clause.end, passage


def test_every_match_stands_in_its_passage_word_for_word(drawn, catalogue):
    for _, passages in all_evidence(drawn):
        for passage in passages:
            text = catalogue.documents[passage["document"]].text
            for found in passage["matches"]:
                assert text[found["start"] : found["end"]] == found["text"] != ""
                assert passage["start"] <= found["start"] < found["end"] <= passage["end"]
                assert 0 < found["similarity"] <= 1


def test_the_first_passage_is_the_operative_quote_and_five_are_the_most(drawn):
    for recommendation, passages in all_evidence(drawn):
        source = recommendation["measure"]["source"]
        assert {key: passages[0][key] for key in source} == source
        assert len(passages) <= MOST_PASSAGES


def test_passages_beyond_the_first_are_there_for_a_match_and_differ(drawn):
    for _, passages in all_evidence(drawn):
        assert all(passage["matches"] for passage in passages[1:])
        spans = [(passage["start"], passage["end"]) for passage in passages]
        assert len(set(spans)) == len(spans)


def test_matches_tell_an_input_of_the_profile(drawn):
    for profile, answer in drawn:
        typed = {
            f"{name}[{position}]": text
            for name in ("sector", "products", "technologies", "needs")
            for position, text in enumerate(getattr(profile, name))
        } | {"city": profile.city, "target_city": profile.target_city}
        for recommendation in answer["recommendations"]:
            for passage in recommendation["evidence"]:
                for found in passage["matches"]:
                    assert found["input"] in typed[found["origin"]]


def test_cites_of_conditions_stand_in_their_documents(drawn, catalogue):
    for _, answer in drawn[::5]:
        for recommendation in answer["recommendations"]:
            for condition in recommendation["conditions"]:
                cite = condition["cite"]
                assert catalogue.documents[cite["document"]].text[cite["start"] : cite["end"]] == cite["quote"]


# ---------------------------------------------------------------- one thing at a time


@pytest.mark.parametrize(
    "product", ["酒店客房预订", "物业管理", "钢结构厂房施工", "年会跟拍服务", "区块链游戏", "长途客运班线"]
)
def test_unrelated_words_bring_no_passage_beside_the_operative_quote(match, product):
    answer = match({"city": "合肥", "sector": ("生物制造",), "products": (product,)})
    for recommendation in answer["recommendations"]:
        inputs = {m["input"] for passage in recommendation["evidence"] for m in passage["matches"]}
        assert product not in inputs


def test_nothing_stated_of_products_leaves_the_operative_quote_alone(match_with, made_up):
    (only,) = evidence_for(match_with, made_up)
    assert only["matches"] == []


@pytest.mark.parametrize(
    ("products", "text", "how", "similarity"),
    [
        (("生物基材料",), "生物基材料", "exact", 1.0),
        (("PLA",), "ＰＬＡ", "exact", 1.0),
        (("聚乳酸",), "ＰＬＡ", "alias", 1.0),
        (("PHA",), "PHA", "exact", 1.0),
        (("高性能发酵罐示范",), "高性能发酵罐示范", "exact", 1.0),
        (("高性能发酵槽示范线",), "高性能发酵罐示范", "fuzzy", None),
    ],
    ids=["same", "width", "alias", "latin", "words-nobody-knows", "words-alike"],
)
def test_a_product_is_quoted_where_it_stands_with_how_it_was_found(
    match_with, made_up, products, text, how, similarity
):
    passages = evidence_for(match_with, made_up, products=products)
    found = next(m for passage in passages for m in passage["matches"] if m["how"] != "inferred")
    assert text in found["text"] or found["text"] in text
    assert found["how"] == how
    assert similarity in (None, found["similarity"])


def test_something_broader_or_narrower_is_quoted_as_inferred(match_with, made_up):
    (found,) = [m for passage in evidence_for(match_with, made_up, products=("氨基酸",)) for m in passage["matches"]]
    assert (found["text"], found["how"]) == ("氨基酸", "exact")
    passages = evidence_for(match_with, made_up, products=("赖氨酸",))
    related = [m for passage in passages for m in passage["matches"] if m["origin"] == "products[0]"]
    assert [m["how"] for m in related] == ["inferred"]
    assert all(m["similarity"] < 1 for m in related)


def test_a_match_inside_the_operative_quote_is_put_there(match_with, made_up):
    passages = evidence_for(match_with, made_up, products=("生物基材料",))
    assert [m["text"] for m in passages[0]["matches"]] == ["生物基材料"]
    assert len(passages) == 1


def test_matches_of_one_sentence_share_its_passage(match_with, made_up):
    passages = evidence_for(match_with, made_up, products=("PLA", "PHA"))
    assert [m["text"] for m in passages[1]["matches"] if m["how"] != "inferred"] == ["ＰＬＡ", "PHA"]
    assert len(passages) == 2


def test_a_long_sentence_is_cut_at_its_commas_and_still_holds_the_match(match_with, hand_made):
    long = "，".join(f"第{number}项要求是完善要素保障和服务体系" for number in range(30))
    text = f"测试政策\n一、重点任务\n（一）行动。\n1. 任务。支持企业申请专项资金。{long}，推广聚乳酸，{long}。\n"
    engine = hand_made(text, [measure("money", "支持企业申请专项资金")])
    passages = evidence_for(match_with, engine, products=("聚乳酸",))
    quote = passages[1]["quote"]
    assert "聚乳酸" in quote
    assert len(quote) <= LONGEST_PASSAGE
    assert not quote.startswith("，")
    assert not quote.endswith("，")


def test_wherever_a_product_stands_it_is_quoted_whole(match_with, hand_made):
    """Two hundred clauses with the product anywhere between commas, full stops and line breaks."""
    draw = random.Random(7)
    words = ["完善要素保障", "，", "；", "。", "推动绿色发展", "、", "强化服务", "\n", "提升能力水平和供给质量"]
    lines, measures = ["测试政策", "一、重点任务", "（一）行动。"], []
    for number in range(1, 201):
        before, after = ("".join(draw.choices(words, k=draw.randint(0, 50))) for _ in range(2))
        lines.append(f"{number}. 任务{number}。支持第{number}类企业申请专项资金。{before}聚乳酸{after}")
        measures.append(measure(f"money-{number}", f"支持第{number}类企业申请专项资金", f"1.1.{number}"))
    engine = hand_made("\n".join(lines) + "\n", measures)
    document = engine.catalogue.documents["made-up"]
    company = {"city": "深圳", "sector": ("生物制造",), "products": ("聚乳酸",)}
    answers = [match_with(engine, company, offset=offset)["recommendations"] for offset in (0, 100)]
    assert sum(map(len, answers)) == 200
    for recommendation in (*answers[0], *answers[1]):
        passages = recommendation["evidence"]
        assert ["聚乳酸"] in [[m["text"] for m in passage["matches"]] for passage in passages], passages
        for passage in passages[1:]:
            assert document.text[passage["start"] : passage["end"]] == passage["quote"]
            assert len(passage["quote"]) <= LONGEST_PASSAGE
            assert "聚乳酸" in passage["quote"]


PLACES = """测试政策
一、重点任务
（一）布局。
1. 城市。支持广州市布局疫苗产业。支持深圳市布局聚乳酸产业。依托广州实验室开展研究，发挥坪山区优势。
"""
SHENZHEN = {"fact": "region", "within": ["440300"], "cite": "深圳市"}


@pytest.fixture(scope="module")
def places(hand_made):
    return hand_made(
        PLACES,
        [
            measure("guangzhou", "支持广州市布局疫苗产业", title="广州"),
            measure("shenzhen", "支持深圳市布局聚乳酸产业", conditions=[SHENZHEN]),
            measure("laboratory", "依托广州实验室开展研究"),
        ],
    )


def quoted(match_with, engine, measure_id, **profile):
    answer = match_with(engine, {"city": "深圳", "sector": ("生物制造",), **profile})
    (found,) = [r for r in answer["recommendations"] if r["measure"]["id"] == measure_id]
    return [(passage["quote"], [m["text"] for m in passage["matches"]]) for passage in found["evidence"]]


def test_what_another_measure_grants_is_no_evidence(match_with, places):
    """The vaccine stands in the sentence for Guangzhou: a company in Shenzhen is not reported that it is named."""
    passages = quoted(match_with, places, "shenzhen", products=("疫苗",))
    assert passages == [("支持深圳市布局聚乳酸产业", ["深圳市"])]


def test_a_city_in_the_name_of_a_laboratory_is_not_the_city(match_with, places):
    ((_, matches),) = quoted(match_with, places, "laboratory", city="广州")
    assert matches == []


def test_a_district_named_is_meant(match_with, places):
    matches = [m for _, found in quoted(match_with, places, "laboratory", city="深圳坪山") for m in found]
    assert matches == ["坪山区"]


def test_words_that_a_name_in_them_already_explains_are_not_searched_by_likeness(match_with, hand_made):
    text = "测试政策\n一、任务\n（一）行动。\n1. 任务。支持新型高效聚乳酸材料创制与产业化。\n"
    engine = hand_made(text, [measure("money", "支持新型高效聚乳酸材料创制与产业化")])
    (passage,) = evidence_for(match_with, engine, products=("高效聚乳酸母粒材料",))
    assert [m["how"] for m in passage["matches"]] == ["contains"]


@pytest.mark.parametrize(
    ("named", "product", "marked"),
    [
        ("污水处理菌剂", "污水脱氮除磷菌剂", []),
        ("工业菌种", "高产菌种选育服务站", []),
        ("聚羟基脂肪酸酯", "聚羟基酯肪酸酯", ["聚羟基脂肪酸酯"]),
    ],
)
def test_a_likeness_marks_nothing_where_a_whole_name_stands_in_what_was_typed(
    match_with, hand_made, named, product, marked
):
    """菌剂 and 菌种选育 are names in the first two; nothing in the third is one."""
    engine = hand_made(
        f"测试政策\n一、任务\n（一）行动。\n支持{named}研发。\n", [measure("m", f"支持{named}研发", "1.1")]
    )
    matches = [m for e in evidence_for(match_with, engine, products=(product,)) for m in e["matches"]]
    assert [m["text"] for m in matches if m["how"] == "fuzzy"] == marked


def test_five_passages_are_quoted_where_there_are_more(match_with, hand_made):
    products = ("聚乳酸", "PHA", "疫苗", "酶制剂", "丙氨酸", "发酵罐")
    sentences = "".join(f"本条说明{product}的意义。" for product in products)
    text = f"测试政策\n一、任务\n（一）行动。\n1. 任务。支持企业申请专项资金。{sentences}\n"
    passages = evidence_for(match_with, hand_made(text, [measure("money", "支持企业申请专项资金")]), products=products)
    assert [m["text"] for passage in passages for m in passage["matches"]] == list(products[:4])


@pytest.mark.parametrize(("length", "whole"), [(160, True), (161, False)])
def test_a_sentence_of_160_characters_is_quoted_whole_and_a_longer_one_cut(match_with, hand_made, length, whole):
    sentence = "本条说明聚乳酸的意义，" + "其余各项事务另行规定，" * 13
    sentence += "完" * (length - 1 - len(sentence)) + "。"
    text = f"测试政策\n一、任务\n（一）行动。\n1. 任务。支持企业申请专项资金。{sentence}\n"
    engine = hand_made(text, [measure("money", "支持企业申请专项资金")])
    passages = evidence_for(match_with, engine, products=("聚乳酸",))
    assert (passages[1]["quote"] == sentence) is whole


@pytest.mark.parametrize(("product", "quoted"), [("甲乙", True), ("甲", False)])
def test_words_nobody_knows_are_quoted_from_two_characters_on(match_with, hand_made, product, quoted):
    text = "测试政策\n一、任务\n（一）行动。\n1. 任务。支持甲乙企业申请专项资金。\n"
    engine = hand_made(text, [measure("money", "支持甲乙企业申请专项资金")])
    assert bool(evidence_for(match_with, engine, products=(product,))[0]["matches"]) is quoted


def test_of_two_passages_alike_the_likest_is_quoted(match_with, hand_made):
    text = (
        "测试政策\n一、任务\n（一）行动。\n1. 任务。支持企业申请专项资金。建设高性能发醇罐示范工厂。"
        "建设高性能发酵罐示范产线。建设高性能发醇罐示范车间。\n"
    )
    engine = hand_made(text, [measure("money", "支持企业申请专项资金")])
    (found,) = [p for p in evidence_for(match_with, engine, products=("高性能发酵槽示范产线",)) if p["matches"]]
    assert found["quote"] == "建设高性能发酵罐示范产线。"


@pytest.mark.parametrize(("before", "after"), [(150, 150), (0, 200), (200, 0)], ids=["both", "after", "before"])
def test_a_long_sentence_without_a_comma_is_cut_around_the_match(match_with, hand_made, before, after):
    sentence = f"{'完' * before}聚乳酸{'善' * after}。"
    text = f"测试政策\n一、任务\n（一）行动。\n1. 任务。支持企业申请专项资金。{sentence}\n"
    engine = hand_made(text, [measure("money", "支持企业申请专项资金")])
    quote = evidence_for(match_with, engine, products=("聚乳酸",))[1]["quote"]
    assert "聚乳酸" in quote
    assert 80 < len(quote) <= LONGEST_PASSAGE
    assert quote in sentence
