"""The leak is back: a repair that does not hold, while valves are opened again or before.

RULE 1  Nothing more is opened. What was opened or left shut by then stays true.
RULE 2  Which valves to shut, and in which order, is asked of the network as it stands now.
RULE 3  Where the answer asks nothing that was not approved before (no other valve, nobody more
        without water) it is in force at once: water is running. Any other waits for the dispatcher.
RULE 4  The time that people were told is void. Who runs the control room says a new one at once;
        of a crew's word the dispatchers are alarmed, and until they say one there is none.
RULE 5  The repair is owed again: its orders are not repaired, and its limit runs from now on.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from django.db import transaction

from outages import planning, tasks
from outages.choices import Direction, NoticeKind
from outages.models import Event, IsolationPlan, Outage, WorkOrder, lifecycle
from outages.models.events import Actor
from outages.models.locking import lock_decisions, whole
from outages.planning import PlanningRefused
from outages.services import exchange
from outages.services.field.step_order import require_accepted_order
from outages.services.orders.locked import lock_order, write
from outages.services.papers import handing_over
from outages.services.publishing import notices
from outages.services.rules import clocks
from outages.services.rules.alerts import raise_alert, to_role
from outages.services.rules.crew_rights import may_act_for
from outages.services.rules.estimates import say_anew
from outages.services.rules.leaders import DISPATCHER, SHIFT_LEADER
from outages.services.rules.reasons import required_reason
from outages.services.shutdown import in_force
from outages.workflow import (
    OPEN_WORK_ORDERS,
    OutageStatus,
    PlanStatus,
    Refused,
)

# What dispatchers are alarmed of until one of them says when water will be back.
LEAK_BACK: Final = "leak_back"


class NoRepairToFail(Refused):
    """No repair is recorded that could have failed, or the water is back and the case is over."""

    codes = ("no_repair_to_fail",)


@dataclass(frozen=True)
class FailedRepair:
    """What followed. `plan` is in force now; `proposal` waits for the dispatcher, if it does."""

    outage: Outage
    plan: IsolationPlan | None
    proposal: IsolationPlan | None


@dataclass(frozen=True, kw_only=True)
class NewEstimate:
    """When water will be back now, and why in the public's words."""

    estimated_restoration_at: datetime
    reason: str
    reason_en: str = ""


@whole
def report_failed_repair(
    outage: Outage,
    *,
    found: str,
    by: Actor,
    at: datetime,
    estimate: NewEstimate | None = None,
) -> FailedRepair:
    """Record that the repair does not hold, and turn everything back to it.

    `found` is what is seen on site, for the record alone. Without `estimate` (a crew's word) the
    dispatchers are alarmed to say one.
    Raises NoRepairToFail, ReasonMissing, EstimateRefused, StepRefused for another crew's outage.
    """
    seen = required_reason(found)
    lock_decisions()
    outage = lifecycle.lock_outage(outage)
    if outage.repaired_at is None or outage.status not in (
        OutageStatus.IN_EFFECT,
        OutageStatus.RESTORING,
    ):
        raise NoRepairToFail(outage=outage.code)
    plan = _plan_of(outage)
    if plan is not None and not may_act_for(by, ""):
        require_accepted_order(plan, by=by)
    was = outage.repaired_at
    lifecycle.change_outage(outage, repaired_at=None)
    order = _to_be_repaired_again(outage)  # RULE 5
    Event.objects.append(
        outage, "repair_failed", by=by, at=at, old=was.isoformat()[:40], reason=seen
    )
    clocks.repair_failed(outage, order=order, at=at)
    proposal = None
    if outage.status == OutageStatus.RESTORING:
        lifecycle.move_outage(outage, OutageStatus.IN_EFFECT, by=by, at=at, reason=seen)
        assert plan is not None, "a reopening is that of a plan"
        proposal = _shut_again(plan, outage, reason=seen, by=by, at=at)
    _tell(outage, estimate, by=by, at=at)
    outage.refresh_from_db()
    return FailedRepair(outage, lifecycle.plan_in_force(outage), proposal)


def _plan_of(outage: Outage) -> IsolationPlan | None:
    """Return the plan in force, or the one whose valves are all open again."""
    if found := lifecycle.plan_in_force(outage):
        return found
    return outage.plans.filter(status=PlanStatus.REOPENED).order_by("-version").first()


def _to_be_repaired_again(outage: Outage) -> WorkOrder | None:
    """Take "repaired" off the orders that said so; return the newest order that is open."""
    open_orders = outage.work_orders.filter(status__in=OPEN_WORK_ORDERS).order_by("pk")
    for order in open_orders.filter(repaired_at__isnull=False):
        write(lock_order(order), repaired_at=None, leak_check_passed=None)
    return open_orders.last()


def _shut_again(
    plan: IsolationPlan, outage: Outage, *, reason: str, by: Actor, at: datetime
) -> IsolationPlan | None:
    """Break the reopening off and plan the closing anew; return the plan if it waits (RULE 3)."""
    plan = lifecycle.lock_plan(plan)
    if plan.status == PlanStatus.REOPENED:
        lifecycle.move_plan(plan, PlanStatus.REOPENING, by=by, at=at, reason=reason)
    in_force.void_pending(plan, by=by, at=at)  # RULE 1
    try:
        with transaction.atomic():
            fresh = planning.plan_again(plan, by=by, at=at, reason=reason)  # RULE 2
    except PlanningRefused as refused:
        Event.objects.append_refusal(plan, "plan_refused", refused, by=by, at=at)
        return None
    fresh = lifecycle.lock_plan(fresh)
    if _asks_more(plan, fresh):
        return fresh
    in_force.replace(plan, fresh, outage, by=by, at=at, reason=reason)
    # Whoever approved these valves before stands for them, not the crew that saw the leak.
    IsolationPlan.objects.filter(pk=fresh.pk).update(approved_by=plan.approved_by)
    handing_over.follow_plan(outage, by=by, at=at, reason="new_plan")
    return None


def _asks_more(approved: IsolationPlan, fresh: IsolationPlan) -> bool:
    """Whether the new plan needs what nobody approved: a valve, a customer's water, a source.

    A valve of the approved plan counts whether or not anybody came to shut it.
    """
    shut = approved.operations.filter(direction=Direction.CLOSE).values("valve")
    valves = fresh.operations.filter(direction=Direction.CLOSE).exclude(valve__in=shut)
    sources = set(in_force.sources_to_shut(fresh)) - set(in_force.sources_to_shut(approved))
    more_people = in_force.compare_plans(approved, fresh).customers_added
    return bool(sources or more_people or valves.exists())


def _tell(outage: Outage, estimate: NewEstimate | None, *, by: Actor, at: datetime) -> None:
    """Tell people that it takes longer, or see to it that somebody says how long (RULE 4)."""
    if estimate is not None:
        say_anew(outage, **vars(estimate), by=by, at=at)
        notices.announce(outage, kind=NoticeKind.UPDATE, by=by, at=at, reason=estimate.reason)
    else:
        lifecycle.change_outage(outage, estimated_restoration_at=None)
        for role in (DISPATCHER, SHIFT_LEADER):
            raise_alert(
                LEAK_BACK, audience=to_role(role), subject=outage, at=at, by=by, outage=outage.code
            )
        transaction.on_commit(partial(tasks.wake_publication))
    exchange.tell_dispatch_centre(outage, cause="repair", by=by, at=at)
