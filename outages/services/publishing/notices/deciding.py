"""Deciding by hand: on messages whose fate is unknown, that wait for the morning, or failed."""

from datetime import datetime
from functools import partial

from django.db import transaction

from outages import tasks
from outages.choices import DeliveryWhy, NoticeChannel
from outages.models import Delivery, Event, OutageNotice
from outages.models.events import Actor
from outages.services.rules.reasons import required_reason
from outages.workflow import DeliveryStatus, NoticeStatus, Refused, TransitionRefused


class NothingWaits(Refused):
    """No message of this notice waits for quiet hours to end."""

    codes = ("notice_nothing_waits",)


class OthersByNow(Refused):
    """Another number of messages is undecided than somebody has looked at."""

    codes = ("notice_undecided_changed",)


class NothingFailed(Refused):
    """No message of this notice was refused on this channel."""

    codes = ("notice_nothing_failed",)


def resolve_delivery(
    delivery: Delivery, *, arrived: bool, reason: str, by: Actor, at: datetime
) -> Delivery:
    """Decide by hand on a delivery whose fate is unknown: it arrived, or send it once more.

    Raises TransitionRefused unless it is `unknown`, ReasonMissing.
    """
    why = required_reason(reason)
    status = DeliveryStatus.ACCEPTED if arrived else DeliveryStatus.PENDING
    with transaction.atomic():
        row = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery.pk)
        if row.status != DeliveryStatus.UNKNOWN:
            msg = f"delivery {row.pk}"
            raise TransitionRefused(msg, row.status, status, frozenset())
        row.status, row.send_started_at, row.lease_until = status, None, None
        row.due_at, row.accepted_at = at, at if arrived else None
        if not arrived:
            row.provider = ""  # it has arrived nowhere: any provider may have it
        row.save()
        Event.objects.append(
            row,
            "delivery_resolved",
            by=by,
            at=at,
            old=DeliveryStatus.UNKNOWN,
            new=status,
            reason=why,
        )
        transaction.on_commit(partial(tasks.wake, tasks.send_due_deliveries))
    return row


def resolve_all(
    notice: OutageNotice,
    *,
    channel: NoticeChannel | str,
    count: int,
    arrived: bool,
    reason: str,
    by: Actor,
    at: datetime,
) -> int:
    """Decide alike on all messages of a channel whose fate is unknown; returns how many.

    All or none, each with its event. Raises OthersByNow where there are not `count` of them any
    more, ReasonMissing.
    """
    with transaction.atomic():
        rows = notice.deliveries.filter(channel=channel, status=DeliveryStatus.UNKNOWN)
        found = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
        if len(found) != count:
            raise OthersByNow(code="notice_undecided_changed", counted=len(found), seen=count)
        for row in found:
            resolve_delivery(row, arrived=arrived, reason=reason, by=by, at=at)
    return len(found)


def send_at_once(notice: OutageNotice, *, reason: str, by: Actor, at: datetime) -> int:
    """Let what waits for quiet hours to end go now; returns how many messages.

    Raises NothingWaits, ReasonMissing.
    """
    why = required_reason(reason)
    with transaction.atomic():
        notice = OutageNotice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.pk)
        rows = notice.deliveries.filter(
            status=DeliveryStatus.PENDING, why=DeliveryWhy.QUIET_HOURS, due_at__gt=at
        )
        count = rows.update(due_at=at, why="", may_wait_until=None)
        if not count:
            raise NothingWaits(code="notice_nothing_waits")
        Event.objects.append(
            notice, "notice_not_held", by=by, at=at, new=notice.status, reason=why, count=count
        )
        transaction.on_commit(partial(tasks.wake, tasks.send_due_deliveries))
    return count


def send_failed_again(
    notice: OutageNotice, *, channel: NoticeChannel | str, reason: str, by: Actor, at: datetime
) -> int:
    """Try once more what a gateway refused for good; returns how many messages.

    Nobody has got them: what may have arrived is undecided instead (resolve_delivery). Only what
    is in force is said again. Raises NothingFailed, ReasonMissing.
    """
    why = required_reason(reason)
    with transaction.atomic():
        notice = OutageNotice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.pk)
        rows = notice.deliveries.filter(channel=channel, status=DeliveryStatus.FAILED)
        count = 0
        if notice.status == NoticeStatus.PUBLISHED:
            # The provider is free again, and so is the mark of an attempt that came to nothing.
            count = rows.update(
                status=DeliveryStatus.PENDING,
                due_at=at,
                lease_until=None,
                send_started_at=None,
                provider="",
                last_error="",
                why="",
            )
        if not count:
            raise NothingFailed(code="notice_nothing_failed")
        Event.objects.append(
            notice,
            "notice_sent_again",
            by=by,
            at=at,
            new=notice.status,
            reason=why,
            channel=str(channel),
            count=count,
        )
        transaction.on_commit(partial(tasks.wake, tasks.send_due_deliveries))
    return count
