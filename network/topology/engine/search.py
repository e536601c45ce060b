"""Answer a burst in any state: one walk over the zone, then floods over the segment graph."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from network.topology.engine.answer import Burst, Found, segments_of
from network.topology.engine.ready import ReadyState
from network.topology.engine.states import Masks, NetworkState, canonical, masks
from network.topology.engine.structure import BoolArray, IntArray, Topology


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
    inside = {valve for valve in stopped if _is_inside(topology, holds, valve, zone)}
    # A valve all of whose pipes are inside belongs to the zone, and so does its junction.
    zone |= {int(topology.valve_hub[valve]) for valve in inside if topology.valve_hub[valve] >= 0}
    closed = {valve for valve in closed if not _is_inside(topology, holds, valve, zone)}
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


def _is_inside(topology: Topology, holds: Masks, valve: int, zone: set[int]) -> bool:
    """Whether all pipes that a valve stands between lie in the zone, or both its own sides do.

    One that keeps a source at its own junction out of the zone does not stand inside.
    """
    end, hub = int(topology.valve_end[valve]), int(topology.valve_hub[valve])
    if end in zone and hub in zone:
        return True
    first, stop = topology.valve_side_starts[valve : valve + 2].tolist()
    if not zone.issuperset(topology.valve_sides[first:stop].tolist()):
        return False
    if hub < 0 or hub in zone:
        return True
    return not holds.active[topology.sources_by_segment.of_segments([hub])].any()


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


# -- the question --------------------------------------------------------------


def search(
    topology: Topology,
    bursts: Sequence[Burst],
    state: NetworkState,
    ready: ReadyState | None = None,
) -> Found:
    """Answer `bursts` together, as one question, in `state`.

    Cost: one trace over the zone, and what hangs around it where `ready` is of a state that
    differs by closed valves and silent sources alone (or not at all). Else two floods of the
    segment graph: the supply afterwards, and the one before, remembered for the last few states.
    """
    state = canonical(topology, state)
    holds = masks(topology, state)
    trace = trace_zone(topology, set(segments_of(topology, bursts)), holds)
    supply = None
    if ready is not None:
        supply = _beside(topology, ready, state, trace)
    if supply is None:
        supply = _flooded(topology, state, trace)
    return _found(topology, holds, trace, supply)


@dataclass(frozen=True)
class Supply:
    """Whether a segment has water before and after a zone is shut off, and what loses it."""

    before: Callable[[int], bool]
    after: Callable[[int], bool]
    newly_dry: Collection[int]


def _flooded(topology: Topology, state: NetworkState, trace: Trace) -> Supply:
    before = supplied_before(topology, state.of_supply())
    after = supplied(topology, masks(topology, state), shut=trace.boundary, removed=trace.zone)
    return Supply(before.item, after.item, np.flatnonzero(before & ~after).tolist())


def _beside(
    topology: Topology, ready: ReadyState, state: NetworkState, trace: Trace
) -> Supply | None:
    """The same by the ready state's tree; None where valves or sources gave water since."""
    shut = (state.closed - ready.state.closed) | (ready.state.opened - state.opened)
    opened = (ready.state.closed - state.closed) | (state.opened - ready.state.opened)
    silent = state.inactive_sources - ready.state.inactive_sources
    silent |= ready.state.active_sources - state.active_sources
    revived = ready.state.inactive_sources - state.inactive_sources
    revived |= state.active_sources - ready.state.active_sources
    if opened or revived:
        return None
    more = [topology.index("valve", each) for each in shut]
    unfed = _unfed(topology, masks(topology, state), silent)
    tree, boundary = ready.tree, trace.boundary.tolist()
    was_lost = tree.lost((), more, unfed) if more or unfed else set()
    lost = tree.lost(trace.zone.tolist(), [*more, *boundary], unfed)
    wet = tree.wet.item
    return Supply(
        before=lambda segment: wet(segment) and segment not in was_lost,
        after=lambda segment: wet(segment) and segment not in lost,
        newly_dry=lost - was_lost,
    )


def _unfed(topology: Topology, holds: Masks, silent: Iterable[str]) -> set[int]:
    """The segments in which no source is active any more once some are silent."""
    found = {topology.source_segment.item(topology.index("source", each)) for each in silent}
    at = topology.sources_by_segment
    return {segment for segment in found if not holds.active[at.of_segments([segment])].any()}


# -- RULES 3 to 5 ---------------------------------------------------------------


def _found(topology: Topology, holds: Masks, trace: Trace, supply: Supply) -> Found:
    zone = trace.zone.tolist()
    had_water = [segment for segment in zone if supply.before(segment)]
    had_none = [segment for segment in zone if not supply.before(segment)]
    outside = set(supply.newly_dry).difference(zone)
    customers = topology.customers_by_segment
    isolated, unintended = customers.of_segments(had_water), customers.of_segments(outside)
    persons = topology.customer_persons
    sources = topology.sources_by_segment.of_segments(zone)
    return Found(
        zone_pipes=_pipes(topology, zone),
        boundary=trace.boundary.tolist(),
        to_close=valves_that_matter(topology, holds, trace, supply.after),
        already_closed=trace.already_closed.tolist(),
        walked=trace.walked,
        sources=sources[holds.active[sources]],
        pipes_dry=_pipes(topology, supply.newly_dry),
        isolated=isolated,
        unintended=unintended,
        already_dry=customers.of_segments(had_none),
        hydrants_dry=topology.hydrants_by_segment.of_segments(supply.newly_dry),
        persons=int(
            persons[isolated].sum(dtype=np.int64) + persons[unintended].sum(dtype=np.int64)
        ),
        was_wet=bool(had_water),
    )


def _pipes(topology: Topology, segments: Iterable[int]) -> IntArray:
    return np.asarray(topology.part_pipe[topology.parts_by_segment.of_segments(segments)])


def valves_that_matter(
    topology: Topology, holds: Masks, trace: Trace, after: Callable[[int], bool]
) -> list[int]:
    """The boundary valves to close. `after`: the supply with all of them shut, without the zone."""
    return _Boundary(topology, holds, trace, after).that_matter()


class _Boundary:
    """The boundary valves of a zone, opened one at a time."""

    def __init__(
        self, topology: Topology, holds: Masks, trace: Trace, after: Callable[[int], bool]
    ) -> None:
        self.topology, self.holds, self.after = topology, holds, after
        self.zone, self.valves = set(trace.zone.tolist()), set(trace.boundary.tolist())

    def that_matter(self) -> list[int]:
        """Those through which, alone open, water comes in."""
        return [valve for valve in self.valves if self._lets_water_in(valve)]

    def _lets_water_in(self, valve: int) -> bool:
        """Whether water outside comes through this valve, opened alone, into the zone.

        Nearly always one or two steps: over the valve, or into its junction and out again.
        """
        reached = set(self._through(valve))
        queue = list(reached)
        while queue:
            segment = queue.pop()
            if segment in self.zone:
                return True
            for beyond in self._downstream(segment, valve):
                if beyond not in reached and not self.after(beyond):
                    reached.add(beyond)
                    queue.append(beyond)
        return False

    def _through(self, valve: int) -> Iterable[int]:
        """Segments that water outside the zone steps into over one valve."""
        topology = self.topology
        for arc in topology.arcs_by_valve.of_segments([valve + 1]).tolist():
            u, v = topology.arc_u.item(arc), topology.arc_v.item(arc)
            if self.after(u) and topology.arc_forward[arc]:
                yield v
            if self.after(v) and topology.arc_backward[arc]:
                yield u

    def _downstream(self, segment: int, opened: int) -> Iterable[int]:
        """Segments that water flows into while the other boundary valves are shut."""
        topology, flow = self.topology, self.topology.flow
        first, stop = flow.starts[segment : segment + 2].tolist()
        for arc, head in zip(
            flow.arcs[first:stop].tolist(), flow.heads[first:stop].tolist(), strict=True
        ):
            valve = topology.arc_valve.item(arc)
            shut = valve != opened and valve in self.valves
            if valve < 0 or not (self.holds.closed[valve] or shut):
                yield head


def _array(found: set[int]) -> IntArray:
    return np.fromiter(sorted(found), dtype=np.int32, count=len(found))
