"""What a ranking finds: pipes one by one, and stretches of street to listen along."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Suspect:
    """A pipe that may have burst. `share` is its part in all that was thought possible.

    The ids in `explains`, `leaves_open` and `contradicts` are all the reports, sorted.
    """

    pipe: str
    share: float
    score: float
    explains: tuple[str, ...]
    leaves_open: tuple[str, ...]
    contradicts: tuple[str, ...]


@dataclass(frozen=True)
class Stretch:
    """What a crew listens along: `pipes`, the likeliest first, and how likely it is one of them.

    `middle` is where to begin: a pipe and how far along it.
    """

    pipes: tuple[str, ...]
    share: float
    middle: tuple[str, float]
    metres: float


@dataclass(frozen=True)
class Whereabouts:
    """The likeliest pipes and stretches, best first; ties by id."""

    pipes: tuple[Suspect, ...]
    stretches: tuple[Stretch, ...]
