"""A dossier as a DOCX to go on with; the program that opens it brings the font. The same dossier is the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from service.dossiers.contents import Dossier, DossierForm, Entry

_MADE = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_ZIP_TIME = (2025, 1, 1, 0, 0, 0)
_INK, _QUIET = RGBColor(0x0B, 0x3D, 0x2E), RGBColor(0x4D, 0x4D, 0x4D)
_LATIN, _CHINESE = "Arial", "Microsoft YaHei"


def docx_bytes(dossier: Dossier, form: DossierForm) -> bytes:
    """Return the DOCX."""
    document, brief = docx.Document(), form is DossierForm.BRIEF
    _set_up(document, dossier, brief=brief)
    for place, line in enumerate(dossier.letterhead):
        _paragraph(document, line, bold=not place, colour=_INK)
    document.add_heading(_plain(dossier.title), 1)
    _paragraph(document, dossier.name, bold=True)
    _paragraph(document, "    ".join(f"{label} {value}" for label, value in dossier.about), colour=_QUIET)
    document.add_heading(_plain(dossier.facts_heading), 2)
    _paragraph(document, " · ".join(dossier.facts))
    _paragraph(document, dossier.summary, bold=True)
    for group in dossier.groups:
        document.add_heading(_plain(group.heading), 2)
        for entry in group.entries:
            _add_entry(document, entry, dossier.quote_label)
    if dossier.more:
        _paragraph(document, dossier.more)
    for heading, texts in (
        (dossier.questions_heading, dossier.questions),
        (dossier.sources_heading, dossier.sources),
    ):
        document.add_heading(_plain(heading), 2)
        for text in texts:
            document.add_paragraph(_plain(text), style="List Bullet")
    _paragraph(document, dossier.note, colour=_QUIET)
    packed = io.BytesIO()
    document.save(packed)
    return _same_each_time(packed)


def _set_up(document: Document, dossier: Dossier, *, brief: bool) -> None:
    about = document.core_properties
    about.title, about.author = _plain(f"{dossier.title} {dossier.name}")[:255], ""
    about.created = about.modified = _MADE
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(14 if brief else 18)
    sizes = {"Normal": 8 if brief else 10.5, "Heading 1": 14 if brief else 18, "Heading 2": 10 if brief else 13}
    sizes |= {"Heading 3": 8.5 if brief else 11, "List Bullet": sizes["Normal"]}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.size, style.font.name = Pt(size), _LATIN
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
        spaced = style.paragraph_format
        spaced.space_before, spaced.space_after = Pt(2 if brief else 6), Pt(1 if brief else 4)
        if name.startswith("Heading"):
            style.font.color.rgb = _INK
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    before, _, rest = dossier.page.partition("{page}")
    between, _, after = rest.partition("{pages}")
    for text, counter in ((before, "PAGE"), (between, "NUMPAGES")):
        footer.add_run(text)
        _add_field(footer.add_run(), counter)
    footer.add_run(after)


def _add_field(run: Any, name: str) -> None:  # noqa: ANN401 - the library has no types
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)  # noqa: SLF001 - python-docx has no fields


def _add_entry(document: Document, entry: Entry, quote_label: str) -> None:
    document.add_heading(_plain(entry.title), 3)
    paragraph = document.add_paragraph()
    for place, (label, value) in enumerate(entry.lines):
        if place:
            paragraph.add_run("\n")
        paragraph.add_run(_plain(f"{label} ")).font.color.rgb = _QUIET
        paragraph.add_run(_plain(value))
    quoted = document.add_paragraph()
    quoted.paragraph_format.left_indent = Mm(5)
    quoted.add_run(_plain(f"{quote_label} ")).font.color.rgb = _QUIET
    quoted.add_run(_plain(entry.quote)).italic = True
    quoted.add_run(_plain(f"\n{entry.clause}")).font.color.rgb = _QUIET


def _paragraph(document: Document, text: str, *, bold: bool = False, colour: RGBColor | None = None) -> None:
    run = document.add_paragraph().add_run(_plain(text))
    run.bold = bold
    if colour is not None:
        run.font.color.rgb = colour


def _plain(text: str) -> str:
    """Return a text as XML can hold it."""
    return "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text)


def _same_each_time(packed: io.BytesIO) -> bytes:
    """Return the archive with the times of its members fixed."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), source.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
