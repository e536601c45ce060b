"""What did not get through, in words: on the list of notices and on a notice's own page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from outages.choices import NoticeChannel, NoticeKind
from outages.delivery.gateways import SENT_CHANNELS
from outages.models import Delivery, OutageNotice
from outages.selectors.publishing import troubles as selectors
from outages.selectors.publishing.notices import undecided_deliveries, withheld_notices
from outages.views.messages.errors import in_plain_words
from outages.views.messages.words import masked_recipient
from outages.views.words.refusals import words_of
from outages.workflow import DeliveryStatus, NoticeStatus

# Of each trouble so many are named, and so many troubles are told apart.
SHOWN: Final = 10
GROUPS: Final = 20
_ALIKE: Final = ("notice", "purpose", "channel", "status", "last_error")


@dataclass(frozen=True)
class Row:
    """One message in trouble, and to whom, masked."""

    delivery: Delivery
    masked: str


@dataclass(frozen=True)
class Group:
    """Messages of one notice and channel with the same trouble; `error` says it in words."""

    notice: OutageNotice | None
    about: str
    channel: str
    error: str
    count: int
    rows: list[Row]


@dataclass(frozen=True)
class Alike:
    """Messages of one channel that may be dealt with in one go."""

    channel: NoticeChannel
    count: int


def stuck_channels(*, at: datetime) -> list[dict[str, Any]]:
    """Return what `_stuck.html` says of each channel that holds messages back."""
    return [
        {"stuck": each, "error": in_plain_words(each.last_error)}
        for each in selectors.stuck(SENT_CHANNELS, at=at)
    ]


def undecided_part(notice: OutageNotice | None = None) -> dict[str, Any]:
    """Return what `_undecided.html` needs: of all, or of one notice and what it may decide at once.

    A dozen queries or so, however many messages there are.
    """
    found = undecided_deliveries()
    if notice is not None:
        found = found.filter(notice=notice)
    return {
        "undecided": _grouped(found),
        "undecided_count": found.count(),
        "undecided_alike": _alike(found) if notice is not None else [],
    }


def withheld_rows() -> list[dict[str, Any]]:
    """Return what `_withheld.html` says of notices that could not be said: the newest of each."""
    found: dict[int, dict[str, Any]] = {}
    for event in withheld_notices():
        if event.outage is None or event.outage.pk in found:
            continue
        found[event.outage.pk] = {
            "outage": event.outage,
            "kind": NoticeKind(event.new).label,
            "why": words_of(event.facts.get("code", ""), event.facts.get("refused", {})),
            "since": event.at,
        }
    return list(found.values())


def not_through_part(notice: OutageNotice) -> dict[str, Any]:
    """Return what `_not_through.html` needs: the messages that nobody has got, by their trouble."""
    found = selectors.not_through(notice)
    in_force = notice.status == NoticeStatus.PUBLISHED
    refused = found.filter(status=DeliveryStatus.FAILED)
    return {
        "not_through": _grouped(found),
        "not_through_count": found.count(),
        "again": _alike(refused) if in_force else [],
    }


def _alike(found: QuerySet[Delivery]) -> list[Alike]:
    rows = found.order_by("channel").values_list("channel").annotate(n=Count("pk"))
    return [Alike(NoticeChannel(channel), n) for channel, n in rows]


def _grouped(found: QuerySet[Delivery]) -> list[Group]:
    counted = found.order_by().values_list(*_ALIKE).annotate(n=Count("pk")).order_by("-n", *_ALIKE)
    groups = [_group(found, alike, n) for *alike, n in counted[:GROUPS]]
    return [group for group in groups if group is not None]


def _group(found: QuerySet[Delivery], alike: list[Any], count: int) -> Group | None:
    """Collect one trouble; None where a sender has dealt with it since it was counted."""
    same = found.filter(**dict(zip(_ALIKE, alike, strict=True))).select_related("notice__outage")
    rows = [Row(each, masked_recipient(each)) for each in same[:SHOWN]]
    if not rows:
        return None
    first = rows[0].delivery
    return Group(
        notice=first.notice,
        about=_about(first),
        channel=str(first.get_channel_display()),
        error=_what_happened(first),
        count=count,
        rows=rows,
    )


def _about(delivery: Delivery) -> str:
    if delivery.notice is None:
        return str(delivery.get_purpose_display())
    return f"{delivery.notice.outage.code} v{delivery.notice.version}"


def _what_happened(delivery: Delivery) -> str:
    if delivery.status != DeliveryStatus.ACCEPTED:
        return in_plain_words(delivery.last_error)
    said = gettext("the provider has it, the telephone has not")
    return f"{said} · {delivery.last_error}" if delivery.last_error else said
