"""What starts and stops with a report: taken, a complaint, moved on."""

from datetime import datetime
from typing import Final

from outages.choices import (
    ANSWERABLE_KINDS,
    PHONE_CHANNELS,
    ReportKind,
)
from outages.models import (
    BurstReport,
)
from outages.models.events import Actor
from outages.selectors.rules import policy
from outages.services.rules import deadlines
from outages.services.rules.clocks.orders import (
    REPLIES,
    accept_complaint,
    not_taken,
    start_of_order,
)
from outages.workflow import ReportStatus

_OF_REPORT: Final = ("dispatch_notify", "complaint_classify", *REPLIES)


def report_taken(report: BurstReport, *, at: datetime) -> None:
    """Start the dispatch clock with the report itself, unless the policy waits for the order.

    A question has its own limit; for a suggestion or a word of praise nobody hurries.
    """
    if report.kind == ReportKind.CONSULTATION:
        deadlines.start(report, "consult_reply", at=at)
    elif _must_be_ordered(report) and policy.value("dispatch_notify_clock", at=at) == "reported_at":
        deadlines.start(report, "dispatch_notify", at=at)
    if report.is_complaint:
        complaint_made(report, at=at)


def _must_be_ordered(report: BurstReport) -> bool:
    return report.kind not in ANSWERABLE_KINDS or report.is_complaint


def complaint_made(report: BurstReport, *, at: datetime) -> None:
    """A complaint is answered in days; where nobody is on the line, it is classified in hours.

    An order that is out already and not taken has the complaint's hour from now on.
    """
    deadlines.start(report, "complaint_reply", at=at)
    waiting = list(not_taken(report))
    if report.channel not in PHONE_CHANNELS and not waiting:
        deadlines.start(report, "complaint_classify", at=at)
    for order in waiting:
        deadlines.cancel(order, "accept_normal", at=at, reason="complaint")
        accept_complaint(order, report)


def complaint_withdrawn(report: BurstReport, *, by: Actor, at: datetime) -> None:
    """It was no complaint: its limits stop, what was overstepped stays on record."""
    for key in ("complaint_reply", "complaint_classify"):
        deadlines.cancel(report, key, by=by, at=at, reason="no_complaint")
    for order in not_taken(report):
        deadlines.cancel(order, "accept_complaint", by=by, at=at, reason="no_complaint")
        if order.notified_at is not None and not order.category.forward_only:
            start_of_order(order, "accept_normal", at=order.notified_at)


def report_moved(report: BurstReport, *, by: Actor, at: datetime, reason: str) -> None:
    """Nobody need be told of what was answered, merged or noise; taken up again it counts anew."""
    if report.status == ReportStatus.RECEIVED:
        report_taken(report, at=at)
    elif report.status != ReportStatus.ORDER_ISSUED:
        if report.status == ReportStatus.ANSWERED:
            for key in REPLIES:
                deadlines.meet(report, key, by=by, at=at)
        for key in _OF_REPORT:
            # A complaint that is merged is handled with the other; its caller is answered too.
            if not (key == "complaint_reply" and report.status == ReportStatus.DUPLICATE):
                deadlines.cancel(report, key, by=by, at=at, reason=reason)
