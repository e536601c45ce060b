"""Reports that end at the desk: answered, found invalid, opened again."""

from datetime import datetime

from django.db import transaction

from outages.choices import (
    Disposition,
    Triage,
)
from outages.models import BurstReport, lifecycle
from outages.models.events import Actor
from outages.services.desk.reports.merging import MergeRefused
from outages.services.desk.reports.moving import move, plan_on_commit
from outages.services.desk.reports.taking import ReportRefused
from outages.services.rules.reasons import required_reason
from outages.workflow import ReportStatus, TransitionRefused


def answer_report(report: BurstReport, *, text: str, by: Actor, at: datetime) -> BurstReport:
    """Close a report with an answer to the caller (nothing to dig).

    A fault that is ours, or that nobody could tell, ends in an order, never in words alone.
    Raises ReportRefused, ReasonMissing, TransitionRefused.
    """
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        if report.triage in (Triage.UTILITY_SIDE, Triage.UNKNOWN):
            raise ReportRefused(code="triage_needs_order", report=report.reference)
        move(
            report,
            ReportStatus.ANSWERED,
            "answered",
            by=by,
            at=at,
            answer=required_reason(text)[:200],
        )
    return report


def invalidate_report(
    report: BurstReport,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    disposition: Disposition | str = "",
) -> BurstReport:
    """Mark a report as noise, and as which; it stays on record. `reason` is required."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        move(
            report,
            ReportStatus.INVALID,
            "invalidated",
            by=by,
            at=at,
            reason=required_reason(reason),
            disposition=disposition,
        )
    return report


def reopen_report(report: BurstReport, *, reason: str, by: Actor, at: datetime) -> BurstReport:
    """Take an answered or invalid report up again.

    Raises ReasonMissing, MergeRefused for a duplicate, TransitionRefused.
    """
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        if report.status == ReportStatus.DUPLICATE:
            raise MergeRefused(code="reopen_duplicate", report=report.reference)
        if report.status == ReportStatus.ORDER_ISSUED:  # its order is taken back for that
            raise TransitionRefused(str(report), report.status, "reopened", frozenset())
        move(
            report,
            ReportStatus.RECEIVED,
            "reopened",
            by=by,
            at=at,
            reason=required_reason(reason),
        )
        plan_on_commit(report)
    return report
