"""The words of faults: both languages say the same of the same codes, and a hint that has nothing to say is left out."""

import re
from pathlib import Path

import pytest

import seeds
from seeds.faults import LANGUAGES, Bilingual, holes, load_messages, load_yaml, worded

CHINESE = re.compile("[\u4e00-\u9fff]")
CHINESE_BY_EXAMPLE = {
    "no_money", "not_money", "mapping_unit", "format_left_open", "tier_words", "step_form", "tier_order", "operator_said",
    "amount_and_up_to",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_is_what_the_strict_reader_reads_and_holds_nothing_but_messages_and_hints(language):
    raw = load_yaml(Path(seeds.__file__).parent / "messages" / f"{language}.yaml")
    assert {code: (words["message"], words.get("hint", "")) for code, words in raw.items()} == {
        code: words[:2] for code, words in load_messages(language).items()
    }
    for code, words in raw.items():
        assert set(words) <= {"message", "hint", "otherwise"}, code
        assert "hint" in words or "otherwise" not in words, code
        assert all(isinstance(text, str) and text == text.strip() != "" for text in words.values()), code


def test_both_languages_have_the_same_codes_with_the_same_holes_in_the_same_order_of_the_file():
    chinese, english = load_messages("zh"), load_messages("en")
    assert list(chinese) == list(english)
    for code, words in chinese.items():
        assert holes(words.message) == holes(english[code].message), code
        assert bool(words.hint) == bool(english[code].hint), code
        assert bool(words.otherwise) == bool(english[code].otherwise), code
        assert holes(words.otherwise) == holes(english[code].otherwise) == set(), code
        assert words.needs == english[code].needs, code


def test_chinese_is_chinese_and_english_is_not():
    assert [code for code, words in load_messages("zh").items() if not CHINESE.search(words.message)] == []
    english = {code for code, words in load_messages("en").items() if CHINESE.search(words.message + words.hint)}
    assert english == CHINESE_BY_EXAMPLE


@pytest.mark.parametrize(
    ("code", "params", "chinese", "english"),
    [
        ("key_empty", {"key": "title"}, ("缺少 title，或为空", ""), ("title is missing or empty", "")),
        (
            "no_operator",
            {"fact": "region", "operators": ("any_of", "within"), "found": ()},
            ("region 须用以下之一：any_of、within；现为：", ""),
            ("region takes one of ['any_of', 'within'], found []", ""),
        ),
        (
            "cite_form",
            {},
            ("cite 须为条款中的文字，或 {clause, quote, nth}", ""),
            ("a cite is words of the clause, or {clause, quote, nth}", ""),
        ),
        ("no_position", {"nth": 0}, ("“0”不是第几处", "从 1 数起"), ("0 is no position", "count from 1")),
        ("no_position", {"nth": []}, ("“[]”不是第几处", "从 1 数起"), ("[] is no position", "count from 1")),
        (
            "fact_no_number_of_unit",
            {"unit": Bilingual("人", "people")},
            ("须为不小于 0 的数字", "单位：人"),
            ("must be a number from 0 up", "in people"),
        ),
        (
            "no_member",
            {"value": {"zh": 1}, "kind": "Strength", "known": ("grant",)},
            ("“{'zh': 1}”不在 Strength 的可用值之中", "可用：grant"),
            ("{'zh': 1} is not a valid Strength", "known: ['grant']"),
        ),
        (
            "unknown_field",
            {"name": "citty", "nearest": "city"},
            ("没有“citty”这个字段", "是否想写“city”？"),
            ("there is no field 'citty'", "did you mean 'city'?"),
        ),
        (
            "unknown_field",
            {"name": "{x}", "nearest": None},
            ("没有“{x}”这个字段", "字段及其含义见 /docs"),
            ("there is no field '{x}'", "for the fields and what they mean see /docs"),
        ),
        (
            "not_one_of",
            {"allowed": "a, b"},
            ("须为以下之一：a, b", "请从中选择"),
            ("must be one of: a, b", "choose one of them"),
        ),
        (
            "key_empty",
            {"key": "\x1b" + "x" * 700},
            (f"缺少 \ufffd{'x' * 599}…，或为空", ""),
            (f"\ufffd{'x' * 599}… is missing or empty", ""),
        ),
    ],
)
def test_values_stand_in_the_words_of_either_language(code, params, chinese, english):
    assert worded(code, params, "zh") == chinese
    assert worded(code, params, "en") == english
    assert worded(code, params, "fr") == chinese


def test_a_message_without_its_parameter_is_an_error_of_the_program():
    with pytest.raises(KeyError):
        worded("key_empty", {}, "zh")
