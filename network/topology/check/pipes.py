"""Checks of pipes and of the junctions between them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from network.topology.check.records import Records, rounded, where
from network.topology.findings import Finding
from network.topology.noding.columns import NOWHERE, Booleans, Floats, Integers
from network.topology.noding.nearest import nearest_within

SHORT_PIPE_M = 0.2
DIAMETERS_MM = (10.0, 4000.0)
# A stated length may follow the ground or include risers; twice this share is another pipe.
LENGTH_SHARE = 0.25
LENGTH_SLACK_M = 5.0
FAR_FROM_NETWORK_M = 50_000.0
SAME_PLACE_M = 0.01
# Cosines: two courses this alike are parallel; what lies less than this ahead lies beside.
PARALLEL, AHEAD = 0.9, 0.5


def check_pipes(records: Records) -> Iterator[Finding]:
    """Yield what is wrong with single pipes."""
    network = records.network
    length = shapely.length(network.lines)
    for nth in where(length <= 0.05):
        yield records.about_pipe("pipe_zero_length", nth)
    for nth in where((length > 0.05) & (length < SHORT_PIPE_M)):
        yield records.about_pipe("pipe_very_short", nth, length_m=rounded(length[nth], 3))
    for nth in where(network.start == network.end):
        node = str(network.junctions.ids[network.start[nth]])
        yield records.about_pipe("pipe_self_loop", nth, node=node)
    for nth in where(~shapely.is_simple(network.lines) & ~shapely.is_ring(network.lines)):
        yield records.about_pipe("pipe_self_crossing", nth)
    for nth in where(network.pipes.is_device & ~network.pipes.is_forward):
        yield records.about_pipe("device_without_direction", nth)
    yield from _lengths(records, length)
    yield from _diameters(records)
    yield from _outliers(records)


def _lengths(records: Records, drawn: Floats) -> Iterator[Finding]:
    if not records.drawn_to_scale:
        return
    given = records.given_length_m
    apart = np.abs(given - drawn)
    wrong = (apart > LENGTH_SLACK_M) & (apart > LENGTH_SHARE * np.maximum(given, drawn))
    wrong &= ~records.network.pipes.is_device
    for nth in where(wrong):
        yield records.about_pipe(
            "length_mismatch", nth, given_m=rounded(given[nth], 1), drawn_m=rounded(drawn[nth], 1)
        )


def _diameters(records: Records) -> Iterator[Finding]:
    """Missing diameters are told only where the source has some: else it simply has none."""
    diameter, plain = records.diameter_mm, ~records.network.pipes.is_device
    if np.isfinite(diameter[plain]).any():
        for nth in where(np.isnan(diameter) & plain):
            yield records.about_pipe("diameter_missing", nth)
    for nth in where((diameter < DIAMETERS_MM[0]) | (diameter > DIAMETERS_MM[1])):
        yield records.about_pipe("diameter_implausible", nth, diameter_mm=rounded(diameter[nth], 1))


def _outliers(records: Records) -> Iterator[Finding]:
    """Yield pipes that no single water network can hold, and those outside the service area."""
    lines = records.network.lines
    if not len(lines):
        return
    middles = shapely.get_coordinates(shapely.centroid(lines))
    apart = np.hypot(*(middles - np.median(middles, axis=0)).T)
    for nth in where(apart > FAR_FROM_NETWORK_M):
        yield records.about_pipe(
            "far_from_network", nth, distance_km=round(float(apart[nth]) / 1000)
        )
    if records.service_area is not None and records.drawn_to_scale:
        area = records.service_area
        shapely.prepare(area)
        for nth in where(~shapely.intersects(area, lines)):
            yield records.about_pipe("outside_service_area", nth)


def check_junctions(records: Records) -> Iterator[Finding]:
    """Yield what is wrong where pipes meet, or nearly do."""
    yield from _unused_nodes(records)
    if records.drawn_to_scale:
        yield from _parallel_twins(records)
        yield from _twin_nodes(records)
        yield from _near_misses(records)
        yield from _shared_vertices(records)


def _parallel_twins(records: Records) -> Iterator[Finding]:
    """Yield pipes with both ends in common and the same course."""
    network = records.network
    low, high = np.minimum(network.start, network.end), np.maximum(network.start, network.end)
    order = np.lexsort((high, low))
    same = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    one, other = order[:-1][same], order[1:][same]
    # Pumps side by side are often drawn on one line.
    plain = ~(network.pipes.is_device[one] | network.pipes.is_device[other])
    plain &= ~_differ_in_size(records.diameter_mm[one], records.diameter_mm[other])
    one, other = one[plain], other[plain]
    apart = shapely.hausdorff_distance(network.lines[one], network.lines[other])
    for first, second in zip(
        one[apart <= records.snap_m], other[apart <= records.snap_m], strict=True
    ):
        kept, twin = sorted((int(first), int(second)))
        yield records.about_pipe("pipe_duplicate", twin, other=str(network.pipes.ids[kept]))


def _differ_in_size(one: Floats, other: Floats) -> Booleans:
    """Whether both diameters are known and not one: two mains in a street, drawn as one line."""
    with np.errstate(invalid="ignore"):
        differ: Booleans = np.abs(one - other) > 0.1 * np.maximum(one, other)
    return differ


def _connected(records: Records) -> Booleans:
    network = records.network
    connected = np.zeros(len(network.junctions), dtype=bool)
    for junction in (network.start, network.end, network.splits.junction):
        connected[junction] = True
    return connected


def _unused_nodes(records: Records) -> Iterator[Finding]:
    used = _connected(records)
    network = records.network
    for places in (network.valves, network.hydrants, network.sources, network.customers):
        used[places.junction[places.junction >= 0]] = True
    unused = np.flatnonzero(~used)
    assets = [records.valves.points, records.hydrants, records.sources.points]
    drawn = np.concatenate([each.xy for each in (*assets, records.customers.points)])
    # A valve that names a node in mid-pipe stands on the pipe; the node is its place all the same.
    nearest, _ = nearest_within(drawn, network.junctions.xy[unused], SAME_PLACE_M)
    for nth in unused[nearest == NOWHERE].tolist():
        yield records.about_junction("node_unused", nth)


def _twin_nodes(records: Records) -> Iterator[Finding]:
    """Yield junctions within the tolerance of one another that no pipe joins."""
    network = records.network
    connected = np.flatnonzero(_connected(records))
    points = np.asarray(shapely.points(network.junctions.xy[connected]), dtype=object)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=records.snap_m)
    pairs = np.sort(connected[np.stack([one[one < other], other[one < other]], axis=1)], axis=1)
    joined = _joined_pairs(records)
    for first, second in pairs.tolist():
        if (first, second) not in joined:
            yield records.about_junction(
                "node_duplicate", second, other=str(network.junctions.ids[first])
            )


def _joined_pairs(records: Records) -> set[tuple[int, int]]:
    """Return the junction pairs that a short pipe joins; longer ones cannot be twins."""
    network = records.network
    short = shapely.length(network.lines) <= 4 * records.snap_m
    pairs = np.sort(np.stack([network.start[short], network.end[short]], axis=1), axis=1)
    return {(first, second) for first, second in pairs.tolist()}


def _near_misses(records: Records) -> Iterator[Finding]:
    """Yield dead ends that stop just short of a pipe they do not join."""
    network = records.network
    if not len(network.lines):
        return
    dead_end, own_pipe = _dead_ends(records)
    served = np.flatnonzero(network.pipes.in_service)
    if not len(dead_end) or not len(served):
        return
    nth, hit = shapely.STRtree(network.lines[served]).query(
        shapely.points(network.junctions.xy[dead_end]),
        predicate="dwithin",
        distance=3 * records.snap_m,
    )
    other = served[hit]
    apart = (other != own_pipe[nth]) & ~_shares_junction(records, own_pipe[nth], other)
    told: set[int] = set()
    for row in where(apart):
        end, pipe = int(dead_end[nth[row]]), int(other[row])
        if end in told or _runs_beside(records, end, int(own_pipe[nth[row]]), pipe):
            continue
        told.add(end)
        metres = shapely.distance(network.lines[pipe], shapely.Point(network.junctions.xy[end]))
        yield records.about_junction(
            "end_near_miss",
            end,
            pipe=str(network.pipes.ids[pipe]),
            distance_m=rounded(metres, 2),
        )


def _runs_beside(records: Records, end: int, own: int, other: int) -> bool:
    """Whether a dead end lies beside a pipe that runs along with its own, as services do."""
    network = records.network
    here, line = shapely.Point(network.junctions.xy[end]), network.lines[other]
    away = _unit(here, line.interpolate(line.project(here)))
    toward, along = _course_at(network.lines[own], here), _course_at(line, here)
    lies_beside = bool(away.any()) and abs(float(toward @ away)) < AHEAD
    return lies_beside and abs(float(toward @ along)) > PARALLEL


def _course_at(line: shapely.LineString, place: shapely.Point) -> Floats:
    """Return the direction of a line near a place, over about half a metre."""
    at, step = line.project(place), min(0.25, line.length / 2)
    return _unit(
        line.interpolate(max(at - step, 0.0)), line.interpolate(min(at + step, line.length))
    )


def _unit(start: shapely.Point, end: shapely.Point) -> Floats:
    apart = np.asarray([end.x - start.x, end.y - start.y])
    length = float(np.hypot(*apart))
    return apart / length if length else apart


def _dead_ends(records: Records) -> tuple[Integers, Integers]:
    """Return junctions where one pipe in service ends and nothing else meets, and that pipe."""
    network = records.network
    served = np.flatnonzero(network.pipes.in_service)
    at = np.concatenate([network.start[served], network.end[served], network.splits.junction])
    degree = np.bincount(at, minlength=len(network.junctions))
    degree[network.sources.junction] += 1  # a pipe that ends at a source ends well
    owner = np.zeros(len(network.junctions), dtype=np.int64)
    owner[network.start[served]] = served
    owner[network.end[served]] = served
    dead = np.flatnonzero(degree == 1)
    return dead, owner[dead]


def _shares_junction(records: Records, one: Integers, other: Integers) -> Booleans:
    """Whether two pipes meet at an end: beside a shared junction, nearness is no miss."""
    start, end = records.network.start, records.network.end
    shares: Booleans = (
        (start[one] == start[other])
        | (start[one] == end[other])
        | (end[one] == start[other])
        | (end[one] == end[other])
    )
    return shares


def _shared_vertices(records: Records) -> Iterator[Finding]:
    """Yield crossings drawn with a common vertex but without a junction."""
    network = records.network
    coordinates, owner = shapely.get_coordinates(network.lines, return_index=True)
    if not len(owner):
        return
    inner = np.ones(len(owner), dtype=bool)
    inner[0] = inner[-1] = False
    changes = np.flatnonzero(owner[1:] != owner[:-1])
    inner[changes] = inner[changes + 1] = False
    cells = np.round(coordinates[inner] / 0.01).astype(np.int64)
    owner = owner[inner]
    order = np.lexsort((owner, cells[:, 1], cells[:, 0]))
    same = (cells[order][1:] == cells[order][:-1]).all(axis=1)
    same &= owner[order][1:] != owner[order][:-1]
    split_at = {
        (int(pipe), str(network.junctions.ids[junction]))
        for pipe, junction in zip(network.splits.pipe, network.splits.junction, strict=True)
    }
    split_pipes = {pipe for pipe, _ in split_at}
    for one, other in zip(
        owner[order][:-1][same].tolist(), owner[order][1:][same].tolist(), strict=True
    ):
        if one not in split_pipes and other not in split_pipes:
            yield records.about_pipe("vertex_on_crossing", other, other=str(network.pipes.ids[one]))
