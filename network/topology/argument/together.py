"""Works that overlap in time: who is dry only because of their combination.

RULE 1  A work closes valves, opens closed ones to feed, silences sources, or isolates bursts (or
        all of these) from its start until its end; without an end it lasts. A running work has no
        end until it is really over, whatever was estimated.
RULE 2  Time falls into slices in which the same works are on. Only slices with at least two of
        them, that have not passed before `since`, are asked.
RULE 3  Dry by a set of works is who has water with none of them and has none with all of them:
        their valves shut, their sources silent, and their bursts isolated as one question.
RULE 4  Dry only together is who is dry by all works of a slice and by none of them alone. Each
        such customer is laid to a smallest set of works that does it: pairs are tried, then
        all of them at once.

`state` is that of the network without any of the works.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise

import numpy as np

from network.topology.engine.answer import Burst
from network.topology.engine.search import search, supplied
from network.topology.engine.states import NetworkState, masks
from network.topology.engine.structure import BoolArray, Topology


@dataclass(frozen=True)
class Work:
    """What one outage or planned work does to the network, and when. Ids are the utility's."""

    id: str
    start: datetime
    end: datetime | None = None
    shut: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()  # closed valves, to feed; shut by another, they are shut
    silenced: frozenset[str] = frozenset()  # sources
    bursts: tuple[Burst, ...] = ()

    def lasts_at(self, moment: datetime) -> bool:
        """Whether it is on at a moment; at its very end it is over."""
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class Combination:
    """Customers whom just these works leave dry together, and none of them alone."""

    works: tuple[str, ...]
    customers: tuple[str, ...]
    persons: int


@dataclass(frozen=True)
class TimeSlice:
    """A time in which the same works are on; without an end it lasts.

    `dry` customers are without water by all of the works, `persons` are those behind them;
    `combinations` are disjoint and name those among them who would have water if the works
    did not overlap.
    """

    start: datetime
    end: datetime | None
    works: tuple[str, ...]
    dry: int
    persons: int
    combinations: tuple[Combination, ...]

    @property
    def customers(self) -> tuple[str, ...]:
        """All who are dry only because of a combination, sorted."""
        return tuple(sorted(each for one in self.combinations for each in one.customers))


def dry_together(
    topology: Topology,
    works: Sequence[Work],
    state: NetworkState | None = None,
    *,
    since: datetime | None = None,
) -> list[TimeSlice]:
    """The slices of time with two works or more, in order, and who is dry only by overlap.

    Raises UnknownAsset for an id that the network does not have, ValueError for two works of
    one id or one that ends before it starts. Cost: one flood for each work and slice, and one
    for each pair of a slice in which somebody is dry only together.
    """
    _check(works)
    town = _Town(topology, state or NetworkState())
    return [
        town.slice(start, end, on)
        for start, end, on in _slices(works)
        if since is None or end is None or end > since
    ]


def _check(works: Sequence[Work]) -> None:
    if len({work.id for work in works}) != len(works):
        msg = "two works have one id"
        raise ValueError(msg)
    for work in works:
        if work.end is not None and work.end <= work.start:
            msg = f"work {work.id} ends before it starts"
            raise ValueError(msg)


# -- RULE 2 ---------------------------------------------------------------------


def _slices(works: Sequence[Work]) -> Iterator[tuple[datetime, datetime | None, list[Work]]]:
    """Times in which the same two works or more are on."""
    moments = sorted({each for work in works for each in (work.start, work.end) if each})
    ends: Iterable[tuple[datetime, datetime | None]] = [*pairwise(moments), *_open_end(moments)]
    for start, end in ends:
        on = sorted((work for work in works if work.lasts_at(start)), key=lambda work: work.id)
        if len(on) > 1:
            yield start, end, on


def _open_end(moments: Sequence[datetime]) -> list[tuple[datetime, None]]:
    return [(moments[-1], None)] if moments else []


# -- RULES 3 and 4 --------------------------------------------------------------


class _Town:
    """Who is dry by which works; what was asked once is remembered."""

    def __init__(self, topology: Topology, state: NetworkState) -> None:
        self.topology, self.state = topology, state
        before = supplied(topology, masks(topology, state))
        self._had_water = before[topology.customer_segment]
        self._known: dict[tuple[str, ...], BoolArray] = {}

    def slice(self, start: datetime, end: datetime | None, works: Sequence[Work]) -> TimeSlice:
        dry = self._dry(works)
        return TimeSlice(
            start=start,
            end=end,
            works=tuple(work.id for work in works),
            dry=int(dry.sum()),
            persons=self._persons(dry),
            combinations=tuple(self._combinations(works)),
        )

    def _combinations(self, works: Sequence[Work]) -> Iterator[Combination]:
        left = self._dry(works).copy()
        for work in works:
            left &= ~self._dry([work])
        for pair in combinations(works, 2):
            if left.any():
                yield from self._combination(pair, left & self._dry(pair))
                left &= ~self._dry(pair)
        yield from self._combination(works, left)

    def _combination(self, works: Sequence[Work], customers: BoolArray) -> Iterator[Combination]:
        if customers.any():
            yield Combination(
                works=tuple(work.id for work in works),
                customers=self.topology.names("customer", np.flatnonzero(customers)),
                persons=self._persons(customers),
            )

    def _persons(self, customers: BoolArray) -> int:
        return int(self.topology.customer_persons[customers].sum(dtype=np.int64))

    def _dry(self, works: Sequence[Work]) -> BoolArray:
        """Which customers have water with none of `works` and none with all of them."""
        key = tuple(work.id for work in works)
        if key not in self._known:
            self._known[key] = self._had_water & ~self._have_water(works)
        return self._known[key]

    def _have_water(self, works: Sequence[Work]) -> BoolArray:
        topology = self.topology
        state = self.state.with_changes(
            closed={valve for work in works for valve in work.shut},
            opened={valve for work in works for valve in work.opened},
            inactive_sources={source for work in works for source in work.silenced},
        )
        wet = supplied(topology, masks(topology, state))[topology.customer_segment]
        bursts = [burst for work in works for burst in work.bursts]
        if bursts:
            found = search(topology, bursts, state)
            wet[found.isolated] = False
            wet[found.unintended] = False
        return wet
