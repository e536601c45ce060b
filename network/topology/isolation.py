"""Answer a burst: what to close, who is dry, and what valves alone cannot do.

RULE 1  The zone is all from which water could reach the burst without passing a valve that
        is closed, or open and operable. One-way devices are walked against their flow.
RULE 2  Boundary valves are the open, operable ones where the trace stopped, less those
        whose every side lies inside the zone. Closed ones are listed apart.
RULE 3  A boundary valve is to be closed if, with all the others shut and it left open,
        water from an active source outside the zone would reach the burst.
RULE 4  What had supply before and is in the zone, or has no path left from an active
        source outside it, is newly dry. What was dry before is never newly affected.
RULE 5  An active source inside the zone cannot be shut out by valves: it is named, and the
        rest of the answer holds once it is shut.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from network.topology.elements import TopologyError
from network.topology.states import Masks, NetworkState, masks
from network.topology.structure import BoolArray, IntArray, Topology


@dataclass(frozen=True)
class Burst:
    """A burst pipe; without a fraction the burst may be anywhere on it."""

    pipe: str
    fraction: float | None = None


@dataclass(frozen=True)
class Caution:
    """Something about the answer that a person should know. `facts` fill the text."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Isolation:
    """The answer to one question. All lists are sorted asset ids."""

    bursts: tuple[Burst, ...]
    is_isolatable: bool
    zone_pipes: tuple[str, ...]
    boundary_valves: tuple[str, ...]
    valves_to_close: tuple[str, ...]
    valves_already_closed: tuple[str, ...]
    valves_walked_through: tuple[str, ...]
    sources_to_shut: tuple[str, ...]
    pipes_dry: tuple[str, ...]
    customers_isolated: tuple[str, ...]
    customers_unintended: tuple[str, ...]
    customers_already_dry: tuple[str, ...]
    hydrants_dry: tuple[str, ...]
    persons: int
    warnings: tuple[Caution, ...]

    @property
    def customers(self) -> int:
        """How many customers newly lose water, in the zone and outside it."""
        return len(self.customers_isolated) + len(self.customers_unintended)


def isolate(
    topology: Topology, bursts: Sequence[Burst], state: NetworkState | None = None
) -> Isolation:
    """Answer `bursts` together, as one question, in `state`.

    Cost: one trace over the zone and two searches over the segment graph.
    Raises UnknownAsset for an id the network does not have, TopologyError without a burst.
    """
    if not bursts:
        msg = "name at least one burst pipe"
        raise TopologyError(msg)
    holds = masks(topology, state or NetworkState())
    trace = _trace(topology, _burst_segments(topology, bursts), holds)
    before = supplied(topology, holds)
    after = supplied(topology, holds, shut=trace.boundary, removed=trace.zone)
    return _Answer(topology, tuple(bursts), holds, trace, before, after).isolation()


@dataclass(frozen=True)
class _Trace:
    zone: IntArray
    boundary: IntArray
    already_closed: IntArray
    walked: IntArray


def _burst_segments(topology: Topology, bursts: Sequence[Burst]) -> set[int]:
    found: set[int] = set()
    for burst in bursts:
        pipe = topology.index("pipe", burst.pipe)
        if burst.fraction is None:
            parts: Iterable[int] = topology.parts_of(pipe)
        else:
            parts = [topology.part_at(pipe, burst.fraction)]
        found.update(int(topology.part_segment[part]) for part in parts)
    return found


def _trace(topology: Topology, start: set[int], holds: Masks) -> _Trace:
    """RULES 1 and 2: walk against the flow from the burst until valves stop it."""
    count = len(topology.arc_u)
    at = topology.arcs_by_segment
    zone, queue = set(start), list(start)
    stopped: set[int] = set()
    closed: set[int] = set()
    walked: set[int] = set()
    while queue:
        segment = queue.pop()
        for stood in at.items[at.starts[segment] : at.starts[segment + 1]].tolist():
            arc = stood - count if stood >= count else stood
            from_v = stood < count  # the arc stands at its u side: water comes from v
            if not (topology.arc_backward[arc] if from_v else topology.arc_forward[arc]):
                continue
            valve = int(topology.arc_valve[arc])
            if valve >= 0 and holds.closed[valve]:
                closed.add(valve)
            elif valve >= 0 and not holds.walked[valve]:
                stopped.add(valve)
            else:
                if valve >= 0:
                    walked.add(valve)
                beyond = int(topology.arc_v[arc] if from_v else topology.arc_u[arc])
                if beyond not in zone:
                    zone.add(beyond)
                    queue.append(beyond)
    inside = {valve for valve in stopped if _is_inside(topology, valve, zone)}
    # A valve all of whose pipes are inside belongs to the zone, and so does its junction.
    zone |= {int(topology.valve_hub[valve]) for valve in inside if topology.valve_hub[valve] >= 0}
    closed = {valve for valve in closed if not _is_inside(topology, valve, zone)}
    return _Trace(
        zone=_array(zone),
        boundary=_array(stopped - inside),
        already_closed=_array(closed),
        walked=_array(walked),
    )


def _downstream(topology: Topology, segment: int, shut: BoolArray) -> Iterable[int]:
    """Neighbours that water in a segment flows into while the `shut` valves are closed."""
    count, at = len(topology.arc_u), topology.arcs_by_segment
    for stood in at.items[at.starts[segment] : at.starts[segment + 1]].tolist():
        arc = stood - count if stood >= count else stood
        valve = int(topology.arc_valve[arc])
        if valve >= 0 and shut[valve]:
            continue
        if stood < count and topology.arc_forward[arc]:
            yield int(topology.arc_v[arc])
        elif stood >= count and topology.arc_backward[arc]:
            yield int(topology.arc_u[arc])


def _is_inside(topology: Topology, valve: int, zone: set[int]) -> bool:
    """Whether all pipes that a valve stands between lie in the zone, or both its own sides do."""
    end, hub = int(topology.valve_end[valve]), int(topology.valve_hub[valve])
    if end in zone and hub in zone:
        return True
    first, stop = topology.valve_side_starts[valve : valve + 2].tolist()
    return zone.issuperset(topology.valve_sides[first:stop].tolist())


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
    closed = holds.closed
    if shut is not None and len(shut):
        closed = closed.copy()
        closed[shut] = True
    wet = np.zeros(topology.segment_count + 1, dtype=bool)
    gone = np.zeros(topology.segment_count, dtype=bool)
    if removed is not None:
        gone[removed] = True
    fed = np.unique(topology.source_segment[holds.active])
    fed = fed[~gone[fed]]
    if not len(fed):
        return wet
    valve = np.asarray(topology.arc_valve)
    passes = (valve < 0) | ~closed[valve] if len(closed) else np.ones(len(valve), bool)
    passes &= ~gone[topology.arc_u] & ~gone[topology.arc_v]
    forward, backward = passes & topology.arc_forward, passes & topology.arc_backward
    above = topology.segment_count  # a super-source that feeds every fed segment
    heads = np.concatenate(
        [topology.arc_u[forward], topology.arc_v[backward], np.full(len(fed), above, np.int32)]
    )
    tails = np.concatenate([topology.arc_v[forward], topology.arc_u[backward], fed])
    graph = csr_matrix(
        (np.ones(len(heads), dtype=np.int8), (heads, tails)), shape=(above + 1, above + 1)
    )
    reached = breadth_first_order(graph, above, directed=True, return_predecessors=False)
    wet[reached] = True
    wet[above] = False
    return wet


@dataclass(frozen=True)
class _Answer:
    """RULES 3 to 5, and the names of it all."""

    topology: Topology
    bursts: tuple[Burst, ...]
    holds: Masks
    trace: _Trace
    before: BoolArray
    after: BoolArray

    def isolation(self) -> Isolation:
        topology, trace = self.topology, self.trace
        zone_mask = np.zeros(topology.segment_count + 1, dtype=bool)
        zone_mask[trace.zone] = True
        newly_dry = self.before & ~self.after
        outside = np.flatnonzero(newly_dry & ~zone_mask)
        in_zone = topology.customers_by_segment.of_segments(trace.zone.tolist())
        was_wet = self.before[topology.customer_segment[in_zone]]
        unintended = topology.customers_by_segment.of_segments(outside.tolist())
        affected = np.concatenate([in_zone[was_wet], unintended])
        sources = self._sources_in_zone()
        dry = np.flatnonzero(newly_dry).tolist()
        return Isolation(
            bursts=self.bursts,
            is_isolatable=not len(sources),
            zone_pipes=self._pipes(trace.zone.tolist()),
            boundary_valves=topology.names("valve", trace.boundary),
            valves_to_close=topology.names("valve", self._valves_that_matter()),
            valves_already_closed=topology.names("valve", trace.already_closed),
            valves_walked_through=topology.names("valve", trace.walked),
            sources_to_shut=topology.names("source", sources),
            pipes_dry=self._pipes(dry),
            customers_isolated=topology.names("customer", in_zone[was_wet]),
            customers_unintended=topology.names("customer", unintended),
            customers_already_dry=topology.names("customer", in_zone[~was_wet]),
            hydrants_dry=topology.names("hydrant", topology.hydrants_by_segment.of_segments(dry)),
            persons=int(topology.customer_persons[affected].sum(dtype=np.int64)),
            warnings=tuple(self._warnings(sources)),
        )

    def _sources_in_zone(self) -> IntArray:
        found = self.topology.sources_by_segment.of_segments(self.trace.zone.tolist())
        return found[self.holds.active[found]]

    def _valves_that_matter(self) -> list[int]:
        """RULE 3. `after` is the supply with every boundary valve shut and the zone taken out."""
        return [valve for valve in self.trace.boundary.tolist() if self._lets_water_in(valve)]

    def _lets_water_in(self, valve: int) -> bool:
        """Whether water outside comes through this valve, opened alone, into the zone.

        Nearly always one or two steps: over the valve, or into its junction and out again.
        """
        topology, zone = self.topology, set(self.trace.zone.tolist())
        shut = self.holds.closed.copy()
        shut[self.trace.boundary] = True
        shut[valve] = False
        reached = set(self._through(valve))
        queue = list(reached)
        while queue:
            segment = queue.pop()
            if segment in zone:
                return True
            for beyond in _downstream(topology, segment, shut):
                if beyond not in reached and not self.after[beyond]:
                    reached.add(beyond)
                    queue.append(beyond)
        return False

    def _through(self, valve: int) -> Iterable[int]:
        """Segments that water outside the zone steps into over one valve."""
        topology = self.topology
        for arc in topology.arcs_by_valve.of_segments([valve + 1]).tolist():
            u, v = int(topology.arc_u[arc]), int(topology.arc_v[arc])
            if self.after[u] and topology.arc_forward[arc]:
                yield v
            if self.after[v] and topology.arc_backward[arc]:
                yield u

    def _pipes(self, segments: Iterable[int]) -> tuple[str, ...]:
        parts = self.topology.parts_by_segment.of_segments(segments)
        return self.topology.names("pipe", np.unique(self.topology.part_pipe[parts]))

    def _warnings(self, sources: IntArray) -> Iterable[Caution]:
        topology = self.topology
        if len(sources):
            yield Caution("source_in_zone", {"sources": topology.names("source", sources)})
        for burst in self.bursts:
            pipe = topology.index("pipe", burst.pipe)
            segments = {int(topology.part_segment[part]) for part in topology.parts_of(pipe)}
            if burst.fraction is None and len(segments) > 1:
                yield Caution("burst_side_unknown", {"pipe": burst.pipe})
        if not self.before[self.trace.zone].any():
            yield Caution("dry_before", {})
        if len(self.trace.walked):
            stuck = self.trace.walked[~np.asarray(topology.valve_one_way)[self.trace.walked]]
            if len(stuck):
                yield Caution("inoperable_valves", {"valves": topology.names("valve", stuck)})


def _array(found: set[int]) -> IntArray:
    return np.fromiter(sorted(found), dtype=np.int32, count=len(found))
