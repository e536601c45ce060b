"""What users say after the work, in the demo's past: by SMS, or when somebody calls them.

Made through the services. Only that the SMS left long ago is written by hand: the demo's gateway
would send them now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from outages.choices import InboundKind, NoticeChannel
from outages.delivery import inbox
from outages.delivery.gateway import Heard
from outages.models import CallBack, Delivery, WorkOrder
from outages.models.callbacks.asking import QUESTIONS, TryResult, Verdict
from outages.policy.callbacks import CallBackStatus
from outages.selectors.rules import policy
from outages.services.callbacks import hearing
from outages.services.callbacks.asking import Answers, record_call
from outages.workflow import DeliveryStatus

CONTENT: Final = Answers(**dict.fromkeys(QUESTIONS, Verdict.SATISFIED))
_THINKS: Final = timedelta(hours=1)


def settle(
    order: WorkOrder, text: str, *, called_at: datetime, by: Any, now: datetime
) -> datetime | None:
    """Let the user of a finished order be asked, and content; return when it was over.

    By SMS they answer `text`, or nothing if it is "". None where it is not over before `now`.
    """
    callback = CallBack.objects.select_related("delivery").filter(order=order).first()
    if callback is None or callback.status == CallBackStatus.NO_CONTACT:
        return called_at
    if callback.status == CallBackStatus.TO_CALL and called_at < now:
        record_call(callback, result=TryResult.REACHED, answers=CONTENT, by=by, at=called_at)
        return called_at
    if callback.delivery is None:
        return None
    sent_at = leave(callback.delivery, told_at=callback.created_at)
    if text and sent_at + _THINKS < now:
        say(callback.delivery.recipient, text, when=sent_at + _THINKS, told_at=sent_at + _THINKS)
        hearing.take_replies(at=sent_at + _THINKS)
        return sent_at + _THINKS
    wait = policy.length("callback_sms_wait", at=callback.created_at)
    over = sent_at + wait if wait is not None else now
    if over >= now:
        return None
    hearing.look_after_sms(at=over)
    return over


def leave(delivery: Delivery, *, told_at: datetime) -> datetime:
    """Let the SMS have left when it was due; return when that was."""
    sent_at = max(told_at, delivery.due_at)
    Delivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.ACCEPTED, accepted_at=sent_at
    )
    return sent_at


def say(sender: str, text: str, *, when: datetime, told_at: datetime) -> None:
    """An SMS that a user sends at `when`; the provider tells of it at `told_at`."""
    heard = Heard(
        source="sms",
        external_id=f"demo-{sender}-{text}",
        kind=InboundKind.REPLY,
        at=when,
        sender=sender,
        text=text,
    )
    inbox.take(heard, channel=NoticeChannel.SMS, at=told_at)
