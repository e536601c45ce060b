"""The assets as columns: what `build` reads. Ids are the utility's own, always text.

Columns of one table have one length. Ids are text, or arrays of UTF-8 bytes where there are
many. References ("junctions", "pipes") are ids;
an empty string is none. Fractions run along a pipe from its start (0) to its end (1);
NaN is unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ids: TypeAlias = Sequence[str] | NDArray[np.bytes_]
Truths: TypeAlias = Sequence[bool] | NDArray[np.bool_]
Numbers: TypeAlias = Sequence[float] | NDArray[np.float64]
Counts: TypeAlias = Sequence[int] | NDArray[np.int32]


@dataclass(frozen=True)
class Pipes:
    """Pipes and line devices in service. `one_way` ones pass water from start to end only."""

    ids: Ids = ()
    starts: Ids = ()
    ends: Ids = ()
    one_way: Truths = ()


@dataclass(frozen=True)
class Splits:
    """Junctions that stand on the middle of a pipe."""

    pipes: Ids = ()
    junctions: Ids = ()
    fractions: Numbers = ()


@dataclass(frozen=True)
class Valves:
    """Valves by where they cut.

    junction alone: every pipe end at that junction; junction and pipe: that pipe's end
    there; pipe alone: the pipe at `fraction`. `flow_to` makes it a one-way device that
    passes water from its junction into that pipe only; in mid-pipe, toward the end at which that
    pipe is met.
    """

    ids: Ids = ()
    junctions: Ids = ()
    pipes: Ids = ()
    fractions: Numbers = ()
    isolates: Truths = ()
    flow_to: Ids = ()
    closed: Truths = ()
    operable: Truths = ()


@dataclass(frozen=True)
class Sources:
    """Where water comes from. Through an inlet pipe it only ever flows towards the source."""

    ids: Ids = ()
    junctions: Ids = ()
    inlet_pipes: Sequence[Sequence[str]] = ()
    active: Truths = ()


@dataclass(frozen=True)
class Points:
    """What hangs on the network at a junction, or on a pipe at a fraction: hydrants."""

    ids: Ids = ()
    junctions: Ids = ()
    pipes: Ids = ()
    fractions: Numbers = ()


@dataclass(frozen=True)
class Customers(Points):
    """Customers at their service connections, with the persons behind each."""

    persons: Counts = ()


@dataclass(frozen=True)
class NetworkTables:
    """Everything a topology is built from."""

    junctions: Ids = ()
    pipes: Pipes = field(default_factory=Pipes)
    splits: Splits = field(default_factory=Splits)
    valves: Valves = field(default_factory=Valves)
    sources: Sources = field(default_factory=Sources)
    hydrants: Points = field(default_factory=Points)
    customers: Customers = field(default_factory=Customers)

    def as_text(self) -> "NetworkTables":
        """The same tables with every column a plain list and every id text: to read, not to run."""
        found: dict[str, Any] = {"junctions": _as_list(self.junctions)}
        for each in fields(self)[1:]:
            table = getattr(self, each.name)
            columns = {one.name: _as_list(getattr(table, one.name)) for one in fields(table)}
            found[each.name] = type(table)(**columns)
        return NetworkTables(**found)


def _as_list(column: Any) -> list[Any]:
    if isinstance(column, np.ndarray):
        column = column.tolist()
    return [each.decode() if isinstance(each, bytes) else each for each in column]


class TopologyError(ValueError):
    """A record that the graph cannot be built with, or an id that it does not have."""


class UnknownAsset(TopologyError):
    """An id that the network does not have. Names the kind of asset and the id."""

    def __init__(self, kind: str, asset_id: str) -> None:
        self.kind = kind
        self.asset_id = asset_id
        super().__init__(f"unknown {kind}: {asset_id}")
