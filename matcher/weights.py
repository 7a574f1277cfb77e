"""The one table of ranking features with their weights, which add up to 1, and the reason for each."""

from __future__ import annotations

from dataclasses import dataclass

from matcher import features
from matcher.features import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One feature with its weight, its name and claim in Chinese, and why it weighs what it does."""

    feature: Feature
    weight: float
    zh: str
    claim_zh: str
    reason: str
    reason_zh: str

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
        feature=features.product_in_operative_sentence,
        weight=0.22,
        zh="产品写入政策原句",
        claim_zh="企业的产品或技术写在给予支持的那句话里。",
        reason="the sentence itself names what the company makes",
        reason_zh="原句直接点到企业所做的产品",
    ),
    Weight(
        feature=features.need_names_instrument,
        weight=0.22,
        zh="支持方式符合企业需求",
        claim_zh="企业提出的需求正是这种支持方式。",
        reason="the company said what it came for",
        reason_zh="企业已说明为何而来",
    ),
    Weight(
        feature=features.sector_is_close,
        weight=0.14,
        zh="行业贴近",
        claim_zh="措施针对企业所在的行业，而不只是文件的整个领域。",
        reason="a measure for the company's own sector beats one for the whole field",
        reason_zh="针对本行业的措施优于面向整个领域的措施",
    ),
    Weight(
        feature=features.place_is_named,
        weight=0.16,
        zh="地区被点名",
        claim_zh="措施点名企业所在的市、县或园区，而不只是全省。",
        reason="a named place is a promise to that place",
        reason_zh="点名某地，就是对该地的承诺",
    ),
    Weight(
        feature=features.product_in_clause,
        weight=0.08,
        zh="产品写入所在条款",
        claim_zh="企业的产品或技术写在原句所在的条款里。",
        reason="the neighbourhood of the sentence tells what it is about",
        reason_zh="上下文说明原句所指",
    ),
    Weight(
        feature=features.stage_fits,
        weight=0.06,
        zh="阶段相符",
        claim_zh="这种支持方式适合企业的项目阶段。",
        reason="support for another stage comes too early or too late",
        reason_zh="其他阶段的支持来得过早或过晚",
    ),
    Weight(
        feature=features.verb_is_strong,
        weight=0.05,
        zh="支持力度",
        claim_zh="政策用语是给予、支持，而不是鼓励、推动。",
        reason="to grant binds more than to encourage",
        reason_zh="“给予”比“鼓励”更有约束力",
    ),
    Weight(
        feature=features.product_in_context,
        weight=0.04,
        zh="产品写入相关条款",
        claim_zh="企业的产品或技术写在进一步说明该措施的条款里。",
        reason="context is written about more than one measure",
        reason_zh="相关条款同时说明多项措施",
    ),
    Weight(
        feature=features.document_is_in_force,
        weight=0.03,
        zh="政策已生效",
        claim_zh="措施在所问日期有效，且不是征求意见稿。",
        reason="a draft may still change; it is also said as a caveat",
        reason_zh="征求意见稿仍可能修改，另有提示",
    ),
)
