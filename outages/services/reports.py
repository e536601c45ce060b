"""What people tell us: taking a report, placing it, and what becomes of it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import isfinite
from typing import Any
from uuid import UUID, uuid4, uuid5

import shapely
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils import timezone

from network import selectors as network
from network.models import Pipe
from outages import impact, tasks
from outages.choices import ISOLATION_KINDS, Channel, MeterSide, ReportKind
from outages.models import BurstReport, Event, lifecycle
from outages.models.events import Actor
from outages.selectors.areas import LocalPlane
from outages.services import clocks
from outages.services.reasons import required_reason
from outages.workflow import (
    REPORT_TRANSITIONS,
    Refused,
    ReportStatus,
    TransitionRefused,
    require,
)

# Without the letters and figures that people mix up on the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class PlaceRefused(Refused):
    """The place is no position on Earth (not finite, or outside -180..180 / -90..90)."""

    codes = ("place_not_on_earth",)


class UnknownPipe(Refused):
    """The pipe that was picked by hand is not in the current network revision."""

    codes = ("pipe_unknown",)


class MergeRefused(Refused):
    """A report cannot be merged into itself, into a duplicate, or once an order is out."""

    codes = (
        "merge_with_itself",
        "merge_into_duplicate",
        "merge_into_answered",
        "merge_has_outage",
        "merge_has_duplicates",
        "reopen_duplicate",
    )


@dataclass(frozen=True, kw_only=True)
class ReportFacts:
    """What the caller said. `lon`, `lat` in EPSG:4326 degrees; `pipe` only if picked by hand.

    `client_key` is made by whoever sends the form, so that sending it twice is one report;
    `reference` only where the caller has been told one already.
    """

    lon: float
    lat: float
    kind: ReportKind | str = ReportKind.BURST
    channel: Channel | str = Channel.PHONE
    meter_side: MeterSide | str = MeterSide.UNKNOWN
    address: str = ""
    landmark: str = ""
    description: str = ""
    is_danger: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    occurred_at: datetime | None = None
    pipe: str = ""
    client_key: UUID | None = None
    reference: str = ""
    read_back: bool | None = None  # place and telephone, to the caller; None where nobody asked


def report_burst(*, facts: ReportFacts, by: Actor, at: datetime) -> BurstReport:
    """Store a report, snapped to the nearest pipe within settings.REPORT_SNAP_M metres.

    A report far from any pipe is kept all the same, with `pipe` blank: planning then asks for
    one (`place_report`). The same words under a `client_key` are the report already stored. A
    burst or leak before the meter gets a plan proposed on commit (tasks.plan_report).
    Raises PlaceRefused, UnknownPipe.
    """
    key = facts.client_key or uuid4()
    known = BurstReport.objects.filter(client_key=key).first()
    if known is not None and not _says(known, facts):
        # Back in the browser, the form changed, sent again: a second report, not a repeat.
        key = uuid5(key, "|".join(str(getattr(facts, name)) for name in _TOLD))
    if known := BurstReport.objects.filter(client_key=key).first():
        return known
    placed = _placed(facts.lon, facts.lat, facts.pipe, facts.kind, is_danger=facts.is_danger)
    try:
        with transaction.atomic():
            return _stored(facts, placed, key=key, by=by, at=at)
    except IntegrityError:
        # The same form arrived twice at the same moment; the other one was first.
        return BurstReport.objects.get(client_key=key)


_WORDS = ("kind", "address", "landmark", "description", "contact_name", "contact_phone")
_TOLD = ("lon", "lat", "pipe", "meter_side", "is_danger", *_WORDS)


def _says(known: BurstReport, facts: ReportFacts) -> bool:
    """Whether a stored report says the same; its place may have been corrected since."""
    here = (known.geom.x, known.geom.y) == (facts.lon, facts.lat)
    same_place = here or known.events.filter(verb="placed").exists()
    return same_place and all(getattr(known, n) == str(getattr(facts, n)) for n in _WORDS)


def _stored(
    facts: ReportFacts, placed: dict[str, Any], *, key: UUID, by: Actor, at: datetime
) -> BurstReport:
    report = BurstReport.objects.create(
        reference=facts.reference or new_reference(at),
        client_key=key,
        kind=facts.kind,
        channel=facts.channel,
        received_at=at,
        occurred_at=facts.occurred_at,
        address=facts.address,
        landmark=facts.landmark,
        description=facts.description,
        meter_side=facts.meter_side,
        is_danger=facts.is_danger,
        contact_name=facts.contact_name,
        contact_phone=facts.contact_phone,
        taken_by=by,
        **placed,
    )
    Event.objects.append(
        report,
        "reported",
        by=by,
        at=at,
        new=ReportStatus.RECEIVED,
        kind=str(report.kind),
        channel=str(report.channel),
        pipe=report.pipe,
        priority=report.priority,
        **_asked(facts),
    )
    clocks.report_taken(report, at=at)
    _plan_on_commit(report)
    return report


def _asked(facts: ReportFacts) -> dict[str, Any]:
    return {} if facts.read_back is None else {"read_back": facts.read_back}


def place_report(
    report: BurstReport,
    *,
    by: Actor,
    at: datetime,
    lon: float | None = None,
    lat: float | None = None,
    pipe: str = "",
    reason: str = "",
) -> BurstReport:
    """Correct where a report is: a new point, another pipe, or both. Planned again on commit.

    Raises PlaceRefused, UnknownPipe, TransitionRefused (once its plan is in force).
    """
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        require(REPORT_TRANSITIONS, str(report), report.status, ReportStatus.ORDER_ISSUED)
        if report.outage_id:
            raise TransitionRefused(str(report), report.status, "placed", frozenset())
        was = report.pipe
        placed = _placed(
            report.geom.x if lon is None else lon,
            report.geom.y if lat is None else lat,
            pipe,
            report.kind,
            is_danger=report.is_danger,
        )
        _update(report, **placed)
        Event.objects.append(
            report, "placed", by=by, at=at, old=was[:40], new=report.pipe[:40], reason=reason
        )
        _plan_on_commit(report)
    return report


def merge_report(
    report: BurstReport, *, into: BurstReport, by: Actor, at: datetime, reason: str = ""
) -> BurstReport:
    """Mark a report as a duplicate of `into`; it joins that report's outage, if there is one.

    Raises MergeRefused, TransitionRefused.
    """
    with transaction.atomic():
        # Always locked in the same order, so that two merges across cannot wait for one another.
        rows = BurstReport.objects.select_for_update(no_key=True).order_by("pk")
        both = {row.pk: row for row in rows.filter(pk__in=[report.pk, into.pk])}
        report, into = both[report.pk], both[into.pk]
        _require_mergeable(report, into)
        _move(
            report,
            ReportStatus.DUPLICATE,
            "merged",
            by=by,
            at=at,
            reason=reason,
            duplicate_of=into,
            outage_id=into.outage_id,
        )
    return report


def _require_mergeable(report: BurstReport, into: BurstReport) -> None:
    if report.pk == into.pk:
        raise MergeRefused(code="merge_with_itself", report=report.reference)
    if into.status == ReportStatus.DUPLICATE:
        original = into.duplicate_of.reference if into.duplicate_of else ""
        raise MergeRefused(code="merge_into_duplicate", into=into.reference, original=original)
    if into.status not in (ReportStatus.RECEIVED, ReportStatus.ORDER_ISSUED):
        raise MergeRefused(code="merge_into_answered", into=into.reference)
    if report.outage_id:
        raise MergeRefused(code="merge_has_outage", report=report.reference)
    if report.duplicates.exists():
        raise MergeRefused(code="merge_has_duplicates", report=report.reference)


def unmerge_report(report: BurstReport, *, by: Actor, at: datetime, reason: str) -> BurstReport:
    """Take a duplicate out of its group again ("that is another burst")."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        _move(
            report,
            ReportStatus.RECEIVED,
            "unmerged",
            by=by,
            at=at,
            reason=required_reason(reason),
            duplicate_of=None,
            outage_id=None,
        )
        _plan_on_commit(report)
    return report


def answer_report(report: BurstReport, *, text: str, by: Actor, at: datetime) -> BurstReport:
    """Close a report with an answer to the caller (nothing to dig)."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        _move(
            report,
            ReportStatus.ANSWERED,
            "answered",
            by=by,
            at=at,
            answer=required_reason(text)[:200],
        )
    return report


def invalidate_report(report: BurstReport, *, reason: str, by: Actor, at: datetime) -> BurstReport:
    """Mark a report as noise; it stays on record. `reason` is required."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        _move(
            report,
            ReportStatus.INVALID,
            "invalidated",
            by=by,
            at=at,
            reason=required_reason(reason),
        )
    return report


def reopen_report(report: BurstReport, *, reason: str, by: Actor, at: datetime) -> BurstReport:
    """Take an answered or invalid report up again."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        if report.status == ReportStatus.DUPLICATE:
            raise MergeRefused(code="reopen_duplicate", report=report.reference)
        _move(
            report,
            ReportStatus.RECEIVED,
            "reopened",
            by=by,
            at=at,
            reason=required_reason(reason),
        )
        _plan_on_commit(report)
    return report


def wants_plan(report: BurstReport) -> bool:
    """Whether a plan is proposed without asking: water from a main, before the meter."""
    return (
        report.kind in ISOLATION_KINDS
        and report.meter_side != MeterSide.AFTER
        and report.status == ReportStatus.RECEIVED
        and bool(report.pipe)
    )


def _plan_on_commit(report: BurstReport) -> None:
    if wants_plan(report):
        transaction.on_commit(partial(tasks.wake, tasks.plan_report, report_id=report.pk))


def _placed(
    lon: float, lat: float, pipe: str, kind: ReportKind | str, *, is_danger: bool
) -> dict[str, Any]:
    """Return a report's place: where it is, the pipe it is on and that pipe's facts."""
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise PlaceRefused(lon=lon, lat=lat)
    near = _on_pipe(lon, lat, pipe)
    facts = {} if near is None else _pipe_facts(near)
    return {
        "geom": Point(lon, lat, srid=4326),
        "pipe": near.pipe if near else "",
        "pipe_fraction": near.fraction if near else None,
        "snap_distance_m": near.distance_m if near else None,
        "pipe_facts": facts,
        "priority": impact.report_priority(
            isolates=kind in ISOLATION_KINDS,
            is_danger=is_danger,
            on_trunk_road=bool(facts.get("on_trunk_road")),
            diameter_mm=facts.get("diameter_mm"),
        ),
    }


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


def new_reference(at: datetime) -> str:
    """Return a reference that nobody can guess from another one: the public asks by it."""
    day = timezone.localtime(at, timezone.get_default_timezone())
    return f"R{day:%y%m%d}-" + "".join(secrets.choice(_ALPHABET) for _ in range(10))


def _update(report: BurstReport, **values: Any) -> None:
    for name, value in values.items():
        setattr(report, name, value)
    report.save(update_fields=[name.removesuffix("_id") for name in values])


def _move(
    report: BurstReport,
    status: ReportStatus,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    **values: Any,
) -> None:
    """Change status by the table, with its event."""
    require(REPORT_TRANSITIONS, str(report), report.status, status)
    was = report.status
    _update(report, status=status, **values)
    Event.objects.append(report, verb, by=by, at=at, old=was, new=status, reason=reason)
    clocks.report_moved(report, by=by, at=at, reason=reason or verb)
