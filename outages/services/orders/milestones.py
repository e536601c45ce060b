"""The nodes of pipe works: planned in order, ticked off as they happen."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from outages.models import Event, OrderMilestone, WorkOrder
from outages.models.events import Actor
from outages.selectors.orders.nodes import ahead_of
from outages.services.orders.locked import OrderRefused, lock_order, require_own
from outages.workflow import OPEN_WORK_ORDERS


def plan_milestones(
    order: WorkOrder, *, names: Sequence[str], by: Actor, at: datetime
) -> list[OrderMilestone]:
    """Add nodes after those that the order has."""
    with transaction.atomic():
        order = lock_order(order)
        require_own(order, by)
        if order.status not in OPEN_WORK_ORDERS:
            raise OrderRefused(code="order_not_at_work", order=order.number)
        first = order.milestones.count() + 1
        made = [
            OrderMilestone.objects.create(order=order, sequence=number, name=name.strip()[:80])
            for number, name in enumerate(filter(str.strip, names), start=first)
        ]
        Event.objects.append(order, "milestones_planned", by=by, at=at, count=len(made))
    return made


def finish_milestone(
    milestone: OrderMilestone, *, by: Actor, at: datetime, done_at: datetime | None = None
) -> OrderMilestone:
    """Record that a node is done; told twice it stays as it was told first.

    `done_at` is when it was, where a phone without signal tells it later. Done before an earlier
    node it is kept as told, and its event names what it came before.
    """
    with transaction.atomic():
        order = lock_order(milestone.order)
        require_own(order, by)
        milestone = OrderMilestone.objects.select_for_update().get(pk=milestone.pk)
        if milestone.done_at is None:
            milestone.done_at, milestone.done_by = done_at or at, by
            milestone.save()
            rows = list(order.milestones.all())
            Event.objects.append(
                order,
                "milestone_done",
                by=by,
                at=at,
                sequence=milestone.sequence,
                name=milestone.name,
                ahead_of=ahead_of(rows).get(milestone.pk, []),
            )
    return milestone
