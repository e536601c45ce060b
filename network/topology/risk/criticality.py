"""The city in advance: what every burst would take, and what every valve is worth.

RULE 1  A pipe's criticality is the answer to a burst anywhere on it: exactly what `isolate`
        says, as numbers.
RULE 2  A valve's criticality is how much more bursts take when it cannot be closed. Only open,
        working valves that may be closed have one; only bursts with the valve on their
        boundary can get worse. Each part of a pipe is one burst: a burst is at a place, and
        valves in mid-pipe divide a pipe into parts.
RULE 3  The worst burst beside a valve is the one that gets most worse: by customers, then by
        persons, then by the pipe whose id comes first.

A ready state gives all simple groups at once. A valve between two simple groups takes both out
together; what that dries is found beside them (`supply_tree`), for a group with many valves in
a tree grown without it. What is left is traced, and dried in the same way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from network.topology.engine.ready import PASSES, STOPS, ReadyState
from network.topology.engine.search import Trace
from network.topology.engine.states import Masks
from network.topology.engine.structure import BoolArray, Grouping, IntArray, Topology
from network.topology.risk.burst_losses import Bursts, Loss, More

Progress = Callable[[int, int], None]
Counts = NDArray[np.int64]
STEP = 500  # questions between two words of progress


@dataclass(frozen=True)
class PipeCriticality:
    """What a burst on each pipe takes; one entry a pipe, in the topology's order."""

    customers: Counts
    isolated: Counts
    persons: Counts
    hydrants: Counts
    valves_to_close: Counts
    is_isolatable: BoolArray

    @property
    def unintended(self) -> Counts:
        """Customers outside the zone."""
        return self.customers - self.isolated


@dataclass(frozen=True, order=True)
class ValveCriticality:
    """What it costs that one valve cannot be closed. It stands on the boundary of `bursts`.

    Customers and persons are those lost on top of what is lost while the valve works.
    """

    valve: int
    bursts: int
    worst_pipe: int
    worst_customers: int
    worst_persons: int
    all_customers: int  # summed over the `bursts`
    all_persons: int
    not_isolatable: int  # bursts that valves alone cannot isolate any more


@dataclass(frozen=True)
class _Case:
    """Bursts in one group: one question, with the answer while all working valves work.

    `neighbours` are the valves on the boundary with the group beyond each, or -1 where a stuck
    valve adds more to the zone, or less, than the zone of that group.
    """

    group: int
    pipes: IntArray
    zone: Sequence[int]
    loss: Loss
    neighbours: dict[int, int]


class Criticality:
    """All bursts on one topology in one state; `ready` is made from that state."""

    def __init__(self, topology: Topology, holds: Masks, ready: ReadyState) -> None:
        self.topology, self.holds, self.ready = topology, holds, ready
        self.bursts = Bursts(topology, holds)
        count = len(ready.simple)
        self._segment_of = Grouping.of(ready.group_of[:-1], count)
        lowest, highest = self._groups_of_pipes()
        one = (lowest == highest) & ready.simple[lowest]
        self._by_look_up = np.flatnonzero(one).astype(np.int32)
        self._group = lowest
        self._by_search = np.flatnonzero(~one).astype(np.int32)
        self._zones: dict[int, Sequence[int] | None] = {}

    def _groups_of_pipes(self) -> tuple[IntArray, IntArray]:
        """The lowest and the highest group that the parts of each pipe are in."""
        groups, starts = self.ready.group_of[self.topology.part_segment], self.topology.part_starts
        return np.minimum.reduceat(groups, starts[:-1]), np.maximum.reduceat(groups, starts[:-1])

    # -- RULE 1 -----------------------------------------------------------------

    def pipes(self, progress: Progress | None = None) -> PipeCriticality:
        """What a burst on each pipe takes: all simple groups by arrays, the rest one by one."""
        count = len(self.topology.pipe_ids)
        numbers = np.zeros((5, count), dtype=np.int64)
        found = PipeCriticality(
            customers=numbers[0],
            isolated=numbers[1],
            persons=numbers[2],
            hydrants=numbers[3],
            valves_to_close=numbers[4],
            is_isolatable=np.ones(count, dtype=bool),
        )
        self._look_up(found)
        done = len(self._by_look_up)
        for pipes, trace in self._search():
            lost = self.bursts.cut_off(trace)
            loss = self.bursts.weigh(lost, trace.zone.tolist())
            found.customers[pipes] = loss.customers
            found.isolated[pipes] = loss.isolated
            found.persons[pipes] = loss.persons
            found.hydrants[pipes] = loss.hydrants
            found.valves_to_close[pipes] = self.bursts.valves_to_close(trace, lost)
            found.is_isolatable[pipes] = loss.is_isolatable
            done += len(pipes)
            _tell(progress, done, count)
        return found

    def _look_up(self, found: PipeCriticality) -> None:
        pipes, groups = self._by_look_up, self._group[self._by_look_up]
        customers, isolated, persons, hydrants = self._loss_of_groups(groups)
        found.customers[pipes], found.isolated[pipes] = customers, isolated
        found.persons[pipes], found.hydrants[pipes] = persons, hydrants
        found.valves_to_close[pipes] = self._valves_of_groups()[groups]
        sources = self.ready.source_starts
        found.is_isolatable[pipes] = sources[groups + 1] == sources[groups]

    def _loss_of_groups(self, groups: IntArray) -> tuple[Counts, Counts, Counts, Counts]:
        """Customers, those in the zone, persons and hydrants: differences of prefix sums."""
        ready, end = self.ready, self.ready.end[groups]
        wet = groups < ready.wet_count
        first, last = ready.customer_starts[groups], ready.customer_starts[end]
        return (
            (last - first) * wet,
            (ready.customer_starts[groups + 1] - first) * wet,
            (ready.persons_before[last] - ready.persons_before[first]) * wet,
            (ready.hydrant_starts[end] - ready.hydrant_starts[groups]) * wet,
        )

    def _valves_of_groups(self) -> Counts:
        """How many valves are to be closed for a burst in each simple group."""
        ready = self.ready
        group, valve = self._borders()
        beyond = ready.border_beyond
        matters = (ready.border_kind == PASSES) & (beyond < ready.wet_count)
        matters &= (beyond < group) | (beyond >= ready.end[group])
        pairs = np.unique(np.stack([group[matters], valve[matters]]), axis=1)
        return np.bincount(pairs[0], minlength=len(ready.simple)).astype(np.int64)

    def _borders(self) -> tuple[IntArray, IntArray]:
        """Group and valve of each row of the border table."""
        sizes = np.diff(self.ready.border_starts)
        groups = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        return groups, np.asarray(self.ready.border_valve)

    # -- what the arrays leave ----------------------------------------------------

    def _search(self) -> Iterator[tuple[list[int], Trace]]:
        """Pipes in several groups or in one that is not simple, each kind traced once."""
        by_groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for pipe in self._by_search.tolist():
            first, stop = self.topology.part_starts[pipe : pipe + 2].tolist()
            groups = self.ready.group_of[self.topology.part_segment[first:stop]]
            by_groups[tuple(np.unique(groups).tolist())].append(pipe)
        for several, pipes in by_groups.items():
            yield pipes, self.bursts.trace(self._start(several))

    def _start(self, groups: Iterable[int]) -> list[int]:
        """One segment of each group: a trace walks from it over the whole group."""
        return [self._members(group)[0] for group in groups]

    def _members(self, group: int) -> list[int]:
        at = self._segment_of
        members: list[int] = at.items[at.starts[group] : at.starts[group + 1]].tolist()
        return members

    # -- RULES 2 and 3 --------------------------------------------------------------

    def valves(self, progress: Progress | None = None) -> list[ValveCriticality]:
        """What each working valve is worth, by valve."""
        at = self.ready.pipe_starts
        groups = np.flatnonzero(np.diff(at) > 0).tolist()
        cases = {group: self._case(group) for group in groups}
        found: dict[int, list[tuple[_Case, Loss]]] = defaultdict(list)
        total = sum(len(case.neighbours) for case in cases.values())
        for done, (case, valve, loss) in enumerate(self._without_each(cases), start=1):
            found[valve].append((case, loss))
            _tell(progress, done, total)
        return [self._of_valve(valve, found[valve]) for valve in sorted(found)]

    def _case(self, group: int) -> _Case:
        first, stop = self.ready.pipe_starts[group : group + 2].tolist()
        pipes = np.asarray(self.ready.pipes[first:stop])
        if self.ready.simple[group]:
            zone, loss = self._members(group), self._loss_of(group)
            return _Case(group, pipes, zone, loss, self._neighbours(group))
        trace = self.bursts.trace(self._start([group]))
        zone = trace.zone.tolist()
        loss = self.bursts.weigh(self.bursts.cut_off(trace), zone)
        return _Case(group, pipes, zone, loss, self._beyond_trace(trace))

    def _loss_of(self, group: int) -> Loss:
        columns = self._loss_of_groups(np.asarray([group], dtype=np.int32))
        customers, isolated, persons, hydrants = (int(column[0]) for column in columns)
        first, stop = self.ready.source_starts[group : group + 2].tolist()
        return Loss(customers, persons, hydrants, isolated, is_isolatable=first == stop)

    def _neighbours(self, group: int) -> dict[int, int]:
        """Boundary valves of a simple group and what lies beyond, from the ready state."""
        ready = self.ready
        first, stop = ready.border_starts[group : group + 2].tolist()
        found: dict[int, int] = {}
        for valve, beyond, kind in zip(
            ready.border_valve[first:stop].tolist(),
            ready.border_beyond[first:stop].tolist(),
            ready.border_kind[first:stop].tolist(),
            strict=True,
        ):
            if kind in (PASSES, STOPS):
                plain = beyond if kind == PASSES and self._zone_of(beyond) is not None else -1
                found[valve] = plain if found.get(valve, plain) == plain else -1
        return found

    def _beyond_trace(self, trace: Trace) -> dict[int, int]:
        """Boundary valves of a trace; the group beyond only if shutting them adds nothing."""
        zone = set(trace.zone.tolist())
        found = {valve: self._beyond(valve, zone) for valve in trace.boundary.tolist()}
        if any(beyond is None for beyond in found.values()):
            return dict.fromkeys(found, -1)
        return {
            valve: beyond if beyond is not None and self._zone_of(beyond) is not None else -1
            for valve, beyond in found.items()
        }

    def _beyond(self, valve: int, zone: set[int]) -> int | None:
        """The group behind a valve with one arc; None for others."""
        topology, at = self.topology, self.topology.arcs_by_valve
        arcs = at.items[at.starts[valve + 1] : at.starts[valve + 2]].tolist()
        if len(arcs) != 1:
            return self._over_hub(arcs, zone)
        u, v = int(topology.arc_u[arcs[0]]), int(topology.arc_v[arcs[0]])
        return int(self.ready.group_of[v if u in zone else u])

    def _over_hub(self, arcs: Sequence[int], zone: set[int]) -> int | None:
        """The group on the other side of a valve's own empty junction; None for others."""
        topology, ready = self.topology, self.ready
        if len(arcs) != 2 or not all(
            topology.arc_forward[arc] and topology.arc_backward[arc] for arc in arcs
        ):
            return None
        ends = [{int(topology.arc_u[arc]), int(topology.arc_v[arc])} for arc in arcs]
        hub = ends[0] & ends[1]
        if len(hub) != 1:
            return None
        segment = next(iter(hub))
        group = int(ready.group_of[segment])
        at = topology.arcs_by_segment.starts[segment : segment + 2]
        hangs = (ready.customer_starts, ready.hydrant_starts, ready.source_starts)
        if at[1] - at[0] != 2 or len(self._members(group)) != 1 or segment in zone:
            return None
        if any(starts[group + 1] > starts[group] for starts in hangs):
            return None
        far = (ends[0] | ends[1]) - hub - zone
        return int(ready.group_of[far.pop()]) if len(far) == 1 else None

    def _zone_of(self, group: int) -> Sequence[int] | None:
        """The zone of a burst in a group; None if its border takes more than taking it out."""
        if group not in self._zones:
            if self.ready.simple[group]:
                return self._members(group)
            trace = self.bursts.trace(self._start([group]))
            zone = set(trace.zone.tolist())
            plain = all(self._beyond(each, zone) is not None for each in trace.boundary.tolist())
            self._zones[group] = sorted(zone) if plain else None
        return self._zones[group]

    def _without_each(self, cases: dict[int, _Case]) -> Iterator[tuple[_Case, int, Loss]]:
        """The loss for each case and each of its valves when that valve cannot be turned."""
        owned: dict[int, dict[int, list[tuple[_Case, int]]]] = defaultdict(dict)
        for group, case in cases.items():
            for valve, beyond in case.neighbours.items():
                owner, other = group, beyond
                if beyond in cases and self._weight(cases[beyond]) > self._weight(case):
                    owner, other = beyond, group
                owned[owner].setdefault(other, []).append((case, valve))
        for owner, others in owned.items():
            more = More(self.bursts, cases[owner].zone, sum(map(len, others.values())))
            near = self._junctions_near(cases[owner].zone)
            for other, asked in others.items():
                theirs = (self._zone_of(other) or ()) if other >= 0 else ()
                if other < 0 or _joins(near, {*cases[owner].zone, *theirs}):
                    for case, valve in asked:
                        trace = self.bursts.trace_without(valve, self._start([case.group]))
                        zone, shut = trace.zone.tolist(), trace.boundary.tolist()
                        if case.group == owner:
                            yield case, valve, more.loss(zone, shut)
                        else:
                            lost = self.bursts.tree.lost(zone, shut)
                            yield case, valve, self.bursts.weigh(lost, zone)
                    continue
                loss = more.loss(theirs)
                for case, valve in asked:
                    yield case, valve, loss

    def _junctions_near(self, zone: Iterable[int]) -> list[tuple[int, set[int]]]:
        """Junctions that two zones together may surround, with the parts that meet there."""
        found = {
            at
            for segment in zone
            for at in self._junctions.get(int(self.ready.group_of[segment]), ())
        }
        topology = self.topology
        starts, sides = topology.valve_side_starts, topology.valve_sides
        return [
            (int(topology.valve_hub[valve]), set(sides[starts[valve] : starts[valve + 1]].tolist()))
            for valve in sorted(found)
        ]

    @cached_property
    def _junctions(self) -> dict[int, list[int]]:
        """By group: valves at a junction on which something hangs, in none of its pipes' groups."""
        topology, group_of = self.topology, self.ready.group_of
        holds = np.zeros(topology.segment_count + 1, dtype=bool)
        for at in (topology.customer_segment, topology.hydrant_segment, topology.source_segment):
            holds[at] = True
        found: dict[int, list[int]] = defaultdict(list)
        hubs = np.asarray(topology.valve_hub)
        for valve in np.flatnonzero((hubs >= 0) & holds[hubs]).tolist():
            first, stop = topology.valve_side_starts[valve : valve + 2].tolist()
            groups = set(group_of[topology.valve_sides[first:stop]].tolist())
            if int(group_of[hubs[valve]]) not in groups:
                for group in groups:
                    found[group].append(valve)
        return found

    @staticmethod
    def _weight(case: _Case) -> tuple[int, int]:
        return len(case.neighbours), -case.group

    def _of_valve(self, valve: int, cases: Sequence[tuple[_Case, Loss]]) -> ValveCriticality:
        bursts = customers = persons = lame = 0
        worst: tuple[int, int, bytes, int] | None = None
        for case, stuck in cases:
            count = len(case.pipes)
            more = (stuck.customers - case.loss.customers, stuck.persons - case.loss.persons)
            bursts += count
            customers += more[0] * count
            persons += more[1] * count
            lame += (case.loss.is_isolatable and not stuck.is_isolatable) * count
            rank = (-more[0], -more[1])
            if worst is None or rank <= worst[:2]:
                worst = min(filter(None, (worst, (*rank, *self._first_named(case.pipes)))))
        assert worst is not None
        return ValveCriticality(
            valve=valve,
            bursts=bursts,
            worst_pipe=worst[3],
            worst_customers=-worst[0],
            worst_persons=-worst[1],
            all_customers=customers,
            all_persons=persons,
            not_isolatable=lame,
        )

    def _first_named(self, pipes: IntArray) -> tuple[bytes, int]:
        names = self.topology.pipe_ids[pipes]
        first = int(names.argmin())
        return bytes(names[first]), int(pipes[first])


def _joins(near: Iterable[tuple[int, set[int]]], zone: set[int]) -> bool:
    """Whether a zone surrounds a junction that is not in it: the junction then belongs to it."""
    return any(hub not in zone and sides <= zone for hub, sides in near)


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None and (done == total or done % STEP == 0):
        progress(done, total)
