"""GET /v1/features and /v1/operators: the published tables, each row with its one-sentence docstring."""

from __future__ import annotations

import flask

from matcher.description import describe_features, describe_operators
from service.answers import public_answer
from service.blueprints import Blueprint
from service.request_context import language
from service.schemas.reading_answers import Features, Operators

blueprint = Blueprint("tables", __name__, description="How measures are ranked and conditions are written.")


@blueprint.at("/v1/features")
@blueprint.answers(Features, description="The ranking features and their weights, which add up to 1.")
def list_features() -> flask.Response:
    """List the ranking features with their weights."""
    return public_answer(Features(items=describe_features(language())))


@blueprint.at("/v1/operators")
@blueprint.answers(Operators, description="The operators of conditions.")
def list_operators() -> flask.Response:
    """List the operators that conditions are written with."""
    return public_answer(Operators(items=describe_operators(language())))
