"""Splitting a cell into the items of a list, without cutting chemical names, abbreviations and brackets apart."""

from __future__ import annotations

import re

_SURE = frozenset("、;；|｜\n\r\t")
_SURELY, _DOUBTFUL = re.compile(r"[、;；|｜\n\r\t]"), re.compile(r"[,，/／()\[\]（）【】「」《》“”]")
_COMMAS = frozenset(",，")
_SLASHES = frozenset("/／")
_OPENING, _CLOSING = "([（【「《“", ")]）】」》”"
_LOCANT = re.compile(r"(?:^|[^0-9A-Za-z])[0-9NODLSR]{1,2}['′]?$")
_AFTER_LOCANT = re.compile(r"^[0-9NODLSR]{1,2}['′]?(?:[,，]|[-－])")
_DIGIT_BEFORE, _DIGIT_AFTER = re.compile(r"[0-9０-９]$"), re.compile(r"^[0-9０-９]")


def split_list(text: str) -> list[str]:
    """Return the items of 「聚乳酸、1,4-丁二醇」; inside brackets and between locants nothing separates."""
    if not _DOUBTFUL.search(text):
        return [item.strip() for item in _SURELY.split(text) if item.strip()]
    items, start, depth = [], 0, 0
    balanced = sum(text.count(c) for c in _OPENING) == sum(text.count(c) for c in _CLOSING)
    for place, character in enumerate(text):
        if balanced:
            depth += (character in _OPENING) - (character in _CLOSING)
        if depth <= 0 and _separates(text, place, character):
            items.append(text[start:place])
            start = place + 1
    items.append(text[start:])
    return [item.strip() for item in items if item.strip()]


def _separates(text: str, place: int, character: str) -> bool:
    if character in _SURE:
        return True
    before, after = text[max(0, place - 4) : place], text[place + 1 : place + 5]
    if character in _COMMAS:
        if _DIGIT_BEFORE.search(before) and _DIGIT_AFTER.match(after):
            return False
        return not (_LOCANT.search(before) and _AFTER_LOCANT.match(after))
    if character in _SLASHES:
        return not (_DIGIT_BEFORE.search(before) or _DIGIT_AFTER.match(after) or "//" in text[place - 1 : place + 2])
    return False
