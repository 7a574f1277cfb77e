"""What the tests of the rules share: the shipped content, the invented policies, and how facts become answers."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings

from rules.catalogue import examples
from rules.catalogue.catalogue import Catalogue
from rules.catalogue.content import Content, assemble
from rules.compiled.program import Program
from rules.language.facts import Answer, Lexicon
from rules.language.pack import load_pack
from seeds.library import load_documents

POLICIES = Path(__file__).parent / "policies"

# A busy machine is slow now and then, which is no fault of what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def lexicon(content: Content) -> Lexicon:
    return content.lexicon


@pytest.fixture(scope="session")
def shipped(content: Content) -> Catalogue:
    return assemble(content)


@pytest.fixture(scope="session")
def taxonomies(shipped: Catalogue):
    return shipped.taxonomies


@pytest.fixture(scope="session")
def policies(lexicon: Lexicon) -> SimpleNamespace:
    """The invented policies: `documents` by id, `packs` by document id, `measures` and `grants` by id, own `facts`."""
    documents = {document.id: document for document in load_documents(POLICIES / "documents")}
    loaded = [load_pack(path, documents, lexicon) for path in sorted((POLICIES / "packs").glob("*.yaml"))]
    measures = {measure.id: measure for pack in loaded for measure in pack.measures}
    return SimpleNamespace(
        documents=documents,
        packs={pack.document: pack for pack in loaded},
        measures=measures,
        grants={name: grant for pack in loaded for name, grant in pack.grants.items()},
        facts={name: fact for pack in loaded for name, fact in pack.facts.items()},
    )


@pytest.fixture(scope="session")
def every_measure(shipped: Catalogue, policies: SimpleNamespace) -> SimpleNamespace:
    """Shipped and invented measures by id, with one compiled program over all of them and their places in it."""
    measures = {**shipped.measures, **policies.measures}
    program = Program(tuple(measures.values()), shipped.taxonomies)
    return SimpleNamespace(measures=measures, program=program, places={id_: i for i, id_ in enumerate(measures)})


@pytest.fixture(scope="session")
def answers_from(lexicon: Lexicon, policies: SimpleNamespace) -> Callable[[Mapping[str, Any]], dict[str, Answer]]:
    """Turn plain facts, as an example writes them, into a profile's answers on the day of examples."""
    known = {**lexicon.facts, **policies.facts}
    return lambda facts: examples.answers_from(facts, known, lexicon.vocabularies)
