"""Reminding a department that an order waits."""

from datetime import datetime

from django.db import transaction

from outages.models import Event, Urge, WorkOrder
from outages.models.events import Actor
from outages.services.orders.locked import OrderRefused, lock_order, write
from outages.services.rules import leaders
from outages.workflow import ORDERS_AT_WORK


def urge_order(order: WorkOrder, *, by: Actor, at: datetime, text: str = "") -> Urge:
    """Urge the department that has the order; it is told, and every urge is counted."""
    with transaction.atomic():
        order = lock_order(order)
        if order.status not in ORDERS_AT_WORK:
            raise OrderRefused(code="order_not_at_work", order=order.number)
        urge = Urge.objects.create(order=order, at=at, by=by, text=text.strip()[:300])
        write(order, urge_count=order.urge_count + 1)
        Event.objects.append(
            order, "urged", by=by, at=at, department=order.department.code, times=order.urge_count
        )
        leaders.tell_department("urged", order=order, at=at, times=order.urge_count)
    return urge
