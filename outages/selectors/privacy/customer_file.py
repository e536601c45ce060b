"""One customer, one file: everything on record about them, newest first.

Kept by the asset's id, so the file survives every import. What a reader may not know is not in it:
a confidential report is open to its owner and supervision, and its orders with it.
"""

from dataclasses import dataclass

from network.models import Customer
from outages.models import (
    AffectedCustomer,
    BurstReport,
    CallBack,
    Outage,
    SupplySpell,
    WorkOrder,
)
from outages.models.events import Actor
from outages.selectors.privacy.contacts import may_know
from outages.selectors.privacy.told import MOST, Told, told
from outages.workflow import HOLDING_PLANS, PlanStatus

_IN_FORCE = [*HOLDING_PLANS, PlanStatus.REOPENED]


@dataclass(frozen=True)
class InOutage:
    """One outage that a customer was in, and how: in the zone, cut off by it, dry before."""

    outage: Outage
    effect: str
    spells: tuple[SupplySpell, ...]


@dataclass(frozen=True)
class CustomerFile:
    """What is on record about one customer."""

    customer: Customer
    reports: tuple[BurstReport, ...]
    orders: tuple[WorkOrder, ...]
    outages: tuple[InOutage, ...]
    call_backs: tuple[CallBack, ...]
    told: Told
    protected: int  # reports that this reader may not know of


def file_of(customer: Customer, *, reader: Actor) -> CustomerFile:
    """Return a customer's file as far as the reader may know it. A dozen queries."""
    every = BurstReport.objects.filter(customer=customer.asset_id).select_related("outage")
    known = list(every.order_by("-received_at", "-pk")[:MOST])
    reports = tuple(row for row in known if not row.is_confidential or may_know(row, reader))
    orders = WorkOrder.objects.filter(report__in=reports).select_related("department", "report")
    asked = CallBack.objects.filter(report__in=reports).select_related("order", "report")
    return CustomerFile(
        customer=customer,
        reports=reports,
        orders=tuple(orders.order_by("-issued_at", "-pk")[:MOST]),
        outages=_outages(customer),
        call_backs=tuple(asked.order_by("-completed_at", "-pk")[:MOST]),
        told=told(customer),
        protected=len(known) - len(reports),
    )


def _outages(customer: Customer) -> tuple[InOutage, ...]:
    """By the plans that came into force and by the water itself, whatever plan shut it off."""
    spells: dict[int, list[SupplySpell]] = {}
    dry = SupplySpell.objects.filter(customer=customer.asset_id, outage__isnull=False)
    for spell in dry.select_related("outage").order_by("off_at"):
        spells.setdefault(spell.outage_id or 0, []).append(spell)
    found = {
        number: InOutage(rows[0].outage, "", tuple(rows))
        for number, rows in spells.items()
        if rows[0].outage is not None
    }
    affected = AffectedCustomer.objects.filter(
        customer=customer.asset_id, plan__status__in=_IN_FORCE
    )
    for row in affected.select_related("plan__outage").order_by("plan__version"):
        if (outage := row.plan.outage) is not None:
            found[outage.pk] = InOutage(outage, row.effect, tuple(spells.get(outage.pk, ())))
    newest = sorted(found.values(), key=lambda each: each.outage.created_at, reverse=True)
    return tuple(newest[:MOST])
