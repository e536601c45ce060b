"""Who looks after the ways out: switching one off, trying one, and the programs that listen."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from outages.choices import NoticeChannel, Purpose
from outages.delivery.gateway import Temporary
from outages.delivery.gateways import is_configured
from outages.delivery.http import Blocked, reachable
from outages.delivery.sealing import seal
from outages.delivery.signatures import new_secret
from outages.models import ChannelState, Delivery, Event, WebhookSubscriber
from outages.models.events import Actor
from outages.policy.addresses import mobile_number
from outages.services.publishing.messages import queue_message
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused

# After a change of secret both sign for this long.
OVERLAP: Final = timedelta(hours=24)


class ChannelRefused(Refused):
    """An address or a channel that will not do."""

    codes = ("no_gateway", "test_address", "webhook_address", "webhook_name_taken")


def switch_channel(
    channel: NoticeChannel | str, *, on: bool, reason: str, by: Actor, at: datetime
) -> ChannelState:
    """Let a channel wait, or go on; what is due waits in the database. Raises ReasonMissing."""
    why = required_reason(reason)
    with transaction.atomic():
        ChannelState.objects.get_or_create(channel=channel)
        row = ChannelState.objects.select_for_update(no_key=True).get(channel=channel)
        was, row.is_on = row.is_on, on
        row.off_reason = "" if on else why[:200]
        row.save(update_fields=["is_on", "off_reason"])
        Event.objects.append(
            row,
            "channel_switched",
            by=by,
            at=at,
            old="on" if was else "off",
            new="on" if on else "off",
            reason=why,
            channel=str(channel),
        )
    return row


def send_test(channel: NoticeChannel | str, *, address: str, by: Actor, at: datetime) -> Delivery:
    """Queue a test message to oneself. Raises ChannelRefused."""
    address = address.strip()
    if not is_configured(channel):
        raise ChannelRefused(code="no_gateway")
    if channel == NoticeChannel.SMS:
        address = mobile_number(address)
    elif (channel == NoticeChannel.EMAIL and "@" not in address) or (
        channel == NoticeChannel.WEBHOOK
        and not (address.isdecimal() and WebhookSubscriber.objects.filter(pk=int(address)).exists())
    ):
        address = ""
    if not address:
        raise ChannelRefused(code="test_address")
    utility = settings.UTILITY_NAME["zh-hans"]
    return queue_message(
        purpose=Purpose.TEST,
        about=f"{by.pk}:{at.isoformat()}",
        channel=channel,
        recipient=address,
        subject=gettext("Test message"),
        text=f"【{utility}】{gettext('This is a test. There is nothing to do.')}",
        by=by,
        at=at,
    )


def subscribe(*, name: str, url: str, by: Actor, at: datetime) -> tuple[WebhookSubscriber, str]:
    """Let a program hear of notices; returns it with its secret, which is shown this once.

    Raises ChannelRefused for an address inside our own network, or one that is not https.
    """
    _require_reachable(url)
    secret = new_secret()
    try:
        with transaction.atomic():
            row = WebhookSubscriber.objects.create(
                name=name.strip(), url=url, secret=seal(secret), created_at=at, created_by=by
            )
            Event.objects.append(row, "webhook_added", by=by, at=at, new="on")
    except IntegrityError as error:
        raise ChannelRefused(code="webhook_name_taken") from error
    return row, secret


def change_secret(subscriber: WebhookSubscriber, *, by: Actor, at: datetime) -> str:
    """Give a new secret; for a day both sign, so that the other side can change in peace."""
    secret = new_secret()
    with transaction.atomic():
        row = WebhookSubscriber.objects.select_for_update(of=("self",), no_key=True).get(
            pk=subscriber.pk
        )
        row.old_secret, row.old_secret_until = row.secret, at + OVERLAP
        row.secret = seal(secret)
        row.save(update_fields=["secret", "old_secret", "old_secret_until"])
        Event.objects.append(row, "webhook_secret_changed", by=by, at=at)
    return secret


def switch_subscriber(
    subscriber: WebhookSubscriber, *, on: bool, reason: str, by: Actor, at: datetime
) -> WebhookSubscriber:
    """Stop telling a program, or tell it again from now on. Raises ReasonMissing."""
    why = required_reason(reason)
    with transaction.atomic():
        row = WebhookSubscriber.objects.select_for_update(of=("self",), no_key=True).get(
            pk=subscriber.pk
        )
        was, row.is_on = row.is_on, on
        row.off_reason = "" if on else why[:200]
        row.save(update_fields=["is_on", "off_reason"])
        Event.objects.append(
            row,
            "webhook_switched",
            by=by,
            at=at,
            old="on" if was else "off",
            new="on" if on else "off",
            reason=why,
        )
    return row


def _require_reachable(url: str) -> None:
    try:
        reachable(url)
    except (Blocked, Temporary) as error:
        raise ChannelRefused(code="webhook_address", why=str(error)) from error
