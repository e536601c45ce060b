"""Giving an order: to a crew for an outage, or to a department for what somebody told us."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.gis.geos import Point
from django.db import transaction

from outages.choices import AssetKind
from outages.models import (
    BurstReport,
    Crew,
    Department,
    Event,
    OrderCategory,
    Outage,
    WorkOrder,
    lifecycle,
)
from outages.models.events import Actor
from outages.policy import organisation
from outages.selectors.rules.departments import addressee
from outages.services.orders.locked import OrderRefused, lock_order, write
from outages.services.rules import clocks, departments
from outages.services.rules.codes import next_code
from outages.workflow import (
    NOT_ACCEPTED,
    OPEN_OUTAGES,
    OPEN_WORK_ORDERS,
    ORDERS_AT_WORK,
    REPORT_TRANSITIONS,
    WORK_ORDER_TRANSITIONS,
    ReportStatus,
    WorkOrderStatus,
    require,
)


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """What an order says. `geom` in EPSG:4326; without one it takes the report's place."""

    category: OrderCategory
    department: Department
    crew: Crew | None = None
    task: str = ""
    asset_kind: AssetKind | str = ""
    asset: str = ""
    geom: Point | None = None
    appointment_at: datetime | None = None
    follows: WorkOrder | None = None


def issue_order(outage: Outage, *, crew: Crew, by: Actor, at: datetime) -> WorkOrder:
    """Order a crew out for an open outage; its reports become `order_issued`.

    The crew is its own acceptor, whoever answers the department's telephone. Raises OrderRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.status not in OPEN_OUTAGES:
            raise OrderRefused(code="order_outage_over", outage=outage.code)
        # Reports before orders, and before the number of an order, as everybody locks them.
        told = [lifecycle.lock_report(each) for each in outage.reports.order_by("pk")]
        _require_free(crew, outage)
        first = outage.reports.filter(duplicate_of=None).order_by("received_at", "pk").first()
        order = _taken_over(first, outage, crew, by=by, at=at) or WorkOrder.objects.create(
            number=next_code(WorkOrder, "number", prefix="W", at=at),
            outage=outage,
            report=first,
            crew=crew,
            department=departments.shipped_department(organisation.ENGINEERING),
            category=departments.shipped_category("pipe_repair"),
            geom=first.geom if first else None,
            issued_at=at,
            issued_by=by,
        )
        Event.objects.append(
            order, "order_issued", by=by, at=at, new=WorkOrderStatus.ISSUED, crew=crew.code
        )
        for report in told:
            if report.status == ReportStatus.RECEIVED:
                _order_issued_for(report, by=by, at=at)
        clocks.order_issued(order, at=at)
    return order


def _require_free(crew: Crew, outage: Outage) -> None:
    """Refuse a second order to the same crew: two people pressed the button."""
    out = outage.work_orders.filter(crew=crew, status__in=ORDERS_AT_WORK).first()
    if out is not None:
        raise OrderRefused(code="order_exists", order=out.number)


def _taken_over(
    report: BurstReport | None, outage: Outage, crew: Crew, *, by: Actor, at: datetime
) -> WorkOrder | None:
    """Make the crew's order of one that waits in a department for the same report: one order."""
    if report is None:
        return None
    waiting = report.work_orders.select_for_update(of=("self",), no_key=True).filter(
        status__in=NOT_ACCEPTED, outage=None, follows=None
    )
    order = waiting.first()
    if order is not None:
        engineering = departments.shipped_department(organisation.ENGINEERING)
        write(order, outage=outage, crew=crew, department=engineering)
        clocks.order_taken_over(order, by=by, at=at)
    return order


def issue_for_report(
    report: BurstReport, *, facts: OrderFacts, by: Actor, at: datetime
) -> WorkOrder:
    """Order a department to handle a report; one live order a report unless it follows another.

    Raises OrderRefused: no place where the category needs one, nobody who would take it, or an
    order that is out already.
    """
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        _require_orderable(report, follows=facts.follows)
        order = _made(report, facts, WorkOrderStatus.ISSUED, by=by, at=at)
        require_issuable(order, at=at)
        _tell_issued(order, report, by=by, at=at)
    return order


def draft_order(report: BurstReport, *, facts: OrderFacts, by: Actor, at: datetime) -> WorkOrder:
    """Write an order down that lacks something yet; nobody is told and no clock of it runs."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        _require_orderable(report, follows=facts.follows)
        order = _made(report, facts, WorkOrderStatus.DRAFT, by=by, at=at)
        Event.objects.append(order, "order_drafted", by=by, at=at, new=order.status)
    return order


def issue_draft(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Issue an order that was written down before. Raises OrderRefused, TransitionRefused."""
    with transaction.atomic():
        report = lifecycle.lock_report(order.report) if order.report else None
        order = lock_order(order)
        require(WORK_ORDER_TRANSITIONS, order.number, order.status, WorkOrderStatus.ISSUED)
        assert report is not None, "a draft is made for a report"
        # Meanwhile somebody may have answered it, or ordered a crew there.
        _require_orderable(report, follows=order.follows, but=order)
        require_issuable(order, at=at)
        write(order, status=WorkOrderStatus.ISSUED, issued_at=at, issued_by=by)
        _tell_issued(order, report, by=by, at=at)
    return order


def require_issuable(order: WorkOrder, *, at: datetime) -> None:
    """Refuse an order that nobody would take, or that has no place where one is needed.

    RULE 1  Pipes, valves and hydrants are dispatched in the GIS: an asset or a point (WO-02).
    RULE 2  A department takes orders through a person of its register (ORG-14); a crew is one.
    """
    if order.category.needs_place and order.geom is None and not order.asset:  # RULE 1
        raise OrderRefused(code="order_without_place", category=order.category.code)
    if not order.department.takes_orders:
        raise OrderRefused(code="department_takes_no_orders", department=order.department.name)
    if order.crew is None and addressee(order.department, at=at) is None:  # RULE 2
        raise OrderRefused(code="order_without_acceptor", department=order.department.name)


def open_order(outage: Outage, *, crew_code: str = "") -> WorkOrder | None:
    """Return the newest order of an outage (to one crew) that is not filed or void."""
    orders = outage.work_orders.filter(status__in=OPEN_WORK_ORDERS, crew__isnull=False)
    orders = orders.select_related("crew")
    if crew_code:
        orders = orders.filter(crew__code=crew_code)
    return orders.order_by("-issued_at", "-pk").first()


def _require_orderable(
    report: BurstReport, *, follows: WorkOrder | None, but: WorkOrder | None = None
) -> None:
    if report.status not in (ReportStatus.RECEIVED, ReportStatus.ORDER_ISSUED):
        raise OrderRefused(code="order_report_decided", report=report.reference)
    if follows is None:
        others = report.work_orders.exclude(pk=but.pk) if but else report.work_orders
        live = others.filter(status__in=OPEN_WORK_ORDERS, follows=None).first()
        if live is not None:
            raise OrderRefused(code="order_exists", order=live.number)


def _made(
    report: BurstReport, facts: OrderFacts, status: WorkOrderStatus, *, by: Actor, at: datetime
) -> WorkOrder:
    return WorkOrder.objects.create(
        number=next_code(WorkOrder, "number", prefix="W", at=at),
        report=report,
        outage=None,
        department=facts.department,
        category=facts.category,
        crew=facts.crew,
        follows=facts.follows,
        status=status,
        task=facts.task,
        asset_kind=facts.asset_kind,
        asset=facts.asset,
        geom=facts.geom or report.geom,
        appointment_at=facts.appointment_at,
        issued_at=at,
        issued_by=by,
    )


def _tell_issued(order: WorkOrder, report: BurstReport, *, by: Actor, at: datetime) -> None:
    Event.objects.append(
        order,
        "order_issued",
        by=by,
        at=at,
        new=WorkOrderStatus.ISSUED,
        department=order.department.code,
        category=order.category.code,
    )
    if report.status == ReportStatus.RECEIVED:
        _order_issued_for(report, by=by, at=at)
    clocks.order_issued(order, at=at)


def _order_issued_for(report: BurstReport, *, by: Actor, at: datetime) -> None:
    require(REPORT_TRANSITIONS, str(report), report.status, ReportStatus.ORDER_ISSUED)
    was, report.status = report.status, ReportStatus.ORDER_ISSUED
    report.save(update_fields=["status"])
    Event.objects.append(report, "order_issued", by=by, at=at, old=was, new=report.status)
