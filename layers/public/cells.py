"""The fixed cells that public areas are made of: nothing finer is ever told, whatever changes.

RULE 1  The town is covered by hexagons whose corners never move. A home counts at its place on a
        grid of a ten-thousandth of a degree (about ten metres), where the public's own place
        names stand too.
RULE 2  Hexagons with homes are joined, nearest first, until each group holds the public minimum
        of homes. A group is told of as a whole or not at all.
RULE 3  What is drawn is a function of the chosen groups alone. Hexagons without homes only close
        the gaps between them.

So any union, difference or intersection of areas that were ever published on one network revision
holds no home, or at least the minimum. Another register of customers makes other groups: across
two revisions nothing is promised. A town with fewer homes than the minimum is one group.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import cos, radians, sqrt
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

Hexagon = tuple[int, int]
Floats = NDArray[np.float64]

# From the middle of a hexagon to its corners; it is 52 m wide and 60 m high.
RADIUS_M: Final = 30.0
METRES_PER_DEGREE: Final = 111_195.0
# A centimetre: neighbours' corners are then equal to the last figure.
DECIMALS: Final = 7
AROUND: Final = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
# In half widths and half radii from the middle, which makes every corner a pair of whole numbers.
CORNERS: Final = ((0, 2), (1, 1), (1, -1), (0, -2), (-1, -1), (-1, 1))


@dataclass(frozen=True, slots=True)
class Lattice:
    """The hexagons of a town: pointed at the top, numbered along two axes from 0 N 0 E.

    `latitude` (degrees) is where they are regular; elsewhere they are a little stretched.
    """

    latitude: float

    def _steps(self) -> tuple[float, float]:
        """Half a width in degrees of longitude, half a radius in degrees of latitude."""
        east = METRES_PER_DEGREE * cos(radians(self.latitude))
        return sqrt(3) / 2 * RADIUS_M / east, RADIUS_M / 2 / METRES_PER_DEGREE

    def hexagons_at(self, lons: Floats, lats: Floats) -> list[Hexagon]:
        """The hexagon of each place in EPSG:4326 degrees."""
        half_width, half_radius = self._steps()
        across = np.asarray(lats) / half_radius / 3
        along = np.asarray(lons) / half_width / 2 - across / 2
        q, r = np.rint(along), np.rint(across)
        off_q, off_r = np.abs(q - along), np.abs(r - across)
        third = np.rint(-along - across)
        off_third = np.abs(third + along + across)
        fix_q = (off_q > off_r) & (off_q > off_third)
        fix_r = ~fix_q & (off_r > off_third)
        q[fix_q] = -r[fix_q] - third[fix_q]
        r[fix_r] = -q[fix_r] - third[fix_r]
        return list(zip(q.astype(int).tolist(), r.astype(int).tolist(), strict=True))

    def middle(self, hexagon: Hexagon) -> tuple[float, float]:
        """Longitude and latitude of a hexagon's middle."""
        half_width, half_radius = self._steps()
        q, r = hexagon
        return (2 * q + r) * half_width, 3 * r * half_radius

    def outline(self, hexagon: Hexagon) -> shapely.Polygon:
        """The hexagon in EPSG:4326."""
        half_width, half_radius = self._steps()
        q, r = hexagon
        return shapely.Polygon(
            [
                (
                    round((2 * q + r + x) * half_width, DECIMALS),
                    round((3 * r + y) * half_radius, DECIMALS),
                )
                for x, y in CORNERS
            ]
        )


@dataclass(frozen=True)
class Cells:
    """Who lives where, grouped: `groups[g]` are the hexagons of a group, `homes[g]` its homes."""

    lattice: Lattice
    lons: Floats
    lats: Floats
    # Of each place of a home: its group.
    group_at: NDArray[np.int64]
    groups: tuple[frozenset[Hexagon], ...]
    homes: tuple[int, ...]
    inhabited: frozenset[Hexagon]

    @classmethod
    def of(cls, places: Iterable[tuple[float, float, int]], *, minimum: int) -> "Cells":
        """Group a town's homes: longitude, latitude (degrees) and number of homes of each place."""
        rows = np.array(list(places), dtype=float).reshape(-1, 3)
        lons, lats = rows[:, 0], rows[:, 1]
        lattice = Lattice(float(np.round(np.median(lats)))) if len(rows) else Lattice(0.0)
        where = lattice.hexagons_at(lons, lats)
        homes: dict[Hexagon, int] = defaultdict(int)
        for hexagon, count in zip(where, rows[:, 2].astype(int).tolist(), strict=True):
            homes[hexagon] += count
        group_of = _grouped(homes, lattice, minimum)
        members: dict[int, set[Hexagon]] = defaultdict(set)
        for hexagon, group in group_of.items():
            members[group].add(hexagon)
        return cls(
            lattice=lattice,
            lons=lons,
            lats=lats,
            group_at=np.array([group_of[hexagon] for hexagon in where], dtype=np.int64),
            groups=tuple(frozenset(members[group]) for group in range(len(members))),
            homes=tuple(sum(homes[h] for h in members[g]) for g in range(len(members))),
            inhabited=frozenset(homes),
        )

    def groups_within(self, area: BaseGeometry) -> frozenset[int]:
        """The groups with a home in an area in EPSG:4326."""
        west, south, east, north = area.bounds
        near = (self.lons >= west) & (self.lons <= east)
        near &= (self.lats >= south) & (self.lats <= north)
        shapely.prepare(area)
        inside = shapely.intersects_xy(area, self.lons[near], self.lats[near])
        return frozenset(self.group_at[near][inside].tolist())

    def shape(self, chosen: Collection[int]) -> BaseGeometry:
        """What is drawn for some groups, in EPSG:4326: they and the empty gaps between them."""
        hexagons = {hexagon for group in chosen for hexagon in self.groups[group]}
        return self._drawn(hexagons | (_closed(hexagons) - self.inhabited))

    def empty_shape(self, area: BaseGeometry) -> BaseGeometry:
        """What is drawn for an area where nobody lives: the hexagons without homes that it meets.

        An empty shape where it meets none.
        """
        met = {h for h in self._around(area) if self.lattice.outline(h).intersects(area)}
        return self._drawn(met - self.inhabited)

    def nearest_group(self, area: BaseGeometry) -> frozenset[int]:
        """The group with a home nearest to an area; none in a town without homes."""
        if not len(self.lons):
            return frozenset()
        middle = area.centroid
        away = np.hypot(self.lons - middle.x, self.lats - middle.y)
        return frozenset({int(self.group_at[int(np.argmin(away))])})

    def _around(self, area: BaseGeometry) -> set[Hexagon]:
        west, south, east, north = area.bounds
        half_width, half_radius = self.lattice._steps()
        lons = np.arange(west - 2 * half_width, east + 3 * half_width, half_width)
        lats = np.arange(south - 2 * half_radius, north + 3 * half_radius, half_radius)
        grid = np.meshgrid(lons, lats)
        return set(self.lattice.hexagons_at(grid[0].ravel(), grid[1].ravel()))

    def _drawn(self, hexagons: Collection[Hexagon]) -> BaseGeometry:
        return shapely.union_all([self.lattice.outline(hexagon) for hexagon in sorted(hexagons)])


def _around_one(hexagon: Hexagon) -> list[Hexagon]:
    q, r = hexagon
    return [(q + east, r + north) for east, north in AROUND]


def _closed(hexagons: set[Hexagon]) -> set[Hexagon]:
    """Those hexagons and the gaps between them that are at most two hexagons wide."""
    grown = hexagons | {near for hexagon in hexagons for near in _around_one(hexagon)}
    return {h for h in grown if all(near in grown for near in _around_one(h))} | hexagons


def _grouped(homes: Mapping[Hexagon, int], lattice: Lattice, minimum: int) -> dict[Hexagon, int]:
    """Number the groups: each hexagon with homes joined to the nearest until all are large enough.

    The order is that of the hexagons, so equal towns have equal groups.
    """
    hexagons = sorted(homes)
    parent = list(range(len(hexagons)))
    held = [homes[hexagon] for hexagon in hexagons]
    members = [[index] for index in range(len(hexagons))]
    middles = np.array([lattice.middle(hexagon) for hexagon in hexagons]).reshape(-1, 2)
    middles = middles / np.array(lattice._steps())  # equal units both ways, near enough
    tree = cKDTree(middles) if hexagons else None

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = index = parent[parent[index]]
        return index

    small = [index for index in range(len(hexagons)) if held[index] < minimum]
    while small:
        for index in small:
            own = root(index)
            if own != index or held[own] >= minimum or len(members[own]) == len(hexagons):
                continue
            other = root(_nearest_outside(tree, middles, members[own]))
            low, high = min(own, other), max(own, other)
            parent[high] = low
            held[low] += held[high]
            members[low] += members[high]
        if len(members[root(0)]) == len(hexagons):
            break
        small = [i for i in range(len(hexagons)) if parent[i] == i and held[i] < minimum]
    numbers = {top: number for number, top in enumerate(sorted({root(i) for i in parent}))}
    return {hexagon: numbers[root(index)] for index, hexagon in enumerate(hexagons)}


def _nearest_outside(tree: Any, middles: Floats, own: list[int]) -> int:
    """The hexagon nearest to any of a group's that is not of the group."""
    inside = set(own)
    count = min(len(own) + 1, len(middles))
    away, found = tree.query(middles[own], k=count)
    away, found = np.atleast_2d(away), np.atleast_2d(found)
    candidates = [
        (float(distance), int(index))
        for distances, indices in zip(away, found, strict=True)
        for distance, index in zip(distances, indices, strict=True)
        if int(index) not in inside
    ]
    return min(candidates)[1]
