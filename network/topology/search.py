"""Answer a burst in any state: one walk over the zone, then floods over the segment graph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from network.topology.answer import Burst, Found, segments_of
from network.topology.states import Masks, NetworkState, canonical, masks
from network.topology.structure import BoolArray, IntArray, Topology


def search(topology: Topology, bursts: Sequence[Burst], state: NetworkState) -> Found:
    """Answer `bursts` together, as one question, in `state`.

    Cost: one trace over the zone, one flood for the supply afterwards, and one for the supply
    before, which is remembered for the last few states.
    """
    state = canonical(topology, state)
    trace = trace_zone(topology, set(segments_of(topology, bursts)), masks(topology, state))
    before = supplied_before(topology, state.of_supply())
    return _Question(topology, masks(topology, state), trace, before).found()


@lru_cache(maxsize=8)
def supplied_before(topology: Topology, state: NetworkState) -> BoolArray:
    """Which segments have water in `state`; remembered for the last few states."""
    return supplied(topology, masks(topology, state))


# -- RULES 1 and 2 --------------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """What a trace found: segments of the zone, and valves by what they did to it."""

    zone: IntArray
    boundary: IntArray
    already_closed: IntArray
    walked: IntArray


def trace_zone(topology: Topology, start: set[int], holds: Masks) -> Trace:
    """Walk against the flow from the burst until valves stop it."""
    zone, queue = set(start), list(start)
    stopped: set[int] = set()
    closed: set[int] = set()
    walked: set[int] = set()
    while queue:
        for valve, beyond in upstream(topology, queue.pop()):
            if valve >= 0 and holds.closed[valve]:
                closed.add(valve)
            elif valve >= 0 and not holds.walked[valve]:
                stopped.add(valve)
            else:
                if valve >= 0:
                    walked.add(valve)
                if beyond not in zone:
                    zone.add(beyond)
                    queue.append(beyond)
    inside = {valve for valve in stopped if _is_inside(topology, valve, zone)}
    # A valve all of whose pipes are inside belongs to the zone, and so does its junction.
    zone |= {int(topology.valve_hub[valve]) for valve in inside if topology.valve_hub[valve] >= 0}
    closed = {valve for valve in closed if not _is_inside(topology, valve, zone)}
    return Trace(
        zone=_array(zone),
        boundary=_array(stopped - inside),
        already_closed=_array(closed),
        walked=_array(walked),
    )


def upstream(topology: Topology, segment: int) -> Iterable[tuple[int, int]]:
    """Valve (-1 for none) and segment beyond of every arc over which water could come in."""
    count, at = len(topology.arc_u), topology.arcs_by_segment
    for stood in at.items[at.starts[segment] : at.starts[segment + 1]].tolist():
        if stood < count:  # the arc stands at its u side: water comes from v
            if topology.arc_backward[stood]:
                yield topology.arc_valve.item(stood), topology.arc_v.item(stood)
        elif topology.arc_forward[stood - count]:
            yield topology.arc_valve.item(stood - count), topology.arc_u.item(stood - count)


def _is_inside(topology: Topology, valve: int, zone: set[int]) -> bool:
    """Whether all pipes that a valve stands between lie in the zone, or both its own sides do."""
    end, hub = int(topology.valve_end[valve]), int(topology.valve_hub[valve])
    if end in zone and hub in zone:
        return True
    first, stop = topology.valve_side_starts[valve : valve + 2].tolist()
    return zone.issuperset(topology.valve_sides[first:stop].tolist())


# -- RULE 4 ---------------------------------------------------------------------


def supplied(
    topology: Topology,
    holds: Masks,
    *,
    shut: IntArray | None = None,
    removed: IntArray | None = None,
) -> BoolArray:
    """Which segments water reaches from an active source, along open arcs and with the flow.

    `shut` valves count as closed too; `removed` segments carry nothing, and sources in
    them feed nothing. One entry per segment, and a last False for what hangs on nothing.
    """
    flow, above = topology.flow, topology.segment_count
    # A way that is no way leads back to where every flood begins.
    heads = _open_ways(topology, holds).copy()
    if shut is not None and len(shut):
        arcs = topology.arcs_by_valve.of_segments((np.asarray(shut) + 1).tolist())
        ways = np.concatenate([flow.way_forward[arcs], flow.way_backward[arcs]])
        heads[ways[ways >= 0]] = above
    if removed is not None:
        for segment in removed.tolist():
            heads[flow.starts[segment] : flow.starts[segment + 1]] = above
    graph = csr_matrix((flow.ones, heads, flow.starts), shape=(above + 1, above + 1), copy=False)
    reached = breadth_first_order(graph, above, directed=True, return_predecessors=False)
    wet = np.zeros(above + 1, dtype=bool)
    wet[reached] = True
    wet[above] = False
    if removed is not None:
        wet[removed] = False
    return wet


def _open_ways(topology: Topology, holds: Masks) -> IntArray:
    """Heads of all ways; those that are shut or come from a source without water lead nowhere."""
    return _heads(topology, holds.closed.tobytes(), holds.active.tobytes())


@lru_cache(maxsize=4)
def _heads(topology: Topology, closed: bytes, active: bytes) -> IntArray:
    flow, above = topology.flow, topology.segment_count
    heads = np.array(flow.heads)
    ways = len(heads) - len(active)
    shut = np.frombuffer(closed, dtype=bool)
    if len(shut):
        valve = topology.arc_valve[flow.arcs[:ways]]
        heads[:ways][(valve >= 0) & shut[valve]] = above
    heads[ways:][~np.frombuffer(active, dtype=bool)] = above
    return heads


# -- RULES 3 to 5 ---------------------------------------------------------------


@dataclass(frozen=True)
class _Question:
    topology: Topology
    holds: Masks
    trace: Trace
    before: BoolArray

    def found(self) -> Found:
        topology, zone = self.topology, self.trace.zone
        after = supplied(topology, self.holds, shut=self.trace.boundary, removed=zone)
        newly_dry = self.before & ~after
        dry = np.flatnonzero(newly_dry).tolist()
        newly_dry[zone] = False
        in_zone = topology.customers_by_segment.of_segments(zone.tolist())
        was_wet = self.before[topology.customer_segment[in_zone]]
        unintended = topology.customers_by_segment.of_segments(np.flatnonzero(newly_dry).tolist())
        affected = np.concatenate([in_zone[was_wet], unintended])
        sources = topology.sources_by_segment.of_segments(zone.tolist())
        return Found(
            zone_pipes=self._pipes(zone.tolist()),
            boundary=self.trace.boundary.tolist(),
            to_close=self._valves_that_matter(after),
            already_closed=self.trace.already_closed.tolist(),
            walked=self.trace.walked,
            sources=sources[self.holds.active[sources]],
            pipes_dry=self._pipes(dry),
            isolated=in_zone[was_wet],
            unintended=unintended,
            already_dry=in_zone[~was_wet],
            hydrants_dry=topology.hydrants_by_segment.of_segments(dry),
            persons=int(topology.customer_persons[affected].sum(dtype=np.int64)),
            was_wet=bool(self.before[zone].any()),
        )

    def _pipes(self, segments: Iterable[int]) -> IntArray:
        parts = self.topology.parts_by_segment.of_segments(segments)
        return np.asarray(self.topology.part_pipe[parts])

    def _valves_that_matter(self, after: BoolArray) -> list[int]:
        """`after` is the supply with every boundary valve shut and the zone taken out."""
        zone, boundary = set(self.trace.zone.tolist()), set(self.trace.boundary.tolist())
        return [valve for valve in boundary if self._lets_water_in(valve, zone, boundary, after)]

    def _lets_water_in(
        self, valve: int, zone: set[int], boundary: set[int], after: BoolArray
    ) -> bool:
        """Whether water outside comes through this valve, opened alone, into the zone.

        Nearly always one or two steps: over the valve, or into its junction and out again.
        """
        reached = set(self._through(valve, after))
        queue = list(reached)
        while queue:
            segment = queue.pop()
            if segment in zone:
                return True
            for beyond in self._downstream(segment, boundary - {valve}):
                if beyond not in reached and not after[beyond]:
                    reached.add(beyond)
                    queue.append(beyond)
        return False

    def _through(self, valve: int, after: BoolArray) -> Iterable[int]:
        """Segments that water outside the zone steps into over one valve."""
        topology = self.topology
        for arc in topology.arcs_by_valve.of_segments([valve + 1]).tolist():
            u, v = topology.arc_u.item(arc), topology.arc_v.item(arc)
            if after[u] and topology.arc_forward[arc]:
                yield v
            if after[v] and topology.arc_backward[arc]:
                yield u

    def _downstream(self, segment: int, shut: set[int]) -> Iterable[int]:
        """Segments that water flows into while the `shut` valves are closed as well."""
        topology, flow = self.topology, self.topology.flow
        first, stop = flow.starts[segment : segment + 2].tolist()
        for arc, head in zip(
            flow.arcs[first:stop].tolist(), flow.heads[first:stop].tolist(), strict=True
        ):
            valve = topology.arc_valve.item(arc)
            if valve < 0 or not (self.holds.closed[valve] or valve in shut):
                yield head


def _array(found: set[int]) -> IntArray:
    return np.fromiter(sorted(found), dtype=np.int32, count=len(found))
