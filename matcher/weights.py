"""The one table of ranking features with their weights, which add up to 1, and the reason for each."""

from __future__ import annotations

from dataclasses import dataclass

from matcher import features
from matcher.features import Feature


@dataclass(frozen=True, slots=True)
class Weight:
    """One feature with its weight, its name in Chinese, and why it weighs what it does."""

    feature: Feature
    weight: float
    zh: str
    reason: str

    @property
    def name(self) -> str:
        """Return the feature's name, a claim in snake case."""
        return self.feature.__name__

    @property
    def description(self) -> str:
        """Return the first line of the feature's docstring."""
        return str(self.feature.__doc__).strip().splitlines()[0]


WEIGHTS: tuple[Weight, ...] = (
    Weight(
        features.product_in_operative_sentence,
        0.22,
        "产品写入政策原句",
        "the sentence itself names what the company makes",
    ),
    Weight(features.need_names_instrument, 0.22, "支持方式符合企业需求", "the company said what it came for"),
    Weight(
        features.sector_is_close,
        0.14,
        "行业贴近",
        "a measure for the company's own sector beats one for the whole field",
    ),
    Weight(features.place_is_named, 0.16, "地区被点名", "a named place is a promise to that place"),
    Weight(
        features.product_in_clause, 0.08, "产品写入所在条款", "the neighbourhood of the sentence tells what it is about"
    ),
    Weight(features.stage_fits, 0.06, "阶段相符", "support for another stage comes too early or too late"),
    Weight(features.verb_is_strong, 0.05, "支持力度", "to grant binds more than to encourage"),
    Weight(features.product_in_context, 0.04, "产品写入相关条款", "context is written about more than one measure"),
    Weight(features.document_is_in_force, 0.03, "政策已生效", "a draft may still change; it is also said as a caveat"),
)
