"""Filing an order, and taking one back: nothing is ever deleted."""

from datetime import datetime

from django.db import transaction

from outages.models import WorkOrder, lifecycle
from outages.models.events import Actor
from outages.services.callbacks.following import follow_up_void, open_callbacks, open_follow_up
from outages.services.desk import reports
from outages.services.orders.extension import drop_request
from outages.services.orders.locked import OrderRefused, advance, lock_order
from outages.services.rules import clocks
from outages.services.rules.reasons import required_reason
from outages.workflow import WORK_ORDER_TRANSITIONS, WorkOrderStatus, require


def archive_order(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """File the order. Refused before the user was told, and while a call-back is owed.

    Whose user was dissatisfied stays open until the order that visits them is closed too.
    """
    with transaction.atomic():
        order = lock_order(order)
        require(WORK_ORDER_TRANSITIONS, order.number, order.status, WorkOrderStatus.ARCHIVED)
        if waiting := open_callbacks(order):
            raise OrderRefused(code="callback_pending", order=order.number, waiting=waiting)
        if number := open_follow_up(order):
            raise OrderRefused(code="follow_up_open", order=number)
        order = advance(order, WorkOrderStatus.ARCHIVED, by=by, at=at, own=False, archived_at=at)
        clocks.order_over(order, by=by, at=at, reason="archived")
    return order


def void_order(order: WorkOrder, *, reason: str, by: Actor, at: datetime) -> WorkOrder:
    """Take an order back; it stays on record. `reason` is required.

    A report for which nothing else is out waits again. Raises ReasonMissing, TransitionRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        if order.report is not None:
            lifecycle.lock_report(order.report)
        order = advance(order, WorkOrderStatus.VOID, by=by, at=at, own=False, reason=why)
        drop_request(order, why=why, by=by, at=at)
        clocks.order_over(order, by=by, at=at, reason=why)
        follow_up_void(order, by=by, at=at)
        if order.report is not None:
            reports.wait_again(order.report, reason=why, by=by, at=at)
    return order
