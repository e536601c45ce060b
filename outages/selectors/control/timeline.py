"""What happened with an outage, in order."""

from django.db.models import Q, QuerySet

from outages.models import (
    Event,
    Outage,
)


def timeline(outage: Outage) -> QuerySet[Event]:
    """Events of an outage and of the reports that led to it, oldest first. One query.

    Single deliveries are left out: `delivery_counts` says how those stand.
    """
    return (
        Event.objects.filter(Q(outage=outage) | Q(report__outage=outage))
        .exclude(subject="delivery")
        .select_related("by")
        .order_by("at", "pk")
    )
