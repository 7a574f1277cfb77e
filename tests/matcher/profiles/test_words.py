"""What companies type, resolved to entries: surely, by containment, by likeness, or honestly not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.profiles.words import How, WordResolver
from seeds.vocabulary import Entry, build_vocabulary, fold


def read(resolver, text):
    """Return the ids and how of each reading."""
    return [(reading.ids, reading.how.value) for reading in resolver.read(text)]


@pytest.fixture(scope="module")
def small():
    """Return a resolver of a handful of names."""
    entries = [
        Entry(id="polylactic-acid", zh="聚乳酸", en="polylactic acid", names=("PLA",)),
        Entry(id="pha", zh="聚羟基脂肪酸酯", en="polyhydroxyalkanoate", names=("PHA",)),
        Entry(id="vaccine", zh="疫苗", en="vaccine"),
        Entry(id="biomaterials", zh="生物材料", en="biomaterials", names=("生物基材料",)),
        Entry(id="cell-and-gene", zh="细胞与基因治疗", en="cell and gene therapy"),
        Entry(id="cell", zh="细胞治疗", en="cell therapy", names=("双义词",)),
        Entry(id="gene", zh="基因治疗", en="gene therapy", names=("双义词",)),
        Entry(id="water", zh="水", en="water"),
    ]
    return WordResolver(build_vocabulary("concepts", entries))


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("聚乳酸", "exact"),
        ("polylactic acid", "exact"),
        ("Polylactic  Acid", "exact"),
        ("PLA", "alias"),
        ("ＰＬＡ", "alias"),
        ("pla", "alias"),
        ("P.L.A.", "alias"),
        ("聚乳酸（PLA）", "alias"),
        ("polylactic acid (PLA)", "alias"),
        ("主要生产聚乳酸", "alias"),
        ("聚乳酸等产品", "alias"),
        ("聚乳酸制造商", "alias"),
    ],
)
def test_one_thing_written_in_many_ways_is_surely_read(small, text, how):
    assert read(small, text) == [(("polylactic-acid",), how)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("生物醫藥", "biopharma"),
        ("合成生物學", "synthetic-biology"),
        ("醫療器械", "medical-devices"),
        ("生物製造", "biomanufacturing"),
    ],
)
def test_traditional_characters_are_read(resolvers, text, ids):
    assert [reading.ids for reading in resolvers["sectors"].read(text)] == [(ids,)]


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("sectors", "biopharma", "biopharma"),
        ("sectors", "Synthetic Biology", "synthetic-biology"),
        ("stages", "mass production", "production"),
        ("stages", "R&D", "research"),
        ("stages", "量產", "production"),
        ("stages", "小批量试产", "pilot"),
        ("concepts", "ＰＨＡ", "pha"),
        ("needs", "首台（套）认定", "first-equipment-recognition"),
        ("certifications", "高新技术企业", "high-tech-enterprise"),
    ],
)
def test_english_abbreviations_and_everyday_words_are_read(resolvers, name, text, ids):
    (reading,) = resolvers[name].read(text)
    assert reading.how in (How.EXACT, How.ALIAS)
    assert reading.ids == (ids,)


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("C2761", "biologics"),
        ("c2761", "biologics"),
        ("2761", "biologics"),
        ("C27", "pharmaceuticals"),
        ("27", "pharmaceuticals"),
        ("2799", "pharmaceuticals"),
        ("C", "manufacturing"),
        ("K70", "real-estate"),
        ("A", "agriculture"),
    ],
)
def test_classification_codes_are_read_down_to_the_nearest_one_listed(resolvers, code, sector):
    assert read(resolvers["sectors"], code) == [((sector,), "exact")]


@pytest.mark.parametrize(
    "text", ["K12", "C9", "276100", "Z27", "00", "C99"], ids=["school", "one-digit", "six", "letter", "zero", "none"]
)
def test_what_only_looks_like_a_code_is_none(resolvers, text):
    assert resolvers["sectors"].read(text) == ()


def test_codes_are_for_sectors_only(resolvers):
    assert resolvers["concepts"].read("2761") == ()


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("聚乳酸、PHA", ("聚乳酸", "PHA")),
        ("聚乳酸,PHA；疫苗", ("聚乳酸", "PHA", "疫苗")),
        ("聚乳酸\nPHA", ("聚乳酸", "PHA")),
        ("聚乳酸 / PHA", ("聚乳酸", "PHA")),
        ("PLA/PHA", ("PLA", "PHA")),
        ("聚乳酸和PHA", ("聚乳酸", "PHA")),
        ("聚乳酸 疫苗", ("聚乳酸", "疫苗")),
        ("vaccine and PHA", ("vaccine", "PHA")),
        ("聚乳酸及其制品", ("聚乳酸及其制品",)),
        ("细胞与基因治疗", ("细胞与基因治疗",)),
        ("cell and gene therapy", ("cell and gene therapy",)),
        ("polylactic acid", ("polylactic acid",)),
        ("、、", ("、、",)),
    ],
)
def test_a_list_typed_as_one_text_is_split_where_it_is_a_list(small, text, items):
    assert small.split(text) == items


@pytest.mark.parametrize("text", ["聚乳酸", "PLA", "聚乳酸等产品"])
def test_a_name_or_another_spelling_of_it_is_wholly_alike(small, text):
    assert [reading.similarity for reading in small.read(text)] == [1.0]


def test_names_in_a_longer_text_are_contained_longest_first_with_their_share(small):
    (reading,) = small.read("新型生物基材料颗粒")
    assert (reading.ids, reading.how, reading.similarity) == (("biomaterials",), How.CONTAINS, round(5 / 9, 4))


def test_several_names_in_one_text_are_all_contained(small):
    assert read(small, "疫苗用聚乳酸微球") == [(("vaccine",), "contains"), (("polylactic-acid",), "contains")]


@pytest.mark.parametrize(
    "text",
    [
        "不做疫苗", "不生产疫苗", "非疫苗", "非生物材料", "无疫苗", "没有疫苗", "未从事疫苗", "不是生物材料", "除疫苗", "除了疫苗",
        "并非生物材料", "不含聚乳酸", "we do not make PLA", "no vaccine", "non-PHA", "without PLA",
    ],
)  # fmt: skip
def test_what_is_denied_is_neither_read_nor_offered(small, text):
    assert small.read(text) == ()
    assert small.suggest(text) == ()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("不锈钢疫苗罐", "vaccine"),
        ("无锡疫苗", "vaccine"),
        ("非洲猪瘟疫苗", "vaccine"),
        ("无细胞疫苗", "vaccine"),
        ("nano vaccine", "vaccine"),
        ("amino PLA", "polylactic-acid"),
    ],
)
def test_words_that_only_begin_like_a_denial_deny_nothing(small, text, ids):
    assert read(small, text) == [((ids,), "contains")]


def test_one_part_denied_leaves_the_other_standing(small):
    assert read(small, "做聚乳酸不做疫苗") == [(("polylactic-acid",), "contains")]


@pytest.mark.parametrize("text", ["ALPHA", "alphabet", "PLAy", "display", "PHA2", "XPHA"])
def test_a_latin_name_inside_a_longer_word_is_not_contained(small, text):
    assert small.read(text) == ()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("PLA resin", "polylactic-acid"),
        ("PLA树脂", "polylactic-acid"),
        ("改性PLA", "polylactic-acid"),
        ("α-PHA", "pha"),
        ("poly-PHA", "pha"),
        ("PHA，高纯", "pha"),
        ("resin (PLA) grade 3", "polylactic-acid"),
    ],
)
def test_a_latin_name_that_stands_alone_is_contained(small, text, ids):
    assert read(small, text) == [((ids,), "contains")]


def test_abbreviations_resemble_nothing(small):
    assert [offer.id for offer in small.suggest("ALPHA") if offer.id in ("pha", "polylactic-acid")] == []


@pytest.mark.parametrize("text", ["中小企业", "考试", "生物识别考勤机", "酒店", "高新技术企业"])
def test_lookalikes_are_no_sector_of_biomanufacturing(resolvers, catalogue, text):
    taxonomy = catalogue.vocabularies["sectors"].taxonomy
    sure = [reading for reading in resolvers["sectors"].read(text) if reading.how is not How.CONTAINS]
    assert not any(taxonomy.within(entry, ["biomanufacturing"]) for reading in sure for entry in reading.ids)


def test_a_name_of_two_things_gives_both(small):
    (reading,) = small.read("双义词")
    assert reading.ids == ("cell", "gene")


def test_stripping_everyday_words_never_leaves_a_single_character_as_a_name(small):
    assert small.read("水") != ()
    assert small.read("水产品") == ()


@pytest.mark.parametrize("text", ["纯净的水", "水的生产", "聚氯水"])
def test_a_name_of_one_character_is_contained_nowhere_not_even_at_the_end(small, text):
    assert read(small, text) == []


@pytest.mark.parametrize("between", ["做", "生产", "再", "研发生产销售"])
def test_a_denial_is_seen_with_some_verbs_behind_it_however_much_stands_before(small, between):
    assert read(small, f"{'氛氲·' * 60}不{between}聚乳酸") == []
    assert read(small, f"{'氛氲·' * 60}{between}聚乳酸") == [(("polylactic-acid",), "contains")]


def test_what_is_contained_and_what_is_alike_are_offered_together_best_first(resolvers):
    offers = resolvers["sectors"].suggest("生物材科")
    assert (offers[0].id, offers[0].how, offers[0].similarity) == ("biomaterials", How.FUZZY, 0.75)
    assert [offer.similarity for offer in offers] == sorted((offer.similarity for offer in offers), reverse=True)
    assert len({offer.id for offer in offers}) == len(offers)


def test_every_spelling_of_every_vocabulary_reads_as_its_entry(resolvers):
    for resolver in resolvers.values():
        for entry in resolver.vocabulary.entries.values():
            for spelling in entry.spellings():
                (reading,) = resolver.read(spelling)
                assert entry.id in reading.ids, spelling
                assert reading.how in (How.EXACT, How.ALIAS), spelling


@given(data=st.data())
def test_no_character_of_a_list_is_lost_by_splitting(resolvers, data):
    resolver = resolvers["concepts"]
    names = [name for entry in resolver.vocabulary.entries.values() for name in entry.spellings()]
    noise = st.text(alphabet="酶法新型a9 和与、/()", max_size=6)
    pieces = data.draw(st.lists(st.sampled_from(names) | noise, min_size=1, max_size=4))
    text = data.draw(st.sampled_from(["、", "，", "; ", "\n", "和", ""])).join(pieces)
    items = resolver.split(text)
    joiners = "和与及以and+&"
    kept = [c for c in fold("".join(items)) if c not in joiners]
    assert kept == [c for c in fold(text) if c not in joiners]


@given(text=st.text(max_size=40))
def test_any_text_at_all_is_read_without_complaint(resolvers, text):
    for resolver in resolvers.values():
        for item in resolver.split(text):
            readings = resolver.read(item)
            assert all(0 < reading.similarity <= 1 for reading in readings)
            assert all(0 < offer.similarity <= 1 for offer in resolver.suggest(item))


SECTIONS = {
    "A": (1, 5), "B": (6, 12), "C": (13, 43), "D": (44, 46), "E": (47, 50), "F": (51, 52), "G": (53, 60), "H": (61, 62),
    "I": (63, 65), "J": (66, 69), "K": (70, 70), "L": (71, 72), "M": (73, 75), "N": (76, 79), "O": (80, 82), "P": (83, 83),
    "S": (91, 96), "T": (97, 97),
}  # fmt: skip
"""GB/T 4754-2017: the first and the last division of a section."""


@pytest.mark.parametrize("section", SECTIONS)
def test_a_division_is_read_in_its_own_section_only(section):
    entries = [Entry(id=letter, zh=f"第{letter}门类", en=f"section {letter}") for letter in SECTIONS]
    resolver = WordResolver(build_vocabulary("sectors", entries), {letter: letter for letter in SECTIONS})
    first, last = SECTIONS[section]
    for division, ids in ((first - 1, []), (first, [(section,)]), (last, [(section,)]), (last + 1, [])):
        code = f"{section}{division:02}"
        assert [found for found, _ in read(resolver, code)] == ids, code


def named(*names):
    return WordResolver(build_vocabulary("concepts", [Entry(id=f"n{i}", zh=n, en=n) for i, n in enumerate(names)]))


def test_three_entries_are_offered_and_all_that_are_as_like_as_the_third():
    resolver = named("生物材料", "生物材质", "生物材器", "生物肥田")
    assert [offer.id for offer in resolver.suggest("生物材科")] == ["n0", "n1", "n2"]
    assert len(named("生物材料", "生物材质", "生物材器", "生物材具").suggest("生物材科")) == 4


@pytest.mark.parametrize(("name", "typed", "offered"), [("abcde", "abcdx", True), ("abcd", "abcx", False)])
def test_a_latin_name_is_resembled_from_five_letters_on(name, typed, offered):
    assert bool(named(name).suggest(typed)) is offered


@pytest.mark.parametrize(
    ("name", "text", "contained"),
    [("pla", "PLA resin", True), ("pl", "PL resin", False), ("4754", "标准 4754 版", False), ("a47", "标准 a47 版", True),
     ("酶剂", "新型酶剂厂", True), ("酶", "新型酶厂", False)],
    ids=["three letters", "two letters", "digits", "digits with a letter", "two characters", "one character"],
)  # fmt: skip
def test_a_name_is_contained_from_three_letters_or_two_characters_on_and_never_as_a_number(name, text, contained):
    assert bool(named(name).read(text)) is contained


@pytest.mark.parametrize(("blanks", "understood"), [(92, True), (93, False)])
def test_a_code_beside_its_name_is_read_in_at_most_a_hundred_characters(resolvers, blanks, understood):
    text = "C27" + " " * blanks + "医药制造业"
    assert [r.how for r in resolvers["sectors"].read(text) if r.how is How.ALIAS] == [How.ALIAS] * understood
