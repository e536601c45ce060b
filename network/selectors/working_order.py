"""What the order of work needs of the records: the zone's rows, and where things stand.

Read by asset id and by place alone, as plain rows: at a million pipes other look-ups take longer
than the plan.
"""

from collections.abc import Collection, Iterable, Sequence
from math import cos, radians
from typing import Any, Final, NamedTuple

from django.db import connection

from network.choices import Flow
from network.models import Hydrant, Junction, NetworkRevision, Pipe, PipeSplit, Valve
from network.selectors.by_id import rows_by_id
from network.topology.elements import NetworkTables, Pipes, Points, Splits, Valves
from network.topology.order.zone import Metres, ZoneRows

METRES_PER_DEGREE: Final = 111_320.0
NAN: Final = float("nan")
FITTINGS: Final = ("washout", "air")
# Of a larger zone the way is not read: its valves are ordered by straight lines.
PIPES_AT_MOST: Final = 3_000
BESIDE_DEG: Final = 0.0003  # some 30 m: a washout's chamber stands beside its main


class _Line(NamedTuple):
    asset_id: str
    start: str
    end: str
    flow: str
    length_m: float
    diameter_mm: float | None
    west: float
    south: float
    east: float
    north: float


class _Stand(NamedTuple):
    """A valve or hydrant where it stands, in degrees."""

    asset_id: str
    junction: str
    pipe: str
    fraction: float | None
    lon: float
    lat: float
    isolates: bool = False
    flow_to: str = ""
    kind: str = ""
    bore_mm: float | None = None


_LINE: Final = (
    "asset_id, from_junction, to_junction, flow, length_m, diameter_mm, "
    "ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)"
)
_PLACE: Final = "asset_id, junction, pipe, fraction, ST_X(geom), ST_Y(geom)"
_VALVE: Final = f"{_PLACE}, isolates, flow_to_pipe, kind, bore_mm"


def zone_rows(
    revision: NetworkRevision,
    *,
    pipes: Collection[str],
    valves: Collection[str],
    hydrants: Collection[str],
) -> ZoneRows:
    """Read the rows of a zone's `pipes`, with `valves` on its border or far off, and its outlets.

    Six queries.
    """
    turned = [_Stand(*row) for row in rows_by_id(Valve, _VALVE, revision, valves)]
    if len(pipes) > PIPES_AT_MOST:
        return ZoneRows(valve_bores_mm=_bores(turned), at=_places(turned))
    named = {*pipes, *(valve.pipe for valve in turned if valve.pipe)}
    lines = [_Line(*row) for row in rows_by_id(Pipe, _LINE, revision, named)]
    splits = _splits(revision, named)
    junctions = sorted(
        {line.start for line in lines}
        | {line.end for line in lines}
        | {junction for _, junction, _ in splits}
    )
    outlets = [_Stand(*row) for row in rows_by_id(Hydrant, _PLACE, revision, hydrants)]
    outlets.sort()
    fittings = _fittings(revision, lines, set(junctions), {v.asset_id for v in turned})
    stands = [*turned, *fittings]
    return ZoneRows(
        tables=NetworkTables(
            junctions=junctions,
            pipes=_pipes(lines),
            splits=Splits(*map(list, zip(*splits, strict=True))) if splits else Splits(),
            valves=_valves(stands),
            hydrants=_points(outlets),
        ),
        lengths_m={line.asset_id: line.length_m for line in lines},
        bores_mm={line.asset_id: line.diameter_mm for line in lines if line.diameter_mm},
        heights_m=_heights(revision, junctions),
        valve_bores_mm=_bores(turned),
        fittings={each.asset_id: each.kind for each in fittings},
        at=_places([*stands, *outlets]),
    )


def _splits(revision: NetworkRevision, pipes: Collection[str]) -> list[tuple[str, str, float]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pipe, junction, fraction FROM {PipeSplit._meta.db_table} "  # noqa: S608
            "WHERE revision_id = %s AND pipe = ANY(%s)",
            [revision.pk, list(pipes)],
        )
        return cursor.fetchall()


def _fittings(
    revision: NetworkRevision,
    lines: Sequence[_Line],
    junctions: Collection[str],
    turned: Collection[str],
) -> list[_Stand]:
    """Washouts and air valves on these pipes, looked for by place."""
    if not lines:
        return []
    box = [
        min(line.west for line in lines) - BESIDE_DEG,
        min(line.south for line in lines) - BESIDE_DEG,
        max(line.east for line in lines) + BESIDE_DEG,
        max(line.north for line in lines) + BESIDE_DEG,
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_VALVE} FROM {Valve._meta.db_table} "  # noqa: S608
            "WHERE revision_id = %s AND geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326) "
            "AND kind = ANY(%s) ORDER BY asset_id",
            [revision.pk, *box, list(FITTINGS)],
        )
        rows = [_Stand(*row) for row in cursor.fetchall()]
    pipes = {line.asset_id for line in lines}
    return [
        row
        for row in rows
        if (row.pipe in pipes or (not row.pipe and row.junction in junctions))
        and row.asset_id not in turned
    ]


def _pipes(lines: Sequence[_Line]) -> Pipes:
    return Pipes(
        ids=[line.asset_id for line in lines],
        starts=[line.start for line in lines],
        ends=[line.end for line in lines],
        one_way=[line.flow == Flow.FORWARD for line in lines],
    )


def _valves(rows: Sequence[_Stand]) -> Valves:
    return Valves(
        ids=[row.asset_id for row in rows],
        junctions=[row.junction for row in rows],
        pipes=[row.pipe for row in rows],
        fractions=_fractions(rows),
        isolates=[row.isolates for row in rows],
        flow_to=[row.flow_to for row in rows],
        closed=[False] * len(rows),  # what is shut is said by whoever asks
        operable=[True] * len(rows),
    )


def _points(rows: Sequence[_Stand]) -> Points:
    return Points(
        ids=[row.asset_id for row in rows],
        junctions=[row.junction for row in rows],
        pipes=[row.pipe for row in rows],
        fractions=_fractions(rows),
    )


def _fractions(rows: Iterable[_Stand]) -> list[float]:
    return [NAN if row.fraction is None else row.fraction for row in rows]


def _heights(revision: NetworkRevision, junctions: Collection[str]) -> dict[str, float]:
    rows: list[tuple[Any, ...]] = rows_by_id(Junction, "asset_id, elevation_m", revision, junctions)
    return {asset: height for asset, height in rows if height is not None}


def _bores(rows: Iterable[_Stand]) -> dict[str, float]:
    return {row.asset_id: row.bore_mm for row in rows if row.bore_mm}


def _places(rows: Sequence[_Stand]) -> dict[str, Metres]:
    """East and north of the first of them, true enough for straight lines of a few kilometres."""
    if not rows:
        return {}
    base = rows[0]
    east = METRES_PER_DEGREE * cos(radians(base.lat))
    return {
        row.asset_id: ((row.lon - base.lon) * east, (row.lat - base.lat) * METRES_PER_DEGREE)
        for row in rows
    }
