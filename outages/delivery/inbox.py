"""What providers send us: receipts and replies, each taken once, in whatever order they come.

The row and its effect are one transaction, and the row's (source, external id) is unique: heard
twice, it is one. A receipt says of an unknown delivery that it arrived, and of any whether the
telephone has it; the newest by the provider's clock counts. Nothing is thrown away: what fits no
message of ours is kept, and a receipt that came before its message's answer finds it by our key.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from outages.choices import InboundKind, NoticeChannel
from outages.delivery.gateway import Heard, Temporary
from outages.delivery.gateways import NoGateway, providers_of
from outages.delivery.opt_outs import wish_of, write_down
from outages.models import Delivery, Event, InboundMessage
from outages.policy.addresses import mobile_number
from outages.workflow import DeliveryStatus

log = structlog.get_logger(__name__)

# What people write under a call-back: 1 or 2, in any of their widths, or the words themselves.
_ANSWERS: Final = (
    (re.compile(r"\s*(2|２|二|不满意|不满)\s*[。.!！]?\s*"), InboundMessage.Answer.UNSATISFIED),
    (re.compile(r"\s*(1|１|一|满意)\s*[。.!！]?\s*"), InboundMessage.Answer.SATISFIED),
)


def take(heard: Heard, *, channel: str, at: datetime) -> InboundMessage | None:
    """Keep one thing heard, with its effect; None where it was heard before."""
    heard = replace(heard, text=_storable(heard.text))
    with transaction.atomic():
        delivery = _meant(heard, channel)
        row, is_new = InboundMessage.objects.get_or_create(
            source=heard.source,
            external_id=heard.external_id,
            defaults={
                "kind": heard.kind,
                "channel": channel,
                "at": heard.at,
                "received_at": at,
                "delivery": delivery,
                "sender": heard.sender[:40],
                "text": heard.text[:500],
                "answer": answer_of(heard.text) if heard.kind == InboundKind.REPLY else "",
                "is_delivered": heard.delivered,
                "reference": heard.reference[:120],
            },
        )
        if not is_new:
            return None
        if delivery is not None and heard.kind == InboundKind.RECEIPT:
            _mark(delivery, heard, at=at)
        Event.objects.append(
            delivery or row,
            f"{heard.kind}_heard",
            by=None,
            at=at,
            new=_outcome(heard),
            inbound=row.pk,
            reason=heard.reason,
        )
        if heard.kind == InboundKind.REPLY:
            _heed_wish(row, at=at)
    return row


def _storable(text: str) -> str:
    """Return words that the database keeps: no NUL, and half of a character as a question mark.

    An SMS that was cut in the middle of an emoji ends with such a half.
    """
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _heed_wish(row: InboundMessage, *, at: datetime) -> None:
    """Keep that somebody wants no more messages, or wants them again; nobody has to read it."""
    wish = wish_of(row.text)
    address = mobile_number(row.sender) if row.channel == NoticeChannel.SMS else row.sender.lower()
    if wish is None or not address:
        return
    write_down(
        channel=row.channel,
        address=address,
        is_out=wish,
        reason=row.text.strip(),
        by=None,
        at=at,
        customer=row.delivery.customer if row.delivery else "",
        heard=row,
    )
    row.taken_at = at
    row.save(update_fields=["taken_at"])


def collect(*, at: datetime) -> int:
    """Fetch from providers that wait to be asked; returns how much of it was new."""
    try:
        providers = providers_of(NoticeChannel.SMS)
    except NoGateway:
        return 0
    new = 0
    for provider, gateway in providers:
        collecting = getattr(gateway, "collect", None)
        if collecting is None:
            continue
        try:
            new += _take_all(collecting(), provider, at=at)
        except Temporary as error:
            log.warning("provider_not_asked", channel="sms", error=str(error))
    return new


def _take_all(every: Iterable[Heard], provider: str, *, at: datetime) -> int:
    """Take what a provider gave, which it gives once: one that fails costs none of the others."""
    new = 0
    for heard in every:
        try:
            row = take(replace(heard, provider=str(provider)), channel=NoticeChannel.SMS, at=at)
        except Exception as error:
            log.error(
                "not_taken", provider=str(provider), kind=heard.kind, error=type(error).__name__
            )
        else:
            new += row is not None
    return new


def answer_of(text: str) -> str:
    """Return what a reply comes to, "" where it has to be read by somebody."""
    for pattern, answer in _ANSWERS:
        if pattern.fullmatch(text):
            return str(answer)
    return ""


def _outcome(heard: Heard) -> str:
    if heard.kind != InboundKind.RECEIPT:
        return ""
    return "received" if heard.delivered else "not_received"


def _meant(heard: Heard, channel: str) -> Delivery | None:
    """The delivery that is meant, locked; for a reply the newest that went to that number."""
    rows = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(channel=channel)
    if heard.kind == InboundKind.REPLY:
        return (
            rows.filter(
                recipient__in=[heard.sender, mobile_number(heard.sender) or heard.sender],
                accepted_at__isnull=False,
            )
            .order_by("-accepted_at", "-pk")
            .first()
        )
    wanted = Q(provider_reference=heard.reference) if heard.reference else Q(pk__in=[])
    if heard.provider:
        wanted &= Q(provider__in=["", heard.provider])
    if key := _as_key(heard.key):
        wanted |= Q(key=key)
    return rows.filter(wanted).first()


def _as_key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def catch_up(delivery: Delivery, *, at: datetime) -> None:
    """Give a message just accepted the receipt that came before its own number was written down."""
    rows = InboundMessage.objects.filter(
        kind=InboundKind.RECEIPT,
        channel=delivery.channel,
        delivery=None,
        reference=delivery.provider_reference,
    )
    row = rows.order_by("-at", "-pk").first()
    if row is None:
        return
    row.delivery = delivery
    row.save(update_fields=["delivery"])
    delivery.is_received, delivery.receipt_at = row.is_delivered, row.at
    delivery.last_error = row.text[:200]
    delivery.save(update_fields=["is_received", "receipt_at", "last_error"])
    Event.objects.append(
        delivery,
        "receipt_heard",
        by=None,
        at=at,
        new="received" if row.is_delivered else "not_received",
        inbound=row.pk,
    )


def _mark(delivery: Delivery, heard: Heard, *, at: datetime) -> None:
    """Write a receipt on its delivery; one that is older than what stands there is only kept."""
    if delivery.receipt_at is not None and delivery.receipt_at > heard.at:
        return
    delivery.is_received, delivery.receipt_at = heard.delivered, heard.at
    was = delivery.status
    # The provider had it, whatever became of it then: nobody has to decide any more.
    undecided = was == DeliveryStatus.PENDING and delivery.send_started_at is not None
    if was == DeliveryStatus.UNKNOWN or undecided:
        delivery.status, delivery.accepted_at = DeliveryStatus.ACCEPTED, at
        delivery.send_started_at = None
        Event.objects.append(
            delivery, "delivery_accepted", by=None, at=at, old=was, new=delivery.status
        )
    if heard.reference and not delivery.provider_reference:
        delivery.provider_reference = heard.reference[:120]
    if heard.reason:
        delivery.last_error = heard.reason[:200]
    delivery.save()
