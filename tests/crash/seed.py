"""Fills a database of empty tables: `python -m tests.crash.seed N SUBSCRIBER SECRET [CHANNEL…]`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import django

SUBSCRIBERS = 20


def main() -> None:
    django.setup()
    number, url, secret, *channels = sys.argv[1:]
    share = -(-int(number) // len(channels))
    left = int(number)
    for channel in channels:
        _due(channel, min(share, left), url, secret)
        left -= share


def _due(channel: str, number: int, url: str, secret: str) -> None:
    from outages.delivery.sealing import seal
    from outages.models import Delivery, WebhookSubscriber
    from tests.outages import deliveries

    if channel != "webhook":
        deliveries.notice(recipients=number, channel=channel)
        return
    subscribers = [
        WebhookSubscriber.objects.create(
            name=f"S{each}",
            url=f"{url}/{each}",
            secret=seal(secret),
            created_at=datetime.now(UTC),
        )
        for each in range(min(SUBSCRIBERS, number))
    ]
    for start in range(0, number, len(subscribers)):
        count = min(len(subscribers), number - start)
        made = deliveries.notice(recipients=count, channel=channel)
        for row, subscriber in zip(made.deliveries.order_by("pk"), subscribers, strict=False):
            Delivery.objects.filter(pk=row.pk).update(recipient=str(subscriber.pk))


if __name__ == "__main__":
    main()
