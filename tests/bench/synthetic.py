"""A large catalogue drawn with a fixed seed: real vocabularies, made-up documents and measures.

Every measure has the document's region and sector and one to five further conditions of mixed kinds.
"""

import hashlib
import random
from collections.abc import Mapping
from typing import Any

from rules.content import Content
from seeds.documents import Document, build_document

SEED = 20261122
DOCUMENTS, CHAPTERS, SECTIONS, ITEMS = 100, 10, 10, 4  # 100 x (10 + 100 + 400) clauses
MEASURES_PER_DOCUMENT = 100
_NUMERALS = "一二三四五六七八九十"
_VERBS = ("支持", "鼓励", "推动", "加快发展", "重点支持")
_OBJECTS = ("建设中试基地", "开展技术攻关", "产业化项目建设", "进入示范应用目录", "开拓海外市场", "申请专项资金")
_INSTRUMENTS = ("pilot", "rd_funding", "demonstration", "product_list", "international", "subsidy", "talent", "fund")


def synthetic_content(shipped: Content, number_of_documents: int = DOCUMENTS) -> Content:
    """Return 10,000 measures on 51,000 clauses over the shipped vocabularies, or as many documents as asked for."""
    draw = random.Random(SEED)
    documents: dict[str, Document] = {}
    packs: dict[str, Mapping[str, Any]] = {}
    provinces = [e.id for e in shipped.vocabularies["regions"].entries.values() if e.kind == "province"]
    for number in range(number_of_documents):
        name, province = f"synthetic-{number:03}", draw.choice(provinces)
        sentences, text = _text(number, shipped, draw)
        documents[name] = build_document(_metadata(name, number, province, text), text)
        packs[name] = _pack(name, province, sentences, shipped, draw)
    return Content(documents=documents, vocabularies=shipped.vocabularies, facts=shipped.facts, packs=packs)


def _metadata(name: str, number: int, province: str, text: str) -> dict[str, Any]:
    unknown = (
        "number",
        "written_on",
        "published_on",
        "effective_from",
        "valid_to",
        "source_url",
        "checked_on",
        "issued_on",
    )
    return {
        "schema": 1, "id": name, "title": f"合成政策第{number}号行动方案", "heading": f"合成政策第{number}号行动方案",
        "issuers": "unknown", "status": "in_force", "region": province,
        "sha256": hashlib.sha256(text.encode()).hexdigest(), **dict.fromkeys(unknown, "unknown"),
    }  # fmt: skip


def _text(number: int, shipped: Content, draw: random.Random) -> tuple[list[tuple[str, str]], str]:
    """Return (clause path, operative sentence) pairs, and the text."""
    concepts = [entry.zh for entry in shipped.vocabularies["concepts"].entries.values()]
    lines, sentences, serial = [f"合成政策第{number}号行动方案"], [], 0
    for chapter in range(CHAPTERS):
        lines.append(f"{_NUMERALS[chapter]}、重点任务{_NUMERALS[chapter]}")
        for section in range(SECTIONS):
            lines.append(f"（{_NUMERALS[section]}）专项行动{_NUMERALS[section]}。")
            for item in range(1, ITEMS + 1):
                serial += 1
                named = "、".join(draw.sample(concepts, 3))
                sentence = f"{draw.choice(_VERBS)}第{serial}类{named}等企业{draw.choice(_OBJECTS)}"
                lines.append(f"{item}. 任务{serial}。{sentence}。强化要素保障，完善服务体系，推动产业高质量发展。")
                sentences.append((f"{chapter + 1}.{section + 1}.{item}", sentence))
    return sentences, "\n".join(lines) + "\n"


def _pack(
    name: str, province: str, sentences: list[tuple[str, str]], shipped: Content, draw: random.Random
) -> dict[str, Any]:
    measures = []
    for place, (clause, sentence) in enumerate(draw.sample(sentences, MEASURES_PER_DOCUMENT)):
        measures.append(
            {
                "id": f"{name}-{place:03}", "title": f"第{place}项措施", "title_en": f"measure {place}",
                "instrument": draw.choice(_INSTRUMENTS), "strength": "support",
                "source": {"clause": clause, "quote": sentence},
                "conditions": [_condition(sentence, shipped, draw) for _ in range(draw.randint(1, 5))],
                "examples": [{"facts": {"region": province}, "verdict": "possible"}],
            }
        )  # fmt: skip
    sectors = [entry.id for entry in shipped.vocabularies["sectors"].entries.values()]
    return {
        "schema": 1, "document": name, "measures": measures,
        "defaults": {"region": province, "sector": draw.sample(sectors, 2)},
    }  # fmt: skip


def _condition(sentence: str, shipped: Content, draw: random.Random) -> dict[str, Any]:
    def some(vocabulary: str) -> list[str]:
        return draw.sample(list(shipped.vocabularies[vocabulary].entries), 3)

    kinds: list[dict[str, Any]] = [
        {"fact": "region", "within": some("regions")},
        {"fact": "sector", "within": some("sectors")},
        {"fact": "stage", "any_of": some("stages")},
        {"fact": "certifications", "any_of": some("certifications")},
        {"fact": "employees", "at_least": draw.randrange(10, 1000)},
        {"fact": "annual_revenue_cny", "at_least": draw.randrange(10**6, 10**9)},
        {"fact": "rd_intensity", "at_least": f"{draw.randrange(1, 20)}%"},
        {"fact": "founded_on", "on_or_after": f"20{draw.randrange(10, 26)}-01-01"},
        {"manual": "leading_enterprise"},
    ]
    return {**draw.choice(kinds), "cite": sentence}
