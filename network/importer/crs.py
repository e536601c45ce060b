"""Which coordinate system a layer is in, and its way to EPSG:4326.

Nothing is guessed: what a file does not say has to be given. What it says is taken as a number or
as WKT, never as a link.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from django.utils.translation import gettext
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from network.importer.layers import Layer
from network.importer.places import (
    Coordinates,
    Geometry,
    bounds_of,
    coordinates_of,
    is_points,
    with_coordinates,
)
from network.importer.refusals import (
    HINT_CHECK,
    HINT_METRES,
    HINT_ZONE,
    HINT_ZONE_MISSING,
    refusal,
)

LOCAL: Final = "local"
WGS84: Final = CRS.from_epsg(4326)
LOCAL_CRS: Final = CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=0 +k=1 +ellps=WGS84 +units=m")
_WKT_START = re.compile(
    r"^\s*(?:GEOGCS|PROJCS|COMPD_CS|GEOGCRS|PROJCRS|GEODCRS|BOUNDCRS|COMPOUNDCRS)\["
)
# What shapefiles and GeoPackages name besides EPSG: Esri's own planes, France's, CRS84.
_AUTHORITY = re.compile(r"(ESRI|IGNF|OGC):{1,2}(\w+)", re.IGNORECASE)
_PROJ4 = re.compile(r"^\+proj=(?:tmerc|utm|longlat|lcc|merc|sterea)(?: \+[\w]+(?:=[\w.,-]+)?)*$")
_BALLPARK = re.compile(r"beijing.?(?:19)?54|xi.?an.?(?:19)?80", re.IGNORECASE)
# Around a system's area of use, in degrees: networks on its border are still within.
_AREA_MARGIN = 1.5


@dataclass(frozen=True, slots=True)
class CrsChoice:
    """What the caller said: a system for layers without one, and whether their axes are swapped."""

    given: str | None = None
    swap_axes: bool = False

    @property
    def is_local(self) -> bool:
        """Whether the drawing is a schematic one, in a plane of its own."""
        return (self.given or "").strip().lower() == LOCAL


def parse_crs(text: str, *, name: str) -> CRS:
    """Return a coordinate system from EPSG:n, a number, ESRI:n, WKT or a plain PROJ string.

    Raises ImportRefused. Strings that could name files or addresses are not even tried.
    """
    text = text.strip()
    number = re.fullmatch(r"(?:EPSG:{1,2})?(\d{4,6})", text, re.IGNORECASE)
    named = _AUTHORITY.fullmatch(text)
    try:
        if number:
            crs = CRS.from_epsg(int(number[1]))
        elif named:
            crs = CRS.from_authority(named[1].upper(), named[2])
        elif _WKT_START.match(text):
            crs = CRS.from_wkt(text)
        elif _PROJ4.match(text):
            crs = CRS.from_proj4(text)
        else:
            raise refusal(reason="crs_unknown", name=name, crs=text[:60])
    except CRSError as error:
        raise refusal(reason="crs_unknown", name=name, crs=text[:60]) from error
    if not (crs.is_geographic or crs.is_projected):
        raise refusal(reason="crs_unknown", name=name, crs=crs.name)
    datum = crs.geodetic_crs.name if crs.geodetic_crs else ""
    if _BALLPARK.search(f"{datum} {crs.name}"):
        raise refusal(reason="crs_ballpark", name=name, crs=crs.name)
    return crs


def crs_of(layer: Layer, choice: CrsChoice) -> CRS:
    """Return the system of a layer: its own, else the given one, else WGS 84 where that is meant.

    GeoJSON and tables with lon and lat are WGS 84 unless something else is said.
    """
    if layer.crs:
        return parse_crs(layer.crs, name=layer.origin)
    if choice.is_local:
        return LOCAL_CRS
    if choice.given:
        return parse_crs(choice.given, name="--crs")
    if layer.is_geographic_by_name:
        return WGS84
    raise refusal(reason="crs_missing", layer=layer.origin)


def label_of(crs: CRS) -> str:
    """Return a short name for the records: EPSG:n where there is one."""
    if crs == LOCAL_CRS:
        return LOCAL
    number = crs.to_epsg()
    return f"EPSG:{number}" if number else crs.name[:200]


def to_lon_lat(layer: Layer, crs: CRS, *, swap_axes: bool) -> Geometry:
    """Return the layer's geometries in EPSG:4326, x being longitude.

    Raises ImportRefused where the coordinates as a whole cannot be in `crs`; single bad ones are
    left (not finite) for the findings.
    """
    geometry = layer.geometry
    if not is_points(geometry) and shapely.has_z(geometry).any():
        geometry = shapely.force_2d(geometry)
    coordinates = coordinates_of(geometry)
    if swap_axes:
        coordinates = coordinates[:, ::-1]
    if len(coordinates):
        _check_area(layer, crs, coordinates)
    if _is_wgs84(crs):
        return with_coordinates(geometry, coordinates) if swap_axes else geometry
    return with_coordinates(geometry, _transformed(crs, coordinates))


def _is_wgs84(crs: CRS) -> bool:
    # CGCS2000 in degrees and WGS 84 agree to the millimetre in every transformation there is.
    return crs.to_epsg() in (4326, 4490)


def _transformed(crs: CRS, coordinates: Coordinates) -> Coordinates:
    transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
    try:
        lon, lat = transformer.transform(coordinates[:, 0], coordinates[:, 1])
    except ProjError as error:
        raise refusal(reason="crs_unknown", name=crs.name, crs=error) from error
    result = np.stack([lon, lat], axis=1)
    result[~np.isfinite(result)] = np.nan
    return result


def _check_area(layer: Layer, crs: CRS, coordinates: Coordinates) -> None:
    """Refuse coordinates whose middle lies where `crs` is not used; name swapped axes as such."""
    finite = coordinates[np.isfinite(coordinates).all(axis=1)]
    if not len(finite) or crs == LOCAL_CRS:
        return
    middle = np.median(finite, axis=0)
    if _fits(crs, middle):
        return
    x, y = f"{middle[0]:.6g}", f"{middle[1]:.6g}"
    if _fits(crs, middle[::-1]):
        raise refusal(reason="axes_swapped", layer=layer.origin, x=x, y=y)
    raise refusal(
        reason="crs_out_of_area",
        layer=layer.origin,
        x=x,
        y=y,
        crs=label_of(crs),
        hint=_hint(crs, middle),
    )


def _fits(crs: CRS, point: Coordinates) -> bool:
    if crs.is_geographic:
        return bool(abs(point[0]) <= 180 and abs(point[1]) <= 90)
    lon, lat = _transformed(crs, point.reshape(1, 2))[0]
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return False
    area = crs.area_of_use
    if area is None:
        return bool(abs(lat) <= 90)
    west, east = area.west - _AREA_MARGIN, area.east + _AREA_MARGIN
    return bool(
        area.south - _AREA_MARGIN <= lat <= area.north + _AREA_MARGIN
        and (west <= lon <= east if area.west <= area.east else lon >= west or lon <= east)
    )


def _hint(crs: CRS, middle: Coordinates) -> str:
    """Return what is likely meant; CGCS2000 zones are the usual mistake."""
    if crs.is_geographic:
        return gettext(HINT_METRES)
    number = crs.to_epsg() or 0
    for easting in (middle[0], middle[1]):
        zone = int(easting // 1_000_000)
        code = 4513 + zone - 25
        # 3-degree zones, EPSG 4513 is zone 25. In its own zone already, it is the data that err.
        if 25 <= zone <= 45 and code != number:
            return gettext(HINT_ZONE) % {"code": code}
    if 4513 <= number <= 4533:
        return gettext(HINT_ZONE_MISSING)
    return gettext(HINT_CHECK)


def check_agreement(layers: Sequence[tuple[Layer, Geometry]]) -> None:
    """Refuse a layer that lies elsewhere than the pipes and would fit them with swapped axes.

    Degrees of a place like (41, 2) are valid both ways; beside the pipes they are not. The first
    of `layers` (with their EPSG:4326 geometries) is the pipes.
    """
    if not layers:
        return
    reference = bounds_of(layers[0][1])
    for layer, geometry in layers[1:]:
        bounds = bounds_of(geometry)
        if not np.isfinite(bounds).all() or _meets(reference, bounds):
            continue
        if _meets(reference, bounds[[1, 0, 3, 2]]):
            raise refusal(
                reason="axes_swapped",
                layer=layer.origin,
                x=f"{bounds[0]:.6g}",
                y=f"{bounds[1]:.6g}",
            )


def check_against_known(layer: Layer, geometry: Geometry, known: Coordinates | None) -> None:
    """Refuse pipes that fit where the network is known to be only with their axes swapped.

    `known` are the bounds (west, south, east, north) of the service area or the network so far.
    """
    if known is None:
        return
    bounds = bounds_of(geometry)
    swapped = bounds[[1, 0, 3, 2]]
    if np.isfinite(bounds).all() and not _meets(known, bounds) and _meets(known, swapped):
        raise refusal(
            reason="axes_swapped", layer=layer.origin, x=f"{bounds[0]:.6g}", y=f"{bounds[1]:.6g}"
        )


def _meets(one: Coordinates, other: Coordinates) -> bool:
    return bool(
        one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
    )


__all__ = [
    "LOCAL",
    "LOCAL_CRS",
    "CrsChoice",
    "bounds_of",
    "check_against_known",
    "check_agreement",
    "crs_of",
    "label_of",
    "parse_crs",
    "to_lon_lat",
]
