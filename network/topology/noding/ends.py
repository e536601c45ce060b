"""Find the junction at each end of each pipe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from network.topology.findings import Finding
from network.topology.noding.clusters import group_ends
from network.topology.noding.columns import (
    NOWHERE,
    Booleans,
    Floats,
    Geometries,
    Integers,
    Junctions,
    RawNetwork,
    RawPipes,
    RawPoints,
    Strings,
    Tolerances,
)
from network.topology.noding.nearest import nearest_within

# An end drawn further than this from the node it names is worth a look.
FAR_END_M = 2.0


@dataclass(frozen=True, slots=True)
class PipeEnds:
    """Junction indices of the pipes' ends; `given` says which ends the source named itself."""

    lines: Geometries
    flipped: Booleans
    start: Integers
    end: Integers
    given: Booleans  # shape (2, pipes)
    junctions: Junctions


def find_ends(raw: RawNetwork, tolerances: Tolerances, findings: list[Finding]) -> PipeEnds:
    """Resolve every pipe end to a junction; see the package's rules 1 to 3."""
    pipes = raw.pipes
    nodes = _known_nodes(raw)
    index = {node: nth for nth, node in enumerate(nodes.ids.tolist())}
    named = _lookup_ends(pipes, index)
    lines, flipped = _turned_to_their_ends(pipes, named, nodes.xy)
    drawn = _end_points(lines)
    _report_named_ends(pipes, named, nodes, drawn, flipped, findings)
    given = named != NOWHERE
    junction = named.copy()
    _snap_to_nodes(junction, drawn, nodes.xy, tolerances.snap_m)
    _snap_to_resolved(junction, drawn, tolerances.snap_m)
    junctions = _with_generated(junction, drawn, nodes, index, tolerances.snap_m)
    return PipeEnds(lines, flipped, junction[0], junction[1], given, junctions)


def _known_nodes(raw: RawNetwork) -> RawPoints:
    """Nodes of the source, and whatever else its pipe ends name.

    A source, valve or hydrant that a pipe names as its end is that node. Where there are no
    nodes at all, the ids at the pipes' ends say which ends meet.
    """
    ids, xy = [raw.nodes.ids], [raw.nodes.xy]
    known = set(raw.nodes.ids.tolist())
    wanted = {*raw.pipes.from_nodes.tolist(), *raw.pipes.to_nodes.tolist()} - known - {""}
    for points in (raw.sources, raw.valves, raw.hydrants):
        for nth, asset_id in enumerate(points.ids.tolist()):
            if asset_id in wanted and asset_id not in known:
                known.add(asset_id)
                ids.append(points.ids[nth : nth + 1])
                xy.append(points.xy[nth : nth + 1])
    if not len(raw.nodes):
        made_ids, made_xy = _nodes_of_named_ends(raw.pipes, wanted - known)
        ids.append(made_ids)
        xy.append(made_xy)
    names: Strings = np.concatenate(ids)
    blank = np.full(len(names), "", dtype=object)
    return RawPoints(names, np.concatenate(xy), blank, blank)


def _nodes_of_named_ends(pipes: RawPipes, wanted: set[str]) -> tuple[Strings, Floats]:
    drawn = _end_points(pipes.lines)
    places: dict[str, tuple[float, float]] = {}
    for side, names in enumerate((pipes.from_nodes, pipes.to_nodes)):
        for nth, name in enumerate(names.tolist()):
            if name in wanted and name not in places:
                places[name] = (drawn[side, nth, 0], drawn[side, nth, 1])
    ids = np.asarray(list(places), dtype=object)
    return ids, np.asarray(list(places.values()), dtype=float).reshape(-1, 2)


def _lookup_ends(pipes: RawPipes, index: dict[str, int]) -> Integers:
    return np.asarray(
        [
            [index.get(name, NOWHERE) for name in names.tolist()]
            for names in (pipes.from_nodes, pipes.to_nodes)
        ],
        dtype=np.int64,
    ).reshape(2, len(pipes))


def _end_points(lines: Geometries) -> Floats:
    """Return the drawn ends, shape (2, n, 2): first points, then last points."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    last = np.cumsum(np.bincount(owner, minlength=len(lines))) - 1
    first = np.concatenate([[0], last[:-1] + 1])[: len(lines)]
    return np.stack([points[first], points[last]]).reshape(2, len(lines), 2)


def _turned_to_their_ends(
    pipes: RawPipes, named: Integers, nodes_xy: Floats
) -> tuple[Geometries, Booleans]:
    """Turn lines round that run against their named ends, so that fraction 0 is the start."""
    drawn = _end_points(pipes.lines)
    flipped = np.zeros(len(pipes), dtype=bool)
    both = (named != NOWHERE).all(axis=0)
    if both.any():
        start, end = nodes_xy[named[0, both]], nodes_xy[named[1, both]]
        first, last = drawn[0, both], drawn[1, both]
        as_drawn = _distance(start, first) + _distance(end, last)
        turned = _distance(start, last) + _distance(end, first)
        flipped[both] = turned + FAR_END_M / 2 < as_drawn
    for side in (0, 1):  # of a pipe that names one end only, the node has to lie at the other
        one = (named[side] != NOWHERE) & (named[1 - side] == NOWHERE)
        node = nodes_xy[named[side, one]]
        own, other = _distance(node, drawn[side, one]), _distance(node, drawn[1 - side, one])
        flipped[one] = (other <= FAR_END_M) & (other + FAR_END_M / 2 < own)
    if not flipped.any():
        return pipes.lines, flipped
    lines = pipes.lines.copy()
    lines[flipped] = shapely.reverse(lines[flipped])
    return lines, flipped


def _distance(one: Floats, other: Floats) -> Floats:
    distance: Floats = np.hypot(one[..., 0] - other[..., 0], one[..., 1] - other[..., 1])
    return distance


def _report_named_ends(
    pipes: RawPipes,
    named: Integers,
    nodes: RawPoints,
    drawn: Floats,
    flipped: Booleans,
    findings: list[Finding],
) -> None:
    for side, names in enumerate((pipes.from_nodes, pipes.to_nodes)):
        unknown = np.flatnonzero((named[side] == NOWHERE) & (names != ""))
        for nth in unknown.tolist():
            findings.append(
                _at_end("pipe_end_unknown", pipes, drawn, side, nth, node=str(names[nth]))
            )
        known = np.flatnonzero(named[side] != NOWHERE)
        apart = _distance(nodes.xy[named[side, known]], drawn[side, known])
        for nth, metres in zip(known[apart > FAR_END_M], apart[apart > FAR_END_M], strict=True):
            findings.append(
                _at_end(
                    "pipe_end_far_from_node",
                    pipes,
                    drawn,
                    side,
                    int(nth),
                    node=str(names[nth]),
                    distance_m=round(float(metres), 2),
                )
            )
    for nth in np.flatnonzero(flipped).tolist():
        findings.append(_at_end("pipe_drawn_backwards", pipes, drawn, 0, nth))


def _at_end(
    code: str, pipes: RawPipes, drawn: Floats, side: int, nth: int, **facts: str | float
) -> Finding:
    place = (float(drawn[side, nth, 0]), float(drawn[side, nth, 1]))
    return Finding(code, "pipe", str(pipes.ids[nth]), place, facts)


def _snap_to_nodes(junction: Integers, drawn: Floats, nodes_xy: Floats, reach_m: float) -> None:
    """Rule 2: give ends without a name the nearest node within reach (changes `junction`)."""
    _snap(junction, drawn, nodes_xy, np.arange(len(nodes_xy)), reach_m)


def _snap_to_resolved(junction: Integers, drawn: Floats, reach_m: float) -> None:
    """Rule 3, first half: join ends that are left to a drawn end that has its junction."""
    resolved = junction != NOWHERE
    _snap(junction, drawn, drawn[resolved], junction[resolved], reach_m)


def _snap(
    junction: Integers, drawn: Floats, targets: Floats, labels: Integers, reach_m: float
) -> None:
    free = junction == NOWHERE
    if not free.any() or not len(targets):
        return
    nearest, apart = nearest_within(targets, drawn[free], reach_m)
    found = np.where(nearest == NOWHERE, NOWHERE, labels[nearest])
    distance = np.zeros(junction.shape)
    distance[free] = apart
    junction[free] = found
    _release_collapsed(junction, drawn, free, distance)


def _release_collapsed(
    junction: Integers, drawn: Floats, snapped: Booleans, distance: Floats
) -> None:
    """Let go of the farther end where both ends of a pipe went to one junction.

    A pipe shorter than the tolerance stays a pipe; only a ring, drawn closed, may begin and end
    at one junction.
    """
    is_ring = _distance(drawn[0], drawn[1]) <= 0.001
    same = (junction[0] == junction[1]) & (junction[0] != NOWHERE) & ~is_ring
    farther = np.where(snapped[0] & (~snapped[1] | (distance[0] > distance[1])), 0, 1)
    for nth in np.flatnonzero(same & snapped.any(axis=0)).tolist():
        junction[farther[nth], nth] = NOWHERE


def _with_generated(
    junction: Integers, drawn: Floats, nodes: RawPoints, index: dict[str, int], snap_m: float
) -> Junctions:
    """Rule 3: make junctions of the ends that are left (changes `junction`)."""
    side, pipe = np.nonzero(junction == NOWHERE)
    # Pipe by pipe, so that numbers follow the file's order.
    order = np.lexsort((side, pipe))
    side, pipe = side[order], pipe[order]
    xy = drawn[side, pipe]
    group, count = group_ends(xy, pipe.astype(np.int64), tolerance_m=snap_m)
    junction[side, pipe] = len(nodes) + group
    centres = np.zeros((count, 2))
    np.add.at(centres, group, xy)
    centres /= np.bincount(group, minlength=count)[:, None] if count else 1
    return Junctions(
        ids=np.concatenate([nodes.ids, generated_ids(count, index)]),
        xy=np.concatenate([nodes.xy, centres]),
        generated=np.concatenate([np.zeros(len(nodes), bool), np.ones(count, bool)]),
    )


def generated_ids(count: int, taken: dict[str, int]) -> Strings:
    """Return `count` ids like ~17 that are not `taken` (and takes them, at NOWHERE)."""
    ids: list[str] = []
    number = 0
    while len(ids) < count:
        number += 1
        name = f"~{number}"
        if name not in taken:
            taken[name] = NOWHERE
            ids.append(name)
    return np.asarray(ids, dtype=object)
