"""From a path to one table per kind, in EPSG:4326."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from network.importer.crs import (
    LOCAL_CRS,
    CrsChoice,
    check_against_known,
    check_agreement,
    crs_of,
    label_of,
    to_lon_lat,
)
from network.importer.epanet import read_epanet
from network.importer.intake import DataFile, open_intake
from network.importer.layers import Layer, layer_names, read_layer
from network.importer.mapping import LayerMapping, LayerRule
from network.importer.places import Geometry, as_shapes, coordinates_of, with_coordinates
from network.importer.progress import Progress
from network.importer.refusals import refusal
from network.importer.tables import Table, joined, table_of, with_sound_geometry
from network.importer.vocabulary import KINDS
from network.topology.findings import Finding


@dataclass(slots=True)
class Source:
    """What was read: a table per kind, where it came from and what was left out."""

    tables: dict[str, Table]
    crs: str
    is_local: bool
    read: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_source(
    path: str,
    mapping: LayerMapping,
    choice: CrsChoice,
    known_bounds: NDArray[np.float64] | None,
    progress: Progress,
) -> Source:
    """Read everything at a path that is part of a network. Raises ImportRefused.

    `known_bounds` (west, south, east, north) are where the network is known to lie, if it is.
    """
    found: list[tuple[Layer, LayerRule]] = []
    ignored: list[str] = []
    with open_intake(path) as files:
        for file in files:
            _read_file(file, mapping, found, ignored, progress)
    if not any(rule.kind == "pipes" for _layer, rule in found):
        names = [layer.origin for layer, _rule in found] + ignored
        raise refusal(reason="no_pipes", layers=", ".join(names) or "-")
    progress.stage("transforming", detail="EPSG:4326")
    return _gather(found, ignored, choice, known_bounds)


def _read_file(
    file: DataFile,
    mapping: LayerMapping,
    found: list[tuple[Layer, LayerRule]],
    ignored: list[str],
    progress: Progress,
) -> None:
    if file.format == "epanet":
        progress.stage("reading", detail=file.path.name)
        found.extend((layer, LayerRule(layer.name, layer.name)) for layer in read_epanet(file))
        return
    for name in layer_names(file):
        rules = mapping.rules_for(name)
        if not rules:
            ignored.append(
                f"{file.path.name}/{name}" if file.format == "geopackage" else file.path.name
            )
            continue
        progress.stage("reading", detail=f"{file.path.name} {name}".removesuffix(f" {file.stem}"))
        layer = read_layer(file, name)
        found.extend((layer, rule) for rule in rules)


def _gather(
    found: list[tuple[Layer, LayerRule]],
    ignored: list[str],
    choice: CrsChoice,
    known_bounds: NDArray[np.float64] | None,
) -> Source:
    """Transform every layer, hold them against one another, and join them by kind."""
    # Pipes first: the other layers are held against them.
    found.sort(key=lambda pair: pair[1].kind != "pipes")
    scale = _local_scale(found, choice) if choice.is_local else None
    placed: list[tuple[Layer, Geometry]] = []
    parts: dict[str, list[Table]] = {kind: [] for kind in KINDS}
    labels: dict[str, None] = {}
    for layer, rule in found:
        crs = crs_of(layer, choice)
        labels[label_of(crs)] = None
        if scale is not None and crs == LOCAL_CRS:
            layer.geometry = _moved(layer.geometry, scale)
        geometry = to_lon_lat(layer, crs, swap_axes=choice.swap_axes)
        placed.append((layer, geometry))
        parts[rule.kind].append(table_of(layer, geometry, rule))
    check_agreement(placed)
    if not choice.is_local:
        check_against_known(placed[0][0], placed[0][1], known_bounds)
    findings = [
        Finding("closed_pipe_as_valve", "valve", str(valve_id))
        for layer, rule in found
        if rule.kind == "valves" and layer.origin.endswith(".inp/valves")
        for valve_id in layer.columns["id"]
    ]
    tables = {
        kind: with_sound_geometry(joined(kind, several), findings)
        for kind, several in parts.items()
    }
    if not len(tables["pipes"]) and not any(each.asset_kind == "pipe" for each in findings):
        names = ", ".join(layer.origin for layer, rule in found if rule.kind == "pipes")
        raise refusal(reason="pipes_empty", layers=names)
    return Source(
        tables=tables,
        crs=", ".join(labels),
        is_local="local" in labels,
        read=[f"{layer.origin} ({rule.kind}, {len(layer)})" for layer, rule in found],
        ignored=ignored,
        findings=findings,
    )


def _local_scale(
    found: list[tuple[Layer, LayerRule]], choice: CrsChoice
) -> tuple[float, float, float]:
    """Return centre and factor that lay a schematic drawing around (0, 0) in about metres.

    A drawing's unit is its own: where its pipes have lengths, the usual ratio of length to drawn
    length is the factor, so that the picture comes out as large as the network.
    """
    lines = np.concatenate(
        [as_shapes(layer.geometry) for layer, rule in found if rule.kind == "pipes"]
    )
    west, south, east, north = shapely.total_bounds(lines)
    factor = 1.0
    for layer, rule in found:
        name = rule.columns(list(layer.columns)).get("length_m") if rule.kind == "pipes" else None
        if name is None:
            continue
        given = np.asarray([each or np.nan for each in layer.columns[name].tolist()], dtype=float)
        drawn = shapely.length(as_shapes(layer.geometry))
        usable = np.isfinite(given) & (given > 0) & (drawn > 0)
        if usable.any():
            factor = float(np.median(given[usable] / drawn[usable]))
    return (west + east) / 2, (south + north) / 2, factor


def _moved(geometry: Geometry, scale: tuple[float, float, float]) -> Geometry:
    x, y, factor = scale
    return with_coordinates(geometry, (coordinates_of(geometry) - (x, y)) * factor)
