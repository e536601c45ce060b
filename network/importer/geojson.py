"""What GeoJSON says beside its features' properties: a coordinate system, and ids of features."""

from __future__ import annotations

import json
import mmap
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.importer.refusals import refusal

_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*(?=\{)')
_EPSG_NAME = re.compile(r"(?:^urn:ogc:def:crs:EPSG:[^:]*:|^EPSG:)(\d{4,6})$", re.IGNORECASE)


def geojson_crs(path: Path) -> str | None:
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


_FIRST_FEATURE = re.compile(rb'"features"\s*:\s*\[\s*(?=\{)')
_PEEK_BYTES = 2_000_000
FEATURE_ID = "fid"  # the last name that an id is looked for under


def with_feature_ids(
    path: Path, columns: dict[str, NDArray[Any]], count: int
) -> dict[str, NDArray[Any]]:
    """Return the columns with the ids that stand beside the properties, where there are some.

    They are the last to be taken for the assets' ids: many programs write a row's number there.
    A reader takes texts among them for a property `id`, and numbers for its own row numbers.
    """
    first = _first_feature(path)
    if first.get("id") is None or "id" in (first.get("properties") or {}) or FEATURE_ID in columns:
        return columns
    rest = {name: column for name, column in columns.items() if name != "id"}
    ids = columns.get("id")
    if ids is None:
        features = json.loads(path.read_bytes())["features"]
        ids = np.empty(len(features), dtype=object)
        ids[:] = [feature.get("id") for feature in features]
    return {**rest, FEATURE_ID: ids} if len(ids) == count else columns


def _first_feature(path: Path) -> dict[str, Any]:
    """Return the first feature of a file, nothing where it cannot be told at a glance."""
    with path.open("rb") as file:
        start = file.read(_PEEK_BYTES)
    match = _FIRST_FEATURE.search(start)
    if match is None:
        return {}
    try:
        feature, _end = json.JSONDecoder().raw_decode(start[match.end() :].decode(errors="replace"))
    except (ValueError, RecursionError):
        return {}
    return feature if isinstance(feature, dict) else {}
