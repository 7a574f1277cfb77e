"""Who is asking: the API key of a request, what its role may do, and the store behind it."""

from __future__ import annotations

import sqlite3
import time

import flask
import structlog

from service.clock import seconds_to_midnight
from service.keys import SCREENING_ROLES, Key, Keys, Role
from service.problems import Complaint, RequestError
from service.screenings.folders import Folders
from service.screenings.jobs import Job, Jobs
from service.serving import serving
from service.store import Store, StoreError

_SCHEME = "bearer"


def store() -> Store:
    """Return the data file of this application."""
    return serving().store


def jobs() -> Jobs:
    """Return the screenings of this application."""
    return Jobs(store())


def folders() -> Folders:
    """Return the folders of the screenings."""
    return Folders(store().folder)


def given_key() -> Key | None:
    """Return the valid key that the request carries; None when it carries none or one that is not valid."""
    if "key" not in flask.g:
        scheme, _, text = flask.request.headers.get("Authorization", "").strip().partition(" ")
        is_key = scheme.lower() == _SCHEME and text.strip()
        flask.g.key = Keys(store()).find(text.strip()) if is_key else None
    return flask.g.key  # type: ignore[no-any-return]


def operator() -> Key:
    """Return the key of an operator or editor; raise RequestError when the request has none."""
    return _key_of(SCREENING_ROLES)


def editor() -> Key:
    """Return the key of an editor; raise RequestError when the request has none."""
    return _key_of(frozenset({Role.EDITOR}))


def _key_of(roles: frozenset[Role]) -> Key:
    key = given_key()
    if key is None:
        raise RequestError("unauthorized", [Complaint(code="no_key")])
    if key.role not in roles:
        raise RequestError("forbidden", [Complaint(code="role_too_low", params={"role": key.role.value})])
    return key


def own_screening(screening_id: str) -> Job:
    """Return a screening of the caller; another key's does not exist."""
    job = jobs().find(screening_id, operator().id)
    if job is None:
        raise RequestError("not_found", [Complaint(code="no_such_screening")])
    return job


def is_operator() -> bool:
    """Tell whether the key of an operator or editor asks; nobody is one while the data file cannot be read."""
    try:
        key = given_key()
    except (StoreError, sqlite3.Error) as error:
        structlog.get_logger().error("data_unavailable", reason=type(error).__name__)
        return False
    return key is not None and key.role in SCREENING_ROLES


def charge_match() -> None:
    """Count a match as one record of the operator who asks; raise RequestError when none is left today."""
    if not is_operator():
        return
    try:
        charged = jobs().records.charge(operator().id, 1, most=serving().settings.operator_records)
    except (StoreError, sqlite3.Error) as error:
        structlog.get_logger().error("data_unavailable", reason=type(error).__name__)
        return
    if not charged:
        raise no_records_left()


def expect_records(key: Key) -> None:
    """Raise RequestError when a key may screen nothing more today."""
    if not jobs().records.left(key.id, most=serving().settings.operator_records):
        raise no_records_left()


def no_records_left() -> RequestError:
    """Return the refusal of an operator who has used up the records of the day."""
    return RequestError("records_exceeded", retry_after=seconds_to_midnight(time.time()))
