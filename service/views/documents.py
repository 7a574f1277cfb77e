"""GET /v1/documents: the cleaned texts, their outlines, and the measures that rest on each clause."""

from __future__ import annotations

from typing import Any

import flask

from matcher.answers import ClauseFull, DocumentFull
from matcher.description import describe_clause, describe_document
from service.answers import public_answer
from service.blueprints import Blueprint
from service.lookups import found, page_of
from service.request_context import language
from service.schemas.queries import DocumentsQuery
from service.schemas.reading_answers import Documents
from service.serving import catalogue

blueprint = Blueprint("documents", __name__, description="The policy documents, word for word.")


@blueprint.at("/v1/documents")
@blueprint.takes(DocumentsQuery, location="query")
@blueprint.answers(Documents, 422, 503, description="A page of documents, ordered by id.")
def list_documents(query: dict[str, Any]) -> flask.Response:
    """List the documents, with text and clauses unless `detail=brief`."""
    shelf = catalogue()
    documents, page = page_of(sorted(shelf.documents.values(), key=lambda document: document.id), query)
    full = query["detail"] == "full"
    items = tuple(describe_document(shelf, document, language(), full=full) for document in documents)
    return public_answer(Documents(items=items, **page))


@blueprint.at("/v1/documents/<document_id>")
@blueprint.answers(DocumentFull, 404, 503, description="One document with its text and clauses.")
def show_document(document_id: str) -> flask.Response:
    """Show one document: metadata, cleaned text, outline."""
    shelf = catalogue()
    return public_answer(describe_document(shelf, found(shelf.documents, document_id), language()))


@blueprint.at("/v1/documents/<document_id>/clauses/<path>")
@blueprint.answers(ClauseFull, 404, 503, description="One clause with its text and measures.")
def show_clause(document_id: str, path: str) -> flask.Response:
    """Show one clause with its text and the measures that rest on it."""
    shelf = catalogue()
    document = found(shelf.documents, document_id)
    found({clause.path: clause for clause in document.clauses}, path)
    return public_answer(describe_clause(shelf, document, path, language()))
