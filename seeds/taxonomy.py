"""Broader and narrower: a directed acyclic graph of ids, with the three relations that verdicts need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from seeds.errors import WrongValueError


class TaxonomyError(WrongValueError):
    """A parent does not exist, or parents form a cycle."""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Ids with their direct parents; an id may have several (南沙 is in 广州 and in a free trade zone)."""

    parents: Mapping[str, tuple[str, ...]]
    _ancestors: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)
    _descendants: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)
    _steps: dict[str, dict[str, int]] = field(default_factory=dict, init=False, repr=False)
    _overlapping: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Close the graph once; raise TaxonomyError on a dangling parent or a cycle."""
        for node in self.parents:
            self._close(node, ())
        below: dict[str, set[str]] = {node: set() for node in self.parents}
        for node, above in self._ancestors.items():
            for ancestor in above:
                below[ancestor].add(node)
        self._descendants.update({node: frozenset(members) for node, members in below.items()})

    def _close(self, node: str, path: tuple[str, ...]) -> frozenset[str]:
        if node in path:
            raise TaxonomyError("parents_in_a_circle", id=node)
        if node not in self.parents:
            raise TaxonomyError("parent_missing", id=path[-1], parent=node)
        if node not in self._ancestors:
            above = [self._close(parent, (*path, node)) for parent in self.parents[node]]
            self._ancestors[node] = frozenset({node}).union(*above)
        return self._ancestors[node]

    def __contains__(self, node: object) -> bool:
        """Tell whether `node` is an id of this taxonomy."""
        return node in self.parents

    def ancestors(self, node: str) -> frozenset[str]:
        """Return `node` and everything broader than it."""
        return self._ancestors[node]

    def descendants(self, node: str) -> frozenset[str]:
        """Return `node` and everything narrower than it."""
        return self._descendants[node]

    def steps_up(self, node: str) -> dict[str, int]:
        """Return everything broader than `node` with the fewest steps to it; `node` itself is 0 steps away."""
        if node not in self._steps:
            steps = {node: 0}
            for parent in self.parents[node]:
                for above, count in self.steps_up(parent).items():
                    steps[above] = min(steps.get(above, count + 1), count + 1)
            self._steps[node] = steps
        return self._steps[node]

    def within(self, node: str, targets: Iterable[str]) -> bool:
        """Tell whether `node` is one of `targets` or lies inside one of them."""
        return not self._ancestors[node].isdisjoint(targets)

    def overlaps(self, node: str, targets: Iterable[str]) -> bool:
        """Tell whether something lies inside both `node` and one of `targets` (so `node` may be too coarse)."""
        inside = self._descendants[node]
        return any(not inside.isdisjoint(self._descendants[target]) for target in targets)

    def overlapping(self, node: str) -> frozenset[str]:
        """Return every id that shares a descendant with `node` (worked out at the first call)."""
        if node not in self._overlapping:
            self._overlapping[node] = frozenset().union(*(self._ancestors[below] for below in self._descendants[node]))
        return self._overlapping[node]
