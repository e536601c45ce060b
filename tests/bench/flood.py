"""The baseline: what one would write in networkx without thinking about the whole city.

A graph of pipe parts and junctions with valves on its edges. A question walks the zone, then
floods the whole network from its sources twice: what had water before, and what has after.
"""

from collections import deque
from collections.abc import Iterable

import networkx as nx

from network.topology.elements import NetworkTables
from network.topology.engine.isolation import Burst
from network.topology.engine.states import NetworkState
from network.topology.reference import ReferenceNetwork, Vertex


class PlainFlood:
    """Built once per network; `ask` is what is timed."""

    def __init__(self, tables: NetworkTables) -> None:
        network = ReferenceNetwork(tables)
        self.graph: nx.DiGraph = network.graph
        self.closed = network.closed(NetworkState())
        self.walked = network.walked(NetworkState())
        self.sources = list(network.active_sources(NetworkState()).values())
        self.customers = [
            (customer, network.vertex_of(pipe, junction, at))
            for customer, pipe, junction, at in zip(
                tables.customers.ids,
                tables.customers.pipes,
                tables.customers.junctions,
                tables.customers.fractions,
                strict=True,
            )
        ]
        self.parts = {pipe: [("part", pipe, 0)] for pipe in tables.pipes.ids}
        for vertex in self.graph:
            if vertex[0] == "part" and vertex[2]:
                self.parts[vertex[1]].append(vertex)

    def ask(self, burst: Burst) -> tuple[set[str], list[str]]:
        """The valves to close and the customers who newly lose water."""
        zone, boundary = self._zone(self.parts[burst.pipe])
        before = self._flood(self.closed, set())
        after = self._flood(self.closed | boundary, zone)
        matters = {
            valve
            for tail, _, valves in self.graph.out_edges(after, data="valves")
            for valve in boundary.intersection(valves)
        }
        dry = [c for c, vertex in self.customers if vertex in before and vertex not in after]
        return matters, dry

    def _zone(self, start: Iterable[Vertex]) -> tuple[set[Vertex], set[str]]:
        zone, queue, boundary = set(start), deque(start), set()
        while queue:
            head = queue.popleft()
            for tail, _, valves in self.graph.in_edges(head, data="valves"):
                stop = next((v for v in reversed(valves) if self._stops(v)), None)
                if stop is not None:
                    boundary.add(stop)
                elif tail not in zone:
                    zone.add(tail)
                    queue.append(tail)
        return zone, boundary - self.closed

    def _stops(self, valve: str) -> bool:
        return valve in self.closed or valve not in self.walked

    def _flood(self, closed: set[str], without: set[Vertex]) -> set[Vertex]:
        queue = deque(source for source in self.sources if source not in without)
        wet = set(queue)
        while queue:
            for _, head, valves in self.graph.out_edges(queue.popleft(), data="valves"):
                if head not in wet and head not in without and closed.isdisjoint(valves):
                    wet.add(head)
                    queue.append(head)
        return wet
