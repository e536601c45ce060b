"""What an argument about a burst needs of the records beside the graph: rows, people, places."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Q
from numpy.typing import NDArray

from network.choices import AreaKind, Flow, Operability, ValveState
from network.models import (
    Area,
    Customer,
    NetworkRevision,
    Pipe,
    PipeSplit,
    Source,
    Valve,
    ValveCondition,
)
from network.selectors.around import Around
from network.selectors.by_id import rows_by_id
from network.selectors.tables import read_tables
from network.topology.argument.alternatives import (
    Alternatives,
    Stop,
    Wishes,
    alternatives,
    stops_around,
    with_stops,
)
from network.topology.argument.restore import PressureZones
from network.topology.argument.scene import Scene
from network.topology.argument.spelling import Rows
from network.topology.argument.work import ValveWork, Work
from network.topology.elements import (
    Customers,
    NetworkTables,
    Pipes,
    Sources,
    Splits,
    Valves,
)
from network.topology.engine.answer import Burst
from network.topology.engine.build import build

Degrees = NDArray[np.float64]
NAN = float("nan")
WORK_WITHIN_M = 3_000.0  # valves farther off count with the usual turns and no way


def rows_of(revision: NetworkRevision) -> Rows:
    """A reader of the rows of some pipes, with what stands on them. Five queries, by index."""

    def read(
        pipes: Collection[str], *, valves: Collection[str], customers: Collection[str] = ()
    ) -> NetworkTables:
        return _rows(revision, pipes, valves, customers)

    return read


def _rows(
    revision: NetworkRevision,
    pipes: Collection[str],
    valves: Collection[str],
    customers: Collection[str],
) -> NetworkTables:
    ids, starts, ends, flows = _columns(
        rows_by_id(Pipe, "asset_id, from_junction, to_junction, flow", revision, pipes), 4
    )
    splits = rows_by_id(PipeSplit, "pipe, junction, fraction", revision, pipes, by="pipe")
    split_pipes, at_junctions, fractions = _columns(splits, 3)
    junctions = {*starts, *ends, *at_junctions}
    sources = rows_by_id(
        Source, "asset_id, junction, inlet_pipes, is_active", revision, junctions, by="junction"
    )
    people, at, on, places = _columns(
        rows_by_id(Customer, "asset_id, junction, pipe, fraction", revision, customers), 4
    )
    return NetworkTables(
        junctions=sorted(junctions),
        pipes=Pipes(ids, starts, ends, [flow == Flow.FORWARD for flow in flows]),
        splits=Splits(split_pipes, at_junctions, fractions),
        valves=_valves(revision, valves, set(ids), junctions),
        sources=Sources(*_columns(sources, 4)),
        customers=Customers(people, at, on, _numbers(places), persons=[0] * len(people)),
    )


def _valves(
    revision: NetworkRevision, valves: Collection[str], pipes: set[str], junctions: set[str]
) -> Valves:
    """Those of `valves` that stand on one of `pipes` or at one of `junctions`."""
    columns = "asset_id, junction, pipe, fraction, isolates, flow_to_pipe, state"
    found = rows_by_id(Valve, columns, revision, valves)
    standing = [row for row in found if row[1] in junctions or row[2] in pipes]
    ids, at, on, fractions, isolates, flow_to, states = _columns(standing, 7)
    return Valves(
        ids=ids,
        junctions=at,
        pipes=on,
        fractions=_numbers(fractions),
        isolates=isolates,
        flow_to=flow_to,
        closed=[state == ValveState.CLOSED for state in states],
        operable=[True] * len(ids),  # a way of water does not ask
    )


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [NAN if value is None else value for value in values]


# -- alternatives -----------------------------------------------------------------


def wishes_for(scene: Scene, revision: NetworkRevision, stops: Collection[str] = ()) -> Wishes:
    """Key and special users, doubtful valves and the work at valves near the zone.

    Only valves that the drawing shows closed may be opened: one that somebody has closed since,
    for another outage or as a what-if, was closed for a reason. A large user counts as a key user.
    """
    marked = list(
        Customer.objects.filter(revision=revision)
        .filter(Q(key_user=True) | Q(large_user=True) | ~Q(special_user=""))
        .values_list("asset_id", "key_user", "large_user", "special_user")
    )
    return Wishes(
        key_users=frozenset(each for each, key, large, _ in marked if key or large),
        special_users=frozenset(each for each, *_, special in marked if special),
        doubtful=_doubtful(revision),
        openable=normally_closed(scene),
        stops=frozenset(stops),
        work=Work(_valve_work(scene, revision)),
    )


def normally_closed(scene: Scene) -> frozenset[str]:
    """Valves that the drawing shows closed."""
    topology = scene.topology
    return frozenset(topology.names("valve", np.flatnonzero(topology.valve_closed)))


def _doubtful(revision: NetworkRevision) -> frozenset[str]:
    drawn = Valve.objects.filter(revision=revision, operability=Operability.UNKNOWN)
    known = ValveCondition.objects.exclude(operability=None)
    tried = set(known.exclude(operability=Operability.UNKNOWN).values_list("asset_id", flat=True))
    forgotten = known.filter(operability=Operability.UNKNOWN).values_list("asset_id", flat=True)
    return (frozenset(drawn.values_list("asset_id", flat=True)) - tried) | frozenset(forgotten)


def _valve_work(scene: Scene, revision: NetworkRevision) -> dict[str, ValveWork]:
    around = _around(scene, revision, WORK_WITHIN_M)
    if around is None:
        return {}
    rows = list(
        Valve.objects.filter(revision=revision, geom__coveredby=around.box).values_list(
            "asset_id", "turns_to_close", "bore_mm", "operability", AsWKB("geom")
        )
    )
    blocked = set(
        ValveCondition.objects.filter(operability=Operability.INACCESSIBLE).values_list(
            "asset_id", flat=True
        )
    )
    # Thousands in a dense city, and somebody waits: moved to metres in one go.
    degrees = shapely.get_coordinates(shapely.from_wkb([bytes(wkb) for *_, wkb in rows]))
    places = zip(*around.plane.forward(degrees[:, 0], degrees[:, 1]), strict=True)
    return {
        valve: ValveWork(
            turns=turns,
            bore_mm=bore,
            at=(float(east), float(north)),
            accessible=operability != Operability.INACCESSIBLE and valve not in blocked,
        )
        for (valve, turns, bore, operability, _), (east, north) in zip(rows, places, strict=True)
    }


def alternatives_for(
    scene: Scene,
    revision: NetworkRevision,
    *,
    with_stops_too: bool = False,
    go_on: Callable[[], bool] = lambda: True,
) -> Alternatives:
    """Other plans for the question of `scene`, as long as `go_on` says so.

    Temporary stops divide pipes, so with them the network is read and built anew: seconds for a
    hundred thousand pipes.
    """
    if with_stops_too:
        return stops_for(scene, revision, go_on=go_on)[0]
    wishes = wishes_for(scene, revision)
    return alternatives(scene.topology, scene.bursts, scene.state, wishes, scene.ready, go_on=go_on)


@dataclass(frozen=True)
class PlacedStop:
    """Where a temporary stop would be, in degrees; `from_burst_m` where it is on the burst pipe."""

    stop: Stop
    lon: float
    lat: float
    from_burst_m: float | None


def stops_for(
    scene: Scene, revision: NetworkRevision, *, go_on: Callable[[], bool] = lambda: True
) -> tuple[Alternatives, dict[str, PlacedStop]]:
    """Other plans, those with temporary stops too, and where the stops that they name would be."""
    bursts, tables = scene.bursts, read_tables(revision)
    zone = scene.topology.names("pipe", np.unique(scene.found.zone_pipes))
    stops = {stop.name: stop for stop in stops_around(tables, zone, bursts)}
    found = alternatives(
        build(with_stops(tables, list(stops.values()))),
        bursts,
        scene.state,
        wishes_for(scene, revision, list(stops)),
        budget=300,
        go_on=go_on,
    )
    named = {name for plan in found.plans for name in plan.stops}
    return found, _placed_stops(revision, bursts, [stops[name] for name in sorted(named)])


def _placed_stops(
    revision: NetworkRevision, bursts: Sequence[Burst], stops: Sequence[Stop]
) -> dict[str, PlacedStop]:
    rows = Pipe.objects.filter(revision=revision, asset_id__in={stop.pipe for stop in stops})
    pipes = {row.asset_id: row for row in rows}
    found = {}
    for stop in stops:
        pipe = pipes[stop.pipe]
        at = stop.fraction if not stop.junction else float(stop.junction != pipe.from_junction)
        away = [
            abs(burst.fraction - at) * pipe.length_m
            for burst in bursts
            if burst.pipe == stop.pipe and burst.fraction is not None
        ]
        place = pipe.geom.interpolate_normalized(at)
        found[stop.name] = PlacedStop(stop, place.x, place.y, min(away, default=None))
    return found


# -- restore ----------------------------------------------------------------------


def pressure_zones(revision: NetworkRevision) -> PressureZones:
    """The pressure zone in which the middle of each pipe lies, for those that lie in one."""

    def read(pipes: Collection[str]) -> dict[str, str]:
        areas = list(Area.objects.filter(kind=AreaKind.PRESSURE_ZONE).order_by("code"))
        if not areas:
            return {}
        rows = Pipe.objects.filter(revision=revision, asset_id__in=pipes)
        found = {}
        for pipe, line in rows.values_list("asset_id", "geom"):
            middle = line.interpolate_normalized(0.5)
            code = next((area.code for area in areas if area.geom.covers(middle)), None)
            if code is not None:
                found[pipe] = code
        return found

    return read


def _around(scene: Scene, revision: NetworkRevision, metres: float) -> Around | None:
    """The surroundings of the burst pipes."""
    names = [burst.pipe for burst in scene.bursts]
    lines = list(
        Pipe.objects.filter(revision=revision, asset_id__in=names).values_list("geom", flat=True)
    )
    return Around.points(lines, metres) if lines else None
