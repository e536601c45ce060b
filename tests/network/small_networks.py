"""Small networks as files: a clean grid of streets, and ways to spoil it.

Places are metres around a point of the town; the files hold longitude and latitude.
"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from network.importer.drawing import Plane

PLANE = Plane(110.05, 22.93)
STEP_M = 100.0

Feature = dict[str, Any]
Layers = dict[str, list[Feature]]


def lon_lat(*places: tuple[float, float]) -> list[list[float]]:
    """Return places in metres as longitude and latitude, to a tenth of a millimetre."""
    return np.round(PLANE.lon_lat(np.asarray(places, dtype=float)), 9).tolist()


def line(asset_id: Any, *places: tuple[float, float], **properties: Any) -> Feature:
    """Return a pipe through places in metres."""
    return _feature("LineString", lon_lat(*places), {"id": asset_id, **properties})


def point(asset_id: Any, x: float, y: float, **properties: Any) -> Feature:
    """Return a point asset at a place in metres."""
    return _feature("Point", lon_lat((x, y))[0], {"id": asset_id, **properties})


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> Feature:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def grid(size: int = 3) -> Layers:
    """Return a clean grid of pipes of 100 m with valves, a source, customers and hydrants.

    Nodes are n00 to n22 (column, row), pipes e.g. h01 (from n01 to n11) and v10 (n10 to n11).
    Every pipe has a valve at its start and a customer in its middle, n00 is the source.
    """
    layers: Layers = {
        name: [] for name in ("pipes", "nodes", "valves", "hydrants", "sources", "customers")
    }
    for column in range(size):
        for row in range(size):
            layers["nodes"].append(point(f"n{column}{row}", column * STEP_M, row * STEP_M))
            if column + 1 < size:
                _street(layers, f"h{column}{row}", (column, row), (column + 1, row))
            if row + 1 < size:
                _street(layers, f"v{column}{row}", (column, row), (column, row + 1))
    layers["sources"].append(point("S", 0, 0, node="n00", kind="plant", inlet_pipes=[]))
    layers["hydrants"].append(
        point("H1", *[(size - 1) * STEP_M] * 2, node=f"n{size - 1}{size - 1}")
    )
    return layers


def _street(layers: Layers, name: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    x, y = start[0] * STEP_M, start[1] * STEP_M
    dx, dy = (end[0] - start[0]) * STEP_M, (end[1] - start[1]) * STEP_M
    nodes = [f"n{column}{row}" for column, row in (start, end)]
    layers["pipes"].append(
        line(
            name,
            (x, y),
            (x + dx, y + dy),
            from_node=nodes[0],
            to_node=nodes[1],
            diameter_mm=200,
            material="PE",
            length_m=STEP_M,
            status="in_service",
        )
    )
    layers["valves"].append(
        point(
            f"V-{name}", x + dx / 50, y + dy / 50, node=nodes[0], pipe=name, kind="gate",
            bore_mm=200, state="open", operable=True,
        )
    )  # fmt: skip
    layers["customers"].append(
        point(
            f"c-{name}", x + dx / 2 + 3, y + dy / 2 + 3, pipe=name, account=f"a{name}",
            name="张三", address="人民路128号", persons=3,
        )
    )  # fmt: skip


def without(layers: Layers, *fields: str) -> Layers:
    """Return the layers with some properties taken out of every feature, as if never known."""
    spoiled = deepcopy(layers)
    for features in spoiled.values():
        for feature in features:
            for name in fields:
                feature["properties"].pop(name, None)
    return spoiled


def find(layers: Layers, kind: str, asset_id: str) -> Feature:
    """Return one feature, to be changed in place."""
    return next(each for each in layers[kind] if each["properties"]["id"] == asset_id)


def write_folder(layers: Layers, folder: Path) -> Path:
    """Write every layer that holds something as GeoJSON; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, features in layers.items():
        if features:
            collection = {"type": "FeatureCollection", "features": features}
            (folder / f"{name}.geojson").write_text(json.dumps(collection), encoding="utf-8")
    return folder
