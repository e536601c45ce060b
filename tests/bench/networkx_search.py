"""The baseline: a search one would write in networkx, and not a bad one.

Pipes and junctions are vertices, an edge carries the valve that stands on it. The supply before is
known; a question walks the zone and then floods the network once, to see what still has water.
"""

import networkx as nx
import numpy as np

from network.topology.elements import NetworkTables


class NetworkxSearch:
    """Built once per network; `ask` is what is timed. For cities whose pipes are not divided
    but by valves in mid-pipe, which are put at the pipe's start here: for times, not for answers.
    """

    def __init__(self, tables: NetworkTables) -> None:
        tables = tables.as_text()
        pipes, valves = tables.pipes, tables.valves
        self.graph: nx.Graph = nx.Graph()
        at: dict[tuple[str, str], str] = {}
        for valve, junction, pipe in zip(valves.ids, valves.junctions, valves.pipes, strict=True):
            at[pipe, junction] = valve
        for pipe, start, end in zip(pipes.ids, pipes.starts, pipes.ends, strict=True):
            start_valve = at.get((pipe, start)) or at.get((pipe, ""))
            self.graph.add_edge(pipe, start, valve=start_valve)
            self.graph.add_edge(pipe, end, valve=at.get((pipe, end)))
        self.closed = {v for v, shut in zip(valves.ids, valves.closed, strict=True) if shut}
        works = np.asarray(valves.operable, dtype=bool).tolist()
        self.stuck = {v for v, able in zip(valves.ids, works, strict=True) if not able}
        self.sources = list(tables.sources.junctions)
        self.customers_of: dict[str, list[str]] = {}
        for customer, pipe in zip(tables.customers.ids, tables.customers.pipes, strict=True):
            self.customers_of.setdefault(pipe, []).append(customer)
        self.before = self._flood(set(), self.closed)

    def ask(self, pipe: str, stuck: frozenset[str] = frozenset()) -> tuple[set[str], list[str]]:
        """The valves to close and the customers who newly lose water."""
        zone, boundary = self._zone(pipe, self.stuck | stuck)
        after = self._flood(zone, self.closed | boundary)
        matters = {
            valve
            for vertex in zone
            for beyond, data in self.graph.adj[vertex].items()
            if (valve := data["valve"]) in boundary and beyond in after
        }
        customers = self.customers_of
        dry = [c for each in self.before - after for c in customers.get(each, ())]
        return matters, dry

    def _zone(self, pipe: str, stuck: set[str] | frozenset[str]) -> tuple[set[str], set[str]]:
        zone, queue, boundary = {pipe}, [pipe], set()
        while queue:
            for beyond, data in self.graph.adj[queue.pop()].items():
                valve = data["valve"]
                if valve is not None and (valve in self.closed or valve not in stuck):
                    boundary.add(valve)
                elif beyond not in zone:
                    zone.add(beyond)
                    queue.append(beyond)
        return zone, boundary - self.closed

    def _flood(self, zone: set[str], shut: set[str]) -> set[str]:
        wet = {source for source in self.sources if source not in zone}
        queue = list(wet)
        adjacent = self.graph.adj
        while queue:
            for beyond, data in adjacent[queue.pop()].items():
                if beyond not in wet and data["valve"] not in shut and beyond not in zone:
                    wet.add(beyond)
                    queue.append(beyond)
        return wet
