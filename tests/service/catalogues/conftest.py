"""Small catalogues of one document, each a version of its own: what is published does not depend on how much it is."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules.catalogue.content import Content, write_catalogue

DOCUMENT = "gd-life-health-draft"


@pytest.fixture(scope="session")
def small(content: Content, tmp_path_factory) -> Callable[..., Path]:
    """Return a way to have a catalogue of one document, changed as `change` changes its pack."""
    folder = tmp_path_factory.mktemp("small")

    def build(name: str, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Path:
        file = folder / f"{name}.sqlite"
        if not file.exists():
            pack = copy.deepcopy(content.packs[DOCUMENT])
            change(pack)
            documents = {DOCUMENT: content.documents[DOCUMENT]}
            one = Content(
                documents=documents, vocabularies=content.vocabularies, facts=content.facts, packs={DOCUMENT: pack}
            )
            write_catalogue(one, file)
        return file

    return build


@pytest.fixture(scope="session")
def first(small) -> Path:
    return small("first")


@pytest.fixture(scope="session")
def second(small) -> Path:
    return small("second", lambda pack: pack["measures"].pop())


@pytest.fixture(scope="session")
def third(small) -> Path:
    return small("third", lambda pack: pack["measures"][0].update(title="另一个标题"))
