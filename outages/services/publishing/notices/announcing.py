"""Notices as part of another use case: an emergency's goes out by itself, and what follows."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from outages.choices import NoticeKind
from outages.models import Event, Outage, OutageNotice, lifecycle
from outages.models.events import Actor
from outages.selectors.publishing.notices import withheld_notices
from outages.services.publishing import audience
from outages.services.publishing.audience import AudienceRefused
from outages.services.publishing.notices.approving import PublishRefused, needs_second
from outages.services.publishing.notices.drafting import draft_notice
from outages.services.publishing.notices.sending import publish_notice
from outages.services.publishing.wording import MissingNoticeField
from outages.services.rules import alerts
from outages.workflow import (
    OutageKind,
    Refused,
)

# Who is told at once that a large notice waits (one approves, another publishes), or that one
# could not be said.
SECOND_LOOKS: Final = ("dispatcher", "call_agent", "leader")


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
        _withhold(outage, kind, refused, by=by, at=at)
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


class NothingWithheld(Refused):
    """No notice of this outage waits for something to be filled in."""

    codes = ("notice_nothing_withheld",)


def draft_withheld(
    outage: Outage, *, place: str = "", place_en: str = "", by: Actor, at: datetime
) -> OutageNotice:
    """Draft what could not be said, with its place where that was what was missing.

    Raises NothingWithheld, MissingNoticeField, AudienceRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        withheld = withheld_notices().filter(outage=outage).first()
        if withheld is None:
            raise NothingWithheld(code="notice_nothing_withheld", outage=outage.code)
        if place.strip() and not outage.place:
            lifecycle.change_outage(
                outage, place=place.strip()[:200], place_en=place_en.strip()[:200]
            )
            Event.objects.append(
                outage, "outage_placed", by=by, at=at, new=outage.place[:40], place=outage.place
            )
        return draft_notice(outage, kind=NoticeKind(withheld.new), by=by, at=at)


def tell_spared(outage: Outage, *, by: Actor, at: datetime, reason: str) -> OutageNotice | None:
    """Tell those whom the plan in force spares that their water stays on, or is back.

    None where nobody who may have heard otherwise is spared.
    """
    if not audience.recipients(outage, NoticeKind.CORRECTION, at=at):
        return None
    return announce(outage, kind=NoticeKind.CORRECTION, by=by, at=at, reason=reason)


def _withhold(
    outage: Outage, kind: NoticeKind, refused: Refused, *, by: Actor, at: datetime
) -> None:
    """Keep why a notice did not go out, and tell at once whoever can mend it."""
    Event.objects.append_refusal(outage, "notice_withheld", refused, by=by, at=at, new=str(kind))
    alerts.settle(outage, "notice_withheld", at=at)
    for role in SECOND_LOOKS:
        alerts.raise_alert(
            "notice_withheld",
            audience=alerts.to_role(role),
            subject=outage,
            at=at,
            by=by,
            kind=str(kind),
            refusal=refused.code,
            refused=refused.facts,
        )


def _publishes_itself(outage: Outage) -> bool:
    allowed = getattr(settings, "NOTICE_AUTO_PUBLISH_UNPLANNED", True)
    return outage.kind == OutageKind.UNPLANNED and allowed
