"""Rows of one kind, gathered from layers, with sound geometry in EPSG:4326.

A row that cannot be drawn is left out here and told as a blocking finding with its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from network.importer.layers import Layer
from network.importer.mapping import LayerRule
from network.importer.packed import Column, Packed
from network.importer.places import (
    Coordinates,
    Geometry,
    as_shapes,
    coordinates_of,
    is_points,
    missing_points,
)
from network.importer.refusals import refusal
from network.importer.values import text_of, texts
from network.topology.findings import Finding

# A pipe drawn without length gets this much, about a centimetre: the database refuses none.
_NUDGE_DEGREES = 1e-7
_SINGULAR = {
    "pipes": "pipe",
    "nodes": "node",
    "valves": "valve",
    "hydrants": "hydrant",
    "sources": "source",
    "customers": "customer",
}


@dataclass(slots=True)
class Table:
    """Rows of one kind. `columns` are ours by name, values as the source has them."""

    kind: str
    geometry: Geometry
    columns: dict[str, Column] = field(default_factory=dict)
    extras: dict[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.geometry)

    @property
    def asset_kind(self) -> str:
        """The kind in the singular, as findings name it."""
        return _SINGULAR[self.kind]

    def column(self, name: str) -> Column:
        """Return a column, or one of nothing where the source has none."""
        found = self.columns.get(name)
        return np.full(len(self), None, dtype=object) if found is None else found

    def kept(self, rows: NDArray[np.bool_]) -> Table:
        """Return the table with only these rows."""
        return Table(
            self.kind,
            self.geometry[rows],
            {name: column[rows] for name, column in self.columns.items()},
            {name: column[rows] for name, column in self.extras.items()},
        )


def table_of(layer: Layer, geometry: Geometry, rule: LayerRule) -> Table:
    """Make the rows that a rule takes from a layer.

    Raises ImportRefused where there is no column of ids.
    """
    names = rule.columns(list(layer.columns))
    if "id" not in names and rule.kind == "customers" and "account" in names:
        names["id"] = names["account"]
    if "id" not in names:
        if not len(layer):
            return Table(rule.kind, geometry)  # a file of no features has no columns either
        raise refusal(
            reason="id_column_missing", layer=layer.origin, columns=", ".join(layer.columns) or "-"
        )
    columns = {ours: layer.columns[theirs] for ours, theirs in names.items()}
    for ours, translation in rule.values.items():
        if ours in columns:
            columns[ours] = _translated(columns[ours], translation)
    for ours, value in rule.defaults.items():
        columns[ours] = _filled(columns.get(ours), value, len(layer))
    used = set(names.values())
    extras = {name: column for name, column in layer.columns.items() if name not in used}
    table = Table(rule.kind, geometry, columns, extras)
    return table.kept(_rows_wanted(layer, rule)) if rule.where else table


def _rows_wanted(layer: Layer, rule: LayerRule) -> NDArray[np.bool_]:
    rows = np.ones(len(layer), dtype=bool)
    for theirs, wanted in rule.where.items():
        if theirs not in layer.columns:
            error = f"where: {theirs!r} is no column"
            raise refusal(reason="mapping_broken", name=rule.layer, error=error)
        among = {str(each) for each in wanted}
        rows &= np.fromiter((text in among for text in texts(layer.columns[theirs])), dtype=bool)
    return rows


def _translated(column: Column, translation: Any) -> Column:
    known = {str(theirs): ours for theirs, ours in translation.items()}
    return np.asarray([known.get(text_of(value), value) for value in column.tolist()], dtype=object)


def _filled(column: Column | None, value: Any, count: int) -> Column:
    if column is None:
        return np.full(count, value, dtype=object)
    return np.asarray(
        [value if text_of(each) == "" else each for each in column.tolist()], dtype=object
    )


def joined(kind: str, tables: Sequence[Table]) -> Table:
    """Return all rows of a kind in one table; a column that one part lacks is empty there."""
    if len(tables) == 1:
        return tables[0]
    if not tables:
        return Table(kind, np.empty(0, dtype=object), {"id": np.empty(0, dtype=object)})
    alike = len({is_points(table.geometry) for table in tables}) == 1
    return Table(
        kind,
        np.concatenate(
            [table.geometry if alike else as_shapes(table.geometry) for table in tables]
        ),
        _joined_columns([(len(table), table.columns) for table in tables]),
        _joined_columns([(len(table), table.extras) for table in tables]),
    )


def _joined_columns(parts: Sequence[tuple[int, dict[str, Column]]]) -> dict[str, Column]:
    names: dict[str, None] = dict.fromkeys(name for _count, columns in parts for name in columns)
    return {
        name: np.concatenate(
            [
                _as_objects(columns[name])
                if name in columns
                else np.full(count, None, dtype=object)
                for count, columns in parts
            ]
        )
        for name in names
    }


def _as_objects(column: Column) -> NDArray[np.object_]:
    if isinstance(column, Packed):
        return np.asarray(column.tolist(), dtype=object)
    return column.astype(object)


def with_sound_geometry(table: Table, findings: list[Finding]) -> Table:
    """Return the rows that can be drawn; the others become blocking findings."""
    if table.kind == "pipes":
        return _with_sound_lines(table, findings)
    if is_points(table.geometry):
        return _kept_or_told(table, table.geometry, _point_faults(table.geometry), findings)
    geometry = _single_parts(table.geometry)
    faults = _faults(geometry, int(shapely.GeometryType.POINT))
    table = _kept_or_told(table, geometry, faults, findings)
    table.geometry = coordinates_of(table.geometry).reshape(-1, 2)
    return table


def _with_sound_lines(table: Table, findings: list[Finding]) -> Table:
    table.geometry = as_shapes(table.geometry)
    geometry = _single_parts(table.geometry)
    faults = _faults(geometry, int(shapely.GeometryType.LINESTRING))
    table = _kept_or_told(table, geometry, faults, findings)
    table.geometry = _with_length(_without_repeated_points(table.geometry))
    return table


def _without_repeated_points(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    repeated = (coordinates[1:] == coordinates[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    some = np.unique(owner[1:][repeated])
    lines[some] = shapely.remove_repeated_points(lines[some])
    return lines


def _kept_or_told(
    table: Table, geometry: Geometry, faults: NDArray[np.object_], findings: list[Finding]
) -> Table:
    """Return the table without the rows that have a fault, drawn as `geometry` has it.

    Each of those rows is a finding, which names what kind of geometry the source has.
    """
    sound = Table(table.kind, geometry, table.columns, table.extras)
    rows = np.fromiter((fault is None for fault in faults), dtype=bool, count=len(faults))
    if rows.all():
        return sound
    ids = table.column("id").tolist()
    for nth in np.flatnonzero(~rows).tolist():
        facts: dict[str, Any] = {"row": nth + 1}
        if faults[nth] in ("geometry_wrong_type", "geometry_multipart"):
            facts["type"] = str(table.geometry[nth].geom_type)
        asset_id = text_of(ids[nth])
        findings.append(Finding(str(faults[nth]), table.asset_kind, asset_id, None, facts))
    return sound.kept(rows)


def _point_faults(points: Coordinates) -> NDArray[np.object_]:
    faults = np.full(len(points), None, dtype=object)
    with np.errstate(invalid="ignore"):
        faults[(np.abs(points[:, 0]) > 180) | (np.abs(points[:, 1]) > 90)] = "geometry_out_of_range"
    faults[~np.isfinite(points).all(axis=1)] = "geometry_not_finite"
    faults[missing_points(points)] = "geometry_missing"
    return faults


def _single_parts(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries in one piece where several parts make one: merged lines, lone points."""
    types = shapely.get_type_id(geometry)
    result = geometry.copy()
    many = np.flatnonzero(types == shapely.GeometryType.MULTILINESTRING)
    result[many] = shapely.line_merge(geometry[many])
    for nth in np.flatnonzero(types >= shapely.GeometryType.MULTIPOINT).tolist():
        if shapely.get_num_geometries(result[nth]) == 1:
            result[nth] = shapely.get_geometry(result[nth], 0)
    return result


def _faults(geometry: NDArray[np.object_], wanted: int) -> NDArray[np.object_]:
    """Return what is wrong with each geometry, None for what is sound."""
    types = shapely.get_type_id(geometry)
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    infinite, far = np.zeros(len(geometry), bool), np.zeros(len(geometry), bool)
    finite = np.isfinite(coordinates).all(axis=1)
    infinite[owner[~finite]] = True
    with np.errstate(invalid="ignore"):
        outside = (np.abs(coordinates[:, 0]) > 180) | (np.abs(coordinates[:, 1]) > 90)
    far[owner[outside]] = True
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    multiple = types == (
        shapely.GeometryType.MULTILINESTRING
        if wanted == shapely.GeometryType.LINESTRING
        else shapely.GeometryType.MULTIPOINT
    )
    faults = np.full(len(geometry), None, dtype=object)
    for mask, code in (
        (types != wanted, "geometry_wrong_type"),
        (multiple, "geometry_multipart"),
        (far, "geometry_out_of_range"),
        (infinite, "geometry_not_finite"),
        (missing, "geometry_missing"),
    ):
        faults[mask] = code
    return faults


def _with_length(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give lines without any length a centimetre, so that they can be stored; checks tell them."""
    for nth in np.flatnonzero(shapely.length(lines) == 0).tolist():
        x, y = shapely.get_coordinates(lines[nth])[0]
        lines[nth] = shapely.LineString([(x, y), (x + _NUDGE_DEGREES, y)])
    return lines


def extra_rows(extras: dict[str, Column]) -> Iterator[dict[str, Any]]:
    """Yield what the source says beyond our fields, row by row, as plain JSON values."""
    for values in zip(*extras.values(), strict=True):
        row = {}
        for name, value in zip(extras, values, strict=True):
            text = text_of(value)
            if text:
                row[name] = _plain(value, text)
        yield row


def _plain(value: Any, text: str) -> Any:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        number = float(value)
        return number if np.isfinite(number) else None
    return text
