"""What it takes to turn valves by hand: minutes for turns, chambers and the way between.

Every rate is an assumption that the caller may replace by the utility's own. Ways are straight
lines in metres, lengthened by `detour`.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

Metres = tuple[float, float]  # east, north, in any metric CRS


@dataclass(frozen=True)
class ValveWork:
    """What is known of one valve as a piece of work; `at` in metres, `bore_mm` in millimetres."""

    turns: float | None = None
    bore_mm: float | None = None
    at: Metres | None = None
    accessible: bool = True
    extra_minutes: float = 0.0


@dataclass(frozen=True)
class Pace:
    """How fast a crew is. The defaults are those by which a stored plan's minutes are estimated."""

    minutes_at_valve: float = 3.0  # to find it, lift the cover, set the key, and close up again
    turns_per_minute: float = 24.0
    turns_per_mm: float = 3 / 25.4  # three turns an inch of bore, and two to seat it
    turns_to_seat: float = 2.0
    unknown_bore_mm: float = 200.0
    metres_per_minute: float = 78.0  # on foot
    detour: float = 1.0
    inaccessible_minutes: float = 45.0  # a chamber that is flooded, paved over or parked on
    stop_minutes: float = 180.0  # a line stop, squeeze-off or freezing, ready to work


@dataclass(frozen=True)
class Work:
    """The work of a plan: the table of valves, the crew's pace and where it starts from."""

    valves: Mapping[str, ValveWork] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    start: Metres | None = None

    def minutes(self, valves: Collection[str], stops: int = 0) -> float:
        """Minutes for one crew to turn `valves` and to make `stops`, to a tenth."""
        known = [self.valves.get(valve, ValveWork()) for valve in sorted(valves)]
        turning = sum(self._at_valve(each) for each in known)
        walking = self._way(known) * self.pace.detour / self.pace.metres_per_minute
        return round(turning + walking + stops * self.pace.stop_minutes, 1)

    def _at_valve(self, valve: ValveWork) -> float:
        pace = self.pace
        blocked = 0.0 if valve.accessible else pace.inaccessible_minutes
        turning = self.turns(valve) / pace.turns_per_minute
        return pace.minutes_at_valve + turning + blocked + valve.extra_minutes

    def turns(self, valve: ValveWork) -> float:
        """Turns to close a valve: as recorded, else by its bore, else by a common one."""
        if valve.turns is not None:
            return valve.turns
        pace = self.pace
        return (valve.bore_mm or pace.unknown_bore_mm) * pace.turns_per_mm + pace.turns_to_seat

    def _way(self, valves: list[ValveWork]) -> float:
        """Metres from the start (or the valve of the largest bore) always to the nearest left."""
        largest_first = sorted(valves, key=lambda valve: -(valve.bore_mm or 0.0))
        left = [valve.at for valve in largest_first if valve.at is not None]
        here, metres = self.start, 0.0
        if here is None and left:
            here = left.pop(0)
        while left and here is not None:
            at = here
            nearest = min(left, key=lambda place: (math.dist(at, place), place))
            metres += math.dist(at, nearest)
            left.remove(nearest)
            here = nearest
        return metres
