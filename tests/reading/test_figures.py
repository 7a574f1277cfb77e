"""The scorer of draft packs counts figures by what they do and where, and blames only what a draft claims."""

from __future__ import annotations

from typing import Any

from tests.reading.figures import score_figures

PACK: dict[str, Any] = {
    "measures": [
        {
            "source": {"clause": "1.2", "quote": ""},
            "conditions": [
                {"fact": "employees", "at_least": 50, "cite": ""},
                {"manual": "asked", "text": "投资额不低于1000万元", "cite": "", "clause": "2.1"},
                {"manual": "asked-2", "text": "具备两项专利", "cite": ""},
            ],
            "benefits": [{"rate": "20%", "caps": [{"amount": "300万元", "by": "project"}]}],
        }
    ],
    "windows": [{"clause": "3", "closes": "2026-06-30"}],
}
LABEL = {
    "conditions": [
        "1.2 | employees | >= | 50 | 人", "2.1 | investment | >= | 1000 | 万元", "3 | deadline | <= | 2026-06-30 | date",
    ],
    "benefits": ["1.2 | rate | 20 | %", "1.2 | cap | 300 | 万元"],
}  # fmt: skip


def scored(**changes: list[str]) -> tuple[int, int, int, int, list[str]]:
    one, wrong = score_figures({**LABEL, **changes}, PACK)
    return one.told, one.found, one.drafted, one.right, wrong


def test_all_that_is_told_and_drafted_is_right() -> None:
    assert scored() == (5, 5, 5, 5, [])


def test_a_figure_in_another_clause_or_role_is_missing_and_wrong() -> None:
    assert scored(benefits=["1.2 | rate | 20 | %", "1.3 | cap | 300 | 万元"]) == (
        5, 4, 5, 4, ["-gives 1.3: 3e+06", "+gives 1.2: 3e+06"],
    )  # fmt: skip


def test_a_figure_that_may_be_drafted_is_neither() -> None:
    assert scored(benefits=["1.2 | rate | 20 | %"], figures_optional=["1.2 | cap | 300 | 万元"]) == (4, 4, 5, 5, [])
