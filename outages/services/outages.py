"""The outage's own life: planned ones, estimates, repair, restored, closed, cancelled."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from outages import planning
from outages.choices import Cause, Direction, NoticeKind, Supply, Works
from outages.models import (
    Event,
    IsolationPlan,
    Outage,
    RestorationEstimate,
    lifecycle,
)
from outages.models.events import Actor
from outages.models.locking import lock_decisions, whole
from outages.planning import PlanningRefused
from outages.policy.matrix import Gate
from outages.services import duties, exchange, orders
from outages.services.codes import next_code
from outages.services.estimates import require_estimate
from outages.services.papers import handing_over
from outages.services.publishing import notices
from outages.services.rules import clocks
from outages.services.rules.reasons import required_reason
from outages.services.shutdown import in_force
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_OUTAGES,
    OPEN_WORK_ORDERS,
    WORK_ORDER_TRANSITIONS,
    OutageKind,
    OutageStatus,
    PlanStatus,
    Refused,
    StepStatus,
    TransitionRefused,
    WorkOrderStatus,
    outage_transitions,
    require,
)

# Planned works that may still be moved to another time.
NOT_BEGUN = frozenset(
    {
        OutageStatus.DRAFT,
        OutageStatus.IMPACT_CONFIRMED,
        OutageStatus.AWAITING_LEADER,
        OutageStatus.AWAITING_PERMIT,
        OutageStatus.READY,
        OutageStatus.PUBLISHED,
    }
)


class NotPublished(Refused):
    """A planned outage begins only after its notice is out (notices.publish_notice)."""

    codes = ("not_published",)


class RestoreRefused(Refused):
    """Valves of the plan are still shut without a reason; `valves` names them."""

    codes = ("valves_still_shut",)

    def __init__(self, outage: Outage, valves: Sequence[str]) -> None:
        self.outage, self.valves = outage, tuple(valves)
        super().__init__(outage=outage.code, valves=", ".join(self.valves))


class WindowRefused(Refused):
    """A planned outage ends after it begins, and is not over yet."""

    codes = ("window_ends_first", "window_over")


class EditedMeanwhile(Refused):
    """Somebody else changed the outage since it was read: load it again and compare."""

    codes = ("edited_meanwhile",)


class OutageOver(Refused):
    """The outage is restored, closed or cancelled."""

    codes = ("outage_over",)


def draft_planned_outage(
    *,
    place: str,
    planned_start_at: datetime,
    planned_end_at: datetime,
    by: Actor,
    at: datetime,
    place_en: str = "",
    cause: Cause | str = Cause.RENEWAL,
    works: Works | str = Works.NETWORK,
    supply: Supply | str = Supply.NO_WATER,
    remark_public: str = "",
    remark_public_en: str = "",
    on_trunk_road: bool | None = None,
) -> Outage:
    """Begin a planned outage. Next: `plans.propose_plan(outage=…, pipes=…)`, `confirm_impact`.

    `on_trunk_road` may wait until the sheet is handed over, and no longer.
    Raises WindowRefused.
    """
    _require_window(planned_start_at, planned_end_at, at=at)
    with transaction.atomic():
        outage = Outage.objects.create(
            code=next_code(Outage, "code", prefix="P", at=at),
            kind=OutageKind.PLANNED,
            works=works,
            cause=cause,
            supply=supply,
            created_at=at,
            created_by=by,
            place=place,
            place_en=place_en,
            remark_public=remark_public,
            remark_public_en=remark_public_en,
            on_trunk_road=on_trunk_road,
            planned_start_at=planned_start_at,
            planned_end_at=planned_end_at,
            estimated_restoration_at=planned_end_at,
        )
        Event.objects.append(outage, "outage_opened", by=by, at=at, new=OutageStatus.DRAFT)
        clocks.outage_planned(outage, at=at)
    return outage


def confirm_impact(
    outage: Outage, *, plan: IsolationPlan, by: Actor, at: datetime, reason: str = ""
) -> Outage:
    """Take a plan as the outage's plan and its impact as the outage's.

    A plant that has stopped is in effect with that, and everybody is told; what is planned goes
    on to its sheet. A source in the zone is what a plant's plan is about, so no reason is needed.
    Raises plans.StalePlan, plans.PlanSuperseded, plans.NotIsolating, TransitionRefused.
    """
    if outage.works == Works.PLANT:
        reason = reason or "plant"

    def confirm(plan: IsolationPlan) -> Outage:
        locked = lifecycle.lock_outage(outage)
        lifecycle.move_outage(locked, OutageStatus.IMPACT_CONFIRMED, by=by, at=at, reason=reason)
        in_force.put_in_force(plan, locked, by=by, at=at)
        if locked.kind == OutageKind.UNPLANNED:
            _begin_at_once(locked, by=by, at=at)
        else:
            handing_over.follow_plan(locked, by=by, at=at)
        return locked

    return in_force.decided(plan, by=by, at=at, reason=reason, then=confirm)


def _begin_at_once(outage: Outage, *, by: Actor, at: datetime) -> None:
    """A stop that nobody planned: the duties, the notice and the dispatch centre follow now."""
    started_at = outage.started_at or at
    if outage.status == OutageStatus.IMPACT_CONFIRMED:
        lifecycle.move_outage(outage, OutageStatus.IN_EFFECT, by=by, at=at, started_at=started_at)
    clocks.outage_opened(outage, at=at)
    lifecycle.change_outage(outage, handed_over_at=at)
    duties.refresh(outage, by=by, at=at)
    notices.announce(outage, kind=NoticeKind.FIRST, by=by, at=at)
    exchange.tell_dispatch_centre(outage, cause="opened", by=by, at=at)


def make_ready(
    outage: Outage, *, by: Actor, at: datetime, on_trunk_road: bool | None = None
) -> Outage:
    """Hand the sheet over and go as far as the gates allow; where all are open, a notice waits.

    Raises TransitionRefused, sheets.SheetRefused, notices.MissingNoticeField,
    notices.AudienceRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        require(outage_transitions(outage.kind), str(outage), outage.status, OutageStatus.READY)
        handing_over.hand_over(outage, by=by, at=at, on_trunk_road=on_trunk_road)
    outage.refresh_from_db()
    return outage


def start_outage(outage: Outage, *, by: Actor, at: datetime) -> Outage:
    """Water goes off now.

    Raises NotPublished for a planned outage without its notice out, duties.GateRefused where a
    new plan shut a gate again.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.published_at is not None:
            duties.require_open(outage, Gate.START)
        try:
            lifecycle.move_outage(outage, OutageStatus.IN_EFFECT, by=by, at=at, started_at=at)
        except TransitionRefused as refused:
            if outage.kind == OutageKind.PLANNED and outage.published_at is None:
                raise NotPublished(outage=outage.code) from refused
            raise
        exchange.tell_dispatch_centre(outage, cause="status", by=by, at=at)
    return outage


def change_estimate(
    outage: Outage,
    *,
    estimated_restoration_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    reason_en: str = "",
    expected_version: int | None = None,
) -> RestorationEstimate:
    """Say anew when water is back; the earlier estimates stay. People told before are told again.

    `expected_version` is the `lock_version` that the form was made from. `reason` is public.
    Raises EditedMeanwhile, OutageOver, ReasonMissing, EstimateRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if expected_version is not None and outage.lock_version != expected_version:
            raise EditedMeanwhile(outage=outage.code)
        if outage.status not in OPEN_OUTAGES:
            raise OutageOver(outage=outage.code)
        require_estimate(estimated_restoration_at, at=at, begins_at=outage.planned_start_at)
        was = outage.estimated_restoration_at
        estimate = RestorationEstimate.objects.create(
            outage=outage,
            at=at,
            by=by,
            estimated_restoration_at=estimated_restoration_at,
            reason=why[:200],
            reason_en=reason_en[:200],
        )
        lifecycle.change_outage(outage, estimated_restoration_at=estimated_restoration_at)
        Event.objects.append(
            outage,
            "estimate_changed",
            by=by,
            at=at,
            old=was.isoformat()[:40] if was else "",
            new=estimated_restoration_at.isoformat()[:40],
            reason=why,
        )
        notices.announce(outage, kind=NoticeKind.UPDATE, by=by, at=at, reason=why)
        exchange.tell_dispatch_centre(outage, cause="estimate", by=by, at=at)
    return estimate


def postpone_outage(
    outage: Outage,
    *,
    planned_start_at: datetime,
    planned_end_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    reason_en: str = "",
) -> Outage:
    """Move planned works that have not begun to another time; who was told is told again.

    Sheet, duties and their due times follow. `reason` is public.
    Raises WindowRefused, ReasonMissing, TransitionRefused.
    """
    why = required_reason(reason)
    _require_window(planned_start_at, planned_end_at, at=at)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.kind != OutageKind.PLANNED or outage.status not in NOT_BEGUN:
            raise TransitionRefused(str(outage), outage.status, "postponed", frozenset())
        was = outage.planned_start_at
        lifecycle.change_outage(
            outage,
            planned_start_at=planned_start_at,
            planned_end_at=planned_end_at,
            estimated_restoration_at=planned_end_at,
        )
        RestorationEstimate.objects.create(
            outage=outage,
            at=at,
            by=by,
            estimated_restoration_at=planned_end_at,
            reason=why[:200],
            reason_en=reason_en[:200],
        )
        Event.objects.append(
            outage,
            "outage_postponed",
            by=by,
            at=at,
            old=was.isoformat()[:40] if was else "",
            new=planned_start_at.isoformat()[:40],
            reason=why,
        )
        clocks.outage_moved(outage, by=by, at=at)
        handing_over.follow_plan(outage, by=by, at=at, reason="postponed")
        notices.announce(outage, kind=NoticeKind.UPDATE, by=by, at=at, reason=why)
        exchange.tell_dispatch_centre(outage, cause="estimate", by=by, at=at)
    return outage


def _require_window(start: datetime, end: datetime, *, at: datetime) -> None:
    if end <= start:
        raise WindowRefused(code="window_ends_first")
    if end <= at:
        raise WindowRefused(code="window_over")


def record_repair(outage: Outage, *, by: Actor, at: datetime, reason: str) -> Outage:
    """Record a repair that no crew's order tells of; `reason` says what was done.

    Raises ReasonMissing, OutageOver.
    """
    why = required_reason(reason)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.status not in OPEN_OUTAGES:
            raise OutageOver(outage=outage.code)
        lifecycle.change_outage(outage, repaired_at=at)
        Event.objects.append(outage, "repair_done", by=by, at=at, reason=why)
        clocks.repaired(outage, by=by, at=at)
        exchange.tell_dispatch_centre(outage, cause="repair", by=by, at=at)
    return outage


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


def cancel_outage(outage: Outage, *, reason: str, by: Actor, at: datetime) -> Outage:
    """Call off an outage that has not begun; people who were told are told so.

    Raises ReasonMissing, in_force.ValvesShut, TransitionRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        lock_decisions()
        outage = lifecycle.lock_outage(outage)
        if plan := lifecycle.plan_in_force(outage):
            plan = lifecycle.lock_plan(plan)
            in_force.require_nothing_shut(plan, at=at)
            lifecycle.move_plan(plan, PlanStatus.ABORTED, by=by, at=at, reason=why)
            in_force.void_pending(plan, by=by, at=at)
        lifecycle.move_outage(
            outage, OutageStatus.CANCELLED, by=by, at=at, reason=why, closed_at=at
        )
        in_force.drop_proposals(outage, by=by, at=at, reason=f"{outage} is over")
        for order in outage.work_orders.filter(status__in=OPEN_WORK_ORDERS):
            if WorkOrderStatus.VOID in WORK_ORDER_TRANSITIONS[WorkOrderStatus(order.status)]:
                orders.void_order(order, reason=why, by=by, at=at)
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
