"""Passages: sentences, levels, and the index of what stands in which of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.ranking.passages import Level, Passage, is_whole_word, passages_of, sentence_at
from seeds.departments import duty_spans
from seeds.vocabulary import fold_aligned

TEXT = """测试政策
一、重点任务
（一）专项行动。
1. 生物材料推广。支持聚乳酸企业建设中试基地。鼓励疫苗企业开拓海外市场；支持酶制剂企业申请专项资金，支持PHA企业参加展会。
2. 相关条款。推动ALPHA型号和PHA材料应用。
3. 型号。支持ALPHA型号企业。
"""


def measure(measure_id, quote, clause="1.1.1", **fields):
    return {"id": measure_id, "source": {"clause": clause, "quote": quote}, **fields}


@pytest.fixture(scope="module")
def made_up(hand_made):
    return hand_made(
        TEXT,
        [
            measure("pilot", "支持聚乳酸企业建设中试基地", context=["1.1.2"]),
            measure("abroad", "鼓励疫苗企业开拓海外市场"),
            measure("money", "支持酶制剂企业申请专项资金"),
            measure("fair", "支持PHA企业参加展会"),
            measure("model", "支持ALPHA型号企业", clause="1.1.3"),
        ],
    )


def words_at(engine, measure_id, level):
    """Return the texts of a measure's passages at one level."""
    found = engine.catalogue.measures[measure_id]
    document = engine.catalogue.documents[found.document]
    beside = [
        other
        for other in engine.catalogue.measures.values()
        if (other.document, other.source.clause) == (found.document, found.source.clause)
    ]
    return [document.text[p.start : p.end] for p in passages_of(found, document, beside)[level]]


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        ("中试", "支持聚乳酸企业建设中试基地。"),
        ("支持聚乳酸企业建设中试基地。", "支持聚乳酸企业建设中试基地。"),
        ("疫苗", "鼓励疫苗企业开拓海外市场；"),
        ("一、", "一、重点任务"),
    ],
)
def test_a_sentence_reaches_from_mark_to_mark(quote, sentence):
    start = TEXT.index(quote)
    left, right = sentence_at(TEXT, start, start + len(quote))
    assert TEXT[left:right] == sentence


@given(text=st.text(alphabet="甲乙。；！？\n，", min_size=1, max_size=40), data=st.data())
def test_a_sentence_holds_what_it_was_asked_around_and_no_further_mark(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    left, right = sentence_at(text, start, end)
    assert 0 <= left <= start
    assert right <= len(text)
    assert right >= end - 1  # a closing line break is no part of a sentence
    assert not set(text[left:start]) & set("。；！？\n")
    assert not set(text[end - 1 : max(end - 1, right - 1)]) & set("。；！？\n")


def test_the_operative_passage_is_the_measures_own_part_of_the_sentence(made_up):
    assert words_at(made_up, "pilot", Level.SENTENCE) == ["支持聚乳酸企业建设中试基地。"]
    (money,), (fair,) = (words_at(made_up, name, Level.SENTENCE) for name in ("money", "fair"))
    assert "酶制剂" in money
    assert "PHA" not in money
    assert "PHA" in fair
    assert "酶制剂" not in fair


def test_the_context_is_the_clauses_own_heading_and_the_clauses_named(made_up):
    heading, other = words_at(made_up, "pilot", Level.CONTEXT)
    assert heading.endswith(("生物材料推广。", "生物材料推广"))
    assert "ALPHA型号和PHA材料" in other
    assert len(words_at(made_up, "abroad", Level.CONTEXT)) == 1


def test_the_clause_is_the_whole_of_it(made_up):
    (clause,) = words_at(made_up, "abroad", Level.CLAUSE)
    assert "聚乳酸" in clause
    assert "PHA企业" in clause


def ids(engine, positions):
    return [engine.columns.measures[position].id for position in positions]


@pytest.mark.parametrize(
    ("entry", "level", "measures"),
    [
        ("polylactic-acid", Level.SENTENCE, ["pilot"]),
        ("vaccine", Level.SENTENCE, ["abroad"]),
        ("pha", Level.SENTENCE, ["fair"]),
        ("pha", Level.CONTEXT, ["pilot"]),
        ("pha", Level.CLAUSE, ["abroad", "fair", "money", "pilot"]),
    ],
)
def test_the_index_tells_which_measures_name_an_entry(made_up, entry, level, measures):
    assert ids(made_up, made_up.columns.passages.measures_naming("concepts", entry, level)) == measures


def test_an_entry_that_nothing_names_has_no_measures(made_up):
    assert made_up.columns.passages.measures_naming("concepts", "no-such-entry", Level.CLAUSE).size == 0


def test_words_inside_a_longer_latin_word_are_passed_over_for_those_that_stand_alone(made_up):
    assert ids(made_up, made_up.columns.passages.measures_saying("pha")[Level.CONTEXT]) == ["pilot"]
    assert made_up.columns.passages.measures_saying("LPH")[Level.CONTEXT].size == 0


@pytest.mark.parametrize("words", ["", " ", "酶", "没有这样的话"])
def test_words_that_stand_nowhere_or_are_too_short_are_stated_by_none(made_up, words):
    assert all(positions.size == 0 for positions in made_up.columns.passages.measures_saying(words).values())


@pytest.fixture(scope="module")
def read_by_hand(engine):
    """Return (position, level, folded text) of every passage of every measure."""
    beside = {}
    for each in engine.columns.measures:
        beside.setdefault((each.document, each.source.clause), []).append(each)
    texts = {}
    for document in engine.catalogue.documents.values():
        texts[document.id] = fold_aligned(document.text)
        for start, end in duty_spans(document.text):
            texts[document.id] = texts[document.id][:start] + "□" * (end - start) + texts[document.id][end:]
    return [
        (position, level, texts[each.document][passage.start - 1 : passage.end + 1])
        for position, each in enumerate(engine.columns.measures)
        for level, passages in passages_of(
            each,
            engine.catalogue.documents[each.document],
            sorted(beside[each.document, each.source.clause], key=lambda other: other.source.start),
        ).items()
        for passage in passages
    ]


def test_the_index_of_words_equals_a_search_by_hand(engine, read_by_hand):
    text = "".join(document.text for document in engine.catalogue.documents.values())
    samples = [text[at : at + 2 + at % 5].strip() for at in range(100, len(text) - 10, len(text) // 60)]
    for words in [*samples, "AI", "CAR-T", "PHA", "生物", "药品", "……"]:
        folded = fold_aligned(words)
        if len(folded) < 2:
            continue
        expected = {level: set() for level in Level}
        for position, level, passage in read_by_hand:
            places = (m.start() for m in re.finditer(f"(?={re.escape(folded)})", passage) if m.start() > 0)
            ends = (i for i in places if i + len(folded) < len(passage))
            if any(is_whole_word(passage, i, i + len(folded)) for i in ends):
                expected[level].add(position)
        quick = engine.columns.passages.measures_saying(words)
        assert {level: set(quick[level]) for level in Level} == expected, words


def test_every_measure_of_the_catalogue_has_passages_that_hold_its_quote(engine):
    for each in engine.columns.measures:
        (sentence,) = passages_of(each, engine.catalogue.documents[each.document], [])[Level.SENTENCE]
        (clause,) = passages_of(each, engine.catalogue.documents[each.document], [])[Level.CLAUSE]
        assert clause.start <= sentence.start <= each.source.start, each.id
        assert each.source.start < sentence.end <= clause.end, each.id


def test_every_heading_stands_where_the_context_looks_for_it(engine):
    for each in engine.columns.measures:
        document = engine.catalogue.documents[each.document]
        clause = document.clause(each.source.clause)
        first = passages_of(each, document, [])[Level.CONTEXT][:1]
        if clause.heading:
            assert document.text[first[0].start : first[0].end].endswith(clause.heading), each.id


def test_who_is_responsible_names_nobody(hand_made):
    """中国科学院广州分院 at the end of a task is no place named, and 农业农村厅 no farming."""
    text = "测试政策\n一、任务\n（一）行动。\n1. 资金。支持企业申请资金。（省农业农村厅、科技厅，中国科学院广州分院等按职责分工负责）\n"
    index = hand_made(text, [measure("money", "支持企业申请资金")]).columns.passages
    assert index.measures_naming("regions", "440100", Level.CLAUSE).size == 0
    assert index.measures_naming("sectors", "agriculture", Level.CLAUSE).size == 0
    assert index.measures_saying("农业农村")[Level.CLAUSE].size == 0


def test_what_no_measure_grants_is_left_of_a_clause(made_up):
    document = made_up.catalogue.documents["made-up"]
    parts = made_up.columns.passages.granting_nothing("made-up", document.clause("1.1.1"))
    assert [document.text[part.start : part.end].strip() for part in parts] == ["1. 生物材料推广。"]
    (whole,) = made_up.columns.passages.granting_nothing("made-up", document.clause("1.1.2"))
    assert document.text[whole.start : whole.end] == document.clause_text("1.1.2")


def test_what_no_measure_grants_holds_nothing_that_one_does(engine):
    for each in engine.columns.measures:
        document = engine.catalogue.documents[each.document]
        clause = document.clause(each.source.clause)
        parts = engine.columns.passages.granting_nothing(document.id, clause)
        assert all(clause.start <= part.start < part.end <= clause.end for part in parts)
        own = engine.columns.passages.own(each.id)
        assert all(part.end <= own.start or own.end <= part.start for part in parts), each.id


def test_everyday_words_are_no_places(engine):
    """新兴 is a county of 云浮, 资源 one of 桂林: in a policy they are the words 战略性新兴产业 and 资源."""
    regions = engine.catalogue.vocabularies["regions"]
    for document in engine.catalogue.documents.values():
        hits, text = engine.columns.passages.names_in(Passage(document.id, 0, len(document.text))), document.text
        stated = {text[hit.start : hit.end] for hit in hits if hit.vocabulary == "regions"}
        assert not stated & {"新兴", "资源", "和平", "合作", "东方", "光明"}
        assert all(place in regions for hit in hits if hit.vocabulary == "regions" for place in hit.ids)
