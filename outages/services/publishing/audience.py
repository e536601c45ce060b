"""Who is told: the customers of the plan in force, and whoever was told before."""

from datetime import datetime
from typing import NamedTuple

from django.contrib.gis.geos import MultiPolygon
from django.db.models import Q, QuerySet
from django.utils import timezone

from network import selectors as network
from network.models import Customer
from outages.choices import PERSONAL_CHANNELS, DeliveryWhy, Effect, NoticeChannel, NoticeKind
from outages.models import AffectedCustomer, Delivery, IsolationPlan, Outage
from outages.planning.holding import open_during
from outages.planning.supply import dry_now
from outages.policy.addresses import mobile_number
from outages.workflow import (
    HOLDING_PLANS,
    DeliveryStatus,
    NoticeStatus,
    PlanStatus,
    Refused,
)

_EVERYBODY = Q()


class AudienceRefused(Refused):
    """The area is empty, or the counts differ from the plan's: nobody is told the wrong thing."""

    codes = ("audience_without_area", "audience_differs")


class Recipient(NamedTuple):
    """One address on one channel; `customer` is the first of those who share it."""

    channel: str
    address: str
    customer: str
    language: str


def checked_area(outage: Outage, kind: str) -> MultiPolygon:
    """Return the outage's area if a notice may go out for it; fail closed otherwise.

    Raises AudienceRefused for a missing or empty area, an outage that affects nobody, and
    counts that are not the plan's.
    """
    if outage.area is None or outage.area.empty or not outage.area.valid:
        raise AudienceRefused(code="audience_without_area", outage=outage.code)
    if kind in (NoticeKind.CANCELLATION, NoticeKind.CORRECTION):
        return outage.area
    plan = telling_plan(outage)
    affected = _affected(plan).count() if plan else 0
    if affected != outage.customers or affected == 0:
        raise AudienceRefused(code="audience_differs", counted=outage.customers, planned=affected)
    return outage.area


def recipients(outage: Outage, kind: str, *, at: datetime | None = None) -> list[Recipient]:
    """Return each address once per channel: the plan's customers and all who were told before.

    A cancellation goes only to those who were told, not to whom quiet hours kept from hearing of it
    at all; an update not to those whom the plan in
    force spares, a correction to them alone; an all-clear to nobody who has no water yet, or whom
    another outage takes it from. Who was told that water stays on is not told again that it does.
    """
    if kind == NoticeKind.CORRECTION:
        return _spared(outage, at=at or timezone.now())
    told = _told_before(outage)
    plan = None if kind == NoticeKind.CANCELLATION else telling_plan(outage)
    if kind == NoticeKind.UPDATE and plan is not None:
        affected = set(_affected(plan).values_list("customer", flat=True))
        told = [recipient for recipient in told if recipient.customer in affected]
    if kind == NoticeKind.CANCELLATION:
        unheard = _never_told(outage)
        told = [r for r in told if (r.channel, r.address) not in unheard]
    found: dict[tuple[str, str], Recipient] = {}
    for recipient in [*told, *(_of_plan(plan) if plan else [])]:
        found.setdefault((recipient.channel, recipient.address), recipient)
    if kind != NoticeKind.ALL_CLEAR:
        return list(found.values())
    at = outage.restored_at or timezone.now()
    still_dry = dry_now() | _dry_elsewhere(outage, {r.customer for r in found.values()}, at=at)
    return [r for r in found.values() if r.customer not in still_dry]


def _spared(outage: Outage, *, at: datetime) -> list[Recipient]:
    """Those who heard that water is off, and whom neither this outage nor another takes it from."""
    plan = telling_plan(outage)
    if plan is None:
        return []
    off = [recipient for recipient, is_off in _last_words(outage).values() if is_off]
    affected = set(_affected(plan).values_list("customer", flat=True))
    # A telephone that a spared customer shares with one who is not hears the update alone.
    addressed = {(r.channel, r.address) for r in _of_plan(plan)}
    spared = [
        r for r in off if r.customer not in affected and (r.channel, r.address) not in addressed
    ]
    if not spared:
        return []
    dry = dry_otherwise(outage, {r.customer for r in spared}, at=at)
    return [r for r in spared if r.customer not in dry]


def dry_otherwise(outage: Outage, customers: set[str], *, at: datetime) -> set[str]:
    """Return those of some customers who have no water whatever this outage's plan says."""
    if not customers:
        return set()
    return customers & (dry_now() | _dry_elsewhere(outage, customers, at=at))


def _last_words(outage: Outage) -> dict[tuple[str, str], tuple[Recipient, bool]]:
    """Return what each address heard last, by (channel, address): the recipient, and "it is off".

    Counted is what may have arrived, and a correction as soon as it is on its way.
    """
    words: dict[tuple[str, str], tuple[Recipient, bool]] = {}
    rows = _sent_rows(outage).order_by("notice__version", "pk")
    for kind, status, begun, *facts in rows.values_list(
        "notice__kind", "status", "send_started_at", "channel", "recipient", "customer", "language"
    ):
        arrived = begun is not None or status in _MAY_HAVE_ARRIVED
        on_its_way = kind == NoticeKind.CORRECTION and status == DeliveryStatus.PENDING
        if arrived or on_its_way:
            recipient = Recipient(*facts)
            is_off = kind in (NoticeKind.FIRST, NoticeKind.UPDATE)
            words[recipient.channel, recipient.address] = recipient, is_off
    return words


_MAY_HAVE_ARRIVED = frozenset(
    {DeliveryStatus.SENDING, DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN}
)


def _never_told(outage: Outage) -> set[tuple[str, str]]:
    """Addresses for which everything about an outage still waited for the morning."""
    waited = (DeliveryStatus.PENDING, DeliveryStatus.SUPERSEDED)
    heard: set[tuple[str, str]] = set()
    addressed: set[tuple[str, str]] = set()
    rows = _sent_rows(outage).values_list("channel", "recipient", "status", "why")
    for channel, address, status, why in rows:
        addressed.add((channel, address))
        if status not in waited or why != DeliveryWhy.QUIET_HOURS:
            heard.add((channel, address))
    return addressed - heard


def _dry_elsewhere(outage: Outage, customers: set[str], *, at: datetime) -> set[str]:
    """Customers whom other outages of this time take water from, by plans approved or not yet."""
    undecided = [PlanStatus.COMPUTED, PlanStatus.ADJUSTED]
    rows = AffectedCustomer.objects.filter(
        open_during(at),
        customer__in=customers,
        effect__in=[Effect.ZONE, Effect.UNINTENDED],
        plan__status__in=[*HOLDING_PLANS, *undecided],
    ).exclude(plan__outage=outage)
    return set(rows.values_list("customer", flat=True))


def telling_plan(outage: Outage) -> IsolationPlan | None:
    """Return the plan that says who is without water: in force, or the one just reopened."""
    return (
        outage.plans.filter(status__in=[*HOLDING_PLANS, PlanStatus.REOPENED])
        .order_by("-version")
        .first()
    )


def _affected(plan: IsolationPlan) -> QuerySet[AffectedCustomer]:
    return AffectedCustomer.objects.filter(plan=plan, effect__in=[Effect.ZONE, Effect.UNINTENDED])


def urgent_addresses(outage: Outage) -> frozenset[tuple[str, str]]:
    """Addresses of key and special users, who are told at once. Shared ones too."""
    plan = telling_plan(outage)
    if plan is None:
        return frozenset()
    marked = Q(key_user=True) | Q(special_user=True)
    return frozenset((r.channel, r.address) for r in _of_plan(plan, marked))


def _of_plan(plan: IsolationPlan, wanted: Q = _EVERYBODY) -> list[Recipient]:
    revision = network.current_revision()
    customers = _affected(plan).values("customer")
    rows = (
        Customer.objects.filter(wanted, revision=revision, asset_id__in=customers)
        .order_by("asset_id")
        .only("asset_id", "phone", "email")
    )
    found = []
    for row in rows:
        if number := mobile_number(row.phone):
            found.append(Recipient(NoticeChannel.SMS, number, row.asset_id, "zh-hans"))
        if row.email:
            found.append(Recipient(NoticeChannel.EMAIL, row.email.lower(), row.asset_id, "zh-hans"))
    return found


def _sent_rows(outage: Outage) -> QuerySet[Delivery]:
    return (
        Delivery.objects.filter(notice__outage=outage)
        .exclude(notice__status=NoticeStatus.DRAFT)
        .filter(channel__in=PERSONAL_CHANNELS)
    )


def _told_before(outage: Outage) -> list[Recipient]:
    """Return who was to hear of this outage, less those who heard last that it spares them."""
    corrected = {address for address, (_who, is_off) in _last_words(outage).items() if not is_off}
    rows = _sent_rows(outage).order_by("pk")
    told = [
        Recipient(*row) for row in rows.values_list("channel", "recipient", "customer", "language")
    ]
    return [each for each in told if (each.channel, each.address) not in corrected]
