"""Asking for more time, and deciding on it: the leader of the department, nobody else.

RULE 1  Asked before the limit runs out; asked later it is kept, marked late, and the breach stays.
RULE 2  The leader of the department that has the order decides, never who asked.
RULE 3  The due time moves on approval alone; the history keeps both times.
RULE 4  An approval owes the user a call with the plan and the new date.
"""

from datetime import datetime

from django.db import transaction

from outages.choices import FollowUpKind
from outages.models import Event, ExtensionRequest, WorkOrder, lifecycle
from outages.models.events import Actor
from outages.services.desk import follow_ups
from outages.services.orders.locked import (
    OrderRefused,
    department_code_of,
    lock_order,
    require_own,
)
from outages.services.rules import clocks, leaders
from outages.services.rules.reasons import required_reason
from outages.workflow import ORDERS_AT_WORK


def ask_extension(
    order: WorkOrder,
    *,
    key: str,
    wanted_until: datetime,
    plan: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> ExtensionRequest:
    """Ask for more time for one limit of an order, with what the user will be told.

    `key` names the policy whose limit is meant. Raises OrderRefused, ReasonMissing.
    """
    why, what = required_reason(reason), required_reason(plan)
    with transaction.atomic():
        order = lock_order(order)
        require_own(order, by)
        if order.status not in ORDERS_AT_WORK:
            raise OrderRefused(code="order_not_at_work", order=order.number)
        if order.extensions.filter(decision=ExtensionRequest.Decision.PENDING).exists():
            raise OrderRefused(code="extension_pending", order=order.number)
        limit = clocks.limit_of(order, key)
        if limit is None:
            raise OrderRefused(code="extension_no_limit", order=order.number)
        if wanted_until <= max(limit.due_at, at):
            raise OrderRefused(code="extension_too_short")
        asked = ExtensionRequest.objects.create(
            order=order,
            department=order.department,
            key=key,
            due_before=limit.due_at,
            wanted_until=wanted_until,
            plan=what[:300],
            reason=why[:300],
            asked_at=at,
            asked_by=by,
            is_late=at > limit.due_at,  # RULE 1
        )
        Event.objects.append(
            order,
            "extension_asked",
            by=by,
            at=at,
            reason=why,
            key=key,
            due=limit.due_at.isoformat(),
            wanted=wanted_until.isoformat(),
            late=asked.is_late,
        )
        leaders.tell_department_leader("extension_asked", order=order, at=at)
        leaders.tell_call_centre("extension_asked", order=order, at=at)
    return asked


def may_decide(asked: ExtensionRequest, by: Actor) -> bool:
    """Whether somebody leads the department that asks; the right itself is the view's matter."""
    return department_code_of(by) == asked.department.code and by.pk != asked.asked_by_id


def decide_extension(
    asked: ExtensionRequest, *, approve: bool, by: Actor, at: datetime, note: str = ""
) -> ExtensionRequest:
    """Approve or reject; a rejection says why. Raises OrderRefused, ReasonMissing."""
    with transaction.atomic():
        order = lock_order(asked.order)
        report = lifecycle.lock_report(order.report) if order.report else None
        asked = ExtensionRequest.objects.select_for_update().get(pk=asked.pk)
        if asked.decision != ExtensionRequest.Decision.PENDING:
            raise OrderRefused(code="extension_decided")
        if by.pk == asked.asked_by_id:  # RULE 2
            raise OrderRefused(code="extension_own")
        if not may_decide(asked, by):
            raise OrderRefused(code="extension_other_department", department=asked.department.name)
        asked.decision = ExtensionRequest.Decision(
            ExtensionRequest.Decision.APPROVED if approve else ExtensionRequest.Decision.REJECTED
        )
        asked.decided_at, asked.decided_by = at, by
        asked.decision_note = (note if approve else required_reason(note)).strip()[:300]
        asked.save()
        if approve:
            clocks.extend(asked, by=by, at=at)  # RULE 3
            if report is not None:  # RULE 4
                follow_ups.owe_call(
                    report,
                    kind=FollowUpKind.TELL_DELAY,
                    order=order,
                    owner=report.first_owner,
                    text=asked.plan,
                    due_at=max(asked.due_before, at),
                    by=by,
                    at=at,
                )
        Event.objects.append(
            order, "extension_decided", by=by, at=at, new=asked.decision, reason=asked.decision_note
        )
    return asked
