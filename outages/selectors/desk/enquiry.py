"""The desk's questions: who is calling, and is the water off there?"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db.models import Case, IntegerField, Q, Value, When

from network.models import Customer
from network.selectors import current_revision
from outages.models import AffectedCustomer, IsolationPlan, Outage
from outages.policy.addresses import mask_phone
from outages.selectors.shutdown.pressure import Weakened, weakened
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_OUTAGES,
    RUNNING_OUTAGES,
    OutageStatus,
    PlanStatus,
)

RECENT = timedelta(hours=24)
_TELLING_PLANS = [*HOLDING_PLANS, PlanStatus.REOPENED]


@dataclass(frozen=True)
class Concern:
    """An open outage that a customer is in: by which plan, and in the zone or cut off by it."""

    outage: Outage
    plan: IsolationPlan
    effect: str


@dataclass(frozen=True)
class CustomerHit:
    """A customer found by the desk, phone masked; `customer` holds the full record.

    `weak` says which outage leaves who keeps water with little pressure.
    """

    customer: Customer
    masked_phone: str
    concerns: tuple[Concern, ...]
    weak: Weakened | None = None

    @property
    def outages(self) -> tuple[Outage, ...]:
        """The open outages that the customer is in, running ones first."""
        return tuple(each.outage for each in self.concerns)


@dataclass(frozen=True)
class Verdict:
    """What the desk answers: the outages that hold here (running first) and why.

    `effects` says for each outage id whether the customer is in the zone, cut off outside it, or
    was dry before; a place without a customer has none. `plan` is the one that the first of them
    is told by. `recent` were restored within a day. `weak`: by which outage his pressure is low.
    """

    customer: Customer | None
    outages: tuple[Outage, ...]
    effects: dict[int, str]
    recent: tuple[Outage, ...]
    plan: IsolationPlan | None = None
    weak: Weakened | None = None


def search_customers(text: str, *, limit: int = 20) -> list[CustomerHit]:
    """Find customers by account, phone, address, name or pinyin initials. Four queries at most.

    An account or a phone number matches from its beginning, initials (rml) too, an address or
    name anywhere; two Chinese characters are enough. Best first: account, phone, text.
    """
    wanted = re.sub(r"\s+", "", text).lower()
    revision = current_revision()
    if len(wanted) < 2 or revision is None:
        return []
    matches = Q(account__istartswith=wanted) | Q(search_text__contains=wanted)
    ranks = [When(account__iexact=wanted, then=Value(0)), When(account__istartswith=wanted, then=1)]
    digits = re.sub(r"\D", "", wanted)
    if len(digits) >= 4 and digits == wanted.lstrip("+"):
        matches |= Q(phone__startswith=digits) | Q(phone__endswith=digits)
        ranks.append(When(phone__contains=digits, then=Value(2)))
    if wanted.isascii() and wanted.isalpha():
        matches |= Q(search_initials__startswith=wanted)
        ranks.append(When(search_initials__startswith=wanted, then=Value(3)))
    rows = (
        Customer.objects.filter(matches, revision=revision)
        .annotate(rank=Case(*ranks, default=Value(4), output_field=IntegerField()))
        .order_by("rank", "address", "asset_id")[:limit]
    )
    found = list(rows)
    ids = [customer.asset_id for customer in found]
    open_for, weak_by = _outages_of(ids), weakened(ids)
    return [
        CustomerHit(
            customer=customer,
            masked_phone=mask_phone(customer.phone),
            concerns=tuple(open_for.get(customer.asset_id, [])),
            weak=weak_by.get(customer.asset_id),
        )
        for customer in found
    ]


def verdict_for_customer(customer: Customer, *, at: datetime) -> Verdict:
    """Is this customer in an outage, and why? By the plans, not by the polygon. Three queries."""
    found = _outages_of([customer.asset_id]).get(customer.asset_id, [])
    recent = Outage.objects.filter(
        status__in=[OutageStatus.RESTORED, OutageStatus.CLOSED],
        restored_at__gte=at - RECENT,
        plans__status=PlanStatus.REOPENED,
        plans__affected__customer=customer.asset_id,
    )
    return Verdict(
        customer=customer,
        outages=tuple(each.outage for each in found),
        effects={each.outage.pk: each.effect for each in found},
        recent=tuple(recent.distinct()),
        plan=found[0].plan if found else None,
        weak=weakened([customer.asset_id]).get(customer.asset_id),
    )


def verdict_at(*, lon: float, lat: float, at: datetime) -> Verdict:
    """Is this place inside an open outage's area? For callers without an account. Two queries."""
    here = Point(lon, lat, srid=4326)
    inside = Outage.objects.filter(area__intersects=here)
    return Verdict(
        customer=None,
        outages=tuple(sorted(inside.filter(status__in=OPEN_OUTAGES), key=_running_first)),
        effects={},
        recent=tuple(
            inside.filter(
                status__in=[OutageStatus.RESTORED, OutageStatus.CLOSED],
                restored_at__gte=at - RECENT,
            )
        ),
    )


def _outages_of(customers: list[str]) -> dict[str, list[Concern]]:
    """Open outages by customer, with plan and effect, running ones first. One query."""
    rows = AffectedCustomer.objects.filter(
        customer__in=customers,
        plan__status__in=_TELLING_PLANS,
        plan__outage__status__in=OPEN_OUTAGES,
    ).select_related("plan__outage")
    found: dict[str, list[Concern]] = {}
    for row in rows:
        if row.plan.outage is not None:
            concern = Concern(row.plan.outage, row.plan, row.effect)
            found.setdefault(row.customer, []).append(concern)
    for concerns in found.values():
        concerns.sort(key=lambda each: _running_first(each.outage))
    return found


def _running_first(outage: Outage) -> tuple[bool, datetime]:
    return (outage.status not in RUNNING_OUTAGES, outage.planned_start_at or outage.created_at)
