"""Filing an order, and taking one back: nothing is ever deleted."""

from datetime import datetime

from django.db import transaction

from outages.models import WorkOrder
from outages.models.events import Actor
from outages.services.orders.locked import OrderRefused, advance, lock_order
from outages.services.rules import clocks
from outages.services.rules.reasons import required_reason
from outages.workflow import WORK_ORDER_TRANSITIONS, WorkOrderStatus, require


def open_callbacks(order: WorkOrder) -> int:
    """Return how many call-backs of an order are still owed."""
    callbacks = getattr(order, "callbacks", None)
    return 0 if callbacks is None else int(callbacks.filter(done_at__isnull=True).count())


def archive_order(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """File the order. Refused while a call-back is owed, or before the user was told."""
    with transaction.atomic():
        order = lock_order(order)
        require(WORK_ORDER_TRANSITIONS, order.number, order.status, WorkOrderStatus.ARCHIVED)
        if waiting := open_callbacks(order):
            raise OrderRefused(code="callback_pending", order=order.number, waiting=waiting)
        order = advance(order, WorkOrderStatus.ARCHIVED, by=by, at=at, own=False, archived_at=at)
        clocks.order_over(order, by=by, at=at, reason="archived")
    return order


def void_order(order: WorkOrder, *, reason: str, by: Actor, at: datetime) -> WorkOrder:
    """Take an order back; it stays on record. `reason` is required."""
    why = required_reason(reason)
    with transaction.atomic():
        order = advance(order, WorkOrderStatus.VOID, by=by, at=at, own=False, reason=why)
        clocks.order_over(order, by=by, at=at, reason=why)
    return order
