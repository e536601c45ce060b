"""Calls that are owed to people: by when, and made."""

from datetime import datetime
from typing import Final

from outages.choices import (
    FollowUpKind,
)
from outages.models import (
    BurstReport,
    WorkOrder,
)
from outages.models.events import Actor
from outages.selectors.rules.deadlines import deadlines_of
from outages.services.rules import deadlines
from outages.workflow import ReportStatus

# The policy that says by when a call of this kind is owed.
_CALLS: Final = {
    FollowUpKind.AFTER_TRANSFER: "transfer_followup_call",
    FollowUpKind.PROMISED: "consult_reply",
}
# What somebody who told us is owed, whatever becomes of the outage.
OWED_TO_CALLERS: Final = ("consult_reply", "complaint_reply", "transfer_followup_call")


def call_owed(
    report: BurstReport, kind: str, *, order: WorkOrder | None, at: datetime
) -> datetime | None:
    """Start the limit of a call that is owed, and return by when; None where no policy says."""
    key = _CALLS.get(FollowUpKind(kind))
    started = deadlines.start(report, key, at=at, order=order) if key else None
    return started.due_at if started else None


def reply_due_at(report: BurstReport) -> datetime | None:
    """Return by when a complaint is to be answered; None where no limit runs."""
    running = deadlines_of(report).filter(key="complaint_reply", met_at=None, cancelled_at=None)
    found = running.first()
    return found.due_at if found else None


def call_made(report: BurstReport, kind: str, *, by: Actor, at: datetime) -> None:
    """Meet the limit of a call; a complaint that was merged is answered by its call."""
    if key := _CALLS.get(FollowUpKind(kind)):
        deadlines.meet(report, key, by=by, at=at)
    if report.status == ReportStatus.DUPLICATE and kind == FollowUpKind.ANSWER:
        deadlines.meet(report, "complaint_reply", by=by, at=at)
