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
from outages.choices import NoticeChannel, Purpose
from outages.models import Delivery, Event
from outages.models.events import Actor
from outages.workflow import Refused

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
) -> Delivery:
    """Queue one message for one recipient; the same `about` (order:17:issued) is the same one.

    Raises NothingToSay.
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
            },
        )
        if is_new:
            Event.objects.append(
                row, "message_queued", by=by, at=at, new=row.status, purpose=str(purpose)
            )
            transaction.on_commit(partial(tasks.wake, tasks.send_due_deliveries))
    return row
