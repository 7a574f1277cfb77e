"""Made-up tenants drawn with a fixed seed: few places, many products, a share of the facts missing."""

import random
from collections.abc import Iterator
from datetime import date

from matcher.profiles.profile import Profile
from rules.catalogue.content import Content
from tests.bench.synthetic import SEED

PLACES, PRODUCTS, MISSING = 300, 3_000, 0.3
_SYLLABLES = "高性能新型智能发酵设备酶法制备甜味剂材料系统生物医用膜分离纯化"


class Register:
    """The words a register is drawn from."""

    def __init__(self, content: Content) -> None:
        self._draw = random.Random(SEED)
        spelled = {
            name: [spelling for entry in vocabulary.entries.values() for spelling in entry.spellings()]
            for name, vocabulary in content.vocabularies.items()
        }
        self._words = spelled
        near = [e for e in content.vocabularies["regions"].entries.values() if e.id[:2] in ("44", "34")]
        others = self._draw.sample(list(content.vocabularies["regions"].entries.values()), PLACES // 2)
        self._places = [entry.zh for entry in (*self._draw.sample(near, PLACES - len(others)), *others)]
        known = self._draw.sample(spelled["concepts"], min(len(spelled["concepts"]), PRODUCTS // 2))
        made_up = {"".join(self._draw.sample(_SYLLABLES, 6)) for _ in range(2 * PRODUCTS)}
        self._products = [*known, *sorted(made_up)[: PRODUCTS - len(known)]]

    def tenants(self, number: int) -> Iterator[Profile]:
        """Yield so many tenants."""
        for row in range(number):
            yield self._tenant(row)

    def _tenant(self, row: int) -> Profile:
        draw, words = self._draw, self._words
        fields = {
            "city": draw.choice(self._places),
            "sector": (draw.choice(words["sectors"]),),
            "products": tuple(draw.sample(self._products, draw.randint(1, 3))),
            "stage": (draw.choice(words["stages"]),),
            "needs": (draw.choice(words["needs"]),),
            "certifications": (draw.choice(words["certifications"]),),
            "employees": draw.randrange(5, 2000),
            "annual_revenue_cny": float(draw.randrange(10**6, 10**9)),
            "rd_spend_cny": float(draw.randrange(10**5, 10**8)),
            "rd_staff": draw.randrange(0, 300),
            "foreign_invested": draw.random() < 0.1,
            "founded_on": date(draw.randrange(1995, 2026), draw.randrange(1, 13), 1),
        }
        given = {name: value for name, value in fields.items() if draw.random() >= MISSING}
        return Profile(name=f"示例企业{row}", external_id=str(row), **given)
