"""Orders to crews: issued, taken, worked off, filed. Milestones are never moved back."""

from datetime import datetime
from typing import Any

from django.db import transaction

from outages.models import BurstReport, Crew, Event, Outage, WorkOrder, lifecycle
from outages.models.events import Actor
from outages.services import clocks
from outages.services.codes import next_code
from outages.services.crew_rights import crew_code_of, may_act_for
from outages.services.reasons import required_reason
from outages.workflow import (
    OPEN_OUTAGES,
    OPEN_WORK_ORDERS,
    REPORT_TRANSITIONS,
    WORK_ORDER_TRANSITIONS,
    OutageStatus,
    Refused,
    ReportStatus,
    WorkOrderStatus,
    require,
)


class OrderRefused(Refused):
    """No order for an outage that is over, no result before it is restored, no other crew's."""

    codes = (
        "order_outage_over",
        "order_of_other_crew",
        "leak_check_failed",
        "action_missing",
        "result_too_early",
    )


def issue_order(outage: Outage, *, crew: Crew, by: Actor, at: datetime) -> WorkOrder:
    """Order a crew out for an open outage; its reports become `order_issued`.

    Raises OrderRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.status not in OPEN_OUTAGES:
            raise OrderRefused(code="order_outage_over", outage=outage.code)
        order = WorkOrder.objects.create(
            number=next_code(WorkOrder, "number", prefix="W", at=at),
            outage=outage,
            crew=crew,
            issued_at=at,
            issued_by=by,
        )
        Event.objects.append(
            order, "order_issued", by=by, at=at, new=WorkOrderStatus.ISSUED, crew=crew.code
        )
        for report in BurstReport.objects.select_for_update(of=("self",), no_key=True).filter(
            outage=outage, status=ReportStatus.RECEIVED
        ):
            _order_issued_for(report, by=by, at=at)
        clocks.order_issued(order, at=at)
    return order


def _order_issued_for(report: BurstReport, *, by: Actor, at: datetime) -> None:
    require(REPORT_TRANSITIONS, str(report), report.status, ReportStatus.ORDER_ISSUED)
    was, report.status = report.status, ReportStatus.ORDER_ISSUED
    report.save(update_fields=["status"])
    Event.objects.append(report, "order_issued", by=by, at=at, old=was, new=report.status)


def open_order(outage: Outage, *, crew_code: str = "") -> WorkOrder | None:
    """Return the newest order of an outage (to one crew) that is not filed or void."""
    orders = outage.work_orders.filter(status__in=OPEN_WORK_ORDERS).select_related("crew")
    if crew_code:
        orders = orders.filter(crew__code=crew_code)
    return orders.order_by("-issued_at", "-pk").first()


def _require_own(order: WorkOrder, by: Actor) -> None:
    """Refuse who acts on another crew's order; the control room may act on any."""
    if not may_act_for(by, order.crew.code):
        raise OrderRefused(code="order_of_other_crew", order=order.number, crew=order.crew.code)


def notify_crew(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the crew was told (phone, SMS); stops the dispatch clock."""
    with transaction.atomic():
        order = _advance(order, WorkOrderStatus.NOTIFIED, by=by, at=at, notified_at=at)
        clocks.department_told(order, by=by, at=at)
    return order


def accept_order(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Take the order, as the crew."""
    with transaction.atomic():
        order = _advance(order, WorkOrderStatus.ACCEPTED, by=by, at=at, accepted_at=at)
        clocks.order_taken(order, by=by, at=at)
    return order


def set_out(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the crew is on its way."""
    return _advance(order, WorkOrderStatus.EN_ROUTE, by=by, at=at, en_route_at=at)


def arrive(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the crew is on site."""
    with transaction.atomic():
        order = _advance(order, WorkOrderStatus.ON_SITE, by=by, at=at, on_site_at=at)
        clocks.on_site(order, by=by, at=at)
    return order


def start_work(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the crew has begun, and so is on site."""
    with transaction.atomic():
        order = _advance(order, WorkOrderStatus.IN_PROGRESS, by=by, at=at, started_at=at)
        clocks.on_site(order, by=by, at=at)
    return order


def complete_repair(
    order: WorkOrder,
    *,
    cause_found: str,
    action_taken: str,
    leak_check_passed: bool,
    by: Actor,
    at: datetime,
) -> WorkOrder:
    """Record that the pipe is sound again; the reopening may then be planned.

    Raises OrderRefused when the leak check failed or nothing is said of what was done,
    TransitionRefused before the crew has begun.
    """
    if not leak_check_passed:
        raise OrderRefused(code="leak_check_failed")
    if not action_taken.strip():
        raise OrderRefused(code="action_missing")
    with transaction.atomic():
        # The outage before the order, as a step on a valve does.
        outage = lifecycle.lock_outage(order.outage)
        order = _locked(order)
        _require_own(order, by)
        if order.status != WorkOrderStatus.IN_PROGRESS:
            require(
                WORK_ORDER_TRANSITIONS, order.number, order.status, WorkOrderStatus.RESULT_ENTERED
            )
        values = {
            "repaired_at": at,
            "cause_found": cause_found,
            "action_taken": action_taken,
            "leak_check_passed": True,
        }
        _write(order, **values)
        lifecycle.change_outage(outage, repaired_at=at)
        Event.objects.append(order, "repair_done", by=by, at=at, reason=action_taken)
        clocks.repaired(outage, by=by, at=at)
    return order


def enter_result(order: WorkOrder, *, result: str, by: Actor, at: datetime) -> WorkOrder:
    """Write down how it went, once the outage is restored. Raises OrderRefused."""
    if order.outage.status not in (OutageStatus.RESTORED, OutageStatus.CLOSED):
        raise OrderRefused(code="result_too_early", outage=order.outage.code)
    return _advance(
        order,
        WorkOrderStatus.RESULT_ENTERED,
        by=by,
        at=at,
        result=required_reason(result),
        finished_at=at,
    )


def feed_back(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the people who reported it were told."""
    return _advance(order, WorkOrderStatus.FED_BACK, by=by, at=at)


def archive_order(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """File the order."""
    return _advance(order, WorkOrderStatus.ARCHIVED, by=by, at=at)


def void_order(order: WorkOrder, *, reason: str, by: Actor, at: datetime) -> WorkOrder:
    """Take an order back; it stays on record. `reason` is required."""
    why = required_reason(reason)
    with transaction.atomic():
        order = _advance(order, WorkOrderStatus.VOID, by=by, at=at, reason=why)
        clocks.order_over(order, by=by, at=at, reason=why)
    return order


def begin_if_accepted(outage: Outage, *, by: Actor, at: datetime) -> None:
    """Start the order whose crew turns a valve without having said that it began."""
    order = open_order(outage, crew_code=crew_code_of(by))
    if order and order.status in (
        WorkOrderStatus.ACCEPTED,
        WorkOrderStatus.EN_ROUTE,
        WorkOrderStatus.ON_SITE,
    ):
        start_work(order, by=by, at=at)


def _advance(
    order: WorkOrder,
    status: WorkOrderStatus,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    **values: Any,
) -> WorkOrder:
    with transaction.atomic():
        order = _locked(order)
        _require_own(order, by)
        require(WORK_ORDER_TRANSITIONS, order.number, order.status, status)
        was = order.status
        _write(order, status=status, **values)
        Event.objects.append(
            order, "order_status", by=by, at=at, old=was, new=status, reason=reason
        )
    return order


def _locked(order: WorkOrder) -> WorkOrder:
    return WorkOrder.objects.select_for_update(of=("self",), no_key=True).get(pk=order.pk)


def _write(order: WorkOrder, **values: Any) -> None:
    for name, value in values.items():
        setattr(order, name, value)
    order.save(update_fields=list(values))
