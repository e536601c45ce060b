"""Asking for more time, and deciding on it: who leads, and nobody else.

RULE 1  Asked before the limit runs out; asked later it is kept, marked late, and the breach stays.
RULE 2  The leader of the department that has the order decides, or a company leader where the
        policy `extension_approver` says so; never who asked.
RULE 3  The due time moves on approval alone; the history keeps both times.
RULE 4  An approval owes the user a call with the plan and the new date.
"""

from datetime import datetime

from django.db import transaction

from outages.choices import FollowUpKind
from outages.models import Department, Event, ExtensionRequest, WorkOrder, lifecycle
from outages.models.events import Actor
from outages.policy import organisation
from outages.selectors.orders import pending_extensions
from outages.selectors.rules import policy
from outages.services.desk import follow_ups
from outages.services.orders.locked import (
    OrderRefused,
    department_code_of,
    lock_order,
    require_own,
)
from outages.services.rules import clocks, leaders
from outages.services.rules.departments import shipped_department
from outages.services.rules.reasons import required_reason
from outages.workflow import ORDERS_AT_WORK

_Decision = ExtensionRequest.Decision


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
        if order.extensions.filter(decision=_Decision.PENDING).exists():
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
        leaders.tell_leaders_of(_deciding(asked).code, "extension_asked", order=order, at=at)
        leaders.tell_call_centre("extension_asked", order=order, at=at)
    return asked


def waiting_for(by: Actor) -> list[ExtensionRequest]:
    """Return what was asked for and `by` decides on, the next to end first."""
    if not by.has_perm("outages.approve_extensions"):
        return []
    return [asked for asked in pending_extensions() if may_decide(asked, by)]


def may_decide(asked: ExtensionRequest, by: Actor) -> bool:
    """Whether somebody leads who decides (RULE 2)."""
    return department_code_of(by) == _deciding(asked).code and by.pk != asked.asked_by_id


def _deciding(asked: ExtensionRequest) -> Department:
    """Return the department whose leader decides, by the policy of when it was asked."""
    if policy.value("extension_approver", at=asked.asked_at) == "company_leader":
        return shipped_department(organisation.LEADERS)
    return asked.department


def decide_extension(
    asked: ExtensionRequest, *, approve: bool, by: Actor, at: datetime, note: str = ""
) -> ExtensionRequest:
    """Approve or reject; a rejection says why. Raises OrderRefused, ReasonMissing."""
    with transaction.atomic():
        # The report before the order, as a transfer does.
        first = asked.order.report
        report = lifecycle.lock_report(first) if first is not None else None
        order = lock_order(asked.order)
        asked = ExtensionRequest.objects.select_for_update().get(pk=asked.pk)
        if asked.decision != _Decision.PENDING:
            raise OrderRefused(code="extension_decided")
        if by.pk == asked.asked_by_id:  # RULE 2
            raise OrderRefused(code="extension_own")
        if not may_decide(asked, by):
            raise OrderRefused(code="extension_other_department", department=_deciding(asked).name)
        told = note if approve else required_reason(note)
        _decide(asked, _Decision.APPROVED if approve else _Decision.REJECTED, told, by=by, at=at)
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
    return asked


def drop_request(order: WorkOrder, *, why: str, by: Actor, at: datetime) -> None:
    """Turn down what nobody needs to decide any more: a locked order goes elsewhere, or is over.

    The next department could not ask, and its leader not decide, while it stood open.
    """
    waiting = order.extensions.select_for_update(of=("self",)).filter(decision=_Decision.PENDING)
    for asked in waiting:
        _decide(asked, _Decision.REJECTED, why, by=by, at=at)


def _decide(asked: ExtensionRequest, decision: str, note: str, *, by: Actor, at: datetime) -> None:
    asked.decision, asked.decision_note = _Decision(decision), note.strip()[:300]
    asked.decided_at, asked.decided_by = at, by
    asked.save()
    Event.objects.append(
        asked.order,
        "extension_decided",
        by=by,
        at=at,
        new=asked.decision,
        reason=asked.decision_note,
    )
