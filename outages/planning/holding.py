"""Which valves outages hold shut, so that one never opens what another still needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from outages.choices import Direction
from outages.models import Outage, ValveOperation
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_OUTAGES,
    RUNNING_OUTAGES,
    OutageKind,
    OutageStatus,
    StepStatus,
)


@dataclass(frozen=True)
class Hold:
    """One valve that an outage shuts: done already, or (`is_shut` false) still to do."""

    valve: str
    outage: Outage
    is_shut: bool
    operation: ValveOperation

    @property
    def code(self) -> str:
        """The holding outage's code."""
        return self.outage.code


def holds(outages: Q, *, exclude: int | None = None) -> list[Hold]:
    """Return what the plans in force of the outages hold, by valve. Two queries.

    A close step counts while it is pending or done and its open step is not done. A valve left
    closed for somebody else (`left_closed`) is that outage's to hold, not this one's.
    """
    steps = (
        ValveOperation.objects.filter(outages, plan__status__in=HOLDING_PLANS)
        .filter(~Q(plan__outage_id=exclude) if exclude else Q())
        .filter(
            Q(direction=Direction.CLOSE, status__in=[StepStatus.PENDING, StepStatus.DONE])
            | Q(
                direction=Direction.OPEN,
                status__in=[StepStatus.DONE, StepStatus.LEFT_CLOSED],
            )
        )
        .select_related("plan__outage")
        .order_by("plan_id", "sequence")
    )
    released = {(s.plan_id, s.valve) for s in steps if s.direction == Direction.OPEN}
    return [
        Hold(
            valve=step.valve,
            outage=step.plan.outage,
            is_shut=step.status == StepStatus.DONE,
            operation=step,
        )
        for step in steps
        if step.plan.outage is not None
        and step.direction == Direction.CLOSE
        and (step.plan_id, step.valve) not in released
    ]


def others_holding(
    outage: Outage | None, *, at: datetime, window: tuple[datetime, datetime] | None = None
) -> list[Hold]:
    """Return what the other open outages hold at `at`, or at any time within `window`.

    A planned outage of next week holds nothing today; it does for works in the same window.
    """
    return holds(open_during(at, window), exclude=outage.pk if outage else None)


def own_shut(outage: Outage | None) -> dict[str, ValveOperation]:
    """Return the valves that this outage itself has shut, with the step that did it."""
    if outage is None:
        return {}
    mine = holds(Q(plan__outage_id=outage.pk))
    return {hold.valve: hold.operation for hold in mine if hold.is_shut}


def valves(found: Iterable[Hold]) -> frozenset[str]:
    """Return the valves of some holds."""
    return frozenset(hold.valve for hold in found)


def is_due(outage: Outage, at: datetime) -> bool:
    """Whether an open outage holds its valves at `at`: works of next week hold nothing today."""
    if outage.kind == OutageKind.UNPLANNED or outage.status in RUNNING_OUTAGES:
        return True
    start, end = outage.planned_start_at, outage.planned_end_at
    return start is not None and end is not None and start <= at <= end


def open_during(at: datetime, window: tuple[datetime, datetime] | None = None) -> Q:
    """Return the condition, on rows that have a plan, that its outage holds valves then."""
    is_open = Q(plan__outage__status__in=OPEN_OUTAGES)
    running = Q(plan__outage__status__in=RUNNING_OUTAGES)
    unplanned = Q(plan__outage__kind=OutageKind.UNPLANNED)
    start, end = window or (at, at)
    due = Q(
        plan__outage__planned_start_at__lte=end,
        plan__outage__planned_end_at__gte=start,
        plan__outage__status__in=[
            OutageStatus.IMPACT_CONFIRMED,
            OutageStatus.AWAITING_LEADER,
            OutageStatus.AWAITING_PERMIT,
            OutageStatus.READY,
            OutageStatus.PUBLISHED,
        ],
    )
    return is_open & (running | unplanned | due)
