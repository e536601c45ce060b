"""Deciding by hand on a message of which nobody knows whether it arrived."""

from datetime import datetime
from functools import partial

from django.db import transaction

from outages import tasks
from outages.models import Delivery, Event
from outages.models.events import Actor
from outages.services.rules.reasons import required_reason
from outages.workflow import (
    DeliveryStatus,
    TransitionRefused,
)


def resolve_delivery(
    delivery: Delivery, *, arrived: bool, reason: str, by: Actor, at: datetime
) -> Delivery:
    """Decide by hand on a delivery whose fate is unknown: it arrived, or send it once more.

    Raises TransitionRefused unless it is `unknown`, ReasonMissing.
    """
    why = required_reason(reason)
    status = DeliveryStatus.ACCEPTED if arrived else DeliveryStatus.PENDING
    with transaction.atomic():
        row = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery.pk)
        if row.status != DeliveryStatus.UNKNOWN:
            msg = f"delivery {row.pk}"
            raise TransitionRefused(msg, row.status, status, frozenset())
        row.status, row.send_started_at, row.lease_until = status, None, None
        row.due_at, row.accepted_at = at, at if arrived else None
        row.save()
        Event.objects.append(
            row,
            "delivery_resolved",
            by=by,
            at=at,
            old=DeliveryStatus.UNKNOWN,
            new=status,
            reason=why,
        )
        transaction.on_commit(partial(tasks.wake, tasks.send_due_deliveries))
    return row
