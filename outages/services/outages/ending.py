"""Its end: water back, file closed, or called off."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from outages import planning
from outages.choices import Direction, NoticeKind
from outages.models import (
    Event,
    Outage,
    lifecycle,
)
from outages.models.events import Actor
from outages.models.locking import lock_decisions, whole
from outages.planning import PlanningRefused
from outages.services import duties, exchange, orders
from outages.services.desk import reports
from outages.services.publishing import notices
from outages.services.rules import clocks
from outages.services.rules.reasons import required_reason
from outages.services.shutdown import in_force
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_OUTAGES,
    OPEN_WORK_ORDERS,
    WORK_ORDER_TRANSITIONS,
    OutageStatus,
    PlanStatus,
    Refused,
    StepStatus,
    WorkOrderStatus,
)


class RestoreRefused(Refused):
    """Valves of the plan are still shut without a reason; `valves` names them."""

    codes = ("valves_still_shut",)

    def __init__(self, outage: Outage, valves: Sequence[str]) -> None:
        self.outage, self.valves = outage, tuple(valves)
        super().__init__(outage=outage.code, valves=", ".join(self.valves))


@whole
def restore_outage(outage: Outage, *, by: Actor, at: datetime) -> Outage:
    """Water is back: every valve is open, or left closed with a reason. The all-clear follows.

    The other open outages are planned again: their customers may be more now.
    Raises RestoreRefused, TransitionRefused.
    """
    lock_decisions()
    outage = lifecycle.lock_outage(outage)
    if valves := _valves_still_shut(outage):
        raise RestoreRefused(outage, valves)
    lifecycle.move_outage(outage, OutageStatus.RESTORED, by=by, at=at, restored_at=at)
    in_force.drop_proposals(outage, by=by, at=at, reason=f"{outage} is over")
    clocks.outage_over(outage, by=by, at=at, reason=f"{outage} restored")
    for plan in outage.plans.filter(status=PlanStatus.REOPENED):
        in_force.void_pending(plan, by=by, at=at)
    _plan_others_again(outage, by=by, at=at)
    notices.announce(outage, kind=NoticeKind.ALL_CLEAR, by=by, at=at)
    exchange.tell_dispatch_centre(outage, cause="status", by=by, at=at)
    outage.refresh_from_db()
    return outage


def close_outage(outage: Outage, *, by: Actor, at: datetime) -> Outage:
    """File a restored outage. Raises TransitionRefused."""
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        lifecycle.move_outage(outage, OutageStatus.CLOSED, by=by, at=at, closed_at=at)
    return outage


@whole
def cancel_outage(outage: Outage, *, reason: str, by: Actor, at: datetime) -> Outage:
    """Call off an outage that has not begun; people who were told are told so.

    Its reports wait again: what was told of is still there, or somebody says that it is not.
    Raises ReasonMissing, in_force.ValvesShut, TransitionRefused.
    """
    why = required_reason(reason)
    lock_decisions()
    outage = lifecycle.lock_outage(outage)
    told = [lifecycle.lock_report(each) for each in outage.reports.order_by("pk")]
    if plan := lifecycle.plan_in_force(outage):
        plan = lifecycle.lock_plan(plan)
        in_force.require_nothing_shut(plan, at=at)
        lifecycle.move_plan(plan, PlanStatus.ABORTED, by=by, at=at, reason=why)
        in_force.void_pending(plan, by=by, at=at)
    lifecycle.move_outage(outage, OutageStatus.CANCELLED, by=by, at=at, reason=why, closed_at=at)
    in_force.drop_proposals(outage, by=by, at=at, reason=f"{outage} is over")
    for order in outage.work_orders.filter(status__in=OPEN_WORK_ORDERS):
        if WorkOrderStatus.VOID in WORK_ORDER_TRANSITIONS[WorkOrderStatus(order.status)]:
            orders.void_order(order, reason=why, by=by, at=at)
    for report in told:
        reports.wait_again(report, reason=why, by=by, at=at)
    clocks.outage_over(outage, by=by, at=at, reason=why)
    duties.drop_all(outage, by=by, at=at, reason="cancelled")
    notices.announce(outage, kind=NoticeKind.CANCELLATION, by=by, at=at, reason=why)
    exchange.tell_dispatch_centre(outage, cause="status", by=by, at=at)
    outage.refresh_from_db()
    return outage


def _valves_still_shut(outage: Outage) -> list[str]:
    """Return valves that are not turned back and not left so with a reason."""
    decided = outage.plans.filter(status__in=[*HOLDING_PLANS, PlanStatus.REOPENED])
    plan = decided.order_by("-version").first()
    if plan is None:
        return []
    operations = list(plan.operations.all())
    turned_back = {
        (step.direction, step.valve)
        for step in operations
        if step.status in (StepStatus.DONE, StepStatus.LEFT_CLOSED)
    }
    shut = {
        step.valve
        for step in operations
        if step.direction == Direction.OPEN
        or (
            step.direction == Direction.CLOSE
            and step.status == StepStatus.DONE
            and "fed_by" not in step.facts
        )
    }
    still_fed = {step.valve for step in operations if step.direction == Direction.SHUT}
    return sorted(
        {valve for valve in shut if (Direction.OPEN, valve) not in turned_back}
        | {valve for valve in still_fed if (Direction.SHUT, valve) not in turned_back}
    )


def _plan_others_again(outage: Outage, *, by: Actor, at: datetime) -> None:
    """Compute the other open outages again: without this one, their customers may be more.

    A proposal is left only where somebody would act on it differently.
    """
    others = Outage.objects.filter(status__in=OPEN_OUTAGES).exclude(pk=outage.pk)
    for other in others.order_by("pk"):
        plan = lifecycle.plan_in_force(other)
        if plan is None or plan.status == PlanStatus.REOPENING:
            continue
        try:
            with transaction.atomic():
                fresh = planning.plan_again(plan, by=by, at=at, reason=f"{outage.code} restored")
                if in_force.compare_plans(plan, fresh).is_empty:
                    transaction.set_rollback(True)
        except PlanningRefused as refused:
            Event.objects.append_refusal(other, "plan_refused", refused, by=by, at=at)
