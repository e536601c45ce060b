"""A way of water as a line on the map."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points, substring

from network.models import NetworkRevision, Pipe, Source
from network.topology.argument.ways import Way

Line = list[list[float]]  # [lon, lat], EPSG:4326
DECIMALS = 6


def lines_of(
    revision: NetworkRevision, ways: Sequence[Way], *, ends: Sequence[Point | None] = ()
) -> list[Line]:
    """The ways as lines from their sources, as water runs. Two queries.

    A way whose pipes are not in order has no line (an empty list): a made-up one would mislead.
    `ends`, in degrees, is where each stops on its last pipe; None leaves that pipe whole.
    """
    pipes = {pipe for way in ways for pipe in _pipes_of(way)}
    rows = Pipe.objects.filter(revision=revision, asset_id__in=pipes)
    shapes = _shapes(rows.values_list("asset_id", AsWKB("geom")))
    sources = Source.objects.filter(
        revision=revision, asset_id__in={way.source for way in ways}
    ).values_list("asset_id", AsWKB("geom"))
    starts = _shapes(sources)
    stops = [*ends, *(None for _ in ways[len(ends) :])]
    return [
        _line([shapes[p] for p in _pipes_of(way) if p in shapes], starts.get(way.source), stop)
        for way, stop in zip(ways, stops, strict=True)
    ]


def _pipes_of(way: Way) -> list[str]:
    if not way.in_order:
        return []
    return [pipe for step in way.steps if step.kind == "pipes" for pipe in step.all_ids]


def _shapes(rows: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    found = list(rows)
    shapes = shapely.from_wkb([bytes(each) for _, each in found])
    return dict(zip((name for name, _ in found), shapes, strict=True))


def _line(pipes: Sequence[LineString], start: BaseGeometry | None, stop: Point | None) -> Line:
    """The pipes, each from where the one before touches it to where the next one does."""
    if not pipes:
        return []
    joints = [nearest_points(here, then)[0] for here, then in pairwise(pipes)]
    first = start.centroid if start is not None else pipes[0].boundary.geoms[0]
    enters = [first, *joints]
    leaves = [*joints, stop if stop is not None else _far_end(pipes[-1], enters[-1])]
    line: Line = []
    for pipe, enter, leave in zip(pipes, enters, leaves, strict=True):
        part = substring(pipe, pipe.project(enter), pipe.project(leave))
        for x, y in part.coords:
            place = [round(x, DECIMALS), round(y, DECIMALS)]
            if line[-1:] != [place]:
                line.append(place)
    return line


def _far_end(pipe: LineString, enter: Point) -> Point:
    ends = Point(pipe.coords[0]), Point(pipe.coords[-1])
    return max(ends, key=enter.distance)
