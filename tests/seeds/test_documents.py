"""Documents load only when metadata, text, source and digest agree; clauses are found by path and by offset."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from seeds.documents import (
    Document,
    DocumentStatus,
    UnknownClauseError,
    build_document,
    document_metadata,
    last_year_named,
)
from seeds.faults import SeedError
from seeds.library import load_document, load_documents
from seeds.regions import Places, load_regions
from service.drafts.source import draft_document

DOCUMENTS = Path(__file__).parents[2] / "seeds" / "documents"
PLACES = Places(load_regions(DOCUMENTS.parent / "vocabularies"))
TEXT = "某省产业行动计划\n（征求意见稿）\n为加快发展，制定本计划。\n一、目标\n到2030年建成。\n二、任务\n（一）建设平台。支持企业。（省科技厅负责）\n"


def metadata_of(text: str = TEXT, **changes: Any) -> dict[str, Any]:
    unknown = dict.fromkeys(
        ("number", "issuers", "issued_on", "written_on", "published_on", "effective_from", "valid_to", "source_url"),
        "unknown",
    )
    return {
        "schema": 1,
        "id": "some-plan",
        "title": "某省产业行动计划（征求意见稿）",
        "heading": "某省产业行动计划",
        **unknown,
        "checked_on": "2026-11-22",
        "status": "draft",
        "region": "440000",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        **changes,
    }


def faults_of(error: pytest.ExceptionInfo[SeedError]) -> dict[str, str]:
    return {f"{fault.file}#{fault.pointer}": fault.worded("en")[0] for fault in error.value.faults}


def write_folder(parent: Path, name: str = "some-plan", **changes: Any) -> Path:
    folder = parent / name
    folder.mkdir()
    (folder / "source.txt").write_text("# 某省产业 行动计划\n\n" + TEXT.partition("\n")[2], "utf-8")
    (folder / "text.txt").write_bytes(TEXT.encode())
    metadata = metadata_of(**{"id": name, **changes})
    (folder / "document.yaml").write_text(yaml.safe_dump(metadata, allow_unicode=True), "utf-8")
    return folder


def test_the_shipped_documents_load_sorted_by_id() -> None:
    documents = load_documents(DOCUMENTS)
    assert [document.id for document in documents] == [
        "ah-biomanufacturing-2024-draft",
        "gd-biomanufacturing-2025",
        "gd-life-health-draft",
    ]
    assert [document.status for document in documents] == [
        DocumentStatus.DRAFT,
        DocumentStatus.IN_FORCE,
        DocumentStatus.DRAFT,
    ]
    assert [document.region for document in documents] == ["340000", "440000", "440000"]


def test_the_document_in_force_carries_what_its_letter_prints_and_nothing_more() -> None:
    document = load_document(DOCUMENTS / "gd-biomanufacturing-2025")
    assert document.number == "粤办函〔2025〕6号"
    assert document.issuers == ("广东省人民政府办公厅",)
    assert document.issued_on == document.written_on == date(2025, 1, 22)
    assert document.published_on is document.effective_from is document.valid_to is document.source_url is None


def test_remarks_that_bind_a_whole_document_are_kept_with_their_place() -> None:
    remarks = {
        document.id: [(remark.clause, remark.text) for remark in document.remarks]
        for document in load_documents(DOCUMENTS)
    }
    assert remarks == {
        "ah-biomanufacturing-2024-draft": [
            ("2.1.1", "列第一位的为牵头单位，下同"),
            ("2.1.1", "以下各项工作均需相关市、县政府推进，不再单独列出"),
        ],
        "gd-biomanufacturing-2025": [("2.1.1", "以下均需各地级以上市人民政府落实，不再重复列出")],
        "gd-life-health-draft": [],
    }


@pytest.mark.parametrize(
    "folder", sorted(path for path in DOCUMENTS.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_offsets_quote_the_served_text(folder: Path) -> None:
    document = load_document(folder)
    assert document.text[document.heading_start :].startswith(document.heading)
    for remark in document.remarks:
        assert document.text[remark.start : remark.end] == remark.text
    for clause in document.clauses:
        assert document.clause(clause.path) is clause
        assert document.clause_text(clause.path) == document.text[clause.start : clause.end]
        assert document.clauses_at(clause.start)[0].path == clause.path


@pytest.mark.parametrize(
    "folder", sorted(path for path in DOCUMENTS.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_a_document_is_built_again_from_its_metadata_and_text(folder: Path) -> None:
    document = load_document(folder)
    stored = json.loads(json.dumps(document_metadata(document)))
    assert build_document(stored, document.text) == document


def test_the_heading_is_found_on_its_own_line_before_its_mention_in_a_letter() -> None:
    document = load_document(DOCUMENTS / "gd-biomanufacturing-2025")
    assert document.text.index(document.heading) < document.heading_start
    assert document.text[document.heading_start - 1] == "\n"


def built() -> Document:
    return build_document(metadata_of(), TEXT)


def test_clauses_at_an_offset_come_deepest_first() -> None:
    document = built()
    assert [clause.path for clause in document.clauses_at(TEXT.index("支持企业"))] == ["2.1", "2"]
    assert document.clauses_at(TEXT.index("\n一、")) == ()


def test_a_clause_that_is_not_there_is_answered_with_the_nearest_paths() -> None:
    with pytest.raises(UnknownClauseError) as error:
        built().clause("2.2")
    (fault,) = error.value.faults
    assert (fault.file, fault.pointer) == ("some-plan", "/2.2")
    assert "2.1" in fault.worded("en")[1]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": 7}, "/title"),
        ({"title": "某省产业行动计划 "}, "/title"),
        ({"title": " 某省产业行动计划"}, "/title"),
        ({"issuers": ["省政府", ""]}, "/issuers"),
        ({"heading": "某省 产业行动计划"}, "/heading"),
        ({"issued_on": "2025-02-30"}, "/issued_on"),
        ({"issued_on": "2025年1月"}, "/issued_on"),
        ({"issued_on": None}, "/issued_on"),
        ({"issuers": "省政府"}, "/issuers"),
        ({"issuers": []}, "/issuers"),
        ({"status": "final"}, "/status"),
        ({"status": "unknown"}, "/status"),
        ({"region": 440000}, "/region"),
        ({"region": "Guangdong"}, "/region"),
        ({"sha256": "0" * 64}, "/sha256"),
        ({"sha256": "abc"}, "/sha256"),
        ({"id": "Some Plan"}, "/id"),
        ({"schema": 2}, "/schema"),
        ({"schema": True}, "/schema"),
        ({"isued_on": "2025-01-22"}, "/isued_on"),
        ({"effective_from": "2025-02-01", "valid_to": "2025-01-01"}, "/valid_to"),
    ],
)
def test_a_wrong_value_is_named_with_its_pointer(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(SeedError) as error:
        build_document(metadata_of(**changes), TEXT, file="x/document.yaml")
    assert list(faults_of(error)) == [f"x/document.yaml#{pointer}"]


def test_a_document_may_be_in_force_for_one_day() -> None:
    document = build_document(metadata_of(effective_from="2025-02-01", valid_to="2025-02-01"), TEXT)
    assert document.effective_from == document.valid_to == date(2025, 2, 1)


def test_all_faults_are_reported_at_once_and_a_misspelt_key_is_guessed() -> None:
    metadata = metadata_of(status="final", isued_on="2025-01-22")
    del metadata["issued_on"]
    with pytest.raises(SeedError) as error:
        build_document(metadata, TEXT)
    assert set(faults_of(error)) == {"document.yaml#/isued_on", "document.yaml#/issued_on", "document.yaml#/status"}
    assert "did you mean issued_on?" in str(error.value)


def test_a_whole_folder_loads(tmp_path: Path) -> None:
    assert load_document(write_folder(tmp_path)) == built()


def test_a_text_that_is_not_its_cleaned_source_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "source.txt").write_text(TEXT.replace("2030", "2035"), "utf-8")
    with pytest.raises(SeedError) as error:
        load_document(folder)
    assert faults_of(error) == {"some-plan/text.txt#": "is not the cleaned source.txt: line 5 differs"}


def test_a_changed_text_is_refused_twice_over(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "text.txt").write_bytes(TEXT.replace("2030", "2035").encode())
    with pytest.raises(SeedError) as error:
        load_document(folder)
    assert set(faults_of(error)) == {"some-plan/text.txt#", "some-plan/document.yaml#/sha256"}


def test_a_folder_must_bear_the_documents_id_and_hold_one_source(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, id="another-plan")
    (folder / "source.md").write_text(TEXT, "utf-8")
    with pytest.raises(SeedError) as error:
        load_document(folder)
    assert set(faults_of(error)) == {"some-plan#", "some-plan/document.yaml#/id"}


@pytest.mark.parametrize("missing", ["document.yaml", "text.txt", "source.txt"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = write_folder(tmp_path)
    (folder / missing).unlink()
    with pytest.raises(SeedError) as error:
        load_document(folder)
    assert all(fault.file.startswith("some-plan") for fault in error.value.faults)


def test_metadata_that_are_no_mapping_or_no_yaml_are_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    for content in ("- a\n", "id: [\n", "id: a\nid: b\n"):
        (folder / "document.yaml").write_text(content, "utf-8")
        with pytest.raises(SeedError) as error:
            load_document(folder)
        assert [fault.file for fault in error.value.faults] == ["some-plan/document.yaml"]


def test_loading_a_library_tells_the_faults_of_every_document(tmp_path: Path) -> None:
    write_folder(tmp_path, "a-plan", status="final")
    write_folder(tmp_path, "b-plan", region="44")
    (tmp_path / "notes.txt").write_text("a file beside the folders", "utf-8")
    with pytest.raises(SeedError) as error:
        load_documents(tmp_path)
    assert set(faults_of(error)) == {"a-plan/document.yaml#/status", "b-plan/document.yaml#/region"}


def test_a_draft_tells_what_the_text_tells_and_leaves_the_rest_unknown(tmp_path: Path) -> None:
    source = tmp_path / "found.txt"
    source.write_text(
        "某省人民政府关于印发某省产业\n行动计划的通知\n某府〔2026〕12号\n\n各市人民政府：\n现印发给你们。\n\n"
        "2026年3月5日\n\n某省产业行动计划\n(2026-2030年)\n\n一、目标\n到2030年建成。\n",
        "utf-8",
    )
    draft = draft_document(source, "some-plan", PLACES)
    metadata = yaml.safe_load(draft.metadata)
    assert draft.metadata.startswith("# Drafted from found.txt")
    assert metadata["heading"] == "某省产业行动计划"
    assert metadata["number"] == "某府〔2026〕12号"
    assert metadata["written_on"] == "2026-03-05"
    assert metadata["sha256"] == hashlib.sha256(draft.text.encode()).hexdigest()
    assert [
        key for key in ("issuers", "issued_on", "status", "region", "source_url") if metadata[key] != "unknown"
    ] == []


def test_a_draft_loads_once_a_person_has_filled_in_status_and_region(tmp_path: Path) -> None:
    source = tmp_path / "found.txt"
    source.write_text(TEXT, "utf-8")
    draft = draft_document(source, "some-plan", PLACES)
    metadata = yaml.safe_load(draft.metadata)
    assert metadata["status"] == "draft"
    document = build_document(metadata | {"region": "440000"}, draft.text)
    assert document.title == "某省产业行动计划"


@pytest.mark.parametrize(
    ("source", "line"),
    [(TEXT + "六、附则\n本计划自公布之日起施行。\n", TEXT.count("\n") + 1), (TEXT.rsplit("\n", 2)[0] + "\n", TEXT.count("\n"))],
    ids=["the source goes on", "the text goes on"],
)  # fmt: skip
def test_where_one_of_text_and_source_goes_on_the_line_behind_the_other_differs(
    tmp_path: Path, source: str, line: int
) -> None:
    folder = write_folder(tmp_path)
    (folder / "source.txt").write_text(source, "utf-8")
    with pytest.raises(SeedError) as error:
        load_document(folder)
    assert faults_of(error) == {"some-plan/text.txt#": f"is not the cleaned source.txt: line {line} differs"}


def test_a_text_without_its_last_line_end_differs_in_its_last_line(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "text.txt").write_text(TEXT[:-1], "utf-8")
    with pytest.raises(SeedError) as error:
        load_document(folder)
    line = TEXT.count("\n")
    assert f"line {line} differs" in faults_of(error)["some-plan/text.txt#"]


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("安徽省生物制造产业高质量发展行动方案（2024-2027年）（征求意见稿）", 2027),
        ("某市生物制造三年行动计划（2023—2025年）", 2025),
        ("某市若干措施(2025-2027)", 2027),
        ("培育计划（２０２４－２０２７年）", 2027),
        ("发展规划（2021年—2025年）", 2025),
        ("行动方案（2023至2025年）", 2025),
        ("专项行动（2024 ～ 2026 年）", 2026),
        ("二〇二四—二〇二六年工作方案", 2026),
        ("行动方案（2024—27年）", 2027),
        ("实施方案（2024年1月-2026年12月）", 2026),
        ("“十四五”生物经济发展规划", 2025),
        ("生物产业十五五规划", 2030),
        ("2025年度重点研发计划申报指南", 2025),
        ("2026年省级专项资金申报通知", 2026),
        ("2025年生物医药工作要点", 2025),
        ("2030年前碳达峰行动方案", 2030),
        ("若干措施（2025—2035年）", 2035),
        ("生物制造三年行动计划", None),
        ("促进条例（2020年修订）", None),
        ("产业结构调整指导目录（2024年本）", None),
        ("GB/T 4754-2017 国民经济行业分类", None),
        ("关于印发粤办函〔2025〕6号的通知", None),
        ("2023年第5号公告", None),
        ("支持生物制造的若干措施", None),
    ],
)
def test_a_title_names_the_last_year_of_its_period(title, year):
    assert last_year_named(title) == year


def test_the_whole_country_may_be_written_as_its_code_of_six_digits() -> None:
    assert build_document(metadata_of(region="100000"), TEXT).region == "CN"


def corrected(parent: Path, reading: str, *, text: str = TEXT) -> Path:
    """Write a document whose source has a wrong glyph, a broken and a glued line, and a line of its page."""
    folder = parent / "some-plan"
    folder.mkdir()
    (folder / "source.txt").write_text(SOURCE, "utf-8")
    (folder / "transcript.yaml").write_text(reading, "utf-8")
    (folder / "text.txt").write_bytes(text.encode())
    metadata = metadata_of(text)
    (folder / "document.yaml").write_text(yaml.safe_dump(metadata, allow_unicode=True), "utf-8")
    return folder


SOURCE = (
    "某省产业行动计划\n（征求意见稿）\n扫码看视频\n为加快发展，\n\n制定本计划。一、目标\n到2030年建戍。\n二、任务\n"
    "（一）建设平台。支持企业。（省科技厅负责）\n"
)
EDITS = """schema: 1
edits:
- {drop: 扫码看视频}
- {glyph: 戍, to: 成}
- {join: 制定本计划。一、目标}
- {break: 为加快发展，制定本计划。一、目标, before: 一、目标}
"""


def test_edits_are_replayed_and_the_text_is_what_they_make_of_the_source(tmp_path: Path) -> None:
    assert load_document(corrected(tmp_path, EDITS)).text == TEXT


def test_a_text_whose_edits_are_left_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedError) as error:
        load_document(corrected(tmp_path, "schema: 1\nedits: []\n"))
    assert list(faults_of(error)) == ["some-plan/text.txt#"]


@pytest.mark.parametrize(
    ("edit", "pointer", "message"),
    [
        ("{drop: 没有的行}", "/edits/0", "finds no '没有的行'"),
        ("{drop: （}", "/edits/0", "finds 2 lines '（'"),
        ("{join: 某省产业行动计划}", "/edits/0", "joins the first line, which has none before it"),
        ("{glyph: 戍戍, to: 成}", "/edits/0", "glyph and to must be one character each"),
        ("{glyph: 戌, to: 成}", "/edits/0", "finds no '戌'"),
        ("{glyph: 戍, to: 成, line: 二、任务}", "/edits/0", "finds no '戍'"),
        ("{break: 二、任务, before: 二}", "/edits/0", "finds no '二'"),
        ("{drop: 二、任务, join: 二、任务}", "/edits/0", "is no edit"),
        ("{erase: 二、任务}", "/edits/0", "is no edit"),
        ("{drop: ''}", "/edits/0", "is no edit"),
        ("二、任务", "/edits/0", "is no edit"),
    ],
)
def test_an_edit_that_cannot_be_done_is_named(tmp_path: Path, edit: str, pointer: str, message: str) -> None:
    with pytest.raises(SeedError) as error:
        load_document(corrected(tmp_path, f"schema: 1\nedits:\n- {edit}\n"))
    assert faults_of(error) == {f"some-plan/transcript.yaml#{pointer}": message}


@pytest.mark.parametrize("reading", ["schema: 2\n", "[]\n", "schema: 1\nedit: []\n", "schema: 1\nedits: 7\n"])
def test_a_reading_of_another_form_is_refused(tmp_path: Path, reading: str) -> None:
    with pytest.raises(SeedError) as error:
        load_document(corrected(tmp_path, reading))
    assert all(fault.file == "some-plan/transcript.yaml" for fault in error.value.faults)


def test_a_value_whose_words_stand_elsewhere_is_named(tmp_path: Path) -> None:
    stated = "stated:\n- {field: title, value: 甲, quote: 某省产业, start: 1, end: 5, surely: stated}\n"
    with pytest.raises(SeedError) as error:
        load_document(corrected(tmp_path, EDITS + stated))
    assert faults_of(error) == {"some-plan/transcript.yaml#/stated/0/quote": "the text does not have '某省产业' there"}


def test_a_draft_is_checked_as_it_stands_once_its_status_is_filled_in(tmp_path: Path) -> None:
    source = tmp_path / "found.txt"
    source.write_text(SOURCE.replace("某省", "安徽省"), "utf-8")
    draft = draft_document(source, "some-plan", PLACES)
    folder = tmp_path / "some-plan"
    folder.mkdir()
    (folder / "source.txt").write_bytes(source.read_bytes())
    (folder / "text.txt").write_bytes(draft.text.encode())
    (folder / "document.yaml").write_text(draft.metadata, "utf-8")
    (folder / "transcript.yaml").write_text(draft.transcript, "utf-8")
    document = load_document(folder)
    assert (document.status, document.region) == (DocumentStatus.DRAFT, "340000")
