"""What interruptions cost: property-minutes by area, kind, cause and outage, bands, months.

All figures come from one list of interruptions, and every division of them adds up to the same
total: a property lies in one area or in none, a second belongs to one outage or to none.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from network.choices import AreaKind
from network.models import Area, Customer
from network.selectors import current_revision
from outages.models import Outage, SupplyReckoning, SupplySpell
from outages.policy.interruptions import (
    AT_LEAST,
    Account,
    Interruption,
    Spell,
    account,
    interruptions,
)
from outages.policy.report_periods import Period, months_until

MONTHS: Final = 12
WORST: Final = 20
NO_AREA: Final = 0
NO_OUTAGE: Final = ""
# Of those that are drawn, the first is what people report by.
_DIVISIONS: Final = (AreaKind.DISTRICT, AreaKind.DMA, AreaKind.PRESSURE_ZONE)


@dataclass(frozen=True)
class Line:
    """One row of a division: its key, time lost, interruptions of three hours and more.

    `served` is None where properties cannot be divided so (by outage, by cause).
    """

    key: str
    lost: timedelta
    properties: int
    served: int | None = None

    @property
    def minutes(self) -> float:
        return self.lost / timedelta(minutes=1)

    @property
    def per_property(self) -> float | None:
        return self.minutes / self.served if self.served else None


@dataclass(frozen=True)
class AreaLine(Line):
    """One area, with its interruptions by band; `area` None for properties in no area."""

    area: Area | None = None
    bands: tuple[int, ...] = ()


@dataclass(frozen=True)
class OutageLine(Line):
    """One outage; None for what was recorded outside any."""

    outage: Outage | None = None


@dataclass(frozen=True)
class Worst:
    """One property and what it lost, by its account with the middle hidden."""

    account: str
    area: Area | None
    lost: timedelta

    @property
    def minutes(self) -> float:
        return self.lost / timedelta(minutes=1)


@dataclass(frozen=True)
class InterruptionReport:
    """A period's figures. `reckoned_at` is until when signed steps are in them."""

    period: Period
    at: datetime
    reckoned_at: datetime | None
    served: int
    total: Account
    by_kind: tuple[Line, ...]
    by_cause: tuple[Line, ...]
    by_area: tuple[AreaLine, ...]
    by_outage: tuple[OutageLine, ...]
    worst: tuple[Worst, ...]
    months: tuple[tuple[Period, Line], ...]

    @property
    def minutes(self) -> float:
        return self.total.lost / timedelta(minutes=1)

    @property
    def per_property(self) -> float | None:
        return self.total.minutes_per_property(self.served) if self.served else None

    @property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """Hours, and interruptions that ended in the period and lasted at least so long."""
        return tuple((_hours(band), count) for band, count in self.total.bands.items())


def _hours(band: timedelta) -> int:
    return int(band / timedelta(hours=1))


def interruption_report(period: Period, *, at: datetime) -> InterruptionReport:
    """Return the figures of a period. Eight queries, two of them over all customers."""
    months = months_until(period.last, MONTHS)
    first = min(period.first, months[0].first)
    found = _interruptions(Period(first, max(period.last, months[-1].last)), at=at)
    total = _account(found, period)
    areas = _Areas({each.customer for each in found})
    by_outage = _by_outage(found, period)
    reckoning = SupplyReckoning.objects.first()
    return InterruptionReport(
        period=period,
        at=at,
        reckoned_at=reckoning.reckoned_at if reckoning else None,
        served=sum(areas.served.values()),
        total=total,
        by_kind=_divided(by_outage, lambda outage: outage.kind if outage else NO_OUTAGE),
        by_cause=_divided(by_outage, lambda outage: outage.cause if outage else NO_OUTAGE),
        by_area=tuple(areas.lines(found, period)),
        by_outage=tuple(sorted((line for line, _those in by_outage), key=lambda line: -line.lost)),
        worst=tuple(_worst(total, areas)),
        months=tuple(_months(found, months, sum(areas.served.values()))),
    )


def lost_in(period: Period, *, at: datetime) -> Account:
    """Return what a period cost as a whole, not divided. One query."""
    return _account(_interruptions(period, at=at), period)


def _limits(period: Period) -> tuple[datetime, datetime]:
    zone = timezone.get_default_timezone()
    return period.begins(zone), period.ends(zone)


def _account(found: Iterable[Interruption], period: Period) -> Account:
    since, until = _limits(period)
    return account(found, since=since, until=until)


def _interruptions(period: Period, *, at: datetime) -> list[Interruption]:
    """Return the interruptions of everybody who was dry in the period, over their whole life."""
    since, until = _limits(period)
    touched = SupplySpell.objects.filter(Q(on_at=None) | Q(on_at__gt=since), off_at__lt=until)
    rows = SupplySpell.objects.filter(customer__in=touched.values("customer"))
    columns = rows.values_list("customer", "outage__code", "off_at", "on_at")
    return interruptions(
        (
            Spell(customer, outage or NO_OUTAGE, off_at, on_at)
            for customer, outage, off_at, on_at in columns
        ),
        now=at,
    )


Divided = list[tuple[OutageLine, frozenset[str]]]


def _by_outage(found: Iterable[Interruption], period: Period) -> Divided:
    """Return each outage's share of the time lost, with the properties that lost it."""
    since, until = _limits(period)
    lost: dict[str, timedelta] = defaultdict(timedelta)
    those: dict[str, set[str]] = defaultdict(set)
    for each in found:
        for share in each.shares if each.length >= AT_LEAST else ():
            length = min(share.ends, until) - max(share.begins, since)
            if length > timedelta(0):
                lost[share.outage] += length
                those[share.outage].add(each.customer)
    outages = {each.code: each for each in Outage.objects.filter(code__in=lost).defer("area")}
    return [
        (
            OutageLine(code, lost[code], len(those[code]), outage=outages.get(code)),
            frozenset(those[code]),
        )
        for code in lost
    ]


def _divided(by_outage: Divided, key_of: Callable[[Outage | None], str]) -> tuple[Line, ...]:
    """Add outages up by a key of theirs, the dearest first."""
    lost: dict[str, timedelta] = defaultdict(timedelta)
    those: dict[str, set[str]] = defaultdict(set)
    for line, customers in by_outage:
        key = key_of(line.outage)
        lost[key] += line.lost
        those[key] |= customers
    lines = (Line(key, lost[key], len(those[key])) for key in lost)
    return tuple(sorted(lines, key=lambda line: (-line.lost, line.key)))


class _Areas:
    """Which area each property lies in, and how many are served in each. Three queries."""

    def __init__(self, customers: set[str]) -> None:
        drawn = {each.kind for each in Area.objects.only("kind").distinct("kind").order_by("kind")}
        kind = next((each for each in _DIVISIONS if each in drawn), "")
        around = Area.objects.filter(kind=kind, geom__intersects=OuterRef("geom"))
        placed = Customer.objects.filter(revision=current_revision()).annotate(
            area=Subquery(around.order_by("code").values("pk")[:1])
        )
        counted = placed.values("area").annotate(n=Count("pk")).values_list("area", "n")
        self.served: dict[int, int] = {area or NO_AREA: n for area, n in counted.order_by("area")}
        rows = placed.filter(asset_id__in=customers).values_list("asset_id", "account", "area")
        known = {asset: (account, area or NO_AREA) for asset, account, area in rows}
        self.accounts = {asset: each[0] for asset, each in known.items()}
        self.of = {each: known[each][1] if each in known else NO_AREA for each in customers}
        self.areas = {each.pk: each for each in Area.objects.filter(kind=kind).defer("geom")}

    def lines(self, found: Iterable[Interruption], period: Period) -> list[AreaLine]:
        """Return every area that serves somebody, and what lies in none; by time lost."""
        inside: dict[int, list[Interruption]] = defaultdict(list)
        for each in found:
            inside[self.of[each.customer]].append(each)
        lines = [self._line(area, inside[area], period) for area in {*self.served, *inside}]
        return sorted(lines, key=lambda line: (-line.lost, line.key))

    def _line(self, pk: int, found: list[Interruption], period: Period) -> AreaLine:
        area, cost = self.areas.get(pk), _account(found, period)
        return AreaLine(
            area.code if area else "",
            cost.lost,
            len(cost.by_customer),
            self.served.get(pk, 0),
            area=area,
            bands=tuple(cost.bands.values()),
        )


def _worst(total: Account, areas: _Areas) -> list[Worst]:
    """Return the properties that lost most, their accounts with the middle hidden."""
    ranked = sorted(total.by_customer.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Worst(
            account=mask_account(areas.accounts.get(customer, "")),
            area=areas.areas.get(areas.of[customer]),
            lost=lost,
        )
        for customer, lost in ranked[:WORST]
    ]


def mask_account(account: str) -> str:
    """Hide all of an account but its first and its last two characters."""
    return f"{account[:1]}{'*' * (len(account) - 3)}{account[-2:]}" if len(account) > 3 else "***"


def _months(
    found: Sequence[Interruption], months: Iterable[Period], served: int
) -> Iterable[tuple[Period, Line]]:
    """Return each month's line; served are today's properties, as nobody keeps older counts."""
    for month in months:
        cost = _account(found, month)
        yield month, Line(f"{month.first:%Y-%m}", cost.lost, len(cost.by_customer), served)
