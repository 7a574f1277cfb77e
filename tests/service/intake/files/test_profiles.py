"""Profiles sent as JSON are read as POST /v1/match reads one: rules for sheets do not hold for them."""

import json

import pytest

from matcher.profiles.profile import Profile
from service.intake.questions import ProfileSchema, judge_of_facts
from service.intake.raw_table import PROFILES_FORM
from service.intake.table import RejectedRow
from tests.service.intake.on_a_day import look_at, read_tenants


@pytest.fixture
def sent(tmp_path):
    """Return what reading some tenants gives: the rows, and what became of their keys."""

    def go(tenants, **options):
        path = tmp_path / f"sent.{PROFILES_FORM}"
        path.write_text("\n".join(json.dumps(tenant, ensure_ascii=False) for tenant in tenants), "utf-8")
        table = read_tenants(path, **options)
        return list(table), table.columns

    return go


def reported(rows):
    return {
        row.row: [(fault.field, fault.published) for fault in row.faults]
        for row in rows
        if isinstance(row, RejectedRow)
    }


def test_every_profile_is_a_tenant_also_one_that_says_nothing_or_is_called_like_a_row_of_a_sheet(sent):
    tenants = [{"name": "甲"}, {}, {"name": "示例：甲"}, {"name": "合计"}, {"name": None, "products": []}]
    rows, _ = sent(tenants)
    assert [row.row for row in rows] == [1, 2, 3, 4, 5]
    assert [row.profile for row in rows] == [ProfileSchema().load(tenant) for tenant in tenants]
    assert rows[1].profile == Profile()


def test_a_field_that_a_profile_does_not_have_is_named_with_the_nearest_that_it_has(sent):
    rows, columns = sent([{"name": "甲"}, {"nmae": None}, {"企业名称": "乙", "employees": -1}, {"nope": 1}])
    assert reported(rows) == {
        2: [("nmae", "unknown_field")],
        3: [("企业名称", "unknown_field"), ("employees", "out_of_range")],
        4: [("nope", "unknown_field")],
    }
    assert "name" in rows[1].faults[0].worded("zh")[1]
    assert {column.heading: (column.status.value, column.nearest) for column in columns}["nmae"] == (
        "not_understood",
        "name",
    )


def test_what_is_no_profile_costs_its_row_wherever_it_stands(sent):
    rows, _ = sent([3, [], None, "甲", {"name": "甲"}])
    assert reported(rows) == {number: [("", "not_an_object")] for number in (1, 2, 3, 4)}
    assert rows[4].profile.name == "甲"


def test_hundreds_of_different_unknown_fields_cost_their_rows_only(sent):
    rows, columns = sent([{f"field{n}": n for n in range(30)}, *({f"key{n}": n} for n in range(400)), {"name": "甲"}])
    assert len(reported(rows)) == 401
    assert [column.heading for column in columns][:2] == ["name", "field0"]
    assert len(columns) == 101
    assert [code for _, code in reported(rows)[1]] == ["unknown_field"] * 20 + ["unknown_fields"]
    assert rows[-1].profile.name == "甲"


def test_a_correction_gives_a_field_of_the_caller_s_a_meaning(sent):
    rows, columns = sent([{"甲方": "某公司", "收入": 3}], mapping={"甲方": "name", "收入": "annual_revenue_cny(万元)"})
    assert (rows[0].profile.name, rows[0].profile.annual_revenue_cny) == ("某公司", 30_000.0)
    assert [column.how for column in columns] == ["declared", "declared"]


def test_declared_facts_are_judged_with_everything_else_of_their_row(sent, catalogue):
    judge = judge_of_facts(catalogue)
    bad_facts = {"shoe_size": 3, "listed": "maybe", "ip_count": 2}
    rows, _ = sent(
        [
            {"employees": -1, "facts": bad_facts},
            {"nope": 1, "facts": {"listed": 3}},
            {"facts": {"listed": [[]]}, "uscc": "9"},
        ],
        fact_complaints=judge,
    )
    assert reported(rows) == {
        1: [("employees", "out_of_range"), ("facts/shoe_size", "bad_fact"), ("facts/listed", "bad_fact")],
        2: [("nope", "unknown_field"), ("facts/listed", "bad_fact")],
        3: [("facts/listed/0", "not_scalar"), ("uscc", "credit_code_length")],
    }
    for row in rows:
        for fault in row.plain()["faults"]:
            assert fault["message_zh"]
            assert fault["message_en"]
    assert "true" in rows[0].plain()["faults"][2]["message_zh"]


def test_more_text_than_describes_a_company_is_refused_as_a_match_refuses_it(sent, csv_bytes):
    products = [f"{n:0100}" for n in range(150)]
    rows, _ = sent([{"products": products}])
    assert reported(rows) == {1: [("", "too_much_text")]}
    (row,) = read_tenants(csv_bytes([["企业名称", "产品"], ["甲", "、".join(products)]]))
    assert [fault.published for fault in row.unread] == ["too_much_text"]
    assert (row.profile.name, row.profile.products) == ("甲", ())


def test_a_first_look_at_profiles_tells_the_same(tmp_path):
    path = tmp_path / f"sent.{PROFILES_FORM}"
    path.write_text('{}\n[]\n{"nope": 1}', "utf-8")
    look = look_at(path, {})
    assert (look.refusal, look.rows, [column.heading for column in look.columns]) == (None, 3, ["nope"])
    assert look.about["format"] == "ndjson"
