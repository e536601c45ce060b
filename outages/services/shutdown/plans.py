"""From a report to a plan in force: propose, compare, adjust, approve, adopt, abort."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from outages import planning
from outages.choices import Cause, NoticeKind
from outages.models import (
    BurstReport,
    Crew,
    Event,
    IsolationPlan,
    Outage,
    OutageNotice,
    RestorationEstimate,
    WorkOrder,
    lifecycle,
)
from outages.models.events import Actor
from outages.models.locking import lock_decisions, whole
from outages.planning import PlanningRefused, WhatIf
from outages.services import duties, exchange, orders
from outages.services.papers import handing_over, sheets
from outages.services.publishing import notices
from outages.services.rules import clocks
from outages.services.rules.codes import next_code
from outages.services.rules.estimates import require_estimate
from outages.services.rules.reasons import ReasonMissing, required_reason
from outages.services.shutdown import in_force
from outages.services.shutdown.in_force import (
    NotIsolating,
    PlanSuperseded,
    StalePlan,
    compare_plans,
)
from outages.workflow import (
    PLAN_TRANSITIONS,
    REPORT_TRANSITIONS,
    OutageKind,
    OutageStatus,
    PlanStatus,
    Refused,
    ReportStatus,
    TransitionRefused,
    require,
)

__all__ = [
    "Approval",
    "NotIsolating",
    "NotOpened",
    "PlanSuperseded",
    "PlanningRefused",
    "ReasonMissing",
    "StalePlan",
    "WhatIf",
    "abort_plan",
    "adjust_plan",
    "adopt_plan",
    "approve_plan",
    "compare_plans",
    "propose_plan",
]


class NotOpened(Refused):
    """Valves that cannot be opened to feed somebody; see `planning.feeding` for the rules."""

    codes = ("not_opened",)


@dataclass(frozen=True)
class Approval:
    """What an approval made. `notice` is None where it was withheld (see the events)."""

    plan: IsolationPlan
    outage: Outage
    order: WorkOrder | None
    notice: OutageNotice | None


def propose_plan(
    *,
    by: Actor,
    at: datetime,
    report: BurstReport | None = None,
    outage: Outage | None = None,
    pipes: Sequence[str] = (),
    what_if: WhatIf | None = None,
) -> IsolationPlan:
    """Compute and store a proposed plan for a report, or for an outage and its work pipes.

    Give either `report`, or `outage` with `pipes` (which may be left out from the second version
    on). Asking the same question of the same network state returns the plan already there.
    Raises planning.PlanningRefused (no pipe, no network).
    """
    return planning.plan_isolation(
        by=by, at=at, report=report, outage=outage, pipes=pipes, what_if=what_if
    )


def adjust_plan(
    plan: IsolationPlan, *, what_if: WhatIf, reason: str, by: Actor, at: datetime
) -> IsolationPlan:
    """Compute again with `what_if` (the whole list, not an addition) as the plan's next version.

    The automatic answer stays beside it (`automatic`). A plan that is not yet approved is
    superseded at once; one in force stays so until `adopt_plan`.
    Raises ReasonMissing, PlanSuperseded, NotOpened, planning.PlanningRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        # Outage, report, plan: everybody locks in this order.
        if plan.outage is not None:
            lifecycle.lock_outage(plan.outage)
        if plan.report is not None:
            lifecycle.lock_report(plan.report)
        plan = lifecycle.lock_plan(plan)
        newer = getattr(plan, "replaced_by", None)
        is_over = plan.status in _OVER and not in_force.is_broken_off(plan)
        if is_over or (newer and newer.status != PlanStatus.ABORTED):
            raise PlanSuperseded(plan, in_force.newest_of(plan))
        changed = planning.plan_again(plan, by=by, at=at, reason=why, what_if=what_if)
        if refused := set(what_if.opened).difference(changed.what_if.get("opened", ())):
            raise NotOpened(valves=", ".join(sorted(refused)))
        return changed


_OVER = (PlanStatus.SUPERSEDED, PlanStatus.ABORTED, PlanStatus.REOPENING, PlanStatus.REOPENED)


def approve_plan(
    plan: IsolationPlan,
    *,
    by: Actor,
    at: datetime,
    estimated_restoration_at: datetime,
    crew: Crew | None = None,
    cause: Cause | str = Cause.BURST,
    place: str = "",
    place_en: str = "",
    reason: str = "",
    on_trunk_road: bool | None = None,
) -> Approval:
    """Put a report's plan in force: the outage, the order to `crew` and the first notice follow.

    One transaction. `place` is the public's word for where it is; left blank it is the street of
    the burst pipe. `reason` is needed only for a plan that does not isolate. With `on_trunk_road`
    answered the sheet goes to the call centre at once; without it, the sheet stays a duty.
    For an outage that already has a plan in force use `adopt_plan`; for a planned outage
    `outages.confirm_impact`.
    Raises StalePlan, PlanSuperseded, NotIsolating, EstimateRefused, TransitionRefused (the report
    was answered, merged or marked invalid meanwhile).
    """

    def approve(plan: IsolationPlan) -> Approval:
        report = plan.report
        assert report is not None, "an outage's plan is taken by confirm_impact or adopt_plan"
        if report.outage is not None:
            raise PlanSuperseded(plan, lifecycle.plan_in_force(report.outage) or plan)
        # A department may have been ordered there already; its order then becomes the crew's.
        if report.status != ReportStatus.ORDER_ISSUED:
            require(REPORT_TRANSITIONS, str(report), report.status, ReportStatus.ORDER_ISSUED)
        require_estimate(estimated_restoration_at, at=at)
        outage = _open_outage(
            report,
            by=by,
            at=at,
            cause=cause,
            place=place or _place_of(report, "street"),
            place_en=place_en or _place_of(report, "street_en"),
        )
        _estimate(outage, estimated_restoration_at, by=by, at=at)
        lifecycle.move_outage(outage, OutageStatus.IMPACT_CONFIRMED, by=by, at=at, reason=reason)
        in_force.put_in_force(plan, outage, by=by, at=at)
        _join(report, outage)
        clocks.outage_opened(outage, at=at)
        lifecycle.change_outage(outage, handed_over_at=at, on_trunk_road=on_trunk_road)
        duties.refresh(outage, by=by, at=at)
        if on_trunk_road is not None and not sheets.draft_sheet(outage).missing:
            sheets.write_sheet(outage, by=by, at=at)
        order = orders.issue_order(outage, crew=crew, by=by, at=at) if crew else None
        notice = notices.announce(outage, kind=NoticeKind.FIRST, by=by, at=at)
        exchange.tell_dispatch_centre(outage, cause="opened", by=by, at=at)
        outage.refresh_from_db()
        return Approval(plan, outage, order, notice)

    return in_force.decided(plan, by=by, at=at, reason=reason, then=approve)


def adopt_plan(plan: IsolationPlan, *, by: Actor, at: datetime, reason: str = "") -> Approval:
    """Replace the outage's plan in force by this newer version of it.

    Steps done are carried over as done, the old plan's pending steps become void, and valves that
    are shut but no longer needed stay held until the reopening. A notice follows, and a correction
    to those who were told and are spared now.
    Raises StalePlan, PlanSuperseded, NotIsolating, TransitionRefused (no plan in force to replace).
    """

    def adopt(plan: IsolationPlan) -> Approval:
        outage = lifecycle.lock_outage(plan.outage) if plan.outage else None
        old = lifecycle.plan_in_force(outage) if outage else None
        if outage is None or old is None:
            allowed = PLAN_TRANSITIONS[PlanStatus(plan.status)] - {PlanStatus.APPROVED}
            raise TransitionRefused(str(plan), plan.status, "adopted", allowed)
        old = lifecycle.lock_plan(old)
        silent = compare_plans(old, plan).is_silent_for_customers
        in_force.replace(old, plan, outage, by=by, at=at, reason=reason)
        handing_over.follow_plan(outage, by=by, at=at, reason="new_plan")
        notice = None if silent else _tell(outage, by=by, at=at, reason=reason)
        exchange.tell_dispatch_centre(outage, cause="plan", by=by, at=at)
        outage.refresh_from_db()
        return Approval(plan, outage, orders.open_order(outage), notice)

    return in_force.decided(plan, by=by, at=at, reason=reason, then=adopt)


def _tell(outage: Outage, *, by: Actor, at: datetime, reason: str) -> OutageNotice | None:
    """Update those who were told; where nobody was (nobody was dry), this is the first notice."""
    if outage.published_at is None and outage.kind == OutageKind.PLANNED:
        return None
    if outage.published_at is None:
        return notices.announce(outage, kind=NoticeKind.FIRST, by=by, at=at, reason=reason)
    update = notices.announce(outage, kind=NoticeKind.UPDATE, by=by, at=at, reason=reason)
    notices.tell_spared(outage, by=by, at=at, reason=reason)
    return update


@whole
def abort_plan(plan: IsolationPlan, *, reason: str, by: Actor, at: datetime) -> IsolationPlan:
    """Give up a plan that nobody has decided on. Raises ReasonMissing, PlanSuperseded.

    One that is in force is not given up by itself: its outage is called off.
    """
    why = required_reason(reason)
    lock_decisions()
    plan = planning.make_steps(lifecycle.lock_plan(plan), by=by, at=at)
    in_force.require_undecided(plan)
    lifecycle.move_plan(plan, PlanStatus.ABORTED, by=by, at=at, reason=why)
    in_force.void_pending(plan, by=by, at=at)
    return plan


def _open_outage(
    report: BurstReport,
    *,
    by: Actor,
    at: datetime,
    cause: Cause | str,
    place: str,
    place_en: str,
) -> Outage:
    outage = Outage.objects.create(
        code=next_code(Outage, "code", prefix="", at=at),
        kind=OutageKind.UNPLANNED,
        cause=cause,
        created_at=at,
        created_by=by,
        place=place,
        place_en=place_en,
    )
    Event.objects.append(
        outage, "outage_opened", by=by, at=at, new=OutageStatus.DRAFT, from_report=report.pk
    )
    return outage


def _place_of(report: BurstReport, street: str) -> str:
    """Return a place that the public may read: the street, never a caller's house number."""
    return str(report.pipe_facts.get(street) or "")


def _estimate(outage: Outage, back_at: datetime, *, by: Actor, at: datetime) -> None:
    RestorationEstimate.objects.create(
        outage=outage, at=at, by=by, estimated_restoration_at=back_at
    )
    lifecycle.change_outage(outage, estimated_restoration_at=back_at)


def _join(report: BurstReport, outage: Outage) -> None:
    """Tie the report and its duplicates to the outage."""
    BurstReport.objects.filter(pk=report.pk).update(outage=outage)
    BurstReport.objects.filter(duplicate_of=report).update(outage=outage)
