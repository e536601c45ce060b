"""Webhooks: every published notice as a signed event to the programs that asked for it.

Receivers drop repeats by `webhook-id`, so the promise is "idempotent". Ten attempts over three
days, as Standard Webhooks proposes; 410 means that nobody wants it any more.
"""

from datetime import datetime
from time import time
from typing import Final

from django.db import transaction
from django.utils import timezone

from outages.delivery.gateway import Habits, Message, OutcomeUnknown, Permanent, Promise, Temporary
from outages.delivery.http import Client
from outages.delivery.sealing import Unsealable, unseal
from outages.delivery.signatures import signed_headers
from outages.models import Event, WebhookSubscriber

MINUTE, HOUR = 60, 3600
# After the first attempt: 75 h 35 min 5 s in all.
SCHEDULE_S: Final = (
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)


class WebhookGateway:
    """All subscribers; the recipient is a subscriber's number."""

    promise = Promise.IDEMPOTENT
    # One subscriber that is away says nothing of the others. No agent can say what a program has;
    # repeats are dropped there, so that what failed may always be sent once more.
    habits = Habits(
        back_off_s=SCHEDULE_S,
        max_attempts=len(SCHEDULE_S) + 1,
        troubles_in_a_row=1_000,
        asks_people=False,
    )

    def __init__(self, *, timeout_s: float) -> None:
        self._http = Client(timeout_s=timeout_s, guarded=True)

    def send(self, message: Message) -> str:
        """Hand one event over; returns its id."""
        subscriber = WebhookSubscriber.objects.filter(pk=int(message.recipient)).first()
        if subscriber is None or not subscriber.is_on:
            msg = "subscriber is off"
            raise Permanent(msg)
        headers = signed_headers(
            str(message.key), message.body, secrets=_secrets(subscriber), at_s=int(time())
        )
        answer = self._http.post(subscriber.url, body=message.body, headers=headers)
        if 200 <= answer.status < 300:
            return str(message.key)
        msg = f"status {answer.status}"
        if answer.status == 410:
            _switch_off(subscriber)
            raise Permanent(msg)
        # Also 3xx and 4xx: a receiver that is being moved or mended gets its events afterwards.
        raise Temporary(msg, retry_after_s=answer.retry_after_s)

    def find(self, message: Message, *, since: datetime) -> str | None:
        """Nobody can ask a subscriber; never called for this promise."""
        msg = f"subscribers cannot be asked for {message.key} of {since}"
        raise OutcomeUnknown(msg)


def _secrets(subscriber: WebhookSubscriber) -> list[str]:
    """The secrets that sign now, the newest first. Raises Temporary where none can be read."""
    try:
        found = [unseal(subscriber.secret)]
        if subscriber.old_secret_until and subscriber.old_secret_until > timezone.now():
            found.append(unseal(subscriber.old_secret))
    except Unsealable as error:
        raise Temporary(str(error)) from error
    return found


def _switch_off(subscriber: WebhookSubscriber) -> None:
    with transaction.atomic():
        rows = WebhookSubscriber.objects.filter(pk=subscriber.pk, is_on=True)
        if rows.update(is_on=False, off_reason="gone"):
            Event.objects.append(
                subscriber, "webhook_gone", by=None, at=timezone.now(), old="on", new="off"
            )
