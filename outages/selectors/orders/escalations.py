"""What lies before supervision, and what it answered."""

from datetime import datetime

from django.db.models import QuerySet

from outages.models import Escalation

_SHOWN = ("order__category", "order__department", "order__report", "by", "resolved_by")


def open_escalations(*, department: str = "") -> QuerySet[Escalation]:
    """Return what supervision has not answered, complaints first, then the oldest. One query."""
    rows = Escalation.objects.filter(resolved_at=None).select_related(*_SHOWN)
    rows = rows.filter(order__department__code=department) if department else rows
    return rows.order_by("-order__report__is_complaint", "at", "pk")


def answered_escalations(
    *, since: datetime, until: datetime, department: str = ""
) -> QuerySet[Escalation]:
    """Return what supervision answered then, the newest first. One query."""
    rows = Escalation.objects.filter(resolved_at__gte=since, resolved_at__lt=until)
    rows = rows.filter(order__department__code=department) if department else rows
    return rows.select_related(*_SHOWN).order_by("-resolved_at", "-pk")
