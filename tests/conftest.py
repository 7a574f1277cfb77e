"""Rules for the whole suite: every test must have run where CEPEI_FAIL_ON_SKIP is set."""

import os

import pytest

pytest_plugins = ["tests.service.browsing"]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a skipped test into a failed run where nothing may be skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CEPEI_FAIL_ON_SKIP") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
