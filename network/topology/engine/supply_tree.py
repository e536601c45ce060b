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
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from network.topology.engine.states import Masks
from network.topology.engine.structure import BoolArray, Grouping, IntArray, Topology, mapped


class SupplyTree:
    """A topology's supply in one state, with the tree that proves it. Linear in its size to make.

    `wet` tells for each segment whether it has water, with a last False for what hangs on
    nothing. Which valves are stuck changes nothing about it.
    """

    def __init__(self, topology: Topology, holds: Masks) -> None:
        self.topology = topology
        self._ways = _Ways.of(topology, *_open_ways(topology, holds))
        self._grow(np.empty(0, dtype=np.int32))

    def save(self, folder: Path) -> None:
        """Write what `load` maps, as `.npy` files of `folder`, which must exist."""
        for name, array in {**self._arrays, **self._ways.arrays}.items():
            np.save(folder / f"tree.{name}.npy", array)

    @classmethod
    def load(cls, topology: Topology, folder: Path) -> "SupplyTree":
        """Map a saved tree; processes that map one folder share its memory."""
        tree = cls.__new__(cls)
        tree.topology = topology
        tree._ways = _Ways(
            topology, {name: mapped(folder, f"tree.{name}") for name in _Ways.ARRAYS}
        )
        tree._use({name: mapped(folder, f"tree.{name}") for name in cls.ARRAYS})
        return tree

    def without(self, taken: Collection[int]) -> "SupplyTree":
        """The tree of what is left once some segments are out; the ways are shared."""
        found = copy(self)
        found._grow(np.fromiter(taken, dtype=np.int32, count=len(taken)))
        return found

    ARRAYS = ("wet", "tree_way", "first", "end", "children", "child_starts")

    def _grow(self, taken: IntArray) -> None:
        above = self.topology.segment_count
        parent, tree_way = self._ways.tree(taken)
        children = Grouping.of(parent + 1, above + 2)
        first, end = _numbered(parent.tolist(), children, above)
        self._use(
            {
                "wet": parent >= 0,
                "tree_way": tree_way,
                "first": first,
                "end": end,
                "children": children.items,
                "child_starts": children.starts,
            }
        )

    def _use(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Read single items through memory views: as quick as lists, and nothing is copied."""
        self._arrays = arrays
        self.wet: BoolArray = arrays["wet"]
        self._is_wet = arrays["wet"].data
        self._tree_way = arrays["tree_way"].data
        self._first, self._end = arrays["first"].data, arrays["end"].data
        self._children = _Lists(arrays["children"], arrays["child_starts"])

    def _has_water(self, segment: int) -> bool:
        """Whether a segment, or what stands above all of them, has water before any cut."""
        return segment == self.topology.segment_count or bool(self._is_wet[segment])

    def lost(
        self, taken: Collection[int], shut: Iterable[int] = (), unfed: Collection[int] = ()
    ) -> set[int]:
        """Segments that had water and have none once `taken` are out and `shut` valves closed.

        `taken` segments carry nothing, and sources in them feed nothing; nor do those in `unfed`
        segments, which go on carrying what comes from elsewhere.
        """
        gone = set(taken)
        barred = self._ways.through(shut)
        if unfed:
            barred |= self._ways.from_sources(unfed)
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
        tails, first = self._ways.tails, self._first
        for way in self._ways.into.of(segment):
            tail = tails[way]
            if way not in barred and self._has_water(tail) and first[tail] not in orphaned:
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
            if (
                tail not in lost
                and tail not in gone
                and way not in barred
                and self._has_water(tail)
            ):
                return True
        return False


class _Ways:
    """The ways that no closed valve bars, by either end; arc -1 leads out of a source."""

    ARRAYS = (
        *("tails", "heads", "into", "into_starts"),
        *("out_of", "out_of_starts", "of_arc", "of_arc_starts"),
    )

    def __init__(self, topology: Topology, arrays: dict[str, NDArray[Any]]) -> None:
        self.topology, self.arrays = topology, arrays
        self.tails, self.heads = arrays["tails"].data, arrays["heads"].data
        self.into = _Lists(arrays["into"], arrays["into_starts"])
        self.out_of = _Lists(arrays["out_of"], arrays["out_of_starts"])
        self._of_arc = _Lists(arrays["of_arc"], arrays["of_arc_starts"])

    @classmethod
    def of(cls, topology: Topology, tails: IntArray, heads: IntArray, arcs: IntArray) -> "_Ways":
        into = Grouping.of(heads, topology.segment_count + 1)
        out_of = Grouping.of(tails, topology.segment_count + 1)
        of_arc = Grouping.of(arcs + 1, len(topology.arc_u) + 1)
        return cls(
            topology,
            {
                **{"tails": tails, "heads": heads},
                **{"into": into.items, "into_starts": into.starts},
                **{"out_of": out_of.items, "out_of_starts": out_of.starts},
                **{"of_arc": of_arc.items, "of_arc_starts": of_arc.starts},
            },
        )

    def tree(self, taken: IntArray) -> tuple[IntArray, IntArray]:
        """For each segment the one before it on a way from above, and the way; -1 where dry."""
        above = self.topology.segment_count
        out = np.zeros(above + 1, dtype=bool)
        out[taken] = True
        all_tails, all_heads = self.arrays["tails"], self.arrays["heads"]
        kept = np.flatnonzero(~out[all_tails] & ~out[all_heads])
        tails, heads = all_tails[kept], all_heads[kept]
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

    def from_sources(self, segments: Iterable[int]) -> set[int]:
        """Ways by which a source feeds some segments."""
        above = self.topology.segment_count
        fed = set(segments)
        return {way for way in self.out_of.of(above) if self.heads[way] in fed}


class _Lists:
    """Items grouped by a key, of which single groups are read."""

    def __init__(self, items: IntArray, starts: NDArray[np.int64]) -> None:
        self._items, self._starts = items.data, starts.data

    def of(self, key: int) -> list[int]:
        found: list[int] = self._items[self._starts[key] : self._starts[key + 1]].tolist()
        return found


def _numbered(parent: list[int], children: Grouping, root: int) -> tuple[IntArray, IntArray]:
    """Numbers such that each subtree is one run: its first number and its end; -1 where dry."""
    starts, items = children.starts.tolist(), children.items.tolist()
    order, first, end = [root], [-1] * (root + 1), [-1] * (root + 1)
    for segment in order:
        order.extend(items[starts[segment + 1] : starts[segment + 2]])
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
    return np.asarray(first, dtype=np.int32), np.asarray(end, dtype=np.int32)


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
