"""The servers of tests/service, for tests that treat them badly."""

from tests.service.conftest import _plain_logs, run_server, serve  # noqa: F401 - fixtures
