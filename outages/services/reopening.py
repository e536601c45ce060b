"""Opening again what was shut, in a safe order, and only what nobody else still needs."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from outages import impact
from outages.choices import CannotReason, Direction
from outages.models import Event, IsolationPlan, Outage, ValveOperation, lifecycle
from outages.models.events import Actor
from outages.models.locking import lock_decisions
from outages.planning import holding, steps
from outages.services import in_force
from outages.services.crew_rights import may_act_for
from outages.services.reasons import required_reason
from outages.services.step_order import Refusal, StepRefused, require_accepted_order
from outages.workflow import OutageStatus, PlanStatus, Refused, StepStatus


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


class RepairNotDone(Refused):
    """Reopening needs the repair recorded first (work.complete_repair, outages.record_repair)."""

    codes = ("repair_not_done",)


def plan_reopening(outage: Outage, *, by: Actor, at: datetime) -> Reopening:
    """Make the open steps: the reverse of the closing order, one slow refill valve first.

    A valve that another open outage still needs gets a step `left_closed` naming that outage,
    which then owns its reopening. The outage is `restoring` from here on.
    Raises RepairNotDone, TransitionRefused.
    """
    with transaction.atomic():
        lock_decisions()
        outage = lifecycle.lock_outage(outage)
        if outage.repaired_at is None:
            raise RepairNotDone(outage=outage.code)
        lifecycle.move_outage(outage, OutageStatus.RESTORING, by=by, at=at)
        found = lifecycle.plan_in_force(outage)
        assert found is not None, "an outage in effect has a plan in force"
        plan = lifecycle.lock_plan(found)
        lifecycle.move_plan(plan, PlanStatus.REOPENING, by=by, at=at)
        opening = _open_steps(plan)
        in_force.void_pending(plan, by=by, at=at)
        in_force.drop_proposals(outage, by=by, at=at, reason=f"{outage} is reopening")
        ValveOperation.objects.bulk_create(opening)
        handed_over = _hand_over(plan, outage, opening, by=by, at=at)
        Event.objects.append(
            plan,
            "reopening_planned",
            by=by,
            at=at,
            valves=[step.valve for step in opening],
            handed_over={each.valve: each.outage.code for each in handed_over},
        )
        in_force.finish_reopening(plan, by=by, at=at)
    return Reopening(plan, tuple(opening), handed_over)


def leave_closed(
    operation: ValveOperation, *, reason: str, by: Actor, at: datetime
) -> ValveOperation:
    """Keep one valve shut on purpose, with a reason, instead of opening it.

    Raises ReasonMissing, work.StepRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        if operation.plan.outage is not None:
            lifecycle.lock_outage(operation.plan.outage)
        plan = lifecycle.lock_plan(operation.plan)
        step = ValveOperation.objects.select_for_update(of=("self",), no_key=True).get(
            pk=operation.pk
        )
        step.plan = plan
        if not may_act_for(by, ""):
            require_accepted_order(plan, by=by)
        if step.direction != Direction.OPEN or plan.status != PlanStatus.REOPENING:
            raise StepRefused(Refusal.NOT_YET_REOPENING, current=plan, valve=step.valve)
        if step.status not in (StepStatus.PENDING, StepStatus.FAILED):
            raise StepRefused(Refusal.STEP_DECIDED, current=plan, valve=step.valve)
        was, step.status = step.status, StepStatus.LEFT_CLOSED
        step.remark, step.recorded_at = why[:300], at
        step.done_by_id = by.pk if by else None
        step.save()
        Event.objects.append(
            step,
            "valve_left_closed",
            by=by,
            at=at,
            old=was,
            new=step.status,
            reason=why,
            valve=step.valve,
        )
        in_force.finish_reopening(plan, by=by, at=at)
    return step


def _open_steps(plan: IsolationPlan) -> list[ValveOperation]:
    """Return an open step for every valve that was turned, in opening order, not yet stored."""
    turned = {
        step.valve: step
        for step in plan.operations.filter(direction=Direction.CLOSE).order_by("sequence")
        if step.status == StepStatus.DONE or step.cannot_reason == CannotReason.PASSES_WATER
    }
    order = impact.reopening_order([steps.turned_place(step) for step in turned.values()])
    opening = []
    for sequence, place in enumerate(order, start=1):
        step = steps.opposite_step(turned[place.asset_id], sequence)
        step.facts["refill"] = sequence == 1
        opening.append(step)
    return opening


def _hand_over(
    plan: IsolationPlan,
    outage: Outage,
    opening: list[ValveOperation],
    *,
    by: Actor,
    at: datetime,
) -> tuple[HandedOver, ...]:
    holders = {hold.valve: hold for hold in holding.others_holding(outage, at=at)}
    handed_over = []
    for step in opening:
        if hold := holders.get(step.valve):
            in_force.hand_over(step, hold.outage, by=by, at=at)
            handed_over.append(HandedOver(step.valve, hold.outage))
    return tuple(handed_over)
