"""Reports that wait again: what was decided for them was taken back."""

from datetime import datetime

from outages.models import BurstReport, Deadline, Event, lifecycle
from outages.models.events import Actor
from outages.services.desk.reports.moving import move, plan_on_commit, update
from outages.workflow import OutageStatus, ReportStatus, WorkOrderStatus

VERB = "reopened"


def wait_again(report: BurstReport, *, reason: str, by: Actor, at: datetime) -> bool:
    """Let a report wait for a decision if nothing is out for it any more. Whether it does now.

    Its orders were all taken back, and its outage, if there was one, was called off: it may be
    answered, planned or ordered anew. Part of the caller's transaction.
    """
    report = lifecycle.lock_report(report)
    if not _is_left_over(report):
        return False
    running = Deadline.objects.filter(subject="report", met_at=None, cancelled_at=None)
    running.filter(report=report).update(outage=None)
    report.duplicates.update(outage=None)
    was = report.status
    if was == ReportStatus.ORDER_ISSUED:
        move(report, ReportStatus.RECEIVED, VERB, by=by, at=at, reason=reason, outage_id=None)
    else:  # a plan was approved, and no crew sent yet
        update(report, outage_id=None)
        Event.objects.append(report, VERB, by=by, at=at, old=was, new=was, reason=reason)
    plan_on_commit(report)
    return True


def _is_left_over(report: BurstReport) -> bool:
    if report.outage is not None and report.outage.status != OutageStatus.CANCELLED:
        return False
    is_decided = report.status == ReportStatus.ORDER_ISSUED
    if not is_decided and (report.status != ReportStatus.RECEIVED or report.outage is None):
        return False
    return not report.work_orders.exclude(status=WorkOrderStatus.VOID).exists()
