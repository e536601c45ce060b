"""Which days a monthly report covers, when it is drafted, due and red.

RULES
1. A report is named for the month in which it is drafted. By `26_to_25` it covers the 26th of the
   month before up to and with the 25th; by `calendar_month` the whole month before, the last one
   that is over; by `month_to_date` the 1st up to the day before it is drafted.
2. It is drafted on the policy's day of the month, at midnight.
3. It must be issued before the policy's due day: with that day's first second its limit has run
   out. From the end of the due day on it is red.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final, NamedTuple

from outages.policy.report_periods import Period, month_of

CLOSES_ON: Final = 25
_DAY: Final = timedelta(days=1)


class Choice(StrEnum):
    """The values of the policy `monthly_period`."""

    FROM_26_TO_25 = "26_to_25"
    CALENDAR_MONTH = "calendar_month"
    MONTH_TO_DATE = "month_to_date"


class Dates(NamedTuple):
    """When a month's report is drafted, due and red."""

    drafted_at: datetime
    due_at: datetime
    red_at: datetime


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return (month.replace(day=1) - _DAY).replace(day=1)


def month_after(month: date) -> date:
    """Return the first day of the month after."""
    return month_of(month).last + _DAY


def period_of(month: date, choice: Choice, *, draft_day: int) -> Period:
    """Return the days that the report of a month covers (rule 1). `month` is any day of it."""
    if choice is Choice.CALENDAR_MONTH:
        return month_of(month_before(month))
    if choice is Choice.MONTH_TO_DATE:
        # Drafted on the 1st it would cover nothing: it covers that one day then.
        return Period(month.replace(day=1), month.replace(day=max(draft_day - 1, 1)))
    return Period(month_before(month).replace(day=CLOSES_ON + 1), month.replace(day=CLOSES_ON))


def month_drafted_by(day: date, *, draft_day: int) -> date:
    """Return the first day of the last month whose report should be drafted by `day`."""
    return day.replace(day=1) if day.day >= draft_day else month_before(day)


def month_running(day: date, choice: Choice, *, draft_day: int) -> date:
    """Return the month whose report will cover `day`, or the next one that is drafted."""
    months = [
        month_before(day),
        day.replace(day=1),
        month_after(day),
        month_after(month_after(day)),
    ]
    periods = ((month, period_of(month, choice, draft_day=draft_day)) for month in months)
    return next((month for month, period in periods if period.last >= day), months[-1])


def dates_of(month: date, *, draft_day: int, due_day: int, zone: tzinfo) -> Dates:
    """Return a month's dates (rules 2 and 3). A due day before the draft's is in the next month."""
    due_month = month if due_day >= draft_day else month_after(month)
    due = due_month.replace(day=due_day)
    return Dates(
        drafted_at=datetime.combine(month.replace(day=draft_day), time(), zone),
        due_at=datetime.combine(due, time(), zone),
        red_at=datetime.combine(due + _DAY, time(), zone),
    )


def same_months(first: date, count: int) -> list[date]:
    """Return `count` months up to and with that of `first`, the oldest first."""
    found = [first.replace(day=1)]
    while len(found) < count:
        found.append(month_before(found[-1]))
    return found[::-1]
