"""The network as hydraulics sees it: stretches of pipe between places, whatever the valves do.

Stretches are the topology's pipe parts, by the same numbers; places are its junctions, then the
mid-pipe valves'. What is recorded is filled up here, and what was filled up is told.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.hydraulics.facts import (
    UNKNOWN_DIAMETER_MM,
    Assumptions,
    Floats,
    HydraulicFacts,
    NotGradable,
    Obstacle,
    Told,
)
from network.topology.elements import NetworkTables
from network.topology.engine.ground import Ground
from network.topology.engine.ids import Numbering, as_ids
from network.topology.engine.structure import IntArray

SHORTEST_M: Final = 0.1
# Elevations are filled up from neighbours along at most this many pipes.
FILLED_STEPS: Final = 3
HOURS: Final = 24.0


@dataclass(frozen=True, eq=False)
class People:
    """Customers in the order of their ids, each at `along` (0 to 1) of a stretch, or at a place.

    `part` and `place` are -1 where the other is said; both are for a customer on no pipe.
    """

    ids: NDArray[np.bytes_]
    part: IntArray
    along: Floats
    place: IntArray
    demand_m3_h: Floats


@dataclass(frozen=True, eq=False)
class Mains:
    """Stretches and places. `forward` and `backward` say which way water may run in each.

    `elevation_m` is NaN where it is not known and no neighbour's is. `demand_m3_h` are those of
    junctions at the graded hour.
    """

    ground: Ground
    part_pipe: IntArray
    start: IntArray
    end: IntArray
    length_m: Floats
    diameter_mm: Floats
    roughness: Floats
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]
    kinds: list[str]  # by pipe
    settings: Floats
    pump_curves: list[str]
    elevation_m: Floats
    demand_m3_h: Floats
    source_place: IntArray  # by source, in the order of their ids
    source_head_m: Floats
    source_ids: NDArray[np.bytes_]
    people: People
    told: tuple[Told, ...]


def lay_mains(tables: NetworkTables, facts: HydraulicFacts, assumed: Assumptions) -> Mains:
    """Read tables and facts. Raises NotGradable where no elevation is known."""
    ground = Ground(tables)
    part_pipe, start, end, low, high = _parts(ground)
    order = ground.pipes.order
    known = _elevations(ground, facts.elevations_m)
    if not np.isfinite(known).any():
        raise NotGradable(Obstacle.NO_ELEVATIONS)
    elevation = _filled(ground, known, start, end)
    bores = facts.pipes.diameters_mm[order]
    sources = Numbering("source", tables.sources.ids)
    own = np.nan_to_num(facts.junction_demands_m3_d[ground.junctions.order])
    of_junctions = bool((own > 0).any())
    demand = np.zeros(ground.junction_count)
    demand[: len(own)] = own * assumed.peak_factor / HOURS
    forward, backward = _ways(ground, tables, part_pipe, start, end)
    return Mains(
        ground=ground,
        part_pipe=part_pipe,
        start=start,
        end=end,
        length_m=np.maximum(facts.pipes.lengths_m[order][part_pipe] * (high - low), SHORTEST_M),
        diameter_mm=np.where(bores > 0, bores, UNKNOWN_DIAMETER_MM)[part_pipe],
        roughness=facts.pipes.roughness[order][part_pipe],
        forward=forward,
        backward=backward,
        kinds=[facts.pipes.kinds[n] for n in order.tolist()],
        settings=facts.pipes.settings[order],
        pump_curves=[facts.pipes.pump_curves[n] for n in order.tolist()],
        elevation_m=elevation,
        demand_m3_h=demand,
        source_place=ground.junctions.require(as_ids(tables.sources.junctions)[sources.order]),
        source_head_m=facts.source_heads_m[sources.order],
        source_ids=sources.ids,
        people=_people(ground, tables, facts, assumed, low, high, of_junctions=of_junctions),
        told=tuple(_told(ground, known, elevation, bores, of_junctions=of_junctions)),
    )


def _parts(ground: Ground) -> tuple[IntArray, IntArray, IntArray, Floats, Floats]:
    """Of every part its pipe, the places at its ends, and where on the pipe it begins and ends."""
    counts = np.diff(ground.part_starts)
    pipe = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    part = np.arange(ground.part_count)
    first, last = part == ground.part_starts[pipe], part == ground.part_starts[pipe + 1] - 1
    start, end = ground.starts[pipe].copy(), ground.ends[pipe].copy()
    low, high = np.zeros(len(part)), np.ones(len(part))
    # A pipe has a part more than cuts: the cut after part k of pipe p is number k - p.
    before, after = (part - pipe - 1)[~first], (part - pipe)[~last]
    start[~first], low[~first] = ground.cut_junction[before], ground.cut_fraction[before]
    end[~last], high[~last] = ground.cut_junction[after], ground.cut_fraction[after]
    return pipe, start, end, low, high


def _elevations(ground: Ground, elevations_m: Floats) -> Floats:
    found = np.full(ground.junction_count, np.nan)
    found[: len(ground.junctions)] = elevations_m[ground.junctions.order]
    return found


def _filled(ground: Ground, known: Floats, start: IntArray, end: IntArray) -> Floats:
    """Give places without elevation the mean of their neighbours', a few pipes far."""
    found = known.copy()
    for _step in range(FILLED_STEPS):
        blank = ~np.isfinite(found)
        if not blank.any():
            break
        total, count = np.zeros(len(found)), np.zeros(len(found))
        for here, there in ((start, end), (end, start)):
            useful = blank[here] & ~blank[there]
            np.add.at(total, here[useful], found[there[useful]])
            np.add.at(count, here[useful], 1)
        filled = blank & (count > 0)
        found[filled] = total[filled] / count[filled]
    return found


@dataclass(frozen=True, eq=False)
class _Ways:
    """Which ways water may run, being narrowed down."""

    ground: Ground
    start: IntArray
    end: IntArray
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]

    def only(self, pipe: int, junction: int, *, inward: bool) -> None:
        """Let water run only into a pipe where it meets a junction, or only out of it."""
        starts = self.ground.part_starts
        for part in range(int(starts[pipe]), int(starts[pipe + 1])):
            if self.start[part] == junction:
                (self.backward if inward else self.forward)[part] = False
            if self.end[part] == junction:
                (self.forward if inward else self.backward)[part] = False


def _ways(
    ground: Ground, tables: NetworkTables, part_pipe: IntArray, start: IntArray, end: IntArray
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which ways water may run: pipes with a direction, inlets of tanks, one-way valves."""
    forward = np.ones(len(part_pipe), dtype=bool)
    ways = _Ways(ground, start, end, forward, ~ground.one_way[part_pipe])
    sources = tables.sources
    places = ground.junctions.find(as_ids(sources.junctions))
    for place, inlets in zip(places.tolist(), sources.inlet_pipes, strict=True):
        for pipe in ground.pipes.find(as_ids(inlets)).tolist():
            if pipe >= 0:
                ways.only(pipe, place, inward=False)
    for valve, to_end in zip(*map(np.ndarray.tolist, ground.directed_in_middle()), strict=True):
        before = np.flatnonzero(end == ground.valve_junction[valve])
        after = np.flatnonzero(start == ground.valve_junction[valve])
        for part in (*before, *after):
            (ways.backward if to_end else ways.forward)[part] = False
    real = (ground.valve_junction >= 0) & (ground.valve_junction < len(ground.junctions))
    for valve in np.flatnonzero(ground.valve_one_way & real).tolist():
        junction, flow_to = int(ground.valve_junction[valve]), int(ground.valve_flow_to[valve])
        stands_on = int(ground.valve_pipe[valve])
        if stands_on >= 0:
            ways.only(stands_on, junction, inward=flow_to == stands_on)
        elif flow_to >= 0:
            ways.only(flow_to, junction, inward=True)
    return ways.forward, ways.backward


def _people(
    ground: Ground,
    tables: NetworkTables,
    facts: HydraulicFacts,
    assumed: Assumptions,
    low: Floats,
    high: Floats,
    *,
    of_junctions: bool,
) -> People:
    customers = tables.customers
    numbers = Numbering("customer", customers.ids)
    order = numbers.order
    pipe_ids = as_ids(customers.pipes)[order]
    pipe = ground.pipes.find(pipe_ids)
    fraction = np.asarray(customers.fractions, dtype=np.float64)[order]
    part = np.full(len(order), -1, dtype=np.int32)
    along = np.full(len(order), 0.5)
    on_pipe = np.flatnonzero(pipe >= 0)
    part[on_pipe] = ground.parts_at(pipe[on_pipe], fraction[on_pipe])
    sure = on_pipe[np.isfinite(fraction[on_pipe])]
    width = np.maximum(high[part[sure]] - low[part[sure]], 1e-9)
    along[sure] = np.clip((fraction[sure] - low[part[sure]]) / width, 0.0, 1.0)
    junctions = ground.junctions.find(as_ids(customers.junctions)[order])
    persons = np.asarray(customers.persons, dtype=np.float64)[order]
    usual = persons * assumed.litres_per_person_day / 1000.0
    measured = facts.customer_demands_m3_d[order]
    daily = np.where(np.isfinite(measured), measured, usual)
    return People(
        ids=numbers.ids,
        part=part,
        along=along,
        place=np.where((pipe_ids == b"") & (part < 0), junctions, -1).astype(np.int32),
        demand_m3_h=np.zeros(len(order)) if of_junctions else daily * assumed.peak_factor / HOURS,
    )


def _told(
    ground: Ground, known: Floats, elevation: Floats, bores: Floats, *, of_junctions: bool
) -> list[Told]:
    real = slice(0, len(ground.junctions))
    found = [Told("demands_of_junctions")] if of_junctions else []
    filled = int((np.isfinite(elevation[real]) & ~np.isfinite(known[real])).sum())
    if filled:
        found.append(Told("elevations_filled", {"count": filled}))
    blank = int((~np.isfinite(elevation[real])).sum())
    if blank:
        found.append(Told("elevations_missing", {"count": blank}))
    thin = int((~(bores > 0)).sum())
    if thin:
        found.append(Told("diameters_missing", {"count": thin, "mm": UNKNOWN_DIAMETER_MM}))
    return found
