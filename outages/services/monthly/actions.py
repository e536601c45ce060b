"""What departments are to do about the themes of a report (RPT-03), and what came of it."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from outages.models import ActionItem, Department, Event, MonthlyReport
from outages.models.events import Actor
from outages.services.rules.alerts import raise_alert, to_department
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused


class ActionRefused(Refused):
    """An action is agreed for a day to come, and closed once."""

    codes = ("action_closed", "action_day_over")


def agree_action(
    report: MonthlyReport,
    *,
    topic: str,
    task: str,
    department: Department,
    owner: str,
    due_on: date,
    by: Actor,
    at: datetime,
) -> ActionItem:
    """Put down what a department will do, who there, and by which day; the department is told.

    Possible after the issue too: the report says what was agreed by then, this what came later.
    Raises ActionRefused, ReasonMissing.
    """
    wanted = required_reason(task)
    if due_on < timezone.localdate(at):
        raise ActionRefused(code="action_day_over", day=f"{due_on:%Y-%m-%d}")
    with transaction.atomic():
        action = ActionItem.objects.create(
            monthly=report,
            topic=topic.strip()[:160],
            task=wanted[:300],
            department=department,
            owner=owner.strip()[:80],
            due_on=due_on,
            created_at=at,
            created_by=by,
        )
        Event.objects.append(
            action,
            "action_agreed",
            by=by,
            at=at,
            monthly=report.pk,
            department=department.code,
            due=f"{due_on:%Y-%m-%d}",
        )
        raise_alert(
            "action_agreed",
            audience=to_department(department.code),
            subject=action,
            at=at,
            by=by,
            month=f"{report.month:%Y-%m}",
            monthly=report.pk,
            day=f"{due_on:%Y-%m-%d}",
        )
    return action


def close_action(
    action: ActionItem, *, result: str, outcome: str, by: Actor, at: datetime
) -> ActionItem:
    """Say what came of it. Raises ActionRefused, ReasonMissing."""
    told = required_reason(outcome)
    with transaction.atomic():
        rows = ActionItem.objects.select_for_update(of=("self",), no_key=True)
        locked = rows.select_related("monthly").get(pk=action.pk)
        if locked.closed_at is not None:
            raise ActionRefused(code="action_closed")
        locked.result, locked.outcome = result, told[:300]
        locked.closed_at, locked.closed_by = at, by
        locked.save(update_fields=["result", "outcome", "closed_at", "closed_by"])
        Event.objects.append(
            locked, "action_closed", by=by, at=at, new=result, monthly=locked.monthly_id
        )
    return locked
