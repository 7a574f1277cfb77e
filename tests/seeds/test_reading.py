"""Files of each kind give their words; a file that cannot be read says why and what to do."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.cleaning import clean
from seeds.reading import LARGEST_FILE_BYTES, ReadingError, decode_text, read_text
from tests.reading.pdf import lines_of, write_pdf

POLICY = "一、总体目标\n支持生物制造企业建设中试基地，研发PLA。\n"


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_a_text_file_is_read_in_the_encoding_it_has(tmp_path: Path, encoding: str) -> None:
    assert read_text(write(tmp_path / "a.txt", POLICY, encoding)) == POLICY


def test_line_ends_of_every_kind_become_newlines(tmp_path: Path) -> None:
    assert read_text(write(tmp_path / "A.TXT", "甲\r\n乙\r丙\n")) == "甲\n乙\n丙\n"


@given(
    st.text(st.characters(codec="gb18030", exclude_characters="\0", exclude_categories=("Cs", "Co", "Cn")), min_size=1)
)
def test_utf8_is_never_taken_for_another_encoding(text: str) -> None:
    marks = ("\ufeff", "\ufffe")
    if not text.startswith(marks):
        assert decode_text(Path("a.txt"), text.encode()) == text


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="encoding is not known"):
        read_text(write(tmp_path / "a.txt", bytes(range(256)) * 4))


def test_markdown_keeps_words_and_loses_links_escapes_and_table_rules(tmp_path: Path) -> None:
    source = (
        "# 总体目标\n\n见[通知](http://example.org/a)，1\\. 甲\n\n| 等级 | 金额 |\n| --- | ---: |\n| 一等 | 50万元 |\n"
    )
    text = read_text(write(tmp_path / "a.md", source))
    assert clean(text) == "总体目标\n见通知，1.甲\n等级|金额\n一等|50万元\n"


HTML = """<!doctype html><html><head>{meta}<title>关于支持中试的通知</title><style>p{{color:red}}</style>
<script>var nothing = "这不是正文";</script></head><body><div><h1>关于支持中试的通知</h1>
<p>一、<b>总体</b>目标</p><p>支持
企业<br>建设中试基地。</p><table><tr><td>等级</td><td><p>金额</p></td></tr><tr><td>一等</td><td>50万元</td></tr></table>
<ul><li>甲</li><li>乙</li></ul>尾注</div></body></html>"""
HTML_LINES = "关于支持中试的通知\n一、总体目标\n支持 企业\n建设中试基地。\n等级|金额\n一等|50万元\n甲\n乙\n尾注"


@pytest.mark.parametrize(
    ("encoding", "meta"),
    [
        pytest.param("utf-8", "", id="undeclared UTF-8"),
        pytest.param("gb18030", "", id="undeclared GB18030"),
        pytest.param("gb18030", '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', id="gb2312"),
        pytest.param("utf-8", '<meta charset="gbk">', id="declared wrongly"),
        pytest.param("utf-8", '<meta charset="no-such-charset">', id="declared as nothing known"),
        pytest.param("utf-16", "", id="UTF-16 with its mark"),
    ],
)
def test_each_block_and_each_table_row_of_a_page_is_a_line(tmp_path: Path, encoding: str, meta: str) -> None:
    assert read_text(write(tmp_path / "a.html", HTML.format(meta=meta), encoding)) == HTML_LINES


def test_a_title_that_the_page_does_not_repeat_comes_first(tmp_path: Path) -> None:
    page = "<html><head><title>支持办法</title></head><body><p>第一条 为了发展。</p></body></html>"
    assert read_text(write(tmp_path / "a.htm", page)) == "支持办法\n第一条 为了发展。"


def test_a_table_that_lays_out_the_page_keeps_its_paragraphs(tmp_path: Path) -> None:
    page = f"<table><tr><td>栏目</td><td><p>一、目标</p><p>{'支持企业发展。' * 40}</p></td></tr></table>"
    assert read_text(write(tmp_path / "a.html", page)).split("\n")[:2] == ["栏目", "一、目标"]


def test_a_word_file_gives_paragraphs_and_rows_in_order(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("一、总体目标")
    table = word.add_table(rows=2, cols=3)
    for row, words in zip(table.rows, [("等级", "金额", "备注"), ("一等", "50万元", "")], strict=True):
        for cell, content in zip(row.cells, words, strict=True):
            cell.text = content
    table.cell(1, 1).merge(table.cell(1, 2))
    word.add_paragraph("二、其他")
    word.save(str(tmp_path / "a.docx"))
    assert read_text(tmp_path / "a.docx") == "一、总体目标\n等级|金额|备注\n一等|50万元\n二、其他"


def test_a_pdf_gives_the_lines_of_its_pages(tmp_path: Path) -> None:
    pages = [["一、总体目标", "支持生物制造企业建设中试基地，研发"], ["- 2 -", "PLA等材料。"]]
    path = write_pdf(tmp_path / "a.pdf", [lines_of(page) for page in pages])
    assert read_text(path) == "一、总体目标\n支持生物制造企业建设中试基地，研发\n- 2 -\nPLA等材料。"


@pytest.mark.parametrize("kind", ["txt", "md", "html", "docx", "pdf"])
def test_the_same_policy_reads_alike_from_every_kind_of_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    paragraphs = ["一、总体目标", "到2027年，支持生物制造企业建设中试基地。", "（一）创新。开展攻关。"]
    if kind == "docx":
        word = docx.Document()
        for paragraph in paragraphs:
            word.add_paragraph(paragraph)
        word.save(str(path))
    elif kind == "pdf":
        write_pdf(path, [lines_of(paragraphs)])
    else:
        shape = "<p>{}</p>" if kind == "html" else "{}\n\n"
        write(path, "".join(shape.format(paragraph) for paragraph in paragraphs))
    assert clean(read_text(path)).splitlines() == paragraphs


def refusal(path: Path) -> str:
    with pytest.raises(ReadingError) as error:
        read_text(path)
    (fault,) = error.value.faults
    assert fault.file == path.name
    assert fault.worded("en")[1]
    return fault.worded("en")[0]


def test_a_kind_that_is_not_read_names_those_that_are(tmp_path: Path) -> None:
    path = write(tmp_path / "a.doc", b"")
    with pytest.raises(ReadingError, match=r"kind \.doc is not read.*docx.*htm html.*markdown md ofd pdf png.*txt"):
        read_text(path)
    assert refusal(write(tmp_path / "README", b"")) == "the kind (none) is not read"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.txt").startswith("cannot be opened")


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    assert "are more than" in refusal(path)


@pytest.mark.parametrize(("size", "read"), [(20 * 1_048_576, True), (20 * 1_048_576 + 1, False)])
def test_twenty_mebibytes_are_read_and_no_more(tmp_path: Path, size: int, *, read: bool) -> None:
    path = write(tmp_path / "a.txt", b"a" * size)
    if read:
        assert len(read_text(path)) == size
    else:
        assert "are more than 20,971,520" in refusal(path)


def test_a_scanned_pdf_is_refused(tmp_path: Path) -> None:
    assert refusal(write_pdf(tmp_path / "a.pdf", [lines_of(["封面"]), [], []])) == "its pages are pictures without text"


def test_a_locked_pdf_is_refused(tmp_path: Path) -> None:
    assert refusal(write_pdf(tmp_path / "a.pdf", [lines_of(["甲"])], locked=True)) == "needs a password"


def test_a_broken_pdf_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "a.pdf", b"%PDF-1.4\nnothing")) == "not a whole PDF file"


@pytest.mark.parametrize("content", [b"PK\x03\x04 cut short", b"plain words", b""])
def test_a_broken_word_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(write(tmp_path / "a.docx", content)) == "not a whole DOCX file"


def test_an_archive_that_is_no_word_file_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("words.txt", "甲")
    assert refusal(tmp_path / "a.docx") == "not a whole DOCX file"


def test_an_encrypted_word_file_or_an_old_one_is_reported_apart(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    assert "encrypted" in refusal(write(tmp_path / "a.docx", ole))


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (10 * LARGEST_FILE_BYTES + 1))
    assert refusal(tmp_path / "a.docx").startswith("unpacks to")
