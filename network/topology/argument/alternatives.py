"""Other plans for a burst: what each buys and what it costs, none worse than another in all.

RULE 1  A plan is the plain answer after up to `most_moves` moves: a valve to close left out (the
        next ones beyond are taken), a stuck valve tried that may work after all, a temporary stop
        on a pipe (line stop, squeeze-off, freezing), a closed valve opened to feed those cut off.
RULE 2  Every plan is a whole answer of the engine in the state that its moves make. Its customers
        are those who had water as things stand and have none with it.
RULE 3  A stop or a tried valve that the answer does not close is no plan, nor is a valve opened
        that the answer closes again, nor a stop that spares nobody, nor a plan that shuts a
        source which the plain one spares.
RULE 4  Plans are compared by `Plan.costs`. One that is as bad in all and worse in one is left out;
        of equals the one with the fewest moves stays.
RULE 5  Ranked: fewest sources to shut, then what needs no stop and no try; then fewest special
        users, key users, customers, persons, valves and minutes.

Cost: one search for each set of moves, at most `budget`, single moves first and then pairs from
the best singles on, as long as `go_on` says so. `cut_short` says whether sets were left.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import chain, count

import numpy as np

from network.topology.argument.restore import may_open, worth_opening
from network.topology.argument.scene import Scene
from network.topology.argument.work import Work
from network.topology.elements import NetworkTables
from network.topology.engine.answer import Burst, Found
from network.topology.engine.isolation import find
from network.topology.engine.ready import ReadyState
from network.topology.engine.states import NetworkState, masks
from network.topology.engine.structure import IntArray, Topology

LEAVE_OUT, TRY, STOP, OPEN = "leave_out", "try", "stop", "open"
Costs = tuple[float, ...]


@dataclass(frozen=True, order=True)
class Move:
    """One change to the plain plan; `asset` is a valve, or a temporary stop."""

    kind: str
    asset: str


@dataclass(frozen=True)
class Wishes:
    """What the caller knows and allows.

    `doubtful` valves are thought to work but never were tried (unknown operability). `openable`
    limits which closed valves may be opened (None: all that can be). `stops` are those valves of
    the topology that are temporary stops (`with_stops`).
    """

    key_users: frozenset[str] = frozenset()
    special_users: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    openable: Collection[str] | None = None
    stops: frozenset[str] = frozenset()
    work: Work = field(default_factory=Work)


@dataclass(frozen=True)
class Plan:
    """A plan: its moves, what is turned, and who is without water. Lists are sorted ids."""

    moves: tuple[Move, ...]
    close: tuple[str, ...]
    open_valves: tuple[str, ...]
    stops: tuple[str, ...]
    sources_to_shut: tuple[str, ...]
    uncertain: tuple[str, ...]
    customers: int
    persons: int
    key_users: tuple[str, ...]
    special_users: tuple[str, ...]
    minutes: float

    @property
    def valves(self) -> int:
        """How many valves are turned."""
        return len(self.close) + len(self.open_valves)

    @property
    def costs(self) -> Costs:
        """What plans are compared by, less being better in each."""
        return (
            len(self.sources_to_shut),
            len(self.stops),
            len(self.uncertain),
            len(self.special_users),
            len(self.key_users),
            self.customers,
            self.persons,
            self.valves,
            self.minutes,
        )

    @property
    def rank(self) -> tuple[object, ...]:
        """RULE 5."""
        tried = any(move.kind == TRY for move in self.moves)
        sources, stops, uncertain, *people_and_work = self.costs
        return sources, stops, tried, *people_and_work, uncertain, len(self.moves), self.moves


@dataclass(frozen=True)
class Alternatives:
    """The plain plan, and all plans that no other dominates, ranked.

    The plain one is among them unless it is dominated. `tried` sets of moves were asked; `left`
    were thought of and not asked, and `singles_left` of them are single moves.
    """

    plain: Plan
    plans: tuple[Plan, ...]
    tried: int
    cut_short: bool
    left: int = 0
    singles_left: int = 0


def alternatives(
    topology: Topology,
    bursts: Sequence[Burst],
    state: NetworkState | None = None,
    wishes: Wishes | None = None,
    ready: ReadyState | None = None,
    *,
    most_moves: int = 2,
    budget: int = 150,
    go_on: Callable[[], bool] = lambda: True,
) -> Alternatives:
    """Plans for `bursts` in `state` that trade one thing against another.

    `ready` is a ready state of the topology: the nearer to `state`, the quicker each search.
    `go_on` is asked before each search: once it says no, what was found so far is the answer.

    Raises UnknownAsset for an id the network does not have, TopologyError without a burst.
    """
    scene = Scene.of(topology, bursts, state, ready)
    return _Search(scene, state or NetworkState(), wishes or Wishes()).run(
        most_moves, budget, go_on
    )


def dominates(one: Costs, other: Costs) -> bool:
    """Whether `one` is as good as `other` in everything and better in something."""
    return one != other and all(ours <= theirs for ours, theirs in zip(one, other, strict=True))


def not_dominated(plans: Sequence[Plan]) -> list[Plan]:
    """Plans that no other dominates, ranked; of those with equal costs the simplest (RULE 4)."""
    simplest: dict[Costs, Plan] = {}
    for plan in sorted(plans, key=lambda each: (len(each.moves), each.moves)):
        simplest.setdefault(plan.costs, plan)
    kept = [
        plan
        for costs, plan in simplest.items()
        if not any(dominates(other, costs) for other in simplest)
    ]
    return sorted(kept, key=lambda plan: plan.rank)


# -- temporary stops ------------------------------------------------------------


@dataclass(frozen=True)
class Stop:
    """Where a pipe could be stopped: at its end at `junction`, or at `fraction` along it."""

    name: str
    pipe: str
    junction: str = ""
    fraction: float = float("nan")


def stops_around(
    tables: NetworkTables,
    zone_pipes: Collection[str],
    bursts: Sequence[Burst],
    *,
    most_pipes: int = 12,
) -> list[Stop]:
    """Stops worth a thought: both ends of the zone's `most_pipes` pipes nearest to the burst.

    Nearest by how many pipes lie between. None on one-way pipes (devices) and rings. Where the
    burst's place is known, also halfway from it to each end of its pipe.
    """
    found, tables = [], tables.as_text()
    pipes = tables.pipes
    row = {pipe: nth for nth, pipe in enumerate(pipes.ids)}
    places: dict[str, list[float]] = defaultdict(list)
    for burst in bursts:
        if burst.fraction is not None:
            places[burst.pipe] += [burst.fraction / 2, (1 + burst.fraction) / 2]
    for pipe in _nearest(tables, frozenset(zone_pipes), bursts)[:most_pipes]:
        start, end = pipes.starts[row[pipe]], pipes.ends[row[pipe]]
        if pipes.one_way[row[pipe]] or start == end:
            continue
        found += [Stop(f"{pipe}@{each}", pipe, junction=each) for each in (start, end)]
        found += [Stop(f"{pipe}@{place:.3f}", pipe, fraction=place) for place in places[pipe]]
    return list({stop.name: stop for stop in found}.values())


def _nearest(
    tables: NetworkTables, zone_pipes: frozenset[str], bursts: Sequence[Burst]
) -> list[str]:
    """Pipes of a zone, nearest to the burst first."""
    meets: dict[str, list[str]] = defaultdict(list)
    ends: dict[str, list[str]] = defaultdict(list)
    pipes, splits = tables.pipes, tables.splits
    for pipe, junction in chain(
        zip(pipes.ids, pipes.starts, strict=True),
        zip(pipes.ids, pipes.ends, strict=True),
        zip(splits.pipes, splits.junctions, strict=True),
    ):
        if pipe in zone_pipes:
            meets[junction].append(pipe)
            ends[pipe].append(junction)
    found = list(dict.fromkeys(burst.pipe for burst in bursts))
    seen = set(found)
    for pipe in found:  # grows while it is walked
        for other in sorted({each for junction in ends[pipe] for each in meets[junction]} - seen):
            seen.add(other)
            found.append(other)
    return found


def with_stops(tables: NetworkTables, stops: Sequence[Stop]) -> NetworkTables:
    """`tables` with a valve for each stop, open and not to be turned: it changes no answer."""
    tables = tables.as_text()
    valves = tables.valves
    return replace(
        tables,
        valves=replace(
            valves,
            ids=[*valves.ids, *(stop.name for stop in stops)],
            junctions=[*valves.junctions, *(stop.junction for stop in stops)],
            pipes=[*valves.pipes, *(stop.pipe for stop in stops)],
            fractions=[*valves.fractions, *(stop.fraction for stop in stops)],
            isolates=[*valves.isolates, *(True for _ in stops)],
            flow_to=[*valves.flow_to, *("" for _ in stops)],
            closed=[*valves.closed, *(False for _ in stops)],
            operable=[*valves.operable, *(False for _ in stops)],
        ),
    )


# -- the search -----------------------------------------------------------------


class _Search:
    def __init__(self, scene: Scene, state: NetworkState, wishes: Wishes) -> None:
        self.scene, self.topology, self.bursts = scene, scene.topology, scene.bursts
        self.state, self.wishes = state, wishes
        self.key = scene.topology.mask("customer", wishes.key_users)
        self.special = scene.topology.mask("customer", wishes.special_users)
        self.openable = may_open(self.scene, wishes.openable)
        self.stops = {scene.topology.index("valve", each) for each in wishes.stops}

    def run(self, most_moves: int, budget: int, go_on: Callable[[], bool]) -> Alternatives:
        plain = self._plan((), self.scene.found)
        plans, seen, tried = [plain], {frozenset[Move]()}, 0
        heap: list[tuple[int, tuple[object, ...], int, tuple[Move, ...]]] = []
        number = count()

        def push_children(moves: tuple[Move, ...], found: Found, rank: tuple[object, ...]) -> None:
            if len(moves) >= most_moves:
                return
            for move in self._next_moves(moves, found, len(moves) + 1 < most_moves):
                both = frozenset((*moves, move))
                if both not in seen:
                    seen.add(both)
                    heappush(heap, (len(both), rank, next(number), tuple(sorted(both))))

        push_children((), self.scene.found, plain.rank)
        while heap and tried < budget and go_on():
            moves = heappop(heap)[3]
            tried += 1
            found = find(self.topology, self.bursts, self._state(moves), self.scene.ready)
            plan = self._plan(moves, found)
            spares = plan.customers < plain.customers or not plan.stops
            if spares and self._is_a_plan(moves, found):
                plans.append(plan)
            push_children(moves, found, plan.rank)
        singles = sum(count == 1 for count, *_ in heap)
        return Alternatives(
            plain, tuple(not_dominated(plans)), tried, bool(heap), len(heap), singles
        )

    def _state(self, moves: Collection[Move]) -> NetworkState:
        """The state that RULE 1's moves make."""
        by_kind = {kind: {m.asset for m in moves if m.kind == kind} for kind in _KINDS}
        usable = by_kind[TRY] | by_kind[STOP]
        state = self.state.with_changes(inoperable=by_kind[LEAVE_OUT], opened=by_kind[OPEN])
        return replace(
            state, operable=state.operable | usable, inoperable=state.inoperable - usable
        )

    # -- RULE 1 -----------------------------------------------------------------

    def _next_moves(
        self, moves: tuple[Move, ...], found: Found, more_to_come: bool
    ) -> Iterator[Move]:
        topology = self.topology
        used = {move.asset for move in moves}
        close = [v for v in found.to_close if v not in self.stops]
        for valve in topology.names("valve", sorted(close)):
            if valve not in used:
                yield Move(LEAVE_OUT, valve)
        walked = [v for v in found.walked.tolist() if not topology.valve_one_way[v]]
        for valve in topology.names("valve", walked):
            if valve not in used:
                yield Move(STOP if valve in self.wishes.stops else TRY, valve)
        for valve in topology.names("valve", self._worth_opening(moves, found, more_to_come)):
            if valve not in used:
                yield Move(OPEN, valve)

    def _worth_opening(
        self, moves: tuple[Move, ...], found: Found, more_to_come: bool
    ) -> list[int]:
        if not len(found.unintended) or not self.openable.any():
            return []
        state = self._state(moves)
        scene = (
            Scene(self.topology, self.bursts, state, found, self.scene.ready)
            if moves
            else self.scene
        )
        allowed = self.openable & masks(self.topology, state).closed
        return worth_opening(scene, allowed, more_to_come=more_to_come)

    # -- RULES 2 and 3 ----------------------------------------------------------

    def _is_a_plan(self, moves: Collection[Move], found: Found) -> bool:
        closed = set(self.topology.names("valve", found.to_close))
        if not set(found.sources.tolist()) <= set(self.scene.found.sources.tolist()):
            return False
        return all(
            (move.asset in closed) == (move.kind != OPEN)
            for move in moves
            if move.kind != LEAVE_OUT
        )

    def _plan(self, moves: tuple[Move, ...], found: Found) -> Plan:
        topology = self.topology
        dry = self._newly_dry(found)
        close = set(topology.names("valve", found.to_close))
        stops = close & self.wishes.stops
        opened = {move.asset for move in moves if move.kind == OPEN}
        tried = {move.asset for move in moves if move.kind == TRY}
        return Plan(
            moves=moves,
            close=tuple(sorted(close - stops)),
            open_valves=tuple(sorted(opened)),
            stops=tuple(sorted(stops)),
            sources_to_shut=topology.names("source", found.sources),
            uncertain=tuple(sorted((close & self.wishes.doubtful) | tried)),
            customers=len(dry),
            persons=int(topology.customer_persons[dry].sum(dtype=np.int64)),
            key_users=topology.names("customer", dry[self.key[dry]]),
            special_users=topology.names("customer", dry[self.special[dry]]),
            minutes=self.wishes.work.minutes((close - stops) | opened, len(stops)),
        )

    def _newly_dry(self, found: Found) -> IntArray:
        """Who had water as things stand: opening a valve gives nobody water to be taken again."""
        dry = np.concatenate([found.isolated, found.unintended])
        had: IntArray = dry[self.scene.before[self.topology.customer_segment[dry]]]
        return had


_KINDS = (LEAVE_OUT, TRY, STOP, OPEN)
