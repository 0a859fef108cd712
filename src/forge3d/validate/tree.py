"""The node tree, walked once so that every later question about ancestors takes no time, however deep it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence


class Tree:
    """Nodes by their parents, without loops.

    Attributes:
        parents: each node's parent, or None.
        roots: the root above each node; itself for a root.
    """

    def __init__(self, parents: list[int | None]):
        self.parents = parents
        children: list[list[int]] = [[] for _ in parents]
        for node, parent in enumerate(parents):
            if parent is not None:
                children[parent].append(node)
        self.roots = list(range(len(parents)))
        self._enter, self._leave = [0] * len(parents), [0] * len(parents)
        self._order: list[int] = []
        waiting = [(node, False) for node, parent in enumerate(parents) if parent is None]
        while waiting:
            node, done = waiting.pop()
            if done:
                self._leave[node] = len(self._order)
                continue
            parent = parents[node]
            self.roots[node] = node if parent is None else self.roots[parent]
            self._enter[node] = len(self._order)
            self._order.append(node)
            waiting.append((node, True))
            waiting += [(child, False) for child in children[node]]

    def is_above(self, ancestor: int, node: int) -> bool:
        """Whether `ancestor` is `node` itself or above it."""
        return self._enter[ancestor] <= self._enter[node] < self._leave[ancestor]

    def inherited(self, own: Mapping[int, Collection[int]]) -> list[frozenset[int]]:
        """For each node what `own` says of it and of the nodes above it, together."""
        result = [frozenset[int]()] * len(self.parents)
        for node in self._order:
            parent = self.parents[node]
            above = frozenset[int]() if parent is None else result[parent]
            result[node] = above.union(own[node]) if node in own else above
        return result

    def below(self, marked: Iterable[int]) -> set[int]:
        """All nodes that have one of the `marked` nodes above them."""
        found: set[int] = set()
        chosen = set(marked)
        for node in self._order:
            parent = self.parents[node]
            if parent is not None and (parent in chosen or parent in found):
                found.add(node)
        return found

    def totals(self, values: Sequence[int]) -> list[int]:
        """For each node the sum of `values` of itself and all nodes below it."""
        sums = list(values)
        for node in reversed(self._order):
            parent = self.parents[node]
            if parent is not None:
                sums[parent] += sums[node]
        return sums
