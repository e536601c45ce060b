"""Finished orders whose users are asked, and what they reply: for the tests of call-backs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from outages.choices import NoticeChannel
from outages.delivery import inbox
from outages.delivery.gateway import Heard
from outages.models import CallBack, Delivery, InboundMessage, WorkOrder
from outages.services import orders
from outages.workflow import DeliveryStatus
from tests.factories import NOON
from tests.outages.offices import ordered, told

MINUTE = timedelta(minutes=1)


def finished(
    kind: str = "conduct",
    *,
    about: str = "service_attitude",
    to: str = "engineering",
    at: datetime = NOON,
    **facts: Any,
) -> WorkOrder:
    """An order that was worked off and whose user was told, so that its call-back is drawn."""
    order = ordered(told(kind, at=at - 9 * MINUTE, **facts), to=to, about=about)
    return worked_off(order, at=at)


def worked_off(order: WorkOrder, *, at: datetime, visited: bool = False) -> WorkOrder:
    """Take an issued order to the end: accepted, done at `at`, its user told."""
    order = orders.accept_order(order, by=None, at=at - 4 * MINUTE, assignee="李工")
    order = orders.start_work(order, by=None, at=at - 3 * MINUTE)
    method = "visit" if visited else "phone"
    orders.contact_user(order, method=method, by=None, at=at - 2 * MINUTE)
    order = orders.enter_result(order, result="已处理", by=None, at=at)
    return orders.feed_back(order, told="已处理", by=None, at=at)


def by_sms(at: datetime = NOON, *, phone: str = "13900001111") -> CallBack:
    """A call-back that the draw gave to the SMS, which the provider has since `at`."""
    for _try in range(3):  # of 20 in a row one is by telephone
        order = finished(at=at, contact_phone=phone)
        callback = CallBack.objects.get(order=order)
        if callback.delivery is not None:
            sent(callback, at=at)
            return callback
    raise AssertionError("three in a row were drawn for the telephone")


def by_phone(at: datetime = NOON, **facts: Any) -> CallBack:
    """A call-back that is owed on the telephone: a complaint's."""
    return CallBack.objects.get(order=finished(at=at, is_complaint=True, **facts))


def sent(callback: CallBack, *, at: datetime) -> None:
    """Let the provider have the message."""
    Delivery.objects.filter(pk=callback.delivery_id).update(
        status=DeliveryStatus.ACCEPTED, accepted_at=at
    )
    callback.refresh_from_db()


def reply(
    text: str, *, at: datetime, sender: str = "+8613900001111", key: str = ""
) -> InboundMessage | None:
    """Let a reply come in, as the provider tells of it; None for one that was heard before."""
    heard = Heard(
        source="sms",
        external_id=key or f"{sender}-{at.isoformat()}-{text}",
        kind="reply",
        at=at,
        sender=sender,
        text=text,
    )
    return inbox.take(heard, channel=NoticeChannel.SMS, at=at)
