"""The shortest way over a few places, some of which must come before others.

RULE 1  Places have ranks: all of a rank come before any of the next.
RULE 2  The last place is one of `last`, where those are given.
RULE 3  Up to EXACT places the way is the shortest there is (dynamic programming over subsets);
        beyond, the nearest next place, improved by reversals and moves, and never longer than
        the places in the order in which they were given.

A way may begin anywhere, unless `start` (the metres from where the crew stands to each place) is
given. Ties go to the places named first, so that a way is the same wherever it is computed.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

EXACT = 9
CHANGES_PER_PLACE = 3
WEIGHED = 1_500_000  # changes weighed for one way at most: a tenth of a second or so
LEAST_M = 1e-6
UNREACHED_M = 1e7  # stands for no way at all, where legs are added up and taken away
Order = tuple[int, ...]


@dataclass(frozen=True)
class Places:
    """Metres between places, their ranks, and what the way may begin and end with."""

    metres: Sequence[Sequence[float]]
    ranks: Sequence[int]
    last: frozenset[int] = frozenset()
    start: Sequence[float] = ()

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.ranks)

    def length(self, order: Sequence[int]) -> float:
        """Metres of a way, from the start if there is one."""
        way = sum(self.metres[a][b] for a, b in pairwise(order))
        return way + (self.start[order[0]] if self.start and order else 0.0)

    def allows(self, order: Sequence[int]) -> bool:
        """Whether a way keeps RULES 1 and 2."""
        in_order = all(self.ranks[a] <= self.ranks[b] for a, b in pairwise(order))
        return in_order and (not self.last or not order or order[-1] in self.last)


def shortest(places: Places) -> Order:
    """The shortest way that the rules allow (RULE 3)."""
    if places.count <= 1:
        return tuple(range(places.count))
    return _exact(places) if places.count <= EXACT else _improved(places)


def naive(places: Places) -> Order:
    """The places as they were given, by rank, with one of `last` at the end."""
    order = sorted(range(places.count), key=lambda place: places.ranks[place])
    end = next((place for place in reversed(order) if place in places.last), None)
    if end is not None:
        order.remove(end)
        order.append(end)
    return tuple(order)


def _exact(places: Places) -> Order:
    """The best way over every subset of the places, by where it ends."""
    before = _before(places)
    best: dict[tuple[int, int], tuple[float, int]] = {
        (1 << place, place): (places.start[place] if places.start else 0.0, -1)
        for place in range(places.count)
        if not before[place]
    }
    whole = (1 << places.count) - 1
    for visited in range(1, whole):
        for here in _members(visited):
            known = best.get((visited, here))
            if known is None:
                continue
            for then in _members(whole & ~visited):
                if before[then] & ~visited:
                    continue
                key, way = (visited | 1 << then, then), known[0] + places.metres[here][then]
                if way < best.get(key, (inf, -1))[0]:
                    best[key] = way, here
    ends: Collection[int] = places.last or range(places.count)
    end = min(
        (place for place in ends if (whole, place) in best),
        key=lambda place: (best[whole, place][0], -place),  # begins with the first named
    )
    return _back(best, whole, end)


def _before(places: Places) -> list[int]:
    """For each place the set, as bits, of those that must come before it."""
    return [
        sum(1 << other for other, lower in enumerate(places.ranks) if lower < rank)
        for rank in places.ranks
    ]


def _members(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _back(best: dict[tuple[int, int], tuple[float, int]], visited: int, end: int) -> Order:
    order = []
    while end >= 0:
        order.append(end)
        _, before = best[visited, end]
        visited, end = visited ^ (1 << end), before
    return tuple(reversed(order))


def _improved(places: Places) -> Order:
    """The better of the nearest-next way and the given one, improved while it gets shorter."""
    found = [_Descent(places).of(order) for order in (_nearest_next(places), naive(places))]
    return min(found, key=places.length)


def _nearest_next(places: Places) -> Order:
    left = list(naive(places))
    end = left.pop() if places.last else None
    order: list[int] = []
    while left:
        rank = places.ranks[left[0]]
        near = [place for place in left if places.ranks[place] == rank]
        here = order[-1] if order else -1
        metres = places.metres[here] if order else places.start or [0.0] * places.count
        order.append(min(near, key=lambda place: (metres[place], place)))
        left.remove(order[-1])
    return (*order, end) if end is not None else tuple(order)


class _Descent:
    """Takes the change that shortens a way most, again and again.

    A change is a stretch reversed, or one place moved elsewhere; all of them are weighed at once,
    each by the legs that it takes away and brings. A city's zone may have hundreds of valves, and
    somebody waits for the plan: there are no more changes than CHANGES_PER_PLACE for each, and
    fewer where WEIGHED is used up before.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        count = places.count
        # Two places that are nowhere: where a way comes from and where it goes.
        legs = np.zeros((count + 2, count + 2))
        legs[:count, :count] = np.asarray(places.metres, dtype=float)
        if places.start:
            legs[count, :count] = places.start
        self.legs = np.minimum(legs, UNREACHED_M)
        self.ranks = np.asarray(places.ranks)
        self.may_end = np.asarray([not places.last or n in places.last for n in range(count)])

    def of(self, order: Order) -> Order:
        """The way improved; the same where no change makes it shorter."""
        count = len(order)
        for _change in range(min(CHANGES_PER_PLACE * count, WEIGHED // count**2)):
            way = np.asarray(order)
            reversal, move = self._reversals(way), self._moves(way)
            best = reversal if reversal[0] <= move[0] else move
            if best[0] >= -LEAST_M:
                break
            order = best[1]
        return order

    def _reversals(self, way: NDArray[np.intp]) -> tuple[float, Order]:
        """The best stretch to reverse: metres gained (below nought) and the way that it makes."""
        count, legs = len(way), self.legs
        before, after = np.append(count, way[:-1]), np.append(way[1:], count + 1)
        forth = np.append(0.0, np.cumsum(legs[way[:-1], way[1:]]))
        back = np.append(0.0, np.cumsum(legs[way[1:], way[:-1]]))
        inside = back - forth
        gained = (
            legs[before[:, None], way[None, :]]
            + legs[way[:, None], after[None, :]]
            - legs[before, way][:, None]
            - legs[way, after][None, :]
            + inside[None, :]
            - inside[:, None]
        )
        ranks = self.ranks[way]
        allowed = (ranks[:, None] == ranks[None, :]) & np.triu(np.ones((count, count), bool), 1)
        allowed[:, -1] &= self.may_end[way]
        gained[~allowed] = np.inf
        first, stop = divmod(int(np.argmin(gained)), count)
        made = np.concatenate([way[:first], way[first : stop + 1][::-1], way[stop + 1 :]])
        return float(gained[first, stop]), tuple(made.tolist())

    def _moves(self, way: NDArray[np.intp]) -> tuple[float, Order]:
        """The best place to move: it is put between two others, or at an end."""
        count, legs = len(way), self.legs
        before, after = np.append(count, way[:-1]), np.append(way[1:], count + 1)
        taken = legs[before, after] - legs[before, way] - legs[way, after]
        left, right = np.append(count, way), np.append(way, count + 1)
        put = (
            legs[left[None, :], way[:, None]]
            + legs[way[:, None], right[None, :]]
            - legs[left, right][None, :]
        )
        gained = taken[:, None] + put
        here, gap = np.arange(count)[:, None], np.arange(count + 1)[None, :]
        ranks = self.ranks[way]
        # Past equals only: the place that it goes before or after is of its rank.
        passed = np.clip(np.where(gap > here, gap - 1, gap), 0, count - 1)
        allowed = (gap != here) & (gap != here + 1) & (ranks[:, None] == ranks[passed])
        allowed[:, count] &= self.may_end[way]
        # Where the last place leaves, the one before it is the last.
        allowed[count - 1, :] &= self.may_end[way[count - 2]]
        gained[~allowed] = np.inf
        start, to = divmod(int(np.argmin(gained)), count + 1)
        rest = np.delete(way, start)
        made = np.insert(rest, to - 1 if to > start else to, way[start])
        return float(gained[start, to]), tuple(made.tolist())
