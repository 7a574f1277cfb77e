"""Broader and narrower: the three relations that verdicts need, over graphs with several parents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.vocabulary import Taxonomy, TaxonomyError

PLACES = Taxonomy(
    {
        "china": (),
        "guangdong": ("china",),
        "guangzhou": ("guangdong",),
        "nansha": ("guangzhou", "trade-zone"),
        "tianhe": ("guangzhou",),
        "trade-zone": ("guangdong",),
        "hefei": ("china",),
    }
)


@st.composite
def graphs(draw) -> Taxonomy:
    """Draw a graph without cycles: a node's parents stand before it."""
    size = draw(st.integers(1, 8))
    parents = {}
    for number in range(size):
        above = draw(st.lists(st.integers(0, number - 1), max_size=2, unique=True)) if number else []
        parents[f"n{number}"] = tuple(f"n{one}" for one in above)
    return Taxonomy(parents)


def test_ancestors_and_descendants_include_the_node_itself():
    assert PLACES.ancestors("nansha") == {"nansha", "guangzhou", "trade-zone", "guangdong", "china"}
    assert PLACES.descendants("guangzhou") == {"guangzhou", "nansha", "tianhe"}
    assert PLACES.ancestors("china") == {"china"}
    assert PLACES.descendants("hefei") == {"hefei"}


@pytest.mark.parametrize(
    ("node", "targets", "within", "overlaps"),
    [
        ("nansha", ["guangzhou"], True, True),
        ("nansha", ["trade-zone", "hefei"], True, True),
        ("guangzhou", ["guangzhou"], True, True),
        ("guangdong", ["guangzhou"], False, True),
        ("guangzhou", ["trade-zone"], False, True),
        ("tianhe", ["trade-zone"], False, False),
        ("hefei", ["guangdong"], False, False),
        ("hefei", [], False, False),
    ],
)
def test_within_and_overlap_tell_inside_from_too_coarse(node, targets, within, overlaps):
    assert PLACES.within(node, targets) is within
    assert PLACES.overlaps(node, targets) is overlaps


def test_what_overlaps_a_node_shares_something_with_it():
    assert PLACES.overlapping("trade-zone") == {"trade-zone", "nansha", "guangzhou", "guangdong", "china"}
    assert PLACES.overlapping("tianhe") == {"tianhe", "guangzhou", "guangdong", "china"}


@given(graphs(), st.data())
def test_the_relations_agree_with_each_other(graph, data):
    nodes = st.sampled_from(sorted(graph.parents))
    node, target = data.draw(nodes), data.draw(nodes)
    assert (target in graph.ancestors(node)) is (node in graph.descendants(target)) is graph.within(node, [target])
    shared = bool(graph.descendants(node) & graph.descendants(target))
    assert graph.overlaps(node, [target]) is graph.overlaps(target, [node]) is shared
    assert (target in graph.overlapping(node)) is shared
    if graph.within(node, [target]):
        assert graph.overlaps(node, [target])


@given(graphs())
def test_a_node_is_broader_than_all_that_its_children_are_broader_than(graph):
    for node, above in graph.parents.items():
        for parent in above:
            assert graph.ancestors(parent) < graph.ancestors(node)
            assert graph.descendants(node) < graph.descendants(parent)


def test_membership_is_of_ids():
    assert "nansha" in PLACES
    assert "paris" not in PLACES
    assert None not in PLACES


@pytest.mark.parametrize(
    ("parents", "message"),
    [
        ({"a": ("b",)}, "'a' names the parent 'b', which does not exist"),
        ({"a": ("a",)}, "parents form a cycle through 'a'"),
        ({"a": ("b",), "b": ("c",), "c": ("a",)}, "parents form a cycle through"),
        ({"z": (), "a": ("z", "b"), "b": ("a",)}, "parents form a cycle through"),
    ],
)
def test_a_dangling_parent_and_a_cycle_are_refused(parents, message):
    with pytest.raises(TaxonomyError, match=message):
        Taxonomy(parents)


def test_an_unknown_id_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError):
        PLACES.ancestors("paris")


STEPS = {
    "nansha": {"nansha": 0, "guangzhou": 1, "trade-zone": 1, "guangdong": 2, "china": 3},
    "harbour": {"harbour": 0, "nansha": 1, "guangdong": 1, "guangzhou": 2, "trade-zone": 2, "china": 2},
    "china": {"china": 0},
}


@pytest.mark.parametrize("node", STEPS)
@pytest.mark.parametrize("swapped", [False, True], ids=["the long way first", "the short way first"])
def test_of_several_ways_up_the_shortest_is_counted(node, swapped):
    above = ("nansha", "guangdong")
    places = Taxonomy({**PLACES.parents, "harbour": above[::-1] if swapped else above})
    assert places.steps_up(node) == STEPS[node]
