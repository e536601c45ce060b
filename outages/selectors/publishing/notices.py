"""Notices of an outage, and how their messages fare."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from outages.choices import DeliveryWhy
from outages.models import (
    Delivery,
    Event,
    Outage,
    OutageNotice,
)
from outages.workflow import (
    OPEN_OUTAGES,
    DeliveryStatus,
)


def notices_of(outage: Outage) -> QuerySet[OutageNotice]:
    """All versions, newest first."""
    return outage.notices.order_by("-version")


def delivery_counts(notice: OutageNotice) -> dict[tuple[str, str], int]:
    """(channel, status) -> deliveries. One query."""
    rows = notice.deliveries.values_list("channel", "status").annotate(n=Count("pk")).order_by()
    return {(channel, status): n for channel, status, n in rows}


# (status, deliveries, of these waiting for quiet hours to end, until when)
States = list[tuple[str, int, int, Any]]


def delivery_states(notices: Iterable[OutageNotice]) -> dict[int, States]:
    """Return how far the messages of each notice have come, by its key. One query for all."""
    held = Q(status=DeliveryStatus.PENDING, why=DeliveryWhy.QUIET_HOURS)
    rows = Delivery.objects.filter(notice__in=[notice.pk for notice in notices])
    found: dict[int, States] = {}
    for notice, *state in (
        rows.order_by()
        .values_list("notice", "status")
        .annotate(n=Count("pk"), held=Count("pk", filter=held), until=Min("due_at", filter=held))
    ):
        found.setdefault(notice, []).append(tuple(state))
    return found


def held_deliveries(notice: OutageNotice) -> dict[str, Any]:
    """How many messages of a notice wait for quiet hours to end, and until when. One query."""
    held = notice.deliveries.filter(status=DeliveryStatus.PENDING, why=DeliveryWhy.QUIET_HOURS)
    return held.aggregate(count=Count("pk"), until=Min("due_at"))


def undecided_deliveries() -> QuerySet[Delivery]:
    """Deliveries whose fate is unknown and that a person must decide on, oldest first."""
    return (
        Delivery.objects.filter(status=DeliveryStatus.UNKNOWN)
        .select_related("notice__outage")
        .prefetch_related("callbacks__order")
        .order_by("due_at", "pk")
    )


def withheld_notices() -> QuerySet[Event]:
    """Events of notices that could not be said and have not been since, the newest first.

    Of outages that are not over; what waits for a second person is a draft of its own.
    """
    since = OutageNotice.objects.filter(outage=OuterRef("outage"), created_at__gte=OuterRef("at"))
    rows = Event.objects.filter(verb="notice_withheld", outage__status__in=OPEN_OUTAGES)
    return (
        rows.exclude(facts__code="notice_needs_second")
        .exclude(Exists(since))
        .select_related("outage")
        .order_by("-pk")
    )
