"""Metres around a place, and the box that reaches so many of them from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.contrib.gis.geos import Polygon
from numpy.typing import NDArray
from pyproj import Transformer

Metres = tuple[float, float]  # east, north
Degrees = NDArray[np.float64]


class LocalMetres:
    """Metres east and north of a place, true to scale around it."""

    def __init__(self, lon: float, lat: float) -> None:
        crs = f"+proj=tmerc +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"
        self._forward = Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def metres(self, lon: float, lat: float) -> Metres:
        """East and north of a position in degrees."""
        x, y = self._forward.transform(lon, lat)
        return float(x), float(y)

    def forward(self, lons: Degrees, lats: Degrees) -> tuple[Degrees, Degrees]:
        """East and north of many positions in degrees."""
        east, north = self._forward.transform(lons, lats)
        return east, north

    def box(self, east: float, north: float) -> Polygon:
        """A box in degrees that reaches so many metres from the place on each side."""
        corners = self._forward.transform([-east, east], [-north, north], direction="INVERSE")
        (west, east_), (south, north_) = corners
        box = Polygon.from_bbox((west, south, east_, north_))
        box.srid = 4326
        return box


@dataclass(frozen=True)
class Around:
    """A box in degrees around something, and the metres in it."""

    plane: LocalMetres
    box: Polygon

    @classmethod
    def points(cls, points: Sequence[object], metres: float) -> "Around":
        """The surroundings of some geometries, so many metres beyond their outermost."""
        bounds = np.array([each.extent for each in points])  # type: ignore[attr-defined]
        west, south = bounds[:, :2].min(axis=0)
        east, north = bounds[:, 2:].max(axis=0)
        plane = LocalMetres((west + east) / 2, (south + north) / 2)
        half_x, half_y = plane.metres(east, north)
        return cls(plane, plane.box(half_x + metres, half_y + metres))
