"""Where an order stands on its way: told, taken, under way, there, at work."""

from datetime import datetime

from django.db import transaction

from outages.choices import NotifyMethod
from outages.models import Event, Outage, WorkOrder
from outages.models.events import Actor
from outages.selectors.rules.departments import addressee
from outages.services.orders.issue import open_order
from outages.services.orders.locked import (
    OrderRefused,
    advance,
    lock_order,
    require_hand_in,
    require_own,
    write,
)
from outages.services.rules import clocks
from outages.services.rules.crew_rights import crew_code_of
from outages.workflow import WorkOrderStatus


def notify_crew(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the crew was told (phone, SMS); stops the dispatch clock."""
    with transaction.atomic():
        order = advance(order, WorkOrderStatus.NOTIFIED, by=by, at=at, notified_at=at)
        clocks.department_told(order, by=by, at=at)
    return order


def notify_department(
    order: WorkOrder,
    *,
    method: NotifyMethod | str,
    by: Actor,
    at: datetime,
    callee: str = "",
    recording: str = "",
) -> WorkOrder:
    """Record that the department was told: how, whom, and where the call is kept.

    Without a `callee` it is who answers for the department at this hour.
    """
    with transaction.atomic():
        if not callee:
            found = addressee(order.department, at=at)
            callee = found.name if found else ""
        order = advance(
            order,
            WorkOrderStatus.NOTIFIED,
            by=by,
            at=at,
            own=False,
            notified_at=at,
            notify_method=method,
            callee=callee[:80],
            recording=recording[:80],
        )
        clocks.department_told(order, by=by, at=at)
    return order


def accept_order(order: WorkOrder, *, by: Actor, at: datetime, assignee: str = "") -> WorkOrder:
    """Take the order, as its crew or department; `assignee` names who handles it.

    A department's order needs that name: somebody in person answers for it. Raises OrderRefused.
    """
    with transaction.atomic():
        order = lock_order(order)
        require_own(order, by)
        name = assignee.strip() or (order.crew.leader if order.crew else "")
        if order.crew is None and not name:
            raise OrderRefused(code="assignee_missing")
        order = advance(
            order,
            WorkOrderStatus.ACCEPTED,
            by=by,
            at=at,
            accepted_at=at,
            accepted_by=by,
            assignee=name[:80],
        )
        clocks.order_taken(order, by=by, at=at)
    return order


def set_out(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the crew is on its way."""
    return advance(order, WorkOrderStatus.EN_ROUTE, by=by, at=at, en_route_at=at)


def arrive(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that somebody is on site."""
    with transaction.atomic():
        order = advance(order, WorkOrderStatus.ON_SITE, by=by, at=at, on_site_at=at)
        clocks.on_site(order, by=by, at=at)
    return order


def start_work(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the work has begun, and so that somebody is on site."""
    with transaction.atomic():
        order = advance(order, WorkOrderStatus.IN_PROGRESS, by=by, at=at, started_at=at)
        clocks.on_site(order, by=by, at=at)
    return order


def expect_arrival(
    order: WorkOrder, *, expected_at: datetime, by: Actor, at: datetime
) -> WorkOrder:
    """Write down when the crew says that it will be there; callers are told this time.

    By those who have the order, or who give orders. Raises OrderRefused.
    """
    with transaction.atomic():
        order = lock_order(order)
        require_hand_in(order, by)
        if order.status in (WorkOrderStatus.ARCHIVED, WorkOrderStatus.VOID):
            raise OrderRefused(code="order_not_at_work", order=order.number)
        write(order, expected_at=expected_at)
        Event.objects.append(
            order, "arrival_expected", by=by, at=at, expected_at=expected_at.isoformat()
        )
    return order


def begin_if_accepted(outage: Outage, *, by: Actor, at: datetime) -> None:
    """Start the order whose crew turns a valve without having said that it began."""
    order = open_order(outage, crew_code=crew_code_of(by))
    if order and order.status in (
        WorkOrderStatus.ACCEPTED,
        WorkOrderStatus.EN_ROUTE,
        WorkOrderStatus.ON_SITE,
    ):
        start_work(order, by=by, at=at)
