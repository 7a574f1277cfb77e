"""The servers of tests/service, for tests that treat them badly."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.service.conftest import Server, _plain_logs, app, root, run_server, serve  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def strict(serve: Callable[..., Any]) -> Iterator[Server]:  # noqa: F811 - the fixture
    """Run a server that waits for a second only and has room for few connections; nobody has a key for it."""
    settings = {f"CEPEI_{name}_SECONDS": "1" for name in ("HEADER", "BODY", "WRITE")}
    rooms = {"CEPEI_ADDRESS_CONNECTIONS": "12", "CEPEI_CONNECTIONS": "60"}
    with serve(CEPEI_SCREENING_WORKER="off", CEPEI_WORKERS="1", **rooms, **settings) as started:
        yield started
