"""Answer a burst from a ready state: what the answer weighs is all that it costs."""

from collections.abc import Sequence

from network.topology.engine.answer import NOTHING, Burst, Found, segments_of
from network.topology.engine.ready import CLOSED, PASSES, ReadyState
from network.topology.engine.structure import Topology


def look_up(topology: Topology, ready: ReadyState, bursts: Sequence[Burst]) -> Found | None:
    """Answer `bursts` in the state that `ready` was made in; None where that takes a search.

    That is the case of bursts in several groups and of a group that is not simple.
    """
    group = -1
    for segment in segments_of(topology, bursts):
        here = ready.group_of.item(segment)
        if here != group and group >= 0:
            return None
        group = here
    if not ready.simple.item(group):
        return None
    end = ready.end.item(group)
    boundary: set[int] = set()
    to_close: set[int] = set()
    closed: set[int] = set()
    first, stop = ready.border_starts[group : group + 2].tolist()
    wet = ready.wet_count
    for valve, beyond, kind in zip(
        ready.border_valve[first:stop].tolist(),
        ready.border_beyond[first:stop].tolist(),
        ready.border_kind[first:stop].tolist(),
        strict=True,
    ):
        if kind == CLOSED:
            closed.add(valve)
            continue
        boundary.add(valve)
        # Beyond has water, and not only by way of this group.
        if kind == PASSES and beyond < wet and not group <= beyond < end:
            to_close.add(valve)
    return _found(ready, group, end, boundary, to_close, closed)


def _found(
    ready: ReadyState,
    group: int,
    end: int,
    boundary: set[int],
    to_close: set[int],
    closed: set[int],
) -> Found:
    pipes, pipes_end, dry_end = ready.pipe_starts[[group, group + 1, end]].tolist()
    own, own_end, all_end = ready.customer_starts[[group, group + 1, end]].tolist()
    hydrant, hydrant_end = ready.hydrant_starts[[group, end]].tolist()
    source, source_end = ready.source_starts[group : group + 2].tolist()
    walked, walked_end = ready.walked_starts[group : group + 2].tolist()
    was_wet = group < ready.wet_count
    customers = ready.customers
    persons = ready.persons_before
    return Found(
        zone_pipes=ready.pipes[pipes:pipes_end],
        boundary=list(boundary),
        to_close=list(to_close),
        already_closed=list(closed),
        walked=ready.walked[walked:walked_end],
        sources=ready.sources[source:source_end],
        pipes_dry=ready.pipes[pipes:dry_end] if was_wet else NOTHING,
        isolated=customers[own:own_end] if was_wet else NOTHING,
        unintended=customers[own_end:all_end] if was_wet else NOTHING,
        already_dry=NOTHING if was_wet else customers[own:own_end],
        hydrants_dry=ready.hydrants[hydrant:hydrant_end] if was_wet else NOTHING,
        persons=persons.item(all_end) - persons.item(own) if was_wet else 0,
        was_wet=was_wet,
    )
