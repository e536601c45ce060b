"""The zone as the crew walks it and as water fills it: two graphs of the same rows.

`walk` knows lengths and no valves: people walk past a closed one. Water runs on the reference
network, along one-way pipes and devices and past open valves only.
"""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import dist, isfinite, isnan

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from network.topology.elements import NetworkTables, Points, Valves
from network.topology.engine.isolation import Burst
from network.topology.reference import ReferenceNetwork, Vertex

DETOUR = 1.4  # a way that is not known along the pipes, for each metre of the straight line
Metres = tuple[float, float]


@dataclass(frozen=True)
class ZoneRows:
    """What is known of a zone and of what stands on it.

    `tables` are the rows of its pipes; `lengths_m` and `bores_mm` by pipe; `heights_m` by junction;
    `valve_bores_mm` by valve; `fittings` names the washouts and air valves among the valves;
    `at` are positions in metres of whatever may be far from the zone.
    """

    tables: NetworkTables = field(default_factory=NetworkTables)
    lengths_m: Mapping[str, float] = field(default_factory=dict)
    bores_mm: Mapping[str, float] = field(default_factory=dict)
    heights_m: Mapping[str, float] = field(default_factory=dict)
    valve_bores_mm: Mapping[str, float] = field(default_factory=dict)
    fittings: Mapping[str, str] = field(default_factory=dict)
    at: Mapping[str, Metres] = field(default_factory=dict)


@dataclass(frozen=True)
class Outlet:
    """A hydrant, washout or air valve of the zone; `height_m` None where nobody measured."""

    asset: str
    kind: str
    vertex: Vertex
    height_m: float | None


class Zone:
    """Where to walk, what fills from where, and what stands at which height.

    `shut` are the valves that cut the zone off, closed before or by the plan; `left_open` stand on
    its border too, and need no closing.
    """

    def __init__(
        self,
        rows: ZoneRows,
        bursts: Sequence[Burst],
        shut: Collection[str],
        left_open: Collection[str] = (),
    ) -> None:
        self.rows, self.bursts = rows, tuple(bursts)
        self.network = ReferenceNetwork(rows.tables)
        self.tables = self.network.tables
        self.shut = frozenset(shut)
        self.border = self.shut.union(left_open)
        self.walk: nx.Graph[tuple[str, str]] = nx.Graph()
        self._places = self._placed()
        self._add_ways()

    # -- the way --------------------------------------------------------------

    def _placed(self) -> dict[str, tuple[str, str, float]]:
        """Junction, pipe and fraction of everything that stands on the zone."""
        hydrants, valves = self.tables.hydrants, self.tables.valves
        tables: tuple[Points | Valves, ...] = (hydrants, valves)
        return {
            str(asset): (str(junction), str(pipe), float(at))
            for table in tables
            for asset, junction, pipe, at in zip(
                table.ids, table.junctions, table.pipes, table.fractions, strict=True
            )
        }

    def _add_ways(self) -> None:
        """Every pipe as stretches between what stands on it."""
        pipes, splits = self.tables.pipes, self.tables.splits
        stops: dict[str, list[tuple[float, tuple[str, str]]]] = {
            str(pipe): [(0.0, ("junction", str(start))), (1.0, ("junction", str(end)))]
            for pipe, start, end in zip(pipes.ids, pipes.starts, pipes.ends, strict=True)
        }
        for pipe, junction, at in zip(
            splits.pipes, splits.junctions, splits.fractions, strict=True
        ):
            stops[str(pipe)].append((float(at), ("junction", str(junction))))
        for asset, (junction, pipe, at) in self._places.items():
            if not junction and pipe in stops:
                stops[pipe].append((0.5 if isnan(at) else at, ("place", asset)))
        for nth, burst in enumerate(self.bursts):
            if burst.pipe in stops:
                at = 0.5 if burst.fraction is None else burst.fraction
                stops[burst.pipe].append((at, ("burst", str(nth))))
        for pipe, along in stops.items():
            along.sort()
            length = self.rows.lengths_m.get(pipe, 0.0)
            for (one, here), (other, then) in itertools.pairwise(along):
                self._join(here, then, (other - one) * length)

    def _join(self, here: tuple[str, str], then: tuple[str, str], metres: float) -> None:
        known = self.walk.get_edge_data(here, then, {}).get("metres")
        if here != then and (known is None or metres < known):
            self.walk.add_edge(here, then, metres=metres)

    def spot(self, asset: str) -> tuple[str, str]:
        """Where an asset stands on the ways."""
        junction, _, _ = self._places.get(asset, ("", "", 0.0))
        return ("junction", junction) if junction else ("place", asset)

    def metres_from(self, asset: str) -> dict[tuple[str, str], float]:
        """Metres along the pipes from an asset to all that can be reached so."""
        return self._metres_from(self.spot(asset))

    def metres_from_junction(self, junction: str) -> dict[tuple[str, str], float]:
        """Metres along the pipes from a junction to all that can be reached so."""
        return self._metres_from(("junction", junction))

    def leg_m(self, one: str, other: str) -> float | None:
        """Metres from one asset to another, None where neither ways nor positions are known."""
        along = self._along_m(one, other)
        if along is None and (self.rows.at.get(one) is None or self.rows.at.get(other) is None):
            return None
        return self._straight_m(one, other) if along is None else along

    def metres_from_burst(self) -> dict[tuple[str, str], float]:
        """Metres along the pipes from the nearest burst."""
        found: dict[tuple[str, str], float] = {}
        for nth in range(len(self.bursts)):
            for spot, metres in self._metres_from(("burst", str(nth))).items():
                found[spot] = min(metres, found.get(spot, metres))
        return found

    def _metres_from(self, spot: tuple[str, str]) -> dict[tuple[str, str], float]:
        if spot not in self._spots:
            return {}
        self._measure([spot])
        metres = self._measured[spot]
        return {self._named[n]: float(metres[n]) for n in np.flatnonzero(np.isfinite(metres))}

    def metres(self, assets: Sequence[str]) -> list[list[float]]:
        """Metres between assets: along the zone's pipes, else straight with a detour, else 0."""
        spots = [self.spot(asset) for asset in assets]
        self._measure(spots)
        at = np.array([self.rows.at.get(asset, (np.nan, np.nan)) for asset in assets])
        at = at.reshape(-1, 2)
        away = at[:, None, :] - at[None, :, :]
        metres = np.nan_to_num(np.hypot(away[..., 0], away[..., 1]) * DETOUR)
        known = [(nth, self._spots[spot]) for nth, spot in enumerate(spots) if spot in self._spots]
        there, columns = [nth for nth, _ in known], [column for _, column in known]
        for here in there:
            along = self._measured[spots[here]][columns]
            metres[here, there] = np.where(np.isfinite(along), along, metres[here, there])
        rows: list[list[float]] = metres.tolist()
        return rows

    def _along_m(self, one: str, other: str) -> float | None:
        """Metres along the pipes, None where no way is known."""
        here, there = self.spot(one), self._spots.get(self.spot(other))
        if here not in self._spots or there is None:
            return None
        self._measure([here])
        metres = float(self._measured[here][there])
        return metres if isfinite(metres) else None

    def _measure(self, spots: Iterable[tuple[str, str]]) -> None:
        """Measure from all these spots at once what is not measured yet."""
        new = [each for each in dict.fromkeys(spots) if each in self._spots]
        new = [each for each in new if each not in self._measured]
        if new:
            starts = [self._spots[each] for each in new]
            metres = dijkstra(self._legs, directed=False, indices=starts)
            self._measured.update(zip(new, metres, strict=True))

    @cached_property
    def _measured(self) -> dict[tuple[str, str], NDArray[np.float64]]:
        return {}

    @cached_property
    def _named(self) -> list[tuple[str, str]]:
        return list(self.walk)

    @cached_property
    def _spots(self) -> dict[tuple[str, str], int]:
        return {spot: n for n, spot in enumerate(self._named)}

    @cached_property
    def _legs(self) -> csr_matrix:
        """The ways as a matrix: a search from each of hundreds of valves is then no wait."""
        number = self._spots
        ends = [(number[one], number[other]) for one, other in self.walk.edges]
        metres = [float(self.walk.edges[edge]["metres"]) for edge in self.walk.edges]
        places = np.reshape(np.asarray(ends, dtype=np.int32), (-1, 2)).T
        return csr_matrix((metres, (places[0], places[1])), shape=(len(number), len(number)))

    def _straight_m(self, one: str, other: str) -> float:
        here, there = self.rows.at.get(one), self.rows.at.get(other)
        return dist(here, there) * DETOUR if here and there else 0.0

    # -- the water ------------------------------------------------------------

    def shut_on(self, tail: Vertex, head: Vertex) -> frozenset[str]:
        """The shut valves that stand between two neighbours."""
        return self.shut.intersection(self.network.graph.edges[tail, head]["valves"])

    def is_shut(self, tail: Vertex, head: Vertex) -> bool:
        """Whether a shut valve stands between two neighbours."""
        return bool(self.shut_on(tail, head))

    @cached_property
    def inside(self) -> frozenset[Vertex]:
        """All from which water would reach the burst past no valve of the border."""
        graph, found = self.network.graph, self._burst_vertices()
        queue = sorted(found)
        for head in queue:
            for tail in graph.predecessors(head):
                if tail not in found and not self.border.intersection(
                    graph.edges[tail, head]["valves"]
                ):
                    found.add(tail)
                    queue.append(tail)
        return frozenset(found)

    def _burst_vertices(self) -> set[Vertex]:
        found: set[Vertex] = set()
        for burst in self.bursts:
            if burst.pipe not in self.tables.pipes.ids:
                continue
            if burst.fraction is not None:
                found.add(self.network.vertex_of(burst.pipe, "", burst.fraction))
            else:
                parts = len(self.network.places.get(burst.pipe, [])) + 1
                found.update(("part", burst.pipe, nth) for nth in range(parts))
        return found

    @cached_property
    def _entries(self) -> dict[str, list[tuple[Vertex, frozenset[str]]]]:
        """By shut valve: where water comes into the zone past it, and the valves on that step."""
        found: dict[str, list[tuple[Vertex, frozenset[str]]]] = {}
        for tail, head in self.network.graph.edges:
            if head in self.inside and tail not in self.inside:
                valves: list[str] = self.network.graph.edges[tail, head]["valves"]
                for valve in self.shut_on(tail, head):
                    found.setdefault(valve, []).append((head, frozenset(valves)))
        return found

    def filled_from(self, valves: Collection[str]) -> frozenset[Vertex]:
        """What of the zone fills when these of its valves are open and the others shut."""
        closed, graph = self.shut.difference(valves), self.network.graph
        found = {
            head
            for valve in valves
            for head, on_the_way in self._entries.get(valve, [])
            if not closed.intersection(on_the_way)
        }
        queue = sorted(found)
        for tail in queue:
            for head in graph.successors(tail):
                shut = closed.intersection(graph.edges[tail, head]["valves"])
                if head in self.inside and head not in found and not shut:
                    found.add(head)
                    queue.append(head)
        return frozenset(found)

    # -- what stands on it ----------------------------------------------------

    @property
    def outlets(self) -> tuple[Outlet, ...]:
        """Hydrants, washouts and air valves inside, by kind and id."""
        return self.outlets_in(self.inside)

    def outlets_in(self, part: Collection[Vertex]) -> tuple[Outlet, ...]:
        """Those of a part of the rows, by kind and id."""
        return tuple(each for each in self._all_outlets if each.vertex in part)

    @cached_property
    def _all_outlets(self) -> tuple[Outlet, ...]:
        hydrants = [(str(each), "hydrant") for each in self.tables.hydrants.ids]
        found = []
        for asset, kind in sorted([*hydrants, *self.rows.fittings.items()]):
            junction, pipe, at = self._places.get(asset, ("", "", 0.0))
            if not junction and pipe not in self.tables.pipes.ids:
                continue
            # What is recorded by its junction alone hangs on all that meets there.
            vertex = self.network.vertex_of("" if junction else pipe, junction, at)
            found.append(Outlet(asset, kind, vertex, self.height_m(asset)))
        return tuple(found)

    def height_m(self, asset: str) -> float | None:
        """Height of an asset from the junctions beside it, None where one is not known."""
        junction, pipe, at = self._places.get(asset, ("", "", 0.0))
        heights = self.rows.heights_m
        if junction:
            return heights.get(junction)
        if pipe not in self.tables.pipes.ids:
            return None
        nth = list(self.tables.pipes.ids).index(pipe)
        low = heights.get(str(self.tables.pipes.starts[nth]))
        high = heights.get(str(self.tables.pipes.ends[nth]))
        return None if low is None or high is None else low + (high - low) * at

    def dead_ends(self) -> list[str]:
        """Junctions inside where one pipe ends and no shut valve stands, sorted."""
        pipes = self.tables.pipes
        ends: dict[str, int] = {}
        for name in (*pipes.starts, *pipes.ends, *self.tables.splits.junctions):
            ends[str(name)] = ends.get(str(name), 0) + 1
        for name in self.tables.splits.junctions:
            ends[str(name)] += 1  # the pipe runs on
        beside = {self._places[valve][0] for valve in self.shut if valve in self._places}
        return sorted(
            name
            for name, count in ends.items()
            if count == 1 and name not in beside and ("junction", name, 0) in self.inside
        )

    def bore_mm(self, valve: str) -> float | None:
        """Bore of a valve, None where it is not recorded."""
        return self.rows.valve_bores_mm.get(valve)

    def largest_main_mm(self) -> float:
        """The largest bore of the zone's pipes, 0 where none is recorded."""
        inside: Iterable[str] = {vertex[1] for vertex in self.inside if vertex[0] == "part"}
        return max((self.rows.bores_mm.get(pipe, 0.0) for pipe in inside), default=0.0)
