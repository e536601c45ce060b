"""Where trouble of one kind gathers: discs that hold most, one after another.

RULES
1. A spot is all trouble of one kind within `radius_m` of one of its own contacts, its middle.
2. The spot with most complaints comes first; then most contacts with those that came back; then
   by kind and by the middle's key. What it holds is taken out before the next one is looked for,
   so nothing is counted twice and no chain of neighbours grows across the town.
3. A spot holds at least two contacts, or one that came back.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import cos, floor, hypot, radians, sqrt
from typing import Final, NamedTuple

from outages.policy.monthly.counting import ContactRow
from outages.policy.monthly.figures import Heat, Spot

RADIUS_M: Final = 300.0
SQUARE_M: Final = 150.0
SMALLEST_DISC_M: Final = 100.0
LARGEST_DISC_M: Final = 220.0
_M_PER_DEGREE: Final = 111_195.0  # of latitude


class _At(NamedTuple):
    """A contact on a plane, metres east and north of the first one."""

    east: float
    north: float
    of: ContactRow


def spots(
    contacts: Iterable[ContactRow], *, most: int, radius_m: float = RADIUS_M
) -> tuple[Spot, ...]:
    """Return the first `most` spots, by the rules above."""
    placed = list(_on_a_plane([each for each in contacts if each.is_trouble]))
    near = _neighbours(placed, radius_m)
    left = set(range(len(placed)))
    found: list[Spot] = []
    middles = set(left)
    while len(found) < most:
        # What is too little now is never more: others only take from it.
        middles = {
            nth
            for nth in middles & left
            if _is_enough([placed[other].of for other in near[nth] & left])
        }
        if not middles:
            break
        best = min(middles, key=lambda nth: _rank(placed, near[nth] & left, nth))
        held = near[best] & left
        found.append(_spot([placed[nth].of for nth in sorted(held)], placed[best].of, radius_m))
        left -= held
    return tuple(found)


def heat(contacts: Iterable[ContactRow], *, square_m: float = SQUARE_M) -> tuple[Heat, ...]:
    """Count trouble by squares of the town, so that no single home is drawn."""
    placed = [each for each in contacts if each.is_trouble and each.lat is not None]
    if not placed:
        return ()
    north_deg = square_m / _M_PER_DEGREE
    middle = sum(each.lat or 0.0 for each in placed) / len(placed)
    east_deg = north_deg / cos(radians(middle))
    squares = Counter(
        (floor((each.lon or 0.0) / east_deg), floor((each.lat or 0.0) / north_deg))
        for each in placed
    )
    return tuple(
        Heat(round((x + 0.5) * east_deg, 6), round((y + 0.5) * north_deg, 6), squares[x, y])
        for x, y in sorted(squares)
    )


def warmth(cell: Heat, among: Iterable[Heat]) -> float:
    """Return how hot a square is drawn, 0 to 1: areas go by the counts, hence the root."""
    return sqrt(cell.count / max(each.count for each in among))


def disc_radius_m(share: float) -> float:
    """Return the radius of the disc that stands for a square of this warmth, metres."""
    return SMALLEST_DISC_M + (LARGEST_DISC_M - SMALLEST_DISC_M) * share


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places (lon, lat), metres; good to 0.1 % within a town."""
    middle = radians((one[1] + other[1]) / 2)
    return hypot((one[0] - other[0]) * cos(middle), one[1] - other[1]) * _M_PER_DEGREE


def _on_a_plane(contacts: Sequence[ContactRow]) -> Iterator[_At]:
    placed = [each for each in contacts if each.lon is not None and each.lat is not None]
    if not placed:
        return
    lon, lat = placed[0].lon or 0.0, placed[0].lat or 0.0
    shrink = cos(radians(sum(each.lat or 0.0 for each in placed) / len(placed)))
    for each in placed:
        east = ((each.lon or 0.0) - lon) * shrink * _M_PER_DEGREE
        yield _At(east, ((each.lat or 0.0) - lat) * _M_PER_DEGREE, each)


def _neighbours(placed: Sequence[_At], radius_m: float) -> list[set[int]]:
    """Return for each contact those of its kind within the radius, itself among them."""
    squares: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    for nth, each in enumerate(placed):
        squares[_square(each, radius_m)].append(nth)
    return [
        {
            other
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in squares.get((kind, x + dx, y + dy), ())
            if hypot(placed[other].east - each.east, placed[other].north - each.north) <= radius_m
        }
        for each in placed
        for kind, x, y in [_square(each, radius_m)]
    ]


def _square(each: _At, radius_m: float) -> tuple[str, int, int]:
    return each.of.kind, floor(each.east / radius_m), floor(each.north / radius_m)


def _rank(placed: Sequence[_At], held: set[int], nth: int) -> tuple[int, int, str, int]:
    complaints = sum(placed[other].of.is_complaint for other in held)
    told = sum(1 + placed[other].of.came_back for other in held)
    return -complaints, -told, placed[nth].of.kind, placed[nth].of.key


def _is_enough(those: Sequence[ContactRow]) -> bool:
    return sum(1 + each.came_back for each in those) > 1


def _spot(those: Sequence[ContactRow], middle: ContactRow, radius_m: float) -> Spot:
    streets = Counter(each.street for each in those if each.street)
    named = sorted(streets, key=lambda street: (-streets[street], street))
    return Spot(
        kind=middle.kind,
        place=named[0] if named else "",
        contacts=len(those),
        complaints=sum(each.is_complaint for each in those),
        came_back=sum(each.came_back for each in those),
        # Amid those counted, not at somebody's door.
        lon=round(sum(each.lon or 0.0 for each in those) / len(those), 5),
        lat=round(sum(each.lat or 0.0 for each in those) / len(those), 5),
        radius_m=radius_m,
    )
