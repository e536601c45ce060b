"""The shift on duty: who, its log, what it must do before it closes, and what it hands over."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from outages.choices import Channel, HandoverKind
from outages.models import (
    BurstReport,
    CallNote,
    Deadline,
    Event,
    FollowUp,
    Handover,
    HandoverItem,
    HotlineCall,
    LogEntry,
    Outage,
    Shift,
    ShiftTemplate,
    WorkOrder,
)
from outages.policy.shifts import Span, occurrence
from outages.selectors import callbacks
from outages.selectors.rules import policy
from outages.selectors.shifts.times import shifts_at
from outages.workflow import (
    OPEN_WORK_ORDERS,
    ORDERS_AT_WORK,
    RUNNING_OUTAGES,
    OutageKind,
    OutageStatus,
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
# Unplanned ones are publishable as soon as the area is confirmed, planned ones when their gates
# are passed.
PUBLISHABLE: Final = Q(
    kind=OutageKind.UNPLANNED,
    status__in=[OutageStatus.IMPACT_CONFIRMED, *RUNNING_OUTAGES],
) | Q(kind=OutageKind.PLANNED, status=OutageStatus.READY)
# The order in which a shift looks at what it takes over.
URGENCY: Final = tuple(HandoverKind)


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


# -- What was passed on --------------------------------------------------------------------------


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


# -- What is open --------------------------------------------------------------------------------


def unpublished_outages() -> QuerySet[Outage]:
    """Outages that could be published and are not. One query."""
    told = Q(notices__status="published") | Q(published_at__isnull=False)
    rows = Outage.objects.filter(PUBLISHABLE).exclude(told)
    return rows.order_by("created_at", "pk")


@dataclass(frozen=True)
class Matter:
    """Something open: which record, how it is called, until when. Facts hold codes alone."""

    kind: str
    subject_id: int
    label: str
    due_at: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def open_matters() -> list[Matter]:
    """Return all that one shift has to hand to the next, the most urgent kind first."""
    return [*_outages(), *_unpublished(), *_calls(), *_call_backs(), *_orders()]


def _outages() -> Iterable[Matter]:
    for row in Outage.objects.filter(status__in=RUNNING_OUTAGES).order_by("created_at"):
        yield Matter(
            HandoverKind.OUTAGE,
            row.pk,
            row.code,
            row.estimated_restoration_at,
            {"status": row.status, "place": row.place, "customers": row.customers},
        )


def _unpublished() -> Iterable[Matter]:
    for row in unpublished_outages():
        yield Matter(HandoverKind.NOTICE, row.pk, row.code, None, {"place": row.place})


def _calls() -> Iterable[Matter]:
    for row in FollowUp.objects.filter(done_at=None).select_related("report").order_by("due_at"):
        yield Matter(
            HandoverKind.CALL, row.pk, row.report.reference, row.due_at, {"call": row.kind}
        )


def _call_backs() -> Iterable[Matter]:
    rows = list(callbacks.to_call())
    due = dict(
        Deadline.objects.filter(
            key="callback_phone_due",
            subject="call_back",
            subject_id__in=[row.pk for row in rows],
            met_at=None,
            cancelled_at=None,
        ).values_list("subject_id", "due_at")
    )
    for row in rows:
        facts = {"turned": row.turned, "complaint": row.is_complaint}
        yield Matter(HandoverKind.CALL_BACK, row.pk, row.order.number, due.get(row.pk), facts)


def _orders() -> Iterable[Matter]:
    rows = WorkOrder.objects.filter(status__in=OPEN_WORK_ORDERS).select_related("department")
    for row in rows.order_by("issued_at"):
        facts = {
            "status": row.status,
            "department": row.department.name,
            "department_en": row.department.name_en,
            "task": "",
        }
        yield Matter(HandoverKind.ORDER, row.pk, row.number, row.expected_at, facts)


# -- Before it closes ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Gate:
    """One condition of closing: met or not, and what is in the way."""

    code: str
    is_met: bool
    missing: tuple[str, ...] = ()


def gates(shift: Shift, *, at: datetime) -> list[Gate]:
    """Return what must be so before the shift may close, in the order of the work."""
    left = unreviewed(shift)
    wanted = policy.number("prev_shift_review", at=at) if shift_before(shift) else 0
    reviewed = not left and shift.reviews.count() >= wanted
    unpublished = tuple(unpublished_outages().values_list("code", flat=True))
    handover = Handover.objects.filter(shift=shift).first()
    untold = tuple(untold_items(handover).values_list("label", flat=True)) if handover else ()
    return [
        Gate("gate_unreviewed", reviewed, tuple(left)),
        Gate("gate_unpublished", not unpublished, unpublished),
        Gate("gate_untold", handover is not None and not untold, untold),
    ]


def untold_items(handover: Handover) -> QuerySet[HandoverItem]:
    """Matters of a hand-over that nobody has explained yet. One query."""
    return handover.items.filter(told_at=None, settled_at=None)


def items_by_urgency(handover: Handover) -> list[HandoverItem]:
    """Return the matters of a hand-over that are not settled, as they should be worked off."""
    rank = {str(kind): place for place, kind in enumerate(URGENCY)}
    rows = handover.items.filter(settled_at=None).select_related("told_by")
    latest = datetime.max.replace(tzinfo=timezone.get_default_timezone())
    return sorted(rows, key=lambda row: (rank[row.kind], row.due_at or latest, row.pk))


# -- The log -------------------------------------------------------------------------------------


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


# -- Calls ---------------------------------------------------------------------------------------


def last_call_at() -> datetime | None:
    """Return when somebody last called: a report, a note, or a ring. Three queries."""
    calls = BurstReport.objects.filter(channel=Channel.PHONE)
    times = [
        calls.aggregate(last=Max("received_at"))["last"],
        CallNote.objects.aggregate(last=Max("at"))["last"],
        HotlineCall.objects.aggregate(last=Max("ring_at"))["last"],
    ]
    return max((at for at in times if at is not None), default=None)
