"""Sectors written as a code beside its name, or as a path from the broader to the narrower."""

import pytest


def sure(resolver, text):
    items = resolver.split(text)
    readings = [reading for item in items for reading in resolver.read(item)]
    return [reading.ids for reading in readings if reading.how in ("exact", "alias")]


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("C27医药制造业", "pharmaceuticals"),
        ("医药制造业（C27）", "pharmaceuticals"),
        ("【C27】医药制造业", "pharmaceuticals"),
        ("C27-医药制造业", "pharmaceuticals"),
        ("C27：医药制造业", "pharmaceuticals"),
        ("医药制造业 C27", "pharmaceuticals"),
        ("27 医药制造业", "pharmaceuticals"),
        ("C 制造业", "manufacturing"),
        ("M7340 医学研究和试验发展", "medical-research"),
        ("C2761 生物药品制造", "biologics"),
        ("C27 生物药品制造", "biologics"),
        ("C2761 医药制造业", "biologics"),
        ("C2614 有机化学原料制造", "chemicals"),
        ("Pharmaceuticals C27", "pharmaceuticals"),
        ("制造业-医药制造业", "pharmaceuticals"),
        ("制造业>医药制造业", "pharmaceuticals"),
        ("制造业 → 医药制造业 → 生物药品制造", "biologics"),
        ("C制造业—C27医药制造业", "pharmaceuticals"),
    ],
)
def test_a_code_beside_its_name_and_a_path_are_read_as_the_narrower(resolvers, text, sector):
    assert sure(resolvers["sectors"], text) == [(sector,)]


@pytest.mark.parametrize(
    "text",
    [
        "C65医药制造业", "医药制造业（C65）", "医药制造业 C65", "C65-医药制造业", "C27 软件业", "C2000 芯片", "2023 医药", "医药-软件",
        "C27 非医药", "G60科创走廊", "B12 维生素", "维生素C", "K12教育", "C919大飞机", "27 种生物药", "制造业-无此行业",
    ],
)  # fmt: skip
def test_a_name_and_a_code_that_disagree_and_what_only_looks_like_a_code_are_not_understood(resolvers, text):
    assert sure(resolvers["sectors"], text) == []


def test_several_codes_are_a_list_and_codes_stand_beside_names_of_sectors_only(resolvers):
    assert resolvers["sectors"].split("C27 C26") == ("C27", "C26")
    assert sure(resolvers["concepts"], "C27 聚乳酸") == [("polylactic-acid",)]  # as a model would stand there


def test_a_single_match_reads_them_too(read):
    reading = read(sector=["C27医药制造业", "制造业-医药制造业"])
    assert [fact.value for fact in reading.facts if fact.fact == "sector"] == ["pharmaceuticals"]
    assert reading.unrecognised == ()
