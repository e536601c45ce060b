"""Where one new valve would help most.

RULE 1  Places are pipe ends: just inside a pipe, at the junction where it starts or ends, where
        no valve stands yet. What a new valve there would do is what `isolate` says with it.
RULE 2  A burst is as likely as the pipe is long. What a zone is expected to lose is the sum over
        its pipes of length x customers lost; a place's gain is by how much that falls.
RULE 3  Zones are looked at from the one expected to lose most; each names its best place. A zone
        that one-way devices widen is left out, and counted. In a ring of pipes no place parts
        the zone; where one-way devices inside a ring make one do so, it is not looked at.

To ask about a place without building the network again, all of them are built at once as valves
that are stuck open, which changes nothing; one after the other is then taken to work.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from network.topology.elements import NetworkTables, Valves
from network.topology.engine.build import build
from network.topology.engine.ready import make_ready
from network.topology.engine.search import Trace
from network.topology.engine.states import NetworkState, masks
from network.topology.engine.structure import Grouping
from network.topology.risk.burst_losses import Bursts, Loss

MARK = "+"  # no asset's id: places are named by pipe and end, and never leave this module
NAN = float("nan")
CLOSE = 1e-6  # metres x customers: less is the computer's rounding


@dataclass(frozen=True)
class NewValve:
    """A place for a valve and what it would do to its zone.

    `before` and `after` are what the zone is expected to lose: metres of pipe x customers.
    `sides` are the customers lost by a burst on either side of the new valve, the pipe's first.
    """

    pipe: str
    junction: str
    before: float
    after: float
    customers: int  # lost by a burst anywhere in the zone as it is
    sides: tuple[int, int]
    zone_m: float

    @property
    def gain(self) -> float:
        """By how much the expected loss falls, in metres of pipe x customers."""
        return self.before - self.after


@dataclass(frozen=True)
class NewValves:
    """The best places, best first; how many zones were looked at, and how many could not be."""

    places: tuple[NewValve, ...]
    zones: int
    left_out: int


def best_places(
    tables: NetworkTables,
    lengths_m: Mapping[str, float],
    state: NetworkState | None = None,
    *,
    most: int = 20,
    zones: int = 100,
    tries: int = 12,
    least_m: float = 300.0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> NewValves:
    """The best place in each of the worst `zones` of at least `least_m` metres, the `most` best.

    In each zone the `tries` places that promise most are tried: the best of them, not always of
    all. Ids of `tables` are text. Ties are by pipe and junction.
    """
    town = _Town(tables, lengths_m, state or NetworkState())
    found: list[NewValve] = []
    looked_at = left_out = 0
    groups = town.worst(least_m)[:zones]
    for nth, group in enumerate(groups):
        progress(nth, len(groups))
        zone = town.zone(group)
        if zone is None:
            left_out += 1
            continue
        looked_at += 1
        # What the last of the `most` best brings so far is what a place must beat to be told of.
        least = sorted((each.gain for each in found), reverse=True)[most - 1 : most]
        best = zone.best(tries, least[0] if least else 0.0)
        if best is not None:
            found.append(best)
    progress(len(groups), len(groups))
    found.sort(key=_rank)
    return NewValves(tuple(found[:most]), looked_at, left_out)


def _rank(place: NewValve) -> tuple[float, str, str]:
    # A gain that differs in its last digits only is a tie.
    return -round(place.gain, 6), place.pipe, place.junction


def _with_places(tables: NetworkTables) -> tuple[NetworkTables, list[tuple[str, str]]]:
    """The tables with a stuck valve at each free pipe end, and pipe and junction of each."""
    pipes, valves = tables.pipes, tables.valves
    taken = set(zip(valves.pipes, valves.junctions, strict=True))
    everywhere = {at for at, pipe in zip(valves.junctions, valves.pipes, strict=True) if not pipe}
    places = [
        (pipe, junction)
        for pipe, start, end in zip(pipes.ids, pipes.starts, pipes.ends, strict=True)
        for junction in (start, end)
        if start != end and (pipe, junction) not in taken and junction not in everywhere
    ]
    count = len(places)
    more = Valves(
        ids=[*valves.ids, *(f"{MARK}{nth}" for nth in range(count))],
        junctions=[*valves.junctions, *(junction for _, junction in places)],
        pipes=[*valves.pipes, *(pipe for pipe, _ in places)],
        fractions=[*valves.fractions, *([NAN] * count)],
        isolates=[*valves.isolates, *([True] * count)],
        flow_to=[*valves.flow_to, *([""] * count)],
        closed=[*valves.closed, *([False] * count)],
        operable=[*valves.operable, *([False] * count)],
    )
    return replace(tables, valves=more), places


class _Town:
    """The network with all places built in, in one state."""

    def __init__(
        self, tables: NetworkTables, lengths_m: Mapping[str, float], state: NetworkState
    ) -> None:
        wider, self.places = _with_places(tables)
        self.topology = build(wider)
        holds = masks(self.topology, state)
        self.ready = make_ready(self.topology, state)
        self.bursts = Bursts(self.topology, holds)
        first = {self.topology.index("valve", f"{MARK}{n}"): n for n in range(len(self.places))}
        self.place_of = first
        self.part_m = self._part_lengths(lengths_m)
        self.parts = Grouping.of(self.topology.part_segment, self.topology.segment_count)
        self.members = Grouping.of(self.ready.group_of[:-1], len(self.ready.simple))

    def _part_lengths(self, lengths_m: Mapping[str, float]) -> NDArray[np.float64]:
        topology = self.topology
        found = np.zeros(len(topology.part_segment))
        for pipe, name in enumerate(topology.pipe_ids.tolist()):
            parts = topology.parts_of(pipe)
            cuts = topology.cut_fractions[parts.start - pipe : parts.stop - pipe - 1]
            shares = np.diff([0.0, *cuts.tolist(), 1.0])
            found[parts.start : parts.stop] = shares * lengths_m.get(name.decode(), 0.0)
        return found

    def worst(self, least_m: float) -> list[int]:
        """Groups long enough, from the one expected to lose most."""
        ready = self.ready
        groups = ready.group_of[self.topology.part_segment]
        metres = np.bincount(groups, weights=self.part_m, minlength=len(ready.simple))
        lost = ready.customer_starts[ready.end] - ready.customer_starts[:-2]
        expected = metres * lost
        expected[ready.wet_count :] = 0.0
        chosen = np.flatnonzero((metres >= least_m) & (expected > 0))
        order = chosen[np.argsort(-expected[chosen], kind="stable")]
        found: list[int] = order.tolist()
        return found

    def zone(self, group: int) -> "_Zone | None":
        """A group as a zone; None for one whose zone is more than the group."""
        at = self.members
        segments = at.items[at.starts[group] : at.starts[group + 1]].tolist()
        trace = self.bursts.trace(segments[:1])
        more = set(trace.zone.tolist()).difference(segments)
        # The junction of a valve inside the zone belongs to it, too; it is no pipe.
        if len(self.parts.of_segments(more)):
            return None
        return _Zone(self, segments, trace)

    def weights(self, segment: int) -> NDArray[np.float64]:
        """Metres of pipe on a segment, and customers with water."""
        customers = self.bursts.weigh({segment} if self.bursts.tree.wet[segment] else set(), ())
        return np.array([self.metres([segment]), customers.customers], dtype=float)

    def metres(self, segments: Sequence[int]) -> float:
        """Metres of pipe on some segments."""
        return float(self.part_m[self.parts.of_segments(segments)].sum())


class _Zone:
    def __init__(self, town: _Town, segments: list[int], trace: Trace) -> None:
        self.town, self.segments = town, segments
        self.loss: Loss = town.bursts.weigh(town.bursts.cut_off(trace), trace.zone.tolist())
        self.metres = town.metres(self.segments)

    def best(self, tries: int, least: float = 0.0) -> NewValve | None:
        """The place that lowers the zone's expected loss most, by `least` or more; None without.

        A burst takes at least its own side of the valve: that tells in advance what a place
        can bring at most, and most need not be tried, in most zones none.
        """
        best: NewValve | None = None
        most_after = self.metres * self.loss.customers - least
        if most_after < 0:
            return None
        for at_least, valve, one, other in sorted(self._bridges())[:tries]:
            if at_least > (best.after if best else most_after) + CLOSE:
                break
            place = self._place(valve, one, other)
            if place and place.gain > 0 and (best is None or _rank(place) < _rank(best)):
                best = place
        return best

    def _bridges(self) -> Iterator[tuple[float, int, int, int]]:
        """Places that part the zone: the least expected loss with a valve there, and its arc.

        Water's ways in the zone make a graph; only a bridge of it parts the zone, and below a
        bridge lies a subtree of any depth-first tree.
        """
        graph = self._graph()
        root = self.segments[0]
        parent = {below: above for above, below in nx.dfs_edges(graph, root)}
        weigh = {each: self.town.weights(each) for each in self.segments}
        for below, above in reversed(parent.items()):
            weigh[above] += weigh[below]
        metres, customers = weigh[root]
        for pair in cast("Iterable[tuple[int, int]]", nx.bridges(nx.Graph(graph))):
            if graph.number_of_edges(*pair) > 1:
                continue
            (valve,) = (data["valve"] for data in graph[pair[0]][pair[1]].values())
            if valve in self.town.place_of:
                below = pair[0] if parent.get(pair[0]) == pair[1] else pair[1]
                side_m, side = weigh[below]
                at_least = side_m * side + (metres - side_m) * (customers - side)
                yield float(at_least), valve, pair[0], pair[1]

    def _graph(self) -> "nx.MultiGraph[int]":
        topology, inside = self.town.topology, set(self.segments)
        graph: nx.MultiGraph[int] = nx.MultiGraph()
        graph.add_nodes_from(self.segments)
        arcs = np.unique(
            topology.arcs_by_segment.of_segments(self.segments) % len(topology.arc_u)
        ).tolist()
        holds = self.town.bursts.holds
        walked = holds.walked & ~holds.closed
        for arc in arcs:
            u, v, valve = (
                int(each[arc]) for each in (topology.arc_u, topology.arc_v, topology.arc_valve)
            )
            if u in inside and v in inside and (valve < 0 or walked[valve]):
                graph.add_edge(u, v, valve=valve)
        return graph

    def _place(self, valve: int, one: int, other: int) -> NewValve | None:
        """The place, or None where one-way devices let one side draw from the other."""
        town = self.town
        pipe, junction = town.places[town.place_of[valve]]
        pipe_side = int(town.topology.valve_end[valve])
        ends = (one, other) if one == pipe_side else (other, one)
        was = town.bursts.holds.walked[valve]
        town.bursts.holds.walked[valve] = False
        try:
            sides = [town.bursts.trace([each]) for each in ends]
            losses = [town.bursts.weigh(town.bursts.cut_off(s), s.zone.tolist()) for s in sides]
        finally:
            town.bursts.holds.walked[valve] = was
        metres = [town.metres(side.zone.tolist()) for side in sides]
        if not np.isclose(sum(metres), self.metres):
            return None
        return NewValve(
            pipe=pipe,
            junction=junction,
            before=self.metres * self.loss.customers,
            after=sum(metre * loss.customers for metre, loss in zip(metres, losses, strict=True)),
            customers=self.loss.customers,
            sides=(losses[0].customers, losses[1].customers),
            zone_m=self.metres,
        )
