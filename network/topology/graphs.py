"""networkx graphs of a network, with the assets' own ids as vertices.

The graphs that people meet: to draw, to inspect, to run an algorithm on that nobody
foresaw. Vertices of an element graph are ("pipe", id) and ("junction", id).
"""

from __future__ import annotations

import networkx as nx
import numpy as np

from network.topology.elements import NetworkTables
from network.topology.engine.isolation import Isolation
from network.topology.engine.structure import Topology

Element = tuple[str, str]  # kind and asset id


def element_graph(tables: NetworkTables) -> nx.DiGraph[Element]:
    """Pipes and junctions as vertices, water's possible ways as arcs, valves left out.

    Splits are not divided here: a pipe is one vertex, joined to every junction on it.
    """
    graph: nx.DiGraph[Element] = nx.DiGraph()
    tables = tables.as_text()
    graph.add_nodes_from(("junction", each) for each in tables.junctions)
    pipes = tables.pipes
    for pipe, start, end, one_way in zip(
        pipes.ids, pipes.starts, pipes.ends, pipes.one_way, strict=True
    ):
        graph.add_edge(("junction", start), ("pipe", pipe))
        graph.add_edge(("pipe", pipe), ("junction", end))
        if not one_way:
            graph.add_edge(("pipe", pipe), ("junction", start))
            graph.add_edge(("junction", end), ("pipe", pipe))
    for pipe, junction in zip(tables.splits.pipes, tables.splits.junctions, strict=True):
        graph.add_edge(("pipe", pipe), ("junction", junction))
        graph.add_edge(("junction", junction), ("pipe", pipe))
    return graph


def segment_graph(topology: Topology) -> nx.MultiDiGraph[int]:
    """Base segments as vertices (with their pipes and sources), arcs with their valve's id.

    A valve that passes water both ways gives two arcs, a one-way device one.
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for segment in range(topology.segment_count):
        parts = topology.parts_by_segment.of_segments([segment])
        graph.add_node(
            segment,
            pipes=topology.names("pipe", np.unique(topology.part_pipe[parts])),
            sources=topology.names("source", topology.sources_by_segment.of_segments([segment])),
        )
    for arc, valve in enumerate(topology.arc_valve.tolist()):
        name = topology.valve_ids[valve].decode() if valve >= 0 else None
        u, v = int(topology.arc_u[arc]), int(topology.arc_v[arc])
        if topology.arc_forward[arc]:
            graph.add_edge(u, v, valve=name)
        if topology.arc_backward[arc]:
            graph.add_edge(v, u, valve=name)
    return graph


def zone_graph(tables: NetworkTables, isolation: Isolation) -> nx.DiGraph[Element]:
    """The element graph of a burst's zone: its pipes and the junctions they meet."""
    whole = element_graph(tables)
    pipes = {("pipe", each) for each in isolation.zone_pipes}
    near = {other for pipe in pipes for other in nx.all_neighbors(whole, pipe)}
    zone: nx.DiGraph[Element] = whole.subgraph(pipes | near).copy()
    return zone
