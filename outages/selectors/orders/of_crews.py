"""A crew's orders."""

from django.db.models import QuerySet

from outages.models import (
    WorkOrder,
)
from outages.workflow import (
    OPEN_WORK_ORDERS,
)


def crew_orders(*, crew_code: str) -> QuerySet[WorkOrder]:
    """Open orders of a crew, newest first, with outage and crew loaded. One query."""
    return (
        WorkOrder.objects.filter(crew__code=crew_code, status__in=OPEN_WORK_ORDERS)
        .select_related("outage", "crew", "report", "category")
        .order_by("-issued_at", "-pk")
    )
