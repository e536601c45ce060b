"""From longitude and latitude to metres around a place, and back.

An azimuthal equidistant projection centred on the place: distances from the centre are true, and
over a town the others are good to a few parts in ten thousand.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry


@lru_cache(maxsize=256)
def _transformers(lon: float, lat: float) -> tuple[Transformer, Transformer]:
    local = f"+proj=aeqd +lon_0={lon} +lat_0={lat} +datum=WGS84 +units=m +no_defs"
    return (
        Transformer.from_crs("EPSG:4326", local, always_xy=True),
        Transformer.from_crs(local, "EPSG:4326", always_xy=True),
    )


@dataclass(frozen=True, slots=True)
class LocalMetres:
    """A metric plane touching the earth at a centre, x east and y north."""

    lon: float
    lat: float

    @classmethod
    def around(cls, geom: BaseGeometry) -> "LocalMetres":
        """The plane centred on a geometry in EPSG:4326; centres are shared by the hundredth."""
        west, south, east, north = geom.bounds
        return cls(round((west + east) / 2, 2), round((south + north) / 2, 2))

    def to_metres(self, geom: BaseGeometry) -> BaseGeometry:
        """EPSG:4326 to metres."""
        return self._moved(geom, 0)

    def to_degrees(self, geom: BaseGeometry) -> BaseGeometry:
        """Metres to EPSG:4326."""
        return self._moved(geom, 1)

    def _moved(self, geom: BaseGeometry, way: int) -> BaseGeometry:
        transformer = _transformers(self.lon, self.lat)[way]

        def move(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
            return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

        moved: BaseGeometry = shapely.transform(geom, move)
        return moved
