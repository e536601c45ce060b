"""Ways of water with their pipes in the order in which water runs through them.

Hundreds of ways of one question share most of their course: from the source to the valves of the
border, and from there to the burst. Both are walked once, with the border shut; a way over a valve
is one of each, joined over that valve.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from network.topology.argument.scene import Scene, pipes_in, valves_at
from network.topology.argument.ways import SHOWN, Route, Step, Way, by_segments, once
from network.topology.elements import NetworkTables
from network.topology.reference import ReferenceNetwork, Vertex

PIPES_AT_MOST = 5_000  # of all ways together; those of more are not read for their order

Arc = tuple[Vertex, Vertex]


class Rows(Protocol):
    """A reader of the rows behind some pipes: valves and customers are named by the caller."""

    def __call__(
        self, pipes: Collection[str], *, valves: Collection[str], customers: Collection[str] = ()
    ) -> NetworkTables:
        """These pipes with their junctions, splits and sources; valves that stand on them."""


def named(scene: Scene, routes: Sequence[Route], rows: Rows | None) -> list[Way]:
    """The ways of `routes`; their pipes are in order where `rows` can be read for them."""
    ways = by_segments(scene, routes)
    segments = {segment for route in routes for segment in route.trail.segments}
    pipes = scene.topology.names("pipe", pipes_in(scene.topology, segments))
    if rows is None or not pipes or len(pipes) > PIPES_AT_MOST:
        return ways
    at_ends = [route.customer for route in routes if route.customer >= 0]
    customers = scene.topology.names("customer", at_ends)
    valves = scene.topology.names("valve", valves_at(scene.topology, segments))
    tables = rows(pipes, valves=valves, customers=customers)
    spelling = Spelling(scene, ReferenceNetwork(tables))
    return [spelling.spell_out(route, way) for route, way in zip(routes, ways, strict=True)]


@dataclass(frozen=True)
class Reach:
    """All that a walk reached: the next step back to where it began (None there), and how far."""

    back: dict[Vertex, Vertex | None]
    depth: dict[Vertex, int]

    def way(self, vertex: Vertex) -> list[Vertex]:
        """From a vertex back to where the walk began."""
        found = [vertex]
        while (here := self.back[found[-1]]) is not None:
            found.append(here)
        return found


class Spelling:
    """The pipes around the ways of one scene, from which their order is read."""

    def __init__(self, scene: Scene, network: ReferenceNetwork) -> None:
        self.scene, self.network = scene, network
        border = scene.topology.names("valve", sorted(scene.boundary))
        self.closed = network.closed(scene.state) | set(border)
        self.sources = network.active_sources(scene.state)
        self.reached: dict[Vertex, Reach] = {}

    def spell_out(self, route: Route, way: Way) -> Way:
        """`way` with its pipes in order. As it was where the network does not hold all of it."""
        start = self.sources.get(way.source)
        if start is None or start not in self.network.graph:
            return way
        path = self._path(start, route)
        if not path:
            return way
        steps = tuple(_shortened(step) for step in self._stretches(path))
        return replace(way, steps=steps, in_order=True)

    # -- the path ---------------------------------------------------------------

    def _path(self, start: Vertex, route: Route) -> list[Vertex]:
        """Vertices from the source to the route's end; none where it cannot be found."""
        if start not in self.reached:
            self.reached[start] = _walk([start], self._next(self.closed))
        from_source = self.reached[start]
        ends = self.burst_ends if route.customer < 0 else self._of_customer(route.customer)
        if route.opened < 0:
            return _nearest(from_source, ends)
        valve = self.scene.topology.names("valve", [route.opened])[0]
        joined = [
            bridge
            for bridge in self._bridges(valve)
            if bridge[0] in from_source.depth and bridge[-1] in self.to_burst.depth
        ]
        if not joined:  # what lies between is neither wet nor leads to the burst by itself
            around = _walk([start], self._next(self.closed - {valve}))
            return _nearest(around, ends)
        best = min(
            joined,
            key=lambda each: from_source.depth[each[0]] + len(each) + self.to_burst.depth[each[-1]],
        )
        first, last = from_source.way(best[0]), self.to_burst.way(best[-1])
        return [*reversed(first), *best[1:-1], *last]

    def _bridges(self, valve: str) -> list[tuple[Vertex, ...]]:
        """Ways over one valve: over one arc, or over two where it stands at a junction."""
        others = self.closed - {valve}
        arcs = [arc for arc in self._arcs_over.get(valve, []) if self._is_open(arc, others)]
        twice = [(*one, two[1]) for one in arcs for two in arcs if one[1] == two[0]]
        return [*arcs, *(each for each in twice if each[0] != each[-1])]

    @cached_property
    def _arcs_over(self) -> dict[str, list[Arc]]:
        """The arcs on which each shut valve stands."""
        found: dict[str, list[Arc]] = {valve: [] for valve in self.closed}
        for tail, head, arc in self.network.graph.edges(data=True):
            for valve in self.closed.intersection(arc["valves"]):
                found[valve].append((tail, head))
        return found

    @cached_property
    def to_burst(self) -> Reach:
        """All from which water comes to the burst with the border shut."""
        graph, closed = self.network.graph, self.closed

        def before(vertex: Vertex) -> Iterable[Vertex]:
            return (
                tail for tail, arc in graph.pred[vertex].items() if closed.isdisjoint(arc["valves"])
            )

        return _walk(self.burst_ends, before)

    @cached_property
    def burst_ends(self) -> list[Vertex]:
        """Where the burst may be, as far as the network holds it."""
        network, found = self.network, list[Vertex]()
        for burst in self.scene.bursts:
            if burst.fraction is None:
                count = len(network.places.get(burst.pipe, [])) + 1
                found.extend(("part", burst.pipe, nth) for nth in range(count))
            else:
                found.append(network.vertex_of(burst.pipe, "", burst.fraction))
        return [end for end in found if end in network.graph]

    def _of_customer(self, customer: int) -> list[Vertex]:
        name = self.scene.topology.names("customer", [customer])[0]
        customers = self.network.tables.customers
        if name not in customers.ids:
            return []
        nth = list(customers.ids).index(name)
        place = customers.pipes[nth], customers.junctions[nth], customers.fractions[nth]
        return [self.network.vertex_of(*place)]

    def _next(self, closed: set[str]) -> Callable[[Vertex], Iterable[Vertex]]:
        graph = self.network.graph
        return lambda vertex: (
            head for head, arc in graph.adj[vertex].items() if closed.isdisjoint(arc["valves"])
        )

    def _is_open(self, arc: Arc, closed: set[str]) -> bool:
        return closed.isdisjoint(self.network.graph.edges[arc]["valves"])

    # -- its words --------------------------------------------------------------

    def _stretches(self, path: Sequence[Vertex]) -> list[Step]:
        """Pipes between valves, in order."""
        steps: list[Step] = []
        stretch: list[str] = []
        for tail, head in pairwise(path):
            if tail[0] == "part" and tail[1] not in stretch[-1:]:
                stretch.append(tail[1])
            for valve in self.network.graph.edges[tail, head]["valves"]:
                if stretch:
                    steps.append(Step("pipes", tuple(stretch), len(stretch)))
                steps.append(Step("valve", (valve,)))
                stretch = []
        if path[-1][0] == "part" and path[-1][1] not in stretch[-1:]:
            stretch.append(path[-1][1])
        if stretch:
            steps.append(Step("pipes", tuple(stretch), len(stretch)))
        return once(steps)


def _walk(begin: Sequence[Vertex], onward: Callable[[Vertex], Iterable[Vertex]]) -> Reach:
    """Nearest first."""
    found = Reach(dict.fromkeys(begin), dict.fromkeys(begin, 0))
    queue = list(begin)
    for here in queue:  # grows while it is walked
        for vertex in onward(here):
            if vertex not in found.depth:
                found.back[vertex] = here
                found.depth[vertex] = found.depth[here] + 1
                queue.append(vertex)
    return found


def _nearest(reach: Reach, ends: Iterable[Vertex]) -> list[Vertex]:
    """The way from where a walk began to the nearest of `ends`; none where it reached none."""
    there = [end for end in ends if end in reach.depth]
    if not there:
        return []
    return list(reversed(reach.way(min(there, key=reach.depth.__getitem__))))


def _shortened(step: Step) -> Step:
    """A long stretch by its first and last pipes."""
    if step.count <= SHOWN:
        return step
    half = SHOWN // 2
    return replace(step, ids=step.ids[:half] + step.ids[-half:], left_out=step.ids[half:-half])
