"""The area of an outage, drawn around its dry pipes and customers.

Everything in EPSG:4326 outside; inside, a plane in metres around the place, so that
buffers are round and the same size in every city.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

# Around a customer's own point, which may lie across the street from the main.
CUSTOMER_BUFFER_M = 12.0
# Courtyards smaller than this are no place with water amid an outage; on a map they are noise.
HOLE_M2 = 4_000.0
# Gaps of up to twice this between the parts of an area are closed: on a map they are slivers.
CLOSE_M = 15.0
SIMPLIFY_M = 2.0
# Of that, what the outline loses before it is shrunk: arcs of many short pipes, laid over another.
CORNER_M = 0.5
# Straight pieces of a quarter circle: at 50 m they stay within a metre of it.
CORNER_SEGMENTS = 4

Shapes = TypeVar("Shapes", BaseGeometry, NDArray[np.object_])


class LocalPlane:
    """A plane in metres around a place given in EPSG:4326 degrees: its UTM zone.

    True to a thousandth, which is enough for buffers and walking distances.
    """

    def __init__(self, lon: float, lat: float) -> None:
        zone = int((lon + 180) // 6) % 60 + 1
        self._forward, self._back = _transformers((32600 if lat >= 0 else 32700) + zone)

    def metres(self, lon: float, lat: float) -> tuple[float, float]:
        """Return (x, y) in metres of a position in degrees."""
        x, y = self._forward.transform(lon, lat)
        return float(x), float(y)

    def to_metres(self, shape: Shapes) -> Shapes:
        """Return a shape in degrees, or an array of them, in metres."""
        return shapely.transform(shape, _pairwise(self._forward))

    def to_degrees(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in metres as one in degrees."""
        return shapely.transform(shape, _pairwise(self._back))


@lru_cache(maxsize=8)  # making one takes ten milliseconds, a plan needs several
def _transformers(epsg: int) -> tuple[Transformer, Transformer]:
    return (
        Transformer.from_crs(4326, epsg, always_xy=True),
        Transformer.from_crs(epsg, 4326, always_xy=True),
    )


def _pairwise(transformer: Transformer) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    return moved


def outage_area(
    pipes: Sequence[BaseGeometry],
    customers: Sequence[BaseGeometry] | NDArray[np.object_],
    *,
    buffer_m: float,
) -> MultiPolygon | None:
    """Return the area within `buffer_m` of the pipes and around the customers, or None if empty.

    Shapes in EPSG:4326, and so is the area: valid, with small holes filled; it covers every pipe
    and customer given.
    """
    shapes = np.array([*pipes, *customers], dtype=object)
    if not len(shapes):
        return None
    west, south, east, north = shapely.total_bounds(shapes)
    plane = LocalPlane((west + east) / 2, (south + north) / 2)
    metres = plane.to_metres(shapes)
    mains, homes = metres[: len(pipes)], metres[len(pipes) :]
    homes = _beyond(mains, homes, buffer_m - CUSTOMER_BUFFER_M)
    around_m = np.repeat([buffer_m, CUSTOMER_BUFFER_M], [len(mains), len(homes)])
    # Gaps are closed by growing too far and shrinking back; not quite as far, since simplifying
    # may take a little away and nobody is to fall out at the edge.
    grown = shapely.buffer(
        np.concatenate([mains, homes]), around_m + CLOSE_M, quad_segs=CORNER_SEGMENTS
    )
    area = shapely.simplify(shapely.union_all(grown), CORNER_M)
    area = _without_small_holes(area.buffer(SIMPLIFY_M - CLOSE_M, quad_segs=CORNER_SEGMENTS))
    return _multipolygon(shapely.make_valid(plane.to_degrees(area.simplify(SIMPLIFY_M - CORNER_M))))


def _beyond(
    mains: NDArray[np.object_], homes: NDArray[np.object_], within_m: float
) -> NDArray[np.object_]:
    """Return the places further than that from all mains, each once; the others are inside."""
    different = np.unique(shapely.get_coordinates(homes), axis=0)
    homes = np.asarray(shapely.points(different), dtype=object)
    if not len(mains) or not len(homes):
        return homes
    near, _main = shapely.STRtree(mains).query(homes, predicate="dwithin", distance=within_m)
    return np.delete(homes, near)


def merged(*areas: MultiPolygon | None) -> MultiPolygon | None:
    """Return the union of areas in EPSG:4326, or None if there is none."""
    shapes = [shapely.from_wkb(bytes(area.wkb)) for area in areas if area]
    return _multipolygon(shapely.make_valid(shapely.union_all(shapes))) if shapes else None


def _without_small_holes(area: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(area)
    filled = [
        shapely.Polygon(part.exterior, [h for h in part.interiors if _area_m2(h) >= HOLE_M2])
        for part in parts
    ]
    return shapely.union_all(filled)


def _area_m2(ring: shapely.LinearRing) -> float:
    return float(shapely.Polygon(ring).area)


def _multipolygon(shape: BaseGeometry) -> MultiPolygon | None:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    if not polygons:
        return None
    made = GEOSGeometry(memoryview(shapely.to_wkb(shapely.MultiPolygon(polygons))), srid=4326)
    assert isinstance(made, MultiPolygon)
    return made
