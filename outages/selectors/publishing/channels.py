"""How the ways out fare, for those who look after them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from outages.choices import NoticeChannel, Provider
from outages.models import ChannelState, Delivery, ProviderState, WebhookSubscriber
from outages.workflow import DeliveryStatus

# Longer than this a message should not have waited: somebody has to look.
LATE = timedelta(seconds=60)


@dataclass(frozen=True)
class ChannelHealth:
    """One channel as it is now. Counts are of messages."""

    channel: NoticeChannel
    is_on: bool
    off_reason: str
    waiting: int
    unknown: int
    failed_today: int
    oldest_due_at: datetime | None
    looked_at: datetime | None
    worked_at: datetime | None
    troubled_at: datetime | None
    troubles: int
    last_error: str

    def is_late(self, at: datetime) -> bool:
        """Whether something has been due for longer than it should."""
        return self.oldest_due_at is not None and at - self.oldest_due_at > LATE


def channel_health(channels: tuple[NoticeChannel, ...], *, at: datetime) -> list[ChannelHealth]:
    """Return each channel's health, in the order asked. Three queries."""
    states = {row.channel: row for row in ChannelState.objects.filter(channel__in=channels)}
    rows = Delivery.objects.filter(channel__in=channels)
    # What is through is years of messages, and says nothing of how a channel fares.
    not_through = rows.exclude(status__in=[DeliveryStatus.ACCEPTED, DeliveryStatus.SUPERSEDED])
    counts: dict[str, dict[str, Any]] = {
        row["channel"]: dict(row)
        for row in not_through.values("channel").annotate(
            waiting=Count("pk", filter=Q(status__in=["pending", "sending"])),
            unknown=Count("pk", filter=Q(status=DeliveryStatus.UNKNOWN)),
            failed=Count(
                "pk", filter=Q(status=DeliveryStatus.FAILED, due_at__gte=at - timedelta(days=1))
            ),
            oldest=Min("due_at", filter=Q(status="pending", due_at__lte=at)),
        )
    }
    errors = dict(
        rows.exclude(last_error="")
        .filter(due_at__gte=at - timedelta(days=1))
        .order_by("channel", "-pk")
        .distinct("channel")
        .values_list("channel", "last_error")
    )
    return [
        _health(channel, states.get(channel), counts.get(channel, {}), errors.get(channel, ""))
        for channel in channels
    ]


def _health(
    channel: NoticeChannel, state: ChannelState | None, counts: dict[str, Any], error: str
) -> ChannelHealth:
    number = {name: int(str(counts.get(name) or 0)) for name in ("waiting", "unknown", "failed")}
    oldest = counts.get("oldest")
    return ChannelHealth(
        channel=channel,
        is_on=state.is_on if state else True,
        off_reason=state.off_reason if state else "",
        waiting=number["waiting"],
        unknown=number["unknown"],
        failed_today=number["failed"],
        oldest_due_at=oldest if isinstance(oldest, datetime) else None,
        looked_at=state.looked_at if state else None,
        worked_at=state.worked_at if state else None,
        troubled_at=state.troubled_at if state else None,
        troubles=state.troubles if state else 0,
        last_error=error,
    )


@dataclass(frozen=True)
class Circuit:
    """One of a channel's two providers as it is now."""

    provider: Provider
    troubles: int
    open_until: datetime | None
    worked_at: datetime | None
    troubled_at: datetime | None
    last_error: str

    def is_open(self) -> bool:
        """Whether it is left alone; after `open_until` one message tries it."""
        return self.open_until is not None


def circuits(channel: str) -> list[Circuit]:
    """Return how both providers of a channel fare, the first first. One query."""
    rows = {row.provider: row for row in ProviderState.objects.filter(channel=channel)}
    found = []
    for provider in Provider:
        row = rows.get(provider) or ProviderState(channel=channel, provider=provider)
        found.append(
            Circuit(
                provider=provider,
                troubles=row.troubles,
                open_until=row.open_until,
                worked_at=row.worked_at,
                troubled_at=row.troubled_at,
                last_error=row.last_error if row.troubles else "",
            )
        )
    return found


def subscribers() -> QuerySet[WebhookSubscriber]:
    """All programs that listen, or did."""
    return WebhookSubscriber.objects.order_by("-is_on", "name")


def subscriber_counts() -> dict[str, dict[str, int]]:
    """Subscriber's number -> status -> events. One query."""
    rows = (
        Delivery.objects.filter(channel=NoticeChannel.WEBHOOK)
        .values_list("recipient", "status")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[str, dict[str, int]] = {}
    for recipient, status, n in rows:
        found.setdefault(recipient, {})[status] = n
    return found
