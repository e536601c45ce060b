"""What waits to be done about outages, and what the two centres have not read yet."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from outages.choices import ExchangeDirection
from outages.models import Anomaly, ExchangeMessage, LeaderApproval, Outage, OutageTask
from outages.workflow import ApprovalStatus, DutyStatus

OPEN = (DutyStatus.PENDING, DutyStatus.FAILED)


def duties_of(outage: Outage) -> QuerySet[OutageTask]:
    """All duties of an outage with who did them, news last. One query."""
    return outage.duties.select_related("done_by", "outage").order_by("round", "pk")


def open_duties(owners: Iterable[str]) -> QuerySet[OutageTask]:
    """Duties of these departments that wait or failed, with their outages, soonest first."""
    return (
        OutageTask.objects.filter(owner__in=owners, status__in=OPEN)
        .select_related("outage", "done_by")
        .order_by("due_at", "pk")
    )


def waiting_by_owner() -> dict[str, int]:
    """How many duties wait, by department. One query."""
    rows = OutageTask.objects.filter(status=DutyStatus.PENDING, due_at__isnull=False)
    return dict(rows.values_list("owner").annotate(n=Count("pk")).order_by())


def calls_of(outage: Outage, tasks: Iterable[str]) -> QuerySet[OutageTask]:
    """Telephone calls of an outage, all rounds."""
    return outage.duties.filter(task__in=tasks).exclude(status=DutyStatus.NOT_NEEDED)


def postings_of(outage: Outage) -> QuerySet[OutageTask]:
    """Places where the notice is to hang, or its news, those to do first. One query."""
    rows = outage.duties.filter(task="posting").exclude(status=DutyStatus.NOT_NEEDED)
    return rows.order_by("-status", "-round", "pk")


def open_approvals() -> QuerySet[LeaderApproval]:
    """What the leader is asked for, oldest first, with sheet and outage."""
    rows = LeaderApproval.objects.filter(status=ApprovalStatus.REQUESTED)
    return rows.select_related("outage", "sheet", "sheet__plan", "requested_by").order_by(
        "requested_at", "pk"
    )


def decided_approvals() -> QuerySet[LeaderApproval]:
    """What leaders decided, newest first."""
    rows = LeaderApproval.objects.exclude(status=ApprovalStatus.REQUESTED)
    return rows.select_related("outage", "sheet", "decided_by").order_by("-decided_at", "-pk")


def unread_anomalies() -> QuerySet[Anomaly]:
    """What the dispatch centre told and no agent took note of, newest first."""
    return Anomaly.objects.filter(acknowledged_at__isnull=True).order_by("-received_at", "-pk")


def unread_exchanges(direction: ExchangeDirection) -> QuerySet[ExchangeMessage]:
    """Messages that the other side has not read, newest first."""
    return ExchangeMessage.objects.filter(direction=direction, read_at__isnull=True)


def untold_exchanges() -> QuerySet[OutageTask]:
    """Large outages whose message to the dispatch centre lacks something."""
    return OutageTask.objects.filter(
        Q(task="exchange") & Q(status=DutyStatus.PENDING, outage__handed_over_at__isnull=False)
    ).select_related("outage")
