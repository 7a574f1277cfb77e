"""A file of tenants, and what a run of `cepei screen` leaves that nobody disturbs."""

import pytest

from service.cli import main
from tests.service.screen_runs import command, outcome, write_tenants


@pytest.fixture(scope="session")
def tenants_file(tmp_path_factory):
    return write_tenants(tmp_path_factory.mktemp("tenants") / "tenants.ndjson")


@pytest.fixture(scope="session")
def whole(tenants_file, catalogue_file, tmp_path_factory):
    output = tmp_path_factory.mktemp("local") / "results"
    assert main(command(tenants_file, output, catalogue_file)) == 0
    return outcome(output)
