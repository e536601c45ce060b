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

    Without an account of its own WeChat is a person's task: text to copy, evidence to give.
    """
    rows: list[Delivery] = []
    has_account = is_configured(NoticeChannel.WECHAT)
    if has_account or NoticeChannel.WECHAT in settings.NOTICE_OUTLETS:
        rows.append(_to(notice, NoticeChannel.WECHAT, FOLLOWERS, at=at, by_hand=not has_account))
    targets = settings.GATEWAYS.get("push", {}).get("targets", {})
    rows += [_to(notice, NoticeChannel.PUSH, name, at=at) for name in sorted(targets)]
    listening = WebhookSubscriber.objects.filter(is_on=True).order_by("pk")
    rows += [
        _to(notice, NoticeChannel.WEBHOOK, str(pk), at=at)
        for pk in listening.values_list("pk", flat=True)
    ]
    return rows


def _to(
    notice: OutageNotice,
    channel: NoticeChannel,
    recipient: str,
    *,
    at: datetime,
    by_hand: bool = False,
) -> Delivery:
    return Delivery(
        notice=notice,
        channel=channel,
        recipient=recipient,
        key=uuid4(),
        due_at=at,
        by_hand=by_hand,
    )
