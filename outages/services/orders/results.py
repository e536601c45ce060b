"""What came of the work: the repair, its leak check, what is left over, the result in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from outages.choices import OrderOutcome, ResidualKind
from outages.models import Event, WorkOrder, lifecycle
from outages.models.events import Actor
from outages.services import exchange
from outages.services.callbacks.following import lacks_visit
from outages.services.orders.contact import may_be_reached, was_contacted
from outages.services.orders.extension import drop_request
from outages.services.orders.locked import OrderRefused, advance, lock_order, require_own, write
from outages.services.rules import clocks, leaders
from outages.services.rules.reasons import required_reason
from outages.workflow import (
    WORK_ORDER_TRANSITIONS,
    OutageStatus,
    WorkOrderStatus,
    require,
)


@dataclass(frozen=True, kw_only=True)
class ResultFacts:
    """What the result sheet holds; `leak_check_passed` is None where no check was made."""

    result: str
    cause_found: str = ""
    action_taken: str = ""
    materials: str = ""
    leak_check_passed: bool | None = None
    outcome: OrderOutcome | str = OrderOutcome.SOLVED
    referred_to: str = ""
    residual_kind: ResidualKind | str = ResidualKind.NONE
    residual: str = ""
    signed_by: str = ""
    user_remark: str = ""


def complete_repair(
    order: WorkOrder,
    *,
    cause_found: str,
    action_taken: str,
    leak_check_passed: bool,
    by: Actor,
    at: datetime,
) -> WorkOrder:
    """Record that the pipe is sound again; the reopening may then be planned.

    Told twice, by a phone that heard no answer, it stays as it was told first.
    Raises OrderRefused when the leak check failed or nothing is said of what was done,
    TransitionRefused before the crew has begun.
    """
    if not leak_check_passed:
        raise OrderRefused(code="leak_check_failed")
    if not action_taken.strip():
        raise OrderRefused(code="action_missing")
    with transaction.atomic():
        # The outage before the order, as a step on a valve does.
        outage = lifecycle.lock_outage(order.outage) if order.outage else None
        order = lock_order(order)
        require_own(order, by)
        if order.status != WorkOrderStatus.IN_PROGRESS:
            require(
                WORK_ORDER_TRANSITIONS, order.number, order.status, WorkOrderStatus.RESULT_ENTERED
            )
        if order.repaired_at is not None:
            return order
        values = {
            "repaired_at": at,
            "cause_found": cause_found,
            "action_taken": action_taken,
            "leak_check_passed": True,
        }
        write(order, **values)
        if outage is not None and outage.repaired_at is None:
            lifecycle.change_outage(outage, repaired_at=at)
        Event.objects.append(order, "repair_done", by=by, at=at, reason=action_taken)
        clocks.repaired(outage or order, by=by, at=at)
        if outage is not None:
            exchange.tell_dispatch_centre(outage, cause="repair", by=by, at=at)
    return order


def enter_result(
    order: WorkOrder,
    *,
    by: Actor,
    at: datetime,
    result: str = "",
    facts: ResultFacts | None = None,
) -> WorkOrder:
    """Write down how it went; the call centre hears of it.

    RULE 1  An order for an outage waits until the water is back.
    RULE 2  A repair is not done before its leak check has passed.
    RULE 3  The user was contacted, where a number was left (a crew meets them at the door, or its
            notices tell them).
    RULE 4  A user who was dissatisfied at the call-back was visited.
    RULE 5  Who referred the user elsewhere says to whom; what is left over is described.
    Raises OrderRefused, ReasonMissing.
    """
    told = facts or ResultFacts(result=result)
    with transaction.atomic():
        order = lock_order(order)
        require_own(order, by)
        _require_complete(order, told)
        require(WORK_ORDER_TRANSITIONS, order.number, order.status, WorkOrderStatus.RESULT_ENTERED)
        order = advance(
            order, WorkOrderStatus.RESULT_ENTERED, by=by, at=at, **_values(order, told, at)
        )
        drop_request(order, why=order.result, by=by, at=at)
        if order.outage is None:
            clocks.repaired(order, by=by, at=at)
        if order.residual:
            Event.objects.append(order, "residual_left", by=by, at=at, new=order.residual_kind)
            leaders.tell_department_leader("residual_left", order=order, at=at)
        leaders.tell_call_centre("result_entered", order=order, at=at)
    return order


def _require_complete(order: WorkOrder, told: ResultFacts) -> None:
    outage = order.outage
    if outage and outage.status not in (OutageStatus.RESTORED, OutageStatus.CLOSED):  # RULE 1
        raise OrderRefused(code="result_too_early", outage=outage.code)
    passed = told.leak_check_passed if order.leak_check_passed is None else True
    is_solved = told.outcome == OrderOutcome.SOLVED
    if order.category.needs_leak_check and outage is None and is_solved and not passed:  # RULE 2
        raise OrderRefused(code="leak_check_missing", order=order.number)
    if order.crew is None and may_be_reached(order) and not was_contacted(order):  # RULE 3
        raise OrderRefused(code="contact_missing", order=order.number)
    if lacks_visit(order):  # RULE 4
        raise OrderRefused(code="visit_missing", order=order.number)
    if told.outcome == OrderOutcome.REFERRED and not told.referred_to.strip():  # RULE 5
        raise OrderRefused(code="referral_missing")
    if told.residual_kind and not told.residual.strip():
        raise OrderRefused(code="residual_missing")


def _values(order: WorkOrder, told: ResultFacts, at: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "result": required_reason(told.result),
        "finished_at": at,
        "outcome": told.outcome,
        "referred_to": told.referred_to.strip()[:120],
        "residual_kind": told.residual_kind if told.residual.strip() else "",
        "residual": told.residual.strip()[:300],
        "materials": told.materials.strip()[:300],
        "signed_by": told.signed_by.strip()[:80],
        "user_remark": told.user_remark.strip()[:300],
    }
    if order.repaired_at is None and order.category.needs_leak_check and told.leak_check_passed:
        values |= {"repaired_at": at, "leak_check_passed": True}
    if told.cause_found:
        values["cause_found"] = told.cause_found.strip()[:200]
    if told.action_taken:
        values["action_taken"] = told.action_taken.strip()[:300]
    return values


def send_back(order: WorkOrder, *, reason: str, by: Actor, at: datetime) -> WorkOrder:
    """Send a result back to work, because the user says that it is not done.

    What a department had repaired is to be repaired again, and checked for leaks again; the pipe
    of an outage is sound since the water came back.
    Its limit for the repair runs anew, from now.
    """
    undone: dict[str, Any] = {"finished_at": None}
    if order.outage_id is None:
        undone |= {"repaired_at": None, "leak_check_passed": None}
    with transaction.atomic():
        order = advance(
            order,
            WorkOrderStatus.IN_PROGRESS,
            by=by,
            at=at,
            own=False,
            reason=required_reason(reason),
            **undone,
        )
        if order.outage_id is None:
            clocks.repair_failed(order, at=at)
    return order
