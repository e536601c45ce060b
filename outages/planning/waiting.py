"""What is due without anybody asking: reports without a plan.

This is a sweeper: whatever a lost message should have started, it finds in the database.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT

from outages.choices import ISOLATION_KINDS, MeterSide, Triage
from outages.models import BurstReport, Event, IsolationPlan
from outages.planning import steps
from outages.planning.proposal import plan_isolation
from outages.planning.refusals import PlanningRefused
from outages.workflow import ReportStatus

log = structlog.get_logger(__name__)

# A report that cannot be planned is looked at again for as long as somebody may be mending it.
LOOK_BACK = timedelta(hours=24)
# The process that stored a plan makes its steps; after this long it is not there any more.
STEPS_LATE = timedelta(minutes=1)


def plan_report(report_id: int, *, at: datetime) -> None:
    """Propose a plan for a report that still wants one; a refusal is an event on the report."""
    report = BurstReport.objects.get(pk=report_id)
    if report.status != ReportStatus.RECEIVED or report.outage_id or not report.pipe:
        return
    try:
        plan_isolation(report=report, by=None, at=at)
    except PlanningRefused as refused:
        log.warning("plan_refused", report=report_id, code=refused.code)
        _refuse_once(report, refused, at=at)


def plan_waiting_reports(*, at: datetime) -> int:
    """Propose plans for reports that have none, or one for another pipe. Returns how many.

    Plans whose steps were never made, since a process died in between, get them.
    """
    late = steps.without_steps().filter(computed_at__lt=at - STEPS_LATE)
    for plan in late.order_by("pk"):
        _try(partial(steps.make_steps, plan, by=None, at=at), plan=plan.pk)
    newest = IsolationPlan.objects.filter(report=OuterRef("pk")).order_by("-version")
    waiting = (
        BurstReport.objects.filter(
            status=ReportStatus.RECEIVED,
            kind__in=ISOLATION_KINDS,
            outage__isnull=True,
            received_at__gte=at - LOOK_BACK,
        )
        .filter(~Q(meter_side=MeterSide.AFTER) | Q(triage=Triage.UTILITY_SIDE))
        .exclude(pipe="")
        .alias(planned_for=Subquery(newest.values(asked=KT("burst_pipes__0__pipe"))[:1]))
        .filter(Q(planned_for__isnull=True) | ~Q(planned_for=F("pipe")))
    )
    ids = list(waiting.order_by("priority", "received_at").values_list("pk", flat=True))
    for report_id in ids:
        _try(partial(plan_report, report_id, at=at), report=report_id)
    return len(ids)


def _try(work: Callable[[], Any], **about: int) -> None:
    """Do one thing of a sweep: whatever is wrong with it, the next one must be looked at."""
    try:
        work()
    except Exception:
        log.exception("not_planned", **about)


def _refuse_once(report: BurstReport, refused: PlanningRefused, *, at: datetime) -> None:
    known = Event.objects.filter(
        subject="report", subject_id=report.pk, verb="plan_refused", new=refused.code
    )
    if not known.exists():
        Event.objects.append_refusal(report, "plan_refused", refused, by=None, at=at)
