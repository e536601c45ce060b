"""Laying an order before supervision, and what supervision made of it."""

from datetime import datetime

from django.db import transaction

from outages.choices import EscalationReason
from outages.models import Escalation, Event, WorkOrder
from outages.models.events import Actor
from outages.services.orders.locked import OrderRefused, lock_order
from outages.services.rules import leaders
from outages.services.rules.reasons import required_reason
from outages.workflow import OPEN_WORK_ORDERS


def escalate_order(
    order: WorkOrder,
    *,
    reason: EscalationReason | str,
    by: Actor,
    at: datetime,
    note: str = "",
    key: str = "",
) -> Escalation:
    """Lay an open order before supervision, for one of the three reasons of the regulations.

    `key` names the limit that ran out, where the order is escalated by itself.
    """
    with transaction.atomic():
        order = lock_order(order)
        if order.status not in OPEN_WORK_ORDERS:
            raise OrderRefused(code="order_not_at_work", order=order.number)
        if order.escalations.filter(resolved_at=None).exists():
            raise OrderRefused(code="escalated_already", order=order.number)
        made = Escalation.objects.create(
            order=order, reason=EscalationReason(reason), note=note.strip()[:300], at=at, by=by
        )
        named = {"key": key} if key else {}
        Event.objects.append(order, "escalated", by=by, at=at, new=str(reason), **named)
        code = "escalated_overdue" if key else "escalated"
        leaders.tell_supervision(code, order=order, at=at, reason=str(reason), **named)
    return made


def resolve_escalation(
    escalation: Escalation, *, resolution: str, by: Actor, at: datetime
) -> Escalation:
    """Write down what supervision decided or co-ordinated. Raises OrderRefused, ReasonMissing."""
    said = required_reason(resolution)
    with transaction.atomic():
        order = lock_order(escalation.order)
        escalation = Escalation.objects.select_for_update().get(pk=escalation.pk)
        if escalation.resolved_at is not None:
            raise OrderRefused(code="escalation_resolved")
        escalation.resolution, escalation.resolved_at = said[:300], at
        escalation.resolved_by = by
        escalation.save()
        Event.objects.append(order, "escalation_resolved", by=by, at=at, reason=said)
        leaders.tell_call_centre("escalation_resolved", order=order, at=at)
    return escalation
