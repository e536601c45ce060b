"""The shift on duty: who, its log, what the shift before passed on to it."""

from datetime import datetime
from typing import Final

from django.db.models import Max, QuerySet
from django.utils import timezone

from outages.choices import Channel
from outages.models import (
    BurstReport,
    CallNote,
    Event,
    HotlineCall,
    LogEntry,
    Shift,
    ShiftTemplate,
    WorkOrder,
)
from outages.policy.shifts import Span, occurrence
from outages.selectors.rules import policy
from outages.selectors.shifts.times import shifts_at
from outages.workflow import (
    ORDERS_AT_WORK,
)

# What the system does that belongs into the duty log.
NOTED: Final = frozenset(
    {
        "reported", "dissatisfied", "marked", "instructed", "outage_opened", "outage_status",
        "order_issued", "transferred", "urged", "escalated", "escalation_resolved",
        "notice_published", "notice_withheld", "estimate_changed", "deadline_breached",
        "shift_opened", "leader_changed", "previous_reviewed", "handover_begun", "handover_given",
        "shift_closed", "close_refused", "self_check_asked", "self_check_done",
        "crew_duty_voided",
    }
)  # fmt: skip


def open_shift() -> Shift | None:
    """Return the shift on duty, None between shifts. One query, and one for its people."""
    rows = Shift.objects.filter(closed_at=None).select_related("leader", "template")
    return rows.prefetch_related("people").first()


def shift_before(shift: Shift) -> Shift | None:
    """Return the shift that came before. One query."""
    return Shift.objects.filter(opened_at__lt=shift.opened_at).order_by("-opened_at").first()


def template_at(at: datetime) -> tuple[ShiftTemplate, Span] | None:
    """Return the shift of the pattern in force that holds `at`, with its hours. Three queries."""
    zone = timezone.get_default_timezone()
    pattern = str(policy.value("shift_pattern", at=at))
    for template in shifts_at(pattern, at=at):
        if span := occurrence(template.starts, template.ends, at=at, zone=zone):
            return template, span
    return None


def passed_on(shift: Shift) -> QuerySet[WorkOrder]:
    """Orders that went out in the shift before this one. Two queries."""
    before = shift_before(shift)
    rows = WorkOrder.objects.select_related("report", "department", "outage", "crew")
    if before is None:
        return rows.none()
    until = before.closed_at or shift.opened_at
    return rows.filter(issued_at__gte=before.opened_at, issued_at__lt=until).order_by("issued_at")


def unreviewed(shift: Shift) -> list[str]:
    """Return the numbers of orders of the shift before that nobody looked at yet."""
    seen = {
        number for orders in shift.reviews.values_list("orders", flat=True) for number in orders
    }
    return [number for number in passed_on(shift).values_list("number", flat=True)
            if number not in seen]  # fmt: skip


def is_waiting(order: WorkOrder) -> bool:
    """Whether its department may still be urged."""
    return order.status in ORDERS_AT_WORK


def entries_of(shift: Shift) -> QuerySet[LogEntry]:
    """What people wrote in a shift. One query."""
    return shift.entries.select_related("by")


def events_of(shift: Shift) -> QuerySet[Event]:
    """What the system notes of a shift by itself. One query."""
    rows = Event.objects.filter(verb__in=NOTED, at__gte=shift.opened_at)
    # An order for a report is noted on both.
    rows = rows.exclude(verb="order_issued", subject="report")
    # Calls that waited have figures of their own; in a bad night they would bury the log.
    rows = rows.exclude(verb="deadline_breached", facts__key__startswith="hotline_answer")
    if shift.closed_at is not None:
        rows = rows.filter(at__lte=shift.closed_at)
    return rows.select_related("by", "report", "outage").order_by("at", "pk")


def past_shifts() -> QuerySet[Shift]:
    """Closed shifts, the newest first. One query, and one for the people."""
    rows = Shift.objects.filter(closed_at__isnull=False).select_related("leader", "template")
    return rows.prefetch_related("people").order_by("-opened_at")


def last_call_at() -> datetime | None:
    """Return when somebody last called: a report, a note, or a ring. Three queries."""
    calls = BurstReport.objects.filter(channel=Channel.PHONE)
    times = [
        calls.aggregate(last=Max("received_at"))["last"],
        CallNote.objects.aggregate(last=Max("at"))["last"],
        HotlineCall.objects.aggregate(last=Max("ring_at"))["last"],
    ]
    return max((at for at in times if at is not None), default=None)
