"""What people tell us: taking a report, placing it, and what becomes of it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from outages import tasks
from outages.choices import (
    ISOLATION_KINDS,
    NETWORK_KINDS,
    Channel,
    Disposition,
    FollowUpKind,
    MeterSide,
    ReportKind,
    SpokenLanguage,
    Triage,
    Urgency,
)
from outages.models import BurstReport, Event, lifecycle
from outages.models.events import Actor
from outages.services.desk import follow_ups
from outages.services.desk.placing import PlaceRefused, placed
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
    key = facts.client_key or uuid4()
    if facts.client_key and (known := _under(key)) and not _says(known, facts):
        # Back in the browser, the form changed, sent again: a second report, not a repeat.
        key = uuid5(key, "|".join(str(getattr(facts, name)) for name in _TOLD))
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
        _update(report, **place)
        Event.objects.append(
            report, "placed", by=by, at=at, old=was[:40], new=report.pipe[:40], reason=reason
        )
        plan_on_commit(report)
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
        # Somebody had to tell us once more: the matter counts it, and its order shows it.
        _update(into, repeat_count=into.repeat_count + 1)
        if report.is_complaint:
            follow_ups.owe_call(
                report,
                kind=FollowUpKind.ANSWER,
                due_at=clocks.reply_due_at(report),
                text=into.reference,
                by=by,
                at=at,
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
        plan_on_commit(report)
    return report


def answer_report(report: BurstReport, *, text: str, by: Actor, at: datetime) -> BurstReport:
    """Close a report with an answer to the caller (nothing to dig).

    A fault that is ours, or that nobody could tell, ends in an order, never in words alone.
    Raises ReportRefused, ReasonMissing, TransitionRefused.
    """
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        if report.triage in (Triage.UTILITY_SIDE, Triage.UNKNOWN):
            raise ReportRefused(code="triage_needs_order", report=report.reference)
        _move(
            report,
            ReportStatus.ANSWERED,
            "answered",
            by=by,
            at=at,
            answer=required_reason(text)[:200],
        )
    return report


def invalidate_report(
    report: BurstReport,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    disposition: Disposition | str = "",
) -> BurstReport:
    """Mark a report as noise, and as which; it stays on record. `reason` is required."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        _move(
            report,
            ReportStatus.INVALID,
            "invalidated",
            by=by,
            at=at,
            reason=required_reason(reason),
            disposition=disposition,
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
        plan_on_commit(report)
    return report


def wants_plan(report: BurstReport) -> bool:
    """Whether a plan is proposed without asking: water from a main, before the meter.

    What lies after the meter is the customer's, unless the triage found otherwise.
    """
    is_ours = report.meter_side != MeterSide.AFTER or report.triage == Triage.UTILITY_SIDE
    return (
        report.kind in ISOLATION_KINDS
        and is_ours
        and report.status == ReportStatus.RECEIVED
        and bool(report.pipe)
    )


def plan_on_commit(report: BurstReport) -> None:
    """Ask for a plan once the report is stored, where one is proposed without asking."""
    if wants_plan(report):
        transaction.on_commit(partial(tasks.wake, tasks.plan_report, report_id=report.pk))


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
