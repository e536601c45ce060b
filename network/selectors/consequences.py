"""What a change of valves or sources would do to people, before anybody makes it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from network.choices import PipeStatus
from network.models import NetworkRevision, Pipe, PipeSplit, Valve
from network.selectors.snapshots import load_snapshot, load_topology
from network.selectors.states import network_state
from network.topology.engine.isolation import Burst, Isolation, supplied
from network.topology.engine.states import NetworkState, masks
from network.topology.engine.structure import BoolArray, Topology


@dataclass(frozen=True)
class Supply:
    """Some part of the town: how many customers, persons and hydrants."""

    customers: int
    persons: int
    hydrants: int


@dataclass(frozen=True)
class SupplyChange:
    """Who would lose water by a change, and who would get it."""

    lost: Supply
    gained: Supply

    @property
    def harms(self) -> bool:
        """Whether anybody or any hydrant would lose water."""
        return bool(self.lost.customers or self.lost.hydrants)


def supply_change(
    revision: NetworkRevision,
    *,
    closed: Collection[str] = (),
    opened: Collection[str] = (),
    silenced: Collection[str] = (),
    revived: Collection[str] = (),
) -> SupplyChange:
    """Compare supply now with supply after valves or sources (silenced, revived) have changed.

    Two searches over the segment graph. Raises UnknownAsset for an id the network does not have.
    """
    topology, now = load_topology(revision), network_state()
    then = now.with_changes(closed=closed, opened=opened, inactive_sources=silenced)
    then = replace(
        then,
        active_sources=then.active_sources | frozenset(revived),
        inactive_sources=then.inactive_sources - frozenset(revived),
    )
    before = supplied(topology, masks(topology, now))
    after = supplied(topology, masks(topology, then))
    return SupplyChange(
        lost=_within(topology, before & ~after), gained=_within(topology, after & ~before)
    )


def _within(topology: Topology, segments: BoolArray) -> Supply:
    customers = segments[topology.customer_segment]
    return Supply(
        customers=int(customers.sum()),
        persons=int(topology.customer_persons[customers].sum()),
        hydrants=int(segments[topology.hydrant_segment].sum()),
    )


def burst_answer(
    revision: NetworkRevision, pipe: str, *, inoperable: Collection[str] = ()
) -> Isolation:
    """What a burst anywhere on `pipe` would take as things stand; nothing is stored.

    Raises UnknownAsset for a pipe that is not in service.
    """
    return load_snapshot(revision).isolate([Burst(pipe)], network_state(inoperable=inoperable))


@dataclass(frozen=True)
class Dependence:
    """What a burst on `pipe` takes with a valve working, and with it out of use."""

    pipe: str
    working: Isolation
    stuck: Isolation


def valve_dependence(revision: NetworkRevision, valve: Valve) -> Dependence | None:
    """The burst beside a valve that would get most worse without it; None where none would."""
    snapshot, now = load_snapshot(revision), network_state()
    usable = _with_valve(now, valve.asset_id)
    lame = now.with_changes(inoperable=[valve.asset_id])
    found = [
        Dependence(
            pipe,
            snapshot.isolate([Burst(pipe)], usable),
            snapshot.isolate([Burst(pipe)], lame),
        )
        for pipe in pipes_at(revision, valve)
    ]
    worse = [each for each in found if each.working.zone_pipes != each.stuck.zone_pipes]
    return max(worse, key=_worse_by, default=None)


def _worse_by(each: Dependence) -> tuple[int, int, str]:
    """Order by customers, then by pipes, then by name, so that the choice is always the same."""
    more_customers = each.stuck.customers - each.working.customers
    return more_customers, len(each.stuck.zone_pipes) - len(each.working.zone_pipes), each.pipe


def _with_valve(state: NetworkState, valve: str) -> NetworkState:
    return replace(
        state,
        inoperable=state.inoperable - {valve},
        operable=state.operable | {valve},
    )


def pipes_at(revision: NetworkRevision, valve: Valve) -> list[str]:
    """The pipes in service that a valve stands on or between, by id."""
    if not valve.junction:
        return [valve.pipe] if valve.pipe else []
    in_service = Pipe.objects.filter(revision=revision, status=PipeStatus.IN_SERVICE)
    ends = in_service.filter(from_junction=valve.junction) | in_service.filter(
        to_junction=valve.junction
    )
    through = PipeSplit.objects.filter(revision=revision, junction=valve.junction)
    found = {*ends.values_list("asset_id", flat=True), *through.values_list("pipe", flat=True)}
    if valve.pipe:
        found.add(valve.pipe)
    return sorted(found)
