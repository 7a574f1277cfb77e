"""One place out of the columns that name its parts: province, city, registered place and county, names or codes."""

from __future__ import annotations

from collections.abc import Sequence

from service.tables.fields import COUNTY, PLACE

_MUNICIPAL = ("区", "县", "镇", "乡", "街道", "园")
_SHORT_CODE = 2
"""The length of one level of a code, where each column holds its own level only."""


def join_places(parts: Sequence[tuple[int, str]]) -> str:
    """Return one place from its parts, widest first, nothing said twice; of codes the narrowest.

    The registered place stands alone when it names its city itself. Codes of different places stay apart, so that
    nothing is read into them.
    """
    if len(parts) == 1:
        return parts[0][1]
    ordered = sorted(parts, key=lambda part: part[0])
    codes = [text for _, text in ordered if text.isdecimal()]
    if codes and ordered[-1][1].isdecimal():
        return _join_codes(codes)
    names = _join_names([(order, text) for order, text in ordered if not text.isdecimal()])
    return f"{_join_codes(codes)} {names}" if codes else names


def _join_codes(codes: Sequence[str]) -> str:
    if all(len(code) == _SHORT_CODE for code in codes):
        return "".join(codes)
    narrowest = max(codes, key=lambda code: len(_significant(code)))
    if all(narrowest.startswith(_significant(code)) for code in codes):
        return narrowest
    return "、".join(codes)


def _significant(code: str) -> str:
    """Return a code without the pairs of zeros that stand for the levels below."""
    while len(code) > _SHORT_CODE and code.endswith("00"):
        code = code[:-2]
    return code


def _join_names(ordered: Sequence[tuple[int, str]]) -> str:
    wholes = [text for order, text in ordered if order == PLACE and not _is_part(text)]
    if wholes:  # other registered places that are whole say the same, or belong to another column
        parts = [text for order, text in ordered if order == COUNTY or (order == PLACE and _is_part(text))]
        ordered = [(PLACE, wholes[0]), *((COUNTY, text) for text in parts)]
    joined = ""
    for position, (_, text) in enumerate(ordered):
        name = text.removesuffix("省").removesuffix("市")
        if name not in joined and not any(name in later for _, later in ordered[position + 1 :]):
            joined += text
    return joined


def _is_part(text: str) -> bool:
    """Tell whether a place names a district or a zone without its city."""
    return text.endswith(_MUNICIPAL) and "市" not in text
