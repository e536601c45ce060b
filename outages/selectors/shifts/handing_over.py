"""What one shift hands to the next, and what it must have done before it closes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from outages.choices import HandoverKind
from outages.models import (
    Deadline,
    FollowUp,
    Handover,
    HandoverItem,
    Outage,
    Shift,
    WorkOrder,
)
from outages.selectors import callbacks
from outages.selectors.rules import policy
from outages.selectors.shifts.on_duty import shift_before, unreviewed
from outages.workflow import (
    OPEN_WORK_ORDERS,
    RUNNING_OUTAGES,
    OutageKind,
    OutageStatus,
)

# Unplanned ones are publishable as soon as the area is confirmed, planned ones when their gates
# are passed.
PUBLISHABLE: Final = Q(
    kind=OutageKind.UNPLANNED,
    status__in=[OutageStatus.IMPACT_CONFIRMED, *RUNNING_OUTAGES],
) | Q(kind=OutageKind.PLANNED, status=OutageStatus.READY)

# The order in which a shift looks at what it takes over.
URGENCY: Final = tuple(HandoverKind)


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
    rows = WorkOrder.objects.filter(status__in=OPEN_WORK_ORDERS)
    for row in rows.select_related("department", "category").order_by("issued_at"):
        facts = {
            "status": row.status,
            "department": row.department.name,
            "department_en": row.department.name_en,
            "category": row.category.name,
            "category_en": row.category.name_en,
        }
        yield Matter(HandoverKind.ORDER, row.pk, row.number, row.expected_at, facts)


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
