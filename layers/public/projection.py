"""From an outage to what may be published: a list of permitted fields, nothing copied whole.

A field that is not named here does not get out (PUB-14); the test of the published files walks
them and fails on any other.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import shapely
from django.conf import settings
from django.db.models import Q

from layers.public.areas import public_area
from layers.public.cells import Cells
from layers.public.wording import advice_text, both, cause_text
from outages.choices import SupplyPointStatus
from outages.models import Outage
from outages.workflow import OutageKind, OutageStatus

# Bands of homes above the public minimum.
BAND_EDGES: Final = (50, 200, 1000)
# How long "supply is back" stays on the list.
RESTORED_SHOWN_FOR: Final = timedelta(hours=12)

OUTAGE_FIELDS: Final = frozenset(
    {
        *("code", "kind", "status", "supply", "place", "cause", "remark", "advice", "area"),
        *("starts_at", "ends_at", "eta", "earlier_etas", "restored_at", "customers", "updated_at"),
        "water",
    }
)

STATUS: Final[dict[str, str]] = {
    OutageStatus.IMPACT_CONFIRMED: "off",
    OutageStatus.IN_EFFECT: "off",
    OutageStatus.RESTORING: "returning",
    OutageStatus.RESTORED: "restored",
    OutageStatus.CLOSED: "restored",
}


def public_status(outage: Outage) -> str:
    """`off`, `returning`, `planned` or `restored`; empty where the public is told nothing."""
    if outage.status in {OutageStatus.CANCELLED, OutageStatus.DRAFT}:
        return ""
    status = STATUS.get(outage.status, "planned" if outage.kind == OutageKind.PLANNED else "")
    if status == "off" and outage.kind == OutageKind.PLANNED and not outage.started_at:
        return "planned"
    return status


def published_outages(at: datetime) -> list[Outage]:
    """Outages with a published notice and a sound area that are not long over.

    One without an area is left out rather than shown everywhere.
    """
    over = Q(status__in=[OutageStatus.RESTORED, OutageStatus.CLOSED]) & (
        Q(restored_at__isnull=True) | Q(restored_at__lt=at - RESTORED_SHOWN_FOR)
    )
    rows = (
        Outage.objects.filter(published_at__lte=at, area__isnull=False)
        .exclude(over)
        .prefetch_related("estimates", "supply_points")
        .order_by("code")
    )
    return [outage for outage in rows if public_status(outage)]


def homes_of(outage: Outage) -> int:
    """Homes and firms: a row of customers may stand for a whole building."""
    return max(outage.connections, outage.customers)


def public_band(homes: int, minimum: int) -> dict[str, int]:
    """A count that singles nobody out: a band, below the minimum only that it is.

    `fewer_than` and `from` to `to` (not included), or `from` alone for the widest.
    """
    edges = [minimum, *(edge for edge in BAND_EDGES if edge >= 2 * minimum)]
    if homes < minimum:
        return {"fewer_than": minimum}
    for low, high in pairwise(edges):
        if homes < high:
            return {"from": low, "to": high}
    return {"from": edges[-1]}


def project(outage: Outage, cells: Cells) -> dict[str, Any]:
    """The permitted fields of one outage, its area made of whole cells."""
    status = public_status(outage)
    planned = outage.kind == OutageKind.PLANNED
    if outage.area is None:
        msg = f"outage {outage.code} has no area: it cannot be published"
        raise ValueError(msg)
    return {
        "code": outage.code,
        "kind": outage.kind,
        "status": status,
        "supply": outage.supply,
        "place": both(outage.place, outage.place_en),
        "cause": cause_text(outage.cause, planned=planned, is_over=status == "restored"),
        "remark": both(outage.remark_public, outage.remark_public_en),
        "advice": advice_text(status, outage.supply),
        "starts_at": _iso(outage.started_at or outage.planned_start_at or outage.published_at),
        "ends_at": _iso(outage.planned_end_at),
        "eta": _iso(outage.estimated_restoration_at or outage.planned_end_at),
        "earlier_etas": _earlier_etas(outage),
        "restored_at": _iso(outage.restored_at),
        "customers": public_band(homes_of(outage), settings.PUBLIC_MINIMUM_COUNT),
        "water": _water(outage) if status != "restored" else [],
        "area": public_area(shapely.from_wkb(bytes(outage.area.wkb)), cells),
        "updated_at": _iso(_last_change(outage)),
    }


def _water(outage: Outage) -> list[dict[str, Any]]:
    """Places to fetch water: what they are called and when they are open, never which hydrant."""
    return [
        {"name": both(point.name, point.name_en), "kind": point.kind, "hours": point.hours}
        for point in outage.supply_points.all()
        if point.status == SupplyPointStatus.CONFIRMED
    ]


def _earlier_etas(outage: Outage) -> list[dict[str, Any]]:
    """Times promised before, newest first, each with the reason for which it was given up."""
    estimates = list(outage.estimates.all())
    return [
        {
            "eta": _iso(earlier.estimated_restoration_at),
            "changed_at": _iso(later.at),
            "reason": both(later.reason, later.reason_en),
        }
        for later, earlier in pairwise(estimates)
        if earlier.estimated_restoration_at != later.estimated_restoration_at
    ]


def _last_change(outage: Outage) -> datetime | None:
    times = [outage.published_at, outage.started_at, outage.restored_at, outage.repaired_at]
    times += [estimate.at for estimate in outage.estimates.all()]
    return max((time for time in times if time is not None), default=None)


def _iso(at: datetime | None) -> str | None:
    """An instant in UTC to the second."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
