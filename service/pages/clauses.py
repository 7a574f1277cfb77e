"""How people name a clause: its printed numbers and its heading, as the document prints them."""

from __future__ import annotations

from seeds.documents import Document
from seeds.outline import Clause

_NEEDS_NO_SPACE = ("、", "）")


def clause_name(document: Document, path: str) -> str:
    """Return a clause by its printed numbers and heading, for example 二（二）3. 建设生物制造中试基地."""
    clause = document.clause(path)
    if not clause.heading:
        return document.title
    steps = path.split(".")
    above = (document.clause(".".join(steps[:count])) for count in range(1, len(steps)))
    numbers = "".join(_printed_number(document, enclosing).rstrip("、.") for enclosing in above)
    own = _printed_number(document, clause)
    if own and numbers[-1:].isdigit():
        numbers += " "  # 专栏1 2. and never 专栏12.
    numbers += own
    return f"{numbers}{'' if numbers.endswith(_NEEDS_NO_SPACE) else ' '}{clause.heading}"


def _printed_number(document: Document, clause: Clause) -> str:
    """Return what is printed before the heading: 二、 or （三） or 2. or 专栏4."""
    at = document.text.find(clause.heading, clause.start, clause.end)
    return "".join(document.text[clause.start : max(at, clause.start)].split())
