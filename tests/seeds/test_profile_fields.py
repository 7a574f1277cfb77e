"""The table of fields: what is shipped holds together, and a damaged one is told where."""

from dataclasses import fields

import pytest
import yaml

from matcher.profiles.profile import Profile
from seeds.faults import SeedError
from seeds.profile_fields import FILE, Kind, load_profile_fields, profile_fields

ONE = {"id": "name", "kind": "text", "headings": ["企业名称"], "api": {"description": "Its name.", "example": "甲"}}
FACT = {"id": "x", "type": "flag", "zh": "甲", "en": "x", "ask_zh": "甲？", "ask_en": "x?"}
NONE = {"schema": 1, "api": ["name"], "form": [], "template": [], "facts": []}


def faults(tmp_path, data):
    path = tmp_path / "profile_fields.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True), "utf-8")
    with pytest.raises(SeedError) as caught:
        load_profile_fields(path)
    return [(fault.pointer, fault.worded("en")[0]) for fault in caught.value.faults]


def test_the_api_has_every_attribute_of_a_profile():
    assert set(profile_fields().api) == {field.name for field in fields(Profile)}


def test_every_field_of_the_page_and_the_workbook_is_one_of_the_profile_or_a_declared_fact():
    shipped = profile_fields()
    assert set(shipped.form) <= set(shipped.api)
    assert all(name in shipped.api or shipped.by_id[name].fact for name in shipped.template)
    assert all(field.vocabulary for field in shipped.by_id.values() if field.kind in (Kind.LIST, Kind.ENTRY))


def test_a_declared_fact_is_published_under_its_own_id_and_is_no_field_of_a_profile():
    for field in profile_fields().by_id.values():
        assert not (field.fact and field.api)
        if field.fact:
            assert profile_fields().facts[field.id][1].id == field.id
            assert [fact.id for fact in field.facts] in ([], [field.id])  # what is worked out stands with another field


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"colour": "red"}, "/fields/0/colour", "unknown key"),
        ({"kind": "colour"}, "/fields/0/kind", "must be one of ['text', 'scope', 'code'"),
        ({"headings": "企业名称"}, "/fields/0/headings", "must be a list of texts, each once"),
        ({"headings": ["名称", "名称"]}, "/fields/0/headings", "must be a list of texts, each once"),
        ({"headings": ["名称", 3]}, "/fields/0/headings", "must be a list of texts, each once"),
        ({"fact": "yes"}, "/fields/0/fact", "must be true or false"),
        ({"part": True}, "/fields/0/part", "must be a whole number"),
        ({"api": {"description": "Its name."}}, "/fields/0/api/example", "is missing"),
        ({"api": "Its name."}, "/fields/0/api", "must be a mapping"),
        ({"form": {"zh": "名称", "en": "Name", "width": 3}}, "/fields/0/form/width", "unknown key"),
        ({"template": {"example": [], "how": ""}}, "/fields/0/template/example", "must be a text or a number"),
        ({"facts": {}}, "/fields/0/facts", "must be a list"),
        ({"facts": [{"id": "name"}]}, "/fields/0/facts/0/type", "is missing"),
    ],
)
def test_what_is_wrong_with_a_field_is_reported_where(tmp_path, change, pointer, message):
    found = faults(tmp_path, {**NONE, "fields": [{**ONE, **change}]})
    assert any(where == pointer and message in reported for where, reported in found), found


@pytest.mark.parametrize(
    ("data", "pointer", "message"),
    [
        ([], "", "needs schema: 1"),
        ({**NONE, "fields": [ONE], "more": []}, "", "no keys but"),
        ({**NONE, "schema": 2, "fields": [ONE]}, "", "needs schema: 1"),
        ({**NONE, "fields": ONE}, "", "needs schema: 1"),
        ({**NONE, "fields": ["name"]}, "/fields/0", "must be a mapping"),
        ({**NONE, "fields": [{"kind": "text"}]}, "/fields/0/id", "is missing"),
        ({**NONE, "fields": [ONE, ONE]}, "/fields/1", "'name' stands in /fields/0 already"),
        ({**NONE, "api": [], "fields": [ONE]}, "/api", "must name, once each"),
        ({**NONE, "api": ["name", "name"], "fields": [ONE]}, "/api", "must name, once each"),
        ({**NONE, "template": ["name"], "fields": [ONE]}, "/template", "must name, once each"),
        ({**NONE, "facts": "name", "fields": [ONE]}, "/facts", "must name, once each"),
        (
            {**NONE, "facts": ["x"], "fields": [{**ONE, "facts": [FACT, FACT]}]},
            "/facts",
            "what has 'facts': ['x', 'x']",
        ),
    ],
)
def test_what_is_wrong_between_fields_is_reported_where(tmp_path, data, pointer, message):
    found = faults(tmp_path, data)
    assert any(where == pointer and message in reported for where, reported in found), found


def test_a_key_that_stands_twice_is_refused(tmp_path):
    ((_, message),) = faults(
        tmp_path, FILE.read_text("utf-8").replace("    kind: text\n", "    kind: text\n    kind: code\n", 1)
    )
    assert "the key 'kind' stands twice" in message


def test_all_faults_are_reported_together(tmp_path):
    found = faults(tmp_path, {**NONE, "fields": [{**ONE, "kind": "x"}, {**ONE, "id": 3}]})
    assert [pointer for pointer, _ in found] == ["/fields/0/kind", "/fields/1/id"]
