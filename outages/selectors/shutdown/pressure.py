"""The pressures that are known of a plan: for its panel, its lists and its map."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from network.models import Customer
from outages.choices import PressureStatus, WeakKind
from outages.models import IsolationPlan, Outage, PressureRun, WeakPlace
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_OUTAGES,
    RUNNING_OUTAGES,
    OutageKind,
    PlanStatus,
)


def pressure_of(plan: IsolationPlan) -> PressureRun | None:
    """The newest run of a plan, whatever came of it."""
    return plan.pressure_runs.order_by("-pk").first()


def finished_pressure(plan: IsolationPlan) -> PressureRun | None:
    """The newest run of a plan that has grades."""
    return plan.pressure_runs.filter(status=PressureStatus.FINISHED).order_by("-pk").first()


@dataclass(frozen=True)
class WeakCustomer:
    """A weak customer with the facts of the register; `customer` is None where it is gone."""

    place: WeakPlace
    customer: Customer | None

    @property
    def spot(self) -> str:
        """Where the map goes, as JSON [[lon, lat]] (EPSG:4326); empty where it is not known."""
        if self.customer is None:
            return ""
        point = self.customer.geom
        return json.dumps([[round(point.x, 6), round(point.y, 6)]])

    @property
    def is_special(self) -> bool:
        """Whether to telephone first: key, large and special users."""
        row = self.customer
        return row is not None and bool(row.key_user or row.large_user or row.special_user)


def weak_customers(run: PressureRun) -> list[WeakCustomer]:
    """Weak customers, special ones first, then newly weak ones, then by what is left."""
    places = list(run.weak.filter(kind=WeakKind.CUSTOMER))
    rows = Customer.objects.filter(
        revision__number=run.revision_number, asset_id__in=[each.asset for each in places]
    ).defer("search_text", "search_initials")
    by_id = {row.asset_id: row for row in rows}
    found = [WeakCustomer(place, by_id.get(place.asset)) for place in places]
    return sorted(
        found,
        key=lambda each: (
            not each.is_special,
            not each.place.is_new,
            each.place.after_m,
            each.place.asset,
        ),
    )


def first_weak(run: PressureRun, limit: int) -> list[WeakCustomer]:
    """The special users among the newly weak, weakest first. Two queries."""
    special = (
        Customer.objects.filter(revision__number=run.revision_number)
        .filter(Q(key_user=True) | Q(large_user=True) | ~Q(special_user=""))
        .filter(asset_id__in=run.weak.filter(kind=WeakKind.CUSTOMER, is_new=True).values("asset"))
    )
    by_id = {row.asset_id: row for row in special.defer("geom", "search_text")}
    places = run.weak.filter(kind=WeakKind.CUSTOMER, asset__in=by_id).order_by("after_m", "asset")
    return [WeakCustomer(place, by_id[place.asset]) for place in places[:limit]]


def weak_shapes(run: PressureRun, kind: WeakKind, *, limit: int) -> list[dict[str, Any]]:
    """Weak pipes or customers with their shape as GeoJSON text (EPSG:4326), new and worst first."""
    table = "network_pipe" if kind == WeakKind.PIPE else "network_customer"
    extra = "diameter_mm" if kind == WeakKind.PIPE else "NULL"
    query = f"""
        SELECT weak.asset, ST_AsGeoJSON(asset.geom, 6), weak.after_m, weak.before_m, weak.grade,
               weak.is_new, {extra}
        FROM outages_weakplace weak
        JOIN network_networkrevision revision ON revision.number = %s
        JOIN {table} asset ON asset.revision_id = revision.id AND asset.asset_id = weak.asset
        WHERE weak.run_id = %s AND weak.kind = %s
        ORDER BY weak.is_new DESC, weak.after_m, weak.asset LIMIT %s"""  # noqa: S608
    names = ("asset", "shape", "after_m", "before_m", "grade", "is_new", "bore_mm")
    with connection.cursor() as cursor:
        cursor.execute(query, [run.revision_number, run.pk, kind, limit])
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Weakened:
    """A customer who keeps water, but at less than 10 m while an outage's valves are shut."""

    outage: Outage
    plan: IsolationPlan
    place: WeakPlace


def weakened(customers: Iterable[str]) -> dict[str, Weakened]:
    """Whom open outages leave with low pressure, the weakest by which outage. One query.

    By each plan in force and its newest reckoning; planned works count once they have begun, and
    who was weak before is nobody's doing.
    """
    in_force = Q(run__plan__status__in=[*HOLDING_PLANS, PlanStatus.REOPENED])
    has_begun = Q(run__plan__outage__status__in=RUNNING_OUTAGES) | Q(
        run__plan__outage__kind=OutageKind.UNPLANNED, run__plan__outage__status__in=OPEN_OUTAGES
    )
    newer = PressureRun.objects.filter(
        plan=OuterRef("run__plan"), pk__gt=OuterRef("run"), status=PressureStatus.FINISHED
    )
    rows = (
        WeakPlace.objects.filter(in_force, has_begun, ~Exists(newer))
        .filter(
            kind=WeakKind.CUSTOMER,
            asset__in=list(customers),
            is_new=True,
            run__status=PressureStatus.FINISHED,
        )
        .select_related("run__plan__outage")
        .order_by("-after_m", "-pk")
    )
    # The weakest comes last, and stays.
    return {row.asset: _weakened(row) for row in rows}


def _weakened(row: WeakPlace) -> Weakened:
    plan = row.run.plan
    assert plan.outage is not None, "asked for by its outage"
    return Weakened(plan.outage, plan, row)
