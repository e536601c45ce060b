"""Messages that are no notice: a test, an order to a department, a question after the repair.

They go through the same outbox, once each: the key comes from what the message is about, so that
asking for it twice queues it once.
"""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction

from outages import tasks
from outages.choices import DeliveryWhy, NoticeChannel, Purpose
from outages.models import Delivery, Event
from outages.models.events import Actor
from outages.workflow import DeliveryStatus, Refused

_SPACE: Final = UUID("6f2c3f5e-2f0e-4d8e-9d8b-0a54f3b1c7aa")


class NothingToSay(Refused):
    """A message without words or without an address."""

    codes = ("message_empty",)


def queue_message(
    *,
    purpose: Purpose | str,
    about: str,
    channel: NoticeChannel | str,
    recipient: str,
    text: str,
    by: Actor,
    at: datetime,
    subject: str = "",
    due_at: datetime | None = None,
    may_wait_until: datetime | None = None,
    heeds_opt_out: bool = False,
) -> Delivery:
    """Queue one message for one recipient; the same `about` (order:17:issued) is the same one.

    Due later than `at` it waits for quiet hours to end, and may be put off again until
    `may_wait_until`. Raises NothingToSay.
    """
    if not text.strip() or not recipient.strip():
        raise NothingToSay(code="message_empty")
    key = uuid5(_SPACE, f"{purpose}|{about}|{channel}|{recipient}")
    with transaction.atomic():
        row, is_new = Delivery.objects.get_or_create(
            key=key,
            defaults={
                "purpose": purpose,
                "channel": channel,
                "recipient": recipient,
                "subject": subject[:120],
                "text": text,
                "due_at": due_at or at,
                "why": DeliveryWhy.QUIET_HOURS if due_at is not None and due_at > at else "",
                "may_wait_until": may_wait_until,
                "heeds_opt_out": heeds_opt_out,
            },
        )
        if is_new:
            Event.objects.append(
                row, "message_queued", by=by, at=at, new=row.status, purpose=str(purpose)
            )
            transaction.on_commit(partial(tasks.wake, tasks.send_due_deliveries))
    return row


def withdraw(delivery: Delivery, *, why: DeliveryWhy, by: Actor, at: datetime) -> bool:
    """Take a message back that has not begun to go out. Whether it was not too late.

    Part of the caller's transaction. A sender that has claimed it finds its claim gone.
    """
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",), no_key=True)
        row = rows.filter(
            pk=delivery.pk,
            status__in=[DeliveryStatus.PENDING, DeliveryStatus.SENDING],
            send_started_at=None,
        ).first()
        if row is None:
            return False
        was = row.status
        row.status, row.why, row.lease_until = DeliveryStatus.SUPERSEDED, why, None
        row.save(update_fields=["status", "why", "lease_until"])
        Event.objects.append(
            row, "message_withdrawn", by=by, at=at, old=was, new=row.status, why=str(why)
        )
    return True
