"""When a limit ends, when it is time to warn, and where it stands. No clock: times come in.

RULES
1. A limit that runs from a moment ends that moment plus its value. Days keep the time of day of
   the utility's clock, working days are counted by the calendar.
2. A limit that must be met so long before a moment ends that long before it. Where less than that
   remains when the clock starts, it ends at once (应立即).
3. It is met up to and with its last second; one second later it is late.
4. A warning comes at a fixed time after the start where the rule names one, and otherwise when the
   policy's share of the time is used up. A limit that ends at once has no warning.
"""

from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from outages.policy.calendar import WorkingCalendar
from outages.policy.values import Span, Unit

WHOLE = 100


class Standing(StrEnum):
    RUNNING = "running"
    WARNED = "warned"
    LATE = "late"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"


def due_after(
    started_at: datetime, value: Span, *, calendar: WorkingCalendar, zone: tzinfo
) -> datetime:
    """Return when a limit that starts now ends (rule 1), in the zone of `started_at`."""
    if value.unit not in (Unit.DAYS, Unit.WORKING_DAYS):
        return started_at + value.timedelta
    local = started_at.astimezone(zone)
    if value.unit is Unit.DAYS:
        day = local.date() + timedelta(days=value.amount)
    else:
        day = calendar.after(local.date(), value.amount)
    return _same_time(local, day_of=day, zone=zone).astimezone(started_at.tzinfo)


def due_before(
    begins_at: datetime,
    value: Span,
    *,
    started_at: datetime,
    calendar: WorkingCalendar,
    zone: tzinfo,
) -> datetime:
    """Return by when something must be done that long before `begins_at` (rule 2)."""
    if value.unit is Unit.WORKING_DAYS:
        local = begins_at.astimezone(zone)
        day = calendar.before(local.date(), value.amount)
        due = _same_time(local, day_of=day, zone=zone).astimezone(started_at.tzinfo)
    else:
        due = begins_at - value.timedelta
    return max(started_at, due)


def _same_time(local: datetime, *, day_of: date, zone: tzinfo) -> datetime:
    return datetime.combine(day_of, local.time(), tzinfo=zone)


def warns_at(
    started_at: datetime, due_at: datetime, *, after: timedelta | None, share_percent: int | None
) -> datetime | None:
    """Return when to warn (rule 4); None where no warning would come before the end."""
    if due_at <= started_at:
        return None
    if after is not None:
        return started_at + after if started_at + after < due_at else None
    if share_percent is None or not 0 < share_percent < WHOLE:
        return None
    return started_at + (due_at - started_at) * share_percent / WHOLE


def is_late(due_at: datetime, at: datetime) -> bool:
    """Whether a limit that is open at `at` has been overstepped (rule 3)."""
    return at > due_at


def standing(
    *,
    due_at: datetime,
    warns_at: datetime | None,
    met_at: datetime | None,
    cancelled_at: datetime | None,
    breached_at: datetime | None,
    at: datetime,
) -> Standing:
    """Tell where a limit stands at `at`. Once overstepped it stays so, whatever was granted."""
    if met_at is not None:
        late = breached_at is not None or is_late(due_at, met_at)
        return Standing.MET_LATE if late else Standing.MET
    if cancelled_at is not None:
        return Standing.CANCELLED
    if is_late(due_at, at):
        return Standing.LATE
    return Standing.WARNED if warns_at is not None and at >= warns_at else Standing.RUNNING
