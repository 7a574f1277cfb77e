"""The shipped catalogue as a session-wide engine, hand-made catalogues, and answers for many drawn profiles."""

import hashlib
import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings

from matcher.answers.engine import Engine
from matcher.profiles.declared import DeclaredFacts
from matcher.profiles.profile import MatchRequest, Profile
from matcher.profiles.reader import build_reader
from rules.catalogue.content import Content, assemble
from seeds.documents import build_document
from seeds.faults import load_yaml
from seeds.library import load_documents

DAY = date(2025, 6, 1)
POLICIES = Path(__file__).parents[1] / "rules" / "policies"
DRAWN = 300
_UNKNOWN = (
    "number",
    "issued_on",
    "written_on",
    "published_on",
    "effective_from",
    "valid_to",
    "source_url",
    "checked_on",
)
_MEASURE = {
    "title": "一项措施",
    "title_en": "A measure",
    "instrument": "subsidy",
    "kind": "support",
    "strength": "support",
}

settings.register_profile("matcher", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("matcher")


@pytest.fixture(scope="session")
def engine(content):
    return Engine(assemble(content))


@pytest.fixture(scope="session")
def granting(content):
    """Return an engine for the invented policies of format 2."""
    documents = {one.id: one for one in load_documents(POLICIES / "documents")}
    packs = {path.stem: load_yaml(path) for path in (POLICIES / "packs").glob("*.yaml")}
    return Engine(assemble(replace(content, documents=documents, packs=packs)))


@pytest.fixture(scope="session")
def catalogue(engine):
    return engine.catalogue


def ask(engine: Engine, profile: dict[str, Any] | Profile, **options: Any) -> dict[str, Any]:
    """Match a profile and read the answer as a caller does; options are those of a request."""
    described = profile if isinstance(profile, Profile) else Profile(**profile)
    answer = engine.match(MatchRequest(profile=described, **{"on": DAY, "limit": 100, **options}))
    return json.loads(msgspec.json.encode(answer))


@pytest.fixture(scope="session")
def match(engine):
    """Match against the shipped catalogue: match({"city": "深圳"}, language="en")."""
    return lambda profile, **options: ask(engine, profile, **options)


@pytest.fixture(scope="session")
def match_with():
    """Match against a given engine."""
    return ask


@pytest.fixture(scope="session")
def hand_made(content):
    """Return an engine for one made-up document: hand_made(text, [{"id": ..., "source": {...}}], status="draft")."""
    made: dict[str, Engine] = {}

    def build(text: str, measures: list[dict[str, Any]], **options: Any) -> Engine:
        asked = repr((text, measures, options))
        if asked not in made:
            made[asked] = new(text, measures, **options)
        return made[asked]

    def new(text: str, measures: list[dict[str, Any]], **options: Any) -> Engine:
        metadata = {
            "schema": 1,
            "id": "made-up",
            "title": "测试政策",
            "heading": "测试政策",
            "issuers": "unknown",
            "status": "in_force",
            "region": "440000",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            **dict.fromkeys(_UNKNOWN, "unknown"),
        }
        defaults = options.pop("defaults", {"region": "440000", "sector": ["biomanufacturing"]})
        document = build_document({**metadata, **options}, text)
        examples = [{"facts": {"region": "440300"}, "verdict": "possible"}]
        pack = {
            "schema": 1,
            "document": "made-up",
            "defaults": defaults,
            "measures": [{**_MEASURE, "examples": examples, **measure} for measure in measures],
        }
        made_up = Content(
            documents={"made-up": document},
            vocabularies=content.vocabularies,
            facts=content.facts,
            packs={"made-up": pack},
        )
        return Engine(assemble(made_up))

    return build


@pytest.fixture(scope="session")
def draw_profile(content):
    """Return a maker of plausible profiles: words of the vocabularies, words from outside, gaps."""
    words = content.vocabularies
    spelled = {
        name: [s for entry in words[name].entries.values() for s in entry.spellings()]
        for name in ("sectors", "concepts", "stages", "needs", "certifications")
    }
    regions = list(words["regions"].entries.values())
    near = [entry for entry in regions if entry.id[:2] in ("44", "34") or not entry.id.isdigit()]
    noise = [
        "生物材科",
        "智能酿酒机器人",
        "不做疫苗",
        "物业管理",
        "餐饮连锁",
        "高性能发酵罐及配套",
        "xyz",
        "酶法制备新型甜味剂",
        "   ",
    ]

    def some(draw: random.Random, name: str, most: int) -> tuple[str, ...]:
        drawn = [draw.choice(noise) if draw.random() < 0.15 else draw.choice(spelled[name]) for _ in range(most)]
        return tuple(drawn[: draw.randint(0, most)])

    def make(seed: int) -> Profile:
        draw = random.Random(seed)
        return Profile(
            city=draw.choice([draw.choice(near).zh, draw.choice(near).zh, draw.choice(regions).zh, ""]),
            target_city=draw.choice(["", "", "", draw.choice(near).zh]),
            sector=some(draw, "sectors", 2),
            products=some(draw, "concepts", 3),
            technologies=some(draw, "concepts", 1),
            stage=some(draw, "stages", 1),
            needs=some(draw, "needs", 2),
            certifications=some(draw, "certifications", 1),
            employees=draw.choice([None, 12, 300]),
            foreign_invested=draw.choice([None, True, False]),
        )

    return make


@pytest.fixture(scope="session")
def drawn(engine, draw_profile):
    """Return 300 drawn profiles, each with its answer; every third one shows what does not apply, too."""
    pairs = []
    for seed in range(DRAWN):
        include = frozenset({"not_applicable"} if seed % 3 == 0 else ())
        profile = draw_profile(seed)
        pairs.append((profile, ask(engine, profile, include=include, limit=100 if seed % 3 else 40)))
    return pairs


@pytest.fixture(scope="session")
def resolvers(catalogue):
    return build_reader(catalogue, DeclaredFacts.of(catalogue)).resolvers


@pytest.fixture(scope="session")
def reader(catalogue):
    """Return a reader that knows one local manual condition."""
    return build_reader(catalogue, replace(DeclaredFacts.of(catalogue), manual=frozenset({"some-measure.local"})))


@pytest.fixture(scope="session")
def read(reader):
    """Read a profile: read(city="深圳")."""
    return lambda **profile: reader.read(MatchRequest(profile=Profile(**profile), on=DAY))
