"""How every change of a call-back is made: locked, by the table, with its event."""

from datetime import datetime
from typing import Any

from outages.choices import DeliveryWhy
from outages.models import CallBack, Event
from outages.models.events import Actor
from outages.policy.callbacks import CALLBACK_TRANSITIONS, OPEN_CALLBACKS, CallBackStatus
from outages.services.publishing.messages import withdraw
from outages.workflow import Refused, require


class CallBackRefused(Refused):
    """What a call-back does not allow."""

    codes = (
        "callback_not_to_call",
        "callback_not_visited",
        "callback_over",
        "callback_unanswered_question",
        "callback_of_protected",
        "callback_of_other_department",
        "callback_has_order",
        "reply_read",
        "rectification_done",
        "rectification_in_the_past",
    )


def lock_callback(callback: CallBack) -> CallBack:
    """Read the call-back as it is now and keep it from others until the transaction ends."""
    return CallBack.objects.select_for_update(of=("self",), no_key=True).get(pk=callback.pk)


def write(callback: CallBack, **values: Any) -> None:
    """Write some fields of a locked call-back."""
    for name, value in values.items():
        setattr(callback, name, value)
    callback.save(update_fields=list(values))


def move(
    callback: CallBack,
    status: CallBackStatus,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    **values: Any,
) -> None:
    """Move a locked call-back by the table, with its event; it is done where nothing is open.

    Once it goes on in another way, its SMS is taken back, if it is not out yet.
    """
    require(CALLBACK_TRANSITIONS, callback.order.number, callback.status, status)
    was = callback.status
    if was == CallBackStatus.SENT and callback.delivery is not None:
        withdraw(callback.delivery, why=DeliveryWhy.ASKED_OTHERWISE, by=by, at=at)
    done_at = None if status in OPEN_CALLBACKS else at
    write(callback, status=status, done_at=done_at, **values)
    Event.objects.append(
        callback,
        "callback_status",
        by=by,
        at=at,
        old=was,
        new=status,
        reason=reason,
        order=callback.order.number,
        method=callback.method,
        turned=callback.turned,
    )
