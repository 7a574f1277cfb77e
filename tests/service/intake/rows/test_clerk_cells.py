"""Cells as a clerk fills them in: what can be read one way is read so, all else is left open or refused."""

import io
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rules.language.facts import parse_fact_value
from service.intake.headings.layout import Column
from service.intake.headings.names import BY_ID
from service.intake.raw_table import CellError, LeftOpenError
from service.intake.rows.cells import read_cell


def flag(word, field, heading=""):
    return read_cell(word, Column(position=0, heading=heading or BY_ID[field].heading, field=BY_ID[field]))


@pytest.mark.parametrize("heading", ["无失信记录", "是否无失信记录", "无违法记录", "没有失信记录"])
@pytest.mark.parametrize(("word", "clean"), [("无", True), ("没有", True), ("是", True), ("√", True), ("有", False)])
def test_a_heading_that_says_without_a_bad_record_is_answered_by_none(heading, word, clean):
    assert flag(word, "credit_ok", heading) is clean


@pytest.mark.parametrize(
    ("heading", "word", "clean"),
    [
        ("有无失信记录", "无", True),
        ("有无失信记录", "有", False),
        ("是否有失信记录", "是", False),
        ("是否失信", "否", True),
    ],
)
def test_a_heading_that_asks_for_a_bad_record_is_answered_the_other_way_round(heading, word, clean):
    assert flag(word, "credit_ok", heading) is clean


@pytest.mark.parametrize(
    ("heading", "field", "word"),
    [
        ("无失信记录", "credit_ok", "否"),
        ("无失信记录", "credit_ok", 0),
        ("有无失信记录", "credit_ok", "是"),
        ("失信记录", "credit_ok", "是"),
        ("是否有失信记录", "credit_ok", 1),
        ("是否失信", "credit_ok", 0),
        ("无失信记录", "credit_ok", 1),
        ("是否有无失信记录", "credit_ok", "是"),
        ("是否外资", "foreign_invested", "无"),
        ("是否上市", "listed", "有"),
        ("内外资", "foreign_invested", "是"),
        ("是否内资", "foreign_invested", True),
        ("规上规下", "above_scale", "√"),
    ],
)
def test_a_word_that_may_mean_yes_or_no_is_left_open(heading, field, word):
    with pytest.raises(LeftOpenError, check=lambda error: error.code == "flag_left_open"):
        flag(word, field, heading)


@pytest.mark.parametrize(
    ("word", "field", "stated"),
    [
        ("外资", "foreign_invested", True),
        ("內資", "foreign_invested", False),
        ("规上", "above_scale", True),
        ("规下", "above_scale", False),
        ("已上市", "listed", True),
        ("未上市", "listed", False),
        ("良好", "credit_ok", True),
        ("有", "partners_with_research", True),
        ("无", "partners_with_research", False),
        ("Y", "listed", True),
        (0, "listed", False),
        (True, "listed", True),
    ],
)
def test_a_word_of_a_fact_says_it_of_that_fact(word, field, stated):
    assert flag(word, field) is stated


@pytest.mark.parametrize(("word", "stated"), [("有", True), ("无", False)])
def test_a_bad_record_in_the_heading_of_another_fact_changes_nothing(word, stated):
    assert flag(word, "partners_with_research", "有无产学研合作（不含受处罚单位）") is stated


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("规上", "foreign_invested"),
        ("已上市", "foreign_invested"),
        ("外资", "listed"),
        ("内资", "above_scale"),
        ("良好", "listed"),
    ],
)
def test_a_word_of_another_fact_says_nothing(word, field):
    with pytest.raises(CellError, check=lambda error: error.code == "not_flag"):
        flag(word, field)


@pytest.mark.parametrize(("cell", "percent", "rate"), [("120%", False, 1.2), (120, True, 1.2), ("350.5%", True, 3.505)])
def test_a_growth_of_more_than_all_reaches_the_fact(content, cell, percent, rate):
    field = BY_ID["revenue_growth"]
    value = read_cell(cell, Column(position=0, heading=field.heading, field=field, percent=percent))
    assert parse_fact_value(content.facts[field.id], value, content.vocabularies) == (rate,)


def parquet_bytes(columns):
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", "2015-02-28"), ("Asia/Shanghai", "2015-03-01"), ("+08:00", "2015-03-01"), ("-05:00", "2015-02-28")],
)
def test_a_moment_in_a_time_zone_is_the_day_of_its_zone(read, zone, day):
    moment = datetime(2015, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=8))).astimezone(UTC)
    content = parquet_bytes(
        {"企业名称": ["甲", "乙"], "成立日期": pa.array([moment, None], pa.timestamp("us", tz=zone))}
    )
    tenants, rejected = read(content)
    assert not rejected
    assert [str(tenant.profile.founded_on) for tenant in tenants] == [day, "None"]


def test_a_time_zone_that_nobody_knows_costs_the_row_and_not_the_file(read):
    moments = pa.array([0, None], pa.timestamp("us", tz="Mars/Base"))
    tenants, rejected = read(parquet_bytes({"企业名称": ["甲", "乙"], "成立日期": moments}))
    assert [tenant.profile.name for tenant in tenants] == ["乙"]
    assert rejected[0].faults[0].code == "not_date"


@pytest.mark.parametrize(
    "text", ["2015-03-01 16:00:00.000000+0800", "2015-03-01 16:00:00 +08:00", "2015-03-01T16:00:00Z"]
)
def test_a_written_moment_is_the_day_written(text):
    assert read_cell(text, Column(position=0, heading="", field=BY_ID["founded_on"])) == "2015-03-01"


def test_a_member_of_the_facts_that_is_null_is_not_stated(read):
    facts = pa.array([{"listed": True, "ip_count": None}, {"listed": None, "ip_count": 3}])
    tenants, rejected = read(parquet_bytes({"企业名称": ["甲", "乙"], "facts": facts}))
    assert not rejected
    assert [dict(tenant.profile.facts) for tenant in tenants] == [{"listed": True}, {"ip_count": 3}]
