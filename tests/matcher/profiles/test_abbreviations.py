"""An abbreviation beside a sector: a fact where it lies, offered where it means something else, told where it differs."""

import pytest

from matcher.profiles.profile import Trust
from matcher.profiles.words import How
from seeds.vocabulary import fold


def concepts(reading):
    return [read.value for read in reading.facts if read.fact == "concepts"]


def connected(reading, vocabulary="concepts"):
    return [mention.id for mention in reading.mentions if mention.vocabulary == vocabulary and mention.id]


CONFIRMED = [
    ("SAF", "生物能源", "bio-jet-fuel"), ("SAF", "生物液体燃料", "bio-jet-fuel"), ("MSC", "细胞治疗", "msc"),
    ("ADC", "生物药", "antibody-drug-conjugate"), ("ADC", "生物医药", "antibody-drug-conjugate"), ("API", "原料药", "drug-substance"),
    ("API", "医药", "drug-substance"), ("HA", "化妆品", "hyaluronic-acid"), ("EPO", "生物药", "erythropoietin"),
    ("ASO", "核酸药物", "antisense-oligonucleotide"), ("RDC", "医药", "radiopharmaceuticals"), ("PBS", "可降解材料", "pbs"),
    ("TMS", "医疗器械", "transcranial-magnetic-stimulation"), ("TMS", "III类医疗器械", "transcranial-magnetic-stimulation"),
    ("HA", "功效护肤品", "hyaluronic-acid"), ("ADC", "单克隆抗体", "antibody-drug-conjugate"), ("ICL", "第三方医学检验", "third-party-lab"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sector", "entry"), CONFIRMED)
def test_a_stated_sector_confirms_an_abbreviation_of_two_meanings(read, text, sector, entry):
    reading = read(products=(text,), sector=(sector,))
    assert concepts(reading)[-1] == entry  # a sector given as a product is one, too
    assert reading.conflicts == ()


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("SAF", "纺织"), ("SAF", "化纤"), ("MSC", "物流"), ("ADC", "化工"), ("ADC", "芯片"), ("API", "软件"), ("HA", "服装"),
        ("EPO", "法律服务"), ("ASO", "软件"), ("RDC", "物流"), ("CTC", "汽车"), ("TMS", "物流"), ("PBS", "餐饮"), ("SAF高吸水", "纺织"),
    ],
)  # fmt: skip
def test_against_the_stated_sector_an_abbreviation_is_offered_and_nothing_follows(read, text, sector):
    reading = read(products=(text,), sector=(sector,))
    assert concepts(reading) == []
    assert connected(reading) == []
    assert reading.answers["sector"].inferred == ()
    assert reading.answers["sector"].doubtful == ()
    (unread,) = reading.unrecognised
    assert unread.candidates


@pytest.mark.parametrize("text", sorted({text for text, _, _ in CONFIRMED}))
def test_of_two_meanings_and_no_sector_none_is_a_fact_and_it_connects(read, text):
    reading = read(products=(text,))
    assert concepts(reading) == []
    assert len(connected(reading)) == 1
    assert reading.answers["sector"].sure == reading.answers["sector"].inferred == ()


@pytest.mark.parametrize("sector", ["制造业", "工业"])
def test_a_sector_that_knows_both_meanings_confirms_neither(read, sector):
    reading = read(products=("ADC",), sector=(sector,))
    assert concepts(reading) == []
    assert connected(reading) == ["antibody-drug-conjugate"]


@pytest.mark.parametrize("text", ["PHA", "PLA", "PBAT", "IVD", "mRNA", "NMN", "DHA", "FDCA"])
def test_an_abbreviation_of_one_meaning_is_a_fact_alone(read, text):
    assert len(concepts(read(products=(text,)))) == 1


@pytest.mark.parametrize(("text", "sector"), [("PLA", "包装"), ("PHA", "餐饮"), ("IVD", "物流"), ("DHA", "服装")])
def test_an_abbreviation_of_one_meaning_against_the_stated_sector_connects(read, text, sector):
    reading = read(products=(text,), sector=(sector,))
    assert concepts(reading) == []
    assert [mention.how for mention in reading.mentions if mention.vocabulary == "concepts"] == [How.CONTAINS]


@pytest.mark.parametrize(
    ("text", "sector"), [("PLA", "芯片"), ("BDO", "会计"), ("VC", "金融"), ("chips", "食品"), ("EPA", "环保")]
)
def test_a_rarer_meaning_in_the_stated_sector_leaves_the_other_offered(read, text, sector):
    reading = read(products=(text,), sector=(sector,))
    assert (concepts(reading), connected(reading)) == ([], [])


def test_one_of_several_sectors_is_enough(read):
    assert concepts(read(products=("ADC",), sector=("化工", "生物药"))) == ["antibody-drug-conjugate"]


def test_a_declared_sector_is_stated_in_place_of_the_typed_one(read):
    assert concepts(read(products=("ADC",), sector=("生物药",), facts={"sector": ["chemicals"]})) == []
    assert concepts(read(products=("ADC",), sector=("化工",), facts={"sector": ["biologics"]})) != []


def test_an_abbreviation_explained_by_its_name_needs_no_sector(read):
    assert concepts(read(products=("可持续航空燃料（SAF）",))) == ["bio-jet-fuel"]
    assert concepts(read(products=("ADC药物",), sector=("化工",))) == ["antibody-drug-conjugate"]


def test_an_abbreviation_of_two_meanings_typed_as_a_sector_waits_for_another(read):
    alone, beside = read(sector=("API",)), read(sector=("API", "医药"))
    assert (alone.answers["sector"].sure, beside.answers["sector"].sure) == ((), ("chemical-drugs", "pharmaceuticals"))


@pytest.mark.parametrize(
    ("text", "sector", "differs"),
    [
        ("疫苗", "服装", True), ("聚乳酸", "餐饮", True), ("胰岛素", "物流", True), ("饲用植酸酶", "软件", True), ("啤酒", "疫苗", True),
        ("疫苗", "生物医药", False), ("疫苗", "医药", False), ("聚乳酸", "制造业", False), ("疫苗", "", False), ("聚乳酸制品设备", "餐饮", False),
    ],
)  # fmt: skip
def test_a_product_outside_all_stated_sectors_is_a_fact_with_a_caveat(read, text, sector, differs):
    reading = read(products=(text, text), sector=(sector,) if sector else ())
    assert reading.conflicts == (("product_outside_stated_sectors",) if differs else ())


def test_the_caveat_is_told_in_both_languages(match):
    told = {
        language: match({"products": ("疫苗",), "sector": ("服装",)}, language=language)["profile"]["caveats"]
        for language in ("zh", "en")
    }
    assert [caveat["code"] for caveats in told.values() for caveat in caveats] == ["product_outside_stated_sectors"] * 2
    assert told["zh"] != told["en"]


def test_trust_is_asked_of_abbreviations_only(reader):
    (reading,) = reader.resolvers["concepts"].read("抗体偶联药物")
    assert reader.abbreviations.trust(reading, ("biologics",), frozenset({"garments"})) is Trust.FACT


def test_other_meanings_name_sectors_that_there_are_and_spellings_of_their_entry(catalogue):
    sectors = catalogue.vocabularies["sectors"]
    for entry in catalogue.vocabularies["concepts"].entries.values():
        spellings = {fold(spelling) for spelling in entry.spellings()}
        for name, other in entry.extra.get("other_meanings", {}).items():
            assert fold(name) in spellings, name
            assert set(other) <= {"sectors", "as_likely"}, name
            assert other["sectors"], name
            assert all(sector in sectors for sector in other["sectors"]), name
            assert len(fold(name)) <= 5, name
