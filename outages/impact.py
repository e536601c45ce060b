"""What a plan means for people and for the crew: arithmetic only.

Pure: no Django, no database, no clock. Distances are metres in a local metric frame, times
seconds or minutes as the names say. Every time given here is an estimate, and so marked.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

WALK_M_PER_S = 1.3
SECONDS_PER_TURN = 2.5
# Finding the cover, lifting it, setting the key, and closing up again.
SECONDS_PER_VALVE = 180
# A gate valve of unknown turns: about three per inch of bore, and two to seat it.
TURNS_PER_MM = 3 / 25.4
TURNS_TO_SEAT = 2
UNKNOWN_BORE_MM = 200.0
# From here up a main carries enough to flood a street.
LARGE_MAIN_MM = 300.0


def missing_to(threshold: int, *, persons: int) -> int:
    """Return how many persons a count is short of a threshold; 0 once it is reached."""
    return max(0, threshold - persons)


# -- Comparing two answers ---------------------------------------------------------------------


@dataclass(frozen=True)
class PlanFacts:
    """What a comparison needs of one plan. `minutes` is the estimated closing time."""

    valves: frozenset[str]
    customers: frozenset[str]
    persons: int
    key_users: frozenset[str]
    minutes: int


@dataclass(frozen=True)
class PlanDifference:
    """What changes from one plan to the next. `threshold_crossed` is "up", "down" or ""."""

    valves_added: tuple[str, ...]
    valves_removed: tuple[str, ...]
    customers_added: tuple[str, ...]
    customers_removed: tuple[str, ...]
    key_users_added: tuple[str, ...]
    key_users_removed: tuple[str, ...]
    persons_before: int
    persons_after: int
    minutes_before: int
    minutes_after: int
    threshold_crossed: str

    @property
    def is_empty(self) -> bool:
        """Nothing that anybody would act on differently."""
        return not (
            self.valves_added
            or self.valves_removed
            or self.customers_added
            or self.customers_removed
        )

    @property
    def is_silent_for_customers(self) -> bool:
        """Nobody gains or loses water by the change."""
        return not (self.customers_added or self.customers_removed)


def compare(before: PlanFacts, after: PlanFacts, *, threshold: int) -> PlanDifference:
    """Say what changes from `before` to `after`, and whether it is large now; ids are sorted."""
    was, now = before.persons >= threshold, after.persons >= threshold
    return PlanDifference(
        valves_added=tuple(sorted(after.valves - before.valves)),
        valves_removed=tuple(sorted(before.valves - after.valves)),
        customers_added=tuple(sorted(after.customers - before.customers)),
        customers_removed=tuple(sorted(before.customers - after.customers)),
        key_users_added=tuple(sorted(after.key_users - before.key_users)),
        key_users_removed=tuple(sorted(before.key_users - after.key_users)),
        persons_before=before.persons,
        persons_after=after.persons,
        minutes_before=before.minutes,
        minutes_after=after.minutes,
        threshold_crossed="" if was == now else ("up" if now else "down"),
    )


# -- The work at the valves ----------------------------------------------------------------------


class ValvePlace(NamedTuple):
    """A valve to turn: position in metres, bore in millimetres, turns from open to shut."""

    asset_id: str
    x_m: float
    y_m: float
    bore_mm: float | None
    turns: int | None


def estimated_minutes(order: Sequence[ValvePlace], ways_m: Sequence[float] | None = None) -> int:
    """Estimate the minutes one crew needs for the valves in this order, from the first one on.

    Walking, finding and turning; the way to the first valve is not in it. `ways_m` are the ways
    between them in metres, straight lines where they are not given.
    """
    if ways_m is None:
        ways_m = [_distance_m(a, b) for a, b in itertools.pairwise(order)]
    walking = sum(ways_m) / WALK_M_PER_S
    turning = sum(_turns(valve) for valve in order) * SECONDS_PER_TURN
    return round((walking + turning + SECONDS_PER_VALVE * len(order)) / 60)


def _turns(valve: ValvePlace) -> float:
    if valve.turns is not None:
        return valve.turns
    return (valve.bore_mm or UNKNOWN_BORE_MM) * TURNS_PER_MM + TURNS_TO_SEAT


def _distance_m(a: ValvePlace, b: ValvePlace) -> float:
    return hypot(a.x_m - b.x_m, a.y_m - b.y_m)


# -- How urgent a report is --------------------------------------------------------------------


def report_priority(
    *, isolates: bool, is_danger: bool, on_trunk_road: bool, diameter_mm: float | None
) -> int:
    """Give a report's priority: 1 at once, 2 soon, 3 in turn.

    1. danger to people is 1;
    2. water leaving a main (`isolates`) is 1 on a trunk road or from 300 mm up, else 2;
    3. everything else is 3.
    """
    if is_danger:
        return 1
    if not isolates:
        return 3
    return 1 if on_trunk_road or (diameter_mm or 0) >= LARGE_MAIN_MM else 2
