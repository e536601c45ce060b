"""How long callers waited before somebody answered: figures, hours of the day, who waited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import Coalesce, ExtractHour
from django.utils import timezone

from outages.models import Deadline, HotlineCall

# Longer ago, the call is over and nobody says sorry any more.
FRESH: Final = timedelta(minutes=3)
_WAIT: Final = ExpressionWrapper(
    Coalesce("answer_at", "ended_at") - F("ring_at"), output_field=DurationField()
)


@dataclass(frozen=True)
class Waits:
    """How many called, and how long they waited. Times are None where nobody called."""

    calls: int = 0
    answered: int = 0
    late: int = 0
    # Hung up before anybody answered, within the limit or after it.
    given_up: int = 0
    mean: timedelta | None = None
    longest: timedelta | None = None

    @property
    def kept(self) -> int:
        """How many were answered, or hung up, within the limit."""
        return self.calls - self.late

    @property
    def percent(self) -> float | None:
        """Share kept within the limit, in percent."""
        return 100 * self.kept / self.calls if self.calls else None

    @property
    def share(self) -> float:
        """Share kept within the limit, 0 to 1."""
        return self.kept / self.calls if self.calls else 0.0


def calls_between(since: datetime, until: datetime) -> QuerySet[Any]:
    """Return the calls that began to ring then, with `is_late` and `wait`. One query."""
    overstepped = Deadline.objects.filter(
        subject="hotline", subject_id=OuterRef("pk"), breached_at__isnull=False
    )
    rows = HotlineCall.objects.filter(ring_at__gte=since, ring_at__lt=until)
    return rows.annotate(is_late=Exists(overstepped), wait=_WAIT)


_FIGURES: Final = {
    "calls": Count("pk"),
    "answered": Count("pk", filter=Q(answer_at__isnull=False)),
    "late": Count("pk", filter=Q(is_late=True)),
    "given_up": Count("pk", filter=Q(answer_at__isnull=True)),
    "mean": Avg("wait", filter=Q(answer_at__isnull=False)),
    "longest": Max("wait"),
}


def waits_between(since: datetime, until: datetime) -> Waits:
    """Return the figures of a time. One query."""
    return _waits(calls_between(since, until).aggregate(**_FIGURES))


def waits_by_hour(since: datetime, until: datetime) -> dict[int, Waits]:
    """Return the figures by the hour of the day, in the utility's time. One query."""
    hour = ExtractHour("ring_at", tzinfo=timezone.get_default_timezone())
    rows = calls_between(since, until).annotate(hour=hour).values("hour")
    return {row["hour"]: _waits(row) for row in rows.annotate(**_FIGURES).order_by("hour")}


def _waits(row: Mapping[str, Any]) -> Waits:
    return Waits(**{name: row[name] for name in _FIGURES})


def late_calls(since: datetime, until: datetime) -> QuerySet[Any]:
    """Return the calls that waited too long, the newest first. One query."""
    rows = calls_between(since, until).filter(is_late=True).select_related("answered_by")
    return rows.order_by("-ring_at", "-pk")


def just_kept_waiting(user: Any, *, at: datetime) -> HotlineCall | None:
    """Return the call that this agent has just taken too late, if it was one. One query."""
    rows = calls_between(at - FRESH - timedelta(minutes=30), at)
    newest = rows.filter(answered_by=user, answer_at__gte=at - FRESH).order_by("-answer_at").first()
    return newest if newest is not None and newest.is_late else None
