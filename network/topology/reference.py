"""The isolation answer in readable networkx, one rule after the other.

Slow (it floods the whole network for each boundary valve) and written from the tables
rather than from the built arrays, so that it can tell when the fast engine is wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

import networkx as nx

from network.topology.elements import NetworkTables
from network.topology.engine.isolation import Burst
from network.topology.engine.states import NetworkState

Graph: TypeAlias = "nx.DiGraph[Vertex]"
Vertex = tuple[str, str, int]  # ("part", pipe, nth), ("junction", id, 0), ("valve", id, 0)


class ReferenceNetwork:
    """A directed graph of pipe parts and junctions; each arc lists the valves on it.

    The list runs from the pipe part outwards to the junction, or inwards to it, in the
    order in which water meets the valves.
    """

    def __init__(self, tables: NetworkTables) -> None:
        self.tables = tables = tables.as_text()
        self.graph: Graph = nx.DiGraph()
        self.parts_at: dict[Vertex, set[Vertex]] = defaultdict(set)
        self.places = self._places()
        self.valve_row = {each: nth for nth, each in enumerate(tables.valves.ids)}
        self._add_pipes()
        self._add_valves()
        self._add_inlets()

    # -- the graph --------------------------------------------------------------

    def _places(self) -> dict[str, list[tuple[float, Vertex]]]:
        """Where each pipe is divided: fractions with the vertices that divide it, in order."""
        places: dict[str, list[tuple[float, Vertex]]] = defaultdict(list)
        splits, valves = self.tables.splits, self.tables.valves
        for pipe, junction, fraction in zip(
            splits.pipes, splits.junctions, splits.fractions, strict=True
        ):
            places[pipe].append((fraction, ("junction", junction, 0)))
        for nth, valve in enumerate(valves.ids):
            if valves.pipes[nth] and not valves.junctions[nth] and self._can_cut(nth):
                places[valves.pipes[nth]].append((valves.fractions[nth], ("valve", valve, 0)))
        for there in places.values():
            there.sort(key=lambda place: place[0])
        return places

    def _can_cut(self, nth: int) -> bool:
        return bool(self.tables.valves.isolates[nth] or self.tables.valves.flow_to[nth])

    def _add_pipes(self) -> None:
        self.graph.add_nodes_from(("junction", each, 0) for each in self.tables.junctions)
        pipes = self.tables.pipes
        for pipe, start, end, one_way in zip(
            pipes.ids, pipes.starts, pipes.ends, pipes.one_way, strict=True
        ):
            stops: list[Vertex] = [
                ("junction", start, 0),
                *(vertex for _, vertex in self.places.get(pipe, [])),
                ("junction", end, 0),
            ]
            for nth, (before, after) in enumerate(pairwise(stops)):
                part: Vertex = ("part", pipe, nth)
                self.parts_at[before].add(part)
                self.parts_at[after].add(part)
                self._add_arc(before, part)
                self._add_arc(part, after)
                if not one_way:
                    self._add_arc(part, before)
                    self._add_arc(after, part)

    def _add_arc(self, tail: Vertex, head: Vertex) -> None:
        self.graph.add_edge(tail, head, valves=[])

    def _add_valves(self) -> None:
        valves = self.tables.valves
        rows = [nth for nth in range(len(valves.ids)) if self._can_cut(nth)]
        for nth in sorted(rows, key=lambda each: not valves.pipes[each]):  # pipe ends first
            hub = self.hub(valves.ids[nth])
            for part in sorted(self.parts_at[hub]):
                if valves.junctions[nth] and valves.pipes[nth] not in ("", part[1]):
                    continue  # the valve stands at another pipe's end
                self._cut(nth, part, hub)

    def hub(self, valve: str) -> Vertex:
        """The junction at which a valve stands; one of its own where it is in mid-pipe."""
        junction = self.tables.valves.junctions[self.valve_row[valve]]
        return ("junction", junction, 0) if junction else ("valve", valve, 0)

    def is_inside(self, valve: str, zone: set[Vertex], fed: set[Vertex]) -> bool:
        """Whether all pipes that a valve stands between lie in the zone, or both its own sides.

        One that keeps a source at its own junction (`fed`) out of the zone does not.
        """
        hub = self.hub(valve)
        around = self.parts_at[hub]
        own = {
            part for part in around if part[1] == self.tables.valves.pipes[self.valve_row[valve]]
        }
        if hub in fed - zone:
            return False
        return around <= zone or (hub in zone and bool(own) and own <= zone)

    def _cut(self, nth: int, part: Vertex, hub: Vertex) -> None:
        valves = self.tables.valves
        if self.graph.has_edge(part, hub):
            self.graph.edges[part, hub]["valves"].append(valves.ids[nth])
        if self.graph.has_edge(hub, part):
            self.graph.edges[hub, part]["valves"].insert(0, valves.ids[nth])
        flow_to = valves.flow_to[nth]
        if not flow_to:
            return
        if not valves.junctions[nth]:
            self._direct_in_middle(nth, part, hub)
        elif part[1] == flow_to:
            self._remove(part, hub)
        elif valves.pipes[nth]:
            self._remove(hub, part)

    def _direct_in_middle(self, nth: int, part: Vertex, hub: Vertex) -> None:
        """Let water pass a valve in mid-pipe only toward the end where its target is met."""
        valves, pipes = self.tables.valves, self.tables.pipes
        row, target = list(pipes.ids).index(valves.pipes[nth]), valves.flow_to[nth]
        met = [
            any(each[1] == target != part[1] for each in self.parts_at[("junction", at, 0)])
            for at in (pipes.starts[row], pipes.ends[row])
        ]
        if not any(met):
            return
        to_end = met[1] and (not met[0] or valves.fractions[nth] > 0.5)
        is_before = part == min(self.parts_at[hub])
        if is_before == to_end:
            self._remove(hub, part)
        else:
            self._remove(part, hub)

    def _add_inlets(self) -> None:
        for junction, inlets in zip(
            self.tables.sources.junctions, self.tables.sources.inlet_pipes, strict=True
        ):
            hub: Vertex = ("junction", junction, 0)
            for part in sorted(self.parts_at[hub]):
                if part[1] in inlets:
                    self._remove(hub, part)

    def _remove(self, tail: Vertex, head: Vertex) -> None:
        if self.graph.has_edge(tail, head):
            self.graph.remove_edge(tail, head)

    def vertex_of(self, pipe: str, junction: str, fraction: float) -> Vertex:
        """Where something hangs: a part of its pipe, or its junction."""
        if not pipe:
            return ("junction", junction, 0)
        before = [place for place, _ in self.places.get(pipe, []) if place <= fraction]
        return ("part", pipe, len(before))

    # -- the question -----------------------------------------------------------

    def closed(self, state: NetworkState) -> set[str]:
        """Valves that are closed in `state`."""
        rows = zip(self.tables.valves.ids, self.tables.valves.closed, strict=True)
        return ({each for each, shut in rows if shut} | state.closed) - state.opened

    def walked(self, state: NetworkState) -> set[str]:
        """Valves that a trace walks through when open: stuck ones and one-way devices."""
        valves = self.tables.valves
        stuck = {each for each, works in zip(valves.ids, valves.operable, strict=True) if not works}
        one_way = {each for each, flow in zip(valves.ids, valves.flow_to, strict=True) if flow}
        return ((stuck | state.inoperable) - state.operable) | one_way

    def active_sources(self, state: NetworkState) -> dict[str, Vertex]:
        """Sources that give water in `state`, with the junctions where they stand."""
        sources = self.tables.sources
        return {
            source: ("junction", junction, 0)
            for source, junction, active in zip(
                sources.ids, sources.junctions, sources.active, strict=True
            )
            if (active or source in state.active_sources) and source not in state.inactive_sources
        }


def isolate(
    tables: NetworkTables, bursts: Sequence[Burst], state: NetworkState | None = None
) -> dict[str, object]:
    """The lists of an isolation answer as sets of ids, and `is_isolatable`."""
    network, holds = ReferenceNetwork(tables), state or NetworkState()
    closed, walked = network.closed(holds), network.walked(holds)
    sources = network.active_sources(holds)
    zone, boundary, shut_border = _zone(network, bursts, closed, walked, set(sources.values()))
    in_zone = {source for source, vertex in sources.items() if vertex in zone}
    outside = {source: vertex for source, vertex in sources.items() if source not in in_zone}

    def wet(shut: Iterable[str]) -> set[Vertex]:
        """Vertices outside the zone that water from outside it reaches."""
        return _reached(network.graph, outside.values(), closed | set(shut), without=zone)

    before = _reached(network.graph, sources.values(), closed, without=set())
    matters = {
        valve
        for valve in boundary
        if _enters(network.graph, wet(boundary - {valve}), zone, closed | (boundary - {valve}))
    }
    after = wet(matters)
    dry = before - after
    answer = _named(network, zone, dry, before)
    return answer | {
        "is_isolatable": not in_zone,
        "boundary_valves": boundary,
        "valves_to_close": matters,
        "valves_already_closed": shut_border,
        "sources_to_shut": in_zone,
    }


def _zone(
    network: ReferenceNetwork,
    bursts: Sequence[Burst],
    closed: set[str],
    walked: set[str],
    fed: set[Vertex],
) -> tuple[set[Vertex], set[str], set[str]]:
    """Walk against the flow from the burst; stop at closed and at operable valves."""
    zone: set[Vertex] = set()
    for burst in bursts:
        if burst.fraction is None:
            zone |= {v for v in network.graph if v[0] == "part" and v[1] == burst.pipe}
        else:
            zone.add(network.vertex_of(burst.pipe, "", burst.fraction))
    queue = list(zone)
    stopped: set[str] = set()
    shut: set[str] = set()
    while queue:
        head = queue.pop()
        for tail in network.graph.predecessors(head):
            valves: list[str] = network.graph.edges[tail, head]["valves"]
            # Seen from the head, the valve that water passes last is met first.
            first = next((v for v in reversed(valves) if v in closed or v not in walked), None)
            if first is not None:
                (shut if first in closed else stopped).add(first)
            elif tail not in zone:
                zone.add(tail)
                queue.append(tail)
    inside = {valve for valve in stopped if network.is_inside(valve, zone, fed)}
    shut_border = {valve for valve in shut if not network.is_inside(valve, zone, fed)}
    zone |= {network.hub(valve) for valve in inside}
    return zone, stopped - inside, shut_border


def _reached(
    graph: Graph, starts: Iterable[Vertex], closed: set[str], *, without: set[Vertex]
) -> set[Vertex]:
    """Vertices that water from `starts` reaches through open valves and with the flow."""
    flowing = nx.subgraph_view(
        graph,
        filter_node=lambda vertex: vertex not in without,
        filter_edge=lambda tail, head: not closed.intersection(graph.edges[tail, head]["valves"]),
    )
    reached: set[Vertex] = set()
    for start in starts:
        reached |= {start} | nx.descendants(flowing, start)
    return reached


def _enters(graph: Graph, wet: set[Vertex], zone: set[Vertex], closed: set[str]) -> bool:
    """Whether water at `wet` flows into the zone past the valves that are not closed."""
    return any(
        head in zone and not closed.intersection(graph.edges[tail, head]["valves"])
        for tail in wet
        for head in graph.successors(tail)
    )


def _named(
    network: ReferenceNetwork, zone: set[Vertex], dry: set[Vertex], before: set[Vertex]
) -> dict[str, object]:
    tables = network.tables
    hydrants, customers = tables.hydrants, tables.customers

    def hanging(points: object) -> dict[str, Vertex]:
        rows = zip(points.ids, points.pipes, points.junctions, points.fractions, strict=True)  # type: ignore[attr-defined]
        return {each: network.vertex_of(pipe, there, at) for each, pipe, there, at in rows}

    at = hanging(customers)
    return {
        "zone_pipes": {vertex[1] for vertex in zone if vertex[0] == "part"},
        "pipes_dry": {vertex[1] for vertex in dry if vertex[0] == "part"},
        "customers_isolated": {c for c, v in at.items() if v in zone and v in before},
        "customers_unintended": {c for c, v in at.items() if v in dry and v not in zone},
        "customers_already_dry": {c for c, v in at.items() if v in zone and v not in before},
        "hydrants_dry": {h for h, v in hanging(hydrants).items() if v in dry},
    }
