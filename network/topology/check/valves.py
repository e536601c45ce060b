"""Checks of valves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import shapely

from network.topology.check.records import Records, where
from network.topology.findings import Finding
from network.topology.noding.columns import NOWHERE, Booleans, Floats, Integers


def check_valves(records: Records) -> Iterator[Finding]:
    """Yield what is wrong with valves."""
    valves, places = records.valves, records.network.valves
    points = valves.points
    if not valves.isolates.any() and len(records.network.lines):
        yield Finding("no_isolating_valve", "network", "", None, {"valves": len(points)})
    lost = (places.junction == NOWHERE) & (places.pipe == NOWHERE)
    for nth in where(valves.isolates & (valves.state == "unknown") & ~lost):
        yield records.about_point("valve_state_unknown", "valve", points, nth)
    for nth in where(valves.isolates & (valves.operability == "unknown") & ~lost):
        yield records.about_point("valve_operability_unknown", "valve", points, nth)
    on_pipe = np.flatnonzero(places.pipe != NOWHERE)
    for nth in on_pipe[~records.network.pipes.in_service[places.pipe[on_pipe]]]:
        pipe = str(records.network.pipes.ids[places.pipe[nth]])
        yield records.about_point("valve_on_unused_pipe", "valve", points, nth, pipe=pipe)
    at_node = (places.pipe == NOWHERE) & (places.junction != NOWHERE)
    unserved = records.unserved_junctions() if at_node.any() else {}
    for nth in where(at_node & np.isin(places.junction, list(unserved))):
        pipe = unserved[int(places.junction[nth])]
        yield records.about_point("valve_on_unused_pipe", "valve", points, nth, pipe=pipe)
    yield from _orphans(records)
    yield from _directions(records)
    yield from _same_places(records)
    yield from _bores(records)


def _orphans(records: Records) -> Iterator[Finding]:
    """Yield valves at a junction that no pipe uses: they cut nothing."""
    network = records.network
    connected = np.zeros(len(network.junctions) + 1, dtype=bool)  # the last one for NOWHERE
    for junctions in (network.start, network.end, network.splits.junction, [NOWHERE]):
        connected[junctions] = True
    for nth in where(~connected[network.valves.junction]):
        yield records.about_point(
            "valve_off_pipe", "valve", records.valves.points, nth, within_m=records.snap_m
        )


def _pipes_at(records: Records, valves: Booleans) -> dict[int, list[int]]:
    """Return the pipes that end at or are split by each junction where one of `valves` stands."""
    network = records.network
    at = network.valves.junction
    wanted = set(at[valves & (at != NOWHERE)].tolist())
    pipes: dict[int, list[int]] = defaultdict(list)
    for junctions in (network.start, network.end):
        for pipe in where(np.isin(junctions, list(wanted))):
            pipes[int(junctions[pipe])].append(pipe)
    for pipe, junction in zip(
        network.splits.pipe.tolist(), network.splits.junction.tolist(), strict=True
    ):
        if junction in wanted:
            pipes[junction].append(pipe)
    return pipes


def _directions(records: Records) -> Iterator[Finding]:
    """Yield check valves that pass water both ways, since nothing says which way they point."""
    valves = records.valves
    for nth in where(valves.one_way_kind & (valves.flow_to_pipe == "")):
        yield records.about_point("valve_one_way_without_direction", "valve", valves.points, nth)


def _same_places(records: Records) -> Iterator[Finding]:
    """Yield isolating valves where another one already cuts the same thing."""
    places, isolates = records.network.valves, records.valves.isolates
    taken: dict[tuple[int, int, int], int] = {}
    lengths = np.zeros(len(places))
    inside = (places.junction == NOWHERE) & (places.pipe != NOWHERE)
    lengths[inside] = shapely.length(records.network.lines[places.pipe[inside]])
    step = max(records.snap_m / 5, 0.01)
    for nth in where(isolates & ((places.junction >= 0) | (places.pipe >= 0))):
        junction, pipe = int(places.junction[nth]), int(places.pipe[nth])
        along = 0
        if junction == NOWHERE:
            along = round(float(places.fraction[nth]) * float(lengths[nth]) / step)
        first = taken.setdefault((junction, pipe, along), nth)
        if first != nth:
            other = str(records.valves.points.ids[first])
            yield records.about_point(
                "valve_same_place", "valve", records.valves.points, nth, other=other
            )


def _bores(records: Records) -> Iterator[Finding]:
    """Yield valves whose bore fits none of the pipes that they stand on."""
    places, bore = records.network.valves, records.valves.bore_mm
    # An air or washout valve sits on a small branch of its own that nobody draws.
    sized = np.isfinite(bore) & records.valves.isolates
    on_pipe = places.pipe != NOWHERE
    fits = np.zeros(len(places), dtype=bool)
    with np.errstate(invalid="ignore"):
        apart = np.abs(records.diameter_mm[places.pipe[on_pipe]] - bore[on_pipe])
        fits[on_pipe] = ~(apart > np.maximum(10.0, 0.1 * bore[on_pipe]))
    doubtful = sized & ~fits
    if not doubtful.any():
        return
    pipes_at = _pipes_at(records, doubtful & ~on_pipe)
    for nth in where(doubtful):
        pipe = int(places.pipe[nth])
        pipes = [pipe] if pipe != NOWHERE else pipes_at.get(int(places.junction[nth]), [])
        diameters = _known(records, np.asarray(pipes, dtype=np.int64))
        if len(diameters) and np.abs(diameters - bore[nth]).min() > max(10.0, 0.1 * bore[nth]):
            yield records.about_point(
                "valve_bore_mismatch",
                "valve",
                records.valves.points,
                nth,
                bore_mm=round(float(bore[nth])),
                diameter_mm=round(float(diameters.max())),
                pipe=str(records.network.pipes.ids[pipes[0]]),
            )


def _known(records: Records, pipes: Integers) -> Floats:
    diameters = records.diameter_mm[pipes]
    return diameters[np.isfinite(diameters)]
