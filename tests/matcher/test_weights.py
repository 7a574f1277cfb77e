"""The published table of weights."""

import pytest

from matcher.weights import WEIGHTS


def test_weights_add_up_to_one():
    assert round(sum(weight.weight for weight in WEIGHTS), 9) == 1.0


def test_every_weight_counts_and_none_decides_alone():
    assert all(0 < weight.weight < 0.5 for weight in WEIGHTS)


def test_names_are_unique_claims_in_snake_case():
    names = [weight.name for weight in WEIGHTS]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and name.isidentifier() for name in names)


@pytest.mark.parametrize("weight", WEIGHTS, ids=lambda weight: weight.name)
def test_each_feature_is_described_in_one_sentence_with_a_reason_and_a_chinese_name(weight):
    document = str(weight.feature.__doc__).strip()
    assert weight.description == document.splitlines()[0]
    assert weight.description.count(".") == 1
    assert weight.description.endswith(".")
    assert weight.reason
    assert any("\u4e00" <= character <= "\u9fff" for character in weight.zh)
