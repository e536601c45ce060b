"""Water back for those whom a plan cuts off: closed valves to open, checked against the burst.

RULE 1  Only customers outside the zone can be fed again; those in it wait for the repair.
RULE 2  A valve may be opened that is closed now, operable, isolating and allowed by the caller.
        One that the new answer would have to close again leads to the burst and is left out.
RULE 3  The question is asked anew with the valves opened. The zone is the same; boundary valves
        that mattered to nobody may now let water in, and are then to be closed as well
        (`also_close`), before anything is opened.
RULE 4  Sets are of one valve or two. Two are a proposal when together they feed somebody whom
        neither feeds alone: the second then stands where only the first brings water.
RULE 5  Opening a valve may join pressure zones. The graph knows no pressures: the zones on both
        sides are named where the caller tells them, for a person or a model to judge. What is
        opened is never said to give enough pressure.

Cost: one search for each set that is tried, at most `budget`; `cut_short` says if more were left.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from network.topology.argument.scene import Scene, pipes_in
from network.topology.engine.isolation import find
from network.topology.engine.structure import BoolArray, IntArray

# The pressure zones of these pipes, as far as they are known.
PressureZones = Callable[[Collection[str]], Mapping[str, str]]


@dataclass(frozen=True)
class Reopening:
    """Valves that, opened after `also_close` are closed, feed cut-off customers again.

    `pressure_zones` are those of the pipes on both sides of the opened valves, as far as told.
    """

    open_valves: tuple[str, ...]
    also_close: tuple[str, ...]
    customers: tuple[str, ...]
    persons: int
    pressure_zones: tuple[str, ...] = ()

    @property
    def joins_pressure_zones(self) -> bool:
        """Whether pipes of different pressure zones are joined."""
        return len(self.pressure_zones) > 1


@dataclass(frozen=True)
class Restoration:
    """What can be done for those who are cut off, best first, and who remains.

    `rest` are all dry customers, in the zone and outside, whom no proposal feeds.
    """

    options: tuple[Reopening, ...]
    rest: tuple[str, ...]
    tried: int
    cut_short: bool


def restore(
    scene: Scene,
    *,
    openable: Collection[str] | None = None,
    pressure_zone_of: PressureZones | None = None,
    budget: int = 100,
) -> Restoration:
    """Valves to open for the customers whom the plan of `scene` cuts off.

    `openable` limits which (default: every closed valve that RULE 2 allows); `pressure_zone_of`
    tells the zones of pipes. Ranked by persons fed, then by fewest valves to turn.
    """
    return _Search(scene, openable, pressure_zone_of, budget).restoration()


def may_open(scene: Scene, openable: Collection[str] | None = None) -> BoolArray:
    """Which valves RULE 2 allows to open."""
    topology, holds = scene.topology, scene.holds
    allowed: BoolArray = holds.closed & ~holds.walked & topology.valve_isolates
    if openable is not None:
        allowed &= topology.mask("valve", openable)
    return allowed


def worth_opening(
    scene: Scene, allowed: BoolArray, opened: Collection[int] = (), *, more_to_come: bool = True
) -> list[int]:
    """Allowed valves that bring water to somebody cut off, once `opened` are open too.

    With `more_to_come` also those that bring it to the foot of another such valve.
    """
    reached = scene.newly_wet(opened)
    found = []
    for valve in _beside(scene, allowed, reached):
        if valve in opened:
            continue
        gained = scene.newly_wet({*opened, valve}) - reached
        if gained & scene.inner.keys():
            continue  # it leads to the burst
        if gained & scene.thirsty or (more_to_come and _leads_on(scene, allowed, valve, gained)):
            found.append(valve)
    return found


def _beside(scene: Scene, allowed: BoolArray, reached: set[int]) -> list[int]:
    """Allowed valves with water on one side and none on another; beside `reached` if any is."""
    topology, wet = scene.topology, scene.after
    if reached:
        wet = wet.copy()
        wet[list(reached)] = True
    valve = np.asarray(topology.arc_valve)
    rows = np.flatnonzero((valve >= 0) & allowed[valve]) if len(allowed) else np.zeros(0, int)
    near = np.zeros(topology.segment_count + 1, dtype=bool)
    near[list(reached)] = True
    has_wet, has_dry = np.zeros(len(allowed), bool), np.zeros(len(allowed), bool)
    for ends in (topology.arc_u[rows], topology.arc_v[rows]):
        has_wet[valve[rows[near[ends] if reached else wet[ends]]]] = True
        has_dry[valve[rows[~wet[ends]]]] = True
    found: list[int] = np.flatnonzero(has_wet & has_dry).tolist()
    return found


def _leads_on(scene: Scene, allowed: BoolArray, valve: int, gained: set[int]) -> bool:
    """Whether another allowed valve stands at one of the `gained` segments."""
    return any(
        over >= 0 and over != valve and allowed.item(over)
        for segment in gained
        for over, _ in scene.downstream(segment)
    )


@dataclass
class _Search:
    scene: Scene
    openable: Collection[str] | None
    pressure_zone_of: PressureZones | None
    budget: int
    tried: int = 0
    cut_short: bool = False
    fed_by: dict[frozenset[int], frozenset[int]] = field(default_factory=dict)

    def restoration(self) -> Restoration:
        found = sorted(self._options(), key=_rank)
        dry = {*self.scene.found.isolated.tolist(), *self.scene.found.unintended.tolist()}
        rest = dry - {each for fed in self.fed_by.values() for each in fed}
        names = self.scene.topology.names("customer", sorted(rest))
        return Restoration(tuple(found), names, self.tried, self.cut_short)

    def _options(self) -> Iterator[Reopening]:
        if not len(self.scene.found.unintended):
            return
        allowed = may_open(self.scene, self.openable)
        firsts = worth_opening(self.scene, allowed)
        for first in firsts:
            yield from self._opened({first})
        for first in firsts:
            for second in worth_opening(self.scene, allowed, {first}, more_to_come=False):
                yield from self._opened({first, second})

    def _opened(self, valves: set[int]) -> Iterator[Reopening]:
        """The proposal to open `valves`, if it is one."""
        key = frozenset(valves)
        if key in self.fed_by or not self.scene.newly_wet(valves) & self.scene.thirsty:
            return
        if self.tried >= self.budget:
            self.cut_short = True
            return
        self.tried += 1
        scene, topology = self.scene, self.scene.topology
        names = topology.names("valve", sorted(valves))
        found = find(topology, scene.bursts, scene.state.with_changes(opened=names), scene.ready)
        self.fed_by[key] = frozenset()
        if valves.intersection(found.to_close):
            return  # RULE 2
        dry = {*found.isolated.tolist(), *found.unintended.tolist()}
        fed = frozenset(scene.found.unintended.tolist()) - dry
        alone = [self.fed_by.get(frozenset([each]), frozenset()) for each in valves]
        if not fed or (len(valves) > 1 and fed <= frozenset().union(*alone)):
            return
        self.fed_by[key] = fed
        also = set(found.to_close) - set(scene.found.to_close)
        customers = np.fromiter(fed, dtype=np.int32, count=len(fed))
        yield Reopening(
            open_valves=names,
            also_close=topology.names("valve", sorted(also)),
            customers=topology.names("customer", customers),
            persons=int(topology.customer_persons[customers].sum(dtype=np.int64)),
            pressure_zones=self._pressure_zones(valves),
        )

    def _pressure_zones(self, valves: Iterable[int]) -> tuple[str, ...]:
        if self.pressure_zone_of is None:
            return ()
        topology = self.scene.topology
        arcs = topology.arcs_by_valve.of_segments([valve + 1 for valve in sorted(valves)])
        ends: IntArray = np.unique(np.concatenate([topology.arc_u[arcs], topology.arc_v[arcs]]))
        pipes = topology.names("pipe", pipes_in(topology, ends.tolist()))
        return tuple(sorted(set(self.pressure_zone_of(pipes).values())))


def _rank(option: Reopening) -> tuple[int, int, bool, tuple[str, ...]]:
    turned = len(option.open_valves) + len(option.also_close)
    return -option.persons, turned, option.joins_pressure_zones, option.open_valves
