"""Who looked at whose data: what supervision asks the access log."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from network.models import Customer
from outages.choices import DisclosedThing
from outages.models import Disclosure
from outages.selectors.desk.enquiry import search_customers

# So long a file stays open to whoever said why.
FILE_OPEN: Final = timedelta(minutes=30)
MOST_CUSTOMERS: Final = 50


def shown_since(by: Any, *, since: datetime) -> QuerySet[Disclosure]:
    """Return what one person was shown since a time, newest first."""
    return Disclosure.objects.filter(by=by, at__gte=since)


def is_file_open(customer: Customer, *, by: Any, at: datetime) -> bool:
    """Whether somebody said a short while ago why they open this customer's file."""
    opened = shown_since(by, since=at - FILE_OPEN)
    return opened.filter(thing=DisclosedThing.FILE, customer=customer.asset_id).exists()


def disclosures(
    *, since: datetime, until: datetime, text: str = "", thing: str = ""
) -> QuerySet[Disclosure]:
    """Return what was shown in a period, newest first.

    `text` is a person (user name or name), a customer (account, telephone, address, name or id),
    a report's reference or an outage's code.
    """
    rows = Disclosure.objects.filter(at__gte=since, at__lt=until)
    rows = rows.select_related("by", "report", "outage")
    if thing:
        rows = rows.filter(thing=thing)
    wanted = text.strip()
    if not wanted:
        return rows
    found = [hit.customer.asset_id for hit in search_customers(wanted, limit=MOST_CUSTOMERS)]
    return rows.filter(
        Q(by__username__icontains=wanted)
        | Q(by__display_name__icontains=wanted)
        | Q(customer=wanted)
        | Q(customer__in=found)
        | Q(report__reference__iexact=wanted)
        | Q(outage__code__iexact=wanted)
    )
