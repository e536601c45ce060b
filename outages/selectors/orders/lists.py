"""Orders as lists ask for them: open, of a department, of an agent, complaints, calls owed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from outages.models import (
    BurstReport,
    Deadline,
    Escalation,
    ExtensionRequest,
    FollowUp,
    WorkOrder,
)
from outages.models.events import Actor
from outages.workflow import (
    NOT_ACCEPTED,
    OPEN_WORK_ORDERS,
    ReportStatus,
    WorkOrderStatus,
)

AT_WORK = frozenset({WorkOrderStatus.ON_SITE, WorkOrderStatus.IN_PROGRESS})


def all_orders() -> QuerySet[WorkOrder]:
    """Orders with what a list shows of them. One query."""
    return WorkOrder.objects.select_related(
        "report__first_owner", "department", "category", "crew", "outage"
    )


def open_orders() -> QuerySet[WorkOrder]:
    """Orders that are not filed or void; urgent reports first, then the oldest. One query."""
    rows = all_orders().filter(status__in=OPEN_WORK_ORDERS)
    return rows.order_by("report__priority", "issued_at", "pk")


def by_next_limit(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Put first what runs out first, then what has no limit; the urgent before others. One query.

    The limit is the one that `next_limits` finds.
    """
    running = Deadline.objects.filter(
        Q(order=OuterRef("pk")) | Q(order=None, report=OuterRef("report")),
        met_at=None,
        cancelled_at=None,
    )
    first = running.order_by("due_at").values("due_at")[:1]
    return orders.annotate(next_due=Subquery(first)).order_by(
        F("next_due").asc(nulls_last=True), "report__priority", "issued_at", "pk"
    )


def unaccepted_orders() -> QuerySet[WorkOrder]:
    """Orders that nobody has taken yet."""
    return open_orders().filter(status__in=NOT_ACCEPTED)


def escalated_orders() -> QuerySet[WorkOrder]:
    """Orders that supervision has before it."""
    waiting = Escalation.objects.filter(order=OuterRef("pk"), resolved_at=None)
    return all_orders().filter(Exists(waiting)).order_by("issued_at", "pk")


def orders_with_extension(*, department: str = "") -> QuerySet[WorkOrder]:
    """Orders whose department (or one department) asks for more time."""
    asked = ExtensionRequest.objects.filter(
        order=OuterRef("pk"), decision=ExtensionRequest.Decision.PENDING
    )
    if department:
        asked = asked.filter(department__code=department)
    return all_orders().filter(Exists(asked)).order_by("issued_at", "pk")


def pending_extensions() -> QuerySet[ExtensionRequest]:
    """More time that was asked for and that nobody decided on, the next to end first. One query."""
    rows = ExtensionRequest.objects.filter(decision=ExtensionRequest.Decision.PENDING)
    return rows.select_related(
        "order__category", "order__report", "order__outage", "department", "asked_by"
    ).order_by("due_before", "pk")


def open_cases() -> QuerySet[BurstReport]:
    """Reports whose loop is not closed: they wait, or no order of theirs is filed. One query."""
    filed = WorkOrder.objects.filter(report=OuterRef("pk"), status=WorkOrderStatus.ARCHIVED)
    live = WorkOrder.objects.filter(status__in=OPEN_WORK_ORDERS).select_related("department")
    return (
        BurstReport.objects.filter(
            Q(status=ReportStatus.RECEIVED) | (Q(status=ReportStatus.ORDER_ISSUED) & ~Exists(filed))
        )
        .select_related("outage", "first_owner")
        .prefetch_related(Prefetch("work_orders", queryset=live, to_attr="live_orders"))
        .order_by("priority", "received_at")
    )


def cases_of(owner: Actor) -> QuerySet[BurstReport]:
    """Open cases that somebody took first, and so answers for. Two queries."""
    return open_cases().filter(first_owner=owner)


def owed_calls(owner: Actor = None) -> QuerySet[FollowUp]:
    """Calls that are still owed (by one person), the first due first. One query."""
    rows = FollowUp.objects.filter(done_at=None).select_related("report", "order", "owner")
    rows = rows if owner is None else rows.filter(owner=owner)
    return rows.order_by("due_at", "pk")


def complaints(
    *, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[BurstReport]:
    """The complaint register, newest first, with its orders. Two queries."""
    rows = BurstReport.objects.filter(is_complaint=True).select_related("first_owner")
    if since is not None:
        rows = rows.filter(received_at__gte=since)
    if until is not None:
        rows = rows.filter(received_at__lt=until)
    orders = WorkOrder.objects.select_related("department", "category").order_by("issued_at")
    return rows.prefetch_related(Prefetch("work_orders", queryset=orders)).order_by("-received_at")


@dataclass(frozen=True)
class CrewStanding:
    """Where the crew of an order is, so that nobody says "already sent".

    `state` is none, waiting, en_route, on_site or busy_elsewhere; then `elsewhere` is the order
    that holds it, and `expected_at` the time that it gave for this one, if it gave any.
    """

    state: str
    expected_at: datetime | None = None
    elsewhere: WorkOrder | None = None


def crew_standing(order: WorkOrder) -> CrewStanding:
    """Return where the crew is that this order waits for. One query at most."""
    if order.status in AT_WORK:
        return CrewStanding("on_site", order.expected_at)
    if order.status == WorkOrderStatus.EN_ROUTE:
        return CrewStanding("en_route", order.expected_at)
    if order.crew_id is None:
        return CrewStanding("none", order.expected_at)
    busy = (
        WorkOrder.objects.filter(crew=order.crew, status__in=[*AT_WORK, WorkOrderStatus.EN_ROUTE])
        .exclude(pk=order.pk)
        .select_related("outage", "report")
        .order_by("-issued_at")
        .first()
    )
    return CrewStanding("busy_elsewhere" if busy else "waiting", order.expected_at, busy)


def next_limits(orders: list[WorkOrder]) -> dict[int, Deadline]:
    """Return the limit of each order that runs out first, its report's among them. One query."""
    by_report: dict[int, list[int]] = {}
    for order in orders:
        if order.report_id is not None:
            by_report.setdefault(order.report_id, []).append(order.pk)
    keys = {order.pk for order in orders}
    found: dict[int, Deadline] = {}
    for row in Deadline.objects.filter(
        Q(order__in=keys) | Q(report__in=by_report), met_at=None, cancelled_at=None
    ).order_by("due_at"):
        about = [row.order_id] if row.order_id else by_report.get(row.report_id or 0, [])
        for key in about:
            if key in keys:
                found.setdefault(key, row)
    return found
