"""Limits: which run, which comes next, which were overstepped, and how often they are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Model, Q, QuerySet

from outages.models import Deadline
from outages.models.events import word_for

_OPEN = Q(met_at__isnull=True, cancelled_at__isnull=True)


def open_deadlines(
    *, at: datetime, department: str = "", key: str = "", outages: Iterable[int] | None = None
) -> QuerySet[Deadline]:
    """Return the limits whose clock runs at `at`, the next to end first."""
    rows = Deadline.objects.filter(_OPEN, started_at__lte=at)
    rows = rows.filter(department=department) if department else rows
    rows = rows.filter(key=key) if key else rows
    rows = rows if outages is None else rows.filter(outage__in=outages)
    return rows.select_related("report", "outage", "order").order_by("due_at", "pk")


def next_deadline(subject: Model) -> Deadline | None:
    """Return the record's open limit that ends first. One query."""
    return deadlines_of(subject).filter(_OPEN).order_by("due_at", "pk").first()


def deadlines_of(subject: Model) -> QuerySet[Deadline]:
    """Return every limit of a record, over or not, in the order of their starts."""
    rows = Deadline.objects.filter(subject=word_for(subject), subject_id=subject.pk)
    return rows.order_by("started_at", "pk")


def open_deadline(subject: Model, key: str) -> Deadline | None:
    """Return the record's open limit of this key; the database allows only one. One query."""
    return deadlines_of(subject).filter(_OPEN, key=key).first()


def breached_by(at: datetime) -> Q:
    """Say which limits have been overstepped by `at`, whether or not the scan has been by."""
    return (
        Q(breached_at__isnull=False)
        | (_OPEN & Q(due_at__lt=at))
        | Q(met_at__isnull=False, met_at__gt=F("due_at"))
    )


def breaches(
    *,
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    department: str = "",
    key: str = "",
) -> QuerySet[Deadline]:
    """Return the limits overstepped, the newest first; `since` and `until` bound when they ended.

    A limit that was overstepped and then called off still was.
    """
    rows = Deadline.objects.filter(breached_by(at))
    rows = rows.filter(first_due_at__gte=since) if since else rows
    rows = rows.filter(first_due_at__lt=until) if until else rows
    rows = rows.filter(department=department) if department else rows
    rows = rows.filter(key=key) if key else rows
    return rows.select_related("report", "outage", "order").order_by("-first_due_at", "-pk")


def late_by(deadline: Deadline, *, at: datetime) -> timedelta:
    """Return how late it was met, or is so far; nothing where it was not overstepped."""
    due = deadline.breached_at or deadline.due_at
    ended = deadline.met_at or deadline.cancelled_at or at
    return max(ended - due, timedelta(0))


@dataclass(frozen=True)
class Kept:
    """How often one limit was kept by one department: `met` of `total` that were decided."""

    key: str
    department: str
    total: int
    met: int

    @property
    def breached(self) -> int:
        """How many were overstepped."""
        return self.total - self.met

    @property
    def percent(self) -> float:
        """The share that was kept, 0 to 100."""
        return 100 * self.met / self.total


def kept(*, at: datetime, since: datetime, until: datetime) -> list[Kept]:
    """Count, by limit and department, those that ended in the period: met and total. One query.

    What still runs and what was called off in time counts for nothing.
    """
    late = breached_by(at)
    decided = Q(met_at__isnull=False) | late
    rows = (
        Deadline.objects.filter(decided, first_due_at__gte=since, first_due_at__lt=until)
        .values("key", "department")
        .annotate(total=Count("pk"), late=Count("pk", filter=late))
        .order_by("key", "department")
    )
    return [
        Kept(row["key"], row["department"], row["total"], row["total"] - row["late"])
        for row in rows
    ]
