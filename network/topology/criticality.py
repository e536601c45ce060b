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

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.topology.ready import PASSES, STOPS, ReadyState
from network.topology.search import _Question, _Trace, _trace
from network.topology.states import Masks
from network.topology.structure import BoolArray, Grouping, IntArray, Topology
from network.topology.supply_tree import SupplyTree

Progress = Callable[[int, int], None]
Counts = NDArray[np.int64]
STEP = 500  # questions between two words of progress
# Growing a tree looks at every segment once; asking it in the old one looks at what is lost.
OWN_TREE = 0.5


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
class Loss:
    """What one burst newly takes water from."""

    customers: int
    persons: int
    hydrants: int
    isolated: int  # customers in the zone; the others are cut off outside it
    is_isolatable: bool

    def __add__(self, other: "Loss") -> "Loss":
        return Loss(
            self.customers + other.customers,
            self.persons + other.persons,
            self.hydrants + other.hydrants,
            self.isolated + other.isolated,
            self.is_isolatable and other.is_isolatable,
        )


@dataclass(frozen=True)
class _Case:
    """Bursts that are one question, with the answer while all working valves work."""

    pipes: IntArray
    loss: Loss


class Bursts:
    """Answers bursts on one topology in one state, by their numbers, beside the cut."""

    def __init__(self, topology: Topology, holds: Masks) -> None:
        self.topology = topology
        # Valves are tried as stuck one by one: a mask of our own.
        self.holds = Masks(closed=holds.closed, walked=holds.walked.copy(), active=holds.active)
        self.tree = SupplyTree(topology, holds)
        self._customers = _at(topology.customer_segment, topology)
        self._persons = _at(topology.customer_segment, topology, topology.customer_persons)
        self._hydrants = _at(topology.hydrant_segment, topology)
        self._sources = _at(topology.source_segment[holds.active], topology)

    def trace(self, start: Iterable[int]) -> _Trace:
        """The zone and the boundary of a burst on some segments."""
        return _trace(self.topology, set(start), self.holds)

    def loss(self, trace: _Trace) -> Loss:
        """What is lost once the zone of a trace is shut off."""
        zone = trace.zone.tolist()
        return self.weigh(self.tree.lost(zone, trace.boundary.tolist()), zone)

    def weigh(self, lost: set[int], zone: Sequence[int]) -> Loss:
        """What hangs on the `lost` segments, those of the `zone` among them."""
        return Loss(
            customers=sum(map(self._customers.__getitem__, lost)),
            persons=sum(map(self._persons.__getitem__, lost)),
            hydrants=sum(map(self._hydrants.__getitem__, lost)),
            isolated=sum(self._customers[each] for each in zone if each in lost),
            is_isolatable=not any(self._sources[each] for each in zone),
        )

    def valves_to_close(self, trace: _Trace) -> int:
        """How many boundary valves of a trace matter."""
        after = self.tree.wet.copy()
        after[list(self.tree.lost(trace.zone.tolist(), trace.boundary.tolist()))] = False
        question = _Question(self.topology, self.holds, trace, self.tree.wet)
        return len(question._valves_that_matter(after))

    def loss_without(self, valve: int, start: Iterable[int]) -> Loss:
        """What a burst on some segments takes when `valve` cannot be turned."""
        was = self.holds.walked[valve]
        self.holds.walked[valve] = True
        try:
            return self.loss(self.trace(start))
        finally:
            self.holds.walked[valve] = was


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

    def _groups_of_pipes(self) -> tuple[IntArray, IntArray]:
        """The lowest and the highest group that the parts of each pipe are in."""
        groups, starts = self.ready.group_of[self.topology.part_segment], self.topology.part_starts
        return np.minimum.reduceat(groups, starts[:-1]), np.maximum.reduceat(groups, starts[:-1])

    # -- RULE 1 -----------------------------------------------------------------

    def pipes(self, progress: Progress | None = None) -> PipeCriticality:
        """What a burst on each pipe takes: all simple groups by arrays, the rest one by one."""
        count = len(self.topology.pipe_ids)
        found = PipeCriticality(*np.zeros((5, count), dtype=np.int64), np.ones(count, dtype=bool))
        self._look_up(found)
        done = len(self._by_look_up)
        for pipes, trace in self._search():
            loss = self.bursts.loss(trace)
            found.customers[pipes] = loss.customers
            found.isolated[pipes] = loss.isolated
            found.persons[pipes] = loss.persons
            found.hydrants[pipes] = loss.hydrants
            found.valves_to_close[pipes] = self.bursts.valves_to_close(trace)
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

    def _search(self) -> Iterator[tuple[list[int], _Trace]]:
        """Pipes in several groups or in one that is not simple, each kind traced once."""
        by_groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for pipe in self._by_search.tolist():
            first, stop = self.topology.part_starts[pipe : pipe + 2].tolist()
            groups = self.ready.group_of[self.topology.part_segment[first:stop]]
            by_groups[tuple(np.unique(groups).tolist())].append(pipe)
        for groups, pipes in by_groups.items():
            yield pipes, self.bursts.trace(self._start(groups))

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
        pairs = self._pairs()
        cases = {group: self._case(group) for group in {group for group, _ in pairs}}
        without = self._together(pairs, progress)
        found: dict[int, list[tuple[_Case, Loss]]] = defaultdict(list)
        for (group, valve), loss in without.items():
            found[valve].append((cases[group], loss))
        return [self._of_valve(valve, found[valve]) for valve in sorted(found)]

    def _pairs(self) -> dict[tuple[int, int], int]:
        """The group beyond, for each group with pipes and valve on its boundary; -1: trace it."""
        ready = self.ready
        has_pipes = np.diff(ready.pipe_starts) > 0
        group, valve = self._borders()
        boundary = np.isin(ready.border_kind, (PASSES, STOPS)) & ready.simple[group]
        plain = (ready.border_kind == PASSES) & ready.simple[ready.border_beyond]
        found: dict[tuple[int, int], int] = {}
        rows = np.flatnonzero(boundary & has_pipes[group])
        for key_group, key_valve, beyond in zip(
            group[rows].tolist(),
            valve[rows].tolist(),
            np.where(plain, ready.border_beyond, -1)[rows].tolist(),
            strict=True,
        ):
            known = found.get((key_group, key_valve), beyond)
            found[key_group, key_valve] = beyond if known == beyond else -1
        for hard in np.flatnonzero(has_pipes & ~ready.simple).tolist():
            trace = self.bursts.trace(self._start([hard]))
            found.update(((hard, each), -1) for each in trace.boundary.tolist())
        return found

    def _case(self, group: int) -> _Case:
        first, stop = self.ready.pipe_starts[group : group + 2].tolist()
        pipes = np.asarray(self.ready.pipes[first:stop])
        if not self.ready.simple[group]:
            return _Case(pipes, self.bursts.loss(self.bursts.trace(self._start([group]))))
        columns = self._loss_of_groups(np.asarray([group], dtype=np.int32))
        customers, isolated, persons, hydrants = (int(column[0]) for column in columns)
        return _Case(
            pipes, Loss(customers, persons, hydrants, isolated, not self._has_source(group))
        )

    def _has_source(self, group: int) -> bool:
        first, stop = self.ready.source_starts[group : group + 2].tolist()
        return bool(stop > first)

    def _together(
        self, pairs: dict[tuple[int, int], int], progress: Progress | None
    ) -> dict[tuple[int, int], Loss]:
        """The loss for each group and valve of `pairs` when that valve cannot be turned."""
        sizes = Counter(group for group, _ in pairs)
        owned: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        found: dict[tuple[int, int], Loss] = {}
        for (group, valve), beyond in pairs.items():
            if beyond < 0:
                found[group, valve] = self.bursts.loss_without(valve, self._start([group]))
                _tell(progress, len(found), len(pairs))
                continue
            owner, other = sorted((group, beyond), key=lambda each: (-sizes[each], each))
            owned[owner][other].append((group, valve))
        for owner, others in owned.items():
            for other, loss in self._with_each(owner, list(others)):
                for key in others[other]:
                    found[key] = loss
                    _tell(progress, len(found), len(pairs))
        return found

    def _with_each(self, owner: int, others: Sequence[int]) -> Iterator[tuple[int, Loss]]:
        """The loss when `owner` and one of its neighbours are taken out together."""
        members, bursts = self._members(owner), self.bursts
        lost = bursts.tree.lost(members)
        base = bursts.weigh(lost, members)
        tree = None
        if len(others) * len(lost) > OWN_TREE * self.topology.segment_count:
            tree = bursts.tree.without(members)
        for other in others:
            theirs = self._members(other)
            if tree is not None:
                loss = base + bursts.weigh(tree.lost(theirs), theirs)
            else:
                loss = bursts.weigh(bursts.tree.lost([*members, *theirs]), [*members, *theirs])
            yield other, loss

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


def _at(segments: IntArray, topology: Topology, weights: IntArray | None = None) -> list[int]:
    """How much hangs on each segment, and last on none."""
    counts = np.bincount(segments, weights=weights, minlength=topology.segment_count + 1)
    found: list[int] = counts.astype(np.int64).tolist()
    return found


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None and (done == total or done % STEP == 0):
        progress(done, total)
