"""Comments, the issue, and corrections. What is issued stays as it is, word and figure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from outages.models import ActionItem, Event, MonthlyComment, MonthlyReport
from outages.models.events import Actor
from outages.policy.monthly.figures import ActionLine, Figures
from outages.selectors import monthly
from outages.services.monthly.drafting import DUE, RED
from outages.services.rules import deadlines
from outages.services.rules.alerts import raise_alert, settle, to_role
from outages.services.rules.reasons import required_reason
from outages.workflow import MONTHLY_TRANSITIONS, MonthlyStatus, Refused, require

TOLD_OF_ISSUES: Final = ("leader", "supervision")
LONGEST_COMMENT: Final = 4000


class MonthlyRefused(Refused):
    """An issued report is never changed; a month is issued when its days are over."""

    codes = ("monthly_issued", "monthly_not_over", "monthly_not_newest", "monthly_draft_open")


def comment(
    report: MonthlyReport, *, section: str, text: str, by: Actor, at: datetime
) -> MonthlyComment:
    """Write under a section; what stood there before is kept. Raises MonthlyRefused."""
    with transaction.atomic():
        locked = _locked(report)
        if locked.is_issued:
            raise MonthlyRefused(code="monthly_issued", report=str(locked))
        written = MonthlyComment.objects.create(
            report=locked, section=section, text=text.strip()[:LONGEST_COMMENT], by=by, at=at
        )
        Event.objects.append(
            locked, "monthly_commented", by=by, at=at, new=section, comment=written.pk
        )
    return written


def issue(report: MonthlyReport, *, by: Actor, at: datetime) -> MonthlyReport:
    """Issue a version: its figures are counted once more and kept with name and time.

    Leaders and supervision are told. Raises MonthlyRefused, TransitionRefused.
    """
    with transaction.atomic():
        locked = _locked(report)
        require(MONTHLY_TRANSITIONS, str(locked), locked.status, MonthlyStatus.ISSUED)
        if timezone.localdate(at) <= locked.last:
            raise MonthlyRefused(code="monthly_not_over", last=f"{locked.last:%Y-%m-%d}")
        locked.figures = live_figures(locked, at=at).to_json()
        locked.status, locked.issued_at, locked.issued_by = MonthlyStatus.ISSUED, at, by
        locked.issuer_name = _name_of(by)
        locked.save()
        if locked.version == 1:
            deadlines.meet(locked, DUE, by=by, at=at)
        for code in ("monthly_report_drafted", RED):
            settle(locked, code, at=at)
        Event.objects.append(
            locked,
            "monthly_issued",
            by=by,
            at=at,
            old=MonthlyStatus.DRAFT,
            new=MonthlyStatus.ISSUED,
            report=str(locked),
        )
        for role in TOLD_OF_ISSUES:
            raise_alert(
                "monthly_report_issued",
                audience=to_role(role),
                subject=locked,
                at=at,
                by=by,
                month=f"{locked.month:%Y-%m}",
                version=locked.version,
            )
    return locked


def live_figures(report: MonthlyReport, *, at: datetime) -> Figures:
    """Count the figures of a draft's days as they are now, with the actions agreed by now."""
    choice, draft_day = monthly.period_choice(at=at)
    counted = monthly.figures_of(report.period, report.month, choice, draft_day=draft_day, at=at)
    return replace(counted, actions=tuple(_line(each) for each in monthly.actions_of(report)))


def _line(action: ActionItem) -> ActionLine:
    return ActionLine(
        topic=action.topic,
        task=action.task,
        department=action.department.code,
        owner=action.owner,
        due_on=action.due_on.isoformat(),
        result=action.result,
        outcome=action.outcome,
    )


def correct(report: MonthlyReport, *, reason: str, by: Actor, at: datetime) -> MonthlyReport:
    """Open the next version of an issued report, with its comments taken over.

    Raises ReasonMissing, MonthlyRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        locked = _locked(report)
        newest = monthly.versions_of(locked.month).first()
        if newest is not None and newest.pk != locked.pk:
            raise MonthlyRefused(code="monthly_not_newest", newest=newest.version)
        if not locked.is_issued:
            raise MonthlyRefused(code="monthly_draft_open", report=str(locked))
        after = MonthlyReport.objects.create(
            month=locked.month,
            version=locked.version + 1,
            first=locked.first,
            last=locked.last,
            due_at=locked.due_at,
            red_at=locked.red_at,
            drafted_at=at,
            drafted_by=by,
            corrects=locked,
            correction_reason=why[:300],
        )
        for row in monthly.comments_of(locked).values():
            MonthlyComment.objects.create(
                report=after, section=row.section, text=row.text, by=row.by, at=row.at
            )
        Event.objects.append(
            after, "monthly_corrected", by=by, at=at, old=str(locked), new=str(after), reason=why
        )
    return after


def _locked(report: MonthlyReport) -> MonthlyReport:
    rows = MonthlyReport.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=report.pk)


def _name_of(by: Actor) -> str:
    full = by.get_full_name() if by is not None else ""
    return str(full or by or "—")[:150]
