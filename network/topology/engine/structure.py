"""The built network: arrays that a question is answered on.

Vertices are pipe parts, then junctions, then points that only the graph knows (a valve
in mid-pipe, or between two valves at one pipe end). Their *base segments* are what is
joined whatever the valves' states: components over edges that carry no valve and pass
water both ways. All other edges are *arcs* between base segments. Every state of the
network is a choice of which arcs pass, so segments are computed once per revision.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.topology.elements import UnknownAsset

IntArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
IdArray = NDArray[np.bytes_]


@dataclass(frozen=True)
class Grouping:
    """Items grouped by segment: `items[starts[s]:starts[s + 1]]` belong to segment s."""

    items: IntArray
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, segments: IntArray, count: int) -> "Grouping":
        """Group the indices of `segments` (one segment per item) over `count` segments."""
        order = np.argsort(segments, kind="stable").astype(np.int32)
        starts = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(segments, minlength=count), out=starts[1:])
        return cls(order, starts)

    def of_segments(self, chosen: Iterable[int]) -> IntArray:
        """The items of all `chosen` segments, in no particular order."""
        parts = [self.items[self.starts[s] : self.starts[s + 1]] for s in chosen]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)


@dataclass(frozen=True)
class Flow:
    """The ways that water may take between base segments, whatever the valves' states, by tail.

    Way k out of segment s, `starts[s] <= k < starts[s + 1]`, leads to `heads[k]` over arc
    `arcs[k]`. Behind the segments stands one vertex more, from which each source feeds its
    segment: way `starts[segment_count] + n` is that of source n.
    """

    starts: IntArray
    heads: IntArray
    arcs: IntArray
    way_forward: IntArray  # the way that takes each arc forward, -1 where water may not
    way_backward: IntArray
    ones: NDArray[np.float64]  # what scipy wants to see in every entry of the matrix

    @classmethod
    def of(cls, topology: "Topology") -> "Flow":
        """Both directions of every arc, sorted by tail, and the ways out of the sources."""
        count, above = len(topology.arc_u), topology.segment_count
        forward = np.flatnonzero(topology.arc_forward).astype(np.int32)
        backward = np.flatnonzero(topology.arc_backward).astype(np.int32)
        tails = np.concatenate([topology.arc_u[forward], topology.arc_v[backward]])
        heads = np.concatenate([topology.arc_v[forward], topology.arc_u[backward]])
        arcs = np.concatenate([forward, backward])
        order = np.argsort(tails, kind="stable")
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        ways = np.full((2, count), -1, dtype=np.int32)
        ways[0, forward] = place[: len(forward)]
        ways[1, backward] = place[len(forward) :]
        sources = np.asarray(topology.source_segment, dtype=np.int32)
        starts = np.zeros(above + 2, dtype=np.int32)
        np.cumsum(np.bincount(tails, minlength=above + 1), out=starts[1:])
        starts[above + 1 :] += len(sources)
        return cls(
            starts=starts,
            heads=np.concatenate([heads[order], sources]),
            arcs=np.concatenate([arcs[order], np.full(len(sources), -1, np.int32)]),
            way_forward=ways[0],
            way_backward=ways[1],
            ones=np.ones(len(order) + len(sources)),
        )


@dataclass(frozen=True, eq=False)
class Topology:
    """A network revision, ready for questions. Immutable; may be memory-mapped and shared.

    Ids are UTF-8 bytes, and assets are numbered in the order of their ids. `*_segment` arrays
    hold base segments; a customer or hydrant on no pipe in service has segment `segment_count`,
    which is never part of an answer. Arc k joins segments `arc_u[k]` and `arc_v[k]`; water may
    pass u to v where `arc_forward[k]`, v to u where `arc_backward[k]`; `arc_valve[k]` is the valve
    that stands there or -1. `valve_hub` is the segment of the junction at which a valve stands,
    and `valve_sides[valve_side_starts[v]:valve_side_starts[v + 1]]` are those of the pipe parts
    that meet there; a valve that cuts nothing has hub -1 and no sides. `valve_end` is the
    segment of the one pipe part whose end a valve stands at, -1 for those on all of them.
    """

    pipe_ids: IdArray
    part_starts: IntArray  # first part of each pipe, and one more at the end
    part_segment: IntArray
    # Of pipe i: [part_starts[i] - i : part_starts[i + 1] - i - 1]
    cut_fractions: NDArray[np.float64]
    junction_ids: IdArray
    junction_segment: IntArray
    valve_ids: IdArray
    valve_isolates: BoolArray  # may be closed to cut; false for air, washout, control valves
    valve_one_way: BoolArray
    valve_closed: BoolArray  # as the revision has it
    valve_operable: BoolArray
    valve_hub: IntArray
    valve_end: IntArray
    valve_side_starts: NDArray[np.int64]
    valve_sides: IntArray
    source_ids: IdArray
    source_segment: IntArray
    source_active: BoolArray
    hydrant_ids: IdArray
    hydrant_segment: IntArray
    customer_ids: IdArray
    customer_segment: IntArray
    customer_persons: IntArray
    arc_u: IntArray
    arc_v: IntArray
    arc_valve: IntArray
    arc_forward: BoolArray
    arc_backward: BoolArray
    segment_count: int

    # -- looking up -------------------------------------------------------------

    def index(self, kind: str, asset_id: str) -> int:
        """Position of an asset in its arrays. Raises UnknownAsset."""
        ids: IdArray = getattr(self, f"{kind}_ids")
        wanted = asset_id.encode()
        at = bisect_left(ids, wanted)
        if at < len(ids) and ids.item(at) == wanted:
            return at
        raise UnknownAsset(kind, asset_id)

    def mask(self, kind: str, asset_ids: Collection[str]) -> BoolArray:
        """Which assets of a kind are among `asset_ids`; one entry each. Unknown ids are left."""
        ids: IdArray = getattr(self, f"{kind}_ids")
        found = np.zeros(len(ids), dtype=bool)
        raw = (asset_id.encode() for asset_id in asset_ids)
        wanted = [each for each in raw if len(each) <= ids.itemsize]
        if wanted and len(ids):
            named = np.array(wanted, dtype=ids.dtype)
            at = np.minimum(np.searchsorted(ids, named), len(ids) - 1)
            found[at[ids[at] == named]] = True
        return found

    def names(self, kind: str, indices: Iterable[int] | IntArray) -> tuple[str, ...]:
        """Ids of the assets at `indices`, sorted."""
        ids: IdArray = getattr(self, f"{kind}_ids")
        chosen = np.sort(
            np.asarray(indices if isinstance(indices, np.ndarray) else list(indices), dtype=int)
        )
        return tuple(raw.decode() for raw in ids[chosen].tolist())

    def parts_of(self, pipe: int) -> range:
        """The part numbers of a pipe."""
        return range(int(self.part_starts[pipe]), int(self.part_starts[pipe + 1]))

    def part_at(self, pipe: int, fraction: float) -> int:
        """The part of a pipe on which `fraction` lies; a point on a cut is on the part after."""
        first = int(self.part_starts[pipe])
        cuts = self.cut_fractions[first - pipe : int(self.part_starts[pipe + 1]) - pipe - 1]
        return first + int(np.searchsorted(cuts, fraction, side="right"))

    # -- derived once, and kept with the rest -----------------------------------

    @cached_property
    def flow(self) -> Flow:
        """The ways that water may take."""
        return Flow.of(self)

    @cached_property
    def part_pipe(self) -> IntArray:
        """The pipe of each part."""
        counts = np.diff(self.part_starts)
        return np.repeat(np.arange(len(self.pipe_ids), dtype=np.int32), counts)

    @cached_property
    def parts_by_segment(self) -> Grouping:
        """Pipe parts of each segment."""
        return Grouping.of(self.part_segment, self.segment_count)

    @cached_property
    def customers_by_segment(self) -> Grouping:
        """Customers of each segment."""
        return Grouping.of(self.customer_segment, self.segment_count + 1)

    @cached_property
    def hydrants_by_segment(self) -> Grouping:
        """Hydrants of each segment."""
        return Grouping.of(self.hydrant_segment, self.segment_count + 1)

    @cached_property
    def sources_by_segment(self) -> Grouping:
        """Sources of each segment."""
        return Grouping.of(self.source_segment, self.segment_count)

    @cached_property
    def arcs_by_segment(self) -> Grouping:
        """Arcs at each segment; an arc k stands as k at its u side and as k + n at its v side."""
        both = np.concatenate([self.arc_u, self.arc_v])
        return Grouping.of(both, self.segment_count)

    @cached_property
    def arcs_by_valve(self) -> Grouping:
        """Arcs of each valve; group 0 holds the arcs without one, group v + 1 those of valve v."""
        return Grouping.of(self.arc_valve + 1, len(self.valve_ids) + 1)

    # -- keeping ----------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Write one `.npy` per array into `folder`, which must exist; derived arrays too."""
        for each in fields(self):
            np.save(folder / f"{each.name}.npy", np.asarray(getattr(self, each.name)))
        for name, kind in DERIVED.items():
            derived = getattr(self, name)
            if kind is None:
                np.save(folder / f"{name}.npy", derived)
                continue
            for each in fields(kind):
                np.save(folder / f"{name}.{each.name}.npy", getattr(derived, each.name))

    @classmethod
    def load(cls, folder: Path) -> "Topology":
        """Map what `save` wrote; processes that map one folder share its memory."""
        values = {each.name: mapped(folder, each.name) for each in fields(cls)}
        topology = cls(**{**values, "segment_count": int(values["segment_count"])})
        for name, kind in DERIVED.items():
            topology.__dict__[name] = (
                mapped(folder, name)
                if kind is None
                else kind(*(mapped(folder, f"{name}.{each.name}") for each in fields(kind)))
            )
        return topology


# What `cached_property` derives: its shape, None for a plain array.
DERIVED: dict[str, type[Grouping | Flow] | None] = {
    "flow": Flow,
    "part_pipe": None,
    "parts_by_segment": Grouping,
    "customers_by_segment": Grouping,
    "hydrants_by_segment": Grouping,
    "sources_by_segment": Grouping,
    "arcs_by_segment": Grouping,
    "arcs_by_valve": Grouping,
}


def mapped(folder: Path, name: str) -> Any:
    """An array of `folder` as a plain view of the mapped file: `np.memmap` is slow to index."""
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))
