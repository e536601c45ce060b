"""The answer to a burst, first as positions in the arrays, then by the assets' ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from network.topology.elements import TopologyError
from network.topology.engine.structure import IntArray, Topology

NOTHING: IntArray = np.empty(0, dtype=np.int32)


@dataclass(frozen=True)
class Burst:
    """A burst pipe; without a fraction the burst may be anywhere on it."""

    pipe: str
    fraction: float | None = None


@dataclass(frozen=True)
class Caution:
    """Something about the answer that a person should know. `facts` fill the text."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Isolation:
    """The answer to one question. All lists are sorted asset ids."""

    bursts: tuple[Burst, ...]
    is_isolatable: bool
    zone_pipes: tuple[str, ...]
    boundary_valves: tuple[str, ...]
    valves_to_close: tuple[str, ...]
    valves_already_closed: tuple[str, ...]
    valves_walked_through: tuple[str, ...]
    sources_to_shut: tuple[str, ...]
    pipes_dry: tuple[str, ...]
    customers_isolated: tuple[str, ...]
    customers_unintended: tuple[str, ...]
    customers_already_dry: tuple[str, ...]
    hydrants_dry: tuple[str, ...]
    persons: int
    warnings: tuple[Caution, ...]

    @property
    def customers(self) -> int:
        """How many customers newly lose water, in the zone and outside it."""
        return len(self.customers_isolated) + len(self.customers_unintended)


@dataclass(frozen=True, eq=False)
class Found:
    """The answer as positions in a topology's arrays, in no order.

    Pipes of several parts may stand several times. `was_wet`: whether any of the zone had water
    before.
    """

    zone_pipes: IntArray
    boundary: Sequence[int]
    to_close: Sequence[int]
    already_closed: Sequence[int]
    walked: IntArray
    sources: IntArray
    pipes_dry: IntArray
    isolated: IntArray
    unintended: IntArray
    already_dry: IntArray
    hydrants_dry: IntArray
    persons: int
    was_wet: bool

    @property
    def customers(self) -> int:
        """How many customers newly lose water, in the zone and outside it."""
        return len(self.isolated) + len(self.unintended)

    def named(self, topology: Topology, bursts: Sequence[Burst]) -> Isolation:
        """This answer by ids, with its warnings."""
        return Isolation(
            bursts=tuple(bursts),
            is_isolatable=not len(self.sources),
            zone_pipes=topology.names("pipe", np.unique(self.zone_pipes)),
            boundary_valves=topology.names("valve", self.boundary),
            valves_to_close=topology.names("valve", self.to_close),
            valves_already_closed=topology.names("valve", self.already_closed),
            valves_walked_through=topology.names("valve", self.walked),
            sources_to_shut=topology.names("source", self.sources),
            pipes_dry=topology.names("pipe", np.unique(self.pipes_dry)),
            customers_isolated=topology.names("customer", self.isolated),
            customers_unintended=topology.names("customer", self.unintended),
            customers_already_dry=topology.names("customer", self.already_dry),
            hydrants_dry=topology.names("hydrant", self.hydrants_dry),
            persons=self.persons,
            warnings=tuple(self._warnings(topology, bursts)),
        )

    def _warnings(self, topology: Topology, bursts: Sequence[Burst]) -> Iterable[Caution]:
        if len(self.sources):
            yield Caution("source_in_zone", {"sources": topology.names("source", self.sources)})
        for burst in bursts:
            if burst.fraction is None and len(set(segments_of(topology, [burst]))) > 1:
                yield Caution("burst_side_unknown", {"pipe": burst.pipe})
        if not self.was_wet:
            yield Caution("dry_before")
        if len(self.walked):
            stuck = self.walked[~topology.valve_one_way[self.walked]]
            if len(stuck):
                yield Caution("inoperable_valves", {"valves": topology.names("valve", stuck)})


def segments_of(topology: Topology, bursts: Sequence[Burst]) -> list[int]:
    """The base segments on which `bursts` may be, some perhaps twice.

    Raises UnknownAsset for a pipe the network does not have, TopologyError without a burst.
    """
    if not bursts:
        msg = "name at least one burst pipe"
        raise TopologyError(msg)
    found: list[int] = []
    for burst in bursts:
        pipe = topology.index("pipe", burst.pipe)
        first, stop = topology.part_starts[pipe : pipe + 2].tolist()
        if burst.fraction is None or stop - first == 1:
            found.extend(topology.part_segment[first:stop].tolist())
        else:
            found.append(topology.part_segment.item(topology.part_at(pipe, burst.fraction)))
    return found
