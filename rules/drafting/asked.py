"""The numbers and days that a sentence asks of a company, and which published fact each belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.drafting.gifts import value_of
from rules.drafting.roles import Placed, Role
from rules.drafting.sentences import Sentence, Span
from rules.drafting.words import DraftingWords, holds, nearest
from rules.language.facts import FactDefinition, FactType
from rules.language.figures import Figure, FigureKind

LONGEST_TEXT = 80
_KINDS_OF_FACTS = {
    FactType.MONEY: (FigureKind.MONEY, FigureKind.PLAIN),
    FactType.NUMBER: (FigureKind.COUNT, FigureKind.SPAN),
    FactType.SHARE: (FigureKind.SHARE,),
    FactType.RATE: (FigureKind.SHARE,),
}
_HEADS = ("人", "名")
_YEARS = ("年", "周年", "年度")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReader:
    """Reads what is asked with the words and the published facts."""

    words: DraftingWords
    facts: Mapping[str, FactDefinition]

    def read(self, sentence: Sentence, placed: Sequence[Placed], used: set[int]) -> list[dict[str, Any]]:
        """Return the conditions of a sentence: of a published fact, else in words, one a segment."""
        asked = [one for one in placed if one.role is Role.ASKS and one.figure.start not in used]
        used |= {one.figure.start for one in asked}
        if _depends(asked) or (asked and _is_either(sentence)):
            return [manual("asked-1", sentence.words(0, len(sentence.text)))]
        conditions: list[dict[str, Any]] = []
        spoken: dict[int, dict[str, Any]] = {}
        for one in asked:
            cite, fact = sentence.covering(one.figure.start, one.figure.end), self.fact(sentence, one)
            if fact and one.operator and not holds(self.words.easing, one.segment.text):
                conditions.append({"fact": fact, one.operator: value_of(self.facts[fact], one.figure), "cite": cite})
            elif one.segment.start not in spoken:
                spoken[one.segment.start] = manual(f"asked-{len(spoken) + 1}", cite)
        return [*conditions, *spoken.values()]

    def fact(self, sentence: Sentence, one: Placed) -> str:
        """Return the published fact that a number belongs to: of its type, named in its segment before it.

        None where the number is of somebody or something else than the company, of a change, or of another whole.
        """
        before = sentence.text[one.segment.start : one.figure.start]
        said = sentence.text[: one.figure.start]
        fitting = {name: words for name, words in self.words.facts.items() if self._fits(name, one.figure)}
        name = nearest(fitting, before)
        if name is None or holds(self.words.others, said) or holds(self.words.changes, before):
            return ""
        return "" if holds(self.words.other_wholes, before) else name

    def _fits(self, name: str, figure: Figure) -> bool:
        definition = self.facts.get(name)
        if definition is None or figure.kind not in _KINDS_OF_FACTS.get(definition.type, ()):
            return False
        if figure.kind in (FigureKind.COUNT, FigureKind.SPAN):
            return figure.unit in (_YEARS if name == "years_in_business" else _HEADS)
        return True


def manual(name: str, cite: Span) -> dict[str, Any]:
    """Return a condition in words, for a person to check."""
    return {"manual": name, "text": cite.text[:LONGEST_TEXT], "cite": cite}


def _is_either(sentence: Sentence) -> bool:
    """Tell whether a sentence asks for one thing or another: 「营业收入不低于10亿元，或市场占有率全国前10名」."""
    return any(segment.text.startswith(("或", "或者")) for segment in sentence.segments[1:])


def _depends(asked: Sequence[Placed]) -> bool:
    """Tell whether one number is asked of those alone whom another names: 「收入小于5000万元的企业，比例不低于5%」."""
    names = [
        one for one in asked[:-1] if one.segment.text.rstrip("，：, ").endswith(("的企业", "的项目", "的单位", "的"))
    ]
    return any(one.segment.start < asked[-1].segment.start for one in names)
