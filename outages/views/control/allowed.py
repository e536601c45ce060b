"""What somebody may do with a case now: the actions that its panel offers."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from outages.choices import Works
from outages.models import BurstReport, IsolationPlan, Outage, WorkOrder
from outages.workflow import (
    OutageStatus,
    PlanStatus,
    ReportStatus,
)

User = AbstractBaseUser | AnonymousUser

UNDECIDED = frozenset({PlanStatus.COMPUTED, PlanStatus.ADJUSTED})


def report_actions(report: BurstReport, plan: IsolationPlan | None, user: User) -> frozenset[str]:
    may = user.has_perm  # type: ignore[union-attr]
    found: set[str] = set()
    if report.status == ReportStatus.RECEIVED:
        if may("outages.report_burst"):
            found |= {"answer", "invalidate", "merge", "place"}
        if may("outages.plan_isolation") and plan is None and report.pipe:
            found.add("plan")
    if may("outages.report_burst"):
        if report.status == ReportStatus.DUPLICATE:
            found.add("unmerge")
        if report.status in (ReportStatus.ANSWERED, ReportStatus.INVALID):
            found.add("reopen-report")
    if plan is not None and plan.status in UNDECIDED and not hasattr(plan, "replaced_by"):
        if may("outages.plan_isolation"):
            found |= {"edit", "abort"}
        if may("outages.approve_plan"):
            found.add("approve")
    return frozenset(found)


def outage_actions(
    outage: Outage,
    plan: IsolationPlan | None,
    proposal: IsolationPlan | None,
    order: WorkOrder | None,
    user: User,
) -> frozenset[str]:
    may = user.has_perm  # type: ignore[union-attr]
    found: set[str] = set()
    if may("outages.approve_plan"):
        found |= _directing(outage, plan, proposal, order)
    elif proposal is not None and may_confirm(outage, user):
        found.add("confirm")
    if may("outages.close_outage"):
        found |= _ending(outage, plan)
    if may("outages.plan_isolation") and (proposal or _can_change(outage, plan)):
        found.add("edit")
    return frozenset(found)


def may_confirm(outage: Outage, user: User) -> bool:
    """Whether somebody decides on this outage's plan: production does so for its own plants."""
    may = user.has_perm  # type: ignore[union-attr]
    return may("outages.approve_plan") or (
        outage.works == Works.PLANT
        and outage.status == OutageStatus.DRAFT
        and may("outages.stop_plant")
    )


def _can_change(outage: Outage, plan: IsolationPlan | None) -> bool:
    closing = {PlanStatus.APPROVED, PlanStatus.EXECUTING, PlanStatus.ALL_CLOSED}
    if plan is None or outage.repaired_at is not None:
        return False
    return plan.status in closing or _is_broken_off(outage, plan)


def _is_broken_off(outage: Outage, plan: IsolationPlan | None) -> bool:
    """Whether the leak came back in the reopening, and nobody has decided yet what to shut."""
    reopening = plan is not None and plan.status == PlanStatus.REOPENING
    return reopening and outage.status == OutageStatus.IN_EFFECT


def _time_has_come(outage: Outage) -> bool:
    """Whether the time that people were told of is there; before it nobody begins by a key."""
    starts_at = outage.planned_start_at
    return starts_at is None or starts_at <= timezone.now()


def _directing(
    outage: Outage,
    plan: IsolationPlan | None,
    proposal: IsolationPlan | None,
    order: WorkOrder | None,
) -> set[str]:
    found: set[str] = set()
    before = outage.status in (OutageStatus.DRAFT, OutageStatus.IMPACT_CONFIRMED)
    running = outage.status in (OutageStatus.IN_EFFECT, OutageStatus.RESTORING)
    if proposal is not None:
        found.add("adopt" if plan is not None else "confirm")
    if (running or before or outage.status == OutageStatus.PUBLISHED) and plan is not None:
        found.add("estimate")
        if order is None:
            found.add("order")
    if outage.kind == "planned" and outage.status == OutageStatus.IMPACT_CONFIRMED:
        found.add("ready" if outage.on_trunk_road is not None else "sheet")
    if outage.status == OutageStatus.PUBLISHED:
        found.add("start" if _time_has_come(outage) else "move")
    if outage.status == OutageStatus.IN_EFFECT and not _is_broken_off(outage, plan):
        found.add("plan-reopening" if outage.repaired_at else "repair")
    if running and outage.repaired_at:
        found.add("leak-back")
    if plan is not None and plan.status == PlanStatus.REOPENING and outage.repaired_at:
        found.add("leave-closed")
    return found


def _ending(outage: Outage, plan: IsolationPlan | None) -> set[str]:
    found: set[str] = set()
    if outage.status == OutageStatus.RESTORING and (
        plan is None or plan.status == PlanStatus.REOPENED
    ):
        found.add("restore")
    if outage.status == OutageStatus.RESTORED:
        found.add("close")
    not_begun = {
        OutageStatus.DRAFT,
        OutageStatus.IMPACT_CONFIRMED,
        OutageStatus.AWAITING_LEADER,
        OutageStatus.AWAITING_PERMIT,
        OutageStatus.READY,
        OutageStatus.PUBLISHED,
    }
    if outage.status in not_begun:
        found.add("cancel")
    return found
