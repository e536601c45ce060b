"""The right panel of the map screen: one case with its plan, and what may be done with it now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.forms import Form
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from outages import selectors
from outages.choices import REOPENING, SHUTDOWN, Direction
from outages.forms.control.outages import EstimateForm, FailedRepairForm, OrderForm, RepairForm
from outages.forms.control.plans import ApproveForm
from outages.forms.control.reports import AnswerForm, MergeForm
from outages.models import BurstReport, Event, IsolationPlan, Outage, OutageNotice, WorkOrder
from outages.policy.matrix import Due
from outages.selectors.rules import policy
from outages.services.orders import open_order
from outages.views.control import plan_facts
from outages.views.control.allowed import UNDECIDED, User, outage_actions, report_actions
from outages.views.control.stages import stages_of
from outages.views.duties.gate_chain import Link, chain_of
from outages.views.shape.banner import Banner
from outages.views.words import history
from outages.views.words.wording import (
    chip_of_outage,
    chip_of_report,
    default_place,
    outage_title,
    report_title,
)
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_OUTAGES,
    DutyStatus,
    PlanStatus,
    ReportStatus,
)


@dataclass
class PlanPart:
    """What the panel shows of one plan."""

    plan: IsolationPlan
    chip: tuple[str, str | Promise]
    impact: dict[str, Any]
    closing: list[dict[str, Any]]
    opening: list[dict[str, Any]]
    closing_minutes: int
    closing_way: str
    opening_way: str
    leave_shut: list[str]
    reasons: list[plan_facts.Reason]
    reasons_left_out: int
    key_users: list[plan_facts.KeyUser]
    key_users_left_out: int
    sources: list[str]
    is_undecided: bool
    is_in_force: bool

    @property
    def valves(self) -> list[dict[str, Any]]:
        """The rows of the valves to close: what the editor changes."""
        return [row for row in self.closing if row["direction"] == Direction.CLOSE]

    @property
    def opened(self) -> list[dict[str, Any]]:
        """The rows of the valves to open again."""
        return [row for row in self.opening if row["direction"] == Direction.OPEN]

    @property
    def left_to_flush(self) -> int:
        """How many outlets nobody has told of in the reopening."""
        beside = (Direction.VENT, Direction.FLUSH)
        return sum(r["direction"] in beside and r["status"] == "reopen" for r in self.opening)


@dataclass
class Difference:
    """Two plans side by side: only what changes."""

    before: str
    after: str
    rows: list[dict[str, Any]]


@dataclass
class Panel:
    """One case. `part` is the plan shown; `proposal` waits beside the plan in force."""

    key: str
    url: str
    code: str
    title: str
    chip: tuple[str, str | Promise]
    stages: list[dict[str, str]]
    report: BurstReport | None = None
    outage: Outage | None = None
    part: PlanPart | None = None
    proposal: IsolationPlan | None = None
    difference: Difference | None = None
    order: WorkOrder | None = None
    banner: Banner | None = None
    forms: dict[str, Form] = field(default_factory=dict)
    editing: bool = False
    timeline: list[dict[str, Any]] = field(default_factory=list)
    estimates: list[dict[str, Any]] = field(default_factory=list)
    notices: list["NoticeState"] = field(default_factory=list)
    duties: "DutyCount | None" = None
    chain: list[Link] = field(default_factory=list)
    duplicates: list[BurstReport] = field(default_factory=list)
    actions: frozenset[str] = frozenset()
    point: tuple[float, float] | None = None

    @property
    def is_over(self) -> bool:
        """Whether the case is history: its water is back, or it never began."""
        return self.outage is not None and self.outage.status not in OPEN_OUTAGES

    @property
    def overlay_url(self) -> str:
        """Where the drawing of the plan shown comes from."""
        return reverse("layers:plan-overlay", args=[self.part.plan.pk]) if self.part else ""


@dataclass(frozen=True)
class DutyCount:
    """How much of the duty list waits. `late` of `left` are past their time."""

    total: int
    left: int
    late: int


@dataclass(frozen=True)
class NoticeState:
    """A notice and how far its messages have come."""

    notice: OutageNotice
    accepted: int
    under_way: int
    failed: int
    unknown: int
    held: int  # of those under way: they wait for quiet hours to end
    held_until: datetime | None


def plan_part(plan: IsolationPlan, user: User) -> PlanPart:
    """Collect what is said of a plan. Ten queries or so."""
    names = user.has_perm("outages.view_customers")  # type: ignore[union-attr]
    reasons, left_out = plan_facts.reasons_of(plan)
    users = plan_facts.key_users_of(plan, with_names=names)
    shown = plan_facts.SHOWN_KEY_USERS
    chip = chip_of_plan(plan)
    steps = selectors.plan_steps(plan)
    return PlanPart(
        plan=plan,
        chip=chip,
        impact=plan_facts.impact_of(plan, with_list=names),
        closing=plan_facts.step_rows(plan, steps, SHUTDOWN),
        opening=plan_facts.step_rows(plan, steps, REOPENING),
        closing_minutes=plan_facts.closing_minutes(plan, steps),
        closing_way=plan_facts.way_of(steps, SHUTDOWN),
        opening_way=plan_facts.way_of(steps, REOPENING),
        leave_shut=selectors.leave_shut(plan),
        reasons=reasons,
        reasons_left_out=left_out,
        key_users=users[:shown],
        key_users_left_out=max(0, len(users) - shown),
        sources=plan_facts.source_names(plan, plan.answer["sources_to_shut"]),
        is_undecided=plan.status in UNDECIDED,
        is_in_force=plan.status in HOLDING_PLANS,
    )


def chip_of_plan(plan: IsolationPlan) -> tuple[str, str | Promise]:
    """Name where a plan stands."""
    from_plan = chip_of_report(BurstReport(status=ReportStatus.RECEIVED, pipe="-"), plan)
    return from_plan


def report_panel(
    report: BurstReport,
    user: User,
    *,
    plan: IsolationPlan | None = None,
    banner: Banner | None = None,
    forms: dict[str, Form] | None = None,
    compare_with: IsolationPlan | None = None,
) -> Panel:
    """Build the panel of a report that has no outage."""
    newest = selectors.newest_plan(report=report)
    plan = plan or (newest if newest and newest.status != PlanStatus.ABORTED else None)
    panel = Panel(
        key=f"r{report.pk}",
        url=reverse("outages:report", args=[report.pk]),
        code=report.reference,
        title=report_title(report),
        chip=chip_of_report(report, plan),
        stages=stages_of(None, plan),
        report=report,
        banner=banner,
        point=(report.geom.x, report.geom.y) if report.geom else None,
        actions=report_actions(report, plan, user),
        duplicates=list(report.duplicates.order_by("received_at")),
        timeline=history.entries(_events_of(report)),
    )
    if plan is not None:
        panel.part = plan_part(plan, user)
        panel.difference = difference(compare_with or plan_facts.automatic_version(plan), plan)
        panel.forms["approve"] = approve_form(plan)
    panel.forms |= {"answer": AnswerForm(), "merge": MergeForm(), **(forms or {})}
    return panel


def approve_form(plan: IsolationPlan) -> ApproveForm:
    """Return the approval form as it is first shown."""
    place, place_en = default_place(plan.report)
    return ApproveForm(plan=plan, initial={"place": place, "place_en": place_en})


def difference(before: IsolationPlan | None, after: IsolationPlan) -> Difference | None:
    """Set two plans side by side, if there is anything to compare."""
    if before is None or before.pk == after.pk:
        return None
    rows = plan_facts.difference_rows(before, after)
    return Difference(f"v{before.version}", f"v{after.version}", rows)


def _events_of(report: BurstReport) -> list[Event]:
    return list(
        Event.objects.filter(report=report)
        .exclude(subject="delivery")
        .select_related("by")
        .order_by("at", "pk")
    )


def outage_panel(
    outage: Outage,
    user: User,
    *,
    plan: IsolationPlan | None = None,
    banner: Banner | None = None,
    forms: dict[str, Form] | None = None,
) -> Panel:
    """Build the panel of an outage: the plan in force, or the one proposed beside it."""
    in_force = selectors.plan_in_force(outage)
    newest = selectors.newest_plan(outage=outage)
    proposal = newest if newest and newest.status in UNDECIDED else None
    shown = plan or in_force or newest
    order = open_order(outage)
    report = outage.reports.filter(duplicate_of__isnull=True).first()
    panel = Panel(
        key=f"o{outage.pk}",
        url=reverse("outages:outage", args=[outage.pk]),
        code=outage.code,
        title=outage_title(outage, report),
        chip=chip_of_outage(outage, in_force),
        stages=stages_of(outage, in_force or newest),
        report=report,
        outage=outage,
        proposal=proposal,
        order=order,
        banner=banner,
        duplicates=list(outage.reports.exclude(duplicate_of=None)),
        timeline=history.entries(selectors.timeline(outage), outage),
        estimates=_estimates(outage),
        notices=notice_states(outage),
        duties=duty_count(outage),
        chain=chain_of(outage),
        actions=outage_actions(outage, in_force, proposal, order, user),
    )
    if shown is not None:
        panel.part = plan_part(shown, user)
    if proposal is not None and in_force is not None:
        panel.difference = difference(in_force, proposal)
    panel.forms = _outage_forms(outage, in_force) | (forms or {})
    return panel


def _outage_forms(outage: Outage, plan: IsolationPlan | None) -> dict[str, Form]:
    return {
        "estimate": EstimateForm(initial={"expected_version": outage.lock_version}),
        "repair": RepairForm(),
        "failed": FailedRepairForm(),
        "order": OrderForm(plan=plan),
    }


def _estimates(outage: Outage) -> list[dict[str, Any]]:
    return [
        {
            "eta": row.estimated_restoration_at,
            "at": row.at,
            "author": str(row.by or ""),
            "reason": row.reason or gettext("first estimate"),
        }
        for row in outage.estimates.select_related("by")
    ]


def duty_count(outage: Outage) -> DutyCount | None:
    """Count an outage's duties; None where it has none. Two queries."""
    at = timezone.now()
    waits = Q(status=DutyStatus.PENDING, due_at__isnull=False)
    grace = policy.length("duty_at_once", at=at) or timedelta(0)
    over = Q(due_at__lt=at) & ~Q(due=Due.AT_ONCE) | Q(due=Due.AT_ONCE, due_at__lt=at - grace)
    found = outage.duties.aggregate(
        total=Count("pk"),
        left=Count("pk", filter=waits),
        late=Count("pk", filter=waits & over),
    )
    return DutyCount(**found) if found["total"] else None


def notice_states(outage: Outage) -> list[NoticeState]:
    """Return the notices of an outage, newest first, with what became of their messages."""
    return states_of(selectors.notices_of(outage))


def states_of(notices: Iterable[OutageNotice]) -> list[NoticeState]:
    """Count the messages of each notice, in the order given. One query for all."""
    shown = list(notices)
    states = selectors.delivery_states(shown)
    return [_notice_state(notice, states.get(notice.pk, [])) for notice in shown]


def _notice_state(notice: OutageNotice, states: Iterable[tuple[str, int, int, Any]]) -> NoticeState:
    counts: dict[str, int] = {}
    held: dict[datetime, int] = {}
    for status, count, waiting, until in states:
        counts[status] = counts.get(status, 0) + count
        if waiting:
            held[until] = held.get(until, 0) + waiting
    return NoticeState(
        notice=notice,
        accepted=counts.get("accepted", 0),
        under_way=counts.get("pending", 0) + counts.get("sending", 0),
        failed=counts.get("failed", 0),
        unknown=counts.get("unknown", 0),
        held=sum(held.values()),
        held_until=min(held, default=None),
    )
