"""The board: everything open, how old it is, what comes next and by when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from outages.models import (
    BurstReport,
    Deadline,
    IsolationPlan,
    Outage,
    ValveOperation,
    WorkOrder,
)
from outages.selectors.desk.waiting import waiting_reports
from outages.selectors.rules.deadlines import open_deadlines
from outages.selectors.shutdown.plans import steps_done
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_OUTAGES,
    OPEN_WORK_ORDERS,
    OutageKind,
    OutageStatus,
    PlanStatus,
    WorkOrderStatus,
)

_PLANNED_STEPS = {
    OutageStatus.DRAFT: "plan",
    OutageStatus.IMPACT_CONFIRMED: "make_ready",
    OutageStatus.AWAITING_LEADER: "make_ready",
    OutageStatus.AWAITING_PERMIT: "make_ready",
    OutageStatus.READY: "publish",
    OutageStatus.PUBLISHED: "start",
}
_UNDECIDED = (PlanStatus.COMPUTED, PlanStatus.ADJUSTED)
# Steps towards the time that the public was told; the others have only the policy's limits.
TOWARDS_ESTIMATE = frozenset(
    {"issue_order", "adopt", "close_valves", "repair", "plan_reopening", "open_valves", "restore"}
)


@dataclass(frozen=True)
class BoardRow:
    """One open outage or waiting report on the board. `next_step` is a code, worded by `views`.

    `plan` is the one in force, `proposal` one that waits for a decision. `deadlines` are the
    limits that run, the next to end first. `deadline_at` is what comes first of those, of the time
    that the public was told and of the start of planned works; None where nothing is due.
    `deadline` is the limit that ends then, None where it is one of the others.
    """

    report: BurstReport | None
    outage: Outage | None
    plan: IsolationPlan | None
    proposal: IsolationPlan | None
    order: WorkOrder | None
    age: timedelta
    next_step: str
    deadline_at: datetime | None
    deadline: Deadline | None
    deadlines: tuple[Deadline, ...]
    steps_done: int
    steps_total: int
    is_late: bool


def open_board(*, at: datetime) -> list[BoardRow]:
    """Open outages and reports without one, most urgent first. Seven queries, however many rows."""
    outages = list(
        Outage.objects.filter(status__in=[*OPEN_OUTAGES, OutageStatus.RESTORED]).prefetch_related(
            Prefetch(
                "work_orders",
                WorkOrder.objects.filter(status__in=OPEN_WORK_ORDERS)
                .select_related("crew")
                .order_by("-issued_at", "-pk"),
            ),
            "reports",
        )
    )
    waiting = list(waiting_reports())
    plans = _plans(outages, waiting)
    clocks = _Clocks(at)
    rows = [_outage_row(outage, plans, clocks, at) for outage in outages]
    rows += [_report_row(report, plans, clocks, at) for report in waiting]
    return sorted(rows, key=_urgency)


class _Clocks:
    """The limits that run, by outage and by report, the next to end first."""

    def __init__(self, at: datetime) -> None:
        self.of_outage: dict[int, list[Deadline]] = {}
        self.of_report: dict[int, list[Deadline]] = {}
        for deadline in open_deadlines(at=at).select_related(None):
            if deadline.outage_id:
                self.of_outage.setdefault(deadline.outage_id, []).append(deadline)
            elif deadline.report_id:
                self.of_report.setdefault(deadline.report_id, []).append(deadline)


class _Plans:
    """Plans with their steps, by outage and by report."""

    def __init__(self, plans: list[IsolationPlan]) -> None:
        self.in_force = {p.outage_id: p for p in plans if p.status in HOLDING_PLANS}
        self.proposed: dict[int, IsolationPlan] = {}
        self.reopened = {p.outage_id: p for p in plans if p.status == PlanStatus.REOPENED}
        self.of_report: dict[int, IsolationPlan] = {}
        for plan in plans:
            if plan.status in _UNDECIDED:
                if plan.outage_id:
                    self.proposed[plan.outage_id] = plan
                elif plan.report_id:
                    self.of_report[plan.report_id] = plan


def _plans(outages: list[Outage], waiting: list[BurstReport]) -> _Plans:
    wanted = IsolationPlan.objects.filter(
        outage__in=outages, status__in=[*HOLDING_PLANS, *_UNDECIDED, PlanStatus.REOPENED]
    ) | IsolationPlan.objects.filter(report__in=waiting, status__in=_UNDECIDED)
    light = wanted.defer("basis", "answer", "automatic", "zone_area", "unintended_area")
    steps = Prefetch("operations", ValveOperation.objects.defer("facts"))
    return _Plans(list(light.order_by("version").prefetch_related(steps)))


def _outage_row(outage: Outage, plans: _Plans, clocks: _Clocks, at: datetime) -> BoardRow:
    plan = plans.in_force.get(outage.pk) or plans.reopened.get(outage.pk)
    proposal = plans.proposed.get(outage.pk)
    order = next(iter(outage.work_orders.all()), None)
    done, total = steps_done(list(plan.operations.all())) if plan else (0, 0)
    step = _next_step(outage, plan, proposal, order)
    running = tuple(clocks.of_outage.get(outage.pk, ()))
    due_at = _due_at(outage, step, running)
    return BoardRow(
        # The case is called after the report that opened it, not after one merged into it.
        report=next((each for each in outage.reports.all() if not each.duplicate_of_id), None),
        outage=outage,
        plan=plan,
        proposal=proposal,
        order=order,
        age=at - outage.created_at,
        next_step=step,
        deadline_at=due_at,
        deadline=running[0] if running and running[0].due_at == due_at else None,
        deadlines=running,
        steps_done=done,
        steps_total=total,
        is_late=due_at is not None and due_at < at,
    )


def _next_step(
    outage: Outage,
    plan: IsolationPlan | None,
    proposal: IsolationPlan | None,
    order: WorkOrder | None,
) -> str:
    if outage.status == OutageStatus.RESTORED:
        return "close"
    if outage.kind == OutageKind.PLANNED and outage.status in _PLANNED_STEPS:
        step = _PLANNED_STEPS[OutageStatus(outage.status)]
        return "confirm_impact" if step == "plan" and proposal else step
    if proposal:
        return "adopt"
    if plan and plan.status == PlanStatus.REOPENED:
        return "restore"
    if plan and plan.status == PlanStatus.REOPENING:
        # Broken off, and no plan could be made by itself.
        return "open_valves" if outage.status == OutageStatus.RESTORING else "plan"
    if outage.published_at and not (outage.estimated_restoration_at or outage.planned_end_at):
        return "say_anew"
    return _crew_step(outage, plan, order)


def _crew_step(outage: Outage, plan: IsolationPlan | None, order: WorkOrder | None) -> str:
    if outage.repaired_at:
        return "plan_reopening"
    if order is None:
        return "issue_order"
    if order.status == WorkOrderStatus.ISSUED:
        return "notify_crew"
    if order.status == WorkOrderStatus.NOTIFIED:
        return "accept"
    return "repair" if plan and plan.status == PlanStatus.ALL_CLOSED else "close_valves"


def _due_at(outage: Outage, step: str, running: tuple[Deadline, ...]) -> datetime | None:
    """Return what comes first: a limit, the start of planned works, or the time that was told."""
    due = [deadline.due_at for deadline in running]
    if step == "start" and outage.planned_start_at:
        due.append(outage.planned_start_at)
    if step in TOWARDS_ESTIMATE and outage.estimated_restoration_at:
        due.append(outage.estimated_restoration_at)
    return min(due, default=None)


def _report_row(report: BurstReport, plans: _Plans, clocks: _Clocks, at: datetime) -> BoardRow:
    proposal = plans.of_report.get(report.pk)
    running = tuple(clocks.of_report.get(report.pk, ()))
    due_at = running[0].due_at if running else None
    total = _steps_of_proposal(proposal) if proposal else 0
    return BoardRow(
        report=report,
        outage=None,
        plan=None,
        proposal=proposal,
        order=None,
        age=at - report.received_at,
        next_step="approve" if proposal else ("plan" if report.pipe else "place"),
        deadline_at=due_at,
        deadline=running[0] if running else None,
        deadlines=running,
        steps_done=0,
        steps_total=total,
        is_late=due_at is not None and due_at < at,
    )


def _steps_of_proposal(proposal: IsolationPlan) -> int:
    if proposal.steps_to_make is not None:  # stored a moment ago
        return len(proposal.steps_to_make["close"])
    _done, total = steps_done(list(proposal.operations.all()))
    return total


def _urgency(row: BoardRow) -> tuple[float, int, int]:
    due = row.deadline_at.timestamp() if row.deadline_at else float("inf")
    return (due, row.report.priority if row.report else 3, row.outage.pk if row.outage else 0)
