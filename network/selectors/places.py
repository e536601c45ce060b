"""From a point on the map to what lies there."""

import math
from dataclasses import dataclass

from django.db import connection

from network.selectors.revisions import current_revision


@dataclass(frozen=True)
class NearPipe:
    """The pipe nearest to a point: where on it (fraction from its start; lon, lat) and how far."""

    pipe: str
    fraction: float
    distance_m: float
    lon: float
    lat: float
    diameter_mm: float | None
    material: str
    street: str
    street_en: str
    on_trunk_road: bool


# The index counts in degrees, people in metres, and away from the equator a degree of longitude
# is the shorter one: the pipe nearest in degrees only says how far to look. All that lie within
# its metres are measured by geography. Where on the pipe the point lies is found on a drawing
# whose longitudes are narrowed as they are on the ground, or a bend would shift it along the pipe.
HERE = "ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)"
NEAREST = f"""
    WITH first AS (
        SELECT ST_Distance(pipe.geom::geography, {HERE}::geography) AS metres
        FROM (
            SELECT geom FROM network_pipe
            WHERE revision_id = %(revision)s AND status = 'in_service'
            ORDER BY geom <-> {HERE} LIMIT 1
        ) pipe
    ),
    reach AS (
        SELECT ST_Expand(
            {HERE},
            metres / (%(metres_north)s * %(narrow)s) * 1.01 + 1e-9,
            metres / %(metres_north)s * 1.01 + 1e-9
        ) AS box
        FROM first WHERE metres <= %(reach_m)s
    ),
    near AS (
        SELECT pipe.*, ST_Distance(pipe.geom::geography, {HERE}::geography) AS distance_m,
               ST_Scale(pipe.geom, %(narrow)s, 1) AS line,
               ST_Scale({HERE}, %(narrow)s, 1) AS here
        FROM network_pipe pipe
        WHERE pipe.revision_id = %(revision)s AND pipe.status = 'in_service'
          AND pipe.geom && (SELECT box FROM reach)
    )
    SELECT asset_id, ST_LineLocatePoint(line, here), distance_m,
           ST_X(ST_ClosestPoint(line, here)) / %(narrow)s, ST_Y(ST_ClosestPoint(line, here)),
           diameter_mm, material, street, street_en, on_trunk_road
    FROM near
    -- What is as near to the millimetre is as near: then the id decides, not the rounding.
    ORDER BY round(distance_m * 1000), asset_id LIMIT 1
"""  # noqa: S608 - composed of constants
# The ellipsoid of WGS 84: metres of a degree of latitude at the equator, where it is shortest,
# and the square of the eccentricity.
METRES_NORTH, E2 = 110_574.0, 0.00669438


def nearest_pipe(lon: float, lat: float, within_m: float) -> NearPipe | None:
    """The pipe in service nearest to a point (EPSG:4326), or None if none is within `within_m`."""
    revision = current_revision()
    if revision is None:
        return None
    values = {
        "lon": lon,
        "lat": lat,
        "revision": revision.pk,
        "metres_north": METRES_NORTH,
        "narrow": _narrowing(lat),
        # The nearest in degrees may lie that much farther off than the nearest in metres.
        "reach_m": within_m / _narrowing(lat) * 1.02,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, values)
        row = cursor.fetchone()
    if row is None or row[2] > within_m:
        return None
    return NearPipe(*row)


def _narrowing(lat: float) -> float:
    """Return a degree of longitude over one of latitude, in metres at this latitude."""
    phi = math.radians(lat)
    return max(math.cos(phi), 1e-3) * (1 - E2 * math.sin(phi) ** 2) / (1 - E2)
