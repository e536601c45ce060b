"""What did not get through, in words: on the list of notices and on a notice's own page."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from outages.choices import NoticeChannel
from outages.delivery.gateways import SENT_CHANNELS
from outages.models import Delivery, OutageNotice
from outages.selectors.publishing import troubles as selectors
from outages.views.messages.errors import in_plain_words
from outages.views.messages.words import masked_recipient
from outages.workflow import DeliveryStatus, NoticeStatus

SHOWN: Final = 30


@dataclass(frozen=True)
class Row:
    """One message in trouble: to whom, masked, and what the gateway said, in words."""

    delivery: Delivery
    masked: str
    error: str


@dataclass(frozen=True)
class Group:
    """Messages of one channel with the same trouble."""

    channel: str
    error: str
    count: int
    rows: list[Row]


@dataclass(frozen=True)
class Again:
    """What may be tried anew on one channel."""

    channel: str
    count: int
    url: str


def row_of(delivery: Delivery) -> Row:
    """Word one message."""
    return Row(delivery, masked_recipient(delivery), in_plain_words(delivery.last_error))


def stuck_channels(*, at: datetime) -> list[dict[str, Any]]:
    """Return what `_stuck.html` says of each channel that holds messages back."""
    return [
        {
            "stuck": each,
            "error": in_plain_words(each.last_error),
        }
        for each in selectors.stuck(SENT_CHANNELS, at=at)
    ]


def not_through_part(notice: OutageNotice) -> dict[str, Any]:
    """Return what `_not_through.html` needs: the messages that nobody has got, by their trouble."""
    found = selectors.not_through(notice)
    in_force = notice.status == NoticeStatus.PUBLISHED
    again = selectors.may_be_sent_again(notice) if in_force else {}
    return {
        "not_through": [_group(list(rows)) for _trouble, rows in groupby(found, key=_trouble_of)],
        "not_through_count": found.count(),
        "again": [
            Again(
                str(NoticeChannel(channel).label),
                count,
                reverse("outages:notice-again", args=[notice.pk, channel]),
            )
            for channel, count in sorted(again.items())
        ],
    }


def _trouble_of(delivery: Delivery) -> tuple[str, str, str]:
    return delivery.channel, delivery.status, delivery.last_error


def _group(rows: list[Delivery]) -> Group:
    first = rows[0]
    error = in_plain_words(first.last_error)
    if first.status == DeliveryStatus.ACCEPTED:
        error = gettext("the provider has it, the telephone has not") + (
            f" · {first.last_error}" if first.last_error else ""
        )
    return Group(
        channel=str(first.get_channel_display()),
        error=error,
        count=len(rows),
        rows=[row_of(each) for each in rows[:SHOWN]],
    )
