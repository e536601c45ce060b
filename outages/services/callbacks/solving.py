"""A user stays dissatisfied: an order of its own goes out, somebody visits, until it is solved.

    on the telephone, or three tries in vain after a 2 ──► order that follows ──visit──► ask again

The first order is not filed meanwhile. Only supervision ends it while the user is dissatisfied.
"""

from datetime import datetime

from django.db import transaction

from outages.models import CallBack, Event, WorkOrder
from outages.models.events import Actor
from outages.policy.callbacks import OPEN_CALLBACKS, CallBackStatus
from outages.services.callbacks.locked import CallBackRefused, lock_callback, move, write
from outages.services.orders.issue import OrderFacts, draft_order, issue_for_report
from outages.services.orders.locked import OrderRefused
from outages.services.rules import clocks
from outages.services.rules.alerts import raise_alert, to_role
from outages.services.rules.leaders import CALL_AGENT
from outages.services.rules.reasons import required_reason
from outages.workflow import WorkOrderStatus

TASK = "用户回访不满意，须上门了解并解决"


def send_somebody(callback: CallBack, *, opinion: str, by: Actor, at: datetime) -> None:
    """Let a locked call-back's user be visited: an order to the department that had it.

    Where nobody there would take it, the order is written down and the call agents are told.
    """
    move(callback, CallBackStatus.TO_SOLVE, by=by, at=at, follow_up=None)
    clocks.callback_made(callback, by=by, at=at)
    order = _ordered(callback, opinion, by=by, at=at)
    if order is not None:
        write(callback, follow_up=order)
    if order is None or order.status == WorkOrderStatus.DRAFT:
        raise_alert(
            "follow_up_waits",
            audience=to_role(CALL_AGENT),
            subject=callback,
            at=at,
            order=order.number if order else callback.order.number,
        )


def order_again(callback: CallBack, *, by: Actor, at: datetime) -> WorkOrder:
    """Order the visit that could not be ordered before. Raises CallBackRefused, OrderRefused."""
    with transaction.atomic():
        callback = lock_callback(callback)
        if callback.status != CallBackStatus.TO_SOLVE:
            raise CallBackRefused(code="callback_not_visited")
        if callback.follow_up is not None:
            raise CallBackRefused(code="callback_has_order", order=callback.follow_up.number)
        order = issue_for_report(
            callback.report, facts=_facts(callback, last_opinion(callback)), by=by, at=at
        )
        write(callback, follow_up=order)
    return order


def close_unsolved(callback: CallBack, *, reason: str, by: Actor, at: datetime) -> CallBack:
    """End a call-back whose user stays dissatisfied; supervision says why.

    Raises CallBackRefused, ReasonMissing.
    """
    why = required_reason(reason)
    with transaction.atomic():
        callback = lock_callback(callback)
        if callback.status not in OPEN_CALLBACKS - {CallBackStatus.SENT}:
            raise CallBackRefused(code="callback_over")
        clocks.callback_over(callback, by=by, at=at, reason=why)
        move(callback, CallBackStatus.UNSATISFIED, by=by, at=at, reason=why)
    return callback


def last_opinion(callback: CallBack) -> str:
    """Return what the user said last in their own words, or ""."""
    said = callback.attempts.exclude(opinion="").order_by("-at", "-pk")
    return said.values_list("opinion", flat=True).first() or ""


def _ordered(callback: CallBack, opinion: str, *, by: Actor, at: datetime) -> WorkOrder | None:
    facts = _facts(callback, opinion)
    for issue in (issue_for_report, draft_order):
        try:
            with transaction.atomic():
                return issue(callback.report, facts=facts, by=by, at=at)
        except OrderRefused as refused:
            Event.objects.append_refusal(callback, "follow_up_refused", refused, by=by, at=at)
    return None


def _facts(callback: CallBack, opinion: str) -> OrderFacts:
    first = callback.order
    return OrderFacts(
        category=first.category,
        department=first.department,
        task=(f"{TASK}：{opinion}" if opinion else TASK)[:300],
        asset_kind=first.asset_kind,
        asset=first.asset,
        geom=first.geom,
        follows=first,
    )
