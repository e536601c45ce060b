"""Layers as they come out of files: geometries and columns, nothing understood yet."""

from __future__ import annotations

import csv
import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from network.importer.encodings import dbf_encoding, text_encoding
from network.importer.intake import DataFile
from network.importer.packed import Column, Packed, blocks_of, compact
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
    encoding = None
    if file.format == "shapefile":
        encoding = dbf_encoding(file.path)
    try:
        meta, _fids, geometry, columns = pyogrio.raw.read(
            file.path,
            layer=name if file.format == "geopackage" else None,
            encoding=encoding,
            force_2d=True,
        )
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise _unreadable(file.path, error) from error
    names = [str(field) for field in meta["fields"]]
    crs = _geojson_crs(file.path) if file.format == "geojson" else meta["crs"]
    return Layer(
        name=name,
        origin=file.path.name if file.format != "geopackage" else f"{file.path.name}/{name}",
        geometry=_geometries(geometry, len(columns[0]) if columns else 0),
        columns={name: compact(column) for name, column in zip(names, columns, strict=True)},
        crs=crs,
        is_geographic_by_name=file.format == "geojson",
    )


def _unreadable(path: Path, error: Exception) -> ImportRefused:
    return refusal(reason="unreadable", name=path.name, error=error)


def _geometries(wkb: NDArray[np.object_] | None, count: int) -> NDArray[np.object_]:
    if wkb is None:
        return np.full(count, None, dtype=object)
    with np.errstate(invalid="ignore"):  # NaN among the coordinates is for the findings
        geometry: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
    return geometry


_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*(?=\{)')
_EPSG_NAME = re.compile(r"(?:^urn:ogc:def:crs:EPSG:[^:]*:|^EPSG:)(\d{4,6})$", re.IGNORECASE)


def _geojson_crs(path: Path) -> str | None:
    """Return EPSG:n where a `crs` member names one; GeoJSON without it is WGS 84.

    Only a number is taken from the file, never a definition or a link.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        match = _CRS_MEMBER.search(content)
        if match is None:
            return None
        said = content[match.end() : match.end() + 2000].decode("utf-8", "replace")
        del match  # it holds the mapping
    try:
        member, _end = json.JSONDecoder().raw_decode(said)
        name = str(member["properties"]["name"])
    except (ValueError, KeyError, TypeError):
        name = ""
    if name.upper().endswith("CRS84"):
        return None
    numbered = _EPSG_NAME.match(name)
    if numbered is None:
        raise refusal(reason="crs_unknown", name=path.name, crs=name[:60])
    return f"EPSG:{int(numbered[1])}"


# -- CSV -------------------------------------------------------------------------------------------


def _read_csv(file: DataFile) -> Layer:
    """Read a table with lon and lat, x and y, or WKT. All values stay text."""
    encoding = text_encoding(file.path)
    with file.path.open(encoding=encoding, newline="") as opened:
        sample = opened.read(4096)
        opened.seek(0)
        delimiter = max(",;\t", key=sample.split("\n", 1)[0].count)
        rows = csv.reader(opened, delimiter=delimiter)
        try:
            header = [name.strip() for name in next(rows)]
            columns = _csv_columns(header, rows, file)
        except (StopIteration, csv.Error, UnicodeDecodeError) as error:
            raise _unreadable(file.path, error) from error
    geometry, is_lon_lat = _csv_geometry(columns, file)
    return Layer(file.stem, file.path.name, geometry, columns, None, is_lon_lat)


def _csv_columns(header: list[str], rows: Iterator[list[str]], file: DataFile) -> dict[str, Column]:
    packed = [Packed() for _name in header]
    for block in blocks_of(_csv_rows(rows, len(header), file)):
        columns = list(zip_longest(*block, fillvalue=""))
        short = [("",) * len(block)] * (len(header) - len(columns))
        for column, values in zip(packed, [*columns, *short], strict=True):
            column.append(values)
    return dict(zip(header, packed, strict=True))


def _csv_rows(rows: Iterator[list[str]], width: int, file: DataFile) -> Iterator[list[str]]:
    """Yield rows that hold anything. Raises ImportRefused for one that is too long."""
    for number, row in enumerate(rows, start=2):
        if len(row) > width:
            raise refusal(reason="csv_row", name=file.path.name, line=number)
        if len(row) > 1 or (row and row[0].strip()):
            yield row


def _csv_geometry(columns: dict[str, Column], file: DataFile) -> tuple[Geometry, bool]:
    """Return geometries and whether their columns are called longitude and latitude."""
    by_name = {name.lower(): name for name in columns}
    for x_names, y_names, is_lon_lat in ((LON_NAMES, LAT_NAMES, True), (X_NAMES, Y_NAMES, False)):
        x = next((by_name[name] for name in x_names if name in by_name), None)
        y = next((by_name[name] for name in y_names if name in by_name), None)
        if x is not None and y is not None:
            xs, ys = _numbers(columns.pop(x)), _numbers(columns.pop(y))
            # No number at all is a missing geometry; a written NaN is one that is not finite.
            return np.stack([xs, ys], axis=1), is_lon_lat
    wkt = next((by_name[name] for name in WKT_NAMES if name in by_name), None)
    if wkt is None:
        raise refusal(reason="csv_without_place", name=file.path.name)
    geometry = shapely.from_wkt(columns.pop(wkt).tolist(), on_invalid="ignore")
    return shapely.force_2d(geometry), True


def _numbers(column: Column) -> NDArray[np.float64]:
    return np.fromiter(map(_number, column), dtype=np.float64, count=len(column))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
