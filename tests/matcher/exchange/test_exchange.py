"""The catalogue in other people's shapes: whole, without loose ends, nothing made up; Datasette shows it as described."""

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from matcher.exchange.formats import COLUMNS, CONTEXT, LONGEST_DESCRIPTION, REQUIRED, as_cpsv, missing
from rules.catalogue.content import open_catalogue
from service.app import create_app
from service.cli import main
from service.settings import Settings

ROOT = Path(__file__).parents[3]
METADATA = ROOT / "examples" / "datasette" / "metadata.yaml"
ON = "2026-11-21"


@pytest.fixture(scope="module")
def catalogue(catalogue_file):
    return open_catalogue(catalogue_file)


@pytest.fixture(scope="module")
def client(catalogue_file):
    return create_app(Settings(catalogue=catalogue_file, log_level="error")).test_client()


@pytest.fixture(scope="module")
def graph(client):
    reply = client.get("/v1/catalogue.jsonld")
    assert reply.content_type == "application/ld+json"
    return reply.json["@graph"]


def of_class(graph, name):
    return [node for node in graph if name in (node["@type"] if isinstance(node["@type"], list) else [node["@type"]])]


def references(value):
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_support_measure_is_a_service_with_what_the_profile_asks_for(graph, catalogue):
    services = of_class(graph, "cpsv:PublicService")
    assert [one["dct:identifier"] for one in services] == [
        one.id for one in catalogue.measures.values() if one.kind == "support"
    ]
    lacking = set(missing(graph))
    assert {name for _, name in lacking} == {"cv:hasCompetentAuthority"}
    for service in services:
        measure = catalogue.measures[service["dct:identifier"]]
        document = catalogue.documents[measure.document]
        named = document.clause(measure.source.clause).departments or document.issuers
        assert ((service["@id"], "cv:hasCompetentAuthority") in lacking) == (not named)
        assert service["dct:description"][0]["@value"] in document.text
        assert len(service.get("cv:holdsRequirement", ())) == len(measure.conditions)
        status = service["adms:status"]["@id"].rpartition("/")[2]
        assert status == {"draft": "UnderDevelopment", "in_force": "Completed"}[document.status]


def test_the_graph_has_no_loose_end_no_double_and_no_name_without_its_vocabulary(graph):
    assert [id_ for id_, count in Counter(node["@id"] for node in graph).items() if count > 1] == []
    known = {node["@id"] for node in graph}
    used = {one for node in graph for one in references([value for key, value in node.items() if key != "@id"])}
    assert {one for one in used - known if one.startswith("urn:cepei:")} == set()
    names = {key for node in graph for key in node if not key.startswith("@")}
    assert {name.partition(":")[0] for name in names} <= set(CONTEXT)
    assert [node["@id"] for node in graph if re.search(r'[\s<>"{}|\\^`]', node["@id"])] == []


def test_ids_may_begin_with_an_address_of_the_publisher_s_own(catalogue):
    nodes = as_cpsv(catalogue, "https://example.gov.cn/cepei/")["@graph"]
    assert all(node["@id"].startswith("https://example.gov.cn/cepei/") for node in nodes)


PLACES = re.compile(r"[A-Z]+-\d+(\|[A-Z]+-\d+)*")


def table(client, **query):
    reply = client.get("/v1/catalogue.csv", query_string=query)
    assert reply.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(reply.text)))


def test_the_table_keeps_the_rules_of_its_schema(client):
    """Those of dispositif-aide-professionnels v0.2.0: columns, what is required, unique, of which form and length."""
    rows = table(client, on=ON)
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["titre"], name) for row in rows for name in REQUIRED if not row[name]] == []
    assert len({row["id"] for row in rows}) == len(rows) > 30
    for row in rows:
        assert UUID(row["id"]).version == 5
        assert PLACES.fullmatch(row["eligibilite_geographique"])
        assert row["cibles"] == "professionnels"
        assert len(row["description"]) <= LONGEST_DESCRIPTION
        datetime.fromisoformat(row["date_mise_a_jour"])
        assert all(one["nom"] for one in json.loads(row["porteurs"]))
        assert all(one["libelle"] for one in json.loads(row["base_juridique"]))


def test_only_what_binds_is_an_aid(client, catalogue):
    issued = catalogue.documents["gd-biomanufacturing-2025"].issued_on
    assert table(client, on=date(issued.year - 1, 1, 1).isoformat()) == []
    supports = {
        one.title for one in catalogue.measures.values() if one.kind == "support" and one.document.startswith("gd-bio")
    }
    assert {row["titre"] for row in table(client, on=ON)} == supports


def test_the_command_writes_what_the_api_answers_and_tells_what_is_missing(client, catalogue_file, tmp_path, capsys):
    arguments = ["--catalogue", str(catalogue_file)]
    assert main(["export", "dispositif-aide", "--on", ON, *arguments, "-o", str(tmp_path / "aides.csv")]) == 0
    assert (tmp_path / "aides.csv").read_text("utf-8") == client.get("/v1/catalogue.csv", query_string={"on": ON}).text
    assert main(["export", "cpsv-ap", *arguments]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == client.get("/v1/catalogue.jsonld").json
    assert "cv:hasCompetentAuthority" in told.err
    assert main(["export", "cpsv-ap", *arguments, "-o", str(tmp_path / "no" / "folder")]) == 2


def test_datasette_shows_the_catalogue_as_described(catalogue_file):
    described = yaml.safe_load(METADATA.read_text("utf-8"))["databases"]["catalogue"]

    def get(path):
        command = [sys.executable, "-m", "datasette", str(catalogue_file), "-m", str(METADATA), "--get", path]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return json.loads(done.stdout)

    database = get("/catalogue.json")
    tables = {one["name"]: one for one in database["tables"]}
    assert set(described["tables"]) <= set(tables)
    assert {name for name, one in tables.items() if one["hidden"]} >= {"packs", "meta"}
    for name, said in described["tables"].items():
        columns = {*said.get("columns", ()), *said.get("facets", ()), *filter(None, [said.get("label_column")])}
        assert columns <= set(tables[name]["columns"]), name
    drafts = get("/catalogue/measures_of_drafts.json?_shape=array")
    assert drafts
    assert all("征求意见稿" in row["document"] for row in drafts)
