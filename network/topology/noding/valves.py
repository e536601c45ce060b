"""Find what each valve cuts: a junction, one pipe's end, or the middle of a pipe."""

from __future__ import annotations

import numpy as np
import shapely

from network.topology.findings import Finding
from network.topology.noding.columns import (
    NOWHERE,
    Booleans,
    Floats,
    Integers,
    Places,
    RawPoints,
    Tolerances,
)
from network.topology.noding.placing import (
    Ground,
    References,
    at_point,
    look_up,
    nearest_junction,
    put_at_junctions,
    put_on_pipes,
)
from network.topology.noding.tees import measure

# A valve named to a pipe but drawn further off is worth a look.
FAR_VALVE_M = 5.0


def place_valves(
    points: RawPoints, ground: Ground, tolerances: Tolerances, findings: list[Finding]
) -> Places:
    """Place every valve.

    1. `node` and `pipe`: at that end of that pipe.
    2. `node` alone: at that junction. A node that no pipe uses is only a place: rule 4.
    3. `pipe` alone: on that pipe; at its end where the point is within the tolerance of it.
    4. Neither: on the nearest pipe within the tolerance, or the junction it is drawn on.
    """
    refs = look_up(points, ground)
    places = Places.unplaced(len(points))
    has_junction, has_pipe = refs.junction != NOWHERE, refs.pipe != NOWHERE
    unknown = refs.junction_unknown | refs.pipe_unknown
    _report_unknown(points, refs, findings)
    _put_at_ends(
        points, ground, refs, np.flatnonzero(has_junction & has_pipe), places, tolerances, findings
    )
    alone = has_junction & ~has_pipe & ~unknown
    used = alone & ground.connected[refs.junction]
    put_at_junctions(places, ground, points, np.flatnonzero(used), refs.junction[used])
    on_pipe = np.flatnonzero(has_pipe & ~has_junction & ~unknown)
    _put_mid_pipe(points, ground, on_pipe, refs.pipe[on_pipe], tolerances.snap_m, places)
    left = np.flatnonzero(~unknown & ~has_pipe & ~used)
    _put_by_point(points, ground, left, tolerances.snap_m, places, findings)
    _put_orphans_at_their_node(points, ground, refs, alone & ~used, places)
    for nth in np.flatnonzero((places.distance_m > FAR_VALVE_M) & has_pipe).tolist():
        metres = round(float(places.distance_m[nth]), 1)
        findings.append(at_point("valve_far_from_pipe", "valve", points, nth, distance_m=metres))
    return places


def _report_unknown(points: RawPoints, refs: References, findings: list[Finding]) -> None:
    for nth in np.flatnonzero(refs.junction_unknown).tolist():
        name = str(points.nodes[nth])
        findings.append(at_point("valve_node_unknown", "valve", points, nth, node=name))
    for nth in np.flatnonzero(refs.pipe_unknown).tolist():
        name = str(points.pipes[nth])
        findings.append(at_point("valve_pipe_unknown", "valve", points, nth, pipe=name))


def _put_at_ends(
    points: RawPoints,
    ground: Ground,
    refs: References,
    where: Integers,
    places: Places,
    tolerances: Tolerances,
    findings: list[Finding],
) -> None:
    """Rule 1. A pipe that does not end at the node is cut where the valve is drawn on it."""
    junction, pipe = refs.junction[where], refs.pipe[where]
    meets = ground.meets(pipe, junction)
    at_end = where[meets]
    put_on_pipes(places, ground, points, at_end, pipe[meets])
    # The distance stays that from the pipe: a valve is drawn a few metres along it.
    places.junction[at_end] = junction[meets]
    astray = where[~meets]
    _, away, _ = measure(ground.ends, refs.pipe[astray], points.xy[astray])
    drawn_there = away <= tolerances.snap_m
    _put_mid_pipe(
        points,
        ground,
        astray[drawn_there],
        refs.pipe[astray[drawn_there]],
        tolerances.snap_m,
        places,
    )
    for nth in astray[~drawn_there].tolist():
        findings.append(
            at_point(
                "valve_node_not_on_pipe",
                "valve",
                points,
                nth,
                node=str(points.nodes[nth]),
                pipe=str(points.pipes[nth]),
            )
        )


def _put_mid_pipe(
    points: RawPoints,
    ground: Ground,
    where: Integers,
    pipe: Integers,
    snap_m: float,
    places: Places,
) -> None:
    """Rule 3."""
    if not len(where):
        return
    put_on_pipes(places, ground, points, where, pipe)
    along, _, length = measure(ground.ends, pipe, points.xy[where])
    near_start = along <= np.minimum(snap_m, length / 2)
    near_end = ~near_start & (length - along <= snap_m)
    places.junction[where[near_start]] = ground.ends.start[pipe[near_start]]
    places.junction[where[near_end]] = ground.ends.end[pipe[near_end]]


def _put_by_point(
    points: RawPoints,
    ground: Ground,
    where: Integers,
    snap_m: float,
    places: Places,
    findings: list[Finding],
) -> None:
    """Rule 4."""
    if not len(where):
        return
    xy = points.xy[where]
    pipe = ground.nearest_pipe(xy, snap_m)
    junction, to_junction = nearest_junction(ground, xy, snap_m)
    on_pipe = pipe != NOWHERE
    away = np.full(len(where), np.inf)
    away[on_pipe] = measure(ground.ends, pipe[on_pipe], xy[on_pipe])[1]
    at_junction = (junction != NOWHERE) & ~_drawn_beside(away, to_junction, snap_m)
    put_at_junctions(places, ground, points, where[at_junction], junction[at_junction])
    mid = on_pipe & ~at_junction
    put_on_pipes(places, ground, points, where[mid], pipe[mid])
    _report_crossings(points, ground, where[mid], pipe[mid], snap_m, findings)
    for nth in where[~at_junction & ~mid].tolist():
        findings.append(at_point("valve_off_pipe", "valve", points, nth, within_m=snap_m))


def _drawn_beside(to_pipe: Floats, to_junction: Floats, snap_m: float) -> Booleans:
    """Whether a valve is clearly drawn on one pipe, a little beside the junction.

    On a branch just off a tee a valve cuts the branch, not the main: a point that lies exactly
    on its pipe is believed to stand where it is drawn.
    """
    beside: Booleans = (to_pipe <= 0.1 * snap_m) & (to_junction > 0.3 * snap_m)
    return beside


def _report_crossings(
    points: RawPoints,
    ground: Ground,
    where: Integers,
    pipe: Integers,
    snap_m: float,
    findings: list[Finding],
) -> None:
    """Tell of valves that stand as near to a second pipe as to the one they were put on."""
    if not len(where):
        return
    nth, hit = ground.tree.query(
        shapely.points(points.xy[where]), predicate="dwithin", distance=snap_m
    )
    other = ground.served[hit]
    own = measure(ground.ends, pipe[nth], points.xy[where[nth]])[1]
    away = measure(ground.ends, other, points.xy[where[nth]])[1]
    as_near = (other != pipe[nth]) & (away <= own + 0.1 * snap_m)
    for position in np.flatnonzero(as_near).tolist():
        findings.append(
            at_point(
                "valve_ambiguous",
                "valve",
                points,
                int(where[nth[position]]),
                pipe=str(ground.pipes.ids[pipe[nth[position]]]),
                other=str(ground.pipes.ids[other[position]]),
            )
        )


def _put_orphans_at_their_node(
    points: RawPoints, ground: Ground, refs: References, orphan: Booleans, places: Places
) -> None:
    """Keep a valve on a node that no pipe uses where it says it is; it cuts nothing."""
    lost = np.flatnonzero(orphan & (places.pipe == NOWHERE) & (places.junction == NOWHERE))
    put_at_junctions(places, ground, points, lost, refs.junction[lost])
