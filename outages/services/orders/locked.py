"""How every change of an order is made: locked, by the table, by who may, with its event."""

from datetime import datetime
from typing import Any

from django.db import transaction

from outages.models import Event, WorkOrder
from outages.models.events import Actor
from outages.services.rules.crew_rights import crew_code_of, may_act_for
from outages.workflow import WORK_ORDER_TRANSITIONS, Refused, WorkOrderStatus, require

# The desk and the control room: see gisapp.accounts.roles.
GIVES_ORDERS = "outages.issue_orders"


class OrderRefused(Refused):
    """What an order does not allow: the wrong hands, the wrong time, something left out."""

    codes = (
        "order_outage_over",
        "order_of_other_crew",
        "order_of_other_department",
        "order_without_place",
        "order_without_acceptor",
        "order_report_decided",
        "order_exists",
        "department_takes_no_orders",
        "leak_check_failed",
        "leak_check_missing",
        "action_missing",
        "result_too_early",
        "contact_missing",
        "assignee_missing",
        "referral_missing",
        "residual_missing",
        "transfer_to_same",
        "transfer_of_crew_order",
        "order_not_at_work",
        "extension_pending",
        "extension_no_limit",
        "extension_too_short",
        "extension_decided",
        "extension_own",
        "extension_other_department",
        "escalated_already",
        "escalation_resolved",
        "callback_pending",
        "follow_up_open",
        "visit_missing",
    )


def lock_order(order: WorkOrder) -> WorkOrder:
    """Read the order as it is now and keep it from others until the transaction ends."""
    return WorkOrder.objects.select_for_update(of=("self",), no_key=True).get(pk=order.pk)


def write(order: WorkOrder, **values: Any) -> None:
    """Write some fields of a locked order."""
    for name, value in values.items():
        setattr(order, name, value)
    order.save(update_fields=list(values))


def department_code_of(by: Actor) -> str:
    """Return the code of the department that somebody belongs to, "" for none."""
    return str(getattr(by, "department_code", "") or "")


def is_member(by: Actor, order: WorkOrder) -> bool:
    """Whether somebody works where the order lies: in its crew, or in its department.

    A crew's order may also be told by the control room, which hears the crew on the telephone.
    The system (None) acts only in the course of what a person was let do.
    """
    if by is None:
        return True
    if order.crew is not None and may_act_for(by, order.crew.code):
        return True
    return not crew_code_of(by) and department_code_of(by) == order.department.code


def require_own(order: WorkOrder, by: Actor) -> None:
    """Refuse who acts on the order of another crew or department. Raises OrderRefused."""
    if is_member(by, order):
        return
    if order.crew is not None:
        raise OrderRefused(code="order_of_other_crew", order=order.number, crew=order.crew.code)
    raise OrderRefused(
        code="order_of_other_department", order=order.number, department=order.department.name
    )


def require_hand_in(order: WorkOrder, by: Actor) -> None:
    """Refuse who neither works where the order lies nor gives orders. Raises OrderRefused."""
    if by is None or not by.has_perm(GIVES_ORDERS):
        require_own(order, by)


def advance(
    order: WorkOrder,
    status: WorkOrderStatus,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    own: bool = True,
    **values: Any,
) -> WorkOrder:
    """Move an order by the table; `own` asks that `by` works where it lies. With its event."""
    with transaction.atomic():
        order = lock_order(order)
        if own:
            require_own(order, by)
        require(WORK_ORDER_TRANSITIONS, order.number, order.status, status)
        was = order.status
        write(order, status=status, **values)
        Event.objects.append(
            order, "order_status", by=by, at=at, old=was, new=status, reason=reason
        )
    return order
