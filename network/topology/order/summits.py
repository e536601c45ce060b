"""Where air stays behind while mains fill: summits that stand out of what lies around them.

RULE 1  A summit is a place from which every way within the part to a higher one first goes down
        by PROMINENCE_M or more: water closes that way before the air is out.
RULE 2  Between two junctions a main runs straight. Where no height is known, nothing is barred.
RULE 3  Its air leaves by the highest outlet above the lowest point of the best such way.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from network.topology.order.zone import Outlet, Zone
from network.topology.reference import Vertex

PROMINENCE_M: Final = 2.0
UNKNOWN: Final = float("inf")


@dataclass(frozen=True)
class Summit:
    """An outlet for the air of a summit, `stands_out_m` over the lowest point of the way off it."""

    outlet: Outlet
    stands_out_m: float


@dataclass
class _Hill:
    """Places joined so far, from the top down; `peak_m` None while no height is known of them."""

    places: set[Vertex]
    peak_m: float | None = None


def summits(zone: Zone, part: Collection[Vertex], outlets: Iterable[Outlet]) -> list[Summit]:
    """The summits of a part besides its highest, that have an outlet: the most standing out first.

    Cost: the part's contacts, sorted by height once.
    """
    heights = {place: _height(zone, place) for place in part}
    measured = [each for each in outlets if each.height_m is not None]
    hills: dict[Vertex, _Hill] = {}
    found: list[Summit] = []
    ordered = sorted(part, key=lambda each: (-heights[each], each))
    for height, places in groupby(ordered, key=heights.__getitem__):
        for place in places:
            known = None if height == UNKNOWN else height
            hill = hills[place] = _Hill({place}, known)
            for beside in _beside(zone, place):
                other = hills.get(beside)
                if other is None or other is hill:
                    continue
                hill, lower = _joined(hills, hill, other)
                if lower is not None and (summit := _summit(lower, height, measured)):
                    found.append(summit)
    return sorted(found, key=lambda each: (-each.stands_out_m, each.outlet.asset))


def _height(zone: Zone, place: Vertex) -> float:
    known = zone.rows.heights_m.get(str(place[1])) if place[0] == "junction" else None
    return UNKNOWN if known is None else known


def _beside(zone: Zone, place: Vertex) -> list[Vertex]:
    graph = zone.network.graph
    return sorted({*graph.predecessors(place), *graph.successors(place)})


def _joined(
    hills: dict[Vertex, _Hill], one: _Hill, other: _Hill
) -> tuple[_Hill, tuple[set[Vertex], float] | None]:
    """Make one hill of two; also the places and the peak of the lower, where both have a peak."""
    lower = min(one, other, key=_peak)
    higher = other if lower is one else one
    ended = None
    if lower.peak_m is not None and higher.peak_m is not None:
        ended = (set(lower.places), lower.peak_m)
    small, large = sorted((one, other), key=lambda each: len(each.places))
    large.places |= small.places
    large.peak_m = higher.peak_m
    for place in small.places:
        hills[place] = large
    return large, ended


def _peak(hill: _Hill) -> float:
    return float("-inf") if hill.peak_m is None else hill.peak_m


def _summit(
    lower: tuple[set[Vertex], float], saddle_m: float, outlets: Iterable[Outlet]
) -> Summit | None:
    """RULES 1 and 3, for a hill that ends where it meets a higher one at `saddle_m`."""
    places, peak_m = lower
    if peak_m - saddle_m < PROMINENCE_M:
        return None
    above = [
        each
        for each in outlets
        if each.vertex in places and each.height_m is not None and each.height_m > saddle_m
    ]
    if not above:
        return None
    highest = max(above, key=lambda each: (each.height_m or 0.0, each.asset))
    return Summit(highest, peak_m - saddle_m)
