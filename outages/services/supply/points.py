"""Where people fetch water meanwhile: the engine proposes, the dispatcher confirms, all read it."""

from datetime import datetime
from typing import Final

from django.contrib.gis.geos import Point
from django.db import transaction

from network.models import Hydrant
from network.selectors import current_revision
from network.selectors.water_points import HYDRANT, TANKER
from outages import tasks
from outages.choices import SupplyPointKind, SupplyPointStatus
from outages.models import Event, Outage, SupplyPoint, lifecycle
from outages.models.events import Actor
from outages.services.publishing import audience
from outages.services.rules.reasons import required_reason
from outages.services.shutdown.arguing import NotArguable, argument_for
from outages.workflow import OPEN_OUTAGES, Refused

KINDS: Final = {HYDRANT: SupplyPointKind.STANDPIPE, TANKER: SupplyPointKind.TANKER}


class SupplyPointRefused(Refused):
    """No place can be proposed, or the point was decided on already."""

    codes = ("supply_no_proposal", "supply_decided", "supply_outage_over")


def propose_supply_points(outage: Outage, *, by: Actor, at: datetime) -> list[SupplyPoint]:
    """Store from where those without water are best supplied, as proposals: hydrants, tankers.

    Asking again changes nothing about places that were decided on. Raises SupplyPointRefused.
    """
    plan = audience.telling_plan(outage)
    if plan is None:
        raise SupplyPointRefused(code="supply_no_proposal", outage=outage.code)
    try:
        _restored, places = argument_for(plan).restoration(at=at)
    except NotArguable as unknown:
        raise SupplyPointRefused(code="supply_no_proposal", outage=outage.code) from unknown
    names = _names([each.point.place for each in places])
    with transaction.atomic():
        outage = _open(outage)
        found = []
        for each in places:
            name, name_en = names.get(each.point.place, ("", ""))
            row, created = SupplyPoint.objects.get_or_create(
                outage=outage,
                asset=each.point.place,
                defaults={
                    "kind": KINDS[each.kind],
                    "name": (name or outage.place)[:120],
                    "name_en": (name_en or outage.place_en)[:120],
                    "geom": Point(each.lon, each.lat, srid=4326),
                    "persons": each.point.persons,
                    "farthest_m": each.point.farthest_m,
                    "made_at": at,
                },
            )
            if created:
                found.append(row)
        if found:
            Event.objects.append(outage, "supply_proposed", by=by, at=at, count=len(found))
    return found


def _names(hydrants: list[str]) -> dict[str, tuple[str, str]]:
    rows = Hydrant.objects.filter(revision=current_revision(), asset_id__in=hydrants)
    return {row.asset_id: (row.location, row.location_en) for row in rows}


def add_supply_point(
    outage: Outage,
    *,
    name: str,
    at_place: tuple[float, float],
    by: Actor,
    at: datetime,
    name_en: str = "",
    kind: SupplyPointKind | str = SupplyPointKind.TANKER,
    hours: str = "",
) -> SupplyPoint:
    """Set a place by hand, confirmed at once. `at_place` is (lon, lat) in degrees.

    Raises ReasonMissing for a place without a name, SupplyPointRefused.
    """
    said = required_reason(name)
    with transaction.atomic():
        outage = _open(outage)
        point = SupplyPoint.objects.create(
            outage=outage,
            kind=kind,
            status=SupplyPointStatus.CONFIRMED,
            name=said[:120],
            name_en=name_en.strip()[:120],
            geom=Point(*at_place, srid=4326),
            hours=hours.strip()[:60],
            made_at=at,
            decided_at=at,
            decided_by=by,
        )
        Event.objects.append(point, "supply_status", by=by, at=at, new=point.status)
        transaction.on_commit(tasks.wake_publication)
    return point


def confirm_supply_point(
    point: SupplyPoint, *, by: Actor, at: datetime, name: str = "", hours: str = "", kind: str = ""
) -> SupplyPoint:
    """Confirm a proposal, under a name that people know. Raises SupplyPointRefused."""
    values = {"name": name.strip()[:120], "hours": hours.strip()[:60], "kind": kind}
    return _decide(point, SupplyPointStatus.CONFIRMED, by=by, at=at, values=values)


def withdraw_supply_point(point: SupplyPoint, *, by: Actor, at: datetime) -> SupplyPoint:
    """Turn a proposal down, or take a place back. Raises SupplyPointRefused."""
    return _decide(point, SupplyPointStatus.WITHDRAWN, by=by, at=at, values={})


def _decide(
    point: SupplyPoint,
    status: SupplyPointStatus,
    *,
    by: Actor,
    at: datetime,
    values: dict[str, str],
) -> SupplyPoint:
    with transaction.atomic():
        _open(point.outage)
        rows = SupplyPoint.objects.select_for_update(of=("self",), no_key=True)
        row = rows.get(pk=point.pk)
        if row.status in (status, SupplyPointStatus.WITHDRAWN):
            raise SupplyPointRefused(code="supply_decided")
        was, row.status, row.decided_at, row.decided_by = row.status, status, at, by
        for name, value in values.items():
            if value:
                setattr(row, name, value)
        row.save()
        Event.objects.append(row, "supply_status", by=by, at=at, old=was, new=status)
        transaction.on_commit(tasks.wake_publication)
    return row


def _open(outage: Outage) -> Outage:
    locked = lifecycle.lock_outage(outage)
    if locked.status not in OPEN_OUTAGES:
        raise SupplyPointRefused(code="supply_outage_over", outage=outage.code)
    return locked
