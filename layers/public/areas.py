"""Areas as the public sees them: the streets concerned, never the shape of a pipe.

RULE 1  The area grows until gaps narrower than twice CLOSE_GAPS_M close and the fingers along
        single pipes melt into the blocks between them; it always covers what is really off.
RULE 2  With fewer homes than the public minimum, the street blocks it touches are shown whole.
RULE 3  Corners lie on a fixed grid of a ten-thousandth of a degree's tenth (about a metre), so
        that the same area is the same file and nothing finer can be read back.
"""

from collections.abc import Callable, Iterable
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from layers.local_metres import LocalMetres

CLOSE_GAPS_M = 45.0
MARGIN_M = 18.0
SIMPLIFY_M = 5.0
FILL_HOLES_M2 = 6_000.0
# Around a few homes for which no street block is known.
LONE_MARGIN_M = 120.0
GRID_DEGREES = 1e-5

BlocksNear = Callable[[BaseGeometry], Iterable[BaseGeometry]]


def generalised_area(
    area: BaseGeometry, *, homes: int, minimum: int, blocks_near: BlocksNear
) -> dict[str, Any]:
    """Generalise an area in EPSG:4326 to the geometry that may be published, as GeoJSON.

    `blocks_near` finds the street blocks that touch a geometry; it is asked only where `homes`
    are fewer than `minimum`.
    """
    plane = LocalMetres.around(area)
    flat = plane.to_metres(area)
    if homes < minimum:
        blocks = [plane.to_metres(block) for block in blocks_near(area)]
        flat = unary_union([flat, *blocks]) if blocks else flat.buffer(LONE_MARGIN_M)
    grown = flat.buffer(CLOSE_GAPS_M).buffer(MARGIN_M - CLOSE_GAPS_M)
    smooth = _filled(grown).simplify(SIMPLIFY_M)
    on_grid = shapely.set_precision(plane.to_degrees(smooth), GRID_DEGREES)
    return _plain(mapping(_polygons(on_grid)))


def _filled(shape: BaseGeometry) -> BaseGeometry:
    """Without holes that are smaller than a street block."""
    kept = [
        Polygon(part.exterior, [ring for ring in part.interiors if _area(ring) >= FILL_HOLES_M2])
        for part in _polygons(shape).geoms
    ]
    return unary_union(kept)


def _area(ring: shapely.LinearRing) -> float:
    return float(Polygon(ring).area)


def _polygons(shape: BaseGeometry) -> MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return MultiPolygon(parts)


def _plain(geometry: Any) -> dict[str, Any]:
    """Tuples to lists, and the float noise of the grid rounded off."""

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 5)
        return [rounded(each) for each in value]

    return {"type": geometry["type"], "coordinates": rounded(geometry["coordinates"])}
