"""Names found in texts: their offsets are right, the longest wins, and no Latin word is cut."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.ranking.indexing import NameScanner
from matcher.ranking.passages import find_whole_word, is_whole_word
from seeds.vocabulary import Entry, build_vocabulary, fold_aligned

ENTRIES = (
    Entry(id="feed", zh="生物饲料", en="bio-feed"),
    Entry(id="feed-additive", zh="生物饲料添加剂", en="feed additive"),
    Entry(id="pha", zh="聚羟基脂肪酸酯", en="", names=("PHA",)),
    Entry(id="car-t", zh="CAR-T", en="", names=("CAR－T细胞",)),
    Entry(id="first", zh="首台（套）", en="", names=("首台套",)),
    Entry(id="one", zh="酶", en=""),
    Entry(id="left", zh="双义词", en=""),
    Entry(id="right", zh="双义词", en=""),
)


@pytest.fixture(scope="module")
def scanner():
    return NameScanner(build_vocabulary("concepts", ENTRIES), ENTRIES)


def found(scanner, text):
    """Return what was found, as it stands in the text."""
    return [(text[hit.start : hit.end], hit.ids) for hit in scanner.scan(fold_aligned(text))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("发展生物饲料添加剂产业", [("生物饲料添加剂", ("feed-additive",))]),
        ("发展生物饲料、添加剂", [("生物饲料", ("feed",))]),
        ("首台（套）装备与首台(套)政策", [("首台（套）", ("first",)), ("首台(套)", ("first",))]),
        ("ＰＨＡ与pha", [("ＰＨＡ", ("pha",)), ("pha", ("pha",))]),
        ("ALPHA型PHA，PHA2", [("PHA", ("pha",))]),
        ("CAR-T疗法", [("CAR-T", ("car-t",))]),
        ("双义词", [("双义词", ("left", "right"))]),
        ("酶", []),
        ("", []),
        ("生", []),
    ],
    ids=[
        "longest",
        "shorter",
        "brackets",
        "width-and-case",
        "whole-words",
        "hyphen",
        "both",
        "one-character",
        "empty",
        "end",
    ],
)
def test_names_are_found_where_they_stand(scanner, text, names):
    assert found(scanner, text) == names


@pytest.mark.parametrize(
    ("name", "across", "whole"),
    [
        ("融资", "金融资本投入", "投融资服务"),
        ("代工", "现代工程技术", "寻找代工"),
        ("化工", "糖化工艺", "生物化工产业"),
        ("植发", "厚植发展优势", "毛囊植发手术"),
        ("电机", "高性能火电机组", "伺服电机驱动"),
        ("桥梁", "桥梁纽带作用", "公路桥梁工程"),
    ],
)
def test_the_end_of_one_word_and_the_beginning_of_the_next_are_no_name(name, across, whole):
    entries = (Entry(id="entry", zh=name, en=""),)
    scanner = NameScanner(build_vocabulary("needs", entries), entries)
    assert found(scanner, across) == []
    assert found(scanner, whole) == [(name, ("entry",))]


def test_other_names_than_the_spellings_can_be_asked_for():
    entries = (Entry(id="440300", zh="深圳市", en="Shenzhen", names=("深圳",)),)
    scanner = NameScanner(build_vocabulary("regions", entries), entries, lambda entry: (entry.zh,))
    assert found(scanner, "深圳和深圳市") == [("深圳市", ("440300",))]


@pytest.fixture(scope="module")
def scanners(content):
    """Return (entries, spellings, scanner) of three vocabularies."""
    found = []
    for name in ("concepts", "sectors", "needs"):
        entries = content.vocabularies[name].entries
        spellings = [spelling for entry in entries.values() for spelling in entry.spellings()]
        found.append((entries, spellings, NameScanner(content.vocabularies[name], entries.values())))
    return found


@given(data=st.data())
def test_what_stands_at_the_offsets_is_a_spelling_and_nothing_overlaps(scanners, data):
    entries, spellings, scanner = scanners[data.draw(st.integers(0, 2))]
    pieces = data.draw(st.lists(st.sampled_from(spellings) | st.text(max_size=5), max_size=6))
    text = fold_aligned("".join(pieces))
    hits = scanner.scan(text)
    for hit in hits:
        for entry in hit.ids:
            written = {fold_aligned(unicodedata.normalize("NFKC", s)) for s in entries[entry].spellings()}
            assert text[hit.start : hit.end] in written
    assert all(left.end <= right.start for left, right in itertools.pairwise(hits))


@given(content_text=st.text(alphabet="PHAx 聚酸", max_size=20), words=st.sampled_from(["PHA", "HA", "聚酸", "A P"]))
def test_finding_a_whole_word_looks_beyond_the_first_place(content_text, words):
    at = find_whole_word(content_text, words, 0, len(content_text))
    places = [i for i in range(len(content_text)) if content_text.startswith(words, i)]
    whole = [i for i in places if is_whole_word(content_text, i, i + len(words))]
    assert at == (whole[0] if whole else -1)


def test_a_whole_word_is_only_looked_for_between_the_bounds():
    assert find_whole_word("PHA与PHA", "PHA", 1, 7) == 4
    assert find_whole_word("PHA与PHA", "PHA", 1, 6) == -1
