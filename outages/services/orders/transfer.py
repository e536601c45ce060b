"""Giving an order to another department: one answers for it at a time, and each change says why."""

from datetime import datetime

from django.db import transaction

from outages.choices import FollowUpKind
from outages.models import Department, Event, OrderTransfer, WorkOrder, lifecycle
from outages.models.events import Actor
from outages.services.desk import follow_ups
from outages.services.orders.extension import drop_request
from outages.services.orders.issue import require_issuable
from outages.services.orders.locked import OrderRefused, lock_order, write
from outages.services.rules import clocks
from outages.services.rules.reasons import required_reason
from outages.workflow import (
    ORDERS_AT_WORK,
    WORK_ORDER_TRANSITIONS,
    WorkOrderStatus,
    require,
)


def transfer_order(
    order: WorkOrder, *, to: Department, reason: str, by: Actor, at: datetime
) -> WorkOrder:
    """Make another department answer for an order; it is told and accepts anew.

    Who took the report first stays its owner. Somebody calls the user within the policy's time.
    A crew's order for an outage is taken back and issued anew instead. Raises OrderRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        if order.report is not None:
            lifecycle.lock_report(order.report)
        order = lock_order(order)
        if order.outage_id:
            raise OrderRefused(code="transfer_of_crew_order", order=order.number)
        if order.status not in ORDERS_AT_WORK:
            raise OrderRefused(code="order_not_at_work", order=order.number)
        if order.department_id == to.pk:
            raise OrderRefused(code="transfer_to_same", department=to.name)
        require(WORK_ORDER_TRANSITIONS, order.number, order.status, WorkOrderStatus.ISSUED)
        drop_request(order, why=why, by=by, at=at)
        was = _keep(order, to, why, by=by, at=at)
        _hand_over(order, to)
        require_issuable(order, at=at)
        Event.objects.append(
            order, "transferred", by=by, at=at, old=was.code, new=to.code, reason=why
        )
        clocks.order_transferred(order, by=by, at=at)
        if order.report is not None:
            follow_ups.owe_call(
                order.report,
                kind=FollowUpKind.AFTER_TRANSFER,
                order=order,
                owner=order.report.first_owner,
                by=by,
                at=at,
            )
    return order


def _keep(order: WorkOrder, to: Department, why: str, *, by: Actor, at: datetime) -> Department:
    OrderTransfer.objects.create(
        order=order,
        from_department=order.department,
        to_department=to,
        reason=why[:300],
        at=at,
        by=by,
        status_before=order.status,
        notified_before=order.notified_at,
        accepted_before=order.accepted_at,
    )
    return order.department


def _hand_over(order: WorkOrder, to: Department) -> None:
    write(
        order,
        department=to,
        crew=None,
        status=WorkOrderStatus.ISSUED,
        notified_at=None,
        notify_method="",
        callee="",
        recording="",
        accepted_at=None,
        accepted_by=None,
        assignee="",
        expected_at=None,
        en_route_at=None,
        on_site_at=None,
        started_at=None,
        transfer_count=order.transfer_count + 1,
    )
