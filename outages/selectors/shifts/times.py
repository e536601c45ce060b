"""The hours of the desk's shifts at a moment, those to come, and those that were."""

from datetime import datetime

from django.db.models import QuerySet

from outages.models import ShiftPlan, ShiftTemplate


def plan_at(pattern: str, *, at: datetime) -> ShiftPlan | None:
    """Return what was set last for a pattern by `at`; None: as shipped. One query."""
    return _in_force(pattern, at).first()


def _in_force(pattern: str, at: datetime) -> QuerySet[ShiftPlan]:
    rows = ShiftPlan.objects.filter(pattern=pattern, effective_from__lte=at)
    return rows.select_related("set_by").order_by("-effective_from", "-pk")


def shifts_at(pattern: str, *, at: datetime) -> QuerySet[ShiftTemplate]:
    """Return a pattern's shifts in force at `at`, by their beginning. Two queries."""
    rows = ShiftTemplate.objects.filter(pattern=pattern, is_active=True)
    return rows.filter(plan=plan_at(pattern, at=at)).order_by("starts")


def coming_plans(pattern: str, *, at: datetime) -> QuerySet[ShiftPlan]:
    """Return what is set and not in force yet, the next first. Two queries."""
    rows = ShiftPlan.objects.filter(pattern=pattern, effective_from__gt=at)
    return rows.select_related("set_by").prefetch_related("shifts").order_by("effective_from", "pk")


def past_plans(pattern: str, *, at: datetime) -> QuerySet[ShiftPlan]:
    """Return what was in force before, the newest first. Three queries."""
    now = plan_at(pattern, at=at)
    rows = _in_force(pattern, at).prefetch_related("shifts")
    return rows.exclude(pk=now.pk) if now is not None else rows.none()
