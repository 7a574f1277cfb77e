"""The catalogue file: what is built is what is opened, and what was changed is refused."""

import json
import shutil
import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from opencc import OpenCC

from rules.catalogue.catalogue import Catalogue, CatalogueError
from rules.catalogue.content import build_catalogue, check_seeds, connect, load_content, open_catalogue, version_of
from seeds.faults import SeedError
from seeds.vocabulary import Vocabulary

ROOT = Path(__file__).parents[3]
POLICIES = Path(__file__).parents[1] / "policies"


@pytest.fixture(scope="module")
def opened(catalogue_file) -> Catalogue:
    return open_catalogue(catalogue_file)


@pytest.fixture
def copied(catalogue_file, tmp_path) -> Path:
    return Path(shutil.copy(catalogue_file, tmp_path / "copy.sqlite"))


@pytest.fixture(scope="session")
def few_words(tmp_path_factory) -> Path:
    """The shipped vocabularies, but of concepts and needs only what the invented policies use."""
    folder = tmp_path_factory.mktemp("words") / "vocabularies"
    large = {
        "concepts": "{id: stem-cell, zh: 干细胞, en: stem cells}, {id: car-t, zh: CAR-T细胞治疗, en: CAR-T}",
        "needs": "{id: pilot-base, zh: 中试基地, en: pilot base, instruments: [pilot]}",
    }
    shutil.copytree(ROOT / "seeds" / "vocabularies", folder, ignore=lambda *_: [f"{name}.yaml" for name in large])
    for name, entries in large.items():
        (folder / f"{name}.yaml").write_text(f"{{schema: 1, vocabulary: {name}, entries: [{entries}]}}", "utf-8")
    return folder


@pytest.fixture
def workshop(few_words, tmp_path) -> SimpleNamespace:
    """Seeds and packs that a test may change: some of the invented policies."""
    seeds, packs = tmp_path / "seeds", tmp_path / "packs"
    shutil.copytree(POLICIES / "documents", seeds / "documents")
    (seeds / "vocabularies").symlink_to(few_words)
    packs.mkdir()
    for stem in ("hongchuan-smes-2025", "qinghe-county-2023", "xihe-patent-fees-2019", "yunchuan-pilot-lines-2024"):
        shutil.copy(POLICIES / "packs" / f"{stem}.yaml", packs)
    return SimpleNamespace(seeds=seeds, packs=packs, target=tmp_path / "var" / "catalogue.sqlite")


def test_what_is_opened_is_what_was_built(opened, shipped):
    assert opened.version == shipped.version
    assert opened.measures == shipped.measures
    assert list(opened.measures) == sorted(opened.measures)
    assert opened.documents == shipped.documents
    assert opened.facts == shipped.facts
    assert list(opened.vocabularies) == list(shipped.vocabularies)
    for name, vocabulary in shipped.vocabularies.items():
        assert plain(opened.vocabularies[name]) == plain(vocabulary)
        assert opened.vocabularies[name].index == vocabulary.index
    assert opened.taxonomies.keys() == shipped.taxonomies.keys()


def plain(vocabulary: Vocabulary) -> str:
    """Return the entries in order as JSON, which knows no difference between a tuple and a list."""
    return json.dumps([asdict(entry) for entry in vocabulary.entries.values()])


def test_the_version_is_of_the_content_and_moves_with_it(workshop):
    first = build_catalogue(workshop.seeds, workshop.packs, workshop.target)
    assert open_catalogue(workshop.target).version == first
    assert version_of(load_content(workshop.seeds, workshop.packs)) == first
    assert len(first) == 16
    assert int(first, 16) >= 0
    path = workshop.packs / "xihe-patent-fees-2019.yaml"
    path.write_text(path.read_text("utf-8").replace("Patent navigation", "Patent advice"), "utf-8")
    assert version_of(load_content(workshop.seeds, workshop.packs)) != first


CHANGES = {
    "a character of a text": "UPDATE documents SET text = replace(text, '生物制造', '生物製造') WHERE id = 'gd-biomanufacturing-2025'",
    "a date of a document": "UPDATE documents SET metadata = replace(metadata, '2025-01-22', '2025-01-23') WHERE id = 'gd-biomanufacturing-2025'",
    "a status of a document": "UPDATE documents SET metadata = replace(metadata, 'draft', 'in_force') WHERE id = 'gd-life-health-draft'",
    "an operator in a pack": "UPDATE packs SET pack = replace(pack, '\"grant\"', '\"support\"') WHERE document = 'gd-biomanufacturing-2025'",
    "a quote in a pack": "UPDATE packs SET pack = replace(pack, '支持', '鼓励') WHERE document = 'gd-biomanufacturing-2025'",
    "a title in a pack": "UPDATE packs SET pack = replace(pack, '\"title\": \"', '\"title\": \"甲') WHERE document = 'gd-biomanufacturing-2025'",
    "a pack left out": "DELETE FROM packs WHERE document = 'gd-life-health-draft'",
    "a document left out": "DELETE FROM documents WHERE id = 'gd-life-health-draft'",
    "a name of an entry": "UPDATE vocabulary_entries SET entry = replace(entry, '疫苗', '疫箘') WHERE id = 'vaccines'",
    "a parent of an entry": "UPDATE vocabulary_entries SET entry = replace(entry, '\"biologics\"', '\"tcm\"') WHERE id = 'vaccines'",
    "an entry left out": "DELETE FROM vocabulary_entries WHERE id = 'gazelle'",
    "a question of a fact": "UPDATE facts SET fact = replace(fact, '企业', '公司') WHERE id = 'region'",
    "the version": "UPDATE meta SET value = '0123456789abcdef' WHERE key = 'version'",
    "the schema": "UPDATE meta SET value = '1' WHERE key = 'schema'",
    "no version": "DELETE FROM meta WHERE key = 'version'",
    "text that is no JSON": "UPDATE packs SET pack = 'x' WHERE document = 'gd-life-health-draft'",
    "no packs table": "DROP TABLE packs",
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_file_is_refused_with_what_to_do(copied, name):
    with closing(sqlite3.connect(copied)) as connection:
        changed = connection.execute(CHANGES[name]).rowcount
        connection.commit()
    assert changed != 0, "the change must change something"
    with pytest.raises(CatalogueError, match="run `cepei build` again"):
        open_catalogue(copied)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    with pytest.raises(CatalogueError, match="cannot be read as a catalogue"):
        open_catalogue(path)


def test_a_cut_file_is_refused(copied):
    copied.write_bytes(copied.read_bytes()[: copied.stat().st_size // 3])
    with pytest.raises(CatalogueError, match="run `cepei build` again"):
        open_catalogue(copied)


def test_a_missing_file_is_reported_so(tmp_path):
    with pytest.raises(CatalogueError, match=r"there is no catalogue at .*; run `cepei build`"):
        open_catalogue(tmp_path / "none.sqlite")


def test_opening_and_searching_leave_the_file_as_it_is(copied):
    copied.chmod(0o444)
    before = copied.read_bytes()
    catalogue = open_catalogue(copied)
    assert catalogue.search_measures("中试").measures
    assert copied.read_bytes() == before
    assert [path.name for path in copied.parent.iterdir()] == [copied.name]


def test_it_is_opened_read_only(catalogue_file):

    with closing(connect(catalogue_file)) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("UPDATE meta SET value = ''")


def test_building_replaces_the_old_file_at_once(workshop):
    first = build_catalogue(workshop.seeds, workshop.packs, workshop.target)
    with closing(sqlite3.connect(f"{workshop.target.as_uri()}?mode=ro", uri=True)) as reader:
        reader.execute("SELECT count(*) FROM packs").fetchone()
        (workshop.packs / "xihe-patent-fees-2019.yaml").unlink()
        second = build_catalogue(workshop.seeds, workshop.packs, workshop.target)
        assert reader.execute("SELECT value FROM meta WHERE key = 'version'").fetchone() == (first,)
    assert open_catalogue(workshop.target).version == second != first
    assert [path.name for path in workshop.target.parent.iterdir()] == [workshop.target.name]


def test_a_faulty_seed_leaves_the_old_file_in_place(workshop):
    version = build_catalogue(workshop.seeds, workshop.packs, workshop.target)
    path = workshop.packs / "xihe-patent-fees-2019.yaml"
    path.write_text(path.read_text("utf-8").replace("strength: grant", "strength: strong"), "utf-8")
    with pytest.raises(SeedError):
        build_catalogue(workshop.seeds, workshop.packs, workshop.target)
    assert open_catalogue(workshop.target).version == version


def test_faults_of_all_files_are_reported_together(workshop):
    for stem in ("xihe-patent-fees-2019", "qinghe-county-2023"):
        path = workshop.packs / f"{stem}.yaml"
        path.write_text(path.read_text("utf-8").replace("strength: grant", "strength: strong", 1), "utf-8")
    found = check_seeds(workshop.seeds, workshop.packs)
    assert [(fault.file, fault.pointer) for fault in found] == [
        ("qinghe-county-2023.yaml", "/measures/0/strength"),
        ("xihe-patent-fees-2019.yaml", "/measures/0/strength"),
    ]
    assert str(found[0]).startswith(
        "qinghe-county-2023.yaml#/measures/0/strength: 'strong' is not a valid Strength (known"
    )


def test_a_faulty_document_hides_no_fault_of_other_packs(workshop):
    text = workshop.seeds / "documents" / "xihe-patent-fees-2019" / "text.txt"
    text.write_text(text.read_text("utf-8").replace("85%", "95%"), "utf-8")
    for stem in ("xihe-patent-fees-2019", "qinghe-county-2023"):
        path = workshop.packs / f"{stem}.yaml"
        path.write_text(path.read_text("utf-8").replace("strength: grant", "strength: strong", 1), "utf-8")
    found = [(fault.file, fault.pointer) for fault in check_seeds(workshop.seeds, workshop.packs)]
    assert found == [
        ("xihe-patent-fees-2019/text.txt", ""),
        ("xihe-patent-fees-2019/document.yaml", "/sha256"),
        ("qinghe-county-2023.yaml", "/measures/0/strength"),
    ]


def test_a_measure_that_is_superseded_must_exist(workshop):
    (workshop.packs / "yunchuan-pilot-lines-2024.yaml").unlink()
    (fault,) = check_seeds(workshop.seeds, workshop.packs)
    assert (fault.file, fault.pointer) == ("hongchuan-smes-2025.yaml", "/measures/3/supersedes")
    assert fault.worded("en")[0] == "there is no measure 'yc-investment-subsidy'"


def test_a_document_whose_text_was_edited_is_reported(workshop):
    path = workshop.seeds / "documents" / "xihe-patent-fees-2019" / "text.txt"
    path.write_text(path.read_text("utf-8").replace("85%", "95%"), "utf-8")
    files = {fault.file for fault in check_seeds(workshop.seeds, workshop.packs)}
    assert {"xihe-patent-fees-2019/text.txt", "xihe-patent-fees-2019/document.yaml"} <= files


QUERIES = [
    "中试", "首台", "首批次", "“三首”", "基金", "补贴", "采购", "人才", "标准", "专利", "碳减排", "合成", "疫苗", "聚乳酸", "生物制造", "广州", "横琴", "南沙", "合肥", "蚌埠", "龙头企业", "绿色通道", "数据", "算力", "平台", "示范", "场景", "知识产权", "医疗器械", "饲料", "（套）", "AI", "没有这个词", "企业", "业和", "首台套", "標誌性", "PLA", "pilot", "中試基地", "「三首」",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_search_finds_exactly_what_looking_at_every_measure_finds(opened, query):
    wanted = [
        bare(words) for spelling in spellings(opened, query) for words in (spelling, OpenCC("t2s").convert(spelling))
    ]
    instruments = opened.vocabularies["instruments"].find(query)
    found = []
    for measure in opened.measures.values():
        document = opened.documents[measure.document]
        clause = document.clause_text(measure.source.clause)
        texts = (measure.title, measure.source.quote, clause, document.title, document.number or "")
        lines = [bare(line) for text in texts for line in text.split("\n")]
        if any(words in line for words in wanted if len(words) > 1 for line in lines) or set(instruments) & set(
            measure.instruments
        ):
            found.append(measure.id)
    assert sorted(opened.search_measures(query).measures) == found
    assert bool(found) == (query not in {"没有这个词", "（套）"}), "one character is no search"


def spellings(catalogue: Catalogue, query: str) -> list[str]:
    """Return the query and all spellings of the concepts, needs and instruments that it names."""
    words = [catalogue.vocabularies[name] for name in ("concepts", "needs", "instruments")]
    return [
        query,
        *(name for vocabulary in words for id_ in vocabulary.find(query) for name in vocabulary[id_].spellings()),
    ]


def bare(text: str) -> str:
    """Return what counts of a line: no width, case, white space, brackets and quotation marks."""
    return "".join(
        c
        for c in unicodedata.normalize("NFKC", text).casefold()
        if c not in "()[]{}\"'“”‘’「」『』《》〈〉【】〔〕" and not c.isspace()
    )


@pytest.mark.parametrize(
    ("query", "text"), [("首台套", "首台（套）"), ("標誌性", "标志性"), ("PLA", "聚乳酸"), ("pilot", "中试")]
)
def test_a_search_sees_through_other_writings(opened, query, text):
    """Each finds at least every measure that has the words as the policies write them."""
    found = opened.search_measures(query).measures
    assert found
    assert set(opened.search_measures(text).measures) <= set(found)
    assert any(text in opened.measures[id_].source.quote for id_ in found)


def test_a_catalogue_that_was_never_a_file_is_searched_alike(shipped, opened):
    assert shipped.search_measures("中试") == opened.search_measures("中试")


def test_what_becomes_of_the_file_changes_no_search(copied):
    catalogue = open_catalogue(copied)
    before = catalogue.search_measures("中试 平台")
    for spoil in (
        lambda: copied.write_bytes(copied.read_bytes()[:5000]),
        lambda: copied.write_bytes(b""),
        copied.unlink,
    ):
        spoil()
        assert catalogue.search_measures("中试 平台") == before


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("平台 中试", ["平台", "中试"]),
        ("中试、平台，建设", ["中试", "平台", "建设"]),
        ("疫苗,生物制造；临床", ["疫苗", "生物制造", "临床"]),
        ("1,4-丁二醇", ["1,4-丁二醇"]),
        ("polylactic acid 首批次", ["polylactic acid", "首批次"]),
        ("首批次 first equipment", ["首批次", "first equipment"]),
        ("A 中试", ["中试"]),
        ("中 试", ["中 试"]),
        ("中试 中试", ["中试"]),
        ("  2.5.3 ", ["2.5.3"]),
        ("粤办函〔2025〕6号", ["粤办函〔2025〕6号"]),
        ("「首台（套）」 奖励", ["「首台（套）」", "奖励"]),
    ],
)
def test_a_query_is_cut_into_its_words(opened, query, words):
    assert list(opened.words_of(query)) == words


@pytest.mark.parametrize(
    "words",
    [
        ("中试", "平台"), ("疫苗", "生物制造"), ("南沙", "药品"), ("河套", "医疗器械"), ("安徽", "中试"),
        ("聚乳酸", "PHA"), ("首批次", "目录"), ("广州", "细胞"), ("人工智能", "药物"), ("基金", "投资", "企业"),
    ],
)  # fmt: skip
def test_all_words_are_found_in_any_order(opened, words):
    each = [set(opened.search_measures(word).measures) for word in words]
    forwards, backwards = (opened.search_measures(" ".join(order)) for order in (words, words[::-1]))
    assert set(forwards.measures) == set.intersection(*each)
    assert list(forwards.measures) == list(backwards.measures)
    assert dict(forwards.words) == dict(zip(words, map(len, each), strict=True)) == dict(backwards.words)


@pytest.mark.parametrize("query", ["中试", "疫苗 生物", "平台 建设", "首批次", "药品 南沙", "pilot", "標誌性"])
def test_those_with_the_words_in_their_title_come_first_then_by_id(opened, query):
    found = opened.search_measures(query).measures
    assert list(found) == sorted(found, key=lambda id_: (-found[id_], id_))
    for id_, count in found.items():
        title = bare(opened.measures[id_].title)
        forms = [[bare(OpenCC("t2s").convert(form)) for form in spellings(opened, word)] for word in query.split()]
        assert count == sum(any(form in title for form in each) for each in forms)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("2.5.3", "2.5.3"), ("2.5", "2.5"), ("第2.5.3条", "2.5.3"), ("二（五）3", "2.5.3"), ("二(五)3.", "2.5.3"),
        ("二（五）", "2.5"), ("专栏4", "box4"), ("box5.1", "box5.1"), ("三（四）", "3.4"), ("２.５.３", "2.5.3"),
    ],
)  # fmt: skip
def test_the_number_of_a_clause_finds_what_rests_on_it(opened, query, path):
    found = opened.search_measures(query).measures
    resting = {
        id_
        for id_, measure in opened.measures.items()
        if any(f"{clause}.".startswith(f"{path}.") for clause in measure.clauses)
    }
    assert resting
    assert resting <= set(found)


@pytest.mark.parametrize(
    "query", ["粤办函〔2025〕6号", "粤办函[2025]6号", "粤办函（2025）6号", "粤办函〔２０２５〕６号"]
)
def test_the_number_of_a_document_finds_its_measures(opened, query):
    of_document = {id_ for id_, one in opened.measures.items() if one.document == "gd-biomanufacturing-2025"}
    assert set(opened.search_measures(query).measures) == of_document
    both = opened.search_measures(f"{query} 疫苗").measures
    assert set(both) == of_document & set(opened.search_measures("疫苗").measures)


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("中试 量子酿酒", {"中试": True, "量子酿酒": False}),
        ("量子酿酒 疫苗 甲乙丙", {"量子酿酒": False, "疫苗": True, "甲乙丙": False}),
        ("中试量子酿酒", {"中试": True, "量子酿酒": False}),
        ("没有这个词", {"没有这个词": False}),
        ("河套中试", {"河套": True, "中试": True}),
        ("9.9.9 疫苗", {"9.9.9": False, "疫苗": True}),
        ("xyzzy 疫苗", {"xyzzy": False, "疫苗": True}),
        ("京政发〔2019〕1号 疫苗", {"京政发〔2019〕1号": False, "疫苗": True}),
    ],
)
def test_a_word_that_stands_nowhere_is_told_and_nothing_is_found(opened, query, counts):
    searched = opened.search_measures(query)
    assert {word: count > 0 for word, count in searched.words.items()} == counts
    assert bool(searched.measures) == all(counts.values())


def test_people_find_readable_tables(catalogue_file, opened):
    with closing(sqlite3.connect(f"{catalogue_file.as_uri()}?mode=ro", uri=True)) as connection:
        measures = dict(connection.execute("SELECT id, quote FROM measures"))
        clauses = connection.execute("SELECT count(*) FROM clauses").fetchone()[0]
        conditions = connection.execute("SELECT measure, expected FROM conditions").fetchall()
    assert measures == {measure.id: measure.source.quote for measure in opened.measures.values()}
    assert clauses == sum(len(document.clauses) for document in opened.documents.values())
    assert {measure for measure, _ in conditions} == set(measures)
    assert all(isinstance(json.loads(expected), list) for _, expected in conditions)


def test_policies_of_every_kind_go_through_the_file_unchanged(workshop, policies):
    shutil.copytree(POLICIES / "packs", workshop.packs, dirs_exist_ok=True)
    build_catalogue(workshop.seeds, workshop.packs, workshop.target)
    opened = open_catalogue(workshop.target)
    assert opened.measures == dict(sorted(policies.measures.items()))


def test_an_entry_that_names_a_sector_or_instrument_nobody_knows_is_reported(workshop, few_words, tmp_path):
    words = tmp_path / "words"
    shutil.copytree(few_words, words)
    for name, entry in (
        ("concepts", "{id: thing, zh: 物件, en: thing, sectors: [no-such], kind: product}"),
        ("needs", "{id: wish, zh: 愿望, en: wish, instruments: [none]}"),
    ):
        (words / f"{name}.yaml").write_text(f"{{schema: 1, vocabulary: {name}, entries: [{entry}]}}", "utf-8")
    (workshop.seeds / "vocabularies").unlink()
    (workshop.seeds / "vocabularies").symlink_to(words)
    with pytest.raises(SeedError) as error:
        load_content(workshop.seeds, workshop.packs)
    reported = {(fault.file, fault.pointer, fault.worded("en")[0]) for fault in error.value.faults}
    assert ("concepts.yaml", "/thing/sectors", "there is no entry 'no-such' in sectors") in reported
    assert ("needs.yaml", "/wish/instruments", "there is no entry 'none' in instruments") in reported
