"""Versions of the monthly report, what was written into them, and where a month stands."""

from datetime import date, datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from outages.models import ActionItem, MonthlyComment, MonthlyReport
from outages.policy.monthly.periods import Choice, Dates, dates_of
from outages.selectors.rules import policy


class MonthStanding(StrEnum):
    """Where a version of a month's report stands."""

    ISSUED = "issued"
    DRAFT = "draft"
    OVERDUE = "overdue"  # the due day is there, and it is not issued
    RED = "red"  # and over


def versions_of(month: date) -> QuerySet[MonthlyReport]:
    """Return a month's versions, the newest first. One query."""
    return MonthlyReport.objects.filter(month=month).select_related(
        "drafted_by", "issued_by", "corrects"
    )


def newest_reports() -> QuerySet[MonthlyReport]:
    """Return each month's newest version, the last month first. One query."""
    newer = MonthlyReport.objects.filter(month=OuterRef("month"), version__gt=OuterRef("version"))
    return MonthlyReport.objects.filter(~Exists(newer)).select_related("issued_by")


def comments_of(report: MonthlyReport) -> dict[str, MonthlyComment]:
    """Return the comment in force of each section that has one. One query."""
    rows = report.comments.select_related("by").order_by("at", "pk")
    return {row.section: row for row in rows}


def actions_of(report: MonthlyReport) -> QuerySet[ActionItem]:
    """Return the actions agreed in any version of the month's report, the first due first."""
    rows = ActionItem.objects.filter(monthly__month=report.month)
    return rows.select_related("department", "created_by", "closed_by", "monthly")


def actions_open(*, before: date | None = None) -> QuerySet[ActionItem]:
    """Return actions that are not closed (due before a day), the first due first."""
    rows = ActionItem.objects.filter(closed_at=None).select_related("department", "monthly")
    return rows if before is None else rows.filter(due_on__lt=before)


def standing_of(report: MonthlyReport, *, at: datetime) -> MonthStanding:
    """Tell where a version stands. A correction has no due day: the month was issued."""
    if report.is_issued:
        return MonthStanding.ISSUED
    if report.version > 1 or at <= report.due_at:
        return MonthStanding.DRAFT
    return MonthStanding.RED if at >= report.red_at else MonthStanding.OVERDUE


def period_choice(*, at: datetime) -> tuple[Choice, int]:
    """Return which days a report covers and the day it is drafted on, by policy. Two queries."""
    chosen = Choice(str(policy.value("monthly_period", at=at)))
    return chosen, policy.number("monthly_report_draft", at=at)


def report_dates(month: date, *, at: datetime) -> Dates:
    """Return when a month's report is drafted, due and red, by policy. Two queries."""
    return dates_of(
        month,
        draft_day=policy.number("monthly_report_draft", at=at),
        due_day=policy.number("monthly_report_due", at=at),
        zone=timezone.get_default_timezone(),
    )
