"""What a posted form says: the profile as typed, the answers given beside it, and the profile compared with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from service.pages.form import FIELDS, is_field

ANSWER = "answer"
"""A button's answer: the name of a field, an equals sign and its text."""
ADDED = "add."
"""What the name of a field begins with that is answered beside the form."""
BEFORE = "before"
LONGEST_BEFORE = 40_000


def read_typed(form: MultiDict[str, str]) -> dict[str, str]:
    """Return the text of every field of the profile, with the answers given beside the form put in.

    An answer that was there already is no answer; of several different ones the last counts.
    """
    typed = {field.name: form.get(field.name, "") for field in FIELDS}
    typed |= {name: form[name] for name in form if is_field(name)}
    carried = dict(typed)
    for key in form:
        name = key.removeprefix(ADDED)
        if name != key and is_field(name):
            given = [text for text in form.getlist(key) if _differs(text, carried.get(name, ""))]
            typed[name] = given[-1] if given else typed.get(name, "")
    for pressed in form.getlist(ANSWER):
        name, _, text = pressed.partition("=")
        if is_field(name):
            typed[name] = text
    return typed


def _differs(text: str, other: str) -> bool:
    return text.split() != other.split()


def read_before(form: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value; the API's schema judges it
    """Return the profile to compare with: None when there is none, ValueError when it is no JSON."""
    text = form.get(BEFORE, "")
    if not text:
        return None
    if len(text) > LONGEST_BEFORE:
        raise ValueError("longer than a profile")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
