"""The working-day calendar against counting day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outages.policy.calendar import (
    PUBLISHED_DAYS,
    DayKind,
    NoWorkingDay,
    WorkingCalendar,
    calendar_of,
    unknown_years,
)

BASE = date(2026, 9, 1)
DAYS = st.integers(0, 120).map(lambda n: BASE + timedelta(days=n))
CALENDARS = st.dictionaries(DAYS, st.sampled_from(DayKind), max_size=60).map(WorkingCalendar)
CHINA = calendar_of((each.day, each.kind) for each in PUBLISHED_DAYS)


def counted(calendar: WorkingCalendar, start: date, working_days: int) -> date:
    """Walk forward a day at a time and cross off the working days: the oracle."""
    day, crossed = start, []
    while len(crossed) < working_days:
        day += timedelta(days=1)
        named = calendar.days.get(day)
        is_weekend = day.strftime("%a") in ("Sat", "Sun")
        if named == DayKind.MAKE_UP or (named != DayKind.HOLIDAY and not is_weekend):
            crossed.append(day)
    return day


@given(CALENDARS, DAYS, st.integers(0, 40))
def test_working_days_are_those_counted_day_by_day(
    calendar: WorkingCalendar, start: date, working_days: int
) -> None:
    assert calendar.after(start, working_days) == counted(calendar, start, working_days)


@given(CALENDARS, DAYS, st.integers(1, 40))
def test_the_last_day_is_worked_and_the_count_comes_out(
    calendar: WorkingCalendar, start: date, working_days: int
) -> None:
    end = calendar.after(start, working_days)
    assert calendar.is_working(end)
    assert calendar.count(start, end) == working_days


@given(CALENDARS, DAYS, st.integers(1, 40))
def test_counting_back_leaves_as_many_and_one_day_later_does_not(
    calendar: WorkingCalendar, end: date, working_days: int
) -> None:
    last = calendar.before(end, working_days)
    assert calendar.is_working(last)
    between = [last + timedelta(days=n) for n in range((end - last).days)]
    assert sum(map(calendar.is_working, between)) == working_days
    assert sum(map(calendar.is_working, between[1:])) < working_days


@pytest.mark.parametrize(
    ("start", "working_days", "end"),
    [
        ("2026-11-20", 2, "2026-11-24"),  # a Friday: Monday, Tuesday
        ("2026-09-30", 1, "2026-10-08"),  # the day before the National Day holiday
        ("2026-09-30", 3, "2026-10-10"),  # Thursday, Friday, and the Saturday that is worked
        ("2026-02-13", 1, "2026-02-14"),  # a Friday, and the Saturday before Spring Festival
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-09-19", 1, "2026-09-20"),  # a Sunday that is worked
        ("2025-09-30", 2, "2025-10-10"),
    ],
)
def test_chinas_holidays(start: str, working_days: int, end: str) -> None:
    assert CHINA.after(date.fromisoformat(start), working_days) == date.fromisoformat(end)


def test_the_published_days_are_as_many_as_the_notices_say() -> None:
    """Holidays and make-up days of each year, counted in the notices of the State Council."""
    for year, holidays, make_ups in ((2025, 28, 5), (2026, 33, 6)):
        days = [each for each in PUBLISHED_DAYS if each.day.year == year]
        assert sum(each.kind == DayKind.HOLIDAY for each in days) == holidays
        worked = [each.day for each in days if each.kind == DayKind.MAKE_UP]
        assert len(worked) == make_ups
        assert all(day.weekday() >= 5 for day in worked)
    assert len({each.day for each in PUBLISHED_DAYS}) == len(PUBLISHED_DAYS)


def test_a_year_that_nobody_entered_is_named() -> None:
    assert unknown_years([2026, 2027], (each.day for each in PUBLISHED_DAYS)) == (2027,)


def test_a_calendar_without_a_working_day_is_a_mistake() -> None:
    free = calendar_of((BASE + timedelta(days=n), DayKind.HOLIDAY) for n in range(1, 400))
    with pytest.raises(NoWorkingDay):
        free.after(BASE, 1)
    with pytest.raises(ValueError, match="negative"):
        free.after(BASE, -1)
