"""Messages in words: how one stands, why it waits or was taken back, what a customer was told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network.words import is_chinese
from outages.choices import CallResult, DeliveryWhy, NoticeChannel, Provider
from outages.models import Delivery, InboundMessage, OutageTask, WebhookSubscriber
from outages.policy.addresses import mask_phone
from outages.selectors.privacy.told import Told
from outages.selectors.rules import policy
from outages.views.duties.words import task_name
from outages.views.messages.errors import in_plain_words
from outages.views.words.wording import Chip
from outages.workflow import DeliveryStatus

STATES: Final[dict[str, str | Promise]] = {
    DeliveryStatus.PENDING: _("waiting"),
    DeliveryStatus.SENDING: _("being sent"),
    DeliveryStatus.ACCEPTED: _("sent"),
    DeliveryStatus.FAILED: _("failed"),
    DeliveryStatus.UNKNOWN: _("unknown"),
    DeliveryStatus.SUPERSEDED: _("taken back"),
}
_TONES: Final[dict[str, str]] = {
    DeliveryStatus.PENDING: "planned",
    DeliveryStatus.SENDING: "busy",
    DeliveryStatus.ACCEPTED: "ok",
    DeliveryStatus.FAILED: "danger",
    DeliveryStatus.UNKNOWN: "warn",
    DeliveryStatus.SUPERSEDED: "draft",
}
_CALLS: Final[dict[str, str]] = {
    CallResult.REACHED: "ok",
    CallResult.NO_ANSWER: "warn",
    CallResult.WRONG_NUMBER: "danger",
}


@dataclass(frozen=True)
class ToldRow:
    """One line of what a customer was told: when, by which way, about what, and how it ended."""

    at: datetime
    way: str
    about: str
    url: str
    chip: Chip | None
    note: str = ""


def chip_of_delivery(row: Delivery) -> Chip:
    """Name how a message stands; a receipt says more than that the gateway has it."""
    if row.status == DeliveryStatus.ACCEPTED and row.is_received is not None:
        return (
            ("ok", gettext("received")) if row.is_received else ("danger", gettext("not received"))
        )
    return _TONES[row.status], STATES[row.status]


def note_of_delivery(row: Delivery) -> str:
    """Say why it stands so: quiet hours, a wish, the other provider, the gateway's error."""
    said: list[str] = []
    if row.status == DeliveryStatus.PENDING and row.why == DeliveryWhy.QUIET_HOURS:
        said.append(gettext("quiet hours: goes at %(at)s") % {"at": short_moment(row.due_at)})
    elif row.why:
        said.append(str(row.get_why_display()))
    if row.provider == Provider.SECOND:
        said.append(str(row.get_provider_display()))
    if row.last_error and row.status != DeliveryStatus.SUPERSEDED:
        said.append(in_plain_words(row.last_error))
    return " · ".join(said)


def masked_recipient(delivery: Delivery) -> str:
    """An address with its middle hidden; a name of ours (followers, a group) as it is."""
    if delivery.channel == NoticeChannel.SMS:
        return mask_phone(delivery.recipient)
    if delivery.channel == NoticeChannel.WEBHOOK and delivery.recipient.isdecimal():
        found = WebhookSubscriber.objects.filter(pk=int(delivery.recipient)).first()
        return found.name if found else delivery.recipient
    name, at, domain = delivery.recipient.partition("@")
    return f"{name[:1]}***@{domain}" if at else delivery.recipient


def short_moment(at: datetime) -> str:
    """Write day and hour: 11-22 07:00."""
    return f"{timezone.localtime(at):%m-%d %H:%M}"


def what_opt_outs_stop(*, at: datetime) -> str:
    """Name what the policy lets an opt-out stop, "" for nothing."""
    found = policy.in_force("opt_out_stops", at=at)
    return "" if found.is_off else found.key.printed(found.value, chinese=is_chinese())


def rows_of(told: Told) -> list[ToldRow]:
    """Return everything that a customer was told, and what came back, newest first."""
    rows = [*_messages(told.messages), *_replies(told.replies), *_calls(told.calls)]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _messages(rows: tuple[Delivery, ...]) -> Iterator[ToldRow]:
    for row in rows:
        about, url = str(row.get_purpose_display()), ""
        asked = next(iter(row.callbacks.all()), None)
        if row.notice is not None:
            about = f"{row.notice.get_kind_display()} · {row.notice.outage.code}"
            url = reverse("outages:outage", args=[row.notice.outage_id])
        elif asked is not None:
            about = f"{about} · {asked.order.number}"
            url = reverse("outages:callback", args=[asked.order.number])
        yield ToldRow(
            at=row.accepted_at or row.due_at,
            way=str(row.get_channel_display()),
            about=about,
            url=url,
            chip=chip_of_delivery(row),
            note=note_of_delivery(row),
        )


def _replies(rows: tuple[InboundMessage, ...]) -> Iterator[ToldRow]:
    for row in rows:
        about = gettext("The customer wrote: %(text)s") % {"text": row.text}
        yield ToldRow(row.at, str(row.get_channel_display()), about, "", None)


def _calls(rows: tuple[OutageTask, ...]) -> Iterator[ToldRow]:
    for row in rows:
        yield ToldRow(
            at=row.done_at or row.made_at,
            way=gettext("telephone"),
            about=f"{task_name(row.task)} · {row.outage.code}",
            url=reverse("outages:outage", args=[row.outage_id]),
            chip=(_CALLS[row.call_result], row.get_call_result_display()),
            note=row.told_to,
        )
