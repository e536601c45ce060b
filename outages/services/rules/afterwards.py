"""Clocks for open records that have none: taken over from another system, or older than a limit.

RULE 1  Only what is open, and has no limit at all: run again it finds nothing.
RULE 2  Each clock starts and stops at the moments that the record holds, with the values in force
        then; what was late is recorded as late.
RULE 3  Nobody is alarmed of what is over: the alarms of limits that were met meanwhile are taken
        back. What still runs too late is found by the next scan, like everything else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from outages.models import BurstReport, Deadline, Outage, WorkOrder
from outages.services.rules import clocks
from outages.services.rules.alerts import settle
from outages.workflow import (
    OPEN_OUTAGES,
    OPEN_WORK_ORDERS,
    OutageKind,
    ReportStatus,
    WorkOrderStatus,
)


@dataclass(frozen=True)
class Started:
    """How many limits were started, by the kind of record."""

    reports: int
    orders: int
    outages: int


def start_missing(*, at: datetime) -> Started:
    """Start what is missing; each record in a transaction of its own."""
    before = _newest()
    started = Started(
        reports=_each(_reports(), lambda row: clocks.report_taken(row, at=row.received_at)),
        orders=_each(_orders(), _replay),
        outages=_each(_outages(), lambda row: clocks.outage_opened(row, at=row.created_at)),
    )
    for met in Deadline.objects.filter(pk__gt=before, met_at__isnull=False):  # RULE 3
        settle(met, "deadline_breached", at=at)
    return started


def _newest() -> int:
    return Deadline.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


Row = TypeVar("Row", BurstReport, WorkOrder, Outage)


def _each(rows: Iterable[Row], start: Callable[[Row], None]) -> int:
    begun = 0
    for row in rows:
        with transaction.atomic():
            known = _newest()
            start(row)
            begun += Deadline.objects.filter(pk__gt=known).count()
    return begun


def _reports() -> list[BurstReport]:
    """Open reports without any limit (RULE 1)."""
    known = Deadline.objects.filter(report=OuterRef("pk"))
    statuses = (ReportStatus.RECEIVED, ReportStatus.ORDER_ISSUED)
    rows = BurstReport.objects.filter(~Exists(known), status__in=statuses)
    return list(rows.order_by("received_at", "pk"))


def _orders() -> list[WorkOrder]:
    """Orders at work without any limit of their own (RULE 1)."""
    known = Deadline.objects.filter(
        Q(subject="order", subject_id=OuterRef("pk")) | Q(order=OuterRef("pk"))
    )
    rows = WorkOrder.objects.filter(~Exists(known), status__in=OPEN_WORK_ORDERS)
    rows = rows.exclude(status=WorkOrderStatus.DRAFT)
    return list(
        rows.select_related("report", "outage", "department", "category").order_by("issued_at")
    )


def _outages() -> list[Outage]:
    """Running faults that nobody published and no limit asks to (RULE 1)."""
    known = Deadline.objects.filter(outage=OuterRef("pk"), key="publish_after_receipt")
    rows = Outage.objects.filter(
        ~Exists(known), kind=OutageKind.UNPLANNED, status__in=OPEN_OUTAGES, published_at=None
    )
    return list(rows.order_by("created_at", "pk"))


def _replay(order: WorkOrder) -> None:
    """Tell the clocks what the order went through, at the moments that it holds (RULE 2)."""
    given = order.transfers.last()
    clocks.order_issued(order, at=given.at if given else order.issued_at)
    for moment, tell in (
        (order.notified_at, clocks.department_told),
        (order.accepted_at, clocks.order_taken),
        (order.on_site_at, clocks.on_site),
    ):
        if moment is not None:
            tell(order, by=None, at=moment)
    if order.repaired_at is not None:
        clocks.repaired(order.outage or order, by=None, at=order.repaired_at)
    if order.fed_back_at is not None:
        clocks.user_told(order, by=None, at=order.fed_back_at)
