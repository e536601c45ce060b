"""When water may be said to be back: later than now, and later than it goes off."""

from datetime import datetime

from outages.models import Event, Outage, RestorationEstimate, lifecycle
from outages.models.events import Actor
from outages.services.rules.alerts import settle
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused


class EstimateRefused(Refused):
    """Nobody is told of a time that is over, or that lies before the works begin."""

    codes = ("estimate_over", "estimate_before_start")


def require_estimate(
    estimated_restoration_at: datetime, *, at: datetime, begins_at: datetime | None = None
) -> None:
    """Raise EstimateRefused unless the time lies after `at` and after the planned beginning."""
    if estimated_restoration_at <= at:
        raise EstimateRefused(code="estimate_over")
    if begins_at is not None and estimated_restoration_at <= begins_at:
        raise EstimateRefused(code="estimate_before_start")


def say_anew(
    outage: Outage,
    *,
    estimated_restoration_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    reason_en: str = "",
) -> RestorationEstimate:
    """Give a locked outage a new time, with its event; the earlier estimates stay.

    Part of another use case, which tells people. Raises EstimateRefused, ReasonMissing.
    """
    why = required_reason(reason)
    require_estimate(estimated_restoration_at, at=at, begins_at=outage.planned_start_at)
    was = outage.estimated_restoration_at
    estimate = RestorationEstimate.objects.create(
        outage=outage,
        at=at,
        by=by,
        estimated_restoration_at=estimated_restoration_at,
        reason=why[:200],
        reason_en=reason_en[:200],
    )
    lifecycle.change_outage(outage, estimated_restoration_at=estimated_restoration_at)
    Event.objects.append(
        outage,
        "estimate_changed",
        by=by,
        at=at,
        old=was.isoformat()[:40] if was else "",
        new=estimated_restoration_at.isoformat()[:40],
        reason=why,
    )
    settle(outage, "leak_back", at=at)
    return estimate
