"""Orders that nobody gets done in time go to supervision by themselves (ORG-13).

RULE 1  So long after a limit of an open order ran out as the policy `escalate_after` says; unset,
        nothing is escalated by itself.
RULE 2  Once a limit: where the order was escalated since it ran out, by a person or by itself,
        supervision knows; what they answered is not asked again for the same limit.
RULE 3  A limit of a report is the matter of its live orders, one of an outage of the order that
        started it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db.models import Exists, OuterRef, Q

from outages.choices import EscalationReason
from outages.models import Deadline, Escalation, WorkOrder
from outages.selectors.rules import policy
from outages.services.orders.escalation import escalate_order
from outages.workflow import ORDERS_AT_WORK, Refused

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 200


def escalate_overdue(*, at: datetime) -> int:
    """Escalate every order whose time ran out long enough ago; return how many. Safe to repeat."""
    after = policy.length("escalate_after", at=at)
    if after is None:
        return 0
    return sum(_escalate(order, key, at=at) for order, key in _due(at, after))


def _escalate(order: WorkOrder, key: str, *, at: datetime) -> int:
    try:
        escalate_order(order, reason=EscalationReason.NOT_IN_TIME, key=key, by=None, at=at)
    except Refused as refused:  # somebody was faster
        log.info("escalation_not_needed", order=order.number, code=refused.code)
        return 0
    return 1


def _due(at: datetime, after: timedelta) -> Iterable[tuple[WorkOrder, str]]:
    """Orders with the key of the limit that ran out last, each order once. One query."""
    late = Deadline.objects.filter(
        Q(order=OuterRef("pk")) | Q(subject="report", report=OuterRef("report")),
        met_at__isnull=True,
        cancelled_at__isnull=True,
        due_at__lte=at - after,
    )
    known = Escalation.objects.filter(Q(resolved_at=None) | Q(at__gte=OuterRef("overdue_since")))
    rows = (
        WorkOrder.objects.filter(Exists(late), status__in=ORDERS_AT_WORK)
        .annotate(overdue_since=late.order_by("-due_at").values("due_at")[:1])
        .annotate(overdue_key=late.order_by("-due_at").values("key")[:1])
        .exclude(Exists(known.filter(order=OuterRef("pk"))))
        .order_by("overdue_since", "pk")
    )
    return [(row, str(row.overdue_key)) for row in rows[:MOST_AT_ONCE]]
