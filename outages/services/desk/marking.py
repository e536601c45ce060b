"""What is found out of a report after it was taken: flags, triage, an instruction, displeasure."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import transaction

from outages.choices import MeterSide, Triage, Urgency
from outages.models import BurstReport, Event, lifecycle
from outages.models.events import Actor
from outages.selectors.privacy.contacts import may_know
from outages.services.desk.placing import priority
from outages.services.desk.reports import plan_on_commit
from outages.services.rules import clocks, leaders, majors
from outages.services.rules.alerts import to_role, to_user
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused


class MarkRefused(Refused):
    """A triage against the meter says why; who is protected stays so for whoever may not know."""

    codes = ("triage_reason_missing", "mark_of_protected")


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Flags to set; None leaves one as it is."""

    urgency: Urgency | str | None = None
    is_complaint: bool | None = None
    is_major: bool | None = None
    is_confidential: bool | None = None
    with_media: bool | None = None


def mark_report(report: BurstReport, *, marks: Marks, by: Actor, at: datetime) -> BurstReport:
    """Set flags, and tell whoever hears of a report with them: leaders, supervision.

    What involves the press or a regulator is major as well, by the rule. Whoever told us stays
    protected unless somebody lifts it who may know them anyway. Raises MarkRefused.
    """
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        changed = _changes(report, marks)
        if not changed:
            return report
        if changed.get("is_confidential") is False and by is not None and not may_know(report, by):
            raise MarkRefused(code="mark_of_protected", report=report.reference)
        was = {name: getattr(report, name) for name in changed}
        if changed.get("urgency"):
            changed["priority"] = priority(
                report.kind, report.is_danger, changed["urgency"], report.pipe_facts
            )
        _write(report, **changed)
        Event.objects.append(report, "marked", by=by, at=at, was=was, now=changed)
        _tell(report, changed, by=by, at=at)
    return report


def _changes(report: BurstReport, marks: Marks) -> dict[str, Any]:
    wanted = {field.name: getattr(marks, field.name) for field in fields(marks)}
    return {
        name: value
        for name, value in wanted.items()
        if value is not None and getattr(report, name) != value
    }


def _tell(report: BurstReport, changed: dict[str, Any], *, by: Actor, at: datetime) -> None:
    if changed.get("urgency") == Urgency.URGENT or (
        report.is_complaint and changed.get("urgency") == Urgency.IMPORTANT
    ):
        leaders.tell_urgent(report, at=at)
    if changed.get("is_major"):
        leaders.tell_major(report, at=at)
    if changed.get("with_media"):
        majors.judge_case(report, at=at)
    if changed.get("is_complaint"):
        clocks.complaint_made(report, at=report.received_at)
        leaders.tell_complaint(report, at=at)
    elif "is_complaint" in changed:
        clocks.complaint_withdrawn(report, by=by, at=at)


def triage_report(
    report: BurstReport, *, triage: Triage | str, by: Actor, at: datetime, reason: str = ""
) -> BurstReport:
    """Say whose fault it is. Against what the meter says, a reason is required."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        require_triage(report.meter_side, triage, reason)
        was = report.triage
        _write(report, triage=str(triage), triage_reason=reason.strip()[:200])
        Event.objects.append(
            report, "triaged", by=by, at=at, old=was, new=str(triage), reason=reason
        )
        plan_on_commit(report)  # ours after all: the valves are looked for
    return report


def triage_by_meter(meter_side: str) -> Triage:
    """Whose fault it is by the boundary of property: before the meter ours, after it theirs."""
    return {
        MeterSide.BEFORE: Triage.UTILITY_SIDE,
        MeterSide.AFTER: Triage.CUSTOMER_SIDE,
    }.get(MeterSide(meter_side), Triage.UNKNOWN)


def require_triage(meter_side: str, triage: Triage | str, reason: str) -> None:
    """Refuse to overrule the meter without a reason. Raises MarkRefused."""
    by_meter = triage_by_meter(meter_side)
    overruled = by_meter != Triage.UNKNOWN and triage not in (by_meter, Triage.UNKNOWN)
    if overruled and not reason.strip():
        raise MarkRefused(code="triage_reason_missing")


def instruct(report: BurstReport, *, text: str, by: Actor, at: datetime) -> BurstReport:
    """Write down how a leader wants it handled; the owner hears of it."""
    said = required_reason(text)
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        _write(report, instruction=said[:300], instructed_at=at, instructed_by=by)
        Event.objects.append(report, "instructed", by=by, at=at, reason=said)
        owner = report.first_owner
        to = [to_user(owner) if owner else to_role(leaders.CALL_AGENT)]
        leaders.tell_of_report("instructed", report=report, to=to, at=at)
    return report


def note_dissatisfied(report: BurstReport, *, by: Actor, at: datetime) -> BurstReport:
    """The caller is not content with how it is handled: shift leader and leader hear at once."""
    with transaction.atomic():
        report = lifecycle.lock_report(report)
        if report.dissatisfied_at is None:
            _write(report, dissatisfied_at=at)
        Event.objects.append(report, "dissatisfied", by=by, at=at)
        leaders.tell_dissatisfied(report, at=at)
    return report


def _write(report: BurstReport, **values: Any) -> None:
    for name, value in values.items():
        setattr(report, name, value)
    report.save(update_fields=list(values))
