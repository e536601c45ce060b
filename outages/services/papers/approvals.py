"""The company leader's word on a plant's dispatch plan: the hard gate before anybody is told."""

from datetime import datetime

from django.db import transaction

from outages.models import Event, LeaderApproval, OutageSheet, lifecycle
from outages.models.events import Actor
from outages.policy.matrix import Task
from outages.services import duties
from outages.services.papers import handing_over
from outages.services.rules.reasons import required_reason
from outages.workflow import (
    APPROVAL_TRANSITIONS,
    ApprovalStatus,
    OutageStatus,
    Refused,
    require,
)


class ApprovalRefused(Refused):
    """There is a newer sheet than the one looked at."""

    codes = ("approval_outdated",)


def approve_outage(
    approval: LeaderApproval, *, by: Actor, at: datetime, comment: str = ""
) -> LeaderApproval:
    """Approve the plan; the outage goes on to its permit, or to the call centre.

    Raises TransitionRefused (decided already), ApprovalRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(approval.outage)
        approval = _locked(approval)
        _decide(approval, ApprovalStatus.APPROVED, comment, by=by, at=at)
        duties.meet(
            outage,
            Task.LEADER_APPROVAL,
            by=by,
            at=at,
            evidence=f"v{approval.sheet.version}",
        )
        handing_over.settle(outage, by=by, at=at)
    return approval


def reject_outage(
    approval: LeaderApproval, *, comment: str, by: Actor, at: datetime
) -> LeaderApproval:
    """Send the plan back with a reason; a new sheet asks again. Raises ReasonMissing."""
    why = required_reason(comment)
    with transaction.atomic():
        outage = lifecycle.lock_outage(approval.outage)
        approval = _locked(approval)
        _decide(approval, ApprovalStatus.REJECTED, why, by=by, at=at)
        if outage.status == OutageStatus.AWAITING_LEADER:
            lifecycle.move_outage(outage, OutageStatus.IMPACT_CONFIRMED, by=by, at=at, reason=why)
        duties.ask_again(outage, Task.OUTAGE_SHEET, by=by, at=at, reason=why)
    return approval


def _decide(
    approval: LeaderApproval, status: ApprovalStatus, comment: str, *, by: Actor, at: datetime
) -> None:
    require(APPROVAL_TRANSITIONS, f"approval {approval.pk}", approval.status, status)
    newest = OutageSheet.objects.filter(outage=approval.outage_id).order_by("-version").first()
    if newest is not None and newest.pk != approval.sheet_id:
        raise ApprovalRefused(version=newest.version)
    was = approval.status
    approval.status, approval.comment = status, comment.strip()[:300]
    approval.decided_at, approval.decided_by = at, by
    approval.save()
    Event.objects.append(
        approval, "approval_status", by=by, at=at, old=was, new=status, reason=approval.comment
    )


def _locked(approval: LeaderApproval) -> LeaderApproval:
    """Lock it after its outage, as whoever puts a new sheet before the leader does."""
    rows = LeaderApproval.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("outage", "sheet").get(pk=approval.pk)
