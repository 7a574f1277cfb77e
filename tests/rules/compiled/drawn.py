"""Conditions, measures and packs drawn around any tests: what the deciders are held equal on."""

from hypothesis import strategies as st

from rules.language.measures import (
    Combination,
    Group,
    Instrument,
    Leaf,
    Measure,
    MeasureKind,
    Strength,
)
from seeds.documents import Quote

CITE = Quote(document="d", clause="1", quote="企业", start=0, end=2)


def _groups(inner):
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(
            lambda kind, parts: Group(combination=kind, parts=parts),
            st.sampled_from([Combination.ALL, Combination.ANY]),
            several,
        ),
        inner.map(lambda part: Group(combination=Combination.NOT, parts=(part,))),
    )


def conditions_of(tests, most):
    """Return conditions of at most so many tests, alone and in groups."""
    return st.recursive(tests.map(lambda test: Leaf(test=test, cite=CITE)), _groups, max_leaves=most)


def as_measure(number, parts):
    return Measure(
        id=f"m-{number}", document="d", title="支持", title_en="Support", instrument=Instrument.FUND, also=(),
        kind=MeasureKind.SUPPORT, strength=Strength.GRANT, source=CITE, context=(), conditions=tuple(parts),
    )  # fmt: skip


def packs_of(conditions):
    """Return measures of some conditions each."""
    return st.lists(st.lists(conditions, max_size=4), min_size=1, max_size=6).map(
        lambda lists: tuple(as_measure(number, parts) for number, parts in enumerate(lists))
    )
