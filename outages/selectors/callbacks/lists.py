"""Call-backs as lists ask for them: owed, in hand, answered, to be put right."""

from django.db.models import F, Q, QuerySet

from outages.models import (
    BurstReport,
    CallBack,
    Department,
    InboundMessage,
    Rectification,
    WorkOrder,
)
from outages.policy.callbacks import CallBackStatus


def all_callbacks() -> QuerySet[CallBack]:
    """Call-backs with what a list shows of them. One query."""
    return CallBack.objects.select_related(
        "order__category", "report", "department", "follow_up__department", "delivery"
    )


def to_call() -> QuerySet[CallBack]:
    """Call-backs that wait for somebody to telephone. One query.

    Whom nobody tried yet first, complaints before others, then by age: who did not answer goes
    to the end of the list.
    """
    rows = all_callbacks().filter(status=CallBackStatus.TO_CALL)
    return rows.order_by(F("tried_at").asc(nulls_first=True), "-is_complaint", "completed_at", "pk")


def in_hand() -> QuerySet[CallBack]:
    """Call-backs whose user is being visited. One query."""
    return all_callbacks().filter(status=CallBackStatus.TO_SOLVE).order_by("completed_at", "pk")


def waiting_for_reply() -> QuerySet[CallBack]:
    """Call-backs whose SMS is out. One query."""
    return all_callbacks().filter(status=CallBackStatus.SENT).order_by("created_at", "pk")


def replies_to_read() -> QuerySet[InboundMessage]:
    """Replies that nobody could make out but a person, the oldest first. One query."""
    rows = InboundMessage.objects.filter(kind="reply", taken_at__isnull=True)
    return rows.select_related(
        "callback__order", "callback__department", "delivery__notice__outage"
    ).order_by("received_at", "pk")


def open_rectifications(*, department: str = "") -> QuerySet[Rectification]:
    """What departments still have to put right, the first due first. One query."""
    rows = Rectification.objects.filter(done_at=None)
    if department:
        rows = rows.filter(department__code=department)
    return rows.select_related("callback__order", "department", "ordered_by")


def departments_asked_about() -> QuerySet[Department]:
    """Departments whose orders have call-backs. One query."""
    return Department.objects.filter(callbacks__isnull=False).distinct().order_by("pk")


def callback_of(order: WorkOrder) -> CallBack | None:
    """Return the call-back of an order, or the one whose user it visits. One query."""
    return all_callbacks().filter(Q(order=order) | Q(follow_up=order)).first()


def callbacks_of_report(report: BurstReport) -> dict[int, CallBack]:
    """Return the call-backs of a report by the key of their orders. One query."""
    return {row.order_id: row for row in all_callbacks().filter(report=report)}
