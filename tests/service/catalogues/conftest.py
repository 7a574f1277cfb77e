"""Small catalogues of one document, each a version of its own: what is published does not depend on how much it is."""

import copy
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules.catalogue.content import Content, write_catalogue
from seeds.documents import DocumentStatus

DOCUMENT, ISSUED = "gd-life-health-draft", "gd-life-health-2026"


@pytest.fixture(scope="session")
def small(content: Content, tmp_path_factory) -> Callable[..., Path]:
    """Return a way to have a catalogue of one document, changed as `change` changes its pack."""
    folder = tmp_path_factory.mktemp("small")

    def build(name: str, change: Callable[[dict[str, Any]], object] = lambda _: None, **metadata: Any) -> Path:
        file = folder / f"{name}.sqlite"
        if not file.exists():
            document = dataclasses.replace(content.documents[DOCUMENT], **metadata)
            pack = {**copy.deepcopy(content.packs[DOCUMENT]), "document": document.id}
            change(pack)
            one = Content(
                documents={document.id: document}, vocabularies=content.vocabularies, facts=content.facts,
                packs={document.id: pack},
            )  # fmt: skip
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


@pytest.fixture(scope="session")
def issued(small) -> Path:
    """Return a catalogue in which the draft was issued under an id of its own, and so were its measures."""

    def rename(pack: dict[str, Any]) -> None:
        for measure in pack["measures"]:
            old, new = measure["id"], f"{measure['id']}-2026"
            measure |= {"id": new, "continues": old}
            for example in measure["examples"]:
                facts = example["facts"].items()
                example["facts"] = {name.replace(f"{old}.", f"{new}."): value for name, value in facts}
            measure.pop("excludes", None)

    return small("issued", rename, id=ISSUED, status=DocumentStatus.IN_FORCE, predecessor=DOCUMENT)
