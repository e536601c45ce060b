"""What all that happens to a report shares: its step, its fields, the plan that it wants."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from outages import tasks
from outages.choices import (
    ISOLATION_KINDS,
    MeterSide,
    Triage,
)
from outages.models import BurstReport, Event
from outages.models.events import Actor
from outages.services.rules import clocks
from outages.workflow import (
    REPORT_TRANSITIONS,
    ReportStatus,
    require,
)


def wants_plan(report: BurstReport) -> bool:
    """Whether a plan is proposed without asking: water from a main, before the meter.

    What lies after the meter is the customer's, unless the triage found otherwise.
    """
    is_ours = report.meter_side != MeterSide.AFTER or report.triage == Triage.UTILITY_SIDE
    return (
        report.kind in ISOLATION_KINDS
        and is_ours
        and report.status == ReportStatus.RECEIVED
        and bool(report.pipe)
    )


def plan_on_commit(report: BurstReport) -> None:
    """Ask for a plan once the report is stored, where one is proposed without asking."""
    if wants_plan(report):
        transaction.on_commit(partial(tasks.wake, tasks.plan_report, report_id=report.pk))


def update(report: BurstReport, **values: Any) -> None:
    for name, value in values.items():
        setattr(report, name, value)
    report.save(update_fields=[name.removesuffix("_id") for name in values])


def move(
    report: BurstReport,
    status: ReportStatus,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    **values: Any,
) -> None:
    """Change status by the table, with its event."""
    require(REPORT_TRANSITIONS, str(report), report.status, status)
    was = report.status
    update(report, status=status, **values)
    Event.objects.append(report, verb, by=by, at=at, old=was, new=status, reason=reason)
    clocks.report_moved(report, by=by, at=at, reason=reason or verb)
