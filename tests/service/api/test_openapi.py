"""The published contract: generated, complete, and true about errors."""

import re

import jsonschema_rs
import pytest
import yaml

from service import __version__
from service.openapi import main, published_contract

SCREENING_PATHS = {
    "/v1/measures/preview",
    "/v1/screenings", "/v1/screenings/template.xlsx", "/v1/screenings/columns", "/v1/screenings/{screening_id}",
    *(
        f"/v1/screenings/{{screening_id}}/{name}"
        for name in (
            "cancel", "rerun", "events", "tenants", "measures", "measures/{measure_id}/tenants", "summary", "rejected",
            "changes", "tenants/{row}/match", "tenants/{row}/measures/{measure_id}", "results.{form}",
        )
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def contract():
    return yaml.safe_load(published_contract())


def test_openapi_yaml_is_what_the_code_says(root):
    assert (root / "openapi.yaml").read_text("utf-8") == published_contract(), (
        "run: .venv/bin/python -m service.openapi openapi.yaml"
    )


def test_the_command_writes_the_file_and_notices_a_drift(tmp_path, capsys):
    file = tmp_path / "openapi.yaml"
    assert main(["--check", str(file)]) == 1
    assert main([str(file)]) == 0
    assert main(["--check", str(file)]) == 0
    file.write_text(file.read_text("utf-8").replace("Cepei", "Cepai"), "utf-8")
    assert main(["--check", str(file)]) == 1
    assert "write it again" in capsys.readouterr().out


def test_the_service_serves_the_same_contract(server):
    reply = server.get("/openapi.yaml")
    assert reply.body.decode() == published_contract()
    assert reply.headers["Content-Type"].startswith("application/yaml")


def test_every_call_of_the_contract_is_there(contract):
    assert set(contract["paths"]) == {
        "/v1/match", "/v1/check-citations", "/v1/changes", "/v1/changes.atom", "/v1/changes/screenings", "/v1/editions", "/v1/documents/{document_id}/predecessor",
        "/v1/catalogue.jsonld", "/v1/catalogue.csv", "/v1/calendar.ics", "/v1/measures", "/v1/measures/{measure_id}", "/v1/documents", "/v1/documents/{document_id}",
        "/v1/documents/{document_id}/clauses/{path}", "/v1/vocabularies/{name}", "/v1/features", "/v1/operators",
        "/healthz", "/readyz", "/metrics", "/v1/feedback", "/v1/feedback/cases.yaml", "/v1/feedback/{report_id}/close",
        "/v1/subscriptions", "/v1/subscriptions/{subscription_id}", "/v1/subscriptions/{subscription_id}/messages",
        "/v1/subscriptions/{subscription_id}/messages/{message_id}/send", "/v1/subscriptions/{subscription_id}/test", "/v1/keys", "/v1/subscriptions/{subscription_id}/muted/{item}",
        "/v1/match/dossier.{ending}", *SCREENING_PATHS,
        *(
            f"/v1/screenings/{{screening_id}}/{path}"
            for path in (
                "calls", "calls.csv", "questions.xlsx", "answers", "work", "work.csv", "dossiers", "dossiers/{order_id}",
                "dossiers/{order_id}.zip", "tenants/{row}/dossier.{ending}", "tenants/{row}/measures/{measure_id}/work",
            )
        ),
    }  # fmt: skip


def test_every_error_is_documented_as_a_problem(contract):
    for operations in contract["paths"].values():
        for operation in (operations[method] for method in operations if method != "parameters"):
            for status, response in operation["responses"].items():
                if not status.startswith("2"):
                    name = response["$ref"].rsplit("/", 1)[1]
                    assert list(contract["components"]["responses"][name]["content"]) == ["application/problem+json"]


def test_a_problem_and_an_answer_hold_to_the_contract(contract, server, polylactic):
    for reply, schema in (
        (server.match({"employees": -1}), "Problem"),
        (server.get("/v1/nothing"), "Problem"),
        (server.match(polylactic), "MatchAnswer"),
        (server.get("/v1/measures?per_page=100"), "Measures"),
        (server.get("/v1/documents"), "Documents"),
    ):
        whole = {"$ref": f"#/components/schemas/{schema}", "components": contract["components"]}
        jsonschema_rs.validator_for(whole).validate(reply.json)


def test_what_is_refused_is_published_as_closed_and_what_may_grow_as_open(contract):
    schemas = contract["components"]["schemas"]
    assert {name for name, schema in schemas.items() if schema.get("additionalProperties") is False} == {
        "Profile",
        "MatchRequest",
        "CitationsQuestion",
        "PreviewQuestion",
        "WorkNote",
        "DossiersWanted",
        "ScreeningQuestion",
        "SubscriptionQuestion",
        "FeedbackQuestion",
        "ClosingQuestion",
    }


def test_the_version_is_that_of_the_distribution(root):
    assert f'version = "{__version__}"' in (root / "pyproject.toml").read_text("utf-8")


def test_generators_of_clients_know_what_to_do_with_every_answer(contract):
    """openapi-python-client takes JSON, texts and octets, and warns of an answer that has none of these."""
    answers = [
        response.get("content")
        for operations in contract["paths"].values()
        for method, operation in operations.items()
        if method != "parameters"
        for response in operation["responses"].values()
    ]
    known = re.compile(r"text/.*|application/(json|.*\+json|octet-stream)(;.*)?")
    assert [list(content) for content in answers if content and not any(map(known.fullmatch, content))] == []


def test_a_file_is_given_as_plain_octets_where_only_those_are_asked_for(server):
    usual, octets = (
        server.get("/v1/screenings/template.xlsx", Accept=accept) for accept in ("*/*", "application/octet-stream")
    )
    assert usual.headers["Content-Type"].startswith("application/vnd.openxml")
    assert octets.headers["Content-Type"] == "application/octet-stream"
    assert usual.body[:2] == octets.body[:2] == b"PK"
