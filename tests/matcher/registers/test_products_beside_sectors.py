"""Abbreviations are read beside the sectors of their own row: a register and single matches answer alike."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.profiles.profile import Fields, Profile
from matcher.registers.reader import TenantReader
from matcher.registers.screener import Screener
from matcher.standing import COUNTED
from tests.matcher.registers.pairs import matched, screened

DAY = date(2025, 6, 1)
BOTH = frozenset({"in_force", "draft"})
SECTORS = [
    "",
    "纺织",
    "化工",
    "生物药",
    "软件",
    "生物能源",
    "制造业",
    "物流",
    "API",
    "SAF",
    "细胞治疗",
    "包装",
    "PLA",
    "不知道的行业",
    "化妆品、服装",
]
PRODUCTS = [
    "SAF", "MSC", "ADC", "API", "HA", "PLA", "PHA粒料", "IVD", "SAF、PLA", "1.ADC 2.PHA", "ADC药物", "HA 99%", "SAF高吸水", "疫苗",
    "丁二酸酐", "饲用植酸酶", "PHA改性助剂", "抗体偶联药物ADC CDMO服务", "API，疫苗", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def screener(engine):
    return Screener(engine.columns, engine.reader)


profiles = st.builds(
    Profile,
    city=st.sampled_from(["深圳", "合肥", "上海"]),
    sector=st.lists(st.sampled_from(SECTORS), max_size=2).map(tuple),
    products=st.lists(st.sampled_from(PRODUCTS), max_size=3).map(tuple),
    technologies=st.lists(st.sampled_from(PRODUCTS), max_size=1).map(tuple),
)


@given(rows=st.lists(profiles, min_size=1, max_size=4))
@settings(max_examples=25)
def test_a_row_is_answered_as_the_same_profile_alone(screener, match, rows):
    chunk = screener.screen(Fields.of_profiles(rows), on=DAY, statuses=BOTH, first_row=1)
    for row, profile in enumerate(rows, 1):
        answer = match(profile, on=DAY, limit=100, include=frozenset({"general"}))
        assert screened(screener, chunk, row)[:100] == matched(answer), profile
        assert chunk.by_row[row - 1].tolist() == [answer["totals"][name] for name in COUNTED]


@pytest.mark.parametrize(("text", "readings"), [("ADC", 3), ("疫苗", 1), ("聚乳酸粒料", 1), ("疫苗、SAF", 3)])
def test_a_text_is_read_once_for_all_rows_and_an_abbreviation_once_beside_each_sector(engine, text, readings):
    def inputs(products):
        rows = [Profile(sector=(sector,), products=products) for sector in ("化工", "生物药", "化工", "生物药、化工")]
        reader = TenantReader(engine.reader, engine.columns)
        return len(reader.read(Fields.of_profiles(rows), DAY).read_inputs)

    assert inputs((text,)) - inputs(()) == readings


@pytest.mark.parametrize(
    ("name", "text", "leans"),
    [
        ("products", "ADC", True), ("products", "疫苗", False), ("products", "PHA粒料", True), ("products", "疫苗、SAF", True),
        ("technologies", "mRNA", True), ("sector", "API", True), ("sector", "生物医药", False), ("needs", "ADC", False),
        ("products", " ", False), ("products", "聚乳酸（PLA）", False),
    ],
)  # fmt: skip
def test_only_texts_with_an_abbreviation_lean_on_the_sector(reader, name, text, leans):
    assert reader.leans_on_sector(name, text) is leans
