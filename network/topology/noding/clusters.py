"""Group pipe ends that are one place, without letting chains of near ends run away."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from network.topology.noding.columns import Floats, Integers

# Ends this near are drawn at one place; the rest is the rounding of the file.
SAME_PLACE_M = 0.001
# More near pairs than this is a tolerance far too large for the drawing, not a network.
MAX_PAIRS = 20_000_000


class SnappingError(ValueError):
    """The tolerance joins so many ends that the drawing would collapse."""


class _Groups:
    """Union-find over places that refuses unions which would break the rules.

    Rules: a group stays within twice the tolerance, and never holds both ends of one pipe.
    """

    def __init__(self, xy: Floats, pipes: list[set[int]], reach_m: float) -> None:
        self._parent = list(range(len(xy)))
        self._members: dict[int, list[int]] = {}
        self._pipes = pipes
        self._xy = xy
        self._reach_m = reach_m

    def find(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place

    def join(self, one: int, other: int) -> None:
        kept, joined = self.find(one), self.find(other)
        if kept == joined or not self._pipes[kept].isdisjoint(self._pipes[joined]):
            return
        kept_members = self._members.get(kept, [kept])
        joined_members = self._members.get(joined, [joined])
        apart = self._xy[kept_members][:, None, :] - self._xy[joined_members][None, :, :]
        if float(np.hypot(apart[..., 0], apart[..., 1]).max()) > self._reach_m:
            return
        self._parent[joined] = kept
        self._members[kept] = kept_members + joined_members
        self._pipes[kept] = self._pipes[kept] | self._pipes[joined]


def group_ends(xy: Floats, pipes: Integers, *, tolerance_m: float) -> tuple[Integers, int]:
    """Return the group of every end and the number of groups.

    `xy` are the ends' places in metres, `pipes` the pipe each belongs to. Groups are numbered
    in the order of their first end. Raises SnappingError.
    """
    if not len(xy):
        return np.empty(0, dtype=np.int64), 0
    place, count = _same_places(xy)
    centres = np.zeros((count, 2))
    np.add.at(centres, place, xy)
    centres /= np.bincount(place, minlength=count)[:, None]
    members: list[set[int]] = [set() for _ in range(count)]
    for end, pipe in zip(place.tolist(), pipes.tolist(), strict=True):
        members[end].add(pipe)
    groups = _Groups(centres, members, 2 * tolerance_m)
    for one, other in _near_pairs(centres, tolerance_m).tolist():
        groups.join(one, other)
    roots = np.asarray([groups.find(each) for each in range(count)], dtype=np.int64)[place]
    return _numbered_by_first(roots)


def _same_places(xy: Floats) -> tuple[Integers, int]:
    """Return the place of every end and the number of places; a millimetre apart is one."""
    _, first, inverse = np.unique(
        np.round(xy / SAME_PLACE_M).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    inverse = np.ravel(inverse)
    cells = xy[first]
    pairs = _pairs_within(cells, SAME_PLACE_M)  # one place may straddle two cells
    graph = coo_matrix(
        (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(cells), len(cells))
    )
    count, labels = connected_components(graph, directed=False)
    return labels.astype(np.int64)[inverse], int(count)


def _near_pairs(centres: Floats, tolerance_m: float) -> Integers:
    """Pairs of places within the tolerance, nearest first, so that the best unions come first."""
    pairs = _pairs_within(centres, tolerance_m)
    apart = centres[pairs[:, 0]] - centres[pairs[:, 1]]
    return pairs[np.argsort(np.hypot(apart[:, 0], apart[:, 1]), kind="stable")]


def _pairs_within(xy: Floats, distance_m: float) -> Integers:
    tree = cKDTree(xy)
    if int(tree.count_neighbors(tree, distance_m)) > MAX_PAIRS:
        msg = f"a tolerance of {distance_m} m joins most pipe ends of this drawing with one another"
        raise SnappingError(msg)
    found: Integers = tree.query_pairs(distance_m, output_type="ndarray").astype(np.int64)
    # The order of a tree's answers is its own affair; ours is always the same.
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def _numbered_by_first(labels: Integers) -> tuple[Integers, int]:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[np.ravel(inverse)], len(first)
