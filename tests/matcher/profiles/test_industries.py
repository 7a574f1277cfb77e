"""Official names of industries: each reads as its code does, in the API, in tables and in screenings."""

from datetime import date

import numpy as np
import pytest

from matcher.profiles.profile import Fields, MatchRequest, Profile
from matcher.registers.reader import TenantReader
from rules.compiled.bit_planes import whole_answers
from seeds.faults import load_yaml
from seeds.word_lists import INDUSTRIES
from service.intake.rows.cells import split_list

DAY = date(2026, 11, 22)
DATA = load_yaml(INDUSTRIES)
NAMES = {code: name for code, name in DATA["names"].items() if name != "农业"}  # 农业 alone is all of agriculture


def sectors(engine, *texts):
    reading = engine.reader.read(MatchRequest(profile=Profile(sector=texts), on=DAY))
    return reading.answers.get("sector"), reading.unrecognised


def test_there_are_all_names_of_the_standard_and_159_of_them_hold_a_mark_of_lists():
    assert len(DATA["names"]) == 1771
    assert sum("、" in name for name in DATA["names"].values()) == 159


def test_every_official_name_reads_as_its_code_however_it_is_printed(engine):
    for code, name in NAMES.items():
        by_code = sectors(engine, code)
        assert by_code[0].sure, code
        assert by_code[1] == (), code
        for printed in (
            name,
            f"{name}业",
            f"{code}{name}",
            f"{code} {name}",
            f"{name}（{code}）",
            name.replace("、", ","),
        ):
            assert sectors(engine, printed) == by_code, printed


def test_a_cell_and_a_profile_cut_every_official_name_alike(engine):
    resolver = engine.reader.resolvers["sectors"]
    for name in DATA["names"].values():
        assert split_list(name) == [name]
        assert len(resolver.read(name)) == 1
        assert sectors(engine, f"{name}、聚乳酸")[1] == ()
        assert split_list(f"聚乳酸、{name}；PHA") == ["聚乳酸", name, "PHA"]


def test_a_screening_reads_every_official_name_as_a_match_does(engine):
    names = list(DATA["names"].values())
    profiles = [Profile(sector=(name,)) for name in names]
    tenants = TenantReader(engine.reader, engine.columns).read(Fields.of_profiles(profiles), DAY)
    answers, which = whole_answers(tenants.facts["sector"], len(names))
    for name, place in zip(names, which.tolist(), strict=True):
        assert answers[place] == sectors(engine, name)[0], name
    assert np.array_equal(tenants.kept, np.arange(len(names)))


def test_every_earlier_name_reads_as_the_code_that_took_it_over_also_beside_its_own_code(engine):
    for name, pair in DATA["earlier"].items():
        was, now = pair.split()
        for printed in (name, f"{was}{name}", f"{was} {name}", f"{name}{was}", f"{name}（{was}）"):
            assert sectors(engine, printed) == sectors(engine, now), printed


@pytest.mark.parametrize(
    ("printed", "sector"),
    [
        ("化学药品原料药制造业", "chemical-drugs"),
        ("化学药品原料药制造", "chemical-drugs"),
        ("C276 生物药品制品制造", "biologics"),
        ("2761生物药品制造", "biologics"),
        ("制造业-医药制造业-生物药品制造", "biologics"),
        ("制造业 > 化学原料和化学制品制造业 > 涂料、油墨、颜料及类似产品制造", "coatings-inks"),
        ("C264 涂料、油墨、颜料及类似产品制造", "coatings-inks"),
        ("涂料，油墨，颜料及类似产品制造", "coatings-inks"),
        ("門診部（所）", "clinics"),
        ("门诊部", "clinics"),
        ("Q8311 综合医院", "hospitals"),
        ("8311综合医院", "hospitals"),
        ("综合医院（8411）", "hospitals"),
        ("R8510 新闻业", "culture-media"),
        ("R86 新闻和出版业", "culture-media"),
        ("6520 信息系统集成服务", "software"),
        ("6520 集成电路设计", "semiconductors"),
        ("5252 医疗用品及器材零售", "pharma-distribution"),
        ("农、林、牧、渔服务业", "agriculture"),
        ("P8241 普通高等教育", "education"),
    ],
)
def test_names_as_registers_print_them_are_read(engine, printed, sector):
    answer, unread = sectors(engine, printed)
    assert (answer.sure, unread) == ((sector,), ())


def test_several_official_names_in_one_text_are_cut_between_them_only(engine):
    text = "涂料、油墨、颜料及类似产品制造、生物药品制造、皮革、毛皮、羽毛及其制品和制鞋业"
    assert sectors(engine, text)[0].sure == ("coatings-inks", "biologics", "leather-footwear")
    assert split_list(text) == ["涂料、油墨、颜料及类似产品制造", "生物药品制造", "皮革、毛皮、羽毛及其制品和制鞋业"]


@pytest.mark.parametrize("text", ["C65 生物药品制造", "8411 软件开发", "新闻业（C27）"])
def test_a_name_beside_the_code_of_another_industry_stays_unread(engine, text):
    assert not sectors(engine, text)[0].sure
