"""The draft comes by itself on the policy's day, once; what stays in draft too long turns red."""

from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from outages.models import Alert, BurstReport, Event, MonthlyReport
from outages.models.events import Actor
from outages.policy.monthly.periods import month_drafted_by, period_of
from outages.selectors import monthly
from outages.selectors.monthly.rows import contacts_in
from outages.services.rules import deadlines
from outages.services.rules.alerts import raise_alert, to_role

DUE: Final = "monthly_report_due"
RED: Final = "monthly_report_red"
TOLD_OF_DRAFTS: Final = ("call_agent", "shift_leader")
TOLD_WHEN_RED: Final = ("shift_leader", "leader", "supervision")


def watch(*, at: datetime) -> MonthlyReport | None:
    """Draft the report whose day has come, and alarm once more when one turns red.

    Called by Beat; safe to repeat and to miss: whatever day it runs, the last report that should
    be there is made. A month before anything was recorded gets none.
    """
    drafted = _draft_if_missing(at=at)
    _turn_red(at=at)
    return drafted


def _draft_if_missing(*, at: datetime) -> MonthlyReport | None:
    choice, draft_day = monthly.period_choice(at=at)
    month = month_drafted_by(timezone.localdate(at), draft_day=draft_day)
    if MonthlyReport.objects.filter(month=month).exists():
        return None
    zone = timezone.get_default_timezone()
    period = period_of(month, choice, draft_day=draft_day)
    is_this_month = month == timezone.localdate(at).replace(day=1)
    something = contacts_in(period.begins(zone), period.ends(zone)).exists()
    # An installation of yesterday owes no report of the months before; one that lives does, also
    # of a month in which nobody called.
    if not something and not (is_this_month and BurstReport.objects.exists()):
        return None
    return draft_month(month, by=None, at=at)


def draft_month(month: date, *, by: Actor, at: datetime) -> MonthlyReport:
    """Draft a month's first version and start its limit; what is there already is returned.

    The limit runs from the day on which the policy has it drafted, however late that happens.
    """
    month = month.replace(day=1)
    choice, draft_day = monthly.period_choice(at=at)
    dates = monthly.report_dates(month, at=at)
    period = period_of(month, choice, draft_day=draft_day)
    try:
        with transaction.atomic():
            report = MonthlyReport.objects.create(
                month=month,
                first=period.first,
                last=period.last,
                due_at=dates.due_at,
                red_at=dates.red_at,
                drafted_at=at,
                drafted_by=by,
            )
            began_at = min(at, dates.drafted_at)
            deadlines.start(report, DUE, at=began_at, due_at=dates.due_at)
            Event.objects.append(
                report, "monthly_drafted", by=by, at=at, new=str(report), month=f"{month:%Y-%m}"
            )
            for role in TOLD_OF_DRAFTS:
                raise_alert(
                    "monthly_report_drafted",
                    audience=to_role(role),
                    subject=report,
                    at=at,
                    by=by,
                    month=f"{month:%Y-%m}",
                    due_at=dates.due_at.isoformat(),
                )
    except IntegrityError:  # another process drafted it in the same moment
        return MonthlyReport.objects.get(month=month, version=1)
    return report


def _turn_red(*, at: datetime) -> None:
    late = MonthlyReport.objects.filter(status="draft", version=1, red_at__lte=at)
    for pk in late.values_list("pk", flat=True):
        with transaction.atomic():
            rows = MonthlyReport.objects.select_for_update(of=("self",), no_key=True)
            report = rows.filter(pk=pk, status="draft").first()
            told = Alert.objects.filter(code=RED, subject="monthly", subject_id=pk)
            if report is None or told.exists():
                continue
            Event.objects.append(report, RED, by=None, at=at, month=f"{report.month:%Y-%m}")
            for role in TOLD_WHEN_RED:
                raise_alert(
                    RED,
                    audience=to_role(role),
                    subject=report,
                    at=at,
                    month=f"{report.month:%Y-%m}",
                    due_at=report.due_at.isoformat(),
                )
