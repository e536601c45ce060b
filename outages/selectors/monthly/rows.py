"""The period's contacts and orders, read as the pure core counts them."""

import re
from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from outages.models import BurstReport, WorkOrder
from outages.policy.monthly.counting import ContactRow, OrderRow
from outages.workflow import WorkOrderStatus

# A house number, a unit, a floor: from here on an address tells whose it is.
_FROM_NUMBER = re.compile(r"[\d０-９#＃(（,，]|第?[一二三四五六七八九十]+[栋幢座单号]")
_LONGEST_STREET = 40


def contacts_in(since: datetime, until: datetime) -> QuerySet[BurstReport]:
    """Return everything that was received in a period, whatever became of it."""
    return BurstReport.objects.filter(received_at__gte=since, received_at__lt=until)


def orders_in(since: datetime, until: datetime) -> QuerySet[WorkOrder]:
    """Return the orders issued in a period. What is only drafted is no order yet."""
    rows = WorkOrder.objects.filter(issued_at__gte=since, issued_at__lt=until)
    return rows.exclude(status=WorkOrderStatus.DRAFT)


def contact_rows(since: datetime, until: datetime) -> list[ContactRow]:
    """Read the contacts of a period with their live orders. Two queries."""
    orders: dict[int, list[tuple[str, str]]] = defaultdict(list)
    of_contacts = WorkOrder.objects.filter(
        report__received_at__gte=since, report__received_at__lt=until
    )
    for report, department, status in of_contacts.order_by("issued_at", "pk").values_list(
        "report_id", "department__code", "status"
    ):
        orders[report].append((department, status))
    columns = contacts_in(since, until).order_by("received_at", "pk")
    return [
        ContactRow(
            key=row.pk,
            kind=row.kind,
            channel=row.channel,
            status=row.status,
            is_complaint=row.is_complaint,
            urgency=row.urgency,
            is_major=row.is_major,
            with_media=row.with_media,
            came_back=row.repeat_count,
            lon=row.geom.x if row.geom else None,
            lat=row.geom.y if row.geom else None,
            street=street_of(row),
            orders=tuple(orders[row.pk]),
        )
        for row in columns.only(
            "kind", "channel", "status", "is_complaint", "urgency", "is_major", "with_media",
            "repeat_count", "geom", "pipe_facts", "address", "is_confidential",
        )
    ]  # fmt: skip


def street_of(report: BurstReport) -> str:
    """Return the street that a contact is about, without anything that says whose door it is."""
    street = str(report.pipe_facts.get("street") or "").strip()
    if street or report.is_confidential:
        return street[:_LONGEST_STREET]
    return _FROM_NUMBER.split(report.address.strip(), maxsplit=1)[0].strip()[:_LONGEST_STREET]


def order_rows(since: datetime, until: datetime) -> list[OrderRow]:
    """Read the orders issued in a period. One query."""
    columns = orders_in(since, until).values_list("category__code", "department__code", "status")
    return [OrderRow(*row) for row in columns]


def counts_between(limits: list[tuple[datetime, datetime]]) -> list[dict[str, int]]:
    """Count contacts, complaints and orders of several periods. Two queries."""
    contacts = BurstReport.objects.aggregate(
        **{
            f"{name}_{nth}": Count("pk", filter=_within("received_at", *period) & more)
            for nth, period in enumerate(limits)
            for name, more in (("contacts", Q()), ("complaints", Q(is_complaint=True)))
        }
    )
    real = WorkOrder.objects.exclude(status=WorkOrderStatus.DRAFT)
    orders = real.aggregate(
        **{
            f"orders_{nth}": Count("pk", filter=_within("issued_at", *period))
            for nth, period in enumerate(limits)
        }
    )
    found = contacts | orders
    return [
        {name: found[f"{name}_{nth}"] for name in ("contacts", "complaints", "orders")}
        for nth in range(len(limits))
    ]


def _within(field: str, since: datetime, until: datetime) -> Q:
    return Q(**{f"{field}__gte": since, f"{field}__lt": until})


def by_department(rows: QuerySet[Any], path: str) -> dict[str, int]:
    """Count rows by the code of a department. One query."""
    counted = rows.annotate(code=F(path)).values("code").annotate(n=Count("pk")).order_by("code")
    return {row["code"]: row["n"] for row in counted}
