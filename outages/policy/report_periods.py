"""Periods that people report on: days as they are lived, months by name."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple


class Period(NamedTuple):
    """Days `first` to `last`, both whole, in the utility's own time."""

    first: date
    last: date

    def begins(self, zone: tzinfo) -> datetime:
        return datetime.combine(self.first, time(), zone)

    def ends(self, zone: tzinfo) -> datetime:
        """Return the first moment that does not belong to it."""
        return datetime.combine(self.last + timedelta(days=1), time(), zone)


def month_of(day: date) -> Period:
    """Return the calendar month of a day."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def months_until(day: date, count: int) -> list[Period]:
    """Return `count` calendar months, the last being that of `day`."""
    found = [month_of(day)]
    while len(found) < count:
        found.append(month_of(found[-1].first - timedelta(days=1)))
    return found[::-1]
