"""What bursts take, as numbers, each found beside its zone instead of by flooding the network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from network.topology.engine.search import Trace, trace_zone, valves_that_matter
from network.topology.engine.states import Masks
from network.topology.engine.structure import IntArray, Topology
from network.topology.engine.supply_tree import SupplyTree

# Growing a tree looks at every segment once; asking it in the old one looks at what is lost.
OWN_TREE = 0.5


@dataclass(frozen=True)
class Loss:
    """What one burst newly takes water from."""

    customers: int
    persons: int
    hydrants: int
    isolated: int  # customers in the zone; the others are cut off outside it
    is_isolatable: bool

    def __add__(self, other: "Loss") -> "Loss":
        return Loss(
            self.customers + other.customers,
            self.persons + other.persons,
            self.hydrants + other.hydrants,
            self.isolated + other.isolated,
            self.is_isolatable and other.is_isolatable,
        )


class Bursts:
    """Answers bursts on one topology in one state, by their numbers, beside the cut."""

    def __init__(self, topology: Topology, holds: Masks) -> None:
        self.topology = topology
        # Valves are tried as stuck one by one: a mask of our own.
        self.holds = Masks(closed=holds.closed, walked=holds.walked.copy(), active=holds.active)
        self.tree = SupplyTree(topology, holds)
        self._customers = _at(topology.customer_segment, topology)
        self._persons = _at(topology.customer_segment, topology, topology.customer_persons)
        self._hydrants = _at(topology.hydrant_segment, topology)
        self._sources = _at(topology.source_segment[holds.active], topology)

    def trace(self, start: Iterable[int]) -> Trace:
        """The zone and the boundary of a burst on some segments."""
        return trace_zone(self.topology, set(start), self.holds)

    def weigh(self, lost: set[int], zone: Sequence[int]) -> Loss:
        """What hangs on the `lost` segments, those of the `zone` among them."""
        return Loss(
            customers=sum(map(self._customers.__getitem__, lost)),
            persons=sum(map(self._persons.__getitem__, lost)),
            hydrants=sum(map(self._hydrants.__getitem__, lost)),
            isolated=sum(self._customers[each] for each in zone if each in lost),
            is_isolatable=not any(self._sources[each] for each in zone),
        )

    def valves_to_close(self, trace: Trace, lost: set[int]) -> int:
        """How many boundary valves of a trace matter, once `lost` has no water."""
        wet = self.tree.wet.item

        def after(segment: int) -> bool:
            return wet(segment) and segment not in lost

        return len(valves_that_matter(self.topology, self.holds, trace, after))

    def cut_off(self, trace: Trace) -> set[int]:
        """What newly has no water once the zone of a trace is shut off."""
        return self.tree.lost(trace.zone.tolist(), trace.boundary.tolist())

    def trace_without(self, valve: int, start: Iterable[int]) -> Trace:
        """The zone and the boundary when `valve` cannot be turned."""
        was = self.holds.walked[valve]
        self.holds.walked[valve] = True
        try:
            return self.trace(start)
        finally:
            self.holds.walked[valve] = was


class More:
    """What is lost when more is taken out than `zone`, asked `times` times."""

    def __init__(self, bursts: Bursts, zone: Sequence[int], times: int) -> None:
        self._bursts, self._zone, self._inside = bursts, zone, set(zone)
        lost = bursts.tree.lost(zone)
        self._base = bursts.weigh(lost, zone)
        self._tree = None
        if times * len(lost) > OWN_TREE * bursts.topology.segment_count:
            self._tree = bursts.tree.without(zone)

    def loss(self, more: Sequence[int], shut: Sequence[int] = ()) -> Loss:
        """The loss when `more` is out as well, and some valves shut."""
        rest = [each for each in more if each not in self._inside]
        if self._tree is not None:
            return self._base + self._bursts.weigh(self._tree.lost(rest, shut), rest)
        zone = [*self._zone, *rest]
        return self._bursts.weigh(self._bursts.tree.lost(zone, shut), zone)


def _at(segments: IntArray, topology: Topology, weights: IntArray | None = None) -> list[int]:
    """How much hangs on each segment, and last on none."""
    counts = np.bincount(segments, weights=weights, minlength=topology.segment_count + 1)
    found: list[int] = counts.astype(np.int64).tolist()
    return found
