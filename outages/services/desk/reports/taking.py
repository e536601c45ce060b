"""A report is taken, once for each key, with its place where the kind needs one."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from outages.choices import (
    NETWORK_KINDS,
    Channel,
    MeterSide,
    ReportKind,
    SpokenLanguage,
    Triage,
    Urgency,
)
from outages.models import BurstReport, Event, lifecycle
from outages.models.events import Actor
from outages.services.desk.placing import PlaceRefused, placed
from outages.services.desk.reports.moving import plan_on_commit, update
from outages.services.rules import clocks, leaders, majors
from outages.services.rules.reasons import required_reason
from outages.workflow import (
    REPORT_TRANSITIONS,
    Refused,
    ReportStatus,
    TransitionRefused,
    require,
)

# Without the letters and figures that people mix up on the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class ReportRefused(Refused):
    """What may not become of a report."""

    codes = ("triage_needs_order",)


@dataclass(frozen=True, kw_only=True)
class ReportFacts:
    """What the caller said. `lon`, `lat` in EPSG:4326 degrees; `pipe` only if picked by hand.

    Only faults of the network need a place. `received_at` is given where paper is entered later,
    with `entry_reason`. `urgency` "" takes what is usual for the kind. `client_key` is made by
    whoever sends the form, so that sending it twice is one report; `reference` only where the
    caller has been told one already.
    """

    lon: float | None = None
    lat: float | None = None
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
    told_diameter_mm: int | None = None
    triage: Triage | str = ""
    triage_reason: str = ""
    urgency: Urgency | str = ""
    is_complaint: bool = False
    is_confidential: bool = False
    with_media: bool = False
    language: SpokenLanguage | str = SpokenLanguage.MANDARIN
    customer: str = ""
    received_at: datetime | None = None
    entry_reason: str = ""
    read_back: bool | None = None  # place and telephone, to the caller; None where nobody asked


def report_burst(*, facts: ReportFacts, by: Actor, at: datetime) -> BurstReport:
    """Store a report, snapped to the nearest pipe within settings.REPORT_SNAP_M metres.

    A report far from any pipe is kept all the same, with `pipe` blank: planning then asks for
    one (`place_report`). The same words under a `client_key` are the report already stored. A
    burst or leak before the meter gets a plan proposed on commit (tasks.plan_report).
    Raises PlaceRefused, UnknownPipe.
    """
    key = _key_of(facts)
    if facts.client_key and (known := _under(key)):
        return known
    _require_place(facts)
    place = placed(
        facts.lon,
        facts.lat,
        facts.pipe,
        facts.kind,
        is_danger=facts.is_danger,
        urgency=facts.urgency or Urgency.NORMAL,
    )
    try:
        with transaction.atomic():
            return _stored(facts, place, key=key, by=by, at=at)
    except IntegrityError:
        # The same form arrived twice at the same moment; the other one was first.
        return BurstReport.objects.get(client_key=key)


def told_before(facts: ReportFacts) -> BurstReport | None:
    """Return the report that the same words under the same `client_key` have made already."""
    return _under(_key_of(facts)) if facts.client_key else None


def _key_of(facts: ReportFacts) -> UUID:
    key = facts.client_key or uuid4()
    if facts.client_key and (known := _under(key)) and not _says(known, facts):
        # Back in the browser, the form changed, sent again: a second report, not a repeat.
        key = uuid5(key, "|".join(str(getattr(facts, name)) for name in _TOLD))
    return key


_WORDS = ("kind", "address", "landmark", "description", "contact_name", "contact_phone")

_TOLD = ("lon", "lat", "pipe", "meter_side", "is_danger", *_WORDS)


def _require_place(facts: ReportFacts) -> None:
    if facts.kind in NETWORK_KINDS and (facts.lon is None or facts.lat is None):
        raise PlaceRefused(code="place_missing")


def _under(key: UUID) -> BurstReport | None:
    return BurstReport.objects.filter(client_key=key).first()


def _says(known: BurstReport, facts: ReportFacts) -> bool:
    """Whether a stored report says the same; its place may have been corrected since."""
    point = (known.geom.x, known.geom.y) if known.geom else (None, None)
    here = point == (facts.lon, facts.lat)
    same_place = here or known.events.filter(verb="placed").exists()
    return same_place and all(getattr(known, n) == str(getattr(facts, n)) for n in _WORDS)


def _stored(
    facts: ReportFacts, place: dict[str, Any], *, key: UUID, by: Actor, at: datetime
) -> BurstReport:
    """Store it, and set going what hangs on it: clocks, who hears of it, a plan."""
    is_late_entry = facts.received_at is not None
    report = BurstReport.objects.create(
        reference=facts.reference or new_reference(facts.received_at or at),
        client_key=key,
        kind=facts.kind,
        channel=facts.channel,
        received_at=facts.received_at or at,
        entered_at=at if is_late_entry else None,
        entry_reason=required_reason(facts.entry_reason)[:200] if is_late_entry else "",
        urgency=facts.urgency or _usual_urgency(facts.kind),
        first_owner=by,
        taken_by=by,
        **{name: getattr(facts, name) for name in _KEPT},
        **place,
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
    clocks.report_taken(report, at=report.received_at)
    _tell(report, facts, at=at)
    plan_on_commit(report)
    return report


_KEPT = (
    *_WORDS[1:],
    "occurred_at",
    "meter_side",
    "is_danger",
    "told_diameter_mm",
    "triage",
    "triage_reason",
    "is_complaint",
    "is_confidential",
    "with_media",
    "language",
    "customer",
)


def _usual_urgency(kind: ReportKind | str) -> Urgency:
    """A burst is urgent unless somebody says otherwise; the rest is taken in turn."""
    return Urgency.URGENT if kind == ReportKind.BURST else Urgency.NORMAL


def _said_urgency(report: BurstReport) -> Urgency | str:
    """The urgency that somebody gave; the usual one leaves its place to what is in the ground."""
    return Urgency.NORMAL if report.urgency == _usual_urgency(report.kind) else report.urgency


def _tell(report: BurstReport, facts: ReportFacts, *, at: datetime) -> None:
    """Tell at once whoever the rules name: of the urgent, of the major, of complaints."""
    if facts.urgency == Urgency.URGENT or (report.is_complaint and facts.urgency):
        leaders.tell_urgent(report, at=at)
    majors.judge_case(report, at=at)
    if report.is_complaint:
        leaders.tell_complaint(report, at=at)


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
        known = report.geom
        place = placed(
            known.x if lon is None and known else lon,
            known.y if lat is None and known else lat,
            pipe,
            report.kind,
            is_danger=report.is_danger,
            urgency=_said_urgency(report),
        )
        update(report, **place)
        Event.objects.append(
            report, "placed", by=by, at=at, old=was[:40], new=report.pipe[:40], reason=reason
        )
        plan_on_commit(report)
    return report


def new_reference(at: datetime) -> str:
    """Return a reference that nobody can guess from another one: the public asks by it."""
    day = timezone.localtime(at, timezone.get_default_timezone())
    return f"R{day:%y%m%d}-" + "".join(secrets.choice(_ALPHABET) for _ in range(10))
