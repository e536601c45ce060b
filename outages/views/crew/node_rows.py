"""The nodes of an order's works, as the crew's page shows them."""

from dataclasses import dataclass

from outages.models import OrderMilestone, WorkOrder
from outages.workflow import NOT_ACCEPTED, OPEN_WORK_ORDERS


@dataclass(frozen=True)
class Node:
    """One node: whether the crew may tick it off now, and whether it comes next."""

    milestone: OrderMilestone
    is_open: bool
    is_next: bool


def nodes(order: WorkOrder) -> list[Node]:
    """Return the nodes of an order in their sequence. One query."""
    at_work = order.status in OPEN_WORK_ORDERS and order.status not in NOT_ACCEPTED
    rows = list(order.milestones.select_related("done_by"))
    waiting = [row for row in rows if row.done_at is None]
    return [
        Node(row, is_open=at_work and row.done_at is None, is_next=row in waiting[:1])
        for row in rows
    ]
