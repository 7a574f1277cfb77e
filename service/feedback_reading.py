"""What a reader sent, held against the catalogue: a measure and a condition that exist, a profile without identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from matcher.answers import StatedCondition
from matcher.description import describe_measure_listed
from matcher.matching import Engine
from matcher.profile import Profile
from rules.catalogue import Catalogue
from service.declared import complaints_of_facts
from service.feedback import Statement
from service.problems import Complaint, RequestError, pointer_to
from service.schemas.complaints import unknown_field

IDENTITY = ("name", "uscc", "external_id")
"""Fields of a profile that are never stored with a report."""


def read_statement(question: Mapping[str, Any], engine: Engine) -> Statement:
    """Return what is to be stored of a question; raise RequestError with what does not exist."""
    shelf = engine.catalogue
    measure_id, fact = question["measure_id"], question["fact"]
    if measure_id not in shelf.measures:
        raise RequestError("invalid_request", [_no_such("measure_id", measure_id, shelf.measures)])
    place = _place_of(dict(stated_conditions(shelf, measure_id)), question)
    shared: Profile | None = question.get("profile") if question.get("share_profile") else None
    if shared and (faults := engine.declared.faults_of(shared.facts)):
        raise RequestError("invalid_request", complaints_of_facts(faults))
    return Statement(
        measure=measure_id,
        fact=fact,
        condition=place,
        verdict=question["verdict"],
        should_be=question["should_be"],
        comment=question.get("comment", ""),
        catalogue=question.get("catalogue", ""),
        language=question.get("lang", "zh"),
        profile=None if shared is None else without_identity(shared),
    )


def stated_conditions(shelf: Catalogue, measure_id: str, language: str = "zh") -> Iterator[tuple[str, StatedCondition]]:
    """Yield every condition of a measure with its place, parts after the condition they belong to."""
    yield from _walk(describe_measure_listed(shelf, shelf.measures[measure_id], language).conditions, ())


def without_identity(profile: Profile) -> dict[str, Any]:
    """Return what a profile says as JSON, without the fields that tell whose it is and without empty ones."""
    said = {name: value for name, value in asdict(profile).items() if name not in IDENTITY and value not in (None, "")}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(said))
    return {name: value for name, value in plain.items() if value not in ([], {})}


def _walk(conditions: Iterable[StatedCondition], above: tuple[str, ...]) -> Iterator[tuple[str, StatedCondition]]:
    for position, condition in enumerate(conditions):
        steps = (*above, str(position))
        yield ".".join(steps), condition
        yield from _walk(condition.parts, steps)


def _place_of(stated: Mapping[str, StatedCondition], question: Mapping[str, Any]) -> str:
    """Return the place of the condition meant; "" when several read its fact and none was named."""
    fact, place = question["fact"], question.get("condition", "")
    if place and place not in stated:
        raise RequestError("invalid_request", [_no_such("condition", place, stated)])
    candidates = [at for at, condition in stated.items() if condition.fact == fact and place in ("", at)]
    if not candidates:
        known = {condition.fact for at, condition in stated.items() if place in ("", at)}
        raise RequestError("invalid_request", [_no_such("fact", fact, known)])
    whole = [at for at in candidates if "." not in at] or candidates
    return whole[0] if len(whole) == 1 else ""


def _no_such(field: str, name: str, known: Iterable[str]) -> Complaint:
    return unknown_field(name, known, "no_such_thing", pointer_to(field))
