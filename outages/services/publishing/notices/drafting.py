"""What a notice would say and to how many, and the draft that is stored."""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from outages.choices import NoticeKind, SupplyPointStatus
from outages.models import Event, Outage, OutageNotice, lifecycle
from outages.models.events import Actor
from outages.services.publishing import audience, wording
from outages.services.publishing.wording import NoticeFields
from outages.workflow import (
    NoticeStatus,
    OutageKind,
)


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


def notice_fields(outage: Outage, *, kind: NoticeKind | str) -> NoticeFields:
    """Read off the outage what a notice is made from; nothing is invented here."""
    newest = outage.estimates.first() if kind == NoticeKind.UPDATE else None
    points = list(outage.supply_points.filter(status=SupplyPointStatus.CONFIRMED))
    fields = NoticeFields(
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
    return replace(fields, is_retimed=_is_retimed(outage, fields))


def _is_retimed(outage: Outage, fields: NoticeFields) -> bool:
    """Whether people were told another end, or another beginning of what has not begun."""
    told = outage.notices.exclude(status=NoticeStatus.DRAFT).exclude(kind=NoticeKind.CORRECTION)
    last = told.order_by("-version").first()
    if last is None:
        return True
    names = ["end", "estimated_restoration"]
    if fields.is_planned and outage.started_at is None:
        names.append("start")
    return any(_moment(last.fields.get(name)) != getattr(fields, name) for name in names)


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _named(name: str, hours: str) -> str:
    return f"{name} ({hours})" if hours else name
