"""Publishing: the notice is public, its deliveries are due, the earlier ones are taken back."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from outages import tasks
from outages.choices import DeliveryWhy, NoticeChannel, NoticeKind
from outages.models import Delivery, Event, Outage, OutageNotice, lifecycle
from outages.models.events import Actor
from outages.policy.matrix import Gate
from outages.services import duties
from outages.services.publishing import audience, courtesy, outlets, wording
from outages.services.publishing.journal import journal_notice
from outages.services.publishing.notices.approving import (
    Seen,
    require_as_seen,
    require_publishable,
    require_second,
)
from outages.services.publishing.notices.drafting import notice_fields
from outages.services.rules import alerts, clocks
from outages.workflow import (
    DeliveryStatus,
    NoticeStatus,
    OutageKind,
    OutageStatus,
)


def publish_notice(
    notice: OutageNotice, *, by: Actor, at: datetime, seen: Seen | None = None
) -> OutageNotice:
    """Make the notice public and its deliveries due, all in one transaction.

    What somebody saw before must still be so when it goes out (`seen`), and a large notice needs
    a second person: fail closed, by whatever path it comes.

    Texts are rendered again from what holds now. Pending deliveries of earlier versions are
    superseded. A planned outage that is ready becomes published.
    Raises MissingNoticeField, AudienceRefused, PublishRefused, duties.GateRefused (a planned
    outage without its sheet, its leader's word or its permit).
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(notice.outage)
        if notice.kind == NoticeKind.FIRST:
            duties.require_open(outage, Gate.PUBLISH)
        notice = OutageNotice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.pk)
        require_publishable(notice, outage)
        require_second(notice, by=by, at=at)
        require_as_seen(notice, outage, seen)
        _render_again(notice, outage, at=at)
        alerts.settle(notice, "notice_needs_second", at=at)
        alerts.settle(outage, "notice_withheld", at=at)
        _supersede_earlier(notice, by=by, at=at)
        _queue(notice, outage, at=at)
        if outage.kind == OutageKind.PLANNED and outage.status == OutageStatus.READY:
            lifecycle.move_outage(outage, OutageStatus.PUBLISHED, by=by, at=at, published_at=at)
        elif outage.published_at is None:
            lifecycle.change_outage(outage, published_at=at)
        Event.objects.append(
            notice,
            "notice_published",
            by=by,
            at=at,
            old=NoticeStatus.DRAFT,
            new=NoticeStatus.PUBLISHED,
            deliveries=notice.deliveries.count(),
            customers=notice.customers,
            held=notice.deliveries.filter(status=DeliveryStatus.PENDING, due_at__gt=at).count(),
        )
        if notice.kind == NoticeKind.FIRST:
            clocks.published(outage, by=by, at=at)
        _warn_of_gates(notice, outage, by=by, at=at)
        duties.published(notice, outage, by=by, at=at)
        journal_notice(notice, by=by, at=at)
        transaction.on_commit(partial(tasks.wake, tasks.send_due_deliveries))
        transaction.on_commit(tasks.wake_publication)
    return notice


def _warn_of_gates(notice: OutageNotice, outage: Outage, *, by: Actor, at: datetime) -> None:
    """Record what was published without: a plant's permit warns, it does not stop (C-43)."""
    missing = duties.missing_before(outage, Gate.WARN) if notice.kind == NoticeKind.FIRST else []
    if missing:
        tasks_missing = sorted({row.task for row in missing})
        Event.objects.append(
            notice, "published_without", by=by, at=at, reason=", ".join(tasks_missing)
        )


def _render_again(notice: OutageNotice, outage: Outage, *, at: datetime) -> None:
    fields = notice_fields(outage, kind=notice.kind)
    for name, text in asdict(wording.render(fields)).items():
        setattr(notice, name, text)
    notice.area = audience.checked_area(outage, notice.kind)
    notice.fields, notice.customers = fields.as_json(), outage.customers
    notice.status, notice.published_at = NoticeStatus.PUBLISHED, at
    notice.save()


def _supersede_earlier(notice: OutageNotice, *, by: Actor, at: datetime) -> None:
    """Take back what earlier versions have not sent yet; what is under way is left alone.

    A correction replaces nothing and is not replaced: it goes to others. Where a newer notice
    goes to the same address after all, the sender drops the older message (see the outbox).
    """
    if notice.kind == NoticeKind.CORRECTION:
        return
    earlier = OutageNotice.objects.filter(
        outage_id=notice.outage_id, version__lt=notice.version
    ).exclude(Q(status=NoticeStatus.SUPERSEDED) | Q(kind=NoticeKind.CORRECTION))
    waiting = Delivery.objects.filter(notice__in=earlier, status=DeliveryStatus.PENDING)
    # Why it waited stays: whoever never heard of an outage is not told that it is called off.
    waiting.filter(why="").update(why=DeliveryWhy.NEWER_NOTICE)
    taken_back = waiting.update(status=DeliveryStatus.SUPERSEDED)
    for old in earlier.select_for_update(of=("self",), no_key=True):
        was = old.status
        old.status = NoticeStatus.SUPERSEDED
        old.save(update_fields=["status"])
        Event.objects.append(
            old,
            "notice_superseded",
            by=by,
            at=at,
            old=was,
            new=NoticeStatus.SUPERSEDED,
            deliveries_taken_back=taken_back,
        )


def _queue(notice: OutageNotice, outage: Outage, *, at: datetime) -> None:
    """Write one delivery per address, and the entry on the public list, which is out.

    Due now, or when quiet hours end where it can wait (see courtesy).
    """
    due = [
        Delivery(
            notice=notice,
            channel=recipient.channel,
            recipient=recipient.address,
            customer=recipient.customer,
            language=recipient.language,
            key=uuid4(),
            due_at=at,
        )
        for recipient in audience.recipients(outage, notice.kind, at=at)
    ]
    if notice.kind == NoticeKind.CORRECTION:
        # The public page shows the new area by itself, and a correction to some is none to all.
        courtesy.arrange(due, notice, outage, at=at)
        Delivery.objects.bulk_create(due, batch_size=2_000)
        return
    listed = Delivery(
        notice=notice,
        channel=NoticeChannel.PUBLIC_LIST,
        recipient="public",
        key=uuid4(),
        due_at=at,
        status=DeliveryStatus.ACCEPTED,
        accepted_at=at,
    )
    everybody = outlets.of_everybody(notice, at=at)
    courtesy.arrange([*everybody, *due], notice, outage, at=at)
    Delivery.objects.bulk_create([listed, *everybody, *due], batch_size=2_000)
