"""Speaking with the user about an order, and telling them in the end how it went."""

from datetime import datetime

from django.db import transaction

from outages.choices import ContactMethod
from outages.models import Event, UserContact, WorkOrder
from outages.models.events import Actor
from outages.services.callbacks.drawing import draw_callback
from outages.services.callbacks.following import follow_up_told
from outages.services.orders.locked import OrderRefused, advance, lock_order, require_hand_in
from outages.services.rules import clocks
from outages.workflow import WORK_ORDER_TRANSITIONS, WorkOrderStatus, require


def contact_user(
    order: WorkOrder,
    *,
    method: ContactMethod | str,
    by: Actor,
    at: datetime,
    reached: bool = True,
    note: str = "",
) -> UserContact:
    """Record that the user was contacted, or that nobody answered (visited, not met).

    By those who have the order, or who give orders. The note may be personal, so the event does
    not repeat it. Raises OrderRefused.
    """
    with transaction.atomic():
        order = lock_order(order)
        if order.status in (
            WorkOrderStatus.DRAFT,
            WorkOrderStatus.ARCHIVED,
            WorkOrderStatus.VOID,
        ):
            raise OrderRefused(code="order_not_at_work", order=order.number)
        require_hand_in(order, by)
        contact = UserContact.objects.create(
            order=order, at=at, by=by, method=method, reached=reached, note=note.strip()[:300]
        )
        Event.objects.append(
            order, "user_contacted", by=by, at=at, new=str(method), reached=reached
        )
    return contact


def may_be_reached(order: WorkOrder) -> bool:
    """Whether there is a user to contact: somebody told us, and left a number."""
    return bool(order.report and order.report.contact_phone)


def was_contacted(order: WorkOrder) -> bool:
    """Whether the user was reached about this order."""
    return order.contacts.filter(reached=True).exists()


def feed_back(
    order: WorkOrder,
    *,
    by: Actor,
    at: datetime,
    told: str = "",
    method: ContactMethod | str = ContactMethod.PHONE,
) -> WorkOrder:
    """Record that the user was told the result; `told` says what.

    Refused where a number was left and nobody has been spoken with since the result: then `told`
    is required. Meets the complaint's limit. The call-back is drawn; while it is owed the order
    is with the call-backs. Raises OrderRefused, TransitionRefused.
    """
    with transaction.atomic():
        order = lock_order(order)
        require(WORK_ORDER_TRANSITIONS, order.number, order.status, WorkOrderStatus.FED_BACK)
        if told.strip():
            contact_user(order, method=method, by=by, at=at, note=told)
        elif may_be_reached(order) and not _contacted_since_result(order):
            raise OrderRefused(code="contact_missing", order=order.number)
        order = advance(order, WorkOrderStatus.FED_BACK, by=by, at=at, own=False, fed_back_at=at)
        clocks.user_told(order, by=by, at=at)
        follow_up_told(order, by=by, at=at)
        callback = draw_callback(order, by=by, at=at)
        if callback is not None and callback.done_at is None:
            order = advance(order, WorkOrderStatus.CALLBACK, by=by, at=at, own=False)
    return order


def _contacted_since_result(order: WorkOrder) -> bool:
    contacts = order.contacts.filter(reached=True)
    return contacts.filter(at__gte=order.finished_at).exists() if order.finished_at else False
