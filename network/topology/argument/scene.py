"""An answered question laid out for argument: what is wet, what leads where, over which valves.

The answer itself (`isolation`) says what; whoever asks why, what else, or what then needs the
ways that water takes. A `Scene` holds them for one question, as positions in the arrays.

RULE 1  Shut are the valves closed before and all boundary valves. Boundary valves that need
        not be closed change nothing, so the water is the same as with the plan carried out.
RULE 2  `tree` is a breadth-first tree of the water that is left, from the sources outside the
        zone. Its ways pass the fewest segments, so nearly the fewest valves.
RULE 3  `inner` is all from which water would reach the burst with those valves shut, each with
        its next step. A valve lets water in when, opened alone, it joins the two.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from network.topology.engine.answer import Burst, Found, segments_of
from network.topology.engine.isolation import find
from network.topology.engine.ready import ReadyState
from network.topology.engine.search import supplied_before, trace_zone, upstream
from network.topology.engine.states import Masks, NetworkState, canonical, masks
from network.topology.engine.structure import BoolArray, IntArray, Topology

NOWHERE = -9999  # what scipy calls the parent of what was not reached
Hop = tuple[int, int]  # the valve to pass (-1 for none) and the segment then reached


_NONE: IntArray = np.array([], dtype=np.int32)
NOTHING_BURST = Found(
    zone_pipes=_NONE,
    boundary=(),
    to_close=(),
    already_closed=(),
    walked=_NONE,
    sources=_NONE,
    pipes_dry=_NONE,
    isolated=_NONE,
    unintended=_NONE,
    already_dry=_NONE,
    hydrants_dry=_NONE,
    persons=0,
    was_wet=False,
)


@dataclass(frozen=True)
class Trail:
    """A way on segments: `valves[n]` (-1 for none) lies between `segments[n]` and the next."""

    segments: tuple[int, ...]
    valves: tuple[int, ...]

    def then(self, valve: int, other: "Trail") -> "Trail":
        """This way, then over `valve`, then `other`."""
        return Trail(self.segments + other.segments, (*self.valves, valve, *other.valves))


@dataclass(frozen=True, eq=False)
class Scene:
    """One question, answered, on a topology's arrays.

    `ready` is a ready state of the same topology, if there is one: variants of the question are
    then answered beside the zone instead of flooding the network.
    """

    topology: Topology
    bursts: tuple[Burst, ...]
    state: NetworkState
    found: Found
    ready: ReadyState | None = None

    @classmethod
    def of(
        cls,
        topology: Topology,
        bursts: Sequence[Burst],
        state: NetworkState | None = None,
        ready: ReadyState | None = None,
    ) -> "Scene":
        """Ask and lay out. Raises UnknownAsset, and TopologyError without a burst."""
        known = canonical(topology, state or NetworkState())
        found = find(topology, bursts, known, ready)
        return cls(topology, tuple(bursts), known, found, ready)

    @classmethod
    def at_rest(cls, topology: Topology, state: NetworkState | None = None) -> "Scene":
        """Lay out the water as valves and sources stand, without any burst."""
        known = canonical(topology, state or NetworkState())
        return cls(topology, (), known, NOTHING_BURST)

    @cached_property
    def holds(self) -> Masks:
        """The state on the arrays."""
        return masks(self.topology, self.state)

    @cached_property
    def burst_segments(self) -> frozenset[int]:
        """Where the burst may be."""
        return frozenset(segments_of(self.topology, self.bursts) if self.bursts else ())

    @cached_property
    def zone(self) -> IntArray:
        """Segments of the zone."""
        return trace_zone(self.topology, set(self.burst_segments), self.holds).zone

    @cached_property
    def boundary(self) -> frozenset[int]:
        """Boundary valves."""
        return frozenset(self.found.boundary)

    @cached_property
    def before(self) -> BoolArray:
        """Which segments had water before; one more False for what hangs on nothing."""
        wet: BoolArray = supplied_before(self.topology, self.state.of_supply())
        return wet

    @cached_property
    def tree(self) -> IntArray:
        """Where the water of each segment comes from with the plan carried out (RULE 2).

        `segment_count` for a segment with a source of its own, NOWHERE for a dry one.
        """
        return water_tree(self.topology, self.holds, shut=self.boundary, removed=self.zone)

    @cached_property
    def after(self) -> BoolArray:
        """Which segments have water with the plan carried out; one more False."""
        wet: BoolArray = self.tree != NOWHERE
        wet[self.zone] = False
        wet[-1] = False
        return wet

    @cached_property
    def newly_dry(self) -> BoolArray:
        """Which segments lose water by the plan; one more False."""
        dry: BoolArray = self.before & ~self.after
        return dry

    @cached_property
    def thirsty(self) -> frozenset[int]:
        """Segments of customers whom the plan cuts off outside the zone."""
        segments = self.topology.customer_segment[self.found.unintended]
        return frozenset(np.unique(segments).tolist())

    @cached_property
    def inner(self) -> dict[int, Hop]:
        """RULE 3: the next step towards the burst; (-1, -1) where it is."""
        hops: dict[int, Hop] = dict.fromkeys(sorted(self.burst_segments), (-1, -1))
        queue = list(hops)
        for segment in queue:  # grows while it is walked: nearest first
            for valve, beyond in upstream(self.topology, segment):
                if beyond not in hops and not self._is_shut(valve):
                    hops[beyond] = (valve, segment)
                    queue.append(beyond)
        return hops

    def _is_shut(self, valve: int, opened: int = -1) -> bool:
        if valve < 0 or valve == opened:
            return False
        return valve in self.boundary or self.holds.closed.item(valve)

    # -- ways -------------------------------------------------------------------

    def way_in(self, valve: int) -> Trail | None:
        """How water outside reaches the burst when `valve` alone is (left) open; None if never."""
        came: dict[int, tuple[int, int]] = {}  # segment -> the one before, and the valve between
        queue: list[int] = []
        for tail, head in self.through(valve):
            if self.after[tail] and not self.after[head] and head not in came:
                came[head] = (tail, valve)
                queue.append(head)
        for segment in queue:
            if segment in self.inner:
                return self._joined(segment, came)
            for over, beyond in self.downstream(segment):
                if beyond not in came and not self.after[beyond] and not self._is_shut(over, valve):
                    came[beyond] = (segment, over)
                    queue.append(beyond)
        return None

    def newly_wet(self, opened: Collection[int]) -> set[int]:
        """Segments that get water when `opened` are open and all boundary valves are shut.

        A walk over just these: nothing that is wet anyway is looked at.
        """
        found = {
            head
            for valve in opened
            for tail, head in self.through(valve)
            if self.after[tail] and not self.after[head]
        }
        queue = sorted(found)
        for segment in queue:
            for over, beyond in self.downstream(segment):
                if beyond in found or self.after[beyond]:
                    continue
                if over in opened or not self._is_shut(over):
                    found.add(beyond)
                    queue.append(beyond)
        return found

    def _joined(self, segment: int, came: dict[int, tuple[int, int]]) -> Trail:
        trail = self.way_to_burst(segment)
        while segment in came:
            tail, over = came[segment]
            trail = Trail((tail,), ()).then(over, trail)
            segment = tail
        outside = self.way_from_source(segment)
        return Trail(outside.segments[:-1] + trail.segments, outside.valves + trail.valves)

    def way_from_source(self, segment: int) -> Trail:
        """How water gets to a segment that is wet with the plan carried out."""
        segments, valves = [segment], []
        while (tail := self.tree.item(segment)) != self.topology.segment_count:
            if segment not in self._fed_over:
                self._fed_over[segment] = self._valve_between(tail, segment)
            valves.append(self._fed_over[segment])
            segments.append(tail)
            segment = tail
        return Trail(tuple(reversed(segments)), tuple(reversed(valves)))

    def _valve_between(self, tail: int, segment: int) -> int:
        """A valve that is not shut and lets water from one segment into the next; -1 for none."""
        return next(
            valve
            for valve, head in self.downstream(tail)
            if head == segment and not self._is_shut(valve)
        )

    @cached_property
    def _fed_over(self) -> dict[int, int]:
        """The valve over which each wet segment that was looked at gets its water.

        Ways of one scene share most of their course: what they share is looked up once.
        """
        return {}

    def way_to_burst(self, segment: int) -> Trail:
        """How water in an inner segment gets to the burst."""
        segments, valves = [segment], []
        while (hop := self.inner[segment])[1] >= 0:
            valve, segment = hop
            valves.append(valve)
            segments.append(segment)
        return Trail(tuple(segments), tuple(valves))

    def through(self, valve: int) -> Iterator[tuple[int, int]]:
        """Tail and head of every way that water may take over one valve."""
        topology = self.topology
        for arc in topology.arcs_by_valve.of_segments([valve + 1]).tolist():
            u, v = topology.arc_u.item(arc), topology.arc_v.item(arc)
            if topology.arc_forward[arc]:
                yield u, v
            if topology.arc_backward[arc]:
                yield v, u

    def upstream(self, segment: int) -> Iterable[Hop]:
        """Valve and segment of every way into a segment, whatever the valves' states."""
        return upstream(self.topology, segment)

    def downstream(self, segment: int) -> Iterator[Hop]:
        """Valve and segment of every way out of a segment, whatever the valves' states."""
        return downstream(self.topology, segment)


def downstream(topology: Topology, segment: int) -> Iterator[Hop]:
    """Valve (-1 for none) and segment beyond of every way out of a segment."""
    flow = topology.flow
    first, stop = flow.starts[segment : segment + 2].tolist()
    for arc, head in zip(
        flow.arcs[first:stop].tolist(), flow.heads[first:stop].tolist(), strict=True
    ):
        yield topology.arc_valve.item(arc), head


def water_tree(
    topology: Topology,
    holds: Masks,
    *,
    shut: Collection[int] = (),
    removed: IntArray | None = None,
) -> IntArray:
    """Where each segment's water comes from: a segment, `segment_count` for its own source.

    NOWHERE for dry segments. `shut` valves count as closed too; `removed` segments pass nothing
    on, and their sources feed nothing. One flood; one entry per segment and one more.
    """
    flow, above = topology.flow, topology.segment_count
    heads = np.array(flow.heads)
    ways = len(heads) - len(holds.active)
    closed = np.array(holds.closed)
    closed[list(shut)] = True
    if len(closed):
        valve = topology.arc_valve[flow.arcs[:ways]]
        heads[:ways][(valve >= 0) & closed[valve]] = above  # leads back to where floods begin
    heads[ways:][~holds.active] = above
    if removed is not None:
        gone = np.zeros(above + 1, dtype=bool)
        gone[removed] = True
        heads[gone[heads]] = above
        for segment in removed.tolist():
            heads[flow.starts[segment] : flow.starts[segment + 1]] = above
    graph = csr_matrix((flow.ones, heads, flow.starts), shape=(above + 1, above + 1), copy=False)
    parents: IntArray = breadth_first_order(graph, above, directed=True)[1]
    return parents


def pipes_in(topology: Topology, segments: Iterable[int]) -> IntArray:
    """The pipes of which parts lie in `segments`, each once."""
    parts = topology.parts_by_segment.of_segments(segments)
    found: IntArray = np.unique(topology.part_pipe[parts])
    return found


def valves_at(topology: Topology, segments: Iterable[int]) -> IntArray:
    """The valves that stand between `segments` and others, each once."""
    arcs = topology.arcs_by_segment.of_segments(segments) % len(topology.arc_u)
    found: IntArray = np.unique(topology.arc_valve[arcs])
    return found[found >= 0]
