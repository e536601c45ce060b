"""Who is dry only because works overlap, as the panel and the approval show it."""

from datetime import datetime
from typing import Any, Final

from network.models import Customer
from outages.models import IsolationPlan
from outages.services.shutdown.overlap import Overlap, overlaps

NAMED: Final = 5


def overlap_rows(plan: IsolationPlan, *, at: datetime, with_names: bool) -> list[dict[str, Any]]:
    """The slices of time in which `plan` and other works dry somebody only together."""
    return [_row(plan, each, with_names=with_names) for each in overlaps(plan, at=at)]


def _row(plan: IsolationPlan, each: Overlap, *, with_names: bool) -> dict[str, Any]:
    names: list[str] = []
    if with_names:
        rows = Customer.objects.filter(
            revision__number=plan.revision_number, asset_id__in=each.customers[:NAMED]
        ).order_by("asset_id")
        names = [row.name or row.asset_id for row in rows]
    return {
        "start": each.start,
        "end": each.end,
        "codes": each.codes,
        "count": len(each.customers),
        "persons": each.persons,
        "names": names,
        "unnamed": len(each.customers) - len(names) if names else 0,
    }
