"""What the order of work needs of the records: the zone's rows, and where things stand.

Read by asset id and by place alone: at a million pipes other look-ups take longer than the plan.
"""

import json
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


_PLACE: Final = "asset_id, junction, pipe, fraction, ST_X(geom), ST_Y(geom)"
_VALVE: Final = f"{_PLACE}, isolates, flow_to_pipe, kind, bore_mm"
# Arrays of ids, not joins: of those the planner knows that they are few, and takes the indexes.
_ZONE: Final = f"""
WITH turned AS MATERIALIZED (
    SELECT json_build_array({_VALVE}) AS row, pipe FROM {Valve._meta.db_table}
    WHERE revision_id = %(revision)s AND asset_id = ANY(%(valves)s::text[])
), lines AS MATERIALIZED (
    SELECT asset_id, from_junction, to_junction, geom, json_build_array(
        asset_id, from_junction, to_junction, flow, length_m, diameter_mm) AS row
    FROM {Pipe._meta.db_table}
    WHERE revision_id = %(revision)s
    AND asset_id = ANY(%(pipes)s::text[] || ARRAY(SELECT pipe::text FROM turned WHERE pipe <> ''))
), splits AS MATERIALIZED (
    SELECT junction, json_build_array(pipe, junction, fraction) AS row
    FROM {PipeSplit._meta.db_table}
    WHERE revision_id = %(revision)s AND pipe = ANY(ARRAY(SELECT asset_id::text FROM lines))
), box AS MATERIALIZED (
    SELECT ST_Expand(ST_SetSRID(ST_Extent(geom)::geometry, 4326), %(beside)s) AS geom FROM lines
)
SELECT
    (SELECT json_agg(row) FROM turned),
    (SELECT json_agg(row) FROM lines),
    (SELECT json_agg(row) FROM splits),
    (SELECT json_agg(json_build_array(asset_id, elevation_m)) FROM {Junction._meta.db_table}
     WHERE revision_id = %(revision)s AND elevation_m IS NOT NULL AND asset_id = ANY(ARRAY(
        SELECT from_junction::text FROM lines UNION SELECT to_junction::text FROM lines
        UNION SELECT junction::text FROM splits))),
    (SELECT json_agg(json_build_array({_PLACE}) ORDER BY asset_id) FROM {Hydrant._meta.db_table}
     WHERE revision_id = %(revision)s AND asset_id = ANY(%(hydrants)s::text[])),
    (SELECT json_agg(json_build_array({_VALVE}) ORDER BY asset_id) FROM {Valve._meta.db_table}
     WHERE revision_id = %(revision)s AND geom && (SELECT geom FROM box)
     AND kind = ANY(%(fittings)s::text[]))
"""  # noqa: S608 - names of this module's own; values are parameters


def zone_rows(
    revision: NetworkRevision,
    *,
    pipes: Collection[str],
    valves: Collection[str],
    hydrants: Collection[str],
) -> ZoneRows:
    """Read the rows of a zone's `pipes`, with `valves` on its border or far off, and its outlets.

    One statement: it is asked at every burst, and each more would cost more than its rows.
    """
    if len(pipes) > PIPES_AT_MOST:
        alone = [_Stand(*row) for row in rows_by_id(Valve, _VALVE, revision, valves)]
        return ZoneRows(valve_bores_mm=_bores(alone), at=_places(alone))
    asked: dict[str, Any] = {
        "revision": revision.pk,
        "valves": list(valves),
        "pipes": list(pipes),
        "hydrants": list(hydrants),
        "fittings": list(FITTINGS),
        "beside": BESIDE_DEG,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ZONE, asked)
        found = [_json(column) for column in cursor.fetchone()]
    turned, lines = [_Stand(*row) for row in found[0]], [_Line(*row) for row in found[1]]
    splits, outlets = found[2], [_Stand(*row) for row in found[4]]
    junctions = {line.start for line in lines} | {line.end for line in lines}
    junctions |= {junction for _, junction, _ in splits}
    near = [_Stand(*row) for row in found[5]]
    fittings = _on_these(near, lines, junctions, {each.asset_id for each in turned})
    stands = [*turned, *fittings]
    return ZoneRows(
        tables=NetworkTables(
            junctions=sorted(junctions),
            pipes=_pipes(lines),
            splits=Splits(*map(list, zip(*splits, strict=True))) if splits else Splits(),
            valves=_valves(stands),
            hydrants=_points(outlets),
        ),
        lengths_m={line.asset_id: line.length_m for line in lines},
        bores_mm={line.asset_id: line.diameter_mm for line in lines if line.diameter_mm},
        heights_m=dict(found[3]),
        valve_bores_mm=_bores(turned),
        fittings={each.asset_id: each.kind for each in fittings},
        at=_places([*stands, *outlets]),
    )


def _json(column: Any) -> list[list[Any]]:
    """Rows that PostgreSQL put together; Django leaves JSON of raw queries as text."""
    rows: list[list[Any]] = json.loads(column) if isinstance(column, str) else column
    return rows or []


def _on_these(
    rows: Iterable[_Stand],
    lines: Iterable[_Line],
    junctions: Collection[str],
    turned: Collection[str],
) -> list[_Stand]:
    """Those of the fittings found by place that stand on the zone's pipes."""
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
