"""Working days: weekends, public holidays, and the weekend days worked in their stead.

RULES
1. Monday to Friday are working days, Saturday and Sunday are not.
2. A day that the calendar names is what the calendar says, whatever day of the week it is.
3. Working days are counted from the day after: the day on which a clock starts counts for
   nothing, so a limit of two working days that starts on a Friday ends on Tuesday at the same
   time of day. A limit of none ends when it starts.

The days of 2025 and 2026 are those of the General Office of the State Council; others are
rows that the operator adds, and a year without any is named by `unknown_years`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

SATURDAY: Final = 5
# A calendar in which so many days in a row are free is a mistake, not a holiday.
MOST_FREE_DAYS: Final = 366


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"  # 调休: a weekend day that is worked
    ORDINARY = "ordinary"  # takes back what an earlier entry said


class NamedDay(NamedTuple):
    """A day that is not what its day of the week says."""

    day: date
    kind: DayKind
    name: str
    source: str


class NoWorkingDay(ValueError):
    """A year and more without a working day: the calendar's entries are wrong."""


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked. `days` holds what differs from Monday to Friday."""

    days: Mapping[date, DayKind] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether people work on this day (rules 1 and 2)."""
        kind = self.days.get(day, DayKind.ORDINARY)
        if kind is DayKind.ORDINARY:
            return day.weekday() < SATURDAY
        return kind is DayKind.MAKE_UP

    def after(self, day: date, working_days: int) -> date:
        """Return the day on which so many working days after `day` are full (rule 3).

        Raises ValueError for a negative number, NoWorkingDay where none comes for a year.
        """
        if working_days < 0:
            msg = f"{working_days} working days: must not be negative"
            raise ValueError(msg)
        free = 0
        while working_days:
            day += timedelta(days=1)
            free = 0 if self.is_working(day) else free + 1
            if free > MOST_FREE_DAYS:
                msg = f"no working day in the {MOST_FREE_DAYS} days until {day}"
                raise NoWorkingDay(msg)
            working_days -= self.is_working(day)
        return day

    def before(self, day: date, working_days: int) -> date:
        """Return the last day from which so many working days are still full before `day`."""
        if working_days < 0:
            msg = f"{working_days} working days: must not be negative"
            raise ValueError(msg)
        free = 0
        while working_days:
            day -= timedelta(days=1)
            free = 0 if self.is_working(day) else free + 1
            if free > MOST_FREE_DAYS:
                msg = f"no working day in the {MOST_FREE_DAYS} days from {day}"
                raise NoWorkingDay(msg)
            working_days -= self.is_working(day)
        return day

    def count(self, after: date, until: date) -> int:
        """Count the working days after `after` up to and with `until`."""
        days = (until - after).days
        return sum(self.is_working(after + timedelta(days=n)) for n in range(1, days + 1))


def calendar_of(entries: Iterable[tuple[date, DayKind]]) -> WorkingCalendar:
    """Make a calendar; of several entries for a day the last one holds."""
    return WorkingCalendar(dict(entries))


def unknown_years(years: Iterable[int], entries: Iterable[date]) -> tuple[int, ...]:
    """Return the years for which no day is named: their holidays are not known yet."""
    known = {day.year for day in entries}
    return tuple(sorted(set(years) - known))


def _run(first: str, last: str, kind: DayKind, name: str, source: str) -> Iterator[NamedDay]:
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield NamedDay(day, kind, name, source)
        day += timedelta(days=1)


_IN_2025: Final = "国办发明电〔2024〕12号"
_IN_2026: Final = "国务院办公厅 2025-11-04"
_H, _M = DayKind.HOLIDAY, DayKind.MAKE_UP
# first day, last day, kind, name, source
_PUBLISHED: Final = (
    ("2025-01-01", "2025-01-01", _H, "元旦", _IN_2025),
    ("2025-01-26", "2025-01-26", _M, "春节", _IN_2025),
    ("2025-01-28", "2025-02-04", _H, "春节", _IN_2025),
    ("2025-02-08", "2025-02-08", _M, "春节", _IN_2025),
    ("2025-04-04", "2025-04-06", _H, "清明节", _IN_2025),
    ("2025-04-27", "2025-04-27", _M, "劳动节", _IN_2025),
    ("2025-05-01", "2025-05-05", _H, "劳动节", _IN_2025),
    ("2025-05-31", "2025-06-02", _H, "端午节", _IN_2025),
    ("2025-09-28", "2025-09-28", _M, "国庆节、中秋节", _IN_2025),
    ("2025-10-01", "2025-10-08", _H, "国庆节、中秋节", _IN_2025),
    ("2025-10-11", "2025-10-11", _M, "国庆节、中秋节", _IN_2025),
    ("2026-01-01", "2026-01-03", _H, "元旦", _IN_2026),
    ("2026-01-04", "2026-01-04", _M, "元旦", _IN_2026),
    ("2026-02-14", "2026-02-14", _M, "春节", _IN_2026),
    ("2026-02-15", "2026-02-23", _H, "春节", _IN_2026),
    ("2026-02-28", "2026-02-28", _M, "春节", _IN_2026),
    ("2026-04-04", "2026-04-06", _H, "清明节", _IN_2026),
    ("2026-05-01", "2026-05-05", _H, "劳动节", _IN_2026),
    ("2026-05-09", "2026-05-09", _M, "劳动节", _IN_2026),
    ("2026-06-19", "2026-06-21", _H, "端午节", _IN_2026),
    ("2026-09-20", "2026-09-20", _M, "国庆节", _IN_2026),
    ("2026-09-25", "2026-09-27", _H, "中秋节", _IN_2026),
    ("2026-10-01", "2026-10-07", _H, "国庆节", _IN_2026),
    ("2026-10-10", "2026-10-10", _M, "国庆节", _IN_2026),
)
PUBLISHED_DAYS: Final = tuple(day for row in _PUBLISHED for day in _run(*row))
