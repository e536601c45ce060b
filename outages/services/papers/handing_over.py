"""From a confirmed impact to the call centre's desk: sheet, leader, permit, ready to publish.

    confirmed ──sheet──► [leader] ──► [permit] ──► ready: the call centre is told, a notice waits

A gate that a later plan shuts again (more people than the threshold) stops what is not yet out.
An unplanned outage passes none of them: its sheet is a record, not a gate.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from outages.choices import NoticeKind
from outages.models import (
    Event,
    LeaderApproval,
    Outage,
    OutageSheet,
    lifecycle,
)
from outages.models.events import Actor
from outages.policy.matrix import Gate, Task
from outages.services import duties, exchange
from outages.services.papers import sheets
from outages.services.publishing import notices
from outages.services.rules import clocks
from outages.workflow import (
    ApprovalStatus,
    NoticeStatus,
    OutageKind,
    OutageStatus,
)

# Where a planned outage stands while gates are shut before it; nothing is public yet.
BEFORE_PUBLICATION: Final = frozenset(
    {
        OutageStatus.IMPACT_CONFIRMED,
        OutageStatus.AWAITING_LEADER,
        OutageStatus.AWAITING_PERMIT,
        OutageStatus.READY,
    }
)


def hand_over(
    outage: Outage,
    *,
    by: Actor,
    at: datetime,
    on_trunk_road: bool | None = None,
    typed: Mapping[str, Mapping[str, Any]] | None = None,
) -> OutageSheet:
    """Hand the sheet over; a planned outage goes on as far as its gates let it.

    Raises sheets.SheetRefused, notices.MissingNoticeField, notices.AudienceRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        sheet = sheets.write_sheet(outage, by=by, at=at, on_trunk_road=on_trunk_road, typed=typed)
        settle(outage, by=by, at=at)
    return sheet


def settle(outage: Outage, *, by: Actor, at: datetime) -> None:
    """Move a locked planned outage to where its gates let it stand. Others are left alone."""
    if outage.kind != OutageKind.PLANNED or outage.status not in BEFORE_PUBLICATION:
        return
    wanted = _standing(outage)
    if wanted == OutageStatus.AWAITING_LEADER:
        _ask_leader(outage, by=by, at=at)
    if wanted != outage.status:
        lifecycle.move_outage(outage, wanted, by=by, at=at)
    if wanted == OutageStatus.READY:
        _tell_call_centre(outage, by=by, at=at)


def follow_plan(outage: Outage, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Let duties, sheet and gates follow a new plan or a new time of a locked outage."""
    duties.refresh(outage, by=by, at=at, reason=reason)
    if sheets.rewrite_sheet(outage, by=by, at=at) is not None:
        _leader_again_if_larger(outage, by=by, at=at)
    settle(outage, by=by, at=at)


def _standing(outage: Outage) -> OutageStatus:
    missing = {row.task for row in duties.missing_before(outage, Gate.PUBLISH)}
    if Task.OUTAGE_SHEET in missing:
        return OutageStatus(outage.status)
    if Task.LEADER_APPROVAL in missing:
        return OutageStatus.AWAITING_LEADER
    if missing:
        return OutageStatus.AWAITING_PERMIT
    return OutageStatus.READY


def _ask_leader(outage: Outage, *, by: Actor, at: datetime) -> None:
    """Put the newest sheet before the leader; an open question about an older one is replaced."""
    sheet = sheets.newest_sheet(outage)
    assert sheet is not None, "the leader is asked once there is a sheet"
    rows = LeaderApproval.objects.select_for_update(of=("self",), no_key=True)
    asked = rows.filter(outage=outage, status=ApprovalStatus.REQUESTED).first()
    if asked is None:
        asked = LeaderApproval.objects.create(
            outage=outage, sheet=sheet, requested_at=at, requested_by=by
        )
    elif asked.sheet_id != sheet.pk:
        asked.sheet = sheet
        asked.save(update_fields=["sheet"])
    else:
        return
    Event.objects.append(
        asked, "approval_status", by=by, at=at, new=ApprovalStatus.REQUESTED, version=sheet.version
    )


def _leader_again_if_larger(outage: Outage, *, by: Actor, at: datetime) -> None:
    """A leader who approved 200 people has not approved 6,000."""
    approved = (
        outage.approvals.filter(status=ApprovalStatus.APPROVED)
        .select_related("sheet")
        .order_by("-decided_at")
        .first()
    )
    grown = approved is not None and outage.persons > approved.sheet.persons
    if grown and outage.published_at is None:
        duties.ask_again(outage, Task.LEADER_APPROVAL, by=by, at=at, reason="larger_than_approved")


def _tell_call_centre(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The call centre is told: its clocks run from now, and a notice waits to be published."""
    if outage.handed_over_at is None:
        lifecycle.change_outage(outage, handed_over_at=at)
        duties.refresh(outage, by=by, at=at)
        clocks.ready_to_publish(outage, at=at)
        exchange.tell_dispatch_centre(outage, cause="opened", by=by, at=at)
    if not outage.notices.filter(kind=NoticeKind.FIRST, status=NoticeStatus.DRAFT).exists():
        notices.draft_notice(outage, kind=NoticeKind.FIRST, by=by, at=at)
