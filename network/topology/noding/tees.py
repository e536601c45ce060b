"""Find junctions that stand on the middle of a pipe."""

from __future__ import annotations

import numpy as np
import shapely

from network.topology.findings import Finding
from network.topology.noding.columns import (
    NOWHERE,
    Booleans,
    Floats,
    Integers,
    RawPipes,
    Splits,
    Tolerances,
)
from network.topology.noding.ends import PipeEnds
from network.topology.noding.unnoded import meant_to_join

# A split nearer than this to a pipe's end would be a part without length.
END_MARGIN_M = 0.002
# So many points become objects at a time, to spare memory.
AT_ONCE = 20_000


def find_tees(
    pipes: RawPipes,
    ends: PipeEnds,
    springs: Integers,
    tolerances: Tolerances,
    findings: list[Finding],
) -> Splits:
    """Split pipes at the junctions that touch their middle; see the package's rule 4.

    `springs` are the junctions at which sources stand.
    """
    used = _used_junctions(pipes, ends)
    served = np.flatnonzero(pipes.in_service)
    if not len(used) or not len(served):
        return no_splits()
    tree = shapely.STRtree(ends.lines[served])
    nth, hit = tree.query(
        shapely.points(ends.junctions.xy[used]), predicate="dwithin", distance=tolerances.snap_m
    )
    junction, pipe = used[nth], served[hit]
    apart = (ends.start[pipe] != junction) & (ends.end[pipe] != junction)
    junction, pipe = junction[apart], pipe[apart]
    along, away, length = measure(ends, pipe, ends.junctions.xy[junction])
    inside = (along > END_MARGIN_M) & (along < length - END_MARGIN_M)
    stated = ~_snapped_junctions(pipes, ends)[junction]
    trusted = ends.given[0, pipe] & ends.given[1, pipe] & stated
    if (inside & trusted).any():
        on = np.flatnonzero(inside)
        touches = pipe[on], junction[on], away[on], ~trusted[on]
        trusted[on[meant_to_join(pipes, ends, springs, *touches)]] = False
    _report_untouched(pipes, ends, junction, pipe, away, inside & trusted, findings)
    keep = inside & ~trusted
    return _nearest_split(
        pipes, ends, junction[keep], pipe[keep], (along / length)[keep], away[keep], findings
    )


def no_splits() -> Splits:
    """Return splits of nothing."""
    empty = np.empty(0, dtype=np.int64)
    return Splits(empty, empty.copy(), np.empty(0))


def measure(ends: PipeEnds, pipe: Integers, xy: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far along its pipe each point projects, how far off it is, and the pipe's length.

    All in metres; row by row for equally long `pipe` indices and `xy` points.
    """
    along, away, length = np.empty(len(pipe)), np.empty(len(pipe)), np.empty(len(pipe))
    for start in range(0, len(pipe), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        lines, points = ends.lines[pipe[rows]], shapely.points(xy[rows])
        along[rows] = shapely.line_locate_point(lines, points)
        away[rows] = shapely.distance(lines, points)
        length[rows] = shapely.length(lines)
    return along, away, length


def _used_junctions(pipes: RawPipes, ends: PipeEnds) -> Integers:
    """Junctions that an end of a pipe in service uses."""
    at = np.concatenate([ends.start[pipes.in_service], ends.end[pipes.in_service]])
    return np.unique(at[at != NOWHERE])


def _snapped_junctions(pipes: RawPipes, ends: PipeEnds) -> Booleans:
    """Junctions that some end found by where it lies: there the drawing has a say."""
    snapped = np.zeros(len(ends.junctions), dtype=bool)
    for at, given in zip((ends.start, ends.end), ends.given, strict=True):
        snapped[at[~given & pipes.in_service]] = True
    return snapped


def _nearest_split(
    pipes: RawPipes,
    ends: PipeEnds,
    junction: Integers,
    pipe: Integers,
    fraction: Floats,
    away: Floats,
    findings: list[Finding],
) -> Splits:
    """Keep each junction's nearest pipe: two mains that cross under a tee are not joined by it."""
    order = np.lexsort((pipe, np.round(away, 6), junction))
    junction, pipe, fraction = junction[order], pipe[order], fraction[order]
    first = np.ones(len(junction), dtype=bool)
    first[1:] = junction[1:] != junction[:-1]
    for nth in np.flatnonzero(~first).tolist():
        findings.append(
            Finding(
                "tee_ambiguous",
                "pipe",
                str(pipes.ids[pipe[nth]]),
                (
                    float(ends.junctions.xy[junction[nth], 0]),
                    float(ends.junctions.xy[junction[nth], 1]),
                ),
                {"node": str(ends.junctions.ids[junction[nth]])},
            )
        )
    return Splits(pipe[first], junction[first], fraction[first])


def _report_untouched(
    pipes: RawPipes,
    ends: PipeEnds,
    junction: Integers,
    pipe: Integers,
    away: Floats,
    where: Booleans,
    findings: list[Finding],
) -> None:
    """Tell of nodes drawn on a pipe that the source does not connect to them."""
    for nth in np.flatnonzero(where).tolist():
        x, y = ends.junctions.xy[junction[nth]]
        findings.append(
            Finding(
                "node_near_pipe",
                "node",
                str(ends.junctions.ids[junction[nth]]),
                (float(x), float(y)),
                {"pipe": str(pipes.ids[pipe[nth]]), "distance_m": round(float(away[nth]), 3)},
            )
        )
