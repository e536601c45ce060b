"""Which days a monthly report covers, and when it is drafted, due and red."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outages.policy.monthly.periods import (
    Choice,
    dates_of,
    month_after,
    month_before,
    month_drafted_by,
    month_running,
    period_of,
    same_months,
)
from outages.policy.report_periods import Period

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOVEMBER = date(2026, 11, 1)
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        (Choice.FROM_26_TO_25, date(2026, 10, 26), date(2026, 11, 25)),
        (Choice.CALENDAR_MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        (Choice.MONTH_TO_DATE, date(2026, 11, 1), date(2026, 11, 25)),
    ],
)
def test_november_s_report_covers(choice: Choice, first: date, last: date) -> None:
    assert period_of(NOVEMBER, choice, draft_day=26) == Period(first, last)


@given(DAYS)
def test_reports_from_26_to_25_follow_without_gap_or_overlap(day: date) -> None:
    this = period_of(day, Choice.FROM_26_TO_25, draft_day=26)
    after = period_of(month_after(day), Choice.FROM_26_TO_25, draft_day=26)
    assert this.last + DAY == after.first
    assert 28 <= (this.last - this.first).days + 1 <= 31


@given(DAYS, st.sampled_from(Choice))
def test_a_report_covers_only_days_before_it_is_drafted(day: date, choice: Choice) -> None:
    drafted = month_drafted_by(day, draft_day=26).replace(day=26)
    assert drafted <= day
    assert period_of(drafted, choice, draft_day=26).last < drafted


@given(DAYS)
def test_every_day_belongs_to_one_report(day: date) -> None:
    month = month_running(day, Choice.FROM_26_TO_25, draft_day=26)
    period = period_of(month, Choice.FROM_26_TO_25, draft_day=26)
    assert period.first <= day <= period.last
    calendar = month_running(day, Choice.CALENDAR_MONTH, draft_day=26)
    assert calendar == month_after(day)


def test_due_before_the_28th_and_red_after_it() -> None:
    dates = dates_of(NOVEMBER, draft_day=26, due_day=28, zone=SHANGHAI)
    assert dates.drafted_at == datetime(2026, 11, 26, tzinfo=SHANGHAI)
    assert dates.due_at == datetime(2026, 11, 28, tzinfo=SHANGHAI)  # the 27th, 24:00
    assert dates.red_at == datetime(2026, 11, 29, tzinfo=SHANGHAI)  # the 28th, 24:00


def test_a_due_day_before_the_draft_s_is_in_the_next_month() -> None:
    dates = dates_of(date(2026, 12, 1), draft_day=26, due_day=3, zone=SHANGHAI)
    assert dates.due_at == datetime(2027, 1, 3, tzinfo=SHANGHAI)


def test_months_run_over_the_year_s_end() -> None:
    assert month_before(date(2026, 1, 31)) == date(2025, 12, 1)
    assert month_after(date(2025, 12, 5)) == date(2026, 1, 1)
    assert same_months(date(2026, 2, 9), 3) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert [month_drafted_by(date(2026, 11, day), draft_day=26).month for day in (25, 26)] == [
        10,
        11,
    ]
