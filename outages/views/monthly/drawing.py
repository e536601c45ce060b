"""Charts and the heat map as numbers that templates draw: SVG from the server, no script.

Each stands beside the table that says the same. Units are those of the drawing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import Final

from django.contrib.gis.geos import Polygon

from network.models import Pipe
from network.selectors import current_revision
from outages.policy.monthly.figures import Figures, Heat, Spot, percent
from outages.policy.monthly.spots import disc_radius_m, warmth
from outages.views.exports.tables import Table

WIDTH: Final = 480
LABEL: Final = 150
BAR: Final = 280
LINE: Final = 24
COLUMN_HEIGHT: Final = 150
MAP_WIDTH: Final = 720.0
MAP_MOST: Final = 540.0
# Pipes behind the heat: the widest, for orientation only.
PIPES: Final = 2_500
_M_PER_DEGREE: Final = 111_195.0
_MARGIN_M: Final = 400.0


@dataclass(frozen=True)
class Bar:
    """A line of a bar chart; `part` is the darker piece of `width`."""

    y: float
    label: str
    width: float
    part: float
    text: str


@dataclass(frozen=True)
class Bars:
    """A bar chart; `goal` is where a line stands, 0 for none."""

    height: float
    bars: tuple[Bar, ...]
    goal: float = 0.0


@dataclass(frozen=True)
class Pillar:
    """A month of a column chart; `part` is the darker piece of `height`."""

    x: float
    y: float
    height: float
    part_y: float
    part: float
    middle: float
    label: str
    value: int


@dataclass(frozen=True)
class Disc:
    """A disc of the heat map, or the ring of a spot with its number."""

    x: float
    y: float
    r: float
    opacity: float = 0.0
    number: int = 0


@dataclass(frozen=True)
class HeatMap:
    """The heat over the pipes; `scale_m` metres are `scale_width` units."""

    width: float
    height: float
    pipes: str
    discs: tuple[Disc, ...]
    spots: tuple[Disc, ...]
    scale_m: int
    scale_width: float


def bars_of(table: Table, *, value: int, part: int | None = None, most: int = 10) -> Bars | None:
    """Draw a column of a table, with another one as a part of it; None of nothing."""
    rows = [row for row in table.rows[:most] if isinstance(row[value], int | float)]
    highest = max((_number(row[value]) for row in rows), default=0.0)
    if not highest:
        return None
    return Bars(
        height=len(rows) * LINE + 4,
        bars=tuple(
            Bar(
                y=nth * LINE,
                label=_short(str(row[0])),
                width=BAR * _number(row[value]) / highest,
                part=BAR * _number(row[part]) / highest if part is not None else 0.0,
                text=str(row[value]) if part is None else f"{row[value]} / {row[part]}",
            )
            for nth, row in enumerate(rows)
        ),
    )


def shares_of(lines: Iterable[tuple[str, float | None]], *, goal: int) -> Bars | None:
    """Draw shares in percent with the goal as a line; None of nothing."""
    known = [(label, share) for label, share in lines if share is not None]
    if not known:
        return None
    return Bars(
        height=len(known) * LINE + 4,
        bars=tuple(
            Bar(nth * LINE, _short(label), BAR * share / 100, 0.0, f"{share:.1f} %")
            for nth, (label, share) in enumerate(known)
        ),
        goal=LABEL + BAR * goal / 100,
    )


def satisfaction(figures: Figures, table: Table) -> Bars | None:
    """Draw each department's satisfaction against the goal."""
    shares = [
        percent(line.satisfied, line.satisfied + line.unsatisfied)
        for line in [*figures.callbacks, figures.callback_total]
    ]
    labels = [str(row[0]) for row in table.rows]
    return shares_of(zip(labels, shares, strict=False), goal=figures.targets.satisfaction)


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _short(label: str, most: int = 22) -> str:
    """Cut a label to what fits; a Chinese character takes two places."""
    room, kept = most, ""
    for character in label:
        room -= 2 if ord(character) > 0x2E7F else 1
        if room < 0:
            return f"{kept}…"
        kept += character
    return kept


def pillars_of(figures: Figures) -> tuple[Pillar, ...]:
    """Draw contacts by month, complaints among them."""
    highest = max((line.contacts for line in figures.months), default=0)
    if not highest:
        return ()
    found = []
    for nth, line in enumerate(figures.months):
        height = COLUMN_HEIGHT * line.contacts / highest
        part = COLUMN_HEIGHT * line.complaints / highest
        is_first = nth == 0 or line.month.endswith("-01")
        x = nth * 40 + 6
        found.append(
            Pillar(
                x=x,
                y=24 + COLUMN_HEIGHT - height,
                height=height,
                part_y=24 + COLUMN_HEIGHT - part,
                part=part,
                middle=x + 14,
                label=line.month[2:] if is_first else line.month[-2:],
                value=line.contacts,
            )
        )
    return tuple(found)


class _Sheet:
    """The drawing's plane: where a place of the town lies on it."""

    def __init__(self, places: Sequence[tuple[float, float]]) -> None:
        middle = sum(lat for _lon, lat in places) / len(places)
        self.shrink = cos(radians(middle))
        margin = _MARGIN_M / _M_PER_DEGREE
        lons, lats = [lon for lon, _lat in places], [lat for _lon, lat in places]
        self.west, self.east = min(lons) - margin / self.shrink, max(lons) + margin / self.shrink
        self.south, self.north = min(lats) - margin, max(lats) + margin
        wide_m = (self.east - self.west) * self.shrink * _M_PER_DEGREE
        high_m = (self.north - self.south) * _M_PER_DEGREE
        self.scale = min(MAP_WIDTH / wide_m, MAP_MOST / high_m)
        self.width, self.height = wide_m * self.scale, high_m * self.scale

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = (lon - self.west) * self.shrink * _M_PER_DEGREE * self.scale
        return round(x, 1), round((self.north - lat) * _M_PER_DEGREE * self.scale, 1)

    def metres(self, length_m: float) -> float:
        return round(length_m * self.scale, 1)


def heat_map(figures: Figures) -> HeatMap | None:
    """Draw the heat and the numbered spots over today's widest pipes; None of nothing."""
    if not figures.heat:
        return None
    sheet = _Sheet([(cell.lon, cell.lat) for cell in figures.heat])
    scale_m = 1_000 if sheet.width > sheet.metres(3_000) else 500
    return HeatMap(
        width=round(sheet.width, 1),
        height=round(sheet.height, 1),
        pipes=_pipes(sheet),
        discs=tuple(_disc(sheet, cell, figures.heat) for cell in figures.heat),
        spots=tuple(_ring(sheet, spot, nth) for nth, spot in enumerate(figures.spots, 1)),
        scale_m=scale_m,
        scale_width=sheet.metres(scale_m),
    )


def _disc(sheet: _Sheet, cell: Heat, every: Sequence[Heat]) -> Disc:
    x, y = sheet.at(cell.lon, cell.lat)
    share = warmth(cell, every)
    return Disc(x, y, max(sheet.metres(disc_radius_m(share)), 5.0), round(0.18 + 0.5 * share, 2))


def _ring(sheet: _Sheet, spot: Spot, number: int) -> Disc:
    x, y = sheet.at(spot.lon, spot.lat)
    return Disc(x, y, max(sheet.metres(spot.radius_m), 10.0), number=number)


def _pipes(sheet: _Sheet) -> str:
    """One path of the widest pipes in sight."""
    frame = Polygon.from_bbox((sheet.west, sheet.south, sheet.east, sheet.north))
    frame.srid = 4326
    rows = Pipe.objects.filter(revision=current_revision(), geom__intersects=frame)
    pieces = []
    for line in rows.order_by("-diameter_mm", "pk").values_list("geom", flat=True)[:PIPES]:
        points = [sheet.at(*point[:2]) for point in line.coords]
        kept = [points[0], *(b for a, b in pairwise(points) if a != b)]
        pieces.append("M" + "L".join(f"{x:g} {y:g}" for x, y in kept))
    return "".join(pieces)
