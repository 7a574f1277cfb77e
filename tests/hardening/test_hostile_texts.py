"""What reads typed texts, cells, headings and bodies takes a time that grows as the text does, not as its square."""

import csv
import gc
import io
import json
from datetime import date
from itertools import count

import pytest

from matcher.answers.engine import Engine
from matcher.citations.passages import find_passages
from matcher.citations.wording import locate
from matcher.places.reader import PlaceStatus, resolve_place
from matcher.profiles.business_scope import deed_of, is_business_scope, scope_items
from matcher.profiles.intents import carries_on
from matcher.ranking.passages import longest_stretch, searched
from rules.catalogue.content import open_catalogue
from rules.language.amounts import AmountError, parse_money
from seeds.beside_names import Side, is_set_aside, listed, unlabelled
from seeds.departments import first_leads_from, parse_departments, remark_spans
from seeds.profile_fields import Kind, profile_fields
from seeds.word_lists import shield
from service.commands.match import read_question
from service.complaints import RequestError, read_json
from service.intake.headings.header_row import groups_above, spoils, states_another
from service.intake.headings.names import nearest_heading, recognise, take_apart
from service.intake.headings.units import is_unit, read_unit, unit_above, unit_of_group
from service.intake.questions import PROFILE_CHARACTERS
from service.intake.rows.cells import split_list, unguarded
from service.intake.rows.companies import TenantRow, other_row
from tests.hardening.hostile import NOTHING, Hostile, Watch
from tests.service.intake.on_a_day import read_tenants

ON = date(2026, 11, 21)
REVENUE, PRODUCTS = (profile_fields().by_id[name] for name in ("annual_revenue_cny", "products"))

PUMPS = (
    "聚乳酸", "PHA·", "发酵，", "抗体 ", "(PRRSV)", "（胶体金法）", "1,4-丁二醇", "20kg/袋", "C27 ", "不", "没有", "（已批）", "生产、",
    "以下均", "首位牵头，", "首位：", "（", "1", "万", "等", " ", "a ", "年 ", "单位 ", "(in 0", "人民币", "*", "ﷺ", '"[', ":\\",
)  # fmt: skip
"""Texts that each did cost some reader more than they should, or may, repeated to any length."""

SHORT, LONG = 500, 2_000


@pytest.fixture(scope="module")
def engine(catalogue_file) -> Engine:
    return Engine(open_catalogue(catalogue_file))


@pytest.fixture(autouse=True)
def no_garbage_is_collected_meanwhile():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def readers_of(engine) -> dict:
    reader, document = engine.reader, next(iter(engine.catalogue.documents.values()))
    concepts, sectors = reader.resolvers["concepts"], reader.resolvers["sectors"]
    aligned = engine.columns.passages.aligned(document.id)
    return {
        "a product": concepts.read,
        "products like it": concepts.suggest,
        "a list of products": concepts.split,
        "a sector": sectors.read,
        "a list of sectors": sectors.split,
        "a need": reader.needs.read,
        "what of needs is denied": reader.needs.said,
        "what of products is denied": lambda text: reader.denials.said("products", text),
        "a business scope": reader.business.items_of,
        "a business scope of which all is known": lambda text: scope_items(text, lambda _: True),
        "an item of a business scope": deed_of,
        "whether it is a business scope": is_business_scope,
        "the name of an organisation": reader.organisations.of_name,
        "whether a list carries on": carries_on,
        "words beside a name": lambda text: is_set_aside(text, Side.ANY),
        "enumerators": listed,
        "a label": unlabelled,
        "official names": shield,
        "words in a document": lambda text: longest_stretch(searched(text), aligned, 0, 300),
        "departments": lambda text: parse_departments(f"（责任单位：{text}）"),
        "remarks": lambda text: remark_spans(f"（责任单位：{text}）"),
        "who leads": lambda text: first_leads_from(f"（责任单位：{text}）"),
        "money": parse_money,
        "the list in a cell": split_list,
        "a cell": unguarded,
        "a row that is none": lambda text: other_row([text, text], [0]),
        "a heading": lambda text: (take_apart(text), recognise(text), nearest_heading(text)),
        "a heading with a year": lambda text: states_another(f"营业收入（{text}）", REVENUE, ON),
        "a heading with choices": lambda text: states_another(f"主要产品（{text}）", PRODUCTS, ON),
        "the heading of a group": lambda text: spoils(text, REVENUE, ON),
        "units": lambda text: (is_unit(text), unit_above([text]), unit_of_group([text])),
        "the unit of a heading": lambda text: read_unit([text[:200]], Kind.MONEY),
        "a row above the headings": lambda text: groups_above([text], (), ["产品"] * 50),
        "quotes and citations": lambda text: find_passages(f"《{text}》第{text}条“{text}”"),
        "quoted words": lambda text: locate(text, document.text, shortest=5),
        "JSON": lambda text: read_json(text.encode("utf-8", "replace")),
        "a text in JSON": lambda text: read_json(json.dumps({"a": text}).encode()),
    }


def faults_of(read) -> list[str]:
    """Return the pumps with which four times the text takes far more than four times as long."""
    number = count(0x4E00)

    def read_anew(text: str) -> None:
        """Read a text that was not read before: what is remembered tells nothing."""
        try:
            read(text + chr(next(number)))
        except (AmountError, RequestError):
            return

    watch = Watch(read_anew)
    for pump in PUMPS:
        watch.seconds(Hostile("", pump, ""), 50)  # what is loaded at the first use
    found = (Hostile("", pump, "") for pump in PUMPS)
    return [one.pump for one in found if watch.seconds(one, LONG) > 4 * NOTHING and watch.grows(one, (SHORT, LONG))]


def test_no_reader_takes_longer_than_its_text_grows(engine):
    faults = {what: found for what, read in readers_of(engine).items() if (found := faults_of(read))}
    assert faults == {}


def test_a_reader_that_takes_longer_is_noticed():
    def read(text: str) -> int:
        return sum(text[:place].count("年") for place in range(len(text)) for _ in range(5))

    assert "年 " in faults_of(read)


def body_of(filled: dict[str, str], characters: int) -> bytes:
    """Return a request whose fields share so many characters, each text of a list at most 200 long."""
    profile = {
        field: [f"{chr(0x4E00 + at)}{(text * 200)[:199]}" for at in range(characters // len(filled) // 200)]
        if field not in ("business_scope", "name", "city")
        else (text * characters)[: min(characters // 2, 4_000)]
        if field == "business_scope"
        else (text * 200)[:200]
        for field, text in filled.items()
    }
    return json.dumps({"profile": profile, "limit": 100}).encode()


BODIES = {
    "products that are names without marks": {"products": "PHA·聚乳酸"},
    "products that nobody knows": {"products": "氛氤氲氚"},
    "products of characters that become many": {"products": "ﷺ"},
    "sectors that are denied": {"sector": "不再生产"},
    "needs in brackets that settle them": {"needs": "融资（已批）"},
    "a scope of one item": {"business_scope": "经营范围：PHA·"},
    "a scope of many items": {"business_scope": "丁二酸销售；氛氲生产；"},
    "all of them": {
        "name": "公司()", "city": "合肥市北京", "sector": "生物、", "products": "(PRRSV)", "technologies": "发酵 ",
        "needs": "缺钱不", "business_scope": "许可项目：（",
    },
}  # fmt: skip


@pytest.mark.parametrize("filled", BODIES.values(), ids=BODIES)
def test_a_match_of_the_most_text_allowed_takes_as_long_as_it_has_text(engine, filled):
    """Twice the text may take five times as long, and no more than a moment more."""

    def seconds(characters: int) -> float:
        body = body_of(filled, characters)
        return Watch(lambda _: engine.match(read_question(body))).seconds(Hostile("", "-", ""), 1)

    seconds(200)
    half = seconds(PROFILE_CHARACTERS // 2)
    whole = seconds(PROFILE_CHARACTERS)
    assert whole < 0.2 + 5 * half


@pytest.mark.parametrize("text", ["合" * 201, "ﷺ" * 12], ids=["typed", "after widths are unified"])
def test_a_place_is_read_of_at_most_200_characters(engine, text):
    assert resolve_place(text, engine.catalogue.vocabularies["regions"]).status is PlaceStatus.UNRECOGNISED


def table_of(rows) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows(rows)
    return target.getvalue().encode()


def test_what_several_columns_say_of_a_scope_together_is_limited():
    headings = ["经营范围", "业务范围", "一般项目", "许可项目"]
    honest, hostile = ("；".join(f"{name}{at}剂生产" for at in range(200)) for name in ("氛", "氤氲氚氛氤氲氚氛氤氲氚"))
    rows = list(
        read_tenants(table_of([["企业名称", *headings], ["某甲公司", *[honest] * 4], ["某乙公司", *[hostile] * 4]]))
    )
    assert isinstance(rows[0], TenantRow)
    assert rows[0].profile.business_scope.count(honest) == 4
    assert isinstance(rows[1], TenantRow)
    assert rows[1].profile.business_scope == ""
    (fault,) = rows[1].unread
    assert (fault.code, fault.heading, fault.params) == ("too_long", "经营范围", {"limit": PROFILE_CHARACTERS})
