"""A large catalogue drawn with a fixed seed: real vocabularies, made-up documents and measures.

Every measure has three to twelve conditions: the document's region and sectors, and one to ten of mixed kinds. A
tenth of the documents is national, three tenths are a city's, the others a province's.
"""

import hashlib
import random
from collections.abc import Mapping
from typing import Any

from rules.catalogue.content import Content
from seeds.documents import Document, build_document

SEED = 20261122
DOCUMENTS, CHAPTERS, SECTIONS, ITEMS = 100, 10, 10, 4  # 100 x (10 + 100 + 400) clauses
MEASURES_PER_DOCUMENT = 100
_NUMERALS = "一二三四五六七八九十"
_VERBS = ("支持", "鼓励", "推动", "加快发展", "重点支持")
_OBJECTS = ("建设中试基地", "开展技术攻关", "产业化项目建设", "进入示范应用目录", "开拓海外市场", "申请专项资金")
_LEVELS = ("country", *["city"] * 3, *["province"] * 6)
ATTESTATIONS = ("leading_enterprise",)
_INSTRUMENTS = ("pilot", "rd_funding", "demonstration", "product_list", "international", "subsidy", "talent", "fund")


def synthetic_content(shipped: Content, number_of_documents: int = DOCUMENTS) -> Content:
    """Return 10,000 measures on 51,000 clauses over the shipped vocabularies, or as many documents as asked for."""
    draw = random.Random(SEED)
    documents: dict[str, Document] = {}
    packs: dict[str, Mapping[str, Any]] = {}
    regions = shipped.vocabularies["regions"].entries.values()
    reaches = {level: [e.id for e in regions if e.kind == level and _places_inside(e.id, shipped)] for level in _LEVELS}
    for number in range(number_of_documents):
        level = _LEVELS[number % len(_LEVELS)]
        name, region = f"synthetic-{number:03}", draw.choice(reaches[level])
        sentences, text = _text(number, shipped, draw)
        documents[name] = build_document(_metadata(name, number, region, text), text)
        packs[name] = _pack(name, region, sentences, shipped, draw)
    return Content(documents=documents, vocabularies=shipped.vocabularies, facts=shipped.facts, packs=packs)


def _metadata(name: str, number: int, region: str, text: str) -> dict[str, Any]:
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
        "issuers": "unknown", "status": "in_force", "region": region,
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
    name: str, region: str, sentences: list[tuple[str, str]], shipped: Content, draw: random.Random
) -> dict[str, Any]:
    places = _places_inside(region, shipped)
    measures = []
    for place, (clause, sentence) in enumerate(draw.sample(sentences, MEASURES_PER_DOCUMENT)):
        measures.append(
            {
                "id": f"{name}-{place:03}", "title": f"第{place}项措施", "title_en": f"measure {place}",
                "instrument": draw.choice(_INSTRUMENTS), "kind": "support",
                "strength": "support",
                "source": {"clause": clause, "quote": sentence},
                "conditions": [{**condition, "cite": sentence} for condition in _conditions(places, shipped, draw)],
                "examples": [{"facts": {"region": region}, "verdict": "possible"}],
            }
        )  # fmt: skip
    sectors = [entry.id for entry in shipped.vocabularies["sectors"].entries.values()]
    return {
        "schema": 1, "document": name, "measures": measures,
        "defaults": {"region": region, "sector": draw.sample(sectors, 2)},
    }  # fmt: skip


def _places_inside(region: str, shipped: Content) -> list[str]:
    inside = shipped.vocabularies["regions"].taxonomy.descendants(region) - {region}
    return sorted(place for place in inside if place.isdigit())


def _conditions(places: list[str], shipped: Content, draw: random.Random) -> list[dict[str, Any]]:
    """Draw one to ten conditions on different facts, mostly few; thresholds are round, as policies have them."""

    def some(vocabulary: str, most: int) -> list[str]:
        return draw.sample(list(shipped.vocabularies[vocabulary].entries), draw.randint(1, most))

    kinds: list[dict[str, Any]] = [
        {"fact": "region", "within": draw.sample(places, min(len(places), draw.randint(1, 3)))},
        {"fact": "stage", "any_of": some("stages", 2)},
        {"fact": "certifications", "any_of": some("certifications", 3)},
        {"fact": "employees", "at_least": draw.choice((10, 20, 30, 50, 100, 200, 300, 500))},
        {"fact": "employees", "at_most": draw.choice((50, 100, 300, 500, 1000, 2000))},
        {"fact": "annual_revenue_cny", "at_least": draw.choice((1, 2, 5, 10, 20, 50, 100, 200, 500)) * 10**6},
        {"fact": "annual_revenue_cny", "at_most": draw.choice((20, 50, 100, 200, 400, 800)) * 10**6},
        {"fact": "rd_spend_cny", "at_least": draw.choice((1, 2, 3, 5, 10, 20)) * 10**6},
        {"fact": "rd_intensity", "at_least": f"{draw.choice((2, 3, 4, 5, 6, 8, 10))}%"},
        {"fact": "rd_staff_share", "at_least": f"{draw.choice((5, 10, 15, 20, 30))}%"},
        {"fact": "years_in_business", "at_least": draw.choice((1, 2, 3, 5))},
        {"fact": "founded_on", "on_or_after": f"{draw.randrange(2000, 2025)}-01-01"},
        {"fact": "foreign_invested", "is": draw.random() < 0.5},
        {"manual": draw.choice(ATTESTATIONS)},
    ]
    return draw.sample(kinds, round(draw.triangular(1, 10, 1)))
