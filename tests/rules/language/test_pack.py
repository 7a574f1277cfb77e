"""Rule packs: what a good one becomes, and what a faulty one is told: file, pointer, message, all at once."""

import copy
import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml

from rules.language.condition_parsing import PackError
from rules.language.measures import (
    Benefit,
    Combination,
    Group,
    Instrument,
    Leaf,
    MeasureVerdict,
    Strength,
    leaves,
)
from rules.language.measures import Test as Asked
from rules.language.pack import load_pack, parse_pack, reference_faults
from seeds.documents import Quote, build_document
from seeds.faults import SeedError

TEXT = """南溪市制造业扶持措施
一、投资
（一）对年营业收入不低于500万元的企业给予20万元补助，南溪、北溪等市优先，单个企业不超过20万元。
（二）对生物制造企业贴息，贴息由符合条件的企业申请，贴息不重复享受。
二、其他
支持国内外企业落户南溪。
"""

METADATA = {
    "schema": 1,
    "id": "nanxi",
    "title": "南溪市制造业扶持措施",
    "heading": "南溪市制造业扶持措施",
    **dict.fromkeys(("number", "issuers", "issued_on", "written_on", "published_on"), "unknown"),
    **dict.fromkeys(("effective_from", "valid_to", "source_url", "checked_on"), "unknown"),
    "status": "in_force",
    "region": "440000",
    "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
}

PACK: dict[str, Any] = {
    "schema": 1,
    "document": "nanxi",
    "defaults": {"region": "440000", "sector": ["manufacturing"]},
    "measures": [
        {
            "id": "nx-grant",
            "title": "营业收入补助",
            "title_en": "Grant by revenue",
            "instrument": "subsidy",
            "kind": "support",
            "also": ["finance"],
            "strength": "grant",
            "source": {"clause": "1.1", "quote": "给予20万元补助"},
            "context": ["1", "0"],
            "conditions": [
                {"fact": "annual_revenue_cny", "at_least": "500万元", "cite": "年营业收入不低于500万元"},
                {"fact": "region", "within": ["440100", "440600"], "open": True, "cite": "南溪、北溪等市"},
                {
                    "manual": "eligible",
                    "text": "符合条件",
                    "text_en": "is eligible",
                    "cite": {"clause": "1.2", "quote": "符合条件的企业"},
                },
            ],
            "benefit": {
                "kind": "grant",
                "amount": "20万元",
                "cap": "20万元",
                "unit": "每年",
                "cite": "单个企业不超过20万元",
            },
            "window": {"opens": "2025-01-01", "closes": "2025-06-30", "cite": "给予20万元补助"},
            "excludes": ["nx-settle"],
            "examples": [
                {
                    "facts": {
                        "region": "440100",
                        "sector": ["biomaterials"],
                        "annual_revenue_cny": "600万元",
                        "nx-grant.eligible": True,
                    },
                    "verdict": "applicable",
                },
            ],
        },
        {
            "id": "nx-settle",
            "title": "落户支持",
            "title_en": "Support for settling",
            "instrument": "investment",
            "kind": "direction",
            "strength": "support",
            "source": {"clause": "2", "quote": "支持国内外企业落户南溪"},
            "attracts": True,
            "addressee": {
                "any": [
                    {"manual": "leading_enterprise", "cite": "企业"},
                    {"not": {"fact": "region", "within": ["440100"], "cite": "南溪"}},
                ]
            },
            "examples": [{"facts": {"target_region": "440600"}, "verdict": "applicable"}],
        },
    ],
}


@pytest.fixture(scope="module")
def documents():
    document = build_document(METADATA, TEXT)
    return {document.id: document}


@pytest.fixture
def parse(documents, lexicon):
    return lambda data, file="nanxi.yaml": parse_pack(data, file=file, documents=documents, lexicon=lexicon)


@pytest.fixture
def faults_of(parse):
    """Parse PACK after `change` and return its faults as (pointer, message, hint)."""

    def run(change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str, str]]:
        data = copy.deepcopy(PACK)
        change(data)
        with pytest.raises(PackError) as caught:
            parse(data)
        assert {fault.file for fault in caught.value.faults} == {"nanxi.yaml"}
        return [(fault.pointer, *fault.worded("en")) for fault in caught.value.faults]

    return run


def test_a_good_pack_becomes_measures(parse):
    pack = parse(PACK)
    grant, settle = pack.measures
    assert pack.document == "nanxi"
    assert (grant.id, grant.title, grant.title_en) == ("nx-grant", "营业收入补助", "Grant by revenue")
    assert grant.instruments == (Instrument.SUBSIDY, Instrument.FINANCE)
    assert grant.strength is Strength.GRANT
    assert grant.clauses == ("1.1", "1", "0")
    assert grant.excludes == ("nx-settle",)
    assert grant.examples[0].verdict is MeasureVerdict.APPLICABLE
    assert grant.window is not None
    assert (grant.window.opens, grant.window.closes) == (date(2025, 1, 1), date(2025, 6, 30))
    assert isinstance(grant.benefit, Benefit)
    assert (grant.benefit.amount_cny, grant.benefit.cap_cny, grant.benefit.rate) == (200000.0, 200000.0, None)
    assert (settle.attracts, settle.benefit, settle.window, settle.context) == (True, None, None, ())


def test_every_quote_is_located_in_code_points(parse):
    grant = parse(PACK).measures[0]
    for leaf in (leaf for condition in grant.conditions for leaf in leaves(condition)):
        assert TEXT[leaf.cite.start : leaf.cite.end] == leaf.cite.quote
    start = TEXT.index("给予20万元补助")
    assert grant.source == Quote(document="nanxi", clause="1.1", quote="给予20万元补助", start=start, end=start + 8)


def test_defaults_become_conditions_that_cite_the_title(parse):
    region, sector, *stated = parse(PACK).measures[0].conditions
    assert region.test == Asked(fact="region", operator="within", expected=("440000",))
    assert sector.test == Asked(fact="sector", operator="within", expected=("manufacturing",))
    assert (
        region.cite == sector.cite == Quote(document="nanxi", clause="0", quote="南溪市制造业扶持措施", start=0, end=10)
    )
    assert len(stated) == 3


def test_an_addressee_replaces_the_sector_and_newcomers_are_asked_where_they_will_be(parse):
    region, addressee = parse(PACK).measures[1].conditions
    assert region.test.fact == "target_region"
    assert isinstance(addressee, Group)
    assert [leaf.test.fact for leaf in leaves(addressee)] == ["leading_enterprise", "target_region"]


def test_an_open_list_goes_on_within_the_default(parse):
    leaf = parse(PACK).measures[0].conditions[3]
    assert isinstance(leaf, Leaf)
    assert leaf.test.scope == ("440000",)


def test_inside_a_not_only_stated_values_count_and_inside_two_all_do(parse):
    data = copy.deepcopy(PACK)
    bare = {"fact": "region", "within": ["440100"], "cite": "南溪"}
    data["measures"][1]["conditions"] = [{"not": {"all": [bare, {"not": bare}]}}, bare]
    group, plain = parse(data).measures[1].conditions[2:]
    once, inner = group.parts[0].parts
    assert [leaf.test.stated for leaf in (once, inner.parts[0], plain)] == [True, False, False]
    assert [group.combination, group.parts[0].combination] == [Combination.NOT, Combination.ALL]


def test_places_that_are_not_listed_are_looked_for_where_the_document_reaches(parse):
    data = copy.deepcopy(PACK)
    listed = {"fact": "region", "within": ["440100"], "cite": "南溪"}
    excluded = {"fact": "region", "none_of": ["440100"], "cite": "南溪"}
    data["measures"][0]["conditions"] = [listed, {"not": listed}, excluded, {"not": {"not": listed}}]
    data["measures"][0]["examples"] = [{"facts": {"region": "440600"}, "verdict": "not_applicable"}]
    conditions = parse(data).measures[0].conditions[2:]
    assert [leaf.test.reach for one in conditions for leaf in leaves(one)] == [(), ("440000",), ("440000",), ()]


def test_nth_tells_repeated_words_apart(parse):
    data = copy.deepcopy(PACK)
    data["measures"][0]["source"] = {"clause": "1.2", "quote": "贴息", "nth": 3}
    data["measures"][0]["conditions"] = []
    data["measures"][0]["examples"] = [{"facts": {}, "verdict": "possible"}]
    del data["measures"][0]["benefit"], data["measures"][0]["window"]
    source = parse(data).measures[0].source
    assert TEXT[: source.start].count("贴息") == 2


def measure(data: dict[str, Any], **changes: object) -> None:
    data["measures"][0].update(changes)


def condition(data: dict[str, Any], place: int = 0, /, **changes: object) -> None:
    data["measures"][0]["conditions"][place].update(changes)


def without(data: dict[str, Any], *keys: str) -> None:
    for key in keys:
        del data["measures"][0][key]


def replace_condition(data: dict[str, Any], new: object) -> None:
    data["measures"][0]["conditions"][0] = new


OPERATORS_OF_MONEY = "['at_least', 'at_most', 'less_than', 'more_than']"
M, C = "/measures/0", "/measures/0/conditions/0"

FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], list[tuple[str, str, str]]]] = {
    "unknown key of a pack": (lambda d: d.update(author="x"), [("/author", "unknown key 'author'", "known: ['defaults', 'document', 'measures', 'schema']")]),
    "schema of another version": (lambda d: d.update(schema=3), [("", "a pack is a mapping with schema: 1", "")]),
    "unknown document": (lambda d: d.update(document="beixi"), [("/document", "there is no document 'beixi'", "known: ['nanxi']")]),
    "no measures": (lambda d: d.update(measures=[]), [("/measures", "a pack needs a list of measures", "")]),
    "measures that are no list": (lambda d: d.update(measures={}), [("/measures", "a pack needs a list of measures", "")]),
    "a measure that is no mapping": (lambda d: d["measures"].append("x"), [("/measures/2", "a measure is a mapping", "")]),
    "a default of another fact": (lambda d: d["defaults"].update(stage="pilot"), [("/defaults", "defaults name ['region', 'sector']", "")]),
    "a default that is no region": (lambda d: d.update(defaults={"region": "449999", "sector": "manufacturing"}), [("/defaults/region", "'449999' is not an entry of regions", "")]),
    "a default that names nothing": (lambda d: d["defaults"].update(sector=[]), [("/defaults/sector", "names nothing", "leave the default out")]),
    "unknown key of a measure": (lambda d: measure(d, tilte="x"), [(f"{M}/tilte", "unknown key 'tilte'", "known: ['addressee'")]),
    "a missing title": (lambda d: without(d, "title"), [(f"{M}/title", "title is missing or empty", "")]),
    "an empty English title": (lambda d: measure(d, title_en=""), [(f"{M}/title_en", "title_en is missing or empty", "")]),
    "a title that is no text": (lambda d: measure(d, title=["x"]), [(f"{M}/title", "must be text", "")]),
    "an id in capitals": (lambda d: measure(d, id="NX_Grant"), [(f"{M}/id", "'NX_Grant' is no id", "lower case, digits, hyphens"), (f"{M}/examples/0/facts/nx-grant.eligible", "unknown fact 'nx-grant.eligible'", "")]),
    "an id twice": (lambda d: d["measures"][1].update(id="nx-grant"), [("/measures/1/id", "the id 'nx-grant' stands twice", "")]),
    "unknown instrument": (lambda d: measure(d, instrument="money"), [(f"{M}/instrument", "'money' is not a valid Instrument", "known: ['first_equipment'")]),
    "unknown further instrument": (lambda d: measure(d, also=["fund", "money"]), [(f"{M}/also/1", "'money' is not a valid Instrument", "known: ['first_equipment'")]),
    "further instruments that are no list": (lambda d: measure(d, also="fund"), [(f"{M}/also", "must be a list", "")]),
    "unknown kind": (lambda d: measure(d, kind="advice"), [(f"{M}/kind", "'advice' is not a valid MeasureKind", "known: ['support', 'direction']")]),
    "no kind": (lambda d: without(d, "kind"), [(f"{M}/kind", "kind is missing or empty", "")]),
    "unknown strength": (lambda d: measure(d, strength="strong"), [(f"{M}/strength", "'strong' is not a valid Strength", "known: ['grant', 'support', 'encourage', 'promote']")]),
    "a flag that is no flag": (lambda d: measure(d, attracts="yes"), [(f"{M}/attracts", "must be true or false", "")]),
    "a context without such a clause": (lambda d: measure(d, context=["1", "9.9"]), [(f"{M}/context/1", "nanxi has no clause '9.9'", "")]),
    "a context that is no list": (lambda d: measure(d, context="1"), [(f"{M}/context", "must be a list", "")]),
    "a source without a quote": (lambda d: measure(d, source={"clause": "1.1"}), [(f"{M}/source", "a source needs clause and quote", "")]),
    "a source with an unknown key": (lambda d: measure(d, source={"clause": "1.1", "quote": "给予20万元补助", "page": 1}), [(f"{M}/source", "a source needs clause and quote", "")]),
    "a source in no clause": (lambda d: measure(d, source={"clause": "1.9", "quote": "给予20万元补助"}), [(f"{M}/source", "nanxi has no clause '1.9'", "")]),
    "a quote that is not in its clause": (lambda d: measure(d, source={"clause": "1.1", "quote": "贴息不重复享受"}), [(f"{M}/source", "'贴息不重复享受' does not stand in clause 1.1", "quote word for word")]),
    "a quote that was changed": (lambda d: measure(d, source={"clause": "1.1", "quote": "给予30万元补助"}), [(f"{M}/source", "'给予30万元补助' does not stand in clause 1.1", "quote word for word")]),
    "a quote that stands twice": (lambda d: measure(d, source={"clause": "1.1", "quote": "20万元"}), [(f"{M}/source", "the quote stands more than once in clause 1.1", "add nth: 1, 2, ...")]),
    "a quote that does not stand that often": (lambda d: measure(d, source={"clause": "1.1", "quote": "20万元", "nth": 3}), [(f"{M}/source", "'20万元' does not stand in clause 1.1", "quote word for word")]),
    "a position that is none": (lambda d: measure(d, source={"clause": "1.1", "quote": "20万元", "nth": 0}), [(f"{M}/source/nth", "0 is no position", "count from 1")]),
    "a position in words": (lambda d: measure(d, source={"clause": "1.1", "quote": "20万元", "nth": "2"}), [(f"{M}/source/nth", "'2' is no position", "count from 1")]),
    "an empty quote": (lambda d: measure(d, source={"clause": "1.1", "quote": ""}), [(f"{M}/source", "'' does not stand in clause 1.1", "quote word for word")]),
    "a quote that is too long": (lambda d: measure(d, source={"clause": "1.1", "quote": "补" * 121}), [(f"{M}/source", "the quote has 121 characters; at most 120", "")]),
    "conditions that are no list": (lambda d: measure(d, conditions={"fact": "region"}), [(f"{M}/conditions", "must be a list", "")]),
    "conditions left empty": (lambda d: measure(d, conditions=None), [(f"{M}/conditions", "must be a list", "")]),
    "a condition that is no mapping": (lambda d: replace_condition(d, "region"), [(C, "a condition is a mapping", "")]),
    "an unknown fact": (lambda d: condition(d, fact="anual_revenue_cny"), [(C, "unknown fact 'anual_revenue_cny'", "nearest: annual_revenue_cny")]),
    "no fact": (lambda d: replace_condition(d, {"at_least": 1, "cite": "企业"}), [(C, "unknown fact None", "")]),
    "an operator of another type": (lambda d: replace_condition(d, {"fact": "annual_revenue_cny", "within": ["x"], "cite": "企业"}), [(C, f"annual_revenue_cny takes one of {OPERATORS_OF_MONEY}, found ['within']", "")]),
    "a threshold on a place": (lambda d: replace_condition(d, {"fact": "region", "at_least": 1, "cite": "企业"}), [(C, "region takes one of ['all_of', 'any_of', 'none_of', 'within'], found ['at_least']", "")]),
    "a date operator on a number": (lambda d: replace_condition(d, {"fact": "employees", "on_or_after": "2020-01-01", "cite": "企业"}), [(C, f"employees takes one of {OPERATORS_OF_MONEY}, found ['on_or_after']", "")]),
    "a flag with any_of": (lambda d: replace_condition(d, {"fact": "listed", "any_of": [True], "cite": "企业"}), [(C, "listed takes one of ['is'], found ['any_of']", "")]),
    "two operators": (lambda d: condition(d, at_most=5), [(C, f"annual_revenue_cny takes one of {OPERATORS_OF_MONEY}, found ['at_least', 'at_most']", "")]),
    "no operator": (lambda d: replace_condition(d, {"fact": "employees", "cite": "企业"}), [(C, f"employees takes one of {OPERATORS_OF_MONEY}, found []", "")]),
    "an amount that is none": (lambda d: condition(d, at_least="五百来万"), [(f"{C}/at_least", "'五百来万' is no amount of money", "")]),
    "a region that does not exist": (lambda d: condition(d, 1, within=["440100", "440199"]), [(f"{M}/conditions/1/within", "'440199' is not an entry of regions", "nearest: 4")]),
    "a sector that does not exist": (lambda d: replace_condition(d, {"fact": "sector", "within": ["biomaterial"], "cite": "企业"}), [(f"{C}/within", "'biomaterial' is not an entry of sectors", "nearest: biomaterials")]),
    "a list that names nothing": (lambda d: condition(d, 1, within=[]), [(f"{M}/conditions/1/within", "names nothing", "list at least one value")]),
    "a date that is none": (lambda d: replace_condition(d, {"fact": "founded_on", "on_or_after": "2016-13-01", "cite": "企业"}), [(f"{C}/on_or_after", "'2016-13-01' is no date", "write it as 2015-03-01")]),
    "a flag in words": (lambda d: replace_condition(d, {"fact": "listed", "is": "true", "cite": "企业"}), [(f"{C}/is", "must be true or false", "leave it out when unknown")]),
    "a share above one": (lambda d: replace_condition(d, {"fact": "rd_intensity", "at_least": 5, "cite": "企业"}), [(f"{C}/at_least", "'5' is no share between 0 and 1", "")]),
    "a condition without a cite": (lambda d: d["measures"][0]["conditions"][0].pop("cite"), [(f"{C}/cite", "a cite is words of the clause, or {clause, quote, nth}", "")]),
    "a cite that is not there": (lambda d: condition(d, cite="年营业收入不低于600万元"), [(f"{C}/cite", "'年营业收入不低于600万元' does not stand in clause 1.1", "quote word for word")]),
    "a cite in no clause": (lambda d: condition(d, cite={"clause": "7", "quote": "企业"}), [(f"{C}/cite", "nanxi has no clause '7'", "")]),
    "a cite with an unknown key": (lambda d: condition(d, cite={"quote": "企业", "page": 3}), [(f"{C}/cite", "a cite is words of the clause, or {clause, quote, nth}", "")]),
    "open without a default": (lambda d: replace_condition(d, {"fact": "certifications", "any_of": ["gmp"], "open": True, "cite": "企业"}), [(f"{C}/open", "a list of certifications cannot be open: the pack has no default for it", "")]),
    "open that is neither true nor false": (lambda d: condition(d, 1, open="yes"), [(f"{M}/conditions/1/open", "must be true or false", "")]),
    "a manual condition without a text": (lambda d: d["measures"][0]["conditions"][2].pop("text"), [(f"{M}/conditions/2", "the manual condition 'eligible' needs a text", "or use a published attestation")]),
    "a manual condition that is a fact": (lambda d: replace_condition(d, {"manual": "employees", "cite": "企业"}), [(C, "'employees' is a fact, no attestation", "write {fact: ...}")]),
    "an unknown key of a manual condition": (lambda d: condition(d, 2, open=True), [(f"{M}/conditions/2/open", "unknown key 'open'", "known: ['cite', 'clause', 'manual', 'text', 'text_en']")]),
    "an empty group": (lambda d: replace_condition(d, {"any": []}), [(C, "any stands alone and holds at least one condition", "")]),
    "a group that is no list": (lambda d: replace_condition(d, {"all": {"fact": "listed"}}), [(C, "all stands alone and holds at least one condition", "")]),
    "a group with a cite": (lambda d: replace_condition(d, {"any": [{"manual": "hospital", "cite": "企业"}], "cite": "企业"}), [(C, "any stands alone and holds at least one condition", "")]),
    "two groups in one": (lambda d: replace_condition(d, {"any": [], "all": []}), [(C, "all stands alone and holds at least one condition", "")]),
    "a fault deep inside groups": (lambda d: replace_condition(d, {"any": [{"all": [{"not": {"fact": "size", "is": True, "cite": "企业"}}]}]}), [(f"{C}/any/0/all/0/not", "unknown fact 'size'", "")]),
    "a NOT of a list": (lambda d: replace_condition(d, {"not": [{"manual": "hospital", "cite": "企业"}]}), [(f"{C}/not", "a condition is a mapping", "")]),
    "an addressee with a fault": (lambda d: d["measures"][1].update(addressee={"manual": "bank", "cite": "企业"}), [("/measures/1/addressee", "the manual condition 'bank' needs a text", "")]),
    "no examples": (lambda d: without(d, "examples"), [(f"{M}/examples", "examples is missing or empty", "")]),
    "examples that are no list": (lambda d: measure(d, examples="none"), [(f"{M}/examples", "must be a list", "")]),
    "an example without a verdict": (lambda d: d["measures"][0]["examples"].append({"facts": {}}), [(f"{M}/examples/1", "an example has facts and a verdict: 'verdict'", "")]),
    "an example with another verdict": (lambda d: d["measures"][0]["examples"][0].update(verdict="met"), [(f"{M}/examples/0", "an example has facts and a verdict: 'met' is not a valid MeasureVerdict", "")]),
    "an example with an unknown fact": (lambda d: d["measures"][0]["examples"][0]["facts"].update(colour="red"), [(f"{M}/examples/0/facts/colour", "unknown fact 'colour'", "")]),
    "an example with another measure's fact": (lambda d: d["measures"][1]["examples"][0]["facts"].update({"nx-grant.eligible": True}), [("/measures/1/examples/0/facts/nx-grant.eligible", "unknown fact 'nx-grant.eligible'", "")]),
    "an example with a value of the wrong kind": (lambda d: d["measures"][0]["examples"][0]["facts"].update(region="999999", employees="many"), [(f"{M}/examples/0/facts/region", "'999999' is not an entry of regions", ""), (f"{M}/examples/0/facts/employees", "must be a number from 0 up", "in people")]),
    "an example that answers a manual condition in words": (lambda d: d["measures"][0]["examples"][0]["facts"].update({"nx-grant.eligible": "yes"}), [(f"{M}/examples/0/facts/nx-grant.eligible", "must be true or false", "")]),
    "an unknown kind of benefit": (lambda d: d["measures"][0]["benefit"].update(kind="money"), [(f"{M}/benefit", "a benefit has ['amount', 'cap', 'cite', 'kind', 'rate', 'unit']; kind is one of ['certification'", "")]),
    "a benefit that is no mapping": (lambda d: measure(d, benefit="grant"), [(f"{M}/benefit", "a benefit has ['amount'", "")]),
    "a benefit that is an empty list": (lambda d: measure(d, benefit=[]), [(f"{M}/benefit", "a benefit has ['amount'", "")]),
    "a benefit that is a number": (lambda d: measure(d, benefit=5), [(f"{M}/benefit", "a benefit has ['amount'", "")]),
    "a benefit with an unknown key": (lambda d: d["measures"][0]["benefit"].update(upto=1), [(f"{M}/benefit", "a benefit has ['amount'", "")]),
    "an amount without a cite": (lambda d: d["measures"][0]["benefit"].pop("cite"), [(f"{M}/benefit", "an amount, cap or rate needs a cite", "")]),
    "an amount, a cap and a rate that are none": (lambda d: d["measures"][0]["benefit"].update(amount="多", cap="少", rate="半"), [(f"{M}/benefit/amount", "'多' is no amount", ""), (f"{M}/benefit/cap", "'少' is no amount", ""), (f"{M}/benefit/rate", "'半' is no share", "")]),
    "a window without a cite": (lambda d: d["measures"][0]["window"].pop("cite"), [(f"{M}/window", "a window has opens, closes (one may be left out) and cite", "")]),
    "a window without days": (lambda d: measure(d, window={"cite": "给予20万元补助"}), [(f"{M}/window", "a window has opens, closes (one may be left out) and cite", "")]),
    "a window that closes before it opens": (lambda d: d["measures"][0]["window"].update(closes="2024-12-31"), [(f"{M}/window/closes", "lies before opens (2025-01-01)", "")]),
    "days that are none": (lambda d: d["measures"][0]["window"].update(opens="一月", closes="2025-02-30"), [(f"{M}/window/opens", "'一月' is no date", "write it as 2025-01-31"), (f"{M}/window/closes", "'2025-02-30' is no date", "write it as 2025-01-31")]),
    "a measure that excludes itself": (lambda d: measure(d, excludes=["nx-grant"]), [(f"{M}/excludes", "a measure cannot name itself", "")]),
    "a measure that supersedes itself": (lambda d: measure(d, supersedes=["nx-grant"]), [(f"{M}/supersedes", "a measure cannot name itself", "")]),
    "exclusions that are no list": (lambda d: measure(d, excludes="nx-settle"), [(f"{M}/excludes", "must be a list", "")]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_pack_is_reported_where_and_what(faults_of, name):
    change, expected = FAULTS[name]
    found = faults_of(change)
    assert [pointer for pointer, _, _ in found] == [pointer for pointer, _, _ in expected]
    for (_, message, hint), (_, wanted, wanted_hint) in zip(found, expected, strict=True):
        assert message.startswith(wanted)
        assert wanted_hint in hint


def test_the_file_must_bear_the_name_of_its_document(parse):
    with pytest.raises(PackError, match=r"beixi\.yaml#/document: the file must be named nanxi\.yaml"):
        parse(PACK, "beixi.yaml")


def test_all_faults_of_a_file_are_reported_at_once(faults_of):
    def ruin(data):
        data["author"] = "x"
        data["defaults"]["sector"] = "biomaterial"
        first, second = data["measures"]
        del first["title"]
        first["instrument"], first["strength"] = "money", "strong"
        first["source"]["quote"] = "给予30万元补助"
        first["context"] = ["9"]
        first["conditions"][0]["fact"] = "revenue"
        first["conditions"][1]["within"] = ["440199"]
        first["conditions"][2]["cite"] = "没有这句"
        first["benefit"]["amount"] = "多"
        first["window"]["opens"] = "一月"
        first["examples"][0]["verdict"] = "met"
        first["excludes"] = ["nx-grant"]
        second["id"] = "nx-grant"
        second["source"]["clause"] = "9"
        second["addressee"]["any"][0]["manual"] = "bank"

    pointers = [pointer for pointer, _, _ in faults_of(ruin)]
    assert sorted(pointers) == sorted(
        [
            "/author",
            "/defaults/sector",
            "/measures/0/title",
            "/measures/0/instrument",
            "/measures/0/strength",
            "/measures/0/source",
            "/measures/0/context/0",
            "/measures/0/conditions/0",
            "/measures/0/conditions/1/within",
            "/measures/0/conditions/2/cite",
            "/measures/0/benefit/amount",
            "/measures/0/window/opens",
            "/measures/0/examples/0",
            "/measures/0/excludes",
            "/measures/1/id",
            "/measures/1/source",
            "/measures/1/addressee/any/0",
        ]
    )


@pytest.mark.parametrize("data", [None, [], "text", 1, {}], ids=repr)
def test_what_is_no_pack_at_all_is_reported_so(parse, data):
    with pytest.raises(PackError, match="a pack is a mapping with schema: 1"):
        parse(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schema: 1\nschema: 1\n", "not valid YAML at line 2, column 1: the key 'schema' stands twice"),
        ("schema: 1\nmeasures:\n  - {id: a, title: b, id: c}\n", "the key 'id' stands twice"),
        ("schema: 1\n\tdocument: nanxi\n", "not valid YAML at line 2"),
        ("schema: [1\n", "not valid YAML"),
        ("schema: !!python/object:os.system 1\n", "not valid YAML at line 1"),
    ],
)
def test_what_is_no_strict_yaml_is_reported_its_line(tmp_path, documents, lexicon, text, message):
    path = tmp_path / "nanxi.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(SeedError) as caught:
        load_pack(path, documents, lexicon)
    (fault,) = caught.value.faults
    assert fault.file == "nanxi.yaml"
    assert message in fault.worded("en")[0]


def test_a_pack_file_loads_as_its_data_does(tmp_path, documents, lexicon, parse):
    path = tmp_path / "nanxi.yaml"
    path.write_text(yaml.safe_dump(PACK, allow_unicode=True), "utf-8")
    assert load_pack(path, documents, lexicon).measures == parse(PACK).measures


def test_a_measure_that_another_pack_has_too_is_reported(parse):
    pack = parse(PACK)
    other = copy.copy(pack)
    object.__setattr__(other, "document", "beixi")
    found = [(fault.file, fault.pointer, fault.worded("en")[0]) for fault in reference_faults([pack, other])]
    assert found == [
        ("beixi.yaml", "/measures/0/id", "nanxi.yaml has 'nx-grant' too"),
        ("beixi.yaml", "/measures/1/id", "nanxi.yaml has 'nx-settle' too"),
    ]


def test_a_measure_that_no_pack_has_cannot_be_excluded_or_superseded(parse):
    data = copy.deepcopy(PACK)
    data["measures"][1].update(excludes=["nx-gone"], supersedes=["nx-grant", "bx-gone"])
    found = [(fault.file, fault.pointer, fault.worded("en")[0]) for fault in reference_faults([parse(data)])]
    assert found == [
        ("nanxi.yaml", "/measures/1/excludes", "there is no measure 'nx-gone'"),
        ("nanxi.yaml", "/measures/1/supersedes", "there is no measure 'bx-gone'"),
    ]


def test_the_invented_packs_may_name_each_others_measures(policies):
    assert reference_faults(list(policies.packs.values())) == []
    assert policies.measures["hg-pilot-subsidy"].supersedes == ("yc-investment-subsidy",)
