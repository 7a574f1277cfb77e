"""A dossier as a PDF, set by typst with a Chinese font of the machine; the same dossier is the same bytes.

What a company typed is data to the page, never markup.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson

from service.dossiers.contents import Dossier, DossierForm

if TYPE_CHECKING:
    import typst

PAGE = Path(__file__).with_name("dossier.typ")
FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Noto Serif CJK SC", "Source Han Serif SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimSun", "PingFang SC",
)  # fmt: skip
"""Fonts that have all characters in use; the first that the machine has sets a dossier."""
PACKAGE = "fonts-noto-cjk"


class NoFontError(Exception):
    """The machine has no font with Chinese characters; PACKAGE of Debian and Ubuntu has one."""


def font_of(families: frozenset[str]) -> str:
    """Return the font to set with; raise NoFontError where none of FONTS is there."""
    found = next((font for font in FONTS if font in families), None)
    if found is None:
        raise NoFontError
    return found


@cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415 - a process that sets no page does without it

    return typst.Fonts()


@cache
def _compiler() -> typst.Compiler:
    import typst  # noqa: PLC0415 - see there

    return typst.Compiler(str(PAGE), root=str(PAGE.parent), font_paths=_fonts())


def pdf_bytes(dossier: Dossier, form: DossierForm) -> bytes:
    """Return the PDF; raise NoFontError."""
    font = font_of(frozenset(_fonts().families()))
    inputs = {"dossier": orjson.dumps(asdict(dossier)).decode(), "form": form.value, "fonts": font}
    made = _compiler().compile(format="pdf", sys_inputs=inputs)
    return cast("bytes", made)  # a PDF is one file
