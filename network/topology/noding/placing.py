"""Find where valves, hydrants, sources and customers stand on the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from network.topology.findings import Finding
from network.topology.noding.columns import (
    NOWHERE,
    Booleans,
    Floats,
    Integers,
    Places,
    RawPipes,
    RawPoints,
    Splits,
    Strings,
)
from network.topology.noding.ends import PipeEnds
from network.topology.noding.nearest import nearest_within
from network.topology.noding.tees import AT_ONCE, measure


@dataclass(frozen=True, slots=True)
class Ground:
    """The noded pipes that assets are placed on, and how their names are looked up."""

    pipes: RawPipes
    ends: PipeEnds
    splits: Splits
    junction_index: dict[str, int]
    pipe_index: dict[str, int]
    connected: Booleans  # per junction: an end or a split of a pipe uses it
    served: Integers  # pipes in service
    tree: shapely.STRtree  # over the pipes in service

    @staticmethod
    def under(pipes: RawPipes, ends: PipeEnds, splits: Splits) -> Ground:
        """Prepare the look-ups for one noded set of pipes."""
        served = np.flatnonzero(pipes.in_service)
        return Ground(
            pipes=pipes,
            ends=ends,
            splits=splits,
            junction_index={name: nth for nth, name in enumerate(ends.junctions.ids.tolist())},
            pipe_index={name: nth for nth, name in enumerate(pipes.ids.tolist())},
            connected=_connected(ends, splits),
            served=served,
            tree=shapely.STRtree(ends.lines[served]),
        )

    def with_tees(self, ends: PipeEnds, splits: Splits) -> Ground:
        """Return the ground with more junctions and splits on the same pipes."""
        for nth in range(len(self.ends.junctions), len(ends.junctions)):
            self.junction_index[str(ends.junctions.ids[nth])] = nth
        return replace(self, ends=ends, splits=splits, connected=_connected(ends, splits))

    def nearest_pipe(self, xy: Floats, within_m: float) -> Integers:
        """Return the nearest pipe in service per point, NOWHERE where none is within reach."""
        found = np.full(len(xy), NOWHERE, dtype=np.int64)
        reach = np.nextafter(within_m, np.inf)
        for start in range(0, len(xy) if len(self.served) else 0, AT_ONCE):
            points = shapely.points(xy[start : start + AT_ONCE])
            nth, hit = self.tree.query_nearest(points, max_distance=reach, all_matches=False)
            found[start + nth] = self.served[hit]
        return found

    def meets(self, pipe: Integers, junction: Integers) -> Booleans:
        """Return whether each pipe begins or ends at its junction."""
        at_end: Booleans = (self.ends.start[pipe] == junction) | (self.ends.end[pipe] == junction)
        return at_end


def _connected(ends: PipeEnds, splits: Splits) -> Booleans:
    connected = np.zeros(len(ends.junctions), dtype=bool)
    connected[ends.start] = connected[ends.end] = True
    connected[splits.junction] = True
    return connected


@dataclass(frozen=True, slots=True)
class References:
    """Which junction and pipe each asset names, and what it names that does not exist."""

    junction: Integers
    pipe: Integers
    junction_unknown: Booleans
    pipe_unknown: Booleans


def look_up(points: RawPoints, ground: Ground) -> References:
    """Resolve the references of point assets; an asset that is itself a pipe's end is its node."""
    junction = _indices(points.nodes, ground.junction_index)
    pipe = _indices(points.pipes, ground.pipe_index)
    unnamed = (points.nodes == "") & (points.pipes == "")
    own = _indices(points.ids, ground.junction_index)
    own_place = unnamed & (own != NOWHERE)
    if own_place.any():
        apart = ground.ends.junctions.xy[own] - points.xy
        near = np.hypot(apart[:, 0], apart[:, 1]) < 0.01
        junction = np.where(own_place & near & ground.connected[own], own, junction)
    return References(
        junction,
        pipe,
        junction_unknown=(points.nodes != "") & (junction == NOWHERE),
        pipe_unknown=(points.pipes != "") & (pipe == NOWHERE),
    )


def _indices(names: Strings, index: dict[str, int]) -> Integers:
    return np.fromiter(
        (index.get(name, NOWHERE) for name in names.tolist()), dtype=np.int64, count=len(names)
    )


def put_on_pipes(
    places: Places, ground: Ground, points: RawPoints, where: Integers, pipe: Integers
) -> None:
    """Place the assets `where` on `pipe` at their projection (changes `places`)."""
    if not len(where):
        return
    along, away, length = measure(ground.ends, pipe, points.xy[where])
    places.pipe[where] = pipe
    places.fraction[where] = np.divide(along, length, out=np.zeros(len(along)), where=length > 0)
    places.distance_m[where] = away


def put_at_junctions(
    places: Places, ground: Ground, points: RawPoints, where: Integers, junction: Integers
) -> None:
    """Place the assets `where` at `junction` (changes `places`)."""
    places.junction[where] = junction
    apart = ground.ends.junctions.xy[junction] - points.xy[where]
    places.distance_m[where] = np.hypot(apart[:, 0], apart[:, 1])


def place_hanging(
    points: RawPoints,
    ground: Ground,
    kind: str,
    within_m: float,
    findings: list[Finding],
    *,
    snap_m: float,
) -> Places:
    """Place hydrants or customers: by their pipe, else their node, else the nearest pipe.

    A hydrant drawn within `snap_m` of a junction stands at it; a customer hangs on a pipe.

    A reference that does not exist is told and the nearest pipe within `within_m` stands in.
    """
    refs = look_up(points, ground)
    places = Places.unplaced(len(points))
    by_pipe = refs.pipe != NOWHERE
    by_node = ~by_pipe & (refs.junction != NOWHERE)
    by_node &= ground.connected[refs.junction]
    put_on_pipes(places, ground, points, np.flatnonzero(by_pipe), refs.pipe[by_pipe])
    put_at_junctions(places, ground, points, np.flatnonzero(by_node), refs.junction[by_node])
    if kind == "hydrant":
        by_node |= _drawn_on_junction(points, ground, ~by_pipe & ~by_node, places, snap_m)
    left = np.flatnonzero(~by_pipe & ~by_node)
    nearest = ground.nearest_pipe(points.xy[left], within_m)
    put_on_pipes(places, ground, points, left[nearest != NOWHERE], nearest[nearest != NOWHERE])
    unknown = (refs.junction_unknown & ~by_pipe) | (refs.pipe_unknown & ~by_node)
    for nth in np.flatnonzero(unknown).tolist():
        named = str(points.pipes[nth] or points.nodes[nth])
        findings.append(at_point(f"{kind}_pipe_unknown", kind, points, nth, names=named))
    lost = left[(nearest == NOWHERE) & ~unknown[left]]
    code = "customer_without_pipe" if kind == "customer" else "hydrant_off_pipe"
    for nth in lost.tolist():
        findings.append(at_point(code, kind, points, nth, within_m=within_m))
    return places


def _drawn_on_junction(
    points: RawPoints, ground: Ground, candidates: Booleans, places: Places, snap_m: float
) -> Booleans:
    """Place those drawn on a junction there, not on one of the pipes that meet at it."""
    where = np.flatnonzero(candidates)
    junction, _ = nearest_junction(ground, points.xy[where], snap_m)
    found = junction != NOWHERE
    put_at_junctions(places, ground, points, where[found], junction[found])
    placed = np.zeros(len(points), dtype=bool)
    placed[where[found]] = True
    return placed


def at_point(code: str, kind: str, points: RawPoints, nth: int, **facts: str | float) -> Finding:
    """Return a finding about one point asset, at its drawn place."""
    x, y = points.xy[nth]
    return Finding(code, kind, str(points.ids[nth]), (float(x), float(y)), facts)


def nearest_junction(ground: Ground, xy: Floats, within_m: float) -> tuple[Integers, Floats]:
    """Return the nearest connected junction per point and its distance; NOWHERE beyond reach."""
    connected = np.flatnonzero(ground.connected)
    nearest, apart = nearest_within(ground.ends.junctions.xy[connected], xy, within_m)
    if not len(connected):
        return nearest, apart
    return np.where(nearest == NOWHERE, NOWHERE, connected[nearest]), apart
