"""Where a report is: the point, the pipe that it is snapped to, and that pipe's facts."""

from math import isfinite
from typing import Any

import shapely
from django.conf import settings
from django.contrib.gis.geos import Point

from network import selectors as network
from network.models import Pipe
from outages import impact
from outages.choices import ISOLATION_KINDS, ReportKind, Urgency
from outages.selectors.shutdown.areas import LocalPlane
from outages.workflow import Refused

# Priorities of the queue: 1 at once, 2 soon, 3 in turn.
_AT_LEAST = {Urgency.URGENT: 1, Urgency.IMPORTANT: 2}


class PlaceRefused(Refused):
    """No place where one is needed, or one that is not on Earth (not finite, beyond 180 / 90)."""

    codes = ("place_not_on_earth", "place_missing")


class UnknownPipe(Refused):
    """The pipe that was picked by hand is not in the current network revision."""

    codes = ("pipe_unknown",)


def placed(
    lon: float | None,
    lat: float | None,
    pipe: str,
    kind: ReportKind | str,
    *,
    is_danger: bool,
    urgency: Urgency | str = Urgency.NORMAL,
) -> dict[str, Any]:
    """Return a report's place: where it is, the pipe it is on and that pipe's facts.

    Nothing but the priority without a point. Raises PlaceRefused, UnknownPipe.
    """
    if lon is None or lat is None:
        return {"geom": None, "pipe": "", "priority": priority(kind, is_danger, urgency, {})}
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise PlaceRefused(code="place_not_on_earth", lon=lon, lat=lat)
    near = _on_pipe(lon, lat, pipe)
    facts = {} if near is None else _pipe_facts(near)
    return {
        "geom": Point(lon, lat, srid=4326),
        "pipe": near.pipe if near else "",
        "pipe_fraction": near.fraction if near else None,
        "snap_distance_m": near.distance_m if near else None,
        "pipe_facts": facts,
        "priority": priority(kind, is_danger, urgency, facts),
    }


def priority(
    kind: ReportKind | str, is_danger: bool, urgency: Urgency | str, facts: dict[str, Any]
) -> int:
    """Return the place in the queue, 1 to 3: by what it is, never later than its urgency asks."""
    by_kind = impact.report_priority(
        isolates=kind in ISOLATION_KINDS,
        is_danger=is_danger,
        on_trunk_road=bool(facts.get("on_trunk_road")),
        diameter_mm=facts.get("diameter_mm"),
    )
    return min(by_kind, _AT_LEAST.get(Urgency(urgency), by_kind))


def _on_pipe(lon: float, lat: float, pipe: str) -> network.NearPipe | None:
    if not pipe:
        return network.nearest_pipe(lon, lat, within_m=settings.REPORT_SNAP_M)
    row = Pipe.objects.filter(revision=network.current_revision(), asset_id=pipe).first()
    if row is None:
        raise UnknownPipe(pipe=pipe)
    return _place_on(row, lon, lat)


def _place_on(row: Pipe, lon: float, lat: float) -> network.NearPipe:
    """Return where on a pipe, picked by hand, a point lies nearest."""
    plane = LocalPlane(lon, lat)
    line = plane.to_metres(shapely.from_wkb(bytes(row.geom.wkb)))
    assert isinstance(line, shapely.LineString)
    here = shapely.Point(plane.metres(lon, lat))
    fraction = line.project(here, normalized=True)
    nearest = plane.to_degrees(line.interpolate(fraction, normalized=True)).centroid
    return network.NearPipe(
        pipe=row.asset_id,
        fraction=min(max(fraction, 0.0), 1.0),
        distance_m=float(shapely.distance(line, here)),
        lon=nearest.x,
        lat=nearest.y,
        diameter_mm=row.diameter_mm,
        material=row.material,
        street=row.street,
        street_en=row.street_en,
        on_trunk_road=row.on_trunk_road,
    )


def _pipe_facts(near: network.NearPipe) -> dict[str, Any]:
    """Return the pipe's facts as they stood when the report was taken."""
    return {
        "diameter_mm": near.diameter_mm,
        "material": near.material,
        "street": near.street,
        "street_en": near.street_en,
        "on_trunk_road": near.on_trunk_road,
        "lon": near.lon,
        "lat": near.lat,
    }
