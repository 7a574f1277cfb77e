"""Addresses of other pages that an answer leads to; empty where a page is not served."""

from __future__ import annotations

import flask

from service.pages.frame import link


def page_address(endpoint: str, anchor: str = "", **values: str) -> str:
    """Return the address of a page, at a place in it, or nothing when this service has no such page."""
    if endpoint not in flask.current_app.view_functions:
        return ""
    return link(endpoint, **values) + (f"#{anchor}" if anchor else "")


def clause_address(document: str, clause: str) -> str:
    """Return where a document shows a clause."""
    return page_address("browse.document", f"c-{clause}", document_id=document)


def measure_place(document: str, measure: str) -> str:
    """Return where a document shows the sentence of a measure."""
    return page_address("browse.document", f"m-{measure}", document_id=document)


def measure_address(measure: str) -> str:
    """Return the page of a measure."""
    return page_address("browse.measure", measure_id=measure)
