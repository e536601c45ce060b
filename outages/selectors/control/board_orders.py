"""The rest of the board: departments' orders, and calls that nothing was decided on.

Outages and faults that wait are `selectors.control.board`; nothing stands in both.
"""

from collections.abc import Iterable
from datetime import datetime

from outages.choices import NETWORK_KINDS
from outages.models import BurstReport, Deadline, WorkOrder
from outages.selectors.control.board import BoardRow
from outages.selectors.orders.lists import all_orders
from outages.selectors.rules.deadlines import open_deadlines
from outages.workflow import (
    NOT_ACCEPTED,
    OPEN_WORK_ORDERS,
    ORDERS_AT_WORK,
    ReportStatus,
    WorkOrderStatus,
)

# With the call-backs, which have a list of their own: here only where a limit runs.
_ASKED = (WorkOrderStatus.FED_BACK, WorkOrderStatus.CALLBACK)


def order_rows(*, at: datetime) -> list[BoardRow]:
    """Return open orders without an outage, and undecided calls that are no fault of the network.

    The next limit to end first. Three queries, however many rows.
    """
    limits = _Limits(open_deadlines(at=at).select_related(None))
    rows = [_row(order.report, order, limits.of(order), at) for order in _orders(limits)]
    rows += [_row(report, None, limits.of_report.get(report.pk, []), at) for report in _undecided()]
    return sorted(rows, key=_urgency)


class _Limits:
    """The limits that run, by order, and by report where they are of no order."""

    def __init__(self, running: Iterable[Deadline]) -> None:
        self.of_order: dict[int, list[Deadline]] = {}
        self.of_report: dict[int, list[Deadline]] = {}
        for limit in running:
            if limit.order_id:
                self.of_order.setdefault(limit.order_id, []).append(limit)
            elif limit.report_id:
                self.of_report.setdefault(limit.report_id, []).append(limit)

    def of(self, order: WorkOrder) -> list[Deadline]:
        """Those of an order and of its report, the next to end first."""
        own = self.of_order.get(order.pk, []) + self.of_report.get(order.report_id or 0, [])
        return sorted(own, key=lambda limit: (limit.due_at, limit.pk))


def _orders(limits: _Limits) -> list[WorkOrder]:
    rows = all_orders().filter(status__in=OPEN_WORK_ORDERS, outage=None).order_by("issued_at")
    return [order for order in rows if order.status not in _ASKED or limits.of(order)]


def _undecided() -> Iterable[BurstReport]:
    rows = BurstReport.objects.filter(status=ReportStatus.RECEIVED, outage=None)
    return rows.exclude(kind__in=NETWORK_KINDS).order_by("received_at")


def _row(
    report: BurstReport | None, order: WorkOrder | None, limits: list[Deadline], at: datetime
) -> BoardRow:
    first = limits[0] if limits else None
    since = report.received_at if report is not None else order.issued_at if order else at
    return BoardRow(
        report=report,
        outage=None,
        plan=None,
        proposal=None,
        order=order,
        age=at - since,
        next_step=_next_step(order),
        deadline_at=first.due_at if first else None,
        deadline=first,
        deadlines=tuple(limits),
        steps_done=0,
        steps_total=0,
        is_late=first is not None and first.due_at < at,
    )


def _next_step(order: WorkOrder | None) -> str:
    """Return a code of `views.control.order_cases.ORDER_STEPS`."""
    if order is None:
        return "decide"
    if order.status in (WorkOrderStatus.DRAFT, WorkOrderStatus.ISSUED):
        return "tell_department"
    if order.status in NOT_ACCEPTED:
        return "take_order"
    if order.status in ORDERS_AT_WORK:
        return "work_off"
    return "ask_user" if order.status in _ASKED else "tell_user"


def _urgency(row: BoardRow) -> tuple[float, int]:
    due = row.deadline_at.timestamp() if row.deadline_at else float("inf")
    return (due, row.report.priority if row.report else 3)
