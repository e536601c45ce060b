"""What comes of opinions: a note of what is done better, and what supervision has put right."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from outages.models import CallBack, Event, Improvement, Rectification
from outages.models.events import Actor
from outages.policy.deadlines import due_after
from outages.policy.values import Span
from outages.selectors.rules import policy
from outages.services.callbacks.locked import CallBackRefused
from outages.services.orders.locked import department_code_of
from outages.services.rules import clocks
from outages.services.rules.alerts import raise_alert, to_department, to_role
from outages.services.rules.leaders import SUPERVISION
from outages.services.rules.reasons import required_reason


def note_improvement(callback: CallBack, *, text: str, by: Actor, at: datetime) -> Improvement:
    """Write down what the department does better now; its own people alone may.

    Raises CallBackRefused, ReasonMissing.
    """
    said = required_reason(text)[:500]
    _require_own(callback.department.code, callback.department.name, by)
    with transaction.atomic():
        note = Improvement.objects.create(
            callback=callback, department=callback.department, text=said, at=at, by=by
        )
        Event.objects.append(
            callback, "improvement_noted", by=by, at=at, department=callback.department.code
        )
    return note


def order_rectification(
    callback: CallBack, *, what: str, due_at: datetime | None = None, by: Actor, at: datetime
) -> Rectification:
    """Tell the department to put something right by a day; without one the policy's holds.

    Raises CallBackRefused for a day that is over, ReasonMissing.
    """
    said = required_reason(what)[:500]
    if due_at is not None and due_at <= at:
        raise CallBackRefused(code="rectification_in_the_past")
    with transaction.atomic():
        row = Rectification.objects.create(
            callback=callback,
            department=callback.department,
            what=said,
            ordered_at=at,
            ordered_by=by,
            due_at=due_at or _by_policy(at),
        )
        Event.objects.append(
            row,
            "rectification_ordered",
            by=by,
            at=at,
            department=row.department.code,
            due_at=row.due_at.isoformat(),
        )
        clocks.rectification_owed(row, at=at)
        raise_alert(
            "rectification_ordered",
            audience=to_department(row.department.code),
            subject=row,
            at=at,
            order=callback.order.number,
            due_at=row.due_at.isoformat(),
        )
    return row


def finish_rectification(
    row: Rectification, *, outcome: str, by: Actor, at: datetime
) -> Rectification:
    """Say what was done; supervision hears of it. Raises CallBackRefused, ReasonMissing."""
    said = required_reason(outcome)[:500]
    with transaction.atomic():
        row = Rectification.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
        _require_own(row.department.code, row.department.name, by)
        if row.done_at is not None:
            raise CallBackRefused(code="rectification_done")
        row.outcome, row.done_at, row.done_by = said, at, by
        row.save(update_fields=["outcome", "done_at", "done_by"])
        Event.objects.append(row, "rectified", by=by, at=at, department=row.department.code)
        clocks.rectified(row, by=by, at=at)
        raise_alert(
            "rectified",
            audience=to_role(SUPERVISION),
            subject=row,
            at=at,
            order=row.callback.order.number,
        )
    return row


def _by_policy(at: datetime) -> datetime:
    span = policy.value("rectification_due", at=at)
    assert isinstance(span, Span), "this limit cannot be unset"
    zone = timezone.get_default_timezone()
    return due_after(at, span, calendar=policy.working_calendar(), zone=zone)


def _require_own(code: str, name: str, by: Actor) -> None:
    if by is not None and department_code_of(by) != code:
        raise CallBackRefused(code="callback_of_other_department", department=name)
