"""Ways of water by the assets' ids: from a source, over pipes and valves, to where it ends.

A way is first known by segments: which valves it passes, and which pipes lie between two of
them, in no order. With the rows of those pipes (`NetworkTables` of just these, a few hundred)
`spell_out` puts its pipes in the order in which water runs through them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import networkx as nx

from network.topology.argument.scene import Scene, Trail, pipes_in
from network.topology.elements import NetworkTables
from network.topology.reference import ReferenceNetwork, Vertex

SHOWN = 6  # pipes of one stretch that are named before the rest is counted
PIPES_AT_MOST = 5_000  # of a way without order; a main of more is not read for its order

# The rows of these pipes, with all junctions, splits, valves and sources on them.
Rows = Callable[[Collection[str]], NetworkTables]


@dataclass(frozen=True)
class Step:
    """A valve on the way, or a stretch of pipes between two valves.

    `count` is how many pipes the stretch has; `ids` names some when it has many. Where its pipes
    are in order, `left_out` are the others, which stand in the middle of `ids`.
    """

    kind: str  # "valve" or "pipes"
    ids: tuple[str, ...]
    count: int = 1
    left_out: tuple[str, ...] = ()

    @property
    def all_ids(self) -> tuple[str, ...]:
        """All that are known of the stretch, in order where it is."""
        if not self.left_out:
            return self.ids
        half = len(self.ids) // 2
        return self.ids[:half] + self.left_out + self.ids[half:]


@dataclass(frozen=True)
class Way:
    """From a source to the burst, or to a customer. `in_order`: pipes stand as water runs."""

    source: str
    steps: tuple[Step, ...]
    in_order: bool = False

    @property
    def valves(self) -> tuple[str, ...]:
        """The valves on the way, from the source."""
        return tuple(step.ids[0] for step in self.steps if step.kind == "valve")


@dataclass(frozen=True)
class Route:
    """A way before it has names: where it starts and ends, and what is shut around it.

    `shut` are boundary valves that count as closed while this way is open; `opened` is the valve
    that counts as open, -1 for none.
    """

    source: int
    trail: Trail
    shut: frozenset[int]
    opened: int = -1
    customer: int = -1  # where it ends; -1 for the burst


def named(scene: Scene, routes: Sequence[Route], rows: Rows | None) -> list[Way]:
    """The ways of `routes`; their pipes are in order where `rows` can be read for them."""
    stretches: dict[int, Step | None] = {}  # many ways share their first segments
    ways = [_by_segments(scene, route, stretches) for route in routes]
    if rows is None:
        return ways
    pipes = {pipe for route in routes for pipe in _pipes_of(scene, route)}
    if not pipes or len(pipes) > PIPES_AT_MOST:
        return ways
    network = ReferenceNetwork(rows(sorted(pipes)))
    return [spell_out(scene, network, route, way) for route, way in zip(routes, ways, strict=True)]


def _pipes_of(scene: Scene, route: Route) -> tuple[str, ...]:
    return scene.topology.names("pipe", pipes_in(scene.topology, set(route.trail.segments)))


def _by_segments(scene: Scene, route: Route, stretches: dict[int, Step | None]) -> Way:
    topology, steps = scene.topology, []
    for nth, segment in enumerate(route.trail.segments):
        if nth and (valve := route.trail.valves[nth - 1]) >= 0:
            steps.append(Step("valve", topology.names("valve", [valve])))
        if segment not in stretches:
            stretches[segment] = _stretch(scene, segment)
        stretch = stretches[segment]
        if stretch is not None:
            steps.append(stretch)
    return Way(topology.names("source", [route.source])[0], tuple(_once(steps)))


def _stretch(scene: Scene, segment: int) -> Step | None:
    """The pipes of a segment; None for a junction or gap without any."""
    pipes = pipes_in(scene.topology, [segment])
    if not len(pipes):
        return None
    return Step("pipes", scene.topology.names("pipe", pipes[:SHOWN]), len(pipes))


def spell_out(scene: Scene, network: ReferenceNetwork, route: Route, way: Way) -> Way:
    """`way` with its pipes in order. As it was where `network` does not hold all of it."""
    topology, tables = scene.topology, network.tables
    closed = network.closed(scene.state) | set(topology.names("valve", sorted(route.shut)))
    if route.opened >= 0:
        closed -= set(topology.names("valve", [route.opened]))
    start = network.active_sources(scene.state).get(way.source)
    ends = _ends(scene, network, route)
    flowing = nx.subgraph_view(
        network.graph,
        filter_edge=lambda tail, head: (
            not closed.intersection(network.graph.edges[tail, head]["valves"])
        ),
    )
    if start is None or start not in flowing or not tables.pipes.ids:
        return way
    found = nx.single_source_shortest_path(flowing, start)
    path = min((found[end] for end in ends if end in found), key=len, default=None)
    if path is None:
        return way
    steps = tuple(_shortened(step) for step in _stretches(network, path))
    return replace(way, steps=steps, in_order=True)


def _ends(scene: Scene, network: ReferenceNetwork, route: Route) -> list[Vertex]:
    if route.customer >= 0:
        name = scene.topology.names("customer", [route.customer])[0]
        customers = network.tables.customers
        if name not in customers.ids:
            return []
        nth = list(customers.ids).index(name)
        place = customers.pipes[nth], customers.junctions[nth], customers.fractions[nth]
        return [network.vertex_of(*place)]
    found: list[Vertex] = []
    for burst in scene.bursts:
        if burst.fraction is None:
            count = len(network.places.get(burst.pipe, [])) + 1
            found.extend(("part", burst.pipe, nth) for nth in range(count))
        else:
            found.append(network.vertex_of(burst.pipe, "", burst.fraction))
    return found


def _stretches(network: ReferenceNetwork, path: Sequence[Vertex]) -> list[Step]:
    """Pipes between valves, in order."""
    steps: list[Step] = []
    stretch: list[str] = []
    for tail, head in pairwise(path):
        if tail[0] == "part" and tail[1] not in stretch[-1:]:
            stretch.append(tail[1])
        for valve in network.graph.edges[tail, head]["valves"]:
            if stretch:
                steps.append(Step("pipes", tuple(stretch), len(stretch)))
            steps.append(Step("valve", (valve,)))
            stretch = []
    if path[-1][0] == "part" and path[-1][1] not in stretch[-1:]:
        stretch.append(path[-1][1])
    if stretch:
        steps.append(Step("pipes", tuple(stretch), len(stretch)))
    return _once(steps)


def _once(steps: Iterable[Step]) -> list[Step]:
    """A valve that stands at a junction is passed on both sides of it, and named once."""
    kept: list[Step] = []
    for step in steps:
        if not kept or step != kept[-1] or step.kind != "valve":
            kept.append(step)
    return kept


def _shortened(step: Step) -> Step:
    """A long stretch by its first and last pipes."""
    if step.count <= SHOWN:
        return step
    half = SHOWN // 2
    return replace(step, ids=step.ids[:half] + step.ids[-half:], left_out=step.ids[half:-half])
