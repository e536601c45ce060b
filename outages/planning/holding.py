"""Which valves outages hold shut, so that one never opens what another still needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet

from network.selectors.compiled import MOMENTS, NUMBER, CompiledRows
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
    """Return what the plans in force of the outages hold, by valve. One query."""
    return _held(_steps_but(outages, exclude), lambda step: step.plan.outage)


def feeds(outages: Q, *, exclude: int | None = None) -> list["Feed"]:
    """Return by what the plans in force of the outages feed, by valve. One query."""
    return _fed(_steps_but(outages, exclude), lambda step: step.plan.outage)


def _steps_but(outages: Q, exclude: int | None) -> QuerySet[ValveOperation]:
    steps = _holding_steps(outages).filter(~Q(plan__outage_id=exclude) if exclude else Q())
    return steps.select_related("plan__outage")


def _holding_steps(outages: Q) -> QuerySet[ValveOperation]:
    """Return the steps that count, in both directions.

    A close step counts while it is pending or done and its open step is not done. A valve left
    closed for somebody else (`left_closed`) is that outage's to hold, not this one's.
    """
    return (
        ValveOperation.objects.filter(outages, plan__status__in=HOLDING_PLANS)
        .filter(
            Q(direction=Direction.CLOSE, status__in=[StepStatus.PENDING, StepStatus.DONE])
            | Q(
                direction=Direction.OPEN,
                status__in=[StepStatus.DONE, StepStatus.LEFT_CLOSED],
            )
            | Q(direction=Direction.FEED, status__in=[StepStatus.PENDING, StepStatus.DONE])
            | Q(direction=Direction.SHUT, status=StepStatus.DONE)
        )
        .order_by("plan_id", "sequence")
    )


OutageOf = Callable[[ValveOperation], Outage | None]


def _held(steps: Iterable[ValveOperation], outage_of: OutageOf) -> list[Hold]:
    steps = list(steps)
    released = {(s.plan_id, s.valve) for s in steps if s.direction == Direction.OPEN}
    return [
        Hold(step.valve, outage, step.status == StepStatus.DONE, step)
        for step in steps
        if (outage := outage_of(step)) is not None
        and step.direction == Direction.CLOSE
        and (step.plan_id, step.valve) not in released
    ]


def others_holding(
    outage: Outage | None, *, at: datetime, window: tuple[datetime, datetime] | None = None
) -> list[Hold]:
    """Return what the other open outages hold at `at`, or at any time within `window`.

    A planned outage of next week holds nothing today; it does for works in the same window. One
    query, asked at every burst: what is drawn of a step or an outage is read when looked at.
    """
    return others_turned(outage, at=at, window=window).holds


def own_shut(outage: Outage | None) -> dict[str, ValveOperation]:
    """Return the valves that this outage itself has shut, with the step that did it."""
    mine = own_turned(outage).holds
    return {hold.valve: hold.operation for hold in mine if hold.is_shut}


NOBODY: Final = 0  # no outage's key

_STEP: Final = [f.attname for f in ValveOperation._meta.concrete_fields if f.name != "geom"]
_OUTAGE: Final = [f.attname for f in Outage._meta.concrete_fields if f.name != "area"]
_LIGHT: Final = [*_STEP, *(f"plan__outage__{name}" for name in _OUTAGE)]


def _light(rows: Iterable[tuple[Any, ...]]) -> "Turned":
    steps, outages = [], {}
    for row in rows:
        step = ValveOperation.from_db(DEFAULT_DB_ALIAS, _STEP, row[: len(_STEP)])
        outages[step.pk] = Outage.from_db(DEFAULT_DB_ALIAS, _OUTAGE, row[len(_STEP) :])
        steps.append(step)

    def outage_of(step: ValveOperation) -> Outage:
        return outages[step.pk]

    return Turned(_held(steps, outage_of), _fed(steps, outage_of))


def _of_others(start: datetime, end: datetime, outage: int) -> QuerySet[ValveOperation, Any]:
    steps = _holding_steps(open_during(start, end)).exclude(plan__outage_id=outage)
    return steps.values_list(*_LIGHT)


def _of_one(outage: int) -> QuerySet[ValveOperation, Any]:
    return _holding_steps(Q(plan__outage_id=outage)).values_list(*_LIGHT)


@dataclass(frozen=True)
class Feed:
    """One normally closed valve that an outage opens, or is about to, to feed those cut off."""

    valve: str
    outage: Outage
    is_done: bool
    operation: ValveOperation


@dataclass(frozen=True)
class Turned:
    """What outages hold shut, and by what they feed."""

    holds: list[Hold]
    feeds: list[Feed]


def others_turned(
    outage: Outage | None, *, at: datetime, window: tuple[datetime, datetime] | None = None
) -> Turned:
    """Return what the other open outages hold and feed by, as `others_holding` says. One query."""
    start, end = window or (at, at)
    return _light(_OTHERS.rows(start=start, end=end, outage=outage.pk if outage else NOBODY))


def others_feeding(outage: Outage | None, *, at: datetime) -> list[Feed]:
    """Return by what the other open outages feed at `at`. One query."""
    return others_turned(outage, at=at).feeds


def own_turned(outage: Outage | None) -> Turned:
    """Return what this outage itself holds and feeds by. One query."""
    return Turned([], []) if outage is None else _light(_OWN.rows(outage=outage.pk))


def _fed(steps: Iterable[ValveOperation], outage_of: OutageOf) -> list[Feed]:
    """A feed step counts while it is pending or done and the valve is not shut again."""
    steps = list(steps)
    shut = {
        (step.plan_id, step.valve)
        for step in steps
        if step.direction in (Direction.SHUT, Direction.CLOSE) and step.status == StepStatus.DONE
    }
    return [
        Feed(step.valve, outage, step.status == StepStatus.DONE, step)
        for step in steps
        if (outage := outage_of(step)) is not None
        and step.direction == Direction.FEED
        and (step.plan_id, step.valve) not in shut
    ]


def valves(found: Iterable[Hold]) -> frozenset[str]:
    """Return the valves of some holds."""
    return frozenset(hold.valve for hold in found)


def is_due(outage: Outage, at: datetime) -> bool:
    """Whether an open outage holds its valves at `at`: works of next week hold nothing today."""
    if outage.kind == OutageKind.UNPLANNED or outage.status in RUNNING_OUTAGES:
        return True
    start, end = outage.planned_start_at, outage.planned_end_at
    return start is not None and end is not None and start <= at <= end


def open_during(start: datetime, end: datetime | None = None) -> Q:
    """Return the condition, on rows that have a plan, that its outage holds valves then.

    At one moment, or at any from `start` to `end`.
    """
    is_open = Q(plan__outage__status__in=OPEN_OUTAGES)
    running = Q(plan__outage__status__in=RUNNING_OUTAGES)
    unplanned = Q(plan__outage__kind=OutageKind.UNPLANNED)
    due = Q(
        plan__outage__planned_start_at__lte=end or start,
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


_OTHERS: Final = CompiledRows(_of_others, start=MOMENTS[0], end=MOMENTS[1], outage=NUMBER)
_OWN: Final = CompiledRows(_of_one, outage=NUMBER)
