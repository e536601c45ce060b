"""Whoever hears of every notice, whatever customer it is for: followers, programs, groups."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings

from outages.choices import NoticeChannel
from outages.delivery.gateways import is_configured
from outages.delivery.wechat import FOLLOWERS
from outages.models import Delivery, OutageNotice, WebhookSubscriber


def of_everybody(notice: OutageNotice, *, at: datetime) -> list[Delivery]:
    """Return a delivery, not stored yet, for each outlet that is set up.

    Without an account WeChat is a person's duty: text to copy, evidence to give.
    """
    rows: list[Delivery] = []
    if is_configured(NoticeChannel.WECHAT):
        rows.append(_to(notice, NoticeChannel.WECHAT, FOLLOWERS, at=at))
    targets = settings.GATEWAYS.get("push", {}).get("targets", {})
    rows += [_to(notice, NoticeChannel.PUSH, name, at=at) for name in sorted(targets)]
    listening = WebhookSubscriber.objects.filter(is_on=True).order_by("pk")
    rows += [
        _to(notice, NoticeChannel.WEBHOOK, str(pk), at=at)
        for pk in listening.values_list("pk", flat=True)
    ]
    return rows


def _to(notice: OutageNotice, channel: NoticeChannel, recipient: str, *, at: datetime) -> Delivery:
    return Delivery(notice=notice, channel=channel, recipient=recipient, key=uuid4(), due_at=at)
