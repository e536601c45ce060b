"""Opening again what was shut, in a safe order, and only what nobody else still needs."""

from dataclasses import dataclass
from datetime import datetime

from outages.models import IsolationPlan, Outage, ValveOperation
from outages.models.events import Actor


@dataclass(frozen=True)
class HandedOver:
    """A valve that stays shut because another open outage needs it; that one reopens it."""

    valve: str
    outage: Outage


@dataclass(frozen=True)
class Reopening:
    """The reopening steps (direction `open`, in order) and the valves handed over."""

    plan: IsolationPlan
    steps: tuple[ValveOperation, ...]
    handed_over: tuple[HandedOver, ...]


class RepairNotDone(Exception):
    """Reopening needs the repair recorded first (work.complete_repair)."""


def plan_reopening(outage: Outage, *, by: Actor, at: datetime) -> Reopening:
    """Make the open steps: the reverse of the closing order, one slow refill valve first.

    A valve that another open outage still needs gets a step `left_closed` naming that outage,
    which then owns its reopening. The outage is `restoring` from here on.
    Raises RepairNotDone, TransitionRefused.
    """
    raise NotImplementedError


def leave_closed(
    operation: ValveOperation, *, reason: str, by: Actor, at: datetime
) -> ValveOperation:
    """Keep one valve shut on purpose, with a reason, instead of opening it.

    Raises plans.ReasonMissing, work.StepRefused.
    """
    raise NotImplementedError
