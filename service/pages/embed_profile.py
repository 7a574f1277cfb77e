"""The profile that a portal hands to the frame: JSON as POST /v1/match takes it, judged by the same schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.json_reading import read_json
from service.schemas.match import MatchRequestSchema

FIELD = "profile"


def read_sent(form: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the profile sent, None when the form was filled in; raise ValidationError naming what is wrong."""
    text = form.get(FIELD)
    if text is None:
        return None
    profile: dict[str, Any] = read_json(text.encode())
    MatchRequestSchema().load({FIELD: profile})
    return profile
