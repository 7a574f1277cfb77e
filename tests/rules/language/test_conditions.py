"""Conditions as a tree: its leaves in the order written."""

from rules.language.measures import (
    Combination,
    Group,
    Leaf,
    leaves,
)
from rules.language.measures import Test as Asked
from seeds.documents import Quote

CITE = Quote(document="d", clause="1", quote="企业", start=0, end=2)


def leaf(fact: str) -> Leaf:
    return Leaf(test=Asked(fact=fact, operator="is", expected=(True,)), cite=CITE)


def test_leaves_come_in_the_order_written():
    tree = Group(
        combination=Combination.ANY,
        parts=(
            leaf("a"),
            Group(
                combination=Combination.ALL, parts=(leaf("b"), Group(combination=Combination.NOT, parts=(leaf("c"),)))
            ),
            leaf("a"),
        ),
    )
    assert [found.test.fact for found in leaves(tree)] == ["a", "b", "c", "a"]


def test_a_leaf_is_its_own_only_leaf():
    assert list(leaves(leaf("a"))) == [leaf("a")]


def test_the_same_question_is_one_test_wherever_it_is_cited():
    elsewhere = Quote(document="e", clause="2", quote="公司", start=4, end=6)
    assert Leaf(test=leaf("a").test, cite=elsewhere).test == leaf("a").test
