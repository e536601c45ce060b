"""Opening again what was shut, in a safe order, and only what nobody else still needs."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from network.models import NetworkRevision
from outages.choices import OUTLET_STEPS, CannotReason, Direction
from outages.models import Event, IsolationPlan, Outage, ValveOperation, lifecycle
from outages.models.events import Actor
from outages.models.locking import lock_decisions, whole
from outages.planning import holding
from outages.selectors.shutdown import steps
from outages.selectors.shutdown.working_order import reopening_order
from outages.services import exchange
from outages.services.field.step_order import Refusal, StepRefused, require_accepted_order
from outages.services.rules.crew_rights import may_act_for
from outages.services.rules.reasons import required_reason
from outages.services.shutdown import in_force
from outages.workflow import OutageStatus, PlanStatus, Refused, StepStatus


@dataclass(frozen=True)
class HandedOver:
    """A valve that stays shut because another open outage needs it; that one reopens it."""

    valve: str
    outage: Outage


@dataclass(frozen=True)
class Reopening:
    """The steps of the reopening, in order, and the valves handed over."""

    plan: IsolationPlan
    steps: tuple[ValveOperation, ...]
    handed_over: tuple[HandedOver, ...]


class RepairNotDone(Refused):
    """Reopening needs the repair recorded first (work.complete_repair, outages.record_repair)."""

    codes = ("repair_not_done",)


@whole
def plan_reopening(outage: Outage, *, by: Actor, at: datetime) -> Reopening:
    """Make the steps of the reopening: let air out, refill slowly, flush, open the rest.

    The rules are those of `network.topology.order`. What was opened to feed is shut again last,
    unless another open outage feeds by it. A valve that another open outage still needs gets a
    step `left_closed` naming that outage, which then owns its reopening. The outage is `restoring`
    from here on.
    Raises RepairNotDone, TransitionRefused.
    """
    lock_decisions()
    outage = lifecycle.lock_outage(outage)
    if outage.repaired_at is None:
        raise RepairNotDone(outage=outage.code)
    lifecycle.move_outage(outage, OutageStatus.RESTORING, by=by, at=at)
    found = lifecycle.plan_in_force(outage)
    assert found is not None, "an outage in effect has a plan in force"
    plan = lifecycle.lock_plan(found)
    lifecycle.move_plan(plan, PlanStatus.REOPENING, by=by, at=at)
    held = {hold.valve: hold for hold in holding.others_holding(outage, at=at)}
    opening = _steps(plan, at=at, held=held)
    in_force.void_pending(plan, by=by, at=at)
    in_force.drop_proposals(outage, by=by, at=at, reason=f"{outage} is reopening")
    ValveOperation.objects.bulk_create(opening)
    handed_over = _hand_over(opening, held, by=by, at=at)
    Event.objects.append(
        plan,
        "reopening_planned",
        by=by,
        at=at,
        valves=[step.valve for step in opening if step.direction not in OUTLET_STEPS],
        outlets=[step.valve for step in opening if step.direction in OUTLET_STEPS],
        handed_over={each.valve: each.outage.code for each in handed_over},
    )
    in_force.finish_reopening(plan, by=by, at=at)
    exchange.tell_dispatch_centre(outage, cause="status", by=by, at=at)
    return Reopening(plan, tuple(opening), handed_over)


def leave_closed(
    operation: ValveOperation, *, reason: str, by: Actor, at: datetime
) -> ValveOperation:
    """Leave one valve as it is on purpose, with a reason, instead of turning it back.

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
        if step.direction not in _TURNED_BACK or plan.status != PlanStatus.REOPENING:
            raise StepRefused(Refusal.NOT_YET_REOPENING, current=plan, valve=step.valve)
        if step.status not in (StepStatus.PENDING, StepStatus.FAILED):
            raise StepRefused(Refusal.STEP_DECIDED, current=plan, valve=step.valve)
        was, step.status = step.status, StepStatus.LEFT_CLOSED  # as it is: one fed by stays open
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


_TURNED_BACK = (Direction.OPEN, Direction.SHUT)


def _steps(
    plan: IsolationPlan, *, at: datetime, held: dict[str, holding.Hold]
) -> list[ValveOperation]:
    """Return the steps that take back what was turned, in order, not yet stored."""
    others_feed = {feed.valve for feed in holding.others_feeding(plan.outage, at=at)}
    turned = {
        step.valve: step
        for step in plan.operations.filter(direction=Direction.CLOSE).order_by("sequence")
        if (step.status == StepStatus.DONE or step.cannot_reason == CannotReason.PASSES_WATER)
        and not _stays_shut(step, others_feed)
    }
    fed = plan.operations.filter(direction=Direction.FEED, status=StepStatus.DONE)
    feeding = {step.valve: step for step in fed if step.valve not in others_feed | turned.keys()}
    order = reopening_order(plan, turned, feed=feeding, held=held.keys())
    revision = NetworkRevision.objects.filter(number=plan.revision_number).first()
    outlets = steps.outlet_rows(revision, order.steps) if revision else {}
    made = []
    for sequence, each in enumerate(order.steps, start=1):
        if each.action in OUTLET_STEPS:
            step = steps.outlet_step(each, outlets.get((each.kind, each.asset)), sequence)
            step.plan = plan
        else:
            done = turned.get(each.asset) or feeding[each.asset]
            step = steps.opposite_step(done, Direction(each.action), sequence)
            step.facts["refill"] = each.slow
        step.facts["order"] = steps.order_facts(each)
        made.append(step)
    return made


def _stays_shut(closed: ValveOperation, others_feed: set[str]) -> bool:
    """Whether a valve is normally closed and was shut again: nobody feeds by it any more."""
    return "fed_by" in closed.facts and closed.valve not in others_feed


def _hand_over(
    opening: list[ValveOperation],
    held: dict[str, holding.Hold],
    *,
    by: Actor,
    at: datetime,
) -> tuple[HandedOver, ...]:
    handed_over = []
    for step in opening:
        if step.direction == Direction.OPEN and (hold := held.get(step.valve)):
            in_force.hand_over(step, hold.outage, by=by, at=at)
            handed_over.append(HandedOver(step.valve, hold.outage))
    return tuple(handed_over)
