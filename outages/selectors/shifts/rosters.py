"""Which crew is on duty when, and when nobody is."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from outages.models import Crew, CrewDuty
from outages.policy.shifts import Span, gaps


def duties_between(since: datetime, until: datetime) -> QuerySet[CrewDuty]:
    """Duties that touch the stretch of time, as they hold now. One query."""
    rows = CrewDuty.objects.filter(voided_at=None, starts_at__lt=until, ends_at__gt=since)
    return rows.select_related("crew").order_by("starts_at", "crew__code")


def gaps_between(since: datetime, until: datetime) -> list[Span]:
    """Return the stretches in which no crew is on duty. One query."""
    rows = duties_between(since, until).values_list("starts_at", "ends_at")
    return gaps(rows, since=since, until=until)


def duties_at(at: datetime) -> dict[int, CrewDuty]:
    """Return who is on duty at a moment: by crew, the duty that ends last. One query."""
    rows = CrewDuty.objects.filter(voided_at=None, starts_at__lte=at, ends_at__gt=at)
    return {row.crew_id: row for row in rows.order_by("ends_at")}


def with_roster(crews: QuerySet[Crew], *, at: datetime) -> QuerySet[Any]:
    """Annotate crews with `is_on_roster`: whether they are on duty at a moment."""
    now = CrewDuty.objects.filter(crew=OuterRef("pk"), voided_at=None)
    return crews.annotate(is_on_roster=Exists(now.filter(starts_at__lte=at, ends_at__gt=at)))


def crews_with_duty(at: datetime) -> list[tuple[Crew, CrewDuty | None]]:
    """Return every crew that may be sent, those on duty first. Two queries."""
    now = duties_at(at)
    crews = Crew.objects.filter(is_on_duty=True).order_by("code")
    rows = [(crew, now.get(crew.pk)) for crew in crews]
    return sorted(rows, key=lambda row: row[1] is None)
