"""A profile read: what becomes a fact, what is only offered, and that nothing typed is lost."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.profiles.profile import MatchRequest, Profile
from matcher.profiles.words import How
from rules.language.measures import UNKNOWN

DAY = date(2025, 6, 1)


def facts(reading, fact):
    """Return the values read of one fact, each with how."""
    return [(read.value, read.how.value) for read in reading.facts if read.fact == fact]


def test_an_empty_profile_answers_nothing_and_reports_nothing(read):
    reading = read()
    assert (dict(reading.answers), reading.facts, reading.unrecognised, reading.mentions) == ({}, (), (), ())


@pytest.mark.parametrize("field", ["sector", "products", "technologies", "stage", "needs", "certifications"])
def test_blank_items_say_nothing(read, field):
    reading = read(**{field: ("", "   ")}, city=" ", target_city="\n")
    assert (dict(reading.answers), reading.unrecognised) == ({}, ())


def test_each_fact_tells_its_input_and_how_it_was_read(read):
    reading = read(
        city="深圳", sector=("生物医药",), products=("PLA",), stage=("量产",), needs=("首台套",), employees=12
    )
    reported = {(f.fact, f.origin, f.input, f.how.value) for f in reading.facts if f.how is not How.INFERRED}
    assert reported == {
        ("region", "city", "深圳", "alias"),
        ("sector", "sector[0]", "生物医药", "exact"),
        ("concepts", "products[0]", "PLA", "alias"),
        ("stage", "stage[0]", "量产", "exact"),
        ("needs", "needs[0]", "首台套", "alias"),
        ("employees", "employees", "12", "exact"),
    }


# ---------------------------------------------------------------- sectors and products


def test_a_recognised_product_infers_its_sectors(read):
    reading = read(products=("疫苗",))
    assert facts(reading, "sector") == [("vaccines", "inferred")]
    assert reading.answers["sector"].sure == ()


def test_a_stated_sector_stays_stated_beside_an_inferred_one(read):
    answer = read(sector=("生物材料",), products=("疫苗",)).answers["sector"]
    assert (answer.sure, answer.inferred) == (("biomaterials",), ("vaccines",))


def test_inferred_sectors_never_make_a_condition_unmet(engine):
    """A catering company that also makes a product of the field meets sector conditions; a product alone fails none."""
    program = engine.columns.program
    reader = engine.reader
    for product in ("生物识别", "丁二酸", "食用油", "疫苗", "酶制剂"):
        reading = reader.read(MatchRequest(profile=Profile(products=(product,)), on=DAY))
        assert reading.answers["sector"].sure == ()
        decisions = program.decide(reading.answers)
        assert not program.conditions_on(decisions, 0, ("sector",)).any(), product


@pytest.mark.parametrize("product", ["量子酿酒机器人", "xyz123", "不做疫苗", "非生物材料"])
def test_an_unrecognised_product_leaves_the_sector_as_stated(read, product):
    answer = read(sector=("生物材料",), products=(product,)).answers["sector"]
    assert (answer.sure, answer.inferred, answer.unreadable) == (("biomaterials",), (), False)


def test_a_doubtful_product_only_opens_the_conditions_that_it_would_meet(engine, reader):
    """某型疫苗某物 may be a vaccine: conditions on vaccines stay open, all others are decided as if it were not stated."""
    sure = reader.read(MatchRequest(profile=Profile(city="深圳", sector=("生物材料",)), on=DAY))
    doubtful = reader.read(
        MatchRequest(profile=Profile(city="深圳", sector=("生物材料",), products=("某型疫苗某物",)), on=DAY)
    )
    before = engine.columns.program.decide(sure.answers).verdicts
    after = engine.columns.program.decide(doubtful.answers).verdicts
    broader = engine.catalogue.vocabularies["sectors"].taxonomy.ancestors("vaccines")
    named = (engine.columns.narrow_sectors, engine.columns.broad_sectors)
    about_vaccines = {place for index in named for sector in broader for place in index[sector].tolist()}
    assert doubtful.answers["sector"].sure == ("biomaterials",)
    assert set((before != after).nonzero()[0]) <= about_vaccines
    assert (after[before != after] == UNKNOWN).all()


def test_a_product_typed_as_a_sector_is_a_product_and_infers_its_sector(read):
    reading = read(sector=("聚乳酸",))
    assert facts(reading, "concepts") == [("polylactic-acid", "exact")]
    assert {how for _, how in facts(reading, "sector")} == {"inferred"}


def test_a_sector_typed_as_a_product_infers_the_sector_and_counts_as_stated(read, catalogue):
    sectors, concepts = catalogue.vocabularies["sectors"], catalogue.vocabularies["concepts"]
    sector = next(entry for entry in sectors.entries.values() if not concepts.find(entry.zh))
    reading = read(products=(sector.zh,))
    assert facts(reading, "sector") == [(sector.id, "inferred")]
    assert "concepts" in reading.answers
    assert reading.unrecognised == ()


def test_a_sector_not_understood_leaves_conditions_on_it_unknown(read):
    answer = read(sector=("生物材科",)).answers["sector"]
    assert answer.sure == ()
    assert answer.unreadable
    assert "biomaterials" in answer.doubtful


def test_a_name_of_two_things_is_offered_and_becomes_no_fact(read, catalogue):
    index = catalogue.vocabularies["concepts"].index
    name, ids = next(((name, ids) for name, ids in index.items() if len(ids) > 1), (None, ()))
    if name is None:
        pytest.fail("no concept is written like another any more: make an ambiguous vocabulary by hand here")
    reading = read(products=(name,))
    assert facts(reading, "concepts") == []
    (unread,) = reading.unrecognised
    assert tuple(entry for entry, _ in unread.candidates) == ids
    assert reading.answers["concepts"].one_of == ids


# ---------------------------------------------------------------- what is not understood


def test_what_was_not_understood_is_reported_with_its_origin_and_offers(read):
    reading = read(sector=("生物材科",), products=("聚乳酸", "量子酿酒机器人"), needs=("要补贴哇啦哇啦",))
    reported = {(unread.origin, unread.input) for unread in reading.unrecognised}
    assert reported == {("sector[0]", "生物材科"), ("products[1]", "量子酿酒机器人"), ("needs[0]", "要补贴哇啦哇啦")}
    assert dict(reading.unrecognised[0].candidates)["biomaterials"] == 0.75


def test_the_items_of_a_list_typed_as_one_text_share_its_origin(read):
    reading = read(products=("聚乳酸、神秘物质甲、PHA",))
    assert [(f.value, f.origin) for f in reading.facts if f.fact == "concepts"] == [
        ("polylactic-acid", "products[0]"),
        ("pha", "products[0]"),
    ]
    assert [(unread.origin, unread.input) for unread in reading.unrecognised] == [("products[0]", "神秘物质甲")]


def test_a_likeness_below_three_quarters_is_offered_but_connects_nothing(read):
    reading = read(products=("聚乳醋",))
    assert dict(reading.unrecognised[0].candidates)["polylactic-acid"] == 0.6667
    assert [mention.id for mention in reading.mentions] == [""]


def test_a_contained_name_connects_without_becoming_a_fact(read):
    reading = read(products=("高流动性聚乳酸颗粒料",))
    assert facts(reading, "concepts") == []
    assert ("polylactic-acid", How.CONTAINS) in [(mention.id, mention.how) for mention in reading.mentions]


@pytest.mark.parametrize("words", ["中小企业", "技术服务", "高新技术企业", "首台套", "中试"])
def test_what_every_policy_says_is_not_searched_as_a_product(read, words):
    assert [mention for mention in read(products=(words,)).mentions if mention.id == ""] == []


def test_nothing_typed_is_lost(reader, draw_profile):
    """Every item of every list of 200 drawn profiles ends up in the facts, what was not understood or is denied."""
    for seed in range(1000, 1200):
        profile = draw_profile(seed)
        reading = reader.read(MatchRequest(profile=profile, on=DAY))
        reported = {(f.origin, f.input.strip()) for f in reading.facts}
        reported |= {(other.origin, other.input.strip()) for other in (*reading.unrecognised, *reading.denied)}
        for field in ("sector", "products", "technologies", "stage", "needs", "certifications"):
            name = {"products": "concepts", "technologies": "concepts", "sector": "sectors", "stage": "stages"}.get(
                field, field
            )
            for position, text in enumerate(getattr(profile, field)):
                items = reader.resolvers[name].split(text) if text.strip() else ()
                missing = [item for item in items if (f"{field}[{position}]", item.strip()) not in reported]
                stated_already = [item for item in missing if _is_repeated(reading, item, reader)]
                assert missing == stated_already, (profile, missing)
        for field in ("city", "target_city"):
            text = getattr(profile, field)
            assert not text.strip() or (field, text.strip()) in reported, profile


def _is_repeated(reading, item, reader):
    """Tell whether all an item says is among the facts already, from another input of the same profile."""
    values = {read.value for read in reading.facts}
    if values.intersection(*(word.ids for word in reader.needs.read(item))):
        return True
    for resolver in reader.resolvers.values():
        for word in resolver.read(item):
            implied = {s for i in word.ids for s in resolver.vocabulary[i].sectors}
            if set(word.ids) <= values or (implied and implied <= values):
                return True
    return False


@given(items=st.lists(st.text(max_size=12), max_size=4), city=st.text(max_size=12))
def test_any_text_at_all_is_read_without_complaint(reader, items, city):
    profile = Profile(city=city, target_city=city, sector=tuple(items), products=tuple(items), needs=tuple(items))
    reading = reader.read(MatchRequest(profile=profile, on=DAY))
    assert all(0 <= read.similarity <= 1 for read in reading.facts)


# ---------------------------------------------------------------- places


UNIFIED_CODE_OF_HEFEI = "91340100MA2ABCDE5X"


def test_the_region_of_a_credit_code_is_inferred(read):
    reading = read(uscc=UNIFIED_CODE_OF_HEFEI)
    assert facts(reading, "region") == [("340100", "inferred")]
    assert reading.answers["region"].sure == ()
    assert reading.conflicts == ()


def test_the_stated_city_wins_over_the_credit_code_and_the_disagreement_is_reported(read):
    reading = read(uscc=UNIFIED_CODE_OF_HEFEI, city="深圳")
    assert facts(reading, "region") == [("440300", "alias")]
    assert reading.conflicts == ("region_differs_from_uscc",)


@pytest.mark.parametrize("city", ["合肥", "合肥长丰", "安徽", "安徽省合肥市"])
def test_a_city_within_or_around_the_region_of_the_credit_code_is_no_disagreement(read, city):
    assert read(uscc=UNIFIED_CODE_OF_HEFEI, city=city).conflicts == ()


SHENZHEN, HEFEI, CHANGCHUN = "91440300MA5EXAMPL1", "91340100MA2ABCDE5X", "91220104MA2ABCDE5X"


@pytest.mark.parametrize(
    ("city", "uscc", "region"),
    [
        ("火星", HEFEI, "340100"),
        ("高新区", HEFEI, "340100"),
        ("科技园", SHENZHEN, "440300"),
        ("深圳附近", SHENZHEN, "440300"),
        ("某某大厦3楼", SHENZHEN, "440300"),
        ("合肥某某科技有限公司", HEFEI, "340100"),
        ("蚌阜市", HEFEI, "340100"),
        ("南山区", SHENZHEN, "440305"),
        ("朝阳区", CHANGCHUN, "220104"),
        ("上海总部，深圳工厂", SHENZHEN, "440300"),
        ("深圳市南山区，工厂在惠州", SHENZHEN, "440305"),
        ("合肥市高新区／深圳市福田区", HEFEI, "zone:hefei-high-tech"),
        ("南山区和福田区", SHENZHEN, "440300"),
        ("鼓楼区", HEFEI, "340100"),
    ],
)
def test_a_place_not_surely_read_leaves_the_credit_code_standing_with_a_caveat(read, city, uscc, region):
    reading = read(city=city, uscc=uscc)
    assert facts(reading, "region") == [(region, "inferred")]
    assert reading.answers["region"].sure == ()
    assert reading.conflicts == ("region_by_uscc",)
    assert [unread.origin for unread in reading.unrecognised] == ["city"]
    assert reading.answers["target_region"] == reading.answers["region"]


@pytest.mark.parametrize("uscc", ["91990000MA2ABCDE5X", "91449999MA2ABCDE5X", "91346600MA2ABCDE5X"])
def test_a_credit_code_of_no_division_says_nothing_of_the_place(read, uscc):
    reading = read(uscc=uscc)
    assert (facts(reading, "region"), reading.conflicts) == ([], ())


def test_stated_nothing_else_a_company_stays_where_it_is(read):
    answers = read(city="深圳").answers
    assert answers["target_region"] == answers["region"]


def test_a_target_city_is_read_by_itself(read):
    answers = read(city="杭州", target_city="合肥").answers
    assert (answers["region"].sure, answers["target_region"].sure) == (("330100",), ("340100",))


def test_a_place_of_several_meanings_is_no_fact(read):
    reading = read(city="鼓楼区")
    assert facts(reading, "region") == []
    assert len(reading.answers["region"].one_of) > 1
    assert [unread.origin for unread in reading.unrecognised] == ["city"]


@pytest.mark.parametrize(
    ("product", "connects"), [("生物材科", True), ("聚乳醋", False)], ids=["three quarters alike", "two thirds alike"]
)
def test_what_is_likely_meant_connects_and_what_is_less_likely_is_only_offered(read, product, connects):
    reading = read(products=(product,)) if product == "聚乳醋" else read(sector=(product,))
    assert [unread.input for unread in reading.unrecognised] == [product]
    assert reading.unrecognised[0].candidates
    assert any(mention.vocabulary and mention.input == product for mention in reading.mentions) is connects
