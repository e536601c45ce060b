"""What a plan leaves dry outside its zone, part by part: empty like it, and filled again after it.

RULE 1  A pocket is what lost water and hangs together past valves that are not shut.
RULE 2  One into which water runs from the zone past no shut valve fills as soon as that place
        of the zone does. Any other fills by the shut valves on its border.

Of a pipe that valves divide only those parts are known to be dry to which water runs from the
zone; of one that lies wholly outside it, all are.
"""

from collections.abc import Collection
from dataclasses import dataclass

import networkx as nx

from network.topology.order.zone import Zone
from network.topology.reference import Vertex


@dataclass(frozen=True)
class Pocket:
    """Vertices that are empty together.

    `fills_from` are the places of the zone whose water runs on into them, `behind` the shut
    valves by which water comes in from elsewhere.
    """

    vertices: frozenset[Vertex]
    fills_from: frozenset[Vertex]
    behind: frozenset[str]

    @property
    def pipes(self) -> int:
        """How many pipe parts it has."""
        return sum(vertex[0] == "part" for vertex in self.vertices)


def pockets(zone: Zone, dry: Collection[str]) -> tuple[Pocket, ...]:
    """The pockets among the `dry` pipes (newly, in the zone and outside), the largest first."""
    graph = zone.network.graph
    empty = _empty(zone, frozenset(dry))
    joined: nx.Graph[Vertex] = nx.Graph()
    joined.add_nodes_from(empty)
    joined.add_edges_from(
        (tail, head)
        for tail, head in graph.edges(empty)
        if head in empty and not zone.is_shut(tail, head)
    )
    found = [_pocket(zone, frozenset(each)) for each in nx.connected_components(joined)]
    with_pipes = [each for each in found if each.pipes]
    return tuple(sorted(with_pipes, key=lambda each: (-each.pipes, min(each.vertices))))


def _empty(zone: Zone, dry: frozenset[str]) -> frozenset[Vertex]:
    """All outside the zone that lost water with it."""
    graph, in_zone = zone.network.graph, {v[1] for v in zone.inside if v[0] == "part"}
    aside = {v for v in graph if v[0] == "part" and v[1] in dry and v[1] not in in_zone}
    found: set[Vertex] = set()
    queue = sorted(aside | zone.inside)
    for tail in queue:
        for head in graph.successors(tail):
            if head in found or head in zone.inside or zone.is_shut(tail, head):
                continue
            if _may_be_empty(zone, head, dry):
                found.add(head)
                queue.append(head)
    return frozenset(found | aside)


def _may_be_empty(zone: Zone, vertex: Vertex, dry: frozenset[str]) -> bool:
    """A part of a dry pipe, or a place where no other pipe's water stands."""
    if vertex[0] == "part":
        return vertex[1] in dry
    graph = zone.network.graph
    return all(
        beside[0] != "part" or beside[1] in dry or zone.is_shut(beside, vertex)
        for beside in graph.predecessors(vertex)
    )


def _pocket(zone: Zone, vertices: frozenset[Vertex]) -> Pocket:
    into = [edge for edge in zone.network.graph.in_edges(vertices) if edge[0] not in vertices]
    return Pocket(
        vertices,
        frozenset(
            tail for tail, head in into if tail in zone.inside and not zone.is_shut(tail, head)
        ),
        frozenset(valve for tail, head in into for valve in zone.shut_on(tail, head)),
    )
