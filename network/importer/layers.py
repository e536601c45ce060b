"""Layers as they come out of files: geometries and columns, nothing understood yet."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from network.importer.delimited import read_delimited
from network.importer.encodings import dbf_encoding, text_encoding
from network.importer.geojson import geojson_crs, with_feature_ids
from network.importer.intake import DataFile
from network.importer.packed import Column, Packed, compact
from network.importer.places import Geometry
from network.importer.refusals import ImportRefused, refusal

LON_NAMES = ("lon", "lng", "long", "longitude", "经度")
LAT_NAMES = ("lat", "latitude", "纬度")
X_NAMES = ("x", "easting", "east", "x坐标", "横坐标")
Y_NAMES = ("y", "northing", "north", "y坐标", "纵坐标")
WKT_NAMES = ("wkt", "geometry", "geom", "the_geom")

# Should a reader ever try to reach out, it meets a port on this machine where nobody listens.
pyogrio.set_gdal_config_options(
    {"GDAL_HTTP_PROXY": "127.0.0.1:9", "GDAL_HTTP_TIMEOUT": "1", "GDAL_HTTP_MAX_RETRY": "0"}
)


@dataclass(slots=True)
class Layer:
    """One layer: `crs` is what the file says (EPSG:n or WKT), None where it says nothing.

    `geometry` is in the file's own coordinates: shapely geometries, None where there is none, or
    plain points as numbers (see `places`).
    """

    name: str
    origin: str
    geometry: Geometry
    columns: dict[str, Column]
    crs: str | None
    is_geographic_by_name: bool = False

    def __len__(self) -> int:
        return len(self.geometry)


def layer_names(file: DataFile) -> list[str]:
    """Return the names of the layers in a file: its own, or those of a GeoPackage."""
    if file.format != "geopackage":
        return [file.stem]
    try:
        return [str(name) for name, _kind in pyogrio.list_layers(file.path)]
    except DataSourceError as error:
        raise _unreadable(file.path, error) from error


def read_layer(file: DataFile, name: str) -> Layer:
    """Read one layer. Raises ImportRefused where the file is broken."""
    if file.format == "csv":
        return _read_csv(file)
    encoding = dbf_encoding(file.path) if file.format == "shapefile" else None
    # An id like 2024-01-05 is no day: GeoJSON has texts and numbers only.
    options = {"DATE_AS_STRING": "YES"} if file.format == "geojson" else {}
    try:
        meta, _fids, geometry, columns = pyogrio.raw.read(
            file.path,
            layer=name if file.format == "geopackage" else None,
            encoding=encoding,
            force_2d=True,
            **options,
        )
        found = {str(field): column for field, column in zip(meta["fields"], columns, strict=True)}
        for field, stored in zip(meta["fields"], meta["dtypes"], strict=True):
            if stored == "int64" and _lost_digits(found[field]):
                found[field] = _as_texts(file, name, field)
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise _unreadable(file.path, error) from error
    if file.format == "geojson":
        found = with_feature_ids(file.path, found, len(columns[0]) if columns else len(geometry))
    crs = geojson_crs(file.path) if file.format == "geojson" else _stated(meta["crs"])
    return Layer(
        name=name,
        origin=file.path.name if file.format != "geopackage" else f"{file.path.name}/{name}",
        geometry=_geometries(geometry, len(columns[0]) if columns else 0),
        columns={name: compact(column) for name, column in found.items()},
        crs=crs,
        is_geographic_by_name=file.format == "geojson",
    )


def _lost_digits(column: NDArray[Any]) -> bool:
    """Whether whole numbers beside blanks came as floats, which hold no more than 53 bits."""
    with np.errstate(invalid="ignore"):
        return column.dtype.kind == "f" and bool((np.abs(column) >= 2**53).any())


def _as_texts(file: DataFile, name: str, field: str) -> NDArray[np.object_]:
    """Return a column of numbers with all their digits, None for a blank."""
    layer = name if file.format == "geopackage" else str(pyogrio.list_layers(file.path)[0][0])
    of, what = (each.replace('"', '\\"') for each in (layer, field))
    query = f'SELECT CAST("{what}" AS character(20)) AS digits FROM "{of}"'  # noqa: S608
    _meta, _fids, _geometry, columns = pyogrio.raw.read(
        file.path, sql=query, sql_dialect="OGRSQL", read_geometry=False
    )
    texts: NDArray[np.object_] = columns[0]
    return texts


# How GeoPackages and shapefiles write that they know no system: a plane of its own.
_NO_SYSTEM = ("ENGCRS[", "ENGINEERINGCRS[", "LOCAL_CS[")


def _stated(crs: str | None) -> str | None:
    """Return the system that a file states, None for the words that state none."""
    return None if crs is None or crs.lstrip().upper().startswith(_NO_SYSTEM) else crs


def _unreadable(path: Path, error: Exception) -> ImportRefused:
    return refusal(reason="unreadable", name=path.name, error=error)


def _geometries(wkb: NDArray[np.object_] | None, count: int) -> NDArray[np.object_]:
    if wkb is None:
        return np.full(count, None, dtype=object)
    with np.errstate(invalid="ignore"):  # NaN among the coordinates is for the findings
        geometry: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
    return geometry


# -- CSV -------------------------------------------------------------------------------------------


def _read_csv(file: DataFile) -> Layer:
    """Read a table with lon and lat, x and y, or WKT. All values stay text."""
    with file.path.open(encoding=text_encoding(file.path), newline="") as opened:
        try:
            columns = read_delimited(opened, file.path.name)
        except (StopIteration, csv.Error, UnicodeDecodeError) as error:
            raise _unreadable(file.path, error) from error
    geometry, crs, is_lon_lat = _csv_geometry(columns, file)
    return Layer(file.stem, file.path.name, geometry, {**columns}, crs, is_lon_lat)


def _csv_geometry(columns: dict[str, Packed], file: DataFile) -> tuple[Geometry, str | None, bool]:
    """Return geometries, their stated system, and whether they are in lon and lat by name."""
    by_name = {name.lower(): name for name in columns}
    for x_names, y_names, is_lon_lat in ((LON_NAMES, LAT_NAMES, True), (X_NAMES, Y_NAMES, False)):
        x = next((by_name[name] for name in x_names if name in by_name), None)
        y = next((by_name[name] for name in y_names if name in by_name), None)
        if x is not None and y is not None:
            xs, ys = _numbers(columns.pop(x)), _numbers(columns.pop(y))
            # No number at all is a missing geometry; a written NaN is one that is not finite.
            return np.stack([xs, ys], axis=1), None, is_lon_lat
    wkt = next((by_name[name] for name in WKT_NAMES if name in by_name), None)
    if wkt is None:
        raise refusal(reason="csv_without_place", name=file.path.name)
    geometry = written_geometries(columns.pop(wkt).tolist())
    return shapely.force_2d(geometry), _stated_srid(geometry, file), True


_EWKT = re.compile(r"SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)
_HEX = re.compile(r"[0-9A-Fa-f]{18,}")


def written_geometries(texts: list[str]) -> NDArray[np.object_]:
    """Return geometries from WKT, or as databases and scripts write them: EWKT, hex WKB, GeoJSON.

    None where nothing, or nothing that could be read, is written. A stated SRID stays with them.
    """
    found: NDArray[np.object_] = shapely.from_wkt(
        [text if _is_wkt(text) else None for text in texts], on_invalid="ignore"
    )
    for nth, text in enumerate(texts):
        if text.startswith("{"):
            found[nth] = shapely.from_geojson(text, on_invalid="ignore")
        elif _HEX.fullmatch(text):
            found[nth] = shapely.from_wkb(text, on_invalid="ignore")
        elif srid := _EWKT.match(text):
            shape = shapely.from_wkt(text[srid.end() :], on_invalid="ignore")
            found[nth] = shape and shapely.set_srid(shape, int(srid[1]))
    return found


def _is_wkt(text: str) -> bool:
    return bool(text) and not (text.startswith("{") or _HEX.fullmatch(text) or _EWKT.match(text))


def _stated_srid(geometry: NDArray[np.object_], file: DataFile) -> str | None:
    """Return the one system that written geometries state. Raises ImportRefused for several."""
    srids = set(shapely.get_srid(geometry[~shapely.is_missing(geometry)]).tolist()) - {0}
    if len(srids) > 1:
        several = ", ".join(f"EPSG:{srid}" for srid in sorted(srids))
        raise refusal(reason="crs_unknown", name=file.path.name, crs=several)
    return f"EPSG:{srids.pop()}" if srids else None


def _numbers(column: Column) -> NDArray[np.float64]:
    try:
        return np.fromiter(map(float, column), dtype=np.float64, count=len(column))
    except ValueError:  # a blank or a word among them
        return np.fromiter(map(_number, column), dtype=np.float64, count=len(column))


def _number(text: str) -> float:
    try:  # where decimals have a comma, a coordinate has one, and no point
        return float(text if "." in text else text.replace(",", ".", 1))
    except ValueError:
        return float("nan")
