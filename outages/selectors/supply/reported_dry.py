"""Who said that he has no water before any valve was shut, or where none was.

1. The report says *no water* and belongs to an outage, itself or through the one it repeats.
2. It names one customer: by his telephone number, however either was written, else by his
   address, and no other has it.
3. He is dry from when he says that it began, else from when he called, until the outage's first
   valve takes his water, else until the outage is restored.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Case, CharField, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Right

from network.models import Customer
from network.selectors import current_revision
from outages.choices import ReportKind, SpellBasis
from outages.models import BurstReport, Outage, SupplySpell
from outages.policy.addresses import same_phone
from outages.policy.interruptions import Spell
from outages.workflow import OutageStatus, ReportStatus


def reported_dry() -> list[Spell]:
    """Return the spells that reports begin; they end where signed ones begin. Five queries."""
    said = _said()
    outages = {each.pk: each for each in Outage.objects.filter(pk__in={pair[1] for pair in said})}
    offs = _taken_by_valves({pair[1] for pair in said})
    found = []
    for (customer, outage_id), since in sorted(said.items()):
        outage = outages[outage_id]
        stretches = offs.get((customer, outage_id), [])
        if outage.status == OutageStatus.CANCELLED or _is_covered(stretches, since):
            continue
        later = [off_at for off_at, _on_at in stretches if off_at > since]
        until = min([*later, outage.restored_at] if outage.restored_at else later, default=None)
        if until is None or until > since:
            found.append(Spell(customer, outage.code, since, until))
    return found


def _is_covered(stretches: Iterable[tuple[datetime, datetime | None]], at: datetime) -> bool:
    return any(off_at <= at and (on_at is None or at < on_at) for off_at, on_at in stretches)


def _said() -> dict[tuple[str, int], datetime]:
    """Return since when, by customer and outage; the earliest word counts."""
    reports = list(
        BurstReport.objects.filter(kind=ReportKind.NO_WATER)
        .exclude(status=ReportStatus.INVALID)
        .annotate(of_outage=Coalesce("outage_id", "duplicate_of__outage_id"))
        .exclude(of_outage=None)
        .values_list("contact_phone", "address", "occurred_at", "received_at", "of_outage")
    )
    by_phone = _sole_phones({same_phone(each[0]) for each in reports})
    by_address = _sole_addresses({each[1] for each in reports})
    found: dict[tuple[str, int], datetime] = {}
    for phone, address, occurred_at, received_at, outage in reports:
        customer = by_phone.get(same_phone(phone)) or by_address.get(address)
        if customer is None:
            continue
        since = min(occurred_at or received_at, received_at)
        found[customer, outage] = min(found.get((customer, outage), since), since)
    return found


# The last figures of a number as the register writes it, with blanks, hyphens or a country's code.
_FIGURES: Final = Func(
    F("phone"), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace",
    output_field=CharField(),
)  # fmt: skip
_LAST: Final = 11
_TAIL: Final = 4


def _sole_phones(numbers: set[str]) -> dict[str, str]:
    """Return the customer of each number that one customer alone has."""
    wanted = numbers - {""}
    # Figures are picked out only of what may be one of them: there are millions of customers, and
    # this is asked every minute.
    may_be = Q(tail__in={each[-_TAIL:] for each in wanted}) | ~Q(tail__regex=r"^[0-9]{4}$")
    rows = _customers().annotate(
        tail=Right("phone", _TAIL),
        last=Case(When(may_be, then=Right(_FIGURES, _LAST)), default=Value("")),
    )
    found = rows.filter(last__in={each[-_LAST:] for each in wanted}) if wanted else rows.none()
    pairs = found.values_list("phone", "asset_id")
    return _alone((same_phone(phone), customer) for phone, customer in pairs)


def _sole_addresses(addresses: set[str]) -> dict[str, str]:
    """Return the customer of each address that one customer alone has."""
    found = _customers().filter(address__in=addresses - {""})
    return _alone(found.values_list("address", "asset_id"))


def _customers() -> QuerySet[Customer]:
    return Customer.objects.filter(revision=current_revision())


def _alone(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    having = defaultdict(list)
    for value, customer in pairs:
        having[value].append(customer)
    return {value: those[0] for value, those in having.items() if len(those) == 1}


def _taken_by_valves(
    outages: set[int],
) -> dict[tuple[str, int], list[tuple[datetime, datetime | None]]]:
    rows = SupplySpell.objects.filter(outage__in=outages, basis=SpellBasis.VALVES)
    found = defaultdict(list)
    for customer, outage, off_at, on_at in rows.values_list(
        "customer", "outage_id", "off_at", "on_at"
    ):
        found[customer, outage].append((off_at, on_at))
    return dict(found)
