"""Who must have looked: the newest draft, a second person for a large one, the same count."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from outages.choices import NoticeKind
from outages.models import Event, Outage, OutageNotice, lifecycle
from outages.models.events import Actor
from outages.selectors.rules import policy
from outages.services.publishing import audience
from outages.workflow import (
    NoticeStatus,
    OutageKind,
    OutageStatus,
    Refused,
)

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
        require_publishable(notice, outage)
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


def require_publishable(notice: OutageNotice, outage: Outage) -> None:
    if notice.status != NoticeStatus.DRAFT:
        raise PublishRefused(code="notice_no_draft")
    if outage.notices.filter(version__gt=notice.version).exists():
        raise PublishRefused(code="notice_has_newer")
    if outage.status not in _PUBLISHABLE[notice.kind] or (
        outage.kind == OutageKind.PLANNED and outage.status == OutageStatus.IMPACT_CONFIRMED
    ):
        raise PublishRefused(code="notice_not_now", outage=outage.code, status=outage.status)


def require_second(notice: OutageNotice, *, by: Actor, at: datetime) -> None:
    if needs_second(notice, at=at):
        raise PublishRefused(code="notice_needs_second", customers=notice.outage.customers)
    if notice.approved_by_id is not None and by is not None and by.pk == notice.approved_by_id:
        raise PublishRefused(code="notice_needs_other")


def require_as_seen(notice: OutageNotice, outage: Outage, seen: Seen | None) -> None:
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
