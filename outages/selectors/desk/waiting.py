"""Cases that wait: those near a place, those of one caller, those that nothing was decided on."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.conf import settings
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from outages.choices import NETWORK_KINDS
from outages.models import BurstReport, WorkOrder
from outages.models.events import Actor
from outages.policy.addresses import FEWEST_FIGURES, written_phone
from outages.selectors.privacy.contacts import may_know
from outages.workflow import OPEN_OUTAGES, OPEN_WORK_ORDERS, ReportStatus

# One degree of latitude; a box a little too large, cut down by metres afterwards.
_M_PER_DEGREE = 110_000

CALLER_LOOKS_BACK = timedelta(days=30)
MOST_CASES: Final = 3
_FIGURES: Final = Func(
    F("contact_phone"),
    Value("[^0-9]"),
    Value(""),
    Value("g"),
    function="regexp_replace",
    output_field=CharField(),
)


@dataclass(frozen=True)
class DuplicateCandidate:
    """An open report that may be about the same burst. `age` is between the two reports."""

    report: BurstReport
    distance_m: float
    age: timedelta
    same_pipe: bool


def duplicate_candidates(
    *, lon: float, lat: float, at: datetime, pipe: str = "", exclude: int | None = None
) -> list[DuplicateCandidate]:
    """Open reports within settings.DUPLICATE_REPORT_M and _S of here, nearest first. One query.

    Open are those that wait and those whose outage is open; duplicates are represented by the
    report that they were merged into. A report on the same pipe counts wherever it is on it.
    """
    here = Point(lon, lat, srid=4326)
    near = Q(geom__dwithin=(here, 2 * settings.DUPLICATE_REPORT_M / _M_PER_DEGREE))
    if pipe:
        near |= Q(pipe=pipe)
    rows = (
        waiting_or_open()
        .filter(near, received_at__gte=at - timedelta(seconds=settings.DUPLICATE_REPORT_S))
        .filter(~Q(pk=exclude) if exclude else Q())
        .annotate(away=Distance("geom", here))
        .select_related("outage")
    )
    found = [
        DuplicateCandidate(
            report=row,
            distance_m=row.away.m,
            age=at - row.received_at,
            same_pipe=bool(pipe) and row.pipe == pipe,
        )
        for row in rows
    ]
    limit = D(m=settings.DUPLICATE_REPORT_M).m
    kept = [each for each in found if each.same_pipe or each.distance_m <= limit]
    return sorted(kept, key=lambda each: (not each.same_pipe, each.distance_m))


def waiting_reports() -> QuerySet[BurstReport]:
    """Faults of the network that nothing was decided on, most urgent and oldest first."""
    return BurstReport.objects.filter(
        status=ReportStatus.RECEIVED, outage__isnull=True, kind__in=NETWORK_KINDS
    ).order_by("priority", "received_at")


def waiting_or_open() -> QuerySet[BurstReport]:
    """Reports that wait, and those whose outage or department's order is still open."""
    orders = WorkOrder.objects.filter(
        report=OuterRef("pk"), outage=None, status__in=OPEN_WORK_ORDERS
    )
    return BurstReport.objects.filter(
        Q(status=ReportStatus.RECEIVED)
        | Q(status=ReportStatus.ORDER_ISSUED, outage__status__in=OPEN_OUTAGES)
        | Q(Exists(orders), status=ReportStatus.ORDER_ISSUED)
    )


def open_reports_of_caller(
    *, phone: str, reader: Actor, at: datetime, customer: str = "", exclude: int | None = None
) -> list[BurstReport]:
    """Open cases of the same telephone or account, newest first: the caller comes back.

    The number is compared by its figures; fewer than six are nobody's number. Cases whose caller
    is protected from the reader are left out: that they are this caller's is what is protected.
    One query, and one each for what is confidential.
    """
    same = Q(pk__in=[])
    figures = re.sub(r"[^0-9]", "", written_phone(phone))
    if len(figures) >= FEWEST_FIGURES:
        same |= Q(figures__in=[figures, f"86{figures}"])
    if customer:
        same |= Q(customer=customer)
    rows = waiting_or_open().annotate(figures=_FIGURES)
    rows = rows.filter(same, received_at__gte=at - CALLER_LOOKS_BACK)
    rows = rows.filter(~Q(pk=exclude) if exclude else Q()).order_by("-received_at")
    known = (row for row in rows if not row.is_confidential or may_know(row, reader))
    return list(islice(known, MOST_CASES))
