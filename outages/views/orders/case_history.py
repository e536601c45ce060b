"""What happened to a case and to its orders, for the timeline of their pages."""

from typing import Any

from django.db.models import Q

from outages.models import BurstReport, Event, WorkOrder
from outages.views.words.history import entries

_ELSEWHERE = ("delivery", "operation", "deadline", "alert")


def entries_of(report: BurstReport | None, order: WorkOrder | None = None) -> list[dict[str, Any]]:
    """Return the events of a report, or of an order that belongs to none. One query."""
    wanted = Q(pk__in=[])
    if report is not None:
        wanted |= Q(report=report)
    if order is not None:
        wanted |= Q(subject="order", subject_id=order.pk)
    # Deliveries and single valves are the outage's history; limits stand beside, alerts elsewhere.
    rows = Event.objects.filter(wanted).exclude(subject__in=_ELSEWHERE)
    # The order itself says, at the same moment, that it was issued.
    rows = rows.exclude(subject="report", verb="order_issued")
    return entries(rows.select_related("by").order_by("at", "pk"))
