"""A network as columns: what a file said, and what noding made of it.

Arrays instead of objects keep 100,000 pipes within seconds and a few hundred megabytes.
Coordinates are metres in one local plane. Ids are strings, "" where the source said nothing;
indices are positions in the pipes or junctions arrays, -1 where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Strings: TypeAlias = NDArray[np.object_]
Geometries: TypeAlias = NDArray[np.object_]
Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class RawPipes:
    """Pipes and devices as the source has them; `lines` are LineStrings in metres."""

    ids: Strings
    lines: Geometries
    from_nodes: Strings
    to_nodes: Strings
    in_service: Booleans
    is_device: Booleans
    is_forward: Booleans

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class RawPoints:
    """Point assets of one kind; `xy` has shape (n, 2), `nodes` and `pipes` are references."""

    ids: Strings
    xy: Floats
    nodes: Strings
    pipes: Strings

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)

    @staticmethod
    def none() -> RawPoints:
        """Return a kind of which there is nothing."""
        empty = np.empty(0, dtype=object)
        return RawPoints(empty, np.empty((0, 2)), empty, empty)


@dataclass(frozen=True, slots=True)
class RawNetwork:
    """Everything noding needs to know of a drawing."""

    pipes: RawPipes
    nodes: RawPoints
    valves: RawPoints
    hydrants: RawPoints
    sources: RawPoints
    customers: RawPoints


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Distances in metres within which two drawn things are one place.

    On a schematic drawing nearness joins nothing that states where it ends.
    """

    snap_m: float = 0.5
    customer_m: float = 80.0
    is_schematic: bool = False

    @property
    def source_m(self) -> float:
        """How far a source without a node may stand from its pipe."""
        return max(self.snap_m, 1.0)

    @property
    def hydrant_m(self) -> float:
        """How far a hydrant without a pipe may stand from it."""
        return max(self.snap_m, 5.0)


@dataclass(frozen=True, slots=True)
class Junctions:
    """Where pipes meet or end; `generated` ones got their id here (`~17`)."""

    ids: Strings
    xy: Floats
    generated: Booleans

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Splits:
    """Junctions on the middle of pipes: pipe and junction index, fraction of the pipe's length."""

    pipe: Integers
    junction: Integers
    fraction: Floats

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.pipe)


@dataclass(frozen=True, slots=True)
class Places:
    """Where point assets stand.

    Junction only: at that junction. Junction and pipe: at that end of the pipe. Pipe only: on
    the pipe at `fraction`. Neither: off the network. `distance_m` is from the drawn point.
    """

    junction: Integers
    pipe: Integers
    fraction: Floats
    distance_m: Floats

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.junction)

    @staticmethod
    def unplaced(count: int) -> Places:
        """Return `count` places that are nowhere yet."""
        return Places(
            junction=np.full(count, NOWHERE, dtype=np.int64),
            pipe=np.full(count, NOWHERE, dtype=np.int64),
            fraction=np.full(count, np.nan),
            distance_m=np.zeros(count),
        )


@dataclass(frozen=True, slots=True)
class NodedNetwork:
    """A drawing whose every end and asset has found its place.

    `start` and `end` are junction indices per pipe; `lines` run from start to end (a line drawn
    against its given ends is turned round, see `flipped`).
    """

    pipes: RawPipes
    lines: Geometries
    flipped: Booleans
    start: Integers
    end: Integers
    junctions: Junctions
    splits: Splits
    valves: Places
    hydrants: Places
    sources: Places
    customers: Places
