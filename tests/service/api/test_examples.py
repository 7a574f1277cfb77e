"""The examples of the contract: a request for every call, its answer what the service answers, in the published shape."""

import pytest

from service.keys import Role
from tests.service.operators import Operator
from tests.service.recorded import differences, record_all


@pytest.fixture(scope="module")
def recorded(server):
    return record_all(server, Operator(server), Operator(server, Role.EDITOR))


def test_the_answers_of_the_examples_are_what_the_service_answers(recorded):
    assert list(differences(recorded)) == [], "written again by: make examples"
