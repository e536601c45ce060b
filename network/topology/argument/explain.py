"""Why: for each valve why it is to be closed or not, for each customer why dry or supplied.

RULE 1  A boundary valve is to be closed because there is a way of water from a source outside
        the zone through it to the burst with all the others shut. One such way is shown.
RULE 2  Another boundary valve may stay open. Either what lies beyond it had no water before
        (`dry_before`, or `no_source` when not even opening every valve and every source would
        bring it some), or it had, but only by way of the zone (`fed_through_zone`), or water
        stands beyond but one-way devices or other valves keep it out (`held_elsewhere`).
RULE 3  A valve on the border that is closed already holds something back when opening it alone
        would let water in (`holds_back`); otherwise one of the reasons of RULE 2 holds.
RULE 4  Who newly lost water is in the zone (grouped by the stuck valves and one-way devices
        between him and the burst) or cut off. Cut-off segments that are joined without passing
        a shut valve or the zone are one part; its customers are dry for one reason: the shut
        valves on its border, and the zone if it opens into it.
RULE 5  A source inside the zone feeds the burst by a way that no valve can cut.

Cost: the answer, one flood with its tree, and what the answer weighs. Never a search per customer.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from network.topology.argument.cut_off import cut_off_parts
from network.topology.argument.scene import Scene, Trail, pipes_in, water_tree
from network.topology.argument.spelling import Rows, named
from network.topology.argument.ways import Route, Way
from network.topology.engine.isolation import Isolation
from network.topology.engine.states import Masks
from network.topology.engine.structure import BoolArray, IntArray

EXAMPLES = 3  # pipes that stand for what lies beyond a valve


@dataclass(frozen=True)
class ValveReason:
    """Why a valve of the border is to be closed, may stay open, or is well closed.

    `code` is one of RULES 1 to 3: `lets_water_in`, `holds_back`, `dry_before`, `no_source`,
    `fed_through_zone`, `held_elsewhere`. `way` is there for the first two. `beyond` names a few
    pipes on its other side.
    """

    valve: str
    code: str
    way: Way | None = None
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceReason:
    """A source inside the zone, and how its water gets to the burst."""

    source: str
    way: Way


@dataclass(frozen=True)
class CustomerGroup:
    """Customers who are dry for one and the same reason; ids sorted.

    `in_zone`: `through` are the stuck valves and one-way devices between them and the burst.
    `cut_off`: `shut_valves` are all shut ones on the border of their part, `holding` those of them
    with water on another side, `from_zone` whether their part opens into the zone.
    `dry_before`: in the zone, without water before.
    """

    code: str
    customers: tuple[str, ...]
    persons: int
    through: tuple[str, ...] = ()
    shut_valves: tuple[str, ...] = ()
    holding: tuple[str, ...] = ()
    from_zone: bool = False


@dataclass(frozen=True)
class Explanation:
    """The reasons behind an answer."""

    isolation: Isolation
    close: tuple[ValveReason, ...]
    leave_open: tuple[ValveReason, ...]
    already_closed: tuple[ValveReason, ...]
    sources: tuple[SourceReason, ...]
    customers: tuple[CustomerGroup, ...]


@dataclass(frozen=True)
class CustomerReason:
    """Why one customer is dry, or how he keeps water.

    `code`: `supplied` (with the way), `in_zone`, `cut_off`, `dry_before` or `not_connected`.
    `group` holds the reason that he shares with others where he is dry by the plan.
    """

    customer: str
    code: str
    way: Way | None = None
    group: CustomerGroup | None = None


def explain(scene: Scene, rows: Rows | None = None) -> Explanation:
    """The reasons behind the answer of `scene`; ways have their pipes in order with `rows`."""
    return _Explainer(scene).explanation(rows)


def explain_customer(scene: Scene, customer: str, rows: Rows | None = None) -> CustomerReason:
    """Why `customer` is dry with the plan carried out, or the way that feeds him.

    Raises UnknownAsset for a customer whom the network does not have.
    """
    return explain_customers(scene, [customer], rows)[customer]


def explain_customers(
    scene: Scene, customers: Sequence[str], rows: Rows | None = None
) -> dict[str, CustomerReason]:
    """The reasons of several customers, by id; groups are made once, ways read together.

    Raises UnknownAsset for a customer whom the network does not have.
    """
    topology = scene.topology
    at = {customer: topology.index("customer", customer) for customer in customers}
    groups: dict[str, CustomerGroup] | None = None
    found: dict[str, CustomerReason] = {}
    routes: dict[str, Route] = {}
    for customer, index in at.items():
        segment = topology.customer_segment.item(index)
        if segment == topology.segment_count:
            found[customer] = CustomerReason(customer, "not_connected")
        elif scene.after[segment]:
            trail = scene.way_from_source(segment)
            source = _source_at(scene, trail.segments[0])
            routes[customer] = Route(source, trail, customer=index)
        elif not scene.before[segment]:
            found[customer] = CustomerReason(customer, "dry_before")
        else:
            groups = groups if groups is not None else _groups_by_customer(scene)
            group = groups[customer]
            found[customer] = CustomerReason(customer, group.code, group=group)
    ways = named(scene, list(routes.values()), rows)
    for customer, way in zip(routes, ways, strict=True):
        found[customer] = CustomerReason(customer, "supplied", way=way)
    return found


def _groups_by_customer(scene: Scene) -> dict[str, CustomerGroup]:
    groups = _Explainer(scene).customer_groups()
    return {customer: group for group in groups for customer in group.customers}


class _Explainer:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.topology = scene.topology
        self.in_zone = np.zeros(self.topology.segment_count + 1, dtype=bool)
        self.in_zone[scene.zone] = True

    def explanation(self, rows: Rows | None) -> Explanation:
        scene, found = self.scene, self.scene.found
        close = set(found.to_close)
        trails = {
            valve: trail
            for valve in (*found.to_close, *found.already_closed)
            if (trail := scene.way_in(valve)) is not None
        }
        routes = {
            valve: Route(_source_at(scene, trail.segments[0]), trail, opened=valve)
            for valve, trail in trails.items()
        }
        inside = [self._from_inside(source) for source in found.sources.tolist()]
        ways = named(scene, [*routes.values(), *inside], rows)
        way_of = dict(zip(routes, ways, strict=False))
        shut = (self._reason(valve, way_of, "holds_back") for valve in found.already_closed)
        left = (self._reason(valve, {}, "") for valve in set(found.boundary) - close)
        return Explanation(
            isolation=found.named(self.topology, scene.bursts),
            close=_by_name(self._reason(valve, way_of, "lets_water_in") for valve in close),
            leave_open=_by_name(left),
            already_closed=_by_name(shut),
            sources=tuple(
                sorted(
                    (SourceReason(way.source, way) for way in ways[len(routes) :]),
                    key=lambda each: each.source,
                )
            ),
            customers=self.customer_groups(),
        )

    # -- RULES 1 to 3 -----------------------------------------------------------

    def _reason(self, valve: int, ways: dict[int, Way], code: str) -> ValveReason:
        name = self.topology.names("valve", [valve])[0]
        beyond = self._beyond(valve)
        if valve in ways:
            telling = [segment for segment in beyond if self.scene.after[segment]]
            return ValveReason(name, code, ways[valve], self._examples(telling or beyond))
        code, telling = self._harmless(beyond)
        return ValveReason(name, code, None, self._examples(telling))

    def _harmless(self, beyond: list[int]) -> tuple[str, list[int]]:
        """RULE 2: why nothing comes in over a valve, and which segments beyond it tell so."""
        for code, wet in (
            ("held_elsewhere", self.scene.after),
            ("fed_through_zone", self.scene.before),
        ):
            if telling := [segment for segment in beyond if wet[segment]]:
                return code, telling
        if telling := [segment for segment in beyond if self._ever_wet[segment]]:
            return "dry_before", telling
        return "no_source", beyond

    @cached_property
    def _ever_wet(self) -> BoolArray:
        """What would have water if every valve were open and every source active."""
        topology = self.topology
        all_open = Masks(
            closed=np.zeros(len(topology.valve_ids), dtype=bool),
            walked=self.scene.holds.walked,
            active=np.ones(len(topology.source_ids), dtype=bool),
        )
        wet: BoolArray = water_tree(topology, all_open) >= 0
        return wet

    def _beyond(self, valve: int) -> list[int]:
        """Segments outside the zone from which water could come over `valve`, nearest first.

        Junctions and gaps between valves are looked through until there are pipes.
        """
        queue = [tail for tail, head in self.scene.through(valve) if not self.in_zone[tail]]
        seen, found = set(queue), []
        for segment in queue:
            if self._has_pipes(segment):
                found.append(segment)
                continue
            found.extend([segment] if segment in self._at_sources else [])
            for arc_valve, beyond in self.scene.upstream(segment):
                near = arc_valve in (-1, valve) or not self.scene.holds.closed.item(arc_valve)
                if near and beyond not in seen and not self.in_zone[beyond]:
                    seen.add(beyond)
                    queue.append(beyond)
        return found or sorted(seen)

    @cached_property
    def _at_sources(self) -> set[int]:
        return set(self.topology.source_segment.tolist())

    def _has_pipes(self, segment: int) -> bool:
        starts = self.topology.parts_by_segment.starts
        return starts.item(segment) < starts.item(segment + 1)

    def _examples(self, segments: list[int]) -> tuple[str, ...]:
        pipes = pipes_in(self.topology, segments[:EXAMPLES])
        if not len(pipes):  # a one-way device leads on from here, and nothing comes back
            onward = [head for tail in segments for _, head in self.scene.downstream(tail)]
            onward = [head for head in onward if not self.in_zone[head]]
            pipes = pipes_in(self.topology, onward[:EXAMPLES])
        return self.topology.names("pipe", pipes[:EXAMPLES])

    # -- RULE 5 -----------------------------------------------------------------

    def _from_inside(self, source: int) -> Route:
        segment = self.topology.source_segment.item(source)
        inside = segment in self.scene.inner
        trail = self.scene.way_to_burst(segment) if inside else Trail((segment,), ())
        return Route(source, trail)

    # -- RULE 4 -----------------------------------------------------------------

    def customer_groups(self) -> tuple[CustomerGroup, ...]:
        """Customers in the zone, cut-off ones by their parts, and those who were dry before."""
        dry_before = self._group("dry_before", self.scene.found.already_dry)
        groups = [*self._zone_groups(), *self._cut_off_groups(), dry_before]
        return tuple(each for each in groups if each.customers)

    def _group(self, code: str, customers: IntArray, **facts: Any) -> CustomerGroup:
        persons = int(self.topology.customer_persons[customers].sum(dtype=np.int64))
        return CustomerGroup(code, self.topology.names("customer", customers), persons, **facts)

    def _zone_groups(self) -> list[CustomerGroup]:
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for segment in self.scene.zone.tolist():
            if segment in self.scene.inner:
                groups[self._walked_between(segment)].append(segment)
            else:
                groups[()].append(segment)
        at = self.topology.customers_by_segment
        found = []
        for walked, segments in sorted(groups.items()):
            customers = at.of_segments(segments)
            customers = customers[self.scene.before[self.topology.customer_segment[customers]]]
            through = self.topology.names("valve", walked)
            found.append(self._group("in_zone", customers, through=through))
        return found

    def _walked_between(self, segment: int) -> tuple[int, ...]:
        """Valves that the trace walked through on its way from the burst to a zone's segment."""
        valves = self.scene.way_to_burst(segment).valves
        return tuple(sorted({v for v in valves if v >= 0 and self.scene.holds.walked[v]}))

    def _cut_off_groups(self) -> list[CustomerGroup]:
        at, topology = self.topology.customers_by_segment, self.topology
        found = [
            self._group(
                "cut_off",
                at.of_segments(part.segments.tolist()),
                shut_valves=topology.names("valve", part.shut),
                holding=topology.names("valve", part.holding),
                from_zone=part.from_zone,
            )
            for part in cut_off_parts(self.scene)
        ]
        return sorted(found, key=lambda group: (-group.persons, group.customers))


def _source_at(scene: Scene, segment: int) -> int:
    """An active source in a segment from which a way of water starts."""
    sources = scene.topology.sources_by_segment.of_segments([segment])
    return int(min(sources[scene.holds.active[sources]]))


def _by_name(reasons: Iterable[ValveReason]) -> tuple[ValveReason, ...]:
    return tuple(sorted(reasons, key=lambda reason: reason.valve))
