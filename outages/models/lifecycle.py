"""Locking and moving outages and plans: every change by the tables, each with its event."""

from datetime import datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from network.selectors.compiled import NUMBER, CompiledRows
from outages.models.desk.reports import BurstReport
from outages.models.events import Actor, Event
from outages.models.outages import Outage
from outages.models.shutdown.plans import IsolationPlan
from outages.workflow import (
    HOLDING_PLANS,
    PLAN_TRANSITIONS,
    OutageStatus,
    PlanStatus,
    outage_transitions,
    require,
)


def lock_outage(outage: Outage) -> Outage:
    """Read the outage as it is now and keep it from others until the transaction ends."""
    return Outage.objects.select_for_update(of=("self",), no_key=True).get(pk=outage.pk)


def lock_report(report: BurstReport) -> BurstReport:
    """Read the report as it is now and keep it from others until the transaction ends."""
    for row in _REPORT.rows(report=report.pk):
        return BurstReport.from_db(DEFAULT_DB_ALIAS, _OF_REPORT, row)
    raise BurstReport.DoesNotExist


_OF_REPORT: Final = [field.attname for field in BurstReport._meta.concrete_fields]


def _to_lock(report: int) -> QuerySet[BurstReport, Any]:
    rows = BurstReport.objects.select_for_update(no_key=True)
    return rows.filter(pk=report).values_list(*_OF_REPORT)


_REPORT: Final = CompiledRows(_to_lock, report=NUMBER)


def lock_plan(plan: IsolationPlan) -> IsolationPlan:
    """Read the plan as it is now and keep it from others until the transaction ends."""
    return IsolationPlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)


def plan_in_force(outage: Outage) -> IsolationPlan | None:
    """Return the plan whose valves are, or will be, shut; the database allows only one."""
    return IsolationPlan.objects.filter(outage=outage, status__in=HOLDING_PLANS).first()


def change_outage(outage: Outage, **values: Any) -> None:
    """Write some fields of a locked outage; `lock_version` grows."""
    for name, value in values.items():
        setattr(outage, name, value)
    outage.lock_version += 1
    outage.save(update_fields=[*values, "lock_version"])


def move_outage(
    outage: Outage,
    status: OutageStatus,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    **values: Any,
) -> None:
    """Change a locked outage's status by the table of its kind. Raises TransitionRefused."""
    require(outage_transitions(outage.kind), str(outage), outage.status, status)
    was = outage.status
    change_outage(outage, status=status, **values)
    Event.objects.append(outage, "outage_status", by=by, at=at, old=was, new=status, reason=reason)


def move_plan(
    plan: IsolationPlan,
    status: PlanStatus,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    **values: Any,
) -> None:
    """Change a locked plan's status by the table. Raises TransitionRefused."""
    require(PLAN_TRANSITIONS, str(plan), plan.status, status)
    was = plan.status
    for name, value in {"status": status, **values}.items():
        setattr(plan, name, value)
    plan.save(update_fields=["status", *values])
    Event.objects.append(plan, "plan_status", by=by, at=at, old=was, new=status, reason=reason)
