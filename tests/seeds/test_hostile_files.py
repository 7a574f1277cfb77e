"""Files that are made to harm are refused, or read in time that grows with their length; nothing in them is carried out."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from seeds.cleaning import clean
from seeds.outline import parse_outline
from seeds.reading import ReadingError, read_source
from tests.reading.ofd import write_ofd
from tests.reading.pdf import pdf_of

WORD_PART = "word/document.xml"


def refusal(path: Path) -> str:
    with pytest.raises(ReadingError) as error:
        read_source(path)
    (fault,) = error.value.faults
    assert fault.file == path.name
    for language in ("zh", "en"):
        message, hint = fault.worded(language)
        assert message
        assert hint
    return fault.code


def word_file(path: Path, words: str = "一、总则") -> Path:
    document = docx.Document()
    document.add_paragraph(words)
    document.save(str(path))
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    """Replace one part of an archive."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in {**parts, name: content}.items():
            archive.writestr(part, data)
    return path


BILLION = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
WIDE = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "ha">]><a>&x;</a>'.encode("utf-16")


@pytest.mark.parametrize("part", [BILLION, OUTSIDE, WIDE], ids=["entities", "an entity from outside", "in UTF-16"])
@pytest.mark.parametrize("name", [WORD_PART, "word/styles.xml", "[Content_Types].xml", "customXml/item1.xml"])
def test_a_word_file_that_declares_entities_is_refused(tmp_path: Path, name: str, part: bytes) -> None:
    assert refusal(with_part(word_file(tmp_path / "a.docx"), name, part)) == "package_entities"


@pytest.mark.parametrize("name", ["OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"])
def test_an_ofd_file_that_declares_entities_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(with_part(write_ofd(tmp_path / "a.ofd", [["一、总则"]]), name, BILLION)) == "package_entities"


def test_one_part_that_unpacks_to_much_is_refused(tmp_path: Path) -> None:
    assert refusal(with_part(word_file(tmp_path / "a.docx"), WORD_PART, b" " * (65 * 2**20))) == "docx_unpacks"


def test_many_parts_are_refused(tmp_path: Path) -> None:
    path = word_file(tmp_path / "a.docx")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(20_001):
            archive.writestr(f"media/{number}", "")
    assert refusal(path) == "package_parts"


@pytest.mark.parametrize("pages", [2_001, 10_000])
def test_a_book_of_thousands_of_pages_is_refused(tmp_path: Path, pages: int) -> None:
    assert refusal(write_ofd(tmp_path / "a.ofd", [["甲"]], listed=pages)) == "too_many_pages"
    kids = b" ".join(b"3 0 R" for _ in range(pages))
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>",
    )
    (tmp_path / "a.pdf").write_bytes(pdf_of(objects))
    assert refusal(tmp_path / "a.pdf") == "too_many_pages"


@pytest.mark.parametrize(
    "element",
    ["<div>", "<ul><li>", "<b id='{}'>", "<table><tr><td>", "<a href='{}'>"],
    ids=["blocks", "lists", "marks", "tables", "links"],
)
def test_a_page_nested_without_end_is_refused(tmp_path: Path, element: str) -> None:
    file = tmp_path / "a.html"
    file.write_text("".join(element.format(n) for n in range(5_000)) + "甲", "utf-8")
    assert refusal(file) == "page_too_deep"


def test_scripts_and_styles_give_no_words_and_do_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text(
        "<body onload='alert(1)'><script>document.write('一、脚本写的正文。')</script><noscript>请打开脚本。</noscript>"
        "<style>p:before{content:'二、样式写的'}</style><p>一、支持企业建设中试基地。</p>"
        "<svg><text>三、图中的字</text></svg><iframe srcdoc='四、框中的字'></iframe><img src=x onerror='alert(1)'></body>",
        "utf-8",
    )
    assert read_source(file).text == "一、支持企业建设中试基地。"


def test_a_part_of_an_ofd_file_outside_the_archive_is_not_looked_up(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<a/>", "utf-8")
    path = write_ofd(tmp_path / "a.ofd", [["甲"]], page="../../../secret.xml")
    assert refusal(path) == "ofd_broken"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"plain words"])
def test_a_broken_ofd_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.ofd"
    path.write_bytes(content)
    assert refusal(path) == "ofd_broken"


HOSTILE: dict[str, Callable[[int], str]] = {
    "comments never closed": lambda n: "<!--" * (n // 4),
    "one endless line": lambda n: "支持企业建设，" * (n // 7),
    "one endless paragraph of lines": lambda n: (
        "支持企业建设中试基地研发聚乳酸等材料给予补助支持企业建设中试\n" * (n // 31)
    ),
    "brackets never closed": lambda n: "（《" * (n // 2),
    "an ordinal of blanks": lambda n: "第" + " " * n + "条",
    "a number printed over and over": lambda n: "第一章 总则\n" * (n // 7),
    "labels over and over": lambda n: "服务对象\n条件要求\n1.甲\n" * (n // 14),
    "a list of annexes": lambda n: "附件：1.甲\n" + "".join(f"{i % 99}.甲\n" for i in range(n // 5)),
    "sections in one line": lambda n: "一、" * (n // 2),
    "titles in one line": lambda n: "关于办法的通知" * (n // 7),
}


@pytest.mark.parametrize("made", HOSTILE.values(), ids=HOSTILE)
def test_reading_takes_time_by_length(made: Callable[[int], str]) -> None:
    """Ten times the text may take ten times as long and some; the square of it would be a hundred times."""

    def seconds(length: int) -> float:
        text = made(length)
        begun = time.process_time()
        parse_outline(clean(text))
        return time.process_time() - begun

    short, long = max(seconds(2_000), 0.004), seconds(20_000)
    assert long < 40 * short
