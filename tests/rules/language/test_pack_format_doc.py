"""docs/pack-format.md is whole: every key and every member of a closed list that loading knows stands in it."""

import copy
import re
from pathlib import Path

import pytest

from rules.language.condition_parsing import PackError
from rules.language.facts import FactType
from rules.language.grants import CHANNELS, Base, Beneficiary, CapBy, Per, TermKind
from rules.language.measures import Combination, MeasureKind, MeasureVerdict, Strength
from rules.language.pack import parse_pack
from rules.language.reference import OPERATORS
from rules.language.stacking import DOCUMENT, OTHER_POLICIES, Level, StackingRule
from seeds.faults import load_messages, load_yaml

DOC = (Path(__file__).parents[3] / "docs" / "pack-format.md").read_text("utf-8")
PACK = Path(__file__).parents[1] / "policies" / "packs" / "chenghu-industry-2026.yaml"
NAMED = frozenset(re.findall(r"`([a-z_0-9]+)", DOC)) | frozenset(re.findall(r"([a-z_]+): ", DOC))
NOWHERE = "nowhere"


@pytest.fixture
def faults_of(policies, lexicon):
    def faults(change):
        raw = copy.deepcopy(load_yaml(PACK))
        change({measure["id"]: measure for measure in raw["measures"]}, raw)
        with pytest.raises(PackError) as caught:
            parse_pack(raw, file=PACK.name, documents=policies.documents, lexicon=lexicon)
        return caught.value.faults

    return faults


def known_of(faults, code):
    return {name for fault in faults if fault.code == code for name in fault.params["known"]}


def all_blocks(measures, raw):
    """Give every kind of block one key that none has, so that the fault tells those that it can have."""
    award = measures["ch-revenue-award"]
    award["windows"].append({"all_year": True, "cite": "一次性奖励"})
    blocks = [
        raw, award, award["benefits"][0], award["benefits"][0]["tiers"][0], award["windows"][0], award["materials"][0],
        award["channels"][0], award["terms"][0], award["definitions"][0], raw["stacking"][0],
        measures["ch-rd-subsidy"]["benefits"][0]["caps"][0], measures["ch-brokers"]["beneficiary"],
    ]  # fmt: skip
    measures["ch-doctors"]["benefits"][0]["years"] = {"value": 3, "cite": "连续补贴3年", NOWHERE: 1}
    measures["ch-major-projects"]["conditions"] = [{"manual": "x", "text": "x", "cite": "特别重大", NOWHERE: 1}]
    for block in blocks:
        block[NOWHERE] = 1


def test_every_key_is_told(faults_of):
    faults = [fault for fault in faults_of(all_blocks) if fault.code == "unknown_key"]
    assert len(faults) == 14
    assert known_of(faults, "unknown_key") - NAMED == set()


def test_every_key_of_a_fact_and_of_format_1_is_told(faults_of):
    def change(_measures, raw):
        raw["facts"].append({NOWHERE: 1})

    keys = {key for fault in faults_of(change) if fault.code == "block_form" for key in fault.params["keys"]}
    assert keys
    assert (keys | {"benefit", "window", "cap", "unit"}) - NAMED == set()


def all_members(measures, raw):
    """Give every closed list a member that it does not have."""
    award, equipment = measures["ch-revenue-award"], measures["ch-equipment"]
    for block, key in (
        (award, "kind"), (award, "strength"), (award, "instrument"), (award["benefits"][0], "kind"),
        (award["channels"][0], "by"), (award["terms"][0], "kind"), (equipment["benefits"][0], "of"),
        (measures["ch-doctors"]["benefits"][0], "per"), (equipment["benefits"][0]["caps"][0], "by"),
        (measures["ch-brokers"]["beneficiary"], "kind"), (measures["ch-rd-subsidy"]["stacking"][0], "rule"),
    ):  # fmt: skip
        block[key] = NOWHERE
    raw["stacking"][0]["levels"] = [NOWHERE]
    measures["ch-growth-award"]["stacking"] = [{"with": NOWHERE, "rule": "highest", "cite": "给予5万元奖励"}]
    raw["facts"][0]["type"] = NOWHERE


def test_every_member_of_a_closed_list_is_told(faults_of, lexicon):
    faults = faults_of(all_members)
    told = known_of(faults, "no_member") | known_of(faults, "stacking_form")
    assert len([fault for fault in faults if fault.code == "no_member"]) == 13
    instruments = set(lexicon.vocabularies["instruments"].entries)
    assert told - instruments - NAMED == set()
    lists = (OPERATORS, Combination, MeasureKind, MeasureVerdict, Strength, set(FactType) - {FactType.SET})
    assert {str(member) for members in lists for member in members} - NAMED == set()


def test_every_fault_told_has_words():
    table = DOC[DOC.index("## Faults one meets") : DOC.index("## What cannot be said")]
    codes = set(re.findall(r"`([a-z_0-9]+)`", "\n".join(line.split(" | ")[0] for line in table.splitlines())))
    assert len(codes) > 15
    assert codes <= set(load_messages("zh"))
    assert codes <= set(load_messages("en"))


def test_examples_are_yaml(tmp_path):
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)):
        (tmp_path / f"{number}.yaml").write_text(block, "utf-8")
        assert load_yaml(tmp_path / f"{number}.yaml")


def written(value):
    """Yield every key and every short text that stands in plain data."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from written(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from written(inner)
    elif isinstance(value, str):
        yield value


def test_every_construct_is_used_by_an_invented_policy(faults_of):
    packs = [load_yaml(path) for path in PACK.parent.glob("*.yaml")]
    used = set(written([pack for pack in packs if pack["schema"] == 2]))
    lists = (Base, Per, CapBy, Beneficiary, TermKind, StackingRule, Level, CHANNELS, OPERATORS, Combination)
    members = {str(member) for members in lists for member in members}
    types = {str(kind) for kind in FactType} - {FactType.SET}
    keys = known_of([fault for fault in faults_of(all_blocks) if fault.code == "unknown_key"], "unknown_key")
    assert (members | types | keys | {DOCUMENT, OTHER_POLICIES}) - used - NOT_IN_FORMAT_2 == set()


NOT_IN_FORMAT_2 = {"supersedes"}
"""What other policies show: one in place of another needs two."""
