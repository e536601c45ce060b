"""Showing what is masked: a telephone number is read out once, and the record says to whom."""

from datetime import datetime

from django.db import transaction

from network.models import Customer
from outages.models import BurstReport, Event, Outage
from outages.models.events import Actor
from outages.selectors.privacy import may_know
from outages.workflow import Refused


class ContactHidden(Refused):
    """Who told us is protected, and the reader is neither its owner nor supervision."""

    codes = ("contact_hidden",)


def show_customer_phone(
    customer: Customer, *, by: Actor, at: datetime, outage: Outage | None = None
) -> str:
    """Return a customer's number in full; the event names the customer by id, never the number."""
    with transaction.atomic():
        Event.objects.create(
            at=at,
            by=by,
            subject="customer",
            subject_id=customer.pk,
            outage=outage,
            verb="phone_shown",
            facts={"customer": customer.asset_id},
        )
    return customer.phone


def show_caller_phone(report: BurstReport, *, by: Actor, at: datetime) -> str:
    """Return a caller's number in full; who saw whose is on record. Raises ContactHidden."""
    if not may_know(report, by):
        raise ContactHidden(report=report.reference)
    with transaction.atomic():
        Event.objects.append(report, "phone_shown", by=by, at=at)
    return report.contact_phone
