"""The assets as columns: what `build` reads. Ids are the utility's own, always text.

Columns of one table have one length. References ("junctions", "pipes") are ids;
an empty string is none. Fractions run along a pipe from its start (0) to its end (1);
NaN is unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pipes:
    """Pipes and line devices in service. `one_way` ones pass water from start to end only."""

    ids: Sequence[str] = ()
    starts: Sequence[str] = ()
    ends: Sequence[str] = ()
    one_way: Sequence[bool] = ()


@dataclass(frozen=True)
class Splits:
    """Junctions that stand on the middle of a pipe."""

    pipes: Sequence[str] = ()
    junctions: Sequence[str] = ()
    fractions: Sequence[float] = ()


@dataclass(frozen=True)
class Valves:
    """Valves by where they cut.

    junction alone: every pipe end at that junction; junction and pipe: that pipe's end
    there; pipe alone: the pipe at `fraction`. `flow_to` makes it a one-way device that
    passes water from its junction into that pipe only.
    """

    ids: Sequence[str] = ()
    junctions: Sequence[str] = ()
    pipes: Sequence[str] = ()
    fractions: Sequence[float] = ()
    isolates: Sequence[bool] = ()
    flow_to: Sequence[str] = ()
    closed: Sequence[bool] = ()
    operable: Sequence[bool] = ()


@dataclass(frozen=True)
class Sources:
    """Where water comes from. Through an inlet pipe it only ever flows towards the source."""

    ids: Sequence[str] = ()
    junctions: Sequence[str] = ()
    inlet_pipes: Sequence[Sequence[str]] = ()
    active: Sequence[bool] = ()


@dataclass(frozen=True)
class Points:
    """What hangs on the network at a junction, or on a pipe at a fraction: hydrants."""

    ids: Sequence[str] = ()
    junctions: Sequence[str] = ()
    pipes: Sequence[str] = ()
    fractions: Sequence[float] = ()


@dataclass(frozen=True)
class Customers(Points):
    """Customers at their service connections, with the persons behind each."""

    persons: Sequence[int] = ()


@dataclass(frozen=True)
class NetworkTables:
    """Everything a topology is built from."""

    junctions: Sequence[str] = ()
    pipes: Pipes = field(default_factory=Pipes)
    splits: Splits = field(default_factory=Splits)
    valves: Valves = field(default_factory=Valves)
    sources: Sources = field(default_factory=Sources)
    hydrants: Points = field(default_factory=Points)
    customers: Customers = field(default_factory=Customers)


class TopologyError(ValueError):
    """A record that the graph cannot be built with, or an id that it does not have."""


class UnknownAsset(TopologyError):
    """An id that the network does not have. Names the kind of asset and the id."""

    def __init__(self, kind: str, asset_id: str) -> None:
        self.kind = kind
        self.asset_id = asset_id
        super().__init__(f"unknown {kind}: {asset_id}")
