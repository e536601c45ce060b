"""Two reports of one fault: merged, and taken apart again."""

from datetime import datetime

from django.db import transaction

from outages.choices import (
    FollowUpKind,
)
from outages.models import BurstReport
from outages.models.events import Actor
from outages.services.desk import follow_ups
from outages.services.desk.reports.moving import move, plan_on_commit, update
from outages.services.rules import clocks
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused, ReportStatus, TransitionRefused


class MergeRefused(Refused):
    """A report cannot be merged into itself, into a duplicate, or once an order is out."""

    codes = (
        "merge_with_itself",
        "merge_into_duplicate",
        "merge_into_answered",
        "merge_has_outage",
        "merge_has_duplicates",
        "reopen_duplicate",
    )


def merge_report(
    report: BurstReport, *, into: BurstReport, by: Actor, at: datetime, reason: str = ""
) -> BurstReport:
    """Mark a report as a duplicate of `into`; it joins that report's outage, if there is one.

    Raises MergeRefused, TransitionRefused.
    """
    with transaction.atomic():
        report, original = _locked(report, into)
        assert original is not None, "nobody deletes reports"
        into = original
        _require_mergeable(report, into)
        move(
            report,
            ReportStatus.DUPLICATE,
            "merged",
            by=by,
            at=at,
            reason=reason,
            duplicate_of=into,
            outage_id=into.outage_id,
        )
        # Somebody had to tell us once more: the matter counts it, and its order shows it.
        update(into, repeat_count=into.repeat_count + 1)
        if report.is_complaint:
            follow_ups.owe_call(
                report,
                kind=FollowUpKind.ANSWER,
                due_at=clocks.reply_due_at(report),
                text=into.reference,
                by=by,
                at=at,
            )
    return report


def _locked(
    report: BurstReport, other: BurstReport | None
) -> tuple[BurstReport, BurstReport | None]:
    """Lock both, always in the same order: two merges across cannot wait for one another."""
    rows = BurstReport.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    wanted = [report.pk] if other is None else [report.pk, other.pk]
    both = {row.pk: row for row in rows.filter(pk__in=wanted)}
    return both[report.pk], both[other.pk] if other is not None else None


def _require_mergeable(report: BurstReport, into: BurstReport) -> None:
    if report.pk == into.pk:
        raise MergeRefused(code="merge_with_itself", report=report.reference)
    if into.status == ReportStatus.DUPLICATE:
        original = into.duplicate_of.reference if into.duplicate_of else ""
        raise MergeRefused(code="merge_into_duplicate", into=into.reference, original=original)
    if into.status not in (ReportStatus.RECEIVED, ReportStatus.ORDER_ISSUED):
        raise MergeRefused(code="merge_into_answered", into=into.reference)
    if report.outage_id:
        raise MergeRefused(code="merge_has_outage", report=report.reference)
    if report.duplicates.exists():
        raise MergeRefused(code="merge_has_duplicates", report=report.reference)


def unmerge_report(report: BurstReport, *, by: Actor, at: datetime, reason: str) -> BurstReport:
    """Take a duplicate out of its group again ("that is another burst").

    Nobody came back about the other matter then. Raises ReasonMissing, TransitionRefused.
    """
    with transaction.atomic():
        report, into = _locked(report, BurstReport.objects.get(pk=report.pk).duplicate_of)
        if report.status != ReportStatus.DUPLICATE:
            raise TransitionRefused(str(report), report.status, "unmerged", frozenset())
        if into is not None and into.repeat_count:
            update(into, repeat_count=into.repeat_count - 1)
        move(
            report,
            ReportStatus.RECEIVED,
            "unmerged",
            by=by,
            at=at,
            reason=required_reason(reason),
            duplicate_of=None,
            outage_id=None,
        )
        plan_on_commit(report)
    return report
