"""A way of water as a line on the map."""

from collections.abc import Iterable, Sequence
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
    drawing = _Drawing(shapes)
    return [
        drawing.line(_pipes_of(way), starts.get(way.source), stop)
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


class _Drawing:
    """Draws ways over pipes of known shapes; what several ways share is cut to size once."""

    def __init__(self, shapes: dict[str, LineString]) -> None:
        self.shapes = shapes
        self.joints: dict[tuple[str, str], Point] = {}
        self.pieces: dict[tuple[str, str, str], Line] = {}

    def line(self, names: Sequence[str], start: BaseGeometry | None, stop: Point | None) -> Line:
        """The pipes, each from where the one before touches it to where the next one does."""
        pipes = [name for name in names if name in self.shapes]
        line: Line = []
        if not pipes:
            return line
        for before, pipe, after in zip(["", *pipes[:-1]], pipes, [*pipes[1:], ""], strict=True):
            if before and after:
                piece = self._piece(before, pipe, after)
            else:
                enter = self._joint(before, pipe) if before else self._begin(pipe, start)
                leave = self._joint(pipe, after) if after else stop
                piece = self._cut(pipe, enter, leave)
            line += piece[1:] if line[-1:] == piece[:1] else piece
        return line

    def _piece(self, before: str, pipe: str, after: str) -> Line:
        """A pipe in the middle of a way."""
        key = before, pipe, after
        if key not in self.pieces:
            enter, leave = self._joint(before, pipe), self._joint(pipe, after)
            self.pieces[key] = self._cut(pipe, enter, leave)
        return self.pieces[key]

    def _joint(self, here: str, then: str) -> Point:
        """Where two pipes touch."""
        if (here, then) not in self.joints:
            nearest = nearest_points(self.shapes[here], self.shapes[then])
            self.joints[here, then] = nearest[0]
        return self.joints[here, then]

    def _begin(self, pipe: str, start: BaseGeometry | None) -> Point:
        return start.centroid if start is not None else Point(self.shapes[pipe].coords[0])

    def _cut(self, pipe: str, enter: Point, leave: Point | None) -> Line:
        shape = self.shapes[pipe]
        leave = leave if leave is not None else _far_end(shape, enter)
        line: Line = []
        for x, y in substring(shape, shape.project(enter), shape.project(leave)).coords:
            place = [round(x, DECIMALS), round(y, DECIMALS)]
            if line[-1:] != [place]:
                line.append(place)
        return line


def _far_end(pipe: LineString, enter: Point) -> Point:
    ends = Point(pipe.coords[0]), Point(pipe.coords[-1])
    return max(ends, key=enter.distance)
