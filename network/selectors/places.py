"""From a point on the map to what lies there."""

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


# The index narrows by degrees, geography ranks by metres. A degree of longitude shrinks
# with latitude, so the nearest in degrees need not be the nearest in metres: take a
# handful of candidates by index, then measure.
NEAREST = """
    WITH here AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS geom),
    candidates AS (
        SELECT pipe.* FROM network_pipe pipe, here
        WHERE pipe.revision_id = %(revision)s AND pipe.status = 'in_service'
        ORDER BY pipe.geom <-> here.geom LIMIT 24
    )
    SELECT asset_id,
           ST_LineLocatePoint(candidates.geom, here.geom) AS fraction,
           ST_Distance(candidates.geom::geography, here.geom::geography) AS distance_m,
           ST_X(ST_ClosestPoint(candidates.geom, here.geom)),
           ST_Y(ST_ClosestPoint(candidates.geom, here.geom)),
           diameter_mm, material, street, street_en, on_trunk_road
    FROM candidates, here ORDER BY distance_m, asset_id LIMIT 1
"""


def nearest_pipe(lon: float, lat: float, within_m: float) -> NearPipe | None:
    """The pipe in service nearest to a point (EPSG:4326), or None if none is within `within_m`."""
    revision = current_revision()
    if revision is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, {"lon": lon, "lat": lat, "revision": revision.pk})
        row = cursor.fetchone()
    if row is None or row[2] > within_m:
        return None
    return NearPipe(*row)
