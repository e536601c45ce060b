"""Areas as the public sees them: whole cells of the town, never the shape of a pipe.

The area of an outage becomes the cells in which somebody is without water (layers.public.cells
says which, and what follows from it). Where nobody lives it is the empty hexagons it meets.
"""

from functools import lru_cache
from typing import Any, Final

import shapely
from django.conf import settings
from django.db import connection
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from layers.public.cells import DECIMALS, Cells

# Places of homes as `layers.public.places` knows them, so that an answer about a place and the
# area on the map cannot differ. A row may stand for a whole building.
HOMES_SQL: Final = """
SELECT ST_X(place), ST_Y(place), sum(homes)::int FROM (
  SELECT ST_SnapToGrid(geom, 0.0001) AS place, greatest(connections, 1) AS homes
  FROM network_customer WHERE revision_id = %s) snapped
GROUP BY place ORDER BY 1, 2
"""
REVISION_SQL: Final = "SELECT max(id) FROM network_networkrevision WHERE status = 'current'"


def current_cells() -> Cells:
    """The cells of the network revision in force."""
    with connection.cursor() as cursor:
        cursor.execute(REVISION_SQL)
        revision = cursor.fetchone()[0]
    return _cells_of(revision, settings.PUBLIC_MINIMUM_COUNT)


@lru_cache(maxsize=2)
def _cells_of(revision: int | None, minimum: int) -> Cells:
    with connection.cursor() as cursor:
        cursor.execute(HOMES_SQL, [revision])
        return Cells.of(cursor.fetchall(), minimum=minimum)


def public_area(area: BaseGeometry, cells: Cells) -> dict[str, Any]:
    """The geometry that may be published for an area in EPSG:4326, as GeoJSON.

    It covers every home within the area.
    """
    chosen = cells.groups_within(area)
    shape = cells.shape(chosen) if chosen else cells.empty_shape(area)
    if shape.is_empty:
        shape = cells.shape(cells.nearest_group(area))
    return _plain(mapping(_polygons(shape)))


def _polygons(shape: BaseGeometry) -> MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return MultiPolygon(parts)


def _plain(geometry: Any) -> dict[str, Any]:
    """Tuples to lists, without the noise of floating point."""

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, DECIMALS)
        return [rounded(each) for each in value]

    return {"type": geometry["type"], "coordinates": rounded(geometry["coordinates"])}
