"""What is told of a burst, and what is guessed of those who tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What somebody reports of his supply, or of the street."""

    NO_WATER = "no_water"
    LOW_PRESSURE = "low_pressure"
    LEAK_SEEN = "leak_seen"
    HAS_WATER = "has_water"


@dataclass(frozen=True)
class Report:
    """One report, tied to a pipe; `fraction` is the place on it from its start.

    `at_m` is where it was seen, in the metres of `Around.lines`; without it, on the pipe.
    """

    id: str
    kind: Kind
    pipe: str
    fraction: float = 0.5
    at: datetime | None = None
    at_m: tuple[float, float] | None = None


@dataclass(frozen=True)
class Guesses:
    """All that the ranking assumes; see the rules of the package."""

    head_m: float = 24.0
    levels_m: tuple[float, ...] = (-6.0, -3.0, 0.0, 3.0)
    highest_m: float = 16.0
    left_m: float = 1.0
    weak_m: float = 7.0
    holes: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
    roughness: float = 110.0
    sizes: tuple[float, ...] = (0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
    call_dry: float = 0.05
    call_weak: float = 0.025
    call_anyhow: float = 0.0005
    alike: float = 1.0
    seen_anyhow: float = 0.02
    leak_m: float = 25.0
    half_life: timedelta = timedelta(hours=6)
    listen_m: float = 100.0
    tried: int = 150

    def __post_init__(self) -> None:
        """Take lists as well: settings are JSON."""
        for name in ("levels_m", "holes", "sizes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
