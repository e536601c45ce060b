"""What the checks look at: a noded network and the attributes that matter to an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from network.topology.findings import Fact, Finding
from network.topology.noding import NodedNetwork, RawPoints
from network.topology.noding.columns import Booleans, Floats, Strings


@dataclass(frozen=True, slots=True)
class ValveRecords:
    """Attributes of the valves; states and operabilities as choices, bores in millimetres (NaN)."""

    points: RawPoints
    isolates: Booleans
    state: Strings
    operability: Strings
    bore_mm: Floats
    flow_to_pipe: Strings
    one_way_kind: Booleans  # a check valve by its kind, whether or not its direction is known


@dataclass(frozen=True, slots=True)
class SourceRecords:
    """Attributes of the sources."""

    points: RawPoints
    inlet_pipes: Sequence[Sequence[str]]
    active: Booleans


@dataclass(frozen=True, slots=True)
class CustomerRecords:
    """Attributes of the customers; `persons` is NaN where the source did not say."""

    points: RawPoints
    account: Strings
    persons: Floats


@dataclass(frozen=True, slots=True)
class Records:
    """A drawing with everything the checks need.

    Lengths in metres (NaN where not given), diameters in millimetres (NaN). `drawn_to_scale` is
    false for schematic drawings, whose geometry says nothing about length. `service_area` is in
    the drawing's coordinates, None where the utility has none.
    """

    network: NodedNetwork
    nodes: RawPoints
    given_length_m: Floats
    diameter_mm: Floats
    valves: ValveRecords
    hydrants: RawPoints
    sources: SourceRecords
    customers: CustomerRecords
    snap_m: float
    drawn_to_scale: bool = True
    service_area: BaseGeometry | None = None

    def about_pipe(self, code: str, nth: int, **facts: Fact) -> Finding:
        """Return a finding about one pipe, at its middle."""
        middle = self.network.lines[nth].interpolate(0.5, normalized=True)
        place = (float(middle.x), float(middle.y))
        return Finding(code, "pipe", str(self.network.pipes.ids[nth]), place, facts)

    def about_point(
        self, code: str, kind: str, points: RawPoints, nth: int, **facts: Fact
    ) -> Finding:
        """Return a finding about one point asset, where it is drawn."""
        place = (float(points.xy[nth, 0]), float(points.xy[nth, 1]))
        return Finding(code, kind, str(points.ids[nth]), place, facts)

    def about_junction(self, code: str, nth: int, **facts: Fact) -> Finding:
        """Return a finding about one junction."""
        junctions = self.network.junctions
        place = (float(junctions.xy[nth, 0]), float(junctions.xy[nth, 1]))
        return Finding(code, "node", str(junctions.ids[nth]), place, facts)

    def unserved_junctions(self) -> dict[int, str]:
        """Return the junctions that only pipes out of service meet, each with one of these."""
        network = self.network
        served = np.zeros(len(network.junctions), dtype=bool)
        unserved: dict[int, str] = {}
        off = np.flatnonzero(~network.pipes.in_service)
        for junctions in (network.start, network.end):
            served[junctions[network.pipes.in_service]] = True
            names = network.pipes.ids[off].tolist()
            unserved.update(zip(junctions[off].tolist(), names, strict=True))
        served[network.splits.junction] = True
        return {each: pipe for each, pipe in unserved.items() if not served[each]}

    def pipe_index(self) -> dict[str, int]:
        """Return the position of every pipe by its id."""
        return {name: nth for nth, name in enumerate(self.network.pipes.ids.tolist())}

    def junction_index(self) -> dict[str, int]:
        """Return the position of every junction by its id."""
        return {name: nth for nth, name in enumerate(self.network.junctions.ids.tolist())}


def rounded(value: float, digits: int = 2) -> float:
    """Return a plain, short number for a finding's facts."""
    return round(float(value), digits)


def where(mask: Booleans) -> list[int]:
    """Return the positions that a mask marks, as plain integers."""
    return [int(nth) for nth in np.flatnonzero(mask)]
