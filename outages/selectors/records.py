"""Plans, steps, orders, notices and events of one report or outage."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from network.choices import RevisionStatus
from network.models import Customer
from outages.choices import NETWORK_KINDS, DeliveryWhy, Direction, Effect
from outages.models import (
    AffectedCustomer,
    BurstReport,
    Delivery,
    Event,
    IsolationPlan,
    Outage,
    OutageNotice,
    ValveOperation,
    WorkOrder,
)
from outages.selectors.shutdown.steps import plan_steps
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_OUTAGES,
    OPEN_WORK_ORDERS,
    DeliveryStatus,
    ReportStatus,
)

# One degree of latitude; a box a little too large, cut down by metres afterwards.
_M_PER_DEGREE = 110_000
CALLER_LOOKS_BACK = timedelta(days=30)


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
    *, phone: str, customer: str = "", at: datetime, exclude: int | None = None
) -> list[BurstReport]:
    """Open cases of the same telephone or account, newest first: the caller comes back. One query.

    The number is compared by its digits; fewer than six are nobody's number.
    """
    same = Q(pk__in=[])
    if len(re.sub(r"\D", "", phone)) >= 6:
        same |= Q(contact_phone=phone.strip())
    if customer:
        same |= Q(customer=customer)
    rows = waiting_or_open().filter(same, received_at__gte=at - CALLER_LOOKS_BACK)
    return list(rows.filter(~Q(pk=exclude) if exclude else Q()).order_by("-received_at")[:3])


def plan_in_force(outage: Outage) -> IsolationPlan | None:
    """Return the plan that the crew works on now, or None."""
    return outage.plans.filter(status__in=HOLDING_PLANS).first()


def newest_plan(
    *, report: BurstReport | None = None, outage: Outage | None = None
) -> IsolationPlan | None:
    """Return the last version, in force or not."""
    wanted = Q(report=report) if report is not None else Q(outage=outage)
    return IsolationPlan.objects.filter(wanted).order_by("-version", "-pk").first()


def leave_shut(plan: IsolationPlan) -> list[str]:
    """Valves on the zone's border that were shut before the plan: nobody opens them after it."""
    already = set(plan.answer.get("valves_already_closed", ()))
    return sorted(already.difference(step.valve for step in plan_steps(plan)))


def affected_customers(plan: IsolationPlan) -> list[tuple[AffectedCustomer, Customer | None]]:
    """Who a plan leaves dry, with their records: key users first, then by address. Two queries.

    Records are the plan's revision's where it is kept, else today's; None for a customer whom
    neither has.
    """
    rows = list(plan.affected.all())
    kept = Q(revision__number=plan.revision_number) | Q(revision__status=RevisionStatus.CURRENT)
    customers = Customer.objects.filter(kept, asset_id__in=[row.customer for row in rows]).order_by(
        "-revision__number"
    )
    by_id = {customer.asset_id: customer for customer in customers}
    pairs = [(row, by_id.get(row.customer)) for row in rows]
    return sorted(pairs, key=lambda pair: _rank(*pair))


def _rank(row: AffectedCustomer, customer: Customer | None) -> tuple[bool, bool, str, str]:
    key = bool(customer and (customer.key_user or customer.special_user or customer.large_user))
    address = customer.address if customer else ""
    return (row.effect == Effect.ALREADY_DRY, not key, address, row.customer)


def crew_orders(*, crew_code: str) -> QuerySet[WorkOrder]:
    """Open orders of a crew, newest first, with outage and crew loaded. One query."""
    return (
        WorkOrder.objects.filter(crew__code=crew_code, status__in=OPEN_WORK_ORDERS)
        .select_related("outage", "crew", "report", "category")
        .order_by("-issued_at", "-pk")
    )


def notices_of(outage: Outage) -> QuerySet[OutageNotice]:
    """All versions, newest first."""
    return outage.notices.order_by("-version")


def delivery_counts(notice: OutageNotice) -> dict[tuple[str, str], int]:
    """(channel, status) -> deliveries. One query."""
    rows = notice.deliveries.values_list("channel", "status").annotate(n=Count("pk")).order_by()
    return {(channel, status): n for channel, status, n in rows}


def delivery_states(notice: OutageNotice) -> list[tuple[str, int, int, Any]]:
    """(status, deliveries, of these waiting for quiet hours to end, until when). One query."""
    held = Q(status=DeliveryStatus.PENDING, why=DeliveryWhy.QUIET_HOURS)
    rows = notice.deliveries.values_list("status").order_by()
    return list(
        rows.annotate(
            n=Count("pk"), held=Count("pk", filter=held), until=Min("due_at", filter=held)
        )
    )


def held_deliveries(notice: OutageNotice) -> dict[str, Any]:
    """How many messages of a notice wait for quiet hours to end, and until when. One query."""
    held = notice.deliveries.filter(status=DeliveryStatus.PENDING, why=DeliveryWhy.QUIET_HOURS)
    return held.aggregate(count=Count("pk"), until=Min("due_at"))


def undecided_deliveries() -> QuerySet[Delivery]:
    """Deliveries whose fate is unknown and that a person must decide on, oldest first."""
    return (
        Delivery.objects.filter(status=DeliveryStatus.UNKNOWN)
        .select_related("notice__outage")
        .prefetch_related("callbacks__order")
        .order_by("due_at", "pk")
    )


def timeline(outage: Outage) -> QuerySet[Event]:
    """Events of an outage and of the reports that led to it, oldest first. One query.

    Single deliveries are left out: `delivery_counts` says how those stand.
    """
    return (
        Event.objects.filter(Q(outage=outage) | Q(report__outage=outage))
        .exclude(subject="delivery")
        .select_related("by")
        .order_by("at", "pk")
    )


def steps_done(operations: list[ValveOperation]) -> tuple[int, int]:
    """Return (done, all) of the steps that matter now: opening ones once there are any."""
    opening = [step for step in operations if step.direction == Direction.OPEN]
    steps = opening or [step for step in operations if step.direction == Direction.CLOSE]
    return sum(step.status in ("done", "left_closed") for step in steps), len(steps)
