"""What did not get through: messages that are stuck, refused for good, or reached no telephone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, Count, F, Min, Q, QuerySet, When

from outages.choices import NoticeChannel
from outages.models import ChannelState, Delivery, OutageNotice
from outages.workflow import DeliveryStatus, NoticeStatus

# Longer than this a message should not have waited for a sender.
LATE: Final = timedelta(seconds=60)
# While it sends, a channel says at least this often that it works.
AT_WORK: Final = timedelta(minutes=2)
# However well the rest fares, nobody should wait longer than this for words that are to go at once.
TOO_LONG: Final = timedelta(minutes=15)
# So often refused, a message waits for a gateway that is in trouble and not for its turn.
REFUSED_OFTEN: Final = 3
# What a sender writes down where every provider is left alone: no attempt, and nobody's turn.
ALL_REST: Final = "all providers rest"
# What older notices say has long been told by newer ones, or is over.
RECENT: Final = timedelta(days=3)

# Refused for good, or taken by the provider and kept from the telephone.
NOT_THROUGH: Final = Q(status=DeliveryStatus.FAILED) | Q(
    status=DeliveryStatus.ACCEPTED, is_received=False
)


@dataclass(frozen=True)
class Stuck:
    """Messages of one channel that should be out. `since` is how long the first waits."""

    channel: NoticeChannel
    count: int
    since: datetime
    is_on: bool
    off_reason: str
    last_error: str


@dataclass(frozen=True)
class Lost:
    """How many messages of one notice nobody knows of, and how many did not get through."""

    notice_id: int
    undecided: int
    not_through: int


def stuck(channels: Iterable[NoticeChannel], *, at: datetime) -> list[Stuck]:
    """Return the channels that hold messages back against our will, in the order asked.

    No sender came by, the channel is off, or its gateway refused a message several times. A bulk
    that is going out is not stuck, nor what waits for quiet hours to end. A single program that is
    away is told apart on its own page. A few queries.
    """
    asked = tuple(channels)
    rows = _held_back(asked, at=at)
    # What was refused is due anew each time: how long people wait for it, its notice says.
    waits = Case(
        When(may_wait_until__isnull=True, then=F("notice__published_at")), default=F("due_at")
    )
    counted = rows.values_list("channel").annotate(
        count=Count("pk"), due=Min("due_at"), told=Min(waits)
    )
    found = {
        channel: (count, min(due, told or due)) for channel, count, due, told in counted.order_by()
    }
    states = {row.channel: row for row in ChannelState.objects.filter(channel__in=found)}
    return [
        _stuck(channel, *found[channel], states.get(channel, ChannelState()), rows)
        for channel in asked
        if channel in found and not _is_at_work(states.get(channel), found[channel][1], at=at)
    ]


def _held_back(channels: Iterable[NoticeChannel], *, at: datetime) -> QuerySet[Delivery]:
    nobody_came = Q(status=DeliveryStatus.PENDING, due_at__lte=at - LATE)
    is_refused = Q(
        Q(attempts__gte=REFUSED_OFTEN) | Q(last_error=ALL_REST),
        ~Q(last_error=""),
        ~Q(channel=NoticeChannel.WEBHOOK),
        status__in=[DeliveryStatus.PENDING, DeliveryStatus.SENDING],
    )
    return Delivery.objects.filter(nobody_came | is_refused, channel__in=channels)


def _is_at_work(state: ChannelState | None, since: datetime, *, at: datetime) -> bool:
    """Whether it has sent something just now, and nobody waits too long."""
    if state is None or not state.is_on or state.worked_at is None:
        return False
    return state.worked_at > at - AT_WORK and since > at - TOO_LONG


def _stuck(
    channel: NoticeChannel,
    count: int,
    since: datetime,
    state: ChannelState,
    rows: QuerySet[Delivery],
) -> Stuck:
    error = rows.filter(channel=channel).exclude(last_error="").order_by("-pk").first()
    return Stuck(
        channel=channel,
        count=count,
        since=since,
        is_on=state.is_on,
        off_reason=state.off_reason,
        last_error=error.last_error if error else "",
    )


def not_through(notice: OutageNotice) -> QuerySet[Delivery]:
    """Messages of a notice that nobody has got, those with the same trouble together."""
    return notice.deliveries.filter(NOT_THROUGH).order_by("channel", "status", "last_error", "pk")


def lost_messages(*, at: datetime) -> list[Lost]:
    """Return the notices in force of these days whose messages somebody has to look at."""
    rows = Delivery.objects.filter(
        Q(status=DeliveryStatus.UNKNOWN) | NOT_THROUGH,
        notice__status=NoticeStatus.PUBLISHED,
        notice__published_at__gte=at - RECENT,
    )
    counted = (
        rows.order_by("notice")
        .values_list("notice")
        .annotate(
            undecided=Count("pk", filter=Q(status=DeliveryStatus.UNKNOWN)),
            not_through=Count("pk", filter=NOT_THROUGH),
        )
    )
    return [Lost(*row) for row in counted]
