"""Geometries of a layer: shapely objects, or for plain points an array of x and y.

A table of points with two columns of numbers never becomes objects: `shape (n, 2)`, a row of two
NaN where there is no place at all, any other number that is not finite as it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geometry = NDArray[Any]
Coordinates = NDArray[np.float64]

# A place that was given, but not in numbers that could be used: neither finite nor missing.
_UNUSABLE = (np.nan, np.inf)


def is_points(geometry: Geometry) -> bool:
    """Whether these are plain points, as numbers."""
    return geometry.dtype != object


def missing_points(points: Coordinates) -> NDArray[np.bool_]:
    """Return which of the points have no place at all."""
    missing: NDArray[np.bool_] = np.isnan(points[:, 0]) & np.isnan(points[:, 1])
    return missing


def coordinates_of(geometry: Geometry) -> Coordinates:
    """Return all x and y, without those of missing geometries; shape (n, 2)."""
    if is_points(geometry):
        found: Coordinates = geometry[~missing_points(geometry)]
        return found
    return np.asarray(shapely.get_coordinates(geometry), dtype=np.float64)


def with_coordinates(geometry: Geometry, coordinates: Coordinates) -> Geometry:
    """Return the geometries at other coordinates, given in the order of `coordinates_of`."""
    if not is_points(geometry):
        moved: Geometry = shapely.set_coordinates(geometry.copy(), coordinates)
        return moved
    placed = geometry.copy()
    coordinates = coordinates.copy()
    coordinates[missing_points(coordinates)] = _UNUSABLE
    placed[~missing_points(geometry)] = coordinates
    return placed


def as_shapes(geometry: Geometry) -> NDArray[np.object_]:
    """Return the geometries as shapely objects, None for a missing one."""
    if not is_points(geometry):
        return geometry
    shapes = np.asarray(shapely.points(geometry), dtype=object).reshape(-1)
    shapes[missing_points(geometry)] = None
    return shapes


def bounds_of(geometry: Geometry) -> Coordinates:
    """Return west, south, east, north of all geometries; not finite where there is nothing."""
    if is_points(geometry):
        geometry = geometry[~np.isnan(geometry).any(axis=1)]
        if len(geometry):
            return np.concatenate([geometry.min(axis=0), geometry.max(axis=0)])
    if not len(geometry):
        return np.full(4, np.nan)
    bounds: Coordinates = shapely.total_bounds(geometry)
    return bounds


def ewkb_hex(geometry: Geometry) -> list[str]:
    """Return EPSG:4326 geometries as hexadecimal EWKB with their SRID."""
    if not is_points(geometry):
        found: list[str] = shapely.to_wkb(
            shapely.set_srid(geometry, 4326), hex=True, include_srid=True
        ).tolist()
        return found
    rows = np.empty(len(geometry), dtype=_EWKB_POINT)
    rows["start"] = _EWKB_START
    rows["xy"] = geometry
    text, width = rows.tobytes().hex().upper(), 2 * _EWKB_POINT.itemsize
    return [text[start : start + width] for start in range(0, len(text), width)]


# Little-endian, a point with SRID, EPSG:4326, then x and y.
_EWKB_START = np.void(bytes.fromhex("0101000020E6100000"))
_EWKB_POINT = np.dtype([("start", "V9"), ("xy", "<f8", 2)])


@dataclass(frozen=True, slots=True)
class Courses:
    """Lines as numbers: a tenth of what as many shapely objects take.

    `points` have shape (m, 2); line n runs over those from `starts[n]` to `starts[n + 1]`.
    """

    points: Coordinates
    starts: NDArray[np.int64]

    @staticmethod
    def of(lines: NDArray[np.object_]) -> Courses:
        """Return the courses of LineStrings."""
        points, owner = shapely.get_coordinates(lines, return_index=True)
        starts = np.zeros(len(lines) + 1, dtype=np.int64)
        np.cumsum(np.bincount(owner, minlength=len(lines)), out=starts[1:])
        return Courses(points, starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def lines(self, first: int = 0, stop: int | None = None) -> NDArray[np.object_]:
        """Return them as LineStrings, all or some."""
        starts = self.starts[first : len(self) + 1 if stop is None else stop + 1]
        if len(starts) < 2:
            return np.empty(0, dtype=object)
        owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        lines: NDArray[np.object_] = np.asarray(
            shapely.linestrings(self.points[starts[0] : starts[-1]], indices=owner), dtype=object
        )
        return lines
