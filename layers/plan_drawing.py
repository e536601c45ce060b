"""The plan as an SVG drawing for paper: black on white, to scale, readable without any colour.

Drawn in millimetres of paper from geometry in EPSG:4326 through a local metric plane. Everything
that is text is escaped on the way in.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import atan2, degrees
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q
from shapely import affinity
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from layers.choices import BackgroundKind
from layers.local_metres import LocalMetres
from layers.models import BackgroundFeature
from layers.plan_picture import Mark, marks_by_role
from layers.plan_symbols import DEFINITIONS, disc, symbol
from network.models import Pipe
from network.words import is_chinese

# Paper around the plan's own extent, as a share of it, and the least ground that is shown.
PADDING: Final = 0.18
LEAST_WIDTH_M: Final = 240.0
# Numbers nearer to one another than this are moved apart on a leader.
DISC_GAP_MM: Final = 6.4
SCALES_M: Final = (10, 20, 50, 100, 200, 500, 1000, 2000)
BACKGROUND_LIMIT: Final = 4000
PIPE_LIMIT: Final = 3000
# Steeper than this, Chinese street names stand upright.
STEEP_DEGREES: Final = 55
# Small things clutter a wide map.
BUILDINGS_UNDER_M: Final = 1500.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A window of the ground on a sheet of `width_mm` by `height_mm`; y grows downwards."""

    plane: LocalMetres
    west: float
    north: float
    metres_per_mm: float
    width_mm: float
    height_mm: float

    def place(self, geom: BaseGeometry) -> BaseGeometry:
        """EPSG:4326 to millimetres on the sheet."""
        flat = self.plane.to_metres(geom)
        factor = 1 / self.metres_per_mm
        return affinity.affine_transform(
            flat, [factor, 0, 0, -factor, -self.west * factor, self.north * factor]
        )

    @property
    def window(self) -> BaseGeometry:
        """The sheet's edge in millimetres."""
        return box(0, 0, self.width_mm, self.height_mm)

    def ground(self) -> GEOSGeometry:
        """The window in EPSG:4326, for asking the database what lies in it."""
        height = self.height_mm * self.metres_per_mm
        width = self.width_mm * self.metres_per_mm
        flat = box(self.west, self.north - height, self.west + width, self.north)
        return GEOSGeometry(memoryview(shapely.to_wkb(self.plane.to_degrees(flat))), srid=4326)


def paper_around(marks: Sequence[Mark], *, width_mm: float, height_mm: float) -> Paper | None:
    """A sheet on which all marks fit with some ground around; None without any mark."""
    shapes = [_shape(mark.geom) for mark in marks]
    if not shapes:
        return None
    together = shapely.union_all([shapely.envelope(shape) for shape in shapes])
    plane = LocalMetres.around(together)
    west, south, east, north = plane.to_metres(together).bounds
    width = max((east - west) * (1 + 2 * PADDING), LEAST_WIDTH_M)
    height = max((north - south) * (1 + 2 * PADDING), LEAST_WIDTH_M * height_mm / width_mm)
    metres_per_mm = max(width / width_mm, height / height_mm)
    return Paper(
        plane=plane,
        west=(west + east) / 2 - metres_per_mm * width_mm / 2,
        north=(south + north) / 2 + metres_per_mm * height_mm / 2,
        metres_per_mm=metres_per_mm,
        width_mm=width_mm,
        height_mm=height_mm,
    )


def draw_plan(
    marks: Sequence[Mark],
    *,
    revision_id: int | None,
    width_mm: float = 182.0,
    height_mm: float = 80.0,
    label: str,
    metre: str,
    character: Callable[[str], str],
) -> str:
    """The map of a plan as SVG text, empty where there is nothing to draw.

    `metre` is the unit's name on the scale bar, `character` gives the letter in a key user's
    diamond for its symbol.
    """
    paper = paper_around(marks, width_mm=width_mm, height_mm=height_mm)
    if paper is None:
        return ""
    ground = paper.ground()
    parts = [
        *_background(paper, ground),
        *_pipes(paper, ground, revision_id),
        *_areas(paper, marks),
        *_plan_pipes(paper, marks),
        *_street_names(paper, ground),
        *_small_symbols(paper, marks, character),
        *_discs(paper, marks),
        _scale_bar(paper, metre),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sheet-map" role="img" '
        f'aria-label={quoteattr(label)} viewBox="0 0 {width_mm:g} {height_mm:g}" '
        f'width="{width_mm:g}mm" height="{height_mm:g}mm" font-family="sans-serif">'
        f"{DEFINITIONS}{''.join(parts)}"
        f'<rect x=".15" y=".15" width="{width_mm - 0.3:g}" height="{height_mm - 0.3:g}" '
        f'fill="none" stroke="#000" stroke-width=".3"/></svg>'
    )


def _shape(geom: GEOSGeometry | BaseGeometry) -> BaseGeometry:
    return shapely.from_wkb(bytes(geom.wkb))


def _path(shape: BaseGeometry, **attributes: Any) -> str:
    """A path element; numbers are hundredths of a millimetre."""
    pieces = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            rings = [part.exterior, *part.interiors]
            pieces += [_run(ring.coords) + "Z" for ring in rings]
        elif part.geom_type in {"LineString", "LinearRing"}:
            pieces.append(_run(part.coords))
    if not pieces:
        return ""
    given = " ".join(
        f"{name.replace('_', '-')}={quoteattr(str(value))}" for name, value in attributes.items()
    )
    return f'<path d="{"".join(pieces)}" {given}/>'


def _run(points: Iterable[tuple[float, ...]]) -> str:
    return "M" + "L".join(f"{point[0]:.2f} {point[1]:.2f}" for point in points)


def _clipped(
    paper: Paper, geom: GEOSGeometry | BaseGeometry, *, beyond_mm: float = 4
) -> BaseGeometry:
    placed = paper.place(_shape(geom))
    if not placed.is_valid:
        placed = placed.buffer(0)
    return placed.intersection(paper.window.buffer(beyond_mm))


def _background(paper: Paper, ground: GEOSGeometry) -> list[str]:
    fills = {
        BackgroundKind.BLOCK: "#f6f6f6",
        BackgroundKind.PARK: "#ededed",
        BackgroundKind.WATER: "#e0e0e0",
    }
    if paper.width_mm * paper.metres_per_mm < BUILDINGS_UNDER_M:
        fills[BackgroundKind.BUILDING] = "#e6e6e6"
    kinds = [*fills, BackgroundKind.STREET]
    rows = BackgroundFeature.objects.filter(kind__in=kinds, geom__intersects=ground)[
        :BACKGROUND_LIMIT
    ]
    areas, casings, streets = [], [], []
    for row in sorted(rows, key=lambda row: kinds.index(BackgroundKind(row.kind))):
        shape = _clipped(paper, row.geom)
        if row.kind == BackgroundKind.STREET:
            width = max((row.width_m or 6) / paper.metres_per_mm, 0.5)
            line = {"fill": "none", "stroke_linecap": "round", "stroke_linejoin": "round"}
            casings.append(
                _path(shape, **line, stroke="#d4d4d4", stroke_width=f"{width + 0.3:.2f}")
            )
            streets.append(_path(shape, **line, stroke="#fff", stroke_width=f"{width:.2f}"))
        else:
            areas.append(_path(shape, fill=fills[BackgroundKind(row.kind)]))
    base = f'<rect width="{paper.width_mm:g}" height="{paper.height_mm:g}" fill="#fafafa"/>'
    return [base, *areas, *casings, *streets]


def _pipes(paper: Paper, ground: GEOSGeometry, revision_id: int | None) -> list[str]:
    """The pipes around, thin and grey; service pipes are left out."""
    if revision_id is None:
        return []
    rows = Pipe.objects.filter(revision=revision_id, geom__intersects=ground).exclude(
        Q(role="service") | Q(status__in=["abandoned", "planned"])
    )[:PIPE_LIMIT]
    drawn = []
    for row in rows:
        trunk = row.role == "trunk" or (row.diameter_mm or 0) >= 400
        drawn.append(
            _path(
                _clipped(paper, row.geom),
                fill="none",
                stroke="#666" if trunk else "#999",
                stroke_width="0.8" if trunk else "0.45",
            )
        )
    return drawn


def _areas(paper: Paper, marks: Sequence[Mark]) -> list[str]:
    drawn = []
    for mark in marks_by_role(marks, "zone", "unintended"):
        shape = _clipped(paper, mark.geom)
        if mark.role == "zone":
            drawn.append(
                _path(
                    shape, fill="#000", fill_opacity="0.07", stroke="#333", stroke_width="0.4",
                    fill_rule="evenodd",
                )
            )  # fmt: skip
        else:
            drawn.append(
                _path(
                    shape, fill="url(#sheet-hatch)", stroke="#000", stroke_width="0.45",
                    stroke_dasharray="2 1.2", fill_rule="evenodd",
                )
            )  # fmt: skip
    return drawn


def _plan_pipes(paper: Paper, marks: Sequence[Mark]) -> list[str]:
    halo, lines = [], []
    for mark in marks_by_role(marks, "zone_pipe", "unintended_pipe"):
        shape = _clipped(paper, mark.geom)
        bore = mark.facts.get("dn") or 0
        width = 1.3 if bore >= 400 else 0.95 if bore >= 100 else 0.7
        line: dict[str, str] = {"fill": "none", "stroke_linecap": "round"}
        halo.append(_path(shape, **line, stroke="#fff", stroke_width=f"{width + 0.9:.2f}"))
        if mark.role == "unintended_pipe":
            line |= {"stroke_dasharray": "2 1.4", "stroke_linecap": "butt"}
        lines.append(_path(shape, **line, stroke="#000", stroke_width=f"{width:.2f}"))
    return [*halo, *lines]


def _street_names(paper: Paper, ground: GEOSGeometry) -> list[str]:
    """Each street's name once, along its longest piece on the sheet, never upside down."""
    english = not is_chinese()
    longest: dict[str, BaseGeometry] = {}
    rows = BackgroundFeature.objects.filter(
        kind=BackgroundKind.STREET, geom__intersects=ground
    ).exclude(name="")[:BACKGROUND_LIMIT]
    for row in rows:
        name = (row.name_en if english else "") or row.name
        for part in shapely.get_parts(_clipped(paper, row.geom, beyond_mm=-3)):
            best = longest.get(name)
            if part.geom_type == "LineString" and (best is None or part.length > best.length):
                longest[name] = part
    return [_name_along(name, line) for name, line in longest.items() if line.length > 14]


def _name_along(name: str, line: BaseGeometry) -> str:
    # A quarter of the way along: the middle is where the plan's own symbols are.
    at = line.interpolate(0.22, normalized=True)
    before, after = (line.interpolate(share, normalized=True) for share in (0.17, 0.27))
    angle = degrees(atan2(after.y - before.y, after.x - before.x))
    if angle > 90:
        angle -= 180
    elif angle <= -90:
        angle += 180
    if abs(angle) > STEEP_DEGREES and not name.isascii():
        return _name_upright(name, at.x, at.y)
    place = f'transform="translate({at.x:.2f} {at.y:.2f}) rotate({angle:.1f})" y="1"'
    font = 'text-anchor="middle" font-size="2.9" font-weight="700"'
    # Twice, the halo first: not every renderer knows paint-order.
    return (
        f'<text {place} {font} fill="#fff" stroke="#fff" stroke-width=".9">{escape(name)}</text>'
        f'<text {place} {font} fill="#333">{escape(name)}</text>'
    )


def _name_upright(name: str, x: float, y: float) -> str:
    """A Chinese name along a steep street: characters upright, one below the other."""
    size = 2.9
    top = y - size * (len(name) - 1) / 2
    spans = "".join(
        f'<tspan x="{x:.2f}" y="{top + index * size + 1:.2f}">{escape(character)}</tspan>'
        for index, character in enumerate(name)
    )
    font = f'text-anchor="middle" font-size="{size}" font-weight="700"'
    return (
        f'<text {font} fill="#fff" stroke="#fff" stroke-width=".9">{spans}</text>'
        f'<text {font} fill="#333">{spans}</text>'
    )


def _point(paper: Paper, mark: Mark) -> tuple[float, float]:
    spot = paper.place(_shape(mark.geom)).centroid
    return spot.x, spot.y


def _small_symbols(
    paper: Paper, marks: Sequence[Mark], character: Callable[[str], str]
) -> list[str]:
    drawn = []
    order = (
        *("hydrant_dry", "valve_not_needed", "valve_closed", "valve_inoperable"),
        *("source_to_shut", "special_user", "key_user", "burst"),
    )
    for role in order:
        for mark in marks_by_role(marks, role):
            x, y = _point(paper, mark)
            turned = (mark.bearing or 90) - 90
            body = symbol(mark, turned, character)
            drawn.append(f'<g transform="translate({x:.2f} {y:.2f})">{body}</g>')
    return drawn


def _discs(paper: Paper, marks: Sequence[Mark]) -> list[str]:
    """The numbers in order, moved apart where they would cover one another."""
    first = ("valve_close", "valve_feed", "outlet_shutdown")
    steps = marks_by_role(marks, *first) or marks_by_role(marks, "valve_open")
    steps = [mark for mark in steps if mark.status != "void"]
    spots = [_point(paper, mark) for mark in steps]
    places = spread_apart(spots, gap=DISC_GAP_MM, window=(paper.width_mm, paper.height_mm))
    leaders = [
        f'<path d="M{spot[0]:.2f} {spot[1]:.2f}L{place[0]:.2f} {place[1]:.2f}" stroke="#000" '
        f'stroke-width=".35"/><circle cx="{spot[0]:.2f}" cy="{spot[1]:.2f}" r=".7"/>'
        for spot, place in zip(spots, places, strict=True)
        if abs(spot[0] - place[0]) + abs(spot[1] - place[1]) > 1
    ]
    discs = [
        f'<g transform="translate({x:.2f} {y:.2f})">'
        f"{disc(str(mark.sequence), filled=mark.role == 'valve_close')}</g>"
        for mark, (x, y) in zip(steps, places, strict=True)
    ]
    return [*leaders, *discs]


def spread_apart(
    spots: Sequence[tuple[float, float]], *, gap: float, window: tuple[float, float]
) -> list[tuple[float, float]]:
    """Push points nearer than `gap` away from one another, within the window. Deterministic."""
    placed = [list(spot) for spot in spots]
    for _round in range(60):
        moved = False
        for first in range(len(placed)):
            for second in range(first + 1, len(placed)):
                moved |= _push(placed[first], placed[second], gap, first)
        for spot in placed:
            spot[0] = min(max(spot[0], gap / 2), window[0] - gap / 2)
            spot[1] = min(max(spot[1], gap / 2), window[1] - gap / 2)
        if not moved:
            break
    return [(spot[0], spot[1]) for spot in placed]


def _push(one: list[float], other: list[float], gap: float, seed: int) -> bool:
    across, down = other[0] - one[0], other[1] - one[1]
    distance = (across**2 + down**2) ** 0.5
    if distance >= gap - 0.01:
        return False
    if distance < 0.05:
        # On the same spot: any direction will do, as long as it is always the same one.
        across, down, distance = (1.0, 0.6, 1.17) if seed % 2 else (-0.6, 1.0, 1.17)
    shift = (gap - distance) / 2 / distance if distance < gap else 0.5
    one[0] -= across * shift
    one[1] -= down * shift
    other[0] += across * shift
    other[1] += down * shift
    return True


def _scale_bar(paper: Paper, metre: str) -> str:
    longest = paper.width_mm * 0.2 * paper.metres_per_mm
    metres = max((value for value in SCALES_M if value <= longest), default=SCALES_M[0])
    length = metres / paper.metres_per_mm
    right, bottom = paper.width_mm - 4, paper.height_mm - 3
    left = right - length
    return (
        f'<rect x="{left - 2:.2f}" y="{bottom - 5.4:.2f}" width="{length + 4:.2f}" height="7" '
        f'fill="#fff" fill-opacity=".9"/>'
        f'<path d="M{left:.2f} {bottom - 1.4:.2f}V{bottom}H{right:.2f}V{bottom - 1.4:.2f}" '
        f'fill="none" stroke="#000" stroke-width=".35"/>'
        f'<text x="{(left + right) / 2:.2f}" y="{bottom - 1.6:.2f}" text-anchor="middle" '
        f'font-size="2.7">{metres} {escape(metre)}</text>'
    )
