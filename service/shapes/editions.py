"""What is answered of editions of the catalogue, and of what changed from one to another."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from service.catalogues.editions import Action
from service.shapes.reading import Page


class Edition(Struct, frozen=True, kw_only=True):
    """That an edition came into force; the same may more than once."""

    version: Annotated[str, "What `catalogue` of a match and `since` of changes name."]
    action: Action
    at: Annotated[str, "When it came into force."]
    documents: int
    measures: int
    in_force: Annotated[bool, "Whether it answers now where a request names none."]


class Editions(Page, frozen=True, kw_only=True):
    """A page of what came into force, the latest first."""

    items: tuple[Edition, ...]
