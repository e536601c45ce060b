"""What starts and stops with an order: issued, told, taken, on site, repaired, user told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Q

from outages.choices import (
    NETWORK_KINDS,
    Works,
)
from outages.models import (
    BurstReport,
    Deadline,
    ExtensionRequest,
    Outage,
    WorkOrder,
)
from outages.models.events import Actor
from outages.selectors.rules.deadlines import deadlines_of, open_deadlines
from outages.services.rules import deadlines
from outages.workflow import NOT_ACCEPTED, OutageKind

REPAIRS: Final = ("repair_start", "repair_finish")

_ACCEPTS: Final = ("accept_normal", "accept_complaint")

REPLIES: Final = ("consult_reply", "complaint_reply")


def not_taken(report: BurstReport) -> Iterable[WorkOrder]:
    """Orders of a report that somebody has yet to take."""
    return report.work_orders.filter(status__in=NOT_ACCEPTED).select_related(
        "department", "category", "report", "outage"
    )


def accept_complaint(order: WorkOrder, report: BurstReport) -> None:
    """An hour from the report; an order that follows another one has it from its own issue."""
    start_of_order(order, "accept_complaint", at=_asked_at(order, report))


def order_issued(order: WorkOrder, *, at: datetime) -> None:
    """The department is to be told, and a fault is to be repaired, counted from its report."""
    reports = _reports(order)
    if not open_deadlines(at=at, key="dispatch_notify").filter(report__in=reports).exists():
        deadlines.start(order, "dispatch_notify", at=at, order=order)
    for report in reports:
        deadlines.meet(report, "complaint_classify", at=at, order=order)
    if order.report is not None and order.report.is_complaint:
        accept_complaint(order, order.report)
    if order.outage is not None:
        _repair_of_outage(order, order.outage, reports)
    elif is_repair(order):
        assert order.report is not None, "a fault was told by somebody"
        for key in REPAIRS:
            start_of_order(order, key, at=order.report.received_at)


def _asked_at(order: WorkOrder, report: BurstReport) -> datetime:
    """Count from the report; what follows a finished order counts from its own beginning."""
    return order.issued_at if order.follows_id is not None else report.received_at


def is_repair(order: WorkOrder) -> bool:
    """Whether an order without an outage repairs a fault of the network."""
    is_fault = order.report is not None and order.report.kind in NETWORK_KINDS
    return is_fault and order.follows_id is None and not order.category.forward_only


def _repair_of_outage(order: WorkOrder, outage: Outage, reports: list[BurstReport]) -> None:
    if outage.kind != OutageKind.UNPLANNED or outage.works != Works.NETWORK:
        return
    began_at = min([report.received_at for report in reports], default=outage.created_at)
    for key in REPAIRS:
        # A second order repairs the same fault: it gets no clock of its own.
        if not deadlines_of(outage).filter(key=key).exists():
            deadlines.start(outage, key, at=began_at, order=order)


def order_taken_over(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """A department's order becomes a crew's for an outage: the fault's clocks are the outage's."""
    for key in REPAIRS:
        deadlines.cancel(order, key, by=by, at=at, reason="outage")


def department_told(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The department knows of the order: now it has to take it."""
    _stop_dispatch(order, by=by, at=at)
    is_complaint = order.report is not None and order.report.is_complaint
    if not is_complaint and not order.category.forward_only:
        start_of_order(order, "accept_normal", at=at)


def order_taken(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The order was taken; who takes it has been told of it. The way to the site begins then.

    Where a time was agreed with the user, arrival is due at that time.
    """
    _stop_dispatch(order, by=by, at=at)
    for key in _ACCEPTS:
        deadlines.meet(order, key, by=by, at=at)
    agreed = order.appointment_at
    due_at = agreed if agreed is not None and agreed > at else None
    deadlines.start(order, "arrive_utility", at=at, department=order.department.code, due_at=due_at)


def on_site(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """Somebody is there."""
    deadlines.meet(order, "arrive_utility", by=by, at=at)
    deadlines.meet(order.outage or order, "repair_start", by=by, at=at, order=order)


def repaired(fault: Outage | WorkOrder, *, by: Actor, at: datetime) -> None:
    """What was broken is sound again: an outage's pipe, or what a department's order is about."""
    for key in REPAIRS:
        deadlines.meet(fault, key, by=by, at=at)


def repair_failed(
    fault: Outage | WorkOrder, *, at: datetime, order: WorkOrder | None = None
) -> None:
    """What counted as repaired is not: whatever had a limit for its repair has it again, from now.

    Whether the first repair was in time stays on record.
    """
    if not deadlines_of(fault).filter(key="repair_finish").exists():
        return
    if isinstance(fault, WorkOrder):
        start_of_order(fault, "repair_finish", at=at)
    else:
        deadlines.start(fault, "repair_finish", at=at, order=order)


def user_told(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """Whoever told us knows the result."""
    if order.report is not None:
        for key in REPLIES:
            deadlines.meet(order.report, key, by=by, at=at, order=order)


def order_transferred(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The department before owes nothing alone; the next is told within its time, and takes it."""
    for key in (*_ACCEPTS, "arrive_utility"):
        deadlines.cancel(order, key, by=by, at=at, reason="transferred")
    deadlines.start(order, "dispatch_notify", at=at, order=order)
    if order.report is not None and order.report.is_complaint:
        accept_complaint(order, order.report)


def order_over(order: WorkOrder, *, by: Actor, at: datetime, reason: str) -> None:
    """The order was taken back or filed: its own clocks stop, those of the fault run on."""
    for deadline in deadlines_of(order).filter(met_at__isnull=True, cancelled_at__isnull=True):
        deadlines.cancel(order, deadline.key, by=by, at=at, reason=reason)


def limits_of(order: WorkOrder) -> list[Deadline]:
    """Return the open limits of an order, its report and its outage, the first due first."""
    wanted = Q(order=order) | Q(subject="order", subject_id=order.pk)
    if order.report_id is not None:
        wanted |= Q(report=order.report_id, subject="report")
    if order.outage_id is not None:
        wanted |= Q(outage=order.outage_id, key__in=REPAIRS)
    rows = Deadline.objects.filter(wanted, met_at=None, cancelled_at=None)
    return list(rows.order_by("due_at", "pk"))


def limits_of_report(report: BurstReport) -> list[Deadline]:
    """Return the open limits of a report and of its orders, the first due first. One query."""
    rows = Deadline.objects.filter(report=report, met_at=None, cancelled_at=None)
    return list(rows.order_by("due_at", "pk"))


def limit_of(order: WorkOrder, key: str) -> Deadline | None:
    """Return the open limit of an order under a policy key."""
    return next((each for each in limits_of(order) if each.key == key), None)


def extend(asked: ExtensionRequest, *, by: Actor, at: datetime) -> None:
    """Move the limit that an approved extension asked for, if it still runs."""
    limit = limit_of(asked.order, asked.key)
    if limit is not None:
        deadlines.extend(limit, due_at=asked.wanted_until, by=by, at=at, reason=asked.reason)


def start_of_order(order: WorkOrder, key: str, *, at: datetime) -> None:
    deadlines.start(
        order,
        key,
        at=at,
        department=order.department.code,
        order=order,
        report=order.report,
        outage=order.outage,
    )


def _stop_dispatch(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    for report in _reports(order):
        deadlines.meet(report, "dispatch_notify", by=by, at=at, order=order)
    deadlines.meet(order, "dispatch_notify", by=by, at=at)


def _reports(order: WorkOrder) -> list[BurstReport]:
    if order.outage is not None:
        return list(BurstReport.objects.filter(outage=order.outage))
    return [order.report] if order.report is not None else []
