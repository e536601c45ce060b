"""Notices with many recipients, for the tests of the outbox."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from django.contrib.gis.geos import MultiPolygon, Polygon

from outages.models import Delivery, Outage, OutageNotice

# Recipients by channel, from their number.
RECIPIENTS = {
    "sms": "+86138{:08d}".format,
    "email": "{}@example.org".format,
    "wechat": "openid-{}".format,
    "webhook": "subscriber-{}".format,
}
AREA = MultiPolygon(Polygon.from_bbox((110.04, 22.92, 110.06, 22.94)), srid=4326)


def now() -> datetime:
    return datetime.now(UTC)


def notice(*, recipients: int, channel: str = "sms") -> OutageNotice:
    """A published notice with that many deliveries due now."""
    now = datetime.now(UTC)
    number = Outage.objects.count() + 1
    outage = Outage.objects.create(
        code=f"T{number}",
        kind="unplanned",
        cause="burst",
        created_at=now,
        place="解放路",
        area=AREA,
    )
    made = OutageNotice.objects.create(
        outage=outage,
        kind="first",
        version=1,
        status="published",
        published_at=now,
        created_at=now,
        fields={},
        title_zh="停水公告",
        title_en="Water off",
        text_zh="解放路停水",
        text_en="Water is off",
        sms_zh="【清江供水】解放路停水",
        area=AREA,
        customers=recipients,
    )
    Delivery.objects.bulk_create(
        Delivery(
            notice=made,
            channel=channel,
            recipient=RECIPIENTS[channel](n),
            key=uuid4(),
            due_at=now,
        )
        for n in range(recipients)
    )
    return made
