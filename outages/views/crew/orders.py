"""Which orders a crew sees, and where its work on one of them stands."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from outages import selectors
from outages.choices import REOPENING, SHUTDOWN
from outages.impact import PlanDifference
from outages.models import BurstReport, IsolationPlan, ValveOperation, WorkOrder
from outages.services.shutdown import acknowledgements, plans
from outages.views.crew.steps import StepView, step_views
from outages.workflow import (
    NOT_ACCEPTED,
    OPEN_WORK_ORDERS,
    OutageStatus,
    PlanStatus,
    StepStatus,
    WorkOrderStatus,
)

# The milestone that may be told next, by where the order stands: code of the service.
NEXT_MILESTONE = {
    WorkOrderStatus.ISSUED: "accept",
    WorkOrderStatus.NOTIFIED: "accept",
    WorkOrderStatus.ACCEPTED: "set_out",
    WorkOrderStatus.EN_ROUTE: "arrive",
    WorkOrderStatus.ON_SITE: "start",
}
RESULT_IN = frozenset(
    {
        WorkOrderStatus.RESULT_ENTERED,
        WorkOrderStatus.FED_BACK,
        WorkOrderStatus.CALLBACK,
        WorkOrderStatus.ARCHIVED,
        WorkOrderStatus.VOID,
    }
)


def crew_code_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """Return the code of the crew that somebody belongs to, "" for none."""
    return str(getattr(user, "crew_code", None) or "")


def sees_every_order(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody without a crew may look at the orders of all (the administrator)."""
    return not crew_code_of(user) and user.has_perm("outages.view_outages")  # type: ignore[union-attr]


def orders_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[WorkOrder]:
    """Return the open orders that somebody may see, newest first."""
    if sees_every_order(user):
        orders = WorkOrder.objects.filter(status__in=OPEN_WORK_ORDERS)
        return orders.select_related("outage", "crew", "report", "category").order_by(
            "-issued_at", "-pk"
        )
    return selectors.crew_orders(crew_code=crew_code_of(user))


def order_or_404(request: HttpRequest, number: str) -> WorkOrder:
    """Return one order; another crew's is simply not there."""
    orders = WorkOrder.objects.select_related(
        "outage", "crew", "issued_by", "report", "category", "department"
    )
    if not sees_every_order(request.user):
        orders = orders.filter(crew__code=crew_code_of(request.user), crew__code__gt="")
    order = orders.filter(number=number).first()
    if order is None:
        raise Http404
    return order


@dataclass
class Situation:
    """What the crew needs to know of one order. `phase` decides what fills the screen.

    accept, go (an order that shuts nothing), close, stuck (a valve cannot be closed, the dispatcher
    decides), repair, wait (for the reopening), open, opened (the dispatcher confirms), halted (the
    leak is back, the dispatcher decides what to shut), result, over, none (no plan).
    """

    order: WorkOrder
    plan: IsolationPlan | None
    report: BurstReport | None
    phase: str
    steps: list[StepView]
    current: StepView | None
    milestone: str
    superseded: IsolationPlan | None = None
    proposal: IsolationPlan | None = None
    difference: PlanDifference | None = None
    failed: list[StepView] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many valves are turned, or left as they are with a reason."""
        decided = (StepStatus.DONE, StepStatus.LEFT_CLOSED)
        return sum(step.status in decided for step in self.valve_steps)

    @property
    def valve_steps(self) -> list[StepView]:
        """The steps that turn a valve."""
        return [step for step in self.steps if not step.at_outlet]

    @property
    def left(self) -> int:
        """How many valves are still to be turned."""
        return len(self.valve_steps) - self.done

    @property
    def answers_open(self) -> bool:
        """Whether steps may be answered now; what is done beside the valves may come later."""
        if self.phase in ("repair", "wait", "opened"):
            return any(step.is_pending for step in self.steps)
        return self.phase in ("close", "stuck", "open")

    @property
    def repairs_beside_steps(self) -> bool:
        """Whether something is left to do at an outlet or a feeding valve before the digging."""
        return self.phase == "repair" and self.current is not None

    @property
    def leak_may_be_back(self) -> bool:
        """Whether a repair is recorded that may prove not to hold."""
        return self.phase in ("wait", "open", "opened")

    @property
    def leave_shut(self) -> list[str]:
        """Valves on the border that were shut before, and stay so."""
        return selectors.leave_shut(self.plan) if self.plan else []

    @property
    def due_at(self) -> datetime | None:
        """Return by when the closing should be over, as estimated at the approval."""
        plan = self.plan
        if plan is None or plan.approved_at is None or not plan.closing_minutes:
            return None
        return plan.approved_at + timedelta(minutes=plan.closing_minutes)


def situation(order: WorkOrder, *, crew_code: str, chosen: int | None = None) -> Situation:
    """Read where an order stands. `chosen` is the step that the crew wants to do first."""
    plan = _plan_of(order)
    operations = list(selectors.plan_steps(plan)) if plan else []
    opening = plan is not None and plan.status in (PlanStatus.REOPENING, PlanStatus.REOPENED)
    steps = step_views(operations, REOPENING if opening else SHUTDOWN)
    phase = _phase(order, plan, steps)
    found = Situation(
        order=order,
        plan=plan,
        report=_report_of(order),
        phase=phase,
        steps=[] if phase == "halted" else steps,
        current=None,
        milestone=NEXT_MILESTONE.get(WorkOrderStatus(order.status), ""),
        failed=[s for s in steps if s.status == StepStatus.FAILED and not s.at_outlet],
    )
    if plan and crew_code and not opening:
        found.superseded = _unread_change(order, plan, crew_code)
    if found.failed and not opening and plan:
        _add_proposal(found, plan)
    found.current = _current(found, chosen)
    return found


def _report_of(order: WorkOrder) -> BurstReport | None:
    if order.outage is None:
        return order.report
    return order.outage.reports.filter(duplicate_of=None).order_by("received_at").first()


def _plan_of(order: WorkOrder) -> IsolationPlan | None:
    outage = order.outage
    if outage is None:
        return None
    if plan := selectors.plan_in_force(outage):
        return plan
    reopened = outage.plans.filter(status=PlanStatus.REOPENED)
    return reopened.order_by("-version").first()


def _phase(order: WorkOrder, plan: IsolationPlan | None, steps: list[StepView]) -> str:
    outage = order.outage
    if order.status in RESULT_IN:
        return "over"
    if outage is None:
        return _phase_alone(order)
    if outage.status in (OutageStatus.RESTORED, OutageStatus.CLOSED):
        return "result"
    if order.status in NOT_ACCEPTED:
        return "accept"
    if plan is None:
        return "none"
    if plan.status == PlanStatus.REOPENING:
        return "open" if outage.status == OutageStatus.RESTORING else "halted"
    if plan.status == PlanStatus.REOPENED:
        return "opened"
    if any(step.status == StepStatus.FAILED and not step.at_outlet for step in steps):
        return "stuck"
    if plan.status == PlanStatus.ALL_CLOSED:
        return "repair" if order.repaired_at is None else "wait"
    return "close"


def _phase_alone(order: WorkOrder) -> str:
    """Where an order stands that shuts nothing: taken, under way, then its result."""
    if order.status in NOT_ACCEPTED:
        return "accept"
    return "result" if order.status == WorkOrderStatus.IN_PROGRESS else "go"


def _unread_change(order: WorkOrder, plan: IsolationPlan, crew: str) -> IsolationPlan | None:
    """Return the plan that the crew was working on, if it has not read the one in force."""
    since = order.accepted_at
    if since is None or (plan.approved_at and plan.approved_at <= since):
        return None
    assert order.outage is not None, "a plan is an outage's"
    older = order.outage.plans.filter(
        status=PlanStatus.SUPERSEDED, approved_at__isnull=False, version__lt=plan.version
    )
    before = older.order_by("-version").first()
    if before is None or acknowledgements.is_acknowledged(plan, crew=crew):
        return None
    return before


def _add_proposal(found: Situation, plan: IsolationPlan) -> None:
    """Find what is proposed instead of a plan whose valve cannot be closed."""
    assert found.order.outage is not None, "a plan is an outage's"
    proposal = (
        found.order.outage.plans.filter(
            status__in=[PlanStatus.COMPUTED, PlanStatus.ADJUSTED], version__gt=plan.version
        )
        .order_by("-version")
        .first()
    )
    if proposal is not None:
        found.proposal = proposal
        found.difference = plans.compare_plans(plan, proposal)


def _current(found: Situation, chosen: int | None) -> StepView | None:
    if not found.answers_open or found.superseded:
        return None
    waiting = [step for step in found.steps if step.is_pending and not is_too_early(found, step)]
    if found.difference:
        # Only valves that the proposal still needs are worth closing now.
        dropped = set(found.difference.valves_removed)
        waiting = [step for step in waiting if step.valve not in dropped]
    return next((s for s in waiting if s.id == chosen), waiting[0] if waiting else None)


def is_too_early(found: Situation, step: StepView) -> bool:
    """Whether other valves come before this one: see `StepView.waits_for`."""
    return any(
        other.action == step.waits_for and other.is_pending
        for other in found.steps
        if step.waits_for
    )


@dataclass(frozen=True)
class Change:
    """One row of what changed from the plan before: kind is removed, added, moved or kept."""

    kind: str
    step: StepView
    was: int | None = None


def changes(before: IsolationPlan, after: list[StepView]) -> tuple[list[Change], list[StepView]]:
    """Return what changed, in the order to work it off, and what is done and counts as before."""
    old = _close_steps(before)
    old_numbers = {(o.direction, o.valve): n for n, o in enumerate(old, start=1)}
    new_valves = {(step.action, step.valve) for step in after}
    rows = [
        Change("removed", view)
        for view in step_views(_as_pending(old), SHUTDOWN)
        if (view.action, view.valve) not in new_valves
    ]
    kept = [step for step in after if step.status == StepStatus.DONE]
    for step in after:
        if step.status == StepStatus.DONE:
            continue
        was = old_numbers.get((step.action, step.valve))
        if was is None:
            rows.append(Change("added", step))
        else:
            rows.append(Change("same" if was == step.number else "moved", step, was))
    return rows, kept


def _close_steps(plan: IsolationPlan) -> list[ValveOperation]:
    return [o for o in selectors.plan_steps(plan) if o.direction in SHUTDOWN]


def _as_pending(operations: list[ValveOperation]) -> list[ValveOperation]:
    """Show void steps of a replaced plan as the steps that they were; nothing is saved."""
    for operation in operations:
        if operation.status == StepStatus.VOID:
            operation.status = StepStatus.PENDING
    return operations
