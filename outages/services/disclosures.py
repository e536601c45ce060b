"""Showing what is masked: a telephone number is read out once, and the record says to whom."""

from datetime import datetime

from django.db import transaction

from network.models import Customer
from outages.models import Event, Outage
from outages.models.events import Actor


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
