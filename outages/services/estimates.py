"""When water may be said to be back: later than now, and later than it goes off."""

from datetime import datetime

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
