"""What a word says of a yes or no fact: the general words, those of the fact itself, and those that depend on it."""

from __future__ import annotations

import re

from seeds.folding import simplify
from seeds.profile_fields import ProfileField
from seeds.word_lists import word_lists
from service.tables.faults import CellError, LeftOpenError
from service.tables.headings import Column

_YES, _NO = word_lists().yes_cells, word_lists().no_cells
_ONE, _ZERO = "1", "0"
_SOME, _NONE = frozenset(("有",)), frozenset(("无", "没有"))
_ASKS_FOR_HAVING = re.compile("有无|是否(?:具|拥|已|持)?有|具有|拥有")
_BAD_RECORD = re.compile("失信|违法|违规|处罚|黑名单|不良|异常|逾期")
_WITHOUT = re.compile("(?<!有)无|没有|未|不存在")


def read_flag(word: str, column: Column) -> bool:
    """Return what a word, folded, says under its heading; raise CellError when it says nothing of this fact.

    LeftOpenError says that it may mean yes or no.
    """
    if word in column.field.yes or word in column.field.no:
        return word in column.field.yes
    if not any(word in words for words in (_YES, _NO, _SOME, _NONE, (_ONE, _ZERO))):
        raise CellError("not_flag")
    heading = simplify(column.heading)
    if column.field.id == "credit_ok" and _BAD_RECORD.search(heading):
        meant = _clean(word, heading)
    else:
        meant = _plain(word, heading, column.field)
    if meant is None:
        raise LeftOpenError("flag_left_open", text=word)
    return meant


def _plain(word: str, heading: str, field: ProfileField) -> bool | None:
    if any(contrary in heading for contrary in field.contrary):
        return None
    if word in _SOME or word in _NONE:
        return word in _SOME if field.had or _ASKS_FOR_HAVING.search(heading) else None
    return word in _YES or word == _ONE


def _clean(word: str, heading: str) -> bool | None:
    """Return whether a record is clean, by a word under a heading that names what would stain it."""
    if word in _SOME or word in _NONE:
        return word in _NONE
    if word in (_ONE, _ZERO) or "有无" in heading:
        return None
    without, asked = _WITHOUT.search(heading) is not None, "是否" in heading
    if without and word in _YES:
        return True
    return (word in _YES) is without if asked else None
