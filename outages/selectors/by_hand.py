"""What waits for people's hands: calls to make, and places to publish at."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from network.models import Customer, Organisation
from network.selectors import current_revision
from outages.choices import NoticeChannel
from outages.models import CallAttempt, Delivery
from outages.workflow import DeliveryStatus

ORGANISATION = "organisation:"


@dataclass(frozen=True)
class Call:
    """One entry of the telephone list. `name` is who is called, `kind` why they are."""

    delivery: Delivery
    name: str
    name_en: str
    kind: str  # key, large, special, organisation, other
    contact: str
    last: CallAttempt | None
    is_due: bool


def waiting_by_hand() -> QuerySet[Delivery]:
    """Everything that a person has to do for a published notice, the longest due first."""
    return (
        Delivery.objects.filter(by_hand=True, status=DeliveryStatus.PENDING)
        .select_related("notice__outage")
        .order_by("due_at", "pk")
    )


def call_list(*, at: datetime) -> list[Call]:
    """Calls to make: due ones first, key users before the rest. Four queries."""
    rows = list(waiting_by_hand().filter(channel=NoticeChannel.PHONE))
    calls = [_call(row, *found, at=at) for row, found in zip(rows, _facts(rows), strict=True)]
    return sorted(
        calls, key=lambda call: (not call.is_due, call.kind != "key", call.delivery.due_at)
    )


def one_call(delivery: Delivery, *, at: datetime) -> Call:
    """One entry, whatever became of it."""
    [found] = _facts([delivery])
    return _call(delivery, *found, at=at)


def postings() -> QuerySet[Delivery]:
    """Places to publish at by hand: WeChat without an account, portal, newspapers."""
    return waiting_by_hand().exclude(channel=NoticeChannel.PHONE)


Facts = tuple[Customer | None, Organisation | None, CallAttempt | None]


def _facts(rows: list[Delivery]) -> list[Facts]:
    codes = {row.customer for row in rows}
    customers = {
        each.asset_id: each
        for each in Customer.objects.filter(revision=current_revision(), asset_id__in=codes)
    }
    wanted = [code.removeprefix(ORGANISATION) for code in codes if code.startswith(ORGANISATION)]
    organisations = {
        ORGANISATION + each.code: each for each in Organisation.objects.filter(code__in=wanted)
    }
    last = {
        attempt.delivery_id: attempt
        for attempt in CallAttempt.objects.filter(delivery__in=rows).order_by("at", "pk")
    }
    return [
        (customers.get(row.customer), organisations.get(row.customer), last.get(row.pk))
        for row in rows
    ]


def _call(
    row: Delivery,
    customer: Customer | None,
    organisation: Organisation | None,
    last: CallAttempt | None,
    *,
    at: datetime,
) -> Call:
    name, name_en, contact, kind = row.recipient, "", "", "other"
    if organisation is not None:
        name, name_en = organisation.name, organisation.name_en
        contact, kind = organisation.contact, "organisation"
    elif customer is not None:
        name = customer.name or customer.account
        kind = "key" if customer.key_user else "large" if customer.large_user else "special"
    return Call(
        delivery=row,
        name=name,
        name_en=name_en or name,
        kind=kind,
        contact=contact,
        last=last,
        is_due=row.due_at <= at,
    )
