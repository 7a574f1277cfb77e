"""A scan is read by an extra, is marked as read by a machine, and is quoted once a person has confirmed every line.

The extra is not installed for tests: a package of its name stands in for it, which answers as it does, for a picture.
"""

import sys
from pathlib import Path

import pypdfium2
import pytest

from seeds.faults import SeedError
from seeds.library import load_document
from service.cli import main
from service.commands import recognition
from tests.reading.pdf import pdf_of

STAND_IN = """
from types import SimpleNamespace

class RapidOCR:
    def __call__(self, picture):
        height, width, colours = picture.shape
        assert colours == 3 and height > width
        said = [(100, "云溪区支持企业", .99), (160, "若干措施", .98), (300, "一、支持内容", .99), (304, "污点", .2),
                (360, "对新认定的企业给予20万", .97), (362, "元奖励。", .95), (420, "二、附则", .99)]
        boxes = [[(50 + 400 * (text == "元奖励。"), top), (400, top), (400, top + 30), (50, top + 30)] for top, text, _ in said]
        return SimpleNamespace(boxes=boxes, txts=[text for _, text, _ in said], scores=[sure for *_, sure in said])
"""


@pytest.fixture
def extra(tmp_path, monkeypatch):
    (tmp_path / "extra" / "rapidocr").mkdir(parents=True)
    (tmp_path / "extra" / "rapidocr" / "__init__.py").write_text(STAND_IN, "utf-8")
    monkeypatch.syspath_prepend(tmp_path / "extra")
    yield
    sys.modules.pop("rapidocr", None)


def scan(path: Path, pages: int = 1) -> Path:
    """Write a PDF whose pages have no text."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    document.save(path)
    return path


def drafted(tmp_path, source) -> Path:
    assert main(["draft", str(source), "some-scan", "--documents", str(tmp_path / "documents")]) == 0
    return tmp_path / "documents" / "some-scan"


def with_edits(folder, *edits):
    (folder / "transcript.yaml").write_text("schema: 1\nedits:\n" + "".join(f"- {one}\n" for one in edits), "utf-8")
    assert main(["draft", "--again", str(folder)]) == 0


def codes(folder):
    with pytest.raises(SeedError) as error:
        load_document(folder)
    return {fault.code for fault in error.value.faults}


def test_without_the_extra_a_scan_is_refused_and_told_how_to_be_read(tmp_path, capsys):
    options = ["some-scan", "--documents", str(tmp_path / "documents")]
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    for source in (scan(tmp_path / "a.pdf"), tmp_path / "a.png"):
        assert main(["draft", str(source), *options]) == 2
        assert "pip install 'cepei[ocr]'" in capsys.readouterr().err
    assert not (tmp_path / "documents").exists()


@pytest.mark.usefixtures("extra")
def test_what_a_machine_read_is_marked_and_not_quoted_before_it_is_confirmed(tmp_path, capsys):
    folder = drafted(tmp_path, scan(tmp_path / "a.pdf"))
    assert "a machine read it" in capsys.readouterr().out
    text = "云溪区支持企业若干措施\n一、支持内容\n对新认定的企业给予20万元奖励。\n二、附则\n"
    assert (folder / "text.txt").read_text("utf-8") == text
    assert "by a machine" in (folder / "document.yaml").read_text("utf-8").splitlines()[0]
    assert "# source.pdf, page 1, line 4\n" in (folder / "pack.yaml").read_text("utf-8")
    document = (folder / "document.yaml").read_text("utf-8")
    settled = document.replace("status: unknown", "status: in_force").replace("region: unknown", "region: '440114'")
    (folder / "document.yaml").write_text(settled, "utf-8")
    sys.modules.pop("rapidocr", None)  # from here on the extra is needed no more
    assert codes(folder) == {"not_confirmed"}
    with_edits(folder, "{confirm: 云溪区, to: 一、支持}")
    assert codes(folder) == {"not_confirmed"}
    with_edits(folder, "{glyph: 附, to: 副, line: 二、附则}", "{confirm: 云溪区, to: 二、副则}")
    assert load_document(folder).heading == "云溪区支持企业若干措施"
    for edit in ("{confirm: 云溪区, to: 三、没有}", "{confirm: 二、附则, to: 云溪区}"):
        (folder / "transcript.yaml").write_text(f"schema: 1\nedits:\n- {edit}\n", "utf-8")
        assert main(["draft", "--again", str(folder)]) == 2


@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: scan(path / "a.pdf", recognition.MOST_PAGES + 1), "200"),
        (lambda path: (path / "a.pdf").write_bytes(pdf_of([b"<< /Type /Catalog >>"])) and path / "a.pdf", "PDF"),
    ],
    ids=["too many pages", "no pages"],
)
def test_scans_are_read_within_limits(tmp_path, capsys, make, told):
    assert main(["draft", str(make(tmp_path)), "some-scan", "--documents", str(tmp_path / "documents")]) == 2
    assert told in capsys.readouterr().err
