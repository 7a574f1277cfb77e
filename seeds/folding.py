"""Two ways of making writing comparable: `fold` for names and input, `fold_aligned` for documents.

Neither decides what a text means; they only remove differences of writing.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

_QUOTES = str.maketrans("“”‘’「」『』〔〕【】–—―", '""\'\'""""[][]---')
_SEPARATORS = str.maketrans("", "", " \t\r\n·•・_-—,，、/\\|.。;；:：'\"()[]{}<>《》〈〉*#")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return the comparable form of a name: NFKC, simplified, casefolded, without separators.

    `ＰＬＡ`, `pla` and `P.L.A` fold alike; `首台（套）` and `首台套` too. An all-separator text folds to "".
    """
    wide = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    folded = simplify(wide).casefold().translate(_SEPARATORS)
    return folded if folded.isprintable() else "".join(c for c in folded if c.isprintable())


def simplify(text: str) -> str:
    """Return `text` with traditional characters simplified."""
    return text if text.isascii() else str(_simplifier().convert(text))


@cache
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).translate(_QUOTES).casefold()
    return folded if len(folded) == 1 else character


def fold_aligned(text: str) -> str:
    """Return `text` with width, case, quotes and brackets unified, each character at its own offset.

    The result has the same length, so an offset found in it is an offset into `text`.
    """
    return "".join(map(_fold_character, text))
