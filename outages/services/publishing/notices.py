"""What people are told: drafting, publishing and following up a notice.

An unplanned outage's first notice goes out by itself when its plan is approved
(settings.NOTICE_AUTO_PUBLISH_UNPLANNED): an emergency never waits. Follow-ups of what was
published (a changed time, the all-clear, a cancellation) always do, on the same channels.
See docs/adr on publication.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from outages import tasks
from outages.choices import NoticeChannel, NoticeKind, SupplyPointStatus
from outages.models import Delivery, Event, Outage, OutageNotice, lifecycle
from outages.models.events import Actor
from outages.policy.matrix import Gate
from outages.selectors import policy
from outages.services import duties
from outages.services.publishing import audience, outlets, wording
from outages.services.publishing.audience import AudienceRefused
from outages.services.publishing.journal import journal_notice
from outages.services.publishing.wording import MissingNoticeField, NoticeFields
from outages.services.rules import alerts, clocks
from outages.services.rules.reasons import required_reason
from outages.workflow import (
    DeliveryStatus,
    NoticeStatus,
    OutageKind,
    OutageStatus,
    Refused,
    TransitionRefused,
)

__all__ = [
    "AudienceRefused",
    "MissingNoticeField",
    "NoticePreview",
    "PublishRefused",
    "Seen",
    "announce",
    "approve_notice",
    "draft_notice",
    "needs_second",
    "preview_notice",
    "publish_notice",
    "resolve_delivery",
    "tell_spared",
]

# In which states of an outage a notice of a kind may be published.
_PUBLISHABLE: dict[str, frozenset[OutageStatus]] = {
    NoticeKind.FIRST: frozenset(
        {
            OutageStatus.READY,
            OutageStatus.IMPACT_CONFIRMED,
            OutageStatus.IN_EFFECT,
            OutageStatus.RESTORING,
        }
    ),
    NoticeKind.UPDATE: frozenset(
        {
            OutageStatus.PUBLISHED,
            OutageStatus.IMPACT_CONFIRMED,
            OutageStatus.IN_EFFECT,
            OutageStatus.RESTORING,
        }
    ),
    NoticeKind.CORRECTION: frozenset(
        {
            OutageStatus.PUBLISHED,
            OutageStatus.IMPACT_CONFIRMED,
            OutageStatus.IN_EFFECT,
            OutageStatus.RESTORING,
        }
    ),
    NoticeKind.ALL_CLEAR: frozenset({OutageStatus.RESTORED, OutageStatus.CLOSED}),
    NoticeKind.CANCELLATION: frozenset({OutageStatus.CANCELLED}),
}


# Who is told at once that a large notice waits: one approves, another publishes.
SECOND_LOOKS: Final = ("dispatcher", "call_agent", "leader")


class PublishRefused(Refused):
    """Only the newest draft of an outage that is ready can be published."""

    codes = (
        "notice_no_draft",
        "notice_has_newer",
        "notice_not_now",
        "notice_count_changed",
        "notice_needs_second",
        "notice_needs_other",
    )


@dataclass(frozen=True)
class Seen:
    """What somebody saw before deciding: how many customers, and how many messages."""

    customers: int
    messages: int


@dataclass(frozen=True)
class NoticePreview:
    """What would be said and to how many, before anything is stored."""

    kind: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    sms_zh: str
    sms_en: str
    customers: int
    recipients_by_channel: dict[str, int]


def preview_notice(outage: Outage, *, kind: NoticeKind | str = NoticeKind.FIRST) -> NoticePreview:
    """Render without storing. Raises MissingNoticeField, AudienceRefused."""
    texts = wording.render(notice_fields(outage, kind=kind))
    audience.checked_area(outage, kind)
    told = audience.recipients(outage, str(kind))
    return NoticePreview(
        kind=str(kind),
        customers=outage.customers,
        recipients_by_channel=dict(Counter(str(r.channel) for r in told)),
        **asdict(texts),
    )


def needs_second(notice: OutageNotice, *, at: datetime) -> bool:
    """Whether somebody else must look at it first: it is large, and was not that large before."""
    customers = notice.outage.customers
    limit = policy.value("second_approver_customers", at=at)
    if not isinstance(limit, int) or customers <= limit:
        return False
    if notice.approved_at is not None and notice.customers >= customers:
        return False
    told = notice.outage.notices.exclude(status=NoticeStatus.DRAFT)
    return not told.filter(customers__gte=customers).exists()


def approve_notice(notice: OutageNotice, *, by: Actor, at: datetime) -> OutageNotice:
    """Let a large notice be published by somebody else; holds for as many customers as now.

    Raises PublishRefused, MissingNoticeField, AudienceRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(notice.outage)
        notice = OutageNotice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.pk)
        _require_publishable(notice, outage)
        audience.checked_area(outage, notice.kind)
        notice.approved_by_id, notice.approved_at = by.pk, at
        notice.customers = outage.customers
        notice.save(update_fields=["approved_by", "approved_at", "customers"])
        Event.objects.append(
            notice,
            "notice_approved",
            by=by,
            at=at,
            new=NoticeStatus.DRAFT,
            customers=notice.customers,
        )
    return notice


def draft_notice(
    outage: Outage, *, kind: NoticeKind | str, by: Actor, at: datetime, reason: str = ""
) -> OutageNotice:
    """Store a notice rendered from the outage's data as the next version, not yet published.

    Raises MissingNoticeField, AudienceRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        fields = notice_fields(outage, kind=kind)
        texts = wording.render(fields)
        area = audience.checked_area(outage, str(kind))
        last = outage.notices.aggregate(version=Max("version"))["version"] or 0
        notice = OutageNotice.objects.create(
            outage=outage,
            kind=kind,
            version=last + 1,
            created_at=at,
            created_by=by,
            fields=fields.as_json(),
            area=area,
            customers=outage.customers,
            **asdict(texts),
        )
        Event.objects.append(
            notice, "notice_drafted", by=by, at=at, new=NoticeStatus.DRAFT, reason=reason
        )
    return notice


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
        _require_publishable(notice, outage)
        _require_second(notice, by=by, at=at)
        _require_as_seen(notice, outage, seen)
        _render_again(notice, outage, at=at)
        alerts.settle(notice, "notice_needs_second", at=at)
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


def announce(
    outage: Outage, *, kind: NoticeKind, by: Actor, at: datetime, reason: str = ""
) -> OutageNotice | None:
    """Draft a notice as part of another use case, and publish it if the rules let it go by itself.

    What cannot be said is withheld and recorded (`notice_withheld`), and the use case goes on:
    a valve is never left open because a notice lacked a word.
    """
    if kind != NoticeKind.FIRST and outage.published_at is None:
        return None
    try:
        notice = draft_notice(outage, kind=kind, by=by, at=at, reason=reason)
    except (MissingNoticeField, AudienceRefused) as refused:
        Event.objects.append_refusal(
            outage, "notice_withheld", refused, by=by, at=at, new=str(kind)
        )
        return None
    if kind == NoticeKind.FIRST and not _publishes_itself(outage):
        return notice
    if needs_second(notice, at=at):
        large = PublishRefused(code="notice_needs_second", customers=outage.customers)
        Event.objects.append_refusal(outage, "notice_withheld", large, by=by, at=at, new=str(kind))
        for role in SECOND_LOOKS:
            alerts.raise_alert(
                "notice_needs_second",
                audience=alerts.to_role(role),
                subject=notice,
                at=at,
                by=by,
                customers=outage.customers,
            )
        return notice
    return publish_notice(notice, by=None, at=at)


def tell_spared(outage: Outage, *, by: Actor, at: datetime, reason: str) -> OutageNotice | None:
    """Tell those whom the plan in force spares that their water stays on, or is back.

    None where nobody who may have heard otherwise is spared.
    """
    if not audience.recipients(outage, NoticeKind.CORRECTION, at=at):
        return None
    return announce(outage, kind=NoticeKind.CORRECTION, by=by, at=at, reason=reason)


def _publishes_itself(outage: Outage) -> bool:
    allowed = getattr(settings, "NOTICE_AUTO_PUBLISH_UNPLANNED", True)
    return outage.kind == OutageKind.UNPLANNED and allowed


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


def notice_fields(outage: Outage, *, kind: NoticeKind | str) -> NoticeFields:
    """Read off the outage what a notice is made from; nothing is invented here."""
    newest = outage.estimates.first() if kind == NoticeKind.UPDATE else None
    points = list(outage.supply_points.filter(status=SupplyPointStatus.CONFIRMED))
    return NoticeFields(
        kind=str(kind),
        is_planned=outage.kind == OutageKind.PLANNED,
        cause=outage.cause,
        supply=outage.supply,
        area_zh=outage.place,
        area_en=outage.place_en or outage.place,
        start=outage.started_at or outage.planned_start_at or outage.created_at,
        end=outage.estimated_restoration_at or outage.planned_end_at,
        estimated_restoration=outage.estimated_restoration_at or outage.planned_end_at,
        restored=outage.restored_at,
        hotline=settings.HOTLINE,
        water_zh="；".join(_named(p.name, p.hours) for p in points),
        water_en="; ".join(_named(p.name_en or p.name, p.hours) for p in points),
        why_zh=newest.reason if newest else "",
        why_en=newest.reason_en if newest else "",
    )


def _named(name: str, hours: str) -> str:
    return f"{name} ({hours})" if hours else name


def _require_publishable(notice: OutageNotice, outage: Outage) -> None:
    if notice.status != NoticeStatus.DRAFT:
        raise PublishRefused(code="notice_no_draft")
    if outage.notices.filter(version__gt=notice.version).exists():
        raise PublishRefused(code="notice_has_newer")
    if outage.status not in _PUBLISHABLE[notice.kind] or (
        outage.kind == OutageKind.PLANNED and outage.status == OutageStatus.IMPACT_CONFIRMED
    ):
        raise PublishRefused(code="notice_not_now", outage=outage.code, status=outage.status)


def _require_second(notice: OutageNotice, *, by: Actor, at: datetime) -> None:
    if needs_second(notice, at=at):
        raise PublishRefused(code="notice_needs_second", customers=notice.outage.customers)
    if notice.approved_by_id is not None and by is not None and by.pk == notice.approved_by_id:
        raise PublishRefused(code="notice_needs_other")


def _require_as_seen(notice: OutageNotice, outage: Outage, seen: Seen | None) -> None:
    """Refuse where the audience is not the one that was looked at."""
    if seen is None:
        return
    messages = len(audience.recipients(outage, notice.kind))
    if (seen.customers, seen.messages) != (outage.customers, messages):
        raise PublishRefused(
            code="notice_count_changed",
            seen=f"{seen.customers} / {seen.messages}",
            counted=f"{outage.customers} / {messages}",
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
    taken_back = Delivery.objects.filter(notice__in=earlier, status=DeliveryStatus.PENDING).update(
        status=DeliveryStatus.SUPERSEDED
    )
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
    """Write one delivery per address, due now, and the entry on the public list, which is out."""
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
    Delivery.objects.bulk_create([listed, *everybody, *due], batch_size=2_000)
