"""What an order says: one thing done at one place, with its reasons as codes and facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Action(StrEnum):
    """What is done. The first three belong to the closing, the others to the reopening."""

    CLOSE = "close"
    DRAIN = "drain"  # open a hydrant or washout: the water must fall off
    FEED = "feed"  # open a normally closed valve for those who are cut off
    VENT = "vent"  # open a hydrant so that air leaves while the zone fills
    OPEN = "open"
    FLUSH = "flush"  # let a hydrant run until it is clear
    SHUT = "shut"  # close again what was opened to feed


@dataclass(frozen=True)
class Reason:
    """Why something is done here and now; `facts` fill the words for `code`."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The reason as a step stores it."""
        return {"code": self.code, **self.facts}


@dataclass(frozen=True)
class Step:
    """One step. `leg_m` is the way from the step before in metres, None where it is not known.

    `slow` marks valves that fill the empty zone. `kind` is valve, hydrant, washout or air.
    """

    action: Action
    asset: str
    reasons: tuple[Reason, ...] = ()
    kind: str = "valve"
    leg_m: float | None = None
    slow: bool = False
