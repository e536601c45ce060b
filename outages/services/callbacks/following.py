"""The order that a dissatisfied user gave rise to: what it needs, and what its end means."""

from datetime import datetime

from outages.choices import ContactMethod
from outages.models import CallBack, WorkOrder
from outages.models.callbacks.asking import CallBackTurn
from outages.models.events import Actor
from outages.policy.callbacks import CallBackStatus
from outages.services.callbacks.locked import lock_callback, move
from outages.services.rules import clocks
from outages.workflow import ORDERS_AT_WORK, WorkOrderStatus

# Until the user was told how it went, the order that follows is not closed.
_OPEN = frozenset({*ORDERS_AT_WORK, WorkOrderStatus.DRAFT, WorkOrderStatus.RESULT_ENTERED})


def lacks_visit(order: WorkOrder) -> bool:
    """Whether the order is to visit a dissatisfied user, and nobody met them yet."""
    if not order.asked_by.exists():
        return False
    return not order.contacts.filter(method=ContactMethod.VISIT, reached=True).exists()


def open_callbacks(order: WorkOrder) -> int:
    """Return how many call-backs of an order are still owed: 1 or none."""
    return CallBack.objects.filter(order=order, done_at=None).count()


def open_follow_up(order: WorkOrder) -> str:
    """Return the number of the order that visits this one's user and is not closed, or ""."""
    row = CallBack.objects.filter(order=order, follow_up__status__in=_OPEN)
    return row.values_list("follow_up__number", flat=True).first() or ""


def follow_up_told(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The user was told what the visit came to: ask again. Part of the caller's transaction."""
    _ask_again(order, CallBackTurn.AFTER_VISIT, by=by, at=at)


def follow_up_void(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The order was taken back: somebody speaks with the user once more."""
    _ask_again(order, CallBackTurn.DISSATISFIED, by=by, at=at)


def _ask_again(order: WorkOrder, why: CallBackTurn, *, by: Actor, at: datetime) -> None:
    for row in CallBack.objects.filter(follow_up=order, status=CallBackStatus.TO_SOLVE):
        callback = lock_callback(row)
        move(callback, CallBackStatus.TO_CALL, by=by, at=at, turned=why, tries=0, tried_at=None)
        clocks.callback_owed(callback, at=at)
