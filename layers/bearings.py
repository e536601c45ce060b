"""How a valve stands on its pipe, so that its symbol can be turned along it."""

from collections.abc import Iterable

from django.db import connection

# For a row `v` of network_valve. Measured in mercator, where angles are true, over about two
# metres of the pipe; 0-179 degrees clockwise from north, since a valve has no front.
BEARING_SQL = """
SELECT mod(round(degrees(ST_Azimuth(
         ST_LineInterpolatePoint(m.line, greatest(m.at - m.step, 0)),
         ST_LineInterpolatePoint(m.line, least(m.at + m.step, 1)))))::int, 180) AS bearing
FROM (
  SELECT ST_Transform(p.geom, 3857) AS line,
         ST_LineLocatePoint(ST_Transform(p.geom, 3857), ST_Transform(v.geom, 3857)) AS at,
         least(1.0 / greatest(p.length_m, 0.1), 0.5) AS step
  FROM network_pipe p
  WHERE p.revision_id = v.revision_id AND (v.pipe = '' OR p.asset_id = v.pipe)
    AND p.geom && ST_Expand(v.geom, 0.0005)
  ORDER BY p.geom <-> v.geom, p.diameter_mm DESC NULLS LAST LIMIT 1
) m
"""


def valve_bearings(revision_id: int, valves: Iterable[str]) -> dict[str, int]:
    """Bearing in degrees by valve id; a valve that stands on no pipe is left out."""
    sql = f"""
        SELECT v.asset_id, line.bearing FROM network_valve v CROSS JOIN LATERAL ({BEARING_SQL}) line
        WHERE v.revision_id = %s AND v.asset_id = ANY(%s) AND line.bearing IS NOT NULL
    """  # noqa: S608 - composed of constants
    with connection.cursor() as cursor:
        cursor.execute(sql, [revision_id, list(valves)])
        return dict(cursor.fetchall())
