"""What loses water when a few things are taken out, found without flooding the network.

RULE 1  A tree of ways by which water reaches every supplied segment is a certificate: a
        segment whose way down the tree is untouched has water.
RULE 2  Taking out segments and shutting valves orphans the subtrees below them. An orphan
        with another way in, from a segment outside all orphaned subtrees, is saved, and its
        subtree with it. One without is lost for now, and its children are orphans in turn.
RULE 3  A lost segment into which a saved one flows is not lost, nor what it feeds in turn.

The cost is what hangs around the cut, not the network: each orphan is looked at once, and
what is below a saved one is not looked at.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from copy import copy

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from network.topology.states import Masks
from network.topology.structure import BoolArray, Grouping, IntArray, Topology


class SupplyTree:
    """A topology's supply in one state, with the tree that proves it. Linear in its size to make.

    `wet` tells for each segment whether it has water, with a last False for what hangs on
    nothing. Which valves are stuck changes nothing about it.
    """

    def __init__(self, topology: Topology, holds: Masks) -> None:
        self.topology = topology
        self._ways = _Ways(topology, *_open_ways(topology, holds))
        self._grow(np.empty(0, dtype=np.int32))

    def without(self, taken: Collection[int]) -> "SupplyTree":
        """The tree of what is left once some segments are out; the ways are shared."""
        found = copy(self)
        found._grow(np.fromiter(taken, dtype=np.int32, count=len(taken)))
        return found

    def _grow(self, taken: IntArray) -> None:
        above, ways = self.topology.segment_count, self._ways
        parent, tree_way = ways.tree(taken)
        self.wet: BoolArray = parent >= 0
        self._is_dry: list[bool] = (~self.wet).tolist()
        self._is_dry[above] = False
        self._tree_way: list[int] = tree_way.tolist()
        self._children = _Lists(parent + 1, above + 2)
        self._first, self._end = self._numbered(parent.tolist(), above)

    def _numbered(self, parent: list[int], root: int) -> tuple[list[int], list[int]]:
        """Numbers such that each subtree is one run: its first number and its end."""
        order, first, end = [root], [-1] * (root + 1), [-1] * (root + 1)
        for segment in order:
            order.extend(self._children.of(segment + 1))
        size = [1] * (root + 1)
        for segment in reversed(order[1:]):
            size[parent[segment]] += size[segment]
        free = [0] * (root + 1)
        for segment in order[1:]:
            above = parent[segment]
            first[segment] = mine = free[above]
            free[above] += size[segment]
            free[segment] = mine + 1
            end[segment] = mine + size[segment]
        return first, end

    def lost(self, taken: Collection[int], shut: Iterable[int] = ()) -> set[int]:
        """Segments that had water and have none once `taken` are out and `shut` valves closed.

        `taken` segments carry nothing, and sources in them feed nothing.
        """
        gone = set(taken)
        barred = self._ways.through(shut)
        heads = self._ways.heads
        cut = {heads[way] for way in barred if self._tree_way[heads[way]] == way}
        roots = [each for each in gone | cut if self._first[each] >= 0]
        orphaned = _Runs((self._first[each], self._end[each]) for each in roots)
        queue = list(cut)
        for segment in gone:
            queue.extend(self._children.of(segment + 1))
        lost: set[int] = set()
        while queue:
            segment = queue.pop()
            if segment in gone or segment in lost or self._is_saved(segment, barred, orphaned):
                continue
            lost.add(segment)
            queue.extend(self._children.of(segment + 1))
        self._revive(lost, gone, barred)
        return lost | {each for each in gone if self.wet[each]}

    def _is_saved(self, segment: int, barred: set[int], orphaned: "_Runs") -> bool:
        """Whether water comes in from outside all orphaned subtrees. Above all has no number."""
        tails, dry, first = self._ways.tails, self._is_dry, self._first
        for way in self._ways.into.of(segment):
            tail = tails[way]
            if way not in barred and not dry[tail] and first[tail] not in orphaned:
                return True
        return False

    def _revive(self, lost: set[int], gone: set[int], barred: set[int]) -> None:
        """Take from `lost` what a saved segment flows into, and what that feeds in turn."""
        front = [segment for segment in lost if self._is_fed(segment, lost, gone, barred)]
        while front:
            segment = front.pop()
            if segment not in lost:
                continue
            lost.discard(segment)
            front.extend(
                self._ways.heads[way]
                for way in self._ways.out_of.of(segment)
                if way not in barred and self._ways.heads[way] in lost
            )

    def _is_fed(self, segment: int, lost: set[int], gone: set[int], barred: set[int]) -> bool:
        for way in self._ways.into.of(segment):
            tail = self._ways.tails[way]
            if not (tail in lost or tail in gone or way in barred or self._is_dry[tail]):
                return True
        return False


class _Ways:
    """The ways that no closed valve bars, by either end; arc -1 leads out of a source."""

    def __init__(self, topology: Topology, tails: IntArray, heads: IntArray, arcs: IntArray):
        self.topology = topology
        self._tails, self._heads = tails, heads
        self.tails: list[int] = tails.tolist()
        self.heads: list[int] = heads.tolist()
        self.into = _Lists(heads, topology.segment_count + 1)
        self.out_of = _Lists(tails, topology.segment_count + 1)
        self._of_arc = _Lists(arcs + 1, len(topology.arc_u) + 1)

    def tree(self, taken: IntArray) -> tuple[IntArray, IntArray]:
        """For each segment the one before it on a way from above, and the way; -1 where dry."""
        above = self.topology.segment_count
        out = np.zeros(above + 1, dtype=bool)
        out[taken] = True
        kept = np.flatnonzero(~out[self._tails] & ~out[self._heads])
        tails, heads = self._tails[kept], self._heads[kept]
        graph = csr_matrix(
            (np.ones(len(kept), np.int8), (tails, heads)), shape=(above + 1, above + 1)
        )
        _, before = breadth_first_order(graph, above, directed=True, return_predecessors=True)
        parent = np.where(before < 0, -1, before).astype(np.int32)
        way = np.full(above + 1, -1, dtype=np.int32)
        used = parent[heads] == tails
        way[heads[used]] = kept[used]
        return parent, way

    def through(self, valves: Iterable[int]) -> set[int]:
        """Ways on which some valves stand."""
        at = self.topology.arcs_by_valve
        return {
            way
            for valve in valves
            for arc in at.items[at.starts[valve + 1] : at.starts[valve + 2]].tolist()
            for way in self._of_arc.of(arc + 1)
        }


class _Lists:
    """Items grouped by a key, as plain lists: single items are read quickly."""

    def __init__(self, keys: IntArray, count: int) -> None:
        grouping = Grouping.of(keys, count)
        self._items: list[int] = grouping.items.tolist()
        self._starts: list[int] = grouping.starts.tolist()

    def of(self, key: int) -> list[int]:
        return self._items[self._starts[key] : self._starts[key + 1]]


class _Runs:
    """A union of number ranges that contain one another or are apart."""

    def __init__(self, runs: Iterable[tuple[int, int]]) -> None:
        self._firsts: list[int] = []
        self._ends: list[int] = []
        for first, end in sorted(runs):
            if not self._ends or first >= self._ends[-1]:
                self._firsts.append(first)
                self._ends.append(end)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number < self._ends[at]


def _open_ways(
    topology: Topology, holds: Masks
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Tails, heads and arcs (-1: out of a source) of the ways that no closed valve bars."""
    flow = topology.flow
    tails = np.repeat(np.arange(topology.segment_count + 1, dtype=np.int32), np.diff(flow.starts))
    inner = len(flow.heads) - len(holds.active)
    is_open = np.concatenate([np.ones(inner, dtype=bool), holds.active])
    if len(holds.closed):
        valve = topology.arc_valve[flow.arcs[:inner]]
        is_open[:inner] = ~((valve >= 0) & holds.closed[valve])
    return tails[is_open], np.asarray(flow.heads)[is_open], np.asarray(flow.arcs)[is_open]
